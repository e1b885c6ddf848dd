//! A citizen makes an account.
//!
//! ```text
//! form check ─ read ─ quotas ─ hash ─ registry (no connection held) ─┬─ differs: nothing is made
//!                                                                    └─ matches, or no answer: one write
//! ```
//!
//! What is made proves nothing about who holds a number: somebody else may have claimed it, and neither is told.

use std::sync::Arc;

use axum::{http::StatusCode, response::Response};
use idp_core::{
    audit::{self, Event},
    authn::{PasswordUse, password},
    crypto::{
        password::{PasswordError, PasswordHash},
        random,
    },
    people::{
        self, Enrolment,
        registry::{Match, Verification},
    },
    relying::Party,
    signin::{self, Asked, SignIn},
    store::{StoreError, Tx, quota::UsedUp},
    types::{Digest, Fault, Locale},
};

use super::{
    application::{self, Application},
    own, quota,
};
use crate::web::{
    Code, Form, Halt, Visit,
    house::LocalPasswords,
    page::{self, DataMatch, Enrolled, Errors, Given, Mistake, NextStep, NotEnrolled, render, render_with},
    through,
    visit::{Binding, name_of},
};

const OFF: Code = Code::new("enrol-off", StatusCode::FORBIDDEN);
const QUOTA: Code = Code::new("enrol-quota", StatusCode::TOO_MANY_REQUESTS);

const PATH: &str = "/enrol";
const FORM: &str = "enrol";

/// Seconds after which the password pool has surely worked its queue off.
const BUSY_SECONDS: u64 = 10;

/// The sign-in that sent the person here.
struct Came {
    t: String,
    sign_in: SignIn,
    party: Option<Arc<Party>>,
}

/// A person at the form.
struct Desk {
    visit: Visit,
    came: Option<Came>,
    binding: Binding,
    locale: Locale,
}

/// `GET /enrol`.
pub(super) async fn page(visit: Visit) -> Result<Response, Halt> {
    let desk = Desk::open(visit).await?;
    Ok(desk.form(StatusCode::OK, Given::default(), Errors::none()))
}

/// `POST /enrol`.
pub(super) async fn answer(visit: Visit, Form(params): Form) -> Result<Response, Halt> {
    let desk = Desk::open(visit).await?;
    desk.visit.check_form(FORM, &params, &desk.path())?;
    let given = application::given(&params);
    if params.get("again").is_some() {
        return Ok(desk.form(StatusCode::OK, given, Errors::none()));
    }
    match application::read(&params, desk.visit.now().day()) {
        Ok(application) => desk.enrol(application, given).await,
        Err(mistakes) => Ok(desk.wrong(given, mistakes)),
    }
}

impl Desk {
    async fn open(visit: Visit) -> Result<Self, Halt> {
        let came = came(&visit).await?;
        let locale = visit.locale(came.as_ref().and_then(|came| came.sign_in.asked.locale));
        if visit.house.settings.local_passwords != LocalPasswords::On {
            return Err(visit.refuse(locale, OFF, NextStep::Usual));
        }
        Ok(Self { binding: visit.binding(), visit, came, locale })
    }

    /// The path of the form, with the transaction that goes on afterwards. Nothing that was typed ever goes in here.
    fn path(&self) -> String {
        self.came.as_ref().map_or_else(|| PATH.to_owned(), |came| format!("{PATH}?t={}", came.t))
    }

    fn sign_in_path(&self) -> Option<String> {
        self.came.as_ref().map(|came| self.visit.keep_locale(&format!("/sign-in/{}", came.t)))
    }

    fn party_name(&self) -> Option<page::Words> {
        let party = self.came.as_ref()?.party.as_deref()?;
        Some(name_of(party, self.locale))
    }

    fn chrome(&self, here: &str) -> page::Chrome {
        self.visit.chrome(self.locale, here, (&self.binding, FORM))
    }

    fn form(&self, status: StatusCode, given: Given, errors: Errors) -> Response {
        let page = page::Enrol {
            c: self.chrome(&self.path()),
            party: self.party_name(),
            errors,
            given,
            password_min: PasswordUse::Alone.shortest().to_string(),
            action: self.visit.keep_locale(&self.path()),
            sign_in_href: self.sign_in_path(),
        };
        self.visit.bound(render_with(status, &page), &self.binding)
    }

    fn wrong(&self, given: Given, mistakes: Vec<Mistake>) -> Response {
        self.form(StatusCode::UNPROCESSABLE_ENTITY, given, Errors::of_fields(mistakes))
    }

