# Mỗi trang một mục. Mọi khoá có ở cả hai thứ tiếng, cùng biến.

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
verify-not-matched-next = Chưa có tài khoản nào được tạo. Nếu bạn đã nhập đúng mà dữ liệu gốc sai, vui lòng đề nghị điều chỉnh tại Công an cấp xã.
verify-pending = Chưa kết nối được Cơ sở dữ liệu quốc gia về dân cư. Hồ sơ của bạn đã được ghi nhận và sẽ tự động được đối chiếu lại.
verify-pending-next = Bạn không cần làm gì thêm. Kết quả hiện ở trang “Tài khoản của tôi”.
not-enrolled-title = Chưa tạo được tài khoản
not-enrolled-again = Xem lại thông tin đã nhập
not-enrolled-leave = Thôi không tạo tài khoản
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
# the account of an official's record
invited-title = Lập tài khoản cán bộ
invited-lead = Cơ quan đã ghi hồ sơ công vụ của bạn. Hãy đặt mật khẩu để bạn đăng nhập và làm việc bằng hồ sơ này.
invited-until = Liên kết này hết hạn lúc { $time } và chỉ dùng được một lần.
invited-number-hint = 12 chữ số trên thẻ căn cước của bạn, để chắc rằng liên kết đến đúng người.
invited-submit = Lập tài khoản
invited-not-me = Không phải tên bạn? Hãy đóng trang này và báo lại người đã đưa liên kết.
invited-done-title = Tài khoản đã sẵn sàng
invited-done-next = Sau khi đăng nhập, hãy thêm khóa truy cập hoặc ứng dụng mã: nhiều việc của cán bộ cần cách xác minh thứ hai.
err-number-other = Số này không phải số trong hồ sơ. Hãy kiểm tra từng chữ số; sau năm lần sai, liên kết không còn dùng được.
error-invitation-gone-title = Lời mời này không còn hiệu lực
error-invitation-gone-text = Liên kết đã được dùng, đã hết hạn, đã bị nhập sai số nhiều lần hoặc đã được thay bằng liên kết mới hơn. Hãy xin người quản trị đơn vị của bạn một liên kết khác.
error-invitation-gone-next = Về trang chủ
