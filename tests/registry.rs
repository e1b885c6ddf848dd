//! The connector of the house and the sample registry of the demo, over the wire between them: two programs written
//! from one description of the protocol, neither from the other.

use std::time::Duration;

use idp_core::net::{self, Allow, Net, Network, Purpose};
use idp_core::people::registry::{Config, Match, NameForm, PopulationRegistry, RegistryError, Soap, Verification};
use idp_core::types::{BirthDate, Clock, FullName, PersonalId, Secret};
use idp_demo::registry::{Exchange, Person, Registry, SAMPLE_SECRET, SAMPLE_USER, people, serve};
use tokio::net::TcpListener;

/// Starts a registry on a free port of loopback and gives its address.
async fn start(registry: Registry) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let url = format!("http://{}/", listener.local_addr().expect("bound"));
    tokio::spawn(serve(listener, registry, std::future::pending()));
    url
}

fn config(url: &str) -> Config {
    Config {
        url: url.to_owned(),
        user: SAMPLE_USER.to_owned(),
        secret: Some(Secret::new(SAMPLE_SECRET.to_owned())),
        service_code: "1.000001".to_owned(),
        officer: "079085000001".to_owned(),
        unit: "H29".to_owned(),
        ..Config::default()
    }
}

fn connector(config: Config, clock: &Clock) -> Soap {
    let network = Network::try_from("127.0.0.1".to_owned()).expect("an address");
    let allow = Allow { host: "127.0.0.1".to_owned(), network, purpose: Purpose::PopulationRegistry };
    let net = Net::new(&net::Config { allow: vec![allow], ca_bundle: None }).expect("a client");
    Soap::new(config, net, clock.clone()).unwrap_or_else(|problems| panic!("{problems:?}"))
}

fn question(person: &Person, request_ref: &str) -> Verification {
    Verification {
        request_ref: request_ref.to_owned(),
        number: PersonalId::parse(&person.personal_number).expect("well-formed"),
        name: FullName::parse(&person.full_name).expect("a name"),
        birth_date: BirthDate::parse(&person.birthdate.written(), Clock::system().now().day()).expect("a date"),
        officer: None,
    }
}

#[test]
fn every_sample_person_is_confirmed_in_both_name_forms() {
    idp_tests::run(async {
        let url = start(Registry::sample()).await;
        for (form, word) in [(NameForm::AccentedUpper, "a"), (NameForm::Folded, "f")] {
            let soap = connector(Config { name_form: form, ..config(&url) }, &Clock::system());
            for (at, person) in people().iter().enumerate() {
                let found = soap.verify(&question(person, &format!("{word}-{at}"))).await;
                assert_eq!(found, Ok(Match::Matched), "{form:?} {at}");
            }
        }
        assert_eq!(people().len(), 200);
    });
}

#[test]
fn data_of_two_people_do_not_match_and_a_repetition_is_answered_the_same() {
    idp_tests::run(async {
        let url = start(Registry::sample()).await;
        let soap = connector(config(&url), &Clock::system());
        let (one, other) = (&people()[0], &people()[1]);
        let mixed = Verification { name: question(other, "x").name, ..question(one, "mixed") };
        assert_eq!(soap.verify(&mixed).await, Ok(Match::NotMatched));
        assert_eq!(soap.verify(&mixed).await, Ok(Match::NotMatched));
        // The same request number for another question is refused: it names one question for ever.
        let reused = soap.verify(&question(one, "mixed")).await;
        assert_eq!(reused, Err(RegistryError::Refused("REQUEST_ID_REUSED".to_owned())));
    });
}

#[test]
fn a_wrong_secret_a_wrong_clock_and_a_wrong_address_are_refused() {
    idp_tests::run(async {
        let refused = |code: &str| Err(RegistryError::Refused(code.to_owned()));
        let url = start(Registry::sample()).await;
        let person = &people()[0];
        let wrong_secret = Config { secret: Some(Secret::new("other".to_owned())), ..config(&url) };
        let found = connector(wrong_secret, &Clock::system()).verify(&question(person, "1")).await;
        assert_eq!(found, refused("ACCESS_DENIED"));
        let late = Clock::system();
        late.advance(Duration::from_secs(301));
        assert_eq!(connector(config(&url), &late).verify(&question(person, "2")).await, refused("TIMESTAMP_REFUSED"));
        // The address is in the hash: a question recorded for one service is of no use to another.
        let elsewhere = start(Registry::sample().with_service_url("https://elsewhere.example/")).await;
        let found = connector(config(&elsewhere), &Clock::system()).verify(&question(person, "3")).await;
        assert_eq!(found, refused("ACCESS_DENIED"));
    });
}

#[test]
fn the_exchange_asks_for_its_own_headers() {
    idp_tests::run(async {
        let exchange = Exchange { x_road_client: "VN/GOV/H29/IDP".to_owned(), api_key: "key".to_owned() };
        let url = start(Registry::sample().with_exchange(exchange)).await;
        let person = &people()[0];
        let without = connector(config(&url), &Clock::system()).verify(&question(person, "1")).await;
        assert_eq!(without, Err(RegistryError::Refused("EXCHANGE_REFUSED".to_owned())));
        let with = Config {
            x_road_client: Some("VN/GOV/H29/IDP".to_owned()),
            api_key: Some(Secret::new("key".to_owned())),
            ..config(&url)
        };
        assert_eq!(connector(with, &Clock::system()).verify(&question(person, "2")).await, Ok(Match::Matched));
    });
}

#[test]
fn a_registry_that_is_away_is_unavailable() {
    idp_tests::run(async {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let url = format!("http://{}/", listener.local_addr().expect("bound"));
        drop(listener);
        let found = connector(config(&url), &Clock::system()).verify(&question(&people()[0], "1")).await;
        assert_eq!(found, Err(RegistryError::Unavailable));
    });
}
