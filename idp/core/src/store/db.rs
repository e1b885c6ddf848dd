//! Opening a database, reading, and the one way to write.

use std::{path::PathBuf, str::FromStr, sync::Arc, time::Duration};

use futures_util::future::BoxFuture;
use sqlx::{
    ConnectOptions, PgConnection, SqliteConnection,
    postgres::PgConnectOptions,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous},
};
use tracing::log::LevelFilter;

use super::{Conn, Cx, StoreError, Tx, conn::Held, pool::Pool, rows};
use crate::{
    crypto::{random, seal::Seals},
    types::Fault,
};

/// How often a write that met another one is run again before it gives up. Under contention each loser waits a random
/// moment that doubles, so that a crowd thins out.
const TRIES: u32 = 12;

/// Rows that SQLite's thread may be ahead of its reader. Large, because each wait of one for the other wakes a thread; the sealer and
/// the archive read pages of this size.
const READ_AHEAD: usize = 2_000;

/// Which of the two databases.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// One file beside the server.
    Sqlite,
    /// A server of its own; several nodes may share it.
    Postgres,
}

/// How to open a database.
#[derive(Clone, Debug)]
pub struct Options {
    /// `sqlite:PATH` (also `sqlite://PATH`) or `postgres://…`.
    pub url: String,
    /// Connections to PostgreSQL at most; readers of a SQLite file at most.
    pub connections: u32,
}

/// The database. Cloning shares the pools.
#[derive(Clone)]
pub struct Db {
    pools: Pools,
    seals: Arc<Seals>,
}

#[derive(Clone)]
enum Pools {
    /// One writer, so that writers queue in order instead of failing; several readers beside it (WAL).
    Sqlite {
        write: Pool<SqliteConnection>,
        read: Pool<SqliteConnection>,
        path: PathBuf,
    },
    Postgres(Pool<PgConnection>),
}

impl Db {
    /// Opens the pools. A SQLite file is made where there is none.
    pub async fn open(options: &Options, seals: Arc<Seals>) -> Result<Self, Fault> {
        let pools = match options.url.split_once(':') {
            Some(("sqlite", path)) => sqlite(path.strip_prefix("//").unwrap_or(path), options.connections).await?,
            Some(("postgres" | "postgresql", _)) => postgres(options).await?,
            _ => {
                return Err(Fault::new(
                    "opening the database",
                    "the address begins with neither sqlite: nor postgres:",
                ));
            }
        };
        Ok(Self { pools, seals })
    }

    /// Which database this is.
    pub const fn dialect(&self) -> Dialect {
        match self.pools {
            Pools::Sqlite { .. } => Dialect::Sqlite,
            Pools::Postgres(_) => Dialect::Postgres,
        }
    }

    /// The file of a SQLite database.
    pub fn path(&self) -> Option<&PathBuf> {
        match &self.pools {
            Pools::Sqlite { path, .. } => Some(path),
            Pools::Postgres(_) => None,
        }
    }

    /// The keys that sealed columns are under.
    pub const fn seals(&self) -> &Arc<Seals> {
        &self.seals
    }

    /// A connection for reading.
    pub async fn read(&self) -> Result<Conn, StoreError> {
        let link = match &self.pools {
            Pools::Sqlite { read, .. } => Held::Sqlite(read.take().await?),
            Pools::Postgres(pool) => Held::Postgres(pool.take().await?),
        };
        Ok(Conn::new(link, Arc::clone(&self.seals)))
    }

    /// Tells PostgreSQL how large its tables are now. Call it after much was written at once: until its own job comes by, up to a minute later, it plans as
    /// if they were as small as before, and a statement about one person reads everybody. SQLite keeps to the order in which joins are written.
    pub async fn analyze(&self) -> Result<(), StoreError> {
        match self.dialect() {
            Dialect::Sqlite => Ok(()),
            Dialect::Postgres => rows::analyze(&mut self.read().await?).await,
        }
    }

    /// Runs `work` in one transaction: SERIALIZABLE on PostgreSQL, BEGIN IMMEDIATE on SQLite. Where it meets another
    /// transaction it is run again from the start, so it must do no other input or output and keep nothing from a
    /// failed run. An error of `work` rolls everything back.
    ///
    /// `work` is `|tx| Box::pin(async move { … })` over references that live as long as `cx`: an async closure would read better,
    /// but the compiler cannot yet see that its future may move between threads (`docs/decisions/0003-boxed-writes.md`).
    pub async fn write<'env, T, E, F>(&self, cx: &'env Cx, work: F) -> Result<T, E>
    where
        F: for<'t> Fn(&'t mut Tx<'env>) -> BoxFuture<'t, Result<T, E>>,
        E: From<StoreError>,
    {
        for tried in 0..TRIES {
            let mut tx = self.begin(cx, tried > 0).await?;
            match work(&mut tx).await {
                Ok(value) => {
                    if tx.commit().await? {
                        return Ok(value);
                    }
                }
                Err(error) => {
                    let again = tx.met_another();
                    tx.roll_back().await;
                    if !again {
                        return Err(error);
                    }
                }
            }
            let ceiling = 2_u32 << tried.min(7);
            tokio::time::sleep(Duration::from_millis(u64::from(random::below(ceiling)))).await;
        }
        Err(StoreError::Fault(Fault::passing("writing", "it met other transactions too often")).into())
    }

    async fn begin<'c>(&self, cx: &'c Cx, again: bool) -> Result<Tx<'c>, StoreError> {
        let link = match &self.pools {
            Pools::Sqlite { write, .. } => Held::Sqlite(write.take().await?),
            Pools::Postgres(pool) => Held::Postgres(pool.take().await?),
        };
        let mut conn = Conn::new(link, Arc::clone(&self.seals));
        conn.begin().await?;
        Ok(Tx::new(conn, cx, again))
    }

    /// Closes every connection. SQLite then folds its write-ahead log into the file.
    pub async fn close(&self) {
        match &self.pools {
            Pools::Sqlite { write, read, .. } => {
                read.close().await;
                write.close().await;
            }
            Pools::Postgres(pool) => pool.close().await,
        }
    }
}

