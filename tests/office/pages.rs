//! Officials at their own pages: what they may do and why, handing on, approving, reviewing.

use std::time::Duration;

use idp_core::{
    office::{self, By, Form, NewAssignment, Scope, starter},
    org::{Span, story::day_of},
    store::Actor,
    types::Timestamp,
};
use idp_tests::{Browser, Engine, House, Page, Person};
use serde_json::json;

use super::staff::{Post, Staff, gso, set};
use crate::signin::ways::{app_code, messages, proved_address, telephone, with_app};

const DAY: Duration = Duration::from_secs(86_400);
const NEW: &str = "/account/delegations/new";

/// A head of commune 22015, a clerk there, the clerk of another province, somebody without a post, and an owner.
struct Town {
    house: House,
    staff: Staff,
    head: (Person, Post),
    clerk: (Person, Post),
    stranger: Person,
    citizen: Person,
    owner: (Person, Post),
}

async fn town(engine: Engine) -> Town {
    let house = House::start(engine, "").await;
    let staff = Staff::over(house.db().clone(), house.parts.clock.now()).await;
    let owner = house.citizen("Nguyễn Văn An").await;
    let owned = staff.install(&staff.new_post(owner.id, "VN", &["quan-tri-nen-tang"]).await).await;
    let head = house.citizen("Hoàng Thị Em").await;
    let heads = NewAssignment {
        scope: Scope::Unit,
        ..staff.new_post(head.id, "22015", &["lanh-dao-don-vi", "thong-ke"]).await
    };
    let heads = staff.install(&heads).await;
    let clerk = house.citizen("Vũ Văn Phúc").await;
    let clerks = staff.install(&staff.new_post(clerk.id, "22015", &["theo-doi-han"]).await).await;
    let stranger = house.citizen("Đỗ Thị Giang").await;
    staff.install(&staff.new_post(stranger.id, "24133", &["nhan-ho-so"]).await).await;
    let citizen = house.citizen("Trần Thị Bình").await;
    Town { staff, head: (head, heads), clerk: (clerk, clerks), stranger, citizen, owner: (owner, owned), house }
}

async fn signed_in(house: &House, person: &Person, path: &str) -> (Browser, Page) {
    let mut browser = Browser::new();
    let asked = browser.open(&house.at(path)).await;
    let page = browser.enter(&asked, person).await;
    assert_eq!(page.url.path(), path.split('?').next().unwrap_or(path), "{} {}", page.status, page.body);
    (browser, page)
}

/// Gives somebody a second factor and signs them in with it.
async fn proved(house: &House, person: &Person, path: &str) -> (Browser, Page, String) {
    let (key, _) = with_app(house, &mut Browser::new(), person).await;
    let (browser, page) = with_code(house, person, &key, path).await;
    (browser, page, key)
}

/// A code counts once, so it is the next minute's.
async fn with_code(house: &House, person: &Person, key: &str, path: &str) -> (Browser, Page) {
    house.later(60).await;
    let mut browser = Browser::new();
    let asked = browser.open(&house.at(path)).await;
    let asked = browser.enter(&asked, person).await;
    assert_eq!(asked.name(), "second-factor", "{} {}", asked.status, asked.body);
    let page = browser.submit(&asked, "second-factor-form", &[("code", &app_code(house, key, 0))]).await;
    assert_eq!(page.url.path(), path.split('?').next().unwrap_or(path), "{} {}", page.status, page.body);
    (browser, page)
}

/// The roles that count in a post now.
async fn held(town: &Town, person: &Person, post: Post) -> Result<Vec<String>, &'static str> {
    town.staff.held((person.id, post), town.house.parts.clock.now()).await
}

