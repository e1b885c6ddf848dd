# Đồng ý, tài khoản của tôi, hiển thị. Mọi khoá có ở cả hai thứ tiếng, cùng biến.

# hiển thị
a11y-display = Ngôn ngữ và hiển thị
display-large-short = Chữ lớn
display-contrast-short = Tương phản
display-large = Chữ lớn
display-contrast = Tương phản cao
span-seconds = { $count } giây
span-minutes = { $count } phút
span-hours = { $count } giờ
span-days = { $count } ngày
agent-unknown = Thiết bị không rõ
agent-on = { $browser } trên { $system }
why-asker = Bên yêu cầu: { $rp }.

# máy dùng chung
login-shared = Đây là máy dùng chung
login-shared-hint = Phiên sẽ ngắn hơn và máy này không được ghi nhớ. Hãy chọn nếu người khác cũng dùng máy này.
shared-warning = Bạn đang dùng máy chung. Hãy đăng xuất trước khi rời đi.
logout-done-shared = Đây là máy dùng chung: hãy đóng hết cửa sổ trình duyệt trước khi rời đi, để người sau không thấy trang bạn vừa xem.

# đồng ý
purpose-default = Đăng nhập và sử dụng { $rp }
basis-consent = Sự đồng ý của bạn
basis-law = Luật quy định
basis-public-task = Nhiệm vụ của cơ quan nhà nước theo quy định của pháp luật
basis-contract = Thực hiện thoả thuận với bạn
consent-controller = Bên kiểm soát dữ liệu
consent-basis = Căn cứ pháp lý
consent-how-long = Thời hạn
consent-retention = Giữ tối đa { $days } ngày kể từ hôm nay; hết thời hạn, dịch vụ phải hỏi lại bạn.
consent-until-withdrawn = Cho đến khi bạn rút lại hoặc không còn cần cho mục đích này.
consent-optional = (không bắt buộc)
consent-offline = Nhận các thông tin này cả khi bạn không đăng nhập
consent-rights = Bạn có quyền biết, xem, sửa, xoá, hạn chế, phản đối và rút lại sự đồng ý bất cứ lúc nào, tại mục “Dịch vụ đã kết nối” trong tài khoản của bạn.
consent-act-given = Đã đồng ý
consent-act-declined = Không chọn
consent-act-withdrawn = Đã rút lại
consent-act-expired = Đã hết thời hạn

# tài khoản: các trang
account-tab-data = Thông tin của tôi
account-tab-services = Dịch vụ đã kết nối
account-tab-history = Lịch sử đăng nhập
account-tab-sessions = Nơi đang đăng nhập
account-tab-access = Ai đã xem thông tin
account-tab-settings = Hiển thị và ngôn ngữ
source-declared = Bạn khai
source-matched = Bạn khai, khớp với Cơ sở dữ liệu quốc gia về dân cư
source-chosen = Bạn chọn
source-given = Chúng tôi cấp
account-correct-how = Nếu thông tin sai, hãy sửa tại Công an cấp xã: chúng tôi chỉ đối chiếu, không sửa dữ liệu gốc.
older = Xem các mục cũ hơn

# lịch sử
history-intro = Các lần đăng nhập và lần thử không thành công trong 12 tháng gần đây. Nếu thấy lần nào không phải do bạn, hãy báo ngay tại dòng đó.
history-empty = Chưa có lần đăng nhập nào được ghi lại.
history-address = Địa chỉ mạng { $address }
history-times = { $count } lần liên tiếp
history-not-me = Không phải tôi
history-not-me-label = Không phải tôi: lần đăng nhập lúc { $time }
history-reported = Đã báo. Số vụ việc: { $number }
history-case-open = Đang chờ xem xét. Khi gọi tổng đài { $phone }, hãy đọc số vụ việc này.
history-case-closed = Đã xem xét xong lúc { $time }.
history-case-found = Kết quả:
act-signed-in = Đăng nhập
act-reauthenticated = Xác thực lại
act-failed = Đăng nhập không thành công
act-signed-out = Đăng xuất
act-everywhere = Đăng xuất ở mọi nơi
act-ended = Phiên kết thúc
act-ended-reported = Phiên bị khoá do bạn báo
act-reported = Bạn đã báo một lần đăng nhập lạ
amr-pwd = mật khẩu
amr-passkey = khoá truy cập
amr-second = bước hai
amr-otp = mã một lần
amr-sms = mã qua tin nhắn
reported-title = Chúng tôi đã khoá phiên đó
reported-text = Phiên đăng nhập mà bạn báo đã bị kết thúc và không dùng lại được. Vụ việc đã được mở.
reported-text-here = Lần đăng nhập bạn báo chính là phiên trên trình duyệt này, nên bạn đã được đăng xuất. Vụ việc đã được mở.
reported-title-failed = Chúng tôi đã ghi nhận
reported-text-failed = Lần thử đó không mở được tài khoản của bạn. Vụ việc đã được mở để chúng tôi xem xét.
reported-number = Số vụ việc của bạn
reported-next-title = Việc nên làm tiếp
reported-next-password = Đổi mật khẩu, và đăng xuất ở mọi nơi nếu bạn nghi người khác biết mật khẩu.
reported-next-call = Nếu cần giúp, gọi { $phone } và đọc số vụ việc.

