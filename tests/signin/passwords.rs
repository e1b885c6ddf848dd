//! Passwords: throttling that locks nobody out, what wrong answers tell (rows 125, 130, 143, 148, 246).

use idp_core::{
    people::{self, AccountState},
    store::StoreError,
};
use idp_tests::{Browser, Engine, House, Page, Person, journey};
use serde_json::json;

use super::ways::{proved_address, second_factor_at, sent_code, telephone};

pub(super) const LIMITS: &str = "[throttle]\nfailures_per_account_and_address = 3\nfailures_per_known_browser = 3\n";

async fn tries(browser: &mut Browser, house: &House, login: &str, password: &str) -> Page {
    let page = browser.open(&house.at("/account")).await;
    browser.submit(&page, "sign-in-form", &[("login", login), ("password", password)]).await
}

pub(super) async fn set_state(house: &House, person: &Person, state: AccountState) {
    let (cx, account) = (house.cx(), person.account);
    let set = house.db().write(&cx, |tx| Box::pin(people::set_account_state(tx, account, state)));
    set.await.map_err(|error: StoreError| error).expect("writes");
}

async fn a_known_browser_passes_on(engine: Engine) {
    let house = &House::start(engine, LIMITS).await;
    let an = house.citizen("Nguyễn Văn An").await;
    // An signed in here before, and signs out again.
    let mut known = Browser::new();
    let page = tries(&mut known, house, &an.login, &an.password).await;
    assert_eq!(page.name(), "account", "{} {}", page.status, page.body);
    known.submit(&page, "sign-out-form", &[]).await;
    assert!(known.cookies["device"].starts_with("dv_"));
    // Somebody else guesses until they are slowed down; row 125: another spelling of the name is no other name.
    let mut guesser = Browser::new();
    let spellings = [an.login.to_uppercase(), format!(" {} ", an.login), an.login.replace('-', "－")];
    for (number, login) in spellings.iter().enumerate() {
        let page = tries(&mut guesser, house, login, "wrong wrong wrong wrong").await;
        assert_eq!(page.status, 422, "guess {number} is answered");
    }
    let slowed = tries(&mut guesser, house, &an.login, &an.password).await;
    assert_eq!((slowed.status, slowed.name()), (429, "sign-in".to_owned()));
    assert!(slowed.text("#error-summary").is_some_and(|text| text.contains("15 phút")), "it says when it goes on");
    assert!(slowed.headers.contains_key("retry-after"));
    // The holder's own browser has a count of its own: failures alone lock nobody out.
    let page = tries(&mut known, house, &an.login, &an.password).await;
    assert_eq!(page.name(), "account", "{} {}", page.status, page.body);
    known.submit(&page, "sign-out-form", &[]).await;
    // The value of one account is worth nothing for another one.
    let binh = house.citizen("Trần Thị Bình").await;
    for _ in 0..3 {
        assert_eq!(tries(&mut guesser, house, &binh.login, "wrong wrong wrong wrong").await.status, 422);
    }
    assert_eq!(tries(&mut known, house, &binh.login, &binh.password).await.status, 429);
    // And it is no key: it is slowed down by its own failures.
    for _ in 0..3 {
        assert_eq!(tries(&mut known, house, &an.login, "wrong wrong wrong wrong").await.status, 422);
    }
    assert_eq!(tries(&mut known, house, &an.login, &an.password).await.status, 429);
    // A quarter of an hour later all is forgotten, and the account was never locked.
    house.later(15 * 60 + 1).await;
    let page = tries(&mut guesser, house, &an.login, &an.password).await;
    assert_eq!(page.name(), "account");
    let both = guesser.cookies["device"].clone();
    guesser.submit(&page, "sign-out-form", &[]).await;
    let page = tries(&mut guesser, house, &binh.login, &binh.password).await;
    assert_eq!(page.name(), "account");
    assert!(guesser.cookies["device"].starts_with(&format!("{both}.dv_")), "one random value for each account");
}

#[test]
fn row_125_guesses_slow_down_who_guesses_and_lock_nobody_out() {
    idp_tests::run(async {
        for engine in Engine::ALL {
            Box::pin(a_known_browser_passes_on(engine)).await;
        }
    });
}

