//! Writing posts. Each function loads what the gate needs in the writing transaction itself, so that what was judged is what is true.

use super::{
    Actor, After, Before, Beyond, Confirmed, Facts, Giver, Kind, Limits, NewAssignment, Permission, PositionId,
    Refused, RoleGrant, Rule, Scope, Source, World, admit_change, effective,
    ending::{Loss, SHORTENED, save},
    evaluate::Rights,
    gate::{Admitted, open},
    post::{Post, PostState},
    rows::{
        catalogue,
        moves::{self, Moved},
        posts::{self, Origin},
        reason, watch, world as rows,
    },
};
use crate::{
    audit::{self, Event},
    crypto::random,
    org::Span,
    people,
    store::{self, StoreError, Tx},
    types::{Fault, Id, Timestamp, id},
};

type PostId = Id<id::Assignment>;
type PersonId = Id<id::Person>;

/// By what somebody acts on posts.
#[derive(Clone, Debug)]
pub enum By {
    /// By the post in which the person of the request acts.
    Post(PostId),
    /// By an appointment that the caller vouches for.
    Appointed(Giver),
    /// As the operator at the command line.
    Operator,
}

/// A post as the caller has seen it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seen {
    /// Which.
    pub post: PostId,
    /// Its revision then; `None`: whatever it is now.
    pub revision: Option<i64>,
}

/// Why nothing was written.
#[derive(Debug, thiserror::Error)]
pub enum DeskError {
    /// The gate says no.
    #[error(transparent)]
    Refused(#[from] Refused),
    /// The post in which the actor acts counts for nothing.
    #[error("the acting post counts for nothing: {}", .0.word())]
    NotActing(Rule),
    /// There is no such post.
    #[error("there is no such post")]
    Unknown,
    /// Somebody changed it since; its revision now.
    #[error("the post was changed since; it is at revision {0}")]
    Changed(i64),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<Beyond> for DeskError {
    fn from(beyond: Beyond) -> Self {
        Self::Refused(beyond.into())
    }
}

impl From<Fault> for DeskError {
    fn from(fault: Fault) -> Self {
        Self::Store(fault.into())
    }
}

impl DeskError {
    /// The stable word of a refusal; `None` for a fault.
    pub const fn word(&self) -> Option<&'static str> {
        match self {
            Self::Refused(refused) => Some(refused.word()),
            Self::NotActing(_) => Some("not-acting"),
            Self::Unknown => Some("unknown-post"),
            Self::Changed(_) => Some("changed-since"),
            Self::Store(_) => None,
        }
    }
}

/// A post that was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Given {
    /// Which.
    pub post: PostId,
    /// Its revision.
    pub revision: i64,
    /// Whether it waits for a second person.
    pub waits: bool,
}

/// What can be changed of a post; `None`: it stays.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Edit {
    /// As what.
    pub position: Option<PositionId>,
    /// With which roles.
    pub roles: Option<Vec<RoleGrant>>,
    /// Over which units.
    pub scope: Option<Scope>,
    /// When.
    pub span: Option<Span>,
    /// By which decision.
    pub decision: Option<Confirmed>,
    /// What narrows it.
    pub limits: Option<Limits>,
}

/// Who acts, and everything known about the posts of one person.
pub(super) struct Bench {
    pub(super) world: World,
    pub(super) giver: Giver,
    pub(super) rights: Option<Rights>,
    pub(super) facts: Facts,
}

impl Bench {
    pub(super) fn before(&self, person: PersonId) -> Before {
        Before(self.world.posts_of(person).into_iter().cloned().collect())
    }

    /// Passes the gate with an administrator as actor.
    fn admit(&self, person: PersonId, after: &After) -> Result<Admitted, Refused> {
        let before = self.before(person);
        admit_change(&self.world, (&before, after), &Actor::Giver(&self.giver), self.facts)
    }
}

