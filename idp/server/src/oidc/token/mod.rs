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
    http::{
        HeaderValue,
        header::{CACHE_CONTROL, PRAGMA},
    },
    response::{IntoResponse, Response},
};
use idp_core::{
    relying::{GrantType, Party},
    store::Cx,
};
use serde::Serialize;

use super::{
    asked::Asked,
    cors,
    error::{Code, OauthError},
};
use crate::web::{Params, house::House};

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
pub(super) async fn serve(asked: Asked) -> Response {
    let mut response = match answer(&asked).await {
        Ok(answer) => Json(answer).into_response(),
        Err(error) => error.into_response(),
    };
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response.headers_mut().insert(PRAGMA, HeaderValue::from_static("no-cache"));
    cors::open_to_parties(&asked.house, &asked.headers, &mut response);
    response
}

async fn answer(asked: &Asked) -> Result<Answer, OauthError> {
    let form = asked.form()?;
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
    let (party, cx) = asked.party().await?;
    if !party.may_use(grant_type) {
        return Err(OauthError::new(Code::UnauthorizedClient, "the party did not register this grant type"));
    }
    let ask = Ask { house: &asked.house, cx, party, form };
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
