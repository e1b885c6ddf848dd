//! A forgotten password: who are you, and what else proves it?
//!
//! ```text
//! data ─ quotas ─ registry ─► case ─► a code ─► waiting ─► another code ─► a new password, everything else ended
//! ```
//!
//! Data that fit nobody get the same pages, cookies and answers; what is sent goes out from the outbox, after the answer.

use std::convert::Infallible;

use axum::{
    extract::{FromRequestParts, Path},
    http::{StatusCode, request::Parts},
    response::Response,
};
use idp_core::{
    authn::{
        RecoveryLimits, code,
        contact::{self, Contact},
        notice,
        recovery::{self, Case, State},
        recovery_code, totp,
    },
    crypto::{
        handle::{Handle, Recovery},
        random,
    },
    notify::{self, Message, Recipient},
    people::{
        self,
        registry::{Match, Verification},
    },
    store::{
        Conn, StoreError, Tx,
        quota::{self, Bucket, UsedUp},
    },
    types::{AddressKind, Digest, Fault, Id, Timestamp, id},
};

use super::{
    application::{self, Claim},
    quota::Recovering,
    recovered,
};
use crate::web::{
    Code, Form, Halt, Visit,
    evenly::evenly,
    page::{Chrome, Errors, Given, NextStep, Recover, RecoverProof, RecoverWait, Said, render_with},
    visit::{Binding, onward},
};

const PATH: &str = "/recover";
const FORM: &str = "recover";
const OFF: Code = Code::new("recover-off", StatusCode::FORBIDDEN);
const QUOTA: Code = Code::new("recover-quota", StatusCode::TOO_MANY_REQUESTS);
const EXPIRED: Code = Code::new("recover-expired", StatusCode::BAD_REQUEST);

/// Codes that may be asked for in one recovery: counted for data that fit nobody, too, so that nothing tells the two apart.
const CODES: u32 = 4;

/// Somebody at one of the pages.
pub(super) struct Desk {
    pub(super) visit: Visit,
    pub(super) limits: RecoveryLimits,
    binding: Binding,
}

impl Desk {
    pub(super) fn open(visit: Visit) -> Result<Self, Halt> {
        let limits = visit.house.gate.recovery.filter(|_| visit.house.recovers());
        let Some(limits) = limits else {
            return Err(visit.refuse(visit.locale(None), OFF, NextStep::Usual));
        };
        let binding = visit.binding();
        Ok(Self { visit, limits, binding })
    }

    pub(super) fn chrome(&self, here: &str, form: &str) -> Chrome {
        self.visit.chrome(self.visit.locale(None), here, (&self.binding, form))
    }

    pub(super) fn bound(&self, response: Response) -> Response {
        self.visit.bound(response, &self.binding)
    }

    pub(super) fn refuse(&self, code: Code) -> Halt {
        self.visit.refuse(self.visit.locale(None), code, NextStep::Again { href: self.visit.keep_locale(PATH) })
    }

    /// What cannot go on: unknown, over, stopped, done or answered wrongly too often. One answer for all of them.
    pub(super) fn expired(&self) -> Halt {
        self.refuse(EXPIRED)
    }

    fn form(&self, status: StatusCode, (given, login): (Given, String), errors: Errors) -> Response {
        let page = Recover { c: self.chrome(PATH, FORM), errors, given, login, action: self.visit.keep_locale(PATH) };
        self.bound(render_with(status, &page))
    }

    /// Counts one attempt.
    async fn count(&self, claim: &Claim) -> Result<Result<(), UsedUp>, StoreError> {
        let visit = &self.visit;
        let (devices, address) = (visit.house.devices(&visit.headers), visit.context.peer.quota_address());
        let asked = &Recovering { devices: &devices, address, number: &claim.number };
        visit.house.db.write(&visit.cx, |tx| Box::pin(asked.count(tx, &self.limits))).await
    }

    /// What the registry says of the data, with no connection held. `None`: it does not answer.
    async fn ask(&self, claim: &Claim) -> Option<Match> {
        let registry = self.visit.house.registry.as_ref()?;
        let question = Verification {
            request_ref: random::id::<Verification>(self.visit.now()).uuid().to_string(),
            number: claim.number.clone(),
            name: claim.profile.name.clone(),
            birth_date: claim.birthdate,
            officer: None,
        };
        match registry.verify(&question).await {
            Ok(answer) => Some(answer),
            Err(error) => {
                tracing::warn!(%error, "a recovery cannot go on without the population registry");
                None
            }
        }
    }
}

/// `GET /recover`.
pub(super) async fn page(visit: Visit) -> Result<Response, Halt> {
    let desk = Desk::open(visit)?;
    Ok(desk.form(StatusCode::OK, (Given::default(), String::new()), Errors::none()))
}

