//! The management listener: whether we live, whether we are ready, and how we do. Loopback; no authentication.
//!
//! | path | answer |
//! | --- | --- |
//! | `/livez` | 200 while the process can answer at all: restart it when this fails |
//! | `/readyz` | 200 while every check passes and we are not draining, else 503: send no requests |
//! | `/healthz` | the same with one line for each check, for people |
//! | `/metrics` | Prometheus text, with OpenTelemetry names |

use std::{
    sync::{Arc, OnceLock},
    time::Duration,
};

use async_trait::async_trait;
use axum::{
    Json, Router,
    extract::State,
    http::{StatusCode, header::CONTENT_TYPE},
    response::IntoResponse,
    routing::get,
};
use futures_util::future::join_all;
use metrics::{Unit, describe_gauge, describe_histogram};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use serde_json::json;

use crate::{server::Shutdown, web::access};

/// Longest time that one check may take: a load balancer does not wait longer either.
const CHECK: Duration = Duration::from_secs(2);
/// Bounds of the duration histogram in seconds, as OpenTelemetry advises for `http.server.request.duration`.
const BUCKETS: [f64; 14] = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0];

/// Something that must work before we take requests.
#[async_trait]
pub trait Health: Send + Sync {
    /// One word, stable: `database`, `keys`.
    fn name(&self) -> &'static str;

    /// Whether we are not ready without it. What only makes us faster is shown, and does not take us out of service.
    fn is_required(&self) -> bool {
        true
    }

    /// `Err`: why not, in words for the log and for `/healthz`; no secret.
    async fn check(&self) -> Result<(), String>;
}

/// What the management listener needs.
pub struct Management {
    /// Every check; all that are required must pass.
    pub checks: Vec<Arc<dyn Health>>,
    /// Once it has begun we are not ready.
    pub shutdown: Shutdown,
    /// From [`Metrics::install`].
    pub metrics: Metrics,
}

impl Management {
    /// The routes. `/test/clock` is merged by who has it.
    pub fn router(self) -> Router {
        Router::new()
            .route("/livez", get(|| async { "live\n" }))
            .route("/readyz", get(readyz))
            .route("/healthz", get(healthz))
            .route("/metrics", get(scrape))
            .with_state(Arc::new(self))
    }

    async fn look(&self) -> Vec<Found> {
        let draining = if self.shutdown.has_begun() { Err("draining".to_owned()) } else { Ok(()) };
        let serving = Found { name: "serving", required: true, result: draining };
        let mut found = vec![serving];
        found.extend(join_all(self.checks.iter().map(|check| one(&**check))).await);
        found
    }
}

/// What one check found.
struct Found {
    name: &'static str,
    required: bool,
    result: Result<(), String>,
}

impl Found {
    fn lets_us_serve(&self) -> bool {
        self.result.is_ok() || !self.required
    }
}

async fn one(check: &dyn Health) -> Found {
    let result =
        tokio::time::timeout(CHECK, check.check()).await.unwrap_or_else(|_| Err("no answer in time".to_owned()));
    if let Err(why) = &result {
        tracing::warn!(check = check.name(), why, "a health check fails");
    }
    Found { name: check.name(), required: check.is_required(), result }
}

const fn status(ready: bool) -> StatusCode {
    if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE }
}

async fn readyz(State(management): State<Arc<Management>>) -> impl IntoResponse {
    let ready = management.look().await.iter().all(Found::lets_us_serve);
    (status(ready), if ready { "ready\n" } else { "not ready\n" })
}

async fn healthz(State(management): State<Arc<Management>>) -> impl IntoResponse {
    let found = management.look().await;
    let ready = found.iter().all(Found::lets_us_serve);
    let checks: serde_json::Map<_, _> = found
        .into_iter()
        .map(|found| (found.name.to_owned(), json!(found.result.err().unwrap_or_else(|| "ok".to_owned()))))
        .collect();
    let word = if ready { "ready" } else { "not-ready" };
    (status(ready), Json(json!({"status": word, "version": env!("CARGO_PKG_VERSION"), "checks": checks})))
}

