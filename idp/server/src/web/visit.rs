//! A person at a page of ours: in which language they read, which browser they came with, and how they are answered when
//! something is in the way.
//!
//! A [`Visit`] is what a page's handler is given; a [`Halt`] is how it stops early, with a page that has a way on.

use std::{
    convert::Infallible,
    sync::{Arc, OnceLock},
};

use axum::{
    extract::FromRequestParts,
    http::{
        HeaderMap, HeaderValue, StatusCode,
        header::{LOCATION, RETRY_AFTER, SET_COOKIE},
        request::Parts,
    },
    response::{IntoResponse, Response},
};
use idp_core::{
    authn::credential,
    crypto::handle::{Browser, Handle},
    relying::Party,
    session::{Live, Population},
    store::{Cx, StoreError},
    text,
    types::{Digest, Fault, Locale, Timestamp},
};

use super::{
    context::Context,
    cookie::Cookie,
    csrf::{self, Given},
    display::Look,
    extract::Params,
    house::House,
    page::{Chrome, ErrorCode, ErrorPage, Errors, NextStep, Words, render_with},
    problem::{self, Code, Problem},
};

/// The query parameter with which the language switch of every page comes back.
const UI_LOCALES: &str = "ui_locales";

/// One request for a page.
pub struct Visit {
    /// The long-lived parts.
    pub house: Arc<House>,
    /// Reference, sender, and the language of the browser.
    pub context: Context,
    /// The context of what it writes.
    pub cx: Cx,
    /// Cookies and what else came.
    pub headers: HeaderMap,
    /// The query; empty where it cannot be read, because a page needs nothing of it.
    pub query: Params,
    /// Set once a break-glass session was seen: the pages of this visit say so.
    break_glass: OnceLock<()>,
}

impl FromRequestParts<Arc<House>> for Visit {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, house: &Arc<House>) -> Result<Self, Infallible> {
        let context = Context::from_request_parts(parts, house).await?;
        Ok(Self {
            house: Arc::clone(house),
            context,
            cx: house.cx(&context),
            headers: parts.headers.clone(),
            query: Params::parse(parts.uri.query().unwrap_or_default()).unwrap_or_default(),
            break_glass: OnceLock::new(),
        })
    }
}

/// The binding of a browser to its forms and transactions.
pub struct Binding {
    value: String,
    fresh: bool,
}

impl Binding {
    /// What rows hold of it.
    pub fn digest(&self) -> Option<Digest> {
        Handle::<Browser>::digest_of(&self.value)
    }
}

impl Visit {
    /// The instant of this request.
    pub const fn now(&self) -> Timestamp {
        self.cx.now
    }

    /// The live session of the browser. Pages of this visit that are made after it say where it is one of a break-glass account.
    pub async fn session(&self) -> Result<Option<Live>, Fault> {
        let live = self.house.session(&self.headers, self.now()).await?;
        if live.as_ref().is_some_and(|live| live.population == Population::BreakGlass) {
            self.break_glass.get_or_init(|| ());
        }
        Ok(live)
    }

    /// The language that the person chose on a page of ours.
    pub fn chosen_locale(&self) -> Option<Locale> {
        self.query.get(UI_LOCALES).and_then(Locale::from_tags)
    }

    /// The language of the page: what the person chose, else what the party asked for, else what the browser asks for.
    pub fn locale(&self, asked: Option<Locale>) -> Locale {
        self.chosen_locale().or(asked).unwrap_or(self.context.locale)
    }

    /// Whether a browser asks, which is told by pages, and not a program.
    pub fn wants_page(&self) -> bool {
        problem::names_html(&self.headers)
    }

    /// How a page in this language looks to who asks.
    pub const fn look(&self, locale: Locale) -> Look {
        self.context.look(locale)
    }

    /// A path of ours that goes on in the language that the person chose.
    pub fn keep_locale(&self, path: &str) -> String {
        match self.chosen_locale() {
            Some(locale) => {
                let glue = if path.contains('?') { '&' } else { '?' };
                format!("{path}{glue}{UI_LOCALES}={}", locale.tag())
            }
            None => path.to_owned(),
        }
    }

    /// The digest of the browser's binding, where it sent one.
    pub fn browser(&self) -> Option<Digest> {
        self.house.browser_digest(&self.headers)
    }

    /// The browser's binding; a new one where it sent none, which [`Visit::bound`] then hands to it.
    pub fn binding(&self) -> Binding {
        self.house.browser(&self.headers).map_or_else(
            || Binding { value: Handle::<Browser>::generate().reveal().to_owned(), fresh: true },
            |value| Binding { value: value.to_owned(), fresh: false },
        )
    }

