//! SQL of the OpenID Connect door. Every grant that is read here comes with the post in which its holder acts, asked of the office. It joins
//! to other rooms only through their faces `account_standing`, `consent_withdrawal`, `session_standing` and `session_proved`.

use idp_core::{
    params,
    people::{AccountState, PersonState, StoredPerson},
    session::{Computer, Population},
    signin::Standing,
    store::{Conn, Row, StoreError, Tx, meta::Epoch},
    types::{Digest, Fault, Id, Timestamp, id},
};

use super::{
    grant::{NewGrant, Stored, Terms},
    officials,
};

const INSERT_POSTED: &str = "insert into posted_request (digest, form, created_at, ends_at) values ($1, $2, $3, $4)";
const TAKE_POSTED: &str = "update posted_request set spent_at = $2 where digest = $1 and spent_at is null and ends_at > $2 \
    returning form";
const SWEEP_POSTED: &str = "delete from posted_request where ends_at < $1";
const INSERT_GRANT: &str = "insert into token_grant \
    (id, party_id, person_id, account_id, session_id, code_digest, code_ends_at, terms, epoch, created_at, ends_at) \
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
/// Spends a code and reads what [`GRANT`] reads. Only the row itself may be named behind `returning`, so the faces are asked one value at a time.
const SPEND_CODE: &str = "update token_grant set code_spent_at = $2 where code_digest = $1 and code_spent_at is null \
    returning id, party_id, person_id, account_id, session_id, terms, epoch, created_at, ends_at, revoked_at, code_ends_at, \
    (select max(w.at) from consent_withdrawal w \
        where w.person_id = token_grant.person_id and w.party_id = token_grant.party_id) as withdrawn_at, \
    (select a.cut_at from account_standing a where a.account_id = token_grant.account_id) as cut_at, \
    (select s.population from session_standing s where s.session_id = token_grant.session_id) as population, \
    (select s.computer from session_standing s where s.session_id = token_grant.session_id) as computer, \
    (select a.account_state from account_standing a where a.account_id = token_grant.account_id) as account_state, \
    (select a.person_state from account_standing a where a.account_id = token_grant.account_id) as person_state, \
    (select s.ends_at from session_standing s where s.session_id = token_grant.session_id) as session_ends_at, \
    (select s.ended_at from session_standing s where s.session_id = token_grant.session_id) as session_ended_at, \
    (select s.last_used_at from session_standing s where s.session_id = token_grant.session_id) as session_used_at, \
    cast(null as text) as revoked_jti";
const GRANT_OF_CODE: &str = "select id from token_grant where code_digest = $1";
const GRANT: &str = "select g.id, g.party_id, g.person_id, g.account_id, g.session_id, g.terms, g.epoch, g.created_at, g.ends_at, g.revoked_at, \
    a.account_state, a.person_state, a.cut_at, s.population, s.computer, \
    (select max(w.at) from consent_withdrawal w where w.person_id = g.person_id and w.party_id = g.party_id) as withdrawn_at, \
    s.ends_at as session_ends_at, s.ended_at as session_ended_at, \
    s.last_used_at as session_used_at, r.jti as revoked_jti \
    from token_grant g \
    join account_standing a on a.account_id = g.account_id \
    join session_standing s on s.session_id = g.session_id \
    left join revoked_token r on r.jti = $2 \
    where g.id = $1";
const GRANT_AND_PERSON: &str = "select g.id, g.party_id, g.person_id, g.account_id, g.session_id, g.terms, g.epoch, g.created_at, g.ends_at, g.revoked_at, \
    a.account_state, a.person_state, a.cut_at, s.population, s.computer, \
    (select max(w.at) from consent_withdrawal w where w.person_id = g.person_id and w.party_id = g.party_id) as withdrawn_at, \
    s.ends_at as session_ends_at, s.ended_at as session_ended_at, \
    s.last_used_at as session_used_at, r.jti as revoked_jti, \
    f.merged_into, f.identity_assurance, f.data_match, f.data_matched_at, f.sealed_profile, f.seal_key_id, f.updated_at, \
    f.number_id, f.number_sealed, f.number_key_id \
    from token_grant g \
    join account_standing a on a.account_id = g.account_id \
    join person_face f on f.person_id = g.person_id \
    join session_standing s on s.session_id = g.session_id \
    left join revoked_token r on r.jti = $2 \
    where g.id = $1";
