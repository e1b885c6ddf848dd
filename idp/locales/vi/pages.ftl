# Mỗi trang một mục. Mọi khoá có ở cả hai thứ tiếng, cùng biến.

# layout
site-name = Hệ thống xác thực tập trung
site-province = tỉnh
footer-emblem = Uỷ ban nhân dân { $province }
skip-to-main = Đến nội dung chính
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
login-title = Đăng nhập { $site }
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
login-closed = Hiện không có cách đăng nhập nào đang mở ở đây. Vui lòng quay lại sau hoặc gọi tổng đài hỗ trợ.
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
consent-will-get = Thông tin được cung cấp
consent-empty = chưa có
consent-deny-effect = Nếu không đồng ý, bạn được đưa về { $rp } và không thông tin nào được gửi đi.
consent-allow = Đồng ý
consent-deny = Không đồng ý
consent-account-code = một mã ngẫu nhiên, không chứa thông tin nào của bạn
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
home-text = Máy chủ này giúp bạn đăng nhập một lần và dùng mọi hệ thống của tỉnh. Thông thường bạn đến đây từ trang của một cơ quan và được đưa trở lại trang đó.
home-enrol-off = Hiện không mở việc tự tạo tài khoản.
home-sign-in-how = Để đăng nhập, hãy bắt đầu từ trang của cơ quan mà bạn cần.

# why: một câu vì sao, một câu làm thế nào để lần sau không bị hỏi
why-no-session = { $rp } cần biết bạn là ai, và bạn chưa đăng nhập trên trình duyệt này.
why-no-session-next = Sau khi đăng nhập, các hệ thống khác của tỉnh sẽ không hỏi lại trong cùng phiên làm việc.
why-too-long-ago = { $rp } chỉ nhận lần đăng nhập trong vòng { $limit }. Lần gần nhất bạn xác thực là { $since }.
why-too-long-ago-next = Quy định này do { $rp } đặt ra. Nếu thấy bị hỏi quá thường xuyên, hãy phản ánh với đơn vị quản lý dịch vụ.
why-party-asks = { $rp } yêu cầu nhập lại mật khẩu trước bước này.
why-party-asks-next = Yêu cầu này chỉ có ở những bước quan trọng. Hệ thống không lưu mật khẩu của bạn ở { $rp }.
why-another-person = { $rp } đang chờ một tài khoản khác với tài khoản đang đăng nhập trên trình duyệt này.
why-another-person-next = Hãy đăng xuất trước khi người khác dùng chung máy.
why-choose-account = { $rp } muốn bạn chọn tài khoản sẽ dùng.
why-choose-account-next = Yêu cầu này do { $rp } gửi. Nếu chỉ có một tài khoản, bạn chỉ cần bấm tiếp tục.
why-new-data = { $rp } xin thông tin mà bạn chưa từng đồng ý cung cấp cho dịch vụ này. Luật cho bạn quyền đồng ý hoặc từ chối.
why-new-data-next = Nếu đồng ý, lần sau bạn chỉ bị hỏi khi { $rp } xin thêm thông tin khác.
why-consent-again = { $rp } yêu cầu bạn xem lại và đồng ý một lần nữa.
why-consent-again-next = Yêu cầu này do { $rp } gửi, không phụ thuộc những gì bạn đã đồng ý trước đây.