/// Who acts, by what.
pub(super) async fn giver(tx: &mut Tx<'_>, by: &By, world: &mut World) -> Result<(Giver, Option<Rights>), DeskError> {
    match by {
        By::Post(post) => {
            let store::Actor::Person(person) = tx.cx().actor else { return Err(Beyond::NoPower.into()) };
            let now = tx.now();
            let own = rows::of_person(tx, person, now).await?;
            if own.posts.get(post).is_none_or(|own| own.person != person) {
                return Err(DeskError::NotActing(Rule::PostKnown));
            }
            let rights = effective(&own, *post, now).map_err(DeskError::NotActing)?;
            world.extend(own);
            Ok((Giver::of(&rights), Some(rights)))
        }
        By::Appointed(giver) => Ok((giver.clone(), None)),
        By::Operator => match tx.cx().actor {
            store::Actor::Operator(_) | store::Actor::Job(_) => Ok((Giver::operator(), None)),
            _ => Err(Beyond::NoPower.into()),
        },
    }
}

/// Loads everything that judging a change of one person's posts needs, with these roles and units beside what they have.
pub(super) async fn bench(
    tx: &mut Tx<'_>,
    by: &By,
    person: PersonId,
    (roles, units): (&[RoleGrant], &[Id<id::Unit>]),
) -> Result<Bench, DeskError> {
    let now = tx.now();
    // A break-glass account holds no post: whoever opened it would act for a unit.
    if people::is_break_glass(tx, person).await? {
        return Err(Refused::Person.into());
    }
    let mut world = rows::of_person(tx, person, now).await?;
    let unknown: Vec<Id<id::Unit>> =
        units.iter().filter(|unit| world.units.get(unit).is_none_or(|facts| facts.above.is_empty())).copied().collect();
    if !unknown.is_empty() {
        world.extend(rows::units(tx, &unknown).await?);
    }
    for grant in roles {
        if !world.roles.contains_key(&grant.role)
            && let Some(role) = catalogue::one_role(tx, &grant.role).await?
        {
            world.roles.insert(grant.role.clone(), role);
        }
    }
    world.separations = catalogue::separations(tx).await?;
    world.offices = rows::offices(tx, person, now).await?;
    let (giver, rights) = giver(tx, by, &mut world).await?;
    let owns = |post: &Post| {
        let role = |grant: &RoleGrant| world.roles.get(&grant.role);
        post.roles.iter().filter_map(role).any(|role| role.form.permits(Permission::OwnPlatform))
    };
    let counted = giver.person.is_none() || world.posts_of(person).into_iter().any(owns);
    let other_owners = if counted { rows::other_owners(tx, person, now).await? } else { 1 };
    Ok(Bench { world, giver, rights, facts: Facts { other_owners, now } })
}

const fn origin(source: Source) -> Origin {
    Origin { source, carried_by: None, import: None }
}

fn only(given: Vec<Given>) -> Result<Given, DeskError> {
    Ok(given.into_iter().next().ok_or(Fault::bug("writing no post"))?)
}

async fn known_position(tx: &mut Tx<'_>, position: &PositionId) -> Result<(), DeskError> {
    match catalogue::one_position(tx, position).await? {
        Some(_) => Ok(()),
        None => Err(Refused::Field("position").into()),
    }
}

/// Gives somebody a post. Where a role of it needs a second person, the post waits for one.
pub async fn assign(tx: &mut Tx<'_>, by: &By, new: NewAssignment) -> Result<Given, DeskError> {
    assign_from(tx, by, new, None).await
}

pub(super) async fn assign_from(
    tx: &mut Tx<'_>,
    by: &By,
    new: NewAssignment,
    import: Option<Id<id::StaffImport>>,
) -> Result<Given, DeskError> {
    known_position(tx, &new.position).await?;
    let (person, source) = (new.person, new.source);
    let units: Vec<Id<id::Unit>> = std::iter::once(new.unit).chain(new.scope.listed()).collect();
    let bench = bench(tx, by, person, (&new.roles, &units)).await?;
    let decision = new.decision.as_ref().map(|decision| decision.number.clone());
    let mut post = new.post(random::id(tx.now()), tx.cx().actor.to_string());
    let mut after = bench.before(person).0;
    if post.decision.is_none() {
        post.span.until = post.window().until;
    }
    let id = post.id;
    after.push(post);
    let admitted = bench.admit(person, &After(after))?;
    let given = only(save(tx, &admitted, (Origin { import, ..origin(source) }, Loss::Told)).await?)?;
    if !posts::had_post(tx, person, id).await? {
        let decision = decision.as_deref();
        let moved = Moved { person, workflow: "joiner", ended: 0, begun: Some(id), decision, because: None };
        moves::insert_move(tx, &moved).await?;
    }
    Ok(given)
}

