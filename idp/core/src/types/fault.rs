//! What nobody planned: the database went away, the network broke, we have a bug.

use std::{error::Error, fmt};

/// An unexpected failure. It is logged once at the boundary with its cause; a reader of a page sees only the reference
/// of the request in which it happened.
pub struct Fault {
    doing: &'static str,
    cause: Option<Box<dyn Error + Send + Sync>>,
    /// Whether trying again later may help: then a door answers 503 rather than 500.
    passing: bool,
}

impl Fault {
    /// A defect or a broken promise of the data: trying again will not help.
    pub const fn bug(doing: &'static str) -> Self {
        Self { doing, cause: None, passing: false }
    }

    /// A failure with a cause, while `doing` something (a short phrase for the log).
    pub fn new(doing: &'static str, cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self { doing, cause: Some(cause.into()), passing: false }
    }

    /// A failure that may pass: no connection, a time-out, a full queue.
    pub fn passing(doing: &'static str, cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self { doing, cause: Some(cause.into()), passing: true }
    }

    /// Whether trying again later may help.
    pub const fn is_passing(&self) -> bool {
        self.passing
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.doing)?;
        let mut cause = self.cause.as_ref().map(|cause| &**cause as &dyn Error);
        while let Some(error) = cause {
            write!(f, ": {error}")?;
            cause = error.source();
        }
        Ok(())
    }
}

impl fmt::Debug for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Error for Fault {}
