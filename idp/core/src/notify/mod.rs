//! Floor 4: messages to people, by mail or otherwise.
//!
//! Owns: `message`. Rooms above call [`queue`] in the transaction of what the message tells of; a job calls
//! [`deliver_due`] with a [`Channel`]. So a message is neither lost with a crash nor sent for a change that was rolled
//! back; after a crash in the middle of sending it may be sent twice.
//!
//! ```text
//! queue(tx, message) ──► message, sealed ──► claim (guarded update) ──► channel ──► sent │ later │ given up
//! ```
//!
//! Recipient and text lie sealed, and leave the row once the message is sent or given up.

mod channel;
mod deliver;
mod file;
mod message;
mod reseal;
mod retry;
mod routes;
mod rows;
mod sms;
mod smtp;

pub use channel::{Channel, ChannelError};
pub use deliver::{Delivered, Fate, deliver_due, fate, sweep};
pub use file::FileChannel;
pub use message::{Message, Recipient, Rendered, Template, queue};
pub use reseal::MESSAGES;
pub use routes::Routes;
pub use sms::{SmsChannel, SmsConfig};
pub use smtp::{ConfigProblem, SmtpChannel, SmtpConfig, SmtpTls};

/// Every statement of this room.
pub(crate) const STATEMENTS: &[&str] = rows::ALL;

#[cfg(test)]
mod tests;