const REVOKE_GRANT: &str = "update token_grant set revoked_at = $2, revoked_because = $3 where id = $1 and revoked_at is null \
    returning person_id, party_id";
const OPEN_GRANTS: &str = "select id from token_grant where person_id = $1 and revoked_at is null";
const OPEN_GRANTS_OF_SESSION: &str = "select id from token_grant where session_id = $1 and revoked_at is null";
const OPEN_GRANTS_PROVED_WITH: &str = "select g.id from token_grant g join session_proved p on p.session_id = g.session_id \
    where p.credential_id = $1 and g.revoked_at is null";
const REVOKE_ALL: &str = "update token_grant set revoked_at = $1, revoked_because = $2 where revoked_at is null";
const SWEEP_GRANTS: &str = "delete from token_grant where id in (select g.id from token_grant g \
    where g.ends_at < $1 and not exists (select 1 from refresh_token r where r.grant_id = g.id) limit 1000)";
const SWEEP_REFRESH: &str =
    "delete from refresh_token where grant_id in (select id from token_grant where ends_at < $1 limit 1000)";
const INSERT_REFRESH: &str =
    "insert into refresh_token (digest, grant_id, issued_at, idle_until) values ($1, $2, $3, $4)";
const REFRESH: &str =
    "select grant_id, idle_until, used_at, successor, retired_at from refresh_token where digest = $1";
const SPEND_REFRESH: &str = "update refresh_token set used_at = $2, successor = $3 \
    where digest = $1 and used_at is null and retired_at is null and idle_until > $2";
const REPLACE_SUCCESSOR: &str = "update refresh_token set successor = $2 where digest = $1 and successor = $3";
const RETIRE_UNUSED: &str =
    "update refresh_token set retired_at = $2 where digest = $1 and used_at is null and retired_at is null";
const INSERT_REVOKED: &str = "insert into revoked_token (jti, until_at) values ($1, $2) on conflict (jti) do nothing";
const REVOKED: &str = "select jti from revoked_token where jti = $1";
const SWEEP_REVOKED: &str = "delete from revoked_token where until_at < $1";
const INSERT_ASSERTION: &str = "insert into client_assertion (party_id, jti_digest, until_at) values ($1, $2, $3) \
    on conflict (party_id, jti_digest) do nothing";
const SWEEP_ASSERTIONS: &str = "delete from client_assertion where until_at < $1";

/// Every statement of this file.
pub(super) const ALL: &[&str] = &[
    INSERT_POSTED,
    TAKE_POSTED,
    SWEEP_POSTED,
    INSERT_GRANT,
    SPEND_CODE,
    GRANT_OF_CODE,
    GRANT,
    GRANT_AND_PERSON,
    REVOKE_GRANT,
    OPEN_GRANTS,
    OPEN_GRANTS_OF_SESSION,
    OPEN_GRANTS_PROVED_WITH,
    REVOKE_ALL,
    SWEEP_GRANTS,
    SWEEP_REFRESH,
    INSERT_REFRESH,
    REFRESH,
    SPEND_REFRESH,
    REPLACE_SUCCESSOR,
    RETIRE_UNUSED,
    INSERT_REVOKED,
    REVOKED,
    SWEEP_REVOKED,
    INSERT_ASSERTION,
    SWEEP_ASSERTIONS,
];

pub(super) async fn insert_posted(
    tx: &mut Tx<'_>,
    digest: Digest,
    form: &str,
    ends_at: Timestamp,
) -> Result<(), StoreError> {
    let now = tx.now();
    tx.run(INSERT_POSTED, params![digest, form, now, ends_at]).await.map(|_| ())
}

pub(super) async fn take_posted(tx: &mut Tx<'_>, digest: Digest) -> Result<Option<String>, StoreError> {
    let now = tx.now();
    tx.one(TAKE_POSTED, params![digest, now]).await?.map(|row| row.text("form")).transpose()
}

pub(super) async fn insert_grant(tx: &mut Tx<'_>, new: &NewGrant<'_>) -> Result<(), StoreError> {
    let terms = serde_json::to_string(new.terms).map_err(|error| Fault::new("writing the terms of a grant", error))?;
    let now = tx.now();
    let live = new.live;
    let params = params![
        new.id,
        new.party,
        live.person,
        live.account,
        live.id,
        new.code,
        new.code_ends_at,
        terms,
        new.epoch.0,
        now,
        new.ends_at
    ];
    tx.later(INSERT_GRANT, params).await
}

