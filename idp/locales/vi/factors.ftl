# second-factor
second-factor-title = Xác thực bước hai
second-factor-for = Mật khẩu đúng. Còn một bước nữa để vào { $rp }.
second-factor-own = Mật khẩu đúng. Còn một bước nữa để vào tài khoản.
second-factor-app = Nhập mã gồm 6 chữ số trên ứng dụng xác thực
second-factor-paper = Nhập một mã khôi phục chưa dùng
second-factor-message = Nhập mã gồm 6 chữ số đã gửi tới { $masked }
second-factor-submit = Xác nhận
second-factor-will-send = Chúng tôi sẽ gửi mã tới { $masked }. Mã dùng được trong 5 phút.
second-factor-send = Gửi mã
second-factor-resend = Gửi lại mã
second-factor-sms-weak = Mã gửi qua tin nhắn là cách yếu nhất vì tin nhắn có thể bị chặn. Nếu có thể, hãy dùng khuôn mặt, vân tay hoặc ứng dụng xác thực. Không đọc mã cho bất kỳ ai, kể cả người tự xưng là cán bộ.
second-factor-others = Không dùng được cách này?
second-factor-other-app = Dùng mã trên ứng dụng xác thực
second-factor-other-paper = Dùng mã khôi phục
second-factor-other-message = Nhận mã tại { $masked }
second-factor-again = Đăng nhập bằng tài khoản khác
second-factor-lost = Mất điện thoại và không còn mã khôi phục? Hãy gọi tổng đài { $phone }.
second-factor-resting = Hiện không gửi mã tới { $masked }: cách này đang tạm tắt trên toàn hệ thống.
second-factor-off-title = Cách xác thực bước hai của bạn đang tạm tắt
second-factor-off-text = Mật khẩu đúng, nhưng tài khoản này có bước hai nên chỉ mật khẩu thì chưa vào được. Nếu có khoá truy cập (passkey), hãy quay lại và đăng nhập bằng khoá đó.
second-factor-off-help = Không có khoá truy cập? Gọi tổng đài { $phone }, hoặc mang thẻ căn cước đến Uỷ ban nhân dân xã, phường để được hỗ trợ tại chỗ. Hãy đọc mã tra cứu dưới đây.
second-factor-off-recover = Tôi cũng quên mật khẩu
err-code-missing = Hãy nhập mã.
err-code-wrong = Mã không đúng. Hãy kiểm tra và nhập lại.
err-code-wrong-left = { $left ->
   *[other] Mã không đúng. Bạn còn { $left } lần nhập với mã này.
}
err-code-replayed = Mã này đã được dùng. Hãy chờ ứng dụng hiện mã mới rồi nhập mã đó.
err-code-over = Mã không còn dùng được. Hãy lấy mã mới.
err-codes-used-up-title = Đã gửi quá nhiều mã
err-codes-used-up = { $minutes ->
   *[other] Bạn có thể nhận mã mới sau khoảng { $minutes } phút. Trong lúc chờ, hãy dùng cách khác nếu có.
}
why-second-factor = Tài khoản này có xác thực bước hai, nên biết mật khẩu thôi thì chưa vào được { $rp }.
why-second-factor-next = Bước này bảo vệ bạn khi mật khẩu bị lộ. Bạn có thể xem và đổi các cách xác thực ở trang tài khoản.

# mật khẩu mới không được nhận
err-new-password-own = Mật khẩu chứa phần lớn là tên, số định danh, ngày sinh hoặc tên đăng nhập của bạn; người khác có thể biết. Hãy thêm vài từ không liên quan đến bạn.
err-new-password-pattern = Mật khẩu gồm phần lớn là dãy phím, số liền nhau, ngày tháng hoặc ký tự lặp lại. Hãy thay bằng vài từ không liên quan đến nhau.
err-new-password-words = Mật khẩu gồm ít từ quá quen thuộc. Hãy thêm một hai từ ít gặp, ví dụ tên một đồ vật và một việc lạ.

