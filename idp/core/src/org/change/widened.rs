//! What a set brings under units that did not have it. A unit that comes under another one comes to everybody who serves above; nobody may
//! get a right that way which the people who sign could not give them. This room says what comes where, those above say to whom. Pure.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::{
    super::{
        Head, UnitKind,
        closure::Under,
        fact::{FOREVER, Fact},
    },
    apply::Reading,
    plan::{Touched, Turn},
    state::Unit,
};
use crate::{
    org::Span,
    types::{Id, Timestamp, id},
};

type Units = BTreeSet<Unit>;

/// What comes under units that it was not under. Everything is named as it stands before the set: what goes on in a unit that the set
/// makes or that was there stands here for it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Widened {
    /// By each unit, what comes under it. Left out is what only goes along under another one that does.
    pub under: BTreeMap<Unit, Units>,
    /// By each unit that stays, the units that go on in it, wholly or partly.
    pub into: BTreeMap<Unit, Units>,
    /// Of each unit that stays and is moved: the units above it from the instant on, itself first.
    pub above: BTreeMap<Unit, Vec<Unit>>,
    /// Of each unit that stays and gets another level: that before, and that from the instant on.
    pub levels: BTreeMap<Unit, (String, String)>,
    /// By each unit, whom the set makes its head.
    pub heads: BTreeMap<Unit, Named>,
    /// The units that the set makes. Nobody serves in them yet but whom it carries there.
    pub made: BTreeMap<Unit, UnitKind>,
}

/// Somebody whom a set makes head of a unit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    /// Who.
    pub person: Id<id::Person>,
    /// Over what, as it stands before the set: the unit, those that go on in it, or else the one under which it comes.
    pub over: Units,
}

impl Widened {
    /// Whether nothing comes to anybody.
    pub fn is_nothing(&self) -> bool {
        let comes = [self.under.len(), self.into.len(), self.levels.len(), self.above.len(), self.heads.len()];
        comes.iter().all(|count| *count == 0)
    }
}

/// Works out what a planned set brings where.
pub(super) fn widened(reading: &Reading, closure: &[(Unit, Vec<Under>)], touched: &[Touched]) -> Widened {
    let before = Before { reading, from: givers(reading) };
    let mut all =
        Widened { made: reading.made.iter().map(|made| (made.id, made.kind)).collect(), ..Widened::default() };
    let changed: HashMap<Unit, &[Under]> = closure.iter().map(|(unit, rows)| (*unit, rows.as_slice())).collect();
    let heirs = before.from.keys().filter(|heir| !changed.contains_key(heir)).copied();
    let recorded = |unit: Unit| reading.state.closure.get(&unit).map_or(&[][..], Vec::as_slice);
    let rows: Vec<(Unit, &[Under])> =
        changed.iter().map(|(unit, rows)| (*unit, *rows)).chain(heirs.map(|heir| (heir, recorded(heir)))).collect();
    for (unit, rows) in rows {
        let parts = before.parts(unit);
        for row in rows {
            let Some(span) = row.span.shared(Span::since(reading.at)) else { continue };
            let new = parts.iter().copied().filter(|part| !before.lay_under(*part, row.ancestor, span));
            let new: Vec<Unit> = new.collect();
            if !new.is_empty() {
                all.under.entry(row.ancestor).or_default().extend(new);
            }
        }
        if before.stood(unit) {
            let came: Units = parts.iter().copied().filter(|part| *part != unit).collect();
            if !came.is_empty() {
                all.into.insert(unit, came);
            }
        }
        if changed.contains_key(&unit) && before.stood(unit) {
            all.above.insert(unit, chain(rows, reading.at));
        }
    }
    for over in all.under.values_mut() {
        let tops: Units = over.iter().copied().filter(|unit| !before.goes_along(*unit, over)).collect();
        *over = tops;
    }
    all.levels = touched.iter().filter_map(levels).collect();
    all.heads = heads(&before, &changed);
    all
}

