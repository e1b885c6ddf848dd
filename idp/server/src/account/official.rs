//! What the pages of officials share: labels, names, and a post as a few lines.

use idp_core::{
    office::{self, Judged, Parties, Post, Signing, World, tell},
    org::story::day_of,
    store::{Conn, StoreError},
    types::{Id, Locale, Timestamp, id},
};

use crate::web::{Visit, page::PostLines, visit::name_of};

pub(super) use idp_core::{office::Labels, people::called as name};

pub(super) type PostId = Id<id::Assignment>;
pub(super) type PersonId = Id<id::Person>;

/// The key of how somebody signs in a post.
pub(super) fn signing(labels: &Labels, post: &Post) -> &'static str {
    match labels.signing(post) {
        Signing::None => "signing-none",
        Signing::ForBody => "signing-tm",
        Signing::ForHead => "signing-kt",
        Signing::ByOrder => "signing-tl",
        Signing::Authorised => "signing-tuq",
        Signing::Acting => "signing-q",
    }
}

/// A post in a few lines.
pub(super) async fn lines(
    labels: &Labels,
    conn: &mut Conn,
    post: &Post,
    at: Timestamp,
) -> Result<PostLines, StoreError> {
    let (window, decision) = (post.window(), post.decision.as_ref());
    let classes = &post.limits.document_classes;
    Ok(PostLines {
        position: labels.position(&post.position),
        unit: tell::path(conn, post.unit, at, labels.locale).await?,
        kind: tell::kind(post.kind),
        window: tell::window(labels.locale, window),
        decision: decision.map(|decision| (decision.number.clone(), day_of(decision.date.start()))),
        documents: (!classes.is_empty()).then(|| classes.join("; ")),
        no_redelegate: post.limits.no_redelegate,
    })
}

/// The systems to which something is limited; `None`: it is not.
pub(super) fn systems(visit: &Visit, locale: Locale, parties: Parties) -> Option<String> {
    let name = |id| visit.house.register.by_id(id).map(|party| name_of(&party, locale).text);
    parties.map(|only| only.into_iter().filter_map(name).collect::<Vec<_>>().join("; "))
}

/// The systems to which a post as a whole is limited: those of its roles, where none of them is open to all.
pub(super) fn systems_of(visit: &Visit, locale: Locale, post: &Post) -> Option<String> {
    let mut all = std::collections::BTreeSet::new();
    for grant in &post.roles {
        all.extend(grant.parties.as_ref()?);
    }
    systems(visit, locale, Some(all))
}

/// Every post of a person that counts now, each judged, the oldest first.
pub(super) async fn judged(
    conn: &mut Conn,
    person: PersonId,
    at: Timestamp,
) -> Result<(World, Vec<Judged>), StoreError> {
    let world = office::world(conn, person, at).await?;
    let judged = world.posts_of(person).into_iter().map(|post| office::judge(&world, post.id, at)).collect();
    Ok((world, judged))
}
