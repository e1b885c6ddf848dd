//! The handlers: a request comes in, the hall decides, the answer goes out.

use std::sync::Arc;

use axum::{
    extract::State,
    http::{
        HeaderMap, HeaderValue, StatusCode,
        header::{LOCATION, SET_COOKIE},
    },
    response::{IntoResponse, Response},
};
use idp_core::{
    crypto::handle::{Browser, Handle},
    relying::Party,
    session::Live,
    signin::{self, Asked, Gone, NewSignIn, Next, Outcome, SignIn},
    store::{Cx, StoreError},
    types::{Fault, Locale},
};

use super::{
    hint,
    request::{self, Parsed, Request, Unread},
    respond::{Answer, Came},
};
use crate::{
    oidc::{
        error::{Code, OauthError},
        grant, posted,
    },
    web::{self, Context, Cookie, Form, Look, Params, Problem, Query, house::House},
};

/// The path of this endpoint.
const PATH: &str = "/oauth2/authorize";

/// A transaction or a kept request that cannot go on; the hall's pages answer with the same statuses.
fn gone(word: &'static str) -> Problem {
    let status = match word {
        "sign-in-finished" | "sign-in-expired" => StatusCode::GONE,
        "sign-in-other-browser" => StatusCode::FORBIDDEN,
        _ => StatusCode::BAD_REQUEST,
    };
    Problem::new(web::Code::new(word, status))
}

/// `POST`: kept, and answered with the way to the `GET`.
pub(in crate::oidc) async fn post(
    State(house): State<Arc<House>>,
    context: Context,
    Form(form): Form,
) -> Result<Response, Problem> {
    posted::keep(&house, &house.cx(&context), &form, PATH).await
}

/// `GET`.
pub(in crate::oidc) async fn get(
    State(house): State<Arc<House>>,
    context: Context,
    headers: HeaderMap,
    Query(query): Query,
) -> Result<Response, Problem> {
    let cx = house.cx(&context);
    let params = posted::or_query(&house, &cx, query).await?;
    let visit = Visit { house: &house, context, headers: &headers, cx };
    visit.arrive(&params).await
}

/// One visit of a browser to this endpoint.
struct Visit<'a> {
    house: &'a Arc<House>,
    context: Context,
    headers: &'a HeaderMap,
    cx: Cx,
}

