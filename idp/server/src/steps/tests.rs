//! The hall's pages over a real house: what a browser can and cannot bring about.

use axum::http::StatusCode;
use idp_core::{
    crypto::handle::{Browser, Handle},
    people::AccountState,
    relying::Scope,
    session,
    signin::{self, Asked, Gone, NewSignIn, Prompt},
};

use crate::{
    account, steps,
    testing::{Answer, PASSWORD, TestHouse, Visitor},
    web::house::LocalPasswords,
};

/// Stands for a protocol's door: the tests stop there.
const DOOR: &str = "/door?t=";

struct Stage {
    test: TestHouse,
    visitor: Visitor,
}

impl Stage {
    async fn new(local_passwords: LocalPasswords) -> Self {
        let test = TestHouse::new(local_passwords).await;
        test.person("an", "Nguyễn Văn An", AccountState::Active).await;
        test.person("binh", "Trần Thị Bình", AccountState::Active).await;
        let visitor = Visitor::new(doors(&test));
        Self { test, visitor }
    }

    /// Begins a transaction of a party for this browser; gives the path of its page.
    async fn asks(&mut self, asked: Asked) -> String {
        let party = self.test.party().await;
        let purposes = party.definition.purposes_for(&asked.scopes);
        let (party, asked) = (party.id, Asked { purposes, ..asked });
        let browser = self.visitor.cookies.entry("browser".into());
        let browser = browser.or_insert_with(|| Handle::<Browser>::generate().reveal().to_owned());
        let browser = Handle::<Browser>::digest_of(browser).expect("a binding");
        let (cx, asked) = (self.test.cx(), &asked);
        let begun = self.test.house.db.write(&cx, |tx| {
            let new = NewSignIn { door: "test", party: Some(party), browser, asked, payload: "{}", resume: DOOR };
            Box::pin(signin::begin(tx, new))
        });
        let handle = begun.await.expect("begins");
        format!("/sign-in/{}", handle.reveal())
    }

    async fn signs_in(&mut self, path: &str, login: &str, password: &str) -> Answer {
        let page = self.visitor.get(path).await;
        let path = path.split('?').next().unwrap_or_default();
        let fields = [("csrf", page.csrf()), ("login", login.to_owned()), ("password", password.to_owned())];
        let fields = fields.each_ref().map(|(name, value)| (*name, value.as_str()));
        self.visitor.post(&format!("{path}/password"), &fields).await
    }

    fn sid(&self) -> String {
        self.visitor.cookies.get("sid").cloned().unwrap_or_default()
    }

    async fn session_of(&self, cookie: &str) -> Option<session::Live> {
        let digest = Handle::<idp_core::crypto::handle::SessionCookie>::digest_of(cookie)?;
        let mut conn = self.test.house.db.read().await.expect("reads");
        let now = self.test.house.clock.now();
        session::find(&mut conn, digest, self.test.house.limits(), now).await.expect("reads")
    }
}

fn doors(test: &TestHouse) -> axum::Router {
    steps::routes(&test.house).merge(account::routes(&test.house))
}

fn prompted(prompt: Prompt) -> Asked {
    Asked { prompt: vec![prompt], ..Asked::default() }
}

fn asks_for_data() -> Asked {
    Asked { scopes: vec![Scope::Openid, Scope::Profile, Scope::Identity], ask_consent: true, ..Asked::default() }
}

