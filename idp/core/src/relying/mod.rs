//! Relying parties: who may ask about a person, how they prove themselves, and what they may learn.
//!
//! Owns: `party`. May be called by the gate, the hall and the doors.
//!
//! A definition is parsed once, when it is registered; every update is validated as a creation (SECURITY 1.8). Doors read parties
//! from the [`Register`], a snapshot that follows the database by revisions.

mod definition;
mod party;
mod purpose;
mod register;
mod rows;
mod uri;

pub use definition::{
    AuthMethod, ClaimProfile, Consent, Definition, DefinitionError, Exception, GrantType, Kind, Names, Problem, Rule,
    Scope, SubjectType,
};
pub use party::{Change, Party, PartyState, Save, SaveError, StoredParty, by_client_id, by_id, save};
pub use purpose::{LegalBasis, Purpose};
pub use register::Register;
pub use uri::{RedirectUri, UriError, UriPolicy};

/// Every statement of this room.
pub(crate) const STATEMENTS: &[&str] = rows::ALL;
