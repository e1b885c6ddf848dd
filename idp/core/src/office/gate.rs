//! The one gate. Every change of a post passes here and comes out as [`Admitted`], which is all that the rows take.
//!
//! What is added must be within what the actor may give, what is taken within what they could give; nobody changes their own posts. So
//! after any call: rights(target) ⊆ rights(target) before ∪ grantable(actor).

use super::{
    Kind, Permission, PositionId, Role, RoleId, Scope,
    apart::parted_office,
    carry::Ground,
    evaluate::Rights,
    freed::{freed, may_unite},
    grant::{Beyond, Giver, Grant, Power, Way, grants, may, may_hand_on},
    post::{Confirmed, Limits, Post, PostState},
    world::{Reach, World},
};
use crate::{
    org::FOREVER,
    types::{Id, Timestamp, id},
};

/// The posts of a person as they are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Before(pub Vec<Post>);

/// The posts of a person as they would be. Posts that stay as they are stand here too.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct After(pub Vec<Post>);

/// By what right somebody changes posts.
#[derive(Clone, Debug)]
pub enum Actor<'a> {
    /// They administer.
    Giver(&'a Giver),
    /// They approve, as the second person, what the actor named in the post asked for.
    Approver {
        /// What they may give themself: nothing else may they approve.
        giver: &'a Giver,
        /// Who they are, as in the audit log.
        word: &'a str,
    },
    /// They review: they may end what they could take, and give nothing.
    Reviewer(&'a Giver),
    /// They hand on from their own post.
    Holder(&'a Rights),
    /// They give back what was handed on to them, or take back what they handed on.
    Back {
        /// Who.
        person: Id<id::Person>,
        /// Their own posts, with rights or without.
        posts: &'a [Id<id::Assignment>],
    },
    /// A decision about units carries this post over.
    Carrier {
        /// What it does to units.
        ground: &'a Ground,
        /// The post before.
        from: &'a Post,
    },
}

/// Why a change is refused. The words are stable.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// The actor may not give or take this.
    #[error("beyond what may be given: {}", .0.word())]
    Beyond(Beyond),
    /// Nobody would be answerable for the installation any more.
    #[error("the last owner of the platform cannot go")]
    LastOwner,
    /// Two roles of the person exclude each other.
    #[error("the roles {} and {} exclude each other", .0.as_str(), .1.as_str())]
    Separated(RoleId, RoleId),
    /// A role of the post may not be held beside an office of the register that they hold.
    #[error("the role {} excludes the office {}", .0.as_str(), .1)]
    Apart(RoleId, String),
    /// The role may not be held in such a unit.
    #[error("the role {} cannot be held there", .0.as_str())]
    DoesNotFit(RoleId),
    /// Without a decision, a post ends after ninety days and administers nothing.
    #[error("a decision is needed")]
    Unconfirmed,
    /// A window that is empty, a list without units, a handing-on without an end.
    #[error("the field {0} is wrong")]
    Field(&'static str),
    /// The one who asked cannot be the one who approves.
    #[error("a second person must approve")]
    SamePerson,
    /// The post does not wait for anybody, or ended before.
    #[error("the post is not in a state for this")]
    State,
    /// The person is not active.
    #[error("the person is not active")]
    Person,
    /// Who is meant cannot be said: one word for every reason, so that it tells nothing of anybody.
    #[error("it is not clear who is meant")]
    Unclear,
    /// A role of the new post waits for a second person, and the old post would have ended meanwhile.
    #[error("the new post waits for a second person")]
    Waits,
    /// A right of another post, which this one holds back by separation of duties, would come free, and the actor could not give it.
    #[error("it would set free the role {}, which cannot be given", .0.as_str())]
    SetsFree(RoleId),
    /// Nothing would change.
    #[error("nothing would change")]
    Nothing,
}

impl Refused {
    /// The stable word.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Beyond(beyond) => beyond.word(),
            Self::LastOwner => "last-owner",
            Self::Separated(..) | Self::Apart(..) => "separated",
            Self::DoesNotFit(_) => "does-not-fit",
            Self::Unconfirmed => "unconfirmed",
            Self::Field(_) => "field",
            Self::SamePerson => "same-person",
            Self::State => "wrong-state",
            Self::Person => "person-not-active",
            Self::Unclear => "person-unclear",
            Self::Waits => "move-waits",
            Self::SetsFree(_) => "sets-free",
            Self::Nothing => "nothing",
        }
    }
}

