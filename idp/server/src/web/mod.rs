//! Floor 8, HTTP tools: what every door uses and none of them owns.

pub mod assets;
pub mod page;
