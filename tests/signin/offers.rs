//! Offers of a passkey: after a recovery wherever it leads, and never on a computer that others use too.

use idp_demo::registry;
use idp_tests::{Browser, Engine, House, Page, Person, journey};
use serde_json::json;

use super::{
    recover::{NEW, World},
    ways::{proved_address, second_factor_at, sent_code, telephone},
};

/// Signs in by password in a browser that keeps passkeys.
async fn enter(browser: &mut Browser, page: &Page, person: &Person, more: &[(&str, &str)]) -> Page {
    let said = [("login", person.login.as_str()), ("password", &person.password), ("passkeys", "yes")];
    browser.submit(page, "sign-in-form", &[&said, more].concat()).await
}

async fn own_account(house: &House, browser: &mut Browser, person: &Person) -> Page {
    let page = browser.open(&house.at("/account")).await;
    enter(browser, &page, person, &[]).await
}

async fn after_a_recovery_on(engine: Engine) {
    let world = World::with(engine, ("", "")).await;
    let (house, registered) = (&world.house, &registry::people()[9]);
    let mut an = world.enrolled(registered).await;
    let phone = telephone();
    proved_address(house, &an, &phone).await;
    // Once they said "later", and at their own account nobody asks.
    let party = house.party(json!({})).await;
    let mut browser = Browser::new();
    let page = browser.open(party.authorize(house, &[]).url.as_str()).await;
    let offered = enter(&mut browser, &page, &an, &[]).await;
    assert_eq!(offered.name(), "passkey-create", "{} {}", offered.status, offered.body);
    assert!(browser.submit(&offered, "later-form", &[]).await.returned("code").is_some());
    assert_eq!(own_account(house, &mut Browser::new(), &an).await.name(), "account");

    let mut browser = Browser::new();
    let proof = world.asks(&mut browser, registered, "").await;
    let sent = browser.submit(&proof, "recover-send-form", &[]).await;
    let code = sent_code(house, &phone, "recovery-code").await;
    let wait = browser.submit(&sent, "recover-proof-form", &[("code", &code)]).await;
    house.later(24 * 3_600 + 1).await;
    let again = browser.open(wait.url.as_str()).await;
    let sent = browser.submit(&again, "recover-send-form", &[]).await;
    let code = sent_code(house, &phone, "recovery-code").await;
    let form = browser.submit(&sent, "recover-proof-form", &[("code", &code)]).await;
    let done =
        browser.submit(&form, "recover-password-form", &[("new_password", NEW), ("new_password_again", NEW)]).await;
    assert_eq!(done.name(), "recover-end", "{} {}", done.status, done.body);
    NEW.clone_into(&mut an.password);

    // Where the page after the recovery leads, a passkey is offered, with the warning about devices that others use.
    let next = done.attribute("#continue-link", "href").expect("a way on");
    let page = browser.open(&house.at(&next)).await;
    let offered = enter(&mut browser, &page, &an, &[]).await;
    assert_eq!(offered.name(), "passkey-create", "{} {}", offered.status, offered.body);
    assert!(offered.has("#shared-device") && offered.has("details#why"));
    let page = browser.submit(&offered, "later-form", &[]).await;
    assert_eq!(page.name(), "account", "{} {}", page.status, page.body);
    assert_eq!(own_account(house, &mut Browser::new(), &an).await.name(), "account", "the answer holds");
}

#[test]
fn after_a_recovery_a_passkey_is_offered_also_at_ones_own_account() {
    idp_tests::run(async {
        for engine in Engine::ALL {
            Box::pin(after_a_recovery_on(engine)).await;
        }
    });
}

journey! {
    async fn on_a_computer_that_others_use_too_no_passkey_is_offered(house) {
        let party = house.party(json!({})).await;
        let an = house.citizen("Nguyễn Văn An").await;
        let ask = async |browser: &mut Browser, more: &[(&str, &str)]| {
            browser.open(party.authorize(house, more).url.as_str()).await
        };
        let mut browser = Browser::new();
        let page = ask(&mut browser, &[]).await;
        let page = enter(&mut browser, &page, &an, &[("shared", "1")]).await;
        assert!(page.returned("code").is_some(), "{} {}", page.status, page.body);
        // Who proves themself again is not asked whose computer it is: the session remembers.
        let page = ask(&mut browser, &[("prompt", "login")]).await;
        assert!(!page.has("#shared"));
        let page = enter(&mut browser, &page, &an, &[]).await;
        assert!(page.returned("code").is_some(), "{} {}", page.status, page.body);
        // The same after a second factor, where another page stands between.
        let phone = telephone();
        let contact = proved_address(house, &an, &phone).await;
        second_factor_at(house, &an, contact).await;
        for (shared, name) in [(&[("shared", "1")][..], "continue"), (&[], "passkey-create")] {
            let mut browser = Browser::new();
            let page = ask(&mut browser, &[]).await;
            let asked = enter(&mut browser, &page, &an, shared).await;
            assert_eq!(asked.name(), "second-factor", "{} {}", asked.status, asked.body);
            let code = sent_code(house, &phone, "sign-in-code").await;
            let page = browser.submit(&asked, "second-factor-form", &[("code", &code)]).await;
            assert_eq!(page.name(), name, "{shared:?} {} {}", page.status, page.body);
        }
    }
}
