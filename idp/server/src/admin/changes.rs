//! Change sets: written, tried, handed in, decided by a second person, taken back.
//!
//! A set touches every unit that it names, from the first operation to the last choice, so every one of them must be under the caller's
//! units. One that nobody knows is under nobody's, and is answered alike.

mod gains;
mod out;
mod steps;

use std::time::Duration;

use async_trait::async_trait;
use idp_core::{
    admin::{self, Allowed, Demand, Fresh, Permission, Targets, Who},
    org::{
        self, AsOf,
        change::{self, ChangeError, Choice, NewSet, Operation, Refusal, Rules, SetRow, SetState, StoredSet, UnitRef},
    },
    store::{Conn, StoreError, Tx},
    types::{Id, Timestamp, id},
};
use schemars::JsonSchema;
use serde::Deserialize;

use super::{
    act::{Act, Ask, Found, Is, Method, Nothing, Outside, Precondition, Reads, Reply, Touches, Writes},
    paging::{Cursor, Limit, Page},
    refuse::{self, Stop},
};
use crate::web::{Code, Problem, house::House};

pub(super) use steps::{Approve, Refuse, Submit, Undo, Withdraw};

/// Bytes of a set: the reform of the whole country fits twice.
const BODY: usize = 8 * 1024 * 1024;

const READ: Demand = Demand { permission: Some(Permission::ReadUnits), who: Who::Both, fresh: Fresh::No };
const PROPOSE: Demand = Demand { permission: Some(Permission::ProposeChanges), who: Who::Both, fresh: Fresh::Yes };
/// Somebody answers for a decision: never a machine.
const DECIDE: Demand = Demand { permission: Some(Permission::DecideChanges), who: Who::Console, fresh: Fresh::Yes };

/// One set.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct One {
    change: Id<id::ChangeSet>,
}

/// What stands on units is carried along, and nobody gains by a set what somebody who signs it could not give: the caller does, and who
/// asked for it before.
async fn rules(
    conn: &mut Conn,
    (house, set): (&House, Id<id::ChangeSet>),
    allowed: &Allowed,
    now: Timestamp,
) -> Result<Rules, StoreError> {
    let signers = admin::signers(conn, allowed.signer(now), set, now).await?;
    Ok(admin::change_rules(house.settings.org, signers))
}

fn gone() -> Stop {
    Problem::new(Code::NOT_FOUND).into()
}

/// What is named in a set, as its words mean at its instant.
struct Says<'a> {
    operations: &'a [Operation],
    choices: &'a [Choice],
    as_of: AsOf,
}

impl<'a> Says<'a> {
    fn of_new(new: &'a NewSet) -> Self {
        let as_of = AsOf::at(new.effective_on.start());
        Self { operations: &new.operations, choices: &new.choices, as_of }
    }

    /// What an approved set named is what was believed before it: its own codes may have moved to other units by it.
    fn of_stored(stored: &'a StoredSet) -> Self {
        let known = match &stored.row.state {
            SetState::Approved { believed_at, .. } => Some(*believed_at - Duration::from_millis(1)),
            _ => None,
        };
        let as_of = AsOf { at: stored.row.effective_at, known };
        Self { operations: &stored.operations, choices: &stored.choices, as_of }
    }

    /// Every unit that is named. Levels belong to the whole country, and so does the root.
    async fn targets(&self, conn: &mut Conn) -> Result<Targets, Stop> {
        let is_whole = |operation: &Operation| {
            use Operation::{AbolishLevel, OpenLevel, RelabelLevel};
            matches!(operation, AbolishLevel { .. } | OpenLevel { .. } | RelabelLevel { .. })
                || operation
                    .makes()
                    .iter()
                    .any(|unit| unit.parent.is_none() && matches!(operation, Operation::Create { .. }))
        };
        if self.operations.iter().any(is_whole) {
            return Ok(Targets::Whole);
        }
        let named = self.operations.iter().flat_map(Operation::names);
        let chosen = self.choices.iter().flat_map(|choice| [&choice.unit, &choice.to]);
        let mut units = Vec::new();
        for unit in named.chain(chosen) {
            let id = match unit {
                UnitRef::Id(id) => Some(*id),
                UnitRef::Code(code) => org::by_code(conn, code, self.as_of).await?,
                UnitRef::Made(_) => continue,
            };
            // What nobody knows lies under no unit: only who has the whole country is told that it is not there.
            units.push(id.unwrap_or(Id::from_uuid(uuid::Uuid::nil())));
        }
        units.sort_unstable_by_key(|id| id.uuid());
        units.dedup();
        Ok(Targets::Units(units))
    }
}

