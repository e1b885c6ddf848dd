//! The sealer: gives places and hashes to events that have none, and signs heads.
//!
//! Why no gap can hide an event. PostgreSQL hands out `seq` before a transaction commits, so a lower `seq` may appear
//! after a higher one was sealed. Places therefore follow the order in which the sealer meets events, and it asks not
//! for "above the last" but for "without a place", above a watermark. The watermark is a `seq` that was sealed five
//! minutes ago, less ten thousand: whoever held a lower `seq` then had begun before, and no transaction lives so long
//! (the server ends idle ones and long statements after ten seconds). Should clocks jump and one hide all the same:
//! [`super::verify`] looks at the whole log without a watermark and reports it, and [`seal_all`] seals it.
//!
//! Reading happens outside the transaction: events never change, and a serializable reader of the log would collide
//! with every writer of it.

use std::time::Duration;

use super::{
    Head,
    hash::{BEGINNING, Record, link},
    rows::{self, Place, SignedHead},
};
use crate::{
    crypto::jws::Signer,
    store::{Cx, Db, StoreError, Tx},
    types::{Fault, Timestamp},
};

/// Events sealed in one transaction at most.
const BATCH: i64 = 5_000;
/// Transactions in one run at most; the next run goes on.
const BATCHES: usize = 200;
/// A head is signed at the latest after so many records …
const RECORDS_BETWEEN_HEADS: i64 = 1_000;
/// … or after this time.
const TIME_BETWEEN_HEADS: Duration = Duration::from_mins(1);
const LONGEST_TRANSACTION: Duration = Duration::from_mins(5);
const MARGIN: i64 = 10_000;
/// What the first place follows.
const START: Head = Head { position: 0, chain: BEGINNING };

/// What one run did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sealed {
    /// Events that got a place.
    pub count: u64,
    /// The last place of the chain now; `None` while the log is empty.
    pub head: Option<Head>,
}

/// Where the chain ends and where its last signed head stands.
#[derive(Clone, Copy)]
struct End {
    last: Head,
    signed: i64,
    signed_at: Option<Timestamp>,
}

/// What one transaction adds.
struct Batch {
    after: Head,
    places: Vec<Place>,
    heads: Vec<SignedHead>,
}

/// Seals what has no place yet. Only the holder of the sealer's lease calls it; two callers at one time do no harm,
/// because a place is unique and the slower one begins again.
pub async fn seal(db: &Db, cx: &Cx, signer: &dyn Signer) -> Result<Sealed, Fault> {
    let watermark = rows::watermark(&mut db.read().await?, cx.now - LONGEST_TRANSACTION).await?;
    seal_above(db, cx, signer, watermark.map_or(i64::MIN, |seq| seq - MARGIN)).await
}

/// The same without a watermark: looks at the whole log. To be run once a day, and when [`super::verify`] reports events
/// without a place.
pub async fn seal_all(db: &Db, cx: &Cx, signer: &dyn Signer) -> Result<Sealed, Fault> {
    seal_above(db, cx, signer, i64::MIN).await
}

async fn seal_above(db: &Db, cx: &Cx, signer: &dyn Signer, mut above: i64) -> Result<Sealed, Fault> {
    let mut count = 0;
    for _ in 0..BATCHES {
        let (end, records) = read(db, above).await?;
        let batch = extend(end, &records, signer, cx.now)?;
        if batch.places.is_empty() && batch.heads.is_empty() {
            break;
        }
        if write(db, cx, &batch).await? {
            count += records.len() as u64;
            // What commits below this meanwhile is for the next run.
            above = records.last().map_or(above, |record| record.seq);
        }
    }
    let head = rows::last(&mut db.read().await?).await?;
    Ok(Sealed { count, head })
}

async fn read(db: &Db, above: i64) -> Result<(End, Vec<Record>), Fault> {
    let mut conn = db.read().await?;
    let last = rows::last(&mut conn).await?.unwrap_or(START);
    let head = rows::last_head(&mut conn).await?;
    let records = rows::unsealed(&mut conn, above, BATCH).await?;
    let signed = head.map_or(0, |(head, _)| head.position);
    let signed_at = head.map(|(_, at)| at);
    Ok((End { last, signed, signed_at }, records))
}

