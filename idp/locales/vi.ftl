# Mọi câu chữ mà người dùng đọc được, bằng tiếng Việt (ngôn ngữ thứ nhất). Bản tiếng Anh: en.ftl, cùng khoá, cùng biến.
# Mỗi trang một mục; mục `# cli` (dòng lệnh) luôn đứng cuối tệp.

# layout
site-name = Hệ thống xác thực tập trung
footer-emblem = Uỷ ban nhân dân { $province }
skip-to-main = Đến nội dung chính
a11y-lang = Ngôn ngữ
lang-vi = Tiếng Việt
lang-en = English
login-help = Tổng đài hỗ trợ: { $phone }
login-official-site = Đây là trang chính thức của { $province }. Không nhập mật khẩu ở bất kỳ địa chỉ nào khác, không đọc mật khẩu cho bất kỳ ai.
footer-demo = Trang này chỉ để thử nghiệm. Không nhập thông tin thật của bất kỳ ai.
banner-demo = Hệ thống thử nghiệm. Mọi người và dữ liệu ở đây đều là giả định.
incident-banner = Hệ thống đang vận hành ở chế độ dự phòng. Một số chức năng bị hạn chế.
title-error = Lỗi: { $title }
error-summary-title = Vui lòng xem lại
why-title = Vì sao tôi được hỏi?
why-rule = Mã quy tắc: { $rule }

# sign-in
login-title = Đăng nhập hệ thống xác thực tập trung
login-subtitle = Một tài khoản cho mọi hệ thống của tỉnh
login-continue-to = Đăng nhập để tiếp tục vào { $rp }
login-name = Tên đăng nhập
login-name-hint = Tên được cấp khi bạn tạo tài khoản, không phải số định danh cá nhân.
login-password = Mật khẩu
login-submit = Đăng nhập
login-cancel = Huỷ và quay lại
login-no-account = Chưa có tài khoản?
login-enrol = Tạo tài khoản
login-again-title = Cần xác thực lại
login-again-text = { $rp } cần chắc rằng chính bạn đang ở đây. Vui lòng nhập lại mật khẩu.
login-again-text-own = Để bảo vệ tài khoản, vui lòng nhập lại mật khẩu.
login-account = Tài khoản
err-bad-credentials = Tên đăng nhập hoặc mật khẩu không đúng.
err-login-missing = Hãy nhập tên đăng nhập.
err-password-missing = Hãy nhập mật khẩu.
err-throttled-title = Hãy chờ trước khi thử lại
err-throttled-time = { $minutes ->
   *[other] Bạn có thể thử lại sau khoảng { $minutes } phút.
}
err-throttled-reason = Lý do: đã có quá nhiều lần nhập sai. Việc chờ giúp chặn người khác dò mật khẩu.
err-throttled-next = Trong lúc chờ: kiểm tra lại tên đăng nhập và mật khẩu. Nếu không phải bạn đã thử, hãy gọi tổng đài hỗ trợ.

# select-account
select-account-title = Bạn muốn dùng tài khoản nào?
select-account-title-for = Chọn tài khoản để vào { $rp }
select-account-signed-in = Đang đăng nhập trên trình duyệt này
select-account-continue = Tiếp tục với { $name }
select-account-other = Dùng tài khoản khác

# consent
consent-title = Cho phép { $rp } sử dụng thông tin của bạn?
consent-operator = Đơn vị kiểm soát dữ liệu: { $org }
consent-will-get = Thông tin được cung cấp
consent-purposes = Mục đích
consent-no-purpose = Dịch vụ này chưa nêu mục đích sử dụng.
consent-empty = chưa có
consent-offline = Dịch vụ này có thể tiếp tục nhận các thông tin trên cả khi bạn không đăng nhập.
consent-withdraw-how = Bạn có thể rút lại sự đồng ý bất cứ lúc nào bằng cách gọi tổng đài { $phone }.
consent-deny-effect = Nếu không đồng ý, bạn được đưa về { $rp } và không thông tin nào được gửi đi.
consent-allow = Đồng ý
consent-deny = Không đồng ý
scope-account = Mã tài khoản dành riêng cho dịch vụ này
scope-name = Họ và tên
scope-dob = Ngày sinh
scope-id-number = Số định danh cá nhân
scope-locale = Ngôn ngữ đã chọn
scope-updated-at = Thời điểm cập nhật hồ sơ
scope-identity-assurance = Mức bảo đảm danh tính
scope-data-match = Kết quả đối chiếu dữ liệu
scope-data-matched-at = Thời điểm đối chiếu dữ liệu

