//! SQL that loads a [`World`]: one statement for everything that the rights of one person's posts need.
//!
//! The parts of the answer have one width: `part` says what a row is, and each part uses the columns it needs.

use std::collections::BTreeSet;

use super::{
    super::{
        Kind, OfficeHeld, Place, RoleGrant, Scope, Word,
        post::{Confirmed, Limits, Parties, Post, PostState},
        world::{Above, UnitFacts, World},
    },
    catalogue,
};
use crate::{
    org::{Span, UnitKind},
    params,
    store::{Conn, Param, Row, StoreError},
    types::{Day, Fault, Id, Timestamp, id},
};

/// Posts of the person that end after `$2`, and of those who handed something on to them. Each join is written in the order in which it
/// is to be done, because SQLite keeps to the order of a cross join: left to itself it read every post of the country for each sign-in.
macro_rules! of_person {
    ($rest:expr) => {
        concat!(
            "with near (person_id) as ( \
                select p.person_id from person_face p where p.person_id = $1 \
                union select d.person_id from assignment a cross join assignment d \
                    where d.id = a.delegator_id and a.person_id = $1 and a.valid_until > $2), \
             post as ( \
                select a.id, a.person_id, a.unit_id, a.delegator_id, a.position_id, a.kind, a.scope, a.limits, a.state, \
                    a.state_because, a.requested_by, a.decision_no, a.decision_date, a.valid_from, a.valid_until, a.revision, \
                    coalesce(a.elder_id, a.id) as elder_id \
                from near n cross join assignment a \
                where a.person_id = n.person_id and a.valid_until > $2 and a.state <> 'refused'), \
             place (unit_id) as ( \
                select unit_id from post \
                union select u.unit_id from post p cross join assignment_unit u where u.assignment_id = p.id), \
             above (unit_id) as ( \
                select distinct c.ancestor_id from place cross join unit_under c where c.unit_id = place.unit_id), \
             held (role_id) as ( \
                select r.role_id from post p cross join assignment_role r where r.assignment_id = p.id) ",
            $rest
        )
    };
}

const OF_PERSON: &str = of_person!(
    "select 'post' as part, id as one, person_id as two, unit_id as three, delegator_id as four, position_id as word, \
        elder_id as elder, kind as kind, scope as scope, limits as body, state as state, state_because as because, requested_by as requested_by, \
        decision_no as decision_no, decision_date as decision_date, valid_from as from_at, valid_until as until_at, revision as number \
     from post \
     union all select 'person', p.person_id, null, null, null, null, null, null, null, null, p.person_state, null, null, null, null, \
        null, null, null from near n cross join person_face p where p.person_id = n.person_id \
     union all select 'role', r.assignment_id, null, null, null, r.role_id, null, null, null, r.parties, null, null, null, null, null, \
        null, null, null from post p cross join assignment_role r where r.assignment_id = p.id \
     union all select 'listed', u.assignment_id, null, u.unit_id, null, null, null, null, null, null, null, null, null, null, null, \
        null, null, null from post p cross join assignment_unit u where u.assignment_id = p.id \
     union all select 'definition', null, null, null, null, r.id, null, null, null, r.definition, null, null, null, null, null, \
        r.valid_from, r.valid_until, r.revision from role r where r.id in (select role_id from held) \
     union all select 'position', null, null, null, null, q.id, null, q.label_vi, q.signing, q.label_en, null, null, null, null, null, \
        null, null, null from position q where q.id in (select position_id from post) \
     union all select 'separation', null, null, null, null, s.one, null, s.other, null, null, null, null, null, null, null, \
        null, null, null from role_separation s \
     union all select 'unit', null, null, s.unit_id, null, s.level_id, null, s.unit_kind, null, null, null, null, null, null, null, \
        s.valid_from, s.valid_until, null from above cross join unit_standing s where s.unit_id = above.unit_id \
     union all select 'under', null, null, c.unit_id, c.ancestor_id, null, null, null, null, null, null, null, null, null, null, \
        c.valid_from, c.valid_until, c.depth from place cross join unit_under c where c.unit_id = place.unit_id"
);
const STANDING: &str = "select unit_id as three, level_id as word, unit_kind as kind, valid_from as from_at, \
    valid_until as until_at from unit_standing where unit_id in ($1)";
const UNDER: &str = "select unit_id as three, ancestor_id as four, depth as number, valid_from as from_at, \
    valid_until as until_at from unit_under where unit_id in ($1)";
