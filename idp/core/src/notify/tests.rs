//! The outbox on a real database.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use serde_json::Value;

use super::{
    Channel, ChannelError, Delivered, FileChannel, Message, Recipient, Rendered, Template, deliver_due, queue, retry,
    sweep,
};
use crate::{
    store::{
        Cx, Db,
        testing::{Scratch, cx},
    },
    types::{Fault, Locale},
};

/// Any two sentences with a variable do.
const TEMPLATE: Template = Template { name: "test", subject: "login-help", body: "login-help" };
const ADDRESS: &str = "an.nguyen@mail.example";

async fn put(db: &Db) {
    let at = cx();
    let put = db.write(&at, |tx| {
        let to = Recipient::new(ADDRESS.into()).expect("an address");
        let message = Message { to, template: TEMPLATE, locale: Locale::Vi, with: &[("phone", "1022")], due_at: None };
        Box::pin(queue(tx, message))
    });
    put.await.expect("queues");
}

fn later(by: Duration) -> Cx {
    Cx { now: cx().now + by, ..cx() }
}

/// A gateway that counts and answers with what it is told to.
struct Gateway {
    calls: AtomicUsize,
    answer: fn() -> Result<(), ChannelError>,
}

impl Gateway {
    fn new(answer: fn() -> Result<(), ChannelError>) -> Arc<Self> {
        Arc::new(Self { calls: AtomicUsize::new(0), answer })
    }
}

#[async_trait]
impl Channel for Gateway {
    async fn send(&self, message: &Rendered) -> Result<(), ChannelError> {
        assert_eq!(message.to, ADDRESS);
        self.calls.fetch_add(1, Ordering::Relaxed);
        (self.answer)()
    }
}

fn away() -> Result<(), ChannelError> {
    Err(ChannelError::Later(Fault::passing("sending", "nobody answers")))
}

#[tokio::test]
async fn a_message_reaches_the_file_once_and_leaves_nothing_readable_behind() {
    let scratch = Scratch::new().await;
    put(&scratch.db).await;
    let path = scratch.db.path().expect("a file").clone();
    let mut stored = std::fs::read(&path).expect("the file");
    stored.extend(std::fs::read(path.with_extension("db-wal")).unwrap_or_default());
    assert!(!stored.windows(ADDRESS.len()).any(|window| window == ADDRESS.as_bytes()), "sealed at rest");
    let mails = path.with_extension("mails");
    let channel = FileChannel::new(mails.clone());
    assert_eq!(deliver_due(&scratch.db, &cx(), &channel).await.expect("runs").sent, 1);
    let days = later(Duration::from_hours(72));
    assert_eq!(deliver_due(&scratch.db, &days, &channel).await.expect("runs"), Delivered::default());
    let text = std::fs::read_to_string(&mails).expect("the mails");
    let line: Value = serde_json::from_str(&text).expect("one JSON line");
    let keys: Vec<&str> = line.as_object().expect("an object").keys().map(String::as_str).collect();
    assert_eq!(keys, ["at", "to", "template", "locale", "subject", "body"]);
    assert_eq!((&line["to"], &line["template"], &line["locale"]), (&ADDRESS.into(), &"test".into(), &"vi".into()));
    assert!(line["body"].as_str().expect("a text").contains("1022"));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(&mails).expect("the file").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn several_nodes_send_a_message_once() {
    let scratch = Scratch::new().await;
    for _ in 0..5 {
        put(&scratch.db).await;
    }
    let gateway = Gateway::new(|| Ok(()));
    let nodes = (0..4).map(|_| {
        let (db, gateway) = (scratch.db.clone(), Arc::clone(&gateway));
        tokio::spawn(async move { deliver_due(&db, &cx(), &*gateway).await })
    });
    for ran in futures_util::future::join_all(nodes).await {
        ran.expect("runs").expect("runs");
    }
    assert_eq!(gateway.calls.load(Ordering::Relaxed), 5);
}

#[tokio::test]
async fn a_gateway_that_is_away_is_tried_again_with_patience_and_then_given_up() {
    let scratch = Scratch::new().await;
    put(&scratch.db).await;
    let gateway = Gateway::new(away);
    let mut waited = Duration::ZERO;
    for tries in 1..retry::MOST_TRIES {
        let done = deliver_due(&scratch.db, &later(waited), &*gateway).await.expect("runs");
        assert_eq!(done, Delivered { later: 1, ..Delivered::default() }, "try {tries}");
        waited += retry::wait(tries);
        let early = later(waited.saturating_sub(Duration::from_millis(1)));
        assert_eq!(deliver_due(&scratch.db, &early, &*gateway).await.expect("runs"), Delivered::default());
    }
    let done = deliver_due(&scratch.db, &later(waited), &*gateway).await.expect("runs");
    assert_eq!(done, Delivered { given_up: 1, ..Delivered::default() });
    assert_eq!(gateway.calls.load(Ordering::Relaxed), 14);
    let at = later(waited + Duration::from_hours(1));
    let swept = scratch.db.write(&at, |tx| Box::pin(sweep(tx, at.now))).await.expect("sweeps");
    assert_eq!(swept, 1);
}

#[tokio::test]
async fn what_a_gateway_refuses_is_given_up_at_once() {
    let scratch = Scratch::new().await;
    put(&scratch.db).await;
    let gateway = Gateway::new(|| Err(ChannelError::Never("no such recipient")));
    let done = deliver_due(&scratch.db, &cx(), &*gateway).await.expect("runs");
    assert_eq!(done, Delivered { given_up: 1, ..Delivered::default() });
    let done = deliver_due(&scratch.db, &later(Duration::from_hours(72)), &*gateway).await.expect("runs");
    assert_eq!(done, Delivered::default());
}

#[test]
fn an_address_cannot_begin_a_header() {
    let long = "a".repeat(255);
    let cases = [(ADDRESS, true), ("0912345678", true), ("", false), ("a@b\r\nBcc: c@d", false), (&long, false)];
    for (address, fits) in cases {
        assert_eq!(Recipient::new(address.to_owned()).is_some(), fits, "{address:?}");
    }
}
