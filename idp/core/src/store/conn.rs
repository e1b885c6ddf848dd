//! A connection for reading and a transaction for writing, over either database.

use std::{
    ops::{Deref, DerefMut},
    sync::Arc,
};

use sqlx::{
    Postgres, Sqlite, Transaction,
    pool::PoolConnection,
    postgres::{PgArguments, PgConnection},
    sqlite::{SqliteArguments, SqliteConnection},
};

use super::{
    Cx, Param, Row, StoreError,
    db::Dialect,
    error::{Meaning, meaning},
};
use crate::{
    crypto::seal::Seals,
    types::{Fault, Timestamp},
};

/// Where statements run. A reader takes `&mut Conn`; a writer takes [`Tx`], which is also a `Conn`.
pub struct Conn {
    inner: Inner,
    seals: Arc<Seals>,
    /// A statement met another transaction: the whole of this one is to be run again.
    met_another: bool,
}

pub(super) enum Inner {
    SqliteRead(PoolConnection<Sqlite>),
    SqliteWrite(Transaction<'static, Sqlite>),
    PostgresRead(PoolConnection<Postgres>),
    PostgresWrite(Transaction<'static, Postgres>),
}

enum Link<'c> {
    Sqlite(&'c mut SqliteConnection),
    Postgres(&'c mut PgConnection),
}

type SqliteQuery = sqlx::query::Query<'static, Sqlite, SqliteArguments>;
type PostgresQuery = sqlx::query::Query<'static, Postgres, PgArguments>;

macro_rules! bound {
    ($sql:expr, $params:expr) => {{
        let mut query = sqlx::query($sql);
        for param in $params {
            query = match param {
                Param::Int(value) => query.bind(value),
                Param::Text(value) => query.bind(value),
                Param::Bytes(value) => query.bind(value),
                Param::Uuid(value) => query.bind(value),
            };
        }
        query
    }};
}

fn sqlite(sql: &'static str, params: Vec<Param>) -> SqliteQuery {
    bound!(sql, params)
}

fn postgres(sql: &'static str, params: Vec<Param>) -> PostgresQuery {
    bound!(sql, params)
}

impl Conn {
    pub(super) const fn new(inner: Inner, seals: Arc<Seals>) -> Self {
        Self {
            inner,
            seals,
            met_another: false,
        }
    }

    fn link(&mut self) -> Link<'_> {
        match &mut self.inner {
            Inner::SqliteRead(connection) => Link::Sqlite(connection),
            Inner::SqliteWrite(transaction) => Link::Sqlite(transaction),
            Inner::PostgresRead(connection) => Link::Postgres(connection),
            Inner::PostgresWrite(transaction) => Link::Postgres(transaction),
        }
    }

    /// Which text to use where the two databases differ.
    pub const fn dialect(&self) -> Dialect {
        match self.inner {
            Inner::SqliteRead(_) | Inner::SqliteWrite(_) => Dialect::Sqlite,
            Inner::PostgresRead(_) | Inner::PostgresWrite(_) => Dialect::Postgres,
        }
    }

    /// The keys that open sealed columns.
    pub fn seals(&self) -> Arc<Seals> {
        Arc::clone(&self.seals)
    }

    /// The row that a statement finds or returns, if any.
    pub async fn one(&mut self, sql: &'static str, params: Vec<Param>) -> Result<Option<Row>, StoreError> {
        let found = match self.link() {
            Link::Sqlite(c) => sqlite(sql, params)
                .fetch_optional(c)
                .await
                .map(|row| row.map(Row::Sqlite)),
            Link::Postgres(c) => postgres(sql, params)
                .fetch_optional(c)
                .await
                .map(|row| row.map(Row::Postgres)),
        };
        found.map_err(|error| self.refused(error))
    }

    /// All rows that a statement finds or returns. The statement bounds their number.
    pub async fn all(&mut self, sql: &'static str, params: Vec<Param>) -> Result<Vec<Row>, StoreError> {
        let found = match self.link() {
            Link::Sqlite(c) => sqlite(sql, params)
                .fetch_all(c)
                .await
                .map(|rows| rows.into_iter().map(Row::Sqlite).collect()),
            Link::Postgres(c) => postgres(sql, params)
                .fetch_all(c)
                .await
                .map(|rows| rows.into_iter().map(Row::Postgres).collect()),
        };
        found.map_err(|error| self.refused(error))
    }

    /// Runs a statement; gives the number of rows it touched.
    pub async fn run(&mut self, sql: &'static str, params: Vec<Param>) -> Result<u64, StoreError> {
        let done = match self.link() {
            Link::Sqlite(c) => sqlite(sql, params).execute(c).await.map(|done| done.rows_affected()),
            Link::Postgres(c) => postgres(sql, params).execute(c).await.map(|done| done.rows_affected()),
        };
        done.map_err(|error| self.refused(error))
    }

    /// Runs the text of a migration: several statements without parameters, inside this transaction.
    pub(super) async fn script(&mut self, script: &'static str) -> Result<(), StoreError> {
        let done = match self.link() {
            Link::Sqlite(c) => sqlx::raw_sql(script).execute(c).await.map(|_| ()),
            Link::Postgres(c) => sqlx::raw_sql(script).execute(c).await.map(|_| ()),
        };
        done.map_err(|error| self.refused(error))
    }

    /// Prepares a statement without running it: a test does this with every constant, on both databases.
    pub async fn prepare(&mut self, sql: &'static str) -> Result<(), StoreError> {
        use sqlx::{Executor as _, SqlSafeStr as _};
        let prepared = match self.link() {
            Link::Sqlite(c) => c.prepare(sql.into_sql_str()).await.map(|_| ()),
            Link::Postgres(c) => c.prepare(sql.into_sql_str()).await.map(|_| ()),
        };
        prepared.map_err(|error| self.refused(error))
    }

    fn refused(&mut self, error: sqlx::Error) -> StoreError {
        match meaning(error) {
            Meaning::Unique(name) => StoreError::Unique(name),
            Meaning::Fault(fault) => StoreError::Fault(fault),
            Meaning::Again => {
                self.met_another = true;
                StoreError::Fault(Fault::passing("writing beside another transaction", "they met"))
            }
        }
    }
}

/// A transaction that knows who writes, when and from where. Only [`super::Db::write`] makes one.
pub struct Tx<'c> {
    conn: Conn,
    cx: &'c Cx,
}

impl<'c> Tx<'c> {
    pub(super) const fn new(conn: Conn, cx: &'c Cx) -> Self {
        Self { conn, cx }
    }

