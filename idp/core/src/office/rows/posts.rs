//! SQL that writes posts and reads them for lists. What writes takes [`Admitted`] and nothing else.

use std::{collections::HashMap, iter::repeat};

use super::{
    super::{
        Admitted, Assignment, Kind, Place, RoleGrant, Scope, Source,
        gate::Written,
        post::{Post, PostState},
    },
    catalogue, outbox, world,
};
use crate::{
    org::Span,
    params, people,
    store::{Conn, Param, Row, StoreError, Tx},
    types::{Fault, Id, Timestamp, id},
};

type PostId = Id<id::Assignment>;

/// More holders of a word than this, and posts are gone through from another side.
const FEW_HOLDERS: i64 = 15_000;
/// More units than this, and their posts are not looked at one by one.
const FEW_UNITS: i64 = 500;

macro_rules! columns {
    () => {
        "select a.id, a.person_id, a.unit_id, a.delegator_id, a.position_id, a.kind, a.scope, a.limits, a.state, \
            a.state_because, a.requested_by, a.decision_no, a.decision_date, a.valid_from, a.valid_until, a.revision, \
            a.source, a.state_at, a.approved_by, a.created_at, a.last_used_at, a.dormant_at, a.carried_from, \
            coalesce(a.elder_id, a.id) as elder_id "
    };
}

macro_rules! assignment {
    ($rest:literal) => {
        concat!(columns!(), "from assignment a ", $rest)
    };
}

/// Posts of those in whose name every word stands.
macro_rules! wanted {
    () => {
        "a.id > $3 and a.valid_until > $2 and ($4 = '' or a.state = $4) and ($5 = '' or a.position_id = $5) \
            and ($19 = '' or ($19 = 'yes') = (a.dormant_at is not null)) and ($6 = '' or exists (select 1 from assignment_role g where g.assignment_id = a.id and g.role_id = $6)) \
            and (select count(*) from person_name_face x where x.person_id = a.person_id \
                and x.digest in ($9, $10, $11, $12, $13, $14, $15, $16)) = $17 "
    };
}

/// Where a unit lies in the tree: asked of what is above it, of which there is little. Without `coalesce` both would gladly go through
/// everything below the country instead, for each post anew.
macro_rules! below {
    () => {
        "coalesce(c.ancestor_id, c.unit_id) = $1 and c.valid_from <= $2 and c.valid_until > $2 and c.depth <= $8 "
    };
}

const INSERT: &str = "insert into assignment (id, person_id, unit_id, position_id, kind, scope, valid_from, valid_until, decision_no, \
    decision_date, source, delegator_id, limits, state, state_at, state_because, requested_by, approved_by, revision, created_at, \
    carried_from, carried_by, import_id, elder_id) \
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24)";
const INSERT_ROLE: &str = "insert into assignment_role (assignment_id, role_id, parties) values ($1, $2, $3)";
const INSERT_UNIT: &str = "insert into assignment_unit (assignment_id, unit_id) values ($1, $2)";
const UPDATE: &str = "update assignment set position_id = $2, kind = $3, scope = $4, valid_from = $5, valid_until = $6, decision_no = $7, \
    decision_date = $8, limits = $9, state = $10, state_at = $11, state_because = $12, approved_by = coalesce($13, approved_by), \
    revision = $14, unit_id = $15, dormant_at = null where id = $1 and revision = $16";
