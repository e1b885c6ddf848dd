//! Whoever loses a post or an office through somebody else is told once, by whichever door it went; and who loses none, or ended it themself, is
//! not.

use idp_core::{
    admin::{Role, Scope, Subject},
    office::{self, DeskError},
    people, signin,
    store::StoreError,
    types::{Id, Locale, id},
};
use idp_tests::{House, Person, Reply};
use serde_json::{Value, json};

use super::{
    apart,
    desk::{Caller, by_code, console, enact, get, give, officer, post, request, set, step, unit},
    files::{CUC, IMPORTS, file},
    officials::Cast,
};
use crate::{
    scim::desk::{OFFICIAL, system, user},
    signin::ways::{messages, proved_address, telephone},
};

const POSTS: &str = "/api/v1/posts";

/// Gives somebody whom a file or a system recorded an account with an address, in this language.
async fn reachable(house: &House, person: Id<id::Person>, locale: Locale) -> String {
    let login = telephone().replace('+', "nguoidan-");
    let (cx, login) = (house.cx(), &login);
    let made = house.db().write(&cx, |tx| {
        Box::pin(async move {
            let account = people::add_account(tx, person, login).await?;
            people::set_locale(tx, account, locale).await?;
            Ok::<_, StoreError>(account)
        })
    });
    let account = made.await.expect("writes");
    let phone = telephone();
    let whole = Person { id: person, account, login: login.clone(), password: String::new() };
    proved_address(house, &whole, &phone).await;
    phone
}

/// A telephone of somebody who has an account.
async fn telephone_of(house: &House, person: &Person) -> String {
    let phone = telephone();
    proved_address(house, person, &phone).await;
    phone
}

async fn holder(house: &House, post: &str) -> Id<id::Person> {
    let mut conn = house.db().read().await.expect("reads");
    let found = office::assignment(&mut conn, post.parse().expect("an id")).await.expect("reads");
    found.expect("is there").post.person
}

/// What an address was told of posts that ended, in order.
async fn lost(house: &House, phone: &str) -> Vec<String> {
    let told = messages(house, phone, "post-ended").await;
    told.iter().map(|one| one["body"].as_str().expect("a text").to_owned()).collect()
}

async fn told_once(house: &House, phone: &str, words: &[&str]) {
    let told = lost(house, phone).await;
    assert!(told.len() == 1 && words.iter().all(|part| told[0].contains(part)), "{words:?}: {told:?}");
    // What was told is told once: the jobs run again.
    assert_eq!(lost(house, phone).await.len(), 1);
}

fn form(until: &Value) -> Value {
    json!({"position": "chuyen-vien", "roles": [{"role": "nhan-ho-so"}], "scope": {"kind": "subtree"}, "from": "2026-01-05", "until": until,
        "decision": {"number": "12/QĐ-UBND", "date": "2026-01-02"}})
}

apart! {
    async fn who_loses_a_post_by_a_file_that_is_taken_back_reads_why_in_their_language(house) {
        let cast = Cast::of(house).await;
        let by = &cast.of_province;
        let mut addresses = Vec::new();
        for (locale, words) in [(Locale::Vi, ["Đơn vị 10000", "danh sách đã giao hoặc sửa vị trí này được thu hồi"]), (Locale::En, ["Unit 10000", "the list that gave or changed this post was taken back"])] {
            let number = format!("07918500000{}", addresses.len());
            let made = post(house, by, IMPORTS, &file(&[&CUC.replace("079185000003", &number)])).await;
            assert_eq!(made.status, 201, "{}", made.body);
            let path = format!("{IMPORTS}/{}", made.text("id"));
            let given = get(house, by, &format!("{path}/rows")).await.body["items"][0]["post"].as_str().expect("a post").to_owned();
            let phone = reachable(house, holder(house, &given).await, locale).await;
            assert_eq!(lost(house, &phone).await.len(), 0, "being given one is no loss");
            let undone = Reply::of(request(house, by, "post", &format!("{path}/undo"))).await;
            assert_eq!(undone.body, json!({"back": 1, "left": 0}));
            told_once(house, &phone, &words).await;
            addresses.push(phone);
        }
        // A list that makes a post end earlier takes something, too; one that is stated again does not.
        let line = CUC.replace("079185000003", "079185000009");
        let made = post(house, by, IMPORTS, &file(&[&line])).await;
        let given = get(house, by, &format!("{IMPORTS}/{}/rows", made.text("id"))).await.body["items"][0]["post"].as_str().expect("a post").to_owned();
        let phone = reachable(house, holder(house, &given).await, Locale::Vi).await;
        for (until, expected) in [("31/12/2026", 0), ("30/11/2026", 1), ("30/11/2026", 1), ("31/12/2026", 1)] {
            let sent = Reply::of(request(house, by, "post", IMPORTS).header("idempotency-key", format!("{until}{expected}")).json(&file(&[&line.replace("31/12/2026", until)]))).await;
            assert_eq!(sent.status, 201, "{}", sent.body);
            assert_eq!(lost(house, &phone).await.len(), expected, "{until}");
        }
        told_once(house, &phone, &["01/12/2026", "thời hạn của vị trí được rút ngắn"]).await;
    }
}

