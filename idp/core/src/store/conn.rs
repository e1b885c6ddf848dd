//! A connection for reading and a transaction for writing, over either database.

use std::{
    ops::{Deref, DerefMut},
    sync::Arc,
};

use sqlx::{
    Postgres, SqlSafeStr, Sqlite,
    postgres::{PgArguments, PgConnection},
    sqlite::{SqliteArguments, SqliteConnection},
};

use super::{
    Cx, Param, Row, StoreError,
    db::Dialect,
    error::{Meaning, meaning},
    pool::Taken,
};
use crate::{
    crypto::seal::Seals,
    types::{Fault, Timestamp},
};

/// Where statements run. A reader takes `&mut Conn`; a writer takes [`Tx`], which is also a `Conn`.
pub struct Conn {
    /// `None` only while it is being dropped.
    link: Option<Held>,
    seals: Arc<Seals>,
    /// A statement met another transaction: the whole of this one is to be run again.
    met_another: bool,
    /// Something was begun and its end was not seen: a statement that is under way, or a transaction.
    open: Open,
}

/// A connection taken from its pool.
pub(super) enum Held {
    Sqlite(Taken<SqliteConnection>),
    Postgres(Taken<PgConnection>),
}

#[derive(Clone, Copy, Default)]
struct Open {
    statement: bool,
    transaction: bool,
    /// The connection itself failed.
    broken: bool,
}

impl Drop for Conn {
    /// A connection that failed, or whose statement or transaction did not come to its end, is closed, not given back. A request that is given up in the
    /// middle of an answer would else leave the rest of that answer to the next request: one person would read another's row.
    fn drop(&mut self) {
        let unfinished = self.open.statement || self.open.transaction || self.open.broken;
        match self.link.take() {
            Some(Held::Sqlite(connection)) if unfinished => connection.discard(),
            Some(Held::Postgres(connection)) if unfinished => connection.discard(),
            _ => {}
        }
    }
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

fn sqlite(sql: impl SqlSafeStr, params: Vec<Param>) -> SqliteQuery {
    bound!(sql, params)
}

fn postgres(sql: impl SqlSafeStr, params: Vec<Param>) -> PostgresQuery {
    bound!(sql, params)
}

impl Conn {
    pub(super) const fn new(link: Held, seals: Arc<Seals>) -> Self {
        let open = Open { statement: false, transaction: false, broken: false };
        Self { link: Some(link), seals, met_another: false, open }
    }

    fn link(&mut self) -> Link<'_> {
        match self.link.as_mut().expect("only dropping takes the link away") {
            Held::Sqlite(connection) => Link::Sqlite(connection),
            Held::Postgres(connection) => Link::Postgres(connection),
        }
    }

    /// Which text to use where the two databases differ.
    pub const fn dialect(&self) -> Dialect {
        match self.link {
            Some(Held::Sqlite(_)) => Dialect::Sqlite,
            Some(Held::Postgres(_)) | None => Dialect::Postgres,
        }
    }

    /// The keys that open sealed columns.
    pub fn seals(&self) -> Arc<Seals> {
        Arc::clone(&self.seals)
    }

    /// The row that a statement finds or returns, if any.
    pub async fn one(&mut self, sql: &'static str, params: Vec<Param>) -> Result<Option<Row>, StoreError> {
        self.open.statement = true;
        let found = match self.link() {
            Link::Sqlite(c) => sqlite(sql, params).fetch_optional(c).await.map(|row| row.map(Row::Sqlite)),
            Link::Postgres(c) => postgres(sql, params).fetch_optional(c).await.map(|row| row.map(Row::Postgres)),
        };
        self.open.statement = false;
        found.map_err(|error| self.refused(error))
    }

    /// All rows that a statement finds or returns. The statement bounds their number.
    pub async fn all(&mut self, sql: &'static str, params: Vec<Param>) -> Result<Vec<Row>, StoreError> {
        self.fetch(sql, params).await
    }

