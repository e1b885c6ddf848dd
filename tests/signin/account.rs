//! One's own account: history with reports, sessions, who looked, display; and the attacks on sessions (rows 235 to 243).

use std::time::Duration;

use idp_core::{
    crypto::handle::{Handle, SessionCookie},
    session,
};
use idp_tests::{Browser, Engine, House, Page, Party, Person, journey};
use serde_json::json;

const PAGES: [&str; 6] =
    ["/account", "/account/history", "/account/sessions", "/account/services", "/account/access", "/account/settings"];

async fn signed_in(house: &House, name: &str) -> (Browser, Party, Person) {
    let party = house.party(json!({})).await;
    let an = house.citizen(name).await;
    let mut browser = Browser::new();
    browser.sign_in(house, &party, &an).await;
    (browser, party, an)
}

journey! {
    async fn every_page_of_the_account_asks_to_sign_in_and_comes_back_to_itself(house) {
        let an = house.citizen("Nguyễn Văn An").await;
        for path in PAGES {
            let mut browser = Browser::new();
            let page = browser.open(&house.at(path)).await;
            assert_eq!(page.name(), "sign-in", "{path}");
            let page = browser.enter(&page, &an).await;
            assert_eq!((page.status, page.url.path()), (200, path), "{}", page.body);
            assert!(page.has(".tabs a[aria-current=page]"), "{path}");
        }
    }
}

journey! {
    async fn my_data_are_shown_with_their_source_and_a_covered_number(house) {
        let (mut browser, ..) = signed_in(house, "Nguyễn Văn An").await;
        let page = browser.open(&house.at("/account")).await;
        assert_eq!(page.text("#account-name").as_deref(), Some("Nguyễn Văn An"));
        let number = page.text("#account-number").expect("a number");
        assert!(number.starts_with("079\u{2022}\u{2022}\u{2022}\u{2022}\u{2022}0001"), "{number}");
        let source = page.text("#account-number-source").expect("a source");
        assert!(source.contains("Cơ sở dữ liệu quốc gia về dân cư"), "{source}");
        assert!(!page.body.contains("079085000001"), "the whole number is nowhere on the page");
    }
}

journey! {
    async fn a_sign_in_that_was_not_me_is_locked_and_gets_a_number(house) {
        let party = house.party(json!({})).await;
        let an = house.citizen("Nguyễn Văn An").await;
        let mut thief = Browser::new();
        let (away, code) = thief.sign_in(house, &party, &an).await;
        let stolen = house.redeem(&party, &away, &code).await;
        let mut browser = Browser::new();
        browser.sign_in(house, &party, &an).await;
        let page = browser.open(&house.at("/account/history")).await;
        assert_eq!(page.attribute("#history li", "data-here").as_deref(), Some("here"), "the newest is mine");
        assert!(page.text("main").expect("a page").contains("127.0.0.1"), "from where");
        let answer = browser.submit(&page, "report-2", &[]).await;
        assert_eq!(answer.name(), "account-reported", "{} {}", answer.status, answer.body);
        let number = answer.text("#report-number").expect("a number");
        assert!(number.starts_with("BC-") && number.len() == 12, "{number}");
        assert_ne!(thief.open(&house.at("/account")).await.name(), "account");
        assert_eq!(house.refresh(&party, &stolen.text("refresh_token")).await.error(), "invalid_grant");
        let again = browser.open(&house.at("/account/history")).await;
        assert!(again.text("#history").expect("rows").contains(&number), "the row says that it was reported");
        assert_eq!(house.events("sign-in-reported", an.id).await, 1);
        let token = page.attribute("#report-2 input[name=event]", "value").expect("an event");
        let twice = browser.submit(&page, "report-2", &[("event", &token)]).await;
        assert_eq!(twice.text("#report-number").as_deref(), Some(number.as_str()), "one case for one sign-in");
        // Nobody reports what is not theirs.
        let (mut other, ..) = signed_in(house, "Trần Thị Bình").await;
        let theirs = other.open(&house.at("/account/history")).await;
        let refused = other.submit(&theirs, "report-1", &[("event", &token)]).await;
        assert_eq!(refused.status, 404);
        assert_eq!(browser.open(&house.at("/account")).await.name(), "account", "and nothing ended");
    }
}

