//! Enrolment and one's own account over a real house.

use std::time::Duration;

use axum::http::StatusCode;
use idp_core::{
    people::{self, AccountState, registry::Match},
    types::PersonalId,
};

use crate::{
    account::{self, reverify_due},
    steps,
    testing::{Answer, PASSWORD, TestHouse, Visitor},
    web::house::LocalPasswords,
};

const NUMBER: &str = "079085000002";

fn visitor(test: &TestHouse) -> Visitor {
    Visitor::new(steps::routes(&test.house).merge(account::routes(&test.house)))
}

async fn enrols(visitor: &mut Visitor, number: &str) -> Answer {
    let page = visitor.get("/enrol").await;
    let fields = [
        ("csrf", page.csrf()),
        ("personal_number", number.to_owned()),
        ("full_name", "Đào Văn Thử".to_owned()),
        ("birthdate", "15/03/1985".to_owned()),
        ("new_password", PASSWORD.to_owned()),
        ("new_password_again", PASSWORD.to_owned()),
    ];
    let fields = fields.each_ref().map(|(name, value)| (*name, value.as_str()));
    visitor.post("/enrol", &fields).await
}

async fn claimants(test: &TestHouse, number: &str) -> usize {
    let mut conn = test.house.db.read().await.expect("reads");
    let number = PersonalId::parse(number).expect("a number");
    people::claimants(&mut conn, &number).await.expect("reads").len()
}

async fn signs_in(visitor: &mut Visitor, path: &str, login: &str) -> Answer {
    let csrf = visitor.get(path).await.csrf();
    let fields = [("csrf", csrf.as_str()), ("login", login), ("password", PASSWORD)];
    let answer = visitor.post(&format!("{path}/password"), &fields).await;
    visitor.follow(&answer.location, "never").await
}

#[tokio::test]
async fn a_citizen_enrols_signs_in_by_the_name_shown_and_signs_out() {
    let test = TestHouse::new(LocalPasswords::On).await;
    test.registry.says(Some(Match::Matched));
    let mut visitor = visitor(&test);
    let made = enrols(&mut visitor, NUMBER).await;
    assert_eq!((made.status, made.page().as_str()), (StatusCode::OK, "enrolled"));
    assert_eq!(made.attribute("id=\"enrol-state\"", "data-state"), "matched");
    let login = made.text("login-name");
    assert!(login.starts_with("daovanthu-"), "{login}");

    let path = made.attribute("id=\"continue-link\"", "href");
    assert!(!path.contains(&login) && !path.contains(NUMBER), "nothing that was typed stands in an address");
    assert_eq!(visitor.get(&path).await.value("id=\"login\""), login, "the name is filled in");
    let account = signs_in(&mut visitor, &path, &login).await;
    assert_eq!((account.page().as_str(), account.text("account-name").as_str()), ("account", "Đào Văn Thử"));
    assert_eq!(account.attribute("id=\"identity-assurance\"", "data-level"), "urn:idp:ial0");
    assert_eq!(account.attribute("id=\"data-match\"", "data-state"), "matched");

    let foreign = visitor.post("/account/sign-out", &[("csrf", "x")]).await;
    assert_eq!(foreign.error_code(), "forbidden-form");
    let cookie = visitor.cookies["sid"].clone();
    let done = visitor.post("/account/sign-out", &[("csrf", &account.csrf())]).await;
    assert_eq!(done.page(), "signed-out");
    assert!(!visitor.cookies.contains_key("sid"));
    visitor.cookies.insert("sid".into(), cookie);
    assert!(visitor.get("/account").await.location.starts_with("/sign-in/"), "the old cookie opens nothing");
}

#[tokio::test]
async fn data_that_differ_make_nothing_and_come_back_to_the_form_without_passwords() {
    let test = TestHouse::new(LocalPasswords::On).await;
    test.registry.says(Some(Match::NotMatched));
    let mut visitor = visitor(&test);
    let refused = enrols(&mut visitor, NUMBER).await;
    assert_eq!((refused.status, refused.page().as_str()), (StatusCode::OK, "enrolled"));
    assert_eq!(refused.attribute("id=\"enrol-state\"", "data-state"), "not-matched");
    assert_eq!(claimants(&test, NUMBER).await, 0);
    assert!(!refused.html.contains("id=\"login-name\"") && !refused.html.contains(PASSWORD));

    let fields = ["personal_number", "full_name", "birthdate", "csrf"];
    let fields = fields.map(|name| (name, refused.value(&format!("name=\"{name}\""))));
    let mut fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
    fields.push(("again", "1"));
    let form = visitor.post("/enrol", &fields).await;
    assert_eq!((form.status, form.page().as_str()), (StatusCode::OK, "enrol"));
    assert_eq!(form.value("id=\"personal_number\""), NUMBER);
    assert!(!form.html.contains("id=\"error-summary\""));
    assert_eq!(test.registry.asked().len(), 1, "looking again asks nobody");
}

