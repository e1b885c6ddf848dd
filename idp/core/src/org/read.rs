//! Reading units: as of any instant, as believed at any instant.

use super::{
    AsOf, Code, CodeUse, Form, Level, Scheme, Succession, UnitRow, UnitView,
    rows::read as rows,
    view::{After, Step},
};
use crate::{
    store::{Conn, StoreError, Tx},
    types::{Id, Timestamp, id},
};

type Unit = Id<id::Unit>;

/// A unit with everything about it; `None` where it does not exist at that instant, or was not known of.
pub async fn unit(conn: &mut Conn, id: Unit, as_of: AsOf) -> Result<Option<UnitView>, StoreError> {
    let Some(row) = units(conn, &[id], as_of).await?.pop() else { return Ok(None) };
    let head = rows::head(conn, id, as_of).await?;
    let path = path(conn, id, as_of).await?;
    let (set, provenance) = rows::origin(conn, id).await?;
    Ok(Some(UnitView { row, head, path, set, provenance }))
}

/// These units, as lists show them, ordered by name. Those that do not exist at that instant are left out.
pub async fn units(conn: &mut Conn, ids: &[Unit], as_of: AsOf) -> Result<Vec<UnitRow>, StoreError> {
    let mut found = rows::units(conn, ids, as_of).await?;
    found.sort_by_cached_key(|unit| (unit.name.folded(), unit.id.uuid()));
    with_codes(conn, found, as_of).await
}

async fn with_codes(conn: &mut Conn, mut found: Vec<UnitRow>, as_of: AsOf) -> Result<Vec<UnitRow>, StoreError> {
    let ids: Vec<Unit> = found.iter().map(|unit| unit.id).collect();
    let mut codes = rows::codes(conn, &ids, as_of).await?;
    for unit in &mut found {
        unit.codes = codes.remove(&unit.id).unwrap_or_default();
        unit.codes.sort();
    }
    Ok(found)
}

/// The unit that a code means at that instant.
pub async fn by_code(conn: &mut Conn, code: &Code, as_of: AsOf) -> Result<Option<Unit>, StoreError> {
    rows::by_code(conn, code, as_of).await
}

/// Every unit that ever has this code in any scheme, as believed now, the oldest use first. The old and the new form of an
/// agency's code find each other.
pub async fn units_with_code(conn: &mut Conn, value: &str) -> Result<Vec<CodeUse>, StoreError> {
    let mut found = Vec::new();
    let readings = Scheme::ALL.into_iter().filter_map(|scheme| Code::parse(scheme, value).ok());
    for code in readings {
        found.extend(rows::uses(conn, &code).await?);
    }
    found.sort_by(|one, other| {
        (one.span, &one.code, one.unit.uuid()).cmp(&(other.span, &other.code, other.unit.uuid()))
    });
    found.dedup();
    Ok(found)
}

/// The units directly under one, by name, at most `limit` of them.
pub async fn children(
    conn: &mut Conn,
    parent: Unit,
    as_of: AsOf,
    after: Option<&After>,
    limit: i64,
) -> Result<Vec<UnitRow>, StoreError> {
    let found = rows::children(conn, parent, as_of, after, limit).await?;
    with_codes(conn, found, as_of).await
}

/// The way from the root to a unit, itself last. Empty where it does not exist at that instant.
pub async fn path(conn: &mut Conn, id: Unit, as_of: AsOf) -> Result<Vec<Step>, StoreError> {
    rows::path(conn, id, as_of).await
}

/// Whether one unit is the other or lies under it at that instant, as believed now: one look-up in an index.
pub async fn is_under(conn: &mut Conn, id: Unit, above: Unit, at: Timestamp) -> Result<bool, StoreError> {
    rows::is_under(conn, id, above, at).await
}

/// A unit and all units under it at that instant, as believed now, ordered by id, at most `limit` of them.
pub async fn under(
    conn: &mut Conn,
    above: Unit,
    at: Timestamp,
    after: Option<Unit>,
    limit: i64,
) -> Result<Vec<Unit>, StoreError> {
    rows::under(conn, above, at, after, limit).await
}

/// How many units a unit and all below it are at that instant, as believed now.
pub async fn count_under(conn: &mut Conn, above: Unit, at: Timestamp) -> Result<i64, StoreError> {
    rows::count_under(conn, above, at).await
}

/// The one unit above all others; `None` before the first was recorded.
pub async fn root(conn: &mut Conn, as_of: AsOf) -> Result<Option<Unit>, StoreError> {
    rows::root(conn, as_of).await
}

/// Which units a unit went on in, at or before that instant. `AsOf::at(FOREVER)` asks for all that are known of.
pub async fn successors(conn: &mut Conn, id: Unit, as_of: AsOf) -> Result<Vec<Succession>, StoreError> {
    rows::successors(conn, id, as_of).await
}

/// Which units went on in a unit, at or before that instant.
pub async fn predecessors(conn: &mut Conn, id: Unit, as_of: AsOf) -> Result<Vec<Succession>, StoreError> {
    rows::predecessors(conn, id, as_of).await
}

/// The levels in force at that instant, the top first.
pub async fn levels(conn: &mut Conn, as_of: AsOf) -> Result<Vec<Level>, StoreError> {
    rows::levels(conn, as_of).await
}

/// Every form that a unit can have.
pub async fn forms(conn: &mut Conn) -> Result<Vec<Form>, StoreError> {
    rows::forms(conn).await
}

/// Adds a form, or changes the labels of one.
pub async fn put_form(tx: &mut Tx<'_>, form: &Form) -> Result<(), StoreError> {
    rows::put_form(tx, form).await
}
