//! SQL of the history of one unit, as believed now.

use std::collections::BTreeMap;

use super::super::{
    Code, Label, Scheme, UnitName,
    fact::{NOW_BELIEVED, Span},
    story::{Basis, Dated, Where},
};
use crate::{
    params,
    store::{Conn, Row, StoreError},
    types::{Fault, Id, Timestamp, id},
};

type Unit = Id<id::Unit>;

const PLACES: &str = "select p.parent_id, p.level_id, p.form_id, f.label_vi, f.label_en, p.valid_from, p.valid_until  \
    from unit_place p left join unit_form f on f.id = p.form_id where p.unit_id = $1 and p.superseded_at > $2 order by p.valid_from";
const NAMES: &str = "select name_vi, name_en, valid_from, valid_until from unit_name \
    where unit_id = $1 and superseded_at > $2 order by valid_from";
const CODES: &str = "select scheme, value, valid_from, valid_until from unit_code \
    where unit_id = $1 and superseded_at > $2 order by scheme, valid_from";
/// Facts carry the set that wrote them last, which may be the one that ended them: so the sets are asked for.
/// Of two on one day the one that changed the unit comes last, and is told.
const BASES: &str = "select s.purpose, s.title, s.decision_no, s.decision_date, s.signer, s.effective_at from change_set_unit c \
    join change_set s on s.id = c.set_id where c.unit_id = $1 and s.state = 'approved' order by s.effective_at, c.part desc";

/// Every statement of this file.
pub(super) const ALL: &[&str] = &[PLACES, NAMES, CODES, BASES];

fn dated<T>(row: &Row, value: T) -> Result<Dated<T>, StoreError> {
    let span = Span { from: row.time("valid_from")?, until: row.time("valid_until")? };
    Ok(Dated { value, span })
}

/// Where the unit stood.
pub(crate) async fn places(conn: &mut Conn, unit: Unit) -> Result<Vec<Dated<Where>>, StoreError> {
    let place = |row: &Row| {
        let id = row.text("form_id")?;
        let (vi, en) = (row.opt_text("label_vi")?, row.opt_text("label_en")?);
        let form = Label { vi: vi.unwrap_or_else(|| id.clone()), en: en.unwrap_or_else(|| id.clone()), id };
        dated(row, Where { parent: row.opt_id("parent_id")?, level: row.text("level_id")?, form })
    };
    conn.all(PLACES, params![unit, NOW_BELIEVED]).await?.iter().map(place).collect()
}

/// What it was called.
pub(crate) async fn names(conn: &mut Conn, unit: Unit) -> Result<Vec<Dated<UnitName>>, StoreError> {
    let name = |row: &Row| dated(row, UnitName::stored(row.text("name_vi")?, row.opt_text("name_en")?));
    conn.all(NAMES, params![unit, NOW_BELIEVED]).await?.iter().map(name).collect()
}

/// Which codes it had.
pub(crate) async fn codes(conn: &mut Conn, unit: Unit) -> Result<Vec<Dated<Code>>, StoreError> {
    let code = |row: &Row| dated(row, Code::stored(Scheme::stored(&row.text("scheme")?)?, row.text("value")?));
    conn.all(CODES, params![unit, NOW_BELIEVED]).await?.iter().map(code).collect()
}

/// The decisions that say something of the unit, by the instant at which they took effect.
pub(crate) async fn bases(conn: &mut Conn, unit: Unit) -> Result<BTreeMap<Timestamp, Basis>, StoreError> {
    let basis = |row: &Row| {
        let date = row.text("decision_date")?;
        let date = date.parse().map_err(|_| Fault::bug("reading the day of a decision"))?;
        let (number, signer) = (row.text("decision_no")?, row.text("signer")?);
        let is_load = row.text("purpose")? == "load";
        let basis = Basis { title: row.text("title")?, number, date, signer, is_load };
        Ok((row.time("effective_at")?, basis))
    };
    conn.all(BASES, params![unit]).await?.iter().map(basis).collect()
}