/// Spends a code; gives its grant with everything that stands for or against it, and the end of the code. The statement is the judge: of many
/// at once, one gets the row.
pub(super) async fn spend_code(tx: &mut Tx<'_>, code: Digest) -> Result<Option<(Stored, Timestamp)>, StoreError> {
    let now = tx.now();
    let row = tx.one(SPEND_CODE, params![code, now]).await?;
    let Some(row) = row else { return Ok(None) };
    Ok(Some((stored(tx, &row, now).await?, row.time("code_ends_at")?)))
}

pub(super) async fn grant_of_code(conn: &mut Conn, code: Digest) -> Result<Option<Id<id::Grant>>, StoreError> {
    conn.one(GRANT_OF_CODE, params![code]).await?.map(|row| row.id("id")).transpose()
}

/// A grant with everything that stands for or against it, in one statement. `jti` is the access token asked about.
pub(super) async fn grant(
    conn: &mut Conn,
    id: Id<id::Grant>,
    jti: Option<&str>,
    now: Timestamp,
) -> Result<Option<Stored>, StoreError> {
    let Some(row) = conn.one(GRANT, params![id, jti]).await? else { return Ok(None) };
    stored(conn, &row, now).await.map(Some)
}

/// The same with everything that may be told about the person: userinfo takes one statement.
pub(super) async fn grant_and_person(
    conn: &mut Conn,
    id: Id<id::Grant>,
    jti: &str,
    now: Timestamp,
) -> Result<Option<(Stored, StoredPerson)>, StoreError> {
    let seals = conn.seals();
    let Some(row) = conn.one(GRANT_AND_PERSON, params![id, jti]).await? else { return Ok(None) };
    Ok(Some((stored(conn, &row, now).await?, StoredPerson::of_face(&row, &seals)?)))
}

async fn stored(conn: &mut Conn, row: &Row, now: Timestamp) -> Result<Stored, StoreError> {
    let terms: Terms =
        serde_json::from_str(&row.text("terms")?).map_err(|error| Fault::new("reading the terms of a grant", error))?;
    let (person, party) = (row.id("person_id")?, row.id("party_id")?);
    let capacity = match &terms.acts {
        Some(acts) => officials::standing(conn, acts, (row.id("session_id")?, person, party), now).await?,
        None => None,
    };
    let standing = Standing {
        person: PersonState::from_word(&row.text("person_state")?)?,
        account: AccountState::from_word(&row.text("account_state")?)?,
        party_is_served: false, // the register decides, see `Stored::admit`
        revoked_at: row.opt_time("revoked_at")?,
        granted_at: row.time("created_at")?,
        withdrawn_at: row.opt_time("withdrawn_at")?,
        cut_at: row.opt_time("cut_at")?,
        grant_ends_at: row.time("ends_at")?,
        grant_epoch: Epoch(row.int("epoch")?),
        offline: terms.offline,
        post_holds: terms.acts.is_none() || capacity.is_some(),
        session_ended_at: row.opt_time("session_ended_at")?,
        session_ends_at: row.time("session_ends_at")?,
        session_used_at: row.time("session_used_at")?,
    };
    Ok(Stored {
        id: row.id("id")?,
        party,
        person,
        capacity,
        jti_is_revoked: row.opt_text("revoked_jti")?.is_some(),
        terms,
        standing,
        session_kind: (Population::from_word(&row.text("population")?)?, Computer::from_word(&row.text("computer")?)),
    })
}

/// Revokes a grant. `None`: it was revoked before.
pub(super) async fn revoke_grant(
    tx: &mut Tx<'_>,
    id: Id<id::Grant>,
    because: &str,
) -> Result<Option<(Id<id::Person>, Id<id::Party>)>, StoreError> {
    let now = tx.now();
    let row = tx.one(REVOKE_GRANT, params![id, now, because]).await?;
    row.map(|row| Ok((row.id("person_id")?, row.id("party_id")?))).transpose()
}

pub(super) async fn open_grants(conn: &mut Conn, person: Id<id::Person>) -> Result<Vec<Id<id::Grant>>, StoreError> {
    conn.all(OPEN_GRANTS, params![person]).await?.iter().map(|row| row.id("id")).collect()
}

