//! Passwords: throttling that locks nobody out, what wrong answers tell, hashes of other systems (rows 125, 126, 130).

use idp_core::{
    authn::{self, PasswordUse, password},
    crypto::password::Imported,
    people::{self, AccountState},
    store::StoreError,
};
use idp_tests::{Browser, Engine, House, Page, Person, journey};

const LIMITS: &str = "[throttle]\nfailures_per_account_and_address = 3\nfailures_per_known_browser = 3\n";

async fn tries(browser: &mut Browser, house: &House, login: &str, password: &str) -> Page {
    let page = browser.open(&house.at("/account")).await;
    browser.submit(&page, "sign-in-form", &[("login", login), ("password", password)]).await
}

async fn set_state(house: &House, person: &Person, state: AccountState) {
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

async fn many_guesses_at_once_on(engine: Engine) {
    let house = &House::start(engine, LIMITS).await;
    let an = house.citizen("Nguyễn Văn An").await;
    let guesses = (0..60).map(|number| {
        let login = an.login.clone();
        async move {
            let page = tries(&mut Browser::new(), house, &login, &format!("wrong wrong wrong {number}")).await;
            page.status
        }
    });
    let answers = futures_util::future::join_all(guesses).await;
    let evaluated = answers.iter().filter(|status| **status == 422).count();
    assert!((1..=4).contains(&evaluated), "{evaluated} of {answers:?}");
    let sql = "select count(*) as n from audit_event where kind = 'sign-in-failed'";
    assert_eq!(house.count(sql).await, i64::try_from(evaluated).expect("small"));
}

#[test]
fn row_126_of_many_guesses_at_once_no_more_are_answered_than_one_after_another() {
    idp_tests::run(async {
        for engine in Engine::ALL {
            Box::pin(many_guesses_at_once_on(engine)).await;
        }
    });
}

/// What a page says, without what every page has of its own.
fn said(page: &Page) -> (u16, String, Vec<String>) {
    let mut body = page.body.clone();
    let t = page.url.path().split('/').nth(2).unwrap_or_default().to_owned();
    let csrf = page.attribute("input[name=csrf]", "value").unwrap_or_default();
    let reference = page.text("#error-reference").unwrap_or_default();
    let at = page.text("#error-time").unwrap_or_default();
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
        let mut conn = house.db().read().await.expect("reads");
        conn.run("delete from password where account_id = $1", idp_core::params![bare.account]).await.expect("writes");
        drop(conn);
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

journey! {
    async fn a_password_of_another_system_opens_and_is_replaced_at_once(house) {
        let an = house.citizen("Nguyễn Văn An").await;
        // Made with Python's hashlib, of the password `password`.
        let text = "$pbkdf2-sha256$1000$c2FsdHNhbHRzYWx0c2FsdA$8nX7hwFEzIB8aPajJTYK8weHQc5Ngz0pFVAKvSu4jQA";
        let wrapped = house.parts.passwords.wrap(Imported::parse(text).expect("a hash")).await.expect("wraps");
        let (cx, wrapped) = (house.cx(), &wrapped);
        let set = house.db().write(&cx, |tx| Box::pin(password::set(tx, an.account, an.id, (wrapped, PasswordUse::Alone))));
        set.await.map_err(|error: StoreError| error).expect("writes");
        assert_eq!(tries(&mut Browser::new(), house, &an.login, "Password").await.status, 422);
        let stored = async || {
            let mut conn = house.db().read().await.expect("reads");
            password::stored(&mut conn, an.account).await.expect("reads").expect("a password")
        };
        assert!(stored().await.inner.is_some());
        let page = tries(&mut Browser::new(), house, &an.login, "password").await;
        assert_eq!(page.name(), "account", "{} {}", page.status, page.body);
        let replaced = stored().await;
        assert!(replaced.inner.is_none() && replaced.phc != wrapped.phc, "nothing of the other system is left");
        assert_eq!(tries(&mut Browser::new(), house, &an.login, "password").await.name(), "account");
        assert!(!authn::password_may_stand_alone(&mut house.db().read().await.expect("reads"), an.account).await.expect("reads"));
        house.jobs().await;
        assert_eq!(house.count("select count(*) as n from password_import").await, 0, "no sign-in computes it any more");
    }
}
