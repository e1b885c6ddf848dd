//! The provider ends sessions here: OpenID Connect Back-Channel Logout 1.0 §2.5 to §2.8.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;

use super::logout_token::{Expected, LogoutToken, Refusal, verify};
use super::server::Portal;
use super::visit::pairs;

/// `POST /backchannel-logout`: 200 when done, 400 otherwise (§2.8); never cached.
pub(super) async fn logout(State(portal): State<Arc<Portal>>, headers: HeaderMap, body: Bytes) -> Response {
    let no_store = [(header::CACHE_CONTROL, "no-store")];
    match read(&portal, &headers, &body).await.and_then(|token| end(&portal, &token)) {
        Ok(ended) => {
            tracing::info!(ended, "sample portal obeyed a logout token");
            (StatusCode::OK, no_store).into_response()
        }
        Err(refusal) => {
            tracing::warn!(?refusal, "sample portal refused a logout token");
            (StatusCode::BAD_REQUEST, no_store, Json(json!({ "error": "invalid_request" }))).into_response()
        }
    }
}

async fn read(portal: &Portal, headers: &HeaderMap, body: &[u8]) -> Result<LogoutToken, Refusal> {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if !kind.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case("application/x-www-form-urlencoded") {
        return Err(Refusal::Malformed);
    }
    let form = pairs(body).ok_or(Refusal::Malformed)?;
    let token = form.get("logout_token").ok_or(Refusal::Malformed)?;
    let expected = Expected {
        issuer: &portal.settings.issuer,
        client_id: &portal.settings.client_id,
        now_seconds: portal.clock.now_seconds(),
    };
    let metadata = portal.provider.metadata().await.map_err(|_| Refusal::UnknownKey)?;
    match verify(token, metadata.jwks(), &expected) {
        Err(Refusal::UnknownKey) => {
            let metadata = portal.provider.metadata_again().await.map_err(|_| Refusal::UnknownKey)?;
            verify(token, metadata.jwks(), &expected)
        }
        judged => judged,
    }
}

/// Ends the sessions that a verified token names, and says how many.
fn end(portal: &Portal, token: &LogoutToken) -> Result<usize, Refusal> {
    let now_ms = portal.clock.now_ms();
    if !portal.spent.put_new(&token.jti, (), now_ms) {
        return Err(Refusal::Spent);
    }
    if let Some(sid) = &token.sid {
        portal.ended.put(sid, (), now_ms);
    }
    Ok(portal.sessions.remove_all(|session| {
        let same_subject = token.sub.as_ref().is_none_or(|sub| *sub == session.sub);
        let same_session = token.sid.as_ref().is_none_or(|sid| session.sid.as_ref() == Some(sid));
        same_subject && same_session
    }))
}
