//! What the journeys of second factors and recovery share: codes from apps and from messages.

use idp_core::{
    authn::contact,
    store::StoreError,
    types::{Address, Id, id},
};
use idp_tests::{Browser, House, Page, Person};
use serde_json::Value;
use totp_rs::{Algorithm, Builder, Secret};

/// The code that an app shows for its key, so many seconds from now.
pub(crate) fn app_code(house: &House, key: &str, after: i64) -> String {
    let key: String = key.split_whitespace().collect();
    let secret = Secret::try_from_base32(&key).expect("base 32");
    let app = Builder::new().with_algorithm(Algorithm::SHA1).with_secret(secret).with_account_name("test");
    let app = app.build().expect("an app");
    let seconds = u64::try_from(house.parts.clock.now().seconds() + after).expect("after 1970");
    app.generate(seconds).to_string()
}

/// What was sent to an address, oldest first.
pub(crate) async fn messages(house: &House, to: &str, template: &str) -> Vec<Value> {
    house.jobs().await;
    let text = std::fs::read_to_string(house.folder.join("messages.jsonl")).unwrap_or_default();
    let all = text.lines().map(|line| serde_json::from_str::<Value>(line).expect("JSON lines"));
    all.filter(|message| message["to"] == to && message["template"] == template).collect()
}

/// The newest code sent to an address.
pub(crate) async fn sent_code(house: &House, to: &str, template: &str) -> String {
    let all = messages(house, to, template).await;
    let body =
        all.last().unwrap_or_else(|| panic!("nothing was sent to {to}"))["body"].as_str().expect("a text").to_owned();
    let code: String = body.chars().take_while(char::is_ascii_digit).collect();
    assert_eq!(code.len(), 6, "{body}");
    code
}

/// An address that the account proved before.
pub(crate) async fn proved_address(house: &House, person: &Person, address: &str) -> Id<id::Contact> {
    let (cx, address) = (house.cx(), Address::parse(address).expect("an address"));
    let whose = (person.id, person.account);
    let made = house.db().write(&cx, |tx| {
        let address = &address;
        Box::pin(async move {
            let id = contact::add(tx, whose.1, address).await?.expect("there is room");
            assert!(contact::verified(tx, whose, id).await?);
            Ok::<_, StoreError>(id)
        })
    });
    made.await.expect("writes")
}

/// Lets codes to the address be a second factor.
pub(crate) async fn second_factor_at(house: &House, person: &Person, id: Id<id::Contact>) {
    let (cx, whose) = (house.cx(), (person.id, person.account));
    let set = house.db().write(&cx, |tx| Box::pin(contact::set_second_factor(tx, whose, id, true)));
    assert!(set.await.map_err(|error: StoreError| error).expect("writes"));
}

/// A telephone number that nobody else in the tests has.
pub(crate) fn telephone() -> String {
    format!("+849{:08}", idp_core::crypto::random::below(100_000_000))
}

/// Signs in to one's own account by password alone.
pub(crate) async fn at_account(house: &House, browser: &mut Browser, person: &Person) -> Page {
    let page = browser.open(&house.at("/account")).await;
    let page = browser.enter(&page, person).await;
    assert_eq!(page.name(), "account", "{} {}", page.status, page.body);
    page
}

/// Sets an app up on the pages and gives its key; the browser stands where the paper of recovery codes is shown.
pub(crate) async fn with_app(house: &House, browser: &mut Browser, person: &Person) -> (String, Page) {
    at_account(house, browser, person).await;
    let page = browser.open(&house.at("/account/factors")).await;
    let setup = browser.submit(&page, "app-form", &[]).await;
    assert_eq!(setup.name(), "totp-setup", "{} {}", setup.status, setup.body);
    let key = setup.text("#totp-key").expect("the key");
    let done = browser.submit(&setup, "totp-form", &[("code", &app_code(house, &key, 0))]).await;
    assert_eq!(done.name(), "recovery-codes", "{} {}", done.status, done.body);
    (key, done)
}

/// The codes on the page that shows them.
pub(crate) fn paper(page: &Page) -> Vec<String> {
    let list = page.text("#recovery-codes").expect("the codes");
    list.split_whitespace().map(str::to_owned).collect()
}
