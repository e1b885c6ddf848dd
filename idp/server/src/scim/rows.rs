//! SQL of what personnel systems call officials, and of who lies within their units. It joins to other rooms only through their faces
//! `assignment_standing` and `unit_under`.

use idp_core::{
    params,
    store::{Conn, Param, Row, StoreError, Tx},
    types::{Id, Timestamp, id},
};

type Person = Id<id::Person>;
type Unit = Id<id::Unit>;
type Party = Id<id::Party>;

/// Separate places in the tree that one caller may look at, at most: so many placeholders stand in the statements.
pub(super) const PLACES: usize = 8;

/// Officials within some units at an instant, beside those whom the party named itself.
macro_rules! within {
    ($begin:literal, $rest:literal) => {
        concat!(
            $begin,
            " from (select a.person_id as person_id from assignment_standing a \
                join unit_under c on c.unit_id = a.unit_id and c.valid_from <= $1 and c.valid_until > $1 and c.depth <= $2 \
                    and c.ancestor_id in ($3, $4, $5, $6, $7, $8, $9, $10) \
                where a.post_until > $1 and a.assignment_state in ('active', 'pending') \
              union select s.person_id from scim_user s where s.party_id = $11 and $12 = 1) u ",
            $rest
        )
    };
}

/// Units within some units at an instant.
macro_rules! units {
    ($begin:literal, $rest:literal) => {
        concat!(
            $begin,
            " from unit_under c where c.valid_from <= $1 and c.valid_until > $1 \
                and c.ancestor_id in ($2, $3, $4, $5, $6, $7, $8, $9) ",
            $rest
        )
    };
}

const USERS: &str = within!("select u.person_id", "where u.person_id > $13 order by u.person_id limit $14 offset $15");
const COUNT_USERS: &str = within!("select count(*) as n", "");
const SEES: &str = within!("select u.person_id", "where u.person_id = $13");
const UNITS: &str =
    units!("select distinct c.unit_id as unit_id", "and c.unit_id > $10 order by unit_id limit $11 offset $12");
const COUNT_UNITS: &str = units!("select count(distinct c.unit_id) as n", "");
const COVERED: &str = units!("select distinct c.unit_id as unit_id", "and c.unit_id in ($10)");
const POSTS: &str = "select assignment_id, unit_id from assignment_standing \
    where post_until > $1 and assignment_state in ('active', 'pending') and person_id in ($2)";
const GONE: &str = "select assignment_id, person_id, unit_id, post_until from assignment_standing \
    where (post_until <= $1 or assignment_state in ('ended', 'refused')) and person_id in ($2)";
const MEMBERS: &str = "select distinct unit_id, person_id from assignment_standing \
    where post_from <= $1 and post_until > $1 and assignment_state = 'active' and unit_id in ($2)";
const LINKS: &str = "select person_id, user_name, external_id, left_at, created_at, updated_at from scim_user \
    where party_id = $1 and person_id in ($2)";
const BY_NAME: &str = "select person_id from scim_user where party_id = $1 and user_key = $2";
const BY_EXTERNAL: &str = "select person_id from scim_user where party_id = $1 and external_id = $2";
const INSERT: &str = "insert into scim_user \
    (party_id, person_id, user_name, user_key, external_id, left_at, created_at, updated_at) \
    values ($1, $2, $3, $4, $5, $6, $7, $7)";
const UPDATE: &str = "update scim_user set user_name = $3, user_key = $4, external_id = $5, left_at = $6, updated_at = $7 \
    where party_id = $1 and person_id = $2";
const DELETE: &str = "delete from scim_user where party_id = $1 and person_id = $2";

/// Every statement of this file.
pub(super) const ALL: &[&str] = &[
    USERS,
    COUNT_USERS,
    SEES,
    UNITS,
    COUNT_UNITS,
    COVERED,
    POSTS,
    GONE,
    MEMBERS,
    LINKS,
    BY_NAME,
    BY_EXTERNAL,
    INSERT,
    UPDATE,
    DELETE,
];