#[tokio::test]
async fn who_proves_themself_goes_on_to_the_door_with_a_cookie_of_this_browser_session() {
    let mut stage = Stage::new(LocalPasswords::On).await;
    let path = stage.asks(Asked::default()).await;
    let page = stage.visitor.get(&path).await;
    assert_eq!((page.status, page.page().as_str()), (StatusCode::OK, "sign-in"));
    assert!(page.html.contains("Cổng dịch vụ công"));
    let answer = stage.signs_in(&path, " AN ", PASSWORD).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    assert!(answer.location.starts_with(DOOR), "{}", answer.location);
    assert!(stage.session_of(&stage.sid()).await.is_some());
    let english = stage.visitor.get(&format!("{path}?ui_locales=en")).await;
    assert!(english.location.starts_with(DOOR), "a second look finds nothing left to do");
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_name_look_alike_until_the_throttle_closes() {
    let mut stage = Stage::new(LocalPasswords::On).await;
    let path = stage.asks(Asked::default()).await;
    let mut said = Vec::new();
    for login in ["an", "nobody"] {
        let answer = stage.signs_in(&path, login, "not the password").await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{login}");
        assert_eq!(answer.value("id=\"login\""), login);
        said.push(answer.text("password-error"));
    }
    assert!(!said[0].is_empty() && said[0] == said[1], "{said:?}");
    let empty = stage.signs_in(&path, "", "").await;
    assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(!empty.text("login-error").is_empty() && !empty.text("password-error").is_empty());
    for _ in 0..9 {
        stage.signs_in(&path, "an", "not the password").await;
    }
    let closed = stage.signs_in(&path, "an", PASSWORD).await;
    assert_eq!(closed.status, StatusCode::TOO_MANY_REQUESTS);
    assert!(closed.html.contains("15 phút"), "how long to wait is said");
    assert_eq!(stage.sid(), "");
}

#[tokio::test]
async fn a_transaction_belongs_to_the_browser_that_brought_it() {
    let mut stage = Stage::new(LocalPasswords::On).await;
    let path = stage.asks(Asked::default()).await;
    let mut stranger = Visitor::new(doors(&stage.test));
    assert_eq!(stranger.get(&path).await.error_code(), "cookies-refused");
    stranger.get("/enrol").await;
    let answer = stranger.get(&path).await;
    assert_eq!((answer.status, answer.error_code().as_str()), (StatusCode::FORBIDDEN, "sign-in-other-browser"));
    assert!(!answer.html.contains("Cổng dịch vụ công"), "nothing of the transaction is told");
    let unknown = stage.visitor.get("/sign-in/%22%3E%3Cscript%3E").await;
    assert_eq!(unknown.error_code(), "sign-in-expired");
}

#[tokio::test]
async fn a_form_that_is_not_ours_brings_nothing_about() {
    let mut stage = Stage::new(LocalPasswords::On).await;
    let path = stage.asks(Asked::default()).await;
    let other = stage.asks(Asked::default()).await;
    let foreign = stage.visitor.get(&other).await.csrf();
    for csrf in ["", "AAAA", foreign.as_str()] {
        let fields = [("csrf", csrf), ("login", "an"), ("password", PASSWORD)];
        let answer = stage.visitor.post(&format!("{path}/password"), &fields).await;
        assert_eq!((answer.status, answer.error_code().as_str()), (StatusCode::FORBIDDEN, "forbidden-form"));
        assert_eq!(answer.attribute("id=\"next-step\"", "href"), path);
        let cancelled = stage.visitor.post(&format!("{path}/cancel"), &[("csrf", csrf)]).await;
        assert_eq!(cancelled.status, StatusCode::FORBIDDEN);
    }
    assert_eq!(stage.sid(), "");
}

#[tokio::test]
async fn a_second_submit_and_the_back_button_find_a_way_on() {
    let mut stage = Stage::new(LocalPasswords::On).await;
    let path = stage.asks(Asked::default()).await;
    let csrf = stage.visitor.get(&path).await.csrf();
    let fields = [("csrf", csrf.as_str()), ("login", "an"), ("password", PASSWORD)];
    let form = format!("{path}/password");
    stage.visitor.post(&form, &fields).await;
    let first = stage.sid();
    let again = stage.visitor.post(&form, &fields).await;
    assert_eq!((again.status, again.location.as_str()), (StatusCode::SEE_OTHER, path.as_str()));
    assert_eq!(stage.sid(), first, "no second session");
    stage.visitor.post(&format!("{path}/cancel"), &[("csrf", &csrf)]).await;
    let late = stage.visitor.post(&form, &fields).await;
    assert_eq!((late.status, late.error_code().as_str()), (StatusCode::GONE, "sign-in-finished"));
    assert_eq!(late.attribute("id=\"next-step\"", "href"), "http://127.0.0.1:8081/");
}

#[tokio::test]
async fn proving_oneself_again_cannot_switch_the_person() {
    let mut stage = Stage::new(LocalPasswords::On).await;
    let path = stage.asks(Asked::default()).await;
    stage.signs_in(&path, "an", PASSWORD).await;
    let before = stage.sid();
    let session = stage.session_of(&before).await.expect("is alive");

    let path = stage.asks(prompted(Prompt::Login)).await;
    let page = stage.visitor.get(&path).await;
    assert_eq!(page.text("account-name"), "Nguyễn Văn An");
    let answer = stage.signs_in(&path, "binh", PASSWORD).await;
    assert!(answer.location.starts_with(DOOR), "the password is An's too, and the name in the form is not read");
    let after = stage.session_of(&stage.sid()).await.expect("is alive");
    assert_eq!((after.id, after.person), (session.id, session.person));
    assert!(after.auth_at >= session.auth_at);
    assert_ne!(stage.sid(), before, "a new cookie");
    assert!(stage.session_of(&before).await.is_none(), "the old one is worth nothing");
}

#[tokio::test]
async fn another_account_replaces_the_session_of_the_first() {
    let mut stage = Stage::new(LocalPasswords::On).await;
    let path = stage.asks(Asked::default()).await;
    stage.signs_in(&path, "an", PASSWORD).await;
    let first = stage.sid();

    let path = stage.asks(prompted(Prompt::SelectAccount)).await;
    let page = stage.visitor.get(&path).await;
    assert_eq!((page.page().as_str(), page.text("account-name").as_str()), ("select-account", "Nguyễn Văn An"));
    let fields = [("csrf", page.csrf()), ("choice", "other".to_owned())];
    let fields = fields.each_ref().map(|(name, value)| (*name, value.as_str()));
    let other = stage.visitor.post(&format!("{path}/account"), &fields).await;
    assert_eq!(other.location, format!("{path}?other=1"));
    let answer = stage.signs_in(&other.location, "binh", PASSWORD).await;
    assert!(answer.location.starts_with(DOOR), "{}", answer.location);
    assert!(stage.session_of(&first).await.is_none(), "An's session is ended");
    assert!(stage.session_of(&stage.sid()).await.is_some());

    let path = stage.asks(prompted(Prompt::SelectAccount)).await;
    let page = stage.visitor.get(&path).await;
    let fields = [("csrf", page.csrf()), ("choice", "continue".to_owned())];
    let fields = fields.each_ref().map(|(name, value)| (*name, value.as_str()));
    stage.visitor.post(&format!("{path}/account"), &fields).await;
    assert!(stage.visitor.get(&path).await.location.starts_with(DOOR));
}

#[tokio::test]
async fn consent_is_taken_only_when_it_is_next_and_from_who_saw_the_values() {
    let mut stage = Stage::new(LocalPasswords::On).await;
    let path = stage.asks(asks_for_data()).await;
    let early = stage.visitor.post(&format!("{path}/consent"), &[("decision", "allow")]).await;
    assert_eq!((early.status, early.location.as_str()), (StatusCode::SEE_OTHER, path.as_str()));
    let answer = stage.signs_in(&path, "an", PASSWORD).await;
    assert_eq!(answer.location, path, "consent is still to come");

    let page = stage.visitor.get(&path).await;
    assert_eq!(page.page(), "consent");
    for value in ["Nguyễn Văn An", "079085000001", "Cổng dịch vụ công"] {
        assert!(page.html.contains(value), "{value}");
    }
    let csrf = page.csrf();
    let allow = [("csrf", csrf.as_str()), ("decision", "allow")];

    // In a second tab somebody else signs in: the page that showed An's values must not speak for Bình.
    let tab = stage.asks(prompted(Prompt::SelectAccount)).await;
    stage.signs_in(&format!("{tab}?other=1"), "binh", PASSWORD).await;
    let wrong = stage.visitor.post(&format!("{path}/consent"), &allow).await;
    assert_eq!(wrong.error_code(), "forbidden-form");

    let csrf = stage.visitor.get(&path).await.csrf();
    let allow = [("csrf", csrf.as_str()), ("decision", "allow")];
    stage.visitor.post(&format!("{path}/consent"), &allow).await;
    assert!(stage.visitor.get(&path).await.location.starts_with(DOOR));
    let again = stage.visitor.post(&format!("{path}/consent"), &allow).await;
    assert_eq!(again.location, path);
    let later = stage.asks(asks_for_data()).await;
    assert!(stage.visitor.get(&later).await.location.starts_with(DOOR), "agreed once, not asked again");
}

#[tokio::test]
async fn turning_back_leaves_the_door_a_transaction_to_answer() {
    let mut stage = Stage::new(LocalPasswords::On).await;
    for refuse_at_consent in [false, true] {
        let path = stage.asks(asks_for_data()).await;
        let answer = if refuse_at_consent {
            stage.signs_in(&path, "an", PASSWORD).await;
            let csrf = stage.visitor.get(&path).await.csrf();
            let deny = [("csrf", csrf.as_str()), ("decision", "deny")];
            stage.visitor.post(&format!("{path}/consent"), &deny).await
        } else {
            let csrf = stage.visitor.get(&path).await.csrf();
            stage.visitor.post(&format!("{path}/cancel"), &[("csrf", &csrf)]).await
        };
        assert!(answer.location.starts_with(DOOR), "{}", answer.location);
        let t = answer.location.trim_start_matches(DOOR);
        let browser = Handle::<Browser>::digest_of(&stage.visitor.cookies["browser"]);
        let mut conn = stage.test.house.db.read().await.expect("reads");
        let now = stage.test.house.clock.now();
        let loaded = signin::load(&mut conn, t, browser, now).await.expect("reads");
        assert!(matches!(loaded, Err(Gone::Cancelled(_))), "{loaded:?}");
        drop(conn);
        assert_eq!(stage.visitor.get(&path).await.error_code(), "sign-in-finished");
    }
}

#[tokio::test]
async fn a_closed_account_is_told_only_to_who_knows_its_password() {
    let mut stage = Stage::new(LocalPasswords::Contingency).await;
    for (login, state, code) in
        [("locked", AccountState::Locked, "account-locked"), ("disabled", AccountState::Disabled, "account-disabled")]
    {
        stage.test.person(login, "Lê Văn Cường", state).await;
        let path = stage.asks(Asked::default()).await;
        let wrong = stage.signs_in(&path, login, "not the password").await;
        assert_eq!((wrong.status, wrong.error_code().as_str()), (StatusCode::UNPROCESSABLE_ENTITY, ""));
        let right = stage.signs_in(&path, login, PASSWORD).await;
        assert_eq!((right.status, right.error_code().as_str()), (StatusCode::FORBIDDEN, code));
    }
    assert_eq!(stage.sid(), "");
}

#[tokio::test]
async fn while_passwords_are_off_the_page_says_so_and_takes_none() {
    let mut stage = Stage::new(LocalPasswords::Off).await;
    let path = stage.asks(Asked::default()).await;
    let page = stage.visitor.get(&path).await;
    assert!(page.html.contains("id=\"sign-in-closed\"") && !page.html.contains("id=\"password\""));
    let answer = stage.signs_in(&path, "an", PASSWORD).await;
    assert_eq!((answer.status, answer.error_code().as_str()), (StatusCode::FORBIDDEN, "sign-in-off"));
    assert_eq!(stage.sid(), "");
}

#[tokio::test]
async fn the_language_is_what_the_person_chose_then_what_the_party_asked() {
    let mut stage = Stage::new(LocalPasswords::On).await;
    let asked = Asked { locale: Some(idp_core::types::Locale::En), ..Asked::default() };
    let path = stage.asks(asked).await;
    assert!(stage.visitor.get(&path).await.html.contains("<html lang=\"en\">"));
    let page = stage.visitor.get(&format!("{path}?ui_locales=vi")).await;
    assert!(page.html.contains("<html lang=\"vi\">"));
    let action = page.attribute("id=\"sign-in-form\"", "action");
    assert_eq!(action, format!("{path}/password?ui_locales=vi"), "an answer keeps the language");
}