const CLEAR_ROLES: &str = "delete from assignment_role where assignment_id = $1";
const CLEAR_UNITS: &str = "delete from assignment_unit where assignment_id = $1";
const ONE: &str = assignment!("where a.id = $1");
const OF_PERSON: &str = assignment!("where a.person_id = $1 order by a.valid_from desc, a.id desc limit 1000");
const UNDER: &str = assignment!(
    "join unit_under c on c.unit_id = a.unit_id and c.ancestor_id = $1 and c.valid_from <= $2 and c.valid_until > $2 \
        and c.depth <= $8 \
     where a.id > $3 and a.valid_until > $2 and ($4 = '' or a.state = $4) and ($5 = '' or a.position_id = $5) \
        and ($9 = '' or ($9 = 'yes') = (a.dormant_at is not null)) \
        and ($6 = '' or exists (select 1 from assignment_role g where g.assignment_id = a.id and g.role_id = $6)) \
     order by a.id limit $7"
);
// The few posts that sleep have an index of their own, which a question that may be about all posts cannot use.
const UNDER_DORMANT: &str = assignment!(
    "join unit_under c on c.unit_id = a.unit_id and c.ancestor_id = $1 and c.valid_from <= $2 and c.valid_until > $2 \
        and c.depth <= $8 \
     where a.dormant_at is not null and a.id > $3 and a.valid_until > $2 and ($4 = '' or a.state = $4) \
        and ($5 = '' or a.position_id = $5) \
        and ($6 = '' or exists (select 1 from assignment_role g where g.assignment_id = a.id and g.role_id = $6)) \
     order by a.id limit $7"
);
// Both databases plan a statement once for every word and unit, and cannot know how rare a word is or how large a unit. So each of these
// three says where to begin, in a way that neither may turn round: SQLite takes a cross join in the order in which it is written, and
// PostgreSQL neither looks into a materialized part nor flattens a question with an offset.
const NAMED_BY_WORD: &str = concat!(
    "with held as materialized (select a.id, a.unit_id from person_name_face w cross join assignment a \
        where w.digest = $18 and a.person_id = w.person_id and ",
    wanted!(),
    ") ",
    columns!(),
    "from held h cross join unit_under c cross join assignment a where c.unit_id = h.unit_id and a.id = h.id and ",
    below!(),
    "order by a.id limit $7"
);
const NAMED_BY_UNIT: &str = concat!(
    columns!(),
    "from unit_under c cross join assignment a \
     where exists (select 1 from person_name_face w where w.digest = $18 and w.person_id = a.person_id) and c.unit_id = a.unit_id \
        and c.ancestor_id = $1 and c.valid_from <= $2 and c.valid_until > $2 and c.depth <= $8 and ",
    wanted!(),
    "order by a.id limit $7"
);
const NAMED_BY_POST: &str = concat!(
    columns!(),
    "from assignment a \
     where exists (select 1 from person_name_face w where w.digest = $18 and w.person_id = a.person_id limit 1 offset 0) and ",
    wanted!(),
    "and exists (select 1 from unit_under c where c.unit_id = a.unit_id and ",
    below!(),
    "limit 1 offset 0) order by a.id limit $7"
);
const HOLDERS: &str = "select count(*) as n from (select person_id from person_name_face where digest = $1 limit $2) w";
const UNITS_UNDER: &str = "select count(*) as n from (select unit_id from unit_under \
    where ancestor_id = $1 and valid_from <= $2 and valid_until > $2 and depth <= $3 limit $4) c";
const UNINDEXED: &str = "select distinct a.person_id from assignment a \
    join person_face p on p.person_id = a.person_id and p.sealed_profile is not null and p.person_state <> 'erased' \
    where a.person_id > $2 and a.valid_until > $1 and not exists (select 1 from person_name_face w where w.person_id = a.person_id) \
    order by a.person_id limit $3";
const BY_IDS: &str = assignment!("where a.id in ($1)");
const ROLES: &str = "select assignment_id, role_id, parties from assignment_role where assignment_id in ($1)";
const UNITS: &str = "select assignment_id, unit_id from assignment_unit where assignment_id in ($1)";
const DELEGATED: &str = assignment!("where a.delegator_id = $1 order by a.valid_from desc, a.id desc limit 1000");
const HAD_POST: &str = "select id from assignment where person_id = $1 and id <> $2 limit 1";
const USED: &str = "update assignment set last_used_at = $2, dormant_at = null \
    where id = $1 and (last_used_at is null or last_used_at < $3 or dormant_at is not null)";

/// Every statement of this file.
pub(super) const ALL: &[&str] = &[
    INSERT,
    INSERT_ROLE,
    INSERT_UNIT,
    UPDATE,
    CLEAR_ROLES,
    CLEAR_UNITS,
    ONE,
    OF_PERSON,
    UNDER,
    UNDER_DORMANT,
    NAMED_BY_WORD,
    NAMED_BY_UNIT,
    NAMED_BY_POST,
    HOLDERS,
    UNITS_UNDER,
    UNINDEXED,
    BY_IDS,
    ROLES,
    UNITS,
    DELEGATED,
    HAD_POST,
    USED,
];

/// What stands in a row beside the post.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Origin {
    pub(crate) source: Source,
    pub(crate) carried_by: Option<Id<id::ChangeSet>>,
    pub(crate) import: Option<Id<id::StaffImport>>,
}

