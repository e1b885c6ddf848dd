//! The house: rules and memory. No HTTP framework may be seen from here, so that every door is equal.
//!
//! ```text
//! 9  break_glass               two sealed ways in, and their alarm
//! 8  signin │ admin            the hall: what a person must do next · who may change what
//! 7  session                   for how long; it begins with a proof that only the gate makes
//! 6  authn │ consent │ office  the gate: proving who · what was agreed · acting for which unit, as what
//! 5  people │ org │ relying    registers, each owns its tables
//! 4  keys │ notify             offices
//! 3  audit                     the scribe
//! 2  store                     the cellar: Db, Tx, Cx, Cache
//! 1  crypto │ text │ net       tools
//! 0  types                     words
//! ```
//!
//! The import rule: **look down; never sideways, never up** (`tests/arch.rs` enforces it; `docs/architecture.md` says why).

pub mod admin;
pub mod audit;
pub mod authn;
pub mod break_glass;
pub mod consent;
pub mod crypto;
pub mod keys;
pub mod net;
pub mod notify;
pub mod office;
pub mod org;
pub mod people;
pub mod relying;
pub mod session;
pub mod signin;
pub mod store;
pub mod text;
pub mod types;

/// Every SQL statement of the house: a test prepares each on both databases.
pub fn statements() -> Vec<&'static str> {
    let rooms = [
        admin::STATEMENTS,
        audit::STATEMENTS,
        audit::chain::STATEMENTS,
        authn::STATEMENTS,
        authn::FACTOR_STATEMENTS,
        authn::RECOVERY_STATEMENTS,
        authn::challenge::STATEMENTS,
        authn::credential::STATEMENTS,
        break_glass::STATEMENTS,
        consent::STATEMENTS,
        keys::STATEMENTS,
        notify::STATEMENTS,
        people::STATEMENTS,
        relying::STATEMENTS,
        session::STATEMENTS,
        signin::STATEMENTS,
        store::STATEMENTS,
    ];
    [&rooms, office::STATEMENTS, org::STATEMENTS].concat().concat()
}

/// Every sealed column whose values can be put under another master key one by one. Personal numbers have blind indexes beside them and go
/// by [`people::reseal_numbers`].
pub const SEALED_COLUMNS: [&store::reseal::Column; 6] =
    [&keys::PRIVATE_HALVES, &audit::KEYS, &people::PROFILES, &notify::MESSAGES, &authn::CREDENTIALS, &authn::CONTACTS];
