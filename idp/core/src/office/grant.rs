//! What somebody may give: which roles, over which units, for how long, and to whom never. Pure.

use std::collections::BTreeSet;

use super::{
    Permission, RoleId, Scope,
    evaluate::{Rights, is_narrower},
    post::{Parties, Post, RoleGrant},
    widen::More,
    world::{Reach, World},
};
use crate::{
    org::{FOREVER, Span},
    types::{Id, Timestamp, id},
};

type Unit = Id<id::Unit>;

/// As high as the lowest role of administration of the starter set: the head of a unit ends business roles and no others.
const HEADS_RANK: u32 = 35;

/// A power to give: one role that its holder has, or an appointment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Power {
    /// What its holder may do with posts.
    pub permissions: BTreeSet<Permission>,
    /// Only roles that stand lower may be given.
    pub rank: u32,
    /// The role that lets them, and whether they may give that very one.
    pub role: Option<(RoleId, bool)>,
    /// Over which units.
    pub reach: Reach,
    /// Nothing may be given for longer.
    pub until: Timestamp,
}

/// Somebody who may give.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Giver {
    /// Who; `None`: a machine, or the operator at the command line.
    pub person: Option<Id<id::Person>>,
    /// Whether it is the operator, who owns the machine: only they may act alone while nobody is answerable for the installation.
    pub(super) operator: bool,
    /// What they may give, by one or several roles of the one post they act in.
    pub powers: Vec<Power>,
    /// Everything of ours that they hold: they cannot give what they have not.
    pub ours: BTreeSet<Permission>,
}

impl Giver {
    /// By the post that somebody acts in.
    pub fn of(rights: &Rights) -> Self {
        let ours_of =
            |words: &BTreeSet<super::Word>| words.iter().filter_map(super::Word::ours).collect::<BTreeSet<_>>();
        let power = |held: &super::evaluate::Held| Power {
            permissions: ours_of(&held.permissions),
            rank: held.rank,
            role: Some((held.role.clone(), held.gives_own)),
            reach: held.reach.clone(),
            until: held.until,
        };
        let ours = rights.held.iter().flat_map(|held| ours_of(&held.permissions)).collect();
        Self { person: Some(rights.person), operator: false, powers: rights.held.iter().map(power).collect(), ours }
    }

    /// By an appointment that another room vouches for: over a unit and all below it, or over everything.
    pub fn appointed(person: Id<id::Person>, power: Power) -> Self {
        Self { person: Some(person), operator: false, ours: power.permissions.clone(), powers: vec![power] }
    }

    /// A machine by its appointments, each over these units and until then: it pushes who serves where, in roles of business alone.
    /// Whatever needs a second person waits for one.
    pub fn machine(appointments: impl IntoIterator<Item = (Reach, Timestamp)>) -> Self {
        let permissions = BTreeSet::from([Permission::ReadOfficials, Permission::AssignOfficials]);
        let power =
            |(reach, until)| Power { permissions: permissions.clone(), rank: HEADS_RANK, role: None, reach, until };
        // It holds nothing of ours that a role could pass on: not even what it may do itself.
        Self {
            person: None,
            operator: false,
            powers: appointments.into_iter().map(power).collect(),
            ours: BTreeSet::new(),
        }
    }

    /// Adds what the head of a unit may do there: review whoever stands below them, and approve what they hand on. A head's own rank is
    /// not known here, so roles that administer stay out of it.
    pub(super) fn leads(&mut self, unit: Unit, what: Permission) {
        let permissions = BTreeSet::from([what]);
        self.powers.push(Power {
            permissions,
            rank: HEADS_RANK,
            role: None,
            reach: Reach::Under(unit),
            until: FOREVER,
        });
    }

    /// The operator at the command line, who owns the machine.
    pub fn operator() -> Self {
        let all: BTreeSet<Permission> = Permission::ALL.into();
        let power =
            Power { permissions: all.clone(), rank: u32::MAX, role: None, reach: Reach::Anywhere, until: FOREVER };
        Self { person: None, operator: true, powers: vec![power], ours: all }
    }
}

/// One role of one post, or the post itself, as something given or taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Grant<'a> {
    pub(super) post: &'a Post,
    /// `None`: the post itself, which is a place in a unit.
    pub(super) role: Option<&'a RoleId>,
    pub(super) parties: &'a Parties,
}

/// Every grant of a post: itself first.
pub(super) fn grants(post: &Post) -> impl Iterator<Item = Grant<'_>> {
    let itself = Grant { post, role: None, parties: &None };
    let roles = post.roles.iter().map(move |grant| Grant { post, role: Some(&grant.role), parties: &grant.parties });
    std::iter::once(itself).chain(roles)
}

