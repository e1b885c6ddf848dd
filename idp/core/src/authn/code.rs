//! One-time codes by message (NIST SP 800-63B-4 section 3.1.3): six digits, bound to what they are for, five minutes, three tries, and
//! only the newest counts.

use std::time::Duration;

use unicode_normalization::UnicodeNormalization;

use super::{Contact, rows::factors as rows};
use crate::{
    crypto::{digest, random},
    notify::{self, Message, Recipient, Template},
    store::{
        Conn, StoreError, Tx,
        quota::{self, Bucket, Limit, UsedUp},
    },
    types::{Digest, Id, Locale, Timestamp, id},
};

/// How long a code is good.
pub const LIFETIME: Duration = Duration::from_secs(5 * 60);

/// Answers to one code.
pub const TRIES: u32 = 3;

/// How many codes are sent on one errand.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// To one address, and from one browser that signed in before: nobody's telephone is to be flooded.
    pub target: Limit,
    /// For one account.
    pub account: Limit,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            target: Limit { most: 5, window: Duration::from_secs(3_600) },
            account: Limit { most: 20, window: Duration::from_secs(24 * 3_600) },
        }
    }
}

/// What a code is for, and nothing else: one of a sign-in is worth nothing in another, or in a recovery.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Bound {
    pub(super) digest: Digest,
    /// Codes are counted for each errand by itself: whoever knows the data on somebody's card can have codes of a recovery sent, and whoever
    /// has an account can have codes sent to an address that is not theirs; neither may use up those with which its holder signs in.
    errand: &'static str,
}

impl Bound {
    fn new(errand: &'static str, to: &[&[u8]]) -> Self {
        let digest = digest::sha256_parts(std::iter::once(errand.as_bytes()).chain(to.iter().copied()));
        Self { digest, errand }
    }

    /// To a sign-in transaction.
    pub fn sign_in(transaction: Digest) -> Self {
        Self::new("sign-in", &[transaction.bytes()])
    }

    /// To an address that is to be proved, in one session.
    pub fn contact(session: Id<id::Session>, contact: Id<id::Contact>) -> Self {
        Self::new("contact", &[session.bytes(), contact.bytes()])
    }

    /// To a recovery.
    pub fn recovery(case: Digest) -> Self {
        Self::new("recovery", &[case.bytes()])
    }
}

/// How the codes that are sent are counted.
#[derive(Clone, Copy)]
pub struct Counted {
    /// How many there may be.
    pub limits: Limits,
    /// The browser that asks, where it signed in to the account before: it has a count of its own, which nobody else can use up.
    pub device: Option<Digest>,
}

impl Counted {
    fn buckets(self, errand: &str, contact: &Contact) -> Vec<(Bucket, Limit)> {
        let (errand, limits) = (errand.as_bytes(), self.limits);
        if let Some(device) = self.device {
            return vec![(Bucket::new("code device", &[errand, device.bytes()]), limits.target)];
        }
        let target = contact.address.as_str().as_bytes();
        vec![
            (Bucket::new("code target", &[errand, target]), limits.target),
            (Bucket::new("code account", &[errand, contact.account.bytes()]), limits.account),
        ]
    }
}

/// What became of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Checked {
    /// It is the code, and it is spent now.
    Right(Id<id::Contact>),
    /// It is not; so many tries are left.
    Wrong(u32),
    /// There is no code that could still be answered.
    Over,
}

/// Sends a code to an address of an account; what was sent before for the same is worth nothing from now on.
pub async fn send(
    tx: &mut Tx<'_>,
    bound: Bound,
    contact: &Contact,
    (template, locale): (Template, Locale),
    counted: Counted,
) -> Result<Result<(), UsedUp>, StoreError> {
    for (bucket, limit) in counted.buckets(bound.errand, contact) {
        if let Err(used_up) = quota::spend(tx, bucket, limit).await? {
            return Ok(Err(used_up));
        }
    }
    let id = random::id(tx.now());
    let code = format!("{:06}", random::below(1_000_000));
    rows::end_codes(tx, bound).await?;
    let keyed = keyed(tx, id, &code);
    rows::insert_code(tx, id, (bound, contact.id), keyed).await?;
    if let Some(to) = Recipient::new(contact.address.as_str().to_owned()) {
        let with: &[(&str, &str)] = &[("code", &code)];
        notify::queue(tx, Message { to, template, locale, with, due_at: None }).await?;
    }
    Ok(Ok(()))
}

/// Names one code.
#[derive(Debug)]
pub(super) enum Code {}

fn keyed(tx: &Tx<'_>, id: Id<Code>, code: &str) -> Digest {
    let value = format!("{id} {code}");
    let mut indexes = tx.seals().indexes("one-time-code", &value);
    // Five minutes are shorter than any change of keys: the active one is enough, and a code sent just before it is sent again.
    Digest::from_bytes(indexes.swap_remove(0).1)
}

/// Checks an answer against the newest code. The statement that spends it is the judge.
pub async fn check(tx: &mut Tx<'_>, bound: Bound, typed: &str) -> Result<Checked, StoreError> {
    let Some((id, contact)) = rows::newest_code(tx, bound).await? else {
        return Ok(Checked::Over);
    };
    let keyed = keyed(tx, id, &digits(typed));
    if rows::spend_code(tx, id, keyed).await? {
        return Ok(Checked::Right(contact));
    }
    let used = rows::count_try(tx, id).await?.unwrap_or(i64::from(TRIES));
    let left = i64::from(TRIES) - used;
    Ok(if left > 0 { Checked::Wrong(left as u32) } else { Checked::Over })
}

/// The digits of what was typed: people copy blanks and full-width digits along.
pub(super) fn digits(typed: &str) -> String {
    typed.nfkc().filter(|c| !c.is_whitespace() && *c != '-').take(16).collect()
}

/// Whether a code was sent for this that can still be answered.
pub async fn is_under_way(conn: &mut Conn, bound: Bound, now: Timestamp) -> Result<bool, StoreError> {
    rows::has_code(conn, bound, now).await
}

/// Removes codes that are over.
pub async fn sweep(tx: &mut Tx<'_>) -> Result<u64, StoreError> {
    rows::sweep_codes(tx).await
}
