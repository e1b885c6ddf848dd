//! Ceremonies with passkeys: the pure method ([`super::passkey`]) between a challenge that is kept and one that is taken.
//!
//! ```text
//! ask ──► challenge row ──► the browser ──► take (once) ──► read ─ find ─ judge ──► counter kept ──► Proof
//! ```

use serde_json::Value;
use uuid::Uuid;

use super::{
    Closed, Proof,
    challenge::{self, Bound, Purpose},
    credential::{self, Held, Kind},
    passkey::{Created, Holder, Passkeys, Question, Use, Wrong},
    rows::credential as rows,
    standing::judge,
};
use crate::{
    audit::{self, Event},
    crypto::handle::{Ceremony, Handle},
    people,
    store::{Conn, StoreError, Tx},
    types::{Aal, Fault, Id, Timestamp, id},
};

/// Why a ceremony ended without its result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// Nobody asked this, or too long ago, or it was answered already.
    Late,
    /// The answer is not worth what it says.
    Wrong(Wrong),
    /// No account has this passkey, or another one than the person who is signed in.
    Unknown,
    /// It is right, and the account is closed.
    Closed(Closed),
    /// Somebody has this passkey already.
    Taken,
    /// The account has as many as one may have.
    Full,
}

impl Refusal {
    /// The word for the log and the audit event.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Late => "passkey-late",
            Self::Wrong(wrong) => wrong.word(),
            Self::Unknown => "passkey-unknown",
            Self::Closed(closed) => closed.word(),
            Self::Taken => "passkey-taken",
            Self::Full => "passkey-full",
        }
    }
}

/// A question for a browser.
pub struct Asked {
    /// Comes back with the answer.
    pub handle: Handle<Ceremony>,
    /// `publicKey` of the options.
    pub options: Value,
}

/// A browser's answer.
pub struct Answer<'a> {
    /// The handle of the question.
    pub handle: &'a str,
    /// The credential as the browser's own JSON.
    pub json: &'a str,
}

/// Asks for a passkey: for one of `account` where somebody is known, else for any.
pub async fn ask_use(
    tx: &mut Tx<'_>,
    passkeys: &Passkeys,
    bound: Bound,
    account: Option<Id<id::Account>>,
) -> Result<Asked, StoreError> {
    let of = match account {
        Some(account) => public_ids(tx, account).await?,
        None => Vec::new(),
    };
    keep(tx, Purpose::PasskeyUse, (bound, account), passkeys.ask_use(&of)?).await
}

/// Asks for a new passkey of an account. The caller has made sure that its holder is there (a fresh proof).
pub async fn ask_creation(
    tx: &mut Tx<'_>,
    passkeys: &Passkeys,
    bound: Bound,
    account: Id<id::Account>,
) -> Result<Asked, StoreError> {
    let has = public_ids(tx, account).await?;
    let whose = whose(tx, account).await?;
    let question = passkeys.ask_creation(whose.holder(has))?;
    keep(tx, Purpose::PasskeyCreation, (bound, Some(account)), question).await
}

/// Asks for the key of a break-glass account. A device that holds the key of one `beside` it makes no second one: it would lock both.
pub async fn ask_sealed(
    tx: &mut Tx<'_>,
    passkeys: &Passkeys,
    bound: Bound,
    (account, beside): (Id<id::Account>, &[Id<id::Account>]),
) -> Result<Asked, StoreError> {
    let mut has = Vec::new();
    for known in beside {
        has.extend(public_ids(tx, *known).await?);
    }
    let whose = whose(tx, account).await?;
    let question = passkeys.ask_sealed(whose.holder(has))?;
    keep(tx, Purpose::SealedCreation, (bound, Some(account)), question).await
}

/// Whose new passkey it will be, as the device shows it.
struct Whose {
    handle: Uuid,
    login: String,
    name: String,
}

impl Whose {
    fn holder(&self, has: Vec<Vec<u8>>) -> Holder<'_> {
        Holder { handle: self.handle, login: &self.login, name: &self.name, has }
    }
}

async fn whose(tx: &mut Tx<'_>, account: Id<id::Account>) -> Result<Whose, StoreError> {
    let handle = rows::handle(tx, account).await?;
    let stored = people::account_by_id(tx, account).await?.ok_or(Fault::bug("finding the account of a session"))?;
    let name = people::person(tx, stored.person).await?.and_then(|person| person.profile);
    let name = name.map_or_else(|| stored.login.clone(), |profile| profile.name.as_str().to_owned());
    Ok(Whose { handle, login: stored.login, name })
}

