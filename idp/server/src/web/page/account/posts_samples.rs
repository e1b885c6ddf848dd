//! Samples of the pages of officials: with everything, with nothing, with what others typed. Synthetic persons only.

use super::{
    AccountApprovals, AccountDelegations, AccountPosts, Choice, DelegationNew, DelegationReview, DelegationRow,
    DelegationTyped, Nav, PostCard, PostLines, RefusedLines, ReviewCard, ReviewPart, RightLines, Tab, WaitingCard,
};
use crate::web::page::{
    parts::{Errors, Said},
    samples::{Collected, chrome},
};

const REASON: &str = "Nghỉ phép <b>năm";

const POSTS: &[&str] = &["posts", "at", "day-form", "day-submit", "as-of", "delegations-link", "approvals-link"];
const DELEGATIONS: &[&str] = &["given", "received", "new-delegation", "end-given-1", "end-received-1", "done"];
const DELEGATIONS_EMPTY: &[&str] = &["given-empty", "received-empty", "new-delegation"];
const DELEGATING: &[&str] = &[
    "delegation-form",
    "to",
    "role",
    "system",
    "first",
    "last",
    "reason",
    "decision_no",
    "decision_date",
    "delegation-next",
    "back",
];
const DELEGATING_CONFIRM: &[&str] =
    &["summary", "roles", "confirm-form", "delegation-confirm", "delegation-change", "back"];
const APPROVALS: &[&str] = &["waiting", "decide-1", "because-1", "review-a2", "done"];
const APPROVALS_EMPTY: &[&str] = &["waiting-empty", "reviews-empty"];

/// All of them.
pub(super) fn add(to: &mut Collected) {
    posts(to);
    delegations(to);
    delegating(to);
    approvals(to);
}

fn nav() -> Nav {
    Nav::new(Tab::Posts, String::new())
}

fn lines() -> PostLines {
    PostLines {
        position: "Phó Chánh Văn phòng".to_owned(),
        unit: "Văn phòng Uỷ ban nhân dân tỉnh Mẫu, Tỉnh Mẫu".to_owned(),
        kind: "post-kind-primary",
        window: "từ 01/07/2025 đến 31/12/2026".to_owned(),
        decision: Some(("12/QĐ-UBND <b>".to_owned(), "25/06/2025".to_owned())),
        documents: Some("Công văn; Giấy mời <b>".to_owned()),
        no_redelegate: true,
    }
}

fn posts(to: &mut Collected) {
    let look = to.look;
    let right = RightLines {
        role: "Lãnh đạo đơn vị".to_owned(),
        permissions: vec!["Phê duyệt hồ sơ".to_owned(), "khac/viec-rieng".to_owned()],
        over: "riêng Xã Mẫu".to_owned(),
        towards: Some("Một cửa".to_owned()),
        until: "31/12/2026".to_owned(),
        ends: Some("vì hết thời hạn của vị trí".to_owned()),
    };
    let refused =
        RefusedLines { role: "Thu phí".to_owned(), reasons: vec!["Vai trò không có hiệu lực".to_owned()] };
    let card = PostCard {
        lines: lines(),
        signing: "signing-kt",
        giver: None,
        counts: true,
        reasons: Vec::new(),
        rights: vec![right],
        refused: vec![refused],
        held: vec!["Trong thời hạn (đổi vào ngày 01/01/2027)".to_owned()],
    };
    let lost = PostCard {
        lines: PostLines {
            kind: "post-kind-delegated",
            decision: None,
            documents: None,
            no_redelegate: false,
            ..lines()
        },
        signing: "signing-tuq",
        giver: Some("Trần Thị Bình".to_owned()),
        counts: false,
        reasons: vec!["Người uỷ quyền không còn quyền này".to_owned()],
        rights: Vec::new(),
        refused: Vec::new(),
        held: Vec::new(),
    };
    let page = |posts, errors: Errors, typed: &str| AccountPosts {
        c: chrome(look),
        nav: nav(),
        day: (!typed.is_empty() && errors.is_empty()).then(|| typed.to_owned()),
        errors,
        typed: typed.to_owned(),
        locale_chosen: Some(look.locale.tag()),
        posts,
        delegations_href: "/account/delegations".to_owned(),
        approvals_href: "/account/approvals".to_owned(),
    };
    to.add("account-posts", "plain", POSTS, &page(vec![card, lost], Errors::none(), ""));
    to.add("account-posts", "ahead", &["posts-empty"], &page(Vec::new(), Errors::none(), "01/07/2027"));
    let wrong = Errors::none().field("at", Said::new("posts-err-day"));
    to.add("account-posts", "wrong", &["at-error", "error-summary"], &page(Vec::new(), wrong, "31/02"));
}