    pub(super) async fn fetch(&mut self, sql: impl SqlSafeStr, params: Vec<Param>) -> Result<Vec<Row>, StoreError> {
        self.open.statement = true;
        let found = match self.link() {
            Link::Sqlite(c) => {
                sqlite(sql, params).fetch_all(c).await.map(|rows| rows.into_iter().map(Row::Sqlite).collect())
            }
            Link::Postgres(c) => {
                postgres(sql, params).fetch_all(c).await.map(|rows| rows.into_iter().map(Row::Postgres).collect())
            }
        };
        self.open.statement = false;
        found.map_err(|error| self.refused(error))
    }

    /// Runs a statement; gives the number of rows it touched.
    pub async fn run(&mut self, sql: &'static str, params: Vec<Param>) -> Result<u64, StoreError> {
        self.execute(sql, params).await
    }

    pub(super) async fn execute(&mut self, sql: impl SqlSafeStr, params: Vec<Param>) -> Result<u64, StoreError> {
        self.open.statement = true;
        let done = match self.link() {
            Link::Sqlite(c) => sqlite(sql, params).execute(c).await.map(|done| done.rows_affected()),
            Link::Postgres(c) => postgres(sql, params).execute(c).await.map(|done| done.rows_affected()),
        };
        self.open.statement = false;
        done.map_err(|error| self.refused(error))
    }

    /// Runs the text of a migration: several statements without parameters, inside this transaction.
    pub(super) async fn script(&mut self, script: &'static str) -> Result<(), StoreError> {
        self.open.statement = true;
        let done = match self.link() {
            Link::Sqlite(c) => sqlx::raw_sql(script).execute(c).await.map(|_| ()),
            Link::Postgres(c) => sqlx::raw_sql(script).execute(c).await.map(|_| ()),
        };
        self.open.statement = false;
        done.map_err(|error| self.refused(error))
    }

    /// Prepares a statement without running it: a test does this with every constant, on both databases.
    pub async fn prepare(&mut self, sql: &'static str) -> Result<(), StoreError> {
        use sqlx::Executor as _;
        self.open.statement = true;
        let prepared = match self.link() {
            Link::Sqlite(c) => c.prepare(sql.into_sql_str()).await.map(|_| ()),
            Link::Postgres(c) => c.prepare(sql.into_sql_str()).await.map(|_| ()),
        };
        self.open.statement = false;
        prepared.map_err(|error| self.refused(error))
    }

    /// Begins a transaction: nobody writes beside it on SQLite, nobody notices it on PostgreSQL.
    pub(super) async fn begin(&mut self) -> Result<(), StoreError> {
        self.open.transaction = true;
        self.script(match self.dialect() {
            Dialect::Sqlite => "begin immediate",
            Dialect::Postgres => "begin isolation level serializable",
        })
        .await
    }

    async fn finish(&mut self, statement: &'static str) -> Result<(), StoreError> {
        let done = self.script(statement).await;
        // PostgreSQL ends a transaction whose commit it refuses; SQLite keeps it open for another try.
        if done.is_ok() || self.dialect() == Dialect::Postgres {
            self.open.transaction = false;
        }
        done
    }

    fn refused(&mut self, error: sqlx::Error) -> StoreError {
        // A refusal of the database leaves the connection as it was; anything else may have left half an answer in it.
        self.open.broken |= !matches!(error, sqlx::Error::Database(_) | sqlx::Error::RowNotFound);
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
    pub(super) async fn commit(mut self) -> Result<bool, StoreError> {
        match self.conn.finish("commit").await {
            Ok(()) => Ok(true),
            Err(_) if self.conn.met_another => Ok(false),
            Err(error) => Err(error),
        }
    }

    pub(super) async fn roll_back(mut self) {
        // One that cannot be rolled back is closed when it is dropped, which rolls it back too.
        let _closed = self.conn.finish("rollback").await;
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
