//! Verbs on users. A write is one transaction: what it finds, what the gate lets through, and what it answers.

use std::sync::Arc;

use axum::http::StatusCode;
use idp_core::{
    admin, office, signin,
    store::{Conn, Tx},
    types::{Id, id},
};
use serde_json::Value;

use super::{
    answer::Answer,
    call::{Ask, Call, Verb, View},
    error::{Stop, Why},
    filter::{Filter, Op},
    list::{self, Page},
    patch,
    path::Attribute,
    posts::{self, Rest},
    rows::{self, Link},
    schema::OFFICIAL,
    user::{self, Officials},
    wanted::Wanted,
};

type Person = Id<id::Person>;

/// `/Users/{id}`
pub(super) async fn one(call: &Arc<Call>, ask: Ask, id: &str) -> Result<Answer, Stop> {
    // What is no id is answered like the id of nobody.
    let person: Person = id.parse().map_err(|_| Why::NotFound)?;
    match ask.verb {
        Verb::Get => get(call, &ask, person).await,
        Verb::Put | Verb::Patch | Verb::Delete => write(call, ask, Some(person)).await,
        Verb::Post => Err(Why::Method.into()),
    }
}

async fn get(call: &Call, ask: &Ask, person: Person) -> Result<Answer, Stop> {
    let shown = ask.shown()?;
    let mut conn = call.read().await?;
    let view = call.view(&mut conn).await?;
    let (_, user) = user::one(&mut conn, call, &view, person).await?;
    let answer = Answer::ok(user);
    if answer.version().is_some_and(|version| ask.known.as_deref() == Some(version)) {
        return Ok(Answer { status: StatusCode::NOT_MODIFIED, body: None });
    }
    Ok(Answer { body: answer.body.as_ref().map(|user| shown.part(user)), ..answer })
}

/// `POST /Users`
pub(super) async fn create(call: &Arc<Call>, ask: Ask) -> Result<Answer, Stop> {
    write(call, ask, None).await
}

/// Every write. `person`: of this user; `None`: of a new one.
async fn write(call: &Arc<Call>, ask: Ask, person: Option<Person>) -> Result<Answer, Stop> {
    let shown = ask.shown()?;
    let (call, ask) = (&**call, &ask);
    let answer = call.house.db.write(&call.cx, |tx| {
        Box::pin(async move {
            let view = call.view(tx).await?;
            match (person, ask.verb) {
                (Some(person), Verb::Delete) => remove(tx, call, ask, (&view, person)).await,
                (Some(person), _) => change(tx, call, ask, (&view, person)).await,
                (None, _) => make(tx, call, ask, &view).await,
            }
        })
    });
    let answer: Answer = answer.await?;
    // A part without `meta` would hide version and place from the headers.
    let body = answer.body.as_ref().map(|user| {
        let mut part = shown.part(user);
        part["meta"] = user["meta"].clone();
        part
    });
    Ok(Answer { body, ..answer })
}

/// Records somebody for the caller, or takes over a record that is there under the same number and name.
async fn make(tx: &mut Tx<'_>, call: &Call, ask: &Ask, view: &View) -> Result<Answer, Stop> {
    let wanted = Wanted::parse(ask.object()?)?;
    let by = call.by(tx).await?;
    let number = wanted.number.as_ref().ok_or(Stop::at(Why::Value, "personalNumber"))?;
    let name = wanted.name.as_ref().ok_or(Stop::at(Why::Value, "name"))?;
    let (person, _) = office::person_of(tx, number, name).await?;
    if !rows::links(tx, call.party, &[person]).await?.is_empty() {
        return Err(Why::Uniqueness.into());
    }
    let left = wanted.active == Some(false);
    let link = Link { user_name: wanted.user_name, external_id: wanted.external_id, left_at: left.then(|| tx.now()) };
    rows::insert(tx, call.party, person, &link).await?;
    let wanted = wanted.posts.unwrap_or_default();
    if left && !wanted.is_empty() {
        return Err(Stop::at(Why::Value, "active"));
    }
    posts::make(tx, (&by, view), person, (wanted, Rest::Stays)).await?;
    let (_, user) = user::one(tx, call, view, person).await?;
    Ok(Answer { status: StatusCode::CREATED, body: Some(user) })
}

