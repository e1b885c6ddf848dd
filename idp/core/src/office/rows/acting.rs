//! SQL of acting posts: chosen for a session and a party, and remembered for the next one.

use crate::{
    params,
    store::{Conn, StoreError, Tx},
    types::{Id, Timestamp, id},
};

type PostId = Id<id::Assignment>;

const CHOSEN: &str = "select assignment_id, chosen_at from acting_post where session_id = $1 and party_id = $2";
/// The choice of this session before that of the last one, each with the post that went on from it after a change of units.
const WANTED: &str = "select w.assignment_id, n.id as next_id \
    from (select 0 as place, assignment_id from acting_post where session_id = $1 and party_id = $2 \
        union all select 1, assignment_id from acting_choice where person_id = $3 and party_id = $2) w \
    left join assignment n on n.carried_from = w.assignment_id and n.person_id = $3 and n.state = 'active' \
    order by w.place, n.id limit 1";
const CHOOSE: &str = "insert into acting_post (session_id, party_id, assignment_id, chosen_at) values ($1, $2, $3, $4) \
    on conflict (session_id, party_id) do update set assignment_id = excluded.assignment_id, chosen_at = excluded.chosen_at";
const REMEMBER: &str = "insert into acting_choice (person_id, party_id, assignment_id, chosen_at) values ($1, $2, $3, $4) \
    on conflict (person_id, party_id) do update set assignment_id = excluded.assignment_id, chosen_at = excluded.chosen_at";
const SERVES: &str = "select 1 as one from assignment a join person_face p on p.person_id = a.person_id \
    where a.person_id = $1 and a.state in ('active', 'ended') and a.valid_from <= $2 and a.valid_until > $2 \
        and p.person_state = 'active' limit 1";
const SWEEP: &str = "delete from acting_post where chosen_at < $1";

/// Every statement of this file.
pub(super) const ALL: &[&str] = &[CHOSEN, WANTED, CHOOSE, REMEMBER, SERVES, SWEEP];

/// What was chosen in a session, and when. The inner `None`: to act as themself.
pub(crate) async fn chosen(
    conn: &mut Conn,
    session: Id<id::Session>,
    party: Id<id::Party>,
) -> Result<Option<(Option<PostId>, Timestamp)>, StoreError> {
    let found = conn.one(CHOSEN, params![session, party]).await?;
    found.map(|row| Ok((row.opt_id("assignment_id")?, row.time("chosen_at")?))).transpose()
}

/// What was chosen in this session, or else the last time, and after a change of units what that post goes on in. The inner `None`: to
/// act as themself.
pub(crate) async fn wanted(
    conn: &mut Conn,
    (session, person): (Id<id::Session>, Id<id::Person>),
    party: Id<id::Party>,
) -> Result<Option<Option<PostId>>, StoreError> {
    let found = conn.one(WANTED, params![session, party, person]).await?;
    found.map(|row| Ok(row.opt_id("next_id")?.or(row.opt_id("assignment_id")?))).transpose()
}

/// Notes a choice for one session.
pub(crate) async fn choose(
    tx: &mut Tx<'_>,
    session: Id<id::Session>,
    party: Id<id::Party>,
    post: Option<PostId>,
) -> Result<(), StoreError> {
    let now = tx.now();
    tx.run(CHOOSE, params![session, party, post, now]).await.map(|_| ())
}

/// Keeps a choice for the next session.
pub(crate) async fn remember(
    tx: &mut Tx<'_>,
    person: Id<id::Person>,
    party: Id<id::Party>,
    post: Option<PostId>,
) -> Result<(), StoreError> {
    let now = tx.now();
    tx.run(REMEMBER, params![person, party, post, now]).await.map(|_| ())
}

/// Whether a window of a post of theirs holds the instant.
pub(crate) async fn serves(conn: &mut Conn, person: Id<id::Person>, at: Timestamp) -> Result<bool, StoreError> {
    Ok(conn.one(SERVES, params![person, at]).await?.is_some())
}

pub(crate) async fn sweep(tx: &mut Tx<'_>, before: Timestamp) -> Result<u64, StoreError> {
    tx.run(SWEEP, params![before]).await
}
