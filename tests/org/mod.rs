//! Units in time on both databases.

mod changes;
mod country;
mod dependents;
