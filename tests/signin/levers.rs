//! Throttling that nobody can turn against the holder of an account: what a stranger uses up is never what the holder needs.

use idp_demo::registry::{self, Person as Registered};
use idp_tests::{Browser, Engine, House, Person};

use super::{
    recover::World,
    ways::{app_code, at_account, messages, paper, proved_address, second_factor_at, sent_code, telephone, with_app},
};

/// A proxy before the server, so that browsers can sit at addresses of their own.
const PROXY: &str = "proxies = [\"127.0.0.0/8\"]";

const HOME: &str = "198.51.100.7";

async fn every_engine(journey: impl AsyncFn(Engine)) {
    for engine in Engine::ALL {
        Box::pin(journey(engine)).await;
    }
}

/// What strangers at many addresses get who know a number and nothing else.
async fn strangers_ask(world: &World, whose: &Registered) -> Vec<u16> {
    let mut answers = Vec::new();
    let guessed = Registered { full_name: "Đào Văn Không".to_owned(), ..whose.clone() };
    for place in 0..22 {
        let mut stranger = Browser::at(format!("203.0.113.{place}"));
        for _ in 0..3 {
            answers.push(world.asks(&mut stranger, &guessed, "").await.status);
        }
    }
    answers
}

async fn a_number_is_no_lever_on(engine: Engine) {
    let world = World::with(engine, (PROXY, "per_number_per_day = 2\nper_address_per_hour = 20\n")).await;
    let (house, people) = (&world.house, registry::people());
    let an = world.enrolled(&people[0]).await;
    let phone = telephone();
    proved_address(house, &an, &phone).await;
    let mut known = Browser::at(HOME);
    at_account(house, &mut known, &an).await;
    // Each address is slowed down by itself; the number's own count is used up, and the answers do not tell who has the number.
    let answers = strangers_ask(&world, &people[0]).await;
    assert_eq!(answers, strangers_ask(&world, &people[1]).await, "known and unknown alike");
    assert_eq!(answers[..3], [200, 200, 429]);
    assert_eq!(answers[63..], [200, 429, 429], "the number's own is used up");
    // The holder goes on: the browser that signed in before, wherever it is now, …
    known.address = Some("203.0.113.0".to_owned());
    for status in [200, 200, 429] {
        assert_eq!(world.asks(&mut known, &people[0], "").await.status, status, "it has a count of its own");
    }
    // … which is worth nothing for anybody else's number, …
    let elsewhere = world.asks(&mut known, &people[1], "").await;
    assert_eq!(elsewhere.text("#error-code").as_deref(), Some("recover-quota"), "{}", elsewhere.status);
    // … and another one at the holder's own address.
    let mut fresh = Browser::at(HOME);
    let proof = world.asks(&mut fresh, &people[0], "").await;
    let sent = fresh.submit(&proof, "recover-send-form", &[]).await;
    let code = sent_code(house, &phone, "recovery-code").await;
    assert_eq!(fresh.submit(&sent, "recover-proof-form", &[("code", &code)]).await.name(), "recover-wait");
}

#[test]
fn row_125_who_knows_only_a_number_stops_no_recovery_of_its_holder() {
    idp_tests::run(every_engine(a_number_is_no_lever_on));
}

async fn a_number_stops_no_enrolment_on(engine: Engine) {
    let world = World::with(engine, (PROXY, "")).await;
    let registered = &registry::people()[5];
    let mut stranger = Browser::at("203.0.113.9");
    let wrong = "mật khẩu không quan trọng lắm";
    for status in [200, 200, 200, 200, 200, 429] {
        let page = stranger.open(&world.house.at("/enrol")).await;
        let fields = [
            ("personal_number", registered.personal_number.as_str()),
            ("full_name", "Đào Văn Không"),
            ("birthdate", &registered.birthdate.written()),
            ("new_password", wrong),
            ("new_password_again", wrong),
        ];
        let answer = stranger.submit(&page, "enrol-form", &fields).await;
        assert_eq!(answer.status, status, "{}", answer.body);
    }
    world.enrolled(registered).await;
}

#[test]
fn who_knows_only_a_number_stops_no_enrolment_of_its_holder() {
    idp_tests::run(every_engine(a_number_stops_no_enrolment_on));
}

