//! SQL of the register of people.

use std::time::Duration;

use super::{
    AccountState, DataMatch, Notices, PersonState, Purpose, Since, StoredAccount, StoredPerson,
    person::{Identifier, open_number, open_profile},
};
use crate::{
    crypto::{
        random,
        seal::{Sealed, Seals},
    },
    params,
    store::{Conn, Param, Row, StoreError, Tx},
    types::{Digest, Fault, Ial, Id, Locale, Timestamp, id},
};

/// The kind of identifier that a personal number is.
pub(super) const PERSONAL_NUMBER: &str = "personal-number";

const INSERT_PERSON: &str = "insert into person \
    (id, state, state_at, identity_assurance, data_match, data_matched_at, sealed_profile, seal_key_id, created_at, updated_at) \
    values ($1, 'active', $2, $3, $4, $5, $6, $7, $2, $2)";
const PERSON: &str = "select person_id, person_state, merged_into, identity_assurance, data_match, data_matched_at, \
    sealed_profile, seal_key_id, updated_at, number_id, number_sealed, number_key_id \
    from person_face where person_id = $1";
const PERSONS: &str = "select person_id, person_state, merged_into, identity_assurance, data_match, data_matched_at, \
    sealed_profile, seal_key_id, updated_at, number_id, number_sealed, number_key_id \
    from person_face where person_id in ($1)";
const UPDATE_PROFILE: &str =
    "update person set sealed_profile = $2, seal_key_id = $3, updated_at = $4, profile_at = $4 where id = $1";
const UPDATE_PERSON_STATE: &str =
    "update person set state = $2, merged_into = $3, state_at = $4, updated_at = $4 where id = $1";
const UPDATE_DATA_MATCH: &str =
    "update person set data_match = $2, data_matched_at = $3, updated_at = $3 where id = $1";
const INSERT_IDENTIFIER: &str = "insert into identifier (id, person_id, kind, sealed, seal_key_id, recorded_at) \
    values ($1, $2, $3, $4, $5, $6)";
const INSERT_INDEX: &str = "insert into identifier_index (identifier_id, key_id, digest) values ($1, $2, $3)";
const END_IDENTIFIERS: &str =
    "update identifier set ended_at = $3 where person_id = $1 and kind = $2 and ended_at is null";
const INSERT_ACCOUNT: &str = "insert into account (id, person_id, login, state, state_at, created_at, purpose) \
    values ($1, $2, $3, 'active', $4, $4, $5)";
const ACCOUNT_BY_LOGIN: &str =
    "select id, person_id, login, state, locale, notices, purpose from account where login = $1";
const ACCOUNT_BY_ID: &str = "select id, person_id, login, state, locale, notices, purpose from account where id = $1";
const ACCOUNTS_OF: &str =
    "select id, person_id, login, state, locale, notices, purpose from account where person_id = $1 order by login";
const UPDATE_ACCOUNT_STATE: &str = "update account set state = $2, state_at = $3 where id = $1";
const UPDATE_NOTICES: &str = "update account set notices = $2 where id = $1";
const CUT_ACCOUNT: &str = "update account set cut_at = $2 where id = $1";
const UPDATE_LOCALE: &str =
    "update account set locale = $2, locale_at = $3 where id = $1 and (locale is null or locale <> $2)";
const SINCE: &str = "select a.created_at, a.locale_at, coalesce(p.profile_at, p.created_at) as profile_at, \
    (select max(i.recorded_at) from identifier i where i.person_id = p.id and i.ended_at is null) as number_at \
    from account a join person p on p.id = a.person_id where a.id = $1";
const INVITE: &str = "insert into account_invitation (person_id, link_digest, made_by, made_at, ends_at) \
    values ($1, $2, $3, $4, $5) on conflict (person_id) do update set link_digest = excluded.link_digest, \
    made_by = excluded.made_by, made_at = excluded.made_at, ends_at = excluded.ends_at, failures = 0, used_at = null";
const INVITED: &str = "select person_id, ends_at from account_invitation \
    where link_digest = $1 and used_at is null and ends_at > $2 and failures < $3";
const INVITATION_FAILED: &str =
    "update account_invitation set failures = failures + 1 where link_digest = $1 and used_at is null";
const INVITATION_USED: &str = "update account_invitation set used_at = $2 where link_digest = $1 and used_at is null";
const INSERT_CHECK: &str = "insert into registry_check \
    (id, person_id, request_ref, state, tries, due_at, created_at, answered_at) values ($1, $2, $3, $4, 1, $5, $6, $7)";
