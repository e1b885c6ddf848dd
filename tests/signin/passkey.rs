//! Signing in with a passkey, and being offered one.

use idp_tests::{Authenticator, Browser, Engine, House, journey, tokens::claims};
use serde_json::json;

use super::ways::{app_code, at_account};

journey! {
    async fn a_citizen_makes_a_passkey_and_signs_in_with_it_alone(house) {
        let party = house.party(json!({})).await;
        for (mut key, amr) in [
            (Authenticator::new(&house.issuer), json!(["hwk", "user"])),
            (Authenticator::synced(&house.issuer), json!(["swk", "user"])),
        ] {
            let an = house.citizen("Nguyễn Văn An").await;
            let mut browser = house.with_passkey(&an, &mut key).await;
            let list = browser.open(&house.at("/account/passkeys")).await;
            assert_eq!(list.text("#passkeys .label").as_deref(), Some("Thiết bị của tôi"), "a first name for it");
            assert_eq!(house.events("credential-added", an.id).await, 1);

            let mut elsewhere = Browser::new();
            let away = party.authorize(house, &[]);
            let page = elsewhere.open(away.url.as_str()).await;
            assert_eq!(page.attribute("#login", "autocomplete").as_deref(), Some("username webauthn"));
            assert!(page.has("#passkey-form[hidden][data-conditional]"), "hidden until a script shows it");
            let page = elsewhere.use_passkey(&page, &mut key).await;
            let code = page.returned("code").unwrap_or_else(|| panic!("{} {}", page.status, page.body));
            let tokens = house.redeem(&party, &away, &code).await;
            let id_token = claims(&tokens.text("id_token"));
            assert_eq!((&id_token["acr"], &id_token["amr"]), (&json!("urn:idp:aal2"), &amr));
        }
    }
}

journey! {
    async fn what_is_asked_of_a_device_names_nobody_who_has_not_signed_in(house) {
        let party = house.party(json!({})).await;
        let an = house.citizen("Nguyễn Văn An").await;
        let mut key = Authenticator::new(&house.issuer);
        house.with_passkey(&an, &mut key).await;
        let mut browser = Browser::new();
        let page = browser.open(party.authorize(house, &[("login_hint", &an.login)]).url.as_str()).await;
        let asked = browser.asked(&page).await;
        assert_eq!(asked.options["allowCredentials"], json!([]), "the hint must not tell which passkeys somebody has");
        assert_eq!((&asked.options["rpId"], &asked.options["userVerification"]), (&json!("localhost"), &json!("required")));
        assert!(asked.options.get("mediation").is_none());
    }
}

journey! {
    async fn a_device_that_has_one_makes_no_second(house) {
        let an = house.citizen("Nguyễn Văn An").await;
        let mut key = Authenticator::new(&house.issuer);
        let mut browser = house.with_passkey(&an, &mut key).await;
        let page = browser.open(&house.at("/account/passkeys/new")).await;
        // With a passkey in the account, the password of a moment ago is no longer its highest level.
        assert_eq!(page.name(), "step-up", "{}", page.body);
        let page = browser.use_passkey(&page, &mut key).await;
        assert_eq!(page.name(), "passkey-create", "{}", page.body);
        let asked = browser.asked(&page).await;
        let id = idp_tests::authenticator::base64url(&key.id);
        assert_eq!(asked.options["excludeCredentials"][0]["id"], json!(id));
        let again = browser.answer(&page, &asked.ceremony, &key.create(&asked.options)).await;
        assert_eq!((again.status, again.name().as_str()), (422, "passkey-create"), "and the server takes none");
        let exists = browser.open(&house.at("/account/passkeys/new?passkey=exists")).await;
        assert!(exists.text("#error-summary").is_some_and(|text| text.contains("đã có khoá truy cập")));
    }
}

journey! {
    async fn a_passkey_is_offered_after_a_password_where_the_browser_keeps_them(house) {
        let party = house.party(json!({})).await;
        let an = house.citizen("Nguyễn Văn An").await;
        let (login, password) = (an.login.as_str(), an.password.as_str());
        let mut browser = Browser::new();
        let away = party.authorize(house, &[]);
        let page = browser.open(away.url.as_str()).await;
        let fields = [("login", login), ("password", password), ("passkeys", "yes")];
        let page = browser.submit(&page, "sign-in-form", &fields).await;
        assert_eq!(page.name(), "passkey-create", "{}", page.body);
        assert!(page.has("#shared-device") && page.has("#passkey-later") && page.has("details#why"));
        let mut key = Authenticator::synced(&house.issuer);
        let page = browser.make_passkey(&page, &mut key).await;
        let code = page.returned("code").unwrap_or_else(|| panic!("{} {}", page.status, page.body));
        let id_token = claims(&house.redeem(&party, &away, &code).await.text("id_token"));
        assert_eq!(id_token["acr"], "urn:idp:aal1", "making one is not using one");
        let mut elsewhere = Browser::new();
        let page = elsewhere.open(party.authorize(house, &[]).url.as_str()).await;
        let page = elsewhere.submit(&page, "sign-in-form", &fields).await;
        assert!(page.returned("code").is_some(), "who has one is not offered one: {}", page.body);
    }
}

