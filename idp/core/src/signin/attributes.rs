//! What may be said about a person to a party, in no protocol's words.

use crate::{
    people::{self, StoredPerson},
    relying::Scope,
    store::{Conn, StoreError},
    types::{Ial, Id, Timestamp, id},
};

/// Attributes of a person, each present only where the scope that releases it was granted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Attributes {
    /// The whole name.
    pub name: Option<String>,
    /// `YYYY-MM-DD` or `YYYY`.
    pub birthdate: Option<String>,
    /// Last change of what is said here.
    pub updated_at: Option<Timestamp>,
    /// The number that the person claims.
    pub personal_number: Option<String>,
    /// How well we know who the holder is.
    pub identity_assurance: Option<Ial>,
    /// What the registry said about the data.
    pub data_match: Option<&'static str>,
    /// When it said so.
    pub data_matched_at: Option<Timestamp>,
}

/// Reads the attributes that `scopes` release. `None`: nothing may be said about this person at all.
pub async fn attributes(
    conn: &mut Conn,
    person: Id<id::Person>,
    scopes: &[Scope],
) -> Result<Option<Attributes>, StoreError> {
    let Some(stored) = people::person(conn, person).await?.filter(StoredPerson::is_active) else {
        return Ok(None);
    };
    let mut attributes = Attributes::default();
    if scopes.contains(&Scope::Profile) {
        attributes.name = stored.profile.as_ref().map(|profile| profile.name.as_str().to_owned());
        attributes.birthdate =
            stored.profile.as_ref().and_then(|profile| profile.birthdate).map(|date| date.to_claim());
        attributes.updated_at = Some(stored.updated_at);
    }
    if scopes.contains(&Scope::Identity) {
        attributes.personal_number =
            people::personal_number(conn, person).await?.map(|number| number.as_str().to_owned());
        attributes.identity_assurance = Some(stored.identity_assurance);
        attributes.data_match = Some(stored.data_match.word());
        attributes.data_matched_at = stored.data_matched_at;
    }
    Ok(Some(attributes))
}
