//! The cellar's own rows: facts about the installation, revisions, leases, quotas.

use super::{Conn, Dialect, Row, StoreError, Tx};
use crate::{
    params,
    types::{Digest, Timestamp},
};

const META: &str = "select value from meta where key = $1";
const SET_META: &str =
    "insert into meta (key, value) values ($1, $2) on conflict (key) do update set value = excluded.value";
const REVISIONS: &str = "select room, number from revision order by room";
const BUMP: &str = "insert into revision (room, number) values ($1, 1) \
    on conflict (room) do update set number = revision.number + 1";
const TAKE_LEASE: &str = "insert into lease (name, holder, until_at) values ($1, $2, $3) \
    on conflict (name) do update set holder = excluded.holder, until_at = excluded.until_at \
    where lease.holder = excluded.holder or lease.until_at <= $4 returning name";
const END_LEASE: &str = "delete from lease where name = $1 and holder = $2";
const SPEND_QUOTA: &str = "insert into quota (bucket, used, ends_at) values ($1, 1, $2) \
    on conflict (bucket) do update set \
        used = case when quota.ends_at <= $3 then 1 else quota.used + 1 end, \
        ends_at = case when quota.ends_at <= $3 then excluded.ends_at else quota.ends_at end \
    returning used, ends_at";
const READ_QUOTA: &str = "select used, ends_at from quota where bucket = $1 and ends_at > $2";
const FORGET_QUOTA: &str = "delete from quota where bucket = $1";
const SWEEP_QUOTA: &str = "delete from quota where ends_at <= $1";
const HAS_MIGRATIONS_SQLITE: &str = "select 1 as there from sqlite_schema where type = 'table' and name = 'migration'";
const HAS_MIGRATIONS_POSTGRES: &str = "select 1 as there where to_regclass('migration') is not null";
const LOCK_MIGRATIONS_POSTGRES: &str = "select pg_advisory_xact_lock(7340001)";
const ANALYZE: &str = "analyze";
const APPLIED: &str = "select number from migration order by number";
const RECORD_MIGRATION: &str = "insert into migration (number, name, applied_at) values ($1, $2, $3)";
const MIGRATION_DIGESTS: &str = "select number, digest from migration where digest is not null order by number";
const KEEP_MIGRATION_DIGEST: &str = "update migration set digest = $1 where number = $2 and digest is null";

/// Every statement of this file, for the test that prepares them on both databases.
pub(crate) const ALL: &[&str] = &[
    META,
    SET_META,
    REVISIONS,
    BUMP,
    TAKE_LEASE,
    END_LEASE,
    SPEND_QUOTA,
    READ_QUOTA,
    FORGET_QUOTA,
    SWEEP_QUOTA,
    HAS_MIGRATIONS_SQLITE,
    HAS_MIGRATIONS_POSTGRES,
    LOCK_MIGRATIONS_POSTGRES,
    ANALYZE,
    APPLIED,
    RECORD_MIGRATION,
    MIGRATION_DIGESTS,
    KEEP_MIGRATION_DIGEST,
];

pub(super) async fn analyze(conn: &mut Conn) -> Result<(), StoreError> {
    conn.run(ANALYZE, params![]).await.map(|_| ())
}

pub(super) async fn meta(conn: &mut Conn, key: &str) -> Result<Option<String>, StoreError> {
    conn.one(META, params![key]).await?.map(|row| row.text("value")).transpose()
}

pub(super) async fn set_meta(tx: &mut Tx<'_>, key: &str, value: &str) -> Result<(), StoreError> {
    tx.run(SET_META, params![key, value]).await.map(|_| ())
}

pub(super) async fn revisions(conn: &mut Conn) -> Result<Vec<(String, i64)>, StoreError> {
    conn.all(REVISIONS, params![]).await?.iter().map(|row| Ok((row.text("room")?, row.int("number")?))).collect()
}

pub(super) async fn bump(tx: &mut Tx<'_>, room: &str) -> Result<(), StoreError> {
    tx.run(BUMP, params![room]).await.map(|_| ())
}

pub(super) async fn take_lease(
    tx: &mut Tx<'_>,
    name: &str,
    holder: &str,
    until: Timestamp,
) -> Result<bool, StoreError> {
    let now = tx.now();
    Ok(tx.one(TAKE_LEASE, params![name, holder, until, now]).await?.is_some())
}

pub(super) async fn end_lease(tx: &mut Tx<'_>, name: &str, holder: &str) -> Result<(), StoreError> {
    tx.run(END_LEASE, params![name, holder]).await.map(|_| ())
}

fn used(row: &Row) -> Result<(i64, Timestamp), StoreError> {
    Ok((row.int("used")?, row.time("ends_at")?))
}

pub(super) async fn spend_quota(
    tx: &mut Tx<'_>,
    bucket: Digest,
    ends_at: Timestamp,
) -> Result<(i64, Timestamp), StoreError> {
    let now = tx.now();
    let row = tx.one(SPEND_QUOTA, params![bucket, ends_at, now]).await?;
    used(&row.ok_or(crate::types::Fault::bug("counting a quota"))?)
}

pub(super) async fn read_quota(
    conn: &mut Conn,
    bucket: Digest,
    now: Timestamp,
) -> Result<Option<(i64, Timestamp)>, StoreError> {
    conn.one(READ_QUOTA, params![bucket, now]).await?.as_ref().map(used).transpose()
}

pub(super) async fn forget_quota(tx: &mut Tx<'_>, bucket: Digest) -> Result<(), StoreError> {
    tx.run(FORGET_QUOTA, params![bucket]).await.map(|_| ())
}

pub(super) async fn sweep_quota(tx: &mut Tx<'_>) -> Result<u64, StoreError> {
    let now = tx.now();
    tx.run(SWEEP_QUOTA, params![now]).await
}

/// Holds off another migrating node until this transaction ends. SQLite's writers queue by themselves.
pub(super) async fn lock_migrations(tx: &mut Tx<'_>) -> Result<(), StoreError> {
    if tx.dialect() == Dialect::Postgres {
        tx.run(LOCK_MIGRATIONS_POSTGRES, params![]).await?;
    }
    Ok(())
}

pub(super) async fn has_migrations(conn: &mut Conn) -> Result<bool, StoreError> {
    let sql = match conn.dialect() {
        Dialect::Sqlite => HAS_MIGRATIONS_SQLITE,
        Dialect::Postgres => HAS_MIGRATIONS_POSTGRES,
    };
    Ok(conn.one(sql, params![]).await?.is_some())
}

pub(super) async fn applied(conn: &mut Conn) -> Result<Vec<i64>, StoreError> {
    conn.all(APPLIED, params![]).await?.iter().map(|row| row.int("number")).collect()
}

pub(super) async fn record_migration(tx: &mut Tx<'_>, number: i64, name: &str) -> Result<(), StoreError> {
    let now = tx.now();
    tx.run(RECORD_MIGRATION, params![number, name, now]).await.map(|_| ())
}

/// The digests that were kept. Only a database that has the column may be asked.
pub(super) async fn migration_digests(conn: &mut Conn) -> Result<Vec<(i64, Digest)>, StoreError> {
    let rows = conn.all(MIGRATION_DIGESTS, params![]).await?;
    rows.iter().map(|row| Ok((row.int("number")?, row.digest("digest")?))).collect()
}

/// Keeps the digest of an applied step where none is kept yet.
pub(super) async fn keep_migration_digest(tx: &mut Tx<'_>, number: i64, digest: Digest) -> Result<(), StoreError> {
    tx.run(KEEP_MIGRATION_DIGEST, params![digest, number]).await.map(|_| ())
}
