//! The units on both sides of the reform, and what became of what.
//!
//! Units, names and who lies under whom come from the tables that everybody can download, and what became of what from the recorded
//! successions; so nothing here is judged by the code that carries posts over.

use std::collections::{BTreeSet, HashMap};

use idp_core::{
    office::Reach,
    params,
    types::{Id, id},
};
use idp_tests::House;

use super::{lists::start, opened};

pub(super) type Unit = Id<id::Unit>;

/// The last day of the old tree, and the first of the new one.
pub(super) const LAST: &str = "2025-06-30";
pub(super) const FIRST: &str = "2025-07-01";

/// A unit on one day.
pub(super) struct Row {
    pub(super) name: String,
    pub(super) level: String,
    pub(super) gso: String,
    pub(super) internal: String,
    pub(super) parent: Option<Unit>,
}

/// The units of one day.
pub(super) struct Land {
    pub(super) units: HashMap<Unit, Row>,
    /// Everything under a unit, itself among it.
    under: HashMap<Unit, BTreeSet<Unit>>,
}

impl Land {
    pub(super) async fn of(house: &House, day: &str) -> Self {
        let text = opened(house, &format!("units.csv?at={day}")).await.text().await.expect("a table");
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let rows = reader.deserialize::<HashMap<String, String>>().map(|row| row.expect("a row"));
        let row = |row: HashMap<String, String>| {
            let unit: Unit = row["id"].parse().expect("an id");
            let parent = row["parent_id"].parse().ok();
            let [name, level, gso, internal] =
                ["name_vi", "level", "gso", "internal"].map(|column| row[column].clone());
            (unit, Row { name, level, gso, internal, parent })
        };
        let units: HashMap<Unit, Row> = rows.map(row).collect();
        let mut under: HashMap<Unit, BTreeSet<Unit>> = HashMap::new();
        for unit in units.keys() {
            let mut at = Some(*unit);
            while let Some(above) = at {
                under.entry(above).or_default().insert(*unit);
                at = units.get(&above).and_then(|row| row.parent);
            }
        }
        Self { units, under }
    }

    fn of_code(&self, gso: &str) -> Unit {
        *self.units.iter().find(|(_, row)| row.gso == gso).expect("there is such a unit").0
    }

    /// The units of a province in the order of their names, so that both engines give the same officials.
    pub(super) fn of_province(&self, gso: &str) -> Vec<Unit> {
        let mut units: Vec<Unit> = self.under[&self.of_code(gso)].iter().copied().collect();
        units.sort_by_key(|unit| (&self.units[unit].level, &self.units[unit].gso, &self.units[unit].internal));
        units
    }
}

/// What the reform made of the units.
pub(super) struct Turn {
    /// Before a decision of the same spring: units that ended by it lie where they lay then.
    earlier: Land,
    pub(super) before: Land,
    pub(super) after: Land,
    /// What each unit that is new got from whom, and the other way round.
    givers: HashMap<Unit, BTreeSet<Unit>>,
    pub(super) heirs: HashMap<Unit, BTreeSet<Unit>>,
}

/// Over what a right counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Over {
    Own(Unit),
    Unit(Unit),
    Everything,
}

impl Turn {
    pub(super) async fn of(house: &House) -> Self {
        let mut conn = house.db().read().await.expect("reads");
        let (mut givers, mut heirs): (HashMap<Unit, BTreeSet<Unit>>, HashMap<Unit, BTreeSet<Unit>>) =
            Default::default();
        let sql = "select from_unit, to_unit from unit_heir where effective_at = $1";
        for row in conn.all(sql, params![start(FIRST)]).await.expect("reads") {
            let (from, to) = (row.id("from_unit").expect("an id"), row.id("to_unit").expect("an id"));
            givers.entry(to).or_default().insert(from);
            heirs.entry(from).or_default().insert(to);
        }
        drop(conn);
        let earlier = Land::of(house, "2025-02-28").await;
        Self { earlier, before: Land::of(house, LAST).await, after: Land::of(house, FIRST).await, givers, heirs }
    }

    /// Each unit that a right reaches on the day. One that is gone lies where it lay at its end.
    pub(super) fn covered(&self, reach: &Reach, on: &str) -> BTreeSet<Over> {
        let units = match reach {
            Reach::Own(unit) => return BTreeSet::from([Over::Own(*unit)]),
            Reach::Anywhere => return BTreeSet::from([Over::Everything]),
            Reach::Unit(unit) => BTreeSet::from([*unit]),
            Reach::Listed(units) => units.clone(),
            Reach::Under(top) => {
                let below = |land: &Land| land.under.get(top).cloned().unwrap_or_default();
                let gone = |unit: &Unit| !self.before.units.contains_key(unit);
                let mut units: BTreeSet<Unit> = below(&self.earlier).into_iter().filter(gone).collect();
                let ended = |unit: &Unit| on == LAST || !self.after.units.contains_key(unit);
                units.extend(below(&self.before).into_iter().filter(ended));
                if on != LAST {
                    units.extend(below(&self.after));
                }
                units
            }
        };
        units.into_iter().map(Over::Unit).collect()
    }

    /// Whether a unit of the first day was theirs: it was itself, it was made of nothing else, or it is new and stands under such a one.
    pub(super) fn was_theirs(&self, unit: Unit, theirs: &BTreeSet<Over>) -> bool {
        // A unit that stood before was somebody's, whatever came to it since.
        if theirs.contains(&Over::Unit(unit)) || self.before.units.contains_key(&unit) {
            return theirs.contains(&Over::Unit(unit));
        }
        if let Some(givers) = self.givers.get(&unit) {
            return givers.iter().all(|giver| theirs.contains(&Over::Unit(*giver)));
        }
        let above = self.after.units.get(&unit).and_then(|row| row.parent);
        above.is_some_and(|above| self.was_theirs(above, theirs))
    }

    /// What the set says a unit went on as, of what lay wholly in theirs.
    pub(super) fn own_heirs<'a>(&'a self, unit: Unit, theirs: &'a BTreeSet<Over>) -> impl Iterator<Item = Unit> + 'a {
        let heirs = self.heirs.get(&unit).into_iter().flatten().copied();
        heirs.filter(|heir| self.was_theirs(*heir, theirs))
    }

    pub(super) fn name(&self, over: Over) -> String {
        let (what, unit) = match over {
            Over::Everything => return "every unit".to_owned(),
            Over::Own(unit) => ("what is their own in ", unit),
            Over::Unit(unit) => ("", unit),
        };
        let row = self
            .after
            .units
            .get(&unit)
            .or_else(|| self.before.units.get(&unit))
            .or_else(|| self.earlier.units.get(&unit));
        let row = row.map(|row| format!("{} [{}{}]", row.name, row.gso, row.internal));
        format!("{what}{}", row.unwrap_or_else(|| unit.to_string()))
    }
}
