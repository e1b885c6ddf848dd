//! Cross-origin reading by scripts: public documents for everybody, token and userinfo for the origins of registered parties,
//! and never with credentials. The authorization endpoint has none (RFC 9700 section 2.6).

use std::sync::Arc;

use axum::{
    extract::State,
    http::{
        HeaderMap, HeaderValue, StatusCode,
        header::{
            ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
            ACCESS_CONTROL_MAX_AGE, ORIGIN, VARY,
        },
    },
    response::{IntoResponse, Response},
};

use crate::web::house::House;

/// Lets any script read a public document.
pub(super) fn open_to_all(response: &mut Response) {
    response.headers_mut().insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
}

/// Lets the scripts of registered parties read an answer.
pub(super) fn open_to_parties(house: &House, request: &HeaderMap, response: &mut Response) {
    response.headers_mut().append(VARY, HeaderValue::from_static("origin"));
    let Some(origin) = request.get(ORIGIN) else { return };
    if origin.to_str().is_ok_and(|text| house.register.knows_origin(text)) {
        response.headers_mut().insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
    }
}

/// Answers the preflight of a public document.
pub(super) async fn preflight_public() -> Response {
    let mut response = allowed();
    open_to_all(&mut response);
    response
}

/// Answers the preflight of an endpoint for parties.
pub(super) async fn preflight(State(house): State<Arc<House>>, headers: HeaderMap) -> Response {
    let mut response = allowed();
    open_to_parties(&house, &headers, &mut response);
    response
}

fn allowed() -> Response {
    let headers = [
        (ACCESS_CONTROL_ALLOW_METHODS, "GET, POST"),
        (ACCESS_CONTROL_ALLOW_HEADERS, "authorization, content-type"),
        (ACCESS_CONTROL_MAX_AGE, "600"),
    ];
    (StatusCode::NO_CONTENT, headers).into_response()
}