#[test]
fn later_holds_for_a_month_and_for_the_account() {
    idp_tests::run(async {
        for engine in Engine::ALL {
            let house = House::start(engine, "").await;
            let party = house.party(json!({})).await;
            let an = house.citizen("Nguyễn Văn An").await;
            let fields = [("login", an.login.as_str()), ("password", an.password.as_str()), ("passkeys", "yes")];
            for (days, offered) in [(0, true), (29, false), (2, true)] {
                house.later(days * 86_400).await;
                let mut browser = Browser::new();
                let page = browser.open(party.authorize(&house, &[]).url.as_str()).await;
                let page = browser.submit(&page, "sign-in-form", &fields).await;
                assert_eq!(page.name() == "passkey-create", offered, "after {days} days: {}", page.body);
                if offered {
                    let page = browser.submit(&page, "later-form", &[]).await;
                    assert!(page.returned("code").is_some(), "{}", page.body);
                }
            }
        }
    });
}

journey! {
    async fn without_scripts_every_page_shows_another_way(house) {
        let party = house.party(json!({ "required_acr": "urn:idp:aal2" })).await;
        let an = house.citizen("Nguyễn Văn An").await;
        let mut key = Authenticator::new(&house.issuer);
        house.with_passkey(&an, &mut key).await;
        let mut browser = Browser::new();
        let page = browser.open(party.authorize(house, &[]).url.as_str()).await;
        let page = browser.enter(&page, &an).await;
        assert_eq!(page.name(), "step-up", "{}", page.body);
        assert!(page.has("#passkey-form[hidden]") && page.has("#passkey-missing:not([hidden])"));
        assert!(page.has("#other-ways") && page.has("#cancel"));
        let failed = browser.open(&format!("{}?passkey=failed", page.url)).await;
        assert_eq!((failed.status, failed.name().as_str()), (200, "passkey-failed"));
        let other = failed.attribute("#passkey-other", "href").expect("another way");
        let other = browser.open(&house.at(&other)).await;
        assert!(other.has("#other-ways[open]"), "{}", other.body);
        let again = browser.open(&house.at(&failed.attribute("#passkey-again", "href").expect("again"))).await;
        assert_eq!(again.name(), "step-up");
        let page = browser.submit(&again, "cancel-form", &[]).await;
        assert_eq!(page.returned("error").as_deref(), Some("access_denied"));
    }
}

/// Sets an app up where a passkey is asked for, and goes on with the sign-in.
async fn by_app_instead(house: &House, mut browser: Browser) {
    let party = house.party(json!({ "required_acr": "urn:idp:aal2" })).await;
    let an = house.citizen("Nguyễn Văn An").await;
    let away = party.authorize(house, &[]);
    let page = browser.open(away.url.as_str()).await;
    let page = browser.enter(&page, &an).await;
    assert_eq!(page.name(), "passkey-create", "{} {}", page.status, page.body);
    let href = page.attribute("#app-instead", "href").expect("a way without a script");
    let factors = browser.open(&house.at(&href)).await;
    assert!(factors.has("#resume-link"), "{} {}", factors.status, factors.body);
    let setup = browser.submit(&factors, "app-form", &[]).await;
    let key = setup.text("#totp-key").expect("the key");
    let wrong = browser.submit(&setup, "totp-form", &[("code", "000000")]).await;
    assert_eq!((wrong.status, wrong.name().as_str()), (422, "totp-setup"));
    let done = browser.submit(&wrong, "totp-form", &[("code", &app_code(house, &key, 0))]).await;
    assert_eq!(done.name(), "recovery-codes", "{} {}", done.status, done.body);
    let back = done.attribute("#continue-link", "href").expect("the way back");
    let page = browser.open(&house.at(&back)).await;
    assert_eq!((page.name().as_str(), page.url.path().starts_with("/sign-in/")), ("step-up", true), "{}", page.body);
    let codes = page.attribute("#step-up-codes", "href").expect("by codes");
    let page = browser.open(&house.at(&codes)).await;
    let asked = browser.submit(&page, "sign-in-form", &[("password", &an.password)]).await;
    let page = browser.submit(&asked, "second-factor-form", &[("code", &app_code(house, &key, 30))]).await;
    let code = page.returned("code").unwrap_or_else(|| panic!("{} {}", page.status, page.body));
    let id_token = claims(&house.redeem(&party, &away, &code).await.text("id_token"));
    assert_eq!(id_token["acr"], "urn:idp:aal2");
}

