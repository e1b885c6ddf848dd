//! What parties are told when rights change: an outbox that is written in the transaction of the change.
//!
//! ```text
//! a post is written ──► rights_event (same write) ──► hand_out: one rights_delivery for each party that its roles speak to
//!                                                       claim ──► sent ──► delivered │ later │ dead, until an operator replays it
//! ```
//!
//! An event says that something changed, not what anybody may do: the party asks again (the check API). So an event that comes late or
//! twice does no harm. What begins or ends by its date alone is noted by a job when the date comes ([`note_dates`]); what was handed on
//! hears of each change of the post from which it was, and a post of each change of another one against which a separation of duties stands.

use std::{
    collections::{HashMap, HashSet},
    time::Duration,
};

use super::{
    Role, RoleGrant, RoleId, Separation,
    post::UNCONFIRMED,
    rows::{catalogue, outbox as rows, posts},
};
use crate::{
    audit::{self, Event},
    store::{Conn, StoreError, Tx},
    types::{Fault, Id, Timestamp, id},
};

type PostId = Id<id::Assignment>;
type PartyId = Id<id::Party>;
type PersonId = Id<id::Person>;

/// Tries after which a delivery is dead: the last one some fifteen hours after the first.
const TRIES: i64 = 10;
/// A delivery that was taken and neither arrived nor failed is tried again after so long: its node is gone.
const HELD: Duration = Duration::from_secs(60);
/// Dates are looked at this often.
const LOOK: Duration = Duration::from_secs(15);
/// The words of changes that follow from another one.
const SOURCE: &str = "source-changed";
const BESIDE: &str = "separation-changed";
/// What arrived is kept so long: an operator may send it again.
const KEPT: Duration = Duration::from_secs(90 * 86_400);

/// Who is told: a party with an address for events.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listener {
    /// Which.
    pub party: PartyId,
    /// Its `client_id`.
    pub client_id: String,
}

/// Whether a role towards these parties says anything to this one.
fn speaks(roles: &HashMap<RoleId, Role>, grant: &RoleGrant, to: &Listener) -> bool {
    let chosen = grant.parties.as_ref().is_none_or(|only| only.contains(&to.party));
    let form = roles.get(&grant.role).map(|role| &role.form);
    chosen
        && form.is_some_and(|form| match &form.parties[..] {
            [] => !form.administers(),
            told => told.iter().any(|aloud| aloud.party == to.client_id),
        })
}

async fn catalogue_of(conn: &mut Conn) -> Result<HashMap<RoleId, Role>, StoreError> {
    Ok(catalogue::roles(conn).await?.into_iter().map(|role| (role.form.id.clone(), role)).collect())
}

/// Makes deliveries of changes that nobody was told of yet; gives how many changes it looked at.
pub async fn hand_out(tx: &mut Tx<'_>, listeners: &[Listener], most: i64) -> Result<usize, StoreError> {
    let open = rows::open(tx, most).await?;
    if open.is_empty() {
        return Ok(0);
    }
    let roles = catalogue_of(tx).await?;
    let ids: Vec<PostId> = open.iter().map(|event| event.post).collect();
    let now: HashMap<PostId, Vec<RoleGrant>> =
        posts::by_ids(tx, &ids).await?.into_iter().map(|one| (one.post.id, one.post.roles)).collect();
    let mut to = Vec::new();
    let mut touched: HashMap<PersonId, Vec<(PostId, Vec<RoleGrant>)>> = HashMap::new();
    for event in &open {
        let mut grants = now.get(&event.post).cloned().unwrap_or_default();
        if let Some(also) = &event.also {
            let also: Vec<RoleGrant> =
                serde_json::from_str(also).map_err(|error| Fault::new("reading a change of rights", error))?;
            grants.extend(also);
        }
        let hears = |listener: &&Listener| grants.iter().any(|grant| speaks(&roles, grant, listener));
        to.extend(listeners.iter().filter(hears).map(|listener| (event.seq, listener.party, event.person)));
        // What follows from something has nothing that follows from it: posts of one person could call each other for ever.
        if ![SOURCE, BESIDE].contains(&event.change.as_str()) {
            touched.entry(event.person).or_default().push((event.post, grants));
        }
    }
    let seqs: Vec<i64> = open.iter().map(|event| event.seq).collect();
    rows::hand_out(tx, &seqs, &to).await?;
    let beside = note_beside(tx, &roles, &touched).await?;
    // Nothing is handed on twice, so what this adds adds nothing more.
    let sources = touched.values().flatten().map(|(post, _)| *post).chain(beside).collect::<HashSet<PostId>>();
    rows::sources_changed(tx, &Vec::from_iter(sources)).await?;
    Ok(open.len())
}

