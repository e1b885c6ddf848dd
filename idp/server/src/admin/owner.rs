//! The first platform owner accepts: the link of `idp admin bootstrap`, a sign-in with two factors, one question, one button.
//!
//! Opening the link spends nothing: chats and mail programs open links, too. The secret is in the address once; the transaction carries its
//! digest, so neither the hall's addresses nor the form know it.

use axum::{http::StatusCode, response::Response};
use idp_core::{
    admin::{self, AcceptError, STALE},
    crypto::handle::{ConsoleCookie, Handle, OwnerOffer},
    people,
    session::Live,
    signin::{self, Outcome, SignIn},
    store::Tx,
    types::{Digest, Fault},
};

use super::console;
use crate::web::{
    Code, Form, Halt, Visit,
    page::{NextStep, OwnerOffered, render},
    through::{Back, Own},
    visit::onward,
};

const GONE: Code = Code::new("owner-offer-gone", StatusCode::GONE);
const SEPARATED: Code = Code::new("owner-separated", StatusCode::CONFLICT);
const FORM: &str = "console owner";
const RESUME: &str = "/console/owner/resume?t=";

fn gone(visit: &Visit) -> Halt {
    visit.refuse(visit.locale(None), GONE, NextStep::Usual)
}

/// `GET /console/owner?offer=…`: what the operator's link opens.
pub(super) async fn begin(visit: Visit) -> Result<Response, Halt> {
    let shown = visit.query.get("offer").unwrap_or_default();
    let Some(digest) = Handle::<OwnerOffer>::digest_of(shown) else {
        return Err(gone(&visit));
    };
    let offered = {
        let mut conn = visit.house.db.read().await?;
        admin::offered(&mut conn, digest, visit.now()).await?
    };
    if offered.is_none() {
        return Err(gone(&visit));
    }
    let asked = console::asked(Some(STALE.as_secs()));
    let own = Own { door: "console", asked: &asked, payload: &digest.hex(), resume: RESUME };
    Ok(visit.through_the_hall(&own).await?)
}

/// Where somebody stands who came with an offer.
enum Stands {
    Asked(Box<SignIn>, Live, Digest),
    Elsewhere(Response),
}

async fn stands(visit: &Visit, t: &str) -> Result<Stands, Halt> {
    let (sign_in, live) = match visit.back_from_the_hall(t).await? {
        Back::Done(sign_in, live) => (sign_in, live),
        Back::Open(step) => return Ok(Stands::Elsewhere(step)),
        Back::Cancelled => return Ok(Stands::Elsewhere(onward(&visit.keep_locale("/")))),
        Back::Gone => return Err(gone(visit)),
        Back::Impossible => return Err(console::weak(visit)),
    };
    let digest = Digest::from_hex(&sign_in.payload).ok_or_else(|| gone(visit))?;
    Ok(Stands::Asked(sign_in, live, digest))
}

/// `GET /console/owner/resume`: asks whether they want to be the owner.
pub(super) async fn ask(visit: Visit) -> Result<Response, Halt> {
    let t = visit.query.get("t").unwrap_or_default();
    let (live, digest) = match stands(&visit, t).await? {
        Stands::Asked(_, live, digest) => (live, digest),
        Stands::Elsewhere(response) => return Ok(response),
    };
    let mut conn = visit.house.db.read().await?;
    let offer = admin::offered(&mut conn, digest, visit.now()).await?.ok_or_else(|| gone(&visit))?;
    let account = people::account_by_id(&mut conn, live.account).await?;
    let account = account.ok_or(Fault::bug("finding the account of a session"))?;
    let name = people::person(&mut conn, live.person).await?.and_then(|person| person.profile);
    drop(conn);
    let binding = visit.binding();
    let path = format!("{RESUME}{t}");
    let page = OwnerOffered {
        c: visit.chrome(visit.locale(account.locale), &path, (&binding, &form(t))),
        name: name.map_or_else(|| account.login.clone(), |profile| profile.name.as_str().to_owned()),
        login_name: account.login,
        expires_at: offer.expires_at,
        action: visit.keep_locale(&path),
        leave_href: visit.keep_locale("/"),
    };
    Ok(visit.bound(render(&page), &binding))
}

/// The name of the form: a page of one transaction is worth nothing in another.
fn form(t: &str) -> String {
    format!("{FORM} {t}")
}

/// `POST /console/owner/resume`: they said yes.
pub(super) async fn accept(visit: Visit, Form(params): Form) -> Result<Response, Halt> {
    let t = visit.query.get("t").unwrap_or_default().to_owned();
    visit.check_form(&form(&t), &params, &format!("{RESUME}{t}"))?;
    let (sign_in, live, digest) = match stands(&visit, &t).await? {
        Stands::Asked(sign_in, live, digest) => (sign_in, live, digest),
        Stands::Elsewhere(response) => return Ok(response),
    };
    let cx = visit.cx.acting(live.actor());
    let accepted = visit.house.db.write(&cx, |tx| Box::pin(accept_within(tx, &sign_in, &live, digest)));
    match accepted.await {
        Ok(Some(cookie)) => Ok(console::with_cookie(&visit, &cookie)),
        Ok(None) | Err(AcceptError::Gone | AcceptError::OwnerExists) => Err(gone(&visit)),
        Err(AcceptError::Proof(refusal)) => Err(console::turned_away(&visit, refusal)),
        Err(AcceptError::Separated(_)) => Err(visit.refuse(visit.locale(None), SEPARATED, NextStep::Usual)),
        Err(AcceptError::Store(error)) => Err(error.into()),
    }
}

/// One transaction: the sign-in ends, the offer is spent, the office begins, the console opens.
async fn accept_within(
    tx: &mut Tx<'_>,
    sign_in: &SignIn,
    live: &Live,
    digest: Digest,
) -> Result<Option<Handle<ConsoleCookie>>, AcceptError> {
    if !signin::end_transaction(tx, sign_in, Outcome::Finished).await? {
        return Ok(None);
    }
    admin::accept(tx, digest, live).await?;
    admin::open(tx, live).await?.map(Some).map_err(AcceptError::Proof)
}
