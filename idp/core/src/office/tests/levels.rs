//! Row 191 of the list of attacks: who may give or take what where, for every administrator of every level, unit, role, scope and way.
//! What is expected is a table of its own, walked over the simple model of the country.

use super::{
    super::{
        Actor, After, Before, Facts, Form, Giver, Permission, Post, PostState, Reach, Refused, RoleGrant, Scope, Word,
        admit_change, effective,
    },
    Country,
    country::{Unit, a_post, day},
    role, unit,
};
use crate::org::{Span, UnitKind};

/// Who acts: a person, their unit, their one role.
const ACTORS: [(u128, u128, &str); 7] = [
    (1, 0, "owner"),
    (2, 1, "province-admin"),
    (3, 31, "district-admin"),
    (4, 11, "commune-admin"),
    (5, 15, "commune-admin"),
    (6, 1, "approve"),
    (7, 1, "auditor"),
];
const UNITS: [u128; 11] = [0, 1, 2, 11, 12, 21, 22, 15, 16, 31, 32];
/// Who gets it; the actors stay who they are.
const TARGET: u128 = 9;

#[derive(Clone, Copy, Debug, PartialEq)]
enum Verb {
    Give,
    GiveOneself,
    GiveForLonger,
    Add,
    End,
    Approve,
    Review,
}

const VERBS: [Verb; 7] =
    [Verb::Give, Verb::GiveOneself, Verb::GiveForLonger, Verb::Add, Verb::End, Verb::Approve, Verb::Review];

fn scopes(at: Unit) -> Vec<Scope> {
    vec![
        Scope::Own,
        Scope::Unit,
        Scope::Subtree,
        Scope::Listed([at].into()),
        Scope::Listed([at, unit(2)].into()),
        Scope::Territory,
        Scope::NonTerritorial,
    ]
}

/// One question, and the one answer to it.
struct Case<'c> {
    country: &'c Country,
    actor: &'c Post,
    form: &'c Form,
    wanted: Post,
    verb: Verb,
}