fn delegations(to: &mut Collected) {
    let look = to.look;
    let row = |state, left| DelegationRow {
        id: "a1".to_owned(),
        name: "Công Tằng Tôn Nữ Thị Hoàng Nguyễn Bảo Ngọc Quỳnh Anh".to_owned(),
        lines: PostLines { kind: "post-kind-delegated", ..lines() },
        roles: "Thống kê báo cáo đơn vị; Tra cứu hồ sơ toàn đơn vị".to_owned(),
        systems: None,
        state,
        left,
        reason: Some(REASON.to_owned()),
    };
    let page = |given, received, done| AccountDelegations {
        c: chrome(look),
        nav: nav(),
        done,
        given,
        received,
        new_href: "/account/delegations/new".to_owned(),
        action: "/account/delegations/end".to_owned(),
    };
    let given = vec![row("delegation-state-active", Some(200_000)), row("delegation-state-pending", None)];
    let received = vec![row("delegation-state-lost", None), row("delegation-state-later", None)];
    let done = Some(Said::new("delegation-done-given"));
    to.add("account-delegations", "plain", DELEGATIONS, &page(given, received, done));
    to.add("account-delegations", "empty", DELEGATIONS_EMPTY, &page(Vec::new(), Vec::new(), None));
}

fn delegating(to: &mut Collected) {
    let look = to.look;
    let choice = |value: &str, ticked| Choice { value: value.to_owned(), label: format!("Vai trò {value}"), ticked };
    let page = |errors, from: Option<(String, String)>, posts| DelegationNew {
        c: chrome(look),
        errors,
        posts,
        from,
        roles: vec![choice("thong-ke", true), choice("tra-cuu", false)],
        systems: vec![choice("mot-cua", false)],
        typed: DelegationTyped { reason: REASON.to_owned(), ..DelegationTyped::default() },
        action: "/account/delegations/new".to_owned(),
        back_href: "/account/delegations".to_owned(),
    };
    let from = || Some(("p1".to_owned(), "Chuyên viên · Xã Mẫu".to_owned()));
    to.add("delegation-new", "plain", DELEGATING, &page(Errors::none(), from(), Vec::new()));
    let errors = Errors::none()
        .field("to", Said::new("err-delegation-to"))
        .field("role", Said::new("err-delegation-roles"))
        .field("system", Said::new("err-delegation-systems"))
        .field("last", Said::new("err-delegation-too-long").with("day", &"31/12/2026"));
    to.add("delegation-new", "wrong", &["error-summary", "to-error", "role-error"], &page(errors, from(), Vec::new()));
    to.add("delegation-new", "nothing", &["nothing", "back"], &page(Errors::none(), None, Vec::new()));
    let several = vec![("/account/delegations/new?from=p1".to_owned(), "Chuyên viên · Xã Mẫu".to_owned())];
    to.add("delegation-new", "several", &["posts", "back"], &page(Errors::none(), None, several));
    let review = |waits| DelegationReview {
        c: chrome(look),
        name: "Nguyễn Văn An".to_owned(),
        from: "01/07/2026".to_owned(),
        until: "05/07/2026".to_owned(),
        post: "Chuyên viên · Xã Mẫu".to_owned(),
        roles: vec!["Thống kê báo cáo đơn vị".to_owned(), "Tra cứu hồ sơ".to_owned()],
        systems: Some("Một cửa".to_owned()),
        reason: REASON.to_owned(),
        decision: None,
        waits,
        fields: vec![("to".to_owned(), "\"'<b>".to_owned())],
        action: "/account/delegations/new".to_owned(),
        back_href: "/account/delegations".to_owned(),
    };
    to.add("delegation-review", "plain", DELEGATING_CONFIRM, &review(false));
    to.add("delegation-review", "waits", &["waits"], &review(true));
}

fn approvals(to: &mut Collected) {
    let look = to.look;
    let waiting = |asked_by: Option<&str>| WaitingCard {
        id: "a1".to_owned(),
        revision: 1,
        by: "p1".to_owned(),
        name: "Nguyễn Văn An".to_owned(),
        lines: lines(),
        roles: "Thống kê báo cáo đơn vị".to_owned(),
        asked_by: asked_by.map(str::to_owned),
        reason: Some(REASON.to_owned()),
    };
    let card = ReviewCard {
        review: "r1".to_owned(),
        id: "a2".to_owned(),
        name: "Trần Thị Bình".to_owned(),
        lines: lines(),
        roles: "Văn thư".to_owned(),
    };
    let part = ReviewPart { unit: "Xã Mẫu".to_owned(), due: "30/06/2026".to_owned(), cards: vec![card] };
    let page = |waiting, reviews, errors, by: Option<&str>| AccountApprovals {
        c: chrome(look),
        nav: nav(),
        errors,
        done: Some(Said::new("approvals-done-approved")),
        waiting,
        reviews,
        by: by.map(str::to_owned),
        decide_action: "/account/approvals/decide".to_owned(),
        review_action: "/account/approvals/review".to_owned(),
    };
    let both = vec![waiting(Some("Lê Thị Cúc")), waiting(None)];
    to.add("account-approvals", "plain", APPROVALS, &page(both, vec![part.clone()], Errors::none(), Some("p1")));
    to.add("account-approvals", "empty", APPROVALS_EMPTY, &page(Vec::new(), Vec::new(), Errors::none(), None));
    let errors = Errors { notices: vec![Said::new("err-approval-because")], ..Errors::none() };
    let ids: &[&str] = &["error-summary", "reviews-no-post"];
    to.add("account-approvals", "no-post", ids, &page(Vec::new(), vec![part], errors, None));
}
