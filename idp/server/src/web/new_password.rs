//! A new password as people type it, wherever one is chosen: read twice, judged, counted, hashed.

use std::time::Duration;

use idp_core::{
    authn::{PasswordUse, check_new_password},
    crypto::password::{PasswordError, PasswordHash},
    store::{
        StoreError,
        quota::{self, Bucket, Limit, UsedUp},
    },
    types::{Fault, Secret},
};

use super::{
    extract::Params,
    page::{Errors, Mistake},
    problem::Code,
    visit::{Halt, Visit},
};

/// New passwords that one session, or one sign-in, may try in a minute: what the check says must not become an oracle about what others
/// know of its holder, or a way to make the server work.
const TRIES: Limit = Limit { most: 10, window: Duration::from_secs(60) };

/// Seconds after which the password pool has surely worked its queue off.
const BUSY_SECONDS: u64 = 10;

/// Reads one field.
///
/// # Errors
/// What is wrong with it, for the page.
pub fn read(text: &str, own: &[String], usage: PasswordUse) -> Result<Secret<String>, Mistake> {
    if text.is_empty() {
        return Err(Mistake::PasswordMissing);
    }
    check_new_password(text, own, usage).map_err(Mistake::Password)
}

/// Reads a new password that was typed twice, from `new_password` and `new_password_again`.
///
/// # Errors
/// All mistakes at once.
pub fn both(params: &Params, own: &[String], usage: PasswordUse) -> Result<Secret<String>, Vec<Mistake>> {
    let text = |name| params.get(name).unwrap_or_default();
    let again = (text("new_password") != text("new_password_again")).then_some(Mistake::PasswordMismatch);
    match (read(text("new_password"), own, usage), again) {
        (Ok(password), None) => Ok(password),
        (password, again) => Err(password.err().into_iter().chain(again).collect()),
    }
}

/// Counts one try of whoever `whose` names.
///
/// # Errors
/// A [`Fault`] of the database.
pub async fn count(visit: &Visit, whose: &[u8]) -> Result<Result<(), UsedUp>, Fault> {
    let bucket = Bucket::new("new password", &[whose]);
    let counted = visit.house.db.write(&visit.cx, |tx| Box::pin(quota::spend(tx, bucket, TRIES)));
    counted.await.map_err(|error: StoreError| Fault::from(error))
}

/// What the page says to somebody who tried too often, and how many seconds they wait.
pub fn too_many(visit: &Visit, used_up: UsedUp) -> (Errors, u64) {
    let seconds = used_up.until.since(visit.now()).as_secs().max(1);
    (visit.traced(Errors::slowed(seconds.div_ceil(60))), seconds)
}

/// Hashes a new password. `busy` makes the page for a full queue.
///
/// # Errors
/// That page, with `Retry-After`.
pub async fn hash(
    visit: &Visit,
    password: Secret<String>,
    busy: impl FnOnce(Code) -> Halt,
) -> Result<(PasswordHash, PasswordUse), Halt> {
    let usage = PasswordUse::of(&password);
    match visit.house.passwords.hash(password).await {
        Ok(hash) => Ok((hash, usage)),
        Err(PasswordError::Busy) => Err(busy(Code::BUSY).retry_after(BUSY_SECONDS)),
        Err(PasswordError::Fault(fault)) => Err(fault.into()),
    }
}
