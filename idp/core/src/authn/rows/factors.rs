//! SQL of second factors: addresses, one-time codes, recovery codes, steps of apps; and of browsers that signed in before.

use super::super::{
    PasswordUse,
    code::{Bound, Code, LIFETIME, TRIES},
    contact::{Contact, owner},
    second::Policy,
};
use crate::{
    crypto::seal::Sealed,
    params,
    store::{Conn, StoreError, Tx},
    types::{Address, AddressKind, Digest, Fault, Id, Timestamp, id},
};

const CONTACTS: &str = "select id, account_id, sealed, seal_key_id, verified_at, second_factor_at from contact \
    where account_id = $1 and removed_at is null order by created_at, id";
const INSERT_CONTACT: &str = "insert into contact (id, account_id, kind, sealed, seal_key_id, created_at) \
    values ($1, $2, $3, $4, $5, $6)";
const DROP_UNPROVED: &str =
    "update contact set removed_at = $2 where account_id = $1 and verified_at is null and removed_at is null";
const VERIFY_CONTACT: &str = "update contact set verified_at = $3 \
    where id = $1 and account_id = $2 and verified_at is null and removed_at is null";
const SECOND_FACTOR_ON: &str = "update contact set second_factor_at = $3 \
    where id = $1 and account_id = $2 and verified_at is not null and second_factor_at is null and removed_at is null";
const SECOND_FACTOR_OFF: &str = "update contact set second_factor_at = null \
    where id = $1 and account_id = $2 and second_factor_at is not null and removed_at is null";
const REMOVE_CONTACT: &str = "update contact set removed_at = $3, second_factor_at = null, sealed = $4 \
    where id = $1 and account_id = $2 and removed_at is null";
const INSERT_CODE: &str = "insert into one_time_code (id, bound_to, contact_id, digest, tries, created_at, ends_at) \
    values ($1, $2, $3, $4, 0, $5, $6)";
const END_CODES: &str = "update one_time_code set ends_at = $2 where bound_to = $1 and ends_at > $2";
const NEWEST_CODE: &str = "select id, contact_id from one_time_code \
    where bound_to = $1 and spent_at is null and ends_at > $2 and tries < $3 order by created_at desc, id desc limit 1";
const SPEND_CODE: &str = "update one_time_code set spent_at = $3 \
    where id = $1 and digest = $2 and spent_at is null and ends_at > $3 and tries < $4";
const COUNT_TRY: &str = "update one_time_code set tries = tries + 1 \
    where id = $1 and spent_at is null and tries < $2 returning tries";
const SWEEP_CODES: &str = "delete from one_time_code where ends_at < $1";
const INSERT_RECOVERY_CODE: &str = "insert into recovery_code (account_id, digest, made_at) values ($1, $2, $3)";
const REMOVE_RECOVERY_CODES: &str = "delete from recovery_code where account_id = $1";
const SPEND_RECOVERY_CODE: &str =
    "update recovery_code set spent_at = $3 where account_id = $1 and digest = $2 and spent_at is null";
const RECOVERY_CODES: &str = "select spent_at from recovery_code where account_id = $1";
const INSERT_TOTP_STEP: &str = "insert into totp_step (credential_id, last_step) values ($1, $2)";
const MOVE_TOTP_STEP: &str = "update totp_step set last_step = $2 where credential_id = $1 and last_step < $2";
const IS_DEVICE: &str = "select last_at from device where digest = $1 and account_id = $2 and last_at > $3";
const DEVICE_OF: &str = "select account_id from device where digest = $1 and last_at > $2";
const INSERT_DEVICE: &str = "insert into device (digest, account_id, first_at, last_at) values ($1, $2, $3, $3)";
const TOUCH_DEVICE: &str = "update device set last_at = $2 where digest = $1 and last_at < $3";
const FORGET_DEVICES: &str = "delete from device where account_id = $1";
const SWEEP_DEVICES: &str = "delete from device where last_at < $1";
/// `$1` and `$2` are the kinds of address to which codes go; a kind that is none stands for "no messages".
const STRANDED: &str = "select count(distinct c.account_id) as n from contact c \
    where c.second_factor_at is not null and c.removed_at is null and c.kind <> $1 and c.kind <> $2 \
    and not exists (select 1 from contact o where o.account_id = c.account_id and o.second_factor_at is not null \
        and o.removed_at is null and o.kind in ($1, $2)) \
    and not exists (select 1 from credential t where t.account_id = c.account_id and t.kind = 'totp' and t.state = 'active')";
