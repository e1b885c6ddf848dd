//! SQL that carries posts over when units end, and brings them home when that is taken back.

use std::collections::{BTreeSet, HashMap, HashSet};

use crate::{
    params,
    store::{Conn, Param, Row, StoreError, Tx},
    types::{Id, Timestamp, id},
};

type Unit = Id<id::Unit>;
type PostId = Id<id::Assignment>;

/// Posts that end after `$1` and that no set `$2` carried there.
macro_rules! posts {
    ($rest:literal) => {
        concat!(
            "select a.id, a.unit_id, a.position_id from assignment a ",
            $rest,
            " and (a.carried_by is null or a.carried_by <> $2) and a.valid_until > $1 and a.state in ('active', 'pending') "
        )
    };
}

const ON_UNITS: &str = concat!(posts!("where true"), "and a.unit_id in ($3)");
const LISTING: &str =
    concat!(posts!("join assignment_unit u on u.assignment_id = a.id where true"), "and u.unit_id in ($3)");
/// Those that count for the territory of a unit which ends, and stand on another one below it.
const TERRITORIAL: &str = concat!(
    posts!(
        "join unit_under c on c.unit_id = a.unit_id where a.scope = 'territory' and c.valid_from <= $3 and c.valid_until > $3"
    ),
    "and c.ancestor_id in ($4)"
);
const HANDED_ON: &str = "select id from assignment \
    where valid_until > $1 and state in ('active', 'pending') and delegator_id in ($2)";
const HEIRS: &str = "select h.from_unit, h.to_unit, (select count(*) from unit_standing s \
        where s.unit_id = h.to_unit and s.valid_from < $1 and s.valid_until >= $1) as stood \
    from unit_heir h where h.effective_at = $1";
/// A unit that is gone stands where it stood at its end: whoever covered it covers what was its own.
const ALL_UNDER: &str = "select ancestor_id, unit_id from unit_under \
    where valid_from <= $1 and (valid_until > $1 or valid_until = \
        (select max(s.valid_until) from unit_standing s where s.unit_id = unit_under.unit_id)) and ancestor_id in ($2)";
const CUT: &str = "update assignment set until_before = valid_until, cut_by = $2, revision = revision + 1, \
    valid_until = case when valid_from > $1 then valid_from else $1 end where id in ($3)";
/// What was taken from somebody after they were carried over does not come back to them.
const KEEP_TAKEN: &str = "delete from assignment_role where exists ( \
        select 1 from assignment o join assignment n on n.carried_from = o.id and n.carried_by = $1 \
        where o.id = assignment_role.assignment_id and o.cut_by = $1 and not exists ( \
            select 1 from assignment_role r where r.assignment_id = n.id and r.role_id = assignment_role.role_id))";
const BRING_HOME: &str = "update assignment set cut_by = null, revision = revision + 1, until_before = null, \
    valid_until = coalesce((select case when n.valid_until < assignment.until_before then n.valid_until else assignment.until_before end \
        from assignment n where n.carried_from = assignment.id and n.carried_by = $1), valid_until) where cut_by = $1";
const CLOSE: &str = "update assignment set state = 'ended', state_at = $2, state_because = 'units-restored', revision = revision + 1, \
    valid_until = case when valid_from > $2 then valid_from else $2 end where carried_by = $1 and state in ('active', 'pending')";

const OF_SET: &str = "select id from assignment where cut_by = $1 or carried_by = $1";

/// Every statement of this file.
pub(super) const ALL: &[&str] =
    &[ON_UNITS, LISTING, TERRITORIAL, HANDED_ON, HEIRS, ALL_UNDER, CUT, KEEP_TAKEN, BRING_HOME, CLOSE, OF_SET];

fn list<T: Copy + Into<Param>>(ids: &[T]) -> Vec<Param> {
    ids.iter().map(|id| (*id).into()).collect()
}

/// A post that a set concerns: id, unit, position.
pub(crate) type Concerned = (PostId, Unit, String);

/// The posts that end after an instant and stand on these units, list them, or count for their territories. Without those that the set
/// to be taken back carried there.
pub(crate) async fn concerned(
    conn: &mut Conn,
    at: Timestamp,
    but: Option<Id<id::ChangeSet>>,
    units: &[Unit],
) -> Result<Vec<Concerned>, StoreError> {
    let (but, units) = (but.unwrap_or(Id::from_uuid(uuid::Uuid::nil())), list(units));
    let just_before = Timestamp::from_millis(at.millis() - 1);
    let mut found = conn.all_in(ON_UNITS, &[at.into(), but.into()], &units).await?;
    found.extend(conn.all_in(LISTING, &[at.into(), but.into()], &units).await?);
    found.extend(conn.all_in(TERRITORIAL, &[at.into(), but.into(), just_before.into()], &units).await?);
    let mut seen = HashSet::new();
    let read = |row: &Row| Ok((row.id("id")?, row.id("unit_id")?, row.text("position_id")?));
    let mut all = found.iter().map(read).collect::<Result<Vec<Concerned>, StoreError>>()?;
    all.retain(|one| seen.insert(one.0));
    Ok(all)
}

fn ids(found: &[Row]) -> Result<Vec<PostId>, StoreError> {
    found.iter().map(|row| row.id("id")).collect()
}

pub(crate) async fn handed_on(conn: &mut Conn, at: Timestamp, posts: &[PostId]) -> Result<Vec<PostId>, StoreError> {
    ids(&conn.all_in(HANDED_ON, &[at.into()], &list(posts)).await?)
}

/// Which units went on in which others at an instant, and whether the other one stood before.
pub(crate) async fn heirs(conn: &mut Conn, at: Timestamp) -> Result<Vec<(Unit, Unit, bool)>, StoreError> {
    let found = conn.all(HEIRS, params![at]).await?;
    found.iter().map(|row| Ok((row.id("from_unit")?, row.id("to_unit")?, row.int("stood")? > 0))).collect()
}

pub(crate) async fn all_under(
    conn: &mut Conn,
    at: Timestamp,
    tops: &[Unit],
) -> Result<HashMap<Unit, BTreeSet<Unit>>, StoreError> {
    let mut found: HashMap<Unit, BTreeSet<Unit>> = HashMap::new();
    for row in conn.all_in(ALL_UNDER, &[at.into()], &list(tops)).await? {
        found.entry(row.id("ancestor_id")?).or_default().insert(row.id("unit_id")?);
    }
    Ok(found)
}

pub(crate) async fn cut(
    tx: &mut Tx<'_>,
    (set, at): (Id<id::ChangeSet>, Timestamp),
    posts: &[PostId],
) -> Result<u64, StoreError> {
    tx.run_in(CUT, &[at.into(), set.into()], &list(posts)).await
}

/// Puts back what a set carried over; gives how many posts came home.
pub(crate) async fn bring_home(tx: &mut Tx<'_>, set: Id<id::ChangeSet>) -> Result<u64, StoreError> {
    let now = tx.now();
    tx.run(KEEP_TAKEN, params![set]).await?;
    let concerned = ids(&tx.all(OF_SET, params![set]).await?)?;
    let home = tx.run(BRING_HOME, params![set]).await?;
    tx.run(CLOSE, params![set, now]).await?;
    super::outbox::changed_all(tx, "carried", &concerned).await?;
    Ok(home)
}
