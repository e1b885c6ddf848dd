# Tài khoản khẩn cấp
break-glass-name-1 = Tài khoản khẩn cấp một
break-glass-name-2 = Tài khoản khẩn cấp hai
break-glass-key-label = Khóa trong phong bì
break-glass-strip = Bạn đang đăng nhập bằng tài khoản khẩn cấp. Các chủ quản hệ thống đã được báo. Bạn chỉ làm việc mà lúc này không ai khác làm được, rồi đăng xuất và cho niêm phong lại khóa.
break-glass-title = Đăng ký khóa của tài khoản khẩn cấp { $number }
break-glass-lead = Tài khoản này dành cho ngày không ai khác đăng nhập được. Nó chỉ có một khóa bảo mật: không mật khẩu, không địa chỉ liên hệ, không cách khôi phục.
break-glass-step-key = Lấy một khóa bảo mật mới, rời khỏi máy (USB hoặc NFC, chuẩn FIDO2), và cắm vào máy.
break-glass-step-pin = Bấm nút bên dưới. Trình duyệt sẽ yêu cầu bạn đặt hoặc nhập mã PIN của khóa rồi chạm vào khóa.
break-glass-step-alone = Mỗi tài khoản dùng một khóa riêng. Khóa truy cập (passkey) của điện thoại hay của trình quản lý mật khẩu bị từ chối vì có bản sao ở nơi khác.
break-glass-power = Ai giữ khóa này và mã PIN của nó thì được làm mọi việc ở đây. Mỗi lần dùng đều được báo ngay cho các chủ quản hệ thống.
break-glass-no-script = Trang này cần JavaScript và trình duyệt dùng được khóa bảo mật. Bạn hãy bật JavaScript rồi tải lại trang, hoặc mở liên kết bằng Chrome, Edge, Firefox hay Safari bản mới trên máy khác. Liên kết vẫn còn hiệu lực cho đến khi được dùng.
break-glass-submit = Đăng ký khóa của tài khoản { $number }
break-glass-until = Liên kết hết hạn lúc { $time }.
break-glass-done-title = Đã đăng ký khóa của tài khoản khẩn cấp { $number }
break-glass-done-lead = Tài khoản được coi là niêm phong khi khóa đã được cất. Bạn chưa đăng nhập, và liên kết không dùng được nữa.
break-glass-done-pin = Ghi mã PIN của khóa trên một tờ giấy riêng.
break-glass-done-envelope = Cho khóa và mã PIN vào hai phong bì, niêm phong, ký tên, và cất ở hai nơi, do hai người giữ.
break-glass-done-drill = Sớm diễn tập một lần: trên máy chủ, chạy idp admin break-glass drill.
break-glass-done-on = Về trang chủ
err-break-glass-other = Khóa này đã được đăng ký, có thể cho tài khoản khẩn cấp kia. Bạn hãy lấy khóa khác: một khóa bị mất hay hỏng không được làm mất cả hai tài khoản.
err-break-glass-synced = Khóa truy cập này được sao chép sang thiết bị khác của người giữ nên không phong bì nào niêm phong được. Bạn hãy dùng khóa bảo mật rời (USB hoặc NFC).
err-break-glass-built-in = Khóa truy cập này nằm trong chính máy tính này nên không cho vào phong bì được. Bạn hãy dùng khóa bảo mật rời (USB hoặc NFC).
err-break-glass-refused = Chưa đăng ký được khóa. Bạn hãy cắm khóa, bấm nút lần nữa, rồi xác nhận bằng mã PIN và một lần chạm.
# error: các trang
error-break-glass-link-gone-title = Liên kết này không còn hiệu lực
error-break-glass-link-gone-text = Liên kết đã được dùng, đã hết hạn, đã được thay bằng liên kết mới hơn, hoặc được mở ở trình duyệt khác. Trên máy chủ, lệnh idp admin break-glass create tạo liên kết khác.
error-break-glass-link-gone-next = Về trang chủ
error-break-glass-account-title = Không dùng được với tài khoản khẩn cấp
error-break-glass-account-text = Tài khoản khẩn cấp chỉ có một khóa: không mật khẩu, không địa chỉ liên hệ, không khóa nào khác, không chức vụ. Ở đây không thay đổi được gì của nó.
error-break-glass-account-next = Về trang tài khoản
# error: lỗi của giao diện lập trình
error-break-glass-office-title = Vai trò của tài khoản khẩn cấp
error-break-glass-office-text = Tài khoản khẩn cấp là chủ quản hệ thống cho đến khi bị hủy trên máy chủ. Trước đó không ai chấm dứt được vai trò này.
# mail
mail-break-glass-used-subject = BÁO ĐỘNG: tài khoản khẩn cấp { $number } đã được mở
mail-break-glass-used-body =
    Tài khoản khẩn cấp { $number } đã được mở lúc { $time }, từ địa chỉ { $address }. Người giữ khóa của nó lúc này được làm mọi việc trong hệ thống định danh.

    Nếu bạn không biết lý do, hãy coi đây là một cuộc tấn công: trên máy chủ, lệnh “idp admin break-glass seal { $number } --because …” cho nó đăng xuất, lệnh “retire” làm khóa mất giá trị.
