//! The rights of one post at one instant, and the reason for every yes and no. Pure.

use std::collections::BTreeSet;

use super::{
    Class, Kind, Permission, Role, RoleId, Signing, Word,
    post::{Parties, Post, PostState, RoleGrant},
    world::{Reach, World},
};
use crate::{
    org::Span,
    types::{Aal, Id, Timestamp, id},
};

type Unit = Id<id::Unit>;
type PostId = Id<id::Assignment>;

/// A rule that a post, or a role of it, must meet. The words are stable: texts and interfaces hold them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Rule {
    /// There is such a post.
    PostKnown,
    /// Its holder is alive and their record goes on.
    PersonActive,
    /// It was approved and not refused.
    Approved,
    /// The instant lies in its window.
    InWindow,
    /// A decision stands behind it, or it is younger than ninety days.
    Confirmed,
    /// Its unit exists.
    UnitExists,
    /// Who handed it on has rights now, and they were not handed on to them.
    DelegatorHolds,
    /// The role is in force.
    RoleInForce,
    /// The role may be held in a unit of this kind.
    RoleFitsKind,
    /// The role may be held at this level.
    RoleFitsLevel,
    /// No other role of the same person excludes it.
    Separated,
    /// Who handed the role on holds it, at least so far, and it may be handed on.
    WithinDelegator,
    /// A territory is above the unit, where the scope is a territory.
    ScopeKnown,
    /// A role that administers stands on a decision.
    DecisionForOffice,
}

impl Rule {
    /// The stable word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::PostKnown => "post-known",
            Self::PersonActive => "person-active",
            Self::Approved => "approved",
            Self::InWindow => "in-window",
            Self::Confirmed => "confirmed",
            Self::UnitExists => "unit-exists",
            Self::DelegatorHolds => "delegator-holds",
            Self::RoleInForce => "role-in-force",
            Self::RoleFitsKind => "role-fits-kind",
            Self::RoleFitsLevel => "role-fits-level",
            Self::Separated => "separated",
            Self::WithinDelegator => "within-delegator",
            Self::ScopeKnown => "scope-known",
            Self::DecisionForOffice => "decision-for-office",
        }
    }
}

/// What would turn an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Remedy {
    /// Nothing is to be done: it holds, and with no end in sight.
    None,
    /// It turns by itself then.
    Waits(Timestamp),
    /// A second person says yes.
    Approval,
    /// A decision is recorded for the post.
    Decision,
    /// Another post is written, on a unit that is there.
    AnotherPost,
    /// The catalogue changes.
    Catalogue,
    /// The other post ends.
    OtherPostEnds(PostId),
    /// Who handed it on gets it, or hands on what they have.
    Delegator(PostId),
}

/// One rule, looked at for one post or one role of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Which rule.
    pub rule: Rule,
    /// Whether it is met.
    pub holds: bool,
    /// Of which role; `None`: of the post as a whole.
    pub role: Option<RoleId>,
    /// When what the rule looks at is so, where it has a span.
    pub span: Option<Span>,
    /// What would turn it.
    pub remedy: Remedy,
}

/// A role as it counts now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    /// Which.
    pub role: RoleId,
    /// What sort of duty.
    pub class: Class,
    /// Its height.
    pub rank: u32,
    /// Whether it may be given by its own holder.
    pub gives_own: bool,
    /// Whether it may be handed on.
    pub delegable: bool,
    /// How well its holder must have proved themself to act in it.
    pub aal: Aal,
    /// What it permits.
    pub permissions: BTreeSet<Word>,
    /// Towards whom.
    pub parties: Parties,
    /// Over which units.
    pub reach: Reach,
    /// The first instant at which it may count no more.
    pub until: Timestamp,
}

/// What one post lets its holder do at one instant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rights {
    /// The post.
    pub post: PostId,
    /// Its holder.
    pub person: Id<id::Person>,
    /// Its unit.
    pub unit: Unit,
    /// How they came to it.
    pub kind: Kind,
    /// Who handed it on.
    pub delegator: Option<PostId>,
    /// The roles that count.
    pub held: Vec<Held>,
    /// The classes of documents that may be signed: its own, and of what was handed on never more than of who handed it on. `None`: no
    /// such limit; empty: none.
    pub document_classes: Option<BTreeSet<String>>,
    /// The first instant at which any of it may count no more: nothing issued on it may live longer.
    pub ends_at: Timestamp,
}

