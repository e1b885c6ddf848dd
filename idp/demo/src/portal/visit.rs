//! What a portal reads of one request: parameters, cookies, language.

use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, header};
use url::form_urlencoded;

use super::server::Portal;
use super::text::Lang;

/// One browser's request.
pub(super) struct Visit {
    /// Chosen by `?lang=`, remembered by a cookie, or wished by the browser.
    pub(super) lang: Lang,
    /// Whether this request chose the language.
    pub(super) lang_chosen: bool,
    /// The query; `None` when a parameter came twice (RFC 6749 §3.1 forbids it, and two readers would read two values).
    pub(super) query: Option<HashMap<String, String>>,
    headers: HeaderMap,
}

impl Visit {
    /// The value of a cookie. A name that came twice has none: somebody planted one of them.
    pub(super) fn cookie(&self, name: &str) -> Option<&str> {
        let lines = self.headers.get_all(header::COOKIE).iter().filter_map(|line| line.to_str().ok());
        let mut values = lines.flat_map(|line| line.split(';')).filter_map(|pair| {
            let (key, value) = pair.trim().split_once('=')?;
            (key == name).then_some(value)
        });
        match (values.next(), values.next()) {
            (Some(only), None) => Some(only),
            _ => None,
        }
    }

    /// A parameter of the query.
    pub(super) fn parameter(&self, name: &str) -> Option<&str> {
        self.query.as_ref()?.get(name).map(String::as_str)
    }
}

impl FromRequestParts<Arc<Portal>> for Visit {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, portal: &Arc<Portal>) -> Result<Self, Infallible> {
        let query = pairs(parts.uri.query().unwrap_or_default().as_bytes());
        let mut visit = Self { lang: Lang::Vi, lang_chosen: false, query, headers: parts.headers.clone() };
        let chosen = visit.parameter("lang").and_then(Lang::parse);
        let remembered = || visit.cookie(&portal.cookie("lang")).and_then(Lang::parse);
        let wished = || {
            let header = parts.headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
            Lang::accepted(header.unwrap_or_default())
        };
        visit.lang = chosen.or_else(remembered).unwrap_or_else(wished);
        visit.lang_chosen = chosen.is_some();
        Ok(visit)
    }
}

/// Names and values of a query or a form; `None` when a name came twice.
pub(super) fn pairs(encoded: &[u8]) -> Option<HashMap<String, String>> {
    let mut all = HashMap::new();
    for (name, value) in form_urlencoded::parse(encoded) {
        if all.insert(name.into_owned(), value.into_owned()).is_some() {
            return None;
        }
    }
    Some(all)
}

/// How long a browser keeps a cookie.
pub(super) enum Keep {
    /// Until it closes.
    Session,
    /// Not at all.
    Forget,
}

impl Portal {
    /// The name of one of this portal's cookies; the session's own name begins them all.
    pub(super) fn cookie(&self, kind: &str) -> String {
        format!("{}_{kind}", self.settings.cookie_name)
    }

    /// A `Set-Cookie` line. `Lax`, because the way back from the provider is a cross-site navigation.
    pub(super) fn set_cookie(&self, name: &str, value: &str, keep: &Keep) -> HeaderValue {
        let secure = if self.settings.secure { "; Secure" } else { "" };
        let age = match keep {
            Keep::Session => "",
            Keep::Forget => "; Max-Age=0",
        };
        let line = format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax{secure}{age}");
        HeaderValue::from_str(&line).expect("the name is checked on start and the values are ours, all visible ASCII")
    }
}
