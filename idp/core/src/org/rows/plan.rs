//! SQL that reads what a plan needs: the believed facts about the units that a set touches, and about those around them.

use super::super::{
    Code, Head, Scheme, Share, Succession, UnitName,
    closure::Under,
    fact::{Fact, LevelFact, NOW_BELIEVED, Place, Span},
};
use crate::{
    params,
    store::{Conn, Param, Row, StoreError},
    types::{Id, Timestamp, id},
};

type Unit = Id<id::Unit>;
type SetId = Id<id::ChangeSet>;

const MEANINGS: &str = "select unit_id, scheme, value from unit_code where valid_from <= $1 and valid_until > $1 \
    and superseded_at > $2 and value in ($3)";
const HOLDERS: &str =
    "select distinct unit_id from unit_code where superseded_at > $1 and valid_until > $2 and value in ($3)";
const OF_LEVELS: &str =
    "select distinct unit_id from unit_place where superseded_at > $1 and valid_until > $2 and level_id in ($3)";
const ROOTS: &str = "select distinct unit_id from unit_place where superseded_at > $1 and parent_id is null";
const BELOW: &str =
    "select distinct descendant_id as unit_id from unit_closure where valid_until > $1 and ancestor_id in ($2)";
const CLOSURE: &str = "select descendant_id, ancestor_id, depth, valid_from, valid_until from unit_closure \
    where descendant_id in ($1)";
const LEVELS: &str = "select id, level_id, rank, label_vi, label_en, valid_from, valid_until, set_id from unit_level \
    where superseded_at > $1";
const FORMS: &str = "select id, level_id from unit_form";
const PLACES: &str = "select id, unit_id, parent_id, level_id, form_id, valid_from, valid_until, set_id \
    from unit_place where superseded_at > $1 and unit_id in ($2)";
const NAMES: &str = "select id, unit_id, name_vi, name_en, valid_from, valid_until, set_id \
    from unit_name where superseded_at > $1 and unit_id in ($2)";
const CODES: &str = "select id, unit_id, scheme, value, valid_from, valid_until, set_id \
    from unit_code where superseded_at > $1 and unit_id in ($2)";
const HEADS: &str = "select id, unit_id, person_id, title, valid_from, valid_until, set_id \
    from unit_head where superseded_at > $1 and unit_id in ($2)";
const PERSONS: &str = "select person_id from person_face where person_id in ($1)";
const SUCCESSIONS: &str = "select id, from_unit, to_unit, share, is_default, checked, effective_at, source, set_id \
    from unit_succession where superseded_at > $1 and from_unit in ($2)";
const SET_SUCCESSIONS: &str = "select id, from_unit, to_unit, share, is_default, checked, effective_at, source, set_id \
    from unit_succession where superseded_at > $1 and set_id = $2";
const GONE_LEVELS: &str = "select id, level_id, rank, label_vi, label_en, valid_from, valid_until, set_id from unit_level \
    where superseded_by = $1";
const GONE_PLACES: &str = "select id, unit_id, parent_id, level_id, form_id, valid_from, valid_until, set_id \
    from unit_place where superseded_by = $1";
const GONE_NAMES: &str = "select id, unit_id, name_vi, name_en, valid_from, valid_until, set_id \
    from unit_name where superseded_by = $1";
const GONE_CODES: &str = "select id, unit_id, scheme, value, valid_from, valid_until, set_id \
    from unit_code where superseded_by = $1";
const GONE_HEADS: &str = "select id, unit_id, person_id, title, valid_from, valid_until, set_id \
    from unit_head where superseded_by = $1";
const GONE_SUCCESSIONS: &str = "select id, from_unit, to_unit, share, is_default, checked, effective_at, source, set_id \
    from unit_succession where superseded_by = $1";
const CHANGED_BY: &str = "select unit_id from change_set_unit where set_id = $1 and part = 'changed'";
const STANDING_ON: &str = "select distinct t.set_id, t.unit_id from change_set_unit mine \
    join change_set_unit t on t.unit_id = mine.unit_id and t.set_id <> mine.set_id \
    join change_set s on s.id = t.set_id \
    where mine.set_id = $1 and mine.part = 'changed' and s.state = 'approved' and s.purpose <> 'undo' \
        and s.believed_at > (select u.believed_at from change_set u where u.id = $1)";

/// Every statement of this file.
pub(super) const ALL: &[&str] = &[
    MEANINGS,
    HOLDERS,
    OF_LEVELS,
    ROOTS,
    BELOW,
    CLOSURE,
    LEVELS,
    FORMS,
    PLACES,
    NAMES,
    CODES,
    HEADS,
    PERSONS,
    SUCCESSIONS,
    SET_SUCCESSIONS,
    GONE_LEVELS,
    GONE_PLACES,
    GONE_NAMES,
    GONE_CODES,
    GONE_HEADS,
    GONE_SUCCESSIONS,
    CHANGED_BY,
    STANDING_ON,
];

