//! A connection for reading and a transaction for writing, over either database.

use std::{
    ops::{Deref, DerefMut},
    sync::Arc,
};

use sqlx::{
    Postgres, SqlSafeStr, SqlStr,
    postgres::{PgArguments, PgConnection},
    sqlite::SqliteConnection,
};

use super::{
    Cx, Param, Row, StoreError,
    batch::{self, Batch, Rows},
    db::Dialect,
    error::{Meaning, is_null_where_none_may_be, meaning},
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
    /// What goes to SQLite together with the next statement.
    waiting: Batch,
    /// What is sent now begins a transaction.
    beginning: bool,
    /// A statement was sent that fails with a null where what it builds on is gone.
    builds_on: bool,
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

type PostgresQuery = sqlx::query::Query<'static, Postgres, PgArguments>;

fn postgres((sql, params): (SqlStr, Vec<Param>)) -> PostgresQuery {
    batch::bound(sqlx::query(sql), params)
}

impl Conn {
    pub(super) const fn new(link: Held, seals: Arc<Seals>) -> Self {
        let open = Open { statement: false, transaction: false, broken: false };
        let waiting = Batch::new();
        Self { link: Some(link), seals, met_another: false, open, waiting, beginning: false, builds_on: false }
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
        let batch = self.waiting.take().and(sql, params);
        self.open(&batch);
        let found = match self.link() {
            Link::Sqlite(c) => batch.send(c, Rows::One).await.map(|mut sent| sent.rows.pop().map(Row::Sqlite)),
            Link::Postgres(c) => postgres(batch.last()).fetch_optional(c).await.map(|row| row.map(Row::Postgres)),
        };
        self.closed(found)
    }

    /// All rows that a statement finds or returns. The statement bounds their number.
    pub async fn all(&mut self, sql: &'static str, params: Vec<Param>) -> Result<Vec<Row>, StoreError> {
        self.fetch(sql, params).await
    }

    pub(super) async fn fetch(&mut self, sql: impl SqlSafeStr, params: Vec<Param>) -> Result<Vec<Row>, StoreError> {
        let batch = self.waiting.take().and(sql, params);
        self.open(&batch);
        let found = match self.link() {
            Link::Sqlite(c) => {
                let sent = batch.send(c, Rows::All).await;
                sent.map(|sent| sent.rows.into_iter().map(Row::Sqlite).collect())
            }
            Link::Postgres(c) => {
                let rows = postgres(batch.last()).fetch_all(c).await;
                rows.map(|rows| rows.into_iter().map(Row::Postgres).collect())
            }
        };
        self.closed(found)
    }

    /// Runs a statement; gives the number of rows it touched.
    pub async fn run(&mut self, sql: &'static str, params: Vec<Param>) -> Result<u64, StoreError> {
        self.execute(sql, params).await
    }

    pub(super) async fn execute(&mut self, sql: impl SqlSafeStr, params: Vec<Param>) -> Result<u64, StoreError> {
        let batch = self.waiting.take().and(sql, params);
        self.open(&batch);
        let done = match self.link() {
            Link::Sqlite(c) => batch.send(c, Rows::All).await.map(|sent| sent.touched),
            Link::Postgres(c) => postgres(batch.last()).execute(c).await.map(|done| done.rows_affected()),
        };
        self.closed(done)
    }

    /// Notes what is under way, before it is sent.
    fn open(&mut self, batch: &Batch) {
        self.open.statement = true;
        self.open.transaction |= batch.begins();
        self.beginning = batch.begins();
    }

    /// Notes that the end was seen.
    fn closed<T>(&mut self, result: Result<T, sqlx::Error>) -> Result<T, StoreError> {
        self.open.statement = false;
        let result = result.map_err(|error| self.refused(error));
        self.builds_on = false;
        result
    }

    /// Sends what waits, where no more may wait.
    async fn make_room(&mut self) -> Result<(), StoreError> {
        if self.waiting.is_full() { self.flush().await } else { Ok(()) }
    }

    async fn later(&mut self, sql: &'static str, params: Vec<Param>) -> Result<(), StoreError> {
        match self.dialect() {
            Dialect::Sqlite => {
                self.waiting.push(sql, params);
                Ok(())
            }
            Dialect::Postgres => self.run(sql, params).await.map(|_| ()),
        }
    }

    /// Sends what waits.
    async fn flush(&mut self) -> Result<(), StoreError> {
        let batch = self.waiting.take();
        if batch.is_empty() {
            return Ok(());
        }
        self.open(&batch);
        let sent = match self.link() {
            Link::Sqlite(c) => batch.send(c, Rows::All).await.map(|_| ()),
            Link::Postgres(_) => Ok(()), // nothing waits there
        };
        self.closed(sent)
    }

    /// Runs the text of a migration: several statements without parameters, inside this transaction.
    pub(super) async fn script(&mut self, script: &'static str) -> Result<(), StoreError> {
        self.flush().await?;
        self.open(&Batch::new());
        let done = match self.link() {
            Link::Sqlite(c) => sqlx::raw_sql(script).execute(c).await.map(|_| ()),
            Link::Postgres(c) => sqlx::raw_sql(script).execute(c).await.map(|_| ()),
        };
        self.closed(done)
    }

    /// Prepares a statement without running it: a test does this with every constant, on both databases.
    pub async fn prepare(&mut self, sql: &'static str) -> Result<(), StoreError> {
        use sqlx::Executor as _;
        self.open(&Batch::new());
        let prepared = match self.link() {
            Link::Sqlite(c) => c.prepare(sql.into_sql_str()).await.map(|_| ()),
            Link::Postgres(c) => c.prepare(sql.into_sql_str()).await.map(|_| ()),
        };
        self.closed(prepared)
    }

    /// Begins a transaction: nobody writes beside it on SQLite, nobody notices it on PostgreSQL. On SQLite it begins with its first statement.
    pub(super) async fn begin(&mut self) -> Result<(), StoreError> {
        match self.dialect() {
            Dialect::Sqlite => {
                self.waiting = Batch::beginning();
                Ok(())
            }
            Dialect::Postgres => {
                self.open.transaction = true;
                self.script("begin isolation level serializable").await
            }
        }
    }

    async fn commit(&mut self) -> Result<(), StoreError> {
        if self.dialect() == Dialect::Postgres {
            let done = self.script("commit").await;
            // PostgreSQL ends a transaction whose commit it refuses.
            self.open.transaction = false;
            return done;
        }
        if !self.open.transaction && self.waiting.is_only_a_beginning() {
            return Ok(());
        }
        self.waiting.commit();
        // SQLite keeps a transaction whose commit it refuses open for another try.
        self.flush().await?;
        self.open.transaction = false;
        Ok(())
    }

    async fn roll_back(&mut self) -> Result<(), StoreError> {
        self.waiting = Batch::new();
        if self.open.transaction {
            self.script("rollback").await?;
            self.open.transaction = false;
        }
        Ok(())
    }

    /// Takes everything back that came after the mark, and the mark with it. What still waits came after it, too.
    async fn back(&mut self) -> Result<(), StoreError> {
        self.waiting = Batch::new();
        self.script("rollback to part; release part").await
    }

    fn refused(&mut self, error: sqlx::Error) -> StoreError {
        if self.builds_on && is_null_where_none_may_be(&error) {
            self.met_another = true;
            return StoreError::Fault(Fault::passing("building on a row", "it is gone or another one"));
        }
        // A refusal of the database leaves the connection as it was; anything else may have left half an answer in it.
        self.open.broken |= !matches!(error, sqlx::Error::Database(_) | sqlx::Error::RowNotFound);
        match meaning(error) {
            Meaning::Unique(name) => StoreError::Unique(name),
            Meaning::Fault(fault) => StoreError::Fault(fault),
            Meaning::Again => {
                // SQLite has waited for its turn already when a beginning fails.
                self.met_another = !self.beginning;
                StoreError::Fault(Fault::passing("writing beside another transaction", "they met"))
            }
        }
    }
}

/// A transaction that knows who writes, when and from where. Only [`super::Db::write`] makes one.
pub struct Tx<'c> {
    conn: Conn,
    cx: &'c Cx,
    again: bool,
}