# factors
factors-title = Bảo mật đăng nhập
factors-intro = Những cách chứng minh đây là bạn. Xoá một ứng dụng xác thực cũng kết thúc mọi phiên từng dùng nó và quyền đã cấp cho dịch vụ trong các phiên đó. Mỗi lần thêm hoặc bớt, bạn được yêu cầu đăng nhập lại và được báo tới mọi địa chỉ đã xác nhận.
factors-change-password = Đổi mật khẩu
factors-app = Ứng dụng xác thực
factors-app-text = Ứng dụng trên điện thoại hiện mã mới mỗi 30 giây, dùng được cả khi không có mạng.
factors-app-add = Thêm ứng dụng xác thực
factors-added = Thêm lúc { $time }
factors-used = dùng gần nhất { $time }
factors-remove = Xoá { $what }
factors-contacts = Số điện thoại và thư điện tử
factors-contacts-text = Chúng tôi báo tới các địa chỉ này khi có thay đổi quan trọng. Bạn cần ít nhất một địa chỉ để lấy lại tài khoản khi quên mật khẩu.
factors-sms-weakest = Mã qua tin nhắn là bước hai yếu nhất vì tin nhắn có thể bị chặn hoặc số bị người khác chiếm. Nếu có thể, hãy dùng khoá truy cập hoặc ứng dụng xác thực.
factors-resume = Bạn đang đăng nhập dở. Hãy thêm một ứng dụng xác thực rồi quay lại: bạn nhập mật khẩu và một mã mới.
factors-resume-link = Quay lại đăng nhập
factors-back = Về trang tài khoản của tôi
factors-leave = Quay lại mà không thay đổi
contact-unproved = Chưa xác nhận
contact-proved = Đã xác nhận
contact-second = Đã xác nhận, nhận mã bước hai
contact-second-rests = Đã xác nhận. Mã bước hai gửi tới đây đang bị hệ thống tạm tắt: hãy thêm ứng dụng xác thực hoặc khoá truy cập
contact-second-on = Dùng { $what } để nhận mã bước hai
contact-second-off = Thôi nhận mã bước hai tại { $what }
contact-address = Số di động hoặc thư điện tử
contact-address-hint = Ví dụ: 0912 345 678 hoặc an@thu.example
contact-add = Thêm địa chỉ
contact-proof-title = Xác nhận địa chỉ
contact-proof-code = Mã gồm 6 chữ số
contact-proof-text = Chúng tôi đã gửi mã tới { $address }. Mã dùng được trong 5 phút.
err-address-missing = Hãy nhập số di động hoặc thư điện tử.
err-address-phone = Số này không phải số di động Việt Nam. Hãy nhập đủ 10 chữ số, ví dụ 0912 345 678.
err-address-email = Thư điện tử không đúng dạng. Hãy nhập theo dạng ten@noi-cap.
err-address-held = Tài khoản đã có địa chỉ này hoặc đã đủ số địa chỉ. Hãy xoá bớt trước khi thêm.
err-last-second = Mật khẩu hiện nay ngắn hơn mức cần khi không có bước hai. Hãy đổi sang mật khẩu ít nhất { $min } ký tự rồi mới bỏ bước hai cuối cùng.
done-app-added = Đã thêm ứng dụng xác thực. Từ nay đăng nhập bằng mật khẩu cần thêm mã của ứng dụng.
done-removed = Đã xoá.
done-contact-proved = Đã xác nhận địa chỉ.
done-changed = Đã lưu thay đổi.
done-password = Đã đổi mật khẩu. Các thiết bị khác đã bị đăng xuất.

# totp-setup
totp-title = Thêm ứng dụng xác thực
totp-step-app = Mở ứng dụng xác thực trên điện thoại của bạn.
totp-step-scan = Chọn thêm tài khoản rồi quét mã QR dưới đây. Không quét được thì nhập khoá bằng tay.
totp-step-code = Nhập mã gồm 6 chữ số mà ứng dụng hiện.
totp-picture = Mã QR chứa khoá của ứng dụng xác thực
totp-key = Khoá để nhập bằng tay
totp-open = Mở ứng dụng xác thực trên chính điện thoại này
totp-label = Tên để bạn nhận ra ứng dụng này
totp-label-default = Ứng dụng xác thực
totp-code = Mã gồm 6 chữ số trên ứng dụng
totp-submit = Thêm ứng dụng này

# recovery-codes
paper-title = Mã khôi phục
paper-none = Bạn chưa có mã khôi phục. Hãy tạo để vẫn đăng nhập được khi mất điện thoại.
paper-left = { $left ->
   *[other] Bạn còn { $left } mã khôi phục chưa dùng.
}
paper-needs-second = Mã khôi phục dùng thay cho bước hai. Hãy thêm bước hai trước.
paper-make = Tạo bộ mã khôi phục mới
paper-once = Đây là lần duy nhất các mã này được hiện. Bộ mã cũ, nếu có, không còn dùng được.
paper-use = Mỗi mã dùng được một lần, thay cho mã bước hai khi bạn không có điện thoại bên mình. Hãy in hoặc chép ra giấy và cất nơi an toàn, không chụp ảnh.
paper-login = Tên đăng nhập: { $login }
paper-print = Để in, dùng lệnh In của trình duyệt.
paper-kept = Tôi đã cất các mã này

