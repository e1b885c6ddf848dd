//! Units as groups. They are decided elsewhere, so this door only shows them.

use std::collections::{HashMap, HashSet};

use axum::http::StatusCode;
use idp_core::{
    office,
    org::{self, AsOf, FOREVER, UnitRow},
    people,
    store::Conn,
    types::{FullName, Id, id},
};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    PREFIX,
    answer::{Answer, version},
    call::{Ask, Call, Verb, View},
    error::{Stop, Why},
    filter::{Filter, Op},
    list::{self, LIKE_ONE, Page, SLICE},
    rows,
    schema::{GROUP, Of, UNIT},
};

type Unit = Id<id::Unit>;

/// `/Groups/{id}`
pub(super) async fn one(call: &Call, ask: &Ask, id: &str) -> Result<Answer, Stop> {
    let unit: Unit = id.parse().map_err(|_| Why::NotFound)?;
    let shown = ask.shown()?;
    let mut conn = call.read().await?;
    let view = call.view(&mut conn).await?;
    if !view.sees_unit(&mut conn, unit).await? {
        return Err(Why::NotFound.into());
    }
    if ask.verb != Verb::Get {
        return Err(Stop::at(Why::Mutability, "Group"));
    }
    let (_, group) = load(&mut conn, call, &[unit], Members::Shown).await?.pop().ok_or(Why::NotFound)?;
    let answer = Answer::ok(group);
    if answer.version().is_some_and(|version| ask.known.as_deref() == Some(version)) {
        return Ok(Answer { status: StatusCode::NOT_MODIFIED, body: None });
    }
    Ok(Answer { body: answer.body.as_ref().map(|group| shown.part(group)), ..answer })
}

/// `GET /Groups`, `POST /Groups/.search`. Members are listed where they are asked for by name: a province has thousands.
pub(super) async fn list(call: &Call, ask: &Ask) -> Result<Answer, Stop> {
    if ask.verb != Verb::Get {
        return Err(Stop::at(Why::Mutability, "Group"));
    }
    let page = Page::parse(&ask.params, (Of::Groups, call.party))?;
    let shown = ask.shown()?;
    let members = if shown.names("members") { Members::Shown } else { Members::Left };
    let mut conn = call.read().await?;
    let view = call.view(&mut conn).await?;
    let (ids, members, (total, next)) = if let Some(filter) = &page.filter {
        let (found, members) = match candidates(&mut conn, &view, filter).await? {
            Some(found) => (view.covers(&mut conn, &found).await?, Members::Shown),
            None => (list::few(rows::units(&mut conn, &view.0, list::all()).await?)?, members),
        };
        let (ids, total, next) = fitting(&mut conn, call, &page, (filter, found)).await?;
        (ids, members, (total, next))
    } else {
        let total = rows::count_units(&mut conn, &view.0).await?;
        let (ids, next) = page.cut(rows::units(&mut conn, &view.0, page.part()).await?);
        (ids, members, (total, next.map(Id::uuid)))
    };
    let groups = load(&mut conn, call, &ids, members).await?;
    Ok(Answer::ok(page.answer(groups.iter().map(|(_, group)| shown.part(group)).collect(), total, next)))
}

/// Those of the units that fit the filter and lie on the page.
async fn fitting(
    conn: &mut Conn,
    call: &Call,
    page: &Page,
    (filter, mut found): (&Filter, Vec<Unit>),
) -> Result<(Vec<Unit>, i64, Option<Uuid>), Stop> {
    call.pay(found.len() / LIKE_ONE).await?;
    found.sort();
    let members = if filter.names("members") { Members::Shown } else { Members::Left };
    let mut sheaf = page.sheaf();
    for slice in found.chunks(SLICE) {
        for (unit, _) in load(conn, call, slice, members).await?.iter().filter(|(_, group)| filter.fits(group)) {
            sheaf.add(unit.uuid(), || *unit);
        }
    }
    Ok(sheaf.bound())
}

/// A query in a body.
pub(super) async fn search(call: &Call, ask: Ask) -> Result<Answer, Stop> {
    let params = list::params_of(ask.object()?)?;
    list(call, &Ask { params, verb: Verb::Get, ..ask }).await
}

