//! Errors of OAuth and OpenID Connect: each code once, with its status, and where it may be delivered.

use std::borrow::Cow;

use axum::{
    http::{HeaderValue, StatusCode, header::WWW_AUTHENTICATE},
    response::{IntoResponse, Response},
};
use idp_core::{store::StoreError, types::Fault};
use serde_json::json;

/// The registered error codes that this server gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Code {
    // RFC 6749 sections 4.1.2.1 and 5.2
    InvalidRequest,
    InvalidClient,
    InvalidGrant,
    InvalidScope,
    UnauthorizedClient,
    UnsupportedGrantType,
    UnsupportedResponseType,
    AccessDenied,
    ServerError,
    TemporarilyUnavailable,
    // OpenID Connect Core section 3.1.2.6
    LoginRequired,
    InteractionRequired,
    AccountSelectionRequired,
    ConsentRequired,
    RequestNotSupported,
    RequestUriNotSupported,
    RegistrationNotSupported,
    // OpenID Connect Core Error Code unmet_authentication_requirements 1.0
    UnmetAuthenticationRequirements,
    // RFC 8707 section 2
    InvalidTarget,
    // RFC 6750 section 3.1
    InvalidToken,
    InsufficientScope,
    // RFC 9470 section 3
    InsufficientUserAuthentication,
}

impl Code {
    /// The registered word.
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::InvalidRequest => "invalid_request",
            Self::InvalidClient => "invalid_client",
            Self::InvalidGrant => "invalid_grant",
            Self::InvalidScope => "invalid_scope",
            Self::UnauthorizedClient => "unauthorized_client",
            Self::UnsupportedGrantType => "unsupported_grant_type",
            Self::UnsupportedResponseType => "unsupported_response_type",
            Self::AccessDenied => "access_denied",
            Self::ServerError => "server_error",
            Self::TemporarilyUnavailable => "temporarily_unavailable",
            Self::LoginRequired => "login_required",
            Self::InteractionRequired => "interaction_required",
            Self::AccountSelectionRequired => "account_selection_required",
            Self::ConsentRequired => "consent_required",
            Self::RequestNotSupported => "request_not_supported",
            Self::RequestUriNotSupported => "request_uri_not_supported",
            Self::RegistrationNotSupported => "registration_not_supported",
            Self::UnmetAuthenticationRequirements => "unmet_authentication_requirements",
            Self::InvalidTarget => "invalid_target",
            Self::InvalidToken => "invalid_token",
            Self::InsufficientScope => "insufficient_scope",
            Self::InsufficientUserAuthentication => "insufficient_user_authentication",
        }
    }

    /// The status where it is answered directly.
    pub(super) const fn status(self) -> StatusCode {
        match self {
            // RFC 6749 §5.2, RFC 6750 §3.1, RFC 9470 §3
            Self::InvalidClient | Self::InvalidToken | Self::InsufficientUserAuthentication => StatusCode::UNAUTHORIZED,
            Self::InsufficientScope => StatusCode::FORBIDDEN, // RFC 6750 §3.1
            Self::ServerError => StatusCode::INTERNAL_SERVER_ERROR,
            Self::TemporarilyUnavailable => StatusCode::SERVICE_UNAVAILABLE,
            _ => StatusCode::BAD_REQUEST,
        }
    }

    /// Whether the cause may be told to the party: it describes the request, not a secret, a person or another party.
    const fn tells_why(self) -> bool {
        matches!(
            self,
            Self::InvalidRequest
                | Self::InvalidScope
                | Self::InvalidTarget
                | Self::UnauthorizedClient
                | Self::UnsupportedGrantType
                | Self::UnsupportedResponseType
                | Self::RequestNotSupported
                | Self::RequestUriNotSupported
                | Self::RegistrationNotSupported
        )
    }
}

/// A refusal in the words of OAuth.
#[derive(Debug)]
pub(super) struct OauthError {
    code: Code,
    because: Cow<'static, str>,
    /// Which scheme to name in `WWW-Authenticate`.
    challenge: Option<&'static str>,
    /// What a better token must have: further parameters of the challenge (RFC 9470 section 3).
    needs: String,
}

