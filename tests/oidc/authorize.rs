//! The authorization endpoint: journeys, and its rows of the list of attacks (named by number).

use idp_tests::{Browser, Page, Reply, journey, tokens::claims};
use serde_json::json;

/// A refusal on a page of ours: no redirect, nothing of the request echoed raw.
fn is_a_page(page: &Page, code: &str) {
    assert_eq!(page.status, 400, "{}", page.body);
    assert!(page.left_for.is_none() && !page.headers.contains_key("location"));
    assert_eq!(page.text("#error-code").as_deref(), Some(code), "{}", page.body);
    assert!(page.text("#error-reference").is_some_and(|reference| reference.len() == 16));
    assert!(page.has("a#next-step"), "no dead end");
}

/// A refusal told to the party.
fn is_told(page: &Page, house: &idp_tests::House, error: &str) {
    assert_eq!(page.returned("error").as_deref(), Some(error), "{} {} {:?}", page.status, page.body, page.left_for);
    assert_eq!(page.returned("iss").as_deref(), Some(house.issuer.as_str()), "RFC 9207: errors carry iss too");
    assert_eq!(page.returned("code"), None);
}

journey! {
    async fn a_citizen_signs_in_once_and_reaches_two_portals(house) {
        let (first, second) = (house.party(json!({})).await, house.party(json!({})).await);
        let an = house.citizen("Nguyễn Văn An").await;
        let mut browser = Browser::new();
        let (away, code) = browser.sign_in(house, &first, &an).await;
        let tokens = house.redeem(&first, &away, &code).await;
        assert_eq!(tokens.status, 200, "{}", tokens.body);
        let id_token = claims(&tokens.text("id_token"));
        assert_eq!(id_token["nonce"], away.nonce.as_str());
        assert_eq!(id_token["acr"], "urn:idp:aal1");
        assert_eq!(id_token["amr"], json!(["pwd"]));
        // The second portal: no page in between.
        let away = second.authorize(house, &[]);
        let page = browser.get(away.url.as_str()).await;
        assert_eq!(page.status, 303, "a live session needs no page");
        let page = browser.follow(page).await;
        let tokens = house.redeem(&second, &away, &page.returned("code").expect("a code")).await;
        let other = claims(&tokens.text("id_token"));
        assert_eq!(other["sub"], id_token["sub"], "a public subject is the same for both portals");
        assert_ne!(other["sid"], id_token["sid"], "each portal knows the session by another sid");
        let told = house.userinfo(&tokens.text("access_token")).await;
        assert_eq!(told.body["name"], "Nguyễn Văn An");
        assert_eq!(told.body["personal_number"], "079085000001");
        assert_eq!(told.body["identity_assurance"], "urn:idp:ial0", "a match with the registry proves no holder");
    }
}

journey! {
    async fn no_row_is_written_when_a_live_session_satisfies_the_request(house) {
        let party = house.party(json!({})).await;
        let an = house.citizen("Nguyễn Văn An").await;
        let mut browser = Browser::new();
        browser.sign_in(house, &party, &an).await;
        let id = party.id;
        let rows = async || {
            let mut conn = house.db().read().await.expect("reads");
            let sql = "select count(*) as n from sign_in where party_id = $1";
            conn.one(sql, idp_core::params![id]).await.expect("counts").expect("a row").int("n").expect("a number")
        };
        let before = rows().await;
        let away = party.authorize(house, &[]);
        assert!(browser.open(away.url.as_str()).await.returned("code").is_some());
        assert_eq!(rows().await, before);
    }
}

journey! {
    async fn row_1_a_redirect_uri_is_compared_byte_for_byte(house) {
        let party = house.party(json!({})).await;
        let base = party.redirect_uri.clone();
        for trick in ["/../evil", "/..;/x", "%2f..%2fx", "/%2e%2e/x", ";x", "/", "?x=1", "#f"] {
            let asked = format!("{base}{trick}");
            let page = Browser::new().open(party.authorize(house, &[("redirect_uri", &asked)]).url.as_str()).await;
            is_a_page(&page, "redirect-uri-unregistered");
        }
        let upper = base.replace("/cb", "/CB");
        let page = Browser::new().open(party.authorize(house, &[("redirect_uri", &upper)]).url.as_str()).await;
        is_a_page(&page, "redirect-uri-unregistered");
        let page = Browser::new().open(party.authorize(house, &[("redirect_uri", "")]).url.as_str()).await;
        is_a_page(&page, "redirect-uri-unregistered");
    }
}