/// PUT and PATCH: both say how the user should be, and differ only in who puts it together.
async fn change(tx: &mut Tx<'_>, call: &Call, ask: &Ask, (view, person): (&View, Person)) -> Result<Answer, Stop> {
    let (officials, user) = user::one(tx, call, view, person).await?;
    ask.saw(user["meta"]["version"].as_str().unwrap_or_default())?;
    let by = call.by(tx).await?;
    let body = match ask.verb {
        Verb::Patch => &patch::apply(&user, ask.object()?)?,
        _ => ask.object()?,
    };
    let wanted = Wanted::parse(body)?;
    unchanged(&officials, person, &wanted)?;
    let before = officials.link(person);
    let serves = !officials.posts(person).is_empty();
    let left_at = match wanted.active {
        Some(false) => before.and_then(|link| link.left_at).filter(|_| !serves).or(Some(tx.now())),
        Some(true) => None,
        None => before.and_then(|link| link.left_at),
    };
    let link = Link { user_name: wanted.user_name, external_id: wanted.external_id, left_at };
    put_link(tx, (call, person), before, &link).await?;
    if wanted.active == Some(false) {
        if serves {
            leave(tx, call, &by, person).await?;
        }
    } else if let Some(wanted) = wanted.posts {
        posts::make(tx, (&by, view), person, (wanted, Rest::Ends)).await?;
    }
    // Whoever loses their last post and is no user that the caller named is not there for it any more.
    match user::one(tx, call, view, person).await {
        Ok((_, user)) => Ok(Answer::ok(user)),
        Err(Stop::Refused { why: Why::NotFound, .. }) => Ok(Answer { status: StatusCode::NO_CONTENT, body: None }),
        Err(stop) => Err(stop),
    }
}

/// Names and numbers are not changed from here: they are the person's, and perhaps proven.
fn unchanged(officials: &Officials, person: Person, wanted: &Wanted) -> Result<(), Stop> {
    let known = officials.person(person).ok_or(Why::NotFound)?;
    let named = wanted.name.as_ref().is_none_or(|name| known.profile.as_ref().is_some_and(|own| own.name == *name));
    if !named {
        return Err(Stop::at(Why::Mutability, "name"));
    }
    let numbered = wanted.number.as_ref().is_none_or(|number| known.number.as_ref() == Some(number));
    if numbered { Ok(()) } else { Err(Stop::at(Why::Mutability, "personalNumber")) }
}

/// Keeps what the caller calls somebody, where that is something new.
async fn put_link(
    tx: &mut Tx<'_>,
    (call, person): (&Call, Person),
    before: Option<&Link>,
    link: &Link,
) -> Result<(), Stop> {
    match before {
        Some(before) if before == link => {}
        Some(_) => rows::update(tx, call.party, person, link).await?,
        // The name that we gave, sent back, names nobody anew.
        None if link.user_name == person.to_string() && link.external_id.is_none() && link.left_at.is_none() => {}
        None => rows::insert(tx, call.party, person, link).await?,
    }
    Ok(())
}

/// Everything that was given to them ends in this write. Only for somebody who serves within the caller's units: else any party could
/// sign out any citizen whose number it knows.
async fn leave(tx: &mut Tx<'_>, call: &Call, by: &office::By, person: Person) -> Result<(), Stop> {
    let allowed = call.assigning(tx).await?;
    admin::leave(tx, admin::By::Administrator(&allowed), person, "personnel-system").await?;
    signin::leave_office(tx, by, person, "personnel-system").await?;
    call.house.grants.end_all_of(tx, person, signin::LEFT_OFFICE).await?;
    Ok(())
}

/// They left, and the caller forgets them. The record of the person and of their posts stays with us.
async fn remove(tx: &mut Tx<'_>, call: &Call, ask: &Ask, (view, person): (&View, Person)) -> Result<Answer, Stop> {
    let (officials, user) = user::one(tx, call, view, person).await?;
    ask.saw(user["meta"]["version"].as_str().unwrap_or_default())?;
    let by = call.by(tx).await?;
    if !officials.posts(person).is_empty() {
        leave(tx, call, &by, person).await?;
    }
    rows::delete(tx, call.party, person).await?;
    Ok(Answer { status: StatusCode::NO_CONTENT, body: None })
}

