//! A sign-in under way: what was asked, by which door, and what is proved so far. It belongs to one browser.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::rows;
use crate::{
    authn::{self, First, Held},
    crypto::handle::{Handle, Transaction},
    people,
    relying::{Purpose, Scope},
    session::{Computer, Live},
    store::{Conn, StoreError, Tx},
    types::{Aal, Digest, Id, Locale, Timestamp, id},
};

/// A citizen may look for glasses, a telephone and a number; after this they begin again.
const LIFETIME: Duration = Duration::from_secs(30 * 60);

/// `prompt` of OpenID Connect Core section 3.1.2.1, without `none`: that never comes to the hall's pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Prompt {
    /// Prove yourself again.
    Login,
    /// Agree again.
    Consent,
    /// Choose the account.
    SelectAccount,
}

/// What the party asks of the sign-in, in no protocol's words.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Asked {
    /// Steps asked for by name.
    pub prompt: Vec<Prompt>,
    /// Seconds since the last proof, at most.
    pub max_age: Option<i64>,
    /// Levels of which one must be reached; `None` where none is essential.
    pub essential_acr: Option<Vec<String>>,
    /// Levels that would be welcome, best first; whoever cannot or will not reach one goes on without.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub wanted_acr: Vec<String>,
    /// The level below which the party serves nobody, as it registered or as a page of ours needs it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub least: Option<Aal>,
    /// A name to fill in, as the party sent it.
    pub login_hint: Option<String>,
    /// The person whom the party expects, from a hint that we signed.
    pub expected_person: Option<Id<id::Person>>,
    /// The language that the party asks for.
    pub locale: Option<Locale>,
    /// Data that would be released.
    pub scopes: Vec<Scope>,
    /// Whether the person is to be asked about them.
    pub ask_consent: bool,
    /// What they are wanted for. Empty in a transaction that the release before began.
    #[serde(default)]
    pub purposes: Vec<Purpose>,
    /// Whose words the party would be told of the post in which the person acts: its `client_id`. `None`: it asks for no post.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acts_for: Option<String>,
}

/// How a transaction ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The door answered.
    Finished,
    /// The person turned back.
    Cancelled,
}

impl Asked {
    /// The level that must be reached: the lowest of those that are essential, and what the party registered. `None`: any will do.
    pub fn required(&self) -> Option<Aal> {
        let essential = self.essential_acr.as_deref();
        let lowest = essential.and_then(|acr| acr.iter().filter_map(|acr| Aal::from_acr(acr)).min());
        lowest.max(self.least)
    }

    /// The level that would be most welcome.
    pub(super) fn wanted(&self) -> Option<Aal> {
        self.wanted_acr.iter().find_map(|acr| Aal::from_acr(acr))
    }

    /// The level that a party is told. Where it named essential levels it gets the best of them that was reached, because the answer must
    /// be one of its values (OpenID Connect Core section 5.5.1.1); never one above what was done.
    pub fn told(&self, reached: Aal) -> Aal {
        let essential = self.essential_acr.iter().flatten().filter_map(|acr| Aal::from_acr(acr));
        essential.filter(|acr| *acr <= reached).max().unwrap_or(reached)
    }
}

impl Outcome {
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Finished => "finished",
            Self::Cancelled => "cancelled",
        }
    }
}

/// A transaction as stored.
#[derive(Clone, Debug)]
pub struct SignIn {
    /// Digest of its handle.
    pub digest: Digest,
    /// The party that asked; `None`: the person came for their own account.
    pub party: Option<Id<id::Party>>,
    /// What it asked of the hall.
    pub asked: Asked,
    /// What the door keeps for its answer; the hall does not look into it.
    pub payload: String,
    /// Where the door wants the browser back: a path of our own.
    pub resume: String,
    /// The session in which the following three happened.
    pub session: Option<Id<id::Session>>,
    /// When somebody proved themself in it.
    pub proved_at: Option<Timestamp>,
    /// When they chose to go on with it.
    pub chosen_at: Option<Timestamp>,
    /// When they agreed.
    pub consented_at: Option<Timestamp>,
    /// Whose computer it is, as chosen on the sign-in page.
    pub computer: Computer,
    /// Whose password was right, and when, while a second factor is still to be proved. It is no session and opens nothing.
    pub(super) pending: Option<(Id<id::Account>, Timestamp)>,
    /// What was proved, while a new password is still to be chosen.
    pub(super) held: Option<String>,
    /// When they said that they go on without the level that would be welcome.
    pub declined_at: Option<Timestamp>,
    /// Whether the browser said that it can keep passkeys.
    pub browser_keeps_passkeys: bool,
    /// When it is too late.
    pub ends_at: Timestamp,
}