impl From<Beyond> for Refused {
    fn from(beyond: Beyond) -> Self {
        Self::Beyond(beyond)
    }
}

/// One post that may be written: as it was, and as it shall be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Written {
    pub(super) was: Option<Post>,
    pub(super) post: Post,
}

impl Written {
    /// What happened to the post, for the record.
    pub(super) fn change(&self) -> &'static str {
        let was = self.was.as_ref().map(|was| &was.state);
        match (was, &self.post.state) {
            (None, PostState::Pending) => "requested",
            (None, _) => "begun",
            (Some(PostState::Pending), PostState::Active) => "approved",
            (Some(_), PostState::Refused { .. }) => "refused",
            (Some(_), PostState::Ended { .. }) => "ended",
            (Some(_), _) => "changed",
        }
    }
}

/// A change that passed. Only [`admit_change`] makes one, and the rows write nothing else.
#[derive(Debug)]
pub struct Admitted(Vec<Written>);

impl Admitted {
    pub(super) fn writes(&self) -> &[Written] {
        &self.0
    }
}

/// A role that may be written. Only [`admit_role`] makes one.
#[derive(Debug)]
pub struct AdmittedRole(Role);

impl AdmittedRole {
    pub(super) const fn role(&self) -> &Role {
        &self.0
    }
}

/// Judges a change of the catalogue. It changes the rights of everybody who holds the role, wherever, so it takes a power over every
/// unit; and nobody changes a role of their own, or one that stands as high as the role that lets them.
pub fn admit_role(world: &World, was: Option<&Role>, role: Role, giver: &Giver) -> Result<AdmittedRole, Refused> {
    role.form.check().map_err(|_| Refused::Field("role"))?;
    let id = &role.form.id;
    let own = |post: &&Post| giver.person == Some(post.person) && post.roles.iter().any(|grant| grant.role == *id);
    if world.posts.values().any(|post| own(&post)) {
        return Err(Beyond::Oneself.into());
    }
    let highest = was.map_or(0, |was| was.form.rank).max(role.form.rank);
    let power = whole_power(world, giver).ok_or(Beyond::NoPower)?;
    if highest >= power.rank {
        return Err(Beyond::TooHigh(id.clone()).into());
    }
    let ours = role.form.permissions.iter().chain(was.iter().flat_map(|was| &was.form.permissions));
    if let Some(lacking) = ours.filter_map(super::Word::ours).find(|one| !giver.ours.contains(one)) {
        return Err(Beyond::NotHeld(lacking).into());
    }
    // The owners' role keeps what makes it the owners', and does not end: no edit may leave the installation without one.
    let owns = |role: &Role| role.form.permits(Permission::OwnPlatform) && role.span.until == FOREVER;
    if was.is_some_and(|was| owns(was) && !owns(&role)) {
        return Err(Refused::LastOwner);
    }
    // Another class may end a separation, and so set free a role that stands beside this one.
    if let Some(was) = was {
        let no_more = |one: &Role, other: &Role| {
            let now = |known: &Role| if known.form.id == *id { role.form.clone() } else { known.form.clone() };
            (one.form.id == was.form.id || other.form.id == was.form.id)
                && world.parted(&one.form, &other.form)
                && !world.parted(&now(one), &now(other))
        };
        may_unite(world, (giver, power), no_more)?;
    }
    Ok(AdmittedRole(role))
}