/// The few units that a filter can mean, where one of its parts names one by id or code, or somebody who serves there. `None`: any.
///
/// # Errors
/// [`Why::Filter`]: it asks for members otherwise, and those of every unit would have to be read.
async fn candidates(conn: &mut Conn, view: &View, filter: &Filter) -> Result<Option<Vec<Unit>>, Stop> {
    for part in filter.parts() {
        let (attribute, wanted) = match part {
            Filter::Compare(attribute, Op::Eq, Value::String(wanted)) => (attribute, wanted),
            Filter::Some(attribute, inner) if attribute.is(None, "members") => {
                let value = inner.parts().into_iter().find_map(|part| match part {
                    Filter::Compare(own, Op::Eq, Value::String(wanted)) if own.is(None, "value") => Some(wanted),
                    _ => None,
                });
                let Some(wanted) = value else { continue };
                (attribute, wanted)
            }
            _ => continue,
        };
        if attribute.is(None, "id") {
            return Ok(Some(wanted.to_ascii_lowercase().parse().ok().into_iter().collect()));
        }
        if attribute.is(Some(UNIT), "codes.code") {
            return Ok(Some(office::unit_of(conn, wanted, view.0.at).await?.into_iter().collect()));
        }
        if attribute.is(None, "members.value") || attribute.is(None, "members") {
            let Ok(person) = wanted.to_ascii_lowercase().parse() else { return Ok(Some(Vec::new())) };
            let posts = rows::posts(conn, view.0.at, &[person]).await?;
            return Ok(Some(posts.into_iter().map(|post| post.unit).collect::<HashSet<_>>().into_iter().collect()));
        }
    }
    if filter.names("members") { Err(Why::Filter.into()) } else { Ok(None) }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Members {
    Shown,
    Left,
}

/// Units as groups, in the order of the ids.
async fn load(conn: &mut Conn, call: &Call, ids: &[Unit], members: Members) -> Result<Vec<(Unit, Value)>, Stop> {
    let now = call.now();
    let units: HashMap<Unit, UnitRow> =
        org::units(conn, ids, AsOf::at(now)).await?.into_iter().map(|unit| (unit.id, unit)).collect();
    let serving = match members {
        Members::Shown => rows::members(conn, now, ids).await?,
        Members::Left => Vec::new(),
    };
    let persons: Vec<_> = serving.iter().map(|(_, person)| *person).collect::<HashSet<_>>().into_iter().collect();
    let names = people::names(conn, &persons).await?;
    let base = format!("{}{PREFIX}", call.house.issuer);
    let mut groups = Vec::new();
    for unit in ids.iter().filter_map(|id| units.get(id)) {
        let mut group = group(unit);
        if members == Members::Shown {
            let own = serving.iter().filter(|(place, _)| *place == unit.id);
            group["members"] = own.map(|(_, person)| member(&base, *person, names.get(person))).collect();
        }
        let version = version(&group);
        group["meta"] = json!({
            "resourceType": "Group", "location": format!("{base}/Groups/{}", unit.id), "version": version,
        });
        groups.push((unit.id, group));
    }
    Ok(groups)
}

fn member(base: &str, person: Id<id::Person>, name: Option<&FullName>) -> Value {
    let mut member = json!({"value": person, "$ref": format!("{base}/Users/{person}"), "type": "User"});
    if let Some(name) = name {
        member["display"] = name.as_str().into();
    }
    member
}

fn group(unit: &UnitRow) -> Value {
    let codes: Vec<Value> =
        unit.codes.iter().map(|code| json!({"scheme": code.scheme().word(), "code": code.value()})).collect();
    let mut extension = json!({
        "level": unit.level.id, "kind": unit.kind.word(), "codes": codes, "from": unit.exists.from.day().to_string(),
    });
    if let Some(parent) = unit.parent {
        extension["parent"] = json!(parent);
    }
    let until = unit.exists.until.unwrap_or(FOREVER);
    if let Some(last) = super::user::last_day(until) {
        extension["until"] = last.into();
    }
    json!({
        "schemas": [GROUP, UNIT], "id": unit.id, "displayName": unit.name.vi(), UNIT: extension,
    })
}
