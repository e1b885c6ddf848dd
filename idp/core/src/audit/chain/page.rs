//! One page of the chain as it is read: its places, each record already hashed.
//!
//! On PostgreSQL a page is rows. On SQLite it is one value, because there each row and each column of it costs more than its hash: per place, in
//! decimal figures, *position, seq, at* and the lengths in bytes of *record, chain, id, kind, class, person, party, body, personal, owner*,
//! divided by `,` and ended by `;`, then those ten fields without anything between. What is null has no figures.

use serde_json::Value;

use super::{
    hash::Fields,
    rows::{self, record},
};
use crate::{
    store::{Db, Dialect, Row, StoreError},
    types::{Digest, Fault},
};

/// One place as read.
pub(super) struct Place {
    pub(super) position: i64,
    pub(super) seq: i64,
    /// `None`: it holds what no program of ours writes.
    pub(super) content: Option<Content>,
}

/// What a readable place holds.
pub(super) struct Content {
    pub(super) record: Digest,
    pub(super) chain: Digest,
    /// The hash of the event as it lies there now; `None` where it is gone.
    pub(super) now: Option<Digest>,
    /// What it tells of, where it is about an archived range: class, records, digest.
    pub(super) archived: Option<Told>,
}

/// An archived range as an event or a segment tells of it.
pub(super) type Told = (String, i64, String);

/// Some places in order, and the signed heads among them.
pub(super) struct Page {
    pub(super) places: Vec<Place>,
    pub(super) heads: Vec<Row>,
}

/// Reads the places after `from` up to `until`.
pub(super) async fn read(db: Db, from: i64, until: i64) -> Result<Page, StoreError> {
    let mut conn = db.read().await?;
    let heads = rows::heads(&mut conn, from, until).await?;
    let places = match conn.dialect() {
        Dialect::Sqlite => {
            let packed = rows::packed(&mut conn, from, until).await?;
            drop(conn);
            unpacked(&packed).ok_or(Fault::bug("reading a page of the audit log"))?
        }
        Dialect::Postgres => {
            let rows = rows::page(&mut conn, from, until).await?;
            drop(conn);
            rows.iter().map(of_row).collect::<Result<_, StoreError>>()?
        }
    };
    Ok(Page { places, heads })
}

fn of_row(row: &Row) -> Result<Place, StoreError> {
    let content = || {
        let (place, chain) = (row.digest("record")?, row.digest("chain")?);
        if row.opt_uuid("id")?.is_none() {
            return Ok(Content { record: place, chain, now: None, archived: None });
        }
        let event = record(row)?;
        let archived = if event.kind == "archived" { told(event.body.as_bytes()) } else { None };
        Ok::<_, StoreError>(Content { record: place, chain, now: Some(event.hash()), archived })
    };
    Ok(Place { position: row.int("position")?, seq: row.int("seq")?, content: content().ok() })
}

/// `None`: it is not laid out as the statement lays it out.
fn unpacked(mut bytes: &[u8]) -> Option<Vec<Place>> {
    let (mut places, mut scratch) = (Vec::new(), Vec::new());
    while !bytes.is_empty() {
        let mut numbers = [None; 13];
        for (at, number) in numbers.iter_mut().enumerate() {
            let text = before(&mut bytes, if at == 12 { b';' } else { b',' })?;
            *number = if text.is_empty() { None } else { Some(text.parse::<i64>().ok()?) };
        }
        let [position, seq, at, lengths @ ..] = numbers;
        let mut fields = [None; 10];
        for (field, length) in fields.iter_mut().zip(lengths) {
            if let Some(length) = length {
                *field = Some(taken(&mut bytes, usize::try_from(length).ok()?)?);
            }
        }
        let (position, seq) = (position?, seq?);
        places.push(Place { position, seq, content: content(seq, at, fields, &mut scratch) });
    }
    Some(places)
}

/// The figures before `end`, which goes too.
fn before<'a>(bytes: &mut &'a [u8], end: u8) -> Option<&'a str> {
    let length = bytes.iter().take(21).position(|byte| *byte == end)?;
    let text = taken(bytes, length)?;
    taken(bytes, 1)?;
    std::str::from_utf8(text).ok()
}

