//! Persons: profile, states, and the numbers they claim.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::{naming, rows};
use crate::{
    crypto::{
        random,
        seal::{Sealed, Seals},
    },
    store::{Conn, StoreError, Tx},
    types::{
        Fault, Ial, Id, Timestamp, id,
        person::{BirthDate, FullName, PersonalId},
    },
};

/// Where a person stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PersonState {
    /// As usual.
    Active,
    /// The registry or an operator says that they died: no door opens.
    Deceased,
    /// The same human being as another record, which goes on in its place.
    Merged,
    /// Their data were erased.
    Erased,
}

impl PersonState {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Active, Self::Deceased, Self::Merged, Self::Erased];

    /// The word that rows hold.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Deceased => "deceased",
            Self::Merged => "merged",
            Self::Erased => "erased",
        }
    }

    /// Reads the stored word.
    pub fn from_word(word: &str) -> Result<Self, Fault> {
        Self::ALL.into_iter().find(|state| state.word() == word).ok_or(Fault::bug("reading the state of a person"))
    }
}

/// What the population registry said about the data of a person. It says nothing about who holds the account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DataMatch {
    /// Never asked.
    None,
    /// Asked; the registry could not be reached, a job asks again.
    Pending,
    /// Number, name and birth belong together.
    Matched,
    /// They do not.
    NotMatched,
}

impl DataMatch {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::None, Self::Pending, Self::Matched, Self::NotMatched];

    /// The word that rows and the claim `data_match` hold.
    pub const fn word(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Pending => "pending",
            Self::Matched => "matched",
            Self::NotMatched => "not_matched",
        }
    }

    pub(super) fn from_word(word: &str) -> Result<Self, Fault> {
        Self::ALL.into_iter().find(|state| state.word() == word).ok_or(Fault::bug("reading a data match"))
    }
}

/// What a person says of themself, sealed at rest.
#[derive(Clone, Serialize, Deserialize)]
pub struct Profile {
    /// The whole name, as written.
    pub name: FullName,
    /// Full day or only the year.
    pub birthdate: Option<BirthDate>,
}

/// A person as stored.
#[derive(Clone)]
pub struct StoredPerson {
    /// Their id.
    pub id: Id<id::Person>,
    /// Where they stand.
    pub state: PersonState,
    /// The record that goes on in place of a merged one.
    pub merged_into: Option<Id<id::Person>>,
    /// How well we know who the holder is.
    pub identity_assurance: Ial,
    /// What the registry said about the data.
    pub data_match: DataMatch,
    /// When it said so.
    pub data_matched_at: Option<Timestamp>,
    /// What they say of themself; `None` after erasure.
    pub profile: Option<Profile>,
    /// The number that they claim now.
    pub number: Option<PersonalId>,
    /// Last change of the profile or of a state.
    pub updated_at: Timestamp,
}

/// A person to be recorded.
pub struct NewPerson {
    /// What they say of themself.
    pub profile: Profile,
    /// The number they claim.
    pub number: Option<PersonalId>,
    /// What the registry said.
    pub data_match: DataMatch,
}

/// The table, column and row that a sealed profile belongs to.
pub(super) fn profile_owner(id: Id<id::Person>) -> Vec<u8> {
    [b"person.profile:", &id.bytes()[..]].concat()
}

pub(super) fn number_owner(id: Id<Identifier>) -> Vec<u8> {
    [b"identifier:", &id.bytes()[..]].concat()
}

/// Names one recorded identifier.
#[derive(Debug)]
pub(super) enum Identifier {}

pub(super) fn seal_profile(seals: &Seals, id: Id<id::Person>, profile: &Profile) -> Result<Sealed, Fault> {
    let plain = serde_json::to_vec(profile).map_err(|error| Fault::new("writing a profile", error))?;
    Ok(seals.seal(&profile_owner(id), &plain))
}

pub(super) fn open_profile(seals: &Seals, id: Id<id::Person>, sealed: &Sealed) -> Result<Profile, Fault> {
    let plain = seals.open(&profile_owner(id), sealed).map_err(|error| Fault::new("opening a profile", error))?;
    serde_json::from_slice(&plain).map_err(|error| Fault::new("reading a profile", error))
}