async fn flooded_on(engine: Engine) {
    let house = &House::start(engine, "[throttle]\nfailures_per_address = 100000\n").await;
    let form = &raw(house).await;
    let guesses = (0..150).map(|number| async move {
        let (name, csrf) = (format!("nobody-{number:06}"), form.csrf.as_str());
        let said = [("csrf", csrf), ("login", name.as_str()), ("password", "wrong wrong wrong")];
        let request = house.http.post(&form.address).header("cookie", &form.cookies);
        let accept = if number % 2 == 0 { "text/html" } else { "application/json" };
        let answer = request.header("accept", accept).form(&said).send().await.ok()?;
        let (status, retry) = (answer.status().as_u16(), answer.headers().get("retry-after").is_some());
        let fits = answer.headers().get("content-type").is_some_and(|found| {
            let expected = if accept == "text/html" { accept } else { "application/problem+json" };
            found.to_str().is_ok_and(|found| found.starts_with(expected))
        });
        Some((status, retry && fits, answer.text().await.unwrap_or_default()))
    });
    let keys = (0..20).map(|_| async {
        house.http.get(house.at("/oauth2/jwks")).send().await.map(|answer| answer.status().as_u16())
    });
    let (answers, keys) =
        futures_util::future::join(futures_util::future::join_all(guesses), futures_util::future::join_all(keys)).await;
    let heard: Vec<_> = answers.into_iter().flatten().collect();
    let turned_away: Vec<_> = heard.iter().filter(|(status, ..)| *status == 503).collect();
    assert!(!turned_away.is_empty(), "the queue is bounded");
    for (_, fits, body) in &turned_away {
        let told = ["error-code", "\"code\":\"busy\""].iter().any(|word| body.contains(word));
        assert!(*fits && told && !body.contains("nobody-"), "a page for a browser, a problem for a program: {body}");
    }
    assert!(heard.iter().any(|(status, ..)| *status == 422), "what was admitted is answered");
    assert!(heard.iter().all(|(status, ..)| [422, 503].contains(status)), "and nothing else happens");
    assert!(
        keys.iter().all(|status| status.as_ref().is_ok_and(|status| *status == 200)),
        "others are served meanwhile: {keys:?}"
    );
    let an = house.citizen("Nguyễn Văn An").await;
    assert_eq!(
        tries(&mut Browser::new(), house, &an.login, &an.password).await.name(),
        "account",
        "and it goes on after"
    );
}

#[test]
fn row_143_a_flood_of_passwords_fills_a_bounded_queue_and_stops_nothing_else() {
    idp_tests::run(async {
        for engine in Engine::ALL {
            Box::pin(flooded_on(engine)).await;
        }
    });
}

journey! {
    async fn row_148_a_password_is_judged_only_in_a_session_of_ones_own(house) {
        let an = house.citizen("Nguyễn Văn An").await;
        let before = house.events("password-set", an.id).await;
        let mut stranger = Browser::new();
        let page = stranger.open(&house.at("/account/password")).await;
        assert_eq!(page.name(), "sign-in", "the form itself asks who it is");
        let token = page.attribute("#sign-in-form input[name=csrf]", "value").expect("a token");
        let tried = [("csrf", token.as_str()), ("login", an.login.as_str()), ("new_password", "password"), ("new_password_again", "password")];
        let answer = stranger.post(&house.at("/account/password"), &tried).await;
        assert!(!answer.has("#new_password-error") && answer.name() != "change-password", "{} {}", answer.status, answer.body);
        assert_eq!(house.events("password-set", an.id).await, before);
    }
}

journey! {
    async fn row_246_letters_that_are_none_break_nothing_and_tell_nothing(house) {
        let form = raw(house).await;
        let paths = ["/oauth2/authorize", "/oauth2/token", "/oauth2/introspect", "/oauth2/revoke", "/oauth2/logout", "/recover", "/enrol",
            "/account/settings", "/account/history/report", "/account/passkeys", "/account/factors/app", "/account/password"];
        let own = form.address.strip_prefix(&house.issuer).expect("ours").to_owned();
        for path in paths.iter().copied().chain([own.as_str()]) {
            for body in [&b"login=%ff%fe&csrf=%c3%28"[..], b"login=\xff\xfe\x00&csrf=\xc3(", b"%", b"=&=&=", b"a[]=1&a[]=2"] {
                let request = house.http.post(house.at(path)).header("content-type", "application/x-www-form-urlencoded");
                let answer = request.header("cookie", &form.cookies).body(body.to_vec()).send().await.expect("answers");
                let (status, reference) = (answer.status().as_u16(), answer.headers().contains_key("x-request-id"));
                let text = answer.text().await.unwrap_or_default().to_lowercase();
                assert!(status < 500 && reference, "{path} {status}");
                for inside in ["sqlx", "select ", "panicked", ".rs:", "postgres", "/home/", "/tmp/"] {
                    assert!(!text.contains(inside), "{path}: {inside}");
                }
            }
        }
        assert_eq!(house.http.get(house.at("/oauth2/jwks")).send().await.expect("answers").status().as_u16(), 200);
    }
}