/// Begins at the few roles that permit it: begun at people it read everybody for every row of a first import on PostgreSQL, which knew no sizes yet.
const OTHER_OWNERS: &str = "with holder (person_id) as materialized ( \
        select distinct a.person_id from role_permission w cross join role r cross join assignment_role g cross join assignment a \
        where w.permission = $1 and r.id = w.role_id and r.valid_from <= $3 and r.valid_until > $3 and g.role_id = r.id \
            and a.id = g.assignment_id and a.person_id <> $2 and a.state = 'active' and a.valid_from <= $3 and a.valid_until > $3) \
    select count(*) as owners from holder h \
    where exists (select 1 from person_face p where p.person_id = h.person_id and p.person_state = 'active' limit 1 offset 0)";
/// Posts that may permit something over a unit: their roles hold it, their windows hold the instant, and their scopes may hold the
/// unit. What they really permit is judged afterwards. Posts outside the place that is looked at are not in the question.
const WHO: &str = "select distinct a.id, a.person_id from role_permission w \
    join assignment_role g on g.role_id = w.role_id join assignment a on a.id = g.assignment_id \
    join unit_under v on v.unit_id = a.unit_id and v.ancestor_id = $6 and v.depth <= $7 and v.valid_from <= $3 and v.valid_until > $3 \
    where w.permission = $1 and a.state in ('active', 'ended') and a.valid_from <= $3 and a.valid_until > $3 \
    and (a.scope in ('territory', 'non-territorial') \
        or (a.scope in ('self', 'unit') and a.unit_id = $2) \
        or (a.scope = 'list' and exists (select 1 from assignment_unit u where u.assignment_id = a.id and u.unit_id = $2)) \
        or (a.scope = 'subtree' and exists (select 1 from unit_under c \
            where c.unit_id = $2 and c.ancestor_id = a.unit_id and c.valid_from <= $3 and c.valid_until > $3))) \
    and a.id > $4 order by a.id limit $5";

const OFFICES: &str =
    "select office, valid_from, valid_until from office_face where person_id = $1 and valid_until > $2";

/// Every statement of this file.
pub(super) const ALL: &[&str] = &[OF_PERSON, STANDING, UNDER, OTHER_OWNERS, WHO, OFFICES];

/// Everything about the posts of a person that end after `since`.
pub(crate) async fn of_person(conn: &mut Conn, person: Id<id::Person>, since: Timestamp) -> Result<World, StoreError> {
    let mut world = World::default();
    // The parts of one answer come in any order, so what belongs to a post waits until the post is there.
    let rows = conn.all(OF_PERSON, params![person, since]).await?;
    for row in &rows {
        match row.text("part")?.as_str() {
            "post" => {
                let post = post(row)?;
                world.posts.insert(post.id, post);
            }
            "person" => {
                world.persons.insert(row.id("one")?, row.text("state")? == "active");
            }
            "definition" => {
                let role = catalogue::role(row, ["body", "from_at", "until_at", "number"])?;
                world.roles.insert(role.form.id.clone(), role);
            }
            "position" => {
                let position = catalogue::position(row, ["word", "kind", "body", "scope"])?;
                world.positions.insert(position.id.clone(), position);
            }
            "separation" => world.separations.push(catalogue::separation(row, "word", "kind")?),
            "unit" => place(&mut world, row)?,
            _ => {}
        }
    }
    for row in &rows {
        match row.text("part")?.as_str() {
            "role" => {
                let grant =
                    RoleGrant { role: catalogue::role_id(row, "word")?, parties: parties(row.opt_text("body")?)? };
                if let Some(post) = world.posts.get_mut(&row.id("one")?) {
                    post.roles.push(grant);
                }
            }
            "listed" => {
                let unit = row.id("three")?;
                if let Some(Scope::Listed(units)) = world.posts.get_mut(&row.id("one")?).map(|post| &mut post.scope) {
                    units.insert(unit);
                }
            }
            "under" => above(&mut world, row)?,
            _ => {}
        }
    }
    for post in world.posts.values_mut() {
        post.roles.sort_by(|one, other| one.role.cmp(&other.role));
    }
    Ok(world)
}

/// What is known about units beside those of the posts.
pub(crate) async fn units(conn: &mut Conn, units: &[Id<id::Unit>]) -> Result<World, StoreError> {
    let mut world = World::default();
    let list = |units: &[Id<id::Unit>]| units.iter().map(|unit| Param::from(*unit)).collect::<Vec<_>>();
    let chains = conn.all_in(UNDER, &[], &list(units)).await?;
    let mut known: BTreeSet<Id<id::Unit>> = units.iter().copied().collect();
    for row in &chains {
        known.insert(row.id("four")?);
    }
    let known: Vec<Id<id::Unit>> = known.into_iter().collect();
    if known.is_empty() {
        return Ok(world);
    }
    for row in conn.all_in(STANDING, &[], &list(&known)).await? {
        place(&mut world, &row)?;
    }
    for row in &chains {
        above(&mut world, row)?;
    }
    Ok(world)
}

