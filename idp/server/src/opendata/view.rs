//! Units as JSON: the same shape for open data and for `idp units … --json`.

use idp_core::{
    org::{
        self, AsOf, Code, FOREVER, Label, Span, Succession, UnitName, UnitRow,
        search::{Hit, Labelled, label},
    },
    store::{Conn, StoreError},
    types::{Id, Locale, Timestamp, id},
};
use serde_json::{Value, json};

/// Whether successions that only one source knows are shown. Others take open data for facts, so there they are left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unchecked {
    /// They are left out.
    Hidden,
    /// They are shown, marked `"checked": false`.
    Marked,
}

/// The end of a span; `None`: it has none.
fn end(until: Timestamp) -> Option<String> {
    (until != FOREVER).then(|| until.rfc3339())
}

fn name(name: &UnitName) -> Value {
    json!({"vi": name.vi(), "en": name.en()})
}

fn labels(label: &Label) -> Value {
    json!({"id": label.id, "vi": label.vi, "en": label.en})
}

fn code(code: &Code) -> Value {
    json!({"scheme": code.scheme().word(), "value": code.value()})
}

fn labelled(label: &Labelled) -> Value {
    json!({"vi": label.text(Locale::Vi), "en": label.text(Locale::En)})
}

/// A unit in a list.
pub fn row(row: &UnitRow) -> Value {
    json!({
        "id": row.id,
        "kind": row.kind,
        "level": labels(&row.level),
        "form": labels(&row.form),
        "name": name(&row.name),
        "codes": row.codes.iter().map(code).collect::<Vec<_>>(),
        "parent": row.parent,
        "has_children": row.has_children,
        "exists_from": row.exists.from.rfc3339(),
        "exists_until": row.exists.until.map(Timestamp::rfc3339),
    })
}

/// A unit that was looked for: as [`row`], with how it is told apart, its path, and why it was found.
pub fn hit(hit: &Hit) -> Value {
    let mut value = row(&hit.unit);
    value["label"] = labelled(&hit.label);
    value["path"] = hit.path.iter().map(|step| json!({"id": step.id, "name": name(&step.name)})).collect();
    value["seen_on"] = hit.seen.day().to_string().into();
    value["found_by"] = hit.by.word().into();
    value
}

/// Everything about a unit at an instant: also every name and code that it ever has, what it was made from and what became of it.
/// `None` where it does not exist then.
pub async fn whole(
    conn: &mut Conn,
    unit: Id<id::Unit>,
    as_of: AsOf,
    unchecked: Unchecked,
) -> Result<Option<Value>, StoreError> {
    let Some(view) = org::unit(conn, unit, as_of).await? else { return Ok(None) };
    let aliases = org::aliases(conn, unit).await?;
    let mut value = row(&view.row);
    value["label"] = label(conn, unit, as_of).await?.map_or(Value::Null, |label| labelled(&label));
    value["path"] = view.path.iter().map(|step| json!({"id": step.id, "name": name(&step.name)})).collect();
    value["names"] = aliases.names.iter().map(|one| during(name(&one.value), one.span)).collect();
    value["all_codes"] = aliases.codes.iter().map(|one| during(code(&one.value), one.span)).collect();
    value["predecessors"] = predecessors(conn, unit, unchecked).await?;
    value["successors"] = successors(conn, unit, unchecked).await?;
    value["provenance"] = view.provenance.into();
    Ok(Some(value))
}

fn during(mut value: Value, span: Span) -> Value {
    value["from"] = span.from.rfc3339().into();
    value["until"] = end(span.until).into();
    value
}

/// All that is known of what came before and what comes after.
const ALL_TIMES: AsOf = AsOf::at(Timestamp::from_millis(FOREVER.millis() - 1));

/// The units that went on in this one, each as it was last.
pub async fn predecessors(conn: &mut Conn, unit: Id<id::Unit>, unchecked: Unchecked) -> Result<Value, StoreError> {
    let found = org::predecessors(conn, unit, ALL_TIMES).await?;
    let before = |one: &Succession| (one.from, Timestamp::from_millis(one.at.millis() - 1));
    others(conn, &found, before, unchecked).await
}

/// The units in which this one went on, each as it was first.
pub async fn successors(conn: &mut Conn, unit: Id<id::Unit>, unchecked: Unchecked) -> Result<Value, StoreError> {
    let found = org::successors(conn, unit, ALL_TIMES).await?;
    others(conn, &found, |one| (one.to, one.at), unchecked).await
}

async fn others(
    conn: &mut Conn,
    found: &[Succession],
    other: fn(&Succession) -> (Id<id::Unit>, Timestamp),
    unchecked: Unchecked,
) -> Result<Value, StoreError> {
    let mut values = Vec::with_capacity(found.len());
    for one in found.iter().filter(|one| one.checked || unchecked == Unchecked::Marked) {
        let (unit, seen) = other(one);
        let label = label(conn, unit, AsOf::at(seen)).await?.map_or(Value::Null, |label| labelled(&label));
        values.push(json!({
            "unit": unit,
            "label": label,
            "share": one.share,
            "proposed": one.is_default,
            "checked": one.checked,
            "at": one.at.rfc3339(),
            "source": one.source,
        }));
    }
    Ok(Value::Array(values))
}
