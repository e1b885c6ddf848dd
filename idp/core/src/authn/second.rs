//! The second factor: which ones an account has, and proving one after the password.

use super::{
    Devices, First, Limits, Opened, PasswordUse, Proof, code,
    contact::Contact,
    credential::{self, Kind},
    held, notice, recovery_code,
    rows::factors as rows,
    standing::{self, Closed},
    totp,
};
use crate::{
    audit::{self, Event},
    people::Purpose,
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

impl Policy {
    /// Whether codes to such an address are a second factor now.
    pub const fn sends_to(self, kind: AddressKind) -> bool {
        match kind {
            AddressKind::Phone => self.sms,
            AddressKind::Email => self.email,
        }
    }
}

/// What somebody set up as a second factor, whether it can be used now or not.
#[derive(Clone, Default)]
pub struct Enrolled {
    /// What can be proved now, the strongest first.
    pub ways: Vec<Way>,
    /// Addresses to which no code goes at present, because the operator switched that kind off. They still count: an account that was
    /// opened by two factors is not opened by one because a setting changed.
    pub resting: Vec<Contact>,
}

impl Enrolled {
    /// Whether nothing was set up: then the password opens the account alone.
    pub const fn is_none(&self) -> bool {
        self.ways.is_empty() && self.resting.is_empty()
    }

    /// Everything, usable or not.
    pub fn all(self) -> impl Iterator<Item = Way> {
        self.ways.into_iter().chain(self.resting.into_iter().map(Way::Message))
    }
}

/// The second factors of an account.
pub async fn enrolled(conn: &mut Conn, account: Id<id::Account>, policy: Policy) -> Result<Enrolled, StoreError> {
    let mut enrolled = Enrolled::default();
    if credential::kinds(conn, account).await?.contains(&Kind::Totp) {
        enrolled.ways.push(Way::Totp);
    }
    let contacts = rows::contacts(conn, account).await?;
    for kind in [AddressKind::Phone, AddressKind::Email] {
        let made =
            contacts.iter().filter(|contact| contact.second_factor_at.is_some() && contact.address.kind() == kind);
        if policy.sends_to(kind) {
            enrolled.ways.extend(made.cloned().map(Way::Message));
        } else {
            enrolled.resting.extend(made.cloned());
        }
    }
    Ok(enrolled)
}

/// How many accounts cannot prove their second factor with anything but a recovery code or a passkey, because the operator switched off
/// what they set up.
pub async fn stranded(conn: &mut Conn, policy: Policy) -> Result<u64, StoreError> {
    rows::stranded(conn, policy).await
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
) -> Result<Result<Opened, Refusal>, StoreError> {
    let account = first.account;
    if let Some(closed) = standing::closed(tx, (account, first.person)).await? {
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
            let proof = Proof { account, person, aal: right.aal, amr, credential, purpose };
            Ok(Ok(held::opened(tx, (proof, first.at), PasswordUse::WithSecond).await?))
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
    let enrolled = enrolled(tx, account, policy).await?;
    let kind = enrolled.ways.iter().find_map(|way| match way {
        Way::Message(known) if known.id == contact => Some(known.address.kind()),
        _ => None,
    });
    Ok(match kind {
        Some(AddressKind::Phone) => Ok(Right::second_level(&["sms", "mfa"], None)),
        Some(AddressKind::Email) => Ok(Right { aal: Aal::Aal1, amr: &["otp"], credential: None }),
        None => Err(Refusal::Over),
    })
}
