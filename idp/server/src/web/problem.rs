//! Everything that goes wrong outside a protocol: one code, one status, one sentence.
//!
//! The only place, beside `oidc/error.rs`, where a status is chosen. A handler returns a [`Problem`]; the [gate](super::gate) turns it
//! into an error page for a browser and into an RFC 9457 problem for a program, both with the reference of the request and with
//! nothing of the cause, which goes to the log.

use std::{borrow::Cow, sync::Arc};

use axum::{
    body::Body,
    extract::Request,
    http::{
        HeaderMap, HeaderValue, StatusCode,
        header::{ACCEPT, CONTENT_LENGTH, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE},
    },
    response::{IntoResponse, Response},
};
use idp_core::{text, types::Fault};
use serde_json::{Value, json};

use super::{context::Context, display::Look, mistake::Mistake};

/// What went wrong, as one stable word (contract, section 4) with its status.
///
/// Several statuses share a word where a person would do the same about them; programs read the status beside it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Code {
    word: &'static str,
    status: StatusCode,
}

impl Code {
    /// Nothing lives at this address.
    pub const NOT_FOUND: Self = Self::new("not-found", StatusCode::NOT_FOUND);
    /// The address exists; this method does not.
    pub const METHOD_NOT_ALLOWED: Self = Self::new("method-not-allowed", StatusCode::METHOD_NOT_ALLOWED);
    /// The address is longer than [`limit::URI`](super::limit::URI).
    pub const URI_TOO_LONG: Self = Self::new("too-large", StatusCode::URI_TOO_LONG);
    /// Too many headers, or too large ones (RFC 6585 §5).
    pub const HEADERS_TOO_LARGE: Self = Self::new("too-large", StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE);
    /// The body is larger than its endpoint takes.
    pub const BODY_TOO_LARGE: Self = Self::new("too-large", StatusCode::PAYLOAD_TOO_LARGE);
    /// More than [`limit::PARAMETERS`](super::limit::PARAMETERS) parameters.
    pub const TOO_MANY_PARAMETERS: Self = Self::new("bad-request", StatusCode::BAD_REQUEST);
    /// A parameter came twice: two readers would see two different requests.
    pub const DUPLICATE_PARAMETER: Self = Self::new("bad-request", StatusCode::BAD_REQUEST);
    /// The request could not be read: bad escapes, bad UTF-8, bad or too deep JSON, a body that broke off.
    pub const MALFORMED: Self = Self::new("bad-request", StatusCode::BAD_REQUEST);
    /// The body is in a format that the endpoint does not read.
    pub const UNSUPPORTED_MEDIA_TYPE: Self = Self::new("bad-request", StatusCode::UNSUPPORTED_MEDIA_TYPE);
    /// A form without our token, or sent from another site.
    pub const FORM_NOT_OURS: Self = Self::new("forbidden-form", StatusCode::FORBIDDEN);
    /// The browser does not send our cookies back.
    pub const COOKIES_REFUSED: Self = Self::new("cookies-refused", StatusCode::BAD_REQUEST);
    /// A quota is used up; comes with `Retry-After`.
    pub const TOO_MANY_REQUESTS: Self = Self::new("too-many", StatusCode::TOO_MANY_REQUESTS);
    /// More work than we can do now; comes with `Retry-After`.
    pub const BUSY: Self = Self::new("busy", StatusCode::SERVICE_UNAVAILABLE);
    /// A part of the system does not answer, or not in the time a request may take; comes with `Retry-After`.
    pub const UNAVAILABLE: Self = Self::new("unavailable", StatusCode::SERVICE_UNAVAILABLE);
    /// A fault of ours.
    pub const FAULT: Self = Self::new("internal", StatusCode::INTERNAL_SERVER_ERROR);

    /// A code of a door. Its sentences are `error-WORD-title` and `error-WORD-text`.
    pub const fn new(word: &'static str, status: StatusCode) -> Self {
        Self { word, status }
    }

