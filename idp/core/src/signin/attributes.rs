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

impl Attributes {
    /// What `scopes` release of a person. `None`: nothing may be said about this person at all.
    pub fn of(person: &StoredPerson, scopes: &[Scope]) -> Option<Self> {
        if !person.is_active() {
            return None;
        }
        let mut attributes = Self::default();
        if scopes.contains(&Scope::Profile) {
            attributes.name = person.profile.as_ref().map(|profile| profile.name.as_str().to_owned());
            let birthdate = person.profile.as_ref().and_then(|profile| profile.birthdate);
            attributes.birthdate = birthdate.map(|date| date.to_claim());
            attributes.updated_at = Some(person.updated_at);
        }
        if scopes.contains(&Scope::Identity) {
            attributes.personal_number = person.number.as_ref().map(|number| number.as_str().to_owned());
            attributes.identity_assurance = Some(person.identity_assurance);
            attributes.data_match = Some(person.data_match.word());
            attributes.data_matched_at = person.data_matched_at;
        }
        Some(attributes)
    }
}

/// Reads the attributes that `scopes` release. `None`: nothing may be said about this person at all.
pub async fn attributes(
    conn: &mut Conn,
    person: Id<id::Person>,
    scopes: &[Scope],
) -> Result<Option<Attributes>, StoreError> {
    Ok(people::person(conn, person).await?.and_then(|person| Attributes::of(&person, scopes)))
}