const PASSWORD_USE: &str = "select usage, weak_at, changed_at from password where account_id = $1";

pub(in crate::authn) const COUNT_STALE: &str =
    "select count(*) as n from contact where removed_at is null and seal_key_id <> $1";
pub(in crate::authn) const STALE: &str = "select id as key, sealed, seal_key_id from contact \
    where removed_at is null and seal_key_id <> $1 order by id limit $2";
pub(in crate::authn) const RESEAL: &str =
    "update contact set sealed = $2, seal_key_id = $3 where id = $1 and removed_at is null";

/// Every statement of this file.
pub(in crate::authn) const ALL: &[&str] = &[
    COUNT_STALE,
    STALE,
    RESEAL,
    CONTACTS,
    INSERT_CONTACT,
    DROP_UNPROVED,
    VERIFY_CONTACT,
    SECOND_FACTOR_ON,
    SECOND_FACTOR_OFF,
    REMOVE_CONTACT,
    INSERT_CODE,
    END_CODES,
    NEWEST_CODE,
    SPEND_CODE,
    COUNT_TRY,
    SWEEP_CODES,
    INSERT_RECOVERY_CODE,
    REMOVE_RECOVERY_CODES,
    SPEND_RECOVERY_CODE,
    RECOVERY_CODES,
    INSERT_TOTP_STEP,
    MOVE_TOTP_STEP,
    IS_DEVICE,
    DEVICE_OF,
    INSERT_DEVICE,
    TOUCH_DEVICE,
    FORGET_DEVICES,
    SWEEP_DEVICES,
    PASSWORD_USE,
    STRANDED,
];

type Ids = (Id<id::Contact>, Id<id::Account>);

pub(in crate::authn) async fn contacts(conn: &mut Conn, account: Id<id::Account>) -> Result<Vec<Contact>, StoreError> {
    let seals = conn.seals();
    let rows = conn.all(CONTACTS, params![account]).await?;
    let read = |row: &crate::store::Row| {
        let id = row.id("id")?;
        let sealed = Sealed { key_id: row.text("seal_key_id")?, bytes: row.bytes("sealed")? };
        let plain = seals.open(&owner(id), &sealed).map_err(|error| Fault::new("opening an address", error))?;
        let address = String::from_utf8(plain).ok().and_then(|text| Address::parse(&text).ok());
        Ok(Contact {
            id,
            account: row.id("account_id")?,
            address: address.ok_or(Fault::bug("reading an address"))?,
            verified_at: row.opt_time("verified_at")?,
            second_factor_at: row.opt_time("second_factor_at")?,
        })
    };
    rows.iter().map(read).collect()
}

pub(in crate::authn) async fn insert_contact(
    tx: &mut Tx<'_>,
    (id, account): Ids,
    kind: AddressKind,
    sealed: &Sealed,
) -> Result<(), StoreError> {
    let now = tx.now();
    let params = params![id, account, kind.word(), sealed.bytes.clone(), sealed.key_id.as_str(), now];
    tx.run(INSERT_CONTACT, params).await.map(|_| ())
}

pub(in crate::authn) async fn drop_unproved(tx: &mut Tx<'_>, account: Id<id::Account>) -> Result<(), StoreError> {
    let now = tx.now();
    tx.run(DROP_UNPROVED, params![account, now]).await.map(|_| ())
}

pub(in crate::authn) async fn verify_contact(
    tx: &mut Tx<'_>,
    account: Id<id::Account>,
    id: Id<id::Contact>,
) -> Result<bool, StoreError> {
    let now = tx.now();
    Ok(tx.run(VERIFY_CONTACT, params![id, account, now]).await? == 1)
}

