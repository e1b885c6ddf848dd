//! Who would come to reach more by a set, as a trial of it answers: what lies in the caller's units is named, all else is counted.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use idp_core::{
    admin::{self, Allowed, Demand, Fresh, Permission, Targets, Who},
    org::{self, AsOf, Label, change::Gain},
    store::{Conn, StoreError},
    types::{Id, Timestamp, id},
};
use schemars::JsonSchema;
use serde::Serialize;

use super::super::units::Called;

/// So many are named, and of each so many units.
const MOST: usize = 50;
const UNITS: usize = 20;

const POSTS: Demand = Demand { permission: Some(Permission::ReadOfficials), who: Who::Both, fresh: Fresh::No };
const OFFICES: Demand = Demand { permission: Some(Permission::ReadAdministrators), ..POSTS };

/// Whoever would come to reach more.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Gains")]
pub(super) struct Gains {
    /// How many there are.
    count: usize,
    /// How many of them somebody who signs could not give it to; above 0, the set is refused.
    refused: usize,
    /// The first of them that lie in the caller's units.
    listed: Vec<Gaining>,
}

/// A unit as people call it.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "CalledUnit")]
struct CalledUnit {
    unit: Id<id::Unit>,
    name: Option<Called>,
}

/// A role as people call it.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "CalledRole")]
struct CalledRole {
    id: String,
    vi: String,
    en: String,
}

impl From<&Label> for CalledRole {
    fn from(label: &Label) -> Self {
        Self { id: label.id.clone(), vi: label.vi.clone(), en: label.en.clone() }
    }
}

/// One that would.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Gaining")]
struct Gaining {
    /// `office`: a post of an official; `admin`: an office of the register of administrators.
    room: &'static str,
    kind: &'static str,
    key: String,
    label: String,
    unit: CalledUnit,
    roles: Vec<CalledRole>,
    /// Over what, as it stands before the set.
    over: Vec<CalledUnit>,
    /// How many units that are, without those that only go along under one of them.
    over_count: usize,
    /// Why somebody who signs could not give it: a word of `beyond-your-rights`.
    refused: Option<&'static str>,
}

/// What the caller is told of those who gain.
pub(super) async fn told(
    conn: &mut Conn,
    (gains, at): (&[Gain], Timestamp),
    allowed: &Allowed,
    now: Timestamp,
) -> Result<Gains, StoreError> {
    let mut seen: BTreeMap<(&str, Id<id::Unit>), bool> = BTreeMap::new();
    let mut listed: Vec<&Gain> = Vec::new();
    // Refused ones first: for them one looks.
    let (refused, fine): (Vec<&Gain>, Vec<&Gain>) = gains.iter().partition(|gain| gain.refused.is_some());
    let count = refused.len();
    for gain in refused.into_iter().chain(fine) {
        if listed.len() == MOST || seen.len() > 4 * MOST {
            break;
        }
        let place = (gain.room, gain.unit);
        let sees = if let Some(sees) = seen.get(&place) {
            *sees
        } else {
            let demand = if gain.room == "admin" { OFFICES } else { POSTS };
            admin::sees(conn, allowed, demand, &Targets::Units(vec![gain.unit]), now).await?
        };
        seen.insert(place, sees);
        if sees {
            listed.push(gain);
        }
    }
    let shown = |gain: &&Gain| std::iter::once(gain.unit).chain(gain.over.iter().take(UNITS).copied()).collect();
    let units: BTreeSet<Id<id::Unit>> = listed.iter().flat_map(|gain| -> Vec<_> { shown(gain) }).collect();
    let just_before = Timestamp::from_millis(at.millis() - 1);
    let rows = org::units(conn, &Vec::from_iter(units), AsOf::at(just_before)).await?;
    let names: HashMap<Id<id::Unit>, Called> = rows.iter().map(|row| (row.id, (&row.name).into())).collect();
    Ok(Gains { count: gains.len(), refused: count, listed: listed.into_iter().map(|gain| one(gain, &names)).collect() })
}

fn one(gain: &Gain, names: &HashMap<Id<id::Unit>, Called>) -> Gaining {
    let called = |unit: Id<id::Unit>| CalledUnit { unit, name: names.get(&unit).cloned() };
    Gaining {
        room: gain.room,
        kind: gain.kind,
        key: gain.key.clone(),
        label: gain.label.clone(),
        unit: called(gain.unit),
        roles: gain.roles.iter().map(CalledRole::from).collect(),
        over: gain.over.iter().take(UNITS).copied().map(called).collect(),
        over_count: gain.over.len(),
        refused: gain.refused,
    }
}