    async fn enrol(&self, application: Application, given: Given) -> Result<Response, Halt> {
        if let Err(used_up) = self.count(&application).await? {
            let seconds = used_up.until.since(self.visit.now()).as_secs().max(1);
            let halt = self.visit.refuse(self.locale, QUOTA, NextStep::Usual);
            return Err(halt.retry_after(seconds));
        }
        let Application { number, profile, birthdate, password } = application;
        let hash = match self.visit.house.passwords.hash(password).await {
            Ok(hash) => hash,
            Err(PasswordError::Busy) => return Err(self.busy()),
            Err(PasswordError::Fault(fault)) => return Err(fault.into()),
        };
        let request_ref = random::id::<Verification>(self.visit.now()).uuid().to_string();
        let question = Verification {
            request_ref: request_ref.clone(),
            number: number.clone(),
            name: profile.name.clone(),
            birth_date: birthdate,
            officer: None,
        };
        let data_match = match self.ask(&question).await {
            Some(Match::NotMatched) => return self.not_matched(given).await,
            Some(Match::Matched) => people::DataMatch::Matched,
            None => people::DataMatch::Pending,
        };
        let enrolment = Enrolment { profile, number, data_match, request_ref };
        self.record(&enrolment, &hash).await
    }

    async fn count(&self, application: &Application) -> Result<Result<(), UsedUp>, StoreError> {
        let visit = &self.visit;
        let address = visit.context.peer.quota_address();
        let settings = &visit.house.settings;
        let counted =
            visit.house.db.write(&visit.cx, |tx| Box::pin(quota::count(tx, settings, address, &application.number)));
        counted.await
    }

    /// Asks the registry, outside every transaction and with no connection held: a slow registry must not starve
    /// sign-ins. `None`: there is no answer now, a job asks again.
    async fn ask(&self, question: &Verification) -> Option<Match> {
        let registry = self.visit.house.registry.as_ref()?;
        match registry.verify(question).await {
            Ok(answer) => Some(answer),
            Err(error) => {
                tracing::warn!(%error, "an enrolment goes on without the population registry");
                None
            }
        }
    }

    fn busy(&self) -> Halt {
        let href = self.visit.keep_locale(&self.path());
        let halt = self.visit.refuse(self.locale, Code::BUSY, NextStep::Again { href });
        halt.retry_after(BUSY_SECONDS)
    }

    /// Nothing is made and nothing is kept of what was typed; that somebody asked is recorded.
    async fn not_matched(&self, given: Given) -> Result<Response, Halt> {
        let visit = &self.visit;
        let because = "not-matched";
        let recorded =
            visit.house.db.write(&visit.cx, |tx| Box::pin(audit::record(tx, Event::EnrolmentRefused { because })));
        recorded.await.map_err(|error: StoreError| Fault::from(error))?;
        Ok(render(&NotEnrolled {
            c: self.chrome(&self.path()),
            given,
            action: visit.keep_locale(&self.path()),
            continue_href: self.sign_in_path().unwrap_or_else(|| visit.keep_locale("/")),
        }))
    }

    async fn record(&self, enrolment: &Enrolment, hash: &PasswordHash) -> Result<Response, Halt> {
        let visit = &self.visit;
        let browser = self.binding.digest().ok_or(Fault::bug("reading a binding"))?;
        let written = visit.house.db.write(&visit.cx, |tx| {
            Box::pin(async move {
                let made = enrolment.record(tx).await?;
                password::set(tx, made.account, made.person, (hash, PasswordUse::Alone)).await?;
                people::set_locale(tx, made.account, self.locale).await?;
                let t = self.sign_in_with(tx, browser, &made.login).await?;
                Ok::<_, StoreError>((made.login, t))
            })
        });
        let (login_name, t) = written.await?;
        let continue_href = visit.keep_locale(&format!("/sign-in/{t}"));
        Ok(render(&Enrolled {
            // The page cannot be shown again by a GET; the sign-in shows the name in its field.
            c: self.chrome(&format!("/sign-in/{t}")),
            party: self.party_name(),
            state: match enrolment.data_match {
                people::DataMatch::Matched => DataMatch::Matched,
                _ => DataMatch::Pending,
            },
            login_name,
            continue_href,
        }))
    }

    /// The sign-in that goes on with the new name filled in: the one that sent the person here, or one for their own account.
    /// The name travels in the row, not in an address.
    async fn sign_in_with(&self, tx: &mut Tx<'_>, browser: Digest, login: &str) -> Result<String, StoreError> {
        if let Some(came) = &self.came {
            signin::hint_login(tx, &came.sign_in, login).await?;
            return Ok(came.t.clone());
        }
        let asked = Asked { login_hint: Some(login.to_owned()), ..Asked::default() };
        let handle = through::begin_within(tx, browser, &own::own(&asked, "")).await?;
        Ok(handle.reveal().to_owned())
    }
}

/// The sign-in named in the query, if it is this browser's and still under way; otherwise the form stands alone.
async fn came(visit: &Visit) -> Result<Option<Came>, StoreError> {
    let Some(t) = visit.query.get("t") else { return Ok(None) };
    let mut conn = visit.house.db.read().await?;
    let Ok(sign_in) = signin::load(&mut conn, t, visit.browser(), visit.now()).await? else {
        return Ok(None);
    };
    let party = sign_in.party.and_then(|id| visit.house.register.by_id(id));
    Ok(Some(Came { t: t.to_owned(), sign_in, party }))
}
