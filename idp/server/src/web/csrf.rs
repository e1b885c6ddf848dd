//! Every form of ours comes from a page of ours, in the same browser.
//!
//! Two independent answers to cross-site request forgery, login CSRF included:
//! 1. a hidden field: a keyed digest over the form's name under the browser binding (cookie `browser`), so that a token of another
//!    browser or another form is worth nothing;
//! 2. what the browser itself says: `Sec-Fetch-Site`, and `Origin`.
//!
//! Our pages carry `Referrer-Policy: no-referrer`, and under it browsers send `Origin: null` with our *own* forms (Fetch, "append a
//! request Origin header"). So `null` counts as "not said" and `Sec-Fetch-Site` judges; where neither is said (old browsers,
//! scripted clients) the token alone does.

use axum::http::{HeaderMap, header::ORIGIN};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use idp_core::{crypto::digest, types::Secret};

use super::problem::{Code, Problem};

/// Name of the hidden field in every form.
pub const FIELD: &str = "csrf";

/// The token for one form in one browser. `binding` is the value of the cookie `browser`.
pub fn token(binding: &str, form: &str) -> String {
    URL_SAFE_NO_PAD.encode(mac(binding, form))
}

/// Refuses a form that does not come from our own page in this browser.
///
/// `binding` is `None` when the browser sent no cookie; `own` are the origins under which we answer.
///
/// # Errors
/// [`Code::COOKIES_REFUSED`] without a binding, [`Code::FORM_NOT_OURS`] for everything else.
pub fn check(given: &Given<'_>, own: &[String]) -> Result<(), Problem> {
    let Some(binding) = given.binding else {
        return Err(Problem::new(Code::COOKIES_REFUSED));
    };
    if !browser_says_ours(given.headers, own) {
        return Err(Problem::new(Code::FORM_NOT_OURS).because("sent from another site"));
    }
    let sent = given.token.and_then(|token| URL_SAFE_NO_PAD.decode(token).ok()).unwrap_or_default();
    if Secret::new(sent) == Secret::new(mac(binding, given.form).to_vec()) {
        Ok(())
    } else {
        Err(Problem::new(Code::FORM_NOT_OURS).because("the token is missing or of another browser or form"))
    }
}

/// What came with a form.
pub struct Given<'a> {
    /// Name of the form that this endpoint takes.
    pub form: &'a str,
    /// Cookie `browser`.
    pub binding: Option<&'a str>,
    /// The hidden field.
    pub token: Option<&'a str>,
    /// The request's headers.
    pub headers: &'a HeaderMap,
}

fn browser_says_ours(headers: &HeaderMap, own: &[String]) -> bool {
    let all = |name| headers.get_all(name).iter().map(|value| value.to_str().unwrap_or("?"));
    all("sec-fetch-site").all(|site| matches!(site, "same-origin" | "none"))
        && all(ORIGIN.as_str()).all(|origin| origin == "null" || own.iter().any(|own| own == origin))
}

fn mac(binding: &str, form: &str) -> [u8; 32] {
    let key = Secret::new(*digest::sha256(binding.as_bytes()).bytes());
    digest::hmac(&key, &[b"idp form token 1\0", form.as_bytes()].concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    const OWN: &str = "https://id.example";
    const MOVED: &str = "https://id.moved.example";

    fn answer(
        form: &str,
        binding: Option<&str>,
        token: Option<&str>,
        lines: &[(&'static str, &'static str)],
    ) -> &'static str {
        let mut headers = HeaderMap::new();
        for (name, value) in lines {
            headers.append(*name, value.parse().expect("a header value"));
        }
        check(&Given { form, binding, token, headers: &headers }, &[OWN.to_owned(), MOVED.to_owned()])
            .map_or_else(|problem| problem.code().word(), |()| "ours")
    }

    #[test]
    fn a_token_is_worth_something_only_for_its_form_in_its_browser() {
        let good = token("b1", "sign-in");
        let swapped = good.to_ascii_uppercase();
        for (form, binding, sent, expected) in [
            ("sign-in", Some("b1"), Some(good.as_str()), "ours"),
            ("consent", Some("b1"), Some(good.as_str()), "forbidden-form"),
            ("sign-in", Some("b2"), Some(good.as_str()), "forbidden-form"),
            ("sign-in", Some("b1"), Some(swapped.as_str()), "forbidden-form"),
            ("sign-in", Some("b1"), Some(""), "forbidden-form"),
            ("sign-in", Some("b1"), Some("not base64!"), "forbidden-form"),
            ("sign-in", Some("b1"), None, "forbidden-form"),
            ("sign-in", None, Some(good.as_str()), "cookies-refused"),
        ] {
            assert_eq!(answer(form, binding, sent, &[]), expected, "{form} {binding:?}");
        }
    }

    #[test]
    fn what_the_browser_says_is_heard() {
        let good = token("b1", "sign-in");
        for (lines, expected) in [
            (&[("origin", OWN)][..], "ours"),
            (&[("origin", MOVED)], "ours"),
            (&[("origin", "null"), ("sec-fetch-site", "same-origin")], "ours"),
            (&[("sec-fetch-site", "none")], "ours"),
            (&[("origin", "null")], "ours"),
            (&[("origin", "null"), ("sec-fetch-site", "cross-site")], "forbidden-form"),
            (&[("sec-fetch-site", "same-site")], "forbidden-form"),
            (&[("origin", "https://id.example.evil.test")], "forbidden-form"),
            (&[("origin", "http://id.example"), ("sec-fetch-site", "same-origin")], "forbidden-form"),
            (&[("origin", OWN), ("origin", "https://evil.test")], "forbidden-form"),
        ] {
            assert_eq!(answer("sign-in", Some("b1"), Some(&good), lines), expected, "{lines:?}");
        }
    }
}
