//! The whole state of one day as a table, for spreadsheets.

use std::{sync::Arc, time::Duration};

use axum::{
    body::Bytes,
    extract::State,
    http::{HeaderMap, HeaderValue, header::CONTENT_DISPOSITION},
    response::Response,
};
use idp_core::{
    crypto::digest,
    org::{self, AsOf, Filter, Scheme, UnitRow},
    store::Conn,
    types::{Fault, Timestamp},
};
use tokio::sync::Mutex;

use super::{CACHE, Desk, ask, units::fault};
use crate::web::{Code as Refused, Problem, Query, public};

/// Units read at a time.
const PAGE: i64 = 2_000;
/// How long one table is handed out before it is made anew.
const KEPT: Duration = Duration::from_secs(60);
/// Tables kept.
const MOST: usize = 4;
/// How long a caller waits for the table of another one.
const PATIENCE: Duration = Duration::from_secs(5);

/// Columns, in order.
const COLUMNS: [&str; 13] = [
    "id",
    "kind",
    "level",
    "form",
    "name_vi",
    "name_en",
    "gso",
    "agency_2020",
    "agency_2016",
    "internal",
    "parent_id",
    "exists_from",
    "exists_until",
];

/// A table that was made a moment ago.
struct Table {
    at: Timestamp,
    made: Timestamp,
    body: Bytes,
    etag: String,
}

/// Tables of the last minute. Making one reads ten thousand units, so callers stand in line for it and share what is made: nobody who
/// asks often costs more than one table at a time.
#[derive(Default)]
pub(super) struct Downloads(Mutex<Vec<Table>>);

/// `GET /api/v1/public/units.csv`: every unit of a day.
pub(super) async fn download(
    State(desk): State<Arc<Desk>>,
    Query(params): Query,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    ask::only(&params, &["at"])?;
    let now = desk.house.clock.now();
    // To the day, also where nobody names one: so callers of one minute share a table.
    let at = ask::at(&params, now.day().start())?.at;
    let waited = tokio::time::timeout(PATIENCE, desk.downloads.0.lock()).await;
    let mut kept = waited.map_err(|_| Problem::new(Refused::BUSY).retry_after(5))?;
    kept.retain(|table| now.since(table.made) < KEPT);
    if !kept.iter().any(|table| table.at == at) {
        let mut conn = desk.house.db.read().await.map_err(fault)?;
        let body = table(&mut conn, AsOf::at(at)).await?;
        let etag = format!("\"{}\"", &digest::sha256(&body).hex()[..32]);
        if kept.len() == MOST {
            kept.remove(0);
        }
        kept.push(Table { at, made: now, body, etag });
    }
    let table = kept.iter().find(|table| table.at == at).ok_or(Fault::bug("finding the table just made"))?;
    let (body, etag) = (table.body.clone(), table.etag.clone());
    drop(kept);
    let mut response = public::document(&headers, &etag, (CACHE, "text/csv; charset=utf-8; header=present"), body);
    let name = format!("attachment; filename=\"units-{}.csv\"", at.day());
    if let Ok(name) = HeaderValue::try_from(name) {
        response.headers_mut().insert(CONTENT_DISPOSITION, name);
    }
    Ok(response)
}

async fn table(conn: &mut Conn, as_of: AsOf) -> Result<Bytes, Problem> {
    let broken = |error: csv::Error| Problem::from(Fault::new("writing a table", error));
    // The mark at the beginning tells spreadsheets that this is UTF-8.
    let mut writer = csv::Writer::from_writer("\u{feff}".as_bytes().to_vec());
    writer.write_record(COLUMNS).map_err(broken)?;
    let mut after = None;
    loop {
        let page = org::list(conn, &Filter::default(), as_of, after.as_ref(), PAGE).await.map_err(fault)?;
        for row in &page {
            writer.write_record(record(row)).map_err(broken)?;
        }
        after = page.last().map(UnitRow::place);
        if (page.len() as i64) < PAGE {
            break;
        }
    }
    let bytes = writer.into_inner().map_err(|error| Fault::new("writing a table", error.into_error()))?;
    Ok(Bytes::from(bytes))
}

fn record(row: &UnitRow) -> [String; 13] {
    let code = |scheme: Scheme| {
        let code = row.codes.iter().find(|code| code.scheme() == scheme);
        code.map(|code| code.value().to_owned()).unwrap_or_default()
    };
    let time = |at: Option<Timestamp>| at.map(Timestamp::rfc3339).unwrap_or_default();
    [
        row.id.to_string(),
        row.kind.word().to_owned(),
        row.level.id.clone(),
        row.form.id.clone(),
        plain(row.name.vi()),
        plain(row.name.en().unwrap_or_default()),
        code(Scheme::Gso),
        code(Scheme::Agency2020),
        code(Scheme::Agency2016),
        plain(&code(Scheme::Internal)),
        row.parent.map(|parent| parent.to_string()).unwrap_or_default(),
        time(Some(row.exists.from)),
        time(row.exists.until),
    ]
}

/// A spreadsheet takes a value that begins so for a formula, and runs it.
fn plain(value: &str) -> String {
    if value.starts_with(['=', '+', '-', '@']) { format!("'{value}") } else { value.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn a_name_is_no_formula() {
        for (value, expected) in [("=1+1", "'=1+1"), ("@x", "'@x"), ("A = B", "A = B"), ("", "")] {
            assert_eq!(plain(value), expected);
        }
    }
}