async fn stored(conn: &mut Conn, one: &One) -> Result<Option<StoredSet>, Stop> {
    Ok(change::get(conn, one.change).await?)
}

#[async_trait]
impl Touches for One {
    async fn found(&self, conn: &mut Conn) -> Result<Option<Found>, Stop> {
        let Some(stored) = stored(conn, self).await? else {
            return Ok(None);
        };
        let targets = touched(conn, &stored).await?;
        Ok(Some(Found::at(targets, stored.row.revision)))
    }
}

/// What a stored set touches; one that takes back another touches what that one does.
async fn touched(conn: &mut Conn, stored: &StoredSet) -> Result<Targets, Stop> {
    let undone = match stored.row.undoes {
        Some(undone) => change::get(conn, undone).await?,
        None => None,
    };
    Says::of_stored(undone.as_ref().unwrap_or(stored)).targets(conn).await
}

/// The answer to a step that the room refuses.
fn refused(error: ChangeError) -> Stop {
    match error {
        ChangeError::Store(error) => error.into(),
        ChangeError::Refused(Refusal::Widens(because, gains)) => Stop::Widens { because, gains },
        ChangeError::Refused(refusal) => out::problem(refusal).into(),
    }
}

/// Which sets.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Which {
    /// Only those that stand there.
    state: Option<out::StateWord>,
    after: Option<Cursor>,
    limit: Option<Limit>,
}

/// `GET /changes`
pub(super) struct List;

impl Act for List {
    type Path = Nothing;
    type Query = Which;
    type Body = Nothing;
    type Answer = Page<out::Row>;
    const IS: Is = Is {
        id: "list_changes",
        method: Method::Get,
        path: "/changes",
        summary: "Change sets that touch only units which the caller reads, the newest first",
        demand: READ,
        precondition: Precondition::None,
        outside: Outside::Refused,
        status: 200,
        body: 0,
    };
}

#[async_trait]
impl Reads for List {
    async fn read(conn: &mut Conn, ask: &Ask<Self>, allowed: &Allowed) -> Result<Reply<Page<out::Row>>, Stop> {
        let query = &ask.query;
        let limit = Limit::of(query.limit);
        let state = query.state.map(out::StateWord::word);
        let question = format!("changes {}", state.unwrap_or_default());
        let mut before = Cursor::read(query.after.as_ref(), &question)?;
        let mut seen: Vec<SetRow> = Vec::new();
        loop {
            let rows = change::list(conn, state, before, i64::from(limit) + 1).await?;
            let last = rows.len() <= limit as usize;
            before = rows.last().map(|row| row.id);
            for row in rows {
                if sees(conn, allowed, &row, ask.now).await? {
                    seen.push(row);
                }
            }
            if last || seen.len() > limit as usize {
                break;
            }
        }
        let page = Page::of(seen, limit, &question, |row| row.id.to_string());
        Ok(Reply::new(Page { items: page.items.iter().map(out::Row::from).collect(), next: page.next }))
    }
}

async fn sees(conn: &mut Conn, allowed: &Allowed, row: &SetRow, now: Timestamp) -> Result<bool, Stop> {
    // Who has the whole country sees every set: nothing need be loaded.
    if admin::sees(conn, allowed, READ, &Targets::Whole, now).await? {
        return Ok(true);
    }
    let Some(stored) = change::get(conn, row.id).await? else {
        return Ok(false);
    };
    let targets = touched(conn, &stored).await?;
    Ok(admin::sees(conn, allowed, READ, &targets, now).await?)
}

/// `GET /changes/{change}`
pub(super) struct Get;

impl Act for Get {
    type Path = One;
    type Query = Nothing;
    type Body = Nothing;
    type Answer = out::Set;
    const IS: Is = Is {
        id: "get_change",
        path: "/changes/{change}",
        summary: "A change set with what it says",
        outside: Outside::Hidden,
        ..List::IS
    };
}

