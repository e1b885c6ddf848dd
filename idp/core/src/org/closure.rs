//! Who was under whom, worked out from places. Pure.

use std::collections::HashMap;

use super::fact::Span;
use crate::types::{Id, Timestamp, id};

type Unit = Id<id::Unit>;

/// One unit under another, so many steps below it, for a span.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Under {
    pub(super) ancestor: Unit,
    pub(super) depth: i64,
    pub(super) span: Span,
}

/// Places of a unit: parent and span.
pub(super) type Stands = Vec<(Option<Unit>, Span)>;

/// Works out the ancestors of units from an instant on. Ancestors are worked out once.
pub(super) struct Ancestry<'a, F> {
    from: Timestamp,
    stands: &'a F,
    known: HashMap<Unit, Vec<Under>>,
}

impl<'a, F: Fn(Unit) -> Stands> Ancestry<'a, F> {
    /// `stands` gives the places of a unit; there must be no circle in them.
    pub(super) fn new(from: Timestamp, stands: &'a F) -> Self {
        Self { from, stands, known: HashMap::new() }
    }

    /// Everything that a unit is under from the instant on, itself at depth 0.
    pub(super) fn of(&mut self, unit: Unit) -> Vec<Under> {
        if let Some(known) = self.known.get(&unit) {
            return known.clone();
        }
        let mut rows = Vec::new();
        let open = Span::since(self.from);
        for (parent, span) in (self.stands)(unit) {
            let Some(span) = span.shared(open) else { continue };
            rows.push(Under { ancestor: unit, depth: 0, span });
            let above = parent.map(|parent| self.of(parent)).unwrap_or_default();
            rows.extend(above.into_iter().filter_map(|row| {
                Some(Under { ancestor: row.ancestor, depth: row.depth + 1, span: row.span.shared(span)? })
            }));
        }
        let rows = joined(rows);
        self.known.insert(unit, rows.clone());
        rows
    }
}

/// The rows of one unit after a change from an instant on: what was before it, joined with what is from then on.
pub(super) fn spliced(old: &[Under], new: Vec<Under>, from: Timestamp) -> Vec<Under> {
    let before = Span { from: Timestamp::from_millis(i64::MIN), until: from };
    let kept = old.iter().filter_map(|row| Some(Under { span: row.span.shared(before)?, ..*row }));
    joined(kept.chain(new).collect())
}

/// One row for spans that touch, so that the same tree always has the same rows.
fn joined(mut rows: Vec<Under>) -> Vec<Under> {
    rows.sort_unstable_by_key(|row| (row.ancestor.uuid(), row.depth, row.span));
    let mut done: Vec<Under> = Vec::with_capacity(rows.len());
    for row in rows {
        match done.last_mut() {
            Some(last)
                if last.ancestor == row.ancestor && last.depth == row.depth && last.span.until >= row.span.from =>
            {
                last.span.until = last.span.until.max(row.span.until);
            }
            _ => done.push(row),
        }
    }
    done
}

#[cfg(test)]
mod tests {
    use super::{Ancestry, Span, Stands, Under, Unit, spliced};
    use crate::{
        org::FOREVER,
        types::{Id, Timestamp},
    };

    fn unit(number: u128) -> Unit {
        Id::from_uuid(uuid::Uuid::from_u128(number))
    }

    fn span(from: i64, until: i64) -> Span {
        Span { from: Timestamp::from_millis(from), until: Timestamp::from_millis(until) }
    }

    const END: i64 = FOREVER.millis();

    /// 1 is the root, 2 and 3 are under it, 4 is under 2 until 50 and then under 3, which begins at 40.
    fn tree(which: Unit) -> Stands {
        match which.uuid().as_u128() {
            1 => vec![(None, span(0, END))],
            2 => vec![(Some(unit(1)), span(0, 60))],
            3 => vec![(Some(unit(1)), span(40, END))],
            4 => vec![(Some(unit(2)), span(10, 50)), (Some(unit(3)), span(50, END))],
            _ => vec![],
        }
    }

    #[test]
    fn ancestors_follow_the_places_in_time() {
        let rows = |from| Ancestry::new(Timestamp::from_millis(from), &tree).of(unit(4));
        let under = |ancestor, depth, from, until| Under { ancestor: unit(ancestor), depth, span: span(from, until) };
        let whole = [under(1, 2, 10, END), under(2, 1, 10, 50), under(3, 1, 50, END), under(4, 0, 10, END)];
        assert_eq!(rows(0), whole);
        assert_eq!(rows(50), [under(1, 2, 50, END), under(3, 1, 50, END), under(4, 0, 50, END)]);
        let before = [under(1, 2, 10, END), under(2, 1, 10, END), under(4, 0, 10, END)];
        assert_eq!(spliced(&before, rows(50), Timestamp::from_millis(50)), whole, "a change leaves what was before it");
    }
}