#[tokio::test]
async fn without_an_answer_the_account_waits_and_the_same_question_is_asked_again() {
    let test = TestHouse::new(LocalPasswords::On).await;
    let mut visitor = visitor(&test);
    let made = enrols(&mut visitor, NUMBER).await;
    assert_eq!(made.attribute("id=\"enrol-state\"", "data-state"), "pending");
    let login = made.text("login-name");

    test.house.clock.advance(Duration::from_secs(61));
    assert_eq!(reverify_due(&test.house, &test.cx()).await.expect("runs"), 0, "still no answer");
    assert_eq!(reverify_due(&test.house, &test.cx()).await.expect("runs"), 0, "not due");
    assert_eq!(test.registry.asked().len(), 2);
    test.registry.says(Some(Match::Matched));
    test.house.clock.advance(Duration::from_secs(2 * 3_600));
    assert_eq!(reverify_due(&test.house, &test.cx()).await.expect("runs"), 1);
    let asked = test.registry.asked();
    assert!(asked.len() == 3 && asked.iter().all(|request| *request == asked[0]), "{asked:?}");

    let begun = visitor.get("/account").await;
    let account = signs_in(&mut visitor, &begun.location, &login).await;
    assert_eq!(account.attribute("id=\"data-match\"", "data-state"), "matched");
    assert_eq!(account.attribute("id=\"identity-assurance\"", "data-level"), "urn:idp:ial0");
}

#[tokio::test]
async fn quotas_end_before_the_registry_is_asked() {
    let test = TestHouse::new(LocalPasswords::On).await;
    test.registry.says(Some(Match::NotMatched));
    let mut visitor = visitor(&test);
    // Two for a number a day; four for an address an hour, refused ones counted.
    let tries = [
        (NUMBER, StatusCode::OK),
        (NUMBER, StatusCode::OK),
        (NUMBER, StatusCode::TOO_MANY_REQUESTS),
        ("079085000003", StatusCode::OK),
        ("079085000004", StatusCode::TOO_MANY_REQUESTS),
    ];
    for (number, expected) in tries {
        let answer = enrols(&mut visitor, number).await;
        assert_eq!(answer.status, expected, "{number}");
        let refused = expected == StatusCode::TOO_MANY_REQUESTS;
        assert_eq!(answer.error_code() == "enrol-quota", refused);
    }
    assert_eq!(test.registry.asked().len(), 3);
    test.house.clock.advance(Duration::from_secs(24 * 3_600));
    assert_eq!(enrols(&mut visitor, NUMBER).await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_number_that_somebody_claimed_is_neither_blocked_nor_shown() {
    let test = TestHouse::new(LocalPasswords::On).await;
    test.registry.says(Some(Match::Matched));
    let first = enrols(&mut visitor(&test), NUMBER).await;
    let second = enrols(&mut visitor(&test), NUMBER).await;
    assert_eq!(first.attribute("id=\"enrol-state\"", "data-state"), "matched");
    assert_eq!(second.attribute("id=\"enrol-state\"", "data-state"), "matched");
    assert_ne!(first.text("login-name"), second.text("login-name"));
    assert!(!second.html.contains(&first.text("login-name")));
    assert_eq!(claimants(&test, NUMBER).await, 2);
}

#[tokio::test]
async fn nobody_enrols_unless_the_policy_lets_them() {
    for policy in [LocalPasswords::Off, LocalPasswords::Contingency] {
        let test = TestHouse::new(policy).await;
        let mut visitor = visitor(&test);
        for answer in [visitor.get("/enrol").await, visitor.post("/enrol", &[("again", "1")]).await] {
            assert_eq!((answer.status, answer.error_code().as_str()), (StatusCode::FORBIDDEN, "enrol-off"));
        }
        assert!(!visitor.get("/").await.html.contains("id=\"enrol-link\""));
    }
}

#[tokio::test]
async fn one_s_own_account_asks_for_a_sign_in_and_turning_back_leads_home() {
    let test = TestHouse::new(LocalPasswords::On).await;
    test.person("an", "Nguyễn Văn An", AccountState::Active).await;
    let mut visitor = visitor(&test);
    let begun = visitor.get("/account?ui_locales=en").await;
    let (path, query) = begun.location.split_once('?').expect("the language is kept");
    assert_eq!(query, "ui_locales=en");
    let path = path.to_owned();
    let csrf = visitor.get(&path).await.csrf();
    let cancelled = visitor.post(&format!("{path}/cancel"), &[("csrf", &csrf)]).await;
    assert_eq!(visitor.follow(&cancelled.location, "never").await.page(), "home");

    let begun = visitor.get("/account").await;
    assert_eq!(signs_in(&mut visitor, &begun.location, "an").await.page(), "account");
    let finished = visitor.get(&begun.location).await;
    assert_eq!(finished.error_code(), "sign-in-finished");
    assert_eq!(finished.attribute("id=\"next-step\"", "href"), "/account");
}