#[async_trait]
impl Reads for Get {
    async fn read(conn: &mut Conn, ask: &Ask<Self>, _: &Allowed) -> Result<Reply<out::Set>, Stop> {
        answer(conn, ask.path.change).await
    }
}

/// A set as it is now.
async fn answer(conn: &mut Conn, set: Id<id::ChangeSet>) -> Result<Reply<out::Set>, Stop> {
    let stored = change::get(conn, set).await?.ok_or_else(gone)?;
    let revision = stored.row.revision;
    Ok(Reply::at(out::Set::from(stored), revision))
}

/// `POST /changes`
pub(super) struct Draft;

#[async_trait]
impl Act for Draft {
    type Path = Nothing;
    type Query = Nothing;
    type Body = NewSet;
    type Answer = out::Set;
    const IS: Is = Is {
        id: "draft_change",
        method: Method::Post,
        path: "/changes",
        summary: "Begins a change set",
        demand: PROPOSE,
        precondition: Precondition::None,
        outside: Outside::Refused,
        status: 201,
        body: BODY,
    };

    async fn find(conn: &mut Conn, ask: &Ask<Self>) -> Result<Option<Found>, Stop> {
        Ok(Some(Found::new(Says::of_new(&ask.body).targets(conn).await?)))
    }
}

#[async_trait]
impl Writes for Draft {
    async fn write(tx: &mut Tx<'_>, ask: &Ask<Self>, _: &Allowed) -> Result<Reply<out::Set>, Stop> {
        let set = change::draft(tx, &ask.body).await.map_err(refused)?;
        Ok(answer(tx, set).await?.made(format!("/changes/{set}")))
    }
}

/// `PUT /changes/{change}`
pub(super) struct Revise;

#[async_trait]
impl Act for Revise {
    type Path = One;
    type Query = Nothing;
    type Body = NewSet;
    type Answer = out::Set;
    const IS: Is = Is {
        id: "revise_change",
        method: Method::Put,
        path: "/changes/{change}",
        summary: "Writes a draft anew",
        precondition: Precondition::IfMatch,
        outside: Outside::Hidden,
        status: 200,
        ..Draft::IS
    };

    /// What it touches now and what it would touch: neither may reach beyond the caller's units.
    async fn find(conn: &mut Conn, ask: &Ask<Self>) -> Result<Option<Found>, Stop> {
        let Some(found) = ask.path.found(conn).await? else {
            return Ok(None);
        };
        let new = Says::of_new(&ask.body).targets(conn).await?;
        let targets = match (found.targets, new) {
            (Targets::Units(mut old), Targets::Units(new)) => {
                old.extend(new);
                Targets::Units(old)
            }
            _ => Targets::Whole,
        };
        Ok(Some(Found { targets, ..found }))
    }
}

#[async_trait]
impl Writes for Revise {
    async fn write(tx: &mut Tx<'_>, ask: &Ask<Self>, _: &Allowed) -> Result<Reply<out::Set>, Stop> {
        change::revise(tx, steps::seen(&ask.path, ask.seen), &ask.body).await.map_err(refused)?;
        answer(tx, ask.path.change).await
    }
}

/// `GET /changes/{change}/dry-run`
pub(super) struct DryRun;

impl Act for DryRun {
    type Path = One;
    type Query = Nothing;
    type Body = Nothing;
    type Answer = out::Trial;
    const IS: Is = Is {
        id: "try_change",
        path: "/changes/{change}/dry-run",
        summary: "What a set would do if it were approved now: clashes, touched units, dependents with their successors, who gains",
        ..Get::IS
    };
}

#[async_trait]
impl Reads for DryRun {
    async fn read(conn: &mut Conn, ask: &Ask<Self>, allowed: &Allowed) -> Result<Reply<out::Trial>, Stop> {
        let row = change::row(conn, ask.path.change).await?.ok_or_else(gone)?;
        let rules = rules(conn, (&ask.house, row.id), allowed, ask.now).await?;
        let run = change::dry_run(conn, row.id, &rules, ask.now).await.map_err(refused)?;
        let gains = gains::told(conn, (&run.gains, row.effective_at), allowed, ask.now).await?;
        Ok(Reply::new(out::Trial::of(&run, gains)))
    }
}

/// A set that stands where a step is not possible.
fn wrong_state(state: &SetState) -> Problem {
    Problem::new(refuse::CONFLICT).member("state", state.word())
}