/// Writes what the gate let through. `Ok(false)`: somebody changed a post meanwhile, and nothing may stay of this.
pub(crate) async fn write(tx: &mut Tx<'_>, admitted: &Admitted, origin: Origin) -> Result<bool, StoreError> {
    for written in admitted.writes() {
        if !write_one(tx, written, origin).await? {
            return Ok(false);
        }
    }
    Ok(true)
}

async fn write_one(tx: &mut Tx<'_>, written: &Written, origin: Origin) -> Result<bool, StoreError> {
    let post = &written.post;
    match &written.was {
        None => insert_all(tx, &[(post, None)], origin).await?,
        Some(was) => {
            if !update(tx, was, post).await? {
                return Ok(false);
            }
            if was.roles != post.roles {
                tx.run(CLEAR_ROLES, params![post.id]).await?;
                tx.insert_all(INSERT_ROLE, roles(post)?).await?;
            }
            if was.scope != post.scope {
                tx.run(CLEAR_UNITS, params![post.id]).await?;
                tx.insert_all(INSERT_UNIT, units(post)).await?;
            }
        }
    }
    let also = written.was.as_ref().filter(|was| was.roles != post.roles);
    let json = |was: &Post| {
        serde_json::to_string(&was.roles).map_err(|error| Fault::new("writing the roles that a post had", error))
    };
    outbox::changed(tx, (post.id, post.person, post.revision), written.change(), also.map(json).transpose()?).await?;
    Ok(true)
}

fn roles(post: &Post) -> Result<Vec<Vec<Param>>, StoreError> {
    let json = |grant: &RoleGrant| -> Result<Option<String>, Fault> {
        let write = |parties| {
            serde_json::to_string(parties).map_err(|error| Fault::new("writing the parties of a role", error))
        };
        grant.parties.as_ref().map(write).transpose()
    };
    post.roles.iter().map(|grant| Ok(params![post.id, grant.role.as_str(), json(grant)?])).collect()
}

fn units(post: &Post) -> Vec<Vec<Param>> {
    post.scope.listed().map(|unit| params![post.id, unit]).collect()
}

/// Cuts posts at the instant of a change set, and writes those that go on in their place.
pub(crate) async fn carry(
    tx: &mut Tx<'_>,
    carried: &[(Admitted, PostId)],
    (set, at): (Id<id::ChangeSet>, Timestamp),
) -> Result<(), StoreError> {
    let from: Vec<PostId> = carried.iter().map(|(_, from)| *from).collect();
    super::carry::cut(tx, (set, at), &from).await?;
    let new = carried.iter().flat_map(|(admitted, from)| admitted.writes().iter().map(|one| (&one.post, Some(*from))));
    insert_all(tx, &new.collect::<Vec<_>>(), super::super::carry::origin(set)).await?;
    let after = carried.iter().flat_map(|(admitted, _)| admitted.writes().iter().map(|one| one.post.id));
    let touched: Vec<PostId> = from.iter().copied().chain(after).collect();
    outbox::changed_all(tx, "carried", &touched).await
}

async fn insert_all(tx: &mut Tx<'_>, posts: &[(&Post, Option<PostId>)], origin: Origin) -> Result<(), StoreError> {
    let now = tx.now();
    let (mut rows, mut grants, mut listed) = (Vec::new(), Vec::new(), Vec::new());
    for (post, carried_from) in posts {
        rows.push(params![
            post.id,
            post.person,
            post.unit,
            post.position.as_str(),
            post.kind.word(),
            post.scope.word(),
            post.span.from,
            post.span.until,
            post.decision.as_ref().map(|decision| decision.number.as_str()),
            post.decision.as_ref().map(|decision| decision.date.to_string()),
            origin.source.word(),
            post.delegator,
            limits(post)?,
            post.state.word(),
            now,
            post.state.because(),
            post.requested_by.as_str(),
            None::<&str>,
            post.revision,
            now,
            *carried_from,
            origin.carried_by,
            origin.import,
            (post.elder != post.id).then_some(post.elder),
        ]);
        grants.extend(roles(post)?);
        listed.extend(units(post));
    }
    tx.insert_all(INSERT, rows).await?;
    tx.insert_all(INSERT_ROLE, grants).await?;
    tx.insert_all(INSERT_UNIT, listed).await
}

