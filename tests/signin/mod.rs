//! Signing in and out at our own pages: forms, cookies, sessions, enrolment (rows 233 to 246 of the list of attacks).

mod account;
mod cases;
mod consent;
mod cookies;
mod enrol;
mod factors;
mod forms;
mod levers;
mod notices;
mod offers;
mod passkey;
mod passkey_attacks;
mod passkey_own;
mod passwords;
mod recover;
mod step_up;
pub(crate) mod ways;
