//! Codes of six digits that are sent: once, also for twenty at the same moment; five minutes; for one errand; and not after the password or
//! the address has changed (row 136 of the list of attacks).

use futures_util::future::join_all;
use idp_core::{
    authn::{PasswordUse, contact, password},
    store::StoreError,
    types::{Id, Secret, id},
};
use idp_tests::{Browser, Engine, House, Page, Person};

use super::{
    links::{Stage, error},
    recover::{NEW, World},
    ways::{at_account, messages, proved_address, second_factor_at, sent_code, telephone},
};

const AT_ONCE: usize = 20;
/// One second more than a code lives.
const LATE: u64 = 5 * 60 + 1;

/// Sends one answer twenty times at the same moment, following nothing; gives the pages and the browsers.
async fn at_once(browser: &Browser, page: &Page, form: &str, code: &str) -> Vec<(Page, Browser)> {
    let sent = (0..AT_ONCE).map(|_| async {
        let mut copy = Browser::new();
        copy.cookies.clone_from(&browser.cookies);
        let page = copy.submit_only(page, form, &[("code", code)]).await;
        (page, copy)
    });
    join_all(sent).await
}

/// What is no answer: blank, an array, the code without its end. A wrong code counts, so only one of these is a try.
async fn no_answers(browser: &mut Browser, page: &Page, form: &str, code: &str) {
    for fields in
        [vec![("code", "")], vec![("code", "  ")], vec![("code", ""), ("code[]", code)], vec![("code", &code[..5])]]
    {
        let refused = browser.submit_only(page, form, &fields).await;
        assert_eq!(refused.status, 422, "{fields:?} {}", refused.body);
    }
}

/// Another password, as an operator or another session sets it.
async fn another_password(house: &House, person: &Person) {
    let hash = house.parts.passwords.hash(Secret::new(NEW.to_owned())).await.expect("hashes");
    let (cx, whose) = (house.cx(), (person.account, person.id));
    let set = house.db().write(&cx, |tx| Box::pin(password::set(tx, whose.0, whose.1, (&hash, PasswordUse::Alone))));
    set.await.map_err(|error: StoreError| error).expect("writes");
}

async fn without_address(house: &House, person: &Person, contact: Id<id::Contact>) {
    let (cx, whose) = (house.cx(), (person.id, person.account));
    let removed = house.db().write(&cx, |tx| Box::pin(contact::remove(tx, whose, contact)));
    assert!(removed.await.map_err(|error: StoreError| error).expect("writes"));
}

/// Somebody whose second factor is a code by SMS, half signed in: the page that asks, the number, its row.
async fn half(house: &House) -> (Person, Browser, Page, String, Id<id::Contact>) {
    let (an, phone) = (house.citizen("Nguyễn Văn An").await, telephone());
    let contact = proved_address(house, &an, &phone).await;
    second_factor_at(house, &an, contact).await;
    let mut browser = Browser::new();
    let page = browser.open(&house.at("/account")).await;
    let asked = browser.enter(&page, &an).await;
    assert_eq!(asked.name(), "second-factor", "{} {}", asked.status, asked.body);
    (an, browser, asked, phone, contact)
}

const SECOND: &str = "second-factor-form";