impl Rights {
    /// The roles that permit something over a unit.
    pub fn permitting<'a>(
        &'a self,
        world: &'a World,
        wanted: &'a Word,
        (unit, at): (Unit, Timestamp),
    ) -> impl Iterator<Item = &'a Held> {
        let covers = move |held: &&Held| held.permissions.contains(wanted) && world.covers(&held.reach, unit, at);
        self.held.iter().filter(covers)
    }

    /// Whether they hold something of ours anywhere.
    pub fn permits(&self, permission: Permission) -> bool {
        self.held.iter().any(|held| held.permissions.contains(&Word::Ours(permission)))
    }

    /// The roles that count towards one party.
    pub fn towards(&self, party: Id<id::Party>) -> impl Iterator<Item = &Held> {
        self.held.iter().filter(move |held| held.parties.as_ref().is_none_or(|only| only.contains(&party)))
    }
}

/// The answer about one post: every rule that was looked at, and what follows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judged {
    /// The post.
    pub post: PostId,
    /// The instant asked about: now, before, or ahead.
    pub at: Timestamp,
    /// Every rule looked at, those of the post first.
    pub findings: Vec<Finding>,
    /// What it permits; `None`: the post counts for nothing.
    pub rights: Option<Rights>,
}

impl Judged {
    /// The first rule of the post as a whole that is not met.
    pub fn refused_by(&self) -> Option<&Finding> {
        self.findings.iter().find(|finding| !finding.holds && finding.role.is_none())
    }
}

/// The rights of one post at an instant; the rule that takes them all, where there is one.
pub fn effective(world: &World, post: PostId, at: Timestamp) -> Result<Rights, Rule> {
    let judged = judge(world, post, at);
    let why = judged.refused_by().map_or(Rule::PostKnown, |finding| finding.rule);
    judged.rights.ok_or(why)
}

/// How somebody signs in a post: by how they came to it, else by their position.
pub const fn signing(kind: Kind, position: Signing) -> Signing {
    match kind {
        Kind::Acting => Signing::Acting,
        Kind::Delegated => Signing::Authorised,
        Kind::BodyMember => Signing::ForBody,
        _ => position,
    }
}

/// Judges one post at one instant. The instant may lie ahead: the same rules say what will be, as far as it is recorded.
pub fn judge(world: &World, post: PostId, at: Timestamp) -> Judged {
    let mut bench = Bench { world, at, findings: Vec::new() };
    let rights = if let Some(post) = world.posts.get(&post) {
        bench.post(post)
    } else {
        bench.find(Rule::PostKnown, None, false, Remedy::AnotherPost);
        None
    };
    Judged { post, at, findings: bench.findings, rights }
}

struct Bench<'w> {
    world: &'w World,
    at: Timestamp,
    findings: Vec<Finding>,
}

/// What counts for every role of a post.
struct Ground<'w> {
    post: &'w Post,
    level: &'w str,
    reach: Reach,
    /// Of who handed it on.
    from: Option<Rights>,
    ends_at: Timestamp,
}

impl<'w> Bench<'w> {
    fn find(&mut self, rule: Rule, role: Option<&RoleId>, holds: bool, remedy: Remedy) {
        self.findings.push(Finding { rule, holds, role: role.cloned(), span: None, remedy });
    }

    /// A rule about a span. It turns at the end where it holds, at the beginning where that lies ahead, and else only by `other`.
    fn find_span(&mut self, rule: Rule, role: Option<&RoleId>, span: Span, other: Remedy) -> bool {
        let holds = span.contains(self.at);
        let remedy = match (holds, self.at < span.from) {
            (true, _) if span.until == crate::org::FOREVER => Remedy::None,
            (true, _) => Remedy::Waits(span.until),
            (false, true) => Remedy::Waits(span.from),
            (false, false) => other,
        };
        self.findings.push(Finding { rule, holds, role: role.cloned(), span: Some(span), remedy });
        holds
    }

    fn post(&mut self, post: &'w Post) -> Option<Rights> {
        let ground = self.ground(post)?;
        let mut held = Vec::new();
        for grant in &post.roles {
            held.extend(self.role(&ground, grant));
        }
        let ends_at = held.iter().map(|held| held.until).fold(ground.ends_at, Timestamp::min);
        let (id, person, unit) = (post.id, post.person, post.unit);
        let from = ground.from.as_ref().and_then(|from| from.document_classes.clone());
        let document_classes = both(post.limits.classes(), from);
        let (kind, delegator) = (post.kind, post.delegator);
        Some(Rights { post: id, person, unit, kind, delegator, held, document_classes, ends_at })
    }

