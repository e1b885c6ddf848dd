//! The population registry: asks the national database whether a number, a name and a date of birth belong together.
//!
//! Owns no table. Called by enrolment and by the job that verifies again. One connector profile so far, `soap-direct`;
//! `lgsp-json` and `xroad` fit behind the same trait.
//!
//! ```text
//! caller ──► Guarded (32 in flight, breaker) ──► Soap (2 tries in 5 s, one MaYeuCau) ──► envelope ──► Net
//! ```
//!
//! A match proves the data, not the holder. What comes back is yes or no, never a record. No database connection may
//! be held while waiting here: a slow registry would otherwise starve every sign-in.

mod breaker;
mod envelope;
mod soap;

use async_trait::async_trait;

use crate::types::{BirthDate, FullName, PersonalId};

pub use breaker::{Breaker, Guarded, Outcome, Ticket, Tripped};
pub use envelope::NameForm;
pub use soap::{Config, ConfigProblem, Soap};

/// One question. The same `request_ref` is sent with every repetition, so the registry counts and logs it once.
#[derive(Debug, Clone)]
pub struct Verification {
    /// `MaYeuCau`: made once per question by the caller and kept with it.
    pub request_ref: String,
    /// The number asked about.
    pub number: PersonalId,
    /// The whole name as its holder gave it.
    pub name: FullName,
    /// Day or year of birth.
    pub birth_date: BirthDate,
    /// The officer on whose behalf it is asked; `None` where a citizen asks, then the configured officer answers for it.
    pub officer: Option<PersonalId>,
}

/// The registry's answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Match {
    /// Number, name and birth belong together.
    Matched,
    /// They do not, or no such person is registered; the registry does not say which.
    NotMatched,
}

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RegistryError {
    /// Not reached in time, overloaded, or known to be down. Ask again later, with the same request number.
    #[error("the population registry is not available")]
    Unavailable,
    /// The registry does not accept the question: credentials, officer, quota. For an operator; its code in the text.
    #[error("the population registry refused the question: {0}")]
    Refused(String),
    /// What came back is no answer we know.
    #[error("the population registry gave an answer that cannot be read")]
    BadAnswer,
}

/// A way to the population registry.
#[async_trait]
pub trait PopulationRegistry: Send + Sync {
    /// Asks once. Takes five seconds at most.
    async fn verify(&self, request: &Verification) -> Result<Match, RegistryError>;
}

#[cfg(test)]
mod tests;
