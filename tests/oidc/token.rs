//! The token endpoint, introspection and revocation: journeys and rows of the list of attacks (named by number).

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use idp_core::crypto::{
    jwk,
    jws::{self, Alg, MemorySigner},
    random,
};
use idp_tests::{
    Browser, House, Party, Reply, journey,
    tokens::{claims, header},
};
use serde_json::{Value, json};

fn is_refused(reply: &Reply, status: u16, error: &str) {
    assert_eq!((reply.status, reply.error()), (status, error), "{}", reply.body);
    assert_eq!(reply.headers["cache-control"], "no-store");
    assert!(reply.headers["content-type"].to_str().is_ok_and(|kind| kind.starts_with("application/json")));
}

journey! {
    async fn row_31_a_code_spent_twice_revokes_what_it_bought(house) {
        let party = house.party(json!({})).await;
        let an = house.citizen("Nguyễn Văn An").await;
        let (away, code) = Browser::new().sign_in(house, &party, &an).await;
        let first = house.redeem(&party, &away, &code).await;
        assert_eq!(first.status, 200, "{}", first.body);
        let (access, refresh) = (first.text("access_token"), first.text("refresh_token"));
        assert!(house.is_active(&party, &access).await);
        is_refused(&house.redeem(&party, &away, &code).await, 400, "invalid_grant");
        assert!(!house.is_active(&party, &access).await);
        is_refused(&house.refresh(&party, &refresh).await, 400, "invalid_grant");
        assert_eq!(house.userinfo(&access).await.status, 401);
        assert_eq!(house.events("code-replayed", an.id).await, 1, "one event");
    }
}

journey! {
    async fn row_33_a_code_belongs_to_its_party_and_burns_in_wrong_hands(house) {
        let (party, thief) = (house.party(json!({})).await, house.party(json!({})).await);
        let an = house.citizen("Nguyễn Văn An").await;
        let (away, code) = Browser::new().sign_in(house, &party, &an).await;
        let form = [("grant_type", "authorization_code"), ("code", code.as_str()), ("code_verifier", away.verifier.as_str())];
        is_refused(&Reply::of(house.http.post(house.at("/oauth2/token")).form(&form)).await, 401, "invalid_client");
        is_refused(&house.ask("/oauth2/token", &thief, &form).await, 400, "invalid_grant");
        is_refused(&house.redeem(&party, &away, &code).await, 400, "invalid_grant");
    }
}

journey! {
    async fn rows_8_36_38_a_code_needs_its_verifier_its_address_and_its_time(house) {
        let party = house.party(json!({})).await;
        let an = house.citizen("Nguyễn Văn An").await;
        let wrong: [(&str, &str); 3] = [("code_verifier", "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"), ("code_verifier", ""), ("redirect_uri", "https://other.example/cb")];
        for (name, value) in wrong {
            let (away, code) = Browser::new().sign_in(house, &party, &an).await;
            let mut form = vec![("grant_type", "authorization_code"), ("code", code.as_str()), ("code_verifier", away.verifier.as_str()), ("redirect_uri", party.redirect_uri.as_str())];
            form.retain(|(known, _)| *known != name);
            if !value.is_empty() {
                form.push((name, value));
            }
            is_refused(&house.ask("/oauth2/token", &party, &form).await, 400, "invalid_grant");
            is_refused(&house.redeem(&party, &away, &code).await, 400, "invalid_grant");
        }
    }
}

