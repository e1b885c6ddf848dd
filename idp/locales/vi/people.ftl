# Người dùng và cách họ đăng nhập, cho người vận hành.

cli-people = Người dùng và cách họ đăng nhập
cli-people-factors = Những gì một người dùng để đăng nhập ngoài mật khẩu
cli-people-factors-list = Liệt kê: khoá truy cập, ứng dụng xác thực, số điện thoại, thư điện tử, mã khôi phục
cli-people-factors-list-arg-person = Tên đăng nhập hoặc mã của người đó
cli-people-factors-remove = Bỏ một thứ đã mất hoặc đã bị tắt; hãy xác minh danh tính của người đó trước
cli-people-factors-remove-arg-person = Tên đăng nhập hoặc mã của người đó
cli-people-factors-remove-arg-factor = Mã in trong danh sách, hoặc paper cho bộ mã khôi phục
cli-people-factors-remove-arg-because = Lý do và số quyết định hoặc số vụ việc; ghi vào nhật ký kiểm toán
cli-people-factors-remove-arg-keep_address = Với địa chỉ: chỉ bỏ bước xác thực thứ hai, giữ địa chỉ để báo tin và để đặt lại mật khẩu
cli-people-factors-none = Người này không có gì ngoài mật khẩu.
cli-people-factor-second = (bước xác thực thứ hai)
cli-people-factor-off = (bước xác thực thứ hai, đang bị tắt trong cấu hình)
cli-people-factor-unknown = Người này không có { $factor }. Hãy xem danh sách bằng: idp people factors list.
cli-people-break-glass = Đây là tài khoản khẩn cấp. Hãy dùng: idp admin break-glass retire.
cli-people-factor-removed = Đã bỏ. Đã kết thúc { $sessions } phiên đăng nhập; đã báo tới { $count } địa chỉ.
cli-people-password-kept = Mật khẩu giữ nguyên và không mở được nhiều hơn trước.
cli-people-password-closed = Mật khẩu không còn mở được tài khoản, vì không còn gì đứng cạnh nó. Người đó đăng nhập bằng khoá truy cập nếu còn, hoặc đặt lại mật khẩu tại /recover; nếu không còn địa chỉ nào đã xác nhận thì phải đến quầy.
cli-people-password-none = Tài khoản này không có mật khẩu.

mail-password-closed-subject = Mật khẩu không còn mở được tài khoản
mail-password-closed-body = Cán bộ đã bỏ bước xác thực thứ hai của bạn lúc { $time }, nên mật khẩu cũ không còn dùng được. Hãy đặt lại tại { $link }. Nếu bạn không yêu cầu, hãy gọi tổng đài ngay.
