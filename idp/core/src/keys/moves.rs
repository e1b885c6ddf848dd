//! Moving keys: the scheduled rotation, an ordered one, and the emergency. Every move is an audit event of its own
//! transaction and bumps the revision by which other nodes notice it.

use std::collections::BTreeMap;

use futures_util::future::try_join_all;

use super::{Fresh, KeyFacts, Policy, State, Step, rotation, rows};
use crate::{
    audit::{self, Event},
    crypto::{jwk::Jwk, jws::Alg},
    store::{Actor, Conn, Cx, Db, StoreError, Tx, revision},
    types::{Fault, Timestamp},
};

/// Whether to wait until the next key was published long enough.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Force {
    /// Wait: no party meets a key that it has not seen.
    No,
    /// Go on: parties that cache the JWK Set without asking again for an unknown `kid` will fail for a while.
    Yes,
}

/// Why a key was not moved.
#[derive(Debug, thiserror::Error)]
pub enum MoveError {
    /// The next key was published too recently.
    #[error("the next key may not sign before {}", .until.rfc3339())]
    TooEarly {
        /// From then on it may.
        until: Timestamp,
    },
    /// There is no next key for this algorithm, or no key with this `kid`.
    #[error("no such key")]
    NoSuchKey,
    /// The key was revoked before.
    #[error("the key was revoked before")]
    AlreadyRevoked,
    /// The material that was passed in is for another algorithm than that of the key.
    #[error("the new key is for another algorithm")]
    OtherAlgorithm,
    /// The database refused, or nobody planned it.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<MoveError> for Fault {
    fn from(error: MoveError) -> Self {
        match error {
            MoveError::Store(error) => error.into(),
            error => Self::new("moving a signing key", error),
        }
    }
}

/// The public half of a key that we have or had.
pub struct Past {
    /// What is known of it; its state says whether it was revoked.
    pub facts: KeyFacts,
    /// The public key.
    pub jwk: Jwk,
}

/// All keys, newest first, also those that are gone.
pub async fn list(conn: &mut Conn) -> Result<Vec<KeyFacts>, StoreError> {
    rows::list(conn).await
}

/// The public half of any key that we ever had: for an `id_token_hint` older than the JWK Set, where `exp` is ignored.
/// The caller decides what a revoked key is worth, which for a token is nothing.
pub async fn history(conn: &mut Conn, kid: &str) -> Result<Option<Past>, StoreError> {
    Ok(rows::public(conn, kid).await?.map(|(facts, jwk)| Past { facts, jwk }))
}

/// The public halves of all keys that we ever had, by `kid`: for checking old audit heads.
pub async fn known_keys(conn: &mut Conn) -> Result<BTreeMap<String, Jwk>, StoreError> {
    Ok(rows::publics(conn).await?.into_iter().collect())
}

/// Next becomes Active, Active becomes Retiring, and `fresh` becomes Next.
pub async fn rotate(tx: &mut Tx<'_>, fresh: &Fresh, force: Force, policy: &Policy) -> Result<(), MoveError> {
    let keys = rows::list(tx).await?;
    let next = keys.iter().find_map(|key| match key.state {
        State::Next { since } if key.alg == fresh.alg => Some(since),
        _ => None,
    });
    let until = policy.usable_from(next.ok_or(MoveError::NoSuchKey)?);
    if force == Force::No && tx.now() < until {
        return Err(MoveError::TooEarly { until });
    }
    let because = if matches!(tx.cx().actor, Actor::Job(_)) { "scheduled" } else { "ordered" };
    promote(tx, fresh, because).await
}

/// The emergency: the key is Gone at once and nothing that it signed is believed any more. Where it was the Active one,
/// Next takes over without waiting; where it was Active or Next, `fresh` becomes the new Next.
pub async fn revoke(tx: &mut Tx<'_>, kid: &str, because: &'static str, fresh: &Fresh) -> Result<(), MoveError> {
    let before = rows::one(tx, kid).await?.ok_or(MoveError::NoSuchKey)?;
    if before.alg != fresh.alg {
        return Err(MoveError::OtherAlgorithm);
    }
    let alg = rows::revoke(tx, kid).await?.ok_or(MoveError::AlreadyRevoked)?;
    moved(tx, kid, alg, ("gone", because)).await?;
    match before.state {
        State::Active { .. } => promote(tx, fresh, because).await,
        State::Next { .. } => Ok(add(tx, fresh, State::Next { since: tx.now() }, because).await?),
        State::Retiring { .. } | State::Gone { .. } => Ok(()),
    }
}