/// `POST /recover`.
pub(super) async fn ask(visit: Visit, form: Form) -> Result<Response, Halt> {
    evenly(asked(visit, form)).await
}

async fn asked(visit: Visit, Form(params): Form) -> Result<Response, Halt> {
    let desk = Desk::open(visit)?;
    desk.visit.check_form(FORM, &params, PATH)?;
    let login = params.get("login").unwrap_or_default().trim().chars().take(200).collect::<String>();
    let claim = match application::read_claim(&params, desk.visit.now().day()) {
        Ok(claim) => claim,
        Err(mistakes) => {
            let given = (application::given(&params), login);
            return Ok(desk.form(StatusCode::UNPROCESSABLE_ENTITY, given, Errors::of_fields(mistakes)));
        }
    };
    if let Err(used_up) = desk.count(&claim).await? {
        let seconds = used_up.until.since(desk.visit.now()).as_secs().max(1);
        return Err(desk.refuse(QUOTA).retry_after(seconds));
    }
    let Some(answer) = desk.ask(&claim).await else {
        return Err(desk.refuse(Code::UNAVAILABLE).retry_after(60));
    };
    let cx = desk.visit.cx.clone();
    let begun = desk.visit.house.db.write(&cx, |tx| {
        let (claim, login) = (&claim, &login);
        Box::pin(async move {
            let account = candidate(tx, claim, login).await?.filter(|_| answer == Match::Matched);
            recovery::begin(tx, account).await
        })
    });
    let handle = begun.await.map_err(|error: StoreError| Fault::from(error))?;
    Ok(desk.bound(onward(&desk.visit.keep_locale(&format!("{PATH}/{}", handle.reveal())))))
}

/// The one open account that the data fit. Two are as good as none: nobody here may choose.
async fn candidate(conn: &mut Conn, claim: &Claim, login: &str) -> Result<Option<Id<id::Account>>, StoreError> {
    let mut found = Vec::new();
    let mut claimants = people::claimants(conn, &claim.number).await?;
    if claimants.is_empty() {
        // The same questions are asked of the database for data that fit nobody: their time must not tell.
        let nobody = Id::from_uuid(uuid::Uuid::nil());
        people::accounts_of(conn, nobody).await?;
        claimants.push(nobody);
    }
    for person in claimants {
        let Some(stored) = people::person(conn, person).await?.filter(people::StoredPerson::is_active) else {
            continue;
        };
        let fits = stored.profile.is_some_and(|profile| {
            profile.name.key() == claim.profile.name.key() && profile.birthdate == Some(claim.birthdate)
        });
        if fits {
            found.extend(people::accounts_of(conn, person).await?);
        }
    }
    let wanted = people::login_key(login);
    found.retain(|account| {
        account.state == people::AccountState::Active && (wanted.is_empty() || account.login == wanted)
    });
    Ok(match found.as_slice() {
        [one] => Some(one.id),
        _ => None,
    })
}

/// The handle in the path; empty where it cannot be one.
pub(super) struct Ticket(pub(super) String);

impl<S: Send + Sync> FromRequestParts<S> for Ticket {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Infallible> {
        let path = Path::<String>::from_request_parts(parts, state).await;
        let text = path.map(|Path(text)| text).unwrap_or_default();
        Ok(Self(Handle::<Recovery>::digest_of(&text).map(|_| text).unwrap_or_default()))
    }
}

/// Somebody in a recovery of theirs.
pub(super) struct At {
    pub(super) desk: Desk,
    pub(super) t: String,
    pub(super) case: Case,
}

impl At {
    pub(super) async fn arrive(visit: Visit, Ticket(t): Ticket) -> Result<Self, Halt> {
        let desk = Desk::open(visit)?;
        let case = recovery::load(&mut desk.visit.house.db.read().await?, &t, desk.visit.now()).await?;
        match case {
            Some(case) if !matches!(case.state, State::Done | State::Cancelled) => Ok(Self { desk, t, case }),
            _ => Err(desk.expired()),
        }
    }

    pub(super) async fn arrive_with(visit: Visit, ticket: Ticket, params: &crate::web::Params) -> Result<Self, Halt> {
        let form = form(&ticket.0);
        visit.check_form(&form, params, &path(&ticket.0, ""))?;
        Self::arrive(visit, ticket).await
    }

    pub(super) fn path(&self, tail: &str) -> String {
        self.desk.visit.keep_locale(&path(&self.t, tail))
    }

    pub(super) fn chrome(&self, here: &str) -> Chrome {
        self.desk.chrome(&path(&self.t, here), &form(&self.t))
    }