/// The places and heads that follow. Pure but for the signatures.
fn extend(end: End, records: &[Record], signer: &dyn Signer, now: Timestamp) -> Result<Batch, Fault> {
    let mut last = end.last;
    let mut signed = end.signed;
    let mut places = Vec::with_capacity(records.len());
    let mut heads = Vec::new();
    for record in records {
        let (position, hash) = (last.position + 1, record.hash());
        last = Head { position, chain: link(last.chain, position, hash) };
        places.push(Place { position, seq: record.seq, record: hash, chain: last.chain });
        if position - signed >= RECORDS_BETWEEN_HEADS {
            heads.push(SignedHead { head: last, signature: last.sign(signer, now)? });
            signed = position;
        }
    }
    let waited = end.signed_at.is_none_or(|at| now.since(at) >= TIME_BETWEEN_HEADS);
    if heads.is_empty() && waited && last.position > signed {
        heads.push(SignedHead { head: last, signature: last.sign(signer, now)? });
    }
    Ok(Batch { after: end.last, places, heads })
}

/// `false`: another sealer was first; read again.
async fn write(db: &Db, cx: &Cx, batch: &Batch) -> Result<bool, Fault> {
    match db.write(cx, |tx| Box::pin(append(tx, batch))).await {
        Err(StoreError::Unique(_)) => Ok(false),
        written => Ok(written?),
    }
}

async fn append(tx: &mut Tx<'_>, batch: &Batch) -> Result<bool, StoreError> {
    if rows::last(tx).await?.unwrap_or(START) != batch.after {
        return Ok(false);
    }
    rows::insert_places(tx, &batch.places).await?;
    for head in &batch.heads {
        rows::insert_head(tx, head).await?;
    }
    Ok(true)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use uuid::Uuid;

    use super::{End, START, extend};
    use crate::{
        audit::chain::{Head, Record},
        crypto::{
            jwk,
            jws::{Alg, MemorySigner},
        },
        types::Timestamp,
    };

    /// What it is, the last place, new records, when the last head was signed; which heads are signed.
    type Case<'a> = (&'a str, i64, i64, Option<Timestamp>, &'a [i64]);

    fn records(count: i64) -> Vec<Record> {
        let record = |seq| Record {
            seq,
            id: Uuid::from_u128(seq as u128),
            at: 0,
            kind: "signed-in".into(),
            class: "access".into(),
            person_id: None,
            party_id: None,
            body: "{}".into(),
            personal: None,
            key_owner: None,
        };
        (1..=count).map(record).collect()
    }

    #[test]
    fn heads_are_signed_after_a_thousand_records_or_a_minute() {
        let key = jwk::generate(Alg::Es256).expect("made");
        let signer = MemorySigner::new(Alg::Es256, "k".into(), &key).expect("usable");
        let now = Timestamp::from_seconds(1_790_000_000);
        let ago = |seconds| Some(now - Duration::from_secs(seconds));
        let cases: [Case<'_>; 7] = [
            ("the first head at once", 0, 3, None, &[3]),
            ("young", 0, 999, ago(59), &[]),
            ("a thousand", 0, 1_000, ago(59), &[1_000]),
            ("two thousand and some", 0, 2_500, ago(59), &[1_000, 2_000]),
            ("a minute", 0, 3, ago(60), &[3]),
            ("a minute, nothing new, the end not signed", 5, 0, ago(60), &[5]),
            ("a minute, nothing new at all", 0, 0, ago(60), &[]),
        ];
        for (name, last, count, signed_at, expected) in cases {
            let last = Head { position: last, chain: START.chain };
            let batch = extend(End { last, signed: 0, signed_at }, &records(count), &signer, now).expect("extends");
            let signed: Vec<i64> = batch.heads.iter().map(|signed| signed.head.position).collect();
            assert_eq!(signed, expected, "{name}");
            assert_eq!(batch.places.len() as i64, count, "{name}");
        }
    }
}
