//! SQL of the chain.

use super::{Head, hash::Record};
use crate::{
    params,
    store::{Conn, Row, StoreError, Tx},
    types::{Digest, Timestamp},
};

const LAST_SEAL: &str = "select position, chain from audit_seal order by position desc limit 1";
const LAST_HEAD: &str = "select position, chain, signed_at from audit_head order by position desc limit 1";
const WATERMARK: &str = "select s.seq from audit_seal s where s.position = \
    (select h.position from audit_head h where h.signed_at <= $1 order by h.position desc limit 1)";
const UNSEALED: &str = "select e.seq, e.id, e.at, e.kind, e.class, e.person_id, e.party_id, e.body, e.personal, e.key_owner \
    from audit_event e where e.seq > $1 \
    and not exists (select 1 from audit_seal s where s.seq = e.seq) order by e.seq limit $2";
const INSERT_SEAL: &str = "insert into audit_seal (position, seq, record, chain) values ($1, $2, $3, $4)";
/// Sixteen at once: five thousand single statements would hold the writer of SQLite four times as long.
const INSERT_SEALS: &str = "insert into audit_seal (position, seq, record, chain) values \
    ($1, $2, $3, $4), ($5, $6, $7, $8), ($9, $10, $11, $12), ($13, $14, $15, $16), \
    ($17, $18, $19, $20), ($21, $22, $23, $24), ($25, $26, $27, $28), ($29, $30, $31, $32), \
    ($33, $34, $35, $36), ($37, $38, $39, $40), ($41, $42, $43, $44), ($45, $46, $47, $48), \
    ($49, $50, $51, $52), ($53, $54, $55, $56), ($57, $58, $59, $60), ($61, $62, $63, $64)";
const AT_ONCE: usize = 16;
const INSERT_HEAD: &str = "insert into audit_head (position, chain, signature, signed_at) values ($1, $2, $3, $4)";
const PAGE: &str = "select s.position, s.seq, s.record, s.chain, \
    e.id, e.at, e.kind, e.class, e.person_id, e.party_id, e.body, e.personal, e.key_owner \
    from audit_seal s left join audit_event e on e.seq = s.seq \
    where s.position > $1 and s.position <= $2 order by s.position";
/// The same of SQLite, whose driver hands rows from thread to thread and copies each value on the way: the whole page is one value. `page.rs` says
/// how it is laid out.
const PAGE_SQLITE: &str = "select cast(group_concat(place, '') as blob) as places from (select concat( \
    s.position, ',', s.seq, ',', e.at, ',', octet_length(s.record), ',', octet_length(s.chain), ',', octet_length(e.id), ',', \
    octet_length(e.kind), ',', octet_length(e.class), ',', octet_length(e.person_id), ',', octet_length(e.party_id), ',', \
    octet_length(e.body), ',', octet_length(e.personal), ',', octet_length(e.key_owner), ';', \
    s.record, s.chain, e.id, e.kind, e.class, e.person_id, e.party_id, e.body, e.personal, e.key_owner) as place \
    from audit_seal s left join audit_event e on e.seq = s.seq \
    where s.position > $1 and s.position <= $2 order by s.position)";
const HEADS: &str = "select position, chain, signature from audit_head \
    where position > $1 and position <= $2 order by position limit 10000";
const SEGMENTS: &str =
    "select class, from_seq, until_seq, records, digest, archived_at from audit_segment order by from_seq, id";
const LATE: &str = "select count(*) as many, min(e.seq) as first from audit_event e where e.at < $1 \
    and not exists (select 1 from audit_seal s where s.seq = e.seq)";

/// Every statement of this file.
pub(super) const ALL: &[&str] = &[
    LAST_SEAL,
    LAST_HEAD,
    WATERMARK,
    UNSEALED,
    INSERT_SEAL,
    INSERT_SEALS,
    INSERT_HEAD,
    PAGE,
    PAGE_SQLITE,
    HEADS,
    SEGMENTS,
    LATE,
];

/// One place of the chain, as the sealer writes it.
pub(super) struct Place {
    pub(super) position: i64,
    pub(super) seq: i64,
    pub(super) record: Digest,
    pub(super) chain: Digest,
}

/// A signed head, as the sealer writes it.
pub(super) struct SignedHead {
    pub(super) head: Head,
    pub(super) signature: String,
}