async fn to_sign_in_on(engine: Engine) {
    let house = &House::start(engine, "").await;
    let (an, mut browser, asked, phone, _) = half(house).await;
    let code = sent_code(house, &phone, "sign-in-code").await;
    no_answers(&mut browser, &asked, SECOND, &code).await;
    let answers = at_once(&browser, &asked, SECOND, &code).await;
    let let_in = answers.iter().filter(|(_, browser)| browser.cookies.contains_key("sid")).count();
    assert_eq!(let_in, 1, "{:?}", answers.iter().map(|(page, _)| page.status).collect::<Vec<_>>());
    // Again, in a sign-in of its own; and one that is late there.
    let mut again = Browser::new();
    let page = again.open(&house.at("/account")).await;
    let asked = again.enter(&page, &an).await;
    assert_eq!(again.submit(&asked, SECOND, &[("code", &code)]).await.status, 422, "spent");
    let fresh = sent_code(house, &phone, "sign-in-code").await;
    house.later(LATE).await;
    assert_eq!(again.submit(&asked, SECOND, &[("code", &fresh)]).await.status, 422, "late");
    assert!(!again.cookies.contains_key("sid"));
    // The password was replaced while somebody who knew the old one looked for the code.
    let (an, mut thief, asked, phone, _) = half(house).await;
    let code = sent_code(house, &phone, "sign-in-code").await;
    house.later(1).await;
    another_password(house, &an).await;
    let begun = thief.submit(&asked, SECOND, &[("code", &code)]).await;
    assert_eq!(begun.name(), "sign-in", "{} {}", begun.status, begun.body);
    assert!(!thief.cookies.contains_key("sid"), "after another password");
    // The address was removed meanwhile.
    let (an, mut thief, asked, phone, contact) = half(house).await;
    let code = sent_code(house, &phone, "sign-in-code").await;
    without_address(house, &an, contact).await;
    let over = thief.submit(&asked, SECOND, &[("code", &code)]).await;
    assert!(over.status == 422 && !thief.cookies.contains_key("sid"), "{} {}", over.status, over.body);
}

#[test]
fn row_136_a_code_to_sign_in_with() {
    idp_tests::run(async {
        for engine in Engine::ALL {
            Box::pin(to_sign_in_on(engine)).await;
        }
    });
}

const PROOF: &str = "contact-proof-form";

/// Adds an address in an open session, to the page that asks for its code.
async fn adds(house: &House, browser: &mut Browser, phone: &str) -> (Page, String) {
    let page = browser.open(&house.at("/account/factors")).await;
    let proof = browser.submit(&page, "contact-form", &[("address", phone)]).await;
    assert_eq!(proof.name(), "contact-proof", "{} {}", proof.status, proof.body);
    (proof, sent_code(house, phone, "contact-code").await)
}

async fn proved(house: &House, person: &Person) -> usize {
    let mut conn = house.db().read().await.expect("reads");
    let held = contact::list(&mut conn, person.account).await.expect("reads");
    held.iter().filter(|contact| contact.verified_at.is_some()).count()
}

async fn proves_an_address_on(engine: Engine) {
    let house = &House::start(engine, "").await;
    let (an, phone) = (house.citizen("Nguyễn Văn An").await, telephone());
    let mut browser = Browser::new();
    at_account(house, &mut browser, &an).await;
    let (page, code) = adds(house, &mut browser, &phone).await;
    no_answers(&mut browser, &page, PROOF, &code).await;
    // It is for this errand alone: a sign-in of the same person does not take it.
    let (_, mut other, asked, ..) = half(house).await;
    assert_eq!(other.submit(&asked, SECOND, &[("code", &code)]).await.status, 422);
    let before = house.events("contact-changed", an.id).await;
    at_once(&browser, &page, PROOF, &code).await;
    assert_eq!((proved(house, &an).await, house.events("contact-changed", an.id).await), (1, before + 1));
    browser.submit(&page, PROOF, &[("code", &code)]).await;
    assert_eq!(house.events("contact-changed", an.id).await, before + 1, "once");
    // Late, after the address was taken out again, and after another password, in a session that this ended.
    let second = telephone();
    let (page, code) = adds(house, &mut browser, &second).await;
    house.later(LATE - 60).await;
    house.later(60).await;
    let late = browser.submit(&page, PROOF, &[("code", &code)]).await;
    assert_ne!(late.name(), "factors", "late");
    assert_eq!(proved(house, &an).await, 1, "late");
    let mut browser = Browser::new();
    at_account(house, &mut browser, &an).await;
    let (page, code) = adds(house, &mut browser, &second).await;
    let id = page.attribute("#contact-proof-form input[name=contact]", "value").expect("an id");
    without_address(house, &an, id.parse().expect("an id")).await;
    browser.submit(&page, PROOF, &[("code", &code)]).await;
    assert_eq!(proved(house, &an).await, 1, "removed meanwhile");
    let third = telephone();
    let (page, code) = adds(house, &mut browser, &third).await;
    let mut holder = Browser::new();
    at_account(house, &mut holder, &an).await;
    let form = holder.open(&house.at("/account/password")).await;
    let set = [("new_password", NEW), ("new_password_again", NEW)];
    assert_eq!(holder.submit(&form, "change-password-form", &set).await.name(), "factors");
    assert_eq!(browser.submit(&page, PROOF, &[("code", &code)]).await.name(), "sign-in", "that session is over");
    assert_eq!(proved(house, &an).await, 1);
}