journey! {
    async fn without_scripts_an_app_is_set_up_in_the_middle_of_a_sign_in_and_leads_back(house) {
        by_app_instead(house, Browser::new()).await;
        let zalo = "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/124.0 Mobile Safari/537.36 Zalo android/24.4";
        let mut inside = Browser::new();
        inside.agent = Some(zalo);
        by_app_instead(house, inside).await;
        // Nothing but a sign-in of ours is led back to.
        let (mut browser, an) = (Browser::new(), house.citizen("Nguyễn Văn An").await);
        at_account(house, &mut browser, &an).await;
        for t in ["", "//evil.test", "tx_", "../account"] {
            let address = url::Url::parse_with_params(&house.at("/account/factors"), &[("t", t)]).expect("an address");
            assert!(!browser.open(address.as_str()).await.has("#resume"), "{t}");
        }
    }
}

journey! {
    async fn a_browser_inside_an_app_is_told_to_open_another_where_a_passkey_is_needed(house) {
        let party = house.party(json!({ "required_acr": "urn:idp:aal2" })).await;
        let an = house.citizen("Nguyễn Văn An").await;
        let mut browser = Browser::new();
        let page = browser.open(party.authorize(house, &[]).url.as_str()).await;
        let page = browser.enter(&page, &an).await;
        assert_eq!(page.name(), "passkey-create", "{}", page.body);
        let cookies: Vec<_> = browser.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let agent = "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/126.0 Mobile Safari/537.36 Zalo android/24";
        let request = house.http.get(page.url.as_str()).header("cookie", cookies.join("; "));
        let shown = request.header("user-agent", agent).send().await.expect("answers").text().await.expect("a page");
        assert!(shown.contains("id=\"in-app\"") && shown.contains("Zalo") && !shown.contains("id=\"passkey-form\""), "{shown}");
    }
}

journey! {
    async fn the_well_known_addresses_lead_to_ours(house) {
        let document = async |path: &str| -> serde_json::Value {
            let answer = house.http.get(house.at(path)).send().await.expect("answers");
            assert_eq!(answer.status(), 200, "{path}");
            answer.json().await.expect("JSON")
        };
        assert_eq!(document("/.well-known/webauthn").await, json!({ "origins": [house.issuer] }));
        let endpoints = document("/.well-known/passkey-endpoints").await;
        assert_eq!(endpoints["manage"], json!(house.at("/account/passkeys")));
        assert_eq!(endpoints["enroll"], json!(house.at("/account/passkeys/new")));
        let password = house.http.get(house.at("/.well-known/change-password")).send().await.expect("answers");
        assert!(password.status().is_redirection());
    }
}

#[test]
fn under_an_old_name_the_same_server_answers_and_the_issuer_stays() {
    idp_tests::run(async {
        for engine in Engine::ALL {
            let house = House::start(engine, "[server]\nalso_at = [\"http://127.0.0.1:PORT\"]\n\n").await;
            let party = house.party(json!({})).await;
            let old = house.issuer.replace("localhost", "127.0.0.1");
            let away = party.authorize(&house, &[]);
            let there = away.url.as_str().replace(&house.issuer, &old);
            let sent = house.http.get(&there).send().await.expect("answers");
            assert_eq!(
                (sent.status().as_u16(), sent.headers()["location"].to_str().ok()),
                (307, Some(away.url.as_str()))
            );
            let discovery: serde_json::Value = house
                .http
                .get(format!("{old}/.well-known/openid-configuration"))
                .send()
                .await
                .expect("answers")
                .json()
                .await
                .expect("JSON");
            assert_eq!(discovery["issuer"], json!(house.issuer));
            assert_eq!(discovery["token_endpoint"], json!(house.at("/oauth2/token")));
            let related: serde_json::Value = house
                .http
                .get(house.at("/.well-known/webauthn"))
                .send()
                .await
                .expect("answers")
                .json()
                .await
                .expect("JSON");
            assert_eq!(related["origins"], json!([house.issuer, old]));
            // What parties call is served under either name.
            let token =
                house.http.post(format!("{old}/oauth2/token")).basic_auth(&party.client_id, Some(&party.secret));
            let token = token.form(&[("grant_type", "client_credentials")]).send().await.expect("answers");
            assert_eq!(token.status(), 200);
        }
    });
}