/// A range that was archived.
pub(super) struct Segment {
    pub(super) class: String,
    pub(super) from_seq: i64,
    pub(super) until_seq: i64,
    pub(super) records: i64,
    pub(super) digest: Vec<u8>,
    pub(super) archived_at: Timestamp,
}

/// The last place of the chain.
pub(super) async fn last(conn: &mut Conn) -> Result<Option<Head>, StoreError> {
    conn.one(LAST_SEAL, params![]).await?.as_ref().map(head).transpose()
}

/// The last place; 0 while the chain is empty. Read apart from its hash, which somebody may have made unreadable.
pub(super) async fn last_position(conn: &mut Conn) -> Result<i64, StoreError> {
    conn.one(LAST_SEAL, params![]).await?.map_or(Ok(0), |row| row.int("position"))
}

/// The place of the last signed head; 0 where there is none.
pub(super) async fn last_head_position(conn: &mut Conn) -> Result<i64, StoreError> {
    conn.one(LAST_HEAD, params![]).await?.map_or(Ok(0), |row| row.int("position"))
}

/// The last signed head, and when it was signed.
pub(super) async fn last_head(conn: &mut Conn) -> Result<Option<(Head, Timestamp)>, StoreError> {
    conn.one(LAST_HEAD, params![]).await?.map(|row| Ok((head(&row)?, row.time("signed_at")?))).transpose()
}

/// The `seq` that stood at the newest head signed at or before `at`.
pub(super) async fn watermark(conn: &mut Conn, at: Timestamp) -> Result<Option<i64>, StoreError> {
    conn.one(WATERMARK, params![at]).await?.map(|row| row.int("seq")).transpose()
}

/// Events above `seq` that have no place yet, in order.
pub(super) async fn unsealed(conn: &mut Conn, seq: i64, most: i64) -> Result<Vec<Record>, StoreError> {
    conn.all(UNSEALED, params![seq, most]).await?.iter().map(record).collect()
}

pub(super) async fn insert_places(tx: &mut Tx<'_>, places: &[Place]) -> Result<(), StoreError> {
    let params = |place: &Place| params![place.position, place.seq, place.record, place.chain];
    let whole = places.chunks_exact(AT_ONCE);
    let rest = whole.remainder();
    for chunk in whole {
        tx.run(INSERT_SEALS, chunk.iter().flat_map(params).collect()).await?;
    }
    for place in rest {
        tx.run(INSERT_SEAL, params(place)).await?;
    }
    Ok(())
}

pub(super) async fn insert_head(tx: &mut Tx<'_>, signed: &SignedHead) -> Result<(), StoreError> {
    let now = tx.now();
    let params = params![signed.head.position, signed.head.chain, signed.signature.as_str(), now];
    tx.run(INSERT_HEAD, params).await.map(|_| ())
}

/// Places after `position` up to `until`, each beside its event where that is still there.
pub(super) async fn page(conn: &mut Conn, position: i64, until: i64) -> Result<Vec<Row>, StoreError> {
    conn.all(PAGE, params![position, until]).await
}

/// The same as one value; SQLite only.
pub(super) async fn packed(conn: &mut Conn, position: i64, until: i64) -> Result<Vec<u8>, StoreError> {
    let row = conn.one(PAGE_SQLITE, params![position, until]).await?;
    Ok(row.map(|row| row.opt_bytes("places")).transpose()?.flatten().unwrap_or_default())
}

/// The signed heads in that range: position, chain, signature.
pub(super) async fn heads(conn: &mut Conn, position: i64, until: i64) -> Result<Vec<Row>, StoreError> {
    conn.all(HEADS, params![position, until]).await
}

pub(super) async fn segments(conn: &mut Conn) -> Result<Vec<Segment>, StoreError> {
    let read = |row: &Row| {
        Ok(Segment {
            class: row.text("class")?,
            from_seq: row.int("from_seq")?,
            until_seq: row.int("until_seq")?,
            records: row.int("records")?,
            digest: row.bytes("digest")?,
            archived_at: row.time("archived_at")?,
        })
    };
    conn.all(SEGMENTS, params![]).await?.iter().map(read).collect()
}

/// How many events older than `at` have no place, and the first of them.
pub(super) async fn late(conn: &mut Conn, at: Timestamp) -> Result<(i64, Option<i64>), StoreError> {
    let row = conn.one(LATE, params![at]).await?;
    row.map_or(Ok((0, None)), |row| Ok((row.int("many")?, row.opt_int("first")?)))
}

