//! Signing in and out at our own pages: forms, cookies, sessions, enrolment (rows 233 to 246 of the list of attacks).

mod account;
mod cases;
mod consent;
mod cookies;
mod enrol;
mod factors;
mod floods;
mod forms;
mod levers;
mod links;
mod links_alive;
mod notices;
mod offers;
mod passkey;
mod passkey_attacks;
mod passkey_own;
mod passwords;
mod recover;
mod sent_codes;
mod step_up;
mod taken;
pub(crate) mod ways;
mod weak;