/// Grants of a session, ended or not.
pub(super) async fn open_grants_of_session(
    conn: &mut Conn,
    session: Id<id::Session>,
) -> Result<Vec<Id<id::Grant>>, StoreError> {
    conn.all(OPEN_GRANTS_OF_SESSION, params![session]).await?.iter().map(|row| row.id("id")).collect()
}

/// Grants of sessions in which a credential was used, ended or not.
pub(super) async fn open_grants_proved_with(
    conn: &mut Conn,
    credential: Id<id::Credential>,
) -> Result<Vec<Id<id::Grant>>, StoreError> {
    conn.all(OPEN_GRANTS_PROVED_WITH, params![credential]).await?.iter().map(|row| row.id("id")).collect()
}

pub(super) async fn revoke_all(tx: &mut Tx<'_>, because: &str) -> Result<u64, StoreError> {
    let now = tx.now();
    tx.run(REVOKE_ALL, params![now, because]).await
}

pub(super) async fn insert_refresh(
    tx: &mut Tx<'_>,
    digest: Digest,
    grant: Id<id::Grant>,
    idle_until: Timestamp,
) -> Result<(), StoreError> {
    let now = tx.now();
    tx.run(INSERT_REFRESH, params![digest, grant, now, idle_until]).await.map(|_| ())
}

/// A refresh token as stored.
pub(super) struct StoredRefresh {
    pub(super) grant: Id<id::Grant>,
    pub(super) idle_until: Timestamp,
    pub(super) used_at: Option<Timestamp>,
    pub(super) successor: Option<Digest>,
    pub(super) retired_at: Option<Timestamp>,
}

pub(super) async fn refresh(conn: &mut Conn, digest: Digest) -> Result<Option<StoredRefresh>, StoreError> {
    let Some(row) = conn.one(REFRESH, params![digest]).await? else {
        return Ok(None);
    };
    Ok(Some(StoredRefresh {
        grant: row.id("grant_id")?,
        idle_until: row.time("idle_until")?,
        used_at: row.opt_time("used_at")?,
        successor: row.opt_bytes("successor")?.is_some().then(|| row.digest("successor")).transpose()?,
        retired_at: row.opt_time("retired_at")?,
    }))
}

/// Spends a refresh token and names its successor. `false`: it is spent, retired or idle too long.
pub(super) async fn spend_refresh(tx: &mut Tx<'_>, digest: Digest, successor: Digest) -> Result<bool, StoreError> {
    let now = tx.now();
    Ok(tx.run(SPEND_REFRESH, params![digest, now, successor]).await? == 1)
}

/// Puts a sibling in the place of an unused successor. `false`: the successor was used meanwhile.
pub(super) async fn replace_successor(
    tx: &mut Tx<'_>,
    spent: Digest,
    (old, sibling): (Digest, Digest),
) -> Result<bool, StoreError> {
    let now = tx.now();
    let retired = tx.run(RETIRE_UNUSED, params![old, now]).await? == 1;
    Ok(retired && tx.run(REPLACE_SUCCESSOR, params![spent, sibling, old]).await? == 1)
}

pub(super) async fn insert_revoked(tx: &mut Tx<'_>, jti: &str, until: Timestamp) -> Result<(), StoreError> {
    tx.run(INSERT_REVOKED, params![jti, until]).await.map(|_| ())
}

pub(super) async fn is_revoked(conn: &mut Conn, jti: &str) -> Result<bool, StoreError> {
    Ok(conn.one(REVOKED, params![jti]).await?.is_some())
}

/// Notes that an assertion was used. `false`: it was used before.
pub(super) async fn insert_assertion(
    tx: &mut Tx<'_>,
    party: Id<id::Party>,
    jti: Digest,
    until: Timestamp,
) -> Result<bool, StoreError> {
    Ok(tx.run(INSERT_ASSERTION, params![party, jti, until]).await? == 1)
}

/// Removes what is of no use any more, a thousand rows of a kind at most.
pub(super) async fn sweep(tx: &mut Tx<'_>) -> Result<u64, StoreError> {
    let now = tx.now();
    let mut gone = 0;
    for statement in [SWEEP_POSTED, SWEEP_REVOKED, SWEEP_ASSERTIONS, SWEEP_REFRESH, SWEEP_GRANTS] {
        gone += tx.run(statement, params![now]).await?;
    }
    Ok(gone)
}
