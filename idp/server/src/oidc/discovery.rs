//! The provider's metadata (OpenID Connect Discovery 1.0 section 3, RFC 8414). Made once at start; every address begins with the
//! configured issuer.

use axum::{body::Bytes, http::HeaderMap, response::Response};
use idp_core::{
    crypto::{digest, jws::Alg},
    relying::Scope,
    types::Locale,
};
use serde_json::{Value, json};

use super::{claims, officials};
use crate::web::{house::House, public::document};

/// The document, ready to send.
pub(super) struct Document {
    body: Bytes,
    etag: String,
}

impl Document {
    /// The metadata of this server.
    pub(super) fn of(house: &House) -> Self {
        let body = metadata(&house.issuer).to_string();
        let etag = format!("\"{}\"", &digest::sha256(body.as_bytes()).hex()[..16]);
        Self { body: Bytes::from(body), etag }
    }
}

/// What is not there is said not to be there: a party that asks all the same is refused by name.
fn metadata(issuer: &str) -> Value {
    let at = |path: &str| format!("{issuer}{path}");
    let algs = Alg::ALL.map(Alg::name);
    let fixed = ["sub", "iss", "aud", "exp", "iat", "auth_time", "acr", "amr", "nonce", "sid"];
    let claims: Vec<_> = fixed.into_iter().chain(claims::names()).chain(officials::NAMES).collect();
    let client_auth = ["client_secret_basic", "client_secret_post", "private_key_jwt"];
    let with_none = ["none", "client_secret_basic", "client_secret_post", "private_key_jwt"];
    json!({
        "issuer": issuer,
        "authorization_endpoint": at("/oauth2/authorize"),
        "token_endpoint": at("/oauth2/token"),
        "userinfo_endpoint": at("/oauth2/userinfo"),
        "jwks_uri": at("/oauth2/jwks"),
        "introspection_endpoint": at("/oauth2/introspect"),
        "revocation_endpoint": at("/oauth2/revoke"),
        "end_session_endpoint": at("/oauth2/logout"),
        "scopes_supported": Scope::ALL.map(Scope::word),
        "response_types_supported": ["code"],
        "response_modes_supported": ["query", "form_post"],
        "grant_types_supported": ["authorization_code", "refresh_token", "client_credentials"],
        "acr_values_supported": ["urn:idp:aal1", "urn:idp:aal2"],
        "subject_types_supported": ["public", "pairwise"],
        "id_token_signing_alg_values_supported": algs,
        "userinfo_signing_alg_values_supported": algs,
        "token_endpoint_auth_methods_supported": with_none,
        "token_endpoint_auth_signing_alg_values_supported": algs,
        "introspection_endpoint_auth_methods_supported": client_auth,
        "introspection_endpoint_auth_signing_alg_values_supported": algs,
        "revocation_endpoint_auth_methods_supported": with_none,
        "revocation_endpoint_auth_signing_alg_values_supported": algs,
        "display_values_supported": ["page"],
        "claim_types_supported": ["normal"],
        "claims_supported": claims,
        "claims_parameter_supported": true,
        "request_parameter_supported": false,
        "request_uri_parameter_supported": false,
        "require_request_uri_registration": false,
        "prompt_values_supported": ["none", "login", "consent", "select_account"],
        "ui_locales_supported": Locale::ALL.map(Locale::tag),
        "code_challenge_methods_supported": ["S256"],
        "authorization_response_iss_parameter_supported": true,
        "backchannel_logout_supported": true,
        "backchannel_logout_session_supported": true,
        "frontchannel_logout_supported": false,
    })
}

/// Answers with the document, or 304 where the asker has it.
pub(super) fn serve(discovery: &Document, headers: &HeaderMap) -> Response {
    let kind = (super::jwks::CACHE, "application/json");
    document(headers, &discovery.etag, kind, discovery.body.clone())
}

#[cfg(test)]
mod tests {
    use super::metadata;

    #[test]
    fn every_address_is_the_issuers_and_nothing_is_promised_that_is_not_there() {
        let document = metadata("https://id.example");
        for (name, value) in document.as_object().expect("an object") {
            if name.ends_with("_endpoint") || name.ends_with("_uri") {
                assert!(value.as_str().is_some_and(|text| text.starts_with("https://id.example/")), "{name}");
            }
        }
        assert_eq!(document["response_types_supported"], serde_json::json!(["code"]));
        assert_eq!(document["request_uri_parameter_supported"], false);
        assert_eq!(document["code_challenge_methods_supported"], serde_json::json!(["S256"]));
    }
}