journey! {
    async fn row_3_only_a_native_party_varies_its_loopback_port(house) {
        let native = house.party(json!({ "kind": "native", "token_endpoint_auth_method": "none",
            "grant_types": ["authorization_code"], "scopes": ["openid"], "redirect_uris": ["http://127.0.0.1/cb"] })).await;
        let scope = ("scope", "openid");
        for bad in ["http://127.0.0.1.evil.test/cb", "http://localhost:1234/cb", "http://127.0.0.1:99999/cb", "http://[::ffff:127.0.0.1]/cb"] {
            let page = Browser::new().open(native.authorize(house, &[scope, ("redirect_uri", bad)]).url.as_str()).await;
            is_a_page(&page, "redirect-uri-unregistered");
        }
        let good = native.authorize(house, &[scope, ("redirect_uri", "http://127.0.0.1:65535/cb")]);
        assert_eq!(Browser::new().open(good.url.as_str()).await.name(), "sign-in");
    }
}

journey! {
    async fn rows_5_and_6_unknown_and_disabled_parties_get_the_same_page(house) {
        let party = house.party(json!({})).await;
        let an = house.citizen("Nguyễn Văn An").await;
        let mut browser = Browser::new();
        browser.sign_in(house, &party, &an).await;
        house.save(&party, idp_core::relying::PartyState::Disabled).await;
        let disabled = browser.open(party.authorize(house, &[]).url.as_str()).await;
        is_a_page(&disabled, "party-unknown");
        let long = "z".repeat(4_096);
        for odd in ["zzz", "a\r\nb", "a\0b", "<svg onload=alert(1)>", &long] {
            let page = browser.open(party.authorize(house, &[("client_id", odd)]).url.as_str()).await;
            is_a_page(&page, "party-unknown");
            assert_eq!(page.text("#error-text"), disabled.text("#error-text"));
            assert!(!page.body.contains("<svg"));
        }
        house.save(&party, idp_core::relying::PartyState::Active).await;
        let back = browser.open(party.authorize(house, &[]).url.as_str()).await;
        assert!(back.returned("code").is_some(), "the session is untouched");
    }
}

journey! {
    async fn rows_10_11_15_and_23_what_is_not_offered_is_refused_by_name(house) {
        let party = house.party(json!({ "scopes": ["openid", "profile"] , "grant_types": ["authorization_code"]})).await;
        let scope = ("scope", "openid");
        let many = vec!["unknown"; 500].join(" ");
        let cases: &[(&[(&str, &str)], &str)] = &[
            (&[("request", "eyJhbGciOiJub25lIn0.e30.")], "request_not_supported"),
            (&[("request_uri", "http://169.254.169.254/latest/")], "request_uri_not_supported"),
            (&[("request_uri", "file:///etc/passwd")], "request_uri_not_supported"),
            (&[("registration", "{}")], "registration_not_supported"),
            (&[("response_mode", "fragment")], "invalid_request"),
            (&[("response_mode", "form_post.jwt")], "invalid_request"),
            (&[("response_type", "token")], "unsupported_response_type"),
            (&[("response_type", "code id_token")], "unsupported_response_type"),
            (&[("response_type", "")], "invalid_request"),
            (&[("code_challenge", "")], "invalid_request"),
            (&[("code_challenge_method", "plain")], "invalid_request"),
            (&[("code_challenge_method", "")], "invalid_request"),
            (&[("code_challenge", "short")], "invalid_request"),
            (&[("prompt", "none login")], "invalid_request"),
            (&[("prompt", "create")], "invalid_request"),
            (&[("max_age", "-1")], "invalid_request"),
            (&[("max_age", "soon")], "invalid_request"),
            (&[("claims", "{")], "invalid_request"),
            (&[("id_token_hint", "x.y.z")], "invalid_request"),
            (&[("resource", "https://other.example")], "invalid_target"),
            (&[("scope", "openid identity")], "invalid_scope"),
            (&[("scope", "openid offline_access")], "invalid_scope"),
            (&[("prompt", "none")], "login_required"),
            (&[("claims", "{\"id_token\":{\"acr\":{\"essential\":true,\"values\":[\"urn:idp:aal3\"]}}}")], "unmet_authentication_requirements"),
        ];
        for (change, error) in cases {
            let all: Vec<_> = [scope].into_iter().chain(change.iter().copied()).collect();
            let away = party.authorize(house, &all);
            let page = Browser::new().open(away.url.as_str()).await;
            is_told(&page, house, error);
            assert_eq!(page.returned("state"), Some(away.state), "{change:?}");
        }
        let page = Browser::new().open(party.authorize(house, &[("scope", &format!("openid {many}"))]).url.as_str()).await;
        assert_eq!(page.name(), "sign-in", "unknown scopes are ignored");
    }
}

