//! Break-glass accounts, from the link made on the server to the alarm that everybody hears, and what can never be hung on one.

use std::time::Duration;

use idp::web::csrf;
use idp_core::{
    admin::{self, AppointError, By, NewAppointment, OfferError, Role, Scope, Subject},
    authn::{self, PasswordUse, contact, credential, recovery, recovery_code, totp},
    break_glass::{self, Account, Concern, CreateError, Drill, DrillError, Linked, Number, SealError, State, Status},
    crypto::handle::{Handle, SealLink},
    notify::Fate,
    office::{self, Confirmed, Kind, Limits, NewAssignment, PositionId, RoleGrant, RoleId, Source},
    org::{FOREVER, Span},
    params,
    session::{self, Population},
    store::StoreError,
    types::{Address, Interval, Secret},
};
use idp_tests::{Browser, Engine, House, Page, authenticator::Authenticator};
use serde_json::json;

use super::desk::{Caller, Country, catalogue, code, events, get, officer, post, step};
use crate::signin::ways::{messages, proved_address};

const DUTY: &str = "truc-ban@tinh.example";

/// Tells a journey on a server of its own of each engine, whose alarms go to the officer on duty.
macro_rules! sealed {
    ($(#[$meta:meta])* async fn $name:ident($house:ident) $body:block) => {
        mod $name {
            use super::*;

            async fn tell($house: &House) $body

            #[test]
            fn on_sqlite() {
                idp_tests::run(async { tell(&house(Engine::Sqlite).await).await });
            }

            #[test]
            fn on_postgres() {
                idp_tests::run(async { tell(&house(Engine::Postgres).await).await });
            }
        }
    };
}

async fn house(engine: Engine) -> House {
    let more = format!("[admin]\nrequests_per_minute = 1000000\n[break_glass]\nalarm_to = [\"{DUTY}\"]");
    Box::pin(House::start(engine, &more)).await
}

fn alarm_to(house: &House) -> &[Address] {
    &house.parts.settings.alarm_to
}

/// What `idp admin break-glass create` does on the server.
async fn create(house: &House) -> Result<Linked, CreateError> {
    let (cx, lifetime) = (house.cx(), Duration::from_secs(1_800));
    house.db().write(&cx, |tx| Box::pin(break_glass::create(tx, lifetime, alarm_to(house)))).await
}

async fn link(house: &House) -> String {
    let made = create(house).await.expect("is made");
    house.at(&format!("/break-glass?offer={}", made.handle.reveal()))
}

/// Makes an account and registers a key, as two people with an envelope do.
async fn sealed(house: &House) -> (Account, Authenticator) {
    let mut key = Authenticator::portable(&house.issuer);
    let mut browser = Browser::new();
    let page = browser.open(&link(house).await).await;
    let done = browser.make_passkey(&page, &mut key).await;
    assert_eq!((done.status, done.name().as_str()), (200, "break-glass-done"), "{}", done.body);
    let number = done.attribute("#number", "data-number").expect("a number");
    let all = accounts(house).await;
    (all.into_iter().find(|account| account.number.get().to_string() == number).expect("is there"), key)
}

async fn accounts(house: &House) -> Vec<Account> {
    break_glass::accounts(&mut house.db().read().await.expect("reads")).await.expect("reads")
}

async fn status(house: &House) -> (Status, Vec<Concern>) {
    let now = house.cx().now;
    let mut conn = house.db().read().await.expect("reads");
    let status = break_glass::status(&mut conn, alarm_to(house), now).await.expect("reads");
    let concerns = break_glass::concerns(&status, now);
    (status, concerns)
}

/// Signs in at the console with a key.
async fn enter(house: &House, key: &mut Authenticator) -> (Browser, Page) {
    let mut browser = Browser::new();
    let page = browser.open(&house.at("/console/sign-in")).await;
    let page = browser.use_passkey(&page, key).await;
    (browser, page)
}

fn caller(browser: &Browser) -> Caller {
    Caller::Console(browser.cookies["adm"].clone())
}

fn error(page: &Page) -> (u16, String) {
    (page.status, page.text("#error-code").unwrap_or_default())
}

async fn seal(house: &House, number: Number) -> Result<Account, SealError> {
    let cx = house.cx();
    house.db().write(&cx, |tx| Box::pin(break_glass::seal(tx, number, "xong việc"))).await
}

async fn drill(house: &House) -> Result<Drill, DrillError> {
    let cx = house.cx();
    house.db().write(&cx, |tx| Box::pin(break_glass::begin_drill(tx))).await
}

sealed! {
    async fn a_key_is_registered_once_and_opens_the_console_and_everybody_hears_of_it(house) {
        let owner = officer(house, Role::PlatformOwner, Scope::Whole).await;
        proved_address(house, &owner.person, "chu-quan@tinh.example").await;
        let link = link(house).await;
        let mut elsewhere = Browser::new();
        let seen = elsewhere.open(&link).await;
        assert_eq!(seen.name(), "break-glass", "looking at it spends nothing");
        let mut browser = Browser::new();
        let page = browser.open(&link).await;
        assert!(!page.url.as_str().contains("bg_") && !page.body.contains("bg_"), "the secret leaves the address at once: {}", page.url);
        assert!(page.has("#passkey-missing") && page.has("#passkey-form[hidden]"), "without scripts the page says what to do");
        let asked = browser.asked(&page).await;
        assert_eq!(asked.options["authenticatorSelection"], json!({ "authenticatorAttachment": "cross-platform",
            "residentKey": "required", "requireResidentKey": true, "userVerification": "required" }));
        let mut key = Authenticator::portable(&house.issuer);
        let done = browser.answer(&page, &asked.ceremony, &key.create(&asked.options)).await;
        assert_eq!((done.status, done.name().as_str()), (200, "break-glass-done"), "{}", done.body);
        assert!(!browser.cookies.contains_key("sid"), "a registered key signs nobody in");
        assert_eq!(error(&elsewhere.open(seen.url.as_str()).await), (410, "break-glass-link-gone".to_owned()), "once");
        let account = accounts(house).await.remove(0);
        assert_eq!((account.number, account.state), (Number::One, State::Sealed));
        assert_eq!(messages(house, DUTY, "break-glass-used").await.len(), 0);

        let (mut inside, page) = enter(house, &mut key).await;
        assert_eq!(page.url.path(), "/console/", "{} {}", page.url, page.body);
        let me = get(house, &caller(&inside), "/api/v1/me").await;
        assert_eq!((me.status, me.body["appointments"][0]["role"].as_str()), (200, Some("platform-owner")), "{}", me.body);
        for (to, count) in [(DUTY, 1), ("chu-quan@tinh.example", 1)] {
            let told = messages(house, to, "break-glass-used").await;
            assert_eq!(told.len(), count, "{to}");
            assert!(told[0]["body"].as_str().is_some_and(|body| body.contains("127.0.0.1") && !body.contains('⟦')), "{}", told[0]);
        }
        assert_eq!(house.events("break-glass-used", account.person).await, 1);
        let mine = inside.open(&house.at("/account")).await;
        assert!(mine.has("#break-glass-strip") && mine.name() == "account", "{}", mine.body);
        let (seen, concerns) = status(house).await;
        assert_eq!(seen.accounts[0].account.state, State::Opened);
        assert_eq!(seen.accounts[0].alarm.map(|(_, failed, fate)| (failed, fate)), Some((false, Fate { delivered: 2, waiting: 0, failed: 0 })));
        assert!(concerns.contains(&Concern::Opened(vec![Number::One])), "{concerns:?}");
        let measured = house.http.get(format!("{}/metrics", house.management)).send().await.expect("answers").text().await.expect("text");
        assert!(measured.contains("idp_break_glass_uses{account=\"1\",drill=\"no\"}"), "{measured}");
        assert!(measured.contains("idp_break_glass_state{account=\"1\",state=\"opened\"}"), "{measured}");
    }
}

sealed! {
    async fn a_key_that_is_copied_built_in_or_of_the_other_account_is_refused_and_the_link_stays_good(house) {
        let (_, mut first) = sealed(house).await;
        let mut browser = Browser::new();
        let page = browser.open(&link(house).await).await;
        let mut copied = Authenticator::synced(&house.issuer);
        copied.attachment = "cross-platform";
        for (mut key, said) in [
            (copied, "sao chép"),
            (Authenticator::new(&house.issuer), "chính máy tính này"),
        ] {
            let refused = browser.make_passkey(&page, &mut key).await;
            assert_eq!((refused.status, refused.name().as_str()), (422, "break-glass"), "{}", refused.body);
            assert!(refused.text("#error-summary").is_some_and(|text| text.contains(said)), "{}", refused.body);
        }
        // The device itself refuses a second key beside the first; one that does not ask is refused by its id.
        let asked = browser.asked(&page).await;
        assert_eq!(asked.options["excludeCredentials"][0]["id"], json!(idp_tests::authenticator::base64url(&first.id)));
        let refused = browser.answer(&page, &asked.ceremony, &first.create(&asked.options)).await;
        assert_eq!(refused.status, 422, "{}", refused.body);
        let exists = browser.open(&format!("{}&passkey=exists", page.url)).await;
        assert!(exists.text("#error-summary").is_some_and(|text| text.contains("khóa khác")), "{}", exists.body);
        assert_eq!(house.count("select count(*) as n from credential").await, 1);
        let mut second = Authenticator::portable(&house.issuer);
        let done = browser.make_passkey(&page, &mut second).await;
        assert_eq!(done.name(), "break-glass-done", "{}", done.body);
        assert!(matches!(create(house).await, Err(CreateError::Both)), "there is no third");
    }
}

sealed! {
    async fn a_link_is_worth_nothing_late_replaced_guessed_or_in_another_browser(house) {
        let guessed = Handle::<SealLink>::generate();
        for address in ["/break-glass".to_owned(), "/break-glass?offer=bg_x".to_owned(), format!("/break-glass?offer={}", guessed.reveal()), "/break-glass/key?t=tx_x".to_owned()] {
            assert_eq!(error(&Browser::new().open(&house.at(&address)).await), (410, "break-glass-link-gone".to_owned()), "{address}");
        }
        let first = link(house).await;
        let mut slow = Browser::new();
        let old = slow.open(&first).await;
        let second = link(house).await;
        assert_eq!(house.count("select count(*) as n from break_glass").await, 1, "one that waits for its key gets another link");
        assert_eq!(error(&slow.open(old.url.as_str()).await).0, 410, "a second link ends the first");
        let mut browser = Browser::new();
        let page = browser.open(&second).await;
        assert_eq!(error(&Browser::new().open(page.url.as_str()).await).0, 410, "the page belongs to one browser");
        let bare = browser.post(page.url.as_str(), &[]).await;
        assert_eq!(bare.status, 403, "{}", bare.body);
        let asked = browser.asked(&page).await;
        house.later(1_801).await;
        let mut key = Authenticator::portable(&house.issuer);
        let late = browser.answer(&page, &asked.ceremony, &key.create(&asked.options)).await;
        assert_eq!(late.status, 410, "{}", late.body);
        assert_eq!(house.count("select count(*) as n from credential").await, 0);
        assert_eq!(house.count("select count(*) as n from appointment").await, 0);
    }
}

sealed! {
    async fn nothing_is_ever_hung_on_such_an_account_by_any_door(house) {
        let country = Country::of(house).await;
        catalogue(house).await;
        let owner = officer(house, Role::PlatformOwner, Scope::Whole).await;
        let (account, mut key) = sealed(house).await;
        let (mut browser, _) = enter(house, &mut key).await;
        for path in ["/account/factors", "/account/password", "/account/passkeys", "/account/passkeys/new", "/account/delegations", "/account/delegations/new", "/account/approvals"] {
            let page = browser.open(&house.at(path)).await;
            assert_eq!(error(&page), (403, "break-glass-account".to_owned()), "{path} {}", page.body);
        }
        let token = csrf::token(&browser.cookies["browser"], "account passkeys");
        for path in ["/account/factors/app", "/account/factors/app/confirm", "/account/factors/paper", "/account/contacts", "/account/contacts/verify",
            "/account/password", "/account/passkeys", "/account/passkeys/options"] {
            let fields = [("csrf", token.as_str()), ("address", "tu@tinh.example"), ("new_password", "x"), ("new_password_again", "x")];
            let answer = browser.post(&house.at(path), &fields).await;
            assert_eq!(error(&answer), (403, "break-glass-account".to_owned()), "{path} {}", answer.body);
        }
        let remove = format!("/account/passkeys/{}/remove", credential_of(house, &account).await);
        assert_eq!(error(&browser.open(&house.at(&remove)).await), (403, "break-glass-account".to_owned()));
        // An owner who is signed in, by the API: no second office, no post, and the one office stays.
        let subject = json!({ "subject": { "person": account.person }, "role": "auditor", "decision": "12/QĐ-UBND" });
        let login = login_of(house, &account).await;
        for subject in [subject, json!({ "subject": { "login": login }, "role": "auditor", "decision": "12/QĐ-UBND" })] {
            let reply = post(house, &owner.console, "/api/v1/administrators", &subject).await;
            assert_eq!((reply.status, reply.body["errors"][0]["code"].as_str()), (422, Some("nobody")), "{}", reply.body);
        }
        for person in [json!({ "id": account.person }), json!({ "login": login })] {
            let body = json!({ "person": person, "unit": country.province, "kind": "primary", "post": { "position": "chuyen-vien",
                "roles": [{ "role": "nhan-ho-so" }], "scope": { "kind": "subtree" }, "from": "2026-01-05",
                "decision": { "number": "12/QĐ-UBND", "date": "2026-01-02" } } });
            let reply = post(house, &owner.console, "/api/v1/posts", &body).await;
            assert_eq!((reply.status, reply.body["errors"][0]["code"].as_str()), (422, Some("nobody")), "{}", reply.body);
        }
        let all = get(house, &owner.console, "/api/v1/administrators").await;
        let theirs = all.body["items"].as_array().expect("a list").iter().find(|one| one["subject"]["id"] == json!(account.person));
        let path = format!("/api/v1/administrators/{}", theirs.expect("is listed")["id"].as_str().expect("an id"));
        let ended = step(house, &owner.console, &path, "end", Some(&json!({ "because": "x" }))).await;
        assert_eq!(code(&ended), (409, "break-glass-office".to_owned()), "{}", ended.body);
        for table in ["select count(*) as n from contact", "select count(*) as n from recovery_code", "select count(*) as n from assignment"] {
            assert_eq!(house.count(table).await, 0, "{table}");
        }
        assert_eq!(house.count("select count(*) as n from credential where state = 'active'").await, 1);
    }
}

sealed! {
    async fn who_owns_the_platform_by_a_post_hears_of_it_too(house) {
        let country = Country::of(house).await;
        catalogue(house).await;
        let binh = house.citizen("Trần Thị Bình").await;
        proved_address(house, &binh, "binh@tinh.example").await;
        let cx = house.cx();
        let new = &NewAssignment {
            person: binh.id,
            unit: country.root,
            position: PositionId::parse("chuyen-vien").expect("a word"),
            kind: Kind::Primary,
            roles: vec![RoleGrant { role: RoleId::parse("quan-tri-nen-tang").expect("a word"), parties: None }],
            scope: office::Scope::Subtree,
            span: Span { from: cx.now, until: FOREVER },
            decision: Some(Confirmed { number: "12/QĐ-UBND".into(), date: cx.now.day() }),
            limits: Limits::default(),
            source: Source::Office,
        };
        let given = house.db().write(&cx, |tx| Box::pin(office::assign(tx, &office::By::Operator, new.clone()))).await;
        assert!(!given.expect("is given").waits, "while nobody owns the platform, the operator acts alone");
        let (_, mut key) = sealed(house).await;
        enter(house, &mut key).await;
        assert_eq!(messages(house, "binh@tinh.example", "break-glass-used").await.len(), 1);
    }
}

async fn credential_of(house: &House, account: &Account) -> String {
    let mut conn = house.db().read().await.expect("reads");
    credential::list(&mut conn, account.account).await.expect("reads")[0].id.to_string()
}

async fn login_of(house: &House, account: &Account) -> String {
    let mut conn = house.db().read().await.expect("reads");
    idp_core::people::account_by_id(&mut conn, account.account).await.expect("reads").expect("is there").login
}

sealed! {
    async fn a_door_that_forgot_to_ask_meets_the_register(house) {
        let (account, _) = sealed(house).await;
        let (cx, of, person) = (house.cx(), account.account, account.person);
        let hash = house.parts.passwords.hash(Secret::new("mèo trèo cây cau hỏi thăm".to_owned())).await.expect("hashes");
        let address = Address::parse("tu@tinh.example").expect("an address");
        let refused: [(&str, bool); 6] = [
            ("password", house.db().write(&cx, |tx| Box::pin(authn::password::set(tx, of, person, (&hash, PasswordUse::Alone)))).await.is_err()),
            ("contact", house.db().write(&cx, |tx| Box::pin(contact::add(tx, of, &address))).await.is_err()),
            ("recovery codes", house.db().write(&cx, |tx| Box::pin(recovery_code::make(tx, of))).await.is_err()),
            ("recovery", house.db().write(&cx, |tx| Box::pin(recovery::begin(tx, Some(of)))).await.is_err()),
            ("app", house.db().write(&cx, |tx| Box::pin(async move {
                let session = idp_core::crypto::random::id(tx.now());
                totp::begin(tx, totp::Holder { session, account: of, person, login: "x", issuer: "x" }).await
            })).await.is_err()),
            ("key", house.db().write(&cx, |tx| Box::pin(async move {
                let new = credential::New { account: of, person, kind: credential::Kind::Passkey, label: "x", public_id: Some(b"x"), data: b"x" };
                credential::add(tx, new).await
            })).await.is_err()),
        ];
        assert!(refused.iter().all(|(_, refused)| *refused), "{refused:?}");
        let new = NewAppointment { subject: Subject::Person(person), role: Role::Auditor, scope: Scope::Whole,
            window: Interval { from: cx.now, until: None }, decision: "12/QĐ-UBND".to_owned() };
        let appointed = house.db().write(&cx, |tx| Box::pin(admin::appoint(tx, By::Operator, new.clone(), &|_| true))).await;
        assert!(matches!(appointed, Err(AppointError::NoSubject)));
    }
}

sealed! {
    async fn without_its_alarm_no_session_begins(house) {
        let (account, mut key) = sealed(house).await;
        let cx = house.cx();
        let broken: Result<u64, StoreError> = house.db().write(&cx, |tx| Box::pin(async move { tx.run("drop table break_glass_message", params![]).await })).await;
        broken.expect("breaks");
        let (browser, page) = enter(house, &mut key).await;
        assert_eq!(page.status, 500, "{}", page.body);
        assert!(!browser.cookies.contains_key("sid") && !browser.cookies.contains_key("adm"));
        assert_eq!(house.count("select count(*) as n from session").await, 0);
        assert_eq!(house.events("break-glass-used", account.person).await, 0);
        assert_eq!(accounts(house).await[0].state, State::Sealed);
    }
}

sealed! {
    async fn its_session_is_short_whatever_is_configured_for_others(house) {
        let (_, mut key) = sealed(house).await;
        let (mut browser, _) = enter(house, &mut key).await;
        for minutes in [14, 14, 14, 14] {
            house.later(minutes * 60).await;
            assert_eq!(browser.open(&house.at("/account")).await.name(), "account", "used every quarter of an hour");
        }
        house.later(5 * 60).await;
        assert_eq!(browser.open(&house.at("/account")).await.name(), "sign-in", "an hour is the end");
        let (mut browser, _) = enter(house, &mut key).await;
        house.later(15 * 60).await;
        assert_eq!(browser.open(&house.at("/account")).await.name(), "sign-in", "so is a quarter without use");
        assert_eq!(messages(house, DUTY, "break-glass-used").await.len(), 2, "each sign-in is told");
    }
}

sealed! {
    async fn failed_attempts_are_told_once_each_and_cannot_drown_a_real_alarm(house) {
        let (account, mut key) = sealed(house).await;
        let login = login_of(house, &account).await;
        let fail = async || {
            let mut browser = Browser::new();
            let page = browser.open(&house.at("/account")).await;
            let page = browser.submit(&page, "sign-in-form", &[("login", &login), ("password", "đoán thử xem sao")]).await;
            assert_eq!(page.status, 422, "{}", page.body);
            house.jobs().await;
        };
        fail().await;
        assert_eq!(messages(house, DUTY, "break-glass-failed").await.len(), 1);
        assert_eq!(messages(house, DUTY, "break-glass-failed").await.len(), 1, "one attempt, one alarm");
        for _ in 0..7 {
            fail().await;
        }
        assert_eq!(messages(house, DUTY, "break-glass-failed").await.len(), 5, "five messages in an hour");
        assert_eq!(house.events("break-glass-failed", account.person).await, 8, "and a record of each");
        // A key that counts backwards is a failure too, and says whose.
        let (_, page) = enter(house, &mut key).await;
        assert_eq!(page.url.path(), "/console/");
        house.later(3_601).await;
        key.counter = 0;
        let (_, page) = enter(house, &mut key).await;
        assert_eq!(page.name(), "passkey-failed", "{}", page.body);
        house.jobs().await;
        assert_eq!(messages(house, DUTY, "break-glass-failed").await.len(), 6);
        assert_eq!(messages(house, DUTY, "break-glass-used").await.len(), 1, "a failure opens nothing");
    }
}

sealed! {
    async fn a_drill_says_that_it_is_one_and_keeps_what_it_showed(house) {
        assert!(matches!(drill(house).await, Err(DrillError::NothingToOpen)));
        let (_, mut one) = sealed(house).await;
        let (_, mut two) = sealed(house).await;
        drill(house).await.expect("begins");
        assert!(matches!(drill(house).await, Err(DrillError::Held(_))));
        let (_, page) = enter(house, &mut one).await;
        assert_eq!(page.url.path(), "/console/");
        assert_eq!(messages(house, DUTY, "break-glass-drill").await.len(), 1);
        assert_eq!(messages(house, DUTY, "break-glass-used").await.len(), 0);
        let cx = house.cx();
        let ended = house.db().write(&cx, |tx| Box::pin(break_glass::end_drill(tx))).await.expect("ends");
        let good: Vec<bool> = ended.outcomes.iter().map(break_glass::Outcome::is_good).collect();
        assert_eq!(good, [true, false], "{ended:?}");
        let (_, concerns) = status(house).await;
        assert_eq!(concerns, [Concern::Opened(vec![Number::One]), Concern::Undrilled(vec![Number::Two])]);
        seal(house, Number::One).await.expect("is sealed");
        // The end of the hour ends a drill by itself.
        drill(house).await.expect("begins again");
        let (_, _) = enter(house, &mut two).await;
        house.jobs().await;
        house.after(3_601).await;
        let (seen, concerns) = status(house).await;
        assert!(seen.drill.is_none() && seen.last_drill.is_some_and(|last| last.outcomes[1].is_good()));
        assert_eq!(concerns, [Concern::Opened(vec![Number::Two])]);
        let (_, _) = enter(house, &mut two).await;
        assert_eq!(messages(house, DUTY, "break-glass-used").await.len(), 1, "after the hour it is a use");
        assert_eq!(house.count("select count(*) as n from audit_event where kind = 'break-glass-drilled'").await, 4);
    }
}

sealed! {
    async fn it_is_never_counted_as_an_owner(house) {
        let offer = async |again: Option<&'static str>| {
            let cx = house.cx();
            house.db().write(&cx, |tx| Box::pin(admin::offer(tx, Duration::from_secs(1_800), again))).await.map(|_| ())
        };
        sealed(house).await;
        assert!(offer(None).await.is_ok(), "the first owner can still come");
        let owner = officer(house, Role::PlatformOwner, Scope::Whole).await;
        assert!(matches!(offer(None).await, Err(OfferError::OwnerExists)));
        let path = format!("/api/v1/administrators/{}", owner.appointment);
        let ended = step(house, &owner.console, &path, "end", Some(&json!({ "because": "nghỉ" }))).await;
        assert_eq!(code(&ended), (409, "last-owner".to_owned()), "the last human owner stays: {}", ended.body);
    }
}