/// Runs what is due; gives the number of moves. The caller holds the lease, but two callers do no harm: each move is
/// judged again in its own transaction.
pub async fn run_due(db: &Db, cx: &Cx, policy: &Policy) -> Result<usize, Fault> {
    run_due_for(db, cx, policy, &Alg::ALL).await
}

pub(super) async fn run_due_for(db: &Db, cx: &Cx, policy: &Policy, algs: &[Alg]) -> Result<usize, Fault> {
    let keys = rows::list(&mut db.read().await?).await?;
    let steps = algs.iter().flat_map(|alg| rotation::due_for(*alg, &keys, policy, cx.now)).collect();
    run(db, cx, steps, policy).await
}

/// Makes what a keyring lacks to sign.
pub(super) async fn ensure(db: &Db, cx: &Cx, algs: &[Alg]) -> Result<(), Fault> {
    let keys = rows::list(&mut db.read().await?).await?;
    let steps = algs.iter().filter_map(|alg| rotation::missing(*alg, &keys)).collect();
    run(db, cx, steps, &Policy::default()).await.map(|_| ())
}

/// Makes the keys that all steps need, at one time on several threads, then runs the steps one by one.
async fn run(db: &Db, cx: &Cx, steps: Vec<Step>, policy: &Policy) -> Result<usize, Fault> {
    let with_material = steps.into_iter().map(async |step| {
        let (alg, count) = step.needs().unwrap_or((Alg::Es256, 0));
        let fresh = try_join_all((0..count).map(|_| Fresh::generate(alg))).await?;
        Ok::<_, Fault>((step, fresh))
    });
    let mut done = 0;
    for (step, fresh) in try_join_all(with_material).await? {
        let (step, fresh) = (&step, &fresh);
        match db.write(cx, |tx| Box::pin(run_one(tx, step, fresh, policy))).await {
            Ok(moves) => done += moves,
            // Another node was first: the unique index settled it, and its key is as good as ours.
            Err(StoreError::Unique(_)) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(done)
}

async fn run_one(tx: &mut Tx<'_>, step: &Step, fresh: &[Fresh], policy: &Policy) -> Result<usize, StoreError> {
    let keys = rows::list(tx).await?;
    if !rotation::due(&keys, policy, tx.now()).contains(step) {
        return Ok(0);
    }
    let now = tx.now();
    match (step, fresh) {
        (Step::Begin(_), [active, next]) => {
            add(tx, active, State::Active { since: now }, "first-start").await?;
            add(tx, next, State::Next { since: now }, "first-start").await?;
        }
        (Step::Publish(_), [next]) => add(tx, next, State::Next { since: now }, "scheduled").await?,
        (Step::Promote(_), [next]) => promote(tx, next, "scheduled").await.map_err(Fault::from)?,
        (Step::Destroy(kid), _) => {
            let alg = rows::destroy(tx, kid).await?.ok_or(Fault::bug("destroying a key that is not retiring"))?;
            moved(tx, kid, alg, ("gone", "scheduled")).await?;
        }
        _ => return Err(Fault::bug("running a step without its new keys").into()),
    }
    Ok(1)
}

/// The order matters: the unique indexes allow one Active and one Next at any moment.
async fn promote(tx: &mut Tx<'_>, fresh: &Fresh, because: &'static str) -> Result<(), MoveError> {
    if let Some(kid) = rows::retire(tx, fresh.alg).await? {
        moved(tx, &kid, fresh.alg, ("retiring", because)).await?;
    }
    let kid = rows::activate(tx, fresh.alg).await?.ok_or(MoveError::NoSuchKey)?;
    moved(tx, &kid, fresh.alg, ("active", because)).await?;
    let now = tx.now();
    Ok(add(tx, fresh, State::Next { since: now }, because).await?)
}

async fn add(tx: &mut Tx<'_>, fresh: &Fresh, state: State, because: &'static str) -> Result<(), StoreError> {
    rows::insert(tx, fresh, state).await?;
    moved(tx, &fresh.kid, fresh.alg, (state.word(), because)).await
}

async fn moved(
    tx: &mut Tx<'_>,
    kid: &str,
    alg: Alg,
    (state, because): (&'static str, &'static str),
) -> Result<(), StoreError> {
    audit::record(tx, Event::KeyMoved { kid: kid.to_owned(), alg: alg.name(), state, because }).await?;
    revision::bump(tx, revision::Room::Keys).await
}
