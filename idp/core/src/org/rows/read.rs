//! SQL that reads units as of an instant (`$2`) and as believed at an instant (`$3`).

use std::collections::HashMap;

use super::super::{
    AsOf, Code, CodeUse, Form, Head, Label, Level, Scheme, Share, Succession, UnitKind, UnitName, UnitRow,
    fact::{NOW_BELIEVED, Span},
    view::{After, Step},
};
use crate::{
    params,
    store::{Conn, Param, Row, StoreError, Tx},
    types::{Fault, Id, Timestamp, id},
};

type Unit = Id<id::Unit>;

/// The columns of a unit in a list, up to and with the conditions on its place at `$1`, believed at `$2`.
macro_rules! unit_row {
    ($rest:literal) => {
        concat!(
            "select u.id, u.kind, p.parent_id, p.level_id, l.label_vi as level_vi, l.label_en as level_en, \
             p.form_id, f.label_vi as form_vi, f.label_en as form_en, n.name_vi, n.name_en, \
             case when exists (select 1 from unit_place c where c.parent_id = u.id and c.valid_from <= $1 \
                and c.valid_until > $1 and c.recorded_at <= $2 and c.superseded_at > $2) then cast(1 as bigint) else 0 end as children, \
             (select min(e.valid_from) from unit_place e where e.unit_id = u.id and e.recorded_at <= $2 \
                and e.superseded_at > $2) as exists_from, \
             (select max(e.valid_until) from unit_place e where e.unit_id = u.id and e.recorded_at <= $2 \
                and e.superseded_at > $2) as exists_until \
             from unit_place p join unit u on u.id = p.unit_id \
             join unit_name n on n.unit_id = p.unit_id and n.valid_from <= $1 and n.valid_until > $1 \
                and n.recorded_at <= $2 and n.superseded_at > $2 \
             left join unit_level l on l.level_id = p.level_id and l.valid_from <= $1 and l.valid_until > $1 \
                and l.recorded_at <= $2 and l.superseded_at > $2 \
             left join unit_form f on f.id = p.form_id \
             where p.valid_from <= $1 and p.valid_until > $1 and p.recorded_at <= $2 and p.superseded_at > $2 ",
            $rest
        )
    };
}

const UNITS: &str = unit_row!("and p.unit_id in ($3)");
const CHILDREN: &str = unit_row!("and p.parent_id = $3 order by n.folded, u.id limit $4");
const CHILDREN_AFTER: &str =
    unit_row!("and p.parent_id = $3 and (n.folded, u.id) > ($4, $5) order by n.folded, u.id limit $6");
const CODES: &str = "select unit_id, scheme, value from unit_code where valid_from <= $1 and valid_until > $1 \
    and recorded_at <= $2 and superseded_at > $2 and unit_id in ($3)";
const HEAD: &str = "select person_id, title from unit_head where unit_id = $1 and valid_from <= $2 and valid_until > $2 \
    and recorded_at <= $3 and superseded_at > $3";
const ORIGIN: &str = "select set_id, provenance from unit where id = $1";
const BY_CODE: &str = "select unit_id from unit_code where scheme = $4 and value = $1 and valid_from <= $2 \
    and valid_until > $2 and recorded_at <= $3 and superseded_at > $3";
const USES: &str = "select unit_id, scheme, value, valid_from, valid_until from unit_code \
    where superseded_at > $1 and ((scheme = $2 and value = $3) \
        or (code_groups = $4 and scheme in ('agency-2020', 'agency-2016') and $2 in ('agency-2020', 'agency-2016'))) \
    order by valid_from limit 1000";
const PATH: &str = "with recursive up (unit_id, parent_id, depth) as ( \
        select unit_id, parent_id, 0 from unit_place where unit_id = $1 and valid_from <= $2 and valid_until > $2 \
            and recorded_at <= $3 and superseded_at > $3 \
        union all \
        select p.unit_id, p.parent_id, up.depth + 1 from up join unit_place p on p.unit_id = up.parent_id \
        where p.valid_from <= $2 and p.valid_until > $2 and p.recorded_at <= $3 and p.superseded_at > $3 \
            and up.depth < 64) \
    select up.unit_id, n.name_vi, n.name_en from up join unit_name n on n.unit_id = up.unit_id \
    where n.valid_from <= $2 and n.valid_until > $2 and n.recorded_at <= $3 and n.superseded_at > $3 \
    order by up.depth desc";
const IS_UNDER: &str = "select depth from unit_closure where descendant_id = $1 and ancestor_id = $2 \
    and valid_from <= $3 and valid_until > $3";
const UNDER: &str = "select descendant_id from unit_closure where ancestor_id = $1 and valid_from <= $2 \
    and valid_until > $2 order by descendant_id limit $3";
const COUNT_UNDER: &str =
    "select count(*) as n from unit_closure where ancestor_id = $1 and valid_from <= $2 and valid_until > $2";
const UNDER_AFTER: &str = "select descendant_id from unit_closure where ancestor_id = $1 and valid_from <= $2 \
    and valid_until > $2 and descendant_id > $4 order by descendant_id limit $3";