/// A transaction to begin.
pub struct NewSignIn<'a> {
    /// The door, for the record.
    pub door: &'static str,
    /// The party that asks; `None`: the person came for their own account.
    pub party: Option<Id<id::Party>>,
    /// The binding of the browser that brought it.
    pub browser: Digest,
    /// What it asks.
    pub asked: &'a Asked,
    /// What the door keeps.
    pub payload: &'a str,
    /// Where the door wants the browser back; the handle is appended.
    pub resume: &'a str,
}

/// Why a transaction cannot go on. Each is a page with a way on.
#[derive(Clone, Debug)]
pub enum Gone {
    /// Nobody knows it, or it was swept away.
    Unknown,
    /// It belongs to another browser: somebody passed a link on, perhaps to sign a victim in as themself.
    OtherBrowser,
    /// It is finished: the back button, or a second tab.
    Finished,
    /// The person turned back. The door that began it may still have to tell its party, so it gets the transaction.
    Cancelled(Box<SignIn>),
    /// It took too long.
    Expired,
}

/// Begins a transaction; its handle goes into addresses of our own.
pub async fn begin(tx: &mut Tx<'_>, new: NewSignIn<'_>) -> Result<Handle<Transaction>, StoreError> {
    let handle = Handle::<Transaction>::generate();
    let resume = format!("{}{}", new.resume, handle.reveal());
    let ends_at = tx.now() + LIFETIME;
    rows::insert(tx, handle.digest(), &NewSignIn { resume: &resume, ..new }, ends_at).await?;
    Ok(handle)
}

/// Loads a transaction for the browser that it belongs to.
pub async fn load(
    conn: &mut Conn,
    handle: &str,
    browser: Option<Digest>,
    now: Timestamp,
) -> Result<Result<SignIn, Gone>, StoreError> {
    let Some(digest) = Handle::<Transaction>::digest_of(handle) else {
        return Ok(Err(Gone::Unknown));
    };
    let Some((stored, bound_to, outcome)) = rows::load(conn, digest).await? else {
        return Ok(Err(Gone::Unknown));
    };
    Ok(if browser != Some(bound_to) {
        Err(Gone::OtherBrowser)
    } else if outcome.as_deref() == Some(Outcome::Cancelled.word()) {
        Err(Gone::Cancelled(Box::new(stored)))
    } else if outcome.is_some() {
        Err(Gone::Finished)
    } else if now >= stored.ends_at {
        Err(Gone::Expired)
    } else {
        Ok(stored)
    })
}

/// The party of a transaction that may be over, for the browser that it belongs to: a page about its end names the way back.
pub async fn party_of(
    conn: &mut Conn,
    handle: &str,
    browser: Option<Digest>,
) -> Result<Option<Id<id::Party>>, StoreError> {
    let Some(digest) = Handle::<Transaction>::digest_of(handle) else {
        return Ok(None);
    };
    let found = rows::load(conn, digest).await?;
    Ok(found.filter(|(_, bound_to, _)| browser == Some(*bound_to)).and_then(|(stored, ..)| stored.party))
}

/// Notes the sign-in name that the page shall show: somebody has just made an account on their way here.
pub async fn hint_login(tx: &mut Tx<'_>, sign_in: &SignIn, login: &str) -> Result<(), StoreError> {
    let login_hint = Some(login.to_owned());
    let asked = Asked { login_hint, ..sign_in.asked.clone() };
    rows::set_asked(tx, sign_in.digest, &asked).await
}

/// Notes whose computer the person says this is: the session that begins later lives by it.
pub async fn chose_computer(tx: &mut Tx<'_>, sign_in: &SignIn, computer: Computer) -> Result<(), StoreError> {
    rows::set_computer(tx, sign_in.digest, computer).await
}

/// How long a right password waits for its second factor.
const PENDING: Duration = Duration::from_secs(10 * 60);

/// Notes that a password was right and a second factor is still to be proved.
pub async fn pend(tx: &mut Tx<'_>, sign_in: &SignIn, first: &First) -> Result<(), StoreError> {
    rows::pend(tx, sign_in.digest, (first.account(), first.at()), None).await
}

