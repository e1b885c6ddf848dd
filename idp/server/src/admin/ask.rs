//! Reading a request: bounded, strict, every mistake with its place.

use axum::{
    body::Bytes,
    extract::{FromRequestParts, Path, Request},
    http::{HeaderMap, HeaderName, header::IF_MATCH, request::Parts},
};
use http_body_util::{BodyExt, Collected, LengthLimitError, Limited};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use serde_path_to_error::Segment;

use super::{
    act::is_nothing,
    refuse::{self, invalid},
};
use crate::web::{Code, Mistake, Params, Place, Problem, extract, limit};

/// Names a request that may be sent again.
pub(super) static IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// The parameters of the path. What cannot be an id is answered like an id of nothing.
pub(super) async fn path<T: DeserializeOwned>(parts: &mut Parts) -> Result<T, Problem> {
    let not_there = || Problem::new(Code::NOT_FOUND);
    let Path(pairs) = Path::<Vec<(String, String)>>::from_request_parts(parts, &()).await.map_err(|_| not_there())?;
    from_pairs(pairs).map_err(|_| not_there())
}

/// The parameters of the query: each once, each known.
pub(super) fn query<T: DeserializeOwned>(parts: &Parts) -> Result<T, Problem> {
    let params = Params::parse(parts.uri.query().unwrap_or_default())?;
    if let Some(name) = params.duplicated(&[]) {
        let place = Place::Parameter(name.to_owned().into());
        return Err(invalid([Mistake::new(place, "twice")]));
    }
    let pairs = params.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    from_pairs(pairs).map_err(|(place, word)| {
        let name = place.trim_start_matches('/').to_owned();
        invalid([Mistake::new(Place::Parameter(name.into()), word)])
    })
}

fn from_pairs<T: DeserializeOwned>(pairs: Vec<(String, String)>) -> Result<T, (String, &'static str)> {
    let object: Map<String, Value> = pairs.into_iter().map(|(name, value)| (name, Value::String(value))).collect();
    serde_path_to_error::deserialize(Value::Object(object)).map_err(|error| place_of(&error))
}

/// The body, of `most` bytes: none at all where an operation takes none.
pub(super) async fn bytes(request: Request, most: usize) -> Result<Bytes, Problem> {
    let body = Limited::new(request.into_body(), most);
    body.collect().await.map(Collected::to_bytes).map_err(|error| {
        if error.downcast_ref::<LengthLimitError>().is_some() {
            Problem::new(Code::BODY_TOO_LARGE)
        } else {
            Problem::new(Code::MALFORMED).because("the body broke off")
        }
    })
}

/// Reads a body as JSON.
pub(super) fn json<T: DeserializeOwned + 'static>(headers: &HeaderMap, bytes: &[u8]) -> Result<T, Problem> {
    if is_nothing::<T>() {
        return serde_json::from_str("{}").map_err(|_| Problem::new(Code::FAULT));
    }
    // `text/plain` and forms can be sent by any page of any site without being asked first.
    if !extract::is_of(headers, "application/json") {
        return Err(Problem::new(Code::UNSUPPORTED_MEDIA_TYPE));
    }
    if limit::is_too_deep(bytes) {
        return Err(Problem::new(Code::MALFORMED).because("JSON nested too deep"));
    }
    // serde takes a list for a struct, field by field; the document promises an object.
    if bytes.iter().find(|byte| !byte.is_ascii_whitespace()).is_some_and(|byte| *byte == b'[') {
        return Err(invalid([Mistake::at("", "wrong-value")]));
    }
    // No text of ours holds a NUL, and PostgreSQL keeps none.
    if bytes.windows(6).any(|six| six == b"\\u0000") {
        return Err(Problem::new(Code::MALFORMED).because("a text with NUL"));
    }
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let read = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        if error.inner().is_data() {
            let (pointer, word) = place_of(&error);
            invalid([Mistake::at(pointer, word)])
        } else {
            Problem::new(Code::MALFORMED).because("JSON unreadable")
        }
    })?;
    reader.end().map_err(|_| Problem::new(Code::MALFORMED).because("something after the JSON"))?;
    Ok(read)
}

/// Where serde stumbled, as a JSON pointer, and over what. Its own message quotes values, so it is told to nobody.
fn place_of(error: &serde_path_to_error::Error<serde_json::Error>) -> (String, &'static str) {
    let said = error.inner().to_string();
    let kinds = [
        ("missing field", "missing"),
        ("unknown field", "unknown-field"),
        ("unknown variant", "unknown-word"),
        ("duplicate field", "twice"),
    ];
    let word = kinds.iter().find(|(begin, _)| said.starts_with(begin)).map_or("wrong-value", |(_, word)| word);
    let mut pointer = String::new();
    for segment in error.path() {
        match segment {
            Segment::Seq { index } => pointer.extend(["/", &index.to_string()]),
            Segment::Map { key } => pointer.extend(["/", &key.replace('~', "~0").replace('/', "~1")]),
            Segment::Enum { .. } | Segment::Unknown => {}
        }
    }
    // serde names the field that is missing or unknown only in its message, between the first two backticks; it is one of ours or of the
    // caller's, and both know it.
    let named = said.split('`').nth(1).filter(|_| word == "missing");
    if let Some(name) = named {
        pointer.extend(["/", name]);
    }
    (pointer, word)
}

/// The revision that an update saw: one strong entity tag of ours.
pub(super) fn if_match(headers: &HeaderMap) -> Result<i64, Problem> {
    let mut lines = headers.get_all(IF_MATCH).iter();
    let Some(line) = lines.next() else {
        return Err(Problem::new(refuse::PRECONDITION_NEEDED));
    };
    let tag = line.to_str().ok().filter(|_| lines.next().is_none());
    let number = tag.and_then(|tag| tag.strip_prefix('"')?.strip_suffix('"')).filter(|number| number.len() <= 18);
    let digits = number.filter(|number| !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()));
    let malformed = || Problem::new(Code::MALFORMED).with([Mistake::new(Place::Header("If-Match"), "not-a-tag")]);
    digits.and_then(|digits| digits.parse().ok()).ok_or_else(malformed)
}

/// The key of a request that may be sent again: 1 to 64 visible ASCII characters.
pub(super) fn idempotency_key(headers: &HeaderMap) -> Result<Option<String>, Problem> {
    let mut lines = headers.get_all(&IDEMPOTENCY_KEY).iter();
    let Some(line) = lines.next() else {
        return Ok(None);
    };
    let text = line.to_str().ok().filter(|_| lines.next().is_none());
    let good = text.filter(|text| (1..=64).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic()));
    let malformed =
        || Problem::new(Code::MALFORMED).with([Mistake::new(Place::Header("Idempotency-Key"), "not-a-key")]);
    good.map(|text| Some(text.to_owned())).ok_or_else(malformed)
}
