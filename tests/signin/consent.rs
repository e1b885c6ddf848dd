//! Consent: what the page says, what is left out, what is remembered, what is proved, and taking it back.

use idp_core::crypto::jws::{self, Alg};
use idp_tests::{Browser, Engine, House, Page, Party, Person, Reply, journey};
use serde_json::{Value, json};

/// A party with a purpose that is needed and one that may be left out.
fn two_purposes(version: u32) -> Value {
    json!([
        {
            "id": "form", "version": version, "scopes": ["profile"], "retention_days": 30,
            "text": { "vi": "Điền sẵn tờ khai", "en": "Filling in the form" },
            "controller": { "vi": "Sở Tư pháp", "en": "Department of Justice" },
        },
        {
            "id": "number", "scopes": ["identity"], "optional": true,
            "text": { "vi": "Tra cứu hồ sơ cũ", "en": "Finding earlier applications" },
        },
    ])
}

async fn asks(house: &House, change: Value) -> Party {
    let mut definition = json!({ "consent": "explicit", "purposes": two_purposes(1) });
    for (name, value) in change.as_object().into_iter().flatten() {
        definition[name] = value.clone();
    }
    house.party(definition).await
}

async fn consent_page(browser: &mut Browser, house: &House, party: &Party, an: &Person) -> Page {
    let page = browser.open(party.authorize(house, &[]).url.as_str()).await;
    let page = if page.name() == "sign-in" { browser.enter(&page, an).await } else { page };
    assert_eq!(page.name(), "consent", "{} {}", page.status, page.body);
    page
}

journey! {
    async fn the_page_names_service_controller_purpose_basis_duration_and_values(house) {
        let party = asks(house, json!({})).await;
        let an = house.citizen("Nguyễn Văn An").await;
        let mut browser = Browser::new();
        let page = consent_page(&mut browser, house, &party, &an).await;
        let said = page.text("main").expect("a page");
        for part in [
            party.client_id.as_str(), "Điền sẵn tờ khai", "Sở Tư pháp", "Sự đồng ý của bạn", "30 ngày", "Nguyễn Văn An",
            "15/03/1985", "079085000001", "Tra cứu hồ sơ cũ", "không bắt buộc", "rút lại",
        ] {
            assert!(said.contains(part), "{part}: {said}");
        }
        assert!(page.has("input#purpose-number[type=checkbox]:not([checked])"), "nothing is ticked before");
        assert!(!page.has("#purpose-form"), "what is needed has no box");
        let english = browser.open(&format!("{}?ui_locales=en", page.url)).await;
        let said = english.text("main").expect("a page");
        assert!(said.contains("Filling in the form") && said.contains("Department of Justice"), "{said}");
    }
}

journey! {
    async fn what_is_not_ticked_is_not_released_and_not_asked_again(house) {
        let party = asks(house, json!({})).await;
        let an = house.citizen("Nguyễn Văn An").await;
        let mut browser = Browser::new();
        let page = consent_page(&mut browser, house, &party, &an).await;
        let away = party.authorize(house, &[]);
        browser.submit(&page, "consent-form", &[("decision", "allow")]).await;
        let page = browser.open(away.url.as_str()).await;
        let code = page.returned("code").unwrap_or_else(|| panic!("asked again: {} {}", page.status, page.body));
        let tokens = house.redeem(&party, &away, &code).await;
        assert_eq!(tokens.text("scope"), "openid profile");
        let told = house.userinfo(&tokens.text("access_token")).await.body;
        assert_eq!(told["name"], "Nguyễn Văn An");
        assert!(told.get("personal_number").is_none(), "{told}");
        // Asked for by the party once more, the box is empty again; ticked, the number is released.
        let away = party.authorize(house, &[("prompt", "consent")]);
        let page = browser.open(away.url.as_str()).await;
        assert!(page.has("input#purpose-number:not([checked])"));
        let page = browser.submit(&page, "consent-form", &[("decision", "allow"), ("purpose-number", "1")]).await;
        let tokens = house.redeem(&party, &away, &page.returned("code").expect("a code")).await;
        assert_eq!(house.userinfo(&tokens.text("access_token")).await.body["personal_number"], "079085000001");
    }
}

journey! {
    async fn a_new_version_of_a_purpose_is_asked_anew(house) {
        let mut party = asks(house, json!({})).await;
        let an = house.citizen("Nguyễn Văn An").await;
        let mut browser = Browser::new();
        let page = consent_page(&mut browser, house, &party, &an).await;
        let away = party.authorize(house, &[]);
        browser.submit(&page, "consent-form", &[("decision", "allow")]).await;
        let tokens = {
            let page = browser.open(away.url.as_str()).await;
            house.redeem(&party, &away, &page.returned("code").expect("remembered")).await
        };
        house.change(&mut party, "purposes", two_purposes(2)).await;
        let refused = house.refresh(&party, &tokens.text("refresh_token")).await;
        assert_eq!(refused.error(), "invalid_grant", "what was agreed to was another purpose");
        consent_page(&mut browser, house, &party, &an).await;
    }
}

