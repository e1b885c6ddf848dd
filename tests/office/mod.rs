//! Officials on both databases: posts, handing on, second persons, what units do to them.

mod carrying;
mod desk;
mod files;
mod pages;
pub(crate) mod staff;