/// The power to change the catalogue: over everything, or over the one unit that has none above it.
pub(super) fn whole_power<'a>(world: &World, giver: &'a Giver) -> Option<&'a Power> {
    let is_root = |unit: &Id<id::Unit>| {
        world.units.get(unit).is_some_and(|facts| facts.above.iter().all(|above| above.unit == *unit))
    };
    giver.powers.iter().find(|power| {
        let everywhere = match &power.reach {
            Reach::Anywhere => true,
            Reach::Under(unit) => is_root(unit),
            Reach::Own(_) | Reach::Unit(_) | Reach::Listed(_) => false,
        };
        everywhere && power.permissions.contains(&Permission::WriteRoles)
    })
}

/// What is known beside the world: whether somebody else is answerable for the installation, and what time it is.
#[derive(Clone, Copy, Debug)]
pub struct Facts {
    /// How many other persons hold `platform.own` now.
    pub other_owners: i64,
    /// Now.
    pub now: Timestamp,
}

/// Judges a change of the posts of one person.
pub fn admit_change(
    world: &World,
    (before, after): (&Before, &After),
    actor: &Actor<'_>,
    facts: Facts,
) -> Result<Admitted, Refused> {
    let mut writes = Vec::new();
    for post in &after.0 {
        let was = before.0.iter().find(|was| was.id == post.id);
        if was == Some(post) {
            continue;
        }
        let mut post = post.clone();
        judge(world, (was, &post), actor, facts)?;
        let is_new = was.is_none_or(|was| was.state == PostState::Pending);
        if post.state == PostState::Active && needs_second(world, was, &post) && waits(actor, facts) {
            // A change of a post that counts cannot wait half done: what needs a second person is asked for as a post of its own.
            if !is_new {
                return Err(Refused::State);
            }
            post.state = PostState::Pending;
        }
        post.revision = was.map_or(1, |was| was.revision + 1);
        writes.push(Written { was: was.cloned(), post });
    }
    if writes.is_empty() {
        return Err(Refused::Nothing);
    }
    // A decision about units gives nothing new, so what excluded each other before goes on to.
    if !matches!(actor, Actor::Carrier { .. }) {
        separated(world, &writes, &after.0)?;
    }
    may_free(world, &writes, actor, facts)?;
    Ok(Admitted(writes))
}

/// What comes free in other posts must be what the actor could give: the person is judged, not the post alone.
fn may_free(world: &World, writes: &[Written], actor: &Actor<'_>, facts: Facts) -> Result<(), Refused> {
    let (giver, need) = match actor {
        Actor::Giver(giver) => (*giver, Permission::AssignOfficials),
        Actor::Approver { giver, .. } => (*giver, Permission::ApproveOfficials),
        Actor::Reviewer(_) | Actor::Holder(_) | Actor::Back { .. } | Actor::Carrier { .. } => {
            let first = freed(world, writes, facts.now).into_iter().next();
            return first.map_or(Ok(()), |(_, role)| Err(Refused::SetsFree(role)));
        }
    };
    for (post, role) in freed(world, writes, facts.now) {
        let grant = grants(post).find(|grant| grant.role == Some(&role));
        let given = grant.map(|grant| may(world, giver, need, (&grant, Way::Give)));
        if !matches!(given, Some(Ok(()))) {
            return Err(Refused::SetsFree(role));
        }
    }
    Ok(())
}

/// Whether a second person is needed: not for the second person themself, not for what is carried; and not for the operator while
/// nobody is answerable for the installation, because the first owner has to come from somewhere.
const fn waits(actor: &Actor<'_>, facts: Facts) -> bool {
    match actor {
        Actor::Giver(giver) => !giver.operator || facts.other_owners > 0,
        Actor::Holder(_) => true,
        Actor::Approver { .. } | Actor::Reviewer(_) | Actor::Back { .. } | Actor::Carrier { .. } => false,
    }
}

