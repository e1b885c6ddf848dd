//! Every sentence that a person reads, in Vietnamese and English.
//!
//! Owns `idp/locales/{vi,en}/*.ftl` (Project Fluent). Called by everybody who talks to people: pages, mails, the command line.
//! No sentence is typed anywhere else; `say` and `say_with` are the only two ways to one.

mod catalogue;

pub use catalogue::{Entry, entries, say, say_with};
