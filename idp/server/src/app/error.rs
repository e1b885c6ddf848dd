//! Why a server cannot be built.

use idp_core::{store::StoreError, types::Fault};

use crate::config::Reason;

/// Each is something an operator can act on; a [`Fault`] is ours.
#[derive(Debug, thiserror::Error)]
pub enum AppError {
    /// Settings that only their use can refuse: path and reason.
    #[error("settings are refused: {0:?}")]
    Settings(Vec<(String, Reason)>),
    /// So many migrations are missing, and nobody asked for them.
    #[error("{0} migrations are missing")]
    NotMigrated(usize),
    /// A newer program was here: this one may not write.
    #[error("the database is newer than this program")]
    Newer,
    /// This migration was applied with another text than this program's.
    #[error("the database was migrated by another text of {0}")]
    Changed(&'static str),
    /// Another server holds the SQLite file.
    #[error("another server holds the database")]
    Held,
    /// A neighbour does not answer: the key of its name, and why.
    #[error("{0} cannot be reached: {1}")]
    Unreachable(&'static str, String),
    /// An address on which we cannot listen, and why.
    #[error("cannot listen on {0}: {1}")]
    Listen(String, String),
    /// Nobody planned it.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl AppError {
    /// One refused setting.
    pub(super) fn setting(path: &str, reason: Reason) -> Self {
        Self::Settings(vec![(path.to_owned(), reason)])
    }
}

impl From<StoreError> for AppError {
    fn from(error: StoreError) -> Self {
        Self::Fault(error.into())
    }
}