/// A post that still counts or will, as it stands, for a change.
pub(super) async fn seen(tx: &mut Tx<'_>, seen: Seen) -> Result<Post, DeskError> {
    let found = posts::one(tx, seen.post).await?.ok_or(DeskError::Unknown)?.post;
    match seen.revision {
        Some(revision) if revision != found.revision => Err(DeskError::Changed(found.revision)),
        _ => Ok(found),
    }
}

/// The posts of a person with one of them changed.
pub(super) fn with(before: &Before, changed: Post) -> Result<After, Refused> {
    let mut posts = before.0.clone();
    let place = posts.iter().position(|post| post.id == changed.id).ok_or(Refused::State)?;
    posts[place] = changed;
    Ok(After(posts))
}

/// Changes a post that counts or waits.
pub async fn change(tx: &mut Tx<'_>, by: &By, which: Seen, edit: Edit) -> Result<Given, DeskError> {
    change_because(tx, by, which, edit, SHORTENED).await
}

/// The same; `because` is what its holder is told where it ends earlier by it.
pub(super) async fn change_because(
    tx: &mut Tx<'_>,
    by: &By,
    which: Seen,
    edit: Edit,
    because: &str,
) -> Result<Given, DeskError> {
    let mut post = seen(tx, which).await?;
    if let Some(position) = &edit.position {
        known_position(tx, position).await?;
    }
    let person = post.person;
    post.position = edit.position.unwrap_or(post.position);
    post.roles = edit.roles.unwrap_or(post.roles);
    post.roles.sort_by(|one, other| one.role.cmp(&other.role));
    post.roles.dedup_by(|one, other| one.role == other.role);
    post.scope = edit.scope.unwrap_or(post.scope);
    post.span = edit.span.unwrap_or(post.span);
    post.decision = edit.decision.or(post.decision);
    post.limits = edit.limits.unwrap_or(post.limits);
    let units: Vec<Id<id::Unit>> = std::iter::once(post.unit).chain(post.scope.listed()).collect();
    let bench = bench(tx, by, person, (&post.roles, &units)).await?;
    let after = with(&bench.before(person), post)?;
    let admitted = bench.admit(person, &after)?;
    only(save(tx, &admitted, (origin(Source::Office), Loss::Noted(because))).await?)
}

/// A post that ends at an instant: at once it is ended, ahead its window is cut.
pub(super) fn ended(mut post: Post, at: Timestamp, now: Timestamp, because: &str) -> Post {
    let at = at.max(now);
    if at <= now || post.state == PostState::Pending || post.span.from >= at {
        post.state = PostState::Ended { because: because.to_owned() };
    }
    post.span.until = post.span.until.min(at.max(post.span.from));
    post
}

/// Ends a post at once or at an instant ahead. What was handed on from it dies with it.
pub async fn end(tx: &mut Tx<'_>, by: &By, which: Seen, (at, because): (Timestamp, &str)) -> Result<Given, DeskError> {
    let post = seen(tx, which).await?;
    let person = post.person;
    let bench = bench(tx, by, person, (&[], &[])).await?;
    let after = with(&bench.before(person), ended(post, at, tx.now(), because))?;
    let admitted = bench.admit(person, &after)?;
    only(save(tx, &admitted, (origin(Source::Office), Loss::Noted(because))).await?)
}

/// Says yes, or no, as the second person.
#[derive(Clone, Copy, Debug)]
pub enum Verdict<'a> {
    /// The post counts from now on, within its window.
    Approve,
    /// It never will, for this reason.
    Refuse(&'a str),
}