const POSTPONE_CHECK: &str = "update registry_check set tries = tries + 1, \
    due_at = $2 + 60000 * (case when tries < 6 then tries * tries else 60 end), \
    state = case when tries >= 500 then 'given_up' else state end \
    where request_ref = $1 and state = 'pending'";
const ANSWER_CHECK: &str = "update registry_check set state = $2, answered_at = $3 \
    where request_ref = $1 and state = 'pending' returning person_id";
const DUE_CHECKS: &str = "select person_id, request_ref from registry_check \
    where state = 'pending' and due_at <= $1 order by due_at limit $2";
const HOLDERS: &str = "select distinct i.person_id from identifier_index x join identifier i on i.id = x.identifier_id \
    where x.digest = $1 and i.ended_at is null limit 100";

pub(super) const COUNT_STALE_PROFILES: &str =
    "select count(*) as n from person where sealed_profile is not null and seal_key_id <> $1";
pub(super) const STALE_PROFILES: &str = "select id as key, sealed_profile as sealed, seal_key_id from person \
    where sealed_profile is not null and seal_key_id <> $1 order by id limit $2";
pub(super) const RESEAL_PROFILE: &str = "update person set sealed_profile = $2, seal_key_id = $3 where id = $1";
const COUNT_STALE_NUMBERS: &str = "select count(*) as n from identifier i where i.seal_key_id <> $1 \
    or exists (select 1 from identifier_index x where x.identifier_id = i.id and x.key_id <> $1)";
const STALE_NUMBERS: &str = "select i.id, i.sealed, i.seal_key_id from identifier i where i.seal_key_id <> $1 \
    or exists (select 1 from identifier_index x where x.identifier_id = i.id and x.key_id <> $1) order by i.id limit $2";
const RESEAL_NUMBER: &str = "update identifier set sealed = $2, seal_key_id = $3 where id = $1";
const DELETE_INDEXES: &str = "delete from identifier_index where identifier_id = $1";
const HAS_WORDS: &str = "select person_id from person_name_word where person_id = $1 limit 1";
const INSERT_WORD: &str = "insert into person_name_word (person_id, key_id, digest) values ($1, $2, $3) \
    on conflict (person_id, key_id, digest) do nothing";
const DELETE_WORDS: &str = "delete from person_name_word where person_id = $1";
const COUNT_STALE_WORDS: &str = "select count(distinct person_id) as n from person_name_word where key_id <> $1";
const STALE_WORDS: &str =
    "select distinct person_id from person_name_word where key_id <> $1 order by person_id limit $2";

/// Every statement of this file.
pub(super) const ALL: &[&str] = &[
    INVITE,
    INVITED,
    INVITATION_FAILED,
    INVITATION_USED,
    INSERT_PERSON,
    PERSON,
    PERSONS,
    UPDATE_PROFILE,
    UPDATE_PERSON_STATE,
    UPDATE_DATA_MATCH,
    INSERT_IDENTIFIER,
    INSERT_INDEX,
    END_IDENTIFIERS,
    INSERT_ACCOUNT,
    ACCOUNT_BY_LOGIN,
    ACCOUNT_BY_ID,
    ACCOUNTS_OF,
    UPDATE_ACCOUNT_STATE,
    UPDATE_NOTICES,
    CUT_ACCOUNT,
    UPDATE_LOCALE,
    SINCE,
    INSERT_CHECK,
    POSTPONE_CHECK,
    ANSWER_CHECK,
    DUE_CHECKS,
    HOLDERS,
    COUNT_STALE_PROFILES,
    STALE_PROFILES,
    RESEAL_PROFILE,
    COUNT_STALE_NUMBERS,
    STALE_NUMBERS,
    RESEAL_NUMBER,
    DELETE_INDEXES,
    HAS_WORDS,
    INSERT_WORD,
    DELETE_WORDS,
    COUNT_STALE_WORDS,
    STALE_WORDS,
];

pub(super) async fn insert_person(
    tx: &mut Tx<'_>,
    id: Id<id::Person>,
    sealed: &Sealed,
    data_match: DataMatch,
) -> Result<(), StoreError> {
    let now = tx.now();
    let matched_at = (data_match == DataMatch::Matched).then_some(now);
    let level = Ial::Ial0.urn();
    let (bytes, key_id) = (sealed.bytes.clone(), sealed.key_id.as_str());
    tx.run(INSERT_PERSON, params![id, now, level, data_match.word(), matched_at, bytes, key_id]).await.map(|_| ())
}