impl Grant<'_> {
    /// Whether another grant holds all of this one, by its words alone.
    pub(super) fn lies_in(&self, other: &Self) -> bool {
        let (mine, theirs) = (self.post.window(), other.post.window());
        self.role == other.role
            && self.post.unit == other.post.unit
            && self.post.delegator == other.post.delegator
            && theirs.from <= mine.from
            && mine.until <= theirs.until
            && is_narrower(self.parties.as_ref(), other.parties.as_ref())
            && match (&self.post.scope, &other.post.scope) {
                (Scope::Listed(inner), Scope::Listed(outer)) => inner.is_subset(outer),
                (inner, outer) => inner == outer,
            }
    }
}

/// Why somebody may not give or take something. The words are stable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Beyond {
    /// It is their own post.
    Oneself,
    /// No role of the post they act in lets them do this.
    NoPower,
    /// The role stands as high as theirs or higher, or is their own.
    TooHigh(RoleId),
    /// It permits something that they do not hold.
    NotHeld(Permission),
    /// The unit, or one that the scope holds, lies outside theirs at some instant of the window.
    OtherUnit(Unit),
    /// It would last longer than what they hold.
    TooLong(Timestamp),
    /// It is for documents for which they may not sign.
    Documents,
    /// No such role.
    UnknownRole(RoleId),
    /// The unit does not exist within the window.
    NoUnit(Unit),
}

impl Beyond {
    /// The stable word.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Oneself => "oneself",
            Self::NoPower => "no-power",
            Self::TooHigh(_) => "too-high",
            Self::NotHeld(_) => "not-held",
            Self::OtherUnit(_) => "other-unit",
            Self::TooLong(_) => "too-long",
            Self::Documents => "documents",
            Self::UnknownRole(_) => "unknown-role",
            Self::NoUnit(_) => "no-unit",
        }
    }
}

/// Which way a right goes. What is taken may have been given for longer than the taker's own time: a successor must be able to end what
/// a predecessor's decisions left open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    Give,
    Take,
}