impl<'c> Tx<'c> {
    pub(super) const fn new(conn: Conn, cx: &'c Cx, again: bool) -> Self {
        Self { conn, cx, again }
    }

    /// Who, when, where.
    pub const fn cx(&self) -> &'c Cx {
        self.cx
    }

    /// The instant of this request.
    pub const fn now(&self) -> Timestamp {
        self.cx.now
    }

    /// Whether this work ran before and met another transaction: then nothing kept in memory may be trusted.
    pub const fn is_again(&self) -> bool {
        self.again
    }

    /// Runs a statement whose outcome nobody needs, before the next one or before the end: on SQLite together with it, because there
    /// each sending wakes a thread. It returns no rows. A rule that it breaks is told by whatever it goes with.
    pub async fn later(&mut self, sql: &'static str, params: Vec<Param>) -> Result<(), StoreError> {
        self.conn.make_room().await?;
        self.conn.later(sql, params).await
    }

    /// The same for a statement that puts a null where none may be when a row it builds on is gone, or is not the one that was kept in
    /// memory: the whole transaction is then run again, and [`Tx::is_again`].
    pub async fn later_or_again(&mut self, sql: &'static str, params: Vec<Param>) -> Result<(), StoreError> {
        self.conn.make_room().await?;
        self.conn.builds_on = true;
        self.conn.later(sql, params).await
    }

    /// Sets a mark, to which [`Tx::back`] leads. One at a time: [`Tx::back`] or [`Tx::unmark`] takes it away.
    pub async fn mark(&mut self) -> Result<(), StoreError> {
        self.conn.script("savepoint part").await
    }

    /// Keeps what came after the mark, as far as the whole is kept.
    pub async fn unmark(&mut self) -> Result<(), StoreError> {
        self.conn.script("release part").await
    }

    /// Takes back what came after the mark, and nothing else. Not after a [`StoreError`]: that ends the whole.
    pub async fn back(&mut self) -> Result<(), StoreError> {
        self.conn.back().await
    }

    pub(super) const fn met_another(&self) -> bool {
        self.conn.met_another
    }

    /// Makes it durable. `Ok(false)`: it met another transaction and must be run again.
    pub(super) async fn commit(mut self) -> Result<bool, StoreError> {
        match self.conn.commit().await {
            Ok(()) => Ok(true),
            Err(_) if self.conn.met_another => Ok(false),
            Err(error) => Err(error),
        }
    }

    pub(super) async fn roll_back(mut self) {
        // One that cannot be rolled back is closed when it is dropped, which rolls it back too.
        let _closed = self.conn.roll_back().await;
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