journey! {
    async fn row_8_a_stripped_challenge_is_noticed_where_pkce_is_excepted(house) {
        let old = house.party(json!({ "exceptions": [{ "rule": "pkce", "until": "2099-12-31", "reason": "old software" }] })).await;
        let an = house.citizen("Nguyễn Văn An").await;
        let without = [("code_challenge", ""), ("code_challenge_method", "")];
        let (away, code) = Browser::new().sign_in_with(house, &old, &an, &without).await;
        is_refused(&house.redeem(&old, &away, &code).await, 400, "invalid_grant");
        let (_, code) = Browser::new().sign_in_with(house, &old, &an, &without).await;
        let form = [("grant_type", "authorization_code"), ("code", code.as_str()), ("redirect_uri", old.redirect_uri.as_str())];
        assert_eq!(house.ask("/oauth2/token", &old, &form).await.status, 200, "with nonce the exception holds");
        let no_nonce = [("code_challenge", ""), ("code_challenge_method", ""), ("nonce", "")];
        let page = Browser::new().open(old.authorize(house, &no_nonce).url.as_str()).await;
        assert_eq!(page.returned("error").as_deref(), Some("invalid_request"));
    }
}

journey! {
    async fn rows_35_and_50_one_kind_of_secret_is_none_of_the_others(house) {
        let party = house.party(json!({})).await;
        let an = house.citizen("Nguyễn Văn An").await;
        let mut browser = Browser::new();
        let (away, code) = browser.sign_in(house, &party, &an).await;
        let tokens = house.redeem(&party, &away, &code).await;
        let (access, id_token, refresh) = (tokens.text("access_token"), tokens.text("id_token"), tokens.text("refresh_token"));
        let as_code = |value: &str| [("grant_type", "authorization_code".to_owned()), ("code", value.to_owned()), ("code_verifier", away.verifier.clone())];
        for other in [&refresh, &access, &id_token, &browser.cookies["sid"], &browser.cookies["browser"]] {
            let form = as_code(other);
            let form: Vec<(&str, &str)> = form.iter().map(|(name, value)| (*name, value.as_str())).collect();
            is_refused(&house.ask("/oauth2/token", &party, &form).await, 400, "invalid_grant");
        }
        for other in [&access, &id_token, &code] {
            is_refused(&house.refresh(&party, other).await, 400, "invalid_grant");
        }
        for other in [&refresh, &id_token, &code] {
            assert_eq!(house.userinfo(other).await.status, 401);
        }
        assert!(!house.is_active(&party, &id_token).await, "an ID token is no access token");
        assert_eq!(header(&access)["typ"], "at+jwt");
    }
}

/// A party that signs its assertions.
async fn signing_party(house: &House) -> (Party, MemorySigner) {
    let key = jwk::generate(Alg::Es256).expect("made");
    let public = jwk::public(&key, Alg::Es256).expect("public");
    let kid = public["kid"].as_str().unwrap_or_default().to_owned();
    let signer = MemorySigner::new(Alg::Es256, kid, &key).expect("usable");
    let change = json!({ "token_endpoint_auth_method": "private_key_jwt", "jwks": { "keys": [public] } });
    (house.party(change).await, signer)
}

fn assertion(house: &House, party: &Party, signer: &MemorySigner, change: &Value) -> String {
    let now = house.parts.clock.now().seconds();
    let mut claims = json!({
        "iss": party.client_id, "sub": party.client_id, "aud": house.issuer, "iat": now, "exp": now + 60,
        "jti": URL_SAFE_NO_PAD.encode(random::bytes::<16>()),
    });
    for (name, value) in change.as_object().into_iter().flatten() {
        claims[name] = value.clone();
    }
    jws::sign(signer, "JWT", &claims).expect("signed")
}

async fn with_assertion(house: &House, assertion: &str) -> Reply {
    let form = [
        ("grant_type", "client_credentials"),
        ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"),
        ("client_assertion", assertion),
    ];
    Reply::of(house.http.post(house.at("/oauth2/token")).form(&form)).await
}

