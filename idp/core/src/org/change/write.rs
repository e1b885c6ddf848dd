//! Recording a plan.

use std::collections::HashSet;

use super::{
    super::rows::write::{self as rows, Stamp},
    plan::Plan,
    state::Unit,
};
use crate::store::{StoreError, Tx};

/// Writes everything that a plan says.
pub(super) async fn write(tx: &mut Tx<'_>, plan: &Plan, stamp: Stamp) -> Result<(), StoreError> {
    let reading = &plan.reading;
    let made = reading.made.iter().map(|made| (made.id, made.kind, made.provenance.as_deref()));
    rows::insert_units(tx, made, stamp).await?;
    let state = &reading.state;
    rows::write_facts(tx, state.levels.superseded(), state.levels.fresh(), stamp).await?;
    rows::write_facts(tx, state.places.superseded(), state.places.fresh(), stamp).await?;
    rows::write_facts(tx, state.names.superseded(), state.names.fresh(), stamp).await?;
    rows::write_facts(tx, state.codes.superseded(), state.codes.fresh(), stamp).await?;
    rows::write_facts(tx, state.heads.superseded(), state.heads.fresh(), stamp).await?;
    rows::write_facts(tx, state.successions.superseded(), state.successions.fresh(), stamp).await?;
    rows::write_closure(tx, &plan.closure).await?;
    let changed: HashSet<Unit> = reading.changed.iter().copied().collect();
    let used = reading.used.iter().filter(|unit| !changed.contains(unit)).map(|unit| (*unit, "used"));
    let parts = changed.iter().map(|unit| (*unit, "changed")).chain(used);
    rows::insert_parts(tx, parts, stamp.set).await
}
