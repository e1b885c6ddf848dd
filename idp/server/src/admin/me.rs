//! One's own rights: what a console shows and what a machine checks before it begins.

use async_trait::async_trait;
use idp_core::{
    admin::{self, Allowed, Demand, Fresh, How, Permission, STALE, Subject, Targets, Who},
    store::{Conn, Tx},
};
use schemars::JsonSchema;
use serde::Serialize;

use super::{
    act::{Act, Ask, Found, Is, Method, Nothing, Outside, Precondition, Reads, Reply, Writes},
    administrators::{Held, Named},
    refuse::Stop,
    wire::Instant,
};

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
    /// What that permits, somewhere.
    permissions: Vec<&'static str>,
}

/// `GET /me`
pub(super) struct Own;

#[async_trait]
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

    async fn find(_: &mut Conn, _: &Ask<Self>) -> Result<Option<Found>, Stop> {
        Ok(Some(Found::new(Targets::Open)))
    }
}

#[async_trait]
impl Reads for Own {
    async fn read(conn: &mut Conn, ask: &Ask<Self>, allowed: &Allowed) -> Result<Reply<Me>, Stop> {
        let caller = allowed.caller();
        let mut appointments = Vec::new();
        for own in allowed.held() {
            appointments.push(Held::of(conn, &ask.house, own).await?);
        }
        let permits = |permission: &Permission| allowed.held().iter().any(|own| own.permits(*permission, ask.now));
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
        }))
    }
}

/// `POST /me/leave`
pub(super) struct Leave;

#[async_trait]
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

    async fn find(_: &mut Conn, _: &Ask<Self>) -> Result<Option<Found>, Stop> {
        Ok(Some(Found::new(Targets::Open)))
    }
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