fn limits(post: &Post) -> Result<String, Fault> {
    serde_json::to_string(&post.limits).map_err(|error| Fault::new("writing the limits of a post", error))
}

async fn update(tx: &mut Tx<'_>, was: &Post, post: &Post) -> Result<bool, StoreError> {
    let now = tx.now();
    let approved = was.state == PostState::Pending && post.state == PostState::Active;
    let approver = approved.then(|| tx.cx().actor.to_string());
    let params = params![
        post.id,
        post.position.as_str(),
        post.kind.word(),
        post.scope.word(),
        post.span.from,
        post.span.until,
        post.decision.as_ref().map(|decision| decision.number.as_str()),
        post.decision.as_ref().map(|decision| decision.date.to_string()),
        limits(post)?,
        post.state.word(),
        now,
        post.state.because(),
        approver,
        post.revision,
        post.unit,
        was.revision,
    ];
    Ok(tx.run(UPDATE, params).await? == 1)
}

fn assignment(row: &Row) -> Result<Assignment, StoreError> {
    let post = Post {
        id: row.id("id")?,
        elder: row.id("elder_id")?,
        person: row.id("person_id")?,
        unit: row.id("unit_id")?,
        delegator: row.opt_id("delegator_id")?,
        position: catalogue::position_id(row, "position_id")?,
        kind: Kind::stored(&row.text("kind")?)?,
        roles: Vec::new(),
        scope: Scope::stored(&row.text("scope")?)?,
        span: Span { from: row.time("valid_from")?, until: row.time("valid_until")? },
        decision: world::decision(row)?,
        limits: world::limits(&row.text("limits")?)?,
        state: PostState::stored(&row.text("state")?, row.opt_text("state_because")?)?,
        requested_by: row.text("requested_by")?,
        revision: row.int("revision")?,
    };
    Ok(Assignment {
        post,
        source: Source::stored(&row.text("source")?)?,
        state_at: row.time("state_at")?,
        approved_by: row.opt_text("approved_by")?,
        created_at: row.time("created_at")?,
        last_used_at: row.opt_time("last_used_at")?,
        dormant_at: row.opt_time("dormant_at")?,
        carried_from: row.opt_id("carried_from")?,
    })
}

/// Gives rows their roles and listed units, with one statement each.
async fn whole(conn: &mut Conn, rows: Vec<Row>) -> Result<Vec<Assignment>, StoreError> {
    let mut found: Vec<Assignment> = rows.iter().map(assignment).collect::<Result<_, _>>()?;
    let places: HashMap<PostId, usize> = found.iter().enumerate().map(|(place, one)| (one.post.id, place)).collect();
    let ids: Vec<Param> = found.iter().map(|one| Param::from(one.post.id)).collect();
    for row in conn.all_in(ROLES, &[], &ids).await? {
        let grant = RoleGrant {
            role: catalogue::role_id(&row, "role_id")?,
            parties: world::parties(row.opt_text("parties")?)?,
        };
        if let Some(place) = places.get(&row.id("assignment_id")?) {
            found[*place].post.roles.push(grant);
        }
    }
    for row in conn.all_in(UNITS, &[], &ids).await? {
        let place = places.get(&row.id("assignment_id")?);
        if let Some(Scope::Listed(units)) = place.map(|place| &mut found[*place].post.scope) {
            units.insert(row.id("unit_id")?);
        }
    }
    for one in &mut found {
        one.post.roles.sort_by(|one, other| one.role.cmp(&other.role));
    }
    Ok(found)
}

pub(crate) async fn one(conn: &mut Conn, id: PostId) -> Result<Option<Assignment>, StoreError> {
    let rows = conn.all(ONE, params![id]).await?;
    Ok(whole(conn, rows).await?.pop())
}

pub(crate) async fn by_ids(conn: &mut Conn, ids: &[PostId]) -> Result<Vec<Assignment>, StoreError> {
    let ids: Vec<Param> = ids.iter().map(|id| (*id).into()).collect();
    let rows = conn.all_in(BY_IDS, &[], &ids).await?;
    whole(conn, rows).await
}

/// Every post that a person ever had, the latest first.
pub(crate) async fn of_person(conn: &mut Conn, person: Id<id::Person>) -> Result<Vec<Assignment>, StoreError> {
    let rows = conn.all(OF_PERSON, params![person]).await?;
    whole(conn, rows).await
}