journey! {
    async fn rows_40_and_41_an_assertion_is_for_us_alone_and_once(house) {
        let (party, signer) = signing_party(house).await;
        let good = assertion(house, &party, &signer, &json!({}));
        assert_eq!(with_assertion(house, &good).await.status, 200);
        is_refused(&with_assertion(house, &good).await, 401, "invalid_client");
        let now = house.parts.clock.now().seconds();
        let token_endpoint = house.at("/oauth2/token");
        for change in [
            json!({ "aud": token_endpoint }),
            json!({ "aud": [house.issuer, "https://other.example"] }),
            json!({ "aud": [house.issuer] }),
            json!({ "aud": "https://other.example" }),
            json!({ "iss": "another" }),
            json!({ "sub": "another" }),
            json!({ "exp": now - 1 }),
            json!({ "exp": now + 3_600 }),
            json!({ "exp": null }),
            json!({ "jti": null }),
            json!({ "iat": now + 120 }),
            json!({ "nbf": now + 120 }),
        ] {
            is_refused(&with_assertion(house, &assertion(house, &party, &signer, &change)).await, 401, "invalid_client");
        }
        let (_, stranger) = signing_party(house).await;
        is_refused(&with_assertion(house, &assertion(house, &party, &stranger, &json!({}))).await, 401, "invalid_client");
    }
}

journey! {
    async fn row_43_only_the_registered_way_to_authenticate_counts(house) {
        let (party, _) = signing_party(house).await;
        let form = [("grant_type", "client_credentials")];
        is_refused(&house.ask("/oauth2/token", &party, &form).await, 401, "invalid_client");
        let basic = house.party(json!({})).await;
        let posted = [("grant_type", "client_credentials"), ("client_id", basic.client_id.as_str()), ("client_secret", basic.secret.as_str())];
        is_refused(&Reply::of(house.http.post(house.at("/oauth2/token")).form(&posted)).await, 401, "invalid_client");
        let both = house.http.post(house.at("/oauth2/token")).basic_auth(&basic.client_id, Some(&basic.secret)).form(&posted);
        is_refused(&Reply::of(both).await, 400, "invalid_request");
        let reply = Reply::of(house.http.post(house.at("/oauth2/token")).basic_auth(&basic.client_id, Some("wrong")).form(&form)).await;
        is_refused(&reply, 401, "invalid_client");
        assert!(reply.headers["www-authenticate"].to_str().is_ok_and(|value| value.starts_with("Basic")));
    }
}

journey! {
    async fn row_53_what_is_not_offered_or_registered_is_refused(house) {
        let party = house.party(json!({ "grant_types": ["authorization_code"], "scopes": ["openid"] })).await;
        for grant in ["password", "implicit", "urn:ietf:params:oauth:grant-type:device_code", "urn:ietf:params:oauth:grant-type:token-exchange", "x"] {
            let form = [("grant_type", grant), ("username", "an"), ("password", "x")];
            is_refused(&house.ask("/oauth2/token", &party, &form).await, 400, "unsupported_grant_type");
        }
        is_refused(&house.ask("/oauth2/token", &party, &[("grant_type", "client_credentials")]).await, 400, "unauthorized_client");
        is_refused(&house.ask("/oauth2/token", &party, &[]).await, 400, "invalid_request");
        let twice = [("grant_type", "authorization_code"), ("grant_type", "authorization_code")];
        is_refused(&house.ask("/oauth2/token", &party, &twice).await, 400, "invalid_request");
        let text = house.http.post(house.at("/oauth2/token")).header("content-type", "text/plain").body("grant_type=x");
        assert_eq!(Reply::of(text).await.error(), "invalid_request");
    }
}