/// Whether the giver may give, or take, this. Some one power must cover all of it; several do not add up.
pub(super) fn may(
    world: &World,
    giver: &Giver,
    need: Permission,
    (grant, way): (&Grant<'_>, Way),
) -> Result<(), Beyond> {
    if giver.person == Some(grant.post.person) {
        return Err(Beyond::Oneself);
    }
    let mut refused = Beyond::NoPower;
    for power in giver.powers.iter().filter(|power| power.permissions.contains(&need)) {
        match within(world, giver, power, (grant, way)) {
            Ok(()) => return Ok(()),
            Err(beyond) => refused = beyond,
        }
    }
    Err(refused)
}

fn within(world: &World, giver: &Giver, power: &Power, (grant, way): (&Grant<'_>, Way)) -> Result<(), Beyond> {
    if let Some(id) = grant.role {
        let role = &world.roles.get(id).ok_or_else(|| Beyond::UnknownRole(id.clone()))?.form;
        let own = power.role.as_ref().is_some_and(|(own, gives)| own == id && *gives);
        let is_own = power.role.as_ref().is_some_and(|(own, _)| own == id);
        if (is_own || role.rank >= power.rank) && !own {
            return Err(Beyond::TooHigh(id.clone()));
        }
        if let Some(lacking) =
            role.permissions.iter().filter_map(super::Word::ours).find(|one| !giver.ours.contains(one))
        {
            return Err(Beyond::NotHeld(lacking));
        }
    }
    if way == Way::Give && grant.post.window().until > power.until {
        return Err(Beyond::TooLong(power.until));
    }
    throughout(world, grant.post, &power.reach)
}

/// Whether a post and its scope lie inside a reach at every instant of its window at which its units exist: at its start, and at each
/// recorded change of the tree until its end. So a merger that is decided and lies ahead cannot widen what is given today.
fn throughout(world: &World, post: &Post, reach: &Reach) -> Result<(), Beyond> {
    if *reach == Reach::Anywhere {
        return Ok(());
    }
    let window =
        Span { until: post.window().until.max(Timestamp::from_millis(post.span.from.millis() + 1)), ..post.window() };
    let units: Vec<Unit> = std::iter::once(post.unit).chain(post.scope.listed()).collect();
    let mut seen = false;
    for at in world.turns(units.iter().copied(), window) {
        if world.units.get(&post.unit).and_then(|facts| facts.place(at)).is_none() {
            continue;
        }
        seen = true;
        if !world.covers(reach, post.unit, at) && !matches!(reach, Reach::Own(_)) {
            return Err(Beyond::OtherUnit(post.unit));
        }
        let scope = world.reach(post.unit, &post.scope, at).ok_or(Beyond::OtherUnit(post.unit))?;
        if !world.within(&scope, reach, at) {
            let outside = post.scope.listed().find(|unit| !world.covers(reach, *unit, at));
            return Err(Beyond::OtherUnit(outside.unwrap_or(post.unit)));
        }
    }
    if seen { Ok(()) } else { Err(Beyond::NoUnit(post.unit)) }
}

/// Whether the giver may let a post reach more, for what is left of its window: like giving it from that instant on, and everything that
/// comes must lie, with all below it, in the same power before the set. Otherwise whoever administers a unit could take others' units in.
pub(super) fn may_widen(world: &World, giver: &Giver, more: &More<'_>, at: Timestamp) -> Result<(), Beyond> {
    let mut post = more.post.clone();
    post.span.from = post.span.from.max(at);
    post.roles.retain(|grant| more.roles.contains(&grant.role));
    let covers = |power: &Power| {
        let outside = more.over.iter().find(|unit| !world.within(&Reach::Under(**unit), &power.reach, at));
        outside.map_or(Ok(()), |unit| Err(Beyond::OtherUnit(*unit)))
    };
    if giver.person == Some(post.person) {
        let has = |grant: &RoleGrant| {
            giver.powers.iter().any(|power| holds_all(world, power, grant, &post) && covers(power).is_ok())
        };
        return if post.roles.iter().all(has) { Ok(()) } else { Err(Beyond::Oneself) };
    }
    grants(&post).try_for_each(|grant| {
        let mut refused = Beyond::NoPower;
        for power in giver.powers.iter().filter(|power| power.permissions.contains(&Permission::AssignOfficials)) {
            match covers(power).and_then(|()| within(world, giver, power, (&grant, Way::Give))) {
                Ok(()) => return Ok(()),
                Err(beyond) => refused = beyond,
            }
        }
        Err(refused)
    })
}

/// Whether the giver may make somebody head of these units: a head stands in the place of whoever gives posts there where a second person
/// is asked for. Nobody names themself but who may approve there already.
pub(super) fn may_name(
    world: &World,
    giver: &Giver,
    (person, over): (Id<id::Person>, &BTreeSet<Unit>),
    at: Timestamp,
) -> Result<(), Beyond> {
    let own = giver.person == Some(person);
    let needed = if own { Permission::ApproveOfficials } else { Permission::AssignOfficials };
    let mut refused = if own { Beyond::Oneself } else { Beyond::NoPower };
    for power in giver.powers.iter().filter(|power| power.permissions.contains(&needed)) {
        match over.iter().find(|unit| !world.within(&Reach::Under(**unit), &power.reach, at)) {
            Some(unit) if !own => refused = Beyond::OtherUnit(*unit),
            None if power.rank > HEADS_RANK => return Ok(()),
            _ => {}
        }
    }
    Err(refused)
}

/// Whether a power has everything that a role of one's own would give, for as long: what one can do already is no gain.
fn holds_all(world: &World, power: &Power, grant: &RoleGrant, post: &Post) -> bool {
    let form = world.roles.get(&grant.role).map(|role| &role.form);
    form.is_some_and(|form| {
        let held = |word: &super::Word| word.ours().is_some_and(|one| power.permissions.contains(&one));
        form.administers() && form.permissions.iter().all(held) && post.window().until <= power.until
    })
}

/// Whether the holder of a post may hand on this post from it: only what they hold and may hand on, towards no more parties, over no
/// more units, for no longer.
pub(super) fn may_hand_on(world: &World, holder: &Rights, post: &Post) -> Result<(), Beyond> {
    if holder.person == post.person {
        return Err(Beyond::Oneself);
    }
    if holder.kind == super::Kind::Delegated || post.delegator != Some(holder.post) {
        return Err(Beyond::NoPower);
    }
    if !is_narrower(post.limits.classes().as_ref(), holder.document_classes.as_ref()) {
        return Err(Beyond::Documents);
    }
    for grant in &post.roles {
        let held = holder.held.iter().find(|held| held.role == grant.role && held.delegable);
        let held = held.ok_or_else(|| Beyond::TooHigh(grant.role.clone()))?;
        if !is_narrower(grant.parties.as_ref(), held.parties.as_ref()) {
            return Err(Beyond::TooHigh(grant.role.clone()));
        }
        if post.window().until > held.until {
            return Err(Beyond::TooLong(held.until));
        }
        throughout(world, post, &held.reach)?;
    }
    Ok(())
}
