//! The log, its chain and its archives on a real database, and what happens when somebody with full rights changes it.

use std::{
    io::{BufReader, Read},
    sync::Arc,
    time::Duration,
};

use super::{
    Class, Event, archive,
    chain::{Broken, HeadKeys, Report, Why, link, seal, seal_all, tamper, verify},
    erase, personal, record,
};
use crate::{
    crypto::{
        jwk,
        jws::{Alg, MemorySigner},
        random,
        seal::Seals,
    },
    params,
    store::{
        Cx, Db, Options, StoreError,
        testing::{Scratch, cx},
    },
    types::{Digest, Id, id},
};

struct Log {
    scratch: Scratch,
    signer: MemorySigner,
    keys: HeadKeys,
    people: Vec<Id<id::Person>>,
    events: Vec<Id<id::AuditEvent>>,
}

impl Log {
    /// A log of as many events, not sealed.
    async fn new(count: usize) -> Self {
        let key = jwk::generate(Alg::Es256).expect("made");
        let kid = jwk::thumbprint(&key).expect("has one");
        let signer = MemorySigner::new(Alg::Es256, kid.clone(), &key).expect("usable");
        let mut log = Self {
            scratch: Scratch::new().await,
            signer,
            keys: HeadKeys::from([(kid, key)]),
            people: (0..3).map(|_| random::id(cx().now)).collect(),
            events: Vec::new(),
        };
        for number in 0..count {
            log.add(number, &visitor()).await;
        }
        log
    }

    async fn add(&mut self, number: usize, at: &Cx) {
        let person = self.people[number % 3];
        let event = if number.is_multiple_of(4) {
            Event::PasswordSet { account: random::id(at.now), person }
        } else {
            Event::SignInFailed { person: None, account: None, with: "pwd", because: "7-wrong-password" }
        };
        let event = if number % 4 == 2 {
            Event::SessionEnded { person, session: random::id(at.now), because: "7-signed-out" }
        } else {
            event
        };
        let event = &event;
        let made = self.db().write(at, |tx| Box::pin(record(tx, event.clone())));
        let made = made.await.expect("records");
        self.events.push(made);
    }

    const fn db(&self) -> &Db {
        &self.scratch.db
    }

    async fn seal(&self, at: &Cx) -> u64 {
        seal(self.db(), at, &self.signer).await.expect("seals").count
    }

    async fn verify(&self, at: &Cx) -> Report {
        verify(self.db(), &self.keys, at.now, &|_, _| {}).await.expect("reads")
    }

