//! Signing in with a password.

use super::{
    Devices, First, Limits, PasswordUse, Turns, own_words_of, password_use, policy, recovery, rows, second,
    standing::{Closed, judge},
    throttle::{self, Whose},
};
use crate::{
    audit::{self, Event},
    crypto::password::{Check, PasswordError, PasswordHash, PasswordPool, Place, Scheme},
    people::{self, PersonState, Purpose, StoredAccount},
    store::{Conn, Cx, Db, StoreError, Tx},
    types::{Digest, Fault, Id, Secret, Timestamp, id},
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

/// How many passwords lie under the pepper of each older master key. Nobody can put them under another but the person who knows the password:
/// that happens when they next sign in.
pub async fn old_peppers(conn: &mut Conn) -> Result<Vec<(String, u64)>, StoreError> {
    rows::old_peppers(conn).await
}

/// What is found about a name before its password is checked.
struct Found {
    account: Option<StoredAccount>,
    stored: Option<PasswordHash>,
    person_state: Option<PersonState>,
    imported: Vec<Scheme>,
    device: Option<Digest>,
}

/// What a check of a password needs of the house.
#[derive(Clone, Copy)]
pub struct Desk<'a> {
    /// The database.
    pub db: &'a Db,
    /// The password pool.
    pub pool: &'a PasswordPool,
    /// Attempts under way on this node.
    pub turns: &'a Turns,
    /// How many failures are answered.
    pub limits: &'a Limits,
}

/// What somebody says to sign in.
pub struct Attempt<'a> {
    /// The sign-in name as typed.
    pub login: &'a str,
    /// The password as typed.
    pub password: &'a Secret<String>,
    /// What the browser says of having signed in before.
    pub devices: &'a Devices,
    /// A place in the pool, taken before anything was read: so that a flood costs next to nothing.
    pub place: Place,
}

/// Checks a name and a password. An unknown name costs one hash, as a known one does, and gets the same answer.
pub async fn prove(desk: Desk<'_>, cx: &Cx, said: Attempt<'_>) -> Result<First, Refusal> {
    let login = people::login_key(said.login);
    let found = find(&mut desk.db.read().await?, &login, said.devices, cx.now).await?;
    let whose = found.account.as_ref().map_or(Whose::Nobody(&login), |account| Whose::Account(account.id));
    let attempt = throttle::Attempt { whose, address: cx.address(), device: found.device };
    let _turn = desk.turns.take(attempt.key()).await.ok_or(Refusal::Busy)?;
    {
        let mut conn = desk.db.read().await?;
        if let Err(used_up) = attempt.is_allowed(&mut conn, desk.limits, cx.now).await? {
            return Err(Refusal::Throttled(used_up.until));
        }
    }
    let password = || policy::normalise(said.password.reveal());
    let check = desk.pool.check(said.place, password(), found.stored.as_ref(), &found.imported).await?;
    let known = found.account.as_ref().map(|account| (account.person, account.id));
    // No password opens a break-glass account, not even one that somebody wrote into the database.
    let opens = check != Check::Wrong && found.account.as_ref().is_none_or(|account| account.purpose == Purpose::Own);
    let (Found { account: Some(account), stored: Some(stored), person_state: Some(state), .. }, true) = (found, opens)
    else {
        fail(desk, cx, &attempt, known).await?;
        return Err(Refusal::Wrong);
    };
    let fresh = match check {
        Check::RightButOld => {
            // Of a password from another system the plain text is at hand for the first time.
            let weak = stored.inner.is_some() && is_weak(desk, &account, &password()).await?;
            Some(Fresh { hash: desk.pool.hash(password()).await?, usage: PasswordUse::of(&password()), weak })
        }
        Check::Right | Check::Wrong => None,
    };
    let standing = judge(account.state, state);
    right(desk, cx, (account.person, account.id), Right { standing, stored: &stored, fresh }).await?;
    standing.map_err(Refusal::Closed)?;
    Ok(First { account: account.id, person: account.person, at: cx.now })
}