fn needs_second(world: &World, was: Option<&Post>, post: &Post) -> bool {
    let watched =
        |grant: &Grant<'_>| grant.role.and_then(|id| world.roles.get(id)).is_some_and(|role| role.form.four_eyes);
    added(was, post).iter().any(watched)
}

/// Whether a post grants something, or would once a second person agreed.
pub(super) const fn open(post: &Post) -> bool {
    matches!(post.state, PostState::Active | PostState::Pending)
}

/// What a post grants that it did not before.
fn added<'a>(was: Option<&Post>, post: &'a Post) -> Vec<Grant<'a>> {
    if !open(post) {
        return Vec::new();
    }
    let had = |grant: &Grant<'_>| {
        was.is_some_and(|was| was.state.counts() && grants(was).any(|before| grant.lies_in(&before)))
    };
    grants(post).filter(|grant| !had(grant)).collect()
}

/// What a post granted, or asked for, that it does not any more.
fn taken<'a>(was: &'a Post, post: &Post) -> Vec<Grant<'a>> {
    if !open(was) {
        return Vec::new();
    }
    let has = |grant: &Grant<'_>| open(post) && grants(post).any(|after| grant.lies_in(&after));
    grants(was).filter(|grant| !has(grant)).collect()
}

fn judge(world: &World, (was, post): (Option<&Post>, &Post), actor: &Actor<'_>, facts: Facts) -> Result<(), Refused> {
    let more = added(was, post);
    let less = was.map_or_else(Vec::new, |was| taken(was, post));
    if was.is_some_and(|was| was.person != post.person || was.id != post.id || was.delegator != post.delegator) {
        return Err(Refused::Field("person"));
    }
    // A post that ended did count, so a longer window would make it count again with nobody asked.
    if was.is_some_and(|was| matches!(was.state, PostState::Ended { .. } | PostState::Refused { .. })) {
        return Err(Refused::State);
    }
    allowed(world, (was, post), actor, (&more, &less))?;
    if !more.is_empty() && !matches!(actor, Actor::Carrier { .. }) {
        sound(world, post, facts)?;
    }
    let owns = |grant: &Grant<'_>| {
        let role = grant.role.and_then(|id| world.roles.get(id));
        role.is_some_and(|role| role.form.permits(Permission::OwnPlatform))
    };
    let counted = was.is_some_and(|was| was.counts_at(facts.now));
    if counted && less.iter().any(owns) && facts.other_owners == 0 {
        return Err(Refused::LastOwner);
    }
    Ok(())
}

/// What a post means beside its roles, scope and window.
const fn meaning(post: &Post) -> (&PositionId, &Limits, Option<&Confirmed>) {
    (&post.position, &post.limits, post.decision.as_ref())
}

fn allowed(
    world: &World,
    (was, post): (Option<&Post>, &Post),
    actor: &Actor<'_>,
    (more, less): (&[Grant<'_>], &[Grant<'_>]),
) -> Result<(), Refused> {
    let all = |giver: &Giver, need| -> Result<(), Refused> {
        let itself = Grant { post, role: None, parties: &None };
        may(world, giver, need, (&itself, Way::Take))?;
        // A decision, a limit or a position changes what every role of a post means: who signs how, and for which documents. So whoever
        // changes only these must be able to give all of it, or a limit set from above could be lifted from below.
        if was.is_some_and(|was| meaning(was) != meaning(post)) {
            grants(post).try_for_each(|grant| may(world, giver, need, (&grant, Way::Give)))?;
        }
        more.iter().try_for_each(|grant| may(world, giver, need, (grant, Way::Give)))?;
        Ok(less.iter().try_for_each(|grant| may(world, giver, need, (grant, Way::Take)))?)
    };
    match actor {
        Actor::Giver(giver) => {
            if post.kind == Kind::Delegated && !more.is_empty() {
                return Err(Refused::Field("kind"));
            }
            all(giver, Permission::AssignOfficials)
        }
        Actor::Approver { giver, word } => {
            if post.requested_by == *word {
                return Err(Refused::SamePerson);
            }
            if was.is_none_or(|was| was.state != PostState::Pending) {
                return Err(Refused::State);
            }
            all(giver, Permission::ApproveOfficials)
        }
        Actor::Reviewer(giver) if more.is_empty() => all(giver, Permission::ReviewOfficials),
        Actor::Reviewer(_) => Err(Beyond::NoPower.into()),
        Actor::Holder(rights) => {
            if post.kind != Kind::Delegated || post.delegator != Some(rights.post) {
                return Err(Beyond::NoPower.into());
            }
            Ok(may_hand_on(world, rights, post)?)
        }
        Actor::Back { person, posts } => {
            let gave = post.delegator.is_some_and(|from| posts.contains(&from));
            let concerned = post.kind == Kind::Delegated && (post.person == *person || gave);
            if concerned && more.is_empty() { Ok(()) } else { Err(Beyond::NoPower.into()) }
        }
        Actor::Carrier { ground, from } => {
            if was.is_none() && ground.is_carried(from, post) {
                Ok(())
            } else {
                Err(Beyond::NoPower.into())
            }
        }
    }
}