pub(super) async fn person(conn: &mut Conn, id: Id<id::Person>) -> Result<Option<StoredPerson>, StoreError> {
    let seals = conn.seals();
    conn.one(PERSON, params![id]).await?.map(|row| StoredPerson::of_face(&row, &seals)).transpose()
}

pub(super) async fn persons(conn: &mut Conn, ids: &[Id<id::Person>]) -> Result<Vec<StoredPerson>, StoreError> {
    let seals = conn.seals();
    let ids: Vec<Param> = ids.iter().map(|id| Param::from(*id)).collect();
    conn.all_in(PERSONS, &[], &ids).await?.iter().map(|row| StoredPerson::of_face(row, &seals)).collect()
}

impl StoredPerson {
    /// Reads a person from a row that holds the columns of the view `person_face`, also one that another room joined to it.
    pub fn of_face(row: &Row, seals: &Seals) -> Result<Self, StoreError> {
        let id = row.id("person_id")?;
        let sealed = |bytes: &str, key_id: &str| -> Result<Option<Sealed>, StoreError> {
            Ok(row.opt_bytes(bytes)?.zip(row.opt_text(key_id)?).map(|(bytes, key_id)| Sealed { key_id, bytes }))
        };
        let profile = sealed("sealed_profile", "seal_key_id")?;
        let number = row.opt_id("number_id")?.zip(sealed("number_sealed", "number_key_id")?);
        let level = Ial::from_urn(&row.text("identity_assurance")?).ok_or(Fault::bug("reading an identity level"))?;
        Ok(Self {
            id,
            state: PersonState::from_word(&row.text("person_state")?)?,
            merged_into: row.opt_id("merged_into")?,
            identity_assurance: level,
            data_match: DataMatch::from_word(&row.text("data_match")?)?,
            data_matched_at: row.opt_time("data_matched_at")?,
            profile: profile.map(|sealed| open_profile(seals, id, &sealed)).transpose()?,
            number: number.map(|(identifier, sealed)| open_number(seals, identifier, &sealed)).transpose()?,
            updated_at: row.time("updated_at")?,
        })
    }
}

pub(super) async fn update_profile(tx: &mut Tx<'_>, id: Id<id::Person>, sealed: &Sealed) -> Result<(), StoreError> {
    let now = tx.now();
    let params = params![id, sealed.bytes.clone(), sealed.key_id.as_str(), now];
    tx.run(UPDATE_PROFILE, params).await.map(|_| ())
}

pub(super) async fn update_person_state(
    tx: &mut Tx<'_>,
    id: Id<id::Person>,
    state: PersonState,
    into: Option<Id<id::Person>>,
) -> Result<(), StoreError> {
    let now = tx.now();
    tx.run(UPDATE_PERSON_STATE, params![id, state.word(), into, now]).await.map(|_| ())
}

pub(super) async fn update_data_match(
    tx: &mut Tx<'_>,
    id: Id<id::Person>,
    data_match: DataMatch,
) -> Result<(), StoreError> {
    let now = tx.now();
    tx.run(UPDATE_DATA_MATCH, params![id, data_match.word(), now]).await.map(|_| ())
}

pub(super) async fn insert_identifier(
    tx: &mut Tx<'_>,
    id: Id<Identifier>,
    person: Id<id::Person>,
    sealed: &Sealed,
) -> Result<(), StoreError> {
    let now = tx.now();
    let params = params![id, person, PERSONAL_NUMBER, sealed.bytes.clone(), sealed.key_id.as_str(), now];
    tx.run(INSERT_IDENTIFIER, params).await.map(|_| ())
}

pub(super) async fn insert_identifier_index(
    tx: &mut Tx<'_>,
    id: Id<Identifier>,
    key_id: &str,
    digest: [u8; 32],
) -> Result<(), StoreError> {
    tx.run(INSERT_INDEX, params![id, key_id, digest]).await.map(|_| ())
}

pub(super) async fn end_identifiers(tx: &mut Tx<'_>, person: Id<id::Person>) -> Result<(), StoreError> {
    let now = tx.now();
    tx.run(END_IDENTIFIERS, params![person, PERSONAL_NUMBER, now]).await.map(|_| ())
}

/// The persons who claim a number now, by any of its blind indexes.
pub(super) async fn holders(conn: &mut Conn, number: &str) -> Result<Vec<Id<id::Person>>, StoreError> {
    let mut found = Vec::new();
    for (_, digest) in conn.seals().indexes(PERSONAL_NUMBER, number) {
        for row in conn.all(HOLDERS, params![digest]).await? {
            let person = row.id("person_id")?;
            if !found.contains(&person) {
                found.push(person);
            }
        }
    }
    Ok(found)
}