/// Facts with what they are said of.
pub(crate) type Said<K, V> = Vec<(K, Fact<V>)>;

fn list(ids: &[Unit]) -> Vec<Param> {
    ids.iter().map(|id| (*id).into()).collect()
}

fn texts<'a>(values: impl IntoIterator<Item = &'a str>) -> Vec<Param> {
    values.into_iter().map(Param::from).collect()
}

fn unit_ids(rows: &[Row]) -> Result<Vec<Unit>, StoreError> {
    rows.iter().map(|row| row.id("unit_id")).collect()
}

fn fact<V>(row: &Row, value: V) -> Result<Fact<V>, StoreError> {
    let span = Span { from: row.time("valid_from")?, until: row.time("valid_until")? };
    Ok(Fact { row: Some(row.id("id")?), value, span, set: row.id("set_id")? })
}

/// What codes mean at an instant.
pub(crate) async fn meanings(conn: &mut Conn, codes: &[&Code], at: Timestamp) -> Result<Vec<(Code, Unit)>, StoreError> {
    let values = texts(codes.iter().map(|code| code.value()));
    let rows = conn.all_in(MEANINGS, &[at.into(), NOW_BELIEVED.into()], &values).await?;
    rows.iter().map(|row| Ok((code(row)?, row.id("unit_id")?))).collect()
}

/// The units that have one of these codes at or after an instant.
pub(crate) async fn holders(conn: &mut Conn, codes: &[&Code], at: Timestamp) -> Result<Vec<Unit>, StoreError> {
    let values = texts(codes.iter().map(|code| code.value()));
    unit_ids(&conn.all_in(HOLDERS, &[NOW_BELIEVED.into(), at.into()], &values).await?)
}

/// The units of these levels at or after an instant.
pub(crate) async fn of_levels(conn: &mut Conn, levels: &[&str], at: Timestamp) -> Result<Vec<Unit>, StoreError> {
    let levels = texts(levels.iter().copied());
    unit_ids(&conn.all_in(OF_LEVELS, &[NOW_BELIEVED.into(), at.into()], &levels).await?)
}

pub(crate) async fn roots(conn: &mut Conn) -> Result<Vec<Unit>, StoreError> {
    unit_ids(&conn.all(ROOTS, params![NOW_BELIEVED]).await?)
}

/// These units and everything under them at or after an instant.
pub(crate) async fn below(conn: &mut Conn, ids: &[Unit], at: Timestamp) -> Result<Vec<Unit>, StoreError> {
    unit_ids(&conn.all_in(BELOW, &[at.into()], &list(ids)).await?)
}

pub(crate) async fn closure(conn: &mut Conn, ids: &[Unit]) -> Result<Vec<(Unit, Under)>, StoreError> {
    let under = |row: &Row| {
        let span = Span { from: row.time("valid_from")?, until: row.time("valid_until")? };
        let under = Under { ancestor: row.id("ancestor_id")?, depth: row.int("depth")?, span };
        Ok((row.id("descendant_id")?, under))
    };
    conn.all_in(CLOSURE, &[], &list(ids)).await?.iter().map(under).collect()
}

fn level(row: &Row) -> Result<(String, Fact<LevelFact>), StoreError> {
    let value = LevelFact { rank: row.int("rank")?, label_vi: row.text("label_vi")?, label_en: row.text("label_en")? };
    Ok((row.text("level_id")?, fact(row, value)?))
}

fn place(row: &Row) -> Result<(Unit, Fact<Place>), StoreError> {
    let value = Place { parent: row.opt_id("parent_id")?, level: row.text("level_id")?, form: row.text("form_id")? };
    Ok((row.id("unit_id")?, fact(row, value)?))
}

fn name(row: &Row) -> Result<(Unit, Fact<UnitName>), StoreError> {
    let value = UnitName::stored(row.text("name_vi")?, row.opt_text("name_en")?);
    Ok((row.id("unit_id")?, fact(row, value)?))
}

fn code(row: &Row) -> Result<Code, StoreError> {
    Ok(Code::stored(Scheme::stored(&row.text("scheme")?)?, row.text("value")?))
}

fn coded(row: &Row) -> Result<((Unit, Scheme), Fact<Code>), StoreError> {
    let value = code(row)?;
    Ok(((row.id("unit_id")?, value.scheme()), fact(row, value)?))
}

fn head(row: &Row) -> Result<(Unit, Fact<Head>), StoreError> {
    let value = Head { person: row.opt_id("person_id")?, title: row.text("title")? };
    Ok((row.id("unit_id")?, fact(row, value)?))
}

/// A succession is a fact of an instant, not of a span.
fn succession(row: &Row) -> Result<Fact<Succession>, StoreError> {
    let value = Succession {
        from: row.id("from_unit")?,
        to: row.id("to_unit")?,
        share: Share::from_word(&row.text("share")?)?,
        is_default: row.text("is_default")? == "yes",
        checked: row.text("checked")? == "yes",
        at: row.time("effective_at")?,
        source: row.opt_text("source")?,
        set: row.id("set_id")?,
    };
    Ok(Fact { row: Some(row.id("id")?), span: Span::since(value.at), set: value.set, value })
}

