//! Forms: who may send them, what wrong answers tell, tabs and the back button.

use idp_tests::{Browser, Engine, House, Reply, journey};
use serde_json::json;

journey! {
    async fn row_241_no_form_is_taken_from_elsewhere(house) {
        let party = house.party(json!({ "consent": "explicit" })).await;
        let an = house.citizen("Nguyễn Văn An").await;
        let mut browser = Browser::new();
        let page = browser.open(party.authorize(house, &[]).url.as_str()).await;
        let t = page.url.path().rsplit('/').next().unwrap_or_default().to_owned();
        let token = page.attribute("#sign-in-form input[name=csrf]", "value").expect("a token");
        let page = browser.enter(&page, &an).await;
        assert_eq!(page.name(), "consent", "every step has something to answer");
        let mut other = Browser::new();
        let foreign = other.open(party.authorize(house, &[]).url.as_str()).await;
        let foreign_token = foreign.attribute("#sign-in-form input[name=csrf]", "value").expect("a token");
        let steps = [
            "password", "account", "consent", "cancel", "decline",
            "passkey", "passkey/options", "passkey/new", "passkey/new/options", "passkey/later",
        ];
        let forms = steps.map(|step| format!("/sign-in/{t}/{step}"));
        for path in forms.iter().map(String::as_str).chain(["/account/sign-out", "/enrol"]) {
            for token in [None, Some(foreign_token.as_str()), Some("AAAA")] {
                let mut fields = vec![("login", an.login.as_str()), ("password", an.password.as_str()), ("decision", "allow")];
                fields.extend(token.map(|token| ("csrf", token)));
                let answer = browser.post(&house.at(path), &fields).await;
                assert_eq!(answer.status, 403, "{path} {token:?} {}", answer.body);
                assert_eq!(answer.text("#error-code").as_deref(), Some("forbidden-form"), "{path}");
            }
        }
        // The right token, but the browser says that another site sent it.
        let cookies: Vec<_> = browser.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let form = [("csrf", token.as_str()), ("login", &an.login), ("password", &an.password)];
        let request = house.http.post(house.at(&forms[0])).header("cookie", cookies.join("; ")).form(&form);
        let cross = Reply::of(request.header("sec-fetch-site", "cross-site")).await;
        assert_eq!(cross.status, 403);
        let text = house.http.post(house.at(&forms[0])).header("cookie", cookies.join("; ")).header("content-type", "text/plain");
        assert!(matches!(Reply::of(text.body(format!("csrf={token}"))).await.status, 400 | 415));
    }
}

journey! {
    async fn a_wrong_password_and_an_unknown_name_look_the_same(house) {
        let party = house.party(json!({})).await;
        let an = house.citizen("Nguyễn Văn An").await;
        let mut seen = Vec::new();
        for login in [an.login.as_str(), "nobody-000000"] {
            let mut browser = Browser::new();
            let page = browser.open(party.authorize(house, &[]).url.as_str()).await;
            let page = browser.submit(&page, "sign-in-form", &[("login", login), ("password", "wrong wrong wrong")]).await;
            assert_eq!((page.status, page.name()), (422, "sign-in".to_owned()));
            assert!(!browser.cookies.contains_key("sid"));
            seen.push(page.text("#error-summary"));
        }
        assert!(seen[0].is_some());
        assert_eq!(seen[0], seen[1]);
    }
}

journey! {
    async fn parallel_tabs_and_the_back_button_end_on_a_page_with_a_way_on(house) {
        let party = house.party(json!({})).await;
        let an = house.citizen("Nguyễn Văn An").await;
        let mut browser = Browser::new();
        let first = browser.open(party.authorize(house, &[]).url.as_str()).await;
        let second = browser.open(party.authorize(house, &[]).url.as_str()).await;
        let done = browser.enter(&first, &an).await;
        assert!(done.returned("code").is_some());
        // The other tab: its form is answered, whether it signs in again or finds itself signed in.
        let other = browser.enter(&second, &an).await;
        assert!(other.returned("code").is_some(), "{} {}", other.status, other.body);
        // The back button to a finished transaction.
        let back = browser.open(first.url.as_str()).await;
        assert_eq!((back.status, back.text("#error-code").as_deref()), (410, Some("sign-in-finished")));
        assert!(back.has("a#next-step"));
        let again = browser.enter(&first, &an).await;
        assert_eq!(again.text("#error-code").as_deref(), Some("sign-in-finished"));
        assert!(again.has("a#next-step"));
    }
}

