//! What must hold when others misbehave: the database is away, names are hostile, logs are read by strangers
//! (rows 45, 61, 71, 78, 240 and 246 of the list of attacks).

use idp_core::{
    people::Profile,
    relying::{Definition, PartyState, Save},
    signin,
    types::person::FullName,
};
use idp_tests::{Browser, Engine, House, Reply, journey, run};
use serde_json::json;

journey! {
    async fn row_45_what_is_taken_from_a_party_is_not_refreshed(house) {
        let mut party = house.party(json!({ "consent": "explicit" })).await;
        let an = house.citizen("Nguyễn Văn An").await;
        let mut browser = Browser::new();
        let away = party.authorize(house, &[]);
        let page = browser.open(away.url.as_str()).await;
        let page = browser.enter(&page, &an).await;
        let page = browser.submit(&page, "consent-form", &[("decision", "allow")]).await;
        let tokens = house.redeem(&party, &away, &page.returned("code").expect("a code")).await;
        // A scope taken from the party is gone from the next token.
        house.change(&mut party, "scopes", json!(["openid", "profile", "offline_access"])).await;
        let narrowed = house.refresh(&party, &tokens.text("refresh_token")).await;
        assert_eq!(narrowed.text("scope"), "openid profile", "{}", narrowed.body);
        let told = house.userinfo(&tokens.text("access_token")).await;
        assert!(told.body.get("personal_number").is_none(), "the older token tells it no more: {}", told.body);
        // Consent withdrawn: no further token.
        let (person, id) = (an.id, party.id);
        let cx = house.cx();
        let withdrawn = house.db().write(&cx, |tx| {
            Box::pin(signin::withdraw(tx, person, id))
        });
        assert!(withdrawn.await.expect("writes"));
        assert_eq!(house.userinfo(&narrowed.text("access_token")).await.status, 401);
        assert_eq!(house.refresh(&party, &narrowed.text("refresh_token")).await.error(), "invalid_grant");
    }
}

/// A revocation that could not be written is not acknowledged, and the token is as it was.
async fn without_a_database(engine: Engine) {
    let house = House::start(engine, "").await;
    let party = house.party(json!({})).await;
    let an = house.citizen("Nguyễn Văn An").await;
    let (away, code) = Browser::new().sign_in(&house, &party, &an).await;
    let access = house.redeem(&party, &away, &code).await.text("access_token");
    house.db().close().await;
    for path in ["/oauth2/revoke", "/oauth2/introspect"] {
        let reply = house.ask(path, &party, &[("token", &access)]).await;
        assert_eq!((reply.status, reply.error()), (503, "temporarily_unavailable"), "{path}: {}", reply.body);
        assert!(reply.headers.contains_key("retry-after"));
    }
    assert_eq!(house.userinfo(&access).await.status, 503);
    let page = Browser::new().open(party.authorize(&house, &[]).url.as_str()).await;
    assert_eq!((page.status, page.text("#error-code").as_deref()), (503, Some("unavailable")));
    for word in ["sqlite", "postgres", "pool", "select", "sqlx"] {
        assert!(!page.body.to_lowercase().contains(word), "nothing of the cause is shown: {word}");
    }
    for path in ["/oauth2/jwks", "/.well-known/openid-configuration", "/livez"] {
        let base = if path == "/livez" { &house.management } else { &house.issuer };
        assert_eq!(Reply::of(house.http.get(format!("{base}{path}"))).await.status, 200, "{path} needs no database");
    }
    assert_eq!(Reply::of(house.http.get(format!("{}/readyz", house.management))).await.status, 503);
    // The next life finds the token as it was.
    let folder = house.folder.clone();
    house.stop();
    until_free(&house).await;
    let again = Box::pin(House::start_in(engine, &folder, "")).await;
    assert!(again.is_active(&party, &access).await);
}

async fn until_free(house: &House) {
    for _ in 0..200 {
        if house.http.get(house.at("/livez")).send().await.is_err() {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(25)).await;
    }
}

#[test]
fn row_71_without_its_database_the_server_says_so_on_sqlite() {
    run(without_a_database(Engine::Sqlite));
}

#[test]
fn row_71_without_its_database_the_server_says_so_on_postgres() {
    run(without_a_database(Engine::Postgres));
}

