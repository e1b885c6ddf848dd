//! `Idempotency-Key`: a request that is sent again is answered again, and done once.
//!
//! The answer is kept in the transaction of what it tells of, for a day. Of several at once the database lets one through; the others run
//! again, find the answer and give the same.

use std::time::Duration;

use super::{appointment::Subject, rows};
use crate::{
    store::{Conn, StoreError, Tx},
    types::Digest,
};

/// How long an answer can be had again.
pub const KEPT: Duration = Duration::from_secs(86_400);

/// The key of a request: whose it is is part of it, so nobody meets the answers of somebody else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OnceKey {
    /// Who asks.
    pub caller: Subject,
    /// What they wrote into the header.
    pub key: String,
}

/// What was answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// `ETag`, where there was one.
    pub etag: Option<String>,
    /// `Location`, where there was one.
    pub location: Option<String>,
    /// The body; empty where there was none.
    pub body: String,
}

/// What a key stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Known {
    /// Nothing yet: do it.
    New,
    /// This very request: here is its answer.
    Answered(Answer),
    /// Another request under the same key.
    Different,
}

/// What is known of a key. `request` is a digest of method, path and body.
pub async fn known(
    conn: &mut Conn,
    key: &OnceKey,
    request: Digest,
    now: crate::types::Timestamp,
) -> Result<Known, StoreError> {
    Ok(match rows::answer(conn, key, now).await? {
        None => Known::New,
        Some((digest, answer)) if digest == request => Known::Answered(answer),
        Some(_) => Known::Different,
    })
}

/// Keeps an answer.
pub async fn keep(tx: &mut Tx<'_>, key: &OnceKey, request: Digest, answer: &Answer) -> Result<(), StoreError> {
    let until = tx.now() + KEPT;
    rows::insert_answer(tx, key, request, answer, until).await
}

/// Removes answers that are over their time.
pub(super) async fn sweep(tx: &mut Tx<'_>) -> Result<u64, StoreError> {
    rows::sweep_answers(tx).await
}
