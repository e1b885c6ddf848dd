//! How many statements a request costs, counted in the server's own log at its most talkative level.

use std::{fs, time::Duration};

use serde_json::Value;

use crate::{Wrong, house::House, wire::Connection};

const TIMES: usize = 20;

/// Statements that the database is asked by requests, for one request like this one. The server must run with
/// [`TALKATIVE`]. Jobs ask beside requests; their lines belong to no request and are left out.
pub(crate) async fn each(house: &House, request: &[u8]) -> Result<f64, Wrong> {
    let mut connection = Connection::open(house.target()?.address).await?;
    let before = count(house)?;
    for _ in 0..TIMES {
        connection.ask(request).await?.expect(200)?;
    }
    // The last line may be on its way from the database's thread.
    tokio::time::sleep(Duration::from_millis(200)).await;
    Ok((count(house)? - before) as f64 / TIMES as f64)
}

/// What makes the server write every statement.
pub(crate) const TALKATIVE: [(&str, &str); 2] = [("IDP__LOG__LEVEL", "trace"), ("IDP__LOG__FORMAT", "json")];

fn count(house: &House) -> Result<usize, Wrong> {
    let text = fs::read_to_string(house.log())?;
    let is_statement = |line: &&str| {
        let Ok(line) = serde_json::from_str::<Value>(line) else { return false };
        line["target"] == "sqlx::query" && (line["span"]["name"] == "request" || line["span"].is_object())
    };
    Ok(text.lines().filter(is_statement).count())
}
