//! Statements that go to SQLite in one sending.
//!
//! The driver runs every SQLite connection on a thread of its own. Each sending wakes that thread and waits until it wakes us: some 25 µs of processor
//! time, often more than the statement itself. So the beginning of a transaction goes with its first statement, what nobody waits for goes
//! with the next one, and the end goes with the last.

use std::fmt::Write;

use futures_util::TryStreamExt;
use sqlx::{
    AssertSqlSafe, Either, Encode, Executor, SqlSafeStr, SqlStr, Type,
    query::Query,
    sqlite::{SqliteConnection, SqliteRow},
};
use uuid::Uuid;

use super::Param;

const BEGIN: &str = "begin immediate";
const COMMIT: &str = "commit";
/// Statements that wait at most: which ones meet would else have no end, and each meeting is a text that is prepared and kept.
const MOST: usize = 4;

/// Statements in order, each with its parameters.
#[derive(Default)]
pub(super) struct Batch(Vec<(SqlStr, Vec<Param>)>);

/// How many rows are wanted of the last statement; the others give none.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Rows {
    One,
    All,
}

/// What came of the last statement.
#[derive(Default)]
pub(super) struct Sent {
    pub(super) rows: Vec<SqliteRow>,
    /// Rows that it touched.
    pub(super) touched: u64,
}

impl Batch {
    pub(super) const fn new() -> Self {
        Self(Vec::new())
    }

    /// A transaction that begins with whatever comes next.
    pub(super) fn beginning() -> Self {
        Self::new().and(BEGIN, Vec::new())
    }

    pub(super) fn push(&mut self, sql: impl SqlSafeStr, params: Vec<Param>) {
        self.0.push((sql.into_sql_str(), params));
    }

    /// Everything; nothing waits any more.
    pub(super) fn take(&mut self) -> Self {
        std::mem::take(self)
    }

    /// The same with one more statement behind it.
    pub(super) fn and(mut self, sql: impl SqlSafeStr, params: Vec<Param>) -> Self {
        self.push(sql, params);
        self
    }

    pub(super) fn commit(&mut self) {
        self.push(COMMIT, Vec::new());
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) const fn is_full(&self) -> bool {
        self.0.len() >= MOST
    }

    /// Whether a transaction begins with it.
    pub(super) fn begins(&self) -> bool {
        self.0.first().is_some_and(|(sql, _)| sql.as_str() == BEGIN)
    }

    /// Whether it would begin a transaction and do nothing in it.
    pub(super) fn is_only_a_beginning(&self) -> bool {
        self.begins() && self.0.len() == 1
    }

    /// Its last statement, where nothing waits before it.
    pub(super) fn last(mut self) -> (SqlStr, Vec<Param>) {
        self.0.pop().expect("a statement was put behind what waits")
    }

    /// Runs it; the first statement that fails ends it. The end of the last statement is waited for, not the end of the sending: that would be
    /// one wake-up more.
    pub(super) async fn send(self, connection: &mut SqliteConnection, wanted: Rows) -> Result<Sent, sqlx::Error> {
        let mut left = self.0.len();
        let (text, params) = if left == 1 { self.last() } else { self.joined() };
        let mut stream = connection.fetch_many(bound(sqlx::query(text), params));
        let mut sent = Sent::default();
        while left > 0 {
            match stream.try_next().await? {
                Some(Either::Right(row)) => {
                    sent.rows.push(row);
                    if wanted == Rows::One {
                        break;
                    }
                }
                Some(Either::Left(done)) => {
                    sent.touched = done.rows_affected();
                    left -= 1;
                }
                None => break,
            }
        }
        Ok(sent)
    }

    /// One text and one list of parameters, counted through.
    fn joined(self) -> (SqlStr, Vec<Param>) {
        let mut text = String::with_capacity(self.0.iter().map(|(sql, _)| sql.as_str().len() + 8).sum());
        let mut all = Vec::new();
        for (sql, params) in self.0 {
            if !text.is_empty() {
                text.push_str("; ");
            }
            recount(sql.as_str(), all.len(), &mut text);
            all.extend(params);
        }
        (AssertSqlSafe(text).into_sql_str(), all)
    }
}

/// Writes a statement whose `$1` is `$1 + by`. No statement of ours has a `$` elsewhere.
fn recount(sql: &str, by: usize, into: &mut String) {
    let mut parts = sql.split('$');
    into.push_str(parts.next().unwrap_or_default());
    for part in parts {
        let figures = part.bytes().take_while(u8::is_ascii_digit).count();
        let (number, rest) = part.split_at(figures);
        let number: usize = number.parse().unwrap_or_default();
        debug_assert!(number > 0, "a parameter has a number: {sql}");
        // Writing into a text cannot fail.
        let _written = write!(into, "${}{rest}", number + by);
    }
}

