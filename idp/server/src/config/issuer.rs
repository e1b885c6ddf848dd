//! The issuer: an origin, spelled in one way only.

use std::fmt;

use serde::{Deserialize, Serialize};
use url::{Host, Url};

/// `https://id.example`: scheme, host, port if it is not the usual one. Compared byte by byte by every party, so the spelling that
/// goes in must be the one that comes out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Issuer {
    text: String,
    https: bool,
    loopback: bool,
}

impl Issuer {
    /// The address, without a trailing slash.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The host name or address, without a port.
    pub fn host(&self) -> &str {
        let authority = self.text.split_once("://").map_or("", |(_, rest)| rest);
        match authority.find(']') {
            Some(end) => &authority[..=end],
            None => authority.split(':').next().unwrap_or_default(),
        }
    }

    /// Whether cookies are `Secure` and HSTS is sent.
    pub const fn is_https(&self) -> bool {
        self.https
    }

    /// Whether the host is this machine: `localhost`, `127.0.0.0/8`, `::1`.
    pub const fn is_loopback(&self) -> bool {
        self.loopback
    }
}

impl Default for Issuer {
    fn default() -> Self {
        Self { text: "http://localhost:8080".to_owned(), https: false, loopback: true }
    }
}

impl TryFrom<String> for Issuer {
    type Error = NotAnIssuer;

    fn try_from(text: String) -> Result<Self, NotAnIssuer> {
        let url = Url::parse(&text).map_err(|_| NotAnIssuer::NotAnAddress)?;
        let https = match url.scheme() {
            "https" => true,
            "http" => false,
            _ => return Err(NotAnIssuer::NotAnAddress),
        };
        let loopback = match url.host() {
            Some(Host::Domain(name)) => name == "localhost",
            Some(Host::Ipv4(address)) => address.is_loopback(),
            Some(Host::Ipv6(address)) => address.is_loopback(),
            None => return Err(NotAnIssuer::NotAnAddress),
        };
        if url.origin().ascii_serialization() != text {
            return Err(NotAnIssuer::MoreThanOrigin);
        }
        if https || loopback { Ok(Self { text, https, loopback }) } else { Err(NotAnIssuer::PlainHttp) }
    }
}

impl From<Issuer> for String {
    fn from(issuer: Issuer) -> Self {
        issuer.text
    }
}

impl fmt::Display for Issuer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// Why an address is no issuer. A word, for which the command line has a sentence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotAnIssuer {
    /// No absolute http or https address.
    #[error("not-an-address")]
    NotAnAddress,
    /// A path, a slash at the end, a query, a user, capital letters, or the usual port.
    #[error("issuer-more-than-origin")]
    MoreThanOrigin,
    /// http somewhere else than on this machine.
    #[error("issuer-plain-http")]
    PlainHttp,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_host_of_an_issuer_has_no_port() {
        for (text, host) in [
            ("https://id.example", "id.example"),
            ("https://id.example:8443", "id.example"),
            ("http://127.0.0.1:8080", "127.0.0.1"),
            ("http://[::1]:8080", "[::1]"),
        ] {
            assert_eq!(Issuer::try_from(text.to_owned()).expect("an issuer").host(), host);
        }
    }

    #[test]
    fn an_issuer_has_one_spelling() {
        for (text, expected) in [
            ("https://id.example", Ok((true, false))),
            ("https://id.example:8443", Ok((true, false))),
            ("http://localhost:8080", Ok((false, true))),
            ("http://127.0.0.1:8080", Ok((false, true))),
            ("http://[::1]:8080", Ok((false, true))),
            ("https://localhost", Ok((true, true))),
            ("https://id.example/", Err(NotAnIssuer::MoreThanOrigin)),
            ("https://id.example/idp", Err(NotAnIssuer::MoreThanOrigin)),
            ("https://id.example:443", Err(NotAnIssuer::MoreThanOrigin)),
            ("https://ID.example", Err(NotAnIssuer::MoreThanOrigin)),
            ("https://a@id.example", Err(NotAnIssuer::MoreThanOrigin)),
            ("https://id.example?x", Err(NotAnIssuer::MoreThanOrigin)),
            ("http://id.example", Err(NotAnIssuer::PlainHttp)),
            ("http://localhost.evil.test", Err(NotAnIssuer::PlainHttp)),
            ("http://10.0.0.1:8080", Err(NotAnIssuer::PlainHttp)),
            ("ftp://id.example", Err(NotAnIssuer::NotAnAddress)),
            ("id.example", Err(NotAnIssuer::NotAnAddress)),
            ("", Err(NotAnIssuer::NotAnAddress)),
        ] {
            let issuer = Issuer::try_from(text.to_owned()).map(|issuer| (issuer.is_https(), issuer.is_loopback()));
            assert_eq!(issuer, expected, "{text}");
        }
    }
}