# phiên
session-here = trình duyệt này
session-shared = máy dùng chung
session-started = Bắt đầu
session-used = Dùng gần nhất
session-ends = Tự kết thúc
session-services = Số dịch vụ đã vào
session-end = Đăng xuất ở đây
session-end-here = Đăng xuất trình duyệt này
sessions-everywhere = Đăng xuất ở mọi nơi
sessions-everywhere-when = Dùng khi bạn mất điện thoại, quên đăng xuất ở máy lạ, hoặc nghi người khác vào tài khoản. Mọi dịch vụ sẽ phải hỏi bạn lại từ đầu.

# dịch vụ
services-empty = Chưa có dịch vụ nào nhận thông tin của bạn.
services-note = Rút lại sự đồng ý không xoá dữ liệu mà dịch vụ đã nhận; muốn xoá, hãy yêu cầu bên kiểm soát dữ liệu.
service-agreed = Bạn đã đồng ý
service-by-law = Theo quy định, không cần hỏi bạn
service-ended = Không còn hiệu lực
service-last = dùng gần nhất { $time }
service-answers = Những gì bạn đã trả lời
service-receipt = Xem biên nhận
service-object = Việc cung cấp này theo quy định nên không có nút rút lại. Bạn vẫn có quyền phản đối: gọi { $phone }.
withdraw-title = Rút lại sự đồng ý
withdraw-text = { $rp } sẽ không nhận được thông tin mới, bạn được đăng xuất khỏi dịch vụ này, và lần sau sẽ được hỏi lại.
withdraw-submit = Rút lại sự đồng ý

# biên nhận
receipt-title = Biên nhận sự đồng ý
receipt-service = Dịch vụ
receipt-person = Người đồng ý
receipt-number = Số biên nhận
receipt-digest = Dấu vân tay của nội dung đã hiển thị (SHA-256)
receipt-answer = Câu trả lời
receipt-kinds = Loại thông tin
receipt-since = Sau đó
receipt-download = Tải tệp có chữ ký số
receipt-back = Quay lại dịch vụ
receipt-print = Muốn có bản giấy, hãy dùng lệnh in của trình duyệt.

# ai đã xem
access-intro = Mỗi dòng là một lần dữ liệu của bạn được chuyển cho một dịch vụ, ghi từ nhật ký của hệ thống trong 12 tháng gần đây.
access-empty = Chưa có lần nào được ghi lại.
release-signed-in = Nhận kết quả đăng nhập của bạn
release-refreshed = Gia hạn quyền truy cập
release-told = Đọc thông tin { $count } lần
release-consented = Được bạn đồng ý
release-withdrawn = Bị bạn rút lại sự đồng ý
release-expired = Sự đồng ý của bạn đã hết hạn

# cài đặt
settings-language = Ngôn ngữ của trang và tin nhắn
settings-display = Hiển thị
settings-notices = Thông báo
settings-new-browser = Báo cho tôi khi có đăng nhập từ trình duyệt lạ
settings-notices-always = Thay đổi về mật khẩu và cách đăng nhập luôn được báo, không tắt được.
settings-save = Lưu
settings-saved = Đã lưu.
settings-where = Ngôn ngữ được lưu cùng tài khoản. Cỡ chữ và độ tương phản được lưu trên trình duyệt này, dùng được cả khi chưa đăng nhập.

# mail-
mail-new-browser-subject = Đăng nhập từ trình duyệt mới
mail-new-browser-body = Tài khoản của bạn vừa được đăng nhập từ { $browser } lúc { $time }. Nếu không phải bạn, hãy vào “Lịch sử đăng nhập” và bấm “Không phải tôi”.
mail-sign-in-reported-subject = Bạn đã báo một lần đăng nhập lạ
mail-sign-in-reported-body = Chúng tôi đã mở vụ việc { $number } lúc { $time } và khoá phiên đó nếu nó còn mở. Nếu không phải bạn báo, hãy gọi tổng đài ngay.
