//! Enrolment against the sample registry, over its real protocol.

use std::sync::Arc;

use idp_demo::registry::{self, Registry, SAMPLE_SECRET, SAMPLE_USER};
use idp_tests::{
    Browser, Engine, House, Page,
    house::{free_port, peers_clock},
};
use serde_json::json;
use tokio::sync::Notify;

/// A sample registry on a port of its own; the notification stops it.
async fn registry_on(port: u16, house_clock: idp_demo::Clock) -> Arc<Notify> {
    let stop = Arc::new(Notify::new());
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", port)).await.expect("the port is free");
    let sample = Registry::sample().with_service_url(&format!("http://127.0.0.1:{port}")).with_clock(house_clock);
    let stopped = Arc::clone(&stop);
    tokio::spawn(registry::serve(listener, sample, async move { stopped.notified().await }));
    stop
}

fn configuration(port: u16) -> String {
    format!(
        "[registry]\nurl = \"http://127.0.0.1:{port}\"\nuser = \"{SAMPLE_USER}\"\nsecret = \"{SAMPLE_SECRET}\"\n\
         service_code = \"DVC-01\"\nofficer = \"079085000099\"\nunit = \"H15.1\"\n"
    )
}

async fn enrol(house: &House, browser: &mut Browser, number: &str, name: &str, birth: &str) -> Page {
    let page = browser.open(&house.at("/enrol")).await;
    assert_eq!(page.name(), "enrol", "{} {}", page.status, page.body);
    let fields = [
        ("personal_number", number),
        ("full_name", name),
        ("birthdate", birth),
        ("new_password", "cá vàng bơi ngược dòng"),
        ("new_password_again", "cá vàng bơi ngược dòng"),
    ];
    browser.submit(&page, "enrol-form", &fields).await
}

async fn enrols(engine: Engine) {
    let port = free_port();
    let clock = peers_clock();
    let stop = registry_on(port, clock.clone()).await;
    let house = House::start(engine, &configuration(port)).await;
    let party = house.party(json!({})).await;
    let people = registry::people();
    let (an, other) = (&people[0], &people[9]);
    // A match makes an account; the level stays the lowest.
    let mut browser = Browser::new();
    let page = enrol(&house, &mut browser, &an.personal_number, &an.full_name, &an.birthdate.written()).await;
    assert_eq!(
        page.attribute("#enrol-state", "data-state").as_deref(),
        Some("matched"),
        "{} {}",
        page.status,
        page.body
    );
    let login = page.text("#login-name").expect("a sign-in name");
    let page = browser.open(party.authorize(&house, &[]).url.as_str()).await;
    let fields = [("login", login.as_str()), ("password", "cá vàng bơi ngược dòng")];
    let page = browser.submit(&page, "sign-in-form", &fields).await;
    assert!(page.returned("code").is_some(), "{} {}", page.status, page.body);
    let account = browser.open(&house.at("/account")).await;
    assert!(
        account.attribute("#identity-assurance", "data-level").is_none_or(|level| level == "urn:idp:ial0"),
        "{}",
        account.body
    );
    // Somebody else with the same data: neither blocked nor told.
    let twin = enrol(&house, &mut Browser::new(), &an.personal_number, &an.full_name, &an.birthdate.written()).await;
    assert_eq!(twin.attribute("#enrol-state", "data-state").as_deref(), Some("matched"));
    assert_ne!(twin.text("#login-name"), Some(login));
    // No match: no account.
    let before = house.count("select count(*) as n from account").await;
    let none =
        enrol(&house, &mut Browser::new(), &other.personal_number, "Không Phải Người Ấy", &other.birthdate.written())
            .await;
    assert_eq!(none.attribute("#enrol-state", "data-state").as_deref(), Some("not-matched"));
    // Mistakes are told by field, and cost no question to the registry.
    for (number, error) in [
        ("79085000001", "#personal_number-error"),
        ("012345678", "#personal_number-error"),
        ("", "#personal_number-error"),
    ] {
        let page = enrol(&house, &mut Browser::new(), number, &an.full_name, &an.birthdate.written()).await;
        assert_eq!((page.status, page.has(error)), (422, true), "{number}");
    }
    assert_eq!(house.count("select count(*) as n from account").await, before);
    stop.notify_one();
    tokio::task::yield_now().await;
    waits_for_the_registry(&house, (port, clock), other).await;
}

/// The registry is down: the account waits, and a job asks again under the same number.
async fn waits_for_the_registry(house: &House, (port, clock): (u16, idp_demo::Clock), other: &registry::Person) {
    let page =
        enrol(house, &mut Browser::new(), &other.personal_number, &other.full_name, &other.birthdate.written()).await;
    assert_eq!(
        page.attribute("#enrol-state", "data-state").as_deref(),
        Some("pending"),
        "{} {}",
        page.status,
        page.body
    );
    assert_eq!(house.count("select count(*) as n from registry_check where state = 'pending'").await, 1);
    clock.advance(std::time::Duration::from_secs(120));
    let _again = registry_on(port, clock.clone()).await;
    house.after(120).await;
    assert_eq!(house.count("select count(*) as n from registry_check where state = 'pending'").await, 0);
    assert_eq!(house.count("select count(*) as n from audit_event where kind = 'registry-answered'").await, 1);
}

#[test]
fn a_citizen_enrols_on_sqlite() {
    idp_tests::run(async {
        enrols(Engine::Sqlite).await;
    });
}

#[test]
fn a_citizen_enrols_on_postgres() {
    idp_tests::run(async {
        enrols(Engine::Postgres).await;
    });
}