journey! {
    async fn row_4_a_doubled_parameter_is_refused(house) {
        let party = house.party(json!({})).await;
        let doubled = |name: &str| format!("{}&{name}=x", party.authorize(house, &[]).url);
        for name in ["scope", "nonce", "prompt", "response_type", "code_challenge"] {
            is_told(&Browser::new().open(&doubled(name)).await, house, "invalid_request");
        }
        for name in ["client_id", "redirect_uri", "state"] {
            let page = Browser::new().open(&doubled(name)).await;
            assert_eq!((page.status, page.left_for), (400, None), "{name}");
        }
    }
}

journey! {
    async fn row_28_large_requests_are_refused_whole_and_a_state_comes_back_whole(house) {
        let party = house.party(json!({})).await;
        let state = |length: usize| "s".repeat(length);
        let good = party.authorize(house, &[("state", &state(2_048)), ("prompt", "none")]);
        assert_eq!(Browser::new().open(good.url.as_str()).await.returned("state").map(|state| state.len()), Some(2_048));
        let long = party.authorize(house, &[("state", &state(2_049))]);
        is_a_page(&Browser::new().open(long.url.as_str()).await, "request-invalid");
        for size in [20 * 1_024, 60 * 1_024] {
            let page = Browser::new().open(party.authorize(house, &[("nonce", &state(size))]).url.as_str()).await;
            assert_eq!((page.status, page.left_for), (414, None));
        }
        let many = (0..250).fold(party.authorize(house, &[]).url.to_string(), |url, n| format!("{url}&p{n}=1"));
        let page = Browser::new().open(&many).await;
        assert_eq!((page.status, page.left_for), (400, None));
    }
}

journey! {
    async fn row_16_nothing_of_a_request_is_echoed_raw_and_a_state_is_encoded(house) {
        let party = house.party(json!({})).await;
        let nasty = "\"><script>alert(1)</script>\r\nSet-Cookie: a=b";
        let away = party.authorize(house, &[("state", nasty), ("prompt", "none")]);
        let page = Browser::new().open(away.url.as_str()).await;
        assert_eq!(page.returned("state").as_deref(), Some(nasty), "it comes back as it was");
        assert!(page.headers["location"].to_str().is_ok_and(|location| !location.contains(['<', '"', '\n'])));
        assert!(!page.headers.contains_key("set-cookie"));
        let away = party.authorize(house, &[("login_hint", "\" onfocus=alert(1) autofocus x=\""), ("ui_locales", "<svg>")]);
        let page = Browser::new().open(away.url.as_str()).await;
        assert_eq!(page.name(), "sign-in");
        assert!(!page.body.contains("onfocus=alert(1) autofocus x=\"\"") && !page.body.contains("<svg>"));
        assert_eq!(page.attribute("#login", "onfocus"), None);
    }
}

