//! Where a person stands in their transaction: loaded, bound to this browser, and with the next step decided.

use std::{convert::Infallible, sync::Arc};

use axum::{
    extract::{FromRequestParts, Path},
    http::{StatusCode, request::Parts},
    response::Response,
};
use idp_core::{
    consent::Shown,
    crypto::handle::{Handle, Transaction},
    office::With,
    people,
    relying::{Party, Purpose},
    session::Live,
    signin::{self, Gone, Next, SignIn},
    store::{Conn, StoreError},
    types::{Fault, Locale},
};

use crate::web::{
    Code, Halt, Params, Visit,
    page::{Chrome, NextStep, Why, Words},
    visit::{name_of, onward},
};

const EXPIRED: Code = Code::new("sign-in-expired", StatusCode::GONE);
const FINISHED: Code = Code::new("sign-in-finished", StatusCode::GONE);
const OTHER_BROWSER: Code = Code::new("sign-in-other-browser", StatusCode::FORBIDDEN);
const PARTY_UNKNOWN: Code = Code::new("party-unknown", StatusCode::BAD_REQUEST);

/// The handle of the transaction in the path; empty where it cannot be one, so that nothing a client wrote there is shown.
pub(super) struct Ticket(pub(super) String);

impl<S: Send + Sync> FromRequestParts<S> for Ticket {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Infallible> {
        let path = Path::<String>::from_request_parts(parts, state).await;
        let text = path.map(|Path(text)| text).unwrap_or_default();
        Ok(Self(Handle::<Transaction>::digest_of(&text).map(|_| text).unwrap_or_default()))
    }
}

/// A person in a transaction of theirs.
pub(super) struct At {
    pub(super) visit: Visit,
    /// The handle of the transaction.
    pub(super) t: String,
    pub(super) sign_in: SignIn,
    /// The party that asked; `None`: the person came for their own account.
    pub(super) party: Option<Arc<Party>>,
    pub(super) live: Option<Live>,
    pub(super) next: Next,
    pub(super) locale: Locale,
}

/// Who is signed in, as pages name them.
pub(super) struct Holder {
    pub(super) name: String,
    pub(super) login: String,
}

impl At {
    /// Loads the transaction for this browser and decides the next step.
    pub(super) async fn arrive(visit: Visit, Ticket(t): Ticket) -> Result<Self, Halt> {
        if visit.browser().is_none() {
            return Err(visit.refuse(visit.locale(None), Code::COOKIES_REFUSED, NextStep::Usual));
        }
        let live = visit.session().await?;
        let mut conn = visit.house.db.read().await?;
        let sign_in = match signin::load(&mut conn, &t, visit.browser(), visit.now()).await? {
            Ok(sign_in) => sign_in,
            Err(gone) => {
                drop(conn);
                return Err(explain(&visit, &t, &gone).await?);
            }
        };
        let session = (live.as_ref(), visit.now());
        let facts = signin::gather(&mut conn, &sign_in.asked, sign_in.party, Some(&sign_in), session).await?;
        let next = signin::next(&facts);
        drop(conn);
        let locale = visit.locale(sign_in.asked.locale);
        let party = sign_in.party.map(|id| visit.house.register.by_id(id));
        let party = match party {
            // It was taken out of service while the person looked for their password.
            Some(None) => return Err(visit.refuse(locale, PARTY_UNKNOWN, NextStep::Usual)),
            Some(Some(party)) => Some(party),
            None => None,
        };
        Ok(Self { visit, t, sign_in, party, live, next, locale })
    }

    /// The same for an answer: the form is judged before anything is read.
    pub(super) async fn arrive_with(visit: Visit, ticket: Ticket, params: &Params) -> Result<Self, Halt> {
        check(&visit, &ticket, params)?;
        Self::arrive(visit, ticket).await
    }

    /// The transaction as it is now, for a write that must not trust what it read before.
    pub(super) async fn load(&self, conn: &mut Conn) -> Result<Result<SignIn, Gone>, StoreError> {
        signin::load(conn, &self.t, self.visit.browser(), self.visit.now()).await
    }

    /// A path of this transaction, in the language that the person chose.
    pub(super) fn path(&self, tail: &str) -> String {
        self.visit.keep_locale(&path(&self.t, tail))
    }

    /// The page of this transaction with one word more in its query.
    pub(super) fn path_with(&self, (name, value): (&str, &str)) -> String {
        let path = self.path("");
        let glue = if path.contains('?') { '&' } else { '?' };
        format!("{path}{glue}{name}={value}")
    }