const ROOT: &str = "select unit_id from unit_place where parent_id is null and valid_from <= $1 and valid_until > $1 \
    and recorded_at <= $2 and superseded_at > $2";
const SUCCESSORS: &str = "select from_unit, to_unit, share, is_default, checked, effective_at, source, set_id \
    from unit_succession where from_unit = $1 and effective_at <= $2 and recorded_at <= $3 and superseded_at > $3 \
    order by is_default desc, share desc, to_unit limit 10000";
const PREDECESSORS: &str = "select from_unit, to_unit, share, is_default, checked, effective_at, source, set_id \
    from unit_succession where to_unit = $1 and effective_at <= $2 and recorded_at <= $3 and superseded_at > $3 \
    order by share desc, from_unit limit 10000";
const LEVELS: &str = "select level_id, rank, label_vi, label_en, valid_from, valid_until from unit_level \
    where valid_from <= $1 and valid_until > $1 and recorded_at <= $2 and superseded_at > $2 order by rank, level_id";
const FORMS: &str = "select id, level_id, label_vi, label_en from unit_form order by id limit 10000";
const PUT_FORM: &str = "insert into unit_form (id, level_id, label_vi, label_en) values ($1, $2, $3, $4) \
    on conflict (id) do update set level_id = excluded.level_id, label_vi = excluded.label_vi, label_en = excluded.label_en";

/// Every statement of this file.
pub(super) const ALL: &[&str] = &[
    UNITS,
    CHILDREN,
    CHILDREN_AFTER,
    CODES,
    HEAD,
    ORIGIN,
    BY_CODE,
    USES,
    PATH,
    IS_UNDER,
    UNDER,
    UNDER_AFTER,
    COUNT_UNDER,
    ROOT,
    SUCCESSORS,
    PREDECESSORS,
    LEVELS,
    FORMS,
    PUT_FORM,
];

fn name(row: &Row) -> Result<UnitName, StoreError> {
    Ok(UnitName::stored(row.text("name_vi")?, row.opt_text("name_en")?))
}

/// A word whose labels are gone shows itself: a fact outlives what it names only by a defect, and a list must not fail for it.
fn label(row: &Row, id: &str, vi: &str, en: &str) -> Result<Label, StoreError> {
    let id = row.text(id)?;
    let labels = (row.opt_text(vi)?, row.opt_text(en)?);
    Ok(Label { vi: labels.0.unwrap_or_else(|| id.clone()), en: labels.1.unwrap_or_else(|| id.clone()), id })
}

fn unit_row(row: &Row) -> Result<UnitRow, StoreError> {
    Ok(UnitRow {
        id: row.id("id")?,
        kind: UnitKind::from_word(&row.text("kind")?)?,
        level: label(row, "level_id", "level_vi", "level_en")?,
        form: label(row, "form_id", "form_vi", "form_en")?,
        name: name(row)?,
        codes: Vec::new(),
        parent: row.opt_id("parent_id")?,
        has_children: row.int("children")? > 0,
        exists: Span { from: row.time("exists_from")?, until: row.time("exists_until")? }.interval(),
    })
}

pub(crate) async fn units(conn: &mut Conn, ids: &[Unit], as_of: AsOf) -> Result<Vec<UnitRow>, StoreError> {
    let ids: Vec<Param> = ids.iter().map(|id| (*id).into()).collect();
    conn.all_in(UNITS, &[as_of.at.into(), as_of.belief().into()], &ids).await?.iter().map(unit_row).collect()
}

pub(crate) async fn children(
    conn: &mut Conn,
    parent: Unit,
    as_of: AsOf,
    after: Option<&After>,
    limit: i64,
) -> Result<Vec<UnitRow>, StoreError> {
    let (at, belief) = (as_of.at, as_of.belief());
    let found = match after {
        None => conn.all(CHILDREN, params![at, belief, parent, limit]).await?,
        Some(after) => {
            let params = params![at, belief, parent, after.folded.as_str(), after.id, limit];
            conn.all(CHILDREN_AFTER, params).await?
        }
    };
    found.iter().map(unit_row).collect()
}

fn code(row: &Row) -> Result<Code, StoreError> {
    Ok(Code::stored(Scheme::stored(&row.text("scheme")?)?, row.text("value")?))
}

pub(crate) async fn codes(conn: &mut Conn, ids: &[Unit], as_of: AsOf) -> Result<HashMap<Unit, Vec<Code>>, StoreError> {
    let ids: Vec<Param> = ids.iter().map(|id| (*id).into()).collect();
    let mut codes: HashMap<Unit, Vec<Code>> = HashMap::new();
    for row in conn.all_in(CODES, &[as_of.at.into(), as_of.belief().into()], &ids).await? {
        codes.entry(row.id("unit_id")?).or_default().push(code(&row)?);
    }
    Ok(codes)
}

pub(crate) async fn head(conn: &mut Conn, id: Unit, as_of: AsOf) -> Result<Option<Head>, StoreError> {
    let row = conn.one(HEAD, params![id, as_of.at, as_of.belief()]).await?;
    row.map(|row| Ok(Head { person: row.opt_id("person_id")?, title: row.text("title")? })).transpose()
}

