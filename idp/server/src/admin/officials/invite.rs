//! The link at which an official, whom a list brought, makes their account.

use async_trait::async_trait;
use idp_core::{
    admin::{Allowed, Permission},
    office,
    people::{self, InviteError},
    store::{Conn, Tx},
};
use schemars::JsonSchema;
use serde::Serialize;

use super::{
    super::{
        act::{Act, Ask, Found, Is, Method, Nothing, Reply, Writes},
        refuse::{self, Stop},
        wire::Instant,
    },
    OnePerson, READ, asks, by, gone, whole,
    wrong::refused,
};
use crate::web::{Mistake, Problem, invitation};

/// A link.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Invitation")]
pub(in crate::admin) struct Link {
    /// For this official alone, from hand to hand or over a way that only they read.
    link: String,
    /// When it is over.
    ends_at: Instant,
}

/// `POST /persons/{person}/invitation`
pub(in crate::admin) struct Invite;

#[async_trait]
impl Act for Invite {
    type Path = OnePerson;
    type Query = Nothing;
    type Body = Nothing;
    type Answer = Link;
    /// What a database kept of it would be a way in.
    const IS_SECRET: bool = true;
    const IS: Is = Is {
        id: "invite_official",
        method: Method::Post,
        path: "/persons/{person}/invitation",
        summary: "Makes the link at which an official without an account makes one; the link before is worth nothing any more",
        demand: asks(Permission::AssignOfficials),
        status: 201,
        ..READ
    };

    async fn find(conn: &mut Conn, ask: &Ask<Self>) -> Result<Option<Found>, Stop> {
        whole(conn, ask.path.person, ask.now).await
    }
}

#[async_trait]
impl Writes for Invite {
    async fn write(tx: &mut Tx<'_>, ask: &Ask<Self>, allowed: &Allowed) -> Result<Reply<Link>, Stop> {
        let by = by(allowed, Permission::AssignOfficials, ask.now)?;
        office::may_invite(tx, &by, ask.path.person).await.map_err(refused)?;
        let (link, ends_at) = people::invite(tx, ask.path.person).await.map_err(|error| match error {
            InviteError::Nobody => gone(),
            InviteError::HasAccount => Problem::new(refuse::CONFLICT).with([Mistake::at("", "has-account")]).into(),
            InviteError::Store(error) => error.into(),
        })?;
        Ok(Reply::new(Link { link: invitation::address(&ask.house.issuer, &link), ends_at: Instant(ends_at) }))
    }
}