impl Case<'_> {
    fn own(&self) -> &Form {
        &self.country.world.roles[&self.actor.roles[0].role].form
    }

    /// The table: one's own power, never over oneself, below one's own height, nothing that one has not, inside one's own units.
    fn expected(&self) -> bool {
        let need = match self.verb {
            Verb::Approve => Permission::ApproveOfficials,
            Verb::Review => Permission::ReviewOfficials,
            _ => Permission::AssignOfficials,
        };
        let own = self.own();
        let ours = |form: &Form| -> Vec<Permission> { form.permissions.iter().filter_map(Word::ours).collect() };
        let below = self.form.rank < own.rank && self.form.id != own.id || self.form.id == own.id && own.gives_own;
        let holds = ours(self.form).iter().all(|one| ours(own).contains(one));
        let takes = matches!(self.verb, Verb::End | Verb::Review);
        // A post that counts cannot wait half done: what two must agree to is asked for as a post of its own.
        let half_done = self.verb == Verb::Add && self.form.four_eyes;
        own.permits(need)
            && !matches!(self.verb, Verb::GiveOneself | Verb::GiveForLonger)
            && !half_done
            && below
            && holds
            && self.inside()
            && (takes || self.fits())
    }

    fn inside(&self) -> bool {
        let within = |unit: Unit| self.country.covers(&Reach::Under(self.actor.unit), unit, day(1));
        let post = &self.wanted;
        within(post.unit)
            && match &post.scope {
                Scope::Own | Scope::Unit | Scope::Subtree => true,
                Scope::Listed(units) => units.iter().all(|unit| within(*unit)),
                Scope::Territory => self.territory().is_some_and(within),
                // No unit of a tree reaches over what is in no tree, not the root either.
                Scope::NonTerritorial => false,
            }
    }

    fn territory(&self) -> Option<Unit> {
        let mut here = Some(self.wanted.unit);
        while let Some(unit) = here {
            if self.country.places[&unit].kind == UnitKind::Territory {
                return Some(unit);
            }
            here = self.country.parent(unit, day(1));
        }
        None
    }

    fn fits(&self) -> bool {
        let place = &self.country.places[&self.wanted.unit];
        let level = self.form.levels.is_empty() || self.form.levels.iter().any(|one| one == place.level);
        level && (self.form.kinds.is_empty() || self.form.kinds.contains(&place.kind))
    }

    /// The post as it is before, and as the actor wants it.
    fn posts(&self) -> (Option<Post>, Post) {
        let wanted = self.wanted.clone();
        match self.verb {
            Verb::Give | Verb::GiveOneself | Verb::GiveForLonger => (None, wanted),
            Verb::Add => (Some(Post { roles: Vec::new(), scope: Scope::Own, ..wanted.clone() }), wanted),
            Verb::Approve => (Some(Post { state: PostState::Pending, ..wanted.clone() }), wanted),
            Verb::End | Verb::Review => {
                let ended = PostState::Ended { because: "test".into() };
                let span = Span { until: day(1), ..wanted.span };
                (Some(wanted.clone()), Post { state: ended, span, ..wanted })
            }
        }
    }

    fn judged(&self) -> Result<(), Refused> {
        let Ok(rights) = effective(&self.country.world, self.actor.id, day(1)) else { return Err(Refused::State) };
        let (giver, (was, wanted)) = (Giver::of(&rights), self.posts());
        let mut before: Vec<Post> = self.country.world.posts_of(wanted.person).into_iter().cloned().collect();
        let mut after = before.clone();
        after.push(wanted);
        before.extend(was.clone());
        let mut world = self.country.world.clone();
        world.posts.extend(was.map(|was| (was.id, was)));
        let word = self.actor.person.to_string();
        let actor = match self.verb {
            Verb::Approve => Actor::Approver { giver: &giver, word: &word },
            Verb::Review => Actor::Reviewer(&giver),
            _ => Actor::Giver(&giver),
        };
        let facts = Facts { other_owners: 1, now: day(1) };
        admit_change(&world, (&Before(before), &After(after)), &actor, facts).map(|_| ())
    }
}

/// The country with one post for each actor; that of the third ends after sixty days.
fn country() -> (Country, Vec<Post>) {
    let mut country = Country::new();
    let mut actors = Vec::new();
    for (person, at, word) in ACTORS {
        let mut post = a_post(person, person, at, &[word]);
        post.span.until = day(60);
        country.put(post.clone());
        actors.push(post);
    }
    (country, actors)
}

#[test]
fn row_191_every_level_gives_and_takes_what_the_table_says_and_nothing_else() {
    let (country, actors) = country();
    let forms: Vec<Form> = country.world.roles.values().map(|role| role.form.clone()).collect();
    let (mut asked, mut allowed, mut wrong) = (0, 0, Vec::new());
    for actor in &actors {
        for form in &forms {
            for at in UNITS {
                for scope in scopes(unit(at)) {
                    for verb in VERBS {
                        let mut wanted = a_post(900, TARGET, at, &[]);
                        wanted.roles = vec![RoleGrant { role: role(form.id.as_str()), parties: None }];
                        wanted.scope = scope.clone();
                        wanted.span =
                            Span { from: day(0), until: day(if verb == Verb::GiveForLonger { 61 } else { 60 }) };
                        if verb == Verb::GiveOneself {
                            wanted.person = actor.person;
                        }
                        let case = Case { country: &country, actor, form, wanted, verb };
                        let (expected, judged) = (case.expected(), case.judged());
                        asked += 1;
                        allowed += usize::from(expected);
                        if expected != judged.is_ok() {
                            let (by, what) = (case.own().id.as_str(), form.id.as_str());
                            wrong.push(format!("{by} at {} {verb:?} {what} at {at} {scope:?}: {judged:?}", actor.unit));
                        }
                    }
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {asked}:\n{}", wrong.len(), wrong.join("\n"));
    assert!(asked > 30_000 && allowed > 1_000, "{asked} asked, {allowed} allowed");
}
