//! What stands on units in rooms above: officials, posts, roles, delegations, parties. Those rooms answer here; this room does not
//! know them.

use std::sync::Arc;

use futures_util::future::BoxFuture;

use super::{
    super::{Config, Label, Share},
    widened::Widened,
};
use crate::{
    store::{Conn, StoreError, Tx},
    types::{Id, Timestamp, id},
};

/// A unit that ends, and in which units it goes on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moved {
    /// The unit that ends.
    pub unit: Id<id::Unit>,
    /// Its heirs, the default first.
    pub heirs: Vec<(Id<id::Unit>, Share)>,
    /// Where everything goes that nobody chose another place for: the one whole heir, or the choice for the unit. `None`: each
    /// dependent needs a choice.
    pub proposed: Option<Id<id::Unit>>,
}

/// What a set does to units on which something may stand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moves {
    /// The set.
    pub set: Id<id::ChangeSet>,
    /// When it takes effect.
    pub at: Timestamp,
    /// The set that this one takes back: what was carried for that set goes back by itself and is not listed.
    pub undoes: Option<Id<id::ChangeSet>>,
    /// The units that end.
    pub moved: Vec<Moved>,
    /// What comes under units that it was not under.
    pub widened: Widened,
}

/// One thing that stands on a unit that ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dependent {
    /// The room that knows it.
    pub room: &'static str,
    /// What it is: `official`, `post`, `role`, `delegation`, `party`.
    pub kind: &'static str,
    /// Its key in that room, by which a choice names it.
    pub key: String,
    /// What people call it; never a personal value that a list must not show.
    pub label: String,
    /// The unit it stands on.
    pub unit: Id<id::Unit>,
    /// Where it goes; the room leaves `None`, and what the set says is filled in. Something that changes although its own unit stays
    /// names that unit here.
    pub to: Option<Id<id::Unit>>,
    /// Whether it ends with its unit: nobody chooses a place for it, and none is filled in.
    pub ends: bool,
}

/// One thing that comes to reach more by a set: a post over a unit under which another one comes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gain {
    /// The room that knows it.
    pub room: &'static str,
    /// What it is: `post`, `office`.
    pub kind: &'static str,
    /// Its key in that room.
    pub key: String,
    /// What people call it; never who holds it.
    pub label: String,
    /// The unit it stands on.
    pub unit: Id<id::Unit>,
    /// The roles that count for more.
    pub roles: Vec<Label>,
    /// Over what, as it stands before the set.
    pub over: Vec<Id<id::Unit>>,
    /// Why somebody who signs could not give it so much; `None`: all of them could. The words are those of giving.
    pub refused: Option<&'static str>,
}

/// A dependent with the unit it goes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Carried {
    /// Its key in its room.
    pub key: String,
    /// The unit that ends.
    pub from: Id<id::Unit>,
    /// The unit it stands on from the set's instant on; `None`: it ends.
    pub to: Option<Id<id::Unit>>,
}

/// A room above whose things stand on units.
///
/// Thousands of things may stand on the units of one set, so both functions take all of them at once and ask in bulk
/// ([`Conn::all_in`], [`Tx::run_in`]).
pub trait Dependents: Send + Sync {
    /// The name of the room.
    fn room(&self) -> &'static str;

    /// What stands on these units at or after the instant of the set.
    fn touched<'a>(&'a self, conn: &'a mut Conn, moves: &'a Moves)
    -> BoxFuture<'a, Result<Vec<Dependent>, StoreError>>;

    /// What of this room comes to reach more, asked before anything of the set is written, and whether everybody who signs could give
    /// it so much. A room in which nothing reaches units by the tree has nothing to say.
    fn gains<'a>(&'a self, conn: &'a mut Conn, moves: &'a Moves) -> BoxFuture<'a, Result<Vec<Gain>, StoreError>> {
        let _ = (conn, moves);
        Box::pin(async { Ok(Vec::new()) })
    }

    /// Carries them over, within the approving write, as of the instant of the set. For a set that takes back another, first puts
    /// back what was carried for that one.
    fn carry<'a, 'c: 'a>(
        &'a self,
        tx: &'a mut Tx<'c>,
        moves: &'a Moves,
        carried: &'a [Carried],
    ) -> BoxFuture<'a, Result<(), StoreError>>;
}

/// By which settings and with which rooms sets are judged.
#[derive(Clone, Default)]
pub struct Rules {
    /// `[org]`.
    pub config: Config,
    /// The rooms whose things stand on units.
    pub rooms: Vec<Arc<dyn Dependents>>,
}