pub(in crate::authn) async fn set_second_factor(
    tx: &mut Tx<'_>,
    account: Id<id::Account>,
    id: Id<id::Contact>,
    on: bool,
) -> Result<bool, StoreError> {
    let now = tx.now();
    let changed = if on {
        tx.run(SECOND_FACTOR_ON, params![id, account, now]).await?
    } else {
        tx.run(SECOND_FACTOR_OFF, params![id, account]).await?
    };
    Ok(changed == 1)
}

/// The row stays for the record; the address leaves it.
pub(in crate::authn) async fn remove_contact(
    tx: &mut Tx<'_>,
    account: Id<id::Account>,
    id: Id<id::Contact>,
) -> Result<bool, StoreError> {
    let now = tx.now();
    Ok(tx.run(REMOVE_CONTACT, params![id, account, now, Vec::<u8>::new()]).await? == 1)
}

pub(in crate::authn) async fn insert_code(
    tx: &mut Tx<'_>,
    id: Id<Code>,
    (bound, contact): (Bound, Id<id::Contact>),
    digest: Digest,
) -> Result<(), StoreError> {
    let (now, ends_at) = (tx.now(), tx.now() + LIFETIME);
    tx.run(INSERT_CODE, params![id, bound.digest, contact, digest, now, ends_at]).await.map(|_| ())
}

pub(in crate::authn) async fn end_codes(tx: &mut Tx<'_>, bound: Bound) -> Result<(), StoreError> {
    let now = tx.now();
    tx.run(END_CODES, params![bound.digest, now]).await.map(|_| ())
}

/// The one code that may be answered.
pub(in crate::authn) async fn newest_code(
    tx: &mut Tx<'_>,
    bound: Bound,
) -> Result<Option<(Id<Code>, Id<id::Contact>)>, StoreError> {
    let now = tx.now();
    let row = tx.one(NEWEST_CODE, params![bound.digest, now, i64::from(TRIES)]).await?;
    row.map(|row| Ok((row.id("id")?, row.id("contact_id")?))).transpose()
}

pub(in crate::authn) async fn has_code(conn: &mut Conn, bound: Bound, now: Timestamp) -> Result<bool, StoreError> {
    Ok(conn.one(NEWEST_CODE, params![bound.digest, now, i64::from(TRIES)]).await?.is_some())
}

pub(in crate::authn) async fn spend_code(tx: &mut Tx<'_>, id: Id<Code>, digest: Digest) -> Result<bool, StoreError> {
    let now = tx.now();
    Ok(tx.run(SPEND_CODE, params![id, digest, now, i64::from(TRIES)]).await? == 1)
}

/// Counts a wrong answer; gives how many there were. `None`: there were too many before.
pub(in crate::authn) async fn count_try(tx: &mut Tx<'_>, id: Id<Code>) -> Result<Option<i64>, StoreError> {
    tx.one(COUNT_TRY, params![id, i64::from(TRIES)]).await?.map(|row| row.int("tries")).transpose()
}

pub(in crate::authn) async fn sweep_codes(tx: &mut Tx<'_>) -> Result<u64, StoreError> {
    let now = tx.now();
    tx.run(SWEEP_CODES, params![now]).await
}

pub(in crate::authn) async fn insert_recovery_code(
    tx: &mut Tx<'_>,
    account: Id<id::Account>,
    digest: Digest,
) -> Result<(), StoreError> {
    let now = tx.now();
    tx.run(INSERT_RECOVERY_CODE, params![account, digest, now]).await.map(|_| ())
}

pub(in crate::authn) async fn remove_recovery_codes(
    tx: &mut Tx<'_>,
    account: Id<id::Account>,
) -> Result<(), StoreError> {
    tx.run(REMOVE_RECOVERY_CODES, params![account]).await.map(|_| ())
}

pub(in crate::authn) async fn spend_recovery_code(
    tx: &mut Tx<'_>,
    account: Id<id::Account>,
    digest: Digest,
) -> Result<bool, StoreError> {
    let now = tx.now();
    Ok(tx.run(SPEND_RECOVERY_CODE, params![account, digest, now]).await? == 1)
}

