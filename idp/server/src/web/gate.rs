//! The one gate that every request to the public listener passes, and every answer again.
//!
//! ```text
//! request ─ peer, reference, language ─ limits ─ time limit ─ panic guard ─ the doors
//! answer  ─ problem → page or JSON ─ security headers ─ X-Request-Id ─ measurement and log line
//! ```
//!
//! One function instead of a stack of layers: the order is read here, and a door cannot be added outside of it.

use std::{panic::AssertUnwindSafe, sync::Arc, time::Duration};

use axum::{
    Router,
    extract::{Request, State},
    http::{
        HeaderValue, Method, StatusCode,
        header::{HOST, LOCATION},
        uri::{Authority, PathAndQuery},
    },
    middleware::{Next, from_fn_with_state},
    response::{IntoResponse, Response},
};
use futures_util::FutureExt;

use super::{
    access::Access,
    context::{Context, TraceId, X_REQUEST_ID},
    current::{Current, within},
    headers::SecurityHeaders,
    limit,
    peer::{Connection, Peer, Trust},
    problem::{Asked, Code, ErrorPage, Problem, RETRY_SECONDS, Renderer, render},
};

/// Pages at which somebody arrives. Under another name of ours they are sent on from these; what is under way there goes on there,
/// because its cookies are.
const ARRIVALS: [&str; 5] = ["/", "/account", "/enrol", "/oauth2/authorize", "/oauth2/logout"];

/// What the gate needs to know.
pub struct Gate {
    issuer: String,
    /// Host names, with ports, under which we answer beside the issuer's.
    also_at: Vec<String>,
    trust: Trust,
    headers: SecurityHeaders,
    error_page: ErrorPage,
    request_time: Duration,
    /// Beginnings of paths that have [`limit::LONG_REQUEST_TIME`].
    long: &'static [&'static str],
}

impl Gate {
    /// `issuer` without a trailing slash. `error_page` makes the HTML of a problem.
    pub fn new(issuer: &str, trust: Trust, error_page: ErrorPage) -> Self {
        Self {
            issuer: issuer.to_owned(),
            also_at: Vec::new(),
            trust,
            headers: SecurityHeaders::of_issuer(issuer),
            error_page,
            request_time: limit::REQUEST_TIME,
            long: &[],
        }
    }

    /// Sends on to the issuer who arrives at a page under one of these origins.
    #[must_use]
    pub fn also_at(mut self, origins: &[String]) -> Self {
        let authority = |origin: &String| origin.split_once("://").map(|(_, authority)| authority.to_owned());
        self.also_at = origins.iter().filter(|origin| **origin != self.issuer).filter_map(authority).collect();
        self
    }

    /// Gives the paths that begin so [`limit::LONG_REQUEST_TIME`].
    #[must_use]
    pub const fn long_at(mut self, beginnings: &'static [&'static str]) -> Self {
        self.long = beginnings;
        self
    }

    fn time_for(&self, request: &Request) -> Duration {
        let is_long = self.long.iter().any(|beginning| request.uri().path().starts_with(beginning));
        if is_long { limit::LONG_REQUEST_TIME } else { self.request_time }
    }

    /// Puts the doors behind the gate. Also answers what no door answers: an unknown address, an unknown method.
    pub fn before(self, doors: Router) -> Router {
        doors
            .fallback(|| async { Problem::new(Code::NOT_FOUND) })
            .method_not_allowed_fallback(|| async { Problem::new(Code::METHOD_NOT_ALLOWED) })
            .layer(from_fn_with_state(Arc::new(self), pass))
    }
}

async fn pass(State(gate): State<Arc<Gate>>, mut request: Request, next: Next) -> Response {
    let access = Access::begin(&request);
    let context = gate.context(&request);
    let asked = Asked::of(&request);
    let current = Current { request_id: context.request_id, trace_id: TraceId::of(request.headers()) };
    request.extensions_mut().insert(context);
    // Applied here and not as a layer of its own: each layer costs every request a copy of the routes below it.
    limit::body(limit::BODY).apply(&mut request);
    let work = async move {
        let answer = match (limit::check(&request), gate.sends_on(&request)) {
            (Ok(()), None) => guarded(gate.time_for(&request), next.run(request)).await,
            (Ok(()), Some(address)) => (StatusCode::TEMPORARY_REDIRECT, [(LOCATION, address)]).into_response(),
            (Err(problem), _) => problem.into_response(),
        };
        let renderer = Renderer { issuer: &gate.issuer, page: &gate.error_page };
        let mut answer = render(answer, &asked, &context, &renderer);
        gate.headers.put(&mut answer);
        answer.headers_mut().insert(X_REQUEST_ID.clone(), context.request_id.header());
        access.end(&answer);
        answer
    };
    within(current, work).await
}

