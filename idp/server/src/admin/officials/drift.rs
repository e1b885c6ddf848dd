//! Who left, by the list of the personnel system.

use async_trait::async_trait;
use idp_core::{
    admin::{Allowed, Demand, Fresh, Permission, Targets, Who},
    office::import::{self, Drifted},
    store::Conn,
    types::{Id, id},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    super::{
        act::{Act, Ask, Found, Is, Method, Nothing, Reads, Reply},
        refuse::Stop,
    },
    READ,
    files::{BODY, File, good, read},
    view,
};

/// A list of the personnel system.
#[derive(Deserialize, JsonSchema)]
#[schemars(rename = "PersonnelList")]
#[serde(deny_unknown_fields)]
pub(in crate::admin) struct Whole {
    /// The list is whole for this unit and all below it: who is not in it has left.
    unit: Id<id::Unit>,
    file: File,
}

/// One difference.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Difference")]
#[serde(tag = "kind", rename_all = "snake_case")]
enum Difference {
    /// A post of somebody whom the list has not.
    Left { person: Id<id::Person>, post: Id<id::Assignment>, unit: Id<id::Unit> },
    /// A row whose person has no post there.
    Missing { row: usize },
    /// A row whose number more than one record claims.
    Unclear { row: usize },
}

impl From<Drifted> for Difference {
    fn from(one: Drifted) -> Self {
        match one {
            Drifted::Left { person, post, unit } => Self::Left { person, post, unit },
            Drifted::Missing { row } => Self::Missing { row },
            Drifted::Unclear { row } => Self::Unclear { row },
        }
    }
}

/// In what list and register differ.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Drift")]
pub(in crate::admin) struct Differences {
    /// Who left first, then rows in their order.
    items: Vec<Difference>,
    /// How many posts and rows agree.
    agree: usize,
    /// How many units of those asked about the caller may not look into.
    hidden_units: i64,
}

/// `POST /drift`
pub(in crate::admin) struct Drift;

#[async_trait]
impl Act for Drift {
    type Path = Nothing;
    type Query = Nothing;
    type Body = Whole;
    type Answer = Differences;
    const IS: Is = Is {
        id: "compare_with_list",
        method: Method::Post,
        path: "/drift",
        summary: "In what the posts of a unit and a whole list of its personnel system differ; nothing is written",
        demand: Demand { permission: Some(Permission::ReadOfficials), who: Who::Both, fresh: Fresh::No },
        body: BODY,
        ..READ
    };

    async fn find(_: &mut Conn, ask: &Ask<Self>) -> Result<Option<Found>, Stop> {
        Ok(Some(Found::new(Targets::Units(vec![ask.body.unit]))))
    }
}

#[async_trait]
impl Reads for Drift {
    async fn read(conn: &mut Conn, ask: &Ask<Self>, allowed: &Allowed) -> Result<Reply<Differences>, Stop> {
        let visible = view(conn, allowed, Some(ask.body.unit), (ask.now, ask.now)).await?;
        let table = good(read(conn, &ask.body.file).await?.0)?;
        let drift = import::drift(conn, (&visible.places, ask.now), &table).await?;
        let items = drift.found.into_iter().map(Difference::from).collect();
        Ok(Reply::new(Differences { items, agree: drift.agree, hidden_units: visible.hidden_units }))
    }
}