/// Decides about a post that waits. The second person must be able to give all of it themself.
pub async fn decide(tx: &mut Tx<'_>, by: &By, which: Seen, verdict: Verdict<'_>) -> Result<Given, DeskError> {
    let mut post = seen(tx, which).await?;
    if post.state != PostState::Pending {
        return Err(Refused::State.into());
    }
    post.state = match verdict {
        Verdict::Approve => PostState::Active,
        Verdict::Refuse(because) => PostState::Refused { because: because.to_owned() },
    };
    let (person, unit) = (post.person, post.unit);
    let mut bench = bench(tx, by, person, (&[], &[])).await?;
    let now = tx.now();
    // What is handed on in a unit is its head's to approve, too.
    if let store::Actor::Person(who) = tx.cx().actor
        && post.delegator.is_some()
        && watch::leads(tx, unit, who, now).await?
    {
        bench.giver.leads(unit, Permission::ApproveOfficials);
    }
    let mut before = bench.before(person);
    // Who handed it on must still hold it when it is approved.
    let handed_on = post.delegator.filter(|_| matches!(verdict, Verdict::Approve));
    if let Some(from) = handed_on {
        let rights = effective(&bench.world, from, tx.now()).map_err(DeskError::NotActing)?;
        super::grant::may_hand_on(&bench.world, &rights, &post)?;
    }
    before.0.retain(|known| known.id != post.id || known.state == PostState::Pending);
    let after = with(&before, post)?;
    let word = tx.cx().actor.to_string();
    let actor = Actor::Approver { giver: &bench.giver, word: &word };
    let admitted = admit_change(&bench.world, (&before, &after), &actor, bench.facts)?;
    only(save(tx, &admitted, (origin(Source::Office), Loss::Told)).await?)
}

/// What is handed on, and to whom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HandOn {
    /// From which own post.
    pub from: PostId,
    /// To whom.
    pub to: PersonId,
    /// Which roles, towards whom.
    pub roles: Vec<RoleGrant>,
    /// Over which units; never more than one's own.
    pub scope: Scope,
    /// From when to when. Without a decision, ninety days at most.
    pub span: Span,
    /// The written authorisation, where there is one.
    pub decision: Option<Confirmed>,
    /// For which documents.
    pub limits: Limits,
}

/// Hands on, for a while, what one holds.
pub async fn hand_on(tx: &mut Tx<'_>, what: HandOn) -> Result<Given, DeskError> {
    let by = By::Post(what.from);
    let units: Vec<Id<id::Unit>> = what.scope.listed().collect();
    let bench = bench(tx, &by, what.to, (&what.roles, &units)).await?;
    let rights = bench.rights.as_ref().ok_or(Fault::bug("handing on without a post"))?;
    let own = bench.world.posts.get(&what.from).ok_or(DeskError::Unknown)?;
    if own.limits.no_redelegate {
        return Err(Beyond::NoPower.into());
    }
    let new = NewAssignment {
        person: what.to,
        unit: own.unit,
        position: own.position.clone(),
        kind: Kind::Delegated,
        roles: what.roles,
        scope: what.scope,
        span: what.span,
        decision: what.decision,
        limits: Limits { no_redelegate: true, ..what.limits },
        source: Source::Delegation,
    };
    let mut post = new.post(random::id(tx.now()), tx.cx().actor.to_string());
    post.delegator = Some(what.from);
    let before = bench.before(what.to);
    let mut after = before.0.clone();
    after.push(post);
    let admitted = admit_change(&bench.world, (&before, &After(after)), &Actor::Holder(rights), bench.facts)?;
    only(save(tx, &admitted, (origin(Source::Delegation), Loss::Told)).await?)
}

