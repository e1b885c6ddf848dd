//! What a person may read in the log: their own events and nobody else's (PDPL article 4, the right to know).

use serde_json::{Map, Value};

use super::{Personal, record::open_key, rows};
use crate::{
    crypto::seal,
    store::{Conn, StoreError},
    types::{Fault, Id, Timestamp, id},
};

/// What a person looks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Topic {
    /// Signing in and out.
    SignIns,
    /// Data that went to parties.
    Releases,
}

impl Topic {
    /// The kinds of events under it. A list of one length keeps the statement one text.
    const fn kinds(self) -> [&'static str; 6] {
        match self {
            Self::SignIns => [
                "signed-in",
                "reauthenticated",
                "sign-in-failed",
                "session-ended",
                "sign-in-reported",
                "signed-out-everywhere",
            ],
            Self::Releases => {
                ["code-redeemed", "refreshed", "data-told", "consented", "consent-withdrawn", "consent-expired"]
            }
        }
    }
}

/// One event of a person.
#[derive(Clone, Debug)]
pub struct Own {
    /// Its place, for paging.
    pub seq: i64,
    /// Its id.
    pub id: Id<id::AuditEvent>,
    /// When.
    pub at: Timestamp,
    /// Its kind, as in the log.
    pub kind: String,
    /// The party concerned.
    pub party: Option<Id<id::Party>>,
    /// What the record says.
    pub body: Map<String, Value>,
    /// From where and with what; `None` where it has none or the key over it was destroyed.
    pub personal: Option<Personal>,
}

impl Own {
    /// A word of the record.
    pub fn word(&self, name: &str) -> &str {
        self.body.get(name).and_then(Value::as_str).unwrap_or_default()
    }

    /// The session that the record names.
    pub fn session(&self) -> Option<Id<id::Session>> {
        self.word("session").parse().ok()
    }
}

/// A person's events of a topic, newest first, from before the place `before`, at most `most`.
pub async fn own(
    conn: &mut Conn,
    person: Id<id::Person>,
    topic: Topic,
    (before, most): (Option<i64>, i64),
) -> Result<Vec<Own>, StoreError> {
    let rows = rows::own_events(conn, person, topic.kinds(), (before.unwrap_or(i64::MAX), most)).await?;
    open(conn, person, rows).await
}

/// One event, if it is this person's.
pub async fn own_event(
    conn: &mut Conn,
    person: Id<id::Person>,
    event: Id<id::AuditEvent>,
) -> Result<Option<Own>, StoreError> {
    let found = rows::own_event(conn, person, event).await?;
    Ok(open(conn, person, found.into_iter().collect()).await?.pop())
}

/// The codes that parties got for this person lately, newest first: which services they use, and what went there.
pub async fn latest_grants(conn: &mut Conn, person: Id<id::Person>, most: i64) -> Result<Vec<Own>, StoreError> {
    let rows = rows::latest_grants(conn, person, most).await?;
    rows.into_iter().map(|row| read(row, None)).collect()
}

/// Failed attempts to sign in as a person since an instant, newest first, at most two hundred.
pub async fn failures(
    conn: &mut Conn,
    person: Id<id::Person>,
    since: Timestamp,
) -> Result<Vec<(Id<id::AuditEvent>, Timestamp)>, StoreError> {
    rows::failures(conn, person, since).await
}

async fn open(conn: &mut Conn, person: Id<id::Person>, rows: Vec<rows::OwnRow>) -> Result<Vec<Own>, StoreError> {
    let owner = person.uuid();
    let key = rows::key(conn, owner).await?;
    let key = key.map(|sealed| open_key(&conn.seals(), owner, &sealed)).transpose()?;
    let opened = rows.into_iter().map(|row| {
        let sealed = key.as_ref().zip(row.personal.as_ref());
        // What lies under a key that was destroyed since stays closed, whoever asks.
        let plain = sealed.and_then(|(key, sealed)| seal::decrypt(key, row.id.bytes(), sealed).ok());
        let personal = plain.and_then(|plain| serde_json::from_slice(&plain).ok());
        read(row, personal)
    });
    opened.collect()
}

fn read(row: rows::OwnRow, personal: Option<Personal>) -> Result<Own, StoreError> {
    let body = serde_json::from_str(&row.body).map_err(|error| Fault::new("reading an audit record", error))?;
    Ok(Own { seq: row.seq, id: row.id, at: row.at, kind: row.kind, party: row.party, body, personal })
}