async fn public_ids(conn: &mut Conn, account: Id<id::Account>) -> Result<Vec<Vec<u8>>, StoreError> {
    let all = credential::list(conn, account).await?;
    let passkeys = all.into_iter().filter(|credential| credential.kind == Kind::Passkey);
    Ok(passkeys.filter_map(|credential| credential.public_id).collect())
}

async fn keep(
    tx: &mut Tx<'_>,
    purpose: Purpose,
    (bound, account): (Bound, Option<Id<id::Account>>),
    question: Question,
) -> Result<Asked, StoreError> {
    let data = &question.state;
    let handle = challenge::begin(tx, challenge::New { purpose, bound, account, data }).await?;
    Ok(Asked { handle, options: question.options })
}

/// Judges the answer to [`ask_use`]. Whatever comes out, the question is spent.
pub async fn prove(
    tx: &mut Tx<'_>,
    passkeys: &Passkeys,
    bound: Bound,
    answer: Answer<'_>,
) -> Result<Result<Proof, Refusal>, StoreError> {
    let Some(taken) = challenge::take(tx, answer.handle, Purpose::PasskeyUse, bound).await? else {
        return fail(tx, None, Refusal::Late).await;
    };
    let read = match passkeys.read_use(answer.json) {
        Ok(read) => read,
        Err(wrong) => return fail(tx, taken.account, Refusal::Wrong(wrong)).await,
    };
    let Some(held) = find(tx, &read, taken.account).await? else {
        return fail(tx, taken.account, Refusal::Unknown).await;
    };
    let account = held.credential.account;
    let used = match passkeys.judge_use(&read, taken.data.reveal(), held.data.reveal())? {
        Ok(used) => used,
        Err(wrong) => {
            report(tx, &held, wrong).await?;
            return fail(tx, Some(account), Refusal::Wrong(wrong)).await;
        }
    };
    let stored = people::account_by_id(tx, account).await?.ok_or(Fault::bug("finding a credential's account"))?;
    let person = people::person(tx, stored.person).await?.ok_or(Fault::bug("finding an account's person"))?;
    if let Err(closed) = judge(stored.state, person.state) {
        return fail(tx, Some(account), Refusal::Closed(closed)).await;
    }
    if !credential::used(tx, held.credential.id, &used.data).await? {
        return fail(tx, Some(account), Refusal::Unknown).await;
    }
    // RFC 8176: a key that its device may copy is kept by software, one that it may not by hardware; in both the device knew the person.
    let key = if used.synced { "swk" } else { "hwk" };
    let (person, purpose, credential) = (stored.person, stored.purpose, Some(held.credential.id));
    Ok(Ok(Proof { account, person, aal: Aal::Aal2, amr: vec![key, "user"], credential, purpose }))
}

/// The passkey that an answer names, where the account that the answer names has it (section 7.2 step 6).
async fn find(conn: &mut Conn, read: &Use, expected: Option<Id<id::Account>>) -> Result<Option<Held>, StoreError> {
    let Some(held) = credential::by_public_id(conn, read.public_id()).await? else {
        return Ok(None);
    };
    let account = held.credential.account;
    if held.credential.kind != Kind::Passkey || expected.is_some_and(|expected| expected != account) {
        return Ok(None);
    }
    let known = rows::known_handle(conn, account).await?;
    // Without an account asked for, the authenticator must name it; with one, it may stay silent but not name another.
    let silent = expected.is_some() && !read.names_an_account();
    Ok((silent || (known.is_some() && read.handle() == known)).then_some(held))
}

async fn report(tx: &mut Tx<'_>, held: &Held, wrong: Wrong) -> Result<(), StoreError> {
    if wrong != Wrong::Clone {
        return Ok(());
    }
    let (account, credential) = (held.credential.account, held.credential.id);
    let stored = people::account_by_id(tx, account).await?.ok_or(Fault::bug("finding a credential's account"))?;
    audit::record(tx, Event::PossibleClone { person: stored.person, account, credential }).await.map(|_| ())
}

async fn fail<T>(
    tx: &mut Tx<'_>,
    account: Option<Id<id::Account>>,
    refusal: Refusal,
) -> Result<Result<T, Refusal>, StoreError> {
    let stored = match account {
        Some(account) => people::account_by_id(tx, account).await?,
        None => None,
    };
    let person = stored.map(|stored| stored.person);
    audit::record(tx, Event::SignInFailed { person, account, with: "passkey", because: refusal.word() }).await?;
    Ok(Err(refusal))
}

/// Judges the answer to [`ask_creation`] and adds the passkey to the account of the question, under `label`.
pub async fn create(
    tx: &mut Tx<'_>,
    passkeys: &Passkeys,
    (bound, person): (Bound, Id<id::Person>),
    answer: Answer<'_>,
    label: &str,
) -> Result<Result<Id<id::Credential>, Refusal>, StoreError> {
    match created(tx, passkeys, Makes::Passkey, bound, answer).await? {
        Ok((account, created)) => Ok(Ok(credential::add(tx, passkey(account, person, label, &created)).await?)),
        Err(refusal) => Ok(Err(refusal)),
    }
}

