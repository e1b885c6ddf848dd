//! Signing out (rows 88, 90, 91 and 236 of the list of attacks).

use std::sync::{Arc, Mutex};

use axum::{Router, extract::State, routing::post};
use idp_tests::{
    Browser, House, Party, Person, journey,
    tokens::{claims, header},
};
use serde_json::json;

async fn signed_in(house: &House, party: &Party, person: &Person) -> (Browser, String, String) {
    let mut browser = Browser::new();
    let (away, code) = browser.sign_in(house, party, person).await;
    let tokens = house.redeem(party, &away, &code).await;
    (browser, tokens.text("id_token"), tokens.text("access_token"))
}

fn logout(house: &House, fields: &[(&str, &str)]) -> String {
    url::Url::parse_with_params(&house.at("/oauth2/logout"), fields).expect("an address").to_string()
}

journey! {
    async fn signing_out_at_one_portal_ends_the_session_and_its_tokens(house) {
        let (first, second) = (house.party(json!({})).await, house.party(json!({})).await);
        let an = house.citizen("Nguyễn Văn An").await;
        let (mut browser, id_token, access) = signed_in(house, &first, &an).await;
        let back = format!("https://{}.example/bye", first.client_id);
        let page = browser.open(&logout(house, &[("id_token_hint", &id_token), ("post_logout_redirect_uri", &back), ("state", "s&1")])).await;
        assert_eq!(page.left_for.as_ref().map(ToString::to_string), Some(format!("{back}?state=s%261")), "{}", page.body);
        assert!(!browser.cookies.contains_key("sid"));
        assert!(!house.is_active(&first, &access).await);
        assert_eq!(house.userinfo(&access).await.status, 401);
        assert_eq!(browser.open(second.authorize(house, &[]).url.as_str()).await.name(), "sign-in");
        assert_eq!(house.events("session-ended", an.id).await, 1);
    }
}

journey! {
    async fn row_236_a_dead_session_stays_dead(house) {
        let party = house.party(json!({})).await;
        let an = house.citizen("Nguyễn Văn An").await;
        let (mut browser, id_token, _) = signed_in(house, &party, &an).await;
        let cookies = browser.cookies.clone();
        browser.open(&logout(house, &[("id_token_hint", &id_token)])).await;
        browser.cookies = cookies;
        let page = browser.open(party.authorize(house, &[("prompt", "none")]).url.as_str()).await;
        assert_eq!(page.returned("error").as_deref(), Some("login_required"));
    }
}

journey! {
    async fn row_88_nobody_is_sent_to_an_address_that_is_not_registered_and_a_bad_hint_ends_nothing(house) {
        let (party, other) = (house.party(json!({})).await, house.party(json!({})).await);
        let an = house.citizen("Nguyễn Văn An").await;
        let (mut browser, id_token, access) = signed_in(house, &party, &an).await;
        let foreign = format!("https://{}.example/bye", other.client_id);
        let unsigned = "eyJhbGciOiJub25lIn0.eyJpc3MiOiJ4In0.";
        let cases: &[(&[(&str, &str)], &str)] = &[
            (&[("id_token_hint", &id_token), ("post_logout_redirect_uri", "https://evil.test/")], "logout-redirect-unregistered"),
            (&[("id_token_hint", &id_token), ("post_logout_redirect_uri", &foreign)], "logout-redirect-unregistered"),
            (&[("post_logout_redirect_uri", "https://evil.test/")], "logout-redirect-unregistered"),
            (&[("id_token_hint", unsigned)], "id-token-hint-invalid"),
            (&[("id_token_hint", &access)], "id-token-hint-invalid"),
            (&[("id_token_hint", &id_token), ("client_id", &other.client_id)], "id-token-hint-invalid"),
        ];
        for (fields, code) in cases {
            let page = browser.open(&logout(house, fields)).await;
            assert_eq!((page.status, page.text("#error-code").as_deref()), (400, Some(*code)), "{fields:?}");
            assert!(page.left_for.is_none());
        }
        assert!(house.is_active(&party, &access).await, "the session lives on");
    }
}

