//! SQL that writes what a plan says. Nothing is edited: rows are stamped, and rows are added.

use super::super::{
    Code, Head, Scheme, Succession, UnitKind, UnitName,
    closure::Under,
    fact::{FOREVER, Fact, FactRow, LevelFact, Place},
};
use crate::{
    crypto::random,
    params,
    store::{Param, StoreError, Tx},
    types::{Fault, Id, Timestamp, id},
};

type Unit = Id<id::Unit>;
type SetId = Id<id::ChangeSet>;

const BELIEVE: &str = "update unit_ledger set \
    believed_at = case when believed_at < $1 then $1 else believed_at + 1 end where name = 'units' returning believed_at";
const INSERT_UNIT: &str = "insert into unit (id, kind, created_at, set_id, provenance) values ($1, $2, $3, $4, $5)";
const INSERT_PART: &str = "insert into change_set_unit (set_id, unit_id, part) values ($1, $2, $3)";
const INSERT_LEVEL: &str = "insert into unit_level (id, level_id, rank, label_vi, label_en, \
    valid_from, valid_until, recorded_at, superseded_at, set_id) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
const INSERT_PLACE: &str = "insert into unit_place (id, unit_id, parent_id, level_id, form_id, \
    valid_from, valid_until, recorded_at, superseded_at, set_id) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
const INSERT_NAME: &str = "insert into unit_name (id, unit_id, name_vi, name_en, folded, \
    valid_from, valid_until, recorded_at, superseded_at, set_id) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
const INSERT_CODE: &str = "insert into unit_code (id, unit_id, scheme, value, code_groups, \
    valid_from, valid_until, recorded_at, superseded_at, set_id) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
const INSERT_HEAD: &str = "insert into unit_head (id, unit_id, person_id, title, \
    valid_from, valid_until, recorded_at, superseded_at, set_id) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
const INSERT_SUCCESSION: &str = "insert into unit_succession (id, from_unit, to_unit, share, is_default, checked, source, \
    effective_at, recorded_at, superseded_at, set_id) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
const STAMP_LEVELS: &str = "update unit_level set superseded_at = $1, superseded_by = $2 where id in ($3)";
const STAMP_PLACES: &str = "update unit_place set superseded_at = $1, superseded_by = $2 where id in ($3)";
const STAMP_NAMES: &str = "update unit_name set superseded_at = $1, superseded_by = $2 where id in ($3)";
const STAMP_CODES: &str = "update unit_code set superseded_at = $1, superseded_by = $2 where id in ($3)";
const STAMP_HEADS: &str = "update unit_head set superseded_at = $1, superseded_by = $2 where id in ($3)";
const STAMP_SUCCESSIONS: &str = "update unit_succession set superseded_at = $1, superseded_by = $2 where id in ($3)";
const DELETE_CLOSURE: &str = "delete from unit_closure where descendant_id in ($1)";
const INSERT_CLOSURE: &str = "insert into unit_closure (descendant_id, ancestor_id, depth, valid_from, valid_until) \
    values ($1, $2, $3, $4, $5)";

/// Every statement of this file.
pub(super) const ALL: &[&str] = &[
    BELIEVE,
    INSERT_UNIT,
    INSERT_PART,
    INSERT_LEVEL,
    INSERT_PLACE,
    INSERT_NAME,
    INSERT_CODE,
    INSERT_HEAD,
    INSERT_SUCCESSION,
    STAMP_LEVELS,
    STAMP_PLACES,
    STAMP_NAMES,
    STAMP_CODES,
    STAMP_HEADS,
    STAMP_SUCCESSIONS,
    DELETE_CLOSURE,
    INSERT_CLOSURE,
];

/// The instant from which a set is believed. Each is later than all before, also where the clocks of two nodes differ, and whoever
/// asks for one holds the only row: two sets are never judged at the same time.
pub(crate) async fn believe(tx: &mut Tx<'_>) -> Result<Timestamp, StoreError> {
    let now = tx.now();
    let row = tx.one(BELIEVE, params![now]).await?;
    row.ok_or(Fault::bug("reading the ledger of units"))?.time("believed_at")
}

/// By which set, and since when it is believed.
#[derive(Clone, Copy)]
pub(crate) struct Stamp {
    pub(crate) set: SetId,
    pub(crate) believed_at: Timestamp,
}

pub(crate) async fn insert_units(
    tx: &mut Tx<'_>,
    made: impl Iterator<Item = (Unit, UnitKind, Option<&str>)>,
    stamp: Stamp,
) -> Result<(), StoreError> {
    let rows = made.map(|(id, kind, from)| params![id, kind.word(), stamp.believed_at, stamp.set, from]).collect();
    tx.insert_all(INSERT_UNIT, rows).await
}