journey! {
    async fn row_78_a_party_cannot_ask_for_no_signature_or_a_weak_key(house) {
        let definition = json!({ "name": { "vi": "x", "en": "x" }, "userinfo_signed_response_alg": "none" });
        assert!(serde_json::from_value::<Definition>(definition).is_err(), "none is no algorithm here");
        let weak = json!({ "keys": [{ "kty": "RSA", "n": "u".repeat(86), "e": "AQAB" }] });
        let definition: Definition = serde_json::from_value(json!({
            "name": { "vi": "x", "en": "x" }, "redirect_uris": ["https://x.example/cb"], "grant_types": ["authorization_code"],
            "token_endpoint_auth_method": "private_key_jwt", "jwks": weak,
        })).expect("of the right shape");
        let (cx, policy, definition) = (house.cx(), house.parts.register.policy(), &definition);
        let saved = house.db().write(&cx, |tx| {
            Box::pin(async move {
                let save = Save { client_id: "weak", state: PartyState::Active, definition: definition.clone(), secret: None };
                idp_core::relying::save(tx, save, policy).await
            })
        });
        assert!(saved.await.is_err());
        assert!(house.parts.register.by_client_id("weak").is_none());
    }
}

journey! {
    async fn row_240_hostile_names_are_shown_as_text(house) {
        let nasty = "<img src=x onerror=alert(1)>\"'><script>alert(2)</script>";
        let party = house.party(json!({ "name": { "vi": nasty, "en": nasty }, "consent": "explicit" })).await;
        let an = house.citizen("Nguyễn Văn An").await;
        assert!(FullName::parse(nasty).is_err(), "and no such name is recorded for a person");
        assert!(serde_json::from_value::<Profile>(json!({ "name": nasty, "birthdate": null })).is_err());
        let mut browser = Browser::new();
        let page = browser.open(party.authorize(house, &[]).url.as_str()).await;
        let consent = browser.enter(&page, &an).await;
        for page in [&page, &consent] {
            assert!(!page.has("img") && !page.has("script:not([src])"), "{}", page.body);
            assert!(page.text("h1").is_some_and(|text| text.contains("<script>")), "shown as it is");
        }
    }
}

/// Everything secret that a run hands out, looked for in everything it wrote.
async fn nothing_secret_is_written(engine: Engine) {
    let house = House::start(engine, "").await;
    let party = house.party(json!({})).await;
    let an = house.citizen("Nguyễn Văn An").await;
    let mut browser = Browser::new();
    let (away, code) = browser.sign_in(&house, &party, &an).await;
    let tokens = house.redeem(&party, &away, &code).await;
    house.jobs().await;
    let secrets = [
        code,
        tokens.text("access_token"),
        tokens.text("refresh_token"),
        tokens.text("id_token"),
        browser.cookies["sid"].clone(),
    ];
    let mut conn = house.db().read().await.expect("reads");
    let rows = conn.all("select body from audit_event", vec![]).await.expect("reads");
    assert!(rows.len() > 3);
    for row in rows {
        let body = row.text("body").expect("a body");
        assert!(secrets.iter().all(|secret| !body.contains(secret.as_str())), "{body}");
        assert!(
            !body.contains("Nguyễn") && !body.contains("079085000001") && !body.contains("127.0.0.1"),
            "personal values lie sealed: {body}"
        );
    }
    if engine == Engine::Sqlite {
        for file in ["idp.db", "idp.db-wal"] {
            let bytes = std::fs::read(house.folder.join(file)).unwrap_or_default();
            for secret in secrets.iter().map(String::as_str).chain(["Nguyễn Văn An", "079085000001"]) {
                let found = bytes.windows(secret.len()).any(|window| window == secret.as_bytes());
                assert!(!found, "{file} holds something that must lie sealed or as a digest");
            }
        }
    }
}

#[test]
fn row_61_no_secret_and_no_personal_value_lies_open_on_sqlite() {
    run(nothing_secret_is_written(Engine::Sqlite));
}

#[test]
fn row_61_no_secret_and_no_personal_value_lies_open_on_postgres() {
    run(nothing_secret_is_written(Engine::Postgres));
}