apart! {
    async fn who_loses_a_post_by_a_review_or_by_the_personnel_system_is_told(house) {
        let cast = Cast::of(house).await;
        let country = &cast.country;
        let pushed = system(house, country.province).await;
        let wanted = user("079085000077", "Lê Thị Cúc", "10000");
        let id = pushed.made(&wanted).await;
        let cuc = reachable(house, id.parse().expect("an id"), Locale::Vi).await;
        let mut none = wanted.clone();
        none[OFFICIAL] = json!({"posts": []});
        let sent = pushed.send("PUT", &format!("/Users/{id}"), Some(&none)).await;
        assert_eq!(sent.status, 200, "{}", sent.body);
        told_once(house, &cuc, &["Đơn vị 10000", "theo dữ liệu của hệ thống quản lý cán bộ"]).await;

        let (dung, post_of_dung) = cast.clerk(house, "Phạm Văn Dũng", &country.commune).await;
        let dung = telephone_of(house, &dung).await;
        house.later(183 * 86_400).await;
        house.jobs().await;
        let (_, by) = console(house, &cast.binh).await;
        let open = get(house, &by, &format!("/api/v1/reviews?unit={}", country.commune)).await;
        let answers = format!("/api/v1/reviews/{}/answers", open.body["items"][0]["id"].as_str().expect("a review"));
        let answer = post(house, &by, &answers, &json!({"post": post_of_dung, "verdict": "end"})).await;
        assert_eq!(answer.status, 204, "{}", answer.body);
        told_once(house, &dung, &["Đơn vị 10000", "người rà soát xác nhận vị trí này không còn đúng"]).await;
    }
}

apart! {
    async fn a_move_a_leaver_and_a_withdrawal_of_nothing_that_counted_bring_no_second_message(house) {
        let cast = Cast::of(house).await;
        let (country, by) = (&cast.country, &cast.of_province);
        let (cuc, held) = cast.clerk(house, "Lê Thị Cúc", &country.commune).await;
        let phone = telephone_of(house, &cuc).await;
        let target = json!({"unit": country.province, "kind": "primary", "post": form(&Value::Null)});
        let moved = step(house, by, &format!("{POSTS}/{held}"), "move", Some(&target)).await;
        assert_eq!(moved.status, 201, "{}", moved.body);
        assert_eq!(lost(house, &phone).await, Vec::<String>::new(), "they have another post instead");
        // Longer, the same, then shorter by a change of the post itself.
        let path = format!("{POSTS}/{}", moved.text("id"));
        for (until, expected) in [(json!("2030-01-01"), 1), (json!("2031-01-01"), 1)] {
            let tag = get(house, by, &path).await.headers["etag"].to_str().expect("a tag").to_owned();
            let changed = Reply::of(request(house, by, "put", &path).header("if-match", tag).json(&form(&until))).await;
            assert_eq!(changed.status, 200, "{}", changed.body);
            assert_eq!(lost(house, &phone).await.len(), expected, "{until}");
        }
        house.later(60).await;
        let leave = post(house, by, "/api/v1/leavers", &json!({"person": cuc.id, "because": "nghỉ việc"})).await;
        assert_eq!(leave.status, 200, "{}", leave.body);
        assert_eq!(messages(house, &phone, "office-left").await.len(), 1);
        assert_eq!(lost(house, &phone).await.len(), 1, "leaving says it all");
        assert_eq!(house.count("select count(*) as n from post_ending").await, 0);
    }
}

