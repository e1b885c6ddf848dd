//! In which post somebody acts towards the party: the page where they choose, and what of it is shown before they agree.

use axum::{http::StatusCode, response::Response};
use idp_core::{
    office::{self, Acting, Capacity, tell},
    org::FOREVER,
    people,
    session::Live,
    signin::Why,
    store::{Conn, StoreError},
    types::{Fault, Locale, Timestamp},
};

use super::at::{At, form};
use crate::web::{
    Halt,
    page::{AS_CITIZEN, ChoosePost, Errors, PostChoice, ReleasedValue, render_with, show_time},
};

/// The page `choose-post`.
pub(super) async fn choose_post(
    at: &At,
    (why, live): (Why, &Live),
    status: StatusCode,
    errors: Errors,
) -> Result<Response, Halt> {
    let (Some(with), Some(party)) = (at.with(live), at.party_name()) else {
        return Err(Fault::bug("choosing a post for no party").into());
    };
    let now = at.visit.now();
    let mut conn = at.visit.house.db.read().await?;
    let mut posts = Vec::new();
    for capacity in office::choices(&mut conn, &with, now).await? {
        posts.push(choice(&mut conn, &capacity, (at.locale, now)).await?);
    }
    let last = match office::acting(&mut conn, &with, now).await? {
        Acting::Post(capacity) => Some(capacity.post.to_string()),
        Acting::Themself => Some(AS_CITIZEN.to_owned()),
        Acting::Citizen | Acting::Choose(_) => None,
    };
    drop(conn);
    let page = ChoosePost {
        c: at.chrome("", &form(&at.t)),
        party,
        why: at.why(why),
        errors,
        posts,
        last,
        action: at.path("/post"),
        cancel_action: at.path("/cancel"),
    };
    Ok(render_with(status, &page))
}

/// The post as the consent page names it; `None`: the party asks for none.
pub(super) async fn shown(at: &At, live: &Live) -> Result<Vec<ReleasedValue>, StoreError> {
    let Some(with) = at.with(live) else { return Ok(Vec::new()) };
    let now = at.visit.now();
    let mut conn = at.visit.house.db.read().await?;
    let value = |label, value: String| ReleasedValue { label, value };
    let Acting::Post(capacity) = office::acting(&mut conn, &with, now).await? else {
        let as_citizen = at.chrome("", "").say("choose-post-citizen").into_owned();
        return Ok(vec![value("scope-post", as_citizen)]);
    };
    let post = choice(&mut conn, &capacity, (at.locale, now)).await?;
    let roles: Vec<&str> = capacity.roles.iter().map(String::as_str).collect();
    Ok(vec![
        value("scope-post", format!("{} · {}", post.position, post.place)),
        value("scope-post-roles", roles.join(", ")),
    ])
}

async fn choice(
    conn: &mut Conn,
    capacity: &Capacity,
    (locale, now): (Locale, Timestamp),
) -> Result<PostChoice, StoreError> {
    let place = tell::path(conn, capacity.unit, now, locale).await?;
    let on_behalf_of = match capacity.delegator {
        Some((_, signer)) => people::person(conn, signer).await?.and_then(|person| person.profile),
        None => None,
    };
    Ok(PostChoice {
        value: capacity.post.to_string(),
        position: match locale {
            Locale::Vi => capacity.label.vi.clone(),
            Locale::En => capacity.label.en.clone(),
        },
        kind: tell::kind(capacity.kind),
        place,
        // Rights end at an instant that is no longer theirs: people read the one before.
        until: (capacity.ends_at < FOREVER).then(|| show_time(Timestamp::from_millis(capacity.ends_at.millis() - 1))),
        on_behalf_of: on_behalf_of.map(|profile| profile.name.as_str().to_owned()),
    })
}