/// What was handed on from a post, the latest first.
pub(crate) async fn handed_on(conn: &mut Conn, from: PostId) -> Result<Vec<Assignment>, StoreError> {
    let rows = conn.all(DELEGATED, params![from]).await?;
    whole(conn, rows).await
}

/// Words that narrow a list; empty: any.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Filter<'a> {
    pub(crate) state: &'a str,
    pub(crate) position: &'a str,
    pub(crate) role: &'a str,
    /// Whether nobody has acted in it for long; `None`: either.
    pub(crate) dormant: Option<bool>,
    /// The words of a name as blind indexes under one master key, at most [`people::MOST_WORDS`]; empty: any name.
    pub(crate) name: &'a [[u8; 32]],
}

pub(crate) async fn under(
    conn: &mut Conn,
    (place, at): (Place, Timestamp),
    filter: Filter<'_>,
    after: Option<PostId>,
    limit: i64,
) -> Result<Vec<Assignment>, StoreError> {
    let after = after.unwrap_or(Id::from_uuid(uuid::Uuid::nil()));
    let (top, depth) = place.bounds();
    let mut params = params![top, at, after, filter.state, filter.position, filter.role, limit, depth];
    let dormant = match filter.dormant {
        None => "",
        Some(true) => "yes",
        Some(false) => "no",
    };
    let rows = match filter.name {
        [] if filter.dormant == Some(true) => conn.all(UNDER_DORMANT, params).await?,
        [] => {
            params.extend(params![dormant]);
            conn.all(UNDER, params).await?
        }
        words => {
            let (rarest, holders) = rarest(conn, words).await?;
            let by = if holders <= FEW_HOLDERS {
                NAMED_BY_WORD
            } else if count(conn, UNITS_UNDER, params![top, at, depth, FEW_UNITS + 1]).await? <= FEW_UNITS {
                NAMED_BY_UNIT
            } else {
                NAMED_BY_POST
            };
            let filled = words.iter().chain(repeat(&rarest)).take(people::MOST_WORDS);
            params.extend(filled.map(|word| Param::from(*word)));
            params.extend(params![words.len() as i64, rarest, dormant]);
            conn.all(by, params).await?
        }
    };
    whole(conn, rows).await
}

/// The word that the fewest people have, and how many have it, counted to a little more than [`FEW_HOLDERS`].
async fn rarest(conn: &mut Conn, words: &[[u8; 32]]) -> Result<([u8; 32], i64), StoreError> {
    let mut found = Vec::with_capacity(words.len());
    for word in words {
        found.push((*word, count(conn, HOLDERS, params![*word, FEW_HOLDERS + 1]).await?));
    }
    let rarest = found.into_iter().min_by_key(|(_, holders)| *holders);
    Ok(rarest.ok_or(Fault::bug("looking for a name without words"))?)
}

async fn count(conn: &mut Conn, sql: &'static str, params: Vec<Param>) -> Result<i64, StoreError> {
    conn.one(sql, params).await?.ok_or(Fault::bug("counting rows"))?.int("n")
}

/// Holders of posts that end after an instant who are not findable by name yet, ordered by id, at most `limit` of them after one.
pub(crate) async fn unindexed(
    conn: &mut Conn,
    at: Timestamp,
    after: Option<Id<id::Person>>,
    limit: i64,
) -> Result<Vec<Id<id::Person>>, StoreError> {
    let after = after.unwrap_or(Id::from_uuid(uuid::Uuid::nil()));
    conn.all(UNINDEXED, params![at, after, limit]).await?.iter().map(|row| row.id("person_id")).collect()
}

/// Whether a person has or had a post beside this one.
pub(crate) async fn had_post(conn: &mut Conn, person: Id<id::Person>, besides: PostId) -> Result<bool, StoreError> {
    Ok(conn.one(HAD_POST, params![person, besides]).await?.is_some())
}

/// Notes that somebody acts in a post, at most once an hour.
pub(crate) async fn used(tx: &mut Tx<'_>, post: PostId) -> Result<bool, StoreError> {
    let now = tx.now();
    let hour_ago = now - std::time::Duration::from_secs(3_600);
    Ok(tx.run(USED, params![post, now, hour_ago]).await? == 1)
}