journey! {
    async fn row_18_a_transaction_belongs_to_the_browser_that_brought_it(house) {
        let party = house.party(json!({})).await;
        let an = house.citizen("Nguyễn Văn An").await;
        let mut attacker = Browser::new();
        let mine = attacker.open(party.authorize(house, &[]).url.as_str()).await;
        let mut victim = Browser::new();
        let page = victim.open(mine.url.as_str()).await;
        assert_eq!((page.status, page.text("#error-code").as_deref()), (400, Some("cookies-refused")));
        victim.open(party.authorize(house, &[]).url.as_str()).await;
        let page = victim.open(mine.url.as_str()).await;
        assert_eq!((page.status, page.text("#error-code").as_deref()), (403, Some("sign-in-other-browser")));
        let answer = victim.submit_only(&mine, "sign-in-form", &[("login", &an.login), ("password", &an.password)]).await;
        assert_eq!(answer.status, 403, "a form of another browser");
        assert!(!victim.cookies.contains_key("sid"), "nobody was signed in");
        let resumed = attacker.open(&house.at(&format!("/oauth2/authorize/resume?t={}", mine.url.path().rsplit('/').next().unwrap_or_default()))).await;
        assert_eq!(resumed.returned("code"), None, "the attacker's browser gets no code");
    }
}

journey! {
    async fn row_20_a_fresh_sign_in_is_a_fresh_sign_in(house) {
        let party = house.party(json!({})).await;
        let an = house.citizen("Nguyễn Văn An").await;
        for wish in [("prompt", "login"), ("max_age", "0")] {
            let mut browser = Browser::new();
            browser.sign_in(house, &party, &an).await;
            let old = browser.cookies["sid"].clone();
            let away = party.authorize(house, &[wish]);
            let page = browser.open(away.url.as_str()).await;
            assert_eq!(page.name(), "sign-in", "{wish:?}");
            assert!(page.has("#account-name") && !page.has("#login"), "the person is known, only the proof is asked");
            // Taking the parameter off on the way back changes nothing: it lies in the transaction.
            let t = page.url.path().rsplit('/').next().unwrap_or_default().to_owned();
            let early = browser.open(&house.at(&format!("/oauth2/authorize/resume?t={t}"))).await;
            assert_eq!(early.name(), "sign-in", "{wish:?}");
            let page = browser.submit(&page, "sign-in-form", &[("password", &an.password)]).await;
            let tokens = house.redeem(&party, &away, &page.returned("code").expect("a code")).await;
            let claims = claims(&tokens.text("id_token"));
            let now = house.parts.clock.now().seconds();
            assert!(claims["auth_time"].as_i64().is_some_and(|at| (now - at).abs() <= 5), "{claims:?}");
            assert_ne!(browser.cookies["sid"], old, "a proof gives a new cookie");
            let mut thief = Browser::new();
            thief.cookies.insert("sid".into(), old);
            assert_eq!(thief.open(party.authorize(house, &[]).url.as_str()).await.name(), "sign-in", "the old cookie is dead");
        }
    }
}

journey! {
    async fn row_21_without_a_page_the_missing_step_is_the_error(house) {
        let asks = house.party(json!({ "consent": "explicit" })).await;
        let an = house.citizen("Nguyễn Văn An").await;
        let silent = ("prompt", "none");
        is_told(&Browser::new().open(asks.authorize(house, &[silent]).url.as_str()).await, house, "login_required");
        let mut browser = Browser::new();
        let implied = house.party(json!({})).await;
        browser.sign_in(house, &implied, &an).await;
        is_told(&browser.open(asks.authorize(house, &[silent]).url.as_str()).await, house, "consent_required");
        is_told(&browser.open(implied.authorize(house, &[silent, ("max_age", "0")]).url.as_str()).await, house, "login_required");
        let page = browser.open(implied.authorize(house, &[silent]).url.as_str()).await;
        assert!(page.returned("code").is_some());
    }
}

