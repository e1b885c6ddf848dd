//! Which message goes which way.

use async_trait::async_trait;

use super::{Channel, ChannelError, Rendered};
use crate::types::Fault;

/// The ways out that an installation has. What has no way waits in the outbox, and is given up in the end.
#[derive(Default)]
pub struct Routes {
    /// To addresses of mail.
    pub mail: Option<Box<dyn Channel>>,
    /// To telephones.
    pub phone: Option<Box<dyn Channel>>,
}

#[async_trait]
impl Channel for Routes {
    async fn send(&self, message: &Rendered) -> Result<(), ChannelError> {
        let way = if message.to.contains('@') { &self.mail } else { &self.phone };
        match way {
            Some(way) => way.send(message).await,
            None => Err(ChannelError::Later(Fault::passing("sending a message", "this installation has no such way"))),
        }
    }
}
