//! An official whom a list of personnel brought makes the account of their record: the link of an administrator, their personal number, a
//! password of their own.
//!
//! Opening the link spends nothing: chats and mail programs open links, too. The secret is in the address once; a transaction of this browser
//! carries its digest, so that the form knows nothing of it.

use axum::{http::StatusCode, response::Response};
use idp_core::{
    authn::{PasswordUse, own_words, password as passwords},
    crypto::{
        handle::{Handle, Invitation},
        password::{PasswordError, PasswordHash},
    },
    people::{self, Invited, Opened, Profile},
    signin::{self, Asked, Outcome, SignIn},
    store::{StoreError, Tx},
    types::{Digest, Fault, person::PersonalId},
};

use super::own;
use crate::web::{
    Code, Form, Halt, Params, Visit, new_password,
    page::{Errors, Invited as Page, InvitedDone, Mistake, NextStep, render, render_with},
    through::{Linked, begin_within},
};

const GONE: Code = Code::new("invitation-gone", StatusCode::GONE);
const FORM: &str = "invitation";
const PATH: &str = "/invitation/account?t=";
/// Seconds after which the password pool has surely worked its queue off.
const BUSY_SECONDS: u64 = 10;

fn gone(visit: &Visit) -> Halt {
    visit.refuse(visit.locale(None), GONE, NextStep::Usual)
}

async fn invited(visit: &Visit, link: Digest) -> Result<Invited, Halt> {
    let mut conn = visit.house.db.read().await?;
    people::invited(&mut conn, link, visit.now()).await?.ok_or_else(|| gone(visit))
}

/// `GET /invitation?offer=…`
pub(super) async fn begin(visit: Visit) -> Result<Response, Halt> {
    let shown = visit.query.get("offer").unwrap_or_default();
    let link = Handle::<Invitation>::digest_of(shown).ok_or_else(|| gone(&visit))?;
    invited(&visit, link).await?;
    Ok(visit.begin_with_link("invitation", link, PATH).await?)
}

/// Somebody who came with a link, in the browser that opened it.
struct Comer {
    visit: Visit,
    t: String,
    sign_in: SignIn,
    link: Digest,
    invited: Invited,
}

impl Comer {
    async fn arrive(visit: Visit) -> Result<Self, Halt> {
        let Linked { t, sign_in, link } = visit.came_with_link(PATH).await?.ok_or_else(|| gone(&visit))?;
        let invited = invited(&visit, link).await?;
        Ok(Self { visit, t, sign_in, link, invited })
    }

    fn here(&self) -> String {
        format!("{PATH}{}", self.t)
    }

    fn page(&self, status: StatusCode, typed: &str, errors: Errors) -> Response {
        let (visit, binding, here) = (&self.visit, self.visit.binding(), self.here());
        let page = Page {
            c: visit.chrome(visit.locale(None), &here, (&binding, &form(&self.t))),
            name: self.invited.name.as_str().to_owned(),
            ends_at: self.invited.ends_at,
            personal_number: typed.to_owned(),
            login: String::new(),
            password_min: PasswordUse::Alone.shortest().to_string(),
            errors,
            action: visit.keep_locale(&here),
        };
        visit.bound(render_with(status, &page), &binding)
    }

    fn wrong(&self, typed: &str, mistakes: Vec<Mistake>) -> Response {
        self.page(StatusCode::UNPROCESSABLE_ENTITY, typed, Errors::of_fields(mistakes))
    }

    /// One transaction: the account, its password, the end of this sign-in and the beginning of their first one.
    async fn open(
        &self,
        tx: &mut Tx<'_>,
        (number, hash): (&PersonalId, &PasswordHash),
    ) -> Result<Result<(String, String), Refused>, StoreError> {
        let (account, person, login) = match people::open_account(tx, self.link, number).await? {
            Opened::Account(account, person, login) => (account, person, login),
            Opened::WrongNumber => return Ok(Err(Refused::Number)),
            Opened::Gone => return Ok(Err(Refused::Gone)),
        };
        passwords::set(tx, account, person, (hash, PasswordUse::Alone)).await?;
        people::set_locale(tx, account, self.visit.locale(None)).await?;
        signin::end_transaction(tx, &self.sign_in, Outcome::Finished).await?;
        let asked = Asked { login_hint: Some(login.clone()), ..Asked::default() };
        let browser = self.visit.browser().ok_or(Fault::bug("reading a binding"))?;
        let handle = begin_within(tx, browser, &own::own(&asked, "")).await?;
        Ok(Ok((login, handle.reveal().to_owned())))
    }
}

/// Why no account was made.
enum Refused {
    Number,
    Gone,
}

/// The name of the form: a page of one transaction is worth nothing in another.
fn form(t: &str) -> String {
    format!("{FORM} {t}")
}

/// `GET /invitation/account`
pub(super) async fn page(visit: Visit) -> Result<Response, Halt> {
    Ok(Comer::arrive(visit).await?.page(StatusCode::OK, "", Errors::none()))
}

/// `POST /invitation/account`: `personal_number`, `new_password`, `new_password_again`.
pub(super) async fn answer(visit: Visit, Form(params): Form) -> Result<Response, Halt> {
    let t = visit.query.get("t").unwrap_or_default().to_owned();
    visit.check_form(&form(&t), &params, &format!("{PATH}{t}"))?;
    let comer = Comer::arrive(visit).await?;
    let typed = params.get("personal_number").unwrap_or_default();
    let (number, password) = match read(&comer, &params) {
        Ok(read) => read,
        Err(mistakes) => return Ok(comer.wrong(typed, mistakes)),
    };
    let visit = &comer.visit;
    let hash = match visit.house.passwords.hash(password).await {
        Ok(hash) => hash,
        Err(PasswordError::Busy) => {
            let again = NextStep::Again { href: visit.keep_locale(&comer.here()) };
            return Err(visit.refuse(visit.locale(None), Code::BUSY, again).retry_after(BUSY_SECONDS));
        }
        Err(PasswordError::Fault(fault)) => return Err(fault.into()),
    };
    let opened = visit.house.db.write(&visit.cx, |tx| Box::pin(comer.open(tx, (&number, &hash)))).await?;
    match opened {
        Ok((login_name, t)) => Ok(render(&InvitedDone {
            // The page cannot be shown again by a GET; the sign-in shows the name in its field.
            c: visit.chrome(visit.locale(None), &format!("/sign-in/{t}"), (&visit.binding(), FORM)),
            login_name,
            continue_href: visit.keep_locale(&format!("/sign-in/{t}")),
        })),
        Err(Refused::Number) => Ok(comer.wrong(typed, vec![Mistake::NumberOther])),
        Err(Refused::Gone) => Err(gone(visit)),
    }
}

fn read(comer: &Comer, params: &Params) -> Result<(PersonalId, idp_core::types::Secret<String>), Vec<Mistake>> {
    let number = super::application::number(params.get("personal_number").unwrap_or_default());
    let profile = Profile { name: comer.invited.name.clone(), birthdate: None };
    let own = own_words(Some(&profile), number.as_ref().ok(), &[]);
    match (number, new_password::both(params, &own, PasswordUse::Alone)) {
        (Ok(number), Ok(password)) => Ok((number, password)),
        (number, password) => Err(number.err().into_iter().chain(password.err().into_iter().flatten()).collect()),
    }
}
