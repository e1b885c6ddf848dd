//! The keyring on a real database.

use std::{collections::BTreeSet, time::Duration};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use proptest::{
    prelude::{Just, Strategy, any, prop_oneof},
    test_runner::{Config, TestRunner},
};
use serde_json::Value;

use super::{
    Force, Fresh, KeyFacts, Keyring, MoveError, Policy, State, history, list, moves::run_due_for, revoke, rotate,
};
use crate::{
    crypto::{
        jwk,
        jws::{self, Alg},
    },
    store::{
        Actor, Cx, Db, revision,
        testing::{Scratch, cx},
    },
    types::{Clock, Timestamp},
};

const ALG: Alg = Alg::Es256;

async fn ring(db: &Db) -> Keyring {
    Keyring::load_for(db, &cx(), &[ALG]).await.expect("loads")
}

async fn facts(db: &Db) -> Vec<KeyFacts> {
    list(&mut db.read().await.expect("reads")).await.expect("lists")
}

fn later(by: Duration) -> Cx {
    let at = cx();
    Cx { now: at.now + by, ..at }
}

fn count(keys: &[KeyFacts], word: &str) -> usize {
    keys.iter().filter(|key| key.state.word() == word).count()
}

fn kid_of(keys: &[KeyFacts], word: &str) -> String {
    keys.iter().find(|key| key.state.word() == word).expect("there is one").kid.clone()
}

async fn turn(db: &Db, cx: &Cx, force: Force) -> Result<(), MoveError> {
    let fresh = &Fresh::generate(ALG).await.expect("made");
    let policy = &Policy::default();
    db.write(cx, |tx| Box::pin(rotate(tx, fresh, force, policy))).await
}

async fn end(db: &Db, cx: &Cx, kid: &str) -> Result<(), MoveError> {
    let fresh = &Fresh::generate(ALG).await.expect("made");
    db.write(cx, |tx| Box::pin(revoke(tx, kid, "leaked", fresh))).await
}

#[tokio::test(flavor = "multi_thread")]
async fn two_nodes_that_start_first_agree_on_every_key() {
    let scratch = Scratch::new().await;
    let clock = Clock::system();
    let start = || {
        let (db, clock) = (scratch.db.clone(), clock.clone());
        tokio::spawn(async move { Keyring::load(&db, &clock).await.expect("loads") })
    };
    let (one, two) = tokio::join!(start(), start());
    let (one, two) = (one.expect("runs"), two.expect("runs"));
    two.refresh(&scratch.db).await.expect("refreshes");
    one.refresh(&scratch.db).await.expect("refreshes");
    assert_eq!(one.public_set(), two.public_set());
    for alg in Alg::ALL {
        let (left, right) = (one.signer(alg).expect("signs"), two.signer(alg).expect("signs"));
        assert_eq!(left.kid(), right.kid());
        let token = jws::sign(&*left, "at+jwt", &serde_json::json!({ "sub": "an" })).expect("signed");
        let key = two.verification_key(left.kid(), alg).expect("published");
        let expected = jws::Expected { algs: &[alg], typs: &["at+jwt"] };
        assert!(jws::verify(&token, &expected, |_, _| vec![&*key]).is_ok(), "{alg:?}");
        let others = Alg::ALL.into_iter().filter(|other| *other != alg);
        assert!(others.into_iter().all(|other| one.verification_key(left.kid(), other).is_none()), "{alg:?}");
    }
    assert_eq!(facts(&scratch.db).await.len(), 8);
}

#[tokio::test]
async fn the_set_shows_public_keys_only_and_its_tag_follows_its_content() {
    let scratch = Scratch::new().await;
    let keyring = ring(&scratch.db).await;
    let before = keyring.public_set();
    let set: Value = serde_json::from_str(&before.body).expect("JSON");
    assert_eq!(jwk::parse_set(&set).expect("public and usable").len(), 2);
    for key in set["keys"].as_array().expect("a list") {
        assert_eq!((&key["use"], &key["alg"]), (&"sig".into(), &"ES256".into()));
    }
    keyring.refresh(&scratch.db).await.expect("refreshes");
    assert_eq!(keyring.public_set().etag, before.etag);
    turn(&scratch.db, &cx(), Force::Yes).await.expect("rotates");
    assert_eq!(keyring.public_set().etag, before.etag, "a snapshot changes by a refresh only");
    keyring.refresh(&scratch.db).await.expect("refreshes");
    assert_ne!(keyring.public_set().etag, before.etag);
}

#[tokio::test(flavor = "multi_thread")]
async fn parallel_rotations_leave_one_active_and_one_next() {
    let scratch = Scratch::new().await;
    ring(&scratch.db).await;
    let turns = (0..8).map(|_| {
        let db = scratch.db.clone();
        tokio::spawn(async move { turn(&db, &cx(), Force::Yes).await })
    });
    for turned in futures_util::future::join_all(turns).await {
        turned.expect("runs").expect("rotates");
    }
    let keys = facts(&scratch.db).await;
    assert_eq!((count(&keys, "active"), count(&keys, "next"), count(&keys, "retiring")), (1, 1, 8));
}

#[tokio::test]
async fn an_unforced_rotation_waits_until_the_next_key_was_published_long_enough() {
    let scratch = Scratch::new().await;
    ring(&scratch.db).await;
    let day = Duration::from_hours(24);
    let early = turn(&scratch.db, &later(Duration::from_secs(86_399)), Force::No).await;
    assert!(matches!(early, Err(MoveError::TooEarly { until }) if until == cx().now + day));
    let next = kid_of(&facts(&scratch.db).await, "next");
    turn(&scratch.db, &later(day), Force::No).await.expect("rotates");
    assert_eq!(kid_of(&facts(&scratch.db).await, "active"), next);
}

