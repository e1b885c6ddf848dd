//! What a party hears when it asks whether an official may do something.

use std::collections::HashMap;

use super::{Finding, RoleGrant, RoleId, Wanted, acting::told, judge, rows::world as world_rows};
use crate::{
    store::{Conn, StoreError},
    types::Timestamp,
};

/// The answer to a party that asks whether an official may do something now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checked {
    /// Yes or no.
    pub allowed: bool,
    /// The first instant at which a yes may be a no; `None` for a no.
    pub until: Option<Timestamp>,
    /// The rules of the post as a whole, and of the roles that speak to this party, each with the party's own word for the role.
    pub findings: Vec<(Finding, Option<String>)>,
}

/// Whether an official in a post may do something over a unit, for a party that asks. `None`: there is no such post of theirs, or it says
/// nothing to this party; the two are not told apart. Of roles that speak to others nothing is told.
pub async fn check(
    conn: &mut Conn,
    (wanted, client_id): (&Wanted, &str),
    at: Timestamp,
) -> Result<Option<Checked>, StoreError> {
    let Some(party) = wanted.party else { return Ok(None) };
    let mut world = world_rows::of_person(conn, wanted.person, at).await?;
    let Some(post) = world.posts.get(&wanted.post).filter(|post| post.person == wanted.person) else {
        return Ok(None);
    };
    let towards = |grant: &&RoleGrant| grant.parties.as_ref().is_none_or(|only| only.contains(&party));
    let words: HashMap<RoleId, String> = post
        .roles
        .iter()
        .filter(towards)
        .filter_map(|grant| Some((grant.role.clone(), told(&world, &grant.role, client_id)?)))
        .collect();
    if words.is_empty() {
        return Ok(None);
    }
    if world.units.get(&wanted.unit).is_none_or(|facts| facts.above.is_empty()) {
        world.extend(world_rows::units(conn, &[wanted.unit]).await?);
    }
    let judged = judge(&world, wanted.post, at);
    let held = judged.rights.iter().flat_map(|rights| {
        let permitting = rights.permitting(&world, &wanted.permission, (wanted.unit, at));
        permitting.filter(|held| words.contains_key(&held.role))
    });
    let until = held.map(|held| held.until).max();
    let findings = judged.findings.iter().filter_map(|finding| match &finding.role {
        None => Some((finding.clone(), None)),
        Some(role) => words.get(role).map(|word| (finding.clone(), Some(word.clone()))),
    });
    Ok(Some(Checked { allowed: until.is_some(), until, findings: findings.collect() }))
}
