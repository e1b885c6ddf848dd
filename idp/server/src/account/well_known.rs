//! What browsers and password managers look for at fixed addresses.

use axum::{
    Json,
    extract::State,
    http::header::CACHE_CONTROL,
    response::{IntoResponse, Redirect, Response},
};
use serde_json::{Value, json};

use crate::web::house::Shared;

/// An hour: a move is announced days before.
const CACHE: &str = "public, max-age=3600";

fn document(body: Value) -> Response {
    ([(CACHE_CONTROL, CACHE)], Json(body)).into_response()
}

/// `GET /.well-known/webauthn`: which origins may use passkeys that were made under our name (WebAuthn Level 3 section 5.11).
pub(super) async fn webauthn(State(house): Shared) -> Response {
    let origins: Vec<&String> = house.origins.iter().chain(&house.related_origins).collect();
    document(json!({ "origins": origins }))
}

/// `GET /.well-known/passkey-endpoints`: where passkeys are made and managed (W3C, A Well-Known URL for Relying Party Passkey Endpoints).
pub(super) async fn passkey_endpoints(State(house): Shared) -> Response {
    let issuer = &house.issuer;
    document(json!({
        "enroll": format!("{issuer}/account/passkeys/new"),
        "manage": format!("{issuer}/account/passkeys"),
    }))
}

/// `GET /.well-known/change-password` (W3C, A Well-Known URL for Changing Passwords).
pub(super) async fn change_password() -> Redirect {
    Redirect::to("/account/password")
}
