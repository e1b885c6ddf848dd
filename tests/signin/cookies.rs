//! Cookies and sessions.

use std::collections::HashSet;

use idp_core::crypto::handle::{Handle, SessionCookie};
use idp_tests::{Browser, Engine, House, journey};
use serde_json::json;

journey! {
    async fn row_233_cookies_carry_their_marks(house) {
        let party = house.party(json!({})).await;
        let an = house.citizen("Nguyễn Văn An").await;
        let mut browser = Browser::new();
        let page = browser.get(party.authorize(house, &[]).url.as_str()).await;
        let set = |page: &idp_tests::Page| {
            let lines = page.headers.get_all("set-cookie").iter();
            lines.map(|line| line.to_str().expect("text").to_owned()).collect::<Vec<_>>()
        };
        let binding = set(&page);
        let page = browser.follow(page).await;
        let answer = browser.submit_only(&page, "sign-in-form", &[("login", &an.login), ("password", &an.password)]).await;
        let session = set(&answer);
        assert_eq!((binding.len(), session.len()), (1, 2), "the session, and that this browser signed in before");
        for line in binding.iter().chain(&session) {
            assert!(line.contains("; HttpOnly") && line.contains("; SameSite=Lax") && line.contains("; Path=/"), "{line}");
            assert!(!line.contains("Domain") && line.len() < 4_096, "{line}");
        }
        assert!(binding[0].starts_with("browser=br_"), "http on loopback: no prefix");
        assert!(session.iter().any(|line| line.starts_with("sid=ss_")) && session.iter().any(|line| line.starts_with("device=")));
    }
}

journey! {
    async fn row_235_a_stolen_cookie_is_worth_nothing_after_the_session_ended(house) {
        let party = house.party(json!({})).await;
        let an = house.citizen("Nguyễn Văn An").await;
        let mut browser = Browser::new();
        browser.sign_in(house, &party, &an).await;
        let mut thief = Browser::new();
        thief.cookies.clone_from(&browser.cookies);
        assert_eq!(thief.open(&house.at("/account")).await.name(), "account");
        let page = browser.open(&house.at("/account")).await;
        let out = browser.submit(&page, "sign-out-form", &[]).await;
        assert_eq!(out.name(), "signed-out", "{} {}", out.status, out.body);
        assert_ne!(thief.open(&house.at("/account")).await.name(), "account");
    }
}

journey! {
    async fn rows_only_hold_digests_of_what_browsers_and_parties_hold(house) {
        let party = house.party(json!({})).await;
        let an = house.citizen("Nguyễn Văn An").await;
        let mut browser = Browser::new();
        let (_, code) = browser.sign_in(house, &party, &an).await;
        let mut conn = house.db().read().await.expect("reads");
        let digest = Handle::<SessionCookie>::digest_of(&browser.cookies["sid"]).expect("a session cookie");
        let found = conn.one("select id from session where digest = $1", idp_core::params![digest]).await.expect("reads");
        assert!(found.is_some());
        let raw = code.trim_start_matches("ac_").as_bytes().to_vec();
        let found = conn.one("select id from token_grant where code_digest = $1", idp_core::params![raw]).await.expect("reads");
        assert!(found.is_none());
    }
}

#[test]
fn row_238_session_identifiers_do_not_repeat_and_use_every_character() {
    let drawn: Vec<String> = (0..200_000).map(|_| Handle::<SessionCookie>::generate().reveal().to_owned()).collect();
    assert_eq!(drawn.iter().collect::<HashSet<_>>().len(), drawn.len());
    let mut counts = [0_u32; 128];
    for byte in drawn.iter().flat_map(|text| text[3..45].bytes()) {
        counts[usize::from(byte)] += 1;
    }
    // 42 characters of 200,000 draws over 64 letters: 131,250 each; a bias of two per cent would be seen.
    let used: Vec<u32> = counts.into_iter().filter(|count| *count > 0).collect();
    assert_eq!(used.len(), 64);
    assert!(used.iter().all(|count| count.abs_diff(131_250) < 2_600), "{used:?}");
}

async fn idle(engine: Engine) {
    let house = House::start(engine, "").await;
    let party = house.party(json!({})).await;
    let an = house.citizen("Nguyễn Văn An").await;
    let mut browser = Browser::new();
    browser.sign_in(&house, &party, &an).await;
    house.later(29 * 60).await;
    assert_eq!(browser.open(&house.at("/account")).await.name(), "account", "used within half an hour");
    house.later(29 * 60).await;
    assert_eq!(browser.open(&house.at("/account")).await.name(), "account", "and again");
    house.later(31 * 60).await;
    assert_ne!(browser.open(&house.at("/account")).await.name(), "account", "half an hour without use");
}

#[test]
fn a_session_idles_out_on_sqlite() {
    idp_tests::run(async {
        idle(Engine::Sqlite).await;
    });
}

#[test]
fn a_session_idles_out_on_postgres() {
    idp_tests::run(async {
        idle(Engine::Postgres).await;
    });
}