# continue, form-post
continue-title = Đang đưa bạn trở lại { $rp }
continue-title-plain = Đang tiếp tục
continue-text = Nếu trang không tự chuyển sau vài giây, hãy bấm nút dưới đây.
continue-link = Tiếp tục

# enrol
enrol-title = Tạo tài khoản
enrol-intro = Nhập thông tin đúng như trên thẻ căn cước. Chúng tôi đối chiếu với Cơ sở dữ liệu quốc gia về dân cư.
enrol-for = Tạo xong, bạn được đưa trở lại để vào { $rp }.
enrol-privacy-title = Thông tin này được dùng làm gì?
enrol-privacy = Số định danh, họ tên và ngày sinh chỉ được dùng để đối chiếu và lập tài khoản. Số định danh được lưu ở dạng mã hoá. Chỉ dịch vụ được cấp quyền mới nhận được.
verify-id-number = Số định danh cá nhân / CCCD
verify-id-hint = Gồm 12 chữ số, kể cả số 0 ở đầu
verify-full-name = Họ, chữ đệm và tên
verify-full-name-hint = Viết có dấu, như trên thẻ căn cước
verify-dob = Ngày, tháng, năm sinh
verify-dob-hint = Ví dụ: 15/03/1985. Nếu chỉ biết năm sinh, nhập năm: 1985
enrol-password = Mật khẩu mới
enrol-password-hint = Ít nhất { $min } ký tự. Dễ nhớ nhất là vài từ không liên quan, có thể có dấu cách.
enrol-password-again = Nhập lại mật khẩu mới
enrol-submit = Tạo tài khoản
enrol-have-account = Đã có tài khoản?
err-number-missing = Hãy nhập số định danh cá nhân.
verify-id-bad-length = Số định danh phải có đúng 12 chữ số.
verify-id-lost-zero = Có vẻ số 0 ở đầu đã bị mất. Vui lòng nhập đủ 12 chữ số.
verify-id-not-digits = Số định danh chỉ gồm chữ số từ 0 đến 9.
verify-cmnd-expired = Chứng minh nhân dân 9 số không còn giá trị sử dụng. Vui lòng dùng số định danh cá nhân 12 số.
verify-id-all-zero = Số định danh không thể gồm toàn số 0.
verify-id-impossible = Số định danh này không đúng cấu trúc. Vui lòng kiểm tra từng chữ số.
err-name-missing = Hãy nhập họ và tên.
err-name-invalid = Họ và tên có ký tự không dùng được trong tên người.
err-name-too-long = Họ và tên quá dài (tối đa { $max } ký tự).
err-dob-missing = Hãy nhập ngày sinh hoặc năm sinh.
err-dob-invalid = Ngày sinh không đúng. Hãy nhập theo dạng ngày/tháng/năm, ví dụ 15/03/1985.
err-dob-future = Ngày sinh không thể ở tương lai.
err-dob-number-year = Năm sinh không khớp với số định danh cá nhân. Vui lòng kiểm tra cả hai.
err-new-password-missing = Hãy đặt mật khẩu.
err-new-password-short = Mật khẩu phải có ít nhất { $min } ký tự.
err-new-password-long = Mật khẩu quá dài (tối đa { $max } ký tự).
err-new-password-mismatch = Hai lần nhập mật khẩu không giống nhau.
err-new-password-common = Mật khẩu này quá phổ biến hoặc dễ đoán. Vui lòng chọn mật khẩu khác.

# enrolled
enrolled-title = Đã tạo tài khoản
verify-matched = Thông tin khớp với Cơ sở dữ liệu quốc gia về dân cư.
verify-matched-limit = Việc khớp chỉ cho biết dữ liệu đúng, chưa cho biết người nhập là ai. Vì vậy mức bảo đảm danh tính của tài khoản vẫn ở mức thấp nhất.
verify-not-matched = Thông tin chưa khớp với Cơ sở dữ liệu quốc gia về dân cư. Vui lòng kiểm tra số định danh, họ tên và ngày sinh.
verify-not-matched-next = Tài khoản vẫn dùng được ở mức thấp nhất. Nếu dữ liệu gốc sai, vui lòng đề nghị điều chỉnh tại Công an cấp xã.
verify-pending = Chưa kết nối được Cơ sở dữ liệu quốc gia về dân cư. Hồ sơ của bạn đã được ghi nhận và sẽ tự động được đối chiếu lại.
verify-pending-next = Bạn không cần làm gì thêm. Kết quả hiện ở trang “Tài khoản của tôi”.
enrolled-login-name = Tên đăng nhập của bạn
enrolled-keep = Hãy ghi lại tên này. Bạn cần nó mỗi khi đăng nhập.
enrolled-continue = Tiếp tục
enrolled-continue-to = Tiếp tục vào { $rp }