/// Whom the set makes head of what they did not lead.
fn heads(before: &Before<'_>, changed: &HashMap<Unit, &[Under]>) -> BTreeMap<Unit, Named> {
    let reading = before.reading;
    let named = |(unit, fact): (&Unit, &Fact<Head>)| {
        let person = fact.value.person.filter(|_| fact.span.until > reading.at)?;
        let led = reading.state.heads.recorded_at(unit, fact.span.nearest(reading.at)).and_then(|head| head.person);
        let over = || {
            let parts = before.parts(*unit);
            let above = changed.get(unit).map(|rows| chain(rows, reading.at)).unwrap_or_default();
            let nearest = above.into_iter().find(|unit| before.stood(*unit)).into_iter().collect();
            if parts.is_empty() { nearest } else { parts }
        };
        (led != Some(person)).then(|| (*unit, Named { person, over: over() }))
    };
    reading.state.heads.fresh().filter_map(named).collect()
}

fn levels(touched: &Touched) -> Option<(Unit, (String, String))> {
    let (before, after) = touched.before.as_ref().zip(touched.after.as_ref())?;
    let differs = touched.turn == Turn::Changes && before.level != after.level;
    differs.then(|| (touched.unit, (before.level.clone(), after.level.clone())))
}

/// What is above a unit at an instant, itself first.
fn chain(rows: &[Under], at: Timestamp) -> Vec<Unit> {
    let mut rows: Vec<&Under> = rows.iter().filter(|row| row.span.contains(at)).collect();
    rows.sort_unstable_by_key(|row| row.depth);
    rows.into_iter().map(|row| row.ancestor).collect()
}

/// Which units go on in which by this set. What only one source says counts, too: here a doubt must not give anybody anything.
fn givers(reading: &Reading) -> HashMap<Unit, Vec<Unit>> {
    let mut from: HashMap<Unit, Vec<Unit>> = HashMap::new();
    for (_, fact) in reading.state.successions.fresh().filter(|(_, fact)| fact.value.at == reading.at) {
        from.entry(fact.value.to).or_default().push(fact.value.from);
    }
    from
}

/// What was so before the set.
struct Before<'a> {
    reading: &'a Reading,
    /// By each unit, those that go on in it.
    from: HashMap<Unit, Vec<Unit>>,
}

impl Before<'_> {
    fn rows(&self, unit: Unit) -> &[Under] {
        self.reading.state.closure.get(&unit).map_or(&[], Vec::as_slice)
    }

    /// Whether a unit exists at the instant without the set.
    fn stood(&self, unit: Unit) -> bool {
        self.reading.state.places.recorded_at(&unit, self.reading.at).is_some()
    }

    /// The units before of which a unit after is made: those that go on in it, and itself where it was there at any time.
    fn parts(&self, unit: Unit) -> Units {
        let (mut parts, mut seen, mut open) = (Units::new(), Units::new(), vec![unit]);
        while let Some(unit) = open.pop() {
            if seen.insert(unit) {
                parts.extend((!self.rows(unit).is_empty()).then_some(unit));
                open.extend(self.from.get(&unit).into_iter().flatten());
            }
        }
        parts
    }

    /// Whether a unit lay under another one for all of a span. One that is gone by then stands where it stood at its end.
    fn lay_under(&self, unit: Unit, above: Unit, span: Span) -> bool {
        let rows = self.rows(unit);
        let end = rows.iter().map(|row| row.span.until).max().unwrap_or(FOREVER);
        let until = |row: &Under| if row.span.until == end { FOREVER } else { row.span.until };
        let mut spans: Vec<(Timestamp, Timestamp)> =
            rows.iter().filter(|row| row.ancestor == above).map(|row| (row.span.from, until(row))).collect();
        spans.sort_unstable();
        let mut open = span.from;
        for (from, until) in spans {
            if from > open {
                break;
            }
            open = open.max(until);
        }
        open >= span.until
    }

    /// Whether a unit lies, without the set, under another one of these.
    fn goes_along(&self, unit: Unit, all: &Units) -> bool {
        let here = |row: &&Under| row.span.contains(self.reading.at) && row.ancestor != unit;
        self.rows(unit).iter().filter(here).any(|row| all.contains(&row.ancestor))
    }
}