journey! {
    async fn a_failed_attempt_is_shown_to_its_target_alone_and_can_be_reported(house) {
        let (mut browser, _, an) = signed_in(house, "Nguyễn Văn An").await;
        let (mut other, ..) = signed_in(house, "Trần Thị Bình").await;
        let before = house.count("select count(*) as n from audit_event where kind = 'sign-in-failed' and person_id is not null").await;
        for login in [an.login.as_str(), &an.login, "nobody-000000"] {
            let mut guesser = Browser::new();
            let page = guesser.open(&house.at("/account")).await;
            guesser.submit(&page, "sign-in-form", &[("login", login), ("password", "wrong wrong wrong")]).await;
        }
        let after = house.count("select count(*) as n from audit_event where kind = 'sign-in-failed' and person_id is not null").await;
        assert!(after >= before + 2, "journeys of this file run side by side");
        assert_eq!(house.events("sign-in-failed", an.id).await, 2, "the unknown name is nobody's");
        let page = browser.open(&house.at("/account/history")).await;
        let row = page.text("#history li:first-child").expect("a row");
        assert!(row.contains("Đăng nhập không thành công") && row.contains("mật khẩu"), "{row}");
        assert!(row.contains("127.0.0.x") && !row.contains("127.0.0.1"), "only the network: {row}");
        assert!(row.contains("2 lần liên tiếp"), "guesses do not push a true sign-in off the page: {row}");
        assert!(!other.open(&house.at("/account/history")).await.body.contains("Đăng nhập không thành công"));
        let answer = browser.submit(&page, "report-1", &[]).await;
        assert_eq!(answer.name(), "account-reported", "{} {}", answer.status, answer.body);
        let number = answer.text("#report-number").expect("a number");
        assert!(answer.body.contains("không mở được tài khoản"), "no session is said to be locked: {}", answer.body);
        assert_eq!(house.events("sign-in-reported", an.id).await, 1);
        let again = browser.open(&house.at("/account/history")).await;
        assert!(again.text("#history").expect("rows").contains(&number));
        assert_eq!(browser.open(&house.at("/account")).await.name(), "account", "and nothing ended");
    }
}

journey! {
    async fn reporting_the_session_at_hand_ends_it(house) {
        let (mut browser, ..) = signed_in(house, "Nguyễn Văn An").await;
        let page = browser.open(&house.at("/account/history")).await;
        let answer = browser.submit(&page, "report-1", &[]).await;
        assert!(answer.has("#report-number") && !answer.has("#everywhere-form"));
        assert!(!browser.cookies.contains_key("sid"));
    }
}

journey! {
    async fn row_235_sessions_are_ended_one_by_one_and_all_at_once(house) {
        let party = house.party(json!({})).await;
        let an = house.citizen("Nguyễn Văn An").await;
        let mut browsers = Vec::new();
        let mut tokens = Vec::new();
        for _ in 0..3 {
            let mut browser = Browser::new();
            let more = [("scope", "openid profile offline_access")];
            let (away, code) = browser.sign_in_with(house, &party, &an, &more).await;
            tokens.push(house.redeem(&party, &away, &code).await.text("refresh_token"));
            browsers.push(browser);
        }
        let mut mine = browsers.pop().expect("three");
        let page = mine.open(&house.at("/account/sessions")).await;
        let rows = page.body.matches("class=\"card\"").count();
        assert_eq!(rows, 3, "{}", page.body);
        // Somebody else's session is not ended, whoever names it.
        let (mut stranger, ..) = signed_in(house, "Trần Thị Bình").await;
        let theirs = stranger.open(&house.at("/account/sessions")).await;
        let session = page.attribute("li:not([data-here]) input[name=session]", "value").expect("another session");
        stranger.submit(&theirs, "session-1", &[("session", &session)]).await;
        let alive = async |browser: &mut Browser| browser.open(&house.at("/account")).await.name() == "account";
        assert!(alive(&mut browsers[0]).await && alive(&mut browsers[1]).await);
        let form = page.attribute("li:not([data-here]) form", "id").expect("a form");
        let page = mine.submit(&page, &form, &[]).await;
        assert_eq!(page.body.matches("class=\"card\"").count(), 2);
        let left = [alive(&mut browsers[0]).await, alive(&mut browsers[1]).await];
        assert_eq!(left.iter().filter(|alive| **alive).count(), 1, "{left:?}");
        house.later(1).await;
        let page = mine.open(&house.at("/account/sessions")).await;
        let page = mine.submit(&page, "everywhere-form", &[]).await;
        assert_eq!(page.name(), "signed-out");
        for browser in &mut browsers {
            assert!(!alive(browser).await);
        }
        for token in &tokens {
            let refused = house.refresh(&party, token).await;
            assert_eq!(refused.error(), "invalid_grant", "what outlives a session ends too");
        }
        assert!(!mine.cookies.contains_key("sid"));
    }
}

