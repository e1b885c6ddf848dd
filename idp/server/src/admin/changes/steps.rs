//! The steps of a set after it was written.

use async_trait::async_trait;
use idp_core::{
    admin::{self, Allowed},
    org::change::{self, Choice, Seen},
    store::Tx,
};
use schemars::JsonSchema;
use serde::Deserialize;

use super::{
    super::{
        act::{Act, Ask, Is, Method, Nothing, Outside, Precondition, Reply, Writes},
        refuse::Stop,
        wire::Line,
    },
    BODY, DECIDE, One, PROPOSE, answer, out, refused, rules,
};

/// The set as the caller saw it.
pub(super) const fn seen(one: &One, revision: Option<i64>) -> Seen {
    Seen { set: one.change, revision }
}

/// `POST /changes/{change}/submit`
pub(in crate::admin) struct Submit;

impl Act for Submit {
    type Path = One;
    type Query = Nothing;
    type Body = Nothing;
    type Answer = out::Set;
    const IS: Is = Is {
        id: "submit_change",
        method: Method::Post,
        path: "/changes/{change}/submit",
        summary: "Asks a second person to decide",
        demand: PROPOSE,
        precondition: Precondition::IfMatch,
        outside: Outside::Hidden,
        status: 200,
        body: 0,
    };
}

#[async_trait]
impl Writes for Submit {
    async fn write(tx: &mut Tx<'_>, ask: &Ask<Self>, allowed: &Allowed) -> Result<Reply<out::Set>, Stop> {
        let rules = rules(tx, (&ask.house, ask.path.change), allowed, ask.now).await?;
        change::submit(tx, seen(&ask.path, ask.seen), &rules).await.map_err(refused)?;
        answer(tx, ask.path.change).await
    }
}

/// `POST /changes/{change}/approve`
pub(in crate::admin) struct Approve;

impl Act for Approve {
    type Path = One;
    type Query = Nothing;
    type Body = Nothing;
    type Answer = out::Set;
    const IS: Is = Is {
        id: "approve_change",
        path: "/changes/{change}/approve",
        summary: "Signs as the second person; everything is recorded or nothing",
        demand: DECIDE,
        ..Submit::IS
    };
}

#[async_trait]
impl Writes for Approve {
    async fn write(tx: &mut Tx<'_>, ask: &Ask<Self>, allowed: &Allowed) -> Result<Reply<out::Set>, Stop> {
        let rules = rules(tx, (&ask.house, ask.path.change), allowed, ask.now).await?;
        let approved = change::approve(tx, seen(&ask.path, ask.seen), &rules).await.map_err(refused)?;
        Ok(answer(tx, ask.path.change).await?.wrote(approved.units + approved.carried))
    }
}

/// Why a set is refused.
#[derive(Deserialize, JsonSchema)]
#[schemars(rename = "Refusal")]
#[serde(deny_unknown_fields)]
pub(in crate::admin) struct Reason {
    /// For who wrote it.
    because: Line<500>,
}

/// `POST /changes/{change}/refuse`
pub(in crate::admin) struct Refuse;

impl Act for Refuse {
    type Path = One;
    type Query = Nothing;
    type Body = Reason;
    type Answer = out::Set;
    const IS: Is = Is {
        id: "refuse_change",
        path: "/changes/{change}/refuse",
        summary: "Refuses as the second person",
        body: 8 * 1024,
        ..Approve::IS
    };
}

#[async_trait]
impl Writes for Refuse {
    async fn write(tx: &mut Tx<'_>, ask: &Ask<Self>, _: &Allowed) -> Result<Reply<out::Set>, Stop> {
        change::refuse(tx, seen(&ask.path, ask.seen), &ask.body.because.0).await.map_err(refused)?;
        answer(tx, ask.path.change).await
    }
}

/// `POST /changes/{change}/withdraw`
pub(in crate::admin) struct Withdraw;

impl Act for Withdraw {
    type Path = One;
    type Query = Nothing;
    type Body = Nothing;
    type Answer = out::Set;
    const IS: Is = Is {
        id: "withdraw_change",
        path: "/changes/{change}/withdraw",
        summary: "Takes back one's own set before it is decided",
        ..Submit::IS
    };
}

#[async_trait]
impl Writes for Withdraw {
    async fn write(tx: &mut Tx<'_>, ask: &Ask<Self>, _: &Allowed) -> Result<Reply<out::Set>, Stop> {
        change::withdraw(tx, seen(&ask.path, ask.seen)).await.map_err(refused)?;
        answer(tx, ask.path.change).await
    }
}

/// Where things go when a set is taken back.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::admin) struct Choices {
    /// For what came to stand on its units since.
    #[serde(default)]
    choices: Vec<Choice>,
}

/// `POST /changes/{change}/undo`
pub(in crate::admin) struct Undo;

impl Act for Undo {
    type Path = One;
    type Query = Nothing;
    type Body = Choices;
    type Answer = out::Set;
    const IS: Is = Is {
        id: "undo_change",
        path: "/changes/{change}/undo",
        summary: "Asks a second person to take an approved set back; makes a set of its own",
        status: 201,
        body: BODY,
        ..Submit::IS
    };
}

#[async_trait]
impl Writes for Undo {
    async fn write(tx: &mut Tx<'_>, ask: &Ask<Self>, allowed: &Allowed) -> Result<Reply<out::Set>, Stop> {
        // Who asks for the undoing signs it; who asked for the set that goes back does not.
        let rules = admin::change_rules(ask.house.settings.org, vec![allowed.signer(ask.now)]);
        let set = change::undo(tx, ask.path.change, ask.body.choices.clone(), &rules).await.map_err(refused)?;
        Ok(answer(tx, set).await?.made(format!("/changes/{set}")))
    }
}
