//! Redirect URIs: parsed once at registration, compared byte for byte ever after.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};
use url::{Host, Url};

use super::definition::Kind;

/// What this installation allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UriPolicy {
    /// Our own issuer is http on loopback: then http loopback addresses are allowed for everybody, by exact match.
    pub loopback_issuer: bool,
}

/// A registered redirect URI. The text is kept exactly as registered: comparing normalised forms is how
/// `/cb/..;/x` comes to equal `/cb` (RFC 9700 section 4.1.3).
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RedirectUri(String);

/// Why an address may not be registered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UriError {
    /// Not an absolute URI, or one that a browser would write differently.
    #[error("it is not an absolute URI in its normal form")]
    Form,
    /// It has a fragment (RFC 6749 section 3.1.2).
    #[error("it has a fragment")]
    Fragment,
    /// It holds a user name or password.
    #[error("it holds a user name")]
    UserInfo,
    /// http beyond what the policy allows.
    #[error("http is allowed on loopback only")]
    Http,
    /// A scheme that is neither https nor, for a native party, a private-use scheme with a dot (RFC 8252 section 7.1).
    #[error("the scheme is not allowed")]
    Scheme,
    /// It has a path with dot segments, a backslash, or control characters.
    #[error("the path is not in its normal form")]
    Path,
}

impl RedirectUri {
    /// Checks an address for registration by a party of this kind.
    pub fn parse(text: &str, kind: Kind, policy: UriPolicy) -> Result<Self, UriError> {
        let url = Url::parse(text).map_err(|_| UriError::Form)?;
        if text.contains('#') {
            return Err(UriError::Fragment);
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(UriError::UserInfo);
        }
        match url.scheme() {
            "https" => {}
            "http" if is_loopback(&url) && (policy.loopback_issuer || kind == Kind::Native) => {}
            "http" => return Err(UriError::Http),
            scheme if kind == Kind::Native && scheme.contains('.') => {}
            _ => return Err(UriError::Scheme),
        }
        if text.contains(['\\', ' ', '"', '<', '>']) || text.chars().any(char::is_control) || !text.is_ascii() {
            return Err(UriError::Path);
        }
        // The one parser decides: what it would write differently is not what a browser would go to.
        let normal = url.as_str() == text || url.as_str().strip_suffix('/') == Some(text);
        if normal { Ok(Self(text.to_owned())) } else { Err(UriError::Form) }
    }

    /// The registered text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether a request named this address: byte for byte. For a native party's http loopback IP address any port
    /// fits (RFC 8252 section 7.3), the rest byte for byte.
    pub fn matches(&self, asked: &str, kind: Kind) -> bool {
        if self.0 == asked {
            return true;
        }
        kind == Kind::Native
            && loopback_without_port(&self.0).is_some_and(|own| loopback_without_port(asked) == Some(own))
    }

    /// `scheme://host:port` for CORS and for `form-action`; `None` for a private-use scheme.
    pub fn origin(&self) -> Option<String> {
        let origin = Url::parse(&self.0).ok()?.origin();
        origin.is_tuple().then(|| origin.ascii_serialization())
    }

    /// The host, for the sector of pairwise subjects.
    pub fn host(&self) -> Option<String> {
        Url::parse(&self.0).ok()?.host_str().map(str::to_owned)
    }
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => IpAddr::V4(address).is_loopback(),
        Some(Host::Ipv6(address)) => IpAddr::V6(address).is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

/// Splits `http://127.0.0.1:PORT/rest` or `http://[::1]:PORT/rest` into host and rest, textually: names such as
/// `127.0.0.1.evil.test`, `localhost` and mapped addresses do not fit, a port beyond 65535 does not either.
fn loopback_without_port(text: &str) -> Option<(&str, &str)> {
    let after = text.strip_prefix("http://")?;
    let host = ["127.0.0.1", "[::1]"].into_iter().find(|host| after.starts_with(host))?;
    let tail = &after[host.len()..];
    let end = tail.find(['/', '?']).unwrap_or(tail.len());
    let (port, rest) = tail.split_at(end);
    let digits = port.strip_prefix(':').unwrap_or("1");
    let port_fits =
        digits.bytes().all(|byte| byte.is_ascii_digit()) && !digits.starts_with('0') && digits.parse::<u16>().is_ok();
    let is_port = port.is_empty() || (port.starts_with(':') && port_fits);
    is_port.then_some((host, rest))
}

#[cfg(test)]
mod tests {
    use super::{Kind, RedirectUri, UriError, UriPolicy};

