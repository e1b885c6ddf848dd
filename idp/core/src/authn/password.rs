//! Signing in with a password.

use super::{
    Proof, policy, rows,
    standing::{Closed, judge},
    throttle,
};
use crate::{
    audit::{self, Event},
    crypto::password::{Check, PasswordError, PasswordHash, PasswordPool},
    people::{self, PersonState, StoredAccount},
    store::{Conn, Cx, Db, StoreError, Tx},
    types::{Aal, Fault, Id, Secret, Timestamp, id},
};

/// Why there is no proof. The first two look and cost the same to somebody who guesses; the states are told only to
/// somebody who knew the password.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// Name or password is wrong.
    #[error("wrong name or password")]
    Wrong,
    /// Too many failures; the next attempt is possible at this instant.
    #[error("too many failures")]
    Throttled(Timestamp),
    /// The password is right, and the account is closed.
    #[error("the account is closed: {}", .0.word())]
    Closed(Closed),
    /// No hashing capacity right now.
    #[error("no capacity")]
    Busy,
    /// Nobody planned it.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        Self::Fault(error.into())
    }
}

impl From<PasswordError> for Refusal {
    fn from(error: PasswordError) -> Self {
        match error {
            PasswordError::Busy => Self::Busy,
            PasswordError::Fault(fault) => Self::Fault(fault),
        }
    }
}

/// What is found about a name before its password is checked.
struct Found {
    account: Option<StoredAccount>,
    stored: Option<PasswordHash>,
    person_state: Option<PersonState>,
}

/// Checks a name and a password. An unknown name costs one hash, as a known one does, and gets the same answer.
pub async fn prove(
    db: &Db,
    pool: &PasswordPool,
    cx: &Cx,
    login: &str,
    password: &Secret<String>,
) -> Result<Proof, Refusal> {
    let login = login.trim().to_lowercase();
    let found = {
        let mut conn = db.read().await?;
        if let Err(used_up) = throttle::allows(&mut conn, &login, cx.address(), cx.now).await? {
            return Err(Refusal::Throttled(used_up.until));
        }
        find(&mut conn, &login).await?
    };
    let check = pool.check(policy::normalise(password.reveal()), found.stored.as_ref()).await?;
    let (Found { account: Some(account), stored: Some(stored), person_state: Some(state) }, true) =
        (found, check != Check::Wrong)
    else {
        fail(db, cx, &login).await?;
        return Err(Refusal::Wrong);
    };
    let fresh = match check {
        Check::RightButOld => Some(pool.hash(policy::normalise(password.reveal())).await?),
        Check::Right | Check::Wrong => None,
    };
    let standing = judge(account.state, state);
    // Nothing to renew and nothing to record is the usual case: then no write is made. The failures counted before pass
    // with their window.
    if fresh.is_some() || standing.is_err() {
        let because = standing.err().map(Closed::word);
        let (fresh, stored) = (fresh.as_ref(), &stored);
        db.write(cx, |tx| {
            Box::pin(async move {
                if let Some(fresh) = fresh {
                    rows::rehash(tx, account.id, stored, fresh).await?;
                }
                if let Some(because) = because {
                    audit::record(tx, Event::SignInFailed { account: Some(account.id), because }).await?;
                }
                Ok::<(), StoreError>(())
            })
        })
        .await?;
    }
    standing.map_err(Refusal::Closed)?;
    Ok(Proof { account: account.id, person: account.person, aal: Aal::Aal1, amr: vec!["pwd"], credential: None })
}

async fn find(conn: &mut Conn, login: &str) -> Result<Found, StoreError> {
    let account = people::by_login(conn, login).await?;
    let Some(account) = account else {
        return Ok(Found { account: None, stored: None, person_state: None });
    };
    let stored = rows::password(conn, account.id).await?;
    let person_state = people::person(conn, account.person).await?.map(|person| person.state);
    Ok(Found { account: Some(account), stored, person_state })
}

async fn fail(db: &Db, cx: &Cx, login: &str) -> Result<(), StoreError> {
    db.write(cx, |tx| {
        Box::pin(async move {
            throttle::failed(tx, login).await?;
            let account = people::by_login(tx, login).await?.map(|account| account.id);
            audit::record(tx, Event::SignInFailed { account, because: "wrong" }).await?;
            Ok(())
        })
    })
    .await
}

/// Sets the password of an account. What a changed password means for sessions and tokens is decided above.
pub async fn set(
    tx: &mut Tx<'_>,
    account: Id<id::Account>,
    person: Id<id::Person>,
    hash: &PasswordHash,
) -> Result<(), StoreError> {
    rows::set_password(tx, account, hash).await?;
    audit::record(tx, Event::PasswordSet { account, person }).await?;
    Ok(())
}

/// The stored hash of an account: `idp apply` compares with it so that it stays idempotent.
pub async fn stored(conn: &mut Conn, account: Id<id::Account>) -> Result<Option<PasswordHash>, StoreError> {
    rows::password(conn, account).await
}