/// Where somebody looks, and when: at most [`PLACES`] units and all below each, or each alone.
#[derive(Clone, Debug)]
pub(super) struct Where {
    pub(super) places: Vec<Unit>,
    /// Whether units below count, too.
    pub(super) deep: bool,
    /// Whose own users count, too; `None`: nobody's.
    pub(super) party: Option<Party>,
    pub(super) at: Timestamp,
}

impl Where {
    /// The placeholders of the places: what is not used names no unit.
    fn padded(&self) -> impl Iterator<Item = Param> + '_ {
        let nobody = Id::<id::Unit>::from_uuid(uuid::Uuid::nil());
        (0..PLACES).map(move |at| self.places.get(at).copied().unwrap_or(nobody).into())
    }

    fn of_users(&self) -> Vec<Param> {
        let depth = if self.deep { i64::MAX } else { 0 };
        let nobody = Id::<id::Party>::from_uuid(uuid::Uuid::nil());
        let mut params = params![self.at, depth];
        params.extend(self.padded());
        params.extend(params![self.party.unwrap_or(nobody), i64::from(self.party.is_some())]);
        params
    }

    fn of_units(&self) -> Vec<Param> {
        let mut params = params![self.at];
        params.extend(self.padded());
        params
    }
}

/// Which part of a list.
#[derive(Clone, Copy, Debug)]
pub(super) struct Part {
    /// Behind this one; nil: from the beginning.
    pub(super) after: uuid::Uuid,
    pub(super) limit: i64,
    pub(super) offset: i64,
}

pub(super) async fn users(conn: &mut Conn, place: &Where, part: Part) -> Result<Vec<Person>, StoreError> {
    let mut params = place.of_users();
    params.extend(params![Id::<id::Person>::from_uuid(part.after), part.limit, part.offset]);
    conn.all(USERS, params).await?.iter().map(|row| row.id("person_id")).collect()
}

pub(super) async fn count_users(conn: &mut Conn, place: &Where) -> Result<i64, StoreError> {
    count(conn.one(COUNT_USERS, place.of_users()).await?)
}

pub(super) async fn sees(conn: &mut Conn, place: &Where, person: Person) -> Result<bool, StoreError> {
    let mut params = place.of_users();
    params.extend(params![person]);
    Ok(conn.one(SEES, params).await?.is_some())
}

pub(super) async fn units(conn: &mut Conn, place: &Where, part: Part) -> Result<Vec<Unit>, StoreError> {
    let mut params = place.of_units();
    params.extend(params![Id::<id::Unit>::from_uuid(part.after), part.limit, part.offset]);
    conn.all(UNITS, params).await?.iter().map(|row| row.id("unit_id")).collect()
}

pub(super) async fn count_units(conn: &mut Conn, place: &Where) -> Result<i64, StoreError> {
    count(conn.one(COUNT_UNITS, place.of_units()).await?)
}

fn count(row: Option<Row>) -> Result<i64, StoreError> {
    row.map_or(Ok(0), |row| row.int("n"))
}

/// Those of these units that lie within the places.
pub(super) async fn covered(conn: &mut Conn, place: &Where, units: &[Unit]) -> Result<Vec<Unit>, StoreError> {
    let list: Vec<Param> = units.iter().map(|unit| (*unit).into()).collect();
    conn.all_in(COVERED, &place.of_units(), &list).await?.iter().map(|row| row.id("unit_id")).collect()
}

/// A post that counts, will count or waits: which, where.
pub(super) struct Standing {
    pub(super) post: Id<id::Assignment>,
    pub(super) unit: Unit,
}

pub(super) async fn posts(conn: &mut Conn, at: Timestamp, persons: &[Person]) -> Result<Vec<Standing>, StoreError> {
    let list: Vec<Param> = persons.iter().map(|person| (*person).into()).collect();
    let read = |row: &Row| Ok(Standing { post: row.id("assignment_id")?, unit: row.id("unit_id")? });
    conn.all_in(POSTS, &[at.into()], &list).await?.iter().map(read).collect()
}