journey! {
    async fn consent_names_the_values_and_is_remembered_and_refusing_goes_back(house) {
        let party = house.party(json!({ "consent": "explicit" })).await;
        let an = house.citizen("Nguyễn Văn An").await;
        let mut browser = Browser::new();
        let page = browser.open(party.authorize(house, &[]).url.as_str()).await;
        let page = browser.enter(&page, &an).await;
        assert_eq!(page.name(), "consent", "{} {}", page.status, page.body);
        let values = page.text("#consent-values").expect("values");
        assert!(values.contains("Nguyễn Văn An"), "{values}");
        let refused = browser.submit(&page, "consent-form", &[("decision", "deny")]).await;
        is_told(&refused, house, "access_denied");
        let page = browser.open(party.authorize(house, &[]).url.as_str()).await;
        assert_eq!(page.name(), "consent", "a refusal is not remembered as consent");
        let agreed = browser.submit(&page, "consent-form", &[("decision", "allow")]).await;
        assert!(agreed.returned("code").is_some(), "{} {}", agreed.status, agreed.body);
        let page = browser.open(party.authorize(house, &[]).url.as_str()).await;
        assert!(page.returned("code").is_some(), "agreed before: not asked again");
        let page = browser.open(party.authorize(house, &[("prompt", "consent")]).url.as_str()).await;
        assert_eq!(page.name(), "consent");
    }
}

journey! {
    async fn row_25_a_decision_sent_twice_gives_one_code(house) {
        let party = house.party(json!({ "consent": "explicit" })).await;
        let an = house.citizen("Nguyễn Văn An").await;
        let mut browser = Browser::new();
        let page = browser.open(party.authorize(house, &[]).url.as_str()).await;
        let page = browser.enter(&page, &an).await;
        let answer = browser.submit_only(&page, "consent-form", &[("decision", "allow")]).await;
        let resume = answer.onward().expect("goes on");
        let cookies = browser.cookies.clone();
        let tries = (0..8).map(|_| {
            let (cookies, resume) = (cookies.clone(), resume.clone());
            async move {
                let mut tab = Browser::new();
                tab.cookies = cookies;
                tab.open(resume.as_str()).await
            }
        });
        let pages = futures_util::future::join_all(tries).await;
        let codes = pages.iter().filter(|page| page.returned("code").is_some()).count();
        let seen: Vec<_> = pages.iter().map(|page| (page.status, page.name(), page.text("#error-code"))).collect();
        assert_eq!(codes, 1, "one of many gets the code: {seen:?}");
        for page in pages.iter().filter(|page| page.left_for.is_none()) {
            assert_eq!(page.text("#error-code").as_deref(), Some("sign-in-finished"), "{}", page.body);
        }
    }
}

journey! {
    async fn a_cross_site_post_comes_back_as_a_get_with_its_cookies_once(house) {
        let party = house.party(json!({})).await;
        let an = house.citizen("Nguyễn Văn An").await;
        let mut browser = Browser::new();
        browser.sign_in(house, &party, &an).await;
        let away = party.authorize(house, &[]);
        let fields: Vec<(String, String)> = away.url.query_pairs().into_owned().collect();
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        // A cross-site POST carries no Lax cookie.
        let posted = Browser::new().post(&house.at("/oauth2/authorize"), &fields).await;
        assert_eq!(posted.status, 303);
        let kept = posted.onward().expect("goes on");
        let page = browser.open(kept.as_str()).await;
        assert!(page.returned("code").is_some(), "{} {}", page.status, page.body);
        is_a_page(&browser.open(kept.as_str()).await, "posted-expired");
    }
}

journey! {
    async fn form_post_answers_by_a_form_to_the_registered_address_alone(house) {
        let party = house.party(json!({})).await;
        let an = house.citizen("Nguyễn Văn An").await;
        let mut browser = Browser::new();
        browser.sign_in(house, &party, &an).await;
        let page = browser.open(party.authorize(house, &[("response_mode", "form_post")]).url.as_str()).await;
        assert_eq!(page.name(), "form-post", "{} {}", page.status, page.body);
        assert_eq!(page.attribute("#form-post", "action"), Some(party.redirect_uri.clone()));
        assert!(page.attribute("#form-post input[name=code]", "value").is_some_and(|code| code.starts_with("ac_")));
        assert_eq!(page.attribute("#form-post input[name=iss]", "value"), Some(house.issuer.clone()));
        let origin = party.redirect_uri.trim_end_matches("/cb");
        let policy = page.headers["content-security-policy"].to_str().expect("text");
        assert!(policy.contains(&format!("form-action 'self' {origin};")), "{policy}");
    }
}