sealed! {
    async fn sealing_signs_out_and_retiring_makes_the_key_worthless(house) {
        let (account, mut key) = sealed(house).await;
        assert!(matches!(seal(house, Number::One).await, Err(SealError::State(State::Sealed))), "it was not opened");
        let (mut browser, _) = enter(house, &mut key).await;
        seal(house, Number::One).await.expect("is sealed");
        assert_eq!(get(house, &caller(&browser), "/api/v1/me").await.status, 401);
        assert_eq!(browser.open(&house.at("/account")).await.name(), "sign-in");
        let (browser, page) = enter(house, &mut key).await;
        assert_eq!(page.url.path(), "/console/", "a sealed key opens again");
        let cx = house.cx();
        house.db().write(&cx, |tx| Box::pin(break_glass::retire(tx, Number::One, "mất khóa"))).await.expect("is retired");
        assert_eq!(get(house, &caller(&browser), "/api/v1/me").await.status, 401);
        let (_, page) = enter(house, &mut key).await;
        assert_eq!(page.name(), "passkey-failed", "{}", page.body);
        assert_eq!(house.count("select count(*) as n from appointment where ended_at is null").await, 0);
        let (again, _) = sealed(house).await;
        assert_eq!((again.number, again.id == account.id), (Number::One, false), "its place is free");
        assert_eq!(events(house, "break-glass-changed").await, 6, "created, bound, sealed, retired; created, bound");
    }
}

sealed! {
    async fn a_session_of_one_is_known_by_its_row(house) {
        let (account, mut key) = sealed(house).await;
        enter(house, &mut key).await;
        let (limits, now) = (house.parts.limits(), house.cx().now);
        let mut conn = house.db().read().await.expect("reads");
        let open = session::open_of(&mut conn, account.person, limits, now).await.expect("reads");
        assert_eq!(open.iter().map(|one| one.population).collect::<Vec<_>>(), [Population::BreakGlass]);
        let faces = conn.one("select population from session_standing", params![]).await.expect("reads").expect("a row");
        assert_eq!(faces.text("population").ok().as_deref(), Some("break-glass"), "so tokens follow its limits, too");
    }
}
