//! Floor 1: the only way out. Every outgoing HTTP request of the server passes through [`Net`].
//!
//! Addresses in requests come from relying parties and operators, so each is a chance to make the server knock at doors
//! inside its own network (server-side request forgery). Therefore: names are resolved here, each address is checked,
//! the connection goes to the checked address; literal addresses are checked as well; no redirects; no proxy taken from
//! the environment; time, size and header limits on every answer.
//!
//! Provincial systems do live on private networks: [`Allow`] names host, network and purpose, and is logged at start.

mod address;
mod config;
mod guard;
mod look;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use reqwest::redirect::Policy;
use reqwest::{Client, ClientBuilder, Method, Response};
use url::Url;

pub use config::{Allow, Config, Network, Purpose};
pub use guard::Refusal;
pub use look::{Seen, look_at_ourselves};

use guard::Guard;

const CONNECT: Duration = Duration::from_secs(1);

/// The outgoing client. Cheap to clone; connections are pooled per purpose, so that a connection opened under one
/// purpose's allowance is never used for another.
#[derive(Clone)]
pub struct Net {
    guards: Arc<HashMap<Purpose, (Guard, Client)>>,
}

/// One request. Limits are 5 seconds and 256 KiB unless set.
#[derive(Clone)]
pub struct Request {
    method: Method,
    url: Url,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
    total: Duration,
    bytes: usize,
}

/// What came back. A redirect is an answer like any other: it is not followed.
pub struct Answer {
    /// HTTP status code.
    pub status: u16,
    /// The body, not longer than the request's limit.
    pub body: Vec<u8>,
    headers: reqwest::header::HeaderMap,
}

/// Why there is no answer. None carries the address or the body: both may hold secrets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NetError {
    /// We do not go there. Trying again will not help.
    #[error("refused: {0}")]
    Refused(#[from] Refusal),
    /// No name, no route, no TLS.
    #[error("could not connect")]
    Unreachable,
    /// The time limit passed.
    #[error("timed out")]
    TimedOut,
    /// The answer is longer than allowed.
    #[error("the answer is too large")]
    TooLarge,
    /// The connection broke or spoke no HTTP.
    #[error("the connection broke")]
    Broken,
}

/// Why the client cannot be built. Found at start, with the rest of the configuration.
#[derive(Debug, thiserror::Error)]
pub enum NetConfigError {
    /// The file of extra CAs cannot be read or holds no certificate.
    #[error("outgoing.ca_bundle {path}: {reason}")]
    CaBundle {
        /// The file as configured.
        path: String,
        /// For an operator.
        reason: String,
    },
    /// The TLS library could not be set up.
    #[error("the outgoing client cannot be built: {0}")]
    Client(String),
}

impl Net {
    /// Builds the client and logs every allowance, so that an audit of the configuration finds it in the log too.
    pub fn new(config: &Config) -> Result<Self, NetConfigError> {
        for allow in &config.allow {
            let (host, network, purpose) = (&allow.host, allow.network.to_string(), allow.purpose.as_str());
            tracing::info!(net.host = host, net.network = network, net.purpose = purpose, "outgoing requests allowed");
        }
        let extra = extra_roots(config)?;
        let mut guards = HashMap::new();
        for purpose in Purpose::ALL {
            let guard = Guard::new(purpose, &config.allow);
            let client = client(&guard, &extra)?;
            guards.insert(purpose, (guard, client));
        }
        Ok(Self { guards: Arc::new(guards) })
    }

    /// Sends one request and reads its whole answer within the limits.
    pub async fn send(&self, purpose: Purpose, request: Request) -> Result<Answer, NetError> {
        let (guard, client) = self.guards.get(&purpose).ok_or(NetError::Refused(Refusal::Host))?;
        guard.check(&request.url)?;
        let limit = request.bytes;
        let mut outgoing = client.request(request.method, request.url).timeout(request.total).body(request.body);
        for (name, value) in request.headers {
            outgoing = outgoing.header(name, value);
        }
        let response = outgoing.send().await.map_err(|error| meaning(&error))?;
        read(response, limit).await
    }
}