    /// The stable word.
    pub const fn word(self) -> &'static str {
        self.word
    }

    /// The HTTP status.
    pub const fn status(self) -> StatusCode {
        self.status
    }
}

/// Seconds after which a client may try again when a neighbour is away.
pub(super) const RETRY_SECONDS: u32 = 5;

/// An answer that says what went wrong.
#[derive(Clone, Debug)]
pub struct Problem {
    code: Code,
    because: Option<Cow<'static, str>>,
    retry_after: Option<u32>,
    more: Option<Box<More>>,
}

/// What only some problems say, and only to programs.
#[derive(Clone, Debug, Default)]
struct More {
    mistakes: Vec<Mistake>,
    challenge: Option<Cow<'static, str>>,
    members: Vec<(&'static str, Value)>,
}

impl Problem {
    /// A problem without more to say.
    pub const fn new(code: Code) -> Self {
        Self { code, because: None, retry_after: None, more: None }
    }

    fn more(&mut self) -> &mut More {
        self.more.get_or_insert_with(Box::default)
    }

    /// What is wrong, place by place: the member `errors`.
    #[must_use]
    pub fn with(mut self, mistakes: impl IntoIterator<Item = Mistake>) -> Self {
        self.more().mistakes.extend(mistakes);
        self
    }

    /// A member of its own (RFC 9457 section 3.2).
    #[must_use]
    pub fn member(mut self, name: &'static str, value: impl Into<Value>) -> Self {
        self.more().members.push((name, value.into()));
        self
    }

    /// What the caller must prove (`WWW-Authenticate`, RFC 9110 section 11.6.1). Header text; anything else is left out.
    #[must_use]
    pub fn challenge(mut self, challenge: impl Into<Cow<'static, str>>) -> Self {
        self.more().challenge = Some(challenge.into());
        self
    }

    /// The cause, for the log only. Never a secret, never personal data.
    #[must_use]
    pub fn because(mut self, cause: impl Into<Cow<'static, str>>) -> Self {
        self.because = Some(cause.into());
        self
    }

    /// Tells the client to wait this many seconds (`Retry-After`, RFC 9110 §10.2.3).
    #[must_use]
    pub const fn retry_after(mut self, seconds: u32) -> Self {
        self.retry_after = Some(seconds);
        self
    }

    /// What went wrong.
    pub const fn code(&self) -> Code {
        self.code
    }
}

impl From<Fault> for Problem {
    fn from(fault: Fault) -> Self {
        if fault.is_passing() {
            Self::new(Code::UNAVAILABLE).because(fault.to_string()).retry_after(RETRY_SECONDS)
        } else {
            Self::new(Code::FAULT).because(fault.to_string())
        }
    }
}

impl IntoResponse for Problem {
    /// Status and `Retry-After` only; the gate writes the body, because it knows the reference and the language.
    fn into_response(self) -> Response {
        let mut response = self.code.status.into_response();
        if let Some(seconds) = self.retry_after {
            response.headers_mut().insert(RETRY_AFTER, seconds.into());
        }
        let challenge = self.more.as_deref().and_then(|more| more.challenge.as_deref());
        if let Some(challenge) = challenge.and_then(|text| HeaderValue::try_from(text).ok()) {
            response.headers_mut().insert(WWW_AUTHENTICATE, challenge);
        }
        response.extensions_mut().insert(self);
        response
    }
}

/// What an error page shows.
#[derive(Clone, Copy, Debug)]
pub struct ErrorView<'a> {
    /// `#error-code`; the sentences are found under its word.
    pub code: Code,
    /// `#error-reference`.
    pub reference: &'a str,
    /// Language and look of the page.
    pub look: Look,
}

