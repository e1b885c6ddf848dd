//! Whoever keeps the catalogue, in the stories of `sequences`: roles written anew, duties parted and united.

use std::collections::BTreeSet;

use super::{
    super::{
        Form, Giver, Rights, Role, Separation, Side, Word, admit_role, effective,
        freed::{may_unite, only_by},
        gate::whole_power,
    },
    country::day,
    person, role,
    sequences::{ROLES, Story},
};

impl Story {
    /// Whoever keeps the catalogue writes a role anew. Gives who did it and what of ours they hold.
    pub(super) fn write_role(&mut self, by: usize, which: usize, change: usize) -> Option<(u128, BTreeSet<String>)> {
        let (by, rights) = self.keeper(by)?;
        let was = self.country.world.roles.get(&role(ROLES[which % ROLES.len()])).expect("is there").clone();
        let form = rewritten(was.form.clone(), change);
        let new = Role { form, span: was.span, revision: was.revision + 1 };
        let giver = Giver::of(&rights);
        let admitted = admit_role(&self.country.world, Some(&was), new, &giver).ok()?;
        let new = admitted.role().clone();
        self.country.world.roles.insert(new.form.id.clone(), new);
        Some((by, giver.ours.iter().map(|one| one.word().to_owned()).collect()))
    }

    /// The same for two duties that one person may not have at once, or may again.
    pub(super) fn part(&mut self, by: usize, pair: (usize, usize), ends: bool) -> Option<(u128, BTreeSet<String>)> {
        let (by, rights) = self.keeper(by)?;
        let giver = Giver::of(&rights);
        let power = whole_power(&self.country.world, &giver)?;
        let side = |number: usize| Side::Role(role(ROLES[number % ROLES.len()]));
        let known = &self.country.world.separations;
        let separation = match known.get(pair.0 % known.len().max(1)) {
            Some(known) if ends => known.clone(),
            _ => Separation(side(pair.0), side(pair.1)),
        };
        if ends {
            let freed = |one: &Role, other: &Role| only_by(&self.country.world, &separation, one, other);
            may_unite(&self.country.world, (&giver, power), freed).ok()?;
            self.country.world.separations.retain(|known| *known != separation);
        } else if separation.0 != separation.1 {
            self.country.world.separations.push(separation);
        }
        Some((by, giver.ours.iter().map(|one| one.word().to_owned()).collect()))
    }

    fn keeper(&self, by: usize) -> Option<(u128, Rights)> {
        let by = self.pick(by);
        let rights = effective(&self.country.world, by.id, day(self.now)).ok()?;
        let whose = (0..10).find(|number| person(*number) == by.person)?;
        Some((whose, rights))
    }
}

/// A role with one thing changed.
fn rewritten(mut form: Form, change: usize) -> Form {
    let word = |text: &str| Word::parse(text).expect("a word");
    match change % 9 {
        0 => drop(form.permissions.insert(word("desk/extra"))),
        1 => drop(form.permissions.remove(&word("desk/receive"))),
        2 => drop(form.permissions.insert(word("audit.read"))),
        3 => drop(form.permissions.insert(word("people.support"))),
        4 => form.rank += 15,
        5 => form.rank = form.rank.saturating_sub(15),
        6 => form.levels.clear(),
        7 => form.four_eyes = !form.four_eyes,
        _ => form.delegable = !form.delegable,
    }
    form
}
