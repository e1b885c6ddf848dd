//! How much one request may bring. Everything anonymous is bounded: bytes, counts, depth, time.

use std::time::Duration;

use axum::{extract::DefaultBodyLimit, extract::Request};

use super::problem::{Code, Problem};

/// Bytes of path and query.
pub const URI: usize = 16 * 1024;
/// Headers of one request.
pub const HEADERS: usize = 64;
/// Bytes of all header names and values.
pub const HEADER_BYTES: usize = 32 * 1024;
/// Bytes of a body, where the route does not say otherwise with [`body`].
pub const BODY: usize = 64 * 1024;
/// Parameters in a query or a form.
pub const PARAMETERS: usize = 200;
/// Nested arrays and objects in JSON.
pub const JSON_DEPTH: usize = 32;
/// From the last header to the first byte of the answer, reading the body included.
pub const REQUEST_TIME: Duration = Duration::from_secs(20);
/// The same where a person who may do so waits for one act on very much: a reform of units of the whole country.
pub const LONG_REQUEST_TIME: Duration = Duration::from_secs(120);

/// A layer for a route that takes larger (or only smaller) bodies than [`BODY`].
pub fn body(bytes: usize) -> DefaultBodyLimit {
    DefaultBodyLimit::max(bytes)
}

/// What can be refused before anything is read.
pub(super) fn check(request: &Request) -> Result<(), Problem> {
    let uri = request.uri();
    let length = uri.path_and_query().map_or(0, |both| both.as_str().len());
    if length > URI {
        return Err(Problem::new(Code::URI_TOO_LONG));
    }
    let parameters = uri.query().map_or(0, |query| 1 + query.bytes().filter(|byte| *byte == b'&').count());
    if parameters > PARAMETERS {
        return Err(Problem::new(Code::TOO_MANY_PARAMETERS));
    }
    let headers = request.headers();
    let bytes: usize = headers.iter().map(|(name, value)| name.as_str().len() + value.len()).sum();
    if headers.len() > HEADERS || bytes > HEADER_BYTES {
        return Err(Problem::new(Code::HEADERS_TOO_LARGE));
    }
    Ok(())
}

/// Whether brackets in a JSON text nest deeper than [`JSON_DEPTH`]. Looks at bytes only, before any parser does.
pub fn is_too_deep(json: &[u8]) -> bool {
    let (mut depth, mut in_string, mut escaped) = (0_usize, false, false);
    for byte in json {
        if in_string {
            (in_string, escaped) = match (byte, escaped) {
                (b'\\', false) => (true, true),
                (b'"', false) => (false, false),
                _ => (true, false),
            };
            continue;
        }
        match byte {
            b'"' => in_string = true,
            b'[' | b'{' => depth += 1,
            b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > JSON_DEPTH {
            return true;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::Body;

    #[test]
    fn what_is_too_much_is_refused_before_it_is_read() {
        let get = |uri: String, headers: usize, bytes: usize| {
            let mut request = Request::get(uri);
            for number in 0..headers {
                request = request.header(format!("x-{number}"), "v".repeat(bytes));
            }
            check(&request.body(Body::empty()).expect("a request")).map_err(|problem| problem.code().status().as_u16())
        };
        for (uri, headers, bytes, expected) in [
            (format!("/{}", "a".repeat(URI - 1)), 1, 1, Ok(())),
            (format!("/{}", "a".repeat(URI)), 1, 1, Err(414)),
            (format!("/?state={}", "a".repeat(64 * 1024 - 20)), 1, 1, Err(414)),
            (format!("/?{}", vec!["a=1"; PARAMETERS].join("&")), 1, 1, Ok(())),
            (format!("/?{}", vec!["a=1"; PARAMETERS + 1].join("&")), 1, 1, Err(400)),
            ("/".to_owned(), HEADERS, 1, Ok(())),
            ("/".to_owned(), HEADERS + 1, 1, Err(431)),
            ("/".to_owned(), 2, HEADER_BYTES / 2, Err(431)),
        ] {
            let shown: String = uri.chars().take(20).collect();
            assert_eq!(get(uri, headers, bytes), expected, "{shown}… {headers} {bytes}");
        }
    }

    #[test]
    fn depth_is_counted_outside_strings() {
        let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        for (json, expected) in [
            (nested(JSON_DEPTH), false),
            (nested(JSON_DEPTH + 1), true),
            ("[".repeat(100_000), true),
            (format!("[\"{}\"]", "[".repeat(100)), false),
            (format!("[\"\\\"{}\"]", "[".repeat(100)), false),
            (format!("[\"\\\\\",{}", "[".repeat(100)), true),
            ("[[]]".repeat(100), false),
        ] {
            assert_eq!(is_too_deep(json.as_bytes()), expected, "{}", &json[..json.len().min(20)]);
        }
    }
}