/// Makes the HTML of an error page.
pub type ErrorPage = Arc<dyn Fn(&ErrorView<'_>) -> String + Send + Sync>;

/// Writes the body of a response that is a [`Problem`], and logs its cause; other responses pass.
pub(super) fn render(response: Response, request: &Asked, context: &Context, to: &Renderer<'_>) -> Response {
    let Some(problem) = response.extensions().get::<Problem>() else {
        return response;
    };
    log(problem);
    let (content_type, body) = if request.wants_page {
        let view = ErrorView {
            code: problem.code,
            reference: context.request_id.as_str(),
            look: context.look(context.locale),
        };
        ("text/html; charset=utf-8", (to.page)(&view))
    } else {
        ("application/problem+json", document(problem, context, to).to_string())
    };
    let (mut parts, _) = response.into_parts();
    parts.headers.remove(CONTENT_LENGTH);
    parts.headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    Response::from_parts(parts, Body::from(body))
}

fn document(problem: &Problem, context: &Context, to: &Renderer<'_>) -> Value {
    let (word, locale) = (problem.code.word, context.locale);
    let mut json = json!({
        "type": format!("{}/problems/{word}", to.issuer),
        "title": text::say(locale, &format!("error-{word}-title")),
        "status": problem.code.status.as_u16(),
        "detail": text::say(locale, &format!("error-{word}-text")),
        "code": word,
        "traceId": context.request_id.as_str(),
    });
    if let Some(more) = &problem.more {
        if !more.mistakes.is_empty() {
            json["errors"] = more.mistakes.iter().map(|mistake| mistake.document(locale)).collect();
        }
        for (name, value) in &more.members {
            json[*name] = value.clone();
        }
    }
    json
}

/// Where problems point to, and how their pages look.
pub(super) struct Renderer<'a> {
    /// Our issuer, without a trailing slash.
    pub(super) issuer: &'a str,
    /// The error page.
    pub(super) page: &'a ErrorPage,
}

/// What of a request decides the form of its problem. Kept aside because the handler takes the request away.
pub(super) struct Asked {
    wants_page: bool,
}

impl Asked {
    /// A browser that navigates names `text/html`; programs name JSON, `*/*` or nothing. Below `/api/` there are no pages.
    pub(super) fn of(request: &Request) -> Self {
        Self { wants_page: names_html(request.headers()) && !request.uri().path().starts_with("/api/") }
    }
}

/// Whether a request names `text/html` among what it takes.
pub(super) fn names_html(headers: &HeaderMap) -> bool {
    let accept = |value: &HeaderValue| value.to_str().is_ok_and(|text| text.contains("text/html"));
    headers.get_all(ACCEPT).iter().any(accept)
}

/// Writes down why a request failed or was refused: for doors that write bodies of their own.
pub(crate) fn log(problem: &Problem) {
    let because = problem.because.as_deref().unwrap_or_default();
    let code = problem.code.word;
    if problem.code.status.is_server_error() {
        tracing::error!(code, because, "request failed");
    } else {
        tracing::debug!(code, because, "request refused");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_says_only_whether_trying_again_helps() {
        for (fault, code, retry) in [
            (Fault::bug("counting to three"), Code::FAULT, None),
            (Fault::passing("asking the database", std::io::Error::other("gone")), Code::UNAVAILABLE, Some("5")),
        ] {
            let response = Problem::from(fault).into_response();
            assert_eq!(response.status(), code.status());
            assert_eq!(response.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok()), retry);
        }
    }

    #[test]
    fn only_who_names_html_gets_a_page() {
        for (path, accept, expected) in [
            ("/account", "text/html,application/xhtml+xml,*/*;q=0.8", true),
            ("/account", "application/json", false),
            ("/account", "*/*", false),
            ("/account", "", false),
            ("/api/v1/units", "text/html", false),
        ] {
            let request = Request::get(path).header(ACCEPT, accept).body(Body::empty()).expect("a request");
            assert_eq!(Asked::of(&request).wants_page, expected, "{path} {accept}");
        }
    }
}
