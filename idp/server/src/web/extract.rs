//! Reading queries, forms and JSON. One parser for query and form, so that nothing reads one request two ways.

use axum::{
    body::Bytes,
    extract::{FromRequest, FromRequestParts, Request},
    http::{HeaderMap, StatusCode, header::CONTENT_TYPE, request::Parts},
    response::IntoResponse,
};
use serde::de::DeserializeOwned;

use super::{
    limit,
    problem::{Code, Problem},
};

/// Parameters in the order in which they came (`application/x-www-form-urlencoded`).
///
/// Strict: a bad escape or bad UTF-8 refuses the whole, where browsers' parsers would guess. Has no `Debug`: passwords and codes pass
/// through here.
#[derive(Clone, Default)]
pub struct Params(Vec<(String, String)>);

/// A parameter came more than once (refused by RFC 6749 §3.1 and §3.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Duplicate;

impl From<Duplicate> for Problem {
    fn from(_: Duplicate) -> Self {
        Self::new(Code::DUPLICATE_PARAMETER)
    }
}

impl Params {
    /// Reads a query or a form body.
    ///
    /// # Errors
    /// [`Code::MALFORMED`] and [`Code::TOO_MANY_PARAMETERS`].
    pub fn parse(text: &str) -> Result<Self, Problem> {
        let mut pairs = Vec::new();
        for pair in text.split('&').filter(|pair| !pair.is_empty()) {
            if pairs.len() == limit::PARAMETERS {
                return Err(Problem::new(Code::TOO_MANY_PARAMETERS));
            }
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let (Some(name), Some(value)) = (decode(name), decode(value)) else {
                return Err(Problem::new(Code::MALFORMED).because("bad escape or bad UTF-8 in a parameter"));
            };
            pairs.push((name, value));
        }
        Ok(Self(pairs))
    }

    /// Takes pairs that were read before and kept.
    pub const fn from_pairs(pairs: Vec<(String, String)>) -> Self {
        Self(pairs)
    }

    /// The value of a parameter that may come once. `None` when it is missing or empty: an empty one counts as omitted (RFC 6749 §3.1).
    ///
    /// # Errors
    /// [`Duplicate`] when the name came twice, even with one value empty.
    pub fn one(&self, name: &str) -> Result<Option<&str>, Duplicate> {
        let mut values = self.0.iter().filter(|(sent, _)| sent == name).map(|(_, value)| value.as_str());
        let first = values.next();
        if values.next().is_some() { Err(Duplicate) } else { Ok(first.filter(|value| !value.is_empty())) }
    }

    /// Like [`one`](Self::one) for callers to whom a doubled parameter is as good as none: our own forms never send one.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.one(name).ok().flatten()
    }

    /// All values of a parameter that may be repeated, such as `resource` (RFC 8707 §2), without empty ones.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.iter().filter(move |(sent, value)| *sent == name && !value.is_empty()).map(|(_, value)| value)
    }

    /// The first name that came twice, outside `repeatable`. Endpoints call it before they read anything.
    pub fn duplicated(&self, repeatable: &[&str]) -> Option<&str> {
        let mut seen = std::collections::HashSet::with_capacity(self.0.len());
        self.iter().map(|(name, _)| name).find(|name| !seen.insert(*name) && !repeatable.contains(name))
    }

    /// Names and values as they came, empty ones included.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }
}

/// `None` on a `%` without two hexadecimal digits, and on bytes that are not UTF-8.
fn decode(text: &str) -> Option<String> {
    if !text.contains(['%', '+']) {
        return Some(text.to_owned());
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => {
                let digit = |byte: Option<u8>| byte.and_then(|byte| char::from(byte).to_digit(16));
                let (high, low) = (digit(rest.next())?, digit(rest.next())?);
                u8::try_from(high * 16 + low).ok()?
            }
            other => other,
        });
    }
    String::from_utf8(bytes).ok()
}

/// The parameters of the query. Rejects with a [`Problem`]; a door with errors of its own takes `Result<Query, Problem>`.
pub struct Query(pub Params);

impl<S: Sync> FromRequestParts<S> for Query {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        Params::parse(parts.uri.query().unwrap_or_default()).map(Self)
    }
}

/// The parameters of a form body. The query is never mixed in: RFC 6749 §2.3.1 keeps credentials out of it.
pub struct Form(pub Params);

impl<S: Send + Sync> FromRequest<S> for Form {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let bytes = read(request, state, "application/x-www-form-urlencoded").await?;
        let text =
            str::from_utf8(&bytes).map_err(|_| Problem::new(Code::MALFORMED).because("a form that is not UTF-8"))?;
        Params::parse(text).map(Self)
    }
}

/// A JSON body of at most [`limit::JSON_DEPTH`] levels.
pub struct Json<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Json<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let bytes = read(request, state, "application/json").await?;
        if limit::is_too_deep(&bytes) {
            return Err(Problem::new(Code::MALFORMED).because("JSON nested too deep"));
        }
        // serde's message quotes values; line and column do not.
        serde_json::from_slice(&bytes).map(Self).map_err(|error| {
            let place = format!("JSON unreadable at line {} column {}", error.line(), error.column());
            Problem::new(Code::MALFORMED).because(place)
        })
    }
}

