//! Officials: posts, who may do what and why, the catalogue of roles, reviews.
//!
//! | file | what |
//! | --- | --- |
//! | `look` | lists within the caller's own units, one post, reasons, and who may do something |
//! | `write` | giving, changing, ending, deciding, moving, leaving |
//! | `catalogue` | positions, roles, separations |
//! | `reviews` | what heads of units owe |
//! | `files` | posts from files, taken back |
//! | `trial` | what a file would do |
//! | `drift` | who left, by the list of the personnel system |
//! | `invite` | the way into the record of an official whom a list brought |
//! | `moves` | how somebody came, moved and left |
//! | `out` | posts as they are answered |
//! | `wrong` | the one answer to each refusal of the office |
//!
//! Whoever writes acts by the post that they chose, or as a platform owner by appointment; `idp_core::office::gate` judges every change in
//! the transaction that makes it. Questions are asked over the caller's own units, so nothing of an answer depends on what lies outside.

mod catalogue;
mod drift;
mod files;
mod invite;
mod look;
mod moves;
mod out;
mod reviews;
mod trial;
mod write;
mod wrong;

use async_trait::async_trait;
use idp_core::{
    admin::{Allowed, Demand, Fresh, Permission, Targets, Who},
    office::{self, By},
    org::{self, AsOf},
    store::Conn,
    types::{Id, Timestamp, id},
};
use schemars::JsonSchema;
use serde::Deserialize;

use super::{
    act::{Found, Is, Method, Outside, Precondition, Touches},
    refuse::{self, Stop},
};
use crate::web::{Code, Problem};

pub(super) use catalogue::{AddRole, ChangeRole, GetRole, Part, Positions, PutPosition, Roles, Separations, Unite};
pub(super) use drift::Drift;
pub(super) use files::{Import, Imported, Imports, Lines, Template, Undo};
pub(super) use invite::Invite;
pub(super) use look::{Delegations, Explain, Get, List, WhoMay};
pub(super) use moves::Moves;
pub(super) use reviews::{Answer, Review, Reviews};
pub(super) use trial::Trial;
pub(crate) use trial::{Terms, Tried};
pub(super) use write::{Approve, Change, End, Give, Leave, Move, Refuse, Withdraw};

/// The row that all that reads shares.
const READ: Is = Is {
    id: "",
    method: Method::Get,
    path: "",
    summary: "",
    demand: Demand { permission: Some(Permission::ReadOfficials), who: Who::Both, fresh: Fresh::No },
    precondition: Precondition::None,
    outside: Outside::Hidden,
    status: 200,
    body: 0,
};

/// What changes something: somebody answers for it, so never a machine.
const fn asks(permission: Permission) -> Demand {
    Demand { permission: Some(permission), who: Who::Console, fresh: Fresh::Yes }
}

/// One post.
#[derive(Deserialize, JsonSchema)]
#[schemars(rename = "OnePost")]
#[serde(deny_unknown_fields)]
pub(super) struct One {
    post: Id<id::Assignment>,
}

#[async_trait]
impl Touches for One {
    async fn found(&self, conn: &mut Conn) -> Result<Option<Found>, Stop> {
        let stored = office::assignment(conn, self.post).await?;
        Ok(stored.map(|stored| Found::at(Targets::Units(vec![stored.post.unit]), stored.post.revision)))
    }
}

/// One person. What of them is seen, the question itself narrows.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct OnePerson {
    person: Id<id::Person>,
}

#[async_trait]
impl Touches for OnePerson {
    async fn found(&self, _: &mut Conn) -> Result<Option<Found>, Stop> {
        Ok(Some(Found::new(Targets::Open)))
    }
}

/// Everything that somebody holds: all their posts must be in the caller's units. Somebody without one is like nobody.
async fn whole(conn: &mut Conn, person: Id<id::Person>, now: Timestamp) -> Result<Option<Found>, Stop> {
    let world = office::world(conn, person, now).await?;
    let units: Vec<_> = world.posts_of(person).into_iter().map(|post| post.unit).collect();
    Ok((!units.is_empty()).then(|| Found::new(Targets::Units(units))))
}

fn gone() -> Stop {
    Problem::new(Code::NOT_FOUND).into()
}

/// By what the caller acts on posts.
fn by(allowed: &Allowed, permission: Permission, now: Timestamp) -> Result<By, Stop> {
    allowed.by(permission, now).ok_or_else(|| Problem::new(refuse::NOT_PERMITTED).into())
}

/// The part of a subtree that the caller may look at; of the whole tree where none is named. What they may look at is asked of now, where
/// it lay of the day that they ask about.
async fn view(
    conn: &mut Conn,
    allowed: &Allowed,
    unit: Option<Id<id::Unit>>,
    (now, at): (Timestamp, Timestamp),
) -> Result<office::Visible, Stop> {
    let top = match unit {
        Some(unit) => Some(unit),
        None => org::root(conn, AsOf::at(at)).await?,
    };
    let Some(top) = top else { return Ok(office::Visible::default()) };
    Ok(office::visible(conn, &allowed.reaches(Permission::ReadOfficials, now), (top, at)).await?)
}
