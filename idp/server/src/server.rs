//! Listening: connections, TLS, draining, logging. Owns no table.
//!
//! | file | what |
//! | --- | --- |
//! | [`listener`] | accepts connections, with limits that `axum::serve` does not have |
//! | [`activity`] | when a connection has been silent or slow for too long |
//! | [`tls`] | our own certificate, read again when its files change |
//! | [`shutdown`] | SIGTERM, SIGINT: not ready at once, drained within 25 s, gone after 30 s |
//! | [`logging`] | JSON or human lines on standard error |

mod activity;
pub mod listener;
pub mod logging;
pub mod shutdown;
pub mod tls;

pub use listener::{Drain, Options, serve};
pub use shutdown::Shutdown;
pub use tls::{Certificate, TlsError};