    fn proof(&self, (status, errors): (StatusCode, Errors), sent: bool) -> Response {
        let page = RecoverProof {
            c: self.chrome(if sent { "?sent=1" } else { "" }),
            errors,
            sent,
            again: matches!(self.case.state, State::Waiting(_)),
            action: self.path("/proof"),
            send_action: self.path("/send"),
        };
        self.desk.bound(render_with(status, &page))
    }
}

fn path(t: &str, tail: &str) -> String {
    format!("{PATH}/{t}{tail}")
}

fn form(t: &str) -> String {
    format!("recover {t}")
}

/// `GET /recover/{t}`: the page of the step that this recovery is at.
pub(super) async fn step(visit: Visit, ticket: Ticket) -> Result<Response, Halt> {
    let at = At::arrive(visit, ticket).await?;
    match at.case.state {
        State::Waiting(due_at) if due_at > at.desk.visit.now() => {
            let page = RecoverWait { c: at.chrome(""), due: due_at.show(), here: at.path("") };
            Ok(at.desk.bound(render_with(StatusCode::OK, &page)))
        }
        State::Open => recovered::form(&at, (StatusCode::OK, Errors::none())).await,
        state => {
            if state != State::Asked {
                // Closed while it waited: there is nothing to prove any more.
                recovered::whose(&at).await?;
            }
            let sent = at.desk.visit.query.get("sent").is_some();
            Ok(at.proof((StatusCode::OK, Errors::none()), sent))
        }
    }
}

/// `POST /recover/{t}/send`: a code to the first address that the account proved, if there is an account and an address.
pub(super) async fn send(visit: Visit, ticket: Ticket, form: Form) -> Result<Response, Halt> {
    evenly(sent(visit, ticket, form)).await
}

async fn sent(visit: Visit, ticket: Ticket, Form(params): Form) -> Result<Response, Halt> {
    let at = At::arrive_with(visit, ticket, &params).await?;
    let visit = &at.desk.visit;
    if !at.case.wants_proof(visit.now()) {
        return Ok(onward(&at.path("")));
    }
    let written = visit.house.db.write(&visit.cx, |tx| {
        Box::pin(async {
            let limit = quota::Limit { most: CODES, window: recovery::LIFETIME };
            let counted = quota::spend(tx, Bucket::new("recover codes", &[at.case.digest.bytes()]), limit).await?;
            if let (Ok(()), Some(contact)) = (counted, first_address(tx, &at.case).await?) {
                let locale = notice::locale_of(tx, contact.account).await?;
                let (bound, template) = (code::Bound::recovery(at.case.digest), (notice::RECOVERY_CODE, locale));
                let device = known(tx, &at, contact.account).await?;
                let counted = code::Counted { limits: visit.house.gate.codes, device };
                // Used up or not, the answer is the same: it must not tell that there is an account.
                let _used_up = code::send(tx, bound, &contact, template, counted).await?;
            }
            Ok::<(), StoreError>(())
        })
    });
    written.await.map_err(|error: StoreError| Fault::from(error))?;
    Ok(onward(&visit.keep_locale(&path(&at.t, "?sent=1"))))
}

/// Whether this browser signed in to the account before.
async fn known(conn: &mut Conn, at: &At, account: Id<id::Account>) -> Result<Option<Digest>, StoreError> {
    let visit = &at.desk.visit;
    visit.house.devices(&visit.headers).known(conn, account, visit.now()).await
}

/// A telephone before a mailbox: it is at hand.
async fn first_address(conn: &mut Conn, case: &Case) -> Result<Option<Contact>, StoreError> {
    let Some(account) = case.account else {
        return Ok(None);
    };
    let mut proved = contact::list(conn, account).await?;
    proved.retain(|contact| contact.verified_at.is_some());
    proved.sort_by_key(|contact| contact.address.kind() == AddressKind::Email);
    Ok(proved.into_iter().next())
}

/// What was proved.
enum Factor {
    /// A second factor.
    Second,
    /// Only that somebody receives at an address.
    Address(Id<id::Contact>),
}

/// What the write of an answer leaves.
enum Answered {
    Proved,
    Wrong,
    Over,
}

/// `POST /recover/{t}/proof`: `code`.
pub(super) async fn prove(visit: Visit, ticket: Ticket, Form(params): Form) -> Result<Response, Halt> {
    let at = At::arrive_with(visit, ticket, &params).await?;
    if !at.case.wants_proof(at.desk.visit.now()) {
        return Ok(onward(&at.path("")));
    }
    let wrong = |key| (StatusCode::UNPROCESSABLE_ENTITY, Errors::none().field("code", Said::new(key)));
    let Some(typed) = params.get("code").filter(|typed| !typed.trim().is_empty()) else {
        return Ok(at.proof(wrong("err-code-missing"), false));
    };
    let visit = &at.desk.visit;
    let written = visit.house.db.write(&visit.cx, |tx| Box::pin(judge(tx, &at, typed)));
    match written.await.map_err(|error: StoreError| Fault::from(error))? {
        Answered::Proved => Ok(onward(&at.path(""))),
        Answered::Wrong => Ok(at.proof(wrong("err-code-wrong"), false)),
        Answered::Over => Err(at.desk.expired()),
    }
}

