//! The way out: one implementation for each kind of gateway.

use async_trait::async_trait;

use super::Rendered;
use crate::types::Fault;

/// Why a message did not go out.
#[derive(Debug, thiserror::Error)]
pub enum ChannelError {
    /// It may go out later: the gateway is away or overloaded.
    #[error("the gateway did not take it yet: {0}")]
    Later(#[source] Fault),
    /// It will never go out: the gateway refuses this recipient or this text. The text is for the log and names neither.
    #[error("the gateway refuses it: {0}")]
    Never(&'static str),
}

/// A gateway for messages.
#[async_trait]
pub trait Channel: Send + Sync {
    /// Hands one message over. `Ok` means that the gateway has taken it for good.
    async fn send(&self, message: &Rendered) -> Result<(), ChannelError>;
}