/// What a page says, without what every page has of its own.
fn said(page: &Page) -> (u16, String, Vec<String>) {
    let mut body = page.body.clone();
    let t = page.url.path().split('/').nth(2).unwrap_or_default().to_owned();
    let csrf = page.attribute("input[name=csrf]", "value").unwrap_or_default();
    let reference = page.text("#error-reference").unwrap_or_default();
    let at = page.text("dl.facts div:nth-child(3) dd").unwrap_or_default();
    for own in [t, csrf, reference, at].iter().filter(|own| !own.is_empty()) {
        body = body.replace(own.as_str(), "");
    }
    let login = page.attribute("#login", "value").unwrap_or_default();
    if !login.is_empty() {
        body = body.replace(&login, "");
    }
    let own = ["date", "x-request-id", "content-length"];
    let headers = page.headers.iter().filter(|(name, _)| !own.contains(&name.as_str()));
    (page.status, body, headers.map(|(name, value)| format!("{name}: {value:?}")).collect())
}

journey! {
    async fn row_130_nothing_tells_which_names_are_known(house) {
        let known = house.citizen("Nguyễn Văn An").await;
        let (disabled, locked) = (house.citizen("Trần Thị Bình").await, house.citizen("Lê Văn Cường").await);
        set_state(house, &disabled, AccountState::Disabled).await;
        set_state(house, &locked, AccountState::Locked).await;
        let bare = house.citizen("Phạm Thị Dung").await;
        let (cx, account) = (house.cx(), bare.account);
        let sql = "delete from password where account_id = $1";
        let removed = house.db().write(&cx, |tx| Box::pin(tx.run(sql, idp_core::params![account])));
        removed.await.map_err(|error: StoreError| error).expect("writes");
        let long = "x".repeat(1_000_000);
        let logins = [&known.login, &disabled.login, &locked.login, &bare.login, "nobody-000000"];
        for password in ["wrong wrong wrong", "", &long, "' or 1=1 --", "nul\0nul"] {
            let mut first = None;
            for login in logins {
                let mut browser = Browser::new();
                let page = browser.open(&house.at("/account")).await;
                let answer = browser.submit_only(&page, "sign-in-form", &[("login", login), ("password", password)]).await;
                let said = (said(&answer), browser.cookies.keys().cloned().collect::<Vec<_>>());
                let first = first.get_or_insert_with(|| said.clone());
                assert_eq!(*first, said, "{login} {password:.20}");
            }
        }
    }
}

/// One sign-in page, to be answered by hand with headers of one's own.
pub(super) struct Raw {
    address: String,
    csrf: String,
    cookies: String,
}

async fn raw(house: &House) -> Raw {
    raw_at(&house.issuer).await
}

pub(super) async fn raw_at(issuer: &str) -> Raw {
    let mut browser = Browser::new();
    let page = browser.open(&format!("{issuer}/account")).await;
    let csrf = page.attribute("#sign-in-form input[name=csrf]", "value").expect("a token");
    let cookies: Vec<_> = browser.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
    Raw { address: format!("{}/password", page.url), csrf, cookies: cookies.join("; ") }
}

impl Raw {
    /// The whole of a request with an answer, as it goes over the wire to a server of that name.
    pub(super) fn written(&self, name: &str, (login, password): (&str, &str)) -> String {
        let path = url::Url::parse(&self.address).expect("an address").path().to_owned();
        let fields = [("csrf", self.csrf.as_str()), ("login", login), ("password", password)];
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        format!(
            "POST {path} HTTP/1.1\r\nhost: {name}\r\ncookie: {}\r\ncontent-type: application/x-www-form-urlencoded\r\n\
             accept: text/html\r\ncontent-length: {}\r\n\r\n{body}",
            self.cookies,
            body.len()
        )
    }