journey! {
    async fn a_party_gets_tokens_in_its_own_name_for_its_own_audiences(house) {
        let party = house.party(json!({ "resources": ["https://land.example", "https://tax.example"] })).await;
        let ask = async |more: &[(&str, &str)]| {
            let form: Vec<_> = [("grant_type", "client_credentials")].into_iter().chain(more.iter().copied()).collect();
            house.ask("/oauth2/token", &party, &form).await
        };
        let usual = ask(&[]).await;
        let inside = claims(&usual.text("access_token"));
        assert_eq!(inside["sub"], party.client_id.as_str());
        assert_eq!(inside["aud"], format!("https://api.{}.example", party.client_id));
        assert!(usual.body.get("refresh_token").is_none() && usual.body.get("id_token").is_none());
        assert!(house.is_active(&party, &usual.text("access_token")).await);
        let named = ask(&[("resource", "https://land.example"), ("resource", "https://tax.example")]).await;
        assert_eq!(claims(&named.text("access_token"))["aud"], json!(["https://land.example", "https://tax.example"]));
        is_refused(&ask(&[("resource", "https://other.example")]).await, 400, "invalid_target");
        is_refused(&ask(&[("scope", "openid")]).await, 400, "invalid_scope");
        assert_eq!(ask(&[("scope", "unknown")]).await.status, 200, "unknown scopes are ignored");
    }
}

journey! {
    async fn row_68_only_its_audience_sees_that_a_token_is_active(house) {
        let (party, other) = (house.party(json!({})).await, house.party(json!({})).await);
        let token = house.ask("/oauth2/token", &party, &[("grant_type", "client_credentials")]).await.text("access_token");
        assert!(house.is_active(&party, &token).await);
        let reply = house.ask("/oauth2/introspect", &other, &[("token", &token)]).await;
        assert_eq!((reply.status, &reply.body), (200, &json!({ "active": false })), "exactly one member");
        let nobody = Reply::of(house.http.post(house.at("/oauth2/introspect")).form(&[("token", token.as_str())])).await;
        assert_eq!(nobody.status, 401);
        let public = house.party(json!({ "kind": "public", "token_endpoint_auth_method": "none", "grant_types": ["authorization_code"], "scopes": ["openid"] })).await;
        let form = [("token", token.as_str()), ("client_id", public.client_id.as_str())];
        assert_eq!(Reply::of(house.http.post(house.at("/oauth2/introspect")).form(&form)).await.status, 401);
    }
}

journey! {
    async fn row_70_a_revoked_token_is_dead_at_once(house) {
        let (party, other) = (house.party(json!({})).await, house.party(json!({})).await);
        let an = house.citizen("Nguyễn Văn An").await;
        let mut browser = Browser::new();
        let buy = async |browser: &mut Browser| {
            let (away, code) = browser.sign_in(house, &party, &an).await;
            house.redeem(&party, &away, &code).await
        };
        let tokens = buy(&mut browser).await;
        let access = tokens.text("access_token");
        assert_eq!(house.ask("/oauth2/revoke", &other, &[("token", &access)]).await.status, 200, "told nothing");
        assert!(house.is_active(&party, &access).await, "and nothing happened");
        assert_eq!(house.ask("/oauth2/revoke", &party, &[("token", &access)]).await.status, 200);
        assert!(!house.is_active(&party, &access).await);
        assert_eq!(house.userinfo(&access).await.status, 401);
        assert_eq!(house.refresh(&party, &tokens.text("refresh_token")).await.status, 200, "only that one token");
        let tokens = buy(&mut browser).await;
        house.ask("/oauth2/revoke", &party, &[("token", &tokens.text("refresh_token"))]).await;
        assert!(!house.is_active(&party, &tokens.text("access_token")).await, "the family goes with its refresh token");
        is_refused(&house.refresh(&party, &tokens.text("refresh_token")).await, 400, "invalid_grant");
        assert_eq!(house.ask("/oauth2/revoke", &party, &[("token", "unknown")]).await.status, 200);
    }
}

journey! {
    async fn row_73_a_search_for_tokens_is_slowed_down(house) {
        let party = house.party(json!({})).await;
        let mut last = 0;
        for _ in 0..120 {
            let guess = URL_SAFE_NO_PAD.encode(random::bytes::<32>());
            let reply = house.ask("/oauth2/introspect", &party, &[("token", &guess)]).await;
            assert!(reply.status == 429 || reply.body == json!({ "active": false }), "{}", reply.body);
            last = reply.status;
        }
        assert_eq!(last, 429);
    }
}
