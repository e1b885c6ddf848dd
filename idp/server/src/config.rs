//! The configuration: one TOML file, the environment, the command line.
//!
//! A value comes from, in rising order: its default, the file, the environment (`IDP__SECTION__KEY`), a flag. Values that are secrets
//! may stand in a file of their own instead: `url_file = "…"` beside `url`, or `IDP__DATABASE__URL_FILE`. Unknown keys are errors, and
//! **all** problems are reported at once, each with its path, and its line where the file says it.
//!
//! The doc comments of [`sections`] are the reference. Rooms receive their own part; nobody can read a global.

pub mod break_glass;
mod check;
mod issuer;
mod load;
mod print;
mod problem;
pub mod sections;
mod tree;
pub mod ways;

pub use issuer::Issuer;
pub use load::{Loaded, Sources, load};
pub use print::{Line, lines};
pub use problem::{ConfigProblem, Reason};
pub use sections::Config;
pub use tree::Origin;
