//! Rows 150 to 158 of the list of attacks, as far as they concern passkeys of citizens: answers that are replayed, made elsewhere, copied, or
//! made to hurt a parser.

use std::time::{Duration, Instant};

use idp_tests::{
    Authenticator, Browser, Engine, House, Page, Party,
    authenticator::{attestation_object, base64url, cbor_bytes, cose_key, flags},
    journey,
};
use serde_json::{Value, json};

async fn page_of(house: &House, party: &Party, browser: &mut Browser) -> Page {
    let page = browser.open(party.authorize(house, &[]).url.as_str()).await;
    assert_eq!(page.name(), "sign-in", "{}", page.body);
    page
}

/// Refused with 401, said on a page with a way on, and nobody is signed in.
fn is_refused(browser: &Browser, answer: &Page, what: &str) {
    assert_eq!((answer.status, answer.name().as_str()), (401, "passkey-failed"), "{what}: {}", answer.body);
    assert!(answer.has("#passkey-again") && answer.has("#passkey-other"), "{what}");
    assert!(!browser.cookies.contains_key("sid"), "{what}");
}

fn reason(answer: &Page) -> String {
    answer.attribute("#passkey-reason", "data-reason").unwrap_or_default()
}

journey! {
    async fn row_150_an_answer_counts_once_and_only_where_it_was_asked_for(house) {
        let party = house.party(json!({})).await;
        let an = house.citizen("Nguyễn Văn An").await;
        let mut key = Authenticator::synced(&house.issuer);
        let mut own = house.with_passkey(&an, &mut key).await;

        // The same answer twice: in the transaction where it was good, and in another of the same browser.
        let mut browser = Browser::new();
        let page = page_of(house, &party, &mut browser).await;
        let other = page_of(house, &party, &mut browser).await;
        let asked = browser.asked(&page).await;
        let answer = key.get(&asked.options);
        let mut thief = Browser::new();
        thief.cookies.clone_from(&browser.cookies);
        assert_eq!(browser.answer(&page, &asked.ceremony, &answer).await.status, 303);
        let replayed = thief.answer(&other, &asked.ceremony, &answer).await;
        is_refused(&thief, &replayed, "replayed in another transaction");
        let page = page_of(house, &party, &mut thief).await;
        let replayed = thief.answer(&page, &asked.ceremony, &answer).await;
        is_refused(&thief, &replayed, "replayed in a new transaction");

        // A question of somebody else's browser, and one that the attacker made up.
        let mut victim = Browser::new();
        let victims = page_of(house, &party, &mut victim).await;
        let asked = victim.asked(&victims).await;
        let taken = thief.answer(&page, &asked.ceremony, &key.get(&asked.options)).await;
        is_refused(&thief, &taken, "a question of another browser");
        let mut made_up = asked.options.clone();
        made_up["challenge"] = json!(base64url(&[7; 32]));
        let own_question = thief.asked(&page).await;
        let forged = thief.answer(&page, &own_question.ceremony, &key.get(&made_up)).await;
        is_refused(&thief, &forged, "a challenge of the attacker's own");
        let spent = thief.answer(&page, &own_question.ceremony, &key.get(&own_question.options)).await;
        is_refused(&thief, &spent, "a wrong answer spends the question");
        assert_eq!(reason(&spent), "late");

        // The question of a creation, answered as a use.
        let creation = own.open(&house.at("/account/passkeys/new")).await;
        let creation = own.use_passkey(&creation, &mut key).await;
        let asked = own.asked(&creation).await;
        let mixed = thief.answer(&page, &asked.ceremony, &key.get(&asked.options)).await;
        is_refused(&thief, &mixed, "a question of a creation");
        for ceremony in ["", "ce_x", "ce_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"] {
            let refused = thief.answer(&page, ceremony, &key.get(&asked.options)).await;
            is_refused(&thief, &refused, ceremony);
        }
    }
}

journey! {
    async fn row_150_of_two_equal_answers_at_once_one_counts(house) {
        let party = house.party(json!({})).await;
        let an = house.citizen("Nguyễn Văn An").await;
        let mut key = Authenticator::synced(&house.issuer);
        house.with_passkey(&an, &mut key).await;
        let mut first = Browser::new();
        let page = page_of(house, &party, &mut first).await;
        let asked = first.asked(&page).await;
        let answer = key.get(&asked.options);
        let mut second = Browser::new();
        second.cookies.clone_from(&first.cookies);
        let before = house.events("signed-in", an.id).await;
        let (one, two) =
            tokio::join!(first.answer(&page, &asked.ceremony, &answer), second.answer(&page, &asked.ceremony, &answer));
        // The loser finds the question spent, or the step done already.
        assert!([one.status, two.status].contains(&303), "{} {}", one.status, two.status);
        assert_eq!(house.events("signed-in", an.id).await - before, 1);
        assert_eq!(usize::from(first.cookies.contains_key("sid")) + usize::from(second.cookies.contains_key("sid")), 1);
    }
}

