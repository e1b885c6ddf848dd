//! What is handed on, as both sides see it; each may end it at once.

use axum::response::Response;
use idp_core::{
    authn::notice,
    office::{self, Assignment, DeskError, Judged, Kind, PostState, Seen},
    store::{Conn, StoreError},
    types::Timestamp,
};

use super::{
    fresh::{Member, member},
    official::{self, Labels, PostId},
    own::nav,
};
use crate::web::{
    Form, Halt, Visit,
    page::{AccountDelegations, DelegationRow, Said, Tab, left, render},
};

pub(super) const PATH: &str = "/account/delegations";

/// `GET /account/delegations`.
pub(super) async fn list(visit: Visit) -> Result<Response, Halt> {
    let member = match member(visit, PATH).await? {
        Ok(member) => member,
        Err(response) => return Ok(response),
    };
    let (visit, now) = (&member.visit, member.visit.now());
    let mut conn = visit.house.db.read().await?;
    let labels = Labels::load(&mut conn, member.locale).await?;
    let own = office::history(&mut conn, member.live.person).await?;
    let (mut given, mut received) = (Vec::new(), Vec::new());
    for post in &own {
        if post.post.kind == Kind::Delegated {
            received.extend(row(&mut conn, (&member, &labels), post, now).await?);
            continue;
        }
        for handed in office::handed_on(&mut conn, post.post.id).await? {
            given.extend(row(&mut conn, (&member, &labels), &handed, now).await?);
        }
    }
    drop(conn);
    let done = visit.query.get("done").and_then(|word| match word {
        "given" => Some(Said::new("delegation-done-given")),
        "waits" => Some(Said::new("delegation-done-waits")),
        "ended" => Some(Said::new("delegation-done-ended")),
        _ => None,
    });
    let page = AccountDelegations {
        c: member.chrome(PATH),
        nav: nav(visit, Tab::Posts),
        done,
        given,
        received,
        new_href: member.path(super::delegate::PATH),
        action: member.path("/account/delegations/end"),
    };
    Ok(member.bound(render(&page)))
}

/// One row, seen from the member's side; `None` for what is over.
async fn row(
    conn: &mut Conn,
    (member, labels): (&Member, &Labels),
    handed: &Assignment,
    now: Timestamp,
) -> Result<Option<DelegationRow>, StoreError> {
    let post = &handed.post;
    let window = post.window();
    if !matches!(post.state, PostState::Active | PostState::Pending) || window.until <= now {
        return Ok(None);
    }
    let other =
        if post.person == member.live.person { office::handed_on_by(conn, post).await? } else { Some(post.person) };
    let name = match other {
        Some(person) => official::name(conn, person).await?,
        None => String::new(),
    };
    let (_, judged) = official::judged(conn, post.person, now).await?;
    let left = match post.state {
        PostState::Active => left(now, window.from, window.until),
        _ => None,
    };
    Ok(Some(DelegationRow {
        id: post.id.to_string(),
        name,
        lines: official::lines(labels, conn, post, now).await?,
        roles: labels.roles(&post.roles),
        systems: official::systems_of(&member.visit, member.locale, post),
        state: state(&judged, handed, now),
        left,
        reason: office::reasons(conn, &[post.id]).await?.remove(&post.id),
    }))
}

fn state(judged: &[Judged], handed: &Assignment, now: Timestamp) -> &'static str {
    let post = &handed.post;
    let counts = judged.iter().any(|one| {
        one.post == post.id
            && one.rights.as_ref().is_some_and(|rights| !rights.held.is_empty() || post.roles.is_empty())
    });
    match post.state {
        PostState::Pending => "delegation-state-pending",
        _ if now < post.span.from => "delegation-state-later",
        _ if counts => "delegation-state-active",
        _ => "delegation-state-lost",
    }
}

/// `POST /account/delegations/end`: `post`. To take rights away needs no new proof: whoever lost their telephone must be able to.
pub(super) async fn end(visit: Visit, Form(params): Form) -> Result<Response, Halt> {
    let member = match member(visit, PATH).await? {
        Ok(member) => member,
        Err(response) => return Ok(response),
    };
    member.check(&params, PATH)?;
    let Some(post) = params.get("post").and_then(|text| text.parse::<PostId>().ok()) else {
        return Ok(member.to(PATH));
    };
    let (cx, me) = (member.cx(), member.live.person);
    let ended = member.visit.house.db.write(&cx, |tx| {
        Box::pin(async move {
            let found = office::assignment(tx, post).await?.ok_or(DeskError::Unknown)?.post;
            let because = if found.person == me { "declined" } else { "ended-by-giver" };
            office::take_back(tx, Seen { post, revision: None }, because).await?;
            let time = tx.now().show();
            if let Some(gave) = office::handed_on_by(tx, &found).await? {
                for (to, other) in [(gave, found.person), (found.person, gave)] {
                    let name = official::name(tx, other).await?;
                    notice::notify_person(tx, to, notice::DELEGATION_ENDED, &[("name", &name), ("time", &time)])
                        .await?;
                }
            }
            Ok::<_, DeskError>(())
        })
    });
    match ended.await {
        Ok(()) => Ok(member.to("/account/delegations?done=ended")),
        Err(DeskError::Store(error)) => Err(error.into()),
        // Not theirs, or over already: the list says what there is.
        Err(_) => Ok(member.to(PATH)),
    }
}
