//! RP-Initiated Logout 1.0. A valid hint of this very session ends it at once; anything less asks the person first, so that a
//! link on any site cannot sign people out. Nobody is sent to an address that their party did not register.

use std::sync::Arc;

use axum::{
    extract::State,
    http::{
        HeaderMap, StatusCode,
        header::{LOCATION, SET_COOKIE},
    },
    response::{IntoResponse, Response},
};
use idp_core::{
    relying::Party,
    session::{self, Computer, Live},
    store::{Cx, StoreError},
    types::{Fault, Locale},
};

use super::{authorize::hint, authorize::with_query, posted};
use crate::web::{
    self, Context, Cookie, Form, Look, Params, Problem, Query, csrf,
    house::House,
    page::{self, Words},
};

const PATH: &str = "/oauth2/logout";
const FORM: &str = "sign-out";

fn refuse(word: &'static str, because: &'static str) -> Problem {
    Problem::new(web::Code::new(word, StatusCode::BAD_REQUEST)).because(because)
}

/// `POST`: our own confirmation form, or a party's request, which is kept and comes back as a `GET` with its cookies.
pub(super) async fn post(
    State(house): State<Arc<House>>,
    context: Context,
    headers: HeaderMap,
    Form(form): Form,
) -> Result<Response, Problem> {
    let cx = house.cx(&context);
    if form.get(csrf::FIELD).is_none() {
        return posted::keep(&house, &cx, &form, PATH).await;
    }
    let given =
        csrf::Given { form: FORM, binding: house.browser(&headers), token: form.get(csrf::FIELD), headers: &headers };
    csrf::check(&given, &house.origins)?;
    let request = Request::read(&house, &form, context.look(context.locale))?;
    if form.get("choice") == Some("stay") {
        return Ok((StatusCode::SEE_OTHER, [(LOCATION, "/account")]).into_response());
    }
    let live = house.session(&headers, cx.now).await?;
    if let Some(live) = &live {
        end(&house, &cx, live).await?;
    }
    let shared = live.is_some_and(|live| live.computer == Computer::Shared);
    Ok(forget(&house, request.signed_out(&house, shared)))
}

/// `GET`.
pub(super) async fn get(
    State(house): State<Arc<House>>,
    context: Context,
    headers: HeaderMap,
    Query(query): Query,
) -> Result<Response, Problem> {
    let cx = house.cx(&context);
    let params = posted::or_query(&house, &cx, query).await?;
    let request = Request::read(&house, &params, context.look(context.locale))?;
    let Some(live) = house.session(&headers, cx.now).await? else {
        return Ok(request.go_back(&house));
    };
    if request.is_of(&house, &live).await? {
        end(&house, &cx, &live).await?;
        // On a shared computer the warning comes before the way back.
        let shared = live.computer == Computer::Shared;
        let answer = if shared { request.signed_out(&house, shared) } else { request.go_back(&house) };
        return Ok(forget(&house, answer));
    }
    request.confirm(&house, &headers, &params)
}

async fn end(house: &House, cx: &Cx, live: &Live) -> Result<(), Fault> {
    let cx = cx.acting(live.actor());
    let ended = house.db.write(&cx, |tx| Box::pin(session::end(tx, live.id, "signed-out")));
    ended.await.map(|_| ()).map_err(|error: StoreError| error.into())
}

fn forget(house: &House, mut response: Response) -> Response {
    response.headers_mut().append(SET_COOKIE, house.cookies.clear(Cookie::Session));
    response
}

/// A logout request that was read: the party is known where it says so, and the address is registered.
struct Request {
    party: Option<Arc<Party>>,
    hint: Option<hint::Hint>,
    /// A registered address with `state`.
    back: Option<String>,
    look: Look,
}

impl Request {
    fn read(house: &House, params: &Params, look: Look) -> Result<Self, Problem> {
        if params.duplicated(&[]).is_some() {
            return Err(refuse("request-invalid", "a parameter came twice"));
        }
        let hint = match params.get("id_token_hint") {
            Some(token) => {
                let hint = hint::check(house, token);
                Some(hint.ok_or_else(|| refuse("id-token-hint-invalid", "id_token_hint is not a token of ours"))?)
            }
            None => None,
        };
        let named = params.get("client_id");
        if let (Some(hint), Some(named)) = (&hint, named)
            && hint.client_id != named
        {
            return Err(refuse("id-token-hint-invalid", "id_token_hint is of another party"));
        }
        let client_id = named.or(hint.as_ref().map(|hint| hint.client_id.as_str()));
        let party = client_id.and_then(|id| house.register.by_client_id(id));
        let back = Self::back(params, party.as_deref())?;
        let locale = params.get("ui_locales").and_then(Locale::from_tags).unwrap_or(look.locale);
        Ok(Self { party, hint, back, look: Look { locale, ..look } })
    }

    /// Byte for byte one of the party's registered addresses, or a page of ours that says so.
    fn back(params: &Params, party: Option<&Party>) -> Result<Option<String>, Problem> {
        let Some(asked) = params.get("post_logout_redirect_uri") else {
            return Ok(None);
        };
        let registered =
            party.is_some_and(|party| party.definition.post_logout_redirect_uris.iter().any(|uri| uri == asked));
        let state = params.get("state").filter(|state| state.len() <= 2_048);
        if !registered {
            return Err(refuse("logout-redirect-unregistered", "post_logout_redirect_uri is not registered"));
        }
        Ok(Some(state.map_or_else(|| asked.to_owned(), |state| with_query(asked, &[("state", state)]))))
    }

    /// Whether the hint is of this browser's session: then the person asked at the party, and is not asked again.
    async fn is_of(&self, house: &House, live: &Live) -> Result<bool, Fault> {
        let Some(sid) = self.hint.as_ref().and_then(|hint| hint.sid.as_deref()) else {
            return Ok(false);
        };
        let mut conn = house.db.read().await?;
        Ok(session::of_sid(&mut conn, sid).await? == Some(live.id))
    }

    fn name(&self) -> Option<Words> {
        let party = self.party.as_ref()?;
        Some(Words::new(self.look.locale, party.definition.name.get(self.look.locale).to_owned()))
    }

    /// The answer to a `GET`: straight back where the party wants it, else the page.
    fn go_back(&self, house: &House) -> Response {
        match &self.back {
            Some(back) => (StatusCode::SEE_OTHER, [(LOCATION, back.clone())]).into_response(),
            None => self.signed_out(house, false),
        }
    }

    /// The page; it goes on by itself, because after our form Chromium would block a redirect.
    fn signed_out(&self, house: &House, shared: bool) -> Response {
        let c = house.chrome(self.look, "/".into(), String::new());
        page::render(&page::SignedOut { c, shared, party: self.name(), continue_href: self.back.clone() })
    }

    /// Asks the person, and carries the request along in the form: it is read and checked again when it comes back.
    fn confirm(&self, house: &House, headers: &HeaderMap, params: &Params) -> Result<Response, Problem> {
        let binding = house.browser(headers).ok_or_else(|| Problem::new(web::Code::COOKIES_REFUSED))?;
        let kept = ["id_token_hint", "client_id", "post_logout_redirect_uri", "state"];
        let fields: Vec<(String, String)> =
            kept.iter().filter_map(|name| Some(((*name).to_owned(), params.get(name)?.to_owned()))).collect();
        let here =
            with_query(PATH, &fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect::<Vec<_>>());
        let c = house.chrome(self.look, here, csrf::token(binding, FORM));
        Ok(page::render(&page::SignOut { c, party: self.name(), account_name: None, action: PATH.into(), fields }))
    }
}
