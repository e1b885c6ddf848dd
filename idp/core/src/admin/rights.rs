//! The rule of giving: rights(target) after the change minus rights(target) before it ⊆ what the actor may give. Pure.
//!
//! Verbs are not checked one by one: whatever an appointment would add is compared with what the actor may give, over which units and
//! until when. So no new role, scope or date finds a way round it.

use std::collections::HashSet;

use super::appointment::{Appointment, NewAppointment, Scope, Subject};
use crate::types::{Id, Timestamp, id, time::Interval};

/// Why somebody may not give or take a right.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Beyond {
    /// It is about themself.
    Oneself,
    /// They may not give this role at all.
    Role,
    /// They may give it, but not over these units.
    Units,
    /// They may give it there, but not for so long: nobody gives what outlives their own office.
    Period,
}

impl Beyond {
    /// The stable word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Oneself => "oneself",
            Self::Role => "role",
            Self::Units => "units",
            Self::Period => "period",
        }
    }
}

/// The part of the tree that a question needs: which unit lies under which, at one instant.
#[derive(Clone, Debug, Default)]
pub struct Ground(HashSet<(Id<id::Unit>, Id<id::Unit>)>);

impl Ground {
    /// Notes that `unit` is `above` or lies under it.
    pub fn note(&mut self, unit: Id<id::Unit>, above: Id<id::Unit>) {
        self.0.insert((unit, above));
    }

    /// Whether everything in `inner` lies in `outer`. A unit that has ended lies nowhere, not even in itself: after a reform nobody
    /// keeps rights over what is gone, and nobody gains any over what came after it.
    pub fn covers(&self, outer: Scope, inner: Scope) -> bool {
        match (outer, inner) {
            (Scope::Whole, _) => true,
            (Scope::Below(_), Scope::Whole) => false,
            (Scope::Below(outer), Scope::Below(inner)) => self.0.contains(&(inner, outer)),
        }
    }
}

fn lasts(outer: &Interval, inner: &Interval, ended: Option<Timestamp>) -> bool {
    let end = match (outer.until, ended) {
        (Some(until), Some(ended)) => Some(until.min(ended)),
        (until, ended) => until.or(ended),
    };
    outer.from <= inner.from && end.is_none_or(|end| inner.until.is_some_and(|until| until <= end))
}

/// Whether an office lasts as long as a window.
pub(super) fn outlasts(held: &Appointment, inner: &Interval) -> bool {
    let end = Interval { from: held.window.from.min(inner.from), until: held.window.until };
    lasts(&end, inner, held.ended_at)
}

/// Whether `actor`, who holds `held`, may give what `new` would add.
///
/// # Errors
/// The first thing in its way; `held` that are not in force at `now` give nothing.
pub fn may_appoint(
    (actor, held): (Subject, &[Appointment]),
    new: &NewAppointment,
    ground: &Ground,
    now: Timestamp,
) -> Result<(), Beyond> {
    if new.subject == actor {
        return Err(Beyond::Oneself);
    }
    let mut giving =
        held.iter().filter(|own| own.is_in_force(now) && own.role.may_give().contains(&new.role)).peekable();
    if giving.peek().is_none() {
        return Err(Beyond::Role);
    }
    let mut there = giving.filter(|own| ground.covers(own.scope, new.scope)).peekable();
    if there.peek().is_none() {
        return Err(Beyond::Units);
    }
    let long_enough = there.any(|own| lasts(&own.window, &new.window, own.ended_at));
    if long_enough { Ok(()) } else { Err(Beyond::Period) }
}

/// Whether `actor`, who holds `held`, may end `stored`: whoever could give it, may take it; everybody may give back their own.
///
/// # Errors
/// The first thing in its way.
pub(super) fn may_end(
    (actor, held): (Subject, &[Appointment]),
    stored: &Appointment,
    ground: &Ground,
    now: Timestamp,
) -> Result<(), Beyond> {
    if stored.subject == actor {
        return Ok(());
    }
    let mut giving =
        held.iter().filter(|own| own.is_in_force(now) && own.role.may_give().contains(&stored.role)).peekable();
    if giving.peek().is_none() {
        return Err(Beyond::Role);
    }
    if giving.any(|own| ground.covers(own.scope, stored.scope)) { Ok(()) } else { Err(Beyond::Units) }
}
