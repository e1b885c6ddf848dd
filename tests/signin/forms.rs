//! Forms: who may send them, what wrong answers tell, tabs and the back button.

use std::collections::BTreeSet;

use idp::openapi::{self, Body, Listener, Method, Operation, Route};
use idp_tests::{Browser, Engine, House, Party, Person, Reply, journey};
use serde_json::json;

/// A registry that nobody asks: with one, forgotten passwords have their pages.
const EVERY_PAGE: &str = "[registry]\nurl = \"http://127.0.0.1:9\"\nuser = \"u\"\nsecret = \"0123456789abcdef0123456789abcdef\"\n\
    service_code = \"DVC-01\"\nofficer = \"079085000099\"\nunit = \"H15.1\"\n";

/// The paths that take a form and are no page of ours: parties and their browsers send these from elsewhere, by design. `/oauth2/logout` is
/// judged where it answers our own page, which the field `csrf` says.
const FROM_ELSEWHERE: [&str; 6] = [
    "/oauth2/authorize",
    "/oauth2/token",
    "/oauth2/userinfo",
    "/oauth2/introspect",
    "/oauth2/revoke",
    "/oauth2/logout",
];

/// Every path of the public listener that takes a form from a page of ours, from the table of routes: that the table and the routers are the
/// same is tested beside it.
fn forms() -> Vec<&'static str> {
    let takes_a_form = |operation: &Operation| operation.method == Method::Post && operation.takes == Some(Body::Form);
    let of_ours = |route: &&Route| route.listener == Listener::Public && route.operations.iter().any(takes_a_form);
    let paths = openapi::routes().filter(of_ours).map(|route| route.path);
    paths.filter(|path| !FROM_ELSEWHERE.contains(path)).collect()
}

/// Somebody signed in, at a step of a transaction, and every token that their pages show, with where its form goes.
async fn at_many_pages(
    house: &House,
    browser: &mut Browser,
    party: &Party,
    person: &Person,
) -> (String, Vec<(String, String)>) {
    let page = browser.open(party.authorize(house, &[]).url.as_str()).await;
    let page = browser.enter(&page, person).await;
    assert_eq!(page.name(), "consent", "every step has something to answer");
    let t = page.url.path().rsplit('/').next().unwrap_or_default().to_owned();
    let mut tokens = page.tokens();
    for path in [
        "/account",
        "/account/settings",
        "/account/sessions",
        "/account/history",
        "/account/services",
        "/account/factors",
        "/account/password",
        "/account/passkeys",
        "/account/passkeys/new",
        "/enrol",
        "/recover",
    ] {
        let page = browser.open(&house.at(path)).await;
        assert_eq!(page.status, 200, "{path}");
        // Forms of one page may share their token.
        let fresh: Vec<_> =
            page.tokens().into_iter().filter(|(_, new)| tokens.iter().all(|(_, known)| known != new)).collect();
        tokens.extend(fresh);
    }
    (t, tokens)
}

async fn no_form_is_taken_from_elsewhere_on(engine: Engine) {
    let house = &House::start(engine, EVERY_PAGE).await;
    let party = house.party(json!({ "consent": "explicit" })).await;
    let (an, binh) = (house.citizen("Nguyễn Văn An").await, house.citizen("Trần Thị Bình").await);
    let (mut browser, mut other) = (Browser::new(), Browser::new());
    let (t, own) = at_many_pages(house, &mut browser, &party, &an).await;
    let (_, foreign) = at_many_pages(house, &mut other, &party, &binh).await;
    assert!(own.len() > 6, "{own:?}");
    let paths = forms();
    assert!(paths.len() > 40, "{paths:?}");
    let cookies: Vec<_> = browser.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let cookies = cookies.join("; ");
    let nothing = "00000000-0000-7000-8000-000000000000";
    let before = house.count("select count(*) as n from audit_event").await;
    for path in paths {
        let filled =
            path.replace("/sign-in/{t}", &format!("/sign-in/{t}")).replace("{t}", "rc_0").replace("{id}", nothing);
        let address = house.at(&filled.replace("{client_id}", &party.client_id));
        let theirs: BTreeSet<&str> = foreign.iter().map(|(_, token)| token.as_str()).collect();
        for token in theirs.into_iter().map(Some).chain([None, Some(""), Some("AAAA")]) {
            let mut fields = vec![
                ("login", an.login.as_str()),
                ("password", an.password.as_str()),
                ("decision", "allow"),
                ("choice", "continue"),
                ("new_password", "kính lúp bảy quả ổi xanh"),
                ("new_password_again", "kính lúp bảy quả ổi xanh"),
                ("post", "citizen"),
            ];
            fields.extend(token.map(|token| ("csrf", token)));
            let answer = browser.post(&address, &fields).await;
            assert_eq!(answer.status, 403, "{path} {token:?} {}", answer.body);
            assert!(answer.body.contains("forbidden-form"), "{path} {token:?} {}", answer.body);
        }
        // The person's own tokens, the right one among them where a page shows this form; but another site sent it, or no browser's form did.
        for (action, token) in &own {
            let form = [("csrf", token.as_str()), ("decision", "allow")];
            let request = || house.http.post(&address).header("cookie", &cookies).header("accept", "text/html");
            for (name, value) in
                [("sec-fetch-site", "cross-site"), ("sec-fetch-site", "same-site"), ("origin", "https://evil.test")]
            {
                let cross = Reply::of(request().form(&form).header(name, value)).await;
                assert_eq!(cross.status, 403, "{path} with the token for {action}, {name}: {value}");
            }
            let text = Reply::of(request().header("content-type", "text/plain").body(format!("csrf={token}"))).await;
            assert!([400, 415].contains(&text.status), "{path} as text: {}", text.status);
        }
    }
    assert_eq!(house.count("select count(*) as n from audit_event").await, before, "nothing was done");
    assert_eq!(browser.open(&house.at("/account")).await.name(), "account", "nobody was signed out");
    // And the sweep had the right tokens in hand: the same form, sent by the person, is taken.
    let (action, token) = own.iter().find(|(action, _)| action.ends_with("/consent")).expect("the consent form");
    let taken = browser.post(action, &[("csrf", token), ("decision", "deny")]).await;
    assert_ne!(taken.status, 403, "{}", taken.body);
}

#[test]
fn row_241_no_form_is_taken_from_elsewhere() {
    idp_tests::run(async {
        for engine in Engine::ALL {
            Box::pin(no_form_is_taken_from_elsewhere_on(engine)).await;
        }
    });
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