/// Notes the posts against which a separation of duties sets those that changed: of two the younger one counts less, and when the elder
/// ends it comes free. Gives which.
async fn note_beside(
    tx: &mut Tx<'_>,
    roles: &HashMap<RoleId, Role>,
    touched: &HashMap<PersonId, Vec<(PostId, Vec<RoleGrant>)>>,
) -> Result<Vec<PostId>, StoreError> {
    let separations = catalogue::separations(tx).await?;
    let part =
        |one: &Role, other: &Role| separations.iter().any(|known: &Separation| known.parts(&one.form, &other.form));
    // Most roles stand against none, and then nobody's other posts are read.
    let stands =
        |grant: &RoleGrant| roles.get(&grant.role).is_some_and(|one| roles.values().any(|other| part(one, other)));
    let stands_in = |posts: &[(PostId, Vec<RoleGrant>)]| posts.iter().any(|(_, grants)| grants.iter().any(stands));
    let people: Vec<PersonId> =
        touched.iter().filter(|(_, posts)| stands_in(posts)).map(|(person, _)| *person).collect();
    if people.is_empty() {
        return Ok(Vec::new());
    }
    let now = tx.now();
    let mut beside = rows::beside(tx, &people, now).await?;
    beside.retain(|one| {
        let changed = touched.get(&one.person).into_iter().flatten().filter(|(post, _)| *post != one.post);
        let mut held = changed.flat_map(|(_, grants)| grants).filter_map(|grant| roles.get(&grant.role));
        roles.get(&one.role).is_some_and(|role| held.any(|other| part(role, other)))
    });
    let mut posts: Vec<PostId> = beside.into_iter().map(|one| one.post).collect();
    posts.sort_unstable();
    posts.dedup();
    rows::changed_all(tx, BESIDE, &posts).await?;
    Ok(posts)
}

/// Notes the posts that began or ended by their dates since the last time, and roles of the catalogue that did; gives how many. What
/// came to pass before the first time of all is not told: no party had been promised it.
pub async fn note_dates(tx: &mut Tx<'_>) -> Result<u64, StoreError> {
    let since = rows::told_until(tx).await?;
    // Most times nothing is due for a long while; a write each second would be the busiest of the whole database.
    match since {
        Some(since) if since + LOOK > tx.now() => Ok(0),
        since => rows::note_dates(tx, since, UNCONFIRMED).await,
    }
}

/// Notes that a person died, was merged or came back: the rights of all their posts are others now. Whoever writes
/// [`crate::people::set_person_state`] says so here in the same transaction.
pub async fn person_changed(tx: &mut Tx<'_>, person: PersonId) -> Result<(), StoreError> {
    rows::person_changed(tx, person).await
}

/// What changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Its place in the order of all changes.
    pub seq: i64,
    /// Which post.
    pub post: PostId,
    /// The revision that it got.
    pub revision: i64,
    /// `begun`, `requested`, `approved`, `refused`, `changed`, `ended`, `carried`; `took-effect` and `ran-out` by date alone; `role-changed`,
    /// `person-changed`, `source-changed` and `separation-changed` where something changed on which the post rests.
    pub change: String,
    /// When.
    pub happened_at: Timestamp,
}

impl From<rows::Event> for Change {
    fn from(event: rows::Event) -> Self {
        let rows::Event { seq, post, revision, change, happened_at } = event;
        Self { seq, post, revision, change, happened_at }
    }
}

/// A change on its way to a party.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// What changed.
    pub change: Change,
    /// To whom.
    pub party: PartyId,
    /// Whose post.
    pub person: PersonId,
    /// Attempts before this one.
    pub tries: i64,
}

/// The parties for which something is due at `now`.
pub async fn due(conn: &mut Conn, now: Timestamp) -> Result<Vec<PartyId>, StoreError> {
    rows::due(conn, now).await
}

