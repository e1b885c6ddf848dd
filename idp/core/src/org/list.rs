//! Lists of units as of an instant, page by page; and every name and code that one unit ever had.

use super::{
    AsOf, Code, Span, UnitName, UnitRow,
    rows::{list as rows, story},
    units,
    view::After,
};
use crate::{
    store::{Conn, StoreError},
    types::{Id, id},
};

type Unit = Id<id::Unit>;

/// Which units of a state are wanted. Empty: all of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Only units of this level.
    pub level: Option<String>,
    /// Only units at or below this one, as believed now; with [`direct`](Self::direct) only those directly under it.
    pub under: Option<Unit>,
    /// Whether `under` means directly under.
    pub direct: bool,
}

/// Units of one state, ordered by name, at most `limit` of them, after the last of the page before.
pub async fn list(
    conn: &mut Conn,
    filter: &Filter,
    as_of: AsOf,
    after: Option<&After>,
    limit: i64,
) -> Result<Vec<UnitRow>, StoreError> {
    let ids = rows::page(conn, filter, as_of, (after, limit)).await?;
    units(conn, &ids, as_of).await
}

/// Something that was so for a while.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct While<T> {
    /// What.
    pub value: T,
    /// Since when and until when.
    pub span: Span,
}

/// Every name and every code of one unit, as believed now, the oldest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Aliases {
    /// Its names.
    pub names: Vec<While<UnitName>>,
    /// Its codes.
    pub codes: Vec<While<Code>>,
}

/// Every name and every code of one unit.
pub async fn aliases(conn: &mut Conn, unit: Unit) -> Result<Aliases, StoreError> {
    let names = story::names(conn, unit).await?.into_iter();
    let codes = story::codes(conn, unit).await?.into_iter();
    Ok(Aliases {
        names: names.map(|name| While { value: name.value, span: name.span }).collect(),
        codes: codes.map(|code| While { value: code.value, span: code.span }).collect(),
    })
}

/// When a unit exists, as believed now: since its first place and until its last one ends. `None` where there is no such unit.
pub async fn lifetime(conn: &mut Conn, unit: Unit) -> Result<Option<Span>, StoreError> {
    let places = story::places(conn, unit).await?;
    let ends = places.first().zip(places.last());
    Ok(ends.map(|(first, last)| Span { from: first.span.from, until: last.span.until }))
}
