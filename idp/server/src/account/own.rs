//! My account: who may see it, signing in for it, signing out of it.

use axum::{
    http::{HeaderValue, header::SET_COOKIE},
    response::Response,
};
use idp_core::{
    office, people,
    session::{self, Computer, Live},
    signin::{self, Asked, Outcome},
    store::{StoreError, Tx},
    types::{Fault, Id, Locale, id},
};

use super::data;
use crate::web::{
    Cookie, Form, Halt, Params, Visit,
    house::House,
    page::{Account, DataMatch, Nav, SignedOut, Tab, render},
    through::{Back, Own},
    visit::onward,
};

pub(super) const PATH: &str = "/account";
const SIGN_OUT_FORM: &str = "account sign-out";

/// The session of whoever opens a page of the account. Nobody is sent away: who is not signed in does so, and comes back to `path`.
pub(super) async fn holder(visit: &Visit, path: &str) -> Result<Live, Halt> {
    match visit.session().await? {
        Some(live) => Ok(live),
        None => Err(Halt::from(sign_in(visit, &Asked::default(), path).await?)),
    }
}

/// The session of whoever sends a form of `name`; the form is judged first. `path` is where it is found again.
pub(super) async fn sender(visit: &Visit, name: &str, params: &Params, path: &str) -> Result<Live, Halt> {
    visit.check_form(name, params, path)?;
    holder(visit, path).await
}

/// The list of the account's pages, as seen from one of them.
pub(super) fn nav(visit: &Visit, here: Tab) -> Nav {
    Nav::new(here, visit.keep_locale(""))
}

/// The language of the account's pages: what was chosen on a page, else what the account keeps, else what the browser asks for.
pub(super) async fn locale(visit: &Visit, live: &Live) -> Result<Locale, Fault> {
    let mut conn = visit.house.db.read().await?;
    let account = people::account_by_id(&mut conn, live.account).await?;
    Ok(visit.locale(account.and_then(|account| account.locale)))
}

/// `GET /account`.
pub(super) async fn page(visit: Visit) -> Result<Response, Halt> {
    let live = holder(&visit, PATH).await?;
    show(&visit, &live).await
}

async fn show(visit: &Visit, live: &Live) -> Result<Response, Halt> {
    let (person, account, since, official) = {
        let mut conn = visit.house.db.read().await?;
        let person = people::person(&mut conn, live.person).await?;
        let world = office::world(&mut conn, live.person, visit.now()).await?;
        let official = !world.posts_of(live.person).is_empty();
        let account = people::account_by_id(&mut conn, live.account).await?;
        (person, account, people::since(&mut conn, live.account).await?, official)
    };
    let person = person.ok_or(Fault::bug("finding the person of a session"))?;
    let gone = || Fault::bug("finding the account of a session");
    let (account, since) = (account.ok_or_else(gone)?, since.ok_or_else(gone)?);
    let binding = visit.binding();
    let page = Account {
        c: visit.chrome(visit.locale(account.locale), PATH, (&binding, SIGN_OUT_FORM)),
        nav: nav(visit, Tab::Data),
        data: data::of(&person, &account, &since),
        shared: live.computer == Computer::Shared,
        assurance: person.identity_assurance,
        data_match: shown(person.data_match),
        matched_at: person.data_matched_at,
        passkeys_href: visit.keep_locale("/account/passkeys"),
        factors_href: visit.keep_locale("/account/factors"),
        posts_href: official.then(|| visit.keep_locale(Tab::Posts.path())),
        sign_out_action: visit.keep_locale("/account/sign-out"),
    };
    Ok(visit.bound(render(&page), &binding))
}

/// What a sign-in for somebody's own account asks of the hall. `back` is the page of this door to which it leads; empty: my account.
pub(super) const fn own<'a>(asked: &'a Asked, back: &'a str) -> Own<'a> {
    Own { door: "account", asked, payload: back, resume: "/account/resume?t=" }
}

/// Sends the person to sign in, or to prove themself again, and then `back` to a page of this door.
pub(super) async fn sign_in(visit: &Visit, asked: &Asked, back: &str) -> Result<Response, Halt> {
    Ok(visit.through_the_hall(&own(asked, back)).await?)
}

/// `GET /account/resume`: the hall is done, or the person turned back.
pub(super) async fn resume(visit: Visit) -> Result<Response, Halt> {
    let t = visit.query.get("t").unwrap_or_default();
    let sign_in = match visit.back_from_the_hall(t).await? {
        Back::Done(sign_in, _) => sign_in,
        Back::Open(step) => return Ok(step),
        Back::Cancelled => return Ok(onward(&visit.keep_locale("/"))),
        // Whoever is signed in sees their account; whoever is not begins anew there.
        Back::Gone | Back::Impossible => return Ok(onward(&visit.keep_locale(PATH))),
    };
    let ended =
        visit.house.db.write(&visit.cx, |tx| Box::pin(signin::end_transaction(tx, &sign_in, Outcome::Finished)));
    ended.await.map_err(|error: StoreError| Fault::from(error))?;
    // We wrote it ourselves; a path of this door it is all the same.
    let back = if sign_in.payload.starts_with("/account/") { sign_in.payload.as_str() } else { PATH };
    Ok(onward(&visit.keep_locale(back)))
}

/// `POST /account/sign-out`.
pub(super) async fn sign_out(visit: Visit, Form(params): Form) -> Result<Response, Halt> {
    visit.check_form(SIGN_OUT_FORM, &params, PATH)?;
    let live = visit.session().await?;
    if let Some(live) = &live {
        let cx = visit.cx.acting(live.actor());
        let ended = visit.house.db.write(&cx, |tx| Box::pin(session::end(tx, live.id, "signed-out")));
        ended.await.map_err(|error: StoreError| Fault::from(error))?;
    }
    Ok(signed_out(&visit, live.as_ref()))
}

/// The page after signing out; the browser forgets its cookie.
pub(super) fn signed_out(visit: &Visit, live: Option<&Live>) -> Response {
    let look = visit.look(visit.locale(None));
    let c = visit.house.chrome(look, visit.keep_locale("/"), String::new());
    let shared = live.is_some_and(|live| live.computer == Computer::Shared);
    let mut response = render(&SignedOut { c, shared, party: None, continue_href: None });
    let cleared: HeaderValue = visit.house.cookies.clear(Cookie::Session);
    response.headers_mut().append(SET_COOKIE, cleared);
    response
}

/// Ends all that a removed credential opened: its sessions, and what services were given in them.
pub(super) async fn end_proved_with(
    tx: &mut Tx<'_>,
    house: &House,
    credential: Id<id::Credential>,
) -> Result<(), StoreError> {
    session::end_opened_with(tx, credential, "credential-removed").await?;
    house.grants.end_proved_with(tx, credential, "credential-removed").await
}

/// What the registry said, as pages show it.
pub(super) const fn shown(data_match: people::DataMatch) -> DataMatch {
    match data_match {
        people::DataMatch::Matched => DataMatch::Matched,
        people::DataMatch::NotMatched => DataMatch::NotMatched,
        people::DataMatch::Pending => DataMatch::Pending,
        people::DataMatch::None => DataMatch::None,
    }
}
