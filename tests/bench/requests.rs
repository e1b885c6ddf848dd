//! Requests as bytes.

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::Value;

/// Headers beside the usual ones.
pub(crate) type Headers<'a> = &'a [(&'a str, &'a str)];

/// A request without a body.
pub(crate) fn get(path: &str, headers: Headers<'_>) -> Vec<u8> {
    written("GET", path, headers, "")
}

/// A form.
pub(crate) fn form(path: &str, headers: Headers<'_>, fields: &[(&str, &str)]) -> Vec<u8> {
    let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    let length = body.len().to_string();
    let mut all = vec![("content-type", "application/x-www-form-urlencoded"), ("content-length", &length)];
    all.extend_from_slice(headers);
    written("POST", path, &all, &body)
}

/// JSON.
pub(crate) fn json(path: &str, headers: Headers<'_>, value: &Value) -> Vec<u8> {
    let body = value.to_string();
    let length = body.len().to_string();
    let mut all = vec![("content-type", "application/json"), ("content-length", &length)];
    all.extend_from_slice(headers);
    written("POST", path, &all, &body)
}

fn written(method: &str, path: &str, headers: Headers<'_>, body: &str) -> Vec<u8> {
    let mut text = format!("{method} {path} HTTP/1.1\r\nhost: localhost\r\naccept: */*\r\n");
    for (name, value) in headers {
        text.extend([name, ": ", value, "\r\n"]);
    }
    text.extend(["\r\n", body]);
    text.into_bytes()
}

/// `Authorization: Basic`.
pub(crate) fn basic(id: &str, secret: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("{id}:{secret}")))
}
