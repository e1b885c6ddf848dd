//! Passwords that came from elsewhere or were chosen for less: judged when they are first used, and replaced before anything opens. And
//! second factors that the operator switched off (rows 133, 148).

use idp_core::{
    authn::{PasswordUse, password, recovery_code, second},
    crypto::password::{Imported, PasswordHash},
    store::StoreError,
    types::Secret,
};
use idp_tests::{Authenticator, Browser, Engine, House, Page, Person, journey, tokens};
use serde_json::json;

use super::ways::{app_code, at_account, messages, proved_address, second_factor_at, telephone, with_app};

/// Made with Python's hashlib: of `password`, and of the password of everybody here.
const WEAK: &str = "$pbkdf2-sha256$1000$c2FsdHNhbHRzYWx0c2FsdA$8nX7hwFEzIB8aPajJTYK8weHQc5Ngz0pFVAKvSu4jQA";
const GOOD: &str = "$pbkdf2-sha256$1000$c2FsdHNhbHRzYWx0c2FsdA$XaGZuYWHe9QXHn2ejfEC19qBqU/x2ddTyistXhDHFGg";
const NEW: &str = "kính lúp bảy quả ổi xanh";

async fn set(house: &House, person: &Person, (hash, usage): (&PasswordHash, PasswordUse)) {
    let (cx, whose) = (house.cx(), (person.account, person.id));
    let set = house.db().write(&cx, |tx| Box::pin(password::set(tx, whose.0, whose.1, (hash, usage))));
    set.await.map_err(|error: StoreError| error).expect("writes");
}

/// Gives an account the hash of another system.
async fn import(house: &House, person: &Person, text: &str) {
    let wrapped = house.parts.passwords.wrap(Imported::parse(text).expect("a hash")).await.expect("wraps");
    set(house, person, (&wrapped, PasswordUse::Alone)).await;
}

/// Gives an account a password that is too short to stand alone.
async fn shorten(house: &House, person: &mut Person) {
    "kính lúp bảy".clone_into(&mut person.password);
    let hash = house.parts.passwords.hash(Secret::new(person.password.clone())).await.expect("hashes");
    set(house, person, (&hash, PasswordUse::WithSecond)).await;
}

async fn tries(browser: &mut Browser, house: &House, (login, password): (&str, &str)) -> Page {
    let page = browser.open(&house.at("/account")).await;
    browser.submit(&page, "sign-in-form", &[("login", login), ("password", password)]).await
}

async fn chooses(browser: &mut Browser, page: &Page, password: &str) -> Page {
    browser.submit(page, "new-password-form", &[("new_password", password), ("new_password_again", password)]).await
}

fn is_asked(page: &Page, browser: &Browser) {
    assert_eq!(page.name(), "new-password", "{} {}", page.status, page.body);
    assert!(!browser.cookies.contains_key("sid"), "a weak password is no session");
}