/// The set that made a unit, and where its data came from.
pub(crate) async fn origin(conn: &mut Conn, id: Unit) -> Result<(Id<id::ChangeSet>, Option<String>), StoreError> {
    let row = conn.one(ORIGIN, params![id]).await?.ok_or(Fault::bug("reading a unit that has facts and no row"))?;
    Ok((row.id("set_id")?, row.opt_text("provenance")?))
}

pub(crate) async fn by_code(conn: &mut Conn, code: &Code, as_of: AsOf) -> Result<Option<Unit>, StoreError> {
    let params = params![code.value(), as_of.at, as_of.belief(), code.scheme().word()];
    conn.one(BY_CODE, params).await?.map(|row| row.id("unit_id")).transpose()
}

pub(crate) async fn uses(conn: &mut Conn, wanted: &Code) -> Result<Vec<CodeUse>, StoreError> {
    let groups = wanted.groups().join(".");
    let params = params![NOW_BELIEVED, wanted.scheme().word(), wanted.value(), groups];
    let used = |row: &Row| {
        let span = Span { from: row.time("valid_from")?, until: row.time("valid_until")? };
        Ok(CodeUse { unit: row.id("unit_id")?, code: code(row)?, span })
    };
    conn.all(USES, params).await?.iter().map(used).collect()
}

pub(crate) async fn path(conn: &mut Conn, id: Unit, as_of: AsOf) -> Result<Vec<Step>, StoreError> {
    let found = conn.all(PATH, params![id, as_of.at, as_of.belief()]).await?;
    found.iter().map(|row| Ok(Step { id: row.id("unit_id")?, name: name(row)? })).collect()
}

pub(crate) async fn is_under(conn: &mut Conn, id: Unit, above: Unit, at: Timestamp) -> Result<bool, StoreError> {
    Ok(conn.one(IS_UNDER, params![id, above, at]).await?.is_some())
}

pub(crate) async fn under(
    conn: &mut Conn,
    above: Unit,
    at: Timestamp,
    after: Option<Unit>,
    limit: i64,
) -> Result<Vec<Unit>, StoreError> {
    let found = match after {
        None => conn.all(UNDER, params![above, at, limit]).await?,
        Some(after) => conn.all(UNDER_AFTER, params![above, at, limit, after]).await?,
    };
    found.iter().map(|row| row.id("descendant_id")).collect()
}

pub(crate) async fn count_under(conn: &mut Conn, above: Unit, at: Timestamp) -> Result<i64, StoreError> {
    conn.one(COUNT_UNDER, params![above, at]).await?.map_or(Ok(0), |row| row.int("n"))
}

pub(crate) async fn root(conn: &mut Conn, as_of: AsOf) -> Result<Option<Unit>, StoreError> {
    conn.one(ROOT, params![as_of.at, as_of.belief()]).await?.map(|row| row.id("unit_id")).transpose()
}

fn succession(row: &Row) -> Result<Succession, StoreError> {
    Ok(Succession {
        from: row.id("from_unit")?,
        to: row.id("to_unit")?,
        share: Share::from_word(&row.text("share")?)?,
        is_default: row.text("is_default")? == "yes",
        checked: row.text("checked")? == "yes",
        at: row.time("effective_at")?,
        source: row.opt_text("source")?,
        set: row.id("set_id")?,
    })
}

pub(crate) async fn successors(conn: &mut Conn, id: Unit, as_of: AsOf) -> Result<Vec<Succession>, StoreError> {
    conn.all(SUCCESSORS, params![id, as_of.at, as_of.belief()]).await?.iter().map(succession).collect()
}

pub(crate) async fn predecessors(conn: &mut Conn, id: Unit, as_of: AsOf) -> Result<Vec<Succession>, StoreError> {
    conn.all(PREDECESSORS, params![id, as_of.at, as_of.belief()]).await?.iter().map(succession).collect()
}

pub(crate) async fn levels(conn: &mut Conn, as_of: AsOf) -> Result<Vec<Level>, StoreError> {
    let level = |row: &Row| {
        let span = Span { from: row.time("valid_from")?, until: row.time("valid_until")? };
        let label = label(row, "level_id", "label_vi", "label_en")?;
        Ok(Level { label, rank: row.int("rank")?, interval: span.interval() })
    };
    conn.all(LEVELS, params![as_of.at, as_of.belief()]).await?.iter().map(level).collect()
}

pub(crate) async fn forms(conn: &mut Conn) -> Result<Vec<Form>, StoreError> {
    let form =
        |row: &Row| Ok(Form { label: label(row, "id", "label_vi", "label_en")?, level: row.opt_text("level_id")? });
    conn.all(FORMS, params![]).await?.iter().map(form).collect()
}

pub(crate) async fn put_form(tx: &mut Tx<'_>, form: &Form) -> Result<(), StoreError> {
    let label = &form.label;
    let params = params![label.id.as_str(), form.level.as_deref(), label.vi.as_str(), label.en.as_str()];
    tx.run(PUT_FORM, params).await.map(|_| ())
}
