//! The starter set: positions, roles and separations as one-stop software of provinces has them. Data, and only a beginning: what is
//! there already stays as it is.

use serde::Deserialize;

use super::{
    By, DeskError, Form, Position, Separation,
    rows::catalogue as rows,
    shelf::{put_position, put_role, separate},
};
use crate::{
    org::Span,
    store::Tx,
    types::{Fault, Timestamp},
};

/// A catalogue, as a file holds it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Catalogue {
    /// Positions.
    #[serde(default)]
    pub positions: Vec<Position>,
    /// Roles.
    #[serde(default)]
    pub roles: Vec<Form>,
    /// What excludes each other.
    #[serde(default)]
    pub separations: Vec<Separation>,
}

/// How many were added.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Added {
    /// Positions.
    pub positions: usize,
    /// Roles.
    pub roles: usize,
    /// Separations.
    pub separations: usize,
}

/// The starter set.
pub fn catalogue() -> Result<Catalogue, Fault> {
    serde_json::from_str(include_str!("starter.json")).map_err(|error| Fault::new("reading the starter set", error))
}

/// Adds what is missing and changes nothing that is there. Roles count from the beginning of time, so that posts that are recorded
/// with their real beginnings fit.
pub async fn load(tx: &mut Tx<'_>, by: &By, catalogue: &Catalogue) -> Result<Added, DeskError> {
    let mut added = Added::default();
    for position in &catalogue.positions {
        if rows::one_position(tx, &position.id).await?.is_none() {
            put_position(tx, by, position).await?;
            added.positions += 1;
        }
    }
    for form in &catalogue.roles {
        if rows::one_role(tx, &form.id).await?.is_none() {
            put_role(tx, by, (form.clone(), Span::since(Timestamp::default())), None).await?;
            added.roles += 1;
        }
    }
    for separation in &catalogue.separations {
        added.separations += usize::from(separate(tx, by, separation).await?);
    }
    Ok(added)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::{super::Side, catalogue};

    #[test]
    fn the_starter_set_is_sound_and_its_separations_name_what_is_there() {
        let set = catalogue().expect("reads");
        let roles: HashSet<&str> = set.roles.iter().map(|form| form.id.as_str()).collect();
        assert_eq!(roles.len(), set.roles.len(), "a role stands twice");
        for form in &set.roles {
            assert_eq!(form.check(), Ok(()), "{}", form.id.as_str());
        }
        for position in &set.positions {
            assert_eq!(position.check(), Ok(()), "{}", position.id.as_str());
        }
        for separation in &set.separations {
            for side in [&separation.0, &separation.1] {
                let office = ["auditor", "platform-owner"].iter().any(|word| side.is_office(word));
                assert!(office || set.roles.iter().any(|form| side.holds(form)), "{}", side.word());
            }
            // A role that excludes itself could never be held.
            assert!(!set.roles.iter().any(|form| separation.parts(form, form)), "{separation:?}");
        }
        let covers = |side: &Side, word: &str| side.word() == word;
        for (one, other) in
            [("nhan-ho-so", "phe-duyet"), ("thu-phi", "tra-ket-qua"), ("class:system", "class:business")]
        {
            assert!(set.separations.iter().any(|pair| covers(&pair.0, one) && covers(&pair.1, other)), "{one} {other}");
        }
    }
}
