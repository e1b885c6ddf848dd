# Khoá truy cập (passkey): đăng nhập bằng khuôn mặt, vân tay hoặc mã mở khoá.

passkey-words = Khoá truy cập (passkey) cho bạn đăng nhập bằng khuôn mặt, vân tay hoặc mã mở khoá của điện thoại hay máy tính, thay cho mật khẩu.
passkey-missing = Trình duyệt này chưa dùng được khoá truy cập, hoặc đã tắt JavaScript. Hãy mở bằng trình duyệt khác như Chrome, Safari, Edge hoặc Firefox, hay chọn một cách khác dưới đây.
login-passkey = Đăng nhập bằng khoá truy cập (passkey)

# step-up
step-up-title = Cần xác thực thêm một bước
step-up-text = { $rp } yêu cầu mức bảo đảm cao hơn mật khẩu. Hãy dùng khuôn mặt, vân tay hoặc mã mở khoá của bạn.
step-up-text-own = Bước này yêu cầu mức bảo đảm cao hơn mật khẩu. Hãy dùng khuôn mặt, vân tay hoặc mã mở khoá của bạn.
step-up-passkey = Dùng khoá truy cập (passkey)
step-up-other = Cách khác
step-up-other-device = Khoá truy cập của bạn ở máy khác? Bấm nút trên, chọn “thiết bị khác” rồi dùng điện thoại quét mã hiện ra.
step-up-other-lost = Bạn không còn máy có khoá truy cập? Hãy gọi tổng đài { $phone }. Không ai có quyền hỏi mật khẩu của bạn.
step-up-decline = Tiếp tục mà không xác thực thêm

# passkey-failed
passkey-failed-title = Chưa dùng được khoá truy cập
passkey-failed-device = Thiết bị chưa xác nhận: có thể bạn đã đóng cửa sổ, hết thời gian chờ, hoặc máy này chưa có khoá truy cập của bạn.
passkey-failed-refused = Câu trả lời của thiết bị không đúng với yêu cầu của chúng tôi. Chưa có gì thay đổi trong tài khoản của bạn.
passkey-failed-unknown = Khoá truy cập này không còn gắn với tài khoản nào ở đây, hoặc thuộc tài khoản khác. Bạn có thể xoá nó trong phần quản lý mật khẩu của thiết bị.
passkey-failed-late = Yêu cầu đã quá 5 phút hoặc đã được trả lời. Hãy thử lại.
passkey-failed-clone = Khoá truy cập này có dấu hiệu bị sao chép nên đã bị từ chối. Hãy đăng nhập cách khác, xoá khoá này và tạo khoá mới.
passkey-again = Thử lại
passkey-other = Chọn cách khác

# passkey-create
passkey-create-title = Lần sau đăng nhập bằng khuôn mặt hoặc vân tay?
passkey-create-needed = { $rp } yêu cầu mức bảo đảm cao hơn mật khẩu, và tài khoản của bạn chưa có cách nào như vậy. Hãy tạo một khoá truy cập để tiếp tục.
passkey-create-lead = Tạo khoá truy cập (passkey) trên thiết bị này. Bạn mở nó bằng khuôn mặt, vân tay hoặc mã mở khoá.
passkey-create-easy = Nhanh hơn: không phải nhớ và gõ mật khẩu.
passkey-create-safe = An toàn hơn: trang giả mạo không lấy được khoá này.
passkey-create-private = Riêng tư: khuôn mặt và vân tay không rời khỏi thiết bị của bạn.
passkey-create-shared = Chỉ tạo trên máy của riêng bạn. Ai mở khoá được máy này thì cũng đăng nhập được vào tài khoản của bạn.
passkey-create-submit = Tạo khoá truy cập
passkey-create-app = Dùng ứng dụng xác thực thay thế
passkey-create-app-hint = Ứng dụng trên điện thoại hiện mã mới mỗi 30 giây. Cách này dùng được trên mọi trình duyệt.
passkey-label = Tên gợi nhớ
passkey-label-hint = Để bạn nhận ra khoá này sau này, ví dụ “Điện thoại của An”.
passkey-label-usual = Thiết bị của tôi
passkey-later = Để sau
err-passkey-exists = Thiết bị này đã có khoá truy cập của tài khoản bạn. Bạn có thể dùng ngay khoá đó.
err-passkey-full = Tài khoản đã có đủ số khoá truy cập. Hãy xoá một khoá không dùng nữa.
err-passkey-late = Yêu cầu đã quá 5 phút hoặc đã được trả lời. Hãy bấm nút để thử lại.
err-passkey-not-created = Chưa tạo được khoá truy cập: thiết bị không xác nhận, hoặc không mở khoá được bằng khuôn mặt, vân tay hay mã. Bạn có thể thử lại.