async fn sqlite(path: &str, readers: u32) -> Result<Pools, Fault> {
    let open = |error: sqlx::Error| Fault::new("opening the SQLite file", error);
    let options = SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        // Acknowledged means durable: every commit reaches the disk (SECURITY section 3).
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(Duration::from_secs(5))
        // Statements that go together count as one more.
        .statement_cache_capacity(512)
        .log_statements(LevelFilter::Trace)
        .log_slow_statements(LevelFilter::Debug, Duration::from_secs(1));
    let patience = Duration::from_secs(5);
    // The writer keeps more pages at hand (8 MiB when they are needed), and folds its log into the file less often: a page that many
    // transactions change is then written there once.
    let writer = options.clone().pragma("cache_size", "-8192").pragma("wal_autocheckpoint", "4000");
    let write = Pool::open(writer, 1, patience).await.map_err(open)?;
    let read = options.pragma("query_only", "on").row_buffer_size(READ_AHEAD);
    let read = Pool::open(read, readers.max(1), patience).await.map_err(open)?;
    Ok(Pools::Sqlite { write, read, path: PathBuf::from(path) })
}

async fn postgres(options: &Options) -> Result<Pools, Fault> {
    let open = |error: sqlx::Error| match error {
        sqlx::Error::Configuration(_) => Fault::new("reading the address of PostgreSQL", error),
        _ => Fault::passing("reaching PostgreSQL", error),
    };
    let connect = PgConnectOptions::from_str(&options.url)
        .map_err(open)?
        .application_name("idp")
        // Planning a reform of the whole country thinks for seconds between two statements, longer on a busy machine; and one statement of
        // it writes thousands of rows.
        .options([("statement_timeout", "30s"), ("idle_in_transaction_session_timeout", "60s")])
        .statement_cache_capacity(256)
        .log_statements(LevelFilter::Trace)
        .log_slow_statements(LevelFilter::Debug, Duration::from_secs(1));
    let pool = Pool::open(connect, options.connections.max(2), Duration::from_secs(2)).await.map_err(open)?;
    Ok(Pools::Postgres(pool))
}

#[cfg(test)]
mod tests {
    use std::{sync::Arc, time::Duration};

    use crate::store::{
        MigrationState, StoreError, lease, meta, quota,
        testing::{Scratch, cx},
    };
    use crate::types::Fault;

    #[tokio::test(flavor = "multi_thread")]
    async fn parallel_writers_lose_nothing_and_a_refused_write_leaves_nothing() {
        let scratch = Arc::new(Scratch::new().await);
        assert_eq!(scratch.db.migration_state().await.expect("reads"), MigrationState::Current);
        let writers = (0..20).map(|_| {
            let scratch = Arc::clone(&scratch);
            tokio::spawn(
                async move { scratch.db.write(&cx(), |tx| Box::pin(meta::begin_epoch(tx))).await.expect("writes") },
            )
        });
        futures_util::future::join_all(writers).await;
        let at = cx();
        let refused = scratch.db.write(&at, |tx| {
            Box::pin(async move {
                meta::begin_epoch(tx).await?;
                Err::<(), StoreError>(Fault::bug("changing my mind").into())
            })
        });
        assert!(refused.await.is_err());
        let mut conn = scratch.db.read().await.expect("reads");
        assert_eq!(meta::epoch(&mut conn).await.expect("reads"), meta::Epoch(21));
    }

    #[tokio::test]
    async fn a_reader_cannot_write() {
        let scratch = Scratch::new().await;
        let mut conn = scratch.db.read().await.expect("reads");
        assert!(conn.run("delete from meta", vec![]).await.is_err());
    }

    #[tokio::test]
    async fn a_lease_is_held_by_one_until_it_ends() {
        let scratch = Scratch::new().await;
        let minute = Duration::from_secs(60);
        let take = async |holder: &str, later: u64| {
            let mut at = cx();
            at.now = at.now + Duration::from_secs(later);
            scratch.db.write(&at, |tx| Box::pin(lease::take(tx, "job", holder, minute))).await.expect("runs")
        };
        assert!(take("a", 0).await);
        assert!(!take("b", 59).await);
        assert!(take("a", 59).await);
        assert!(!take("b", 118).await);
        assert!(take("b", 120).await);
    }

    #[tokio::test]
    async fn a_quota_is_used_up_and_comes_back_with_its_window() {
        let scratch = Scratch::new().await;
        let limit = quota::Limit { most: 2, window: Duration::from_secs(10) };
        let bucket = quota::Bucket::new("test", &[b"x"]);
        let spend = async |later: u64| {
            let mut at = cx();
            at.now = at.now + Duration::from_secs(later);
            let spent = scratch.db.write(&at, |tx| Box::pin(quota::spend(tx, bucket, limit)));
            spent.await.expect("counts").is_ok()
        };
        let spends = [(0, true), (1, true), (2, false), (9, false), (10, true)];
        for (later, allowed) in spends {
            assert_eq!(spend(later).await, allowed, "{later}");
        }
    }
}
