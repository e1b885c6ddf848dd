//! Floor 5: people, and the register outside this house that knows them.

pub mod registry;