async fn codes_are_no_lever_on(engine: Engine) {
    let world = World::with(engine, (PROXY, "")).await;
    let (house, registered) = (&world.house, &registry::people()[6]);
    let an = world.enrolled(registered).await;
    let phone = telephone();
    let contact = proved_address(house, &an, &phone).await;
    let mut known = Browser::at(HOME);
    at_account(house, &mut known, &an).await;
    second_factor_at(house, &an, contact).await;
    // A stranger with everything that stands on the card has codes sent until there are no more, for an hour and for the day.
    let mut stranger = Browser::at("203.0.113.1");
    for _ in 0..5 {
        let mut page = world.asks(&mut stranger, registered, "").await;
        for _ in 0..4 {
            page = stranger.submit(&page, "recover-send-form", &[]).await;
            assert_eq!(page.status, 200);
        }
        world.later(3_600).await;
    }
    let mut late = Browser::at("203.0.113.2");
    let page = world.asks(&mut late, registered, "").await;
    late.submit(&page, "recover-send-form", &[]).await;
    assert_eq!(messages(house, &phone, "recovery-code").await.len(), 20, "nobody's telephone is flooded");
    // Another one has an account of their own and says that the telephone is theirs.
    let binh = world.enrolled(&registry::people()[7]).await;
    let mut other = Browser::at("203.0.113.3");
    at_account(house, &mut other, &binh).await;
    let page = other.open(&house.at("/account/factors")).await;
    let proof = other.submit(&page, "contact-form", &[("address", &phone)]).await;
    for _ in 0..6 {
        other.submit(&proof, "contact-send-form", &[]).await;
    }
    assert_eq!(messages(house, &phone, "contact-code").await.len(), 5);
    // The holder still gets the code to sign in with, and in a browser that is known the one to recover with.
    let mut fresh = Browser::at(HOME);
    let page = fresh.open(&house.at("/account")).await;
    let asked = fresh.enter(&page, &an).await;
    assert_eq!(asked.name(), "second-factor", "{} {}", asked.status, asked.body);
    let code = sent_code(house, &phone, "sign-in-code").await;
    let done = fresh.submit(&asked, "second-factor-form", &[("code", &code)]).await;
    assert_eq!(done.name(), "account", "{} {}", done.status, done.body);
    let page = world.asks(&mut known, registered, "").await;
    known.submit(&page, "recover-send-form", &[]).await;
    assert_eq!(messages(house, &phone, "recovery-code").await.len(), 21, "a count of its own");
}

#[test]
fn row_146_codes_that_strangers_have_sent_are_not_those_with_which_the_holder_signs_in() {
    idp_tests::run(every_engine(codes_are_no_lever_on));
}

/// Answers wrongly until the page says to come later, and gives how often it was answered.
async fn wrong_codes(house: &House, person: &Person, most: usize) -> (Browser, usize) {
    let mut guesser = Browser::at("203.0.113.4");
    let page = guesser.open(&house.at("/account")).await;
    let mut asked = guesser.enter(&page, person).await;
    for answered in 0..most {
        asked = guesser.submit(&asked, "second-factor-form", &[("code", "ABCDEF")]).await;
        if asked.text("#error-summary").is_some_and(|text| text.contains("phút")) {
            return (guesser, answered);
        }
    }
    (guesser, most)
}

async fn wrong_answers_are_no_lever_on(engine: Engine) {
    let world = World::with(engine, (PROXY, "")).await;
    let (house, registered) = (&world.house, &registry::people()[8]);
    let an = world.enrolled(registered).await;
    let mut known = Browser::at(HOME);
    let (key, shown) = with_app(house, &mut known, &an).await;
    known.cookies.remove("sid");
    let codes = paper(&shown);
    // With no password known: wrong answers in recoveries, more than the second factor has.
    let mut stranger = Browser::at("203.0.113.5");
    for _ in 0..3 {
        let page = world.asks(&mut stranger, registered, "").await;
        for _ in 0..5 {
            assert_eq!(stranger.submit(&page, "recover-proof-form", &[("code", "000000")]).await.status, 422);
        }
    }
    let mut fresh = Browser::at("198.51.100.8");
    let page = fresh.open(&house.at("/account")).await;
    let asked = fresh.enter(&page, &an).await;
    let done = fresh.submit(&asked, "second-factor-form", &[("code", &app_code(house, &key, 30))]).await;
    assert_eq!(done.name(), "account", "a recovery spends nothing that a sign-in needs: {}", done.body);
    // What could be guessed is judged no more for strangers; what cannot be, still is.
    world.later(60).await;
    let page = world.asks(&mut stranger, registered, "").await;
    let right = app_code(house, &key, 0);
    assert_eq!(stranger.submit(&page, "recover-proof-form", &[("code", &right)]).await.status, 422);
    let by_paper = stranger.submit(&page, "recover-proof-form", &[("code", &codes[0])]).await;
    assert_eq!(by_paper.status, 200, "{}", by_paper.body);
    // Somebody knows the password too: they are slowed down, and the holder's browser is not.
    let (_, answered) = wrong_codes(house, &an, 12).await;
    assert_eq!(answered, 10);
    let mut unknown = Browser::at("203.0.113.6");
    let page = unknown.open(&house.at("/account")).await;
    let asked = unknown.enter(&page, &an).await;
    let slowed = unknown.submit(&asked, "second-factor-form", &[("code", &right)]).await;
    assert!(slowed.text("#error-summary").is_some_and(|text| text.contains("phút")), "{}", slowed.body);
    let page = known.open(&house.at("/account")).await;
    let asked = known.enter(&page, &an).await;
    let done = known.submit(&asked, "second-factor-form", &[("code", &right)]).await;
    assert_eq!(done.name(), "account", "{} {}", done.status, done.body);
}

#[test]
fn row_133_wrong_answers_of_strangers_keep_nobody_from_their_second_factor() {
    idp_tests::run(every_engine(wrong_answers_are_no_lever_on));
}
