//! Many rows with one statement: a reform touches thousands of units, and one question for each would take minutes.
//!
//! A room writes the statement for one row or one value, as everywhere, and the test prepares that text. Here its last group of
//! placeholders is repeated.

use sqlx::AssertSqlSafe;

use super::{Conn, Param, Row, StoreError, Tx};
use crate::types::Fault;

/// Values of one list, and parameters of one insert, at most. SQLite takes 32,766, PostgreSQL 65,535; longer texts gain nothing.
const AT_ONCE: usize = 500;

impl Conn {
    /// All rows for a list of values. The statement ends in `in ($n)`, where `$n` is its last placeholder and `params` are those
    /// before it; it is asked once for every few hundred values, so an order holds within a part only.
    pub async fn all_in(
        &mut self,
        sql: &'static str,
        params: &[Param],
        list: &[Param],
    ) -> Result<Vec<Row>, StoreError> {
        let mut rows = Vec::new();
        for part in list.chunks(AT_ONCE) {
            let (text, params) = listed(sql, params, part)?;
            rows.extend(self.fetch(AssertSqlSafe(text), params).await?);
        }
        Ok(rows)
    }
}

impl Tx<'_> {
    /// Runs a statement for a list of values: see [`Conn::all_in`]. Gives the number of rows it touched.
    pub async fn run_in(&mut self, sql: &'static str, params: &[Param], list: &[Param]) -> Result<u64, StoreError> {
        let mut touched = 0;
        for part in list.chunks(AT_ONCE) {
            let (text, params) = listed(sql, params, part)?;
            touched += self.execute(AssertSqlSafe(text), params).await?;
        }
        Ok(touched)
    }

    /// Inserts many rows. The statement ends in `values ($1, …, $n)` and each row holds its `n` parameters.
    pub async fn insert_all(&mut self, sql: &'static str, rows: Vec<Vec<Param>>) -> Result<(), StoreError> {
        let Some(width) = rows.first().map(Vec::len) else { return Ok(()) };
        let at_once = (AT_ONCE / width.max(1)).max(1);
        let mut rows = rows.into_iter();
        loop {
            let part: Vec<Vec<Param>> = rows.by_ref().take(at_once).collect();
            if part.is_empty() {
                return Ok(());
            }
            let text = valued(sql, width, part.len())?;
            self.execute(AssertSqlSafe(text), part.into_iter().flatten().collect()).await?;
        }
    }
}

/// A list is filled up with its last value to one of two lengths, so that the database meets few texts.
fn listed(sql: &str, params: &[Param], part: &[Param]) -> Result<(String, Vec<Param>), StoreError> {
    let first = params.len() + 1;
    let length = if part.len() <= AT_ONCE / 16 { AT_ONCE / 16 } else { AT_ONCE };
    let head = sql.strip_suffix(&format!("(${first})")).ok_or(Fault::bug("repeating the list of a statement"))?;
    let last = part.last().ok_or(Fault::bug("asking for an empty list"))?;
    let padding = std::iter::repeat_n(last, length - part.len());
    let params = params.iter().chain(part).chain(padding).cloned().collect();
    Ok((format!("{head}({})", places(first, length)), params))
}

fn valued(sql: &str, width: usize, rows: usize) -> Result<String, StoreError> {
    let one = format!("({})", places(1, width));
    let head = sql.strip_suffix(&one).ok_or(Fault::bug("repeating the values of a statement"))?;
    let groups: Vec<String> = (0..rows).map(|row| format!("({})", places(row * width + 1, width))).collect();
    Ok(format!("{head}{}", groups.join(", ")))
}

fn places(first: usize, count: usize) -> String {
    (first..first + count).map(|number| format!("${number}")).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::{AT_ONCE, listed, valued};
    use crate::{
        params,
        store::{
            Param, StoreError,
            testing::{Scratch, cx},
        },
    };

    #[test]
    fn only_the_last_group_is_repeated() {
        let text = valued("insert into t (a, b) values ($1, $2)", 2, 2).expect("fits");
        assert_eq!(text, "insert into t (a, b) values ($1, $2), ($3, $4)");
        assert!(valued("insert into t (a, b) values ($1, $2)", 3, 2).is_err());
        let part = params![2, 3];
        let (text, params) = listed("delete from t where a = $1 and b in ($2)", &[1_i64.into()], &part).expect("fits");
        assert!(text.starts_with("delete from t where a = $1 and b in ($2, $3, $4, "));
        assert_eq!(params.len(), 1 + AT_ONCE / 16);
        assert!(listed("delete from t where b in ($2)", &[], &part).is_err());
    }

    #[tokio::test]
    async fn thousands_of_rows_are_written_and_found() {
        let scratch = Scratch::new().await;
        let cx = cx();
        let found = scratch.db.write(&cx, |tx| {
            Box::pin(async move {
                let name = |number: i64| format!("r{number}");
                let rows = (0..3_001).map(|number| params![name(number), number]).collect();
                tx.insert_all("insert into revision (room, number) values ($1, $2)", rows).await?;
                let asked: Vec<Param> = (0..1_203).map(|number| name(number * 2).into()).collect();
                let found = tx.all_in("select number from revision where room in ($1)", &[], &asked).await?;
                let gone =
                    tx.run_in("delete from revision where number > $1 and room in ($2)", &[10.into()], &asked).await?;
                Ok::<_, StoreError>((found.len(), gone))
            })
        });
        assert_eq!(found.await.expect("writes"), (1_203, 1_197));
    }
}