    /// The rules of the post as a whole. All are looked at, so that an explanation names every reason and not the first.
    fn ground(&mut self, post: &'w Post) -> Option<Ground<'w>> {
        let active = self.world.persons.get(&post.person).copied().unwrap_or(false);
        self.find(Rule::PersonActive, None, active, if active { Remedy::None } else { Remedy::AnotherPost });
        let remedy = match post.state {
            PostState::Pending => Remedy::Approval,
            PostState::Refused { .. } => Remedy::AnotherPost,
            PostState::Active | PostState::Ended { .. } => Remedy::None,
        };
        self.find(Rule::Approved, None, post.state.counts(), remedy);
        let inside = self.find_span(Rule::InWindow, None, post.span, Remedy::AnotherPost);
        let confirmed =
            post.decision.is_some() || self.find_span(Rule::Confirmed, None, post.window(), Remedy::Decision);
        let place = self.place(post);
        let reach = self.world.reach(post.unit, &post.scope, self.at);
        if reach.is_none() {
            self.find(Rule::ScopeKnown, None, false, Remedy::AnotherPost);
        }
        let from = self.delegator(post);
        let (level, span) = place?;
        if !(active && post.state.counts() && inside && confirmed) {
            return None;
        }
        let ends_at = post.window().until.min(span.until);
        let (from, ends_at) = match from {
            Delegator::None => (None, ends_at),
            Delegator::Holds(rights) => {
                let ends_at = ends_at.min(rights.ends_at);
                (Some(rights), ends_at)
            }
            Delegator::Gone => return None,
        };
        Some(Ground { post, level, reach: reach?, from, ends_at })
    }

    fn place(&mut self, post: &Post) -> Option<(&'w str, Span)> {
        let facts = self.world.units.get(&post.unit);
        let place = facts.and_then(|facts| facts.place(self.at));
        // Where it is not there: the span in which it will be, or was last.
        let spans = || facts.into_iter().flat_map(|facts| facts.places.iter().map(|(span, _)| *span));
        let other = spans().filter(|span| span.from > self.at).min_by_key(|span| span.from);
        let nearest = place.map(|(_, span)| span).or(other).or_else(|| spans().max_by_key(|span| span.until));
        match nearest {
            Some(span) => {
                self.find_span(Rule::UnitExists, None, span, Remedy::AnotherPost);
            }
            None => self.find(Rule::UnitExists, None, false, Remedy::AnotherPost),
        }
        place
    }

    fn delegator(&mut self, post: &Post) -> Delegator {
        let Some(from) = post.delegator else { return Delegator::None };
        let giver =
            self.world.posts.get(&from).filter(|giver| giver.kind != Kind::Delegated && !giver.limits.no_redelegate);
        let rights = giver.and_then(|giver| judge(self.world, giver.id, self.at).rights);
        self.find(
            Rule::DelegatorHolds,
            None,
            rights.is_some(),
            match &rights {
                Some(rights) => Remedy::Waits(rights.ends_at),
                None => Remedy::Delegator(from),
            },
        );
        rights.map_or(Delegator::Gone, Delegator::Holds)
    }

    fn role(&mut self, ground: &Ground<'w>, grant: &RoleGrant) -> Option<Held> {
        let id = &grant.role;
        let Some(role) = self.world.roles.get(id) else {
            self.find(Rule::RoleInForce, Some(id), false, Remedy::Catalogue);
            return None;
        };
        let form = &role.form;
        let in_force = self.find_span(Rule::RoleInForce, Some(id), role.span, Remedy::Catalogue);
        let kind = self.world.units.get(&ground.post.unit).map(|facts| facts.kind);
        let fits_kind = form.kinds.is_empty() || kind.is_some_and(|kind| form.kinds.contains(&kind));
        self.find(Rule::RoleFitsKind, Some(id), fits_kind, if fits_kind { Remedy::None } else { Remedy::AnotherPost });
        let fits_level = form.levels.is_empty() || form.levels.iter().any(|level| level == ground.level);
        self.find(
            Rule::RoleFitsLevel,
            Some(id),
            fits_level,
            if fits_level { Remedy::None } else { Remedy::AnotherPost },
        );
        let decided = !form.administers() || ground.post.decision.is_some();
        if form.administers() {
            self.find(
                Rule::DecisionForOffice,
                Some(id),
                decided,
                if decided { Remedy::None } else { Remedy::Decision },
            );
        }
        let parted_at = self.separated(ground.post, role);
        let handed = self.within_delegator(ground, role, grant);
        if !(in_force && fits_kind && fits_level && decided) {
            return None;
        }
        let until = ground.ends_at.min(role.span.until).min(parted_at?).min(handed?);
        Some(Held {
            role: id.clone(),
            class: form.class,
            rank: form.rank,
            gives_own: form.gives_own,
            delegable: form.delegable,
            aal: form.aal,
            permissions: form.permissions.clone(),
            parties: grant.parties.clone(),
            reach: ground.reach.clone(),
            until,
        })
    }

    /// Until when no other role of the person excludes this one; `None`: one does now. Of two posts the younger one loses, so that
    /// nobody can take a right from somebody by giving them another; within one post both do.
    fn separated(&mut self, post: &Post, role: &Role) -> Option<Timestamp> {
        let mut until = crate::org::FOREVER;
        let mut against = None;
        for other in self.world.posts.values().filter(|other| other.person == post.person && other.age() <= post.age())
        {
            if !other.state.counts() || !other.roles.iter().any(|grant| self.parts(role, grant)) {
                continue;
            }
            if other.id == post.id || other.window().contains(self.at) {
                against = Some(other.id);
            } else if other.window().from > self.at {
                until = until.min(other.window().from);
            }
        }
        let remedy = against.map_or(Remedy::None, Remedy::OtherPostEnds);
        self.find(Rule::Separated, Some(&role.form.id), against.is_none(), remedy);
        against.is_none().then_some(until)
    }

    fn parts(&self, role: &Role, grant: &RoleGrant) -> bool {
        let other = self.world.roles.get(&grant.role);
        other.is_some_and(|other| other.form.id != role.form.id && self.world.parted(&role.form, &other.form))
    }

    /// Until when the role lies within what its delegator holds; `None`: it does not now.
    fn within_delegator(&mut self, ground: &Ground<'w>, role: &Role, grant: &RoleGrant) -> Option<Timestamp> {
        let Some(from) = &ground.from else { return Some(crate::org::FOREVER) };
        let source = from.held.iter().find(|held| held.role == grant.role);
        let until = source
            .filter(|held| held.delegable && is_narrower(grant.parties.as_ref(), held.parties.as_ref()))
            .and_then(|held| {
                let until = self.stays_within(ground, &held.reach)?;
                Some(until.min(held.until))
            });
        let remedy = until.map_or(Remedy::Delegator(from.post), Remedy::Waits);
        self.find(Rule::WithinDelegator, Some(&role.form.id), until.is_some(), remedy);
        until
    }

    fn stays_within(&self, ground: &Ground<'w>, outer: &Reach) -> Option<Timestamp> {
        let units = std::iter::once(ground.post.unit).chain(ground.post.scope.listed());
        let window = Span { from: self.at, until: ground.ends_at };
        let inside = |at: Timestamp| {
            let inner = self.world.reach(ground.post.unit, &ground.post.scope, at);
            inner.is_some_and(|inner| self.world.within(&inner, outer, at))
        };
        let mut turns = self.world.turns(units, window).into_iter();
        inside(turns.next()?).then(|| turns.find(|at| !inside(*at)).unwrap_or(window.until))
    }
}

enum Delegator {
    /// Nobody handed it on.
    None,
    Holds(Rights),
    Gone,
}

/// What two limits leave.
fn both<T: Ord>(one: Option<BTreeSet<T>>, other: Option<BTreeSet<T>>) -> Option<BTreeSet<T>> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.into_iter().filter(|class| other.contains(class)).collect()),
        (one, other) => one.or(other),
    }
}

/// Whether a limit, to parties or to classes of documents, is at least as narrow as another.
pub(super) fn is_narrower<T: Ord>(inner: Option<&BTreeSet<T>>, outer: Option<&BTreeSet<T>>) -> bool {
    match (inner, outer) {
        (_, None) => true,
        (None, Some(_)) => false,
        (Some(inner), Some(outer)) => inner.is_subset(outer),
    }
}