    /// Does what triggers forbid.
    async fn tamper(&self, statements: &[&'static str]) {
        let at = cx();
        let done = self.db().write(&at, |tx| {
            Box::pin(async move {
                for statement in tamper::NO_TRIGGERS.iter().chain(statements) {
                    // A trigger may be gone already.
                    let _gone = tx.run(statement, params![]).await;
                }
                Ok::<_, StoreError>(())
            })
        });
        done.await.expect("changes");
    }
}

fn visitor() -> Cx {
    Cx { from: Some("198.51.100.7:50000".parse().expect("an address")), ..cx() }
}

fn later(by: Duration) -> Cx {
    Cx { now: cx().now + by, ..cx() }
}

const fn broken(position: i64, seq: Option<i64>, why: Why) -> Broken {
    Broken { position, seq, why }
}

#[tokio::test]
async fn a_whole_log_verifies_and_what_is_not_sealed_in_time_is_reported() {
    let mut log = Log::new(20).await;
    assert_eq!(log.seal(&cx()).await, 20);
    assert_eq!(log.seal(&cx()).await, 0);
    let report = log.verify(&cx()).await;
    assert_eq!((report.records, report.archived, report.first_broken, report.late), (20, 0, None, 0));
    assert_eq!(report.head.map(|head| head.position), Some(20));
    log.add(20, &visitor()).await;
    let minutes = Duration::from_mins(11);
    assert_eq!(log.verify(&cx()).await.late, 0);
    let report = log.verify(&later(minutes)).await;
    assert_eq!((report.first_broken, report.late, report.first_late), (None, 1, Some(21)));
}

#[tokio::test]
async fn an_empty_log_is_whole() {
    let log = Log::new(0).await;
    assert_eq!(log.seal(&cx()).await, 0);
    let report = log.verify(&cx()).await;
    assert_eq!((report.records, report.head, report.first_broken), (0, None, None));
}

#[tokio::test(flavor = "multi_thread")]
async fn two_sealers_at_one_time_give_every_event_one_place() {
    let log = Arc::new(Log::new(40).await);
    let sealer = || {
        let log = Arc::clone(&log);
        tokio::spawn(async move { log.seal(&cx()).await })
    };
    let (one, two) = tokio::join!(sealer(), sealer());
    assert_eq!(one.expect("runs") + two.expect("runs"), 40);
    assert_eq!(log.verify(&cx()).await.first_broken, None);
}

#[tokio::test]
async fn a_transaction_that_commits_late_is_sealed_all_the_same() {
    let log = Log::new(5).await;
    log.seal(&cx()).await;
    log.tamper(&[tamper::LATE_COMMIT]).await;
    assert_eq!(log.seal(&later(Duration::from_hours(2))).await, 1);
    let report = log.verify(&later(Duration::from_hours(2))).await;
    assert_eq!((report.records, report.first_broken, report.late), (6, None, 0));
}

#[tokio::test]
async fn what_hid_below_the_watermark_is_reported_and_can_be_sealed() {
    let mut log = Log::new(5).await;
    log.tamper(&[tamper::FAR_SEQ]).await;
    log.add(5, &visitor()).await;
    log.seal(&cx()).await;
    log.tamper(&[tamper::LATE_COMMIT]).await;
    let hours = later(Duration::from_hours(2));
    assert_eq!(log.seal(&hours).await, 0);
    assert_eq!(log.verify(&hours).await.late, 1);
    assert_eq!(seal_all(log.db(), &hours, &log.signer).await.expect("seals").count, 1);
    let report = log.verify(&hours).await;
    assert_eq!((report.records, report.first_broken, report.late), (7, None, 0));
}

#[tokio::test]
async fn the_log_refuses_to_be_changed() {
    let log = Log::new(10).await;
    log.seal(&cx()).await;
    let at = cx();
    let statements = [tamper::DELETE_EVENT, tamper::DELETE_PLACE, tamper::HEAD, tamper::CHAIN, tamper::COLUMNS[3].1];
    for statement in statements {
        let tried = log.db().write(&at, |tx| Box::pin(async move { tx.run(statement, params![]).await }));
        assert!(tried.await.is_err(), "{statement}");
    }
    assert_eq!(log.verify(&cx()).await.first_broken, None);
}

#[tokio::test]
async fn a_change_of_any_column_is_named() {
    for (column, statement) in tamper::COLUMNS {
        let log = Log::new(12).await;
        log.seal(&cx()).await;
        log.tamper(&[statement]).await;
        let why = match column {
            "seq" => Why::RecordMissing,
            "id, shorter" => Why::Unreadable,
            _ => Why::RecordChanged,
        };
        assert_eq!(log.verify(&cx()).await.first_broken, Some(broken(7, Some(7), why)), "{column}");
    }
}

/// What somebody does, and what is to be named.
type Deed = (&'static str, &'static [&'static str], Broken);

const DEEDS: [Deed; 11] = [
    ("a record deleted", &[tamper::DELETE_EVENT], broken(7, Some(7), Why::RecordMissing)),
    ("two swapped", &tamper::SWAP, broken(7, Some(7), Why::RecordChanged)),
    ("two places swapped", &tamper::SWAP_PLACES, broken(7, Some(8), Why::RecordChanged)),
    ("a place deleted", &[tamper::DELETE_PLACE], broken(7, None, Why::PlaceMissing)),
    ("the end cut off", &[tamper::CUT, tamper::CUT_EVENTS], broken(7, None, Why::Cut)),
    ("a hash made short", &[tamper::SHORT_HASH], broken(7, Some(7), Why::Unreadable)),
    ("a chain hash changed", &[tamper::CHAIN], broken(7, Some(7), Why::ChainBroken)),
    ("a signature changed", &[tamper::HEAD], broken(12, Some(12), Why::HeadForged)),
    ("a head moved", &[tamper::HEAD_POSITION], broken(11, Some(11), Why::HeadDiffers)),
    ("a made-up archive", &[tamper::SEGMENT], broken(13, Some(7), Why::SegmentForged)),
    ("a deletion under it", &[tamper::SEGMENT, tamper::DELETE_EVENT], broken(13, Some(7), Why::SegmentForged)),
];

#[tokio::test]
async fn whatever_else_is_done_to_the_log_is_named() {
    for (name, statements, expected) in DEEDS {
        let log = Log::new(12).await;
        log.seal(&cx()).await;
        log.tamper(statements).await;
        assert_eq!(log.verify(&cx()).await.first_broken, Some(expected), "{name}");
    }
}

#[tokio::test]
async fn a_chain_made_anew_differs_from_its_signed_head_and_a_head_by_a_stranger_is_forged() {
    let log = Log::new(12).await;
    log.seal(&cx()).await;
    log.tamper(&[tamper::COLUMNS[8].1]).await;
    let mut chain = Digest::from_bytes([0; 32]);
    for position in 1..=12 {
        let at = cx();
        let mut conn = log.db().read().await.expect("reads");
        let row = super::chain::event_of(&mut conn, position).await.expect("reads");
        let hash = row.hash();
        chain = link(chain, position, hash);
        let made = log
            .db()
            .write(&at, |tx| Box::pin(async move { tx.run(tamper::RESEAL, params![position, hash, chain]).await }));
        made.await.expect("changes");
    }
    assert_eq!(log.verify(&cx()).await.first_broken, Some(broken(12, Some(12), Why::HeadDiffers)));
    let stranger = Log::new(0).await;
    let whole = Log::new(12).await;
    seal(whole.db(), &cx(), &stranger.signer).await.expect("seals");
    assert_eq!(whole.verify(&cx()).await.first_broken, Some(broken(12, Some(12), Why::HeadForged)));
}

#[tokio::test]
async fn archived_records_leave_the_log_and_the_chain_stays_whole() {
    let log = Log::new(12).await;
    tokio::spawn(archive_and_check(log)).await.expect("a job may run it on any thread");
}

async fn archive_and_check(log: Log) {
    log.seal(&cx()).await;
    let path = log.db().path().expect("a file").with_extension("jsonl");
    let soon = later(Duration::from_hours(1));
    let young = archive::to_file(log.db(), &soon, Class::Access, soon.now, &path).await.expect("runs");
    assert_eq!((young, path.exists()), (None, false), "nothing younger than a day is archived");
    let days = later(Duration::from_hours(72));
    let draft = archive::to_file(log.db(), &days, Class::Access, days.now, &path).await.expect("runs").expect("a file");
    assert_eq!((draft.from_seq, draft.until_seq, draft.records), (2, 13, 9));
    log.seal(&days).await;
    let report = log.verify(&later(Duration::from_hours(96))).await;
    assert_eq!((report.records, report.archived, report.first_broken, report.late), (13, 9, None, 0));
    let mut text = String::new();
    std::fs::File::open(&path).expect("the file").read_to_string(&mut text).expect("reads");
    let checked = archive::check(&mut text.as_bytes()).expect("whole");
    assert_eq!((checked.records, checked.digest), (9, draft.digest));
    let changed = text.replacen("7-wrong-password", "7-wrong-passwort", 1);
    let wrong = archive::check(&mut BufReader::new(changed.as_bytes()));
    assert!(matches!(wrong, Err(archive::FileError::Line(1))));
    assert!(archive::check(&mut &text.as_bytes()[..text.len() - 1]).is_err());
}

#[tokio::test]
async fn a_record_of_another_class_deleted_within_an_archived_range_is_missed() {
    let log = Log::new(12).await;
    log.seal(&cx()).await;
    let path = log.db().path().expect("a file").with_extension("jsonl");
    let days = later(Duration::from_hours(72));
    archive::to_file(log.db(), &days, Class::Access, days.now, &path).await.expect("runs").expect("a file");
    log.seal(&days).await;
    log.tamper(&["delete from audit_event where class = 'change' and seq = 5"]).await;
    let report = log.verify(&days).await;
    assert_eq!(report.first_broken, Some(broken(2, Some(2), Why::MoreMissingThanArchived)));
}

#[tokio::test]
async fn erasing_a_person_makes_their_values_unreadable_and_breaks_nothing() {
    let mut log = Log::new(12).await;
    log.seal(&cx()).await;
    let read = async |log: &Log, number: usize| {
        personal(&mut log.db().read().await.expect("reads"), log.events[number]).await.expect("reads")
    };
    let address = Some("198.51.100.7".to_owned());
    assert_eq!(read(&log, 0).await.expect("readable").address, address);
    let (person, at) = (log.people[0], visitor());
    log.db().write(&at, |tx| Box::pin(erase(tx, person))).await.expect("erases");
    assert_eq!(read(&log, 0).await, None, "of the erased person");
    assert_eq!(read(&log, 4).await.expect("readable").address, address, "of another person");
    log.add(0, &visitor()).await;
    assert_eq!(read(&log, 12).await.expect("readable").address, address, "a later event lies under a new key");
    assert_eq!(read(&log, 0).await, None, "which does not open the old ones");
    log.seal(&cx()).await;
    let report = log.verify(&cx()).await;
    assert_eq!((report.records, report.first_broken), (14, None));
}

#[tokio::test]
async fn a_key_that_another_node_erased_is_not_used_again() {
    let mut log = Log::new(3).await;
    let path = log.db().path().expect("a file").display().to_string();
    // Another node: the same file, the same master key, a memory of its own.
    let options = Options { url: format!("sqlite:{path}"), connections: 2 };
    let line = log.scratch.key_line.reveal();
    let other = Db::open(&options, Arc::new(Seals::parse(line).expect("a good line"))).await.expect("opens");
    let (person, at) = (log.people[0], visitor());
    other.write(&at, |tx| Box::pin(erase(tx, person))).await.expect("erases");
    log.add(0, &visitor()).await;
    let read = async |number: usize| {
        personal(&mut other.read().await.expect("reads"), log.events[number]).await.expect("reads")
    };
    assert_eq!(read(0).await, None, "erased");
    assert!(read(1).await.is_some(), "of another person");
    assert_eq!(read(3).await.expect("lies under a new key").port, Some(50_000));
}