/// Judges the answer to [`ask_sealed`] and makes the key the one way into the account of the question.
pub async fn create_sealed(
    tx: &mut Tx<'_>,
    passkeys: &Passkeys,
    (bound, person): (Bound, Id<id::Person>),
    answer: Answer<'_>,
    label: &str,
) -> Result<Result<Id<id::Credential>, Refusal>, StoreError> {
    match created(tx, passkeys, Makes::SealedKey, bound, answer).await? {
        Ok((account, created)) => Ok(Ok(credential::write(tx, passkey(account, person, label, &created)).await?)),
        Err(refusal) => Ok(Err(refusal)),
    }
}

/// What a question was about.
#[derive(Clone, Copy)]
enum Makes {
    /// A passkey beside others.
    Passkey,
    /// The one key of a break-glass account.
    SealedKey,
}

/// Takes the question and judges the answer: what was made, and for which account.
async fn created(
    tx: &mut Tx<'_>,
    passkeys: &Passkeys,
    makes: Makes,
    bound: Bound,
    answer: Answer<'_>,
) -> Result<Result<(Id<id::Account>, Created), Refusal>, StoreError> {
    let (purpose, most) = match makes {
        Makes::Passkey => (Purpose::PasskeyCreation, credential::MOST),
        Makes::SealedKey => (Purpose::SealedCreation, 1),
    };
    let Some(taken) = challenge::take(tx, answer.handle, purpose, bound).await? else {
        return Ok(Err(Refusal::Late));
    };
    let account = taken.account.ok_or(Fault::bug("creating a passkey for nobody"))?;
    let judged = match makes {
        Makes::Passkey => passkeys.judge_creation(answer.json, taken.data.reveal())?,
        Makes::SealedKey => passkeys.judge_sealed(answer.json, taken.data.reveal())?,
    };
    Ok(fits(tx, account, judged, most).await?.map(|created| (account, created)))
}

fn passkey<'a>(
    account: Id<id::Account>,
    person: Id<id::Person>,
    label: &'a str,
    created: &'a Created,
) -> credential::New<'a> {
    let (public_id, data) = (Some(created.public_id.as_slice()), created.data.as_slice());
    credential::New { account, person, kind: Kind::Passkey, label, public_id, data }
}

/// Whether a new passkey may be added to an account that holds at most so many.
async fn fits(
    conn: &mut Conn,
    account: Id<id::Account>,
    judged: Result<Created, Wrong>,
    most: usize,
) -> Result<Result<Created, Refusal>, StoreError> {
    let created = match judged {
        Ok(created) => created,
        Err(wrong) => return Ok(Err(Refusal::Wrong(wrong))),
    };
    if credential::list(conn, account).await?.len() >= most {
        return Ok(Err(Refusal::Full));
    }
    // Section 7.1 step 27: registered to nobody, not even to an account that has removed it.
    let taken = rows::is_known(conn, &created.public_id).await?;
    Ok(if taken { Err(Refusal::Taken) } else { Ok(created) })
}

/// The handle by which authenticators know an account; `None`: no ceremony ever named it.
pub async fn handle(conn: &mut Conn, account: Id<id::Account>) -> Result<Option<Vec<u8>>, StoreError> {
    Ok(rows::known_handle(conn, account).await?.map(|handle| handle.as_bytes().to_vec()))
}

/// Notes that the holder of an account wants no passkey now.
pub async fn put_off(tx: &mut Tx<'_>, account: Id<id::Account>) -> Result<(), StoreError> {
    rows::handle(tx, account).await?;
    rows::put_off(tx, account).await
}

/// Notes that an account was recovered: what was said to earlier offers is forgotten, and one is made at the next sign-in, wherever it leads.
pub async fn recovered(tx: &mut Tx<'_>, account: Id<id::Account>) -> Result<(), StoreError> {
    rows::handle(tx, account).await?;
    rows::recovered(tx, account).await
}

/// What became of offers of a passkey.
#[derive(Clone, Copy, Debug, Default)]
pub struct Answers {
    /// When the holder last said "later".
    pub put_off_at: Option<Timestamp>,
    /// When the account was recovered; `None`: never, or an offer was answered since.
    pub recovered_at: Option<Timestamp>,
}

/// What became of offers of a passkey to the holder of an account.
pub async fn answers(conn: &mut Conn, account: Id<id::Account>) -> Result<Answers, StoreError> {
    rows::answers(conn, account).await
}