/// Whether a password would not be taken as a new one of this account.
async fn is_weak(desk: Desk<'_>, account: &StoredAccount, password: &Secret<String>) -> Result<bool, StoreError> {
    let mut conn = desk.db.read().await?;
    let own = own_words_of(&mut conn, account).await?;
    // By what was set up, whether it can be used today or not.
    let usage = password_use(&mut conn, account.id, second::Policy::default()).await?;
    Ok(policy::check_new_password(password.reveal(), &own, usage).is_err())
}

/// A hash that replaces one of the same password.
pub(super) struct Fresh {
    pub(super) hash: PasswordHash,
    /// What the password is long enough for.
    pub(super) usage: PasswordUse,
    /// Whether it does not meet the rule for a new one.
    pub(super) weak: bool,
}

struct Right<'a> {
    standing: Result<(), Closed>,
    stored: &'a PasswordHash,
    fresh: Option<Fresh>,
}

/// Writes what a right password leaves. Nothing to renew and nothing to record is the usual case: then no write is made. The
/// failures counted before pass with their window.
async fn right(
    desk: Desk<'_>,
    cx: &Cx,
    (person, account): (Id<id::Person>, Id<id::Account>),
    right: Right<'_>,
) -> Result<(), StoreError> {
    if right.fresh.is_none() && right.standing.is_ok() {
        return Ok(());
    }
    let (right, because) = (&right, right.standing.err().map(Closed::word));
    let written = desk.db.write(cx, |tx| {
        Box::pin(async move {
            if let Some(fresh) = &right.fresh {
                rows::rehash(tx, account, right.stored, fresh).await?;
            }
            if let Some(because) = because {
                let (person, account) = (Some(person), Some(account));
                audit::record(tx, Event::SignInFailed { person, account, with: "pwd", because }).await?;
            }
            Ok(())
        })
    });
    written.await
}

async fn find(conn: &mut Conn, login: &str, devices: &Devices, now: Timestamp) -> Result<Found, StoreError> {
    let account = people::by_login(conn, login).await?;
    // The same questions are asked of the database for a name that nobody has: their time must not tell.
    let nobody = Id::from_uuid(uuid::Uuid::nil());
    let (id, person) =
        account.as_ref().map_or((nobody, Id::from_uuid(nobody.uuid())), |found| (found.id, found.person));
    let stored = rows::password(conn, id).await?;
    let person_state = people::person(conn, person).await?.map(|person| person.state);
    let device = devices.known(conn, id, now).await?;
    Ok(Found { account, stored, person_state, imported: rows::imported_schemes(conn).await?, device })
}

async fn fail(
    desk: Desk<'_>,
    cx: &Cx,
    attempt: &throttle::Attempt<'_>,
    known: Option<(Id<id::Person>, Id<id::Account>)>,
) -> Result<(), StoreError> {
    let (person, account) = known.unzip();
    let written = desk.db.write(cx, |tx| {
        Box::pin(async move {
            attempt.failed(tx, desk.limits).await?;
            audit::record(tx, Event::SignInFailed { person, account, with: "pwd", because: "wrong" }).await?;
            Ok(())
        })
    });
    written.await
}

/// Sets the password of an account, and stops every recovery of it: whoever began one for the old password has nothing left to replace.
/// What a changed password means for sessions and tokens is decided above.
pub async fn set(
    tx: &mut Tx<'_>,
    account: Id<id::Account>,
    person: Id<id::Person>,
    (hash, usage): (&PasswordHash, PasswordUse),
) -> Result<(), StoreError> {
    people::may_gain(tx, account).await?;
    rows::set_password(tx, account, (hash, usage)).await?;
    audit::record(tx, Event::PasswordSet { account, person }).await?;
    recovery::stop_all(tx, account, "stopped-by-new-password").await?;
    Ok(())
}

/// The stored hash of an account: `idp apply` compares with it so that it stays idempotent.
pub async fn stored(conn: &mut Conn, account: Id<id::Account>) -> Result<Option<PasswordHash>, StoreError> {
    rows::password(conn, account).await
}

/// Removes the schemes of imported passwords that nobody needs any more: from then on no sign-in computes them.
pub async fn sweep_imported(tx: &mut Tx<'_>) -> Result<u64, StoreError> {
    rows::sweep_imported(tx).await
}
