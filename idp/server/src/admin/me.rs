//! One's own rights: what a console shows and what a machine checks before it begins.

use async_trait::async_trait;
use idp_core::{
    admin::{self, Allowed, Demand, Fresh, How, Permission, STALE, Subject, Who},
    office::{self, DeskError, Rights},
    store::{Conn, Tx},
    types::{Id, id},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    act::{Act, Ask, Is, Method, Nothing, Outside, Precondition, Reads, Reply, Writes},
    administrators::{Held, Named},
    refuse::Stop,
    wire::Instant,
};
use crate::web::{Code, Problem};

/// Who one is here, and what one may do.
#[derive(Serialize, JsonSchema)]
pub(super) struct Me {
    /// Who.
    subject: Named,
    /// How they proved it: `console` or `machine`.
    by: &'static str,
    /// `acr` of the sign-in; null for a machine.
    acr: Option<&'static str>,
    /// Until when the last proof is fresh enough to change something; null for a machine.
    fresh_until: Option<Instant>,
    /// What one holds now.
    appointments: Vec<Held>,
    /// What they and the acting post permit, somewhere.
    permissions: Vec<&'static str>,
    /// The post in which one acts; null: in none.
    acting_post: Option<Id<id::Assignment>>,
    /// The posts in which one could act.
    posts: Vec<OwnPost>,
}

/// A post in which one could act.
#[derive(Serialize, JsonSchema)]
struct OwnPost {
    id: Id<id::Assignment>,
    unit: Id<id::Unit>,
    /// What its roles permit here.
    permissions: Vec<&'static str>,
}

impl From<&Rights> for OwnPost {
    fn from(rights: &Rights) -> Self {
        let permissions = office::Permission::ALL.into_iter().filter(|one| rights.permits(*one));
        Self { id: rights.post, unit: rights.unit, permissions: permissions.map(office::Permission::word).collect() }
    }
}

/// `GET /me`
pub(super) struct Own;

impl Act for Own {
    type Path = Nothing;
    type Query = Nothing;
    type Body = Nothing;
    type Answer = Me;
    const IS: Is = Is {
        id: "get_own_rights",
        method: Method::Get,
        path: "/me",
        summary: "Who one is here, and what one may do",
        demand: Demand { permission: None, who: Who::Both, fresh: Fresh::No },
        precondition: Precondition::None,
        outside: Outside::Refused,
        status: 200,
        body: 0,
    };
}

#[async_trait]
impl Reads for Own {
    async fn read(conn: &mut Conn, ask: &Ask<Self>, allowed: &Allowed) -> Result<Reply<Me>, Stop> {
        let caller = allowed.caller();
        let mut appointments = Vec::new();
        for own in allowed.held() {
            appointments.push(Held::of(conn, &ask.house, own).await?);
        }
        let by_post = |permission: Permission| {
            let wanted = permission.of_posts();
            allowed.rights().zip(wanted).is_some_and(|(rights, wanted)| rights.permits(wanted))
        };
        let permits = |permission: &Permission| {
            allowed.held().iter().any(|own| own.permits(*permission, ask.now)) || by_post(*permission)
        };
        let posts = match caller.subject {
            Subject::Person(person) => office::offices(conn, person, ask.now).await?,
            Subject::Party(_) => Vec::new(),
        };
        let (by, acr, fresh_until) = match caller.how {
            How::Machine => ("machine", None, None),
            How::Console { aal, auth_at } => ("console", Some(aal.acr()), Some(Instant(auth_at + STALE))),
        };
        Ok(Reply::new(Me {
            subject: Named::of(conn, &ask.house, caller.subject).await?,
            by,
            acr,
            fresh_until,
            appointments,
            permissions: Permission::ALL.iter().filter(|one| permits(one)).map(|one| one.word()).collect(),
            acting_post: allowed.rights().map(|rights| rights.post),
            posts: posts.iter().map(OwnPost::from).collect(),
        }))
    }
}

/// `POST /me/leave`
pub(super) struct Leave;

impl Act for Leave {
    type Path = Nothing;
    type Query = Nothing;
    type Body = Nothing;
    type Answer = ();
    const IS: Is = Is {
        id: "leave_console",
        method: Method::Post,
        path: "/me/leave",
        summary: "Closes the console; the session below it goes on",
        demand: Demand { permission: None, who: Who::Console, fresh: Fresh::No },
        precondition: Precondition::None,
        outside: Outside::Refused,
        status: 204,
        body: 0,
    };
}

#[async_trait]
impl Writes for Leave {
    async fn write(tx: &mut Tx<'_>, _: &Ask<Self>, allowed: &Allowed) -> Result<Reply<()>, Stop> {
        if let Subject::Person(person) = allowed.caller().subject {
            admin::close(tx, person, "left").await?;
        }
        Ok(Reply::new(()))
    }
}

/// A post of one's own.
#[derive(Deserialize, JsonSchema)]
#[schemars(rename = "ActingPost")]
#[serde(deny_unknown_fields)]
pub(super) struct Chosen {
    post: Id<id::Assignment>,
}

/// `POST /me/post`
pub(super) struct TakePost;

impl Act for TakePost {
    type Path = Nothing;
    type Query = Nothing;
    type Body = Chosen;
    type Answer = ();
    const IS: Is = Is {
        id: "choose_acting_post",
        path: "/me/post",
        summary: "Chooses the post in which one acts from now on in this session: one's own and one that counts now",
        body: 1_024,
        ..Leave::IS
    };
}

#[async_trait]
impl Writes for TakePost {
    async fn write(tx: &mut Tx<'_>, ask: &Ask<Self>, allowed: &Allowed) -> Result<Reply<()>, Stop> {
        let (Subject::Person(person), Some(session)) = (allowed.caller().subject, allowed.caller().session) else {
            return Err(Problem::new(Code::NOT_FOUND).into());
        };
        match office::administer(tx, (session, person), ask.body.post).await {
            Ok(_) => Ok(Reply::new(())),
            Err(DeskError::Store(error)) => Err(error.into()),
            Err(_) => Err(Problem::new(Code::NOT_FOUND).into()),
        }
    }
}
