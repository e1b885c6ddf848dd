//! The cookies of a browser, and how they are named, read and written (RFC 6265bis).

use std::time::Duration;

use axum::http::{HeaderMap, HeaderValue, header::COOKIE};

/// The cookies we set. There are no others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cookie {
    /// `sid`: the session of a person who has signed in.
    Session,
    /// `browser`: a random binding. It says "the same browser" and nothing else; transactions and forms are bound to it.
    Browser,
    /// `prefs`: large letters, high contrast. Says nothing about anybody.
    Display,
    /// `device`: this browser signed in before, one random value for each account. It proves nothing; failures of other browsers do
    /// not slow this one down.
    Device,
    /// `adm`: the web console of somebody who administers. `SameSite=Strict`: no other site can make a browser send it.
    Console,
}

impl Cookie {
    const fn same_site(self) -> &'static str {
        match self {
            Self::Session | Self::Browser | Self::Device | Self::Display => "Lax",
            Self::Console => "Strict",
        }
    }
}

/// How cookies are named and marked under our issuer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CookieStyle {
    /// `__Host-` and `Secure`: no sub-domain and no plain connection can set or read them.
    Prefixed,
    /// Neither: only while the issuer is http on loopback, so that scripted clients work.
    Plain,
}

impl CookieStyle {
    /// The style for an issuer.
    pub fn of_issuer(issuer: &str) -> Self {
        if issuer.starts_with("https://") { Self::Prefixed } else { Self::Plain }
    }

    /// The name on the wire.
    pub const fn name(self, cookie: Cookie) -> &'static str {
        match (self, cookie) {
            (Self::Prefixed, Cookie::Session) => "__Host-sid",
            (Self::Prefixed, Cookie::Browser) => "__Host-browser",
            (Self::Prefixed, Cookie::Display) => "__Host-prefs",
            (Self::Prefixed, Cookie::Device) => "__Host-device",
            (Self::Prefixed, Cookie::Console) => "__Host-adm",
            (Self::Plain, Cookie::Session) => "sid",
            (Self::Plain, Cookie::Browser) => "browser",
            (Self::Plain, Cookie::Display) => "prefs",
            (Self::Plain, Cookie::Device) => "device",
            (Self::Plain, Cookie::Console) => "adm",
        }
    }

    /// The value that the browser sent. `None` when it sent none, or **two of one name**: then one of them was planted (from a
    /// sub-domain, another path or a plain connection) and the order in which browsers send them is not ours to trust.
    pub fn read(self, headers: &HeaderMap, cookie: Cookie) -> Option<&str> {
        let name = self.name(cookie);
        let mut values = headers
            .get_all(COOKIE)
            .iter()
            .filter_map(|line| line.to_str().ok())
            .flat_map(|line| line.split(';'))
            .filter_map(|pair| pair.trim().split_once('='))
            .filter(|(sent, _)| *sent == name)
            .map(|(_, value)| value);
        let value = values.next()?;
        (values.next().is_none() && is_value(value)).then_some(value)
    }

    /// A `Set-Cookie` value. `lifetime`: `None` ends with the browser session.
    ///
    /// `value` is one of our own handles (RFC 6265 cookie octets); anything else is written as an empty value, so that no text can
    /// split a response.
    pub fn set(self, cookie: Cookie, value: &str, lifetime: Option<Duration>) -> HeaderValue {
        let value = if is_value(value) { value } else { "" };
        let mut line = format!("{}={value}; Path=/; HttpOnly; SameSite={}", self.name(cookie), cookie.same_site());
        if self == Self::Prefixed {
            line.push_str("; Secure");
        }
        if let Some(lifetime) = lifetime {
            line.push_str("; Max-Age=");
            line.push_str(&lifetime.as_secs().to_string());
        }
        HeaderValue::try_from(line).expect("cookie octets and our own words are header text")
    }

    /// A `Set-Cookie` value that makes the browser forget it.
    pub fn clear(self, cookie: Cookie) -> HeaderValue {
        self.set(cookie, "", Some(Duration::ZERO))
    }
}

/// Cookie octets of RFC 6265 §4.1.1, at most 512 of them.
fn is_value(value: &str) -> bool {
    value.len() <= 512
        && value.bytes().all(|b| matches!(b, 0x21 | 0x23..=0x2b | 0x2d..=0x3a | 0x3c..=0x5b | 0x5d..=0x7e))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_cookie_of_a_name_is_read_and_two_are_none() {
        for (lines, expected) in [
            (&["sid=ss_1"][..], Some("ss_1")),
            (&["a=b; sid=ss_1; c=d"], Some("ss_1")),
            (&["a=b", "sid=ss_1"], Some("ss_1")),
            (&["sid=ss_1; sid=ss_2"], None),
            (&["sid=ss_1; sid=ss_1"], None),
            (&["sid=ss_1", "sid=ss_2"], None),
            (&["SID=ss_1"], None),
            (&["xsid=ss_1"], None),
            (&["__Host-sid=ss_1"], None),
            (&["sid"], None),
            (&["sid=a=b"], Some("a=b")),
            (&["sid=\"quoted\""], None),
            (&[], None),
        ] {
            let mut headers = HeaderMap::new();
            for line in lines {
                headers.append(COOKIE, HeaderValue::from_static(line));
            }
            assert_eq!(CookieStyle::Plain.read(&headers, Cookie::Session), expected, "{lines:?}");
        }
    }

    #[test]
    fn cookies_carry_every_mark() {
        let lifetime = Some(Duration::from_mins(1));
        for (style, cookie, value, lifetime, expected) in [
            (
                CookieStyle::Prefixed,
                Cookie::Session,
                "ss_1",
                None,
                "__Host-sid=ss_1; Path=/; HttpOnly; SameSite=Lax; Secure",
            ),
            (
                CookieStyle::Plain,
                Cookie::Browser,
                "b",
                lifetime,
                "browser=b; Path=/; HttpOnly; SameSite=Lax; Max-Age=60",
            ),
            (CookieStyle::Plain, Cookie::Browser, "b\r\nX: y", None, "browser=; Path=/; HttpOnly; SameSite=Lax"),
            (
                CookieStyle::Prefixed,
                Cookie::Console,
                "cn_1",
                None,
                "__Host-adm=cn_1; Path=/; HttpOnly; SameSite=Strict; Secure",
            ),
            (CookieStyle::Plain, Cookie::Browser, "b; Domain=evil", None, "browser=; Path=/; HttpOnly; SameSite=Lax"),
        ] {
            assert_eq!(style.set(cookie, value, lifetime), expected);
        }
        let cleared = CookieStyle::of_issuer("https://id.example").clear(Cookie::Session);
        assert_eq!(cleared, "__Host-sid=; Path=/; HttpOnly; SameSite=Lax; Secure; Max-Age=0");
        assert_eq!(CookieStyle::of_issuer("http://localhost:8080"), CookieStyle::Plain);
    }
}
