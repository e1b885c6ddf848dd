//! In which post somebody acts towards a party, and what that party is told of it.

use std::{collections::BTreeSet, time::Duration};

use super::{
    DeskError, Kind, Label, PositionId, Rights, RoleId, Rule, Signing, Word, World, effective,
    rows::{acting as rows, posts, world as world_rows},
    signing,
};
use crate::{
    audit::{self, Event},
    crypto::digest,
    store::{Conn, StoreError, Tx},
    types::{Aal, Digest, Id, Timestamp, id},
};

type PostId = Id<id::Assignment>;

/// Whose session with whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct With<'a> {
    /// The session.
    pub session: Id<id::Session>,
    /// Whose it is.
    pub person: Id<id::Person>,
    /// The party.
    pub party: Id<id::Party>,
    /// Its `client_id`, in whose namespace its permissions stand.
    pub client_id: &'a str,
}

/// In which post somebody acts towards a party.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Acting {
    /// In none: no post of theirs says anything to this party. They are a citizen there.
    Citizen,
    /// In none, though they could: they chose to act as themself.
    Themself,
    /// In this one: chosen in this session, chosen the last time, or the only one.
    Post(Box<Capacity>),
    /// They have to choose among these.
    Choose(Vec<Capacity>),
}

/// What a party is told of a post: for tokens and for pages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Capacity {
    /// The post.
    pub post: PostId,
    /// Whose it is.
    pub person: Id<id::Person>,
    /// How they came to it.
    pub kind: Kind,
    /// As what.
    pub position: PositionId,
    /// What people call it.
    pub label: Label,
    /// Where. Its code, name and level are for the caller to read from the register of units, at any instant.
    pub unit: Id<id::Unit>,
    /// How they sign.
    pub signing: Signing,
    /// For which classes of documents; `None`: no such limit; empty: for none.
    pub document_classes: Option<BTreeSet<String>>,
    /// The roles that the party is told, in its own words.
    pub roles: BTreeSet<String>,
    /// The permissions in the party's namespace, without its `client_id`.
    pub permissions: BTreeSet<String>,
    /// How well they must have proved themself to act in it.
    pub aal: Aal,
    /// From which post and whose it was handed on: the signer, for whom they act (RFC 8693 `act`).
    pub delegator: Option<(PostId, Id<id::Person>)>,
    /// The first instant at which any of it may be no more: no token on it lives longer.
    pub ends_at: Timestamp,
}

/// The capacity of a post towards a party; `None`: it says nothing to this party.
fn capacity(world: &World, rights: &Rights, with: &With<'_>) -> Option<Capacity> {
    let (mut roles, mut permissions) = (BTreeSet::new(), BTreeSet::new());
    let (mut aal, mut ends_at) = (Aal::Aal1, rights.ends_at);
    for held in rights.towards(with.party) {
        let Some(told) = told(world, &held.role, with.client_id) else { continue };
        let own = held.permissions.iter().filter_map(|word| own_word(word, with.client_id));
        roles.insert(told);
        permissions.extend(own);
        aal = aal.max(held.aal);
        ends_at = ends_at.min(held.until);
    }
    let post = world.posts.get(&rights.post).filter(|_| !roles.is_empty())?;
    let position = world.positions.get(&post.position);
    let delegator = rights.delegator.and_then(|from| Some((from, world.posts.get(&from)?.person)));
    Some(Capacity {
        post: rights.post,
        person: rights.person,
        kind: rights.kind,
        position: post.position.clone(),
        label: position.map(|position| position.label.clone()).unwrap_or_default(),
        unit: rights.unit,
        signing: position.map_or(Signing::None, |position| signing(rights.kind, position.signing)),
        document_classes: rights.document_classes.clone(),
        roles,
        permissions,
        aal,
        delegator,
        ends_at,
    })
}

/// The word by which a party knows a role; `None`: the role does not speak to it. Our own administration is nothing to a party.
pub(super) fn told(world: &World, role: &RoleId, client_id: &str) -> Option<String> {
    let form = &world.roles.get(role)?.form;
    if form.parties.is_empty() {
        return (!form.administers()).then(|| form.id.as_str().to_owned());
    }
    form.parties.iter().find(|aloud| aloud.party == client_id).map(|aloud| aloud.word.clone())
}

fn own_word(word: &Word, client_id: &str) -> Option<String> {
    let Word::Party(text) = word else { return None };
    text.strip_prefix(client_id)?.strip_prefix('/').map(str::to_owned)
}

/// The posts in which somebody can act towards a party now, in the order in which they were given: also for the page where they choose or
/// switch.
pub async fn choices(conn: &mut Conn, with: &With<'_>, at: Timestamp) -> Result<Vec<Capacity>, StoreError> {
    let world = world_rows::of_person(conn, with.person, at).await?;
    let posts = world.posts_of(with.person).into_iter().map(|post| post.id);
    let rights = posts.filter_map(|post| effective(&world, post, at).ok());
    Ok(rights.filter_map(|rights| capacity(&world, &rights, with)).collect())
}