fn head(row: &Row) -> Result<Head, StoreError> {
    Ok(Head { position: row.int("position")?, chain: row.digest("chain")? })
}

/// A row of `audit_event`, as it lies there.
pub(crate) fn record(row: &Row) -> Result<Record, StoreError> {
    Ok(Record {
        seq: row.int("seq")?,
        id: row.uuid("id")?,
        at: row.int("at")?,
        kind: row.text("kind")?,
        class: row.text("class")?,
        person_id: row.opt_uuid("person_id")?,
        party_id: row.opt_uuid("party_id")?,
        body: row.text("body")?,
        personal: row.opt_bytes("personal")?,
        key_owner: row.opt_uuid("key_owner")?,
    })
}

/// The event at a place.
#[cfg(test)]
pub(crate) async fn event_of(conn: &mut Conn, position: i64) -> Result<Record, StoreError> {
    let rows = page(conn, position - 1, position).await?;
    record(rows.first().ok_or(crate::types::Fault::bug("reading a place that is not there"))?)
}

/// What somebody with full rights over the database might do. Only tests do it.
#[cfg(test)]
pub(crate) mod tamper {
    pub(crate) const NO_TRIGGERS: [&str; 8] = [
        "drop trigger audit_event_no_update",
        "drop trigger audit_event_no_delete",
        "drop trigger audit_seal_no_update",
        "drop trigger audit_seal_no_delete",
        "drop trigger audit_head_no_update",
        "drop trigger audit_head_no_delete",
        "drop trigger audit_segment_no_update",
        "drop trigger audit_segment_no_delete",
    ];
    /// Each changes one column of the record at place 7.
    pub(crate) const COLUMNS: [(&str, &str); 11] = [
        ("seq", "update audit_event set seq = 1000000 where seq = 7"),
        ("id", "update audit_event set id = randomblob(16) where seq = 7"),
        ("id, shorter", "update audit_event set id = x'00' where seq = 7"),
        ("at", "update audit_event set at = at + 1 where seq = 7"),
        ("kind", "update audit_event set kind = kind || ' ' where seq = 7"),
        ("class", "update audit_event set class = 'change-' where seq = 7"),
        ("person_id", "update audit_event set person_id = null where seq = 7"),
        ("party_id", "update audit_event set party_id = randomblob(16) where seq = 7"),
        ("body", "update audit_event set body = replace(body, '7', '8') where seq = 7"),
        ("personal", "update audit_event set personal = x'' where seq = 7"),
        ("key_owner", "update audit_event set key_owner = null where seq = 7"),
    ];
    pub(crate) const DELETE_EVENT: &str = "delete from audit_event where seq = 7";
    pub(crate) const SWAP: [&str; 3] = [
        "update audit_event set seq = -1 where seq = 7",
        "update audit_event set seq = 7 where seq = 8",
        "update audit_event set seq = 8 where seq = -1",
    ];
    pub(crate) const SWAP_PLACES: [&str; 3] = [
        "update audit_seal set seq = -1 where position = 7",
        "update audit_seal set seq = 7 where position = 8",
        "update audit_seal set seq = 8 where position = 7",
    ];
    pub(crate) const DELETE_PLACE: &str = "delete from audit_seal where position = 7";
    pub(crate) const CUT: &str = "delete from audit_seal where position >= 7";
    pub(crate) const CUT_EVENTS: &str = "delete from audit_event where seq >= 7";
    pub(crate) const SHORT_HASH: &str = "update audit_seal set record = x'00' where position = 7";
    pub(crate) const CHAIN: &str = "update audit_seal set chain = randomblob(32) where position = 7";
    pub(crate) const RESEAL: &str = "update audit_seal set record = $2, chain = $3 where position = $1";
    pub(crate) const HEAD: &str = "update audit_head set signature = replace(signature, '.', '.e')";
    pub(crate) const HEAD_POSITION: &str = "update audit_head set position = position - 1";
    pub(crate) const SEGMENT: &str = "insert into audit_segment values \
        (randomblob(16), 'access', 7, 8, 1, randomblob(32), 'nowhere', 0)";
    pub(crate) const LATE_COMMIT: &str = "insert into audit_event (seq, id, at, kind, class, body) \
        values (-3, randomblob(16), 0, 'late', 'access', '{}')";
    /// The next event then has a `seq` far above.
    pub(crate) const FAR_SEQ: &str = "update sqlite_sequence set seq = 50000 where name = 'audit_event'";
}