/// Takes deliveries to a party that are due: of each person the first only. Their next try is moved ahead, so that no other worker takes them.
pub async fn claim(tx: &mut Tx<'_>, party: PartyId, most: i64) -> Result<Vec<Delivery>, StoreError> {
    let held_until = tx.now() + HELD;
    let claimed = rows::claim(tx, (party, most), held_until).await?;
    let seqs: Vec<i64> = claimed.iter().map(|one| one.seq).collect();
    let events: HashMap<i64, rows::Event> =
        rows::events(tx, &seqs).await?.into_iter().map(|event| (event.seq, event)).collect();
    let delivery = |one: rows::Claimed| {
        let rows::Event { seq, post, revision, change, happened_at } = events.get(&one.seq)?;
        let change =
            Change { seq: *seq, post: *post, revision: *revision, change: change.clone(), happened_at: *happened_at };
        Some(Delivery { change, party: one.party, person: one.person, tries: one.tries })
    };
    Ok(claimed.into_iter().filter_map(delivery).collect())
}

/// How a try ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The party has it, or has no address any more.
    Arrived,
    /// Perhaps later.
    Failed,
    /// The party says that it will never take it (RFC 8935 section 2.3).
    Refused,
}

/// Notes how a try ended. After a failure the next one comes after 5 s, 20 s, 80 s … six hours at most; after the last the delivery is
/// dead, and what waited behind it goes on.
pub async fn note(tx: &mut Tx<'_>, delivery: &Delivery, outcome: Outcome) -> Result<(), StoreError> {
    let (seq, party, tries) = (delivery.change.seq, delivery.party, delivery.tries + 1);
    match outcome {
        Outcome::Arrived => rows::delivered(tx, seq, party).await,
        Outcome::Failed if tries < TRIES => {
            let wait = 5 * 4_u64.saturating_pow(u32::try_from(tries - 1).unwrap_or(u32::MAX));
            let due_at = tx.now() + Duration::from_secs(wait.min(6 * 3_600));
            rows::postpone(tx, (seq, party), tries, due_at).await
        }
        Outcome::Failed | Outcome::Refused => rows::bury(tx, seq, party).await,
    }
}

/// A change that a party does not have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Missing {
    /// On its way.
    pub delivery: Delivery,
    /// The next try.
    pub due_at: Timestamp,
    /// When it was given up; `None`: it is still tried.
    pub dead_at: Option<Timestamp>,
}

/// What parties do not have, the oldest first, at most `most` of it.
pub async fn missing(conn: &mut Conn, most: i64) -> Result<Vec<Missing>, StoreError> {
    let missing = |one: rows::Missing| Missing {
        delivery: Delivery { change: one.event.into(), party: one.party, person: one.person, tries: one.tries },
        due_at: one.due_at,
        dead_at: one.dead_at,
    };
    Ok(rows::undelivered(conn, most).await?.into_iter().map(missing).collect())
}

/// Sends a party everything again from one change on: what it has, and what was given up. Gives how many deliveries.
pub async fn replay(tx: &mut Tx<'_>, party: PartyId, from: i64) -> Result<u64, StoreError> {
    let deliveries = rows::replay(tx, party, from).await?;
    audit::record(tx, Event::RightsReplayed { party, from, deliveries }).await?;
    Ok(deliveries)
}

/// A post that speaks to a party.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Known {
    /// Which.
    pub post: PostId,
    /// Whose.
    pub person: PersonId,
    /// Its revision.
    pub revision: i64,
}

/// Posts that a party reconciles with its own, ordered by id: those that count or will, and speak to it. Gives at most `most`, and after
/// which post the next page begins.
pub async fn known(
    conn: &mut Conn,
    to: &Listener,
    (mut after, at): (Option<PostId>, Timestamp),
    most: usize,
) -> Result<(Vec<Known>, Option<PostId>), StoreError> {
    let roles = catalogue_of(conn).await?;
    let mut found: Vec<Known> = Vec::new();
    loop {
        let part = rows::speaking(conn, at, after, 500).await?;
        let Some(last) = part.last().map(|one| one.post) else { return Ok((found, None)) };
        for one in part {
            let grant = RoleGrant { role: one.role, parties: one.parties };
            let told = found.last().is_some_and(|last| last.post == one.post);
            if told || !speaks(&roles, &grant, to) {
                continue;
            }
            if found.len() == most {
                return Ok((found.clone(), found.last().map(|last| last.post)));
            }
            found.push(Known { post: one.post, person: one.person, revision: one.revision });
        }
        after = Some(last);
    }
}

/// Removes what arrived three months ago.
pub async fn sweep(tx: &mut Tx<'_>) -> Result<u64, StoreError> {
    let before = tx.now() - KEPT;
    rows::sweep(tx, before).await
}
