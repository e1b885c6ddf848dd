//! What every handler may know about a request before it reads it: its reference, its sender, its language.

use std::{cell::RefCell, convert::Infallible, fmt, net::SocketAddr};

use axum::{
    extract::FromRequestParts,
    http::{
        HeaderMap, HeaderName, HeaderValue,
        header::{ACCEPT_LANGUAGE, USER_AGENT},
        request::Parts,
    },
};
use idp_core::{
    crypto::random,
    store::{self, Actor, Cx},
    types::{Agent, Locale, Timestamp},
};

use super::{
    display::{Display, Look},
    peer::Peer,
};

/// Carries the reference of the request back to who asked.
pub static X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The reference of one request: on error pages, in `X-Request-Id`, in the log and in the audit row.
///
/// Sixteen characters of Crockford's base 32 (80 random bits), so that a person can read it out on the telephone. It is always drawn
/// here; one that a client sends is ignored, because references are trusted when an incident is investigated.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct RequestId([u8; 16]);

/// References drawn from the system at once, by each thread. They need no secrecy, so waiting in memory does not weaken them.
const DRAWN_AT_ONCE: usize = 64;

thread_local! {
    static DRAWN: RefCell<([u8; 10 * DRAWN_AT_ONCE], usize)> = const { RefCell::new(([0; 10 * DRAWN_AT_ONCE], DRAWN_AT_ONCE)) };
}

impl RequestId {
    /// A new one.
    pub fn draw() -> Self {
        DRAWN.with_borrow_mut(|(bytes, used)| {
            if *used == DRAWN_AT_ONCE {
                *bytes = random::bytes();
                *used = 0;
            }
            let at = *used * 10;
            *used += 1;
            Self::of(&bytes[at..at + 10])
        })
    }

    fn of(ten: &[u8]) -> Self {
        const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
        let number = ten.iter().fold(0_u128, |number, byte| (number << 8) | u128::from(*byte));
        let mut text = [0; 16];
        for (place, character) in text.iter_mut().rev().enumerate() {
            *character = ALPHABET[(number >> (5 * place)) as usize & 31];
        }
        Self(text)
    }

    /// The sixteen characters.
    pub fn as_str(&self) -> &str {
        str::from_utf8(&self.0).expect("the alphabet is ASCII")
    }

    /// As a header value.
    pub fn header(&self) -> HeaderValue {
        HeaderValue::from_bytes(&self.0).expect("the alphabet is header text")
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The trace that the caller takes part in (W3C Trace Context, header `traceparent`): its 32 hexadecimal digits.
///
/// It joins log lines across systems and decides nothing.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct TraceId([u8; 32]);

impl TraceId {
    /// Reads version 00 of the header; anything else, zeros included, is no trace.
    pub fn of(headers: &HeaderMap) -> Option<Self> {
        let mut lines = headers.get_all("traceparent").iter();
        let line = lines.next()?.to_str().ok()?;
        let mut fields = line.split('-');
        let (version, trace, parent, flags) = (fields.next()?, fields.next()?, fields.next()?, fields.next()?);
        let hex =
            |text: &str, length| text.len() == length && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        let well_formed = lines.next().is_none()
            && fields.next().is_none()
            && version == "00"
            && hex(trace, 32)
            && hex(parent, 16)
            && hex(flags, 2)
            && [trace, parent].iter().all(|id| id.bytes().any(|b| b != b'0'));
        if well_formed { trace.as_bytes().try_into().ok().map(Self) } else { None }
    }

    /// The 32 digits.
    pub fn as_str(&self) -> &str {
        str::from_utf8(&self.0).expect("hexadecimal digits are ASCII")
    }
}

/// Reference, sender and language of a request. An extractor for handlers; what a [`Cx`] is made from.
#[derive(Clone, Copy, Debug)]
pub struct Context {
    /// The reference of this request.
    pub request_id: RequestId,
    /// Who sent it.
    pub peer: Peer,
    /// What the browser asks for by `Accept-Language`; Vietnamese when it asks for nothing that we speak.
    pub locale: Locale,
    /// Large letters and contrast, as chosen on a page.
    pub display: Display,
    /// The family of the browser; `None` where nothing was sent.
    pub agent: Option<Agent>,
}

impl Context {
    /// The context of what this request changes.
    pub fn cx(&self, actor: Actor, now: Timestamp) -> Cx {
        let from = SocketAddr::new(self.peer.address, self.peer.port.unwrap_or(0));
        let request = store::RequestId::new(self.request_id.to_string());
        Cx { actor, now, from: Some(from), request, agent: self.agent }
    }

    /// How a page in this language looks to who asks.
    pub const fn look(&self, locale: Locale) -> Look {
        Look { locale, display: self.display }
    }

    /// What can be read of a request's headers.
    pub fn of(peer: Peer, headers: &HeaderMap) -> Self {
        let agent = headers.get(USER_AGENT).and_then(|value| value.to_str().ok()).map(Agent::of);
        Self { request_id: RequestId::draw(), peer, locale: locale(headers), display: Display::of(headers), agent }
    }

    /// A context for a request that did not pass the gate: in tests of single handlers.
    fn unknown(headers: &HeaderMap) -> Self {
        Self::of(Peer::default(), headers)
    }
}

impl<S: Sync> FromRequestParts<S> for Context {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(parts.extensions.get().copied().unwrap_or_else(|| Self::unknown(&parts.headers)))
    }
}

/// The language that a browser asks for.
pub fn locale(headers: &HeaderMap) -> Locale {
    let wanted = headers.get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    // A browser lists a handful of languages; a kilobyte of them is somebody trying our parser.
    if wanted.len() > 1_024 { Locale::default() } else { Locale::from_tags(wanted).unwrap_or_default() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_sixteen_readable_characters_and_differ() {
        let mut seen = std::collections::HashSet::new();
        for _ in 0..1_000 {
            let id = RequestId::draw().to_string();
            assert!(id.len() == 16 && !id.contains(['I', 'L', 'O', 'U']), "{id}");
            assert!(seen.insert(id));
        }
        assert_eq!(RequestId::of(&[0; 10]).as_str(), "0000000000000000");
        assert_eq!(RequestId::of(&[255; 10]).as_str(), "ZZZZZZZZZZZZZZZZ");
        assert_eq!(RequestId::of(&[0, 0, 0, 0, 0, 0, 0, 0, 0, 33]).as_str(), "0000000000000011");
    }

    #[test]
    fn a_trace_is_taken_only_in_the_form_of_the_standard() {
        let good = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
        for (line, expected) in [
            (good, Some("4bf92f3577b34da6a3ce929d0e0e4736")),
            ("01-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", None),
            ("00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01", None),
            ("00-00000000000000000000000000000000-00f067aa0ba902b7-01", None),
            ("00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01", None),
            ("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-x", None),
            ("00-4bf92f35-00f067aa0ba902b7-01", None),
            ("", None),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert("traceparent", HeaderValue::from_static(line));
            assert_eq!(TraceId::of(&headers).as_ref().map(TraceId::as_str), expected, "{line}");
        }
    }
}