impl Request {
    /// A GET.
    pub fn get(url: Url) -> Self {
        Self::new(Method::GET, url)
    }

    /// A POST of one body.
    pub fn post(url: Url, content_type: &str, body: impl Into<Vec<u8>>) -> Self {
        let request = Self { body: body.into(), ..Self::new(Method::POST, url) };
        request.header("content-type", content_type)
    }

    fn new(method: Method, url: Url) -> Self {
        Self { method, url, headers: Vec::new(), body: Vec::new(), total: Duration::from_secs(5), bytes: 256 * 1024 }
    }

    /// Adds a header. A value that HTTP does not allow makes the request fail as [`NetError::Broken`].
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Time from the start of the connection to the last byte of the answer.
    #[must_use]
    pub fn within(mut self, total: Duration) -> Self {
        self.total = total;
        self
    }

    /// Longest body of the answer, in bytes.
    #[must_use]
    pub fn at_most(mut self, bytes: usize) -> Self {
        self.bytes = bytes;
        self
    }
}

impl Answer {
    /// The first value of a header, where it is plain ASCII.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// Whether the status is 200 to 299.
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }
}

fn client(guard: &Guard, extra: &[reqwest::Certificate]) -> Result<Client, NetConfigError> {
    let with_system = builder(guard).tls_certs_merge(extra.iter().cloned()).build();
    with_system.or_else(|error| {
        // A machine without any CA file: https then reaches only what the extra bundle vouches for.
        tracing::warn!(error = %error, "no certificate authorities of the system could be loaded");
        let own_only = builder(guard).tls_certs_only(extra.iter().cloned()).build();
        own_only.map_err(|error| NetConfigError::Client(error.to_string()))
    })
}

#[expect(clippy::disallowed_methods, reason = "this is the one place that makes outgoing clients")]
fn builder(guard: &Guard) -> ClientBuilder {
    Client::builder()
        .dns_resolver(Arc::new(guard.clone()))
        .redirect(Policy::none())
        .no_proxy()
        .referer(false)
        .retry(reqwest::retry::never())
        .connect_timeout(CONNECT)
        .pool_idle_timeout(Duration::from_secs(30))
        .pool_max_idle_per_host(8)
        .http1_max_headers(64)
        .http2_max_header_list_size(16 * 1024)
        .tls_info(true)
        .user_agent("idp")
}

fn extra_roots(config: &Config) -> Result<Vec<reqwest::Certificate>, NetConfigError> {
    let Some(path) = &config.ca_bundle else {
        return Ok(Vec::new());
    };
    let refused = |reason: String| NetConfigError::CaBundle { path: path.display().to_string(), reason };
    let pem = std::fs::read(path).map_err(|error| refused(error.to_string()))?;
    let bundle = idp_pki::Certificate::bundle(&pem).map_err(|error| refused(error.to_string()))?;
    let read = |anchor: &idp_pki::Certificate| {
        let der = anchor.to_der().map_err(|error| refused(error.to_string()))?;
        reqwest::Certificate::from_der(&der).map_err(|error| refused(error.to_string()))
    };
    bundle.iter().map(read).collect()
}

async fn read(mut response: Response, limit: usize) -> Result<Answer, NetError> {
    let announced = response.content_length().unwrap_or(0);
    if announced > limit as u64 {
        return Err(NetError::TooLarge);
    }
    let mut body = Vec::with_capacity(announced as usize);
    while let Some(chunk) = response.chunk().await.map_err(|error| meaning(&error))? {
        if body.len() + chunk.len() > limit {
            return Err(NetError::TooLarge);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(Answer { status: response.status().as_u16(), headers: response.headers().clone(), body })
}

/// The library's error as ours. A refusal of the resolver lies somewhere in the chain of causes.
fn meaning(error: &reqwest::Error) -> NetError {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(found) = cause {
        if let Some(refusal) = found.downcast_ref::<Refusal>() {
            return NetError::Refused(*refusal);
        }
        cause = found.source();
    }
    if error.is_timeout() {
        NetError::TimedOut
    } else if error.is_connect() {
        NetError::Unreachable
    } else {
        NetError::Broken
    }
}

#[cfg(test)]
mod tests;