pub(super) async fn insert_account(
    tx: &mut Tx<'_>,
    id: Id<id::Account>,
    person: Id<id::Person>,
    (login, purpose): (&str, Purpose),
) -> Result<(), StoreError> {
    let now = tx.now();
    tx.run(INSERT_ACCOUNT, params![id, person, login, now, purpose.word()]).await.map(|_| ())
}

fn account(row: &Row) -> Result<StoredAccount, StoreError> {
    Ok(StoredAccount {
        id: row.id("id")?,
        person: row.id("person_id")?,
        login: row.text("login")?,
        state: AccountState::from_word(&row.text("state")?)?,
        locale: row.opt_text("locale")?.as_deref().and_then(Locale::from_tags),
        notices: Notices::from_word(row.opt_text("notices")?.as_deref()),
        purpose: Purpose::from_word(row.opt_text("purpose")?.as_deref()),
    })
}

pub(super) async fn account_by_login(conn: &mut Conn, login: &str) -> Result<Option<StoredAccount>, StoreError> {
    conn.one(ACCOUNT_BY_LOGIN, params![login]).await?.as_ref().map(account).transpose()
}

pub(super) async fn accounts_of(conn: &mut Conn, person: Id<id::Person>) -> Result<Vec<StoredAccount>, StoreError> {
    conn.all(ACCOUNTS_OF, params![person]).await?.iter().map(account).collect()
}

pub(super) async fn account_by_id(conn: &mut Conn, id: Id<id::Account>) -> Result<Option<StoredAccount>, StoreError> {
    conn.one(ACCOUNT_BY_ID, params![id]).await?.as_ref().map(account).transpose()
}

pub(super) async fn update_account_state(
    tx: &mut Tx<'_>,
    id: Id<id::Account>,
    state: AccountState,
) -> Result<(), StoreError> {
    let now = tx.now();
    tx.run(UPDATE_ACCOUNT_STATE, params![id, state.word(), now]).await.map(|_| ())
}

pub(super) async fn update_notices(tx: &mut Tx<'_>, id: Id<id::Account>, notices: Notices) -> Result<(), StoreError> {
    tx.run(UPDATE_NOTICES, params![id, notices.word()]).await.map(|_| ())
}

pub(super) async fn cut_account(tx: &mut Tx<'_>, id: Id<id::Account>) -> Result<(), StoreError> {
    let now = tx.now();
    tx.run(CUT_ACCOUNT, params![id, now]).await.map(|_| ())
}

pub(super) async fn update_locale(tx: &mut Tx<'_>, id: Id<id::Account>, locale: Locale) -> Result<(), StoreError> {
    let now = tx.now();
    tx.run(UPDATE_LOCALE, params![id, locale.tag(), now]).await.map(|_| ())
}

pub(super) async fn since(conn: &mut Conn, account: Id<id::Account>) -> Result<Option<Since>, StoreError> {
    let row = conn.one(SINCE, params![account]).await?;
    let since = |row: Row| {
        let (login, profile) = (row.time("created_at")?, row.time("profile_at")?);
        Ok(Since {
            login,
            profile,
            number: row.opt_time("number_at")?.unwrap_or(profile),
            locale: row.opt_time("locale_at")?.unwrap_or(login),
        })
    };
    row.map(since).transpose()
}

pub(super) async fn insert_check(
    tx: &mut Tx<'_>,
    person: Id<id::Person>,
    request_ref: &str,
    data_match: DataMatch,
) -> Result<(), StoreError> {
    let now = tx.now();
    let answered_at = (data_match != DataMatch::Pending).then_some(now);
    let id = random::id::<()>(now);
    let due_at = now + Duration::from_secs(60);
    let params = params![id, person, request_ref, data_match.word(), due_at, now, answered_at];
    tx.run(INSERT_CHECK, params).await.map(|_| ())
}

pub(super) async fn postpone_check(tx: &mut Tx<'_>, request_ref: &str) -> Result<(), StoreError> {
    let now = tx.now();
    tx.run(POSTPONE_CHECK, params![request_ref, now]).await.map(|_| ())
}

pub(super) async fn answer_check(
    tx: &mut Tx<'_>,
    request_ref: &str,
    data_match: DataMatch,
) -> Result<Option<Id<id::Person>>, StoreError> {
    let now = tx.now();
    let row = tx.one(ANSWER_CHECK, params![request_ref, data_match.word(), now]).await?;
    row.map(|row| row.id("person_id")).transpose()
}

