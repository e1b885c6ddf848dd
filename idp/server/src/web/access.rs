//! One log line and one measurement for each request.
//!
//! The line has the route (`/sign-in/{t}`), never the address: queries carry codes, and paths carry the handles of transactions. It
//! has no client address either, which is personal data; the audit log keeps that where the law wants it.

use std::{cell::RefCell, collections::HashMap, time::Instant};

use axum::{
    extract::{MatchedPath, Request},
    http::{Method, StatusCode},
    response::Response,
};
use metrics::{Gauge, Histogram, SharedString, gauge, histogram};

/// Response extension: this answer is public, cacheable and asked for all the time (keys, discovery, assets). Where it succeeds it is
/// counted, and logged only at level `debug`.
#[derive(Clone, Copy, Debug)]
pub struct Quiet;

/// OpenTelemetry `http.server.request.duration`, as Prometheus names it.
pub const DURATION: &str = "http_server_request_duration_seconds";
/// OpenTelemetry `http.server.active_requests`.
pub const ACTIVE: &str = "http_server_active_requests";

/// What an address is called that no route has.
const UNMATCHED: &str = "unmatched";

/// By method and status, then by route.
type Known = HashMap<(&'static str, u16), HashMap<Box<str>, Histogram>>;

thread_local! {
    /// Each thread keeps the measurements it has met: finding one by its labels costs more than recording. All three labels are closed
    /// sets. The recorder is installed before the first request is taken.
    static KNOWN: RefCell<Known> = RefCell::default();
    static ACTIVE_NOW: Gauge = gauge!(ACTIVE);
}

/// A request under way. Counted as active until dropped, so that a client who hangs up is not counted forever.
pub(super) struct Access {
    started: Instant,
    method: &'static str,
    route: Option<MatchedPath>,
}

impl Access {
    pub(super) fn begin(request: &Request) -> Self {
        ACTIVE_NOW.with(|active| active.increment(1.0));
        Self { started: Instant::now(), method: method(request.method()), route: request.extensions().get().cloned() }
    }

    pub(super) fn end(self, response: &Response) {
        let seconds = self.started.elapsed().as_secs_f64();
        let status = response.status();
        KNOWN.with_borrow_mut(|known| {
            let of_answer = known.entry((self.method, status.as_u16())).or_default();
            if let Some(histogram) = of_answer.get(self.route()) {
                histogram.record(seconds);
            } else {
                let histogram = self.histogram(status);
                histogram.record(seconds);
                of_answer.insert(self.route().into(), histogram);
            }
        });
        self.log(status, seconds, response.extensions().get::<Quiet>().is_some());
    }

    fn route(&self) -> &str {
        self.route.as_ref().map_or(UNMATCHED, MatchedPath::as_str)
    }

    fn histogram(&self, status: StatusCode) -> Histogram {
        let labels = [
            ("http_request_method", SharedString::const_str(self.method)),
            ("http_route", SharedString::from(self.route().to_owned())),
            ("http_response_status_code", SharedString::from(status.as_u16().to_string())),
        ];
        histogram!(DURATION, &labels)
    }

    fn log(&self, status: StatusCode, seconds: f64, quiet: bool) {
        let (status_code, duration_ms) = (status.as_u16(), (seconds * 1e6).round() / 1e3);
        let route = self.route();
        if quiet && (status.is_success() || status == StatusCode::NOT_MODIFIED) {
            tracing::debug!(method = self.method, route, status = status_code, duration_ms, "request");
        } else {
            tracing::info!(method = self.method, route, status = status_code, duration_ms, "request");
        }
    }
}

impl Drop for Access {
    fn drop(&mut self) {
        ACTIVE_NOW.with(|active| active.decrement(1.0));
    }
}

/// A closed set: a method that a client invents must not become a new time series.
fn method(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::HEAD => "HEAD",
        Method::OPTIONS => "OPTIONS",
        _ => "_OTHER",
    }
}
