//! Sending what is due.

use super::{
    Channel, ChannelError, Rendered,
    retry::{MOST_TRIES, wait},
    rows::{self, Due, End},
};
use crate::{
    crypto::seal::Sealed,
    store::{Conn, Cx, Db, StoreError, Tx},
    types::{Fault, Id, Timestamp, id},
};

/// What one run did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Delivered {
    /// Taken by the channel.
    pub sent: usize,
    /// To be tried again.
    pub later: usize,
    /// Given up, refused or tried too often.
    pub given_up: usize,
}

/// Sends up to a hundred messages that are due. It needs no lease: a message is claimed by a guarded update, and its next
/// time lies ahead from then on, so that another node leaves it alone and a crash only delays it.
pub async fn deliver_due(db: &Db, cx: &Cx, channel: &dyn Channel) -> Result<Delivered, Fault> {
    let due = rows::due(&mut db.read().await?, cx.now).await?;
    let mut done = Delivered::default();
    for due in due {
        let again = cx.now + wait(due.tries + 1);
        let claimed = db.write(cx, |tx| Box::pin(rows::claim(tx, due, again))).await.map_err(Fault::from)?;
        let Some(sealed) = claimed else { continue };
        match (send(db, due, &sealed, channel).await, due.tries + 1 < MOST_TRIES) {
            (Ok(()), _) => {
                end(db, cx, due, End::Sent).await?;
                done.sent += 1;
            }
            (Err(ChannelError::Later(error)), true) => {
                tracing::warn!(message.id = %due.id, tries = due.tries + 1, %error, "a message waits");
                done.later += 1;
            }
            (Err(error), _) => {
                tracing::error!(message.id = %due.id, tries = due.tries + 1, %error, "a message is given up");
                end(db, cx, due, End::GivenUp).await?;
                done.given_up += 1;
            }
        }
    }
    Ok(done)
}

async fn send(db: &Db, due: Due, sealed: &Sealed, channel: &dyn Channel) -> Result<(), ChannelError> {
    // Its key may come back: another key file, then the message goes out.
    let later = |error| ChannelError::Later(Fault::new("opening a message", error));
    let plain = db.seals().open(due.id.bytes(), sealed).map_err(later)?;
    let message: Rendered =
        serde_json::from_slice(&plain).map_err(|_| ChannelError::Never("it is not a message of ours"))?;
    channel.send(&message).await
}

async fn end(db: &Db, cx: &Cx, due: Due, how: End) -> Result<(), Fault> {
    db.write(cx, |tx| Box::pin(rows::end(tx, due.id, how))).await.map_err(Fault::from)
}

/// What became of some messages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Fate {
    /// Taken by the channel.
    pub delivered: i64,
    /// To be tried, or tried again.
    pub waiting: i64,
    /// Given up.
    pub failed: i64,
}

/// What became of messages; those that were swept since count nowhere.
pub async fn fate(conn: &mut Conn, messages: &[Id<id::Delivery>]) -> Result<Fate, StoreError> {
    if messages.is_empty() { Ok(Fate::default()) } else { rows::states(conn, messages).await }
}

/// Deletes what was sent or given up before `before`; gives how many.
pub async fn sweep(tx: &mut Tx<'_>, before: Timestamp) -> Result<u64, StoreError> {
    rows::sweep(tx, before).await
}
