//! How somebody came, moved and left.

use async_trait::async_trait;
use idp_core::{
    admin::Allowed,
    office::{self, StaffMove},
    store::Conn,
    types::{Id, Timestamp, id},
};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Serialize;

use super::{
    super::{
        act::{Act, Ask, Found, Is, Nothing, Reads, Reply},
        refuse::Stop,
        wire::Instant,
    },
    OnePerson, READ, whole,
};

/// What was done to somebody's posts in one act.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "StaffMove")]
pub(in crate::admin) struct Moved {
    #[schemars(schema_with = "workflows")]
    workflow: String,
    at: Instant,
    /// How many posts it ended.
    ended: i64,
    /// The post that it began.
    post: Option<Id<id::Assignment>>,
    /// The number of the decision.
    decision: Option<String>,
    because: Option<String>,
    /// Who did it, as the audit log names them.
    by: String,
}

fn workflows(_: &mut SchemaGenerator) -> Schema {
    json_schema!({"enum": ["joiner", "mover", "leaver"]})
}

impl From<StaffMove> for Moved {
    fn from(moved: StaffMove) -> Self {
        let StaffMove { workflow, ended, begun, decision, because, by, at } = moved;
        Self { workflow, at: Instant(at), ended, post: begun, decision, because, by }
    }
}

/// `GET /persons/{person}/moves`
pub(in crate::admin) struct Moves;

#[async_trait]
impl Act for Moves {
    type Path = OnePerson;
    type Query = Nothing;
    type Body = Nothing;
    type Answer = Vec<Moved>;
    const IS: Is = Is {
        id: "list_moves",
        path: "/persons/{person}/moves",
        summary: "How somebody came, moved and left, the newest first; for whoever reads all units in which they ever served",
        ..READ
    };

    /// Whoever left serves nowhere any more, and a move names where somebody came from: all their posts ever are asked.
    async fn find(conn: &mut Conn, ask: &Ask<Self>) -> Result<Option<Found>, Stop> {
        whole(conn, ask.path.person, Timestamp::default()).await
    }
}

#[async_trait]
impl Reads for Moves {
    async fn read(conn: &mut Conn, ask: &Ask<Self>, _: &Allowed) -> Result<Reply<Vec<Moved>>, Stop> {
        Ok(Reply::new(office::moves(conn, ask.path.person).await?.into_iter().map(Moved::from).collect()))
    }
}