/// Unspent codes of the set; `None`: there is no set.
pub(in crate::authn) async fn recovery_codes_left(
    conn: &mut Conn,
    account: Id<id::Account>,
) -> Result<Option<usize>, StoreError> {
    let rows = conn.all(RECOVERY_CODES, params![account]).await?;
    let spent: Vec<Option<Timestamp>> = rows.iter().map(|row| row.opt_time("spent_at")).collect::<Result<_, _>>()?;
    Ok((!spent.is_empty()).then(|| spent.iter().filter(|spent| spent.is_none()).count()))
}

pub(in crate::authn) async fn insert_totp_step(
    tx: &mut Tx<'_>,
    credential: Id<id::Credential>,
    step: i64,
) -> Result<(), StoreError> {
    tx.run(INSERT_TOTP_STEP, params![credential, step]).await.map(|_| ())
}

/// Spends a step. `false`: it or a later one was used.
pub(in crate::authn) async fn move_totp_step(
    tx: &mut Tx<'_>,
    credential: Id<id::Credential>,
    step: i64,
) -> Result<bool, StoreError> {
    Ok(tx.run(MOVE_TOTP_STEP, params![credential, step]).await? == 1)
}

pub(in crate::authn) async fn is_device(
    conn: &mut Conn,
    digest: Digest,
    account: Id<id::Account>,
    seen_after: Timestamp,
) -> Result<bool, StoreError> {
    Ok(conn.one(IS_DEVICE, params![digest, account, seen_after]).await?.is_some())
}

pub(in crate::authn) async fn device_of(
    conn: &mut Conn,
    digest: Digest,
    seen_after: Timestamp,
) -> Result<Option<Id<id::Account>>, StoreError> {
    conn.one(DEVICE_OF, params![digest, seen_after]).await?.map(|row| row.id("account_id")).transpose()
}

pub(in crate::authn) async fn insert_device(
    tx: &mut Tx<'_>,
    digest: Digest,
    account: Id<id::Account>,
) -> Result<(), StoreError> {
    let now = tx.now();
    tx.run(INSERT_DEVICE, params![digest, account, now]).await.map(|_| ())
}

/// At most once a day: the sign-in itself is recorded elsewhere.
pub(in crate::authn) async fn touch_device(tx: &mut Tx<'_>, digest: Digest) -> Result<(), StoreError> {
    let now = tx.now();
    let before = now - std::time::Duration::from_secs(86_400);
    tx.run(TOUCH_DEVICE, params![digest, now, before]).await.map(|_| ())
}

pub(in crate::authn) async fn forget_devices(tx: &mut Tx<'_>, account: Id<id::Account>) -> Result<(), StoreError> {
    tx.run(FORGET_DEVICES, params![account]).await.map(|_| ())
}

pub(in crate::authn) async fn sweep_devices(tx: &mut Tx<'_>, before: Timestamp) -> Result<u64, StoreError> {
    tx.run(SWEEP_DEVICES, params![before]).await
}

/// What is known of a stored password beside its hash.
pub(in crate::authn) struct StoredUse {
    /// What it is good for.
    pub(in crate::authn) usage: PasswordUse,
    /// Since when it is known to be weak.
    pub(in crate::authn) weak_at: Option<Timestamp>,
    /// When it was set; a new hash of the same password changes nothing here.
    pub(in crate::authn) changed_at: Timestamp,
}

pub(in crate::authn) async fn password_use(
    conn: &mut Conn,
    account: Id<id::Account>,
) -> Result<Option<StoredUse>, StoreError> {
    let read = |row: crate::store::Row| {
        Ok(StoredUse {
            usage: PasswordUse::from_word(&row.text("usage")?)?,
            weak_at: row.opt_time("weak_at")?,
            changed_at: row.time("changed_at")?,
        })
    };
    conn.one(PASSWORD_USE, params![account]).await?.map(read).transpose()
}

pub(in crate::authn) async fn stranded(conn: &mut Conn, policy: Policy) -> Result<u64, StoreError> {
    let word = |kind: AddressKind| if policy.sends_to(kind) { kind.word() } else { "" };
    let row = conn.one(STRANDED, params![word(AddressKind::Phone), word(AddressKind::Email)]).await?;
    Ok(row.ok_or(Fault::bug("counting second factors that are off"))?.int("n")?.unsigned_abs())
}
