//! The answers that need no proof: go on as who I am, agree, turn back.

use axum::{http::StatusCode, response::Response};
use idp_core::{
    consent::Shown,
    office::{self, DeskError},
    relying::Purpose,
    signin::{self, Gone, Next},
    store::{StoreError, Tx},
    types::{Fault, Id, id},
};

use super::{
    at::{At, Ticket, consent_form},
    capacity::choose_post,
    show::OTHER,
};
use crate::web::{
    Form, Halt, Visit,
    page::{AS_CITIZEN, Errors, Said},
    visit::onward,
};

/// `POST /sign-in/{t}/account`: the field `choice` is `continue` or `other`.
pub(super) async fn account(visit: Visit, ticket: Ticket, Form(params): Form) -> Result<Response, Halt> {
    let at = At::arrive_with(visit, ticket, &params).await?;
    match (at.next, &at.live, params.get("choice")) {
        (Next::SelectAccount(_), Some(_), Some("continue")) => write(&at, Answer::Continue).await,
        (Next::SelectAccount(_), Some(_), Some("other")) => Ok(onward(&at.path(OTHER))),
        _ => Ok(at.to_page()),
    }
}

/// `POST /sign-in/{t}/post`: the field `post` is the id of a post of theirs, or `citizen`.
pub(super) async fn post(visit: Visit, ticket: Ticket, Form(params): Form) -> Result<Response, Halt> {
    let at = At::arrive_with(visit, ticket, &params).await?;
    let chosen = match params.get("post") {
        Some(AS_CITIZEN) => Some(None),
        Some(post) => post.parse().ok().map(Some),
        None => None,
    };
    match (at.next, &at.live, chosen) {
        (Next::ChoosePost(_), Some(_), Some(chosen)) => write(&at, Answer::Post(chosen)).await,
        (Next::ChoosePost(why), Some(live), None) => {
            let errors = Errors::none().field("post", Said::new("choose-post-none"));
            choose_post(&at, (why, live), StatusCode::BAD_REQUEST, errors).await
        }
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
    Post(Option<Id<id::Assignment>>),
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
        (Ok(()), Answer::Continue | Answer::Post(_) | Answer::Allow(_)) => Ok(at.to_page()),
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
        (Answer::Post(post), Some(live)) => {
            if let Some(with) = at.with(live) {
                match office::choose(tx, &with, post).await {
                    // It ended while they looked, or it is not theirs: the page shows what there is.
                    Ok(()) | Err(DeskError::NotActing(_)) => {}
                    Err(DeskError::Store(error)) => return Err(error),
                    Err(error) => return Err(Fault::new("choosing a post", error).into()),
                }
            }
        }
        (Answer::Allow(agreed), Some(live)) => signin::consent_to(tx, &sign_in, live, agreed).await?,
        (Answer::Refuse, live) => {
            signin::refuse(tx, &sign_in, live.as_ref()).await?;
        }
        (Answer::Continue | Answer::Post(_) | Answer::Allow(_), None) => {}
    }
    Ok(Ok(()))
}