/// Notes which units a set changed, and which it stands on.
pub(crate) async fn insert_parts(
    tx: &mut Tx<'_>,
    parts: impl Iterator<Item = (Unit, &'static str)>,
    set: SetId,
) -> Result<(), StoreError> {
    let rows = parts.map(|(unit, part)| params![set, unit, part]).collect();
    tx.insert_all(INSERT_PART, rows).await
}

/// A sort of fact, as its table holds it.
pub(crate) trait Stored<K> {
    /// Stamps rows.
    const STAMP: &'static str;
    /// Adds a row.
    const INSERT: &'static str;

    /// The columns between the id of the row and the times of the fact.
    fn values(&self, key: &K) -> Vec<Param>;

    /// The columns of the fact's own time.
    fn times(fact: &Fact<Self>) -> Vec<Param>
    where
        Self: Sized,
    {
        params![fact.span.from, fact.span.until]
    }
}

impl Stored<Unit> for Place {
    const STAMP: &'static str = STAMP_PLACES;
    const INSERT: &'static str = INSERT_PLACE;

    fn values(&self, unit: &Unit) -> Vec<Param> {
        params![*unit, self.parent, self.level.as_str(), self.form.as_str()]
    }
}

impl Stored<Unit> for UnitName {
    const STAMP: &'static str = STAMP_NAMES;
    const INSERT: &'static str = INSERT_NAME;

    fn values(&self, unit: &Unit) -> Vec<Param> {
        params![*unit, self.vi(), self.en(), self.folded()]
    }
}

impl Stored<(Unit, Scheme)> for Code {
    const STAMP: &'static str = STAMP_CODES;
    const INSERT: &'static str = INSERT_CODE;

    fn values(&self, (unit, scheme): &(Unit, Scheme)) -> Vec<Param> {
        params![*unit, scheme.word(), self.value(), self.groups().join(".")]
    }
}

impl Stored<Unit> for Head {
    const STAMP: &'static str = STAMP_HEADS;
    const INSERT: &'static str = INSERT_HEAD;

    fn values(&self, unit: &Unit) -> Vec<Param> {
        params![*unit, self.person, self.title.as_str()]
    }
}

impl Stored<String> for LevelFact {
    const STAMP: &'static str = STAMP_LEVELS;
    const INSERT: &'static str = INSERT_LEVEL;

    fn values(&self, level: &String) -> Vec<Param> {
        params![level.as_str(), self.rank, self.label_vi.as_str(), self.label_en.as_str()]
    }
}

impl Stored<(Unit, Unit, Timestamp)> for Succession {
    const STAMP: &'static str = STAMP_SUCCESSIONS;
    const INSERT: &'static str = INSERT_SUCCESSION;

    fn values(&self, (from, to, _): &(Unit, Unit, Timestamp)) -> Vec<Param> {
        let word = |yes| if yes { "yes" } else { "no" };
        params![*from, *to, self.share.word(), word(self.is_default), word(self.checked), self.source.as_deref()]
    }

    fn times(fact: &Fact<Self>) -> Vec<Param> {
        params![fact.value.at]
    }
}

/// Stamps and adds the rows of one sort.
pub(crate) async fn write_facts<'a, K: 'a, V: Stored<K> + 'a>(
    tx: &mut Tx<'_>,
    superseded: &[Id<FactRow>],
    fresh: impl Iterator<Item = (&'a K, &'a Fact<V>)>,
    stamp: Stamp,
) -> Result<(), StoreError> {
    let ids: Vec<Param> = superseded.iter().map(|row| (*row).into()).collect();
    tx.run_in(V::STAMP, &[stamp.believed_at.into(), stamp.set.into()], &ids).await?;
    let mut rows = Vec::new();
    for (key, fact) in fresh {
        let mut row = params![random::id::<FactRow>(stamp.believed_at)];
        row.extend(fact.value.values(key));
        row.extend(V::times(fact));
        row.extend(params![stamp.believed_at, FOREVER, fact.set]);
        rows.push(row);
    }
    tx.insert_all(V::INSERT, rows).await
}

/// Writes the ancestors of units anew.
pub(crate) async fn write_closure(tx: &mut Tx<'_>, changed: &[(Unit, Vec<Under>)]) -> Result<(), StoreError> {
    let units: Vec<Param> = changed.iter().map(|(unit, _)| (*unit).into()).collect();
    tx.run_in(DELETE_CLOSURE, &[], &units).await?;
    let rows = changed.iter().flat_map(|(unit, rows)| {
        rows.iter().map(|row| params![*unit, row.ancestor, row.depth, row.span.from, row.span.until])
    });
    let rows = rows.collect();
    tx.insert_all(INSERT_CLOSURE, rows).await
}
