//! What the database can refuse; everything else is a [`Fault`].

use crate::types::Fault;

/// A failed statement or transaction.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// A unique or primary-key rule was broken. Holds the name that the database gives: on PostgreSQL the constraint, on
    /// SQLite `table.column`; rooms ask by [`StoreError::is_unique`].
    #[error("a row with this key is there already ({0})")]
    Unique(String),
    /// Nobody planned it.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl StoreError {
    /// Whether the broken rule concerns this column of this table. PostgreSQL names its constraints
    /// `<table>_<column>_key` or `<table>_pkey`, SQLite says `<table>.<column>`.
    pub fn is_unique(&self, table: &str, column: &str) -> bool {
        let Self::Unique(name) = self else { return false };
        *name == format!("{table}_{column}_key")
            || *name == format!("{table}_pkey")
            || name.split(", ").any(|part| part == format!("{table}.{column}"))
    }
}

impl From<StoreError> for Fault {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Fault(fault) => fault,
            StoreError::Unique(name) => Self::new("writing a row that is there already", name),
        }
    }
}

/// What a driver's error means.
pub(super) enum Meaning {
    Unique(String),
    /// A serialization failure or deadlock: the whole transaction is to be run again.
    Again,
    Fault(Fault),
}

pub(super) fn meaning(error: sqlx::Error) -> Meaning {
    if let sqlx::Error::Database(ref database) = error {
        if database.is_unique_violation() {
            let sqlite_name = database.message().strip_prefix("UNIQUE constraint failed: ");
            let name = database.constraint().or(sqlite_name).unwrap_or_else(|| database.message());
            return Meaning::Unique(name.to_owned());
        }
        // 40001 serialization_failure and 40P01 deadlock_detected (PostgreSQL); 5 SQLITE_BUSY, 517 SQLITE_BUSY_SNAPSHOT.
        if matches!(database.code().as_deref(), Some("40001" | "40P01" | "5" | "517")) {
            return Meaning::Again;
        }
        // 57P01..03: the server goes down or comes up; 53300: too many connections; 57014 and 25P03: it took longer than a statement, or
        // the time between two, may take, as on a busy machine; 13 SQLITE_FULL.
        let passing = matches!(
            database.code().as_deref(),
            Some("57P01" | "57P02" | "57P03" | "53300" | "53100" | "57014" | "25P03" | "13")
        );
        return Meaning::Fault(if passing {
            Fault::passing("using the database", error)
        } else {
            Fault::new("using the database", error)
        });
    }
    let passing =
        matches!(error, sqlx::Error::Io(_) | sqlx::Error::Tls(_) | sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed);
    Meaning::Fault(if passing {
        Fault::passing("reaching the database", error)
    } else {
        Fault::new("using the database", error)
    })
}

/// Whether a null was to be put where none may be.
pub(super) fn is_null_where_none_may_be(error: &sqlx::Error) -> bool {
    error.as_database_error().is_some_and(|error| error.kind() == sqlx::error::ErrorKind::NotNullViolation)
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        match meaning(error) {
            Meaning::Unique(name) => Self::Unique(name),
            Meaning::Again => Self::Fault(Fault::passing("finishing a transaction", "it met another one")),
            Meaning::Fault(fault) => Self::Fault(fault),
        }
    }
}
