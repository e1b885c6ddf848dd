//! The second factor: which ones an account has, and proving one after the password.

use super::{
    Devices, First, Limits, Proof, code,
    contact::Contact,
    credential::{self, Kind},
    notice, recovery_code,
    rows::factors as rows,
    standing::{Closed, judge},
    totp,
};
use crate::{
    audit::{self, Event},
    people::{self, Purpose},
    store::{
        Conn, StoreError, Tx,
        quota::{self, Bucket},
    },
    types::{Aal, AddressKind, Id, Timestamp, id},
};

/// Which messages may carry a second factor here.
#[derive(Clone, Copy, Debug, Default)]
pub struct Policy {
    /// Codes by SMS: the weakest second factor (NIST SP 800-63B-4 section 3.1.3.3 restricts it).
    pub sms: bool,
    /// Codes by mail. They never reach the second level (section 3.1.3.1 does not allow them).
    pub email: bool,
}

/// A way to prove the second factor.
#[derive(Clone)]
pub enum Way {
    /// A code from an app.
    Totp,
    /// A code that we send.
    Message(Contact),
}

/// The ways that an account has, the strongest first. None: its password opens it alone.
pub async fn ways(conn: &mut Conn, account: Id<id::Account>, policy: Policy) -> Result<Vec<Way>, StoreError> {
    let mut ways = Vec::new();
    if credential::kinds(conn, account).await?.contains(&Kind::Totp) {
        ways.push(Way::Totp);
    }
    let contacts = rows::contacts(conn, account).await?;
    let of = |kind: AddressKind| {
        contacts.iter().filter(move |contact| contact.second_factor_at.is_some() && contact.address.kind() == kind)
    };
    if policy.sms {
        ways.extend(of(AddressKind::Phone).cloned().map(Way::Message));
    }
    if policy.email {
        ways.extend(of(AddressKind::Email).cloned().map(Way::Message));
    }
    Ok(ways)
}

/// What somebody answers.
pub enum Answer<'a> {
    /// A code from an app.
    Totp(&'a str),
    /// A code that we sent for this.
    Message(code::Bound, &'a str),
    /// A code from the paper.
    Recovery(&'a str),
}

/// Why there is no proof yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The code is wrong; `Some`: so many tries are left with this one.
    Wrong(Option<u32>),
    /// The code was used before: wait for the next.
    Replayed,
    /// There is no code that could still be answered: let another be sent.
    Over,
    /// Too many wrong codes; the next attempt is possible at this instant.
    Throttled(Timestamp),
    /// The account was closed meanwhile.
    Closed(Closed),
}

/// What a right answer was.
struct Right {
    aal: Aal,
    amr: &'static [&'static str],
    credential: Option<Id<id::Credential>>,
}

impl Right {
    const fn second_level(amr: &'static [&'static str], credential: Option<Id<id::Credential>>) -> Self {
        Self { aal: Aal::Aal2, amr, credential }
    }
}

/// By what an answer is judged.
#[derive(Clone, Copy)]
pub struct Rules<'a> {
    /// Which messages may carry a second factor here.
    pub policy: Policy,
    /// How many failures are answered.
    pub limits: &'a Limits,
    /// What the browser says of having signed in before: one that did has a count of its own, so that somebody who knows the password cannot
    /// keep its holder out.
    pub devices: &'a Devices,
}

/// Proves the second factor after the first, and counts what is wrong. Everything happens in the one write of the caller.
pub async fn prove(
    tx: &mut Tx<'_>,
    first: &First,
    answer: Answer<'_>,
    Rules { policy, limits, devices }: Rules<'_>,
) -> Result<Result<Proof, Refusal>, StoreError> {
    let account = first.account;
    if let Some(closed) = closed(tx, first).await? {
        return Ok(Err(Refusal::Closed(closed)));
    }
    let now = tx.now();
    let bucket = match devices.known(tx, account, now).await? {
        Some(device) => Bucket::new("second factor device", &[device.bytes()]),
        None => Bucket::new("second factor", &[account.bytes()]),
    };
    if let Err(used_up) = quota::peek(tx, bucket, limits.second, now).await? {
        return Ok(Err(Refusal::Throttled(used_up.until)));
    }
    match judge_answer(tx, account, answer, policy).await? {
        Ok(right) => {
            let amr = [&["pwd"], right.amr].concat();
            let (person, credential, purpose) = (first.person, right.credential, Purpose::Own);
            Ok(Ok(Proof { account, person, aal: right.aal, amr, credential, purpose }))
        }
        Err(refusal) => {
            let _counted = quota::spend(tx, bucket, limits.second).await?;
            let (person, account) = (Some(first.person), Some(account));
            let because = "second-factor";
            audit::record(tx, Event::SignInFailed { person, account, with: "second", because }).await?;
            Ok(Err(refusal))
        }
    }
}

async fn closed(tx: &mut Tx<'_>, first: &First) -> Result<Option<Closed>, StoreError> {
    let account = people::account_by_id(tx, first.account).await?;
    let person = people::person(tx, first.person).await?;
    Ok(match (account, person) {
        (Some(account), Some(person)) => judge(account.state, person.state).err(),
        _ => Some(Closed::Disabled),
    })
}

async fn judge_answer(
    tx: &mut Tx<'_>,
    account: Id<id::Account>,
    answer: Answer<'_>,
    policy: Policy,
) -> Result<Result<Right, Refusal>, StoreError> {
    match answer {
        Answer::Totp(typed) => Ok(match totp::check(tx, account, typed).await? {
            totp::Checked::Right(credential) => Ok(Right::second_level(&["otp", "mfa"], Some(credential))),
            totp::Checked::Replayed => Err(Refusal::Replayed),
            totp::Checked::Wrong => Err(Refusal::Wrong(None)),
        }),
        Answer::Message(bound, typed) => match code::check(tx, bound, typed).await? {
            code::Checked::Right(contact) => by_message(tx, account, contact, policy).await,
            code::Checked::Wrong(left) => Ok(Err(Refusal::Wrong(Some(left)))),
            code::Checked::Over => Ok(Err(Refusal::Over)),
        },
        Answer::Recovery(typed) => {
            if !recovery_code::spend(tx, account, typed).await? {
                return Ok(Err(Refusal::Wrong(None)));
            }
            let left = recovery_code::left(tx, account).await?.unwrap_or(0).to_string();
            let time = tx.now().show();
            notice::notify_all(tx, account, notice::RECOVERY_CODE_USED, &[("time", &time), ("left", &left)]).await?;
            Ok(Ok(Right::second_level(&["otp", "mfa"], None)))
        }
    }
}

/// The address may have been removed since the code was sent.
async fn by_message(
    tx: &mut Tx<'_>,
    account: Id<id::Account>,
    contact: Id<id::Contact>,
    policy: Policy,
) -> Result<Result<Right, Refusal>, StoreError> {
    let ways = ways(tx, account, policy).await?;
    let kind = ways.iter().find_map(|way| match way {
        Way::Message(known) if known.id == contact => Some(known.address.kind()),
        _ => None,
    });
    Ok(match kind {
        Some(AddressKind::Phone) => Ok(Right::second_level(&["sms", "mfa"], None)),
        Some(AddressKind::Email) => Ok(Right { aal: Aal::Aal1, amr: &["otp"], credential: None }),
        None => Err(Refusal::Over),
    })
}
