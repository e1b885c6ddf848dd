//! The answers that need no proof: go on as who I am, agree, turn back.

use axum::response::Response;
use idp_core::{
    consent::Shown,
    relying::Purpose,
    signin::{self, Gone, Next},
    store::{StoreError, Tx},
};

use super::{
    at::{At, Ticket, consent_form},
    show::OTHER,
};
use crate::web::{Form, Halt, Visit, visit::onward};

/// `POST /sign-in/{t}/account`: the field `choice` is `continue` or `other`.
pub(super) async fn account(visit: Visit, ticket: Ticket, Form(params): Form) -> Result<Response, Halt> {
    let at = At::arrive_with(visit, ticket, &params).await?;
    match (at.next, &at.live, params.get("choice")) {
        (Next::SelectAccount(_), Some(_), Some("continue")) => write(&at, Answer::Continue).await,
        (Next::SelectAccount(_), Some(_), Some("other")) => Ok(onward(&at.path(OTHER))),
        _ => Ok(at.to_page()),
    }
}

/// `POST /sign-in/{t}/consent`: the field `decision` is `allow` or `deny`.
pub(super) async fn consent(visit: Visit, ticket: Ticket, Form(params): Form) -> Result<Response, Halt> {
    let at = At::arrive(visit, ticket).await?;
    let Some(live) = &at.live else {
        return Ok(at.to_page());
    };
    let Some(party) = &at.party else {
        return Ok(at.to_page());
    };
    let purposes = at.purposes();
    let shown = Shown::of(party, &purposes, &at.sign_in.asked.scopes, at.locale)?;
    at.visit.check_form(&consent_form(&at.t, live, &shown), &params, &format!("/sign-in/{}", at.t))?;
    match (at.next, params.get("decision")) {
        (Next::Consent(_), Some("allow")) => {
            let is_ticked = |purpose: &&Purpose| params.get(&format!("purpose-{}", purpose.id)) == Some("1");
            let ticked: Vec<&str> = purposes.iter().filter(is_ticked).map(|purpose| purpose.id.as_str()).collect();
            let agreed = signin::Answer { purposes: &purposes, ticked: &ticked, shown: &shown };
            write(&at, Answer::Allow(&agreed)).await
        }
        (Next::Consent(_), Some("deny")) => write(&at, Answer::Refuse).await,
        _ => Ok(at.to_page()),
    }
}

/// `POST /sign-in/{t}/cancel`: the party learns `access_denied` from the door that began the transaction.
pub(super) async fn cancel(visit: Visit, ticket: Ticket, Form(params): Form) -> Result<Response, Halt> {
    let at = At::arrive_with(visit, ticket, &params).await?;
    write(&at, Answer::Refuse).await
}

#[derive(Clone, Copy)]
enum Answer<'a> {
    Continue,
    Allow(&'a signin::Answer<'a>),
    Refuse,
}

/// Writes one answer and sends the person to what comes after it.
async fn write(at: &At, answer: Answer<'_>) -> Result<Response, Halt> {
    let visit = &at.visit;
    let cx = at.live.as_ref().map_or_else(|| visit.cx.clone(), |live| visit.cx.acting(live.actor()));
    let written = visit.house.db.write(&cx, |tx| Box::pin(note(tx, at, answer)));
    match (written.await?, answer) {
        (Err(gone), _) => Err(at.gone(&gone).await?),
        (Ok(()), Answer::Refuse) => Ok(at.to_door()),
        (Ok(()), Answer::Continue | Answer::Allow(_)) => Ok(at.to_page()),
    }
}

async fn note(tx: &mut Tx<'_>, at: &At, answer: Answer<'_>) -> Result<Result<(), Gone>, StoreError> {
    // Loaded again inside the write: of two tabs that answer at once, the second finds what the first left.
    let sign_in = match at.load(tx).await? {
        Ok(sign_in) => sign_in,
        Err(gone) => return Ok(Err(gone)),
    };
    match (answer, &at.live) {
        (Answer::Continue, Some(live)) => signin::chose_account(tx, &sign_in, live).await?,
        (Answer::Allow(agreed), Some(live)) => signin::consent_to(tx, &sign_in, live, agreed).await?,
        (Answer::Refuse, live) => {
            signin::refuse(tx, &sign_in, live.as_ref()).await?;
        }
        (Answer::Continue | Answer::Allow(_), None) => {}
    }
    Ok(Ok(()))
}
