//! One log line and one measurement for each request.
//!
//! The line has the route (`/sign-in/{t}`), never the address: queries carry codes, and paths carry the handles of transactions. It
//! has no client address either, which is personal data; the audit log keeps that where the law wants it.

use std::{sync::Arc, time::Instant};

use axum::{
    extract::{MatchedPath, Request},
    http::{Method, StatusCode},
    response::Response,
};
use metrics::{SharedString, gauge, histogram};

/// Response extension: this answer is public, cacheable and asked for all the time (keys, discovery, assets). Where it succeeds it is
/// counted, and logged only at level `debug`.
#[derive(Clone, Copy, Debug)]
pub struct Quiet;

/// OpenTelemetry `http.server.request.duration`, as Prometheus names it.
pub const DURATION: &str = "http_server_request_duration_seconds";
/// OpenTelemetry `http.server.active_requests`.
pub const ACTIVE: &str = "http_server_active_requests";

/// A request under way. Counted as active until dropped, so that a client who hangs up is not counted forever.
pub(super) struct Access {
    started: Instant,
    method: &'static str,
    route: Option<Arc<str>>,
}

impl Access {
    pub(super) fn begin(request: &Request) -> Self {
        gauge!(ACTIVE).increment(1.0);
        Self {
            started: Instant::now(),
            method: method(request.method()),
            route: request.extensions().get::<MatchedPath>().map(|path| Arc::from(path.as_str())),
        }
    }

    pub(super) fn end(self, response: &Response) {
        let seconds = self.started.elapsed().as_secs_f64();
        let status = response.status();
        let route = self.route.clone().map_or_else(|| SharedString::const_str("unmatched"), SharedString::from);
        let labels = [
            ("http_request_method", SharedString::const_str(self.method)),
            ("http_route", route),
            ("http_response_status_code", status_label(status)),
        ];
        histogram!(DURATION, &labels).record(seconds);
        self.log(status, seconds, response.extensions().get::<Quiet>().is_some());
    }

    fn log(&self, status: StatusCode, seconds: f64, quiet: bool) {
        let (status_code, duration_ms) = (status.as_u16(), (seconds * 1e6).round() / 1e3);
        let route = self.route.as_deref().unwrap_or("unmatched");
        if quiet && (status.is_success() || status == StatusCode::NOT_MODIFIED) {
            tracing::debug!(method = self.method, route, status = status_code, duration_ms, "request");
        } else {
            tracing::info!(method = self.method, route, status = status_code, duration_ms, "request");
        }
    }
}

impl Drop for Access {
    fn drop(&mut self) {
        gauge!(ACTIVE).decrement(1.0);
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

/// The frequent ones without an allocation.
fn status_label(status: StatusCode) -> SharedString {
    match status.as_u16() {
        200 => SharedString::const_str("200"),
        303 => SharedString::const_str("303"),
        304 => SharedString::const_str("304"),
        400 => SharedString::const_str("400"),
        401 => SharedString::const_str("401"),
        404 => SharedString::const_str("404"),
        other => SharedString::from(other.to_string()),
    }
}
