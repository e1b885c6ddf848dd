//! The security headers of every response: pages, JSON, redirects, errors and panics alike.

use axum::{
    http::{
        HeaderMap, HeaderName, HeaderValue,
        header::{
            CACHE_CONTROL, CONTENT_SECURITY_POLICY, PRAGMA, REFERRER_POLICY, STRICT_TRANSPORT_SECURITY,
            X_CONTENT_TYPE_OPTIONS,
        },
    },
    response::Response,
};

/// Response extension: the origin of a party that one page of ours may send a form to.
///
/// Only the `form-post` page carries it (OAuth 2.0 Form Post Response Mode); everywhere else `form-action 'self'` holds, so that
/// injected markup cannot send a password away.
#[derive(Clone, Debug)]
pub struct FormActionTo(HeaderValue);

impl FormActionTo {
    /// For the origin of a registered redirect URI. `None` when it has no origin that a policy could name.
    pub fn party(redirect_uri: &url::Url) -> Option<Self> {
        let origin = redirect_uri.origin();
        if !origin.is_tuple() {
            return None;
        }
        let origin = origin.ascii_serialization();
        // A host cannot hold these after parsing; checked again because one of them would let a party write our policy.
        let safe = !origin.contains([';', ',', ' ', '\'', '"']);
        safe.then(|| policy(&origin)).and_then(|text| HeaderValue::try_from(text).ok()).map(Self)
    }
}

/// No inline script or style, nothing from elsewhere, in no frame. A macro, so that the usual policy is a constant.
macro_rules! policy {
    ($more_form_actions:literal) => {
        concat!(
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; \
             form-action 'self'",
            $more_form_actions,
            "; base-uri 'none'; object-src 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'"
        )
    };
}

/// The usual policy with one more origin for `form-action`.
fn policy(form_action: &str) -> String {
    format!(policy!(" {}"), form_action)
}

/// The headers, made once.
#[derive(Clone, Debug)]
pub struct SecurityHeaders {
    every: Vec<(HeaderName, HeaderValue)>,
    policy: HeaderValue,
}

impl SecurityHeaders {
    /// `Strict-Transport-Security` only under an https issuer: over http browsers ignore it.
    pub fn of_issuer(issuer: &str) -> Self {
        let word =
            |name: &'static str, value: &'static str| (HeaderName::from_static(name), HeaderValue::from_static(value));
        let mut every = vec![
            (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
            (REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
            word("cross-origin-opener-policy", "same-origin"),
            word("cross-origin-resource-policy", "same-origin"),
            word("permissions-policy", "publickey-credentials-get=(self), publickey-credentials-create=(self)"),
        ];
        if issuer.starts_with("https://") {
            every.push((STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=31536000; includeSubDomains")));
        }
        Self { every, policy: HeaderValue::from_static(policy!("")) }
    }

    /// Sets all of them. No handler can weaken them, except `Cache-Control`, which a public document sets itself; without it the
    /// answer is `no-store`, because what we forget to think about is private.
    pub fn put(&self, response: &mut Response) {
        let widened = response.extensions_mut().remove::<FormActionTo>();
        let headers: &mut HeaderMap = response.headers_mut();
        headers.reserve(self.every.len() + 3);
        for (name, value) in &self.every {
            headers.insert(name.clone(), value.clone());
        }
        headers.insert(
            CONTENT_SECURITY_POLICY,
            widened.map_or_else(|| self.policy.clone(), |FormActionTo(policy)| policy),
        );
        if !headers.contains_key(CACHE_CONTROL) {
            headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
            headers.insert(PRAGMA, HeaderValue::from_static("no-cache")); // RFC 6749 §5.1 asks for both
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::response::IntoResponse;

    fn put(issuer: &str, mut response: Response) -> HeaderMap {
        SecurityHeaders::of_issuer(issuer).put(&mut response);
        response.headers().clone()
    }

    #[test]
    fn every_response_carries_them() {
        let headers = put("https://id.example", "page".into_response());
        for (name, part) in [
            ("strict-transport-security", "max-age=31536000"),
            ("content-security-policy", "default-src 'none'"),
            ("content-security-policy", "form-action 'self';"),
            ("content-security-policy", "frame-ancestors 'none'"),
            ("x-content-type-options", "nosniff"),
            ("referrer-policy", "no-referrer"),
            ("cross-origin-opener-policy", "same-origin"),
            ("cross-origin-resource-policy", "same-origin"),
            ("permissions-policy", "publickey-credentials-get=(self)"),
            ("cache-control", "no-store"),
            ("pragma", "no-cache"),
        ] {
            let value = headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
            assert!(value.contains(part), "{name}: {value}");
        }
        let policy = headers["content-security-policy"].to_str().expect("text");
        assert!(!policy.contains("unsafe"), "{policy}");
        assert!(!put("http://localhost:8080", "".into_response()).contains_key("strict-transport-security"));
    }

    #[test]
    fn only_cache_control_is_the_handlers_own() {
        let response = [("cache-control", "public, max-age=300"), ("referrer-policy", "unsafe-url")].into_response();
        let headers = put("https://id.example", response);
        assert_eq!(headers["cache-control"], "public, max-age=300");
        assert!(!headers.contains_key("pragma"));
        assert_eq!(headers["referrer-policy"], "no-referrer");
    }

    #[test]
    fn the_form_post_page_may_send_to_one_party() {
        for (uri, expected) in [
            ("https://rp.example/cb?x=1", Some("form-action 'self' https://rp.example;")),
            ("http://127.0.0.1:8081/cb", Some("form-action 'self' http://127.0.0.1:8081;")),
            ("vn.example.app:/cb", None),
            ("data:text/html,x", None),
        ] {
            let uri = url::Url::parse(uri).expect("an absolute address");
            let given = FormActionTo::party(&uri);
            assert_eq!(given.is_some(), expected.is_some(), "{uri}");
            if let (Some(extension), Some(part)) = (given, expected) {
                let mut response = "page".into_response();
                response.extensions_mut().insert(extension);
                let headers = put("https://id.example", response);
                assert!(headers["content-security-policy"].to_str().is_ok_and(|text| text.contains(part)), "{uri}");
            }
        }
    }
}
