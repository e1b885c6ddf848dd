//! Floor 0: the words everybody uses. No input or output, no clock but the one passed in.
//!
//! Owns nothing; may be called by every room.

pub mod agent;
pub mod assurance;
pub mod contact;
pub mod fault;
pub mod id;
pub mod locale;
pub mod person;
pub mod secret;
pub mod time;

pub use agent::Agent;
pub use assurance::{Aal, Ial};
pub use contact::{Address, AddressError, AddressKind};
pub use fault::Fault;
pub use id::Id;
pub use locale::Locale;
pub use person::{BirthDate, FullName, PersonalId};
pub use secret::{Digest, Secret};
pub use time::{Clock, Day, Interval, NoSuchDay, Timestamp};
