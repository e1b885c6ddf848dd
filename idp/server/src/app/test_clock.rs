//! `POST /test/clock` (contract, section 9): moves the server's clock and runs its jobs. Only where the configuration allows it, which
//! it does on loopback only: a moved clock brings expired codes, tokens and lockouts back to life.

use std::{sync::Arc, time::Duration};

use axum::{Json, Router, extract::State, http::StatusCode, routing::post};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::jobs::Jobs;

/// Moves another clock together with ours.
pub type Mover = Arc<dyn Fn(Duration) + Send + Sync>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    /// At most some 136 years, so that no sum overflows.
    #[serde(default)]
    advance_seconds: u32,
    #[serde(default)]
    run_jobs: bool,
}

struct Desk {
    jobs: Arc<Jobs>,
    others: Vec<Mover>,
}

/// The route. `others` are moved together with our clock.
pub fn router(jobs: Arc<Jobs>, others: Vec<Mover>) -> Router {
    Router::new().route("/test/clock", post(serve)).with_state(Arc::new(Desk { jobs, others }))
}

async fn serve(State(desk): State<Arc<Desk>>, Json(asked): Json<Asked>) -> (StatusCode, Json<Value>) {
    let by = Duration::from_secs(u64::from(asked.advance_seconds));
    let clock = desk.jobs.clock();
    clock.advance(by);
    for other in &desk.others {
        other(by);
    }
    let failed = if asked.run_jobs { desk.jobs.run_all_once().await } else { Vec::new() };
    let now = clock.now().millis();
    if failed.is_empty() {
        (StatusCode::OK, Json(json!({ "now": now })))
    } else {
        let failed: serde_json::Map<_, _> =
            failed.into_iter().map(|(job, fault)| (job.to_owned(), fault.to_string().into())).collect();
        (StatusCode::INTERNAL_SERVER_ERROR, Json(json!({ "now": now, "failed": failed })))
    }
}
