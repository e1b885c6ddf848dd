//! The endpoint of a party for events about rights (RFC 8935).

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicU16, Ordering},
};

use axum::{Router, extract::State, http::StatusCode, routing};
use serde_json::Value;

use crate::tokens::claims;

/// Keeps what arrives while it says 202, and answers every event with the status that it says.
#[derive(Clone, Debug)]
pub struct Inbox {
    /// Where events go.
    pub address: String,
    kept: Arc<Kept>,
}

#[derive(Debug)]
struct Kept {
    says: AtomicU16,
    events: Mutex<Vec<String>>,
}

/// An event: subject, post, revision and change.
pub type Told = (String, String, i64, String);

impl Inbox {
    /// Opens one on a port of its own.
    pub async fn open(says: u16) -> Self {
        let kept = Arc::new(Kept { says: AtomicU16::new(says), events: Mutex::default() });
        let router = Router::new().route("/events", routing::post(keep)).with_state(Arc::clone(&kept));
        let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
        let address = format!("http://{}/events", listener.local_addr().expect("an address"));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { address, kept }
    }

    /// Answers with another status from now on.
    pub fn says(&self, status: u16) {
        self.kept.says.store(status, Ordering::Relaxed);
    }

    /// The tokens that arrived, as they came.
    pub fn tokens(&self) -> Vec<String> {
        self.kept.events.lock().expect("nobody panicked").clone()
    }

    /// What the tokens that arrived say.
    pub fn told(&self) -> Vec<Told> {
        self.tokens().iter().map(|token| told(token)).collect()
    }

    /// What changed with each of these, in order.
    pub fn changes(&self) -> Vec<String> {
        self.told().into_iter().map(|(_, _, _, change)| change).collect()
    }
}

async fn keep(State(kept): State<Arc<Kept>>, body: String) -> StatusCode {
    let status = kept.says.load(Ordering::Relaxed);
    if status == 202 {
        kept.events.lock().expect("nobody panicked").push(body);
    }
    StatusCode::from_u16(status).expect("a status")
}

fn told(token: &str) -> Told {
    let claims = claims(token);
    let event = &claims["events"]["urn:idp:event:rights-changed"];
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let revision = event["revision"].as_i64().unwrap_or_default();
    (text(&claims["sub_id"]["sub"]), text(&event["post"]), revision, text(&event["change"]))
}