fn main_of(page: &Page) -> String {
    page.text("main").expect("a page").split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The words of the form for handing the role `thong-ke` on, for five days from today.
fn wish(to: &str, now: Timestamp) -> Vec<(&'static str, String)> {
    vec![
        ("to", to.to_owned()),
        ("role", "thong-ke".to_owned()),
        ("first", day_of(now)),
        ("last", day_of(now + DAY * 4)),
        ("reason", "Nghỉ phép <năm>".to_owned()),
        ("step", "review".to_owned()),
    ]
}

async fn send(browser: &mut Browser, page: &Page, form: &str, fields: &[(&str, String)]) -> Page {
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
    browser.submit(page, form, &fields).await
}

/// Runs on both databases.
fn both(told: impl AsyncFn(Engine)) {
    idp_tests::run(async {
        for engine in Engine::ALL {
            Box::pin(told(engine)).await;
        }
    });
}

#[test]
fn an_official_reads_what_they_may_do_until_when_and_why_not_now_and_on_another_day() {
    both(async |engine| {
        let town = town(engine).await;
        let house = &town.house;
        let (mut browser, account) = signed_in(house, &town.head.0, "/account").await;
        assert!(account.has("#posts-link"), "{}", account.body);
        let page = browser.open(&house.at("/account/posts")).await;
        let told = main_of(&page);
        for words in [
            "Chuyên viên",
            "Đơn vị 22015, Đơn vị 54",
            "Phê duyệt hồ sơ",
            "Xem thống kê, báo cáo",
            "riêng Đơn vị 22015",
            "không thời hạn",
            "12/QĐ-UBND",
        ] {
            assert!(told.contains(words), "{words}: {told}");
        }
        assert!(page.has("#posts li[data-state=counts]"));
        // Before the post began there was none to speak of in force; a word that is no day is said so.
        let before = browser.open(&house.at("/account/posts?at=01/01/2020")).await;
        assert!(
            before.has("#posts li[data-state=not]") && main_of(&before).contains("Ngoài thời hạn"),
            "{}",
            before.body
        );
        let wrong = browser.open(&house.at("/account/posts?at=31/02/2026")).await;
        assert_eq!((wrong.status, wrong.has("#at-error")), (422, true));
        // Two roles that exclude each other: the younger post loses its own, and the page says against what.
        let clash = NewAssignment {
            span: Span { from: town.staff.now() + DAY * 30, until: town.staff.now() + DAY * 60 },
            ..town.staff.new_post(town.clerk.0.id, "22015", &["tra-ket-qua"]).await
        };
        town.staff.install(&clash).await;
        let (mut clerk, page) = signed_in(house, &town.clerk.0, "/account/posts").await;
        assert!(main_of(&page).contains("đổi vào ngày"), "{}", page.body);
        let ahead = clerk.open(&house.at(&format!("/account/posts?at={}", day_of(town.staff.now() + DAY * 40)))).await;
        let told = main_of(&ahead);
        assert!(told.contains("Trả kết quả") && told.contains("vì hết thời hạn của vị trí"), "{told}");
        let (_, nobody) = signed_in(house, &town.citizen, "/account").await;
        assert!(!nobody.has("#posts-link"));
        let (_, empty) = signed_in(house, &town.citizen, "/account/posts").await;
        assert!(empty.has("#posts-empty"));
    });
}

#[test]
fn rights_are_handed_on_after_a_look_seen_by_both_and_ended_by_either() {
    both(async |engine| {
        let town = town(engine).await;
        let (house, now) = (&town.house, town.staff.now());
        let (phone, other) = (telephone(), telephone());
        proved_address(house, &town.head.0, &phone).await;
        proved_address(house, &town.clerk.0, &other).await;
        let (mut browser, form) = signed_in(house, &town.head.0, NEW).await;
        assert_eq!(form.name(), "delegation-new");
        let review = send(&mut browser, &form, "delegation-form", &wish(&town.clerk.0.login, now)).await;
        assert_eq!(review.name(), "delegation-review", "{} {}", review.status, review.body);
        let summary = review.text("#summary").expect("a summary");
        assert!(summary.contains("Vũ Văn Phúc") && summary.contains(&day_of(now + DAY * 4)), "{summary}");
        let clerks = async || held(&town, &town.clerk.0, latest(house, &town.clerk.0).await).await;
        assert_eq!(
            house.count("select count(*) as n from assignment where kind = 'delegated'").await,
            0,
            "only looked at"
        );
        let list = browser.submit(&review, "confirm-form", &[("step", "give")]).await;
        assert_eq!(
            (list.name().as_str(), list.has("#done")),
            ("account-delegations", true),
            "{} {}",
            list.status,
            list.body
        );
        assert!(
            main_of(&list).contains("Nghỉ phép <năm>") && list.has("#given li[data-state=delegation-state-active]")
        );
        assert_eq!(clerks().await, Ok(vec!["thong-ke".to_owned()]), "{engine:?}");
        assert_eq!(messages(house, &phone, "delegation-given").await.len(), 1);
        assert_eq!(messages(house, &other, "delegation-received").await.len(), 1);
        // Nobody else ends it; the receiver declines it.
        let post = list.attribute("#given button[name=post]", "value").expect("the post");
        let (mut stranger, _) = signed_in(house, &town.stranger, NEW).await;
        let theirs = stranger.open(&house.at("/account/delegations")).await;
        assert!(theirs.has("#given-empty") && theirs.has("#received-empty"));
        let token = stranger.open(&house.at(NEW)).await.attribute("input[name=csrf]", "value").expect("a token");
        stranger.post(&house.at("/account/delegations/end"), &[("csrf", &token), ("post", &post)]).await;
        assert!(clerks().await.is_ok(), "{engine:?}: a stranger ends nothing");
        let (mut clerk, received) = signed_in(house, &town.clerk.0, "/account/delegations").await;
        assert!(main_of(&received).contains("Hoàng Thị Em uỷ quyền cho bạn"), "{}", received.body);
        let over = send(&mut clerk, &received, "end-received-1", &[("post", post)]).await;
        assert!(over.has("#done") && over.has("#received-empty"), "{}", over.body);
        assert!(clerks().await.is_err(), "{engine:?}");
        assert_eq!(messages(house, &phone, "delegation-ended").await.len(), 1);
        let theirs = messages(house, &other, "delegation-ended").await.len();
        assert_eq!((theirs, messages(house, &other, "post-ended").await.len()), (1, 0), "one word of it is enough");
        // The job that warns of near ends may have run meanwhile, and records what it said.
        let warned = house.count("select count(*) as n from post_warning").await;
        let events = house.events("post-changed", town.clerk.0.id).await - warned;
        assert_eq!(events, 3, "{engine:?}: begun, handed on, ended");
    });
}

/// The youngest post of a person.
async fn latest(house: &House, person: &Person) -> Post {
    let mut conn = house.db().read().await.expect("reads");
    let all = office::history(&mut conn, person.id).await.expect("reads");
    all.iter().map(|one| one.post.id).max().expect("a post")
}

#[test]
fn who_cannot_receive_is_answered_like_who_is_not_there() {
    both(async |engine| {
        let town = town(engine).await;
        let (house, now) = (&town.house, town.staff.now());
        let (mut weak, form) = signed_in(house, &town.head.0, NEW).await;
        let mut signs = wish(&town.clerk.0.login, now);
        signs[1].1 = "lanh-dao-don-vi".to_owned();
        let refused = send(&mut weak, &form, "delegation-form", &signs).await;
        assert_eq!((refused.status, refused.has("#role-error")), (403, true), "{engine:?}: a role of two factors");
        let (mut browser, form, _) = proved(house, &town.head.0, NEW).await;
        let mut answers = Vec::new();
        // Nobody, a citizen, and a number that several claim.
        for to in ["khong-co-ai", &town.citizen.login, "079085000001", "079085999999"] {
            let refused = send(&mut browser, &form, "delegation-form", &wish(to, now)).await;
            assert_eq!(refused.status, 422, "{to}");
            assert!(!refused.body.contains("Trần Thị Bình"), "{to}: nobody is looked up here");
            answers.push(refused.text("#to-error").expect("beside the field"));
        }
        answers.dedup();
        assert_eq!(answers.len(), 1, "{engine:?}: {answers:?}");
        let own = send(&mut browser, &form, "delegation-form", &wish(&town.head.0.login, now)).await;
        assert!(own.text("#to-error").is_some_and(|text| text.contains("chính mình")), "{}", own.body);
        // A role that excludes one that the receiver holds is theirs to know, not the giver's.
        signs[0].1.clone_from(&town.stranger.login);
        let parted = send(&mut browser, &form, "delegation-form", &signs).await;
        assert_eq!(parted.text("#to-error").as_ref(), answers.first(), "{engine:?}");
        // A role that is not one's own is nothing that one can choose.
        let mut forged = wish(&town.clerk.0.login, now);
        forged[1].1 = "quan-tri-nen-tang".to_owned();
        let refused = send(&mut browser, &form, "delegation-form", &forged).await;
        assert_eq!((refused.status, refused.has("#role-error")), (422, true));
        // Naming people has an end.
        let mut last = refused;
        for _ in 0..30 {
            last = send(&mut browser, &form, "delegation-form", &wish("khong-co-ai", now)).await;
        }
        assert!(last.has("#error-summary") && !last.has("#to-error"), "{engine:?}: {}", last.body);
        let said = last.text("#error-summary").unwrap_or_default();
        assert!(said.contains("30 người") && !said.contains("nhập sai") && !said.contains("mật khẩu"), "{said}");
        assert_eq!(house.count("select count(*) as n from assignment where kind = 'delegated'").await, 0);
    });
}

#[test]
fn handing_on_asks_for_a_fresh_proof_before_the_form_and_before_the_last_word() {
    both(async |engine| {
        let town = town(engine).await;
        let (house, now) = (&town.house, town.staff.now());
        let (mut browser, _) = signed_in(house, &town.head.0, "/account").await;
        house.later(360).await;
        let asked = browser.open(&house.at(&format!("{NEW}?role=thong-ke"))).await;
        assert_eq!(asked.name(), "sign-in", "{}", asked.body);
        let form = browser.submit(&asked, "sign-in-form", &[("password", &town.head.0.password)]).await;
        assert_eq!(form.name(), "delegation-new", "{} {}", form.status, form.body);
        assert!(form.has("#role-thong-ke[checked]"), "what was chosen is still there");
        let review = send(&mut browser, &form, "delegation-form", &wish(&town.clerk.0.login, now)).await;
        house.later(360).await;
        let asked = browser.submit(&review, "confirm-form", &[("step", "give")]).await;
        assert_eq!(asked.name(), "sign-in", "{engine:?}: {}", asked.body);
        assert_eq!(house.count("select count(*) as n from assignment where kind = 'delegated'").await, 0);
        // A form of another browser is refused before anything is looked at.
        let (mut thief, _) = signed_in(house, &town.clerk.0, "/account").await;
        let forged = thief.post(&house.at(NEW), &[("csrf", "x"), ("step", "give")]).await;
        assert_eq!(forged.status, 403);
    });
}

/// A role that may be handed on, but not without a second person.
async fn watched_role(town: &Town) {
    let mut form: Form = starter::catalogue()
        .expect("reads")
        .roles
        .into_iter()
        .find(|form| form.id.as_str() == "tra-cuu-toan-don-vi")
        .expect("is in the starter set");
    form.four_eyes = true;
    let span = Span { from: Timestamp::default(), until: idp_core::org::FOREVER };
    let (cx, form) = (town.staff.cx(Actor::Operator("root#0".into())), &form);
    let put =
        town.house.db().write(&cx, |tx| Box::pin(office::put_role(tx, &By::Operator, (form.clone(), span), Some(1))));
    put.await.expect("the role is changed");
}

#[test]
fn what_needs_a_second_person_waits_on_their_page_and_nobody_approves_their_own() {
    both(async |engine| {
        let town = town(engine).await;
        let (house, now) = (&town.house, town.staff.now());
        let more = NewAssignment {
            scope: Scope::Unit,
            ..town.staff.new_post(town.head.0.id, "22015", &["tra-cuu-toan-don-vi"]).await
        };
        let more = town.staff.install(&more).await;
        watched_role(&town).await;
        let (mut weak, _) = signed_in(house, &town.owner.0, "/account/approvals").await;
        let (_, _, key) = proved(house, &town.owner.0, "/account/approvals").await;
        let (mut browser, choose) = signed_in(house, &town.head.0, NEW).await;
        assert!(choose.has("#posts a") && !choose.has("#delegation-form"), "{}", choose.body);
        let form = browser.open(&house.at(&format!("{NEW}?from={more}"))).await;
        let mut asked = wish(&town.clerk.0.login, now);
        asked[1].1 = "tra-cuu-toan-don-vi".to_owned();
        for verdict in ["refuse", "approve"] {
            let review = send(&mut browser, &form, "delegation-form", &asked).await;
            assert!(review.has("#waits"), "{} {}", review.status, review.body);
            let list = browser.submit(&review, "confirm-form", &[("step", "give")]).await;
            assert!(list.has("#given li[data-state=delegation-state-pending]"), "{}", list.body);
            let given = latest(house, &town.clerk.0).await;
            assert!(held(&town, &town.clerk.0, given).await.is_err());
            let own = browser.open(&house.at("/account/approvals")).await;
            assert!(own.has("#waiting-empty"), "{engine:?}: who asked does not approve");
            let (mut owner, queue) = with_code(house, &town.owner.0, &key, "/account/approvals").await;
            assert!(
                main_of(&queue).contains("Nghỉ phép <năm>") && main_of(&queue).contains("Hoàng Thị Em"),
                "{}",
                queue.body
            );
            // Who came with a password alone has to prove more first.
            let queue_of_weak = weak.open(&house.at("/account/approvals")).await;
            let asked = weak.submit(&queue_of_weak, "decide-1", &[("verdict", "approve")]).await;
            assert!(asked.url.path().starts_with("/sign-in/"), "{engine:?}: {} {}", asked.url, asked.body);
            let done = if verdict == "refuse" {
                let silent = owner.submit(&queue, "decide-1", &[("verdict", "refuse")]).await;
                assert_eq!((silent.status, silent.has("#error-summary")), (422, true), "{}", silent.body);
                owner.submit(&silent, "decide-1", &[("verdict", "refuse"), ("because", "Chưa đủ căn cứ")]).await
            } else {
                owner.submit(&queue, "decide-1", &[("verdict", "approve")]).await
            };
            assert!(done.has("#done") && done.has("#waiting-empty"), "{} {}", done.status, done.body);
            let held = held(&town, &town.clerk.0, given).await;
            assert_eq!(held.is_ok(), verdict == "approve", "{engine:?}: {held:?}");
            // Answered from a page that is old: nothing is decided twice.
            let twice = owner.submit(&queue, "decide-1", &[("verdict", "approve")]).await;
            assert_eq!((twice.status, twice.has("#error-summary")), (409, true), "{}", twice.body);
        }
    });
}

#[test]
fn the_head_of_a_unit_answers_its_review_and_approves_what_is_handed_on_there() {
    both(async |engine| {
        let town = town(engine).await;
        let (house, now) = (&town.house, town.staff.now());
        let head = town.head.0.id;
        let lead = json!([{"op": "set_head", "unit": gso("22015"), "head": {"person": head, "title": "Chủ tịch"}}]);
        town.staff.change(&set(&now.day().to_string(), &lead)).await.expect("the head is named");
        let searches = NewAssignment {
            scope: Scope::Unit,
            ..town.staff.new_post(town.clerk.0.id, "22015", &["tra-cuu-toan-don-vi"]).await
        };
        let searches = town.staff.install(&searches).await;
        watched_role(&town).await;
        let third = house.citizen("Lý Văn Hải").await;
        town.staff.install(&town.staff.new_post(third.id, "22015", &["thong-ke"]).await).await;
        let (mut clerk, form) = signed_in(house, &town.clerk.0, &format!("{NEW}?from={searches}")).await;
        let mut asked = wish(&third.login, now);
        asked[1].1 = "tra-cuu-toan-don-vi".to_owned();
        let review = send(&mut clerk, &form, "delegation-form", &asked).await;
        clerk.submit(&review, "confirm-form", &[("step", "give")]).await;
        let given = latest(house, &third).await;
        let (mut poor, queue) = signed_in(house, &town.head.0, "/account/approvals").await;
        let refused = poor.submit(&queue, "decide-1", &[("verdict", "approve")]).await;
        assert_eq!((refused.status, refused.has("#error-summary")), (403, true), "{engine:?}: no second factor");
        let (mut browser, queue, key) = proved(house, &town.head.0, "/account/approvals").await;
        let done = browser.submit(&queue, "decide-1", &[("verdict", "approve")]).await;
        assert!(done.has("#done"), "{engine:?}: {} {}", done.status, done.body);
        assert!(held(&town, &third, given).await.is_ok(), "{engine:?}");
        // Half a year later the unit is reviewed, and its head is told; nobody answers about themself.
        let phone = telephone();
        proved_address(house, &town.head.0, &phone).await;
        house.after(200 * 86_400).await;
        let told = messages(house, &phone, "review-opened").await;
        assert_eq!(told.len(), 1, "{engine:?}: {told:?}");
        assert!(told[0]["body"].as_str().is_some_and(|body| body.contains("Đơn vị 22015")), "{engine:?}: {told:?}");
        let (mut browser, page) = with_code(house, &town.head.0, &key, "/account/approvals").await;
        let told = main_of(&page);
        assert!(told.contains("Vũ Văn Phúc") && !told.contains("Hoàng Thị Em ·"), "{engine:?}: {told}");
        let form = format!("review-{}", town.clerk.1);
        let kept = browser.submit(&page, &form, &[("verdict", "keep")]).await;
        assert!(kept.has("#done") && !kept.has(&format!("#{form}")), "{} {}", kept.status, kept.body);
        let form = format!("review-{searches}");
        let ended = browser.submit(&kept, &form, &[("verdict", "end")]).await;
        assert!(ended.has("#done"), "{} {}", ended.status, ended.body);
        assert!(held(&town, &town.clerk.0, searches).await.is_err(), "{engine:?}");
        assert!(held(&town, &town.clerk.0, town.clerk.1).await.is_ok(), "{engine:?}");
    });
}