    /// The name of the party.
    pub(super) fn party_name(&self) -> Option<Words> {
        self.party.as_deref().map(|party| name_of(party, self.locale))
    }

    /// What the party wants data for: as it asked, or as it is registered where the release before began the transaction.
    pub(super) fn purposes(&self) -> Vec<Purpose> {
        let asked = &self.sign_in.asked;
        match (asked.purposes.is_empty(), &self.party) {
            (true, Some(party)) => party.definition.purposes_for(&asked.scopes),
            _ => asked.purposes.clone(),
        }
    }

    /// Why the person is asked, on whose behalf.
    pub(super) fn why(&self, why: signin::Why) -> Why {
        let rp = self.party_name().unwrap_or_else(|| self.chrome("", "").site);
        Why::new(why, rp)
    }

    /// The frame of this transaction's pages, with the token of `form`.
    pub(super) fn chrome(&self, here: &str, form: &str) -> Chrome {
        let binding = self.visit.binding();
        self.visit.chrome(self.locale, &path(&self.t, here), (&binding, form))
    }

    /// To the page of the next step.
    pub(super) fn to_page(&self) -> Response {
        onward(&self.path(""))
    }

    /// To whatever comes after `next`: another page of ours, or the door that began the transaction.
    pub(super) fn to_next(&self, next: Next) -> Response {
        match next {
            Next::Finish | Next::Unmet | Next::WrongPerson => self.to_door(),
            _ => self.to_page(),
        }
    }

    /// To the door that began the transaction.
    pub(super) fn to_door(&self) -> Response {
        onward(&self.sign_in.resume)
    }

    /// Whose post towards whom, for the office; `None`: the party asks for no post.
    pub(super) fn with<'a>(&'a self, live: &Live) -> Option<With<'a>> {
        let (party, client_id) = (self.sign_in.party?, self.sign_in.asked.acts_for.as_deref()?);
        Some(With { session: live.id, person: live.person, party, client_id })
    }

    /// An error page from which the person finds this step again.
    pub(super) fn refuse(&self, code: Code) -> Halt {
        let href = self.path("");
        self.visit.refuse(self.locale, code, NextStep::Again { href })
    }

    /// A page for a transaction that went away while the answer was under way.
    pub(super) async fn gone(&self, gone: &Gone) -> Result<Halt, Fault> {
        explain(&self.visit, &self.t, gone).await.map_err(Fault::from)
    }

    /// Who is signed in: taken from the session, never from a form.
    pub(super) async fn holder(&self, live: &Live) -> Result<Holder, Fault> {
        let mut conn = self.visit.house.db.read().await?;
        let account = people::account_by_id(&mut conn, live.account).await?;
        let person = people::person(&mut conn, live.person).await?;
        let login = account.ok_or(Fault::bug("finding the account of a session"))?.login;
        let name = person.and_then(|person| person.profile).map(|profile| profile.name);
        Ok(Holder { name: name.map_or_else(|| login.clone(), |name| name.as_str().to_owned()), login })
    }
}

/// Whether a form of this transaction is ours in this browser.
pub(super) fn check(visit: &Visit, Ticket(t): &Ticket, params: &Params) -> Result<(), Halt> {
    visit.check_form(&form(t), params, &path(t, ""))
}

/// A path of a transaction.
pub(super) fn path(t: &str, tail: &str) -> String {
    format!("/sign-in/{t}{tail}")
}

/// The name of the forms of a transaction, for their tokens: a token of one transaction is worth nothing in another.
pub(super) fn form(t: &str) -> String {
    format!("sign-in {t}")
}

/// The name of the consent form. It names the session too: who signs in as somebody else in a second tab must not agree
/// with a page that showed the first person's data. And it names the words: what changed since the page was shown is not agreed to.
pub(super) fn consent_form(t: &str, live: &Live, shown: &Shown) -> String {
    format!("consent {t} {} {}", live.id, shown.digest.hex())
}

/// The page for a transaction that cannot go on.
async fn explain(visit: &Visit, t: &str, gone: &Gone) -> Result<Halt, StoreError> {
    let code = match gone {
        Gone::Unknown | Gone::Expired => EXPIRED,
        Gone::Finished | Gone::Cancelled(_) => FINISHED,
        Gone::OtherBrowser => OTHER_BROWSER,
    };
    let mut conn = visit.house.db.read().await?;
    let party = signin::party_of(&mut conn, t, visit.browser()).await?;
    let party = party.and_then(|id| visit.house.register.by_id(id));
    let locale = visit.locale(None);
    Ok(visit.refuse(locale, code, visit.way_back(locale, party.as_deref())))
}