journey! {
    async fn words_that_changed_while_the_page_was_open_are_not_agreed_to(house) {
        let mut party = asks(house, json!({})).await;
        let an = house.citizen("Nguyễn Văn An").await;
        let mut browser = Browser::new();
        let page = consent_page(&mut browser, house, &party, &an).await;
        house.change(&mut party, "name", json!({ "vi": "Cổng khác", "en": "Another portal" })).await;
        let answer = browser.submit(&page, "consent-form", &[("decision", "allow")]).await;
        assert_eq!((answer.status, answer.text("#error-code").as_deref()), (403, Some("forbidden-form")));
        assert!(answer.has("a#next-step"));
        assert_eq!(house.events("consented", an.id).await, 0);
    }
}

journey! {
    async fn a_release_by_law_is_told_in_the_account_and_never_asked(house) {
        let purposes = json!([{
            "id": "dossier", "legal_basis": "public_task", "scopes": ["profile", "identity"],
            "text": { "vi": "Giải quyết hồ sơ", "en": "Handling an application" },
        }]);
        let party = house.party(json!({ "purposes": purposes })).await;
        let an = house.citizen("Nguyễn Văn An").await;
        let mut browser = Browser::new();
        browser.sign_in(house, &party, &an).await;
        let page = browser.open(&house.at("/account/services")).await;
        assert_eq!(page.attribute("#services li", "data-state").as_deref(), Some("by-law"));
        let page = browser.open(&house.at(&format!("/account/services/{}", party.client_id))).await;
        let said = page.text("main").expect("a page");
        assert!(said.contains("Giải quyết hồ sơ") && said.contains("Nhiệm vụ của cơ quan nhà nước"), "{said}");
        assert!(said.contains("079085000001"), "the values that go there are shown: {said}");
        assert!(!page.has("#withdraw-form"));
    }
}

journey! {
    async fn row_36_taking_consent_back_kills_what_was_given_and_tells_the_party(house) {
        let party = asks(house, json!({ "backchannel_logout_uri": "https://rp.example/out" })).await;
        let an = house.citizen("Nguyễn Văn An").await;
        let mut browser = Browser::new();
        let page = consent_page(&mut browser, house, &party, &an).await;
        browser.submit(&page, "consent-form", &[("decision", "allow")]).await;
        let get = async |browser: &mut Browser, more: &[(&str, &str)]| {
            let away = party.authorize(house, more);
            let page = browser.open(away.url.as_str()).await;
            let code = page.returned("code").unwrap_or_else(|| panic!("{} {}", page.status, page.body));
            (away, code)
        };
        let offline = [("scope", "openid profile offline_access")];
        let (away, code) = get(&mut browser, &[]).await;
        let tokens = house.redeem(&party, &away, &code).await;
        let (unspent_away, unspent) = get(&mut browser, &offline).await;
        let page = browser.open(&house.at(&format!("/account/services/{}", party.client_id))).await;
        assert_eq!(page.attribute("#service-state", "data-state").as_deref(), Some("agreed"));
        house.later(1).await;
        let page = browser.submit(&page, "withdraw-form", &[]).await;
        assert_eq!(page.attribute("#service-state", "data-state").as_deref(), Some("ended"));
        assert!(!page.has("#withdraw-form"));
        let access = tokens.text("access_token");
        assert_eq!(house.userinfo(&access).await.status, 401);
        assert!(!house.is_active(&party, &access).await);
        assert_eq!(house.refresh(&party, &tokens.text("refresh_token")).await.error(), "invalid_grant");
        assert_eq!(house.redeem(&party, &unspent_away, &unspent).await.error(), "invalid_grant", "a code from before");
        assert_eq!(house.events("consent-withdrawn", an.id).await, 1);
        let mut conn = house.db().read().await.expect("reads");
        let sql = "select count(*) as n from logout_delivery where party_id = $1";
        let row = conn.one(sql, idp_core::params![party.id]).await.expect("reads").expect("a row");
        assert_eq!(row.int("n").expect("a number"), 1, "the party is told once");
        drop(conn);
        // The person is asked again, and what is given then lives.
        let page = consent_page(&mut browser, house, &party, &an).await;
        let away = party.authorize(house, &[]);
        browser.submit(&page, "consent-form", &[("decision", "allow")]).await;
        let page = browser.open(away.url.as_str()).await;
        let tokens = house.redeem(&party, &away, &page.returned("code").expect("a code")).await;
        assert_eq!(house.userinfo(&tokens.text("access_token")).await.status, 200);
    }
}

