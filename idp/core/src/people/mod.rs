//! People: who we know, by which numbers, with which accounts.
//!
//! Owns: `person`, `account`, `account_invitation`, `identifier`, `identifier_index`, `person_name_word`, `registry_check`, and shows the views
//! `account_standing`, `person_face`, `person_name_face`. May be called by the gate, the hall and the doors.
//!
//! A person is one human being; an account is a way in for them. The personal number is an attribute to match, sealed,
//! found by a blind index; it is never a key and never `sub` (DOMAIN 2.1).

mod account;
mod enrol;
mod invitation;
mod naming;
mod person;
pub mod registry;
mod reseal;
mod rows;
mod sealed;

pub use account::{
    AccountState, Notices, Purpose, Since, StoredAccount, account_by_id, accounts_of, add_account, by_login, cut,
    login_key, set_account_state, set_locale, set_notices, since,
};
pub use enrol::{Enrolled, Enrolment, due_checks, record_answer, record_pending, sign_in_name};
pub use invitation::{InviteError, Invited, Opened, invite, invited, open_account};
pub use naming::{MOST_WORDS, index_name, reseal_names, sought, stale_names};
pub use person::{
    DataMatch, NewPerson, PersonState, Profile, StoredPerson, add_person, called, change_profile, claimants, names,
    person, persons, set_person_state,
};

pub use reseal::{PROFILES, reseal_numbers, stale_numbers};
pub use sealed::{add_break_glass, is_break_glass, may_gain};

/// Every statement of this room.
pub(crate) const STATEMENTS: &[&str] = rows::ALL;
