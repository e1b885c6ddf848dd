//! SQL of the scribe.

use uuid::Uuid;

use super::{Class, Event, archive::Draft, chain};
use crate::{
    crypto::seal::Sealed,
    params,
    store::{Conn, Param, Row, StoreError, Tx},
    types::{Digest, Id, Timestamp, id},
};

const INSERT: &str = "insert into audit_event (id, at, kind, class, person_id, party_id, body, personal, key_owner) \
    values ($1, $2, $3, $4, $5, $6, $7, null, null)";
/// The key that the personal values were sealed under may have been kept in memory and erased meanwhile, on another node. Then `at` is null, the
/// database refuses the record, and the transaction is run again: nothing is ever sealed under an erased key.
const INSERT_UNDER: &str = "insert into audit_event (id, at, kind, class, person_id, party_id, body, personal, key_owner) \
    values ($1, (select cast($2 as bigint) from audit_key where owner = $9 and sealed = $10), $3, $4, $5, $6, $7, $8, $9)";
const KEY: &str = "select sealed, seal_key_id from audit_key where owner = $1";
/// Two requests may make the first key of one person at once. Without `on conflict` PostgreSQL calls that a broken rule; with it, a meeting of
/// two transactions, and the second is run again and finds the key.
const INSERT_KEY: &str = "insert into audit_key (owner, sealed, seal_key_id, created_at) values ($1, $2, $3, $4) \
    on conflict (owner) do nothing";

const OWN_EVENTS: &str = "select seq, id, at, kind, party_id, body, personal from audit_event \
    where person_id = $1 and seq < $2 and kind in ($3, $4, $5, $6, $7, $8) order by seq desc limit $9";
const OWN_EVENT: &str =
    "select seq, id, at, kind, party_id, body, personal from audit_event where id = $1 and person_id = $2";
const LATEST_GRANTS: &str = "select seq, id, at, kind, party_id, body, personal from audit_event \
    where person_id = $1 and kind = 'code-issued' order by seq desc limit $2";
const FAILURES: &str = "select id, at from audit_event \
    where person_id = $1 and kind = 'sign-in-failed' and at >= $2 order by seq desc limit 200";
const DELETE_KEY: &str = "delete from audit_key where owner = $1";
const PERSONAL: &str = "select personal, key_owner from audit_event where id = $1";
const ARCHIVABLE: &str = "select s.position, s.chain, \
    e.seq, e.id, e.at, e.kind, e.class, e.person_id, e.party_id, e.body, e.personal, e.key_owner \
    from audit_event e left join audit_seal s on s.seq = e.seq \
    where e.class = $1 and e.seq > $2 order by e.seq limit $3";
const INSERT_SEGMENT: &str = "insert into audit_segment \
    (id, class, from_seq, until_seq, records, digest, file, archived_at) values ($1, $2, $3, $4, $5, $6, $7, $8)";
const DELETE_ARCHIVED: &str = "delete from audit_event where class = $1 and seq >= $2 and seq < $3";

pub(super) const COUNT_STALE_KEYS: &str = "select count(*) as n from audit_key where seal_key_id <> $1";
pub(super) const STALE_KEYS: &str =
    "select owner as key, sealed, seal_key_id from audit_key where seal_key_id <> $1 order by owner limit $2";
pub(super) const RESEAL_KEY: &str = "update audit_key set sealed = $2, seal_key_id = $3 where owner = $1";

/// Every statement of this file.
pub(super) const ALL: &[&str] = &[
    INSERT,
    INSERT_UNDER,
    KEY,
    INSERT_KEY,
    OWN_EVENTS,
    OWN_EVENT,
    LATEST_GRANTS,
    FAILURES,
    DELETE_KEY,
    PERSONAL,
    ARCHIVABLE,
    INSERT_SEGMENT,
    DELETE_ARCHIVED,
    COUNT_STALE_KEYS,
    STALE_KEYS,
    RESEAL_KEY,
];

pub(super) struct NewEvent<'a> {
    pub(super) id: Id<id::AuditEvent>,
    pub(super) event: &'a Event,
    pub(super) body: String,
    /// `None`: nothing is known of who it came from.
    pub(super) under: Option<Under>,
}

/// Sealed personal values, and the stored form of the key that they lie under.
pub(super) struct Under {
    pub(super) personal: Vec<u8>,
    pub(super) owner: Uuid,
    pub(super) key: Vec<u8>,
}

pub(super) async fn insert(tx: &mut Tx<'_>, new: NewEvent<'_>) -> Result<(), StoreError> {
    let NewEvent { id, event, body, under } = new;
    let (kind, class, at) = (event.kind(), event.class().word(), tx.now());
    let mut params = params![id, at, kind, class, event.person(), event.party(), body];
    match under {
        None => tx.later(INSERT, params).await,
        Some(Under { personal, owner, key }) => {
            params.extend(params![personal, owner, key]);
            tx.later_or_again(INSERT_UNDER, params).await
        }
    }
}