journey! {
    async fn a_password_of_another_system_is_judged_and_replaced_before_anything_opens(house) {
        let an = house.citizen("Nguyễn Văn An").await;
        import(house, &an, WEAK).await;
        let weak = (an.login.as_str(), "password");
        assert_eq!(tries(&mut Browser::new(), house, (&an.login, "Password")).await.status, 422);
        let mut browser = Browser::new();
        let asked = tries(&mut browser, house, weak).await;
        is_asked(&asked, &browser);
        let rule = asked.text("#why-rule").expect("the page says why");
        assert!(rule.contains("weak-password") && asked.has("#why-because") && asked.has("#why-next"), "{rule}");
        for path in ["/account", "/account/factors", "/account/password", "/account/passkeys"] {
            assert_eq!(browser.open(&house.at(path)).await.name(), "sign-in", "{path}");
        }
        // Neither the other steps nor an answer that is not good enough lead on.
        let address = asked.url.to_string();
        let token = asked.attribute("#new-password-form input[name=csrf]", "value").expect("a token");
        for step in ["account", "consent", "decline", "passkey/later", "second-factor"] {
            let fields = [("csrf", token.as_str()), ("choice", "continue"), ("decision", "allow"), ("way", "app"), ("code", "000000")];
            browser.post(&format!("{address}/{step}"), &fields).await;
            is_asked(&browser.open(&address).await, &browser);
        }
        for bad in ["", "password", "matkhau123456789", "NGUYENVANAN 079085000001"] {
            let refused = chooses(&mut browser, &asked, bad).await;
            assert_eq!((refused.status, refused.has("#new_password-error")), (422, true), "{bad}");
            is_asked(&refused, &browser);
        }
        // Back to the form: the right password is forgotten, and still weak, although nothing of the other system is left.
        let begun = browser.submit(&asked, "again-form", &[]).await;
        assert_eq!(begun.name(), "sign-in");
        assert_eq!(chooses(&mut browser, &asked, NEW).await.name(), "sign-in", "there is nothing to answer any more");
        house.jobs().await;
        let left = "select count(*) as n from password_import where scheme = 'pbkdf2-sha256$1000$32'";
        assert_eq!(house.count(left).await, 0, "no sign-in computes it any more");
        let asked = tries(&mut browser, house, weak).await;
        is_asked(&asked, &browser);
        let before = house.events("password-set", an.id).await;
        let done = chooses(&mut browser, &asked, NEW).await;
        assert_eq!(done.name(), "account", "{} {}", done.status, done.body);
        assert_eq!(house.events("password-set", an.id).await, before + 1);
        assert_eq!(tries(&mut Browser::new(), house, weak).await.status, 422, "the old one is gone");
        assert_eq!(tries(&mut Browser::new(), house, (&an.login, NEW)).await.name(), "account", "and nothing is asked again");
    }
}

journey! {
    async fn a_good_password_of_another_system_opens_and_is_replaced_at_once(house) {
        let an = house.citizen("Nguyễn Văn An").await;
        import(house, &an, GOOD).await;
        let stored = async || {
            let mut conn = house.db().read().await.expect("reads");
            password::stored(&mut conn, an.account).await.expect("reads").expect("a password")
        };
        let wrapped = stored().await;
        assert!(wrapped.inner.is_some());
        at_account(house, &mut Browser::new(), &an).await;
        let replaced = stored().await;
        assert!(replaced.inner.is_none() && replaced.phc != wrapped.phc, "nothing of the other system is left");
        at_account(house, &mut Browser::new(), &an).await;
    }
}

journey! {
    async fn a_short_password_that_stands_alone_is_replaced_for_a_party_too(house) {
        let party = house.party(json!({ "consent": "explicit" })).await;
        let mut an = house.citizen("Nguyễn Văn An").await;
        shorten(house, &mut an).await;
        let mut browser = Browser::new();
        let page = browser.open(party.authorize(house, &[]).url.as_str()).await;
        let asked = browser.enter(&page, &an).await;
        is_asked(&asked, &browser);
        assert!(asked.text("p.lead").is_some_and(|lead| lead.contains(&party.client_id)), "it names who asks");
        let silent = browser.open(party.authorize(house, &[("prompt", "none")]).url.as_str()).await;
        assert_eq!(silent.returned("error").as_deref(), Some("login_required"));
        let consent = chooses(&mut browser, &asked, NEW).await;
        assert_eq!(consent.name(), "consent", "{} {}", consent.status, consent.body);
        let done = browser.submit(&consent, "consent-form", &[("decision", "allow")]).await;
        assert!(done.returned("code").is_some(), "{} {}", done.status, done.body);
    }
}