impl OauthError {
    /// A refusal; `because` goes to the log and, where it describes only the request, into `error_description`.
    pub(super) fn new(code: Code, because: impl Into<Cow<'static, str>>) -> Self {
        let challenge = match code {
            Code::InvalidClient => Some("Basic"),
            Code::InvalidToken | Code::InsufficientScope | Code::InsufficientUserAuthentication => Some("Bearer"),
            _ => None,
        };
        Self { code, because: because.into(), challenge, needs: String::new() }
    }

    /// A token whose holder proved too little or too long ago: what the next one needs (RFC 9470 section 3).
    pub(super) fn step_up(acr: Option<&str>, max_age: Option<u32>) -> Self {
        let acr = acr.map(|acr| format!(", acr_values=\"{acr}\"")).unwrap_or_default();
        let max_age = max_age.map(|seconds| format!(", max_age=\"{seconds}\"")).unwrap_or_default();
        let error = Self::new(Code::InsufficientUserAuthentication, "the sign-in is below what the party registered");
        Self { needs: format!("{acr}{max_age}"), ..error }
    }

    /// The code.
    pub(super) const fn code(&self) -> Code {
        self.code
    }

    /// The cause, for the log.
    pub(super) fn because(&self) -> &str {
        &self.because
    }

    /// What may be told beside the code: printable ASCII without quotes and backslash (RFC 6749 section 5.2).
    pub(super) fn description(&self) -> Option<&str> {
        let printable = self.because.bytes().all(|byte| matches!(byte, 0x20..=0x21 | 0x23..=0x5b | 0x5d..=0x7e));
        (self.code.tells_why() && printable).then_some(&*self.because)
    }
}

impl From<Fault> for OauthError {
    fn from(fault: Fault) -> Self {
        let code = if fault.is_passing() { Code::TemporarilyUnavailable } else { Code::ServerError };
        Self::new(code, fault.to_string())
    }
}

impl From<StoreError> for OauthError {
    fn from(error: StoreError) -> Self {
        Fault::from(error).into()
    }
}

impl IntoResponse for OauthError {
    fn into_response(self) -> Response {
        let status = self.code.status();
        if status.is_server_error() {
            tracing::error!(error = self.code.word(), because = %self.because, "a request of a party failed");
        } else {
            tracing::info!(error = self.code.word(), because = %self.because, "a request of a party was refused");
        }
        let mut body = json!({ "error": self.code.word() });
        if let Some(description) = self.description() {
            body["error_description"] = json!(description);
        }
        let mut response = (status, axum::Json(body)).into_response();
        if let Some(scheme) = self.challenge {
            // RFC 6750 §3: a request without any token gets a bare challenge; ours always carried one that was bad.
            let value = match scheme {
                "Bearer" => format!("Bearer error=\"{}\"{}", self.code.word(), self.needs),
                _ => "Basic realm=\"token endpoint\"".to_owned(),
            };
            if let Ok(value) = HeaderValue::try_from(value) {
                response.headers_mut().insert(WWW_AUTHENTICATE, value);
            }
        }
        if status == StatusCode::SERVICE_UNAVAILABLE {
            response.headers_mut().insert(axum::http::header::RETRY_AFTER, HeaderValue::from_static("5"));
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use super::{Code, OauthError};

    #[test]
    fn only_what_describes_the_request_is_told() {
        let told = |code, because: &'static str| OauthError::new(code, because).description().map(str::to_owned);
        assert_eq!(told(Code::InvalidRequest, "state is too long").as_deref(), Some("state is too long"));
        assert_eq!(told(Code::InvalidRequest, "a \"quoted\" word"), None);
        assert_eq!(told(Code::InvalidRequest, "line\nbreak"), None);
        assert_eq!(told(Code::InvalidGrant, "code was issued to another party"), None);
        assert_eq!(told(Code::InvalidClient, "unknown party"), None);
        assert_eq!(told(Code::ServerError, "sql"), None);
    }
}