pub(crate) async fn levels(conn: &mut Conn) -> Result<Said<String, LevelFact>, StoreError> {
    conn.all(LEVELS, params![NOW_BELIEVED]).await?.iter().map(level).collect()
}

/// Every form with the level it belongs to.
pub(crate) async fn forms(conn: &mut Conn) -> Result<Vec<(String, Option<String>)>, StoreError> {
    let form = |row: &Row| Ok((row.text("id")?, row.opt_text("level_id")?));
    conn.all(FORMS, params![]).await?.iter().map(form).collect()
}

/// Which of these persons the house knows.
pub(crate) async fn persons(conn: &mut Conn, ids: &[Id<id::Person>]) -> Result<Vec<Id<id::Person>>, StoreError> {
    let wanted: Vec<Param> = ids.iter().map(|id| (*id).into()).collect();
    conn.all_in(PERSONS, &[], &wanted).await?.iter().map(|row| row.id("person_id")).collect()
}

pub(crate) async fn places(conn: &mut Conn, ids: &[Unit]) -> Result<Said<Unit, Place>, StoreError> {
    conn.all_in(PLACES, &[NOW_BELIEVED.into()], &list(ids)).await?.iter().map(place).collect()
}

pub(crate) async fn names(conn: &mut Conn, ids: &[Unit]) -> Result<Said<Unit, UnitName>, StoreError> {
    conn.all_in(NAMES, &[NOW_BELIEVED.into()], &list(ids)).await?.iter().map(name).collect()
}

pub(crate) async fn codes(conn: &mut Conn, ids: &[Unit]) -> Result<Said<(Unit, Scheme), Code>, StoreError> {
    conn.all_in(CODES, &[NOW_BELIEVED.into()], &list(ids)).await?.iter().map(coded).collect()
}

pub(crate) async fn heads(conn: &mut Conn, ids: &[Unit]) -> Result<Said<Unit, Head>, StoreError> {
    conn.all_in(HEADS, &[NOW_BELIEVED.into()], &list(ids)).await?.iter().map(head).collect()
}

/// The believed successions from these units.
pub(crate) async fn successions(conn: &mut Conn, ids: &[Unit]) -> Result<Vec<Fact<Succession>>, StoreError> {
    conn.all_in(SUCCESSIONS, &[NOW_BELIEVED.into()], &list(ids)).await?.iter().map(succession).collect()
}

/// The believed successions that a set wrote.
pub(crate) async fn successions_of(conn: &mut Conn, set: SetId) -> Result<Vec<Fact<Succession>>, StoreError> {
    conn.all(SET_SUCCESSIONS, params![NOW_BELIEVED, set]).await?.iter().map(succession).collect()
}

/// What a set superseded.
pub(crate) struct Gone {
    pub(crate) levels: Said<String, LevelFact>,
    pub(crate) places: Said<Unit, Place>,
    pub(crate) names: Said<Unit, UnitName>,
    pub(crate) codes: Said<(Unit, Scheme), Code>,
    pub(crate) heads: Said<Unit, Head>,
    pub(crate) successions: Vec<Fact<Succession>>,
}

pub(crate) async fn gone(conn: &mut Conn, set: SetId) -> Result<Gone, StoreError> {
    let by = || params![set];
    Ok(Gone {
        levels: conn.all(GONE_LEVELS, by()).await?.iter().map(level).collect::<Result<_, _>>()?,
        places: conn.all(GONE_PLACES, by()).await?.iter().map(place).collect::<Result<_, _>>()?,
        names: conn.all(GONE_NAMES, by()).await?.iter().map(name).collect::<Result<_, _>>()?,
        codes: conn.all(GONE_CODES, by()).await?.iter().map(coded).collect::<Result<_, _>>()?,
        heads: conn.all(GONE_HEADS, by()).await?.iter().map(head).collect::<Result<_, _>>()?,
        successions: conn.all(GONE_SUCCESSIONS, by()).await?.iter().map(succession).collect::<Result<_, _>>()?,
    })
}

/// The units that a set changed.
pub(crate) async fn changed_by(conn: &mut Conn, set: SetId) -> Result<Vec<Unit>, StoreError> {
    unit_ids(&conn.all(CHANGED_BY, params![set]).await?)
}

/// The standing sets that were approved after a set and stand on units that it changed.
pub(crate) async fn standing_on(conn: &mut Conn, set: SetId) -> Result<Vec<(SetId, Unit)>, StoreError> {
    let rows = conn.all(STANDING_ON, params![set]).await?;
    rows.iter().map(|row| Ok((row.id("set_id")?, row.id("unit_id")?))).collect()
}
