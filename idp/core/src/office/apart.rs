//! Separation of duties between posts and offices of the register of administrators. The register stands above this room, so it shows a
//! view (`office_face`) and asks here; both ways of giving are judged by the same separations of the catalogue.

use super::{RoleId, Separation, World, gate::open, post::Post, rows::world as rows};
use crate::{
    org::Span,
    store::{Conn, StoreError},
    types::{Id, id},
};

/// An office of the register that somebody holds, by its word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OfficeHeld {
    /// Who.
    pub person: Id<id::Person>,
    /// Its word: `auditor`.
    pub office: String,
    /// When.
    pub span: Span,
}

/// What stands against giving an office to somebody for a window: a role of theirs, or one of the offices that they hold then.
pub async fn apart(
    conn: &mut Conn,
    (person, window): (Id<id::Person>, Span),
    office: &str,
    others: &[&str],
) -> Result<Option<String>, StoreError> {
    let world = rows::of_person(conn, person, window.from).await?;
    let beside = others.iter().find(|other| world.separations.iter().any(|one| one.parts_offices(office, other)));
    if let Some(other) = beside {
        return Ok(Some((*other).to_owned()));
    }
    let meets = |post: &&Post| open(post) && post.window().shared(window).is_some();
    let posts = world.posts_of(person);
    let against = posts.into_iter().filter(meets).find_map(|post| parted_role(&world, post, office));
    Ok(against.map(|role| role.as_str().to_owned()))
}

/// The first role of a post that may not be held beside an office.
pub(super) fn parted_role<'a>(world: &World, post: &'a Post, office: &str) -> Option<&'a RoleId> {
    let parts = |one: &Separation, role: &RoleId| {
        world.roles.get(role).is_some_and(|known| one.parts_office(&known.form, office))
    };
    let roles = post.roles.iter().map(|grant| &grant.role);
    roles.into_iter().find(|role| world.separations.iter().any(|one| parts(one, role)))
}

/// The office that stands against a post, with the role that it is kept apart from.
pub(super) fn parted_office<'a>(world: &'a World, post: &'a Post) -> Option<(&'a RoleId, &'a str)> {
    let held = |office: &&OfficeHeld| office.person == post.person && office.span.shared(post.window()).is_some();
    let mut held = world.offices.iter().filter(held);
    held.find_map(|office| Some((parted_role(world, post, &office.office)?, office.office.as_str())))
}