async fn judge(tx: &mut Tx<'_>, at: &At, typed: &str) -> Result<Answered, StoreError> {
    if !recovery::count_try(tx, &at.case).await? {
        return Ok(Answered::Over);
    }
    let Some(account) = at.case.account else {
        return Ok(Answered::Wrong);
    };
    // No count of the sign-in is touched: nobody here knows the password, so anybody could keep the holder out.
    let bucket = match known(tx, at, account).await? {
        Some(device) => Bucket::new("recover guesses device", &[device.bytes()]),
        None => Bucket::new("recover guesses", &[account.bytes()]),
    };
    let (now, limit) = (tx.now(), at.desk.limits.guesses);
    let app = if quota::peek(tx, bucket, limit, now).await?.is_ok() { App::Asked } else { App::Passed };
    let Some(factor) = factor(tx, at, account, (typed, app)).await? else {
        let _counted = quota::spend(tx, bucket, limit).await?;
        return Ok(Answered::Wrong);
    };
    if at.case.state == State::Asked {
        return go_on(tx, at, (account, factor)).await;
    }
    // The wait is over: whoever still receives there, or has the second factor, sets the password now or proves it again later.
    Ok(if recovery::open(tx, &at.case).await? { Answered::Proved } else { Answered::Over })
}

/// Whether the codes of an app are judged: six digits can be guessed, so wrong ones are counted. A code on paper is too long for that, and one
/// that was sent has three tries of its own: these are judged whatever others did.
#[derive(Clone, Copy, PartialEq, Eq)]
enum App {
    Asked,
    Passed,
}

async fn factor(
    tx: &mut Tx<'_>,
    at: &At,
    account: Id<id::Account>,
    (typed, app): (&str, App),
) -> Result<Option<Factor>, StoreError> {
    if recovery_code::spend(tx, account, typed).await? {
        return Ok(Some(Factor::Second));
    }
    if app == App::Asked && matches!(totp::check(tx, account, typed).await?, totp::Checked::Right(_)) {
        return Ok(Some(Factor::Second));
    }
    Ok(match code::check(tx, code::Bound::recovery(at.case.digest), typed).await? {
        code::Checked::Right(contact) => Some(Factor::Address(contact)),
        code::Checked::Wrong(_) | code::Checked::Over => None,
    })
}

/// Notes what was proved and tells every address; the link to go on with is sent when the wait is over. It opens nothing: a mail may lie
/// in a mailbox for a day, so a code has to be asked for again (row 136 of the list of attacks: half an hour).
async fn go_on(tx: &mut Tx<'_>, at: &At, (account, factor): (Id<id::Account>, Factor)) -> Result<Answered, StoreError> {
    // The address that was proved, else the first one; somebody with an app and no address keeps the page.
    let (wait, contact) = match factor {
        Factor::Second => (at.desk.limits.second_wait, first_address(tx, &at.case).await?),
        Factor::Address(proved) => {
            let held = contact::list(tx, account).await?;
            (at.desk.limits.wait, held.into_iter().find(|contact| contact.id == proved))
        }
    };
    let Some((due_at, cancel)) = recovery::proved(tx, &at.case, wait).await? else {
        return Ok(Answered::Over);
    };
    // Every address of ours is made from the issuer, never from what a request says (CVE-2025-64101).
    let issuer = &at.desk.visit.house.issuer;
    let (stop, due) = (format!("{issuer}{PATH}/stop?k={}", cancel.reveal()), due_at.show());
    notice::notify_all(tx, account, notice::RECOVERY_WAITING, &[("time", &due), ("link", &stop)]).await?;
    if let Some(contact) = contact {
        ready(tx, at, (&contact, &stop), due_at).await?;
    }
    Ok(Answered::Proved)
}

async fn ready(
    tx: &mut Tx<'_>,
    at: &At,
    (contact, stop): (&Contact, &str),
    due_at: Timestamp,
) -> Result<(), StoreError> {
    let Some(to) = Recipient::new(contact.address.as_str().to_owned()) else {
        return Ok(());
    };
    let link = format!("{}{PATH}/{}", at.desk.visit.house.issuer, at.t);
    let until = (due_at + recovery::AWAKE).show();
    let locale = notice::locale_of(tx, contact.account).await?;
    let with: &[(&str, &str)] = &[("link", &link), ("until", &until), ("stop", stop)];
    notify::queue(tx, Message { to, template: notice::RECOVERY_READY, locale, with, due_at: Some(due_at) }).await?;
    Ok(())
}