# in-app
in-app-title = Bạn đang xem trang này bên trong ứng dụng { $app }.
in-app-text = Khoá truy cập không dùng được ở đây. Hãy bấm dấu ba chấm ở góc màn hình, chọn “Mở bằng trình duyệt”, rồi bắt đầu lại từ dịch vụ bạn cần.

# passkeys, passkey-remove
account-passkeys = Khoá truy cập (passkey) của tôi
passkeys-title = Khoá truy cập của tôi
passkeys-none = Bạn chưa có khoá truy cập nào.
passkeys-made = Tạo lúc { $time }
passkeys-used = Dùng gần nhất lúc { $time }
passkeys-never-used = Chưa dùng lần nào
passkeys-synced = Được đồng bộ sang các thiết bị khác của bạn
passkeys-one-device = Chỉ có trên một thiết bị
passkeys-change = Đổi tên hoặc xoá “{ $label }”
passkeys-rename = Lưu tên mới
passkeys-remove = Xoá “{ $label }”
passkeys-create = Tạo thêm khoá truy cập
passkeys-back = Về trang tài khoản
passkeys-back-to-list = Về danh sách khoá truy cập
passkeys-done-created = Đã tạo khoá truy cập.
passkeys-done-renamed = Đã đổi tên.
passkeys-done-removed = Đã xoá khoá truy cập, kết thúc các phiên từng dùng khoá đó và thu hồi quyền đã cấp cho dịch vụ trong các phiên đó.
passkey-remove-title = Xoá khoá truy cập “{ $label }”?
passkey-remove-text = Sau khi xoá, không ai đăng nhập được bằng khoá này nữa, và mọi phiên từng dùng khoá này kết thúc ngay, kể cả quyền truy cập lâu dài đã cấp cho dịch vụ trong các phiên đó.
passkey-remove-last = Đây là cách xác thực mạnh duy nhất của bạn. Sau khi xoá, tài khoản chỉ còn được bảo vệ bằng mật khẩu và bạn không vào được các dịch vụ cần mức bảo đảm cao.
passkey-remove-only-way = Đây là cách duy nhất để bạn đăng nhập, nên chưa thể xoá. Hãy tạo một khoá truy cập khác trước.
passkey-remove-here = Bạn đang đăng nhập bằng chính khoá này: sau khi xoá, bạn phải đăng nhập lại.
passkey-remove-submit = Xoá
passkey-remove-keep = Giữ lại
passkey-remove-device = Khoá cũng còn lưu trong thiết bị: hãy xoá cả ở phần quản lý mật khẩu của thiết bị.

# why
why-level-needed = { $rp } chỉ phục vụ người đã xác thực bằng cách mạnh hơn mật khẩu.
why-level-needed-next = Lần sau hãy đăng nhập ngay bằng khoá truy cập, bạn sẽ không bị hỏi thêm.
why-level-welcome = { $rp } mong bạn xác thực bằng cách mạnh hơn mật khẩu, nhưng không bắt buộc.
why-level-welcome-next = Lần sau hãy đăng nhập ngay bằng khoá truy cập, bạn sẽ không bị hỏi thêm.
why-before-change = Trước khi thêm một cách đăng nhập mới cho { $rp }, chúng tôi cần chắc chắn chính bạn đang ở đây.
why-before-change-next = Bước này chỉ có khi lần xác thực gần nhất đã quá 5 phút.
why-passkey-offer = Bạn vừa đăng nhập bằng mật khẩu để vào { $rp }. Thiết bị này dùng được cách dễ hơn và an toàn hơn.
why-passkey-offer-next = Nếu chọn “Để sau”, chúng tôi sẽ không hỏi lại trong 30 ngày.
