//! Verbs on users. A write is one transaction: what it finds, what the gate lets through, and what it answers.

use std::sync::Arc;

use axum::http::StatusCode;
use idp_core::{
    admin, office, signin,
    store::{Conn, Tx},
    types::{Id, id},
};

use super::{
    among,
    answer::{Answer, Shown},
    call::{Ask, Call, Verb, View},
    error::{Stop, Why},
    filter::Filter,
    list::{self, LIKE_ONE, Page, SLICE},
    patch,
    posts::{self, Rest},
    rows::{self, Link},
    schema::Of,
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
    let page = Page::parse(&ask.params, (Of::Users, call.party))?;
    let shown = ask.shown()?;
    let mut conn = call.read().await?;
    let view = call.view(&mut conn).await?;
    if let Some(filter) = &page.filter {
        return fitting(&mut conn, call, &view, (&page, filter, &shown)).await;
    }
    let total = rows::count_users(&mut conn, &view.0).await?;
    let (ids, next) = page.cut(rows::users(&mut conn, &view.0, page.part()).await?);
    let officials = Officials::load(&mut conn, call, &view, &ids).await?;
    let users = ids.iter().filter_map(|id| officials.user(*id)).map(|user| shown.part(&user)).collect();
    Ok(Answer::ok(page.answer(users, total, next.map(Id::uuid))))
}

/// A filtered list. Every user is judged as this caller would be shown them: whatever the filter asks, nothing else answers.
async fn fitting(
    conn: &mut Conn,
    call: &Call,
    view: &View,
    (page, filter, shown): (&Page, &Filter, &Shown),
) -> Result<Answer, Stop> {
    let filter = among::by_ids(conn, call.now(), filter).await?;
    let persons = among::persons(conn, call, view, &filter).await?;
    call.pay(persons.len() / LIKE_ONE).await?;
    let mut sheaf = page.sheaf();
    for slice in persons.chunks(SLICE) {
        let officials = Officials::load(conn, call, view, slice).await?;
        for person in slice {
            if let Some(user) = officials.user(*person).filter(|user| filter.fits(user)) {
                sheaf.add(person.uuid(), || shown.part(&user));
            }
        }
    }
    let (users, total, next) = sheaf.bound();
    Ok(Answer::ok(page.answer(users, total, next)))
}

/// A query in a body (RFC 7644 section 3.4.3).
pub(super) async fn search(call: &Call, ask: Ask) -> Result<Answer, Stop> {
    let params = list::params_of(ask.object()?)?;
    list(call, &Ask { params, ..ask }).await
}