    const STRICT: UriPolicy = UriPolicy { loopback_issuer: false };
    const LOOPBACK: UriPolicy = UriPolicy { loopback_issuer: true };

    #[test]
    fn only_clean_addresses_are_registered() {
        let cases = [
            ("https://rp.example/cb", Kind::Confidential, STRICT, None),
            ("https://rp.example/cb?x=1", Kind::Confidential, STRICT, None),
            ("https://rp.example", Kind::Confidential, STRICT, None),
            ("http://127.0.0.1:8081/callback", Kind::Confidential, LOOPBACK, None),
            ("http://127.0.0.1:8081/callback", Kind::Confidential, STRICT, Some(UriError::Http)),
            ("http://127.0.0.1/cb", Kind::Native, STRICT, None),
            ("vn.gov.app:/cb", Kind::Native, STRICT, None),
            ("vn.gov.app:/cb", Kind::Public, STRICT, Some(UriError::Scheme)),
            ("javascript:alert(1)", Kind::Native, STRICT, Some(UriError::Scheme)),
            ("http://rp.example/cb", Kind::Native, LOOPBACK, Some(UriError::Http)),
            ("https://rp.example/cb#f", Kind::Public, STRICT, Some(UriError::Fragment)),
            ("https://u@rp.example/cb", Kind::Public, STRICT, Some(UriError::UserInfo)),
            ("https://rp.example/a/../cb", Kind::Public, STRICT, Some(UriError::Form)),
            ("https://RP.example/cb", Kind::Public, STRICT, Some(UriError::Form)),
            ("https://rp.example\\cb", Kind::Public, STRICT, Some(UriError::Path)),
            ("/cb", Kind::Public, STRICT, Some(UriError::Form)),
            ("*", Kind::Public, STRICT, Some(UriError::Form)),
        ];
        for (text, kind, policy, expected) in cases {
            assert_eq!(RedirectUri::parse(text, kind, policy).err(), expected, "{text} {kind:?}");
        }
    }

    #[test]
    fn a_request_must_name_the_registered_bytes() {
        let uri = RedirectUri::parse("https://rp-a.example/cb", Kind::Confidential, STRICT).expect("good");
        assert!(uri.matches("https://rp-a.example/cb", Kind::Confidential));
        let tricks =
            ["/cb/../evil", "/cb/..;/x", "/cb%2f..%2fx", "/cb/%2e%2e/x", "/cb;x", "/cb/", "/CB", "/cb?x=1", "/cb#f"];
        for trick in tricks {
            assert!(!uri.matches(&format!("https://rp-a.example{trick}"), Kind::Confidential), "{trick}");
        }
    }

    #[test]
    fn only_a_native_party_may_vary_the_port_of_a_loopback_address() {
        let uri = RedirectUri::parse("http://127.0.0.1/cb", Kind::Native, STRICT).expect("good");
        let cases = [
            ("http://127.0.0.1:1/cb", true),
            ("http://127.0.0.1:65535/cb", true),
            ("http://127.0.0.1.evil.test/cb", false),
            ("http://localhost:1234/cb", false),
            ("http://127.0.0.1:99999/cb", false),
            ("http://127.0.0.1:0/cb", false),
            ("http://127.0.0.1:01/cb", false),
            ("http://127.0.0.1:80@evil.test/cb", false),
            ("http://[::ffff:127.0.0.1]/cb", false),
            ("http://127.0.0.1:1/cb/x", false),
        ];
        for (asked, fits) in cases {
            assert_eq!(uri.matches(asked, Kind::Native), fits, "{asked}");
        }
        assert!(!uri.matches("http://127.0.0.1:1/cb", Kind::Confidential));
    }
}