fn taken<'a>(bytes: &mut &'a [u8], length: usize) -> Option<&'a [u8]> {
    let (first, rest) = bytes.split_at_checked(length)?;
    *bytes = rest;
    Some(first)
}

fn content(seq: i64, at: Option<i64>, fields: [Option<&[u8]>; 10], scratch: &mut Vec<u8>) -> Option<Content> {
    let [record, chain, id, kind, class, person_id, party_id, body, personal, key_owner] = fields;
    let digest = |field: Option<&[u8]>| Some(Digest::from_bytes(field?.try_into().ok()?));
    let (record, chain) = (digest(record)?, digest(chain)?);
    let Some(id) = id else {
        return Some(Content { record, chain, now: None, archived: None });
    };
    let ids = [Some(id), person_id, party_id, key_owner];
    if ids.iter().flatten().any(|id| id.len() != 16) {
        return None;
    }
    let (at, kind, class, body) = (at?, kind?, class?, body?);
    let event = Fields { seq, id, at, kind, class, person_id, party_id, body, personal, key_owner };
    let archived = if kind == b"archived" { told(body) } else { None };
    Some(Content { record, chain, now: Some(event.hash(scratch)), archived })
}

fn told(body: &[u8]) -> Option<Told> {
    let body: Value = serde_json::from_slice(body).ok()?;
    Some((body["class"].as_str()?.into(), body["records"].as_i64()?, body["digest"].as_str()?.into()))
}

#[cfg(test)]
mod tests {
    use super::unpacked;
    use crate::audit::chain::Record;

    const HASHES: &str = "01234567890123456789012345678901abcdefghijabcdefghijabcdefghijab";
    const ID: &str = "0123456789abcdef";

    /// What comes out of a text: places, and of the last one whether it is readable and whether its event is there.
    fn read(text: &str) -> Option<(usize, bool, bool)> {
        let places = unpacked(text.as_bytes())?;
        let last = places.last().map(|place| place.content.as_ref());
        let (readable, there) = last.map_or((false, false), |content| {
            (content.is_some(), content.is_some_and(|content| content.now.is_some()))
        });
        Some((places.len(), readable, there))
    }

    #[test]
    fn a_page_is_read_as_the_statement_lays_it_out() {
        let place = format!("1,1,7,32,32,16,1,6,,,2,0,16;{HASHES}{ID}kaccess{{}}{ID}");
        let gone = format!("2,9,,32,32,,,,,,,,;{HASHES}");
        let cases = [
            (String::new(), Some((0, false, false))),
            (place.clone(), Some((1, true, true))),
            (format!("{place}{gone}"), Some((2, true, false))),
            (format!("{gone}{place}"), Some((2, true, true))),
            (format!("2,9,,32,31,,,,,,,,;{}", &HASHES[1..]), Some((1, false, false))),
            (
                place.replacen("16;", "15;", 1).replacen(&format!("{{}}{ID}"), &format!("{{}}{}", &ID[1..]), 1),
                Some((1, false, false)),
            ),
            (place[..place.len() - 1].to_owned(), None),
            (format!("{place} "), None),
            (place.replacen("1,1", "1,x", 1), None),
            (place.replacen("32,32", "-32,32", 1), None),
            (place.replacen("1,1", ",1", 1), None),
        ];
        for (text, expected) in cases {
            assert_eq!(read(&text), expected, "{text}");
        }
    }

    #[test]
    fn a_record_has_one_hash_however_it_is_read() {
        let id = |text: &str| uuid::Uuid::from_slice(text.as_bytes()).expect("sixteen bytes");
        let record = Record {
            seq: 1,
            id: id(ID),
            at: 7,
            kind: "k".into(),
            class: "access".into(),
            person_id: None,
            party_id: None,
            body: "{}".into(),
            personal: Some(Vec::new()),
            key_owner: Some(id(ID)),
        };
        let places = unpacked(format!("1,1,7,32,32,16,1,6,,,2,0,16;{HASHES}{ID}kaccess{{}}{ID}").as_bytes());
        let content = places.and_then(|mut places| places.pop()?.content);
        assert_eq!(content.and_then(|content| content.now), Some(record.hash()));
    }
}