async fn read<S: Send + Sync>(request: Request, state: &S, media_type: &str) -> Result<Bytes, Problem> {
    if !is_of(request.headers(), media_type) {
        return Err(Problem::new(Code::UNSUPPORTED_MEDIA_TYPE));
    }
    Bytes::from_request(request, state).await.map_err(|rejection| {
        if rejection.into_response().status() == StatusCode::PAYLOAD_TOO_LARGE {
            Problem::new(Code::BODY_TOO_LARGE)
        } else {
            Problem::new(Code::MALFORMED).because("the body broke off")
        }
    })
}

/// Whether a body says to be of this media type, once.
pub fn is_of(headers: &HeaderMap, media_type: &str) -> bool {
    let mut lines = headers.get_all(CONTENT_TYPE).iter();
    let sent = lines.next().and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = sent.split(';').next().unwrap_or_default().trim();
    lines.next().is_none() && essence.eq_ignore_ascii_case(media_type)
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::Body;

    #[test]
    fn parameters_are_read_strictly() {
        for (text, expected) in [
            ("", Some(vec![])),
            ("a=1&b=2", Some(vec![("a", "1"), ("b", "2")])),
            ("a", Some(vec![("a", "")])),
            ("&&a=1&", Some(vec![("a", "1")])),
            ("a=b=c", Some(vec![("a", "b=c")])),
            ("a+b=%3D%26+", Some(vec![("a b", "=& ")])),
            ("t=Nguy%E1%BB%85n", Some(vec![("t", "Nguyễn")])),
            ("a=%", None),
            ("a=%4", None),
            ("a=%zz", None),
            ("a=%+1", None),
            ("a=%ff", None),
            ("%c3=1", None),
        ] {
            let read = Params::parse(text).ok();
            assert_eq!(read.as_ref().map(|params| params.iter().collect::<Vec<_>>()), expected, "{text}");
        }
        let many = vec!["a=1"; limit::PARAMETERS + 1].join("&");
        assert_eq!(Params::parse(&many).err().map(|problem| problem.code()), Some(Code::TOO_MANY_PARAMETERS));
    }

    #[test]
    fn a_name_that_comes_twice_is_no_value() {
        for (text, expected) in [
            ("state=x", Ok(Some("x"))),
            ("state=", Ok(None)),
            ("other=x", Ok(None)),
            ("state=x&state=x", Err(Duplicate)),
            ("state=&state=x", Err(Duplicate)),
            ("state=x&%73tate=y", Err(Duplicate)),
            ("State=x", Ok(None)),
        ] {
            let Ok(params) = Params::parse(text) else { panic!("{text} is well-formed") };
            assert_eq!(params.one("state"), expected, "{text}");
            assert_eq!(params.get("state"), expected.unwrap_or(None), "{text}");
        }
        let Ok(params) = Params::parse("resource=a&resource=&resource=b&state=1") else { panic!("well-formed") };
        assert_eq!(params.all("resource").collect::<Vec<_>>(), ["a", "b"]);
        assert_eq!((params.duplicated(&["resource"]), params.duplicated(&[])), (None, Some("resource")));
    }

    #[tokio::test]
    async fn bodies_are_read_only_in_their_own_format() {
        let form = "application/x-www-form-urlencoded";
        for (media_type, body, expected) in [
            (form, "a=1".to_owned(), None),
            ("Application/X-WWW-Form-URLencoded; charset=UTF-8", "a=1".to_owned(), None),
            ("text/plain", "a=1".to_owned(), Some(Code::UNSUPPORTED_MEDIA_TYPE)),
            ("multipart/form-data", "a=1".to_owned(), Some(Code::UNSUPPORTED_MEDIA_TYPE)),
            (form, "a=%ff".to_owned(), Some(Code::MALFORMED)),
            (form, "a".repeat(3 * 1024 * 1024), Some(Code::BODY_TOO_LARGE)),
        ] {
            let request =
                Request::post("/").header(CONTENT_TYPE, media_type).body(Body::from(body)).expect("a request");
            let refused = Form::from_request(request, &()).await.err().map(|problem| problem.code());
            assert_eq!(refused, expected, "{media_type}");
        }
    }

    #[tokio::test]
    async fn json_is_read_to_a_bounded_depth() {
        for (body, expected) in [
            ("{\"a\":[1]}".to_owned(), None),
            ("[".repeat(100_000 / 2), Some(Code::MALFORMED)),
            ("{\"a\":".to_owned(), Some(Code::MALFORMED)),
        ] {
            let request =
                Request::post("/").header(CONTENT_TYPE, "application/json").body(Body::from(body)).expect("a request");
            let refused =
                Json::<serde_json::Value>::from_request(request, &()).await.err().map(|problem| problem.code());
            assert_eq!(refused, expected);
        }
    }
}