#[tokio::test]
async fn no_private_value_lies_readable_in_the_file() {
    let scratch = Scratch::new().await;
    ring(&scratch.db).await;
    let fresh = Fresh::generate(ALG).await.expect("made");
    let at = cx();
    let policy = &Policy::default();
    let turned = scratch.db.write(&at, |tx| Box::pin(rotate(tx, &fresh, Force::Yes, policy)));
    turned.await.expect("rotates");
    let private: Value = serde_json::from_slice(fresh.private.reveal()).expect("JSON");
    let secret = private["d"].as_str().expect("a private member");
    let public = private["x"].as_str().expect("a public member");
    let raw = URL_SAFE_NO_PAD.decode(secret).expect("base64url");
    let path = scratch.db.path().expect("a file").clone();
    let mut stored = std::fs::read(&path).expect("the file");
    stored.extend(std::fs::read(path.with_extension("db-wal")).unwrap_or_default());
    let holds = |part: &[u8]| stored.windows(part.len()).any(|window| window == part);
    assert!(holds(public.as_bytes()), "the search works");
    assert!(!holds(secret.as_bytes()) && !holds(&raw));
}

#[tokio::test]
async fn a_revoked_key_is_believed_by_nobody_and_its_successor_signs_at_once() {
    let scratch = Scratch::new().await;
    let keyring = ring(&scratch.db).await;
    let seen = revision::poll(&mut scratch.db.read().await.expect("reads")).await.expect("polls");
    let next = kid_of(&facts(&scratch.db).await, "next");
    let leaked = keyring.signer(ALG).expect("signs").kid().to_owned();
    end(&scratch.db, &cx(), &leaked).await.expect("revokes");
    let now = revision::poll(&mut scratch.db.read().await.expect("reads")).await.expect("polls");
    assert!(now.moved(&seen, revision::Room::Keys));
    keyring.refresh(&scratch.db).await.expect("refreshes");
    assert!(keyring.verification_key(&leaked, ALG).is_none());
    assert!(!keyring.public_set().body.contains(&leaked));
    assert_eq!(keyring.signer(ALG).expect("signs").kid(), next);
    let past = history(&mut scratch.db.read().await.expect("reads"), &leaked).await.expect("reads").expect("kept");
    assert!(matches!(past.facts.state, State::Gone { revoked_at: Some(_), .. }));
    assert!(matches!(end(&scratch.db, &cx(), &leaked).await, Err(MoveError::AlreadyRevoked)));
    assert!(matches!(end(&scratch.db, &cx(), "nothing").await, Err(MoveError::NoSuchKey)));
}

#[derive(Clone, Debug)]
enum Act {
    Wait(u32),
    Jobs,
    Rotate(bool),
    RevokeActive,
    RevokeNext,
}

fn acts() -> impl Strategy<Value = Vec<Act>> {
    let act = prop_oneof![
        2 => (1_u32..400).prop_map(Act::Wait),
        2 => (1_u32..8_000_000).prop_map(Act::Wait),
        3 => Just(Act::Jobs),
        2 => any::<bool>().prop_map(Act::Rotate),
        1 => Just(Act::RevokeActive),
        1 => Just(Act::RevokeNext),
    ];
    proptest::collection::vec(act, 1..14)
}

/// What the test remembers of one token.
struct Issued {
    kid: String,
    ends_at: Timestamp,
}

/// Whatever happens in whatever order: one Active and one Next; a token is believed until it ends unless its key was
/// revoked; nothing is believed of a revoked key.
async fn hold_through(acts: Vec<Act>) {
    let scratch = Scratch::new().await;
    let keyring = ring(&scratch.db).await;
    let (mut at, mut issued, mut revoked) = (cx(), Vec::<Issued>::new(), BTreeSet::new());
    at.actor = Actor::Job("keys");
    for act in acts {
        let signer = keyring.signer(ALG).expect("there is always one that signs");
        issued.push(Issued { kid: signer.kid().to_owned(), ends_at: at.now + Duration::from_mins(5) });
        let keys = facts(&scratch.db).await;
        match &act {
            Act::Wait(seconds) => at.now = at.now + Duration::from_secs(u64::from(*seconds)),
            Act::Jobs => {
                run_due_for(&scratch.db, &at, &Policy::default(), &[ALG]).await.map(|_| ()).expect("runs");
            }
            Act::Rotate(forced) => {
                let turned = turn(&scratch.db, &at, if *forced { Force::Yes } else { Force::No }).await;
                assert!(matches!(turned, Ok(()) | Err(MoveError::TooEarly { .. })));
            }
            Act::RevokeActive | Act::RevokeNext => {
                let kid = kid_of(&keys, if matches!(act, Act::RevokeNext) { "next" } else { "active" });
                end(&scratch.db, &at, &kid).await.expect("revokes");
                revoked.insert(kid);
            }
        }
        keyring.refresh(&scratch.db).await.expect("refreshes");
        let keys = facts(&scratch.db).await;
        assert_eq!((count(&keys, "active"), count(&keys, "next")), (1, 1), "after {act:?}");
        for token in issued.iter().filter(|token| revoked.contains(&token.kid) || at.now < token.ends_at) {
            let believed = keyring.verification_key(&token.kid, ALG).is_some();
            assert_eq!(believed, !revoked.contains(&token.kid), "after {act:?}");
        }
    }
}

#[test]
fn any_sequence_of_moves_keeps_every_promise() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("starts");
    let mut runner = TestRunner::new(Config { cases: 24, failure_persistence: None, ..Config::default() });
    let ran = runner.run(&acts(), |acts| {
        runtime.block_on(hold_through(acts));
        Ok(())
    });
    ran.expect("holds");
}