    /// Who, when, where.
    pub const fn cx(&self) -> &'c Cx {
        self.cx
    }

    /// The instant of this request.
    pub const fn now(&self) -> Timestamp {
        self.cx.now
    }

    pub(super) const fn met_another(&self) -> bool {
        self.conn.met_another
    }

    /// Makes it durable. `Ok(false)`: it met another transaction and must be run again.
    pub(super) async fn commit(self) -> Result<bool, StoreError> {
        let done = match self.conn.inner {
            Inner::SqliteWrite(transaction) => transaction.commit().await,
            Inner::PostgresWrite(transaction) => transaction.commit().await,
            Inner::SqliteRead(_) | Inner::PostgresRead(_) => Ok(()),
        };
        match done.map_err(meaning) {
            Ok(()) => Ok(true),
            Err(Meaning::Again) => Ok(false),
            Err(Meaning::Unique(name)) => Err(StoreError::Unique(name)),
            Err(Meaning::Fault(fault)) => Err(StoreError::Fault(fault)),
        }
    }

    pub(super) async fn roll_back(self) {
        // A failed roll-back leaves the connection to the pool, which throws it away.
        let _gone = match self.conn.inner {
            Inner::SqliteWrite(transaction) => transaction.rollback().await,
            Inner::PostgresWrite(transaction) => transaction.rollback().await,
            Inner::SqliteRead(_) | Inner::PostgresRead(_) => Ok(()),
        };
    }
}

impl Deref for Tx<'_> {
    type Target = Conn;
    fn deref(&self) -> &Conn {
        &self.conn
    }
}

impl DerefMut for Tx<'_> {
    fn deref_mut(&mut self) -> &mut Conn {
        &mut self.conn
    }
}