fn place(world: &mut World, row: &Row) -> Result<(), StoreError> {
    let word = row.text("kind")?;
    let kind =
        UnitKind::ALL.into_iter().find(|kind| kind.word() == word).ok_or(Fault::bug("reading the kind of a unit"))?;
    let span = Span { from: row.time("from_at")?, until: row.time("until_at")? };
    let level = row.text("word")?;
    let facts = world.units.entry(row.id("three")?);
    facts.or_insert_with(|| UnitFacts { kind, places: Vec::new(), above: Vec::new() }).places.push((span, level));
    Ok(())
}

fn above(world: &mut World, row: &Row) -> Result<(), StoreError> {
    let span = Span { from: row.time("from_at")?, until: row.time("until_at")? };
    let above = Above { unit: row.id("four")?, depth: row.int("number")?, span };
    if let Some(facts) = world.units.get_mut(&row.id("three")?) {
        facts.above.push(above);
    }
    Ok(())
}

fn post(row: &Row) -> Result<Post, StoreError> {
    Ok(Post {
        id: row.id("one")?,
        elder: row.id("elder")?,
        person: row.id("two")?,
        unit: row.id("three")?,
        delegator: row.opt_id("four")?,
        position: catalogue::position_id(row, "word")?,
        kind: Kind::stored(&row.text("kind")?)?,
        roles: Vec::new(),
        scope: Scope::stored(&row.text("scope")?)?,
        span: Span { from: row.time("from_at")?, until: row.time("until_at")? },
        decision: decision(row)?,
        limits: limits(&row.text("body")?)?,
        state: PostState::stored(&row.text("state")?, row.opt_text("because")?)?,
        requested_by: row.text("requested_by")?,
        revision: row.int("number")?,
    })
}

pub(crate) fn decision(row: &Row) -> Result<Option<Confirmed>, StoreError> {
    let Some((number, date)) = row.opt_text("decision_no")?.zip(row.opt_text("decision_date")?) else {
        return Ok(None);
    };
    let date: Day = date.parse().map_err(|error| Fault::new("reading the day of a decision", error))?;
    Ok(Some(Confirmed { number, date }))
}

pub(crate) fn limits(text: &str) -> Result<Limits, StoreError> {
    Ok(serde_json::from_str(text).map_err(|error| Fault::new("reading the limits of a post", error))?)
}

pub(crate) fn parties(text: Option<String>) -> Result<Parties, StoreError> {
    let read =
        |text: String| serde_json::from_str(&text).map_err(|error| Fault::new("reading the parties of a role", error));
    Ok(text.map(read).transpose()?)
}

/// The offices of the register that a person holds after an instant.
pub(crate) async fn offices(
    conn: &mut Conn,
    person: Id<id::Person>,
    since: Timestamp,
) -> Result<Vec<OfficeHeld>, StoreError> {
    let found = conn.all(OFFICES, params![person, since]).await?;
    let held = |row: &Row| {
        let span = Span { from: row.time("valid_from")?, until: row.time("valid_until")? };
        Ok(OfficeHeld { person, office: row.text("office")?, span })
    };
    found.iter().map(held).collect()
}

/// How many other persons are answerable for the installation now.
pub(crate) async fn other_owners(conn: &mut Conn, besides: Id<id::Person>, now: Timestamp) -> Result<i64, StoreError> {
    let word = super::super::Permission::OwnPlatform.word();
    let row = conn.one(OTHER_OWNERS, params![word, besides, now]).await?;
    row.ok_or(Fault::bug("counting owners"))?.int("owners")
}

/// Posts at a place that may permit something over a unit, and whose they are, at most `limit` of them after one.
pub(crate) async fn who(
    conn: &mut Conn,
    place: Place,
    (wanted, unit, at): (&Word, Id<id::Unit>, Timestamp),
    after: Option<Id<id::Assignment>>,
    limit: i64,
) -> Result<Vec<(Id<id::Assignment>, Id<id::Person>)>, StoreError> {
    let after = after.unwrap_or(Id::from_uuid(uuid::Uuid::nil()));
    let (top, depth) = place.bounds();
    let found = conn.all(WHO, params![wanted.as_str(), unit, at, after, limit, top, depth]).await?;
    found.iter().map(|row| Ok((row.id("id")?, row.id("person_id")?))).collect()
}