/// What holds for whatever is written, by whomever.
fn sound(world: &World, post: &Post, facts: Facts) -> Result<(), Refused> {
    if !world.persons.get(&post.person).copied().unwrap_or(false) {
        return Err(Refused::Person);
    }
    if post.span.from >= post.span.until || post.window().until <= facts.now {
        return Err(Refused::Field("valid_until"));
    }
    if matches!(&post.scope, Scope::Listed(units) if units.is_empty()) {
        return Err(Refused::Field("scope"));
    }
    let handed_on = post.kind == Kind::Delegated;
    if handed_on != post.delegator.is_some() || (handed_on && post.span.until == FOREVER) {
        return Err(Refused::Field("kind"));
    }
    // What cannot be held at the start is refused; what stops fitting later, the evaluation takes at its instant.
    let at = post.span.from.max(facts.now);
    let unit = world.units.get(&post.unit).ok_or(Beyond::NoUnit(post.unit))?;
    let (level, _) = unit.place(at).ok_or(Beyond::NoUnit(post.unit))?;
    for grant in &post.roles {
        let role = world.roles.get(&grant.role).ok_or_else(|| Beyond::UnknownRole(grant.role.clone()))?;
        let fits_kind = role.form.kinds.is_empty() || role.form.kinds.contains(&unit.kind);
        let fits_level = role.form.levels.is_empty() || role.form.levels.iter().any(|one| one == level);
        if !(fits_kind && fits_level && role.span.contains(at)) {
            return Err(Refused::DoesNotFit(grant.role.clone()));
        }
        // A handing-on stands on the decision of the post it comes from, which is judged at every use.
        if role.form.administers() && post.decision.is_none() {
            return Err(Refused::Unconfirmed);
        }
    }
    Ok(())
}

/// Two posts that meet in time may not hold roles that exclude each other, and neither may one post.
fn separated(world: &World, writes: &[Written], after: &[Post]) -> Result<(), Refused> {
    for Written { was, post } in writes.iter().filter(|written| open(&written.post)) {
        if added(was.as_ref(), post).is_empty() {
            continue;
        }
        if let Some((role, office)) = parted_office(world, post) {
            return Err(Refused::Apart(role.clone(), office.to_owned()));
        }
        for other in after.iter().filter(|other| other.id == post.id || open(other)) {
            if other.window().shared(post.window()).is_none() {
                continue;
            }
            for (one, two) in
                post.roles.iter().flat_map(|one| other.roles.iter().map(move |two| (&one.role, &two.role)))
            {
                let forms = world.roles.get(one).zip(world.roles.get(two));
                if one != two && forms.is_some_and(|(one, two)| world.parted(&one.form, &two.form)) {
                    return Err(Refused::Separated(one.clone(), two.clone()));
                }
            }
        }
    }
    Ok(())
}
