//! What a change of one post sets free in others. Separation of duties holds a right back as long as another post stands against it, so
//! taking that other post, or a role of it, gives a right that nobody gave. The gate judges such a right like any that is given.

use std::collections::BTreeSet;

use super::{
    Giver, Permission, Role, RoleId, Separation,
    evaluate::{Held, effective},
    gate::{Refused, Written},
    grant::{Beyond, Power},
    post::Post,
    world::World,
};
use crate::types::{Id, Timestamp, id};

/// A right that comes free: of which post, and which role of it.
pub(super) type Freed<'w> = (&'w Post, RoleId);

/// Rights of posts that are not written themselves and would count after the change though they did not before: those of the same
/// persons, and what was handed on from their posts. Looked at now and at every instant ahead at which a window of theirs opens or
/// closes, because rights change with windows and nothing in between.
pub(super) fn freed<'w>(world: &'w World, writes: &[Written], now: Timestamp) -> Vec<Freed<'w>> {
    let mut after = world.clone();
    after.posts.extend(writes.iter().map(|written| (written.post.id, written.post.clone())));
    let persons: BTreeSet<Id<id::Person>> = writes.iter().map(|written| written.post.person).collect();
    let of_them = |id: &Id<id::Assignment>| world.posts.get(id).is_some_and(|post| persons.contains(&post.person));
    let near: Vec<&Post> = world
        .posts
        .values()
        .filter(|post| persons.contains(&post.person) || post.delegator.as_ref().is_some_and(of_them))
        .collect();
    let windows = near.iter().copied().chain(writes.iter().map(|written| &written.post)).map(Post::window);
    let mut instants: BTreeSet<Timestamp> = windows.flat_map(|window| [window.from, window.until]).collect();
    instants.retain(|at| *at > now);
    instants.insert(now);
    let written = |post: &Post| writes.iter().any(|written| written.post.id == post.id);
    let mut found = Vec::new();
    for post in near.into_iter().filter(|post| !written(post)) {
        for at in &instants {
            let (had, has) = (effective(world, post.id, *at), effective(&after, post.id, *at));
            let had = had.map(|rights| rights.held).unwrap_or_default();
            let has = has.map(|rights| rights.held).unwrap_or_default();
            found.extend(
                has.into_iter()
                    .filter(|held| !had.iter().any(|before| same(before, held)))
                    .map(|held| (post, held.role)),
            );
        }
    }
    found.sort_by(|one, other| (one.0.id, &one.1).cmp(&(other.0.id, &other.1)));
    found.dedup();
    found
}

/// Whether two are one right at one instant, however long each lasts.
fn same(one: &Held, other: &Held) -> bool {
    (&one.role, &one.reach, &one.parties) == (&other.role, &other.reach, &other.parties)
}

/// Whether whoever keeps the catalogue may end these separations: each role that comes free by it must be one that they could give, and
/// none that they hold themself.
pub(super) fn may_unite(
    world: &World,
    (giver, power): (&Giver, &Power),
    parted: impl Fn(&Role, &Role) -> bool,
) -> Result<(), Refused> {
    let roles: Vec<&Role> = world.roles.values().collect();
    let meets = |role: &&Role| roles.iter().any(|other| other.form.id != role.form.id && parted(role, other));
    for role in roles.iter().copied().filter(|role| meets(role)) {
        let own = |post: &Post| {
            giver.person == Some(post.person) && post.roles.iter().any(|grant| grant.role == role.form.id)
        };
        if world.posts.values().any(own) {
            return Err(Beyond::Oneself.into());
        }
        let itself = power.role.as_ref().is_some_and(|(own, gives)| *own == role.form.id && *gives);
        if role.form.rank >= power.rank && !itself {
            return Err(Beyond::TooHigh(role.form.id.clone()).into());
        }
        let mut ours = role.form.permissions.iter().filter_map(super::Word::ours);
        if let Some(lacking) = ours.find(|one: &Permission| !giver.ours.contains(one)) {
            return Err(Beyond::NotHeld(lacking).into());
        }
    }
    Ok(())
}

/// Whether a separation parts these two and no other one does.
pub(super) fn only_by(world: &World, separation: &Separation, one: &Role, other: &Role) -> bool {
    let by_another = |known: &&Separation| *known != separation && known.parts(&one.form, &other.form);
    separation.parts(&one.form, &other.form) && !world.separations.iter().any(|known| by_another(&known))
}