journey! {
    async fn row_236_a_request_in_flight_does_not_bring_an_ended_session_back(house) {
        let (mut browser, ..) = signed_in(house, "Nguyễn Văn An").await;
        let digest = Handle::<SessionCookie>::digest_of(&browser.cookies["sid"]).expect("a cookie");
        let (limits, now) = (house.parts.limits(), house.parts.clock.now());
        let live = {
            let mut conn = house.db().read().await.expect("reads");
            session::find(&mut conn, digest, limits, now).await.expect("reads").expect("alive")
        };
        let page = browser.open(&house.at("/account")).await;
        browser.submit(&page, "sign-out-form", &[]).await;
        // The request that was read before the end writes its use after it.
        let cx = idp_core::store::Cx { now: now + Duration::from_secs(120), ..house.cx() };
        house.db().write(&cx, |tx| Box::pin(session::touch(tx, &live))).await.expect("writes");
        let mut conn = house.db().read().await.expect("reads");
        assert!(session::find(&mut conn, digest, limits, now).await.expect("reads").is_none());
    }
}

journey! {
    async fn what_went_to_whom_is_shown(house) {
        let party = house.party(json!({})).await;
        let an = house.citizen("Nguyễn Văn An").await;
        let mut browser = Browser::new();
        let (away, code) = browser.sign_in(house, &party, &an).await;
        let tokens = house.redeem(&party, &away, &code).await;
        for _ in 0..3 {
            assert_eq!(house.userinfo(&tokens.text("access_token")).await.status, 200);
        }
        house.jobs().await;
        let page = browser.open(&house.at("/account/access")).await;
        let said = page.text("#releases").expect("rows");
        assert!(said.contains(&party.client_id) && said.contains("3 lần") && said.contains("Số định danh cá nhân"), "{said}");
        let page = browser.open(&house.at("/account/services")).await;
        assert!(page.text("#services").expect("rows").contains(&party.client_id));
    }
}

journey! {
    async fn letters_and_contrast_are_chosen_by_a_link_before_anybody_signs_in(house) {
        let party = house.party(json!({})).await;
        let mut browser = Browser::new();
        let page = browser.open(party.authorize(house, &[]).url.as_str()).await;
        let flow = page.url.clone();
        assert!(!page.has("html[class]"));
        let large = page.attribute("#display-large", "href").expect("a link");
        let page = browser.open(&house.at(&large)).await;
        assert_eq!((page.url.path(), page.attribute("html", "class").as_deref()), (flow.path(), Some("large")));
        let contrast = page.attribute("#display-contrast", "href").expect("a link");
        let page = browser.open(&house.at(&contrast)).await;
        assert_eq!(page.attribute("html", "class").as_deref(), Some("large contrast"));
        let error = browser.open(&house.at("/oauth2/authorize?client_id=nobody")).await;
        assert_eq!(error.attribute("html", "class").as_deref(), Some("large contrast"), "also where things go wrong");
        let usual = page.attribute("#display-large", "href").expect("a link");
        assert_eq!(browser.open(&house.at(&usual)).await.attribute("html", "class").as_deref(), Some("contrast"));
        for to in ["https://evil.test/", "//evil.test", "/\\evil.test"] {
            let address = url::Url::parse_with_params(&house.at("/display"), &[("as", "large"), ("to", to)]).expect("an address");
            let answer = browser.get(address.as_str()).await;
            assert_eq!(answer.headers["location"], "/", "{to}");
        }
    }
}

journey! {
    async fn settings_are_kept_with_the_account_and_the_browser(house) {
        let (mut browser, ..) = signed_in(house, "Nguyễn Văn An").await;
        let page = browser.open(&house.at("/account/settings")).await;
        let page = browser.submit(&page, "settings-form", &[("locale", "en"), ("contrast", "1")]).await;
        assert!(page.has("#settings-saved"));
        assert_eq!(page.attribute("html", "lang").as_deref(), Some("en"));
        assert_eq!(page.attribute("html", "class").as_deref(), Some("contrast"));
        assert!(page.has("#locale-en[checked]") && page.has("#contrast[checked]") && !page.has("#large[checked]"));
    }
}

async fn enter_shared(house: &House, party: &Party, an: &Person) -> (Browser, Page) {
    let mut browser = Browser::new();
    let page = browser.open(party.authorize(house, &[]).url.as_str()).await;
    let wrong = [("login", an.login.as_str()), ("password", "wrong wrong wrong"), ("shared", "1")];
    let page = browser.submit(&page, "sign-in-form", &wrong).await;
    assert!(page.has("#shared[checked]"), "the box stays ticked");
    let page = browser.enter(&page, an).await;
    assert!(page.returned("code").is_some(), "{} {}", page.status, page.body);
    (browser, page)
}