async fn scrape(State(management): State<Arc<Management>>) -> impl IntoResponse {
    ([(CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], management.metrics.0.render())
}

/// The measurements of this process.
#[derive(Clone)]
pub struct Metrics(PrometheusHandle);

impl Metrics {
    /// Begins measuring. The `metrics` crate knows one recorder for each process, so a second call gives the first one again.
    pub fn install() -> Self {
        static HANDLE: OnceLock<PrometheusHandle> = OnceLock::new();
        let handle = HANDLE.get_or_init(|| {
            let duration = Matcher::Full(access::DURATION.to_owned());
            let builder =
                PrometheusBuilder::new().set_buckets_for_metric(duration, &BUCKETS).expect("there are buckets");
            let recorder = builder.build_recorder();
            let handle = recorder.handle();
            if metrics::set_global_recorder(recorder).is_err() {
                tracing::warn!("somebody else measures already: /metrics stays empty");
            }
            describe_histogram!(access::DURATION, Unit::Seconds, "Duration of HTTP server requests");
            describe_gauge!(access::ACTIVE, "HTTP server requests under way");
            handle
        });
        Self(handle.clone())
    }

    /// Folds samples into their buckets every five seconds until we go; without it they pile up between scrapes.
    pub async fn upkeep(self, shutdown: Shutdown) {
        loop {
            tokio::select! {
                () = shutdown.begun() => return,
                () = tokio::time::sleep(Duration::from_secs(5)) => self.0.run_upkeep(),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::{Gate, peer::Trust};
    use axum::{body::Body, extract::Request};
    use http_body_util::BodyExt;
    use tower::ServiceExt;

    struct Check(Result<(), String>, bool);

    #[async_trait]
    impl Health for Check {
        fn name(&self) -> &'static str {
            "database"
        }

        fn is_required(&self) -> bool {
            self.1
        }

        async fn check(&self) -> Result<(), String> {
            self.0.clone()
        }
    }

    async fn ask(router: &Router, path: &str) -> (u16, String) {
        let request = Request::get(path).body(Body::empty()).expect("a request");
        let answer = router.clone().oneshot(request).await.expect("a router never fails");
        let status = answer.status().as_u16();
        let body = answer.into_body().collect().await.expect("a body in memory").to_bytes();
        (status, String::from_utf8_lossy(&body).into_owned())
    }

    #[tokio::test]
    async fn we_are_ready_while_every_check_passes_and_nobody_drains() {
        let gone = || Err("gone".to_owned());
        for (check, draining, readyz, word) in [
            (Check(Ok(()), true), false, 200, "\"database\":\"ok\""),
            (Check(gone(), true), false, 503, "\"database\":\"gone\""),
            (Check(gone(), false), false, 200, "\"database\":\"gone\""),
            (Check(Ok(()), true), true, 503, "\"serving\":\"draining\""),
        ] {
            let shutdown = Shutdown::new();
            if draining {
                shutdown.begin();
            }
            let checks: Vec<Arc<dyn Health>> = vec![Arc::new(check)];
            let router = Management { checks, shutdown, metrics: Metrics::install() }.router();
            assert_eq!(ask(&router, "/readyz").await.0, readyz);
            assert_eq!(ask(&router, "/livez").await.0, 200);
            let (status, body) = ask(&router, "/healthz").await;
            assert!(status == readyz && body.contains(word), "{body}");
        }
    }

    #[tokio::test]
    async fn requests_are_measured_by_route_and_never_by_address() {
        let metrics = Metrics::install();
        let doors = Router::new().route("/sign-in/{t}", get(|| async { "page" }));
        let public = Gate::new("https://id.example", Trust::default(), Arc::new(|_| String::new())).before(doors);
        assert_eq!(ask(&public, "/sign-in/tx_secret?code=ac_secret").await.0, 200);
        assert_eq!(ask(&public, "/nowhere/secret").await.0, 404);
        let router = Management { checks: Vec::new(), shutdown: Shutdown::new(), metrics }.router();
        let text = ask(&router, "/metrics").await.1;
        let line = "http_server_request_duration_seconds_count{http_request_method=\"GET\",http_route=\"/sign-in/{t}\",\
                    http_response_status_code=\"200\"}";
        assert!(text.contains(line), "{text}");
        assert!(text.contains("http_route=\"unmatched\"") && !text.contains("secret"), "{text}");
        assert!(text.contains("http_server_active_requests"), "{text}");
    }
}
