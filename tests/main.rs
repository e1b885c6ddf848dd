//! Journeys.

mod arch;