#[test]
fn row_150_an_answer_after_five_minutes_is_too_late() {
    idp_tests::run(async {
        for engine in Engine::ALL {
            let house = House::start(engine, "").await;
            let party = house.party(json!({})).await;
            let an = house.citizen("Nguyễn Văn An").await;
            let mut key = Authenticator::synced(&house.issuer);
            house.with_passkey(&an, &mut key).await;
            let mut browser = Browser::new();
            let page = page_of(&house, &party, &mut browser).await;
            let asked = browser.asked(&page).await;
            house.later(300).await;
            let late = browser.answer(&page, &asked.ceremony, &key.get(&asked.options)).await;
            is_refused(&browser, &late, "after five minutes");
            house.jobs().await;
            assert_eq!(house.count("select count(*) as n from challenge").await, 0, "swept");
        }
    });
}

/// What an attacker turns at an authenticator.
type Turn = Box<dyn Fn(&mut Authenticator)>;

/// Each thing that a page or an authenticator of an attacker would say differently.
fn elsewhere(house: &House) -> Vec<(&'static str, Turn)> {
    let origin = |text: String| -> Turn { Box::new(move |key: &mut Authenticator| key.page.origin.clone_from(&text)) };
    let more = |value: Value| -> Turn { Box::new(move |key: &mut Authenticator| key.page.more = value.clone()) };
    let issuer = house.issuer.clone();
    vec![
        ("a host that begins like ours", origin(issuer.replace("localhost", "localhost.evil.test"))),
        ("https", origin(issuer.replace("http:", "https:"))),
        ("another port", origin("http://localhost:1".to_owned())),
        ("no port", origin("http://localhost".to_owned())),
        ("a sub-domain", origin(issuer.replace("localhost", "a.localhost"))),
        ("a slash at the end", origin(format!("{issuer}/"))),
        ("null", origin("null".to_owned())),
        ("an app", origin("android:apk-key-hash:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA".to_owned())),
        ("inside a frame", more(json!({ "crossOrigin": true }))),
        ("inside a frame that says whose", more(json!({ "crossOrigin": false, "topOrigin": "https://evil.test" }))),
        ("the rp id of a parent domain", Box::new(|key| "host".clone_into(&mut key.page.rp_id))),
        ("nobody was present", Box::new(|key| key.flags &= !flags::UP)),
        ("the device did not know its holder", Box::new(|key| key.flags &= !flags::UV)),
        ("a backup of what cannot be backed up", Box::new(|key| key.flags |= flags::BS)),
    ]
}

journey! {
    async fn row_151_an_answer_from_another_page_is_none(house) {
        let party = house.party(json!({})).await;
        let an = house.citizen("Nguyễn Văn An").await;
        let mut key = Authenticator::new(&house.issuer);
        house.with_passkey(&an, &mut key).await;
        let usual = (key.page.clone(), key.flags);
        let mut browser = Browser::new();
        let page = page_of(house, &party, &mut browser).await;
        let swapped: (&str, Turn) =
            ("the type of a creation", Box::new(|key| key.page.kind = Some("webauthn.create")));
        let eligible: (&str, Turn) =
            ("what could not be copied now can", Box::new(|key| key.flags |= flags::BE));
        for (what, turn) in elsewhere(house).into_iter().chain([swapped, eligible]) {
            turn(&mut key);
            let asked = browser.asked(&page).await;
            key.counter += 1;
            let refused = browser.answer(&page, &asked.ceremony, &key.answer(&asked.options)).await;
            is_refused(&browser, &refused, what);
            (key.page, key.flags) = usual.clone();
        }
        // Somebody else's handle, and none at all.
        for user in [vec![1; 16], Vec::new()] {
            let own = std::mem::replace(&mut key.user, user);
            let asked = browser.asked(&page).await;
            let refused = browser.answer(&page, &asked.ceremony, &key.get(&asked.options)).await;
            is_refused(&browser, &refused, "another handle");
            key.user = own;
        }
        let page = browser.use_passkey(&page, &mut key).await;
        assert!(page.returned("code").is_some(), "and the right one still opens: {}", page.body);
    }
}