    /// The same page with a token that is not its own.
    pub(super) fn with_token(self, csrf: &str) -> Self {
        Self { csrf: csrf.to_owned(), ..self }
    }

    async fn send(&self, house: &House, (login, password): (&str, &str), headers: &[(&str, &str)]) -> u16 {
        let form = [("csrf", self.csrf.as_str()), ("login", login), ("password", password)];
        let mut request = house.http.post(&self.address).header("cookie", &self.cookies).form(&form);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        request.send().await.expect("answers").status().as_u16()
    }
}

journey! {
    async fn row_145_nobody_is_signed_in_by_a_form_of_another_site(house) {
        let an = house.citizen("Nguyễn Văn An").await;
        let (mine, theirs) = (raw(house).await, raw(house).await);
        let said = (an.login.as_str(), an.password.as_str());
        for headers in [[("sec-fetch-site", "cross-site")], [("sec-fetch-site", "same-site")], [("origin", "https://evil.test")]] {
            assert_eq!(mine.send(house, said, &headers).await, 403, "{headers:?}");
        }
        // The token of the attacker's own browser, sent from the victim's.
        let foreign = Raw { csrf: theirs.csrf.clone(), address: mine.address.clone(), cookies: mine.cookies.clone() };
        assert_eq!(foreign.send(house, said, &[]).await, 403);
        assert_eq!(mine.send(house, said, &[("sec-fetch-site", "same-origin")]).await, 303, "the person's own form is taken");
    }
}

async fn an_address_is_not_invented_on(engine: Engine) {
    let house = &House::start(engine, LIMITS).await;
    let an = house.citizen("Nguyễn Văn An").await;
    let form = raw(house).await;
    for number in 0..3 {
        let address = format!("203.0.113.{number}");
        let headers =
            [("x-forwarded-for", address.as_str()), ("forwarded", "for=127.0.0.1"), ("x-real-ip", "10.0.0.1")];
        assert_eq!(form.send(house, (&an.login, "wrong wrong wrong"), &headers).await, 422);
    }
    let headers = [("x-forwarded-for", "203.0.113.99")];
    assert_eq!(form.send(house, (&an.login, &an.password), &headers).await, 429, "the peer's own address counts");
}

#[test]
fn row_141_who_names_another_address_is_counted_at_their_own() {
    idp_tests::run(async {
        for engine in Engine::ALL {
            Box::pin(an_address_is_not_invented_on(engine)).await;
        }
    });
}

journey! {
    async fn row_128_a_locked_account_opens_no_door(house) {
        let party = house.party(json!({})).await;
        let an = house.citizen("Nguyễn Văn An").await;
        let mut browser = Browser::new();
        let (away, code) = browser.sign_in_with(house, &party, &an, &[("scope", "openid offline_access")]).await;
        let tokens = house.redeem(&party, &away, &code).await;
        // Somebody else is half through with a second factor.
        let phone = telephone();
        let contact = proved_address(house, &an, &phone).await;
        second_factor_at(house, &an, contact).await;
        let mut half = Browser::new();
        let page = half.open(&house.at("/account")).await;
        let asked = half.enter(&page, &an).await;
        assert_eq!(asked.name(), "second-factor");
        let code = sent_code(house, &phone, "sign-in-code").await;
        set_state(house, &an, AccountState::Locked).await;
        let refused = half.submit(&asked, "second-factor-form", &[("code", &code)]).await;
        assert_eq!(refused.text("#error-code").as_deref(), Some("account-locked"), "{}", refused.body);
        assert!(!half.cookies.contains_key("sid"));
        let refused = tries(&mut Browser::new(), house, &an.login, &an.password).await;
        assert_eq!(refused.text("#error-code").as_deref(), Some("account-locked"));
        for path in ["/account", "/account/factors", "/account/password", "/account/passkeys"] {
            assert_eq!(browser.open(&house.at(path)).await.name(), "sign-in", "{path}");
        }
        assert_eq!(house.refresh(&party, &tokens.text("refresh_token")).await.error(), "invalid_grant");
        assert_eq!(house.userinfo(&tokens.text("access_token")).await.status, 401);
        assert!(!house.is_active(&party, &tokens.text("access_token")).await);
    }
}