# new-password
new-password-title = Chọn mật khẩu mới
new-password-for = Bạn đã chứng minh được mình là ai. Cần mật khẩu mới trước khi vào { $rp }.
new-password-own = Bạn đã chứng minh được mình là ai. Cần mật khẩu mới trước khi vào tài khoản.
new-password-text = Mật khẩu vừa nhập chưa đạt quy định. Sau khi đổi, chỉ mật khẩu mới dùng được và các thiết bị khác sẽ bị đăng xuất.
new-password-submit = Đặt mật khẩu và tiếp tục
new-password-passkey = Mật khẩu vừa nhập chưa đạt quy định nên không mở được tài khoản. Tài khoản này có khoá truy cập (passkey): hãy quay lại, đăng nhập bằng khoá đó, rồi đổi mật khẩu ở trang tài khoản.
new-password-again = Quay lại đăng nhập
new-password-help = Không làm được? Gọi tổng đài { $phone } hoặc mang thẻ căn cước đến Uỷ ban nhân dân xã, phường.
why-weak-password = Mật khẩu này đúng nhưng chưa đạt quy định về độ dài và độ khó đoán, thường vì được chuyển từ hệ thống cũ sang. Người khác dễ đoán ra nên chưa dùng để vào { $rp } được.
why-weak-password-next = Bước này chỉ có một lần: từ lần sau bạn vào bằng mật khẩu mới. Nếu thêm khoá truy cập, bạn không cần nhớ mật khẩu nữa.
err-new-passwords-reason = Lý do: đã thử quá nhiều mật khẩu mới trong một phút. Mật khẩu cũ chưa bị đổi.

# change-password
change-password-title = Đổi mật khẩu
change-password-text = Sau khi đổi, các thiết bị khác đang đăng nhập sẽ bị đăng xuất.
change-password-submit = Đổi mật khẩu

# recover
recover-title = Quên mật khẩu
recover-intro = Bạn chứng minh lại mình là ai: thông tin trên thẻ căn cước và một mã mà chỉ bạn nhận được.
recover-login = Tên đăng nhập (để trống nếu không nhớ)
recover-submit = Tiếp tục
recover-help = Không làm được cách này? Hãy gọi tổng đài { $phone } hoặc đến Uỷ ban nhân dân cấp xã, mang theo thẻ căn cước.
recover-link = Quên mật khẩu?
recover-proof-title = Thêm một bước để biết chắc là bạn
recover-proof-text = Nhập một trong các mã sau: mã trên ứng dụng xác thực, một mã khôi phục, hoặc mã chúng tôi gửi tới địa chỉ bạn đã xác nhận trước đây.
recover-over = Thời gian chờ đã hết. Hãy nhập một mã mới, rồi đặt mật khẩu mới trong vòng 30 phút.
recover-send = Gửi mã tới địa chỉ của tôi
recover-sent = Nếu thông tin bạn nhập khớp với một tài khoản có địa chỉ đã xác nhận, mã đã được gửi tới đó. Mã dùng được trong 5 phút.
recover-code = Mã
recover-none = Không có mã nào? Hãy gọi tổng đài { $phone } hoặc đến Uỷ ban nhân dân cấp xã, mang theo thẻ căn cước.
recover-wait-title = Hãy chờ trước khi đặt mật khẩu mới
recover-wait-due = Bạn đặt được mật khẩu mới từ { $time }.
recover-wait-why = Thời gian chờ này bảo vệ bạn: nếu người khác đang giả làm bạn, bạn kịp dừng lại. Chúng tôi đã báo tới mọi địa chỉ bạn đã xác nhận.
recover-wait-how = Khi đến giờ, chúng tôi gửi liên kết tới một địa chỉ bạn đã xác nhận; bạn nhập thêm một mã mới rồi đặt mật khẩu. Bạn cũng có thể giữ lại địa chỉ của trang này và mở lại, nhất là khi chưa xác nhận địa chỉ nào. Nếu nhớ ra mật khẩu, chỉ cần đăng nhập: yêu cầu này sẽ tự huỷ.
recover-wait-again = Mở lại trang này
recover-password-title = Đặt mật khẩu mới
recover-password-text = Tên đăng nhập của bạn: { $login }. Sau khi đặt mật khẩu mới, mọi thiết bị sẽ bị đăng xuất. Bước hai, nếu có, vẫn giữ nguyên.
recover-password-submit = Đặt mật khẩu mới
recover-done-title = Đã đặt mật khẩu mới
recover-done-text = Mọi thiết bị đã bị đăng xuất. Hãy đăng nhập bằng tên { $login } và mật khẩu mới.
recover-done-next = Đăng nhập
recover-stop-title = Dừng việc lấy{"\u00A0"}lại mật khẩu?
recover-stop-text = Có người đã yêu cầu đặt mật khẩu mới cho tài khoản của bạn. Nếu không phải bạn, hãy dừng lại. Mật khẩu hiện nay vẫn dùng được.
recover-stop-submit = Dừng lại, không phải tôi
recover-stop-leave = Chính tôi yêu cầu, không dừng
recover-stopped-title = Đã dừng
recover-stopped-text = Yêu cầu đặt mật khẩu mới đã bị huỷ và mật khẩu hiện nay vẫn dùng được. Nếu bạn không yêu cầu, hãy gọi tổng đài { $phone }.
recover-stopped-next = Đến tài khoản của tôi

