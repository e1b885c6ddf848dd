//! Jobs by the test clock.

use std::time::Duration;

use idp_core::{
    crypto::jws::Alg,
    relying::{self, PartyState, Save, SaveError},
    store::meta,
};
use serde_json::json;

use super::*;
use crate::app::{cellar, scratch::Scratch};

const DAY: Duration = Duration::from_secs(86_400);

async fn run(jobs: &Jobs) {
    let failed = jobs.run_all_once().await;
    assert!(failed.is_empty(), "{failed:?}");
}

/// Saves a party through a connection that the server does not know of, as a command does.
async fn save_elsewhere(scratch: &Scratch, client_id: &'static str) {
    let db = cellar::open(&scratch.config).await.expect("opens");
    let definition = json!({
        "name": {"vi": "Thu", "en": "Test"},
        "grant_types": ["client_credentials"],
        "token_endpoint_auth_method": "client_secret_basic",
    });
    let cx = Cx::job("test", scratch.app.house.clock.now());
    let policy = scratch.app.house.register.policy();
    let definition = &definition;
    let saved = db.write(&cx, |tx| {
        Box::pin(async move {
            let save = Save {
                client_id,
                state: PartyState::Active,
                definition: serde_json::from_value(definition.clone()).expect("of the right shape"),
                secret: Some(idp_core::crypto::digest::sha256(b"a secret")),
            };
            relying::save(tx, save, policy).await.map(|_| ())
        })
    });
    saved.await.map_err(|error: SaveError| error.to_string()).expect("saves");
    db.close().await;
}

async fn counts(scratch: &Scratch) -> Vec<String> {
    let mut conn = scratch.app.house.db.read().await.expect("reads");
    let sql = "select body from audit_event where kind = 'client-tokens-issued' order by seq";
    let rows = conn.all(sql, vec![]).await.expect("reads");
    rows.iter().map(|row| row.text("body").expect("text")).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_made_elsewhere_is_followed() {
    let scratch = Scratch::new().await;
    let (jobs, house) = (Jobs::new(&scratch.app), &scratch.app.house);
    save_elsewhere(&scratch, "late").await;
    assert!(house.register.by_client_id("late").is_none(), "nobody told us yet");
    run(&jobs).await;
    assert!(house.register.by_client_id("late").is_some());

    let cx = Cx::job("test", house.clock.now());
    let begun = house.db.write(&cx, |tx| Box::pin(meta::begin_epoch(tx))).await;
    let begun = begun.map_err(|error: StoreError| error.to_string()).expect("begins");
    assert_ne!(house.epoch(), begun);
    run(&jobs).await;
    assert_eq!(house.epoch(), begun);
}

#[tokio::test(flavor = "multi_thread")]
async fn tokens_are_counted_into_one_event_a_party_also_at_the_end() {
    let scratch = Scratch::new().await;
    let (jobs, house) = (Jobs::new(&scratch.app), &scratch.app.house);
    save_elsewhere(&scratch, "busy").await;
    run(&jobs).await;
    let party = house.register.by_client_id("busy").expect("it is served").id;
    for _ in 0..3 {
        house.client_tokens.add(party);
    }
    run(&jobs).await;
    run(&jobs).await;
    let written = counts(&scratch).await;
    assert!(written.len() == 1 && written[0].contains("\"count\":3"), "{written:?}");
    house.client_tokens.add(party);
    jobs.finish().await;
    assert_eq!(counts(&scratch).await.len(), 2, "draining writes the rest");
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_rotate_when_their_time_is_over() {
    let scratch = Scratch::new().await;
    let (jobs, house) = (Jobs::new(&scratch.app), &scratch.app.house);
    let kid = || house.keyring.signer(Alg::Es256).expect("it signs").kid().to_owned();
    let first = kid();
    run(&jobs).await;
    assert_eq!(kid(), first, "nothing is due");
    house.clock.advance(DAY * 91);
    run(&jobs).await;
    assert_ne!(kid(), first, "signing goes on with the next key at once");
    assert!(house.keyring.verification_key(&first, Alg::Es256).is_some(), "what it signed is believed");
    house.clock.advance(DAY * 2);
    run(&jobs).await;
    assert!(house.keyring.verification_key(&first, Alg::Es256).is_none(), "its time is over");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_runs_on_the_node_that_holds_its_lease() {
    let scratch = Scratch::new().await;
    let (jobs, house) = (Jobs::new(&scratch.app), &scratch.app.house);
    let take = async |holder: &'static str| {
        let cx = Cx::job("test", house.clock.now());
        let taken = house.db.write(&cx, |tx| Box::pin(lease::take(tx, "sweep", holder, LEASE))).await;
        taken.map_err(|error: StoreError| error.to_string()).expect("asks")
    };
    let holds = async || jobs.holds(Job::Sweep, &mut Turn::default(), house.clock.now()).await;
    assert!(take("another node").await);
    assert!(!holds().await);
    house.clock.advance(LEASE);
    assert!(holds().await, "its holder is gone");
    assert!(!take("another node").await);
    jobs.finish().await;
    assert!(take("another node").await, "it was given back");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_sealer_leaves_nothing_without_a_place() {
    let scratch = Scratch::new().await;
    let jobs = Jobs::new(&scratch.app);
    save_elsewhere(&scratch, "sealed").await;
    run(&jobs).await;
    let mut conn = scratch.app.house.db.read().await.expect("reads");
    let sql =
        "select count(*) as n from audit_event e where not exists (select 1 from audit_seal s where s.seq = e.seq)";
    let row = conn.one(sql, vec![]).await.expect("reads").expect("a count");
    assert_eq!(row.int("n").expect("a number"), 0);
}
