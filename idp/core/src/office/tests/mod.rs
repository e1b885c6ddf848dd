//! The rules of the office, told on a small country that lies in memory.

mod country;
mod escape;
mod evaluating;
mod giving;
mod sequences;

pub(crate) use country::{Country, DAY, person, post, role, unit};