/// Ends at once what was handed on: by who gave it or by who got it, with or without rights of their own left.
pub async fn take_back(tx: &mut Tx<'_>, which: Seen, because: &str) -> Result<Given, DeskError> {
    let store::Actor::Person(person) = tx.cx().actor else { return Err(Beyond::NoPower.into()) };
    let post = seen(tx, which).await?;
    let holder = post.person;
    let now = tx.now();
    let own: Vec<PostId> = posts::of_person(tx, person).await?.into_iter().map(|own| own.post.id).collect();
    let world = rows::of_person(tx, holder, now).await?;
    let before = Before(world.posts_of(holder).into_iter().cloned().collect());
    let after = with(&before, ended(post, now, now, because))?;
    let actor = Actor::Back { person, posts: &own };
    let admitted = admit_change(&world, (&before, &after), &actor, Facts { other_owners: 1, now })?;
    only(save(tx, &admitted, (origin(Source::Delegation), Loss::Told)).await?)
}

/// Moves somebody: one post ends and another begins at one instant, in one decision.
pub async fn transfer(tx: &mut Tx<'_>, by: &By, from: Seen, new: NewAssignment) -> Result<(Given, Given), DeskError> {
    known_position(tx, &new.position).await?;
    let old = seen(tx, from).await?;
    if old.person != new.person {
        return Err(Refused::Field("person").into());
    }
    let (person, source, at) = (new.person, new.source, new.span.from);
    let units: Vec<Id<id::Unit>> = std::iter::once(new.unit).chain(new.scope.listed()).collect();
    let bench = bench(tx, by, person, (&new.roles, &units)).await?;
    let decision = new.decision.as_ref().map(|decision| decision.number.clone());
    let post = new.post(random::id(tx.now()), tx.cx().actor.to_string());
    let begun = post.id;
    let mut after = with(&bench.before(person), ended(old, at, tx.now(), "transferred"))?;
    after.0.push(post);
    let admitted = bench.admit(person, &after)?;
    // Else they would have nothing until somebody decides, or for good where the answer is no.
    if admitted.writes().iter().any(|written| written.post.state == PostState::Pending) {
        return Err(Refused::Waits.into());
    }
    let given = save(tx, &admitted, (origin(source), Loss::Told)).await?;
    let decision = decision.as_deref();
    let moved = Moved { person, workflow: "mover", ended: 1, begun: Some(begun), decision, because: None };
    moves::insert_move(tx, &moved).await?;
    let [first, second] = given[..] else { return Err(Fault::bug("moving somebody").into()) };
    Ok(if first.post == begun { (second, first) } else { (first, second) })
}

/// Ends every post of somebody who leaves, at once. Ending their sessions, tokens and credentials in the same write is the caller's
/// part, one floor up. Gives how many posts ended.
pub async fn leave(tx: &mut Tx<'_>, by: &By, person: PersonId, because: &str) -> Result<usize, DeskError> {
    let bench = bench(tx, by, person, (&[], &[])).await?;
    let now = tx.now();
    let before = bench.before(person);
    let after: Vec<Post> = before
        .0
        .iter()
        .map(|post| if open(post) { ended(post.clone(), now, now, because) } else { post.clone() })
        .collect();
    let ended = match bench.admit(person, &After(after)) {
        Ok(admitted) => save(tx, &admitted, (origin(Source::Office), Loss::Told)).await?.len(),
        Err(Refused::Nothing) => 0,
        Err(refused) => return Err(refused.into()),
    };
    let count = i64::try_from(ended).unwrap_or(i64::MAX);
    let moved = Moved { person, workflow: "leaver", ended: count, begun: None, decision: None, because: Some(because) };
    moves::insert_move(tx, &moved).await?;
    Ok(ended)
}

/// Records, in a write of its own, that a change was refused: the refused write itself left nothing.
pub async fn note_refusal(tx: &mut Tx<'_>, person: Option<PersonId>, because: &'static str) -> Result<(), StoreError> {
    audit::record(tx, Event::PostRefused { person, because }).await.map(|_| ())
}

/// Keeps why something was handed on, 1 to 500 characters: both sides and who approves read it.
pub async fn note_reason(tx: &mut Tx<'_>, post: PostId, why: &str) -> Result<(), DeskError> {
    let why = why.trim();
    if why.is_empty() || why.chars().count() > 500 {
        return Err(Refused::Field("reason").into());
    }
    Ok(reason::insert(tx, post, why).await?)
}