pub(super) async fn key(conn: &mut Conn, owner: Uuid) -> Result<Option<Sealed>, StoreError> {
    let row = conn.one(KEY, params![owner]).await?;
    row.map(|row| Ok(Sealed { key_id: row.text("seal_key_id")?, bytes: row.bytes("sealed")? })).transpose()
}

pub(super) async fn insert_key(tx: &mut Tx<'_>, owner: Uuid, sealed: &Sealed) -> Result<(), StoreError> {
    let now = tx.now();
    tx.run(INSERT_KEY, params![owner, sealed.bytes.clone(), sealed.key_id.as_str(), now]).await.map(|_| ())
}

pub(super) async fn failures(
    conn: &mut Conn,
    person: Id<id::Person>,
    since: Timestamp,
) -> Result<Vec<(Id<id::AuditEvent>, Timestamp)>, StoreError> {
    conn.all(FAILURES, params![person, since]).await?.iter().map(|row| Ok((row.id("id")?, row.time("at")?))).collect()
}

/// `false`: there was none.
pub(super) async fn delete_key(tx: &mut Tx<'_>, owner: Uuid) -> Result<bool, StoreError> {
    Ok(tx.run(DELETE_KEY, params![owner]).await? > 0)
}

/// The sealed personal values of an event and the owner of their key.
pub(super) async fn personal(
    conn: &mut Conn,
    event: Id<id::AuditEvent>,
) -> Result<Option<(Vec<u8>, Uuid)>, StoreError> {
    let Some(row) = conn.one(PERSONAL, params![event]).await? else {
        return Ok(None);
    };
    Ok(row.opt_bytes("personal")?.zip(row.opt_uuid("key_owner")?))
}

/// A record beside its place; `None` where it has none yet.
pub(super) struct Placed {
    pub(super) record: chain::Record,
    pub(super) place: Option<(i64, Digest)>,
}

/// Records of a class above `seq`, in order.
pub(super) async fn archivable(conn: &mut Conn, class: Class, seq: i64, most: i64) -> Result<Vec<Placed>, StoreError> {
    let read = |row: &Row| {
        let position = row.opt_int("position")?;
        let place = position.map(|position| Ok::<_, StoreError>((position, row.digest("chain")?))).transpose()?;
        Ok(Placed { record: chain::record(row)?, place })
    };
    conn.all(ARCHIVABLE, params![class.word(), seq, most]).await?.iter().map(read).collect()
}

pub(super) async fn insert_segment(
    tx: &mut Tx<'_>,
    segment: Id<id::AuditEvent>,
    draft: &Draft,
    file: &str,
) -> Result<(), StoreError> {
    let (now, class) = (tx.now(), draft.class.word());
    let params = params![segment, class, draft.from_seq, draft.until_seq, draft.records, draft.digest, file, now];
    tx.run(INSERT_SEGMENT, params).await.map(|_| ())
}

/// Deletes the records of a range; the trigger lets only those go that a segment covers.
pub(super) async fn delete_archived(tx: &mut Tx<'_>, draft: &Draft) -> Result<u64, StoreError> {
    tx.run(DELETE_ARCHIVED, params![draft.class.word(), draft.from_seq, draft.until_seq]).await
}

/// An event of a person as they may see it, its personal values still sealed.
pub(super) struct OwnRow {
    pub(super) seq: i64,
    pub(super) id: Id<id::AuditEvent>,
    pub(super) at: Timestamp,
    pub(super) kind: String,
    pub(super) party: Option<Id<id::Party>>,
    pub(super) body: String,
    pub(super) personal: Option<Vec<u8>>,
}

fn own_row(row: &Row) -> Result<OwnRow, StoreError> {
    Ok(OwnRow {
        seq: row.int("seq")?,
        id: row.id("id")?,
        at: row.time("at")?,
        kind: row.text("kind")?,
        party: row.opt_id("party_id")?,
        body: row.text("body")?,
        personal: row.opt_bytes("personal")?,
    })
}

pub(super) async fn own_events(
    conn: &mut Conn,
    person: Id<id::Person>,
    kinds: [&'static str; 6],
    (before, most): (i64, i64),
) -> Result<Vec<OwnRow>, StoreError> {
    let mut params = params![person, before];
    params.extend(kinds.map(Param::from));
    params.push(most.into());
    conn.all(OWN_EVENTS, params).await?.iter().map(own_row).collect()
}

pub(super) async fn own_event(
    conn: &mut Conn,
    person: Id<id::Person>,
    event: Id<id::AuditEvent>,
) -> Result<Option<OwnRow>, StoreError> {
    conn.one(OWN_EVENT, params![event, person]).await?.as_ref().map(own_row).transpose()
}

pub(super) async fn latest_grants(
    conn: &mut Conn,
    person: Id<id::Person>,
    most: i64,
) -> Result<Vec<OwnRow>, StoreError> {
    conn.all(LATEST_GRANTS, params![person, most]).await?.iter().map(own_row).collect()
}
