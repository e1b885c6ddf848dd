//! How many statements a request costs, counted by PostgreSQL: a statement outside a transaction is one commit there. SQLite counts
//! nothing, but is asked by the same code.

use std::time::Duration;

use idp_core::{params, store::Db};

use crate::{Wrong, house::House, wire::Connection};

const TIMES: usize = 1_000;
/// Backends of PostgreSQL tell their counters after a second of idleness.
const TOLD: Duration = Duration::from_secs(3);

const COMMITS: &str = "select xact_commit as n from pg_stat_database where datname = current_database()";

/// Statements that reading requests like this one cost each. What jobs ask meanwhile is subtracted.
pub(crate) async fn each(house: &House, db: &Db, request: &[u8]) -> Result<f64, Wrong> {
    let mut connection = Connection::open(house.target()?.address).await?;
    let start = commits(db).await?;
    let idle = commits(db).await? - start;
    for _ in 0..TIMES {
        connection.ask(request).await?.expect(200)?;
    }
    let asked = commits(db).await? - start - idle;
    Ok((asked - idle).max(0) as f64 / TIMES as f64)
}

async fn commits(db: &Db) -> Result<i64, Wrong> {
    tokio::time::sleep(TOLD).await;
    let mut conn = db.read().await?;
    Ok(conn.one(COMMITS, params![]).await?.ok_or("no such database")?.int("n")?)
}
