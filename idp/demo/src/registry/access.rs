//! Who may ask: a hash that is bound to the service and to the moment, and the exchange's own headers.

use axum::http::HeaderMap;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::envelope::Refusal;
use crate::random::same;

/// The user of the sample registry. Public on purpose: it guards invented people.
pub const SAMPLE_USER: &str = "idp-demo";
/// The secret of [`SAMPLE_USER`].
pub const SAMPLE_SECRET: &str = "sample-registry-secret";

/// A header may be this much older or newer than our clock; beyond it a recorded header would be of use.
const SKEW_MS: i64 = 5 * 60 * 1000;

/// What the national exchange adds to each call.
pub struct Exchange {
    /// Header `X-Road-Client`: who calls, as `INSTANCE/CLASS/MEMBER/SUBSYSTEM`.
    pub x_road_client: String,
    /// Header `ApiKey`.
    pub api_key: String,
}

/// What a caller must know.
pub(super) struct Access {
    pub(super) user: String,
    pub(super) secret: String,
    /// The address that callers hash, in each spelling that we accept.
    pub(super) service_urls: Vec<String>,
    pub(super) exchange: Option<Exchange>,
}

impl Access {
    /// Checks one call: `Authorization: Basic base64(user:SHA256hex(serviceUrl + user + timestamp + secret))`.
    pub(super) fn check(&self, headers: &HeaderMap, now_ms: i64) -> Result<(), Refusal> {
        let timestamp = text(headers, "timestamp").ok_or(Refusal::TimestampRefused)?;
        let sent_at: i64 = timestamp.parse().map_err(|_| Refusal::TimestampRefused)?;
        if now_ms.abs_diff(sent_at) > SKEW_MS.unsigned_abs() {
            return Err(Refusal::TimestampRefused);
        }
        let (user, hash) = basic(headers).ok_or(Refusal::AccessDenied)?;
        let known = self.service_urls.iter().any(|url| same(&hash, &self.hash(url, timestamp)));
        if !(same(&user, &self.user) && known) {
            return Err(Refusal::AccessDenied);
        }
        self.check_exchange(headers)
    }

    fn hash(&self, service_url: &str, timestamp: &str) -> String {
        let input = format!("{service_url}{}{timestamp}{}", self.user, self.secret);
        hex::encode(openssl::sha::sha256(input.as_bytes()))
    }

    fn check_exchange(&self, headers: &HeaderMap) -> Result<(), Refusal> {
        let Some(exchange) = &self.exchange else { return Ok(()) };
        let sent = |name, expected: &str| text(headers, name).is_some_and(|value| same(value, expected));
        if sent("x-road-client", &exchange.x_road_client) && sent("apikey", &exchange.api_key) {
            Ok(())
        } else {
            Err(Refusal::ExchangeRefused)
        }
    }
}

fn text<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    let mut values = headers.get_all(name).iter();
    // Two values: a proxy and we might each read another one.
    match (values.next(), values.next()) {
        (Some(only), None) => only.to_str().ok(),
        _ => None,
    }
}

fn basic(headers: &HeaderMap) -> Option<(String, String)> {
    let (scheme, credentials) = text(headers, "authorization")?.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let decoded = String::from_utf8(STANDARD.decode(credentials.trim()).ok()?).ok()?;
    let (user, hash) = decoded.split_once(':')?;
    Some((user.to_owned(), hash.to_ascii_lowercase()))
}
