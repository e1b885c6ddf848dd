//! The rules of the office, told on a small country that lies in memory.

mod acts;
mod country;
mod escape;
mod evaluating;
mod giving;
mod keeping;
mod levels;
mod sequences;

pub(crate) use country::{Country, DAY, person, post, role, unit};