/// Notes that everything was proved and a new password is still to be chosen: no session begins before.
pub async fn hold(tx: &mut Tx<'_>, sign_in: &SignIn, held: &Held) -> Result<(), StoreError> {
    let now = tx.now();
    rows::pend(tx, sign_in.digest, (held.account(), now), Some(&held.words())).await
}

/// Forgets that: the person goes back to the beginning.
pub async fn begin_again(tx: &mut Tx<'_>, sign_in: &SignIn) -> Result<(), StoreError> {
    rows::unpend(tx, sign_in.digest).await
}

impl SignIn {
    /// When it was begun.
    pub(super) fn begun_at(&self) -> Timestamp {
        self.ends_at - LIFETIME
    }

    fn pending(&self, now: Timestamp) -> Option<(Id<id::Account>, Timestamp)> {
        self.pending.filter(|(_, at)| now < *at + PENDING)
    }

    /// Whose second factor is to be proved now.
    pub(super) fn waits_for(&self, now: Timestamp) -> Option<(Id<id::Account>, Timestamp)> {
        self.pending(now).filter(|_| self.held.is_none())
    }

    /// Who is to choose a new password now, and what they proved.
    pub(super) fn holds(&self, now: Timestamp) -> Option<(Id<id::Account>, &str)> {
        self.pending(now).map(|(account, _)| account).zip(self.held.as_deref())
    }
}

/// Whether the password that was right within this transaction is still the one of its account: a replaced one leads no further.
pub(super) async fn still_right(conn: &mut Conn, sign_in: &SignIn, now: Timestamp) -> Result<bool, StoreError> {
    match sign_in.pending(now) {
        Some((account, at)) => Ok(!authn::password_replaced_since(conn, account, at).await?),
        None => Ok(false),
    }
}

/// Whose password was right within this transaction, if a second factor is to be proved now.
pub async fn pending(conn: &mut Conn, sign_in: &SignIn, now: Timestamp) -> Result<Option<First>, StoreError> {
    match sign_in.waits_for(now) {
        Some((account, at)) => First::kept(conn, account, at).await,
        None => Ok(None),
    }
}

/// What was proved within this transaction, if a new password is to be chosen now.
pub async fn held(conn: &mut Conn, sign_in: &SignIn, now: Timestamp) -> Result<Option<Held>, StoreError> {
    let Some((account, words)) = sign_in.holds(now) else { return Ok(None) };
    if !still_right(conn, sign_in, now).await? {
        return Ok(None);
    }
    let stored = people::account_by_id(conn, account).await?;
    Ok(stored.map(|stored| Held::kept((account, stored.person), words)).transpose()?)
}

/// Notes that the browser can keep passkeys: a page of ours asked it.
pub async fn browser_keeps_passkeys(tx: &mut Tx<'_>, sign_in: &SignIn) -> Result<(), StoreError> {
    rows::browser_keeps_passkeys(tx, sign_in.digest).await
}

/// Notes that the person goes on without the level that would be welcome.
pub async fn declined(tx: &mut Tx<'_>, sign_in: &SignIn) -> Result<(), StoreError> {
    rows::declined(tx, sign_in.digest).await
}

/// Notes that somebody proved themself, in this session.
pub async fn proved(tx: &mut Tx<'_>, sign_in: &SignIn, live: &Live) -> Result<(), StoreError> {
    rows::proved(tx, sign_in.digest, live.id).await
}

/// Notes that the person chose to go on as who they are.
pub async fn chose_account(tx: &mut Tx<'_>, sign_in: &SignIn, live: &Live) -> Result<(), StoreError> {
    rows::chose(tx, sign_in.digest, live.id).await
}

/// Ends a transaction: the statement is the judge, so of two answers at once one wins. `false`: it had ended before.
pub async fn end(tx: &mut Tx<'_>, sign_in: &SignIn, outcome: Outcome) -> Result<bool, StoreError> {
    rows::end(tx, sign_in.digest, outcome).await
}

/// Removes transactions that ended an hour ago: until then the back button finds a page that explains.
pub async fn sweep(tx: &mut Tx<'_>) -> Result<u64, StoreError> {
    let before = tx.now() - Duration::from_secs(3_600);
    rows::sweep(tx, before).await
}