async fn beside_other_factors_on(engine: Engine) {
    let house = &House::start(engine, "").await;
    let party = house.party(json!({})).await;
    // With an app: first the code, then the new password, and the level that the code gave.
    let an = house.citizen("Nguyễn Văn An").await;
    let (key, _) = with_app(house, &mut Browser::new(), &an).await;
    import(house, &an, WEAK).await;
    let mut browser = Browser::new();
    let away = party.authorize(house, &[("acr_values", "urn:idp:aal2")]);
    let page = browser.open(away.url.as_str()).await;
    let fields = [("login", an.login.as_str()), ("password", "password")];
    let code = browser.submit(&page, "sign-in-form", &fields).await;
    assert_eq!(code.name(), "second-factor", "{} {}", code.status, code.body);
    let asked = browser.submit(&code, "second-factor-form", &[("code", &app_code(house, &key, 30))]).await;
    is_asked(&asked, &browser);
    assert!(asked.text("#new_password-hint").is_some_and(|hint| hint.contains("12")));
    let done = chooses(&mut browser, &asked, "kính lúp bảy").await;
    let code = done.returned("code").unwrap_or_else(|| panic!("{} {}", done.status, done.body));
    let reply = house.redeem(&party, &away, &code).await;
    let claims = tokens::claims(&reply.text("id_token"));
    assert_eq!((&claims["acr"], &claims["amr"]), (&json!("urn:idp:aal2"), &json!(["pwd", "otp", "mfa"])));
    // With a passkey: whoever knows the weak password alone sets none.
    let binh = house.citizen("Trần Thị Bình").await;
    let mut key = Authenticator::new(&house.issuer);
    house.with_passkey(&binh, &mut key).await;
    import(house, &binh, WEAK).await;
    let before = house.events("password-set", binh.id).await;
    let mut guesser = Browser::new();
    let asked = tries(&mut guesser, house, (&binh.login, "password")).await;
    is_asked(&asked, &guesser);
    assert!(asked.has("#new-password-passkey") && !asked.has("#new-password-form"));
    let token = asked.attribute("#again-form input[name=csrf]", "value").expect("a token");
    let fields = [("csrf", token.as_str()), ("new_password", NEW), ("new_password_again", NEW)];
    guesser.post(&format!("{}/new-password", asked.url), &fields).await;
    assert_eq!(house.events("password-set", binh.id).await, before);
    assert!(!guesser.cookies.contains_key("sid"));
    let mut holder = Browser::new();
    let page = holder.open(&house.at("/account")).await;
    assert_eq!(holder.use_passkey(&page, &mut key).await.name(), "account");
    // A lock that comes between holds.
    let mut cuc = house.citizen("Lê Thị Cúc").await;
    shorten(house, &mut cuc).await;
    let mut late = Browser::new();
    let asked = tries(&mut late, house, (&cuc.login, &cuc.password)).await;
    is_asked(&asked, &late);
    super::passwords::set_state(house, &cuc, idp_core::people::AccountState::Locked).await;
    let refused = chooses(&mut late, &asked, NEW).await;
    assert_eq!(refused.text("#error-code").as_deref(), Some("account-locked"), "{}", refused.body);
    assert!(!late.cookies.contains_key("sid"));
}

#[test]
fn a_weak_password_beside_an_app_or_a_passkey_is_replaced_by_its_holder_alone() {
    idp_tests::run(async {
        for engine in Engine::ALL {
            Box::pin(beside_other_factors_on(engine)).await;
        }
    });
}

async fn row_148_on(engine: Engine) {
    let house = &House::start(engine, "").await;
    let an = house.citizen("Nguyễn Văn An").await;
    let mut browser = Browser::new();
    at_account(house, &mut browser, &an).await;
    let form = browser.open(&house.at("/account/password")).await;
    let before = house.events("password-set", an.id).await;
    let change = |password: &'static str| [("new_password", password), ("new_password_again", password)];
    for number in 0..10 {
        let refused = browser.submit(&form, "change-password-form", &change("passwordpassword")).await;
        assert_eq!(refused.status, 422, "try {number} is answered");
    }
    for password in ["passwordpassword", NEW] {
        let slowed = browser.submit(&form, "change-password-form", &change(password)).await;
        assert_eq!((slowed.status, slowed.name()), (429, "change-password".to_owned()), "{password}");
        assert!(slowed.headers.contains_key("retry-after") && slowed.has("#error-summary"));
        assert!(!slowed.has("#new_password-error"), "nothing is said of the password");
    }
    assert_eq!(house.events("password-set", an.id).await, before);
    // Another session has a count of its own.
    let mut other = Browser::new();
    at_account(house, &mut other, &an).await;
    let elsewhere = other.open(&house.at("/account/password")).await;
    assert_eq!(other.submit(&elsewhere, "change-password-form", &change("passwordpassword")).await.status, 422);
    house.later(61).await;
    let done = browser.submit(&form, "change-password-form", &change(NEW)).await;
    assert_eq!(done.name(), "factors", "{} {}", done.status, done.body);
    // The same before a session begins.
    let mut binh = house.citizen("Trần Thị Bình").await;
    shorten(house, &mut binh).await;
    let mut third = Browser::new();
    let asked = tries(&mut third, house, (&binh.login, &binh.password)).await;
    for _ in 0..10 {
        assert_eq!(chooses(&mut third, &asked, "passwordpassword").await.status, 422);
    }
    let slowed = chooses(&mut third, &asked, NEW).await;
    assert_eq!((slowed.status, slowed.name()), (429, "new-password".to_owned()), "{}", slowed.body);
    assert!(!third.cookies.contains_key("sid"));
}

