//! Officials on both databases: posts, handing on, second persons, what units do to them.

mod carrying;
mod desk;
mod files;
<<<<<<< HEAD
mod pages;
mod staff;
=======
pub(crate) mod staff;
>>>>>>> main
