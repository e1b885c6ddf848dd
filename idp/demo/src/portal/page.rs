//! The pages, and what each trouble says.

use askama::Template;
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Response};

use super::provider::Position;
use super::server::{Portal, Session};
use super::text::{Lang, is_known};

/// What every page has.
pub(super) struct Frame<'a> {
    lang: Lang,
    name: &'a str,
}

impl<'a> Frame<'a> {
    pub(super) fn new(portal: &'a Portal, lang: Lang) -> Self {
        let name = match lang {
            Lang::Vi => &portal.settings.name_vi,
            Lang::En => &portal.settings.name_en,
        };
        Self { lang, name }
    }

    fn position<'p>(&self, position: &'p Position) -> &'p str {
        match self.lang {
            Lang::Vi => &position.vi,
            Lang::En => &position.en,
        }
    }

    fn text<'k>(&self, key: &'k str) -> &'k str {
        self.lang.text(key)
    }
}

#[derive(Template)]
#[template(path = "signed_out.html")]
struct SignedOut<'a> {
    frame: Frame<'a>,
    state: &'a str,
}

#[derive(Template)]
#[template(path = "signed_in.html")]
struct SignedIn<'a> {
    frame: Frame<'a>,
    session: &'a Session,
}

#[derive(Template)]
#[template(path = "leaving.html")]
struct Leaving<'a> {
    frame: Frame<'a>,
    onward: &'a str,
}

#[derive(Template)]
#[template(path = "trouble.html")]
struct TroublePage<'a> {
    frame: Frame<'a>,
    code: &'a str,
    text: &'a str,
    onward: &'a str,
    onward_text: &'a str,
}

/// Nobody is signed in; `done` when somebody just signed out.
pub(super) fn signed_out(frame: Frame<'_>, done: bool) -> Response {
    let state = if done { "signed-out-done" } else { "signed-out-state" };
    render(StatusCode::OK, &SignedOut { frame, state })
}

/// Who is signed in.
pub(super) fn signed_in(frame: Frame<'_>, session: &Session) -> Response {
    render(StatusCode::OK, &SignedIn { frame, session })
}

/// The local session is over; goes on to the provider by itself or by a link. A redirect after the form's POST would be blocked by
/// `form-action` in some browsers.
pub(super) fn leaving(frame: Frame<'_>, onward: &str) -> Response {
    render(StatusCode::OK, &Leaving { frame, onward })
}

/// What can go wrong in front of a visitor. Each has a text and a way on.
#[derive(Debug)]
pub(super) enum Trouble {
    /// The provider does not answer.
    ProviderUnreachable,
    /// The provider answered with this OAuth error.
    Refused(String),
    /// The state is unknown, used or too old.
    SignInExpired,
    /// The answer came to a browser that did not ask (login CSRF).
    OtherBrowser,
    /// The answer, or a token, failed a check.
    BadAnswer(&'static str),
    /// The provider ended this very session while it was being made.
    SessionEnded,
    /// The form was not ours.
    ForgedRequest,
    /// No such page.
    NotFound,
    /// Nobody planned this.
    Fault,
}

impl Trouble {
    fn code(&self) -> &str {
        match self {
            Self::ProviderUnreachable => "provider-unreachable",
            Self::Refused(error) if is_error_code(error) => error,
            Self::Refused(_) => "refused",
            Self::SignInExpired => "sign-in-expired",
            Self::OtherBrowser => "other-browser",
            Self::BadAnswer(_) => "bad-answer",
            Self::SessionEnded => "session-ended",
            Self::ForgedRequest => "forged-request",
            Self::NotFound => "not-found",
            Self::Fault => "fault",
        }
    }

    const fn status(&self) -> StatusCode {
        match self {
            Self::ProviderUnreachable | Self::BadAnswer(_) => StatusCode::BAD_GATEWAY,
            Self::Refused(_) | Self::SignInExpired | Self::OtherBrowser | Self::SessionEnded => StatusCode::BAD_REQUEST,
            Self::ForgedRequest => StatusCode::FORBIDDEN,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::Fault => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// Which check said no, for the log.
    const fn failed_check(&self) -> &str {
        match self {
            Self::BadAnswer(check) => check,
            _ => "",
        }
    }

    /// The page.
    pub(super) fn page(&self, frame: Frame<'_>) -> Response {
        tracing::info!(code = self.code(), check = self.failed_check(), "sample portal shows an error page");
        let known = format!("error-{}", self.code());
        let text = if is_known(&known) { known.as_str() } else { "error-refused" };
        let (onward, onward_text) = match self {
            Self::ForgedRequest | Self::NotFound => ("/", "error-home"),
            _ => ("/login", "error-try-again"),
        };
        render(self.status(), &TroublePage { frame, code: self.code(), text, onward, onward_text })
    }
}

/// The letters that RFC 6749's error codes are made of; anything else is not shown.
fn is_error_code(error: &str) -> bool {
    (1..=64).contains(&error.len()) && error.bytes().all(|b| b.is_ascii_lowercase() || b == b'_')
}

fn render(status: StatusCode, page: &impl Template) -> Response {
    match page.render() {
        Ok(html) => (status, [(header::CACHE_CONTROL, "no-store")], Html(html)).into_response(),
        Err(error) => {
            tracing::error!(%error, "sample portal could not render a page");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}