#[test]
fn row_148_a_session_tries_ten_new_passwords_in_a_minute() {
    idp_tests::run(async {
        for engine in Engine::ALL {
            Box::pin(row_148_on(engine)).await;
        }
    });
}

journey! {
    async fn row_148_a_password_is_not_made_of_ones_own_number_or_mailbox(house) {
        let an = house.citizen("Nguyễn Văn An").await;
        proved_address(house, &an, "+84912345789").await;
        proved_address(house, &an, "hoamuoigio.7391@thu.example").await;
        let mut browser = Browser::new();
        at_account(house, &mut browser, &an).await;
        let form = browser.open(&house.at("/account/password")).await;
        let said = "err-new-password-own";
        let expected = idp_core::text::say(idp_core::types::Locale::Vi, said).into_owned();
        for own in ["0912345789 abcd", "+84912345789 ok", "hoamuoigio.7391 ok", "hoamuoigio.7391@thu.example"] {
            let fields = [("new_password", own), ("new_password_again", own)];
            let refused = browser.submit(&form, "change-password-form", &fields).await;
            assert_eq!(refused.text("#new_password-error").as_deref(), Some(expected.as_str()), "{own}");
        }
    }
}

async fn switched_off_on(engine: Engine) {
    let house = &House::start(engine, "[factors]\nsms = false\n").await;
    let party = house.party(json!({})).await;
    let mut an = house.citizen("Nguyễn Văn An").await;
    let phone = telephone();
    let contact = proved_address(house, &an, &phone).await;
    second_factor_at(house, &an, contact).await;
    shorten(house, &mut an).await;
    let mut browser = Browser::new();
    let page = browser.open(party.authorize(house, &[]).url.as_str()).await;
    let asked = browser.enter(&page, &an).await;
    assert_eq!(asked.name(), "second-factor", "{} {}", asked.status, asked.body);
    assert!(!browser.cookies.contains_key("sid"), "the password alone opens nothing");
    assert!(
        asked.has("#second-factor-off") && !asked.has("#second-factor-form") && !asked.has("#second-factor-send-form")
    );
    assert_eq!(asked.text("#error-code").as_deref(), Some("second-factor-off"));
    assert!(asked.text("#error-reference").is_some_and(|reference| !reference.is_empty()));
    assert!(asked.has("#second-factor-again") && asked.has("#cancel") && asked.has("details#why"), "it is no end");
    let told = asked.text("#second-factor-off").expect("it says so");
    assert!(told.contains(&house.parts.settings.support_phone) && told.contains(&phone[phone.len() - 3..]), "{told}");
    assert!(!asked.body.contains(&phone[3..]), "masked");
    // What the page does not offer is not taken.
    let token = asked.attribute("#again-form input[name=csrf]", "value").expect("a token");
    for (step, way) in [("second-factor/send", "message-0"), ("second-factor", "message-0"), ("second-factor", "paper")]
    {
        let fields = [("csrf", token.as_str()), ("way", way), ("code", "000000")];
        let answer = browser.post(&format!("{}/{step}", asked.url), &fields).await;
        assert!(answer.status < 500 && !browser.cookies.contains_key("sid"), "{step} {way} {}", answer.status);
    }
    assert!(messages(house, &phone, "sign-in-code").await.is_empty(), "nothing is sent");
    assert_eq!(browser.open(&house.at("/account")).await.name(), "sign-in");
    let counted = async |sms| {
        let mut conn = house.db().read().await.expect("reads");
        second::stranded(&mut conn, second::Policy { sms, email: false }).await.expect("counts")
    };
    assert_eq!((counted(false).await, counted(true).await), (1, 0), "idp doctor names it");
    // Whoever has a paper of recovery codes uses it, and the page says why it asks for that.
    let cx = house.cx();
    let made = house.db().write(&cx, |tx| Box::pin(recovery_code::make(tx, an.account)));
    let codes = made.await.map_err(|error: StoreError| error).expect("writes");
    let page = browser.open(asked.url.as_str()).await;
    assert!(page.has("#second-factor-form") && !page.has("#second-factor-off"), "{}", page.body);
    assert_eq!(page.attribute("#second-factor-form input[name=way]", "value").as_deref(), Some("paper"));
    let done = browser.submit(&page, "second-factor-form", &[("code", codes[0].reveal())]).await;
    assert!(done.returned("code").is_some(), "{} {}", done.status, done.body);
    // A mailbox counts in the same way where codes by mail are off, as they are by default.
    let binh = house.citizen("Trần Thị Bình").await;
    let contact = proved_address(house, &binh, "binh.tran@thu.example").await;
    second_factor_at(house, &binh, contact).await;
    let mut other = Browser::new();
    let asked = tries(&mut other, house, (&binh.login, &binh.password)).await;
    assert!(asked.has("#second-factor-off") && !other.cookies.contains_key("sid"), "{} {}", asked.status, asked.body);
}