journey! {
    async fn cancelling_goes_back_to_the_party(house) {
        let party = house.party(json!({})).await;
        let mut browser = Browser::new();
        let away = party.authorize(house, &[]);
        let page = browser.open(away.url.as_str()).await;
        let page = browser.submit(&page, "cancel-form", &[]).await;
        assert_eq!(page.returned("error").as_deref(), Some("access_denied"));
        assert_eq!(page.returned("state"), Some(away.state));
    }
}

journey! {
    async fn another_account_takes_the_place_of_the_first(house) {
        let party = house.party(json!({})).await;
        let (an, binh) = (house.citizen("Nguyễn Văn An").await, house.citizen("Trần Thị Bình").await);
        let mut browser = Browser::new();
        browser.sign_in(house, &party, &an).await;
        let away = party.authorize(house, &[("prompt", "select_account")]);
        let page = browser.open(away.url.as_str()).await;
        assert_eq!(page.name(), "select-account");
        let page = browser.submit(&page, "select-account-form", &[("choice", "other")]).await;
        assert_eq!(page.name(), "sign-in");
        let page = browser.enter(&page, &binh).await;
        let tokens = house.redeem(&party, &away, &page.returned("code").expect("a code")).await;
        assert_eq!(house.userinfo(&tokens.text("access_token")).await.body["name"], "Trần Thị Bình");
        assert_eq!(house.events("session-ended", an.id).await, 1, "the first person's session ended");
        let away = party.authorize(house, &[("prompt", "select_account")]);
        let page = browser.open(away.url.as_str()).await;
        let page = browser.submit(&page, "select-account-form", &[("choice", "continue")]).await;
        assert!(page.returned("code").is_some());
    }
}

async fn time_runs_out(engine: Engine) {
    let house = House::start(engine, "").await;
    let party = house.party(json!({})).await;
    let an = house.citizen("Nguyễn Văn An").await;
    let mut browser = Browser::new();
    let page = browser.open(party.authorize(&house, &[]).url.as_str()).await;
    house.later(31 * 60).await;
    let late = browser.enter(&page, &an).await;
    assert_eq!((late.status, late.text("#error-code").as_deref()), (410, Some("sign-in-expired")));
    assert!(late.has("a#next-step"));
    assert!(!browser.cookies.contains_key("sid"), "nobody was signed in");
    // Failures slow one pair of name and address down, and time alone gives it back.
    let page = browser.open(party.authorize(&house, &[]).url.as_str()).await;
    let mut last = 0;
    for _ in 0..11 {
        let wrong =
            browser.submit(&page, "sign-in-form", &[("login", &an.login), ("password", "wrong wrong wrong")]).await;
        last = wrong.status;
    }
    assert_eq!(last, 429);
    let slowed = browser.enter(&page, &an).await;
    assert_eq!(slowed.status, 429, "the right password waits too");
    house.later(15 * 60).await;
    let page = browser.open(party.authorize(&house, &[]).url.as_str()).await;
    assert!(browser.enter(&page, &an).await.returned("code").is_some());
}

#[test]
fn late_and_repeated_answers_on_sqlite() {
    idp_tests::run(async {
        time_runs_out(Engine::Sqlite).await;
    });
}

#[test]
fn late_and_repeated_answers_on_postgres() {
    idp_tests::run(async {
        time_runs_out(Engine::Postgres).await;
    });
}