    /// A response that hands a new binding over.
    pub fn bound(&self, mut response: Response, binding: &Binding) -> Response {
        if binding.fresh {
            let cookie = self.house.cookies.set(Cookie::Browser, &binding.value, None);
            response.headers_mut().append(SET_COOKIE, cookie);
        }
        response
    }

    /// The frame of a page with the form `form`. `here` is the path of a GET that shows it again.
    pub fn chrome(&self, locale: Locale, here: &str, (binding, form): (&Binding, &str)) -> Chrome {
        let chrome = self.house.chrome(self.look(locale), self.keep_locale(here), csrf::token(&binding.value, form));
        Chrome { strip: self.break_glass.get().is_some(), ..chrome }
    }

    /// Refuses a form that is not ours in this browser. `again` is the path where the person finds the form anew.
    pub fn check_form(&self, form: &str, params: &Params, again: &str) -> Result<(), Halt> {
        let given = Given {
            form,
            binding: self.house.browser(&self.headers),
            token: params.get(csrf::FIELD),
            headers: &self.headers,
        };
        csrf::check(&given, &self.house.origins).map_err(|problem| {
            let href = self.keep_locale(again);
            self.refuse(self.locale(None), problem.code(), NextStep::Again { href })
        })
    }

    /// A first name for a passkey that is made here: the kind of device.
    pub fn usual_label(&self, locale: Locale) -> String {
        let device = super::in_app::device(&self.headers);
        device.map_or_else(|| text::say(locale, "passkey-label-usual").into_owned(), str::to_owned)
    }

    /// The name that the person gave a passkey, or the first name.
    pub fn passkey_label(&self, locale: Locale, params: &Params) -> String {
        let typed = params.get("label").and_then(credential::label);
        typed.unwrap_or_else(|| self.usual_label(locale))
    }

    /// An error page in the language of the visit, with a way on.
    pub fn refuse(&self, locale: Locale, code: Code, next: NextStep) -> Halt {
        let word = code.word();
        tracing::debug!(code = word, "a page was refused");
        let known = ErrorCode::ALL.iter().copied().find(|known| known.word() == word);
        let page = ErrorPage {
            c: self.house.chrome(self.look(locale), "/".to_owned(), String::new()),
            code: known.unwrap_or(ErrorCode::Internal),
            reference: self.context.request_id.to_string(),
            at: self.now(),
            next,
        };
        Halt::from(render_with(code.status(), &page))
    }

    /// What is refused, with what the help desk asks for.
    pub fn traced(&self, errors: Errors) -> Errors {
        Errors { trace: Some(self.trace()), ..errors }
    }

    /// The reference of this request, and when it was.
    pub fn trace(&self) -> (String, Timestamp) {
        (self.context.request_id.to_string(), self.now())
    }

    /// The way back to a party: the address where it wants people after signing out is the one page of its own that we
    /// know. Without one, what the error suggests.
    pub fn way_back(&self, locale: Locale, party: Option<&Party>) -> NextStep {
        let address = party.and_then(|party| Some((party, party.definition.post_logout_redirect_uris.first()?)));
        address.map_or(NextStep::Usual, |(party, href)| NextStep::BackTo {
            party: name_of(party, locale),
            href: href.clone(),
        })
    }
}

/// The name of a party in a language.
pub fn name_of(party: &Party, locale: Locale) -> Words {
    Words::new(locale, party.definition.name.get(locale))
}

/// Sends the browser on by a GET to a path of ours (303: the form's body stays here, RFC 9700 section 4.12).
pub fn onward(path: &str) -> Response {
    // Our own paths are header text; anything else came from a client and leads nowhere.
    let location = HeaderValue::try_from(path).unwrap_or_else(|_| HeaderValue::from_static("/"));
    (StatusCode::SEE_OTHER, [(LOCATION, location)]).into_response()
}

/// The request ends here: with a page of its own, or with a problem that the gate turns into one.
#[derive(Debug)]
pub struct Halt(Box<Response>);

impl Halt {
    /// Tells the client to wait this many seconds (RFC 9110 section 10.2.3).
    #[must_use]
    pub fn retry_after(mut self, seconds: u64) -> Self {
        self.0.headers_mut().insert(RETRY_AFTER, seconds.into());
        self
    }
}

impl IntoResponse for Halt {
    fn into_response(self) -> Response {
        *self.0
    }
}

impl From<Response> for Halt {
    fn from(response: Response) -> Self {
        Self(Box::new(response))
    }
}

impl From<Problem> for Halt {
    fn from(problem: Problem) -> Self {
        Self::from(problem.into_response())
    }
}

impl From<Fault> for Halt {
    fn from(fault: Fault) -> Self {
        Self::from(Problem::from(fault))
    }
}

impl From<StoreError> for Halt {
    fn from(error: StoreError) -> Self {
        Self::from(Fault::from(error))
    }
}
