//! Floor 2: the cellar. The one place that speaks to a database or a cache.
//!
//! Owns: `meta`, `revision`, `lease`, `quota`. May be called by every room above; rooms keep their SQL in their own
//! `rows.rs` and run it through [`Conn`] and [`Tx`].
//!
//! ```text
//! db.read()  ──► Conn ──► rows::…(&mut conn)            no transaction, cannot write by its type's promise
//! db.write(cx, async |tx| …) ──► Tx ──► rows::…(tx)     serializable, retried, carries who/when/where
//! ```

mod batch;
pub mod cache;
mod conn;
mod cx;
mod db;
mod error;
pub mod lease;
mod many;
pub mod meta;
mod migrate;
mod pool;
pub mod quota;
pub mod reseal;
pub mod revision;
mod rows;
mod value;

pub use conn::{Conn, Tx};
pub use cx::{Actor, Cx, RequestId};
pub use db::{Db, Dialect, Options};
pub use error::StoreError;
pub use migrate::{Migration, MigrationState, migrations};
pub use value::{Param, Row};

/// Every statement of this room.
pub(crate) const STATEMENTS: &[&str] = rows::ALL;

#[cfg(test)]
pub(crate) mod testing;