/// Questions to the registry that are due again: the person and the request number.
pub(super) async fn due_checks(
    conn: &mut Conn,
    now: crate::types::Timestamp,
    most: i64,
) -> Result<Vec<(Id<id::Person>, String)>, StoreError> {
    let rows = conn.all(DUE_CHECKS, params![now, most]).await?;
    rows.iter().map(|row| Ok((row.id("person_id")?, row.text("request_ref")?))).collect()
}

pub(super) async fn count_stale_numbers(conn: &mut Conn) -> Result<u64, StoreError> {
    let active = conn.seals().active_id().to_owned();
    let row = conn.one(COUNT_STALE_NUMBERS, params![active]).await?.ok_or(Fault::bug("counting numbers"))?;
    Ok(row.int("n")?.unsigned_abs())
}

/// Numbers that are sealed, or indexed, under another key than the active one.
pub(super) async fn stale_numbers(conn: &mut Conn, most: i64) -> Result<Vec<(Id<Identifier>, Sealed)>, StoreError> {
    let active = conn.seals().active_id().to_owned();
    let rows = conn.all(STALE_NUMBERS, params![active, most]).await?;
    let read = |row: &Row| {
        let sealed = Sealed { key_id: row.text("seal_key_id")?, bytes: row.bytes("sealed")? };
        Ok((row.id("id")?, sealed))
    };
    rows.iter().map(read).collect()
}

pub(super) async fn reseal_number(tx: &mut Tx<'_>, id: Id<Identifier>, sealed: &Sealed) -> Result<(), StoreError> {
    tx.later(RESEAL_NUMBER, params![id, sealed.bytes.clone(), sealed.key_id.as_str()]).await
}

pub(super) async fn delete_identifier_indexes(tx: &mut Tx<'_>, id: Id<Identifier>) -> Result<(), StoreError> {
    tx.later(DELETE_INDEXES, params![id]).await
}

/// Whether the words of a name are there, under whatever key.
pub(super) async fn has_words(conn: &mut Conn, person: Id<id::Person>) -> Result<bool, StoreError> {
    Ok(conn.one(HAS_WORDS, params![person]).await?.is_some())
}

pub(super) async fn insert_word(
    tx: &mut Tx<'_>,
    person: Id<id::Person>,
    (key_id, digest): (&str, [u8; 32]),
) -> Result<(), StoreError> {
    tx.later(INSERT_WORD, params![person, key_id, digest]).await
}

/// Takes the words of a name away; gives how many there were.
pub(super) async fn delete_words(tx: &mut Tx<'_>, person: Id<id::Person>) -> Result<u64, StoreError> {
    tx.run(DELETE_WORDS, params![person]).await
}

pub(super) async fn count_stale_words(conn: &mut Conn) -> Result<u64, StoreError> {
    let active = conn.seals().active_id().to_owned();
    let row = conn.one(COUNT_STALE_WORDS, params![active]).await?.ok_or(Fault::bug("counting words of names"))?;
    Ok(row.int("n")?.unsigned_abs())
}

/// Persons with words under another key than the active one.
pub(super) async fn stale_words(conn: &mut Conn, most: i64) -> Result<Vec<Id<id::Person>>, StoreError> {
    let active = conn.seals().active_id().to_owned();
    conn.all(STALE_WORDS, params![active, most]).await?.iter().map(|row| row.id("person_id")).collect()
}

/// Keeps a link; one that was there before is worth nothing any more.
pub(super) async fn invite(
    tx: &mut Tx<'_>,
    (person, link): (Id<id::Person>, Digest),
    ends_at: Timestamp,
) -> Result<(), StoreError> {
    let (now, by) = (tx.now(), tx.cx().actor.to_string());
    tx.run(INVITE, params![person, link, by, now, ends_at]).await.map(|_| ())
}

/// Whose a link is that can be used, and when it is over.
pub(super) async fn invited(
    conn: &mut Conn,
    (link, now): (Digest, Timestamp),
    most: i64,
) -> Result<Option<(Id<id::Person>, Timestamp)>, StoreError> {
    let found = conn.one(INVITED, params![link, now, most]).await?;
    found.map(|row| Ok((row.id("person_id")?, row.time("ends_at")?))).transpose()
}

pub(super) async fn invitation_failed(tx: &mut Tx<'_>, link: Digest) -> Result<(), StoreError> {
    tx.run(INVITATION_FAILED, params![link]).await.map(|_| ())
}

/// Whether it was there to be used: of two at once, one finds it.
pub(super) async fn use_invitation(tx: &mut Tx<'_>, link: Digest) -> Result<bool, StoreError> {
    let now = tx.now();
    Ok(tx.run(INVITATION_USED, params![link, now]).await? == 1)
}