/// A query with its parameters.
pub(super) fn bound<'q, D: sqlx::Database>(
    mut query: Query<'q, D, D::Arguments>,
    params: Vec<Param>,
) -> Query<'q, D, D::Arguments>
where
    Option<i64>: Encode<'q, D> + Type<D>,
    Option<String>: Encode<'q, D> + Type<D>,
    Option<Vec<u8>>: Encode<'q, D> + Type<D>,
    Option<Uuid>: Encode<'q, D> + Type<D>,
{
    for param in params {
        query = match param {
            Param::Int(value) => query.bind(value),
            Param::Text(value) => query.bind(value),
            Param::Bytes(value) => query.bind(value),
            Param::Uuid(value) => query.bind(value),
        };
    }
    query
}

#[cfg(test)]
mod tests {
    use super::{Batch, recount};
    use crate::{
        params,
        store::{
            StoreError, Tx,
            testing::{Scratch, cx},
        },
    };

    const INSERT: &str = "insert into meta (key, value) values ($1, $2)";
    const COUNT: &str = "select count(*) as n from meta where key like $1";

    #[test]
    fn parameters_are_counted_through() {
        let cases = [
            ("commit", 3, "commit"),
            ("values ($1, $2)", 0, "values ($1, $2)"),
            ("values ($1, $10), $2", 9, "values ($10, $19), $11"),
            ("where a = $3", 2, "where a = $5"),
        ];
        for (sql, by, expected) in cases {
            let mut text = String::new();
            recount(sql, by, &mut text);
            assert_eq!(text, expected);
        }
        let (text, params) = Batch::beginning().and(INSERT, params!["a", "b"]).and(INSERT, params!["c", "d"]).joined();
        assert_eq!(
            text.as_str(),
            "begin immediate; insert into meta (key, value) values ($1, $2); insert into meta (key, value) values ($3, $4)"
        );
        assert_eq!(params.len(), 4);
    }

    async fn keep_later(tx: &mut Tx<'_>, keys: &[&str]) -> Result<(), StoreError> {
        for key in keys {
            tx.later(INSERT, params![*key, "v"]).await?;
        }
        Ok(())
    }

    async fn count(tx: &mut Tx<'_>) -> Result<i64, StoreError> {
        tx.one(COUNT, params!["later-%"]).await?.ok_or(StoreError::Unique("no row".into()))?.int("n")
    }

    #[tokio::test]
    async fn what_waits_is_done_before_what_comes_next_and_before_the_end() {
        let (scratch, at) = (Scratch::new().await, cx());
        let seen = scratch.db.write(&at, |tx| {
            Box::pin(async move {
                keep_later(tx, &["later-1", "later-2", "later-3", "later-4", "later-5", "later-6"]).await?;
                let touched = tx.run("update meta set value = 'w' where key like $1", params!["later-%"]).await?;
                keep_later(tx, &["later-7"]).await?;
                let seen = count(tx).await?;
                keep_later(tx, &["later-8"]).await?;
                Ok::<_, StoreError>((touched, seen))
            })
        });
        assert_eq!(seen.await.expect("writes"), (6, 7));
        let now = scratch.db.write(&at, |tx| Box::pin(count(tx)));
        assert_eq!(now.await.expect("counts"), 8);
    }

    #[tokio::test]
    async fn what_came_after_a_mark_is_taken_back_alone() {
        let scratch = Scratch::new().await;
        let at = cx();
        let written = scratch.db.write(&at, |tx| {
            Box::pin(async move {
                keep_later(tx, &["later-1"]).await?;
                tx.mark().await?;
                keep_later(tx, &["later-2", "later-3"]).await?;
                let within = count(tx).await?;
                keep_later(tx, &["later-4"]).await?;
                tx.back().await?;
                tx.mark().await?;
                keep_later(tx, &["later-5"]).await?;
                tx.unmark().await?;
                Ok::<_, StoreError>((within, count(tx).await?))
            })
        });
        assert_eq!(written.await.expect("writes"), (3, 2));
    }

    #[tokio::test]
    async fn a_rule_broken_by_what_waits_undoes_the_whole() {
        let (scratch, at) = (Scratch::new().await, cx());
        for keys in [&["later-1", "later-1"][..], &["later-1", "later-2", "later-3", "later-4", "later-1"]] {
            let broken = scratch.db.write(&at, |tx| Box::pin(keep_later(tx, keys))).await;
            assert!(matches!(broken, Err(StoreError::Unique(_))), "{keys:?}");
            let left = scratch.db.write(&at, |tx| Box::pin(count(tx)));
            assert_eq!(left.await.expect("counts"), 0, "{keys:?}");
        }
    }

    #[tokio::test]
    async fn a_transaction_without_a_statement_leaves_the_writer_free() {
        let (scratch, at) = (Scratch::new().await, cx());
        for refused in [false, true] {
            let done = scratch.db.write(&at, |_| {
                Box::pin(async move { if refused { Err(StoreError::Unique("mine".into())) } else { Ok(()) } })
            });
            assert_eq!(done.await.is_err(), refused);
        }
        scratch.db.write(&at, |tx| Box::pin(keep_later(tx, &["later-1"]))).await.expect("writes");
    }
}