apart! {
    async fn row_208_an_end_is_told_once_also_when_whoever_tells_is_killed_between(house) {
        let cast = Cast::of(house).await;
        let (cuc, held) = cast.clerk(house, "Lê Thị Cúc", &cast.country.commune).await;
        let phone = telephone_of(house, &cuc).await;
        let because = json!({"because": "hết nhiệm kỳ"});
        let ended = step(house, &cast.of_province, &format!("{POSTS}/{held}"), "end", Some(&because)).await;
        assert_eq!(ended.status, 200, "{}", ended.body);
        // Whoever takes it and dies before they commit took nothing, and queued no message.
        let cx = house.cx();
        let killed = house.db().write(&cx, |tx| {
            Box::pin(async move {
                for one in office::take_endings(tx, 200).await? {
                    signin::tell_ended(tx, one.post, (one.from, &one.because)).await?;
                }
                Err::<(), _>(DeskError::Unknown)
            })
        });
        assert!(matches!(killed.await, Err(DeskError::Unknown)));
        told_once(house, &phone, &["hết nhiệm kỳ"]).await;
    }
}

fn made(code: &str, from: &[&str]) -> Value {
    let of = |code: &str| json!({"scheme": "gso", "code": code});
    let whole: Vec<Value> = from.iter().map(|code| json!({"unit": of(code)})).collect();
    let mut made = unit(code, "commune", Some(of("54")))["unit"].clone();
    made["ref"] = json!(code);
    json!([{"op": "merge", "whole": whole, "into": {"new": made}}])
}

async fn approved(house: &House, (one, other): (&Caller, &Caller), on: &str, operations: &Value) -> String {
    let drafted = post(house, one, "/api/v1/changes", &set(on, operations)).await;
    let path = format!("/api/v1/changes/{}", drafted.text("id"));
    assert_eq!(step(house, one, &path, "submit", None).await.status, 200);
    let approved = step(house, other, &path, "approve", None).await;
    assert_eq!(approved.status, 200, "{}", approved.body);
    path
}

apart! {
    async fn a_post_that_goes_on_in_another_unit_is_no_loss_and_an_office_that_ends_with_its_unit_is(house) {
        let cast = Cast::of(house).await;
        enact(house, &[], &json!([unit("10001", "commune", Some(json!({"scheme": "gso", "code": "54"})))])).await;
        let (clerk, held) = cast.clerk(house, "Phạm Văn Dũng", &cast.country.commune).await;
        let clerk = telephone_of(house, &clerk).await;
        let head = house.citizen("Lê Thị Cúc").await;
        let phone = telephone_of(house, &head).await;
        let (over, beside) = (by_code(house, "10001").await, house.citizen("Hoàng Thị Em").await);
        give(house, Subject::Person(head.id), Role::UnitEditor, Scope::Below(over)).await;
        let (owner, other) = (officer(house, Role::PlatformOwner, Scope::Whole).await, officer(house, Role::PlatformOwner, Scope::Whole).await);
        let path = approved(house, (&owner.console, &other.console), "2027-07-01", &made("20000", &["10000", "10001"])).await;
        let told = messages(house, &phone, "administration-ended").await;
        let body = told[0]["body"].as_str().expect("a text");
        assert!(told.len() == 1 && ["Soạn thay đổi đơn vị", "Đơn vị 10001", "01/07/2027", "quyết định sắp xếp đơn vị"].iter().all(|part| body.contains(part)), "{told:?}");
        assert_eq!(lost(house, &clerk).await, Vec::<String>::new(), "the post goes on in the new unit");
        let undo = step(house, &owner.console, &path, "undo", Some(&json!({}))).await;
        let undone = step(house, &other.console, &format!("/api/v1/changes/{}", undo.text("id")), "approve", None).await;
        assert_eq!(undone.status, 200, "{}", undone.body);
        assert_eq!(lost(house, &clerk).await, Vec::<String>::new(), "it came home");
        assert_eq!(get(house, &owner.console, &format!("{POSTS}/{held}")).await.body["until"], Value::Null);

        // An administrator whose office somebody ends is told, and one who leaves hears of everything at once.
        let appointment = give(house, Subject::Person(beside.id), Role::UnitApprover, Scope::Whole).await;
        let address = telephone_of(house, &beside).await;
        let ended = step(house, &owner.console, &format!("/api/v1/administrators/{appointment}"), "end", Some(&json!({"because": "chuyển việc"}))).await;
        assert_eq!(ended.status, 200, "{}", ended.body);
        let told = messages(house, &address, "administration-ended").await;
        assert!(told.len() == 1 && told[0]["body"].as_str().is_some_and(|body| body.contains("chuyển việc") && body.contains("toàn hệ thống")), "{told:?}");
    }
}
