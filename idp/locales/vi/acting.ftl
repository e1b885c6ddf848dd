# acting
choose-post-title = Bạn vào { $rp } với vai nào?
choose-post-lead = Mỗi lần bạn chỉ làm việc với một vị trí. Hệ thống kia chỉ biết vị trí bạn chọn, không biết các vị trí khác.
choose-post-legend = Vị trí của bạn
choose-post-for = Thay cho { $name }
choose-post-until = Có hiệu lực đến { $until }
choose-post-citizen = Việc riêng của tôi (công dân)
choose-post-submit = Tiếp tục với vai này
choose-post-remembered = Lựa chọn được nhớ cho lần sau. Để đổi vai, bấm “Đổi vai” ở hệ thống kia, hoặc kết thúc phiên và đăng nhập lại.
choose-post-none = Hãy chọn một vị trí, hoặc chọn vào với tư cách công dân.
scope-post = Vị trí công tác bạn đang dùng (chức vụ, đơn vị)
scope-post-roles = Vai trò của bạn ở hệ thống này
why-several-posts = Bạn có nhiều vị trí dùng được ở { $rp }, và mỗi lần chỉ làm việc với một vị trí.
why-several-posts-next = Lựa chọn được nhớ: lần sau bạn vào thẳng với vai này, đến khi vị trí hết hạn hoặc bạn đổi vai.
why-change-post = { $rp } mở trang này để bạn đổi vai.
why-change-post-next = Vai mới được nhớ cho lần sau. Bạn không phải đăng nhập lại, trừ khi vai mới đòi mức bảo đảm cao hơn.
why-post-level = Vị trí bạn dùng ở { $rp } có vai trò đòi mức bảo đảm cao hơn lần đăng nhập này.
why-post-level-next = Đăng nhập bằng khoá truy cập (passkey) ngay từ đầu thì lần sau không phải chứng minh thêm.
