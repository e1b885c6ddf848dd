//! Documents for everybody: cacheable, and readable by scripts of any origin, never with credentials.

use axum::{
    body::{Body, Bytes},
    http::{
        HeaderMap, HeaderValue, StatusCode,
        header::{
            ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
            ACCESS_CONTROL_MAX_AGE, CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_NONE_MATCH,
        },
    },
    response::{IntoResponse, Response},
};

use super::access::Quiet;

/// At most, those of the gate among them.
const HEADERS_OF_AN_ANSWER: usize = 16;

/// Lets any script read a public document.
pub fn open_to_all(response: &mut Response) {
    response.headers_mut().insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
}

/// Answers the preflight of a public document.
pub async fn preflight() -> Response {
    let mut response = allowed();
    open_to_all(&mut response);
    response
}

/// What any preflight is told about methods and headers; whose scripts may read is the caller's to add.
pub fn allowed() -> Response {
    let headers = [
        (ACCESS_CONTROL_ALLOW_METHODS, "GET, POST"),
        (ACCESS_CONTROL_ALLOW_HEADERS, "authorization, content-type"),
        (ACCESS_CONTROL_MAX_AGE, "600"),
    ];
    (StatusCode::NO_CONTENT, headers).into_response()
}

/// A public, cacheable document, or 304 where the asker has it.
pub fn document(
    request: &HeaderMap,
    etag: &str,
    (cache, content_type): (&'static str, &'static str),
    body: Bytes,
) -> Response {
    let known = request.get_all(IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    let unchanged = known
        .flat_map(|line| line.split(','))
        .any(|tag| tag.trim().trim_start_matches("W/") == etag || tag.trim() == "*");
    let mut response = Response::new(if unchanged { Body::empty() } else { Body::from(body) });
    // With room for what the gate adds.
    let mut with = HeaderMap::with_capacity(HEADERS_OF_AN_ANSWER);
    if unchanged {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
    } else {
        with.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    }
    with.insert(CACHE_CONTROL, HeaderValue::from_static(cache));
    if let Ok(etag) = HeaderValue::try_from(etag) {
        with.insert(ETAG, etag);
    }
    *response.headers_mut() = with;
    response.extensions_mut().insert(Quiet);
    open_to_all(&mut response);
    response
}
