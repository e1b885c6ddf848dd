//! SQL that finds the posts which may come to reach more by a change of units.

use std::collections::BTreeSet;

use crate::{
    org::change::Widened,
    store::{Conn, Param, Row, StoreError},
    types::{Id, Timestamp, id},
};

type Unit = Id<id::Unit>;
type PostId = Id<id::Assignment>;

/// Posts that end after `$1`.
macro_rules! posts {
    ($rest:literal) => {
        concat!(
            "select a.id from assignment a ",
            $rest,
            " and a.valid_until > $1 and a.state in ('active', 'pending') "
        )
    };
}

const OVER_ALL: &str = concat!(posts!("where a.scope = 'subtree'"), "and a.unit_id in ($2)");
const OVER_ONE: &str = concat!(posts!("where a.scope = 'unit'"), "and a.unit_id in ($2)");
const LISTING: &str =
    concat!(posts!("join assignment_unit u on u.assignment_id = a.id where a.scope = 'list'"), "and u.unit_id in ($2)");
/// Those that count for a territory, and stand on another unit below it.
const TERRITORIAL: &str = concat!(
    posts!(
        "join unit_under c on c.unit_id = a.unit_id where a.scope = 'territory' and c.valid_from <= $1 and c.valid_until > $1"
    ),
    "and c.ancestor_id in ($2)"
);
const MOVED: &str = concat!(posts!("where a.scope = 'territory'"), "and a.unit_id in ($2)");
const ON_UNITS: &str = concat!(posts!("where true"), "and a.unit_id in ($2)");

/// Every statement of this file.
pub(super) const ALL: &[&str] = &[OVER_ALL, OVER_ONE, LISTING, TERRITORIAL, MOVED, ON_UNITS];

fn list<'a>(units: impl Iterator<Item = &'a Unit>) -> Vec<Param> {
    units.map(|unit| (*unit).into()).collect()
}

/// The posts that may come to reach more: those above what is moved, those on what takes others in, and those whose own unit changes.
pub(crate) async fn reaching(conn: &mut Conn, at: Timestamp, widened: &Widened) -> Result<Vec<PostId>, StoreError> {
    let mut found = BTreeSet::new();
    for (sql, units) in [
        (OVER_ALL, list(widened.under.keys())),
        (TERRITORIAL, list(widened.under.keys())),
        (OVER_ONE, list(widened.into.keys())),
        (LISTING, list(widened.into.keys())),
        (MOVED, list(widened.above.keys())),
        (ON_UNITS, list(widened.levels.keys())),
    ] {
        let rows = conn.all_in(sql, &[at.into()], &units).await?;
        let ids = rows.iter().map(|row: &Row| row.id("id")).collect::<Result<Vec<PostId>, StoreError>>()?;
        found.extend(ids);
    }
    Ok(found.into_iter().collect())
}