async fn shared(engine: Engine) {
    let house = House::start(engine, "").await;
    let party = house.party(json!({})).await;
    let an = house.citizen("Nguyễn Văn An").await;
    let (mut browser, _) = enter_shared(&house, &party, &an).await;
    let page = browser.open(&house.at("/account")).await;
    assert!(page.has("#shared-warning"));
    let page = browser.submit(&page, "sign-out-form", &[]).await;
    assert!(page.has("#shared-warning") && !page.has("meta[http-equiv=refresh]"));
    let (mut browser, _) = enter_shared(&house, &party, &an).await;
    house.later(9 * 60).await;
    assert_eq!(browser.open(&house.at("/account")).await.name(), "account");
    house.later(11 * 60).await;
    assert_ne!(browser.open(&house.at("/account")).await.name(), "account", "ten minutes without use");
    let (mut browser, _) = enter_shared(&house, &party, &an).await;
    for _ in 0..6 {
        house.later(9 * 60).await;
        assert_eq!(browser.open(&house.at("/account")).await.name(), "account");
    }
    house.later(9 * 60).await;
    assert_ne!(browser.open(&house.at("/account")).await.name(), "account", "an hour at most, used or not");
}

#[test]
fn a_shared_computer_has_short_limits_on_sqlite() {
    idp_tests::run(async {
        shared(Engine::Sqlite).await;
    });
}

#[test]
fn a_shared_computer_has_short_limits_on_postgres() {
    idp_tests::run(async {
        shared(Engine::Postgres).await;
    });
}

/// `prompt=none` is use, refreshing is none; and the absolute end comes whatever happens.
async fn use_and_refresh(engine: Engine) {
    let house = House::start(engine, "").await;
    let party = house.party(json!({})).await;
    let asks = house.party(json!({ "consent": "explicit" })).await;
    let an = house.citizen("Nguyễn Văn An").await;
    let mut browser = Browser::new();
    let (away, code) = browser.sign_in(&house, &party, &an).await;
    let mut token = house.redeem(&party, &away, &code).await.text("refresh_token");
    for _ in 0..3 {
        house.later(20 * 60).await;
        // Also one that is answered with an error: there is a person at the browser.
        let silent = browser.open(asks.authorize(&house, &[("prompt", "none")]).url.as_str()).await;
        assert_eq!(silent.returned("error").as_deref(), Some("consent_required"));
    }
    for _ in 0..2 {
        house.later(14 * 60).await;
        token = house.refresh(&party, &token).await.text("refresh_token");
    }
    house.later(3 * 60).await;
    assert_eq!(house.refresh(&party, &token).await.error(), "invalid_grant", "refreshing keeps no session alive");
    assert_ne!(browser.open(&house.at("/account")).await.name(), "account");
    browser.sign_in(&house, &party, &an).await;
    for _ in 0..35 {
        house.later(20 * 60).await;
        assert_eq!(browser.open(&house.at("/account")).await.name(), "account");
    }
    house.later(21 * 60).await;
    assert_ne!(browser.open(&house.at("/account")).await.name(), "account", "twelve hours at most");
}

#[test]
fn row_235_only_people_keep_a_session_alive_and_not_for_ever_on_sqlite() {
    idp_tests::run(async {
        use_and_refresh(Engine::Sqlite).await;
    });
}

#[test]
fn row_235_only_people_keep_a_session_alive_and_not_for_ever_on_postgres() {
    idp_tests::run(async {
        use_and_refresh(Engine::Postgres).await;
    });
}

/// Officials come with their posts; their limits are a column, and hold as soon as a row says so.
async fn officials(engine: Engine) {
    let house = House::start(engine, "").await;
    let (mut browser, ..) = signed_in(&house, "Nguyễn Văn An").await;
    let cx = house.cx();
    let sql = "update session set population = 'official', ends_at = started_at + 28800000";
    house.db().write(&cx, |tx| Box::pin(async move { tx.run(sql, vec![]).await })).await.expect("writes");
    house.later(14 * 60).await;
    assert_eq!(browser.open(&house.at("/account")).await.name(), "account");
    house.later(16 * 60).await;
    assert_ne!(browser.open(&house.at("/account")).await.name(), "account", "a quarter of an hour without use");
}

#[test]
fn row_235_officials_idle_out_sooner_on_sqlite() {
    idp_tests::run(async {
        officials(Engine::Sqlite).await;
    });
}

#[test]
fn row_235_officials_idle_out_sooner_on_postgres() {
    idp_tests::run(async {
        officials(Engine::Postgres).await;
    });
}

