//! The key of a break-glass account: the link of `idp admin break-glass create`, a hardware key, and an envelope.
//!
//! Nobody signs in here: whoever stands at the server made the link, and the key that is registered becomes the account. Opening the link
//! spends nothing. The secret is in the address once; a transaction of this browser carries its digest, so that neither the script's
//! question nor the form knows it.

use axum::{http::StatusCode, response::Response};
use idp_core::{
    authn::{ceremony::Refusal, challenge::Bound, passkey::Wrong},
    break_glass::{self, BindError, Number, Offer},
    crypto::handle::{Handle, SealLink},
    signin::{self, Outcome, SignIn},
    store::Tx,
    types::Digest,
};

use crate::web::{
    Code, Form, Halt, Params, Visit,
    ceremony::{Question, answer, ask},
    page::{BreakGlassDone, BreakGlassKey, Ceremony, Errors, NextStep, Said, render, render_with},
    through::Linked,
};

const GONE: Code = Code::new("break-glass-link-gone", StatusCode::GONE);
const FORM: &str = "break-glass key";
const PATH: &str = "/break-glass/key?t=";

fn gone(visit: &Visit) -> Halt {
    visit.refuse(visit.locale(None), GONE, NextStep::Usual)
}

/// `GET /break-glass?offer=…`: what the operator's link opens.
pub(super) async fn begin(visit: Visit) -> Result<Response, Halt> {
    let shown = visit.query.get("offer").unwrap_or_default();
    let link = Handle::<SealLink>::digest_of(shown).ok_or_else(|| gone(&visit))?;
    offer(&visit, link).await?;
    Ok(visit.begin_with_link("break-glass", link, PATH).await?)
}

async fn offer(visit: &Visit, link: Digest) -> Result<Offer, Halt> {
    let mut conn = visit.house.db.read().await?;
    break_glass::offered(&mut conn, link, visit.now()).await?.ok_or_else(|| gone(visit))
}

/// Somebody who came with a link, in the browser that opened it.
struct Comer {
    visit: Visit,
    t: String,
    sign_in: SignIn,
    link: Digest,
    offer: Offer,
}

impl Comer {
    async fn arrive(visit: Visit) -> Result<Self, Halt> {
        let Linked { t, sign_in, link } = visit.came_with_link(PATH).await?.ok_or_else(|| gone(&visit))?;
        let offer = offer(&visit, link).await?;
        Ok(Self { visit, t, sign_in, link, offer })
    }

    async fn arrive_with(visit: Visit, params: &Params) -> Result<Self, Halt> {
        let t = visit.query.get("t").unwrap_or_default();
        visit.check_form(&form(t), params, &format!("{PATH}{t}"))?;
        Self::arrive(visit).await
    }

    /// A challenge is answered in the transaction in which it was asked.
    const fn bound(&self) -> Bound {
        Bound::SignIn(self.sign_in.digest)
    }

    fn page(&self, status: StatusCode, errors: Errors) -> Response {
        let (visit, binding, here) = (&self.visit, self.visit.binding(), format!("{PATH}{}", self.t));
        let again = visit.keep_locale(&here);
        let page = BreakGlassKey {
            c: visit.chrome(visit.locale(None), &here, (&binding, &form(&self.t))),
            number: self.offer.number.get().to_string(),
            until: self.offer.until,
            errors,
            ceremony: Ceremony {
                failed: format!("{again}&passkey="),
                options: visit.keep_locale(&format!("/break-glass/options?t={}", self.t)),
                action: again,
            },
        };
        visit.bound(render_with(status, &page), &binding)
    }
}

/// The name of the form: a page of one transaction is worth nothing in another.
fn form(t: &str) -> String {
    format!("{FORM} {t}")
}

/// `GET /break-glass/key`: what is about to be registered, and the button.
pub(super) async fn page(visit: Visit) -> Result<Response, Halt> {
    let errors = visit.query.get("passkey").map_or_else(Errors::none, refused);
    Ok(Comer::arrive(visit).await?.page(StatusCode::OK, errors))
}

/// `POST /break-glass/options`: what the script asks the device.
pub(super) async fn options(visit: Visit, Form(params): Form) -> Result<Response, Halt> {
    let comer = Comer::arrive_with(visit, &params).await?;
    ask(&comer.visit, comer.bound(), Question::Sealed(comer.offer.account)).await
}

/// `POST /break-glass/key`: the key.
pub(super) async fn register(visit: Visit, Form(params): Form) -> Result<Response, Halt> {
    let comer = Comer::arrive_with(visit, &params).await?;
    let (visit, params) = (&comer.visit, &params);
    match visit.house.db.write(&visit.cx, |tx| Box::pin(register_within(tx, &comer, params))).await {
        Ok(Ok(number)) => {
            let c = visit.house.chrome(visit.look(visit.locale(None)), visit.keep_locale("/"), String::new());
            Ok(render(&BreakGlassDone { c, number: number.get().to_string(), continue_href: visit.keep_locale("/") }))
        }
        Ok(Err(refusal)) => Ok(comer.page(StatusCode::UNPROCESSABLE_ENTITY, refused(refusal.word()))),
        Err(BindError::Gone) => Err(gone(visit)),
        Err(BindError::Store(error)) => Err(error.into()),
    }
}

/// One transaction: the key is registered, the link is spent, the account is sealed, the sign-in ends.
async fn register_within(
    tx: &mut Tx<'_>,
    comer: &Comer,
    params: &Params,
) -> Result<Result<Number, Refusal>, BindError> {
    let passkeys = &comer.visit.house.passkeys;
    let bound = break_glass::bind(tx, passkeys, (comer.link, comer.bound()), answer(params)).await?;
    if bound.is_ok() && !signin::end_transaction(tx, &comer.sign_in, Outcome::Finished).await? {
        return Err(BindError::Gone);
    }
    Ok(bound)
}

/// What the page says of a key that was not registered. `word`: what the script saw, or why the server refused it.
fn refused(word: &str) -> Errors {
    let known = |refusal: Wrong| refusal.word() == word;
    let key = match word {
        "exists" | "passkey-taken" => "err-break-glass-other",
        "passkey-late" => "err-passkey-late",
        _ if known(Wrong::Synced) => "err-break-glass-synced",
        _ if known(Wrong::BuiltIn) => "err-break-glass-built-in",
        _ => "err-break-glass-refused",
    };
    Errors { notices: vec![Said::new(key)], ..Errors::none() }
}
