//! The registry's listener.

use std::collections::{HashMap, VecDeque};
use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};

use axum::Json;
use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, RawQuery, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use serde_json::json;
use tokio::net::TcpListener;

use super::access::{Access, Exchange, SAMPLE_SECRET, SAMPLE_USER};
use super::envelope::{Refusal, answer};
use super::person::{Person, people};
use super::request::Question;
use super::xml;
use crate::Clock;

/// A question is about one KiB.
const BODY_LIMIT: usize = 64 * 1024;
/// This many answers are remembered for repetitions; then the oldest goes.
const REMEMBERED: usize = 10_000;

/// A population and who may ask about it.
pub struct Registry {
    people: HashMap<String, Person>,
    access: Access,
    clock: Clock,
}

impl Registry {
    /// The 200 people of the sample, for [`SAMPLE_USER`] with [`SAMPLE_SECRET`].
    pub fn sample() -> Self {
        let access = Access {
            user: SAMPLE_USER.to_owned(),
            secret: SAMPLE_SECRET.to_owned(),
            service_urls: Vec::new(),
            exchange: None,
        };
        let people = people().iter().map(|person| (person.personal_number.clone(), person.clone())).collect();
        Self { people, access, clock: Clock::default() }
    }

    /// Lets another user ask instead of the sample's.
    #[must_use]
    pub fn with_credentials(mut self, user: &str, secret: &str) -> Self {
        user.clone_into(&mut self.access.user);
        secret.clone_into(&mut self.access.secret);
        self
    }

    /// The address that callers hash. Without it: `http://` and the listener's address, with or without the last slash.
    #[must_use]
    pub fn with_service_url(mut self, url: &str) -> Self {
        self.access.service_urls = vec![url.to_owned()];
        self
    }

    /// Asks for the headers of the national exchange too.
    #[must_use]
    pub fn with_exchange(mut self, exchange: Exchange) -> Self {
        self.access.exchange = Some(exchange);
        self
    }

    /// Takes the time from a clock that a test moves.
    #[must_use]
    pub fn with_clock(mut self, clock: Clock) -> Self {
        self.clock = clock;
        self
    }
}

/// Answers on `listener` until `shutdown` is ready, then lets running requests end.
///
/// # Errors
/// Those of the listener.
pub async fn serve(
    listener: TcpListener,
    mut registry: Registry,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    if registry.access.service_urls.is_empty() {
        let base = format!("http://{}", listener.local_addr()?);
        registry.access.service_urls = vec![format!("{base}/"), base];
    }
    let state = Arc::new(Desk { registry, seen: Mutex::default() });
    let router = Router::new()
        .route("/", get(describe).post(ask))
        .route("/seen", get(seen))
        .layer(DefaultBodyLimit::max(BODY_LIMIT))
        .with_state(state);
    axum::serve(listener, router).with_graceful_shutdown(shutdown).await
}

struct Desk {
    registry: Registry,
    seen: Mutex<Seen>,
}

/// What tests may ask about, and the memory for repetitions. It holds no personal data: questions are kept as digests.
#[derive(Default)]
struct Seen {
    calls: u64,
    last: Option<String>,
    answers: HashMap<String, ([u8; 32], bool)>,
    order: VecDeque<String>,
}

impl Seen {
    /// The first answer to this question, for ever; `MaYeuCau` names one question only.
    fn answer(&mut self, question: &Question, judge: impl FnOnce() -> bool) -> Result<bool, Refusal> {
        self.calls += 1;
        self.last = Some(question.id.clone());
        let digest = openssl::sha::sha256(question.content.as_bytes());
        match self.answers.get(&question.id) {
            Some((first, exists)) if *first == digest => return Ok(*exists),
            Some(_) => return Err(Refusal::RequestIdReused),
            None => {}
        }
        if self.order.len() >= REMEMBERED
            && let Some(oldest) = self.order.pop_front()
        {
            self.answers.remove(&oldest);
        }
        let exists = judge();
        self.answers.insert(question.id.clone(), (digest, exists));
        self.order.push_back(question.id.clone());
        Ok(exists)
    }
}

impl Desk {
    fn judge(&self, headers: &HeaderMap, body: &[u8]) -> Result<bool, Refusal> {
        self.registry.access.check(headers, self.registry.clock.now_ms())?;
        if !is_xml(headers) {
            return Err(Refusal::MediaTypeRefused);
        }
        let text = std::str::from_utf8(body).map_err(|_| Refusal::MalformedXml)?;
        let question = Question::parse(&xml::parse(text)?)?;
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let person = question.personal_number().and_then(|number| self.registry.people.get(number));
        seen.answer(&question, || person.is_some_and(|person| question.matches(person)))
    }
}

/// SOAP 1.1 says `text/xml`; callers of this service are known to send `application/xml`.
fn is_xml(headers: &HeaderMap) -> bool {
    let value = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    matches!(essence.as_str(), "text/xml" | "application/xml")
}

async fn ask(State(desk): State<Arc<Desk>>, headers: HeaderMap, body: Bytes) -> Response {
    match desk.judge(&headers, &body) {
        Ok(exists) => answer(exists),
        Err(refusal) => {
            tracing::info!(?refusal, "sample registry refused a question");
            refusal.into_response()
        }
    }
}

async fn describe(State(desk): State<Arc<Desk>>, RawQuery(query): RawQuery) -> Response {
    if !query.unwrap_or_default().eq_ignore_ascii_case("wsdl") {
        return StatusCode::NOT_FOUND.into_response();
    }
    let address = desk.registry.access.service_urls.first().map_or("", String::as_str);
    let wsdl = include_str!("../../data/registry.wsdl").replace("SERVICE_URL", &quick_xml::escape::escape(address));
    ([(header::CONTENT_TYPE, "text/xml; charset=utf-8")], wsdl).into_response()
}

async fn seen(State(desk): State<Arc<Desk>>) -> Json<serde_json::Value> {
    let seen = desk.seen.lock().unwrap_or_else(PoisonError::into_inner);
    Json(json!({ "calls": seen.calls, "last_ma_yeu_cau": seen.last }))
}