# account
account-title = Tài khoản của tôi
account-level = Mức bảo đảm danh tính
account-match = Đối chiếu với Cơ sở dữ liệu quốc gia về dân cư
account-match-at = Đối chiếu lúc { $time }
ial-0 = Mức thấp nhất: thông tin do bạn tự khai
ial-1 = Mức 1
ial-2 = Mức 2
ial-3 = Mức 3
data-match-matched = Thông tin khớp
data-match-not-matched = Thông tin chưa khớp
data-match-pending = Đang chờ đối chiếu
data-match-none = Chưa đối chiếu
account-wrong-data-source = Dữ liệu gốc do Bộ Công an quản lý. Vui lòng đề nghị điều chỉnh tại Công an cấp xã.
account-shared-computer = Nếu đang dùng máy chung, hãy đăng xuất trước khi rời đi.

# sign-out, signed-out
logout-title = Đăng xuất
logout-confirm-title = Bạn muốn đăng xuất?
logout-confirm-title-from = Bạn muốn đăng xuất khỏi { $rp } và các hệ thống khác?
logout-confirm-text = Bạn sẽ được đăng xuất khỏi mọi hệ thống mà bạn đã vào bằng tài khoản này trên trình duyệt này.
logout-stay = Ở lại, không đăng xuất
logout-done-title = Bạn đã đăng xuất
logout-done-text = Các hệ thống bạn đã vào đang được báo để kết thúc phiên. Nếu đang dùng máy chung, hãy đóng trình duyệt.
logout-back-to = Quay lại { $rp }
logout-back = Quay lại

# home
home-title = Hệ thống xác thực tập trung
home-text = Máy chủ này giúp bạn đăng nhập một lần và dùng mọi hệ thống của tỉnh. Thông thường bạn đến đây từ trang của một cơ quan và được đưa trở lại trang đó.
home-enrol-off = Hiện không mở việc tự tạo tài khoản.
home-sign-in-how = Để đăng nhập, hãy bắt đầu từ trang của cơ quan mà bạn cần.

# why: một câu vì sao, một câu làm thế nào để lần sau không bị hỏi
why-no-session = { $rp } cần biết bạn là ai, và bạn chưa đăng nhập trên trình duyệt này.
why-no-session-next = Sau khi đăng nhập, các hệ thống khác của tỉnh sẽ không hỏi lại trong cùng phiên làm việc.
why-session-ended = Phiên làm việc trước đã hết hạn hoặc đã bị kết thúc.
why-session-ended-next = Bạn chỉ bị hỏi lại sau một thời gian không dùng, sau khi đăng xuất hoặc khi đổi mật khẩu.
why-max-age = { $rp } chỉ nhận lần đăng nhập còn mới, mà bạn đã đăng nhập từ lâu.
why-max-age-next = Quy định này do { $rp } đặt ra. Nếu thấy bị hỏi quá thường xuyên, hãy phản ánh với đơn vị quản lý dịch vụ.
why-prompt-login = { $rp } yêu cầu nhập lại mật khẩu trước bước này.
why-prompt-login-next = Yêu cầu này chỉ có ở những bước quan trọng. Hệ thống không lưu mật khẩu của bạn ở { $rp }.
why-step-up = { $rp } cần mức bảo đảm cao hơn lần đăng nhập trước.
why-step-up-next = Lần sau, hãy đăng nhập ngay bằng phương thức mạnh hơn nếu có.
why-other-account = { $rp } đang chờ một tài khoản khác với tài khoản đang đăng nhập trên trình duyệt này.
why-other-account-next = Hãy đăng xuất trước khi người khác dùng chung máy.
why-select-account = { $rp } muốn bạn chọn tài khoản sẽ dùng.
why-select-account-next = Yêu cầu này do { $rp } gửi. Nếu chỉ có một tài khoản, bạn chỉ cần bấm tiếp tục.
why-consent-first = Đây là lần đầu { $rp } xin thông tin của bạn. Luật cho bạn quyền đồng ý hoặc từ chối.
why-consent-first-next = Nếu đồng ý, lần sau bạn chỉ bị hỏi khi { $rp } xin thêm thông tin khác.
why-consent-more = { $rp } xin thêm thông tin so với những gì bạn đã đồng ý trước đây.
why-consent-more-next = Nếu đồng ý, lần sau bạn chỉ bị hỏi khi có thay đổi mới.
why-consent-asked = { $rp } yêu cầu bạn xem lại và đồng ý một lần nữa.
why-consent-asked-next = Yêu cầu này do { $rp } gửi, không phụ thuộc những gì bạn đã đồng ý trước đây.

