//! Journeys.

mod arch;
mod registry;