#[test]
fn row_133_a_second_factor_that_is_switched_off_is_not_passed_over() {
    idp_tests::run(async {
        for engine in Engine::ALL {
            Box::pin(switched_off_on(engine)).await;
        }
    });
}

/// Somebody with an app, on both nodes: the page of each that asks for the code.
async fn one_code_on_two_nodes() {
    let first = &House::start(Engine::Postgres, "").await;
    let (_second, address) = first.beside().await;
    let name = first.issuer.strip_prefix("http://").expect("a loopback name").to_owned();
    let an = first.citizen("Nguyễn Văn An").await;
    let (key, _) = with_app(first, &mut Browser::new(), &an).await;
    for round in 1..=3_u64 {
        let mut pages = Vec::new();
        for node in [&first.issuer, &address, &first.issuer, &address] {
            let mut browser = Browser::new();
            let page = browser.open(&first.at("/account")).await;
            let asked = browser.enter(&page, &an).await;
            assert_eq!(asked.name(), "second-factor", "{} {}", asked.status, asked.body);
            let csrf = asked.attribute("#second-factor-form input[name=csrf]", "value").expect("a token");
            let cookies: Vec<_> = browser.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
            let to = format!("{}/second-factor", asked.url).replace(&first.issuer, node);
            pages.push((to, csrf, cookies.join("; ")));
        }
        let code = app_code(first, &key, 30);
        let answers = pages.iter().map(|(to, csrf, cookies)| {
            let form = [("csrf", csrf.as_str()), ("way", "app"), ("code", code.as_str())];
            let request = first.http.post(to).header("host", name.as_str()).header("cookie", cookies).form(&form);
            async move {
                let answer = request.send().await.expect("answers");
                let session = answer.headers().get_all("set-cookie").iter();
                let session = session.filter(|line| line.to_str().is_ok_and(|line| line.contains("sid=")));
                (answer.status().as_u16(), session.count())
            }
        });
        let answers = futures_util::future::join_all(answers).await;
        let passed = answers.iter().filter(|(_, sessions)| *sessions > 0).count();
        assert_eq!(passed, 1, "round {round}: {answers:?}");
        assert!(answers.iter().all(|(status, _)| [303, 422].contains(status)), "round {round}: {answers:?}");
        first.later(90).await;
    }
}

#[test]
fn one_code_of_an_app_shown_to_two_nodes_at_once_opens_once() {
    idp_tests::run(one_code_on_two_nodes());
}