/// In which post somebody acts towards a party now.
pub async fn acting(conn: &mut Conn, with: &With<'_>, at: Timestamp) -> Result<Acting, StoreError> {
    let mut found = choices(conn, with, at).await?;
    if found.is_empty() {
        return Ok(Acting::Citizen);
    }
    let wanted = match chosen(conn, with).await? {
        Some(None) => return Ok(Acting::Themself),
        Some(Some(post)) => Some(post),
        None if found.len() == 1 => Some(found[0].post),
        None => None,
    };
    let place = wanted.and_then(|wanted| found.iter().position(|one| one.post == wanted));
    Ok(match place {
        Some(place) => Acting::Post(Box::new(found.swap_remove(place))),
        None => Acting::Choose(found),
    })
}

/// What was chosen in this session, or the last time; after a change of units, what that post goes on in. The inner `None`: to act as
/// themself.
pub(super) async fn chosen(conn: &mut Conn, with: &With<'_>) -> Result<Option<Option<PostId>>, StoreError> {
    rows::wanted(conn, (with.session, with.person), with.party).await
}

/// When the capacity was chosen in this session.
pub async fn chosen_at(conn: &mut Conn, with: &With<'_>) -> Result<Option<Timestamp>, StoreError> {
    Ok(rows::chosen(conn, with.session, with.party).await?.map(|(_, at)| at))
}

/// What a post says to a party now; `None`: nothing, because it ended, was taken, or never did. Every use of what was issued on it
/// asks this.
pub async fn standing(
    conn: &mut Conn,
    with: &With<'_>,
    post: PostId,
    at: Timestamp,
) -> Result<Option<Capacity>, StoreError> {
    let world = world_rows::of_person(conn, with.person, at).await?;
    let own = world.posts.get(&post).is_some_and(|found| found.person == with.person);
    let rights = effective(&world, post, at).ok().filter(|_| own);
    Ok(rights.and_then(|rights| capacity(&world, &rights, with)))
}

/// What a post says to a party now, without anybody acting in it: for a party that compares what it knows.
pub async fn says(
    conn: &mut Conn,
    (person, post): (Id<id::Person>, PostId),
    (party, client_id): (Id<id::Party>, &str),
    at: Timestamp,
) -> Result<Option<Capacity>, StoreError> {
    let nobody = Id::from_uuid(uuid::Uuid::nil());
    standing(conn, &With { session: nobody, person, party, client_id }, post, at).await
}

impl Capacity {
    /// A mark of everything that a party is told by it: another one where anything of that is otherwise.
    pub fn mark(&self) -> Digest {
        let ends_at = self.ends_at.millis().to_string();
        let delegator = self.delegator.map(|(post, _)| post.to_string()).unwrap_or_default();
        let unit = self.unit.to_string();
        let one = [self.kind.word(), self.position.as_str(), self.signing.word(), &unit, &delegator, &ends_at];
        let roles = self.roles.iter().map(String::as_str);
        let permissions = self.permissions.iter().map(String::as_str);
        let classes = self.document_classes.iter().flatten().map(String::as_str);
        let limited = if self.document_classes.is_some() { "limited" } else { "" };
        let parts =
            one.into_iter().chain([limited]).chain(roles).chain(["|"]).chain(permissions).chain(["|"]).chain(classes);
        // No word holds a NUL, so no two lists are written alike.
        digest::sha256(parts.collect::<Vec<_>>().join("\u{0}").as_bytes())
    }
}

/// Chooses the post in which somebody acts towards a party (`None`: as themself), for this session and as a proposal for the next.
///
/// # Errors
/// [`DeskError::NotActing`]: the post is not theirs, or counts for nothing towards this party now.
pub async fn choose(tx: &mut Tx<'_>, with: &With<'_>, post: Option<PostId>) -> Result<(), DeskError> {
    let now = tx.now();
    if let Some(post) = post
        && standing(tx, with, post, now).await?.is_none()
    {
        return Err(DeskError::NotActing(Rule::PostKnown));
    }
    rows::remember(tx, with.person, with.party, post).await?;
    Ok(begin_acting(tx, with, post).await?)
}

/// Notes in which post somebody acts from now on in this session, with a record; what was noted before stays without another one.
pub async fn note(tx: &mut Tx<'_>, with: &With<'_>, post: PostId) -> Result<(), StoreError> {
    match rows::chosen(tx, with.session, with.party).await? {
        Some((Some(known), _)) if known == post => posts::used(tx, post).await.map(|_| ()),
        _ => begin_acting(tx, with, Some(post)).await,
    }
}

pub(super) async fn begin_acting(tx: &mut Tx<'_>, with: &With<'_>, post: Option<PostId>) -> Result<(), StoreError> {
    rows::choose(tx, with.session, with.party, post).await?;
    if let Some(post) = post {
        posts::used(tx, post).await?;
    }
    let event = Event::ActedAs { person: with.person, session: with.session, party: with.party, post };
    audit::record(tx, event).await.map(|_| ())
}

/// Whether somebody serves in a post at an instant, whatever it lets them do: officials' sessions are shorter.
pub async fn serves(conn: &mut Conn, person: Id<id::Person>, at: Timestamp) -> Result<bool, StoreError> {
    rows::serves(conn, person, at).await
}

/// Removes choices of sessions that are long over.
pub async fn sweep(tx: &mut Tx<'_>) -> Result<u64, StoreError> {
    let before = tx.now() - Duration::from_secs(60 * 86_400);
    rows::sweep(tx, before).await
}
