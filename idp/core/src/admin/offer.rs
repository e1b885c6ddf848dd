//! The first platform owner. Nobody is one by birth, no password is shipped: an operator makes a link on the server, and whoever opens it,
//! signs in with two factors and says yes, is appointed.
//!
//! The link is a secret of its own kind, kept as a digest, for minutes, once. It is refused while there is an owner, unless the operator
//! says why another is needed; both are audited.

use std::time::Duration;

use super::{
    appointment::{Appointment, NewAppointment, Scope, Subject},
    gate::{self, Fresh, How, Refusal},
    register,
    role::Role,
    rows,
};
use crate::{
    audit::{self, Event},
    crypto::handle::{Handle, OwnerOffer},
    session::Live,
    store::{Conn, StoreError, Tx},
    types::{Digest, Timestamp, time::Interval},
};

/// An offer that can be accepted now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    /// Its digest: what a transaction carries in place of the secret.
    pub digest: Digest,
    /// When it is too late.
    pub expires_at: Timestamp,
    /// Why another owner is needed, where there was one.
    pub because: Option<String>,
}

/// Why no offer was made.
#[derive(Debug, thiserror::Error)]
pub enum OfferError {
    /// There is a platform owner, and nobody said why another is needed.
    #[error("there is a platform owner")]
    OwnerExists,
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Why an offer was not accepted.
#[derive(Debug, thiserror::Error)]
pub enum AcceptError {
    /// It was used, is over its time, or never was.
    #[error("the offer is gone")]
    Gone,
    /// Somebody became owner meanwhile.
    #[error("there is a platform owner")]
    OwnerExists,
    /// The sign-in is not good enough.
    #[error("the sign-in is not good enough: {}", .0.word())]
    Proof(Refusal),
    /// This role or office of theirs has to be held by somebody else.
    #[error("has to be held apart from {0}")]
    Separated(String),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Makes a link. `because`: why another owner is needed although there is one.
///
/// # Errors
/// [`OfferError::OwnerExists`] without a reason.
pub async fn offer(
    tx: &mut Tx<'_>,
    lifetime: Duration,
    because: Option<&str>,
) -> Result<(Handle<OwnerOffer>, Timestamp), OfferError> {
    let now = tx.now();
    let because = because.map(str::trim).filter(|reason| !reason.is_empty());
    if because.is_none() && !register::lasting_owners(tx, now).await?.is_empty() {
        return Err(OfferError::OwnerExists);
    }
    let handle = Handle::<OwnerOffer>::generate();
    let expires_at = now + lifetime;
    // One link at a time: who makes a second one lost the first.
    rows::end_offers(tx).await?;
    rows::insert_offer(tx, handle.digest(), expires_at, because).await?;
    let event = Event::OwnerOffered { until: expires_at.rfc3339(), because: because.map(str::to_owned) };
    audit::record(tx, event).await?;
    Ok((handle, expires_at))
}

/// The offer of a digest, if it can be accepted now. Looking at it does not use it up: mail programs and chats open links too.
pub async fn offered(conn: &mut Conn, digest: Digest, now: Timestamp) -> Result<Option<Offer>, StoreError> {
    rows::offer(conn, digest, now).await
}

/// Makes the holder of a session a platform owner. The offer is spent by one guarded statement.
///
/// # Errors
/// [`AcceptError`].
pub async fn accept(tx: &mut Tx<'_>, digest: Digest, live: &Live) -> Result<Appointment, AcceptError> {
    let now = tx.now();
    let how = How::Console { aal: live.aal, auth_at: live.auth_at };
    gate::proves(how, Fresh::Yes, now).map_err(AcceptError::Proof)?;
    let offer = rows::offer(tx, digest, now).await?.ok_or(AcceptError::Gone)?;
    if offer.because.is_none() && !register::lasting_owners(tx, now).await?.is_empty() {
        return Err(AcceptError::OwnerExists);
    }
    if !rows::spend_offer(tx, digest, live.person).await? {
        return Err(AcceptError::Gone);
    }
    let new = NewAppointment {
        subject: Subject::Person(live.person),
        role: Role::PlatformOwner,
        scope: Scope::Whole,
        window: Interval { from: now, until: None },
        decision: offer.because.unwrap_or_else(|| "bootstrap".to_owned()),
    };
    let held = rows::of_subject(tx, new.subject).await?;
    match register::apart(tx, &new, &held).await? {
        Some(other) => Err(AcceptError::Separated(other)),
        None => Ok(register::write(tx, new).await?),
    }
}

/// Removes offers that were over a month ago.
pub(super) async fn sweep(tx: &mut Tx<'_>) -> Result<u64, StoreError> {
    let before = tx.now() - Duration::from_secs(30 * 86_400);
    rows::sweep_offers(tx, before).await
}