impl Visit<'_> {
    async fn arrive(&self, params: &Params) -> Result<Response, Problem> {
        let mut parsed = match request::parse(params, &self.house.register, self.cx.now) {
            Ok(parsed) => parsed,
            Err(Unread::Page(problem)) => return Err(problem),
            Err(Unread::Party(to, error)) => return self.refuse_early(params, &to, &error),
        };
        let look = self.look(parsed.request.locale);
        if let Err(error) = self.take_hints(&mut parsed).await? {
            return Ok(OwnedAnswer::to(&parsed, look).error(self.house, &error));
        }
        let live = self.house.session(self.headers, self.cx.now).await?;
        let next = self.next(&parsed, live.as_ref()).await?;
        let answer = |error: OauthError| OwnedAnswer::to(&parsed, look).error(self.house, &error);
        match (next, live) {
            (Next::Finish, Some(live)) => {
                let code = self.issue(&parsed.party, (&parsed.request, &parsed.asked), &live, None).await?;
                Ok(match code {
                    Some(code) => OwnedAnswer::to(&parsed, look).code(self.house, &code),
                    None => answer(OauthError::new(Code::ServerError, "a code without a transaction was not issued")),
                })
            }
            (next, _) => match verdict(next, parsed.silent) {
                Some(error) => Ok(answer(error)),
                None => self.begin(&parsed).await,
            },
        }
    }

    /// An error that is told to the party although the request was not read to its end.
    fn refuse_early(&self, params: &Params, to: &request::Return, error: &OauthError) -> Result<Response, Problem> {
        let client_id = params.get("client_id").unwrap_or_default();
        let party = self.house.register.by_client_id(client_id).ok_or_else(|| gone("party-unknown"))?;
        let look = self.look(params.get("ui_locales").and_then(Locale::from_tags));
        Ok(Answer { to, party: &party, came: Came::Straight, look }.error(self.house, error))
    }

    fn look(&self, asked: Option<Locale>) -> Look {
        self.context.look(asked.unwrap_or(self.context.locale))
    }

    /// Looks up whom `id_token_hint` or `claims.sub` expect.
    async fn take_hints(&self, parsed: &mut Parsed) -> Result<Result<(), OauthError>, Problem> {
        let mut expected = parsed.request.requested.sub.clone();
        if let Some(token) = &parsed.id_token_hint {
            let hint = hint::check(self.house, token).filter(|hint| hint.client_id == parsed.party.client_id);
            let Some(hint) = hint else {
                return Ok(Err(OauthError::new(
                    Code::InvalidRequest,
                    "id_token_hint is not a token of ours for this party",
                )));
            };
            expected = Some(hint.sub);
        }
        let Some(sub) = expected else { return Ok(Ok(())) };
        let mut conn = self.house.db.read().await.map_err(Fault::from)?;
        let person = signin::person_of(&mut conn, &parsed.party.sector, &sub).await.map_err(Fault::from)?;
        match person {
            Some(person) => request::expect(&mut parsed.asked, person),
            None => {
                return Ok(Err(OauthError::new(Code::LoginRequired, "nobody has the subject that is expected")));
            }
        }
        Ok(Ok(()))
    }

    async fn next(&self, parsed: &Parsed, live: Option<&Live>) -> Result<Next, Fault> {
        let mut conn = self.house.db.read().await?;
        let facts = signin::gather(&mut conn, &parsed.asked, Some(parsed.party.id), None, (live, self.cx.now)).await?;
        Ok(signin::next(&facts))
    }

    /// Begins a transaction bound to this browser and sends it to the hall's pages.
    async fn begin(&self, parsed: &Parsed) -> Result<Response, Problem> {
        let payload = serde_json::to_string(&parsed.request).map_err(|error| Fault::new("keeping a request", error))?;
        let known = self.house.browser_digest(self.headers);
        let fresh = known.is_none().then(Handle::<Browser>::generate);
        let binding = known.or(fresh.as_ref().map(Handle::digest)).ok_or(Fault::bug("binding a browser"))?;
        let new = || NewSignIn {
            door: "oidc",
            party: Some(parsed.party.id),
            browser: binding,
            asked: &parsed.asked,
            payload: &payload,
            resume: "/oauth2/authorize/resume?t=",
        };
        let begun = self.house.db.write(&self.cx, |tx| Box::pin(signin::begin(tx, new()))).await;
        let handle = begun.map_err(|error: StoreError| Fault::from(error))?;
        let location = format!("/sign-in/{}", handle.reveal());
        let mut response = (StatusCode::SEE_OTHER, [(LOCATION, location)]).into_response();
        if let Some(fresh) = fresh {
            response.headers_mut().append(SET_COOKIE, self.house.cookies.set(Cookie::Browser, fresh.reveal(), None));
        }
        Ok(response)
    }

    /// Issues a code. Within a transaction its end is the judge: of two answers at once one gets a code, the other `None`.
    async fn issue(
        &self,
        party: &Party,
        (request, asked): (&Request, &Asked),
        live: &Live,
        sign_in: Option<&SignIn>,
    ) -> Result<Option<String>, Fault> {
        let (cx, told) = (self.cx.acting(live.actor()), asked.told(live.aal));
        let issue = &grant::Issue { party, live, asked: request, told };
        let issued = self.house.db.write(&cx, |tx| {
            Box::pin(async move {
                if let Some(sign_in) = sign_in
                    && !signin::end_transaction(tx, sign_in, Outcome::Finished).await?
                {
                    return Ok::<_, StoreError>(None);
                }
                grant::issue(tx, self.house, issue).await.map(Some)
            })
        });
        Ok(issued.await?.map(|code| code.reveal().to_owned()))
    }

    async fn come_back(&self, handle: &str) -> Result<Response, Problem> {
        let browser = self.house.browser_digest(self.headers);
        let loaded = {
            let mut conn = self.house.db.read().await.map_err(Fault::from)?;
            signin::load(&mut conn, handle, browser, self.cx.now).await.map_err(Fault::from)?
        };
        let (sign_in, cancelled) = match loaded {
            Ok(sign_in) => (sign_in, false),
            Err(Gone::Cancelled(sign_in)) => (*sign_in, true),
            Err(Gone::Finished) => return Err(gone("sign-in-finished")),
            Err(Gone::OtherBrowser) if browser.is_none() => return Err(Problem::new(web::Code::COOKIES_REFUSED)),
            Err(Gone::OtherBrowser) => return Err(gone("sign-in-other-browser")),
            Err(Gone::Unknown | Gone::Expired) => return Err(gone("sign-in-expired")),
        };
        let request: Request =
            serde_json::from_str(&sign_in.payload).map_err(|error| Fault::new("reading a kept request", error))?;
        // The party or its address may have been taken out of service while the person looked for their password.
        let party = self.house.register.by_client_id(&request.client_id).ok_or_else(|| gone("party-unknown"))?;
        party.redirect_uri(&request.redirect_uri).ok_or_else(|| gone("redirect-uri-unregistered"))?;
        let look = self.look(request.locale);
        let answer = Answer { to: &request.to(), party: &party, came: Came::FromOurForm, look };
        if cancelled {
            let error = OauthError::new(Code::AccessDenied, "the person turned back");
            return Ok(answer.error(self.house, &error));
        }
        self.finish(&sign_in, &request, handle, &answer).await
    }

    async fn finish(
        &self,
        sign_in: &SignIn,
        request: &Request,
        handle: &str,
        answer: &Answer<'_>,
    ) -> Result<Response, Problem> {
        let live = self.house.session(self.headers, self.cx.now).await?;
        let next = {
            let mut conn = self.house.db.read().await.map_err(Fault::from)?;
            let now = (live.as_ref(), self.cx.now);
            let facts = signin::gather(&mut conn, &sign_in.asked, sign_in.party, Some(sign_in), now).await;
            signin::next(&facts.map_err(Fault::from)?)
        };
        match (next, live) {
            (Next::Finish, Some(live)) => {
                match self.issue(answer.party, (request, &sign_in.asked), &live, Some(sign_in)).await? {
                    Some(code) => Ok(answer.code(self.house, &code)),
                    None => Err(gone("sign-in-finished")),
                }
            }
            (next, _) => self.step_or_end(sign_in, handle, answer, verdict(next, false)).await,
        }
    }

    /// Back to the step that is open, or the end with an error that no step can mend.
    async fn step_or_end(
        &self,
        sign_in: &SignIn,
        handle: &str,
        answer: &Answer<'_>,
        error: Option<OauthError>,
    ) -> Result<Response, Problem> {
        let Some(error) = error else {
            let back = HeaderValue::try_from(format!("/sign-in/{handle}")).map_err(|_| gone("sign-in-expired"))?;
            return Ok((StatusCode::SEE_OTHER, [(LOCATION, back)]).into_response());
        };
        let ended =
            self.house.db.write(&self.cx, |tx| Box::pin(signin::end_transaction(tx, sign_in, Outcome::Finished)));
        ended.await.map_err(|error: StoreError| Fault::from(error))?;
        Ok(answer.error(self.house, &error))
    }
}