# error: mỗi mã lỗi một tiêu đề, một lời giải thích, một bước tiếp theo (nhãn liên kết)
error-code-label = Mã lỗi
error-reference-label = Mã tra cứu
error-time-label = Thời điểm
error-help = Nếu cần trợ giúp, hãy gọi tổng đài { $phone } và đọc mã tra cứu.
error-next-back-to = Quay lại { $rp }
error-next-again = Bắt đầu lại
error-not-found-title = Không tìm thấy trang
error-not-found-text = Địa chỉ này không có trang nào. Có thể liên kết đã cũ hoặc bị gõ sai.
error-not-found-next = Về trang chủ
error-method-not-allowed-title = Thao tác không được phép ở địa chỉ này
error-method-not-allowed-text = Trình duyệt hoặc ứng dụng đã gửi yêu cầu theo cách mà trang này không nhận.
error-method-not-allowed-next = Về trang chủ
error-bad-request-title = Không đọc được yêu cầu
error-bad-request-text = Yêu cầu gửi đến bị thiếu hoặc sai dạng, nên chúng tôi không thực hiện gì cả.
error-bad-request-next = Về trang chủ
error-too-large-title = Dữ liệu gửi đến quá lớn
error-too-large-text = Yêu cầu vượt quá kích thước cho phép và đã bị từ chối.
error-too-large-next = Về trang chủ
error-too-many-title = Quá nhiều yêu cầu
error-too-many-text = Có quá nhiều yêu cầu từ nơi bạn đang truy cập. Hãy chờ vài phút rồi thử lại.
error-too-many-next = Về trang chủ
error-forbidden-form-title = Biểu mẫu không còn hiệu lực
error-forbidden-form-text = Biểu mẫu được gửi không khớp với phiên của trình duyệt này nên đã bị từ chối để bảo vệ bạn. Hãy mở lại trang và điền lại.
error-forbidden-form-next = Về trang chủ
error-sign-in-expired-title = Lần đăng nhập này đã hết hạn
error-sign-in-expired-text = Trang đăng nhập đã mở quá lâu. Hãy quay lại trang của cơ quan mà bạn cần và bấm đăng nhập lần nữa.
error-sign-in-expired-next = Về trang chủ
error-sign-in-other-browser-title = Lần đăng nhập này bắt đầu ở trình duyệt khác
error-sign-in-other-browser-text = Vì an toàn, bạn phải đăng nhập trong đúng trình duyệt đã bắt đầu. Hãy mở lại trình duyệt đó, hoặc bắt đầu lại từ trang của cơ quan mà bạn cần.
error-sign-in-other-browser-next = Về trang chủ
error-sign-in-finished-title = Lần đăng nhập này đã xong
error-sign-in-finished-text = Có thể bạn đã bấm nút quay lại, hoặc đã đăng nhập xong ở một thẻ khác. Bạn không cần làm lại bước này.
error-sign-in-finished-next = Đến tài khoản của tôi
error-cookies-refused-title = Trình duyệt không nhận cookie
error-cookies-refused-text = Để đăng nhập, trình duyệt phải nhận cookie của trang này. Hãy cho phép cookie trong phần cài đặt, hoặc mở bằng trình duyệt khác, rồi bắt đầu lại.
error-cookies-refused-next = Về trang chủ
error-party-unknown-title = Trang yêu cầu đăng nhập chưa được đăng ký
error-party-unknown-text = Trang vừa đưa bạn đến đây chưa đăng ký với hệ thống này, nên bạn không thể đăng nhập cho trang đó. Không thông tin nào của bạn được gửi đi.
error-party-unknown-next = Về trang chủ
error-redirect-uri-unregistered-title = Địa chỉ quay lại chưa được đăng ký
error-redirect-uri-unregistered-text = Trang vừa đưa bạn đến đây muốn nhận kết quả ở một địa chỉ chưa đăng ký. Chúng tôi đã dừng lại để bảo vệ bạn. Hãy báo cho đơn vị quản lý trang đó.
error-redirect-uri-unregistered-next = Về trang chủ
error-request-invalid-title = Yêu cầu đăng nhập không hợp lệ
error-request-invalid-text = Trang vừa đưa bạn đến đây đã gửi một yêu cầu sai quy cách. Hãy quay lại trang đó và thử lại; nếu vẫn lỗi, hãy báo cho đơn vị quản lý trang.
error-request-invalid-next = Về trang chủ
error-posted-expired-title = Yêu cầu đăng nhập đã hết hạn
error-posted-expired-text = Yêu cầu từ trang trước chỉ dùng được một lần trong thời gian ngắn. Hãy quay lại trang đó và bấm đăng nhập lần nữa.
error-posted-expired-next = Về trang chủ
error-id-token-hint-invalid-title = Không nhận ra yêu cầu đăng xuất
error-id-token-hint-invalid-text = Thông tin kèm theo yêu cầu không do hệ thống này cấp, nên chúng tôi chưa làm gì. Bạn có thể tự đăng xuất ở trang tài khoản.
error-id-token-hint-invalid-next = Đến tài khoản của tôi
error-logout-redirect-unregistered-title = Địa chỉ quay lại sau đăng xuất chưa được đăng ký
error-logout-redirect-unregistered-text = Chúng tôi không chuyển bạn đến địa chỉ lạ. Bạn có thể tự đăng xuất ở trang tài khoản.
error-logout-redirect-unregistered-next = Đến tài khoản của tôi
error-account-locked-title = Tài khoản đang bị khoá
error-account-locked-text = Tài khoản này đang bị khoá nên chưa đăng nhập được. Hãy gọi tổng đài hỗ trợ để biết lý do và cách mở lại.
error-account-locked-next = Về trang chủ
error-account-disabled-title = Tài khoản đã bị vô hiệu hoá
error-account-disabled-text = Tài khoản này đã bị vô hiệu hoá nên không đăng nhập được. Nếu bạn cho là nhầm lẫn, hãy gọi tổng đài hỗ trợ.
error-account-disabled-next = Về trang chủ
error-person-deceased-title = Tài khoản không còn được sử dụng
error-person-deceased-text = Hồ sơ của tài khoản này đã được ghi nhận là của người đã qua đời nên không đăng nhập được. Nếu có nhầm lẫn, hãy gọi tổng đài hỗ trợ hoặc đến Uỷ ban nhân dân cấp xã.
error-person-deceased-next = Về trang chủ
error-person-merged-title = Tài khoản đã được gộp
error-person-merged-text = Tài khoản này đã được gộp vào một tài khoản khác của bạn. Hãy đăng nhập bằng tài khoản đó; nếu không rõ là tài khoản nào, hãy gọi tổng đài hỗ trợ.
error-person-merged-next = Về trang chủ
error-enrol-off-title = Hiện không mở việc tự tạo tài khoản
error-enrol-off-text = Hệ thống đang không nhận tài khoản do người dân tự tạo tại đây.
error-enrol-off-next = Về trang chủ
error-enrol-quota-title = Đã đủ số lần tạo tài khoản
error-enrol-quota-text = Có quá nhiều lần tạo tài khoản trong thời gian ngắn, nên chúng tôi tạm dừng để chống lạm dụng. Hãy thử lại vào ngày mai hoặc gọi tổng đài hỗ trợ.
error-enrol-quota-next = Về trang chủ
error-busy-title = Hệ thống đang quá tải
error-busy-text = Có rất nhiều người đang đăng nhập cùng lúc. Hãy chờ một phút rồi thử lại; bạn chưa bị tính là nhập sai.
error-busy-next = Về trang chủ
error-unavailable-title = Hệ thống tạm thời chưa phục vụ được
error-unavailable-text = Một phần của hệ thống không phản hồi. Hãy thử lại sau ít phút.
error-unavailable-next = Về trang chủ
error-internal-title = Có lỗi xảy ra
error-internal-text = Lỗi này do hệ thống, không phải do bạn. Lỗi đã được ghi lại cùng mã tra cứu dưới đây.
error-internal-next = Về trang chủ

# cli
