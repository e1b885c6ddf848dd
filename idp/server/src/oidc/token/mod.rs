//! The token endpoint: who asks → which grant → may it be → mint → answer.
//!
//! A grant file decides and writes; only [`mint`] makes tokens, and it asks for the gate's proof.

mod authorization_code;
mod client_credentials;
mod mint;
mod refresh_token;

use std::sync::Arc;

use axum::{
    Json,
    extract::State,
    http::{
        HeaderMap, HeaderValue,
        header::{CACHE_CONTROL, PRAGMA},
    },
    response::{IntoResponse, Response},
};
use idp_core::{
    relying::{GrantType, Party},
    store::{Actor, Cx},
};
use serde::Serialize;

use super::{
    client_auth, cors,
    error::{Code, OauthError},
};
use crate::web::{Context, Form, Params, Problem, house::House};

/// A token response (RFC 6749 section 5.1, OpenID Connect Core section 3.1.3.3).
#[derive(Serialize)]
struct Answer {
    access_token: String,
    token_type: &'static str,
    expires_in: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    refresh_token: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    id_token: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    scope: Option<String>,
}

/// One request of an authenticated party.
struct Ask<'a> {
    house: &'a Arc<House>,
    cx: Cx,
    party: Arc<Party>,
    form: &'a Params,
}

/// `POST /oauth2/token`.
pub(super) async fn serve(
    State(house): State<Arc<House>>,
    context: Context,
    headers: HeaderMap,
    form: Result<Form, Problem>,
) -> Response {
    let mut response = match answer(&house, &context, &headers, form).await {
        Ok(answer) => Json(answer).into_response(),
        Err(error) => error.into_response(),
    };
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response.headers_mut().insert(PRAGMA, HeaderValue::from_static("no-cache"));
    cors::open_to_parties(&house, &headers, &mut response);
    response
}

async fn answer(
    house: &Arc<House>,
    context: &Context,
    headers: &HeaderMap,
    form: Result<Form, Problem>,
) -> Result<Answer, OauthError> {
    let Form(form) = form.map_err(|_| OauthError::new(Code::InvalidRequest, "the body is not a readable form"))?;
    let cx = house.cx(context);
    // What nobody offers is refused before anything is looked up or hashed.
    let grant_type = match form.one("grant_type") {
        Ok(Some("authorization_code")) => GrantType::AuthorizationCode,
        Ok(Some("refresh_token")) => GrantType::RefreshToken,
        Ok(Some("client_credentials")) => GrantType::ClientCredentials,
        Ok(Some(_)) => {
            return Err(OauthError::new(Code::UnsupportedGrantType, "this grant type is not offered"));
        }
        Ok(None) | Err(_) => {
            return Err(OauthError::new(Code::InvalidRequest, "grant_type is missing or came twice"));
        }
    };
    let party = client_auth::authenticate(house, &cx, headers, &form).await?;
    if !party.may_use(grant_type) {
        return Err(OauthError::new(Code::UnauthorizedClient, "the party did not register this grant type"));
    }
    let cx = cx.acting(Actor::Party(party.id));
    let ask = Ask { house, cx, party, form: &form };
    match grant_type {
        GrantType::AuthorizationCode => authorization_code::exchange(&ask).await,
        GrantType::RefreshToken => refresh_token::exchange(&ask).await,
        GrantType::ClientCredentials => client_credentials::exchange(&ask),
    }
}

/// `invalid_grant`: the cause goes to the log only.
fn invalid_grant(because: &'static str) -> OauthError {
    OauthError::new(Code::InvalidGrant, because)
}
