//! A personnel system pushes officials (SCIM 2.0), on both databases.

pub(crate) mod desk;
mod filters;
mod matrix;
mod reading;
mod writing;
