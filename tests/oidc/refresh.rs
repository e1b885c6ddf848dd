//! Refresh tokens: rotation, honest retries, theft (row 46 and 48 of the list of attacks).

use idp_tests::{Browser, Engine, House, Party, Person, Reply, journey};
use serde_json::json;

async fn bought(house: &House, party: &Party, person: &Person, scope: &str) -> Reply {
    let (away, code) = Browser::new().sign_in_with(house, party, person, &[("scope", scope)]).await;
    house.redeem(party, &away, &code).await
}

journey! {
    async fn a_retry_within_ten_seconds_gets_a_sibling_and_the_successor_is_retired(house) {
        let party = house.party(json!({})).await;
        let an = house.citizen("Nguyễn Văn An").await;
        let first = bought(house, &party, &an, "openid").await.text("refresh_token");
        let lost = house.refresh(&party, &first).await.text("refresh_token");
        let retried = house.refresh(&party, &first).await;
        assert_eq!(retried.status, 200, "{}", retried.body);
        let sibling = retried.text("refresh_token");
        assert_ne!(sibling, lost);
        let next = house.refresh(&party, &sibling).await;
        assert_eq!(next.status, 200, "the sibling lives");
        assert_eq!(house.refresh(&party, &lost).await.error(), "invalid_grant", "the retired successor is dead");
        assert_eq!(house.refresh(&party, &next.text("refresh_token")).await.error(), "invalid_grant", "and its use was a theft: the family is dead");
        assert_eq!(house.events("refresh-replayed", an.id).await, 1);
    }
}

journey! {
    async fn a_spent_token_whose_successor_was_used_revokes_the_family(house) {
        let party = house.party(json!({})).await;
        let an = house.citizen("Nguyễn Văn An").await;
        let tokens = bought(house, &party, &an, "openid").await;
        let first = tokens.text("refresh_token");
        let second = house.refresh(&party, &first).await.text("refresh_token");
        let third = house.refresh(&party, &second).await;
        assert_eq!(house.refresh(&party, &first).await.error(), "invalid_grant");
        assert_eq!(house.refresh(&party, &third.text("refresh_token")).await.error(), "invalid_grant");
        assert!(!house.is_active(&party, &third.text("access_token")).await);
        assert!(!house.is_active(&party, &tokens.text("access_token")).await);
    }
}

journey! {
    async fn another_party_with_the_token_is_theft(house) {
        let (party, thief) = (house.party(json!({})).await, house.party(json!({})).await);
        let an = house.citizen("Nguyễn Văn An").await;
        let token = bought(house, &party, &an, "openid").await.text("refresh_token");
        assert_eq!(house.refresh(&thief, &token).await.error(), "invalid_grant");
        assert_eq!(house.refresh(&party, &token).await.error(), "invalid_grant");
    }
}

journey! {
    async fn row_48_a_refresh_can_only_narrow(house) {
        let party = house.party(json!({})).await;
        let an = house.citizen("Nguyễn Văn An").await;
        let token = bought(house, &party, &an, "openid profile").await.text("refresh_token");
        let ask = async |token: &str, name: &str, value: &str| {
            house.ask("/oauth2/token", &party, &[("grant_type", "refresh_token"), ("refresh_token", token), (name, value)]).await
        };
        assert_eq!(ask(&token, "scope", "openid identity").await.error(), "invalid_scope");
        assert_eq!(ask(&token, "resource", "https://other.example").await.error(), "invalid_target");
        let narrow = ask(&token, "scope", "openid").await;
        assert_eq!(narrow.status, 200, "a wrong wish costs no token: {}", narrow.body);
        assert_eq!(narrow.text("scope"), "openid");
        let wide = house.refresh(&party, &narrow.text("refresh_token")).await;
        assert_eq!(wide.text("scope"), "openid profile", "narrowing is for one token");
        assert!(idp_tests::tokens::claims(&wide.text("id_token")).get("nonce").is_none(), "a refreshed ID token has no nonce");
    }
}

/// What depends on time has a server of its own, whose clock moves.
async fn times(engine: Engine) {
    let house = House::start(engine, "").await;
    let party = house.party(json!({})).await;
    let an = house.citizen("Nguyễn Văn An").await;
    // The tenth second is the last of a retry.
    let late = bought(&house, &party, &an, "openid").await.text("refresh_token");
    house.refresh(&party, &late).await;
    house.later(11).await;
    assert_eq!(house.refresh(&party, &late).await.error(), "invalid_grant");
    // Without offline_access a token dies with its session; refreshing is no use of the session.
    let bound = bought(&house, &party, &an, "openid").await.text("refresh_token");
    let offline = bought(&house, &party, &an, "openid offline_access").await.text("refresh_token");
    house.later(20 * 60).await;
    let bound = house.refresh(&party, &bound).await.text("refresh_token");
    house.later(11 * 60).await;
    assert_eq!(house.refresh(&party, &bound).await.error(), "invalid_grant", "the session was idle for half an hour");
    let offline = house.refresh(&party, &offline).await;
    assert_eq!(offline.status, 200, "{}", offline.body);
    // Fourteen days without use.
    house.later(14 * 86_400 + 1).await;
    assert_eq!(house.refresh(&party, &offline.text("refresh_token")).await.error(), "invalid_grant");
    // A code lives a minute.
    let (away, code) = Browser::new().sign_in(&house, &party, &an).await;
    house.later(61).await;
    assert_eq!(house.redeem(&party, &away, &code).await.error(), "invalid_grant");
    // An access token lives five minutes.
    let access = bought(&house, &party, &an, "openid").await.text("access_token");
    assert_eq!(house.userinfo(&access).await.status, 200);
    house.later(301).await;
    assert_eq!(house.userinfo(&access).await.status, 401);
    // Twelve hours end a session however busy it is.
    let mut browser = Browser::new();
    browser.sign_in(&house, &party, &an).await;
    for _ in 0..36 {
        let page = browser.open(party.authorize(&house, &[("prompt", "none")]).url.as_str()).await;
        assert!(page.returned("code").is_some(), "prompt=none is a use");
        house.later(20 * 60).await;
    }
    let page = browser.open(party.authorize(&house, &[("prompt", "none")]).url.as_str()).await;
    assert_eq!(page.returned("error").as_deref(), Some("login_required"));
}

#[test]
fn everything_ends_in_its_time_on_sqlite() {
    idp_tests::run(async {
        times(Engine::Sqlite).await;
    });
}

#[test]
fn everything_ends_in_its_time_on_postgres() {
    idp_tests::run(async {
        times(Engine::Postgres).await;
    });
}