/// `GET /Users`, `POST /Users/.search`
pub(super) async fn list(call: &Call, ask: &Ask) -> Result<Answer, Stop> {
    let page = Page::parse(&ask.params, ("Users", call.party))?;
    let shown = ask.shown()?;
    let mut conn = call.read().await?;
    let mut view = call.view(&mut conn).await?;
    if let Some(filter) = &page.filter {
        if let Some(candidates) = candidates(&mut conn, call, filter).await? {
            let found = fitting(&mut conn, call, &view, (candidates, filter)).await?;
            return Ok(Answer::ok(page.of_few(found.iter().map(|user| shown.part(user)).collect())));
        }
        let unit = unit(&mut conn, &view, filter).await?;
        view.0 = rows::Where { places: unit.into_iter().collect(), deep: false, party: None, ..view.0 };
    }
    let total = rows::count_users(&mut conn, &view.0).await?;
    let (ids, next) = page.cut(rows::users(&mut conn, &view.0, page.part()).await?);
    let officials = Officials::load(&mut conn, call, &view, &ids).await?;
    let users = ids.iter().filter_map(|id| officials.user(*id)).map(|user| shown.part(&user)).collect();
    Ok(Answer::ok(page.answer(users, total, next.map(Id::uuid))))
}

/// The few users that a filter can mean, where one of its parts names somebody by an index: the rest is judged on them. `None`: no part
/// does.
async fn candidates(conn: &mut Conn, call: &Call, filter: &Filter) -> Result<Option<Vec<Person>>, Stop> {
    if let Filter::Or(left, right) = filter {
        let (left, right) =
            (Box::pin(candidates(conn, call, left)).await?, Box::pin(candidates(conn, call, right)).await?);
        return Ok(left.zip(right).map(|(left, right)| [left, right].concat()));
    }
    for part in filter.parts() {
        let Filter::Compare(attribute, Op::Eq, Value::String(wanted)) = part else {
            if matches!(part, Filter::Or(..))
                && let Some(found) = Box::pin(candidates(conn, call, part)).await?
            {
                return Ok(Some(found));
            }
            continue;
        };
        let found = if attribute.is(None, "id") {
            wanted.parse().ok()
        } else if attribute.is(None, "userName") {
            match rows::by_name(conn, call.party, wanted).await? {
                None => wanted.parse().ok(),
                found => found,
            }
        } else if attribute.is(None, "externalId") {
            rows::by_external(conn, call.party, wanted).await?
        } else {
            continue;
        };
        return Ok(Some(found.into_iter().collect()));
    }
    Ok(None)
}

async fn fitting(
    conn: &mut Conn,
    call: &Call,
    view: &View,
    (mut candidates, filter): (Vec<Person>, &Filter),
) -> Result<Vec<Value>, Stop> {
    candidates.sort();
    candidates.dedup();
    let mut seen = Vec::new();
    for person in candidates {
        if rows::sees(conn, &view.0, person).await? {
            seen.push(person);
        }
    }
    let officials = Officials::load(conn, call, view, &seen).await?;
    let users = seen.iter().filter_map(|person| officials.user(*person));
    Ok(users.filter(|user| filter.fits(user)).collect())
}

/// The unit of a filter that asks who serves there, and nothing else. `None`: no such unit among the caller's.
///
/// # Errors
/// [`Why::Filter`]: no index of ours answers it within the caller's units. Names are sealed, so no filter by name is answered.
async fn unit(conn: &mut Conn, view: &View, filter: &Filter) -> Result<Option<Id<id::Unit>>, Stop> {
    let by_id = |attribute: &Attribute| {
        attribute.is(None, "groups.value")
            || attribute.is(None, "groups")
            || attribute.is(Some(OFFICIAL), "posts.unit.id")
    };
    let found = match filter {
        Filter::Compare(attribute, Op::Eq, Value::String(id)) if by_id(attribute) => id.parse().ok(),
        Filter::Compare(attribute, Op::Eq, Value::String(code)) if attribute.is(Some(OFFICIAL), "posts.unit.code") => {
            office::unit_of(conn, code, view.0.at).await?
        }
        _ => return Err(Why::Filter.into()),
    };
    match found {
        Some(unit) if view.sees_unit(conn, unit).await? => Ok(Some(unit)),
        _ => Ok(None),
    }
}

/// A query in a body (RFC 7644 section 3.4.3).
pub(super) async fn search(call: &Call, ask: Ask) -> Result<Answer, Stop> {
    let params = list::params_of(ask.object()?)?;
    list(call, &Ask { params, ..ask }).await
}