journey! {
    async fn row_151_a_creation_from_another_page_is_none(house) {
        let an = house.citizen("Nguyễn Văn An").await;
        let mut browser = Browser::new();
        let page = browser.open(&house.at("/account/passkeys/new")).await;
        let page = browser.enter(&page, &an).await;
        let swapped: (&str, Turn) =
            ("the type of a use", Box::new(|key| key.page.kind = Some("webauthn.get")));
        for (what, turn) in elsewhere(house).into_iter().chain([swapped]) {
            let mut key = Authenticator::new(&house.issuer);
            turn(&mut key);
            let asked = browser.asked(&page).await;
            let refused = browser.answer(&page, &asked.ceremony, &key.create(&asked.options)).await;
            assert_eq!((refused.status, refused.name().as_str()), (422, "passkey-create"), "{what}: {}", refused.body);
        }
        let mut key = Authenticator::new(&house.issuer);
        let asked = browser.asked(&page).await;
        let answer = key.create(&asked.options).replace("\"rk\":true", "\"rk\":false");
        assert_eq!(browser.answer(&page, &asked.ceremony, &answer).await.status, 422, "not found without a name");
        assert_eq!(house.events("credential-added", an.id).await, 0);
    }
}

journey! {
    async fn row_153_a_counter_that_does_not_rise_is_refused_and_told(house) {
        let party = house.party(json!({})).await;
        let an = house.citizen("Nguyễn Văn An").await;
        let mut key = Authenticator::new(&house.issuer);
        house.with_passkey(&an, &mut key).await;
        key.counter = 41;
        for (counter, accepted) in [(42, true), (42, false), (7, false), (0, false), (43, true)] {
            let mut browser = Browser::new();
            let page = page_of(house, &party, &mut browser).await;
            key.counter = counter;
            let asked = browser.asked(&page).await;
            let answer = browser.answer(&page, &asked.ceremony, &key.answer(&asked.options)).await;
            assert_eq!(answer.status, if accepted { 303 } else { 401 }, "{counter}");
            if !accepted {
                is_refused(&browser, &answer, "a counter");
                assert_eq!(reason(&answer), "clone");
            }
        }
        assert_eq!(house.events("possible-clone", an.id).await, 3);

        let binh = house.citizen("Trần Thị Bình").await;
        let mut synced = Authenticator::synced(&house.issuer);
        house.with_passkey(&binh, &mut synced).await;
        for _ in 0..3 {
            let mut browser = Browser::new();
            let page = page_of(house, &party, &mut browser).await;
            let page = browser.use_passkey(&page, &mut synced).await;
            assert!(page.returned("code").is_some(), "one that never counts is no clone: {}", page.body);
        }
        assert_eq!(house.events("possible-clone", binh.id).await, 0);
    }
}

journey! {
    async fn row_155_an_attestation_that_nobody_asked_for_raises_nothing_and_a_forged_one_is_refused(house) {
        let an = house.citizen("Nguyễn Văn An").await;
        let mut browser = Browser::new();
        let page = browser.open(&house.at("/account/passkeys/new")).await;
        let page = browser.enter(&page, &an).await;
        let asked = browser.asked(&page).await;
        assert_eq!(asked.options["attestation"], "none", "a citizen's device is not asked who made it");
        let mut key = Authenticator::new(&house.issuer);
        key.create(&asked.options);
        let data = key.creation_data(&cose_key(&[1; 32], &[2; 32]));
        // `packed` with a signature of nobody.
        let statement = [vec![0xa2, 0x63], b"alg".to_vec(), vec![0x26, 0x63], b"sig".to_vec(), cbor_bytes(&[0; 70])].concat();
        let forged = [
            vec![0xa3, 0x63], b"fmt".to_vec(), vec![0x66], b"packed".to_vec(),
            vec![0x67], b"attStmt".to_vec(), statement,
            vec![0x68], b"authData".to_vec(), cbor_bytes(&data),
        ]
        .concat();
        let refused = browser.answer(&page, &asked.ceremony, &key.creation_answer(&asked.options, &forged)).await;
        assert_eq!(refused.status, 422, "{}", refused.body);
    }
}