/// A post that counts no more: whose, where, and when it ended or would have.
pub(super) struct Gone {
    pub(super) post: Id<id::Assignment>,
    pub(super) person: Person,
    pub(super) unit: Unit,
    pub(super) until: Timestamp,
}

pub(super) async fn gone(conn: &mut Conn, at: Timestamp, persons: &[Person]) -> Result<Vec<Gone>, StoreError> {
    let list: Vec<Param> = persons.iter().map(|person| (*person).into()).collect();
    let read = |row: &Row| {
        Ok(Gone {
            post: row.id("assignment_id")?,
            person: row.id("person_id")?,
            unit: row.id("unit_id")?,
            until: row.time("post_until")?,
        })
    };
    conn.all_in(GONE, &[at.into()], &list).await?.iter().map(read).collect()
}

/// Who serves in each of these units at an instant.
pub(super) async fn members(conn: &mut Conn, at: Timestamp, units: &[Unit]) -> Result<Vec<(Unit, Person)>, StoreError> {
    let list: Vec<Param> = units.iter().map(|unit| (*unit).into()).collect();
    let rows = conn.all_in(MEMBERS, &[at.into()], &list).await?;
    rows.iter().map(|row| Ok((row.id("unit_id")?, row.id("person_id")?))).collect()
}

/// What a party calls a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Link {
    pub(super) user_name: String,
    pub(super) external_id: Option<String>,
    /// When the party said that they left.
    pub(super) left_at: Option<Timestamp>,
}

/// A link as stored: whose, and since when.
pub(super) struct StoredLink {
    pub(super) person: Person,
    pub(super) link: Link,
    pub(super) created_at: Timestamp,
    pub(super) updated_at: Timestamp,
}

pub(super) async fn links(conn: &mut Conn, party: Party, persons: &[Person]) -> Result<Vec<StoredLink>, StoreError> {
    let list: Vec<Param> = persons.iter().map(|person| (*person).into()).collect();
    let read = |row: &Row| {
        let link = Link {
            user_name: row.text("user_name")?,
            external_id: row.opt_text("external_id")?,
            left_at: row.opt_time("left_at")?,
        };
        Ok(StoredLink {
            person: row.id("person_id")?,
            link,
            created_at: row.time("created_at")?,
            updated_at: row.time("updated_at")?,
        })
    };
    conn.all_in(LINKS, &[party.into()], &list).await?.iter().map(read).collect()
}

/// Names of users are compared without case (RFC 7643 section 4.1.1).
fn key(name: &str) -> String {
    name.to_lowercase()
}

pub(super) async fn by_name(conn: &mut Conn, party: Party, name: &str) -> Result<Option<Person>, StoreError> {
    let row = conn.one(BY_NAME, params![party, key(name)]).await?;
    row.map(|row| row.id("person_id")).transpose()
}

pub(super) async fn by_external(conn: &mut Conn, party: Party, external: &str) -> Result<Option<Person>, StoreError> {
    let row = conn.one(BY_EXTERNAL, params![party, external]).await?;
    row.map(|row| row.id("person_id")).transpose()
}

pub(super) async fn insert(tx: &mut Tx<'_>, party: Party, person: Person, link: &Link) -> Result<(), StoreError> {
    let now = tx.now();
    let (name, external) = (link.user_name.as_str(), link.external_id.as_deref());
    tx.run(INSERT, params![party, person, name, key(name), external, link.left_at, now]).await.map(|_| ())
}

pub(super) async fn update(tx: &mut Tx<'_>, party: Party, person: Person, link: &Link) -> Result<(), StoreError> {
    let now = tx.now();
    let (name, external) = (link.user_name.as_str(), link.external_id.as_deref());
    tx.run(UPDATE, params![party, person, name, key(name), external, link.left_at, now]).await.map(|_| ())
}

pub(super) async fn delete(tx: &mut Tx<'_>, party: Party, person: Person) -> Result<(), StoreError> {
    tx.run(DELETE, params![party, person]).await.map(|_| ())
}