pub(super) fn open_number(seals: &Seals, id: Id<Identifier>, sealed: &Sealed) -> Result<PersonalId, Fault> {
    let plain =
        seals.open(&number_owner(id), sealed).map_err(|error| Fault::new("opening a personal number", error))?;
    let number = String::from_utf8(plain).ok().and_then(|text| PersonalId::parse(&text).ok());
    number.ok_or(Fault::bug("reading a personal number"))
}

/// Records a person and the number they claim. Somebody else may claim the same number: it proves nothing yet.
pub async fn add_person(tx: &mut Tx<'_>, new: NewPerson) -> Result<Id<id::Person>, StoreError> {
    let id = random::id(tx.now());
    let sealed = seal_profile(&tx.seals(), id, &new.profile)?;
    rows::insert_person(tx, id, &sealed, new.data_match).await?;
    if let Some(number) = new.number {
        claim_number(tx, id, &number).await?;
    }
    Ok(id)
}

async fn claim_number(tx: &mut Tx<'_>, person: Id<id::Person>, number: &PersonalId) -> Result<(), StoreError> {
    let seals = tx.seals();
    let identifier: Id<Identifier> = random::id(tx.now());
    let sealed = seals.seal(&number_owner(identifier), number.as_str().as_bytes());
    rows::insert_identifier(tx, identifier, person, &sealed).await?;
    for (key_id, digest) in seals.indexes(rows::PERSONAL_NUMBER, number.as_str()) {
        rows::insert_identifier_index(tx, identifier, &key_id, digest).await?;
    }
    Ok(())
}

/// Changes what a person says of themself, and the number they claim. The number before is kept as ended: history is
/// part of the record.
pub async fn change_profile(
    tx: &mut Tx<'_>,
    id: Id<id::Person>,
    profile: &Profile,
    number: Option<&PersonalId>,
) -> Result<(), StoreError> {
    let sealed = seal_profile(&tx.seals(), id, profile)?;
    rows::update_profile(tx, id, &sealed).await?;
    naming::renamed(tx, id, &profile.name).await?;
    let before = person(tx, id).await?.and_then(|stored| stored.number);
    if before.as_ref() != number {
        rows::end_identifiers(tx, id).await?;
        if let Some(number) = number {
            claim_number(tx, id, number).await?;
        }
    }
    Ok(())
}

/// A person by id.
pub async fn person(conn: &mut Conn, id: Id<id::Person>) -> Result<Option<StoredPerson>, StoreError> {
    rows::person(conn, id).await
}

/// What a person is called; the login where nothing else is left.
pub async fn called(conn: &mut Conn, id: Id<id::Person>) -> Result<String, StoreError> {
    if let Some(profile) = person(conn, id).await?.and_then(|stored| stored.profile) {
        return Ok(profile.name.as_str().to_owned());
    }
    let account = super::accounts_of(conn, id).await?.into_iter().next();
    Ok(account.map_or_else(|| id.to_string(), |account| account.login))
}

/// Several persons, in no order; who is not there is left out.
pub async fn persons(conn: &mut Conn, ids: &[Id<id::Person>]) -> Result<Vec<StoredPerson>, StoreError> {
    rows::persons(conn, ids).await
}

/// The names of several persons; who has none, or is not there, is left out.
pub async fn names(conn: &mut Conn, ids: &[Id<id::Person>]) -> Result<HashMap<Id<id::Person>, FullName>, StoreError> {
    let found = rows::persons(conn, ids).await?.into_iter();
    Ok(found.filter_map(|person| Some((person.id, person.profile?.name))).collect())
}

/// Changes where a person stands. `into` names the record that goes on, for [`PersonState::Merged`].
pub async fn set_person_state(
    tx: &mut Tx<'_>,
    id: Id<id::Person>,
    state: PersonState,
    into: Option<Id<id::Person>>,
) -> Result<(), StoreError> {
    if state == PersonState::Erased {
        rows::delete_words(tx, id).await?;
    }
    rows::update_person_state(tx, id, state, into).await
}

/// The persons who claim a number now: for operators who look into a case, never for signing in.
pub async fn claimants(conn: &mut Conn, number: &PersonalId) -> Result<Vec<Id<id::Person>>, StoreError> {
    rows::holders(conn, number.as_str()).await
}
