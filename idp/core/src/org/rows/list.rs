//! SQL of lists of units.

use uuid::Uuid;

use super::super::{AsOf, list::Filter, view::After};
use crate::{
    params,
    store::{Conn, StoreError},
    types::{Id, id},
};

type Unit = Id<id::Unit>;

/// `$3` is a level or empty for all of them; the page begins after the name `$4` of the unit `$5`.
macro_rules! page {
    ($also:literal) => {
        concat!(
            "select p.unit_id from unit_place p join unit_name n on n.unit_id = p.unit_id and n.valid_from <= $1 \
                and n.valid_until > $1 and n.recorded_at <= $2 and n.superseded_at > $2 ",
            $also,
            " p.valid_from <= $1 and p.valid_until > $1 and p.recorded_at <= $2 and p.superseded_at > $2 \
            and ($3 = '' or p.level_id = $3) and (n.folded, p.unit_id) > ($4, $5) order by n.folded, p.unit_id limit $6"
        )
    };
}

const ALL_OF_THEM: &str = page!("where");
const DIRECTLY: &str = page!("where p.parent_id = $7 and");
const UNDER: &str = page!(
    "join unit_closure c on c.descendant_id = p.unit_id and c.ancestor_id = $7 and c.valid_from <= $1 and c.valid_until > $1 where"
);

/// Every statement of this file.
pub(super) const ALL: &[&str] = &[ALL_OF_THEM, DIRECTLY, UNDER];

/// The units of one page, in order.
pub(crate) async fn page(
    conn: &mut Conn,
    filter: &Filter,
    as_of: AsOf,
    (after, limit): (Option<&After>, i64),
) -> Result<Vec<Unit>, StoreError> {
    let level = filter.level.as_deref().unwrap_or_default();
    let (folded, id) = after.map_or(("", Id::from_uuid(Uuid::nil())), |after| (after.folded.as_str(), after.id));
    let mut params = params![as_of.at, as_of.belief(), level, folded, id, limit];
    let statement = match filter.under {
        None => ALL_OF_THEM,
        Some(above) => {
            params.push(above.into());
            if filter.direct { DIRECTLY } else { UNDER }
        }
    };
    conn.all(statement, params).await?.iter().map(|row| row.id("unit_id")).collect()
}
