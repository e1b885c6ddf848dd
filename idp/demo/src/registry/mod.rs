//! The sample population registry: answers whether a number, a name and a birth date belong together.
//!
//! It owns `data/persons.csv` and speaks the wire protocol of the national database: SOAP 1.1, one operation, answer yes or no.
//!
//! ```text
//! POST /  →  server  →  access (who asks, how old)  →  xml (bytes to a small tree)  →  request (tree to fields, in order)
//!                    →  person (name, date)          →  envelope (TonTai, or a SOAP Fault)
//! ```
//!
//! `GET /?wsdl` describes the service; `GET /seen` says how many questions came, for tests.

mod access;
mod envelope;
mod name;
mod person;
mod request;
mod server;
#[cfg(test)]
mod tests;
mod xml;

pub use access::{Exchange, SAMPLE_SECRET, SAMPLE_USER};
pub use person::{Birthdate, Person, Sex, people};
pub use server::{Registry, serve};
