//! Posts as a file or a personnel system states them: the person found or recorded, the post found, changed or given.

use super::{
    Assignment, Beyond, By, DeskError, Edit, Limits, NewAssignment, Permission, Refused, Said, Seen,
    desk::{assign_from, bench, change},
    post::{Post, PostState},
    rows::posts,
};
use crate::{
    org::{self, AsOf, Code, Scheme},
    people::{self, DataMatch, NewPerson, Profile, StoredPerson},
    store::{Conn, StoreError, Tx},
    types::{FullName, Ial, Id, PersonalId, Timestamp, id},
};

/// What became of a post that was stated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kept {
    /// It is new.
    New,
    /// It is new and waits for a second person.
    Waits,
    /// It was there, and was so before.
    Changed(Box<Post>),
    /// It was there, just so.
    Same,
}

/// The unit that a code means at an instant, in whichever scheme it is one.
pub async fn unit_of(conn: &mut Conn, code: &str, at: Timestamp) -> Result<Option<Id<id::Unit>>, StoreError> {
    for scheme in Scheme::ALL {
        if let Ok(code) = Code::parse(scheme, code)
            && let Some(unit) = org::by_code(conn, &code, AsOf::at(at)).await?
        {
            return Ok(Some(unit));
        }
    }
    Ok(None)
}

/// The official whom number and name mean, or a record made for them, and whether it was made.
///
/// Whoever made an account can claim any number, so an unproven claim is no official: else somebody who knows an official's data could
/// enrol as them and be given their posts by the next list. It is passed over in silence, so that a list finds out nothing about citizens.
///
/// # Errors
/// [`Refused::Unclear`]: the record goes by another name, or is not active, or several could be meant.
pub async fn person_of(
    tx: &mut Tx<'_>,
    number: &PersonalId,
    name: &FullName,
) -> Result<(Id<id::Person>, bool), DeskError> {
    let claimants = people::claimants(tx, number).await?;
    let (mut officials, mut proven, mut unused) = (Vec::new(), Vec::new(), Vec::new());
    for known in people::persons(tx, &claimants).await? {
        if !posts::of_person(tx, known.id).await?.is_empty() {
            officials.push(known);
        } else if known.identity_assurance > Ial::Ial1 {
            proven.push(known);
        } else if people::accounts_of(tx, known.id).await?.is_empty() {
            unused.push(known);
        }
    }
    let meant = [officials, proven, unused].into_iter().find(|found| !found.is_empty()).unwrap_or_default();
    match &meant[..] {
        [one] if one.is_active() && is_named(one, name) => Ok((one.id, false)),
        [] => {
            let profile = Profile { name: name.clone(), birthdate: None };
            let new = NewPerson { profile, number: Some(number.clone()), data_match: DataMatch::None };
            Ok((people::add_person(tx, new).await?, true))
        }
        _ => Err(Refused::Unclear.into()),
    }
}

fn is_named(known: &StoredPerson, name: &FullName) -> bool {
    known.profile.as_ref().is_some_and(|profile| profile.name.key() == name.key())
}

/// Every post of a person that counts, will count or waits; what was handed on to them is not among them.
pub async fn live_posts(
    conn: &mut Conn,
    person: Id<id::Person>,
    now: Timestamp,
) -> Result<Vec<Assignment>, StoreError> {
    let found = posts::of_person(conn, person).await?;
    Ok(found.into_iter().filter(|one| one.post.delegator.is_none() && is_live(&one.post, now)).collect())
}

/// Whether a post counts, will count or waits.
pub fn is_live(post: &Post, now: Timestamp) -> bool {
    matches!(post.state, PostState::Active | PostState::Pending) && post.span.until > now
}

/// Makes a post be as stated. The post of the same person in the same unit, position and kind is the same post: stated again, it stays
/// or is changed, and is never given twice. Its limits are those that are `said`.
pub async fn keep(
    tx: &mut Tx<'_>,
    by: &By,
    (stated, said): (NewAssignment, &Said),
    import: Option<Id<id::StaffImport>>,
) -> Result<(Kept, super::Given), DeskError> {
    let now = tx.now();
    let place = (stated.unit, stated.position.clone(), stated.kind);
    let same_place = |post: &Post| (post.unit, post.position.clone(), post.kind) == place && is_live(post, now);
    let known = posts::of_person(tx, stated.person).await?.into_iter().map(|one| one.post).find(same_place);
    if let Some(known) = known {
        return keep_as(tx, by, &known, (stated, said)).await;
    }
    let stated = NewAssignment { limits: said.over(&Limits::default()), ..stated };
    let given = assign_from(tx, by, stated, import).await?;
    Ok((if given.waits { Kept::Waits } else { Kept::New }, given))
}

/// Makes this post be as stated. Without a decision in what is stated, the one that is known stays; so do limits that are not `said`.
pub async fn keep_as(
    tx: &mut Tx<'_>,
    by: &By,
    known: &Post,
    (stated, said): (NewAssignment, &Said),
) -> Result<(Kept, super::Given), DeskError> {
    let mut wanted = stated.post(known.id, String::new());
    wanted.decision = wanted.decision.or_else(|| known.decision.clone());
    wanted.span = wanted.window();
    wanted.limits = said.over(&known.limits);
    let same = (&known.position, &known.roles, &known.scope, known.span, &known.decision, &known.limits)
        == (&wanted.position, &wanted.roles, &wanted.scope, wanted.span, &wanted.decision, &wanted.limits);
    if same {
        let waits = known.state == PostState::Pending;
        return Ok((Kept::Same, super::Given { post: known.id, revision: known.revision, waits }));
    }
    let edit = Edit {
        position: Some(wanted.position),
        roles: Some(wanted.roles),
        scope: Some(wanted.scope),
        span: Some(wanted.span),
        decision: wanted.decision,
        limits: Some(wanted.limits),
    };
    let given = change(tx, by, Seen { post: known.id, revision: None }, edit).await?;
    Ok((Kept::Changed(Box::new(known.clone())), given))
}

/// Whether somebody who gives posts by `by` may hear that this one stands just as they said: it is in their units, or their own. Else a
/// file of guesses would find out who serves elsewhere, and how.
pub(super) async fn may_hear(tx: &mut Tx<'_>, by: &By, post: &Post) -> Result<(), DeskError> {
    let at = post.span.from.max(tx.now());
    let bench = bench(tx, by, post.person, (&[], &[post.unit])).await?;
    let covers = |power: &super::Power| {
        power.permissions.contains(&Permission::AssignOfficials) && bench.world.covers(&power.reach, post.unit, at)
    };
    if bench.giver.person == Some(post.person) || bench.giver.powers.iter().any(covers) {
        return Ok(());
    }
    Err(Beyond::OtherUnit(post.unit).into())
}