/// The error that a step is for this request; `None`: its page may be shown.
fn verdict(next: Next, silent: bool) -> Option<OauthError> {
    let code = match next {
        Next::Unmet => Code::UnmetAuthenticationRequirements,
        Next::WrongPerson => Code::LoginRequired,
        _ if !silent => return None,
        Next::SelectAccount(_) => Code::AccountSelectionRequired,
        Next::Consent(_) => Code::ConsentRequired,
        Next::Expired
        | Next::Finish
        | Next::SignIn(_)
        | Next::SecondFactor(_)
        | Next::NewPassword(_)
        | Next::Reauthenticate(_)
        | Next::StepUp(_) => Code::LoginRequired,
        Next::ChoosePost(_) | Next::CreatePasskey(_) | Next::OfferPasskey(_) => Code::InteractionRequired,
    };
    Some(OauthError::new(code, "the request cannot be met without a page"))
}

/// An answer that owns where it goes.
struct OwnedAnswer<'p> {
    to: request::Return,
    party: &'p Party,
    came: Came,
    look: Look,
}

impl<'p> OwnedAnswer<'p> {
    fn to(parsed: &'p Parsed, look: Look) -> Self {
        Self { to: parsed.request.to(), party: &parsed.party, came: Came::Straight, look }
    }

    fn code(&self, house: &House, code: &str) -> Response {
        self.borrow().code(house, code)
    }
    fn error(&self, house: &House, error: &OauthError) -> Response {
        self.borrow().error(house, error)
    }
    fn borrow(&self) -> Answer<'_> {
        Answer { to: &self.to, party: self.party, came: self.came, look: self.look }
    }
}

/// `GET …/resume?t=`: the hall is done, or the person turned back.
pub(in crate::oidc) async fn resume(
    State(house): State<Arc<House>>,
    context: Context,
    headers: HeaderMap,
    Query(query): Query,
) -> Result<Response, Problem> {
    let visit = Visit { house: &house, context, headers: &headers, cx: house.cx(&context) };
    visit.come_back(query.get("t").unwrap_or_default()).await
}