/// Attestation objects that would hurt a careless parser.
fn hostile(key: &Authenticator) -> Vec<(&'static str, Vec<u8>)> {
    let good = cose_key(&[3; 32], &[4; 32]);
    let with = |cose: &[u8]| attestation_object(&key.creation_data(cose));
    let mut trailing = with(&good);
    trailing.extend([0; 16]);
    let rsa = |modulus: usize, exponent: &[u8]| {
        let head = vec![0xa4, 0x01, 0x03, 0x03, 0x39, 0x01, 0x00, 0x20];
        [head, cbor_bytes(&vec![0xff; modulus]), vec![0x21], cbor_bytes(exponent)].concat()
    };
    let ed25519 = [vec![0xa4, 0x01, 0x01, 0x03, 0x27, 0x20, 0x06, 0x21], cbor_bytes(&[0; 32])].concat();
    let mut extensions = key.creation_data(&good);
    extensions[32] |= flags::ED;
    extensions.extend([0x9f; 9_000]);
    vec![
        ("arrays in arrays", vec![0x81; 10_000]),
        ("maps in maps", [0xa1, 0x61, 0x61].repeat(5_000)),
        ("a string of 2^63 bytes", vec![0x5b, 0x80, 0, 0, 0, 0, 0, 0, 0]),
        ("a map of 2^32 pairs", vec![0xba, 0xff, 0xff, 0xff, 0xff]),
        ("an endless string", [vec![0x5f], [0x41, 0x00].repeat(5_000)].concat()),
        ("nothing", Vec::new()),
        ("no map", vec![0x00]),
        ("a key twice", [vec![0xa2], [b"\x63fmt\x64none".to_vec(), b"\x63fmt\x66packed".to_vec()].concat()].concat()),
        ("something after the end", trailing),
        ("a point off the curve", with(&good)),
        ("the point at infinity", with(&cose_key(&[0; 32], &[0; 32]))),
        ("a coordinate too short", with(&cose_key(&[1; 31], &[2; 32]))),
        ("a coordinate too long", with(&cose_key(&[1; 33], &[2; 32]))),
        ("an RSA key of 16384 bits", with(&rsa(2_048, &[1, 0, 1]))),
        ("an RSA key with exponent 1", with(&rsa(256, &[1]))),
        ("an Ed25519 key of small order", with(&ed25519)),
        ("extensions without an end", attestation_object(&extensions)),
        ("a credential id that is longer than the data", attestation_object(&key.creation_data(&good)[..60])),
        ("data without a key", attestation_object(&key.creation_data(&[]))),
        ("data cut in the head", attestation_object(&key.creation_data(&good)[..20])),
    ]
}

journey! {
    async fn row_156_what_would_hurt_a_parser_is_refused_at_once(house) {
        let an = house.citizen("Nguyễn Văn An").await;
        let mut browser = Browser::new();
        let page = browser.open(&house.at("/account/passkeys/new")).await;
        let page = browser.enter(&page, &an).await;
        let mut key = Authenticator::new(&house.issuer);
        let mut slowest = Duration::ZERO;
        for (what, object) in hostile(&key) {
            let asked = browser.asked(&page).await;
            key.create(&asked.options);
            let answer = key.creation_answer(&asked.options, &object);
            let began = Instant::now();
            let refused = browser.answer(&page, &asked.ceremony, &answer).await;
            slowest = slowest.max(began.elapsed());
            assert_eq!((refused.status, refused.name().as_str()), (422, "passkey-create"), "{what}: {}", refused.body);
        }
        // 20 ms of work on a quiet machine; this only tells a parser that goes astray from one that does not.
        assert!(slowest < Duration::from_secs(5), "{slowest:?}");
        // Larger than any answer: read by nobody.
        key.id = vec![9; 1_024];
        let asked = browser.asked(&page).await;
        let longest = key.create(&asked.options);
        assert_eq!(browser.answer(&page, &asked.ceremony, &longest).await.status, 422, "an id of 1024 bytes");
        let asked = browser.asked(&page).await;
        let large = json!({ "id": "AA", "rawId": "AA", "type": "public-key", "more": "x".repeat(40_000) }).to_string();
        assert_eq!(browser.answer(&page, &asked.ceremony, &large).await.status, 422);
        let huge = "x".repeat(1024 * 1024);
        assert_eq!(browser.answer(&page, &asked.ceremony, &huge).await.status, 413);
        assert_eq!(house.events("credential-added", an.id).await, 0);
    }
}

journey! {
    async fn questions_are_counted(house) {
        let party = house.party(json!({})).await;
        let mut browser = Browser::new();
        let page = page_of(house, &party, &mut browser).await;
        for _ in 0..60 {
            assert_eq!(browser.ask(&page).await.status, 200);
        }
        let refused = browser.ask(&page).await;
        assert_eq!(refused.status, 429);
        assert!(refused.headers.contains_key("retry-after"));
    }
}
