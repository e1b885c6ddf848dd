//! Signing out here, then at the provider (RP-Initiated Logout 1.0).

use std::str::FromStr;
use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::header;
use axum::response::Response;
use openidconnect::{CsrfToken, LanguageTag, LogoutRequest};

use super::page::{self, Frame, Trouble};
use super::provider::PortalIdToken;
use super::server::{Portal, Session};
use super::sign_in::see_other;
use super::visit::{Keep, Visit, pairs};
use crate::random;

/// `POST /logout`.
pub(super) async fn logout(State(portal): State<Arc<Portal>>, visit: Visit, body: Bytes) -> Response {
    leave(&portal, &visit, &body).await.unwrap_or_else(|trouble| trouble.page(Frame::new(&portal, visit.lang)))
}

async fn leave(portal: &Portal, visit: &Visit, body: &[u8]) -> Result<Response, Trouble> {
    let Some((key, session)) = portal.session(visit) else {
        return see_other("/", [forget(portal)]);
    };
    let form = pairs(body).ok_or(Trouble::ForgedRequest)?;
    // Another site could post this form too; it cannot know the value.
    if !form.get("csrf").is_some_and(|csrf| random::same(csrf, &session.csrf)) {
        return Err(Trouble::ForgedRequest);
    }
    portal.sessions.take(key, portal.clock.now_ms());
    let mut response = match onward(portal, visit, &session).await? {
        Some(onward) => page::leaving(Frame::new(portal, visit.lang), &onward),
        None => return see_other("/", [forget(portal)]),
    };
    response.headers_mut().append(header::SET_COOKIE, forget(portal));
    Ok(response)
}

fn forget(portal: &Portal) -> axum::http::HeaderValue {
    portal.set_cookie(&portal.settings.cookie_name, "", &Keep::Forget)
}

/// The provider's end-session address for this session; `None` when the provider is away or has none: the local part is done anyway.
async fn onward(portal: &Portal, visit: &Visit, session: &Session) -> Result<Option<String>, Trouble> {
    let Ok(metadata) = portal.provider.metadata().await else {
        return Ok(None);
    };
    let Some(end_session) = metadata.additional_metadata().end_session_endpoint.clone() else {
        return Ok(None);
    };
    let state = random::token().map_err(|_| Trouble::Fault)?;
    let id_token = PortalIdToken::from_str(&session.id_token).map_err(|_| Trouble::Fault)?;
    let request = LogoutRequest::from(end_session)
        .set_id_token_hint(&id_token)
        .set_client_id(portal.settings.client_id.clone())
        .set_post_logout_redirect_uri(portal.settings.post_logout_redirect_uri.clone())
        .set_state(CsrfToken::new(state.clone()))
        .add_ui_locale(LanguageTag::new(visit.lang.tag().to_owned()));
    portal.leaving.put(&state, (), portal.clock.now_ms());
    Ok(Some(request.http_get_url().into()))
}