impl Gate {
    /// The same address under the issuer's name, for somebody who arrives under another one of ours. The host decides only whether, never
    /// where to; path and query stay as they came.
    fn sends_on(&self, request: &Request) -> Option<HeaderValue> {
        let uri = request.uri();
        let arrives = ARRIVALS.contains(&uri.path()) || uri.path().starts_with("/console");
        if self.also_at.is_empty() || !arrives || !matches!(*request.method(), Method::GET | Method::HEAD) {
            return None;
        }
        let header = request.headers().get(HOST).and_then(|host| host.to_str().ok());
        let host = header.or_else(|| uri.authority().map(Authority::as_str))?;
        let known = self.also_at.iter().any(|also| also.eq_ignore_ascii_case(host));
        let rest = uri.path_and_query().map_or("/", PathAndQuery::as_str);
        known.then(|| HeaderValue::try_from(format!("{}{rest}", self.issuer)).ok()).flatten()
    }

    fn context(&self, request: &Request) -> Context {
        let peer = request
            .extensions()
            .get::<Connection>()
            .map_or_else(Peer::default, |connection| Peer::of(connection.remote, request.headers(), &self.trust));
        Context::of(peer, request.headers())
    }
}

/// A door that panics or never ends costs one answer, not the connection and not the process. What the panic said is logged by the
/// panic hook; the client sees the reference only.
async fn guarded(time: Duration, door: impl Future<Output = Response>) -> Response {
    match tokio::time::timeout(time, AssertUnwindSafe(door).catch_unwind()).await {
        Ok(Ok(answer)) => answer,
        Ok(Err(_panic)) => Problem::new(Code::FAULT).because("a handler panicked").into_response(),
        Err(_elapsed) => Problem::new(Code::UNAVAILABLE)
            .because("the time limit of a request")
            .retry_after(RETRY_SECONDS)
            .into_response(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::{extract::Form, problem::ErrorView};
    use axum::{
        body::Body,
        http::header,
        routing::{get, post},
    };
    use http_body_util::BodyExt;
    use tower::ServiceExt;

    async fn panics() -> &'static str {
        panic!("a secret that must not be shown")
    }

    fn house(request_time: Duration) -> Router {
        let page: ErrorPage =
            Arc::new(|view: &ErrorView<'_>| format!("<p>{} {}</p>", view.code.word(), view.reference));
        let doors = Router::new()
            .route("/ok", get(|| async { "ok" }))
            .route("/panic", get(panics))
            .route("/who", get(|context: Context| async move { context.peer.address.to_string() }))
            .route("/never", get(std::future::pending::<&'static str>))
            .route("/form", post(|_: Form| async { "read" }))
            .route("/large", post(|_: Form| async { "read" }).layer(limit::body(1024 * 1024)));
        let gate = Gate::new("https://id.example", Trust::default(), page);
        Gate { request_time, ..gate }.before(doors)
    }

    async fn ask(request: Request) -> (StatusCode, header::HeaderMap, String) {
        // Only the handler that never answers meets a time limit, and meets it at once.
        let time = if request.uri().path() == "/never" { Duration::ZERO } else { limit::REQUEST_TIME };
        let answer = house(time).oneshot(request).await.expect("a router never fails");
        let (parts, body) = answer.into_parts();
        let body = body.collect().await.expect("a body in memory").to_bytes();
        (parts.status, parts.headers, String::from_utf8_lossy(&body).into_owned())
    }

    fn form(path: &str, bytes: usize) -> Request {
        let builder = Request::post(path).header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        builder.body(Body::from("a".repeat(bytes))).expect("a request")
    }

    fn plain(path: &str) -> Request {
        Request::get(path).body(Body::empty()).expect("a request")
    }

    #[tokio::test]
    async fn every_answer_has_its_status_headers_and_reference() {
        for (request, status, code) in [
            (plain("/ok"), StatusCode::OK, "ok"),
            (plain("/nowhere"), StatusCode::NOT_FOUND, "not-found"),
            (form("/ok", 1), StatusCode::METHOD_NOT_ALLOWED, "method-not-allowed"),
            (plain("/panic"), StatusCode::INTERNAL_SERVER_ERROR, "internal"),
            (plain("/never"), StatusCode::SERVICE_UNAVAILABLE, "unavailable"),
            (plain(&format!("/ok?{}", "x".repeat(limit::URI))), StatusCode::URI_TOO_LONG, "too-large"),
            (form("/form", limit::BODY), StatusCode::OK, "read"),
            (form("/form", limit::BODY + 1), StatusCode::PAYLOAD_TOO_LARGE, "too-large"),
            (form("/large", limit::BODY + 1), StatusCode::OK, "read"),
        ] {
            let uri = request.uri().path().to_owned();
            let (given, headers, body) = ask(request).await;
            assert_eq!(given, status, "{uri}");
            assert!(body.contains(code) && !body.contains("secret"), "{uri}: {body}");
            assert_eq!(headers["x-content-type-options"], "nosniff", "{uri}");
            let reference = headers["x-request-id"].to_str().expect("text");
            assert!(reference.len() == 16 && (given == StatusCode::OK || body.contains(reference)), "{uri}: {body}");
        }
    }

    #[test]
    fn what_acts_on_much_has_more_time() {
        let page: ErrorPage = Arc::new(|_: &ErrorView<'_>| String::new());
        let gate = Gate::new("https://id.example", Trust::default(), page).long_at(&["/changes"]);
        assert_eq!(gate.time_for(&plain("/changes/1/approve")), limit::LONG_REQUEST_TIME);
        assert_eq!(gate.time_for(&plain("/sign-in?next=/changes")), limit::REQUEST_TIME);
    }

    #[tokio::test]
    async fn programs_get_problems_and_browsers_get_pages() {
        let (_, headers, body) = ask(plain("/nowhere")).await;
        let problem: serde_json::Value = serde_json::from_str(&body).expect("JSON");
        assert_eq!(headers["content-type"], "application/problem+json");
        assert_eq!(problem["type"], "https://id.example/problems/not-found");
        assert_eq!((&problem["status"], &problem["code"]), (&404.into(), &"not-found".into()));
        assert_eq!(problem["traceId"].as_str(), headers["x-request-id"].to_str().ok());

        let browser = Request::get("/nowhere").header("accept", "text/html").body(Body::empty()).expect("a request");
        let (_, headers, body) = ask(browser).await;
        assert_eq!(headers["content-type"], "text/html; charset=utf-8");
        assert!(body.starts_with("<p>not-found "), "{body}");

        let (_, headers, _) = ask(form("/ok", 1)).await;
        assert!(headers["allow"].to_str().is_ok_and(|allow| allow.contains("GET")));
    }

    #[tokio::test]
    async fn who_arrives_under_an_old_name_is_sent_on_and_what_is_under_way_is_served() {
        let page: ErrorPage = Arc::new(|_: &ErrorView<'_>| String::new());
        let routes = ["/", "/oauth2/authorize", "/oauth2/token", "/sign-in/{t}"];
        let doors = routes.iter().fold(Router::new(), |doors, path| doors.route(path, get(|| async { "ok" })));
        let origins = ["https://id.example".to_owned(), "https://id.old.example:8443".to_owned()];
        let gate = Gate::new("https://id.example", Trust::default(), page).also_at(&origins).before(doors);
        let sent_on = Some("https://id.example/oauth2/authorize?a=%20b&c");
        for (host, path, expected) in [
            ("id.old.example:8443", "/oauth2/authorize?a=%20b&c", sent_on),
            ("ID.old.example:8443", "/oauth2/authorize?a=%20b&c", sent_on),
            ("id.old.example:8443", "/", Some("https://id.example/")),
            ("id.old.example:8443", "/oauth2/token", None),
            ("id.old.example:8443", "/sign-in/tx_1", None),
            ("id.old.example", "/oauth2/authorize?a=%20b&c", None),
            ("id.example", "/oauth2/authorize?a=%20b&c", None),
            ("evil.test", "/oauth2/authorize?a=%20b&c", None),
        ] {
            let request = Request::get(path).header(HOST, host).body(Body::empty()).expect("a request");
            let answer = gate.clone().oneshot(request).await.expect("a router never fails");
            let location = answer.headers().get(LOCATION).and_then(|location| location.to_str().ok());
            assert_eq!(location, expected, "{host} {path}");
        }
    }

    #[tokio::test]
    async fn a_client_cannot_name_its_own_address() {
        let mut request = plain("/who");
        request.headers_mut().insert("x-forwarded-for", header::HeaderValue::from_static("127.0.0.1"));
        request.extensions_mut().insert(Connection { remote: ([192, 0, 2, 9], 50).into() });
        assert_eq!(ask(request).await.2, "192.0.2.9");
    }
}
