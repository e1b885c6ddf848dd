//! SQL of looking for units, and of telling which one is meant.

use super::super::{AsOf, UnitKind, fact::Span, search::Named};
use crate::{
    params,
    store::{Conn, Param, Row, StoreError},
    types::{Fault, Id, id},
};

type Unit = Id<id::Unit>;

/// The best first: as typed, without marks, behind its form, from its beginning, from a word of it. What is called so at `$3` comes
/// before what was.
const NAMES: &str = "select n.unit_id, n.valid_from, n.valid_until from unit_name n \
    where n.recorded_at <= $4 and n.superseded_at > $4 and (' ' || n.folded) like ('% ' || $2 || '%') \
    order by case when n.name_vi = $1 then 0 when n.folded = $2 then 1 when n.folded like ('% ' || $2) then 2 \
            when n.folded like ($2 || '%') then 3 else 4 end, \
        case when n.valid_from <= $3 and n.valid_until > $3 then 0 else 1 end, length(n.folded), n.folded, \
        n.valid_from desc, n.unit_id limit $5";
const NAMESAKES: &str = "select count(*) as namesakes from unit_name where folded = $1 and valid_from <= $2 \
    and valid_until > $2 and recorded_at <= $3 and superseded_at > $3";
const KINDS: &str = "select id, kind from unit where id in ($1)";

/// Every statement of this file.
pub(super) const ALL: &[&str] = &[NAMES, NAMESAKES, KINDS];

fn named(row: &Row) -> Result<Named, StoreError> {
    let span = Span { from: row.time("valid_from")?, until: row.time("valid_until")? };
    Ok(Named { unit: row.id("unit_id")?, span })
}

/// Names that hold these words, `typed` as they were typed and `folded` without marks.
pub(crate) async fn names(
    conn: &mut Conn,
    (typed, folded): (&str, &str),
    as_of: AsOf,
    limit: i64,
) -> Result<Vec<Named>, StoreError> {
    let params = params![typed, folded, as_of.at, as_of.belief(), limit];
    conn.all(NAMES, params).await?.iter().map(named).collect()
}

/// How many units are called so, marks aside.
pub(crate) async fn namesakes(conn: &mut Conn, folded: &str, as_of: AsOf) -> Result<i64, StoreError> {
    let row = conn.one(NAMESAKES, params![folded, as_of.at, as_of.belief()]).await?;
    row.ok_or(Fault::bug("counting gives a row"))?.int("namesakes")
}

/// Which of these units are territories.
pub(crate) async fn territories(conn: &mut Conn, ids: &[Unit]) -> Result<Vec<Unit>, StoreError> {
    let ids: Vec<Param> = ids.iter().map(|id| (*id).into()).collect();
    let mut found = Vec::new();
    for row in conn.all_in(KINDS, &[], &ids).await? {
        if UnitKind::from_word(&row.text("kind")?)? == UnitKind::Territory {
            found.push(row.id("id")?);
        }
    }
    Ok(found)
}