journey! {
    async fn row_240_what_a_browser_calls_itself_is_never_shown(house) {
        let party = house.party(json!({})).await;
        let an = house.citizen("Nguyễn Văn An").await;
        let nasty = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>";
        let mut browser = Browser::new();
        browser.agent = Some(nasty);
        browser.sign_in(house, &party, &an).await;
        for path in PAGES {
            let page = browser.open(&house.at(path)).await;
            assert!(!page.body.contains("alert(1)") && !page.body.contains("onerror"), "{path}");
        }
        let mut conn = house.db().read().await.expect("reads");
        let row = conn.one("select agent from session where person_id = $1", idp_core::params![an.id]).await;
        assert_eq!(row.expect("reads").expect("a row").text("agent").expect("a text"), "other/other");
    }
}

journey! {
    async fn row_241_no_form_of_the_account_is_taken_from_elsewhere(house) {
        let (mut browser, party, an) = signed_in(house, "Nguyễn Văn An").await;
        let (mut stranger, ..) = signed_in(house, "Trần Thị Bình").await;
        let page = stranger.open(&house.at("/account/sessions")).await;
        let foreign = page.attribute("#everywhere-form input[name=csrf]", "value").expect("a token");
        let own = browser.open(&house.at("/account/settings")).await;
        let other_form = own.attribute("#settings-form input[name=csrf]", "value").expect("a token");
        let withdraw = format!("/account/services/{}/withdraw", party.client_id);
        let forms = [
            "/account/history/report",
            "/account/sessions/end",
            "/account/sessions/end-all",
            withdraw.as_str(),
        ];
        for path in forms.into_iter().chain(["/account/settings"]) {
            for token in [None, Some(foreign.as_str()), Some("AAAA"), (path != "/account/settings").then_some(other_form.as_str())] {
                if path == "/account/settings" && token.is_none() {
                    continue;
                }
                let fields: Vec<(&str, &str)> = token.map(|token| ("csrf", token)).into_iter().collect();
                let answer = browser.post(&house.at(path), &fields).await;
                assert_eq!(answer.status, 403, "{path} {token:?}");
            }
        }
        assert_eq!(browser.open(&house.at("/account")).await.name(), "account", "nothing happened");
        assert_eq!(house.events("signed-out-everywhere", an.id).await, 0);
    }
}

journey! {
    async fn row_243_no_header_is_split_by_what_a_link_carries(house) {
        let mut browser = Browser::new();
        for (name, value) in [("to", "/\r\nSet-Cookie: sid=ss_1"), ("as", "large\r\nX: y"), ("to", "/%0d%0aX: y")] {
            let address = url::Url::parse_with_params(&house.at("/display"), &[(name, value)]).expect("an address");
            let answer = browser.get(address.as_str()).await;
            assert!(!answer.headers.contains_key("x"), "{value:?}");
            for line in answer.headers.get_all("set-cookie") {
                assert!(line.to_str().expect("text").starts_with("prefs="), "{value:?}");
            }
            assert!(answer.headers["location"].to_str().expect("text").starts_with('/'));
        }
    }
}

journey! {
    async fn row_245_nothing_internal_is_served_in_public(house) {
        for path in ["/metrics", "/healthz", "/readyz", "/test/clock", "/.git/config", "/assets/app.css.map", "/debug", "/account/../metrics"] {
            assert_eq!(house.http.get(house.at(path)).send().await.expect("answers").status(), 404, "{path}");
        }
    }
}

journey! {
    async fn every_proof_gives_another_cookie_and_the_one_before_is_dead(house) {
        let party = house.party(json!({})).await;
        let an = house.citizen("Nguyễn Văn An").await;
        let mut browser = Browser::new();
        // Planted before: session fixation (CWE-384).
        browser.cookies.insert("sid".to_owned(), Handle::<SessionCookie>::generate().reveal().to_owned());
        let planted = browser.cookies["sid"].clone();
        browser.sign_in(house, &party, &an).await;
        let first = browser.cookies["sid"].clone();
        assert_ne!(first, planted);
        let page = browser.open(party.authorize(house, &[("prompt", "login")]).url.as_str()).await;
        let page = browser.enter(&page, &an).await;
        assert!(page.returned("code").is_some(), "{} {}", page.status, page.body);
        assert_ne!(browser.cookies["sid"], first);
        for dead in [planted, first] {
            let mut thief = Browser::new();
            thief.cookies.insert("sid".to_owned(), dead);
            assert_ne!(thief.open(&house.at("/account")).await.name(), "account");
        }
    }
}