#[test]
fn row_136_a_code_that_proves_an_address() {
    idp_tests::run(async {
        for engine in Engine::ALL {
            Box::pin(proves_an_address_on(engine)).await;
        }
    });
}

const RECOVER: &str = "recover-proof-form";

/// A recovery that asks for its code, and the code.
async fn asks(
    world: &World,
    browser: &mut Browser,
    (who, person, phone): &(&'static idp_demo::registry::Person, Person, String),
) -> (Page, String) {
    let proof = world.asks(browser, who, &person.login).await;
    let sent = browser.submit(&proof, "recover-send-form", &[]).await;
    (sent, sent_code(&world.house, phone, "recovery-code").await)
}

async fn of_a_recovery_on(engine: Engine) {
    let stage = Stage::on(engine).await;
    let (world, house) = (&stage.world, &stage.world.house);
    let somebody = stage.somebody(16).await;
    let mut browser = Browser::new();
    let (sent, code) = asks(world, &mut browser, &somebody).await;
    no_answers(&mut browser, &sent, RECOVER, &code).await;
    // For this recovery alone: not for another one of the same person, and not to sign in with.
    let (_, mut other, asked, ..) = half(house).await;
    assert_eq!(other.submit(&asked, SECOND, &[("code", &code)]).await.status, 422);
    let mut second = Browser::new();
    let elsewhere = world.asks(&mut second, somebody.0, &somebody.1.login).await;
    assert_eq!(second.submit(&elsewhere, RECOVER, &[("code", &code)]).await.status, 422);
    at_once(&browser, &sent, RECOVER, &code).await;
    assert_eq!(messages(house, &somebody.2, "recovery-waiting").await.len(), 1, "once");
    // A code that was spent a day ago, and one that is late.
    world.later(24 * 3_600 + 1).await;
    let again = browser.open(sent.url.as_str()).await;
    assert_eq!(browser.submit(&again, RECOVER, &[("code", &code)]).await.status, 422, "spent");
    let sent = browser.submit(&again, "recover-send-form", &[]).await;
    let fresh = sent_code(house, &somebody.2, "recovery-code").await;
    world.later(LATE).await;
    assert_eq!(browser.submit(&sent, RECOVER, &[("code", &fresh)]).await.status, 422, "late");
    // The password was replaced, or an address was removed: there is nothing to recover any more.
    let somebody = stage.somebody(17).await;
    let (sent, code) = asks(world, &mut browser, &somebody).await;
    another_password(house, &somebody.1).await;
    assert_eq!(error(&browser.submit(&sent, RECOVER, &[("code", &code)]).await), (400, "recover-expired".to_owned()));
    let somebody = stage.somebody(18).await;
    let (sent, code) = asks(world, &mut browser, &somebody).await;
    let held = {
        let mut conn = house.db().read().await.expect("reads");
        contact::list(&mut conn, somebody.1.account).await.expect("reads").remove(0)
    };
    without_address(house, &somebody.1, held.id).await;
    assert_eq!(error(&browser.submit(&sent, RECOVER, &[("code", &code)]).await), (400, "recover-expired".to_owned()));
    assert!(messages(house, &somebody.2, "recovery-waiting").await.is_empty());
}

#[test]
fn row_136_a_code_of_a_recovery() {
    idp_tests::run(async {
        for engine in Engine::ALL {
            Box::pin(of_a_recovery_on(engine)).await;
        }
    });
}