mail-break-glass-drill-subject = DIỄN TẬP: tài khoản khẩn cấp { $number } đã được mở
mail-break-glass-drill-body =
    Đây là diễn tập. Tài khoản khẩn cấp { $number } đã được mở lúc { $time }, từ địa chỉ { $address }.

    Nếu bạn không biết có cuộc diễn tập nào, hãy coi đây là một cuộc tấn công: trên máy chủ, lệnh “idp admin break-glass seal { $number } --because …” cho nó đăng xuất.
mail-break-glass-failed-subject = Cảnh báo: có người thử mở tài khoản khẩn cấp { $number }
mail-break-glass-failed-body =
    Có người đăng nhập không thành công vào tài khoản khẩn cấp { $number }. Số lần thử: { $count }, ghi nhận lúc { $time }. Tài khoản chưa bị mở.

    Không ai phải gõ tên của tài khoản này, nên hoặc có người biết tên mà lẽ ra không được biết, hoặc khóa đang ở trong tay người khác. Bạn hãy xem nhật ký và kiểm tra các phong bì.
# cli
cli-config-alarm-to = nhiều nhất hai mươi địa chỉ
cli-apply-break-glass = Đây là tài khoản khẩn cấp. Không thay đổi được gì của nó bằng tệp.
cli-admin-break-glass-office = Đây là vai trò của tài khoản khẩn cấp. Nó chấm dứt bằng lệnh “idp admin break-glass retire N”.
cli-admin-break-glass = Hai tài khoản khẩn cấp: lối vào được niêm phong cho ngày không còn lối nào khác
cli-admin-break-glass-create = Tạo một tài khoản và liên kết 30 phút để đăng ký khóa bảo mật của nó
cli-admin-break-glass-status = Cho xem cả hai tài khoản, lần dùng, lần báo động, lần diễn tập gần nhất, và việc cần làm
cli-admin-break-glass-seal = Ghi nhận khóa của tài khoản đã mở được cất lại vào phong bì, và cho tài khoản đăng xuất
cli-admin-break-glass-seal-arg-number = Tài khoản nào: 1 hoặc 2
cli-admin-break-glass-seal-arg-because = Vì sao đã mở, ai niêm phong lại
cli-admin-break-glass-drill = Bắt đầu diễn tập 60 phút, trong đó mỗi lần dùng được báo là diễn tập
cli-admin-break-glass-drill-arg-end = Kết thúc diễn tập và cho xem kết quả; mã thoát 1 khi có tài khoản chưa được mở hoặc có tin chưa gửi được
cli-admin-break-glass-retire = Hủy hẳn một tài khoản: khóa của nó không mở được gì, chỗ của nó để trống
cli-admin-break-glass-retire-arg-number = Tài khoản nào: 1 hoặc 2
cli-admin-break-glass-retire-arg-because = Lý do
cli-break-glass-link = Đăng ký khóa bảo mật của tài khoản { $number } tại liên kết này. Mở liên kết bằng trình duyệt trên máy có sẵn khóa; dùng được một lần, đến { $time }:
cli-break-glass-both = Đã có đủ hai tài khoản khẩn cấp; không bao giờ có tài khoản thứ ba. Lệnh “idp admin break-glass retire N” giải phóng một chỗ.
cli-break-glass-unheard = Sẽ không ai được báo khi tài khoản bị mở. Trước hết hãy để một chủ quản hệ thống xác nhận địa chỉ liên hệ, hoặc đặt break_glass.alarm_to trong cấu hình.
cli-break-glass-absent = Không có tài khoản khẩn cấp { $number }.
cli-break-glass-is-sealed = Tài khoản { $number } chưa được dùng kể từ lần niêm phong trước.
cli-break-glass-no-key = Tài khoản { $number } còn chờ khóa. Lệnh “idp admin break-glass create” tạo liên kết khác.
cli-break-glass-sealed = Tài khoản { $number } đã được niêm phong. Ai đang đăng nhập bằng nó đều đã bị đăng xuất.
cli-break-glass-retired = Tài khoản { $number } đã bị hủy. Khóa của nó không mở được gì nữa.
cli-break-glass-account = Tài khoản { $number }: { $state } từ { $time }, tên đăng nhập { $login }
cli-break-glass-none = Tài khoản { $number }: chưa có
cli-break-glass-state-made = chờ khóa
cli-break-glass-state-sealed = niêm phong
cli-break-glass-state-opened = ĐÃ MỞ
cli-break-glass-state-retired = đã hủy
cli-break-glass-link-until = Liên kết đăng ký khóa hết hạn lúc { $time }
cli-break-glass-used = Lần dùng gần nhất: { $time }
cli-break-glass-never-used = Chưa dùng lần nào
cli-break-glass-drilled = Lần diễn tập đạt gần nhất: { $time }
cli-break-glass-never-drilled = Chưa có lần diễn tập nào đạt
cli-break-glass-alarm-used = Báo động gần nhất, do được mở: { $time }.
cli-break-glass-alarm-failed = Báo động gần nhất, do thử không thành công: { $time }.
cli-break-glass-messages = Tin báo: { $delivered } đã gửi, { $waiting } đang chờ, { $failed } hỏng
cli-break-glass-drill-held = Đang diễn tập đến { $time }
cli-break-glass-drill-over = Cuộc diễn tập đã hết giờ lúc { $time }; máy chủ sắp ghi kết quả
cli-break-glass-drill-last = Lần diễn tập gần nhất: { $time }
cli-break-glass-not-opened = Tài khoản { $number } chưa được mở
cli-break-glass-was-opened = Tài khoản { $number } được mở lúc { $time }.
cli-break-glass-heard = Số địa chỉ nhận báo động: { $count }
cli-break-glass-drill-begun = Diễn tập đến { $time }. Mở cả hai phong bì, đăng nhập bằng cả hai khóa, xem tin báo có đến không; rồi chạy: idp admin break-glass drill --end
cli-break-glass-drill-is-held = Đang có cuộc diễn tập đến { $time }. Kết thúc bằng --end.
cli-break-glass-no-drill = Không có cuộc diễn tập nào.
cli-break-glass-nothing-to-open = Chưa tài khoản nào có khóa. Bắt đầu bằng: idp admin break-glass create
cli-break-glass-drill-good = Diễn tập đạt. Bây giờ niêm phong lại cả hai tài khoản: idp admin break-glass seal N --because …
cli-break-glass-drill-bad = Diễn tập chưa đạt: có tài khoản chưa được mở, hoặc có tin chưa gửi được. Hãy niêm phong lại tài khoản đã mở, tìm nguyên nhân rồi diễn tập lại.
cli-break-glass-do-seal = Tìm hiểu ai đã mở tài khoản và vì sao; cất khóa vào phong bì; rồi chạy: idp admin break-glass seal N --because …
cli-break-glass-do-hear = Báo động sẽ không đến ai: hãy để một chủ quản hệ thống xác nhận địa chỉ liên hệ, hoặc đặt break_glass.alarm_to.
cli-break-glass-do-create = Cần hai tài khoản với hai khóa ở hai nơi: idp admin break-glass create
cli-break-glass-do-drill = Không có lần diễn tập nào đạt trong 180 ngày qua: idp admin break-glass drill
cli-doctor-break-glass = Tài khoản khẩn cấp mở được và có người được báo
