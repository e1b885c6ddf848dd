//! Codes that an app shows (RFC 6238): thirty seconds, one step of drift either way, and each step once on all nodes.

use totp_rs::{Algorithm, Builder, Totp};

use super::{
    challenge::{self, Bound, Purpose},
    code::digits,
    credential::{self, Kind},
    rows::factors as rows,
};
use crate::{
    crypto::{
        handle::{Ceremony, Handle},
        random,
    },
    people,
    store::{StoreError, Tx},
    types::{Fault, Id, Secret, Timestamp, id},
};

/// Bytes of the secret, as RFC 4226 section 4 recommends.
const LENGTH: usize = 20;

/// What the app is to be told, shown on one page.
pub struct Setup {
    /// Goes back with the first code.
    pub handle: Handle<Ceremony>,
    /// The secret in base 32, for apps that read no picture.
    pub key: Secret<String>,
    /// The address in the picture (`otpauth://…`).
    pub uri: Secret<String>,
}

/// Who sets an app up, and as what it shows the account.
#[derive(Clone, Copy)]
pub struct Holder<'a> {
    /// The session in which it happens.
    pub session: Id<id::Session>,
    /// The account.
    pub account: Id<id::Account>,
    /// The person.
    pub person: Id<id::Person>,
    /// The sign-in name.
    pub login: &'a str,
    /// The name of this installation.
    pub issuer: &'a str,
}

/// Begins to set an app up: draws its secret, which is kept until its first code comes back.
pub async fn begin(tx: &mut Tx<'_>, holder: Holder<'_>) -> Result<Setup, StoreError> {
    people::may_gain(tx, holder.account).await?;
    again(tx, holder, &random::bytes::<LENGTH>()).await
}

async fn again(tx: &mut Tx<'_>, holder: Holder<'_>, secret: &[u8]) -> Result<Setup, StoreError> {
    let app = app(secret, Some(holder))?;
    let new = challenge::New {
        purpose: Purpose::TotpCreation,
        bound: Bound::Session(holder.session),
        account: Some(holder.account),
        data: secret,
    };
    let handle = challenge::begin(tx, new).await?;
    let uri = app.to_url().map_err(|error| Fault::new("writing the address of an app for codes", error.to_string()))?;
    Ok(Setup { handle, key: Secret::new(app.secret().to_base32()), uri: Secret::new(uri) })
}

/// What became of the first code.
pub enum Confirmed {
    /// The app is set up.
    Added(Id<id::Credential>),
    /// The code is wrong; the same secret again, under another handle.
    Wrong(Setup),
    /// It took too long, or another tab was first.
    Over,
}

/// Takes the first code of an app.
pub async fn confirm(
    tx: &mut Tx<'_>,
    holder: Holder<'_>,
    shown: &str,
    (typed, label): (&str, &str),
) -> Result<Confirmed, StoreError> {
    let bound = Bound::Session(holder.session);
    let Some(taken) = challenge::take(tx, shown, Purpose::TotpCreation, bound).await? else {
        return Ok(Confirmed::Over);
    };
    if taken.account != Some(holder.account) {
        return Ok(Confirmed::Over);
    }
    let secret = taken.data;
    let Some(step) = step_of(&app(secret.reveal(), None)?, typed, tx.now()) else {
        return Ok(Confirmed::Wrong(again(tx, holder, secret.reveal()).await?));
    };
    let new = credential::New {
        account: holder.account,
        person: holder.person,
        kind: Kind::Totp,
        label,
        public_id: None,
        data: secret.reveal(),
    };
    let id = credential::add(tx, new).await?;
    rows::insert_totp_step(tx, id, step).await?;
    Ok(Confirmed::Added(id))
}

/// What became of a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Checked {
    /// It is right, by this credential.
    Right(Id<id::Credential>),
    /// It was right, and somebody used it before.
    Replayed,
    /// It is wrong.
    Wrong,
}

/// Checks a code of one of the account's apps. The statement that moves the newest step is the judge: of two nodes that are shown one
/// code at once, one finds it used.
pub async fn check(tx: &mut Tx<'_>, account: Id<id::Account>, typed: &str) -> Result<Checked, StoreError> {
    for held in credential::held(tx, account, Kind::Totp).await? {
        let Some(step) = step_of(&app(held.data.reveal(), None)?, typed, tx.now()) else { continue };
        if !rows::move_totp_step(tx, held.credential.id, step).await? {
            return Ok(Checked::Replayed);
        }
        let used = credential::used(tx, held.credential.id, held.data.reveal()).await?;
        return Ok(if used { Checked::Right(held.credential.id) } else { Checked::Wrong });
    }
    Ok(Checked::Wrong)
}

fn step_of(app: &Totp, typed: &str, now: Timestamp) -> Option<i64> {
    let typed = digits(typed);
    let fits = typed.len() == 6 && typed.bytes().all(|byte| byte.is_ascii_digit());
    let now = u64::try_from(now.seconds()).unwrap_or(0);
    fits.then(|| app.check(&typed, now)).flatten().and_then(|step| i64::try_from(step).ok())
}

fn app(secret: &[u8], holder: Option<Holder<'_>>) -> Result<Totp, Fault> {
    let builder = Builder::new()
        .with_algorithm(Algorithm::SHA1)
        .with_digits(6)
        .with_skew(1)
        .with_step_duration(30)
        .with_secret(secret.to_vec());
    // A colon separates the two in the address, so neither may hold one.
    let plain = |text: &str| text.replace(':', " ");
    let builder = match holder {
        Some(holder) => builder.with_account_name(plain(holder.login)).with_issuer(Some(plain(holder.issuer))),
        None => builder.with_account_name("-"),
    };
    builder.build().map_err(|error| Fault::new("making an app for codes", error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::{app, step_of};
    use crate::types::Timestamp;

    #[test]
    fn the_published_codes_are_known_with_one_step_of_drift() {
        // RFC 6238 appendix B, SHA-1, the last six digits.
        let app = app(b"12345678901234567890", None).expect("builds");
        for (seconds, code) in [(1_111_111_109, "081804"), (1_234_567_890, "005924"), (2_000_000_000, "279037")] {
            let step = seconds / 30;
            for (drift, right) in [(-60, false), (-30, true), (0, true), (30, true), (60, false)] {
                let found = step_of(&app, code, Timestamp::from_seconds(seconds + drift));
                assert_eq!(found, right.then_some(step), "{code} {drift}");
            }
        }
        let now = Timestamp::from_seconds(59);
        for (typed, right) in
            [(" 287 082 ", true), ("２８７０８２", true), ("287083", false), ("87082", false), ("", false)]
        {
            assert_eq!(step_of(&app, typed, now).is_some(), right, "{typed}");
        }
    }
}