journey! {
    async fn the_receipt_is_signed_and_proves_the_words_that_were_shown(house) {
        let party = asks(house, json!({})).await;
        let an = house.citizen("Nguyễn Văn An").await;
        let mut browser = Browser::new();
        let page = consent_page(&mut browser, house, &party, &an).await;
        browser.submit(&page, "consent-form", &[("decision", "allow")]).await;
        let page = browser.open(&house.at(&format!("/account/services/{}", party.client_id))).await;
        let href = page.attribute("a.receipt", "href").expect("a receipt");
        let page = browser.open(&house.at(&href)).await;
        assert_eq!(page.name(), "account-receipt");
        let said = page.text("main").expect("a page");
        for part in ["Điền sẵn tờ khai", "Sở Tư pháp", "Đã đồng ý", "Không chọn", "Nguyễn Văn An"] {
            assert!(said.contains(part), "{part}: {said}");
        }
        let file = page.attribute("#receipt-download", "href").expect("a file");
        let page = browser.get(&house.at(&file)).await;
        let body: Value = serde_json::from_str(&page.body).expect("JSON");
        let token = body["jws"].as_str().expect("a signature");
        let expected = jws::Expected { typs: &["consent-receipt+jwt"], algs: &[Alg::Es256] };
        let key = |kid: Option<&str>, alg| {
            kid.and_then(|kid| house.parts.keyring.verification_key(kid, alg)).into_iter().collect::<Vec<_>>()
        };
        let verified = jws::verify(token, &expected, key).expect("our signature");
        assert_eq!(Value::Object(verified.claims), body["receipt"]);
        assert_eq!(body["receipt"]["client_id"], party.client_id.as_str());
        assert_eq!(body["receipt"]["answers"][0]["shown"]["en"]["text"], "Filling in the form");
        assert_eq!(body["receipt"]["answers"][1]["answer"], "declined");
        // Somebody else's receipt does not exist.
        let binh = house.citizen("Trần Thị Bình").await;
        let mut other = Browser::new();
        let implied = house.party(json!({})).await;
        other.sign_in(house, &implied, &binh).await;
        for path in [href.clone(), file, "/account/receipts/nothing".to_owned()] {
            assert_eq!(other.open(&house.at(&path)).await.status, 404, "{path}");
        }
    }
}

journey! {
    async fn the_ledger_cannot_be_changed(house) {
        let party = asks(house, json!({})).await;
        let an = house.citizen("Nguyễn Văn An").await;
        let mut browser = Browser::new();
        let page = consent_page(&mut browser, house, &party, &an).await;
        browser.submit(&page, "consent-form", &[("decision", "allow")]).await;
        for sql in [
            "update consent_event set act = 'given'",
            "delete from consent_event",
            "update consent_text set vi = 'x'",
            "delete from consent_text",
        ] {
            let cx = house.cx();
            let written = house.db().write(&cx, |tx| Box::pin(async move { tx.run(sql, vec![]).await })).await;
            assert!(written.is_err(), "{sql}");
        }
    }
}

async fn lapses(engine: Engine) {
    let house = House::start(engine, "").await;
    let party = asks(&house, json!({})).await;
    let an = house.citizen("Nguyễn Văn An").await;
    let mut browser = Browser::new();
    let page = consent_page(&mut browser, &house, &party, &an).await;
    browser.submit(&page, "consent-form", &[("decision", "allow"), ("purpose-number", "1")]).await;
    house.after(31 * 86_400).await;
    assert_eq!(house.events("consent-expired", an.id).await, 1, "the purpose of 30 days, not the other one");
    let mut browser = Browser::new();
    consent_page(&mut browser, &house, &party, &an).await;
    let page = browser.open(&house.at("/account/services")).await;
    assert_eq!(page.status, 200, "{}", page.body);
}

#[test]
fn consent_lapses_with_its_time_on_sqlite() {
    idp_tests::run(async {
        lapses(Engine::Sqlite).await;
    });
}

#[test]
fn consent_lapses_with_its_time_on_postgres() {
    idp_tests::run(async {
        lapses(Engine::Postgres).await;
    });
}

journey! {
    async fn a_party_without_purposes_has_one_honest_one(house) {
        let party = house.party(json!({ "consent": "explicit" })).await;
        let an = house.citizen("Nguyễn Văn An").await;
        let mut browser = Browser::new();
        let page = consent_page(&mut browser, house, &party, &an).await;
        let said = page.text("main").expect("a page");
        assert!(said.contains(&format!("Đăng nhập và sử dụng Cổng {}", party.client_id)), "{said}");
        let reply = Reply::of(house.http.get(house.at("/account/services/nobody"))).await;
        assert_eq!(reply.status, 404);
    }
}
