//! Levels: what a party may require or welcome, what it is told, and RFC 9470 at userinfo.

use idp_tests::{Authenticator, Browser, Engine, House, Page, Party, fixtures::Away, journey, tokens::claims};
use serde_json::{Value, json};

const ESSENTIAL_2: (&str, &str) = ("claims", r#"{"id_token":{"acr":{"essential":true,"values":["urn:idp:aal2"]}}}"#);
const ESSENTIAL_1: (&str, &str) = ("claims", r#"{"id_token":{"acr":{"essential":true,"values":["urn:idp:aal1"]}}}"#);
const ESSENTIAL_3: (&str, &str) = ("claims", r#"{"id_token":{"acr":{"essential":true,"values":["urn:idp:aal3"]}}}"#);
const WELCOME_2: (&str, &str) = ("acr_values", "urn:idp:aal2");

async fn told(house: &House, party: &Party, away: &Away, page: &Page) -> Value {
    let code = page.returned("code").unwrap_or_else(|| panic!("no code: {} {} {}", page.status, page.url, page.body));
    let tokens = house.redeem(party, away, &code).await;
    claims(&tokens.text("id_token"))["acr"].clone()
}

journey! {
    async fn who_has_only_a_password_makes_a_passkey_and_reaches_the_level_by_using_it(house) {
        let party = house.party(json!({})).await;
        let an = house.citizen("Nguyễn Văn An").await;
        let mut key = Authenticator::new(&house.issuer);
        let mut browser = Browser::new();
        let away = party.authorize(house, &[ESSENTIAL_2]);
        let page = browser.open(away.url.as_str()).await;
        let page = browser.enter(&page, &an).await;
        assert_eq!((page.name().as_str(), page.has("#passkey-later")), ("passkey-create", false), "{}", page.body);
        assert!(page.text("#why").is_some_and(|why| why.contains("level-needed")));
        let page = browser.make_passkey(&page, &mut key).await;
        assert_eq!(page.name(), "step-up", "making one is not using one: {}", page.body);
        let before = browser.cookies["sid"].clone();
        let page = browser.use_passkey(&page, &mut key).await;
        assert_eq!(told(house, &party, &away, &page).await, "urn:idp:aal2");
        assert_ne!(browser.cookies["sid"], before, "a new cookie at step-up");
        // The session is stronger now: the next party that insists is served at once.
        let page = browser.open(party.authorize(house, &[ESSENTIAL_2]).url.as_str()).await;
        assert!(page.returned("code").is_some(), "{}", page.body);
    }
}

journey! {
    async fn a_level_that_is_required_is_reached_or_the_party_learns_that_it_was_not(house) {
        let party = house.party(json!({})).await;
        let an = house.citizen("Nguyễn Văn An").await;
        let mut key = Authenticator::new(&house.issuer);
        let mut browser = house.with_passkey(&an, &mut key).await;
        let out_of_reach = browser.open(party.authorize(house, &[ESSENTIAL_3]).url.as_str()).await;
        assert_eq!(out_of_reach.returned("error").as_deref(), Some("unmet_authentication_requirements"));
        let away = party.authorize(house, &[ESSENTIAL_2]);
        let page = browser.open(away.url.as_str()).await;
        assert_eq!((page.name().as_str(), page.has("#decline")), ("step-up", false), "{}", page.body);
        let asked = browser.asked(&page).await;
        let id = idp_tests::authenticator::base64url(&key.id);
        assert_eq!(asked.options["allowCredentials"][0]["id"], json!(id), "the holder's own are named to the device");
        let page = browser.use_passkey(&page, &mut key).await;
        assert_eq!(told(house, &party, &away, &page).await, "urn:idp:aal2");
        let away = party.authorize(house, &[ESSENTIAL_1]);
        let page = browser.open(away.url.as_str()).await;
        assert_eq!(told(house, &party, &away, &page).await, "urn:idp:aal1", "one of the values that were asked for");
    }
}

journey! {
    async fn a_level_that_is_welcome_is_offered_and_the_answer_is_honest(house) {
        let party = house.party(json!({})).await;
        let an = house.citizen("Nguyễn Văn An").await;
        let mut key = Authenticator::new(&house.issuer);
        let mut browser = house.with_passkey(&an, &mut key).await;
        let away = party.authorize(house, &[WELCOME_2]);
        let page = browser.open(away.url.as_str()).await;
        assert_eq!((page.name().as_str(), page.has("#decline")), ("step-up", true), "{}", page.body);
        let page = browser.submit(&page, "decline-form", &[]).await;
        assert_eq!(told(house, &party, &away, &page).await, "urn:idp:aal1");
        let away = party.authorize(house, &[WELCOME_2]);
        let page = browser.open(away.url.as_str()).await;
        let page = browser.use_passkey(&page, &mut key).await;
        assert_eq!(told(house, &party, &away, &page).await, "urn:idp:aal2");
        // Whoever has nothing stronger is not held up.
        let binh = house.citizen("Trần Thị Bình").await;
        let away = party.authorize(house, &[WELCOME_2]);
        let mut other = Browser::new();
        let page = other.open(away.url.as_str()).await;
        let page = other.enter(&page, &binh).await;
        assert_eq!(told(house, &party, &away, &page).await, "urn:idp:aal1");
    }
}

journey! {
    async fn a_silent_request_is_answered_without_a_page(house) {
        let party = house.party(json!({})).await;
        let (an, binh) = (house.citizen("Nguyễn Văn An").await, house.citizen("Trần Thị Bình").await);
        let mut key = Authenticator::new(&house.issuer);
        let mut strong = house.with_passkey(&an, &mut key).await;
        let mut weak = Browser::new();
        weak.sign_in(house, &party, &binh).await;
        let page = strong.open(party.authorize(house, &[("prompt", "none"), ESSENTIAL_2]).url.as_str()).await;
        assert_eq!(page.returned("error").as_deref(), Some("login_required"));
        for (asked, error) in [(ESSENTIAL_2, "interaction_required"), (ESSENTIAL_3, "unmet_authentication_requirements")] {
            let page = weak.open(party.authorize(house, &[("prompt", "none"), asked]).url.as_str()).await;
            assert_eq!(page.returned("error").as_deref(), Some(error), "{asked:?}");
        }
        let away = party.authorize(house, &[("prompt", "none"), WELCOME_2]);
        let page = strong.open(away.url.as_str()).await;
        assert_eq!(told(house, &party, &away, &page).await, "urn:idp:aal1", "nothing to offer, and an honest answer");
    }
}

journey! {
    async fn proving_oneself_again_cannot_lower_what_is_required(house) {
        let party = house.party(json!({})).await;
        let an = house.citizen("Nguyễn Văn An").await;
        let mut key = Authenticator::new(&house.issuer);
        house.with_passkey(&an, &mut key).await;
        let mut browser = Browser::new();
        let page = browser.open(party.authorize(house, &[]).url.as_str()).await;
        browser.use_passkey(&page, &mut key).await;
        let away = party.authorize(house, &[ESSENTIAL_2, ("prompt", "login")]);
        let page = browser.open(away.url.as_str()).await;
        assert_eq!(page.name(), "step-up", "no password is asked that would not do: {}", page.body);
        let page = browser.use_passkey(&page, &mut key).await;
        assert_eq!(told(house, &party, &away, &page).await, "urn:idp:aal2");
    }
}

journey! {
    async fn a_passkey_of_somebody_else_does_not_step_up_a_session(house) {
        let party = house.party(json!({ "required_acr": "urn:idp:aal2" })).await;
        let (an, binh) = (house.citizen("Nguyễn Văn An").await, house.citizen("Trần Thị Bình").await);
        let (mut ans, mut binhs) = (Authenticator::new(&house.issuer), Authenticator::new(&house.issuer));
        house.with_passkey(&an, &mut ans).await;
        house.with_passkey(&binh, &mut binhs).await;
        let mut browser = Browser::new();
        let page = browser.open(party.authorize(house, &[]).url.as_str()).await;
        // A question for anybody, kept back until somebody is signed in.
        let early = browser.asked(&page).await;
        let page = browser.enter(&page, &an).await;
        assert_eq!(page.name(), "step-up", "{}", page.body);
        let late = browser.answer(&page, &early.ceremony, &binhs.get(&early.options)).await;
        assert_eq!((late.status, late.name().as_str()), (401, "passkey-failed"));
        let asked = browser.asked(&page).await;
        let wrong = browser.answer(&page, &asked.ceremony, &binhs.get(&asked.options)).await;
        assert_eq!(wrong.attribute("#passkey-reason", "data-reason").as_deref(), Some("unknown"));
        let page = browser.use_passkey(&page, &mut ans).await;
        assert!(page.returned("code").is_some(), "{}", page.body);
    }
}

#[test]
fn userinfo_says_which_sign_in_a_party_needs_once_it_requires_more() {
    idp_tests::run(async {
        for engine in Engine::ALL {
            let house = House::start(engine, "").await;
            let mut party = house.party(json!({ "required_max_age": 3_600 })).await;
            let an = house.citizen("Nguyễn Văn An").await;
            let mut key = Authenticator::new(&house.issuer);
            let mut browser = house.with_passkey(&an, &mut key).await;
            let away = party.authorize(&house, &[]);
            let page = browser.open(away.url.as_str()).await;
            let code = page.returned("code").expect("a code");
            let tokens = house.redeem(&party, &away, &code).await;
            assert_eq!(house.userinfo(&tokens.text("access_token")).await.status, 200);
            house.change(&mut party, "required_acr", json!("urn:idp:aal2")).await;
            house.change(&mut party, "required_max_age", json!(60)).await;
            let refused = house.userinfo(&tokens.text("access_token")).await;
            let challenge = refused.headers["www-authenticate"].to_str().expect("text");
            assert_eq!((refused.status, refused.error()), (401, "insufficient_user_authentication"));
            assert_eq!(challenge, "Bearer error=\"insufficient_user_authentication\", acr_values=\"urn:idp:aal2\"");
            house.later(61).await;
            let refused = house.userinfo(&tokens.text("access_token")).await;
            let challenge = refused.headers["www-authenticate"].to_str().expect("text");
            assert!(challenge.ends_with("acr_values=\"urn:idp:aal2\", max_age=\"60\""), "{challenge}");
            // The party asks again as it was told, and gets what it needs.
            let away = party.authorize(&house, &[("acr_values", "urn:idp:aal2"), ("max_age", "60")]);
            let page = browser.open(away.url.as_str()).await;
            assert_eq!(page.name(), "step-up", "{}", page.body);
            let page = browser.use_passkey(&page, &mut key).await;
            let tokens = house.redeem(&party, &away, &page.returned("code").expect("a code")).await;
            assert_eq!(house.userinfo(&tokens.text("access_token")).await.status, 200);
        }
    });
}
