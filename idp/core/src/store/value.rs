//! Parameters and rows of the few types that both databases know: integer, text, bytes, UUID.

use sqlx::{Row as _, postgres::PgRow, sqlite::SqliteRow};
use uuid::Uuid;

use super::StoreError;
use crate::types::{Digest, Id, Timestamp};

/// A parameter of a statement. A missing one keeps its type, because PostgreSQL asks for it.
#[derive(Clone, Debug)]
pub enum Param {
    /// BIGINT or INTEGER.
    Int(Option<i64>),
    /// TEXT.
    Text(Option<String>),
    /// BYTEA or BLOB.
    Bytes(Option<Vec<u8>>),
    /// UUID, or BLOB of sixteen bytes.
    Uuid(Option<Uuid>),
}

macro_rules! params_from {
    ($($from:ty, $value:ident => $variant:ident($made:expr);)*) => {$(
        impl From<$from> for Param {
            fn from($value: $from) -> Self { Self::$variant(Some($made)) }
        }
        impl From<Option<$from>> for Param {
            fn from(value: Option<$from>) -> Self { Self::$variant(value.map(|$value| $made)) }
        }
    )*};
}
params_from! {
    i64, value => Int(value);
    Timestamp, value => Int(value.millis());
    String, value => Text(value);
    &str, value => Text(value.to_owned());
    Vec<u8>, value => Bytes(value);
    &[u8], value => Bytes(value.to_vec());
    [u8; 32], value => Bytes(value.to_vec());
    Digest, value => Bytes(value.bytes().to_vec());
    Uuid, value => Uuid(value);
}

impl<T> From<Id<T>> for Param {
    fn from(value: Id<T>) -> Self {
        Self::Uuid(Some(value.uuid()))
    }
}
impl<T> From<Option<Id<T>>> for Param {
    fn from(value: Option<Id<T>>) -> Self {
        Self::Uuid(value.map(Id::uuid))
    }
}

/// `params![a, b]`: the parameters of one statement, in order.
#[macro_export]
macro_rules! params {
    ($($value:expr),* $(,)?) => { vec![$($crate::store::Param::from($value)),*] };
}

/// One row of a result. A column is asked for by name and by the type that the migration gave it; anything else is a
/// defect of ours and becomes a fault.
pub enum Row {
    /// From SQLite.
    #[doc(hidden)]
    Sqlite(SqliteRow),
    /// From PostgreSQL.
    #[doc(hidden)]
    Postgres(PgRow),
}

macro_rules! columns {
    ($($(#[$doc:meta])* $get:ident $optional:ident -> $stored:ty as $type:ty, $value:ident => $made:expr;)*) => {$(
        $(#[$doc])*
        pub fn $get(&self, column: &str) -> Result<$type, StoreError> {
            let $value: $stored = match self {
                Self::Sqlite(row) => row.try_get(column)?,
                Self::Postgres(row) => row.try_get(column)?,
            };
            Ok($made)
        }
        /// The same for a column that may be null.
        pub fn $optional(&self, column: &str) -> Result<Option<$type>, StoreError> {
            let value: Option<$stored> = match self {
                Self::Sqlite(row) => row.try_get(column)?,
                Self::Postgres(row) => row.try_get(column)?,
            };
            Ok(value.map(|$value| $made))
        }
    )*};
}

impl Row {
    columns! {
        /// An integer.
        int opt_int -> i64 as i64, value => value;
        /// An instant, stored in unix milliseconds.
        time opt_time -> i64 as Timestamp, value => Timestamp::from_millis(value);
        /// A text.
        text opt_text -> String as String, value => value;
        /// Bytes.
        bytes opt_bytes -> Vec<u8> as Vec<u8>, value => value;
        /// A UUID.
        uuid opt_uuid -> Uuid as Uuid, value => value;
    }

    /// A typed id.
    pub fn id<T>(&self, column: &str) -> Result<Id<T>, StoreError> {
        Ok(Id::from_uuid(self.uuid(column)?))
    }

    /// A typed id that may be missing.
    pub fn opt_id<T>(&self, column: &str) -> Result<Option<Id<T>>, StoreError> {
        Ok(self.opt_uuid(column)?.map(Id::from_uuid))
    }

    /// A digest.
    pub fn digest(&self, column: &str) -> Result<Digest, StoreError> {
        let bytes = self.bytes(column)?.try_into();
        Ok(Digest::from_bytes(bytes.map_err(|_| crate::types::Fault::bug("reading a digest of another length"))?))
    }
}