journey! {
    async fn without_a_hint_the_person_is_asked_first(house) {
        let party = house.party(json!({})).await;
        let an = house.citizen("Nguyễn Văn An").await;
        let (mut browser, _, access) = signed_in(house, &party, &an).await;
        let back = format!("https://{}.example/bye", party.client_id);
        let address = logout(house, &[("client_id", &party.client_id), ("post_logout_redirect_uri", &back)]);
        let page = browser.open(&address).await;
        assert_eq!(page.name(), "sign-out", "{} {}", page.status, page.body);
        assert!(house.is_active(&party, &access).await, "a link signs nobody out");
        let stay = browser.submit(&page, "sign-out-form", &[("choice", "stay")]).await;
        assert!(stay.left_for.is_none() && browser.cookies.contains_key("sid"));
        let page = browser.open(&address).await;
        let done = browser.submit(&page, "sign-out-form", &[("choice", "sign-out")]).await;
        assert_eq!(done.left_for.map(|url| url.to_string()), Some(back));
        assert!(!house.is_active(&party, &access).await);
    }
}

type Mailbox = Arc<Mutex<Vec<String>>>;

/// A portal's back-channel endpoint on loopback that keeps what it gets.
async fn portal(status: u16) -> (String, Mailbox) {
    let mailbox: Mailbox = Arc::default();
    let keep = move |State(mailbox): State<Mailbox>, body: String| async move {
        if let Ok(mut all) = mailbox.lock() {
            all.push(body);
        }
        (axum::http::StatusCode::from_u16(status).expect("a status"), "x".repeat(100_000))
    };
    let router = Router::new().route("/backchannel", post(keep)).with_state(Arc::clone(&mailbox));
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
    let address = format!("http://{}/backchannel", listener.local_addr().expect("an address"));
    tokio::spawn(async move { axum::serve(listener, router).await });
    (address, mailbox)
}

fn taken(mailbox: &Mailbox) -> Vec<String> {
    mailbox.lock().expect("nobody panicked").clone()
}

journey! {
    async fn row_90_every_party_of_the_session_gets_a_logout_token(house) {
        let (address, mailbox) = portal(204).await;
        let told = house.party(json!({ "backchannel_logout_uri": address })).await;
        let other = house.party(json!({})).await;
        let an = house.citizen("Nguyễn Văn An").await;
        let mut browser = Browser::new();
        let (away, code) = browser.sign_in(house, &told, &an).await;
        let known = claims(&house.redeem(&told, &away, &code).await.text("id_token"));
        let (away, code) = browser.sign_in(house, &other, &an).await;
        let hint = house.redeem(&other, &away, &code).await.text("id_token");
        browser.open(&logout(house, &[("id_token_hint", &hint)])).await;
        house.jobs().await;
        let bodies = taken(&mailbox);
        assert_eq!(bodies.len(), 1, "one token for one party");
        let token = url::form_urlencoded::parse(bodies[0].as_bytes()).find(|(name, _)| name == "logout_token").expect("a token").1.into_owned();
        assert_eq!(header(&token)["typ"], "logout+jwt");
        let inside = claims(&token);
        assert_eq!((&inside["sid"], &inside["sub"], &inside["aud"]), (&known["sid"], &known["sub"], &json!(told.client_id)));
        assert!(inside["events"]["http://schemas.openid.net/event/backchannel-logout"].is_object());
        assert!(inside.get("nonce").is_none());
        assert!(inside["exp"].as_i64().zip(inside["iat"].as_i64()).is_some_and(|(exp, iat)| exp - iat <= 120));
        assert!(!house.is_active(&told, &token).await, "a logout token is no access token");
        let page = browser.open(&logout(house, &[("id_token_hint", &token)])).await;
        assert_eq!(page.text("#error-code").as_deref(), Some("id-token-hint-invalid"), "and no ID token");
    }
}

journey! {
    async fn row_91_a_dead_party_delays_nobody(house) {
        let (broken, mailbox) = portal(500).await;
        let nobody = format!("http://127.0.0.1:{}/backchannel", idp_tests::house::free_port());
        for address in [broken, nobody] {
            let party = house.party(json!({ "backchannel_logout_uri": address })).await;
            let an = house.citizen("Nguyễn Văn An").await;
            let (mut browser, id_token, access) = signed_in(house, &party, &an).await;
            let page = browser.open(&logout(house, &[("id_token_hint", &id_token)])).await;
            assert_eq!(page.status, 200, "the person is signed out whatever the party does");
            assert!(!house.is_active(&party, &access).await);
            house.jobs().await;
            let mut conn = house.db().read().await.expect("reads");
            let sql = "select tries as n from logout_delivery where party_id = $1 and delivered_at is null and given_up_at is null";
            let row = conn.one(sql, idp_core::params![party.id]).await.expect("reads").expect("waits for another try");
            assert_eq!(row.int("n").expect("a number"), 1);
        }
        assert!(!taken(&mailbox).is_empty());
    }
}