# mail-
mail-sign-in-code-subject = Mã đăng nhập { $code }
mail-sign-in-code-body = { $code } là mã đăng nhập của bạn, dùng được trong 5 phút. Không đọc mã này cho bất kỳ ai, kể cả cán bộ.
mail-contact-code-subject = Mã xác nhận địa chỉ { $code }
mail-contact-code-body = { $code } là mã xác nhận địa chỉ này, dùng được trong 5 phút. Nếu bạn không yêu cầu, hãy bỏ qua.
mail-recovery-code-subject = Mã lấy lại mật khẩu { $code }
mail-recovery-code-body = { $code } là mã để lấy lại mật khẩu, dùng được trong 5 phút. Nếu bạn không yêu cầu, không đưa mã này cho ai và hãy gọi tổng đài.
mail-factor-added-subject = Đã thêm một cách đăng nhập
mail-factor-added-body = Tài khoản của bạn vừa được thêm: { $what }, lúc { $time }. Nếu không phải bạn, hãy gọi tổng đài ngay.
mail-factor-removed-subject = Đã bỏ một cách đăng nhập
mail-factor-removed-body = Tài khoản của bạn vừa bị bỏ: { $what }, lúc { $time }. Nếu không phải bạn, hãy gọi tổng đài ngay.
mail-password-changed-subject = Mật khẩu đã được đổi
mail-password-changed-body = Mật khẩu của bạn đã được đổi lúc { $time }. Nếu không phải bạn, hãy gọi tổng đài ngay.
mail-password-recovered-subject = Đã đặt mật khẩu mới
mail-password-recovered-body = Mật khẩu của bạn đã được đặt lại bằng chức năng quên mật khẩu lúc { $time }. Mọi thiết bị đã bị đăng xuất. Nếu không phải bạn, hãy gọi tổng đài ngay.
mail-recovery-waiting-subject = Có yêu cầu đặt mật khẩu mới
mail-recovery-waiting-body = Có người yêu cầu đặt mật khẩu mới cho tài khoản của bạn; việc này có hiệu lực từ { $time }. Nếu không phải bạn, hãy dừng lại tại { $link } hoặc chỉ cần đăng nhập.
mail-recovery-ready-subject = Bạn có thể đặt mật khẩu mới
mail-recovery-ready-body = Bạn có thể đặt mật khẩu mới tại { $link } đến { $until }. Chúng tôi sẽ hỏi thêm một mã; không đưa mã cho ai. Nếu không phải bạn, hãy dừng lại tại { $stop }.
mail-recovery-stopped-subject = Đã dừng việc đặt mật khẩu mới
mail-recovery-stopped-body = Yêu cầu đặt mật khẩu mới cho tài khoản của bạn đã bị dừng lúc { $time }. Mật khẩu hiện nay vẫn dùng được.
mail-recovery-code-used-subject = Một mã khôi phục đã được dùng
mail-recovery-code-used-body = { $left ->
   *[other] Một mã khôi phục của bạn đã được dùng để đăng nhập lúc { $time }. Còn { $left } mã. Nếu không phải bạn, hãy gọi tổng đài ngay.
}

# điều đã thay đổi, trong các thông báo trên
what-app = ứng dụng xác thực
what-contact = số điện thoại hoặc thư điện tử { $masked }
what-second = mã bước hai tại { $masked }
what-paper = bộ mã khôi phục
what-passkey = đăng nhập bằng khuôn mặt, vân tay hoặc mã mở khoá (khoá truy cập)
step-up-codes = Dùng mật khẩu và mã trên ứng dụng xác thực
