//! Cross-origin reading by scripts: public documents for everybody (`web/public.rs`), token and userinfo for the origins of registered parties,
//! and never with credentials. The authorization endpoint has none (RFC 9700 section 2.6).

use std::sync::Arc;

use axum::{
    extract::State,
    http::{
        HeaderMap, HeaderValue,
        header::{ACCESS_CONTROL_ALLOW_ORIGIN, ORIGIN, VARY},
    },
    response::Response,
};

use crate::web::{house::House, public::allowed};

/// Lets the scripts of registered parties read an answer.
pub(super) fn open_to_parties(house: &House, request: &HeaderMap, response: &mut Response) {
    response.headers_mut().append(VARY, HeaderValue::from_static("origin"));
    let Some(origin) = request.get(ORIGIN) else { return };
    if origin.to_str().is_ok_and(|text| house.register.knows_origin(text)) {
        response.headers_mut().insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
    }
}

/// Answers the preflight of an endpoint for parties.
pub(super) async fn preflight(State(house): State<Arc<House>>, headers: HeaderMap) -> Response {
    let mut response = allowed();
    open_to_parties(&house, &headers, &mut response);
    response
}