journey! {
    async fn an_id_token_hint_expects_its_person(house) {
        let party = house.party(json!({})).await;
        let (an, binh) = (house.citizen("Nguyễn Văn An").await, house.citizen("Trần Thị Bình").await);
        let mut browser = Browser::new();
        let (away, code) = browser.sign_in(house, &party, &an).await;
        let hint = house.redeem(&party, &away, &code).await.text("id_token");
        house.is_active(&party, "nothing").await;
        let with_hint = [("id_token_hint", hint.as_str())];
        let page = browser.open(party.authorize(house, &with_hint).url.as_str()).await;
        assert!(page.returned("code").is_some());
        let mut other = Browser::new();
        other.sign_in(house, &party, &binh).await;
        let silent = [("id_token_hint", hint.as_str()), ("prompt", "none")];
        is_told(&other.open(party.authorize(house, &silent).url.as_str()).await, house, "login_required");
        let page = other.open(party.authorize(house, &with_hint).url.as_str()).await;
        assert_eq!(page.name(), "sign-in");
        let page = other.enter(&page, &binh).await;
        is_told(&page, house, "login_required");
        let foreign = house.party(json!({})).await;
        is_told(&other.open(foreign.authorize(house, &with_hint).url.as_str()).await, house, "invalid_request");
    }
}

journey! {
    async fn row_30_a_login_hint_tells_nothing_about_who_exists(house) {
        let party = house.party(json!({})).await;
        let an = house.citizen("Nguyễn Văn An").await;
        let mut bodies = Vec::new();
        for hint in [an.login.as_str(), "nobody-000000"] {
            let page = Browser::new().open(party.authorize(house, &[("login_hint", hint)]).url.as_str()).await;
            assert_eq!((page.status, page.name()), (200, "sign-in".to_owned()));
            assert_eq!(page.attribute("#login", "value").as_deref(), Some(hint));
            bodies.push(page.text("h1"));
        }
        assert_eq!(bodies[0], bodies[1]);
    }
}

journey! {
    async fn the_authorization_endpoint_is_closed_to_scripts_of_other_sites(house) {
        let party = house.party(json!({})).await;
        let origin = party.redirect_uri.trim_end_matches("/cb").to_owned();
        let reply = Reply::of(house.http.get(party.authorize(house, &[]).url).header("origin", &origin)).await;
        assert!(!reply.headers.contains_key("access-control-allow-origin"));
        let request = house.http.request(reqwest::Method::OPTIONS, house.at("/oauth2/token")).header("origin", &origin);
        assert_eq!(Reply::of(request).await.headers["access-control-allow-origin"], origin.as_str());
        let request = house.http.request(reqwest::Method::OPTIONS, house.at("/oauth2/token")).header("origin", "https://evil.test");
        assert!(!Reply::of(request).await.headers.contains_key("access-control-allow-origin"));
    }
}

journey! {
    async fn row_26_every_answer_says_who_gave_it(house) {
        let told = Reply::of(house.http.get(house.at("/.well-known/openid-configuration"))).await;
        assert_eq!(told.body["authorization_response_iss_parameter_supported"], true);
        let party = house.party(json!({})).await;
        let an = house.citizen("Nguyễn Văn An").await;
        let mut browser = Browser::new();
        is_told(&browser.open(party.authorize(house, &[("prompt", "none")]).url.as_str()).await, house, "login_required");
        let posted = [("prompt", "none"), ("response_mode", "form_post")];
        let page = browser.open(party.authorize(house, &posted).url.as_str()).await;
        assert_eq!(page.attribute("input[name=error]", "value").as_deref(), Some("login_required"), "{}", page.body);
        assert_eq!(page.attribute("input[name=iss]", "value").as_deref(), Some(house.issuer.as_str()));
        browser.sign_in(house, &party, &an).await;
        let page = browser.open(party.authorize(house, &[]).url.as_str()).await;
        assert!(page.returned("code").is_some(), "{}", page.body);
        assert_eq!(page.returned("iss").as_deref(), Some(house.issuer.as_str()));
        let page = browser.open(party.authorize(house, &[("response_mode", "form_post")]).url.as_str()).await;
        assert!(page.has("input[name=code]"), "{}", page.body);
        assert_eq!(page.attribute("input[name=iss]", "value").as_deref(), Some(house.issuer.as_str()));
    }
}
