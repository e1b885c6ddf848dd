//! The portal's listener, its routes and what it remembers.

use std::future::Future;
use std::io::Error;
use std::sync::Arc;

use axum::Router;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderName, HeaderValue, header};
use axum::middleware::map_response;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use tokio::net::TcpListener;

use super::config::{PortalConfig, Settings};
use super::http::Http;
use super::logout_token::LONGEST_LIFE_SECONDS;
use super::page::{self, Frame, Trouble};
use super::provider::{Position, Provider, Unit};
use super::shelf::Shelf;
use super::sign_in::Pending;
use super::visit::{Keep, Visit};
use super::{backchannel, sign_in, sign_out};
use crate::Clock;

/// Forms and logout tokens are a few KiB.
const BODY_LIMIT: usize = 32 * 1024;

/// Somebody who is signed in at this portal.
#[derive(Clone)]
pub(super) struct Session {
    /// The person's identifier at this portal.
    pub(super) sub: String,
    /// The provider's session, for back-channel logout.
    pub(super) sid: Option<String>,
    /// As userinfo says it.
    pub(super) name: String,
    /// In which post they act, and where; `None`: as themself.
    pub(super) post: Option<(Position, Unit)>,
    /// Kept for `id_token_hint`.
    pub(super) id_token: String,
    /// What our own forms carry.
    pub(super) csrf: String,
}

/// One portal.
pub(super) struct Portal {
    pub(super) settings: Settings,
    pub(super) provider: Provider,
    pub(super) clock: Clock,
    /// Sign-ins under way, by `state`.
    pub(super) pending: Shelf<Pending>,
    /// By the session cookie's value.
    pub(super) sessions: Shelf<Session>,
    /// Sign-outs under way, by `state`.
    pub(super) leaving: Shelf<()>,
    /// `jti` of logout tokens that were obeyed.
    pub(super) spent: Shelf<()>,
    /// `sid` of sessions that the provider ended: a sign-in that was under way must not bring one back.
    pub(super) ended: Shelf<()>,
}

/// Serves one portal on `listener` until `shutdown` is ready, then lets running requests end.
///
/// The provider need not answer yet: it is asked at the first sign-in. A test moves `clock` together with the provider's.
///
/// # Errors
/// `InvalidInput` names the field of `config` that is wrong; others are those of the listener.
pub async fn serve(
    listener: TcpListener,
    config: PortalConfig,
    clock: Clock,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    let portal = Arc::new(Portal::new(Settings::parse(config)?, clock)?);
    axum::serve(listener, router(portal)).with_graceful_shutdown(shutdown).await
}

fn router(portal: Arc<Portal>) -> Router {
    Router::new()
        .route("/", get(home))
        .route("/login", get(sign_in::login))
        .route("/callback", get(sign_in::callback))
        .route("/logout", post(sign_out::logout))
        .route("/backchannel-logout", post(backchannel::logout))
        .route("/portal.css", get(async || asset("text/css; charset=utf-8", include_str!("../../data/portal.css"))))
        .route("/portal.svg", get(async || asset("image/svg+xml", include_str!("../../data/portal.svg"))))
        .fallback(not_found)
        .layer(DefaultBodyLimit::max(BODY_LIMIT))
        .layer(map_response(guard))
        .with_state(portal)
}

impl Portal {
    fn new(settings: Settings, clock: Clock) -> Result<Self, Error> {
        let http = Http::new().map_err(Error::other)?;
        Ok(Self {
            provider: Provider::new(http, settings.issuer.clone(), clock.clone()),
            settings,
            clock,
            pending: Shelf::new(1_000, 600),
            sessions: Shelf::new(10_000, 8 * 3600),
            leaving: Shelf::new(1_000, 600),
            spent: Shelf::new(10_000, 2 * LONGEST_LIFE_SECONDS),
            ended: Shelf::new(10_000, 2 * LONGEST_LIFE_SECONDS),
        })
    }

    /// The visitor's session and its key.
    pub(super) fn session<'v>(&self, visit: &'v Visit) -> Option<(&'v str, Session)> {
        let key = visit.cookie(&self.settings.cookie_name)?;
        Some((key, self.sessions.get(key, self.clock.now_ms())?))
    }
}

async fn home(State(portal): State<Arc<Portal>>, visit: Visit) -> Response {
    let frame = Frame::new(&portal, visit.lang);
    let mut response = if let Some((_, session)) = portal.session(&visit) {
        page::signed_in(frame, &session)
    } else {
        let state = visit.parameter("state");
        let done = state.is_some_and(|state| portal.leaving.take(state, portal.clock.now_ms()).is_some());
        page::signed_out(frame, done)
    };
    if visit.lang_chosen {
        let cookie = portal.set_cookie(&portal.cookie("lang"), visit.lang.tag(), &Keep::Session);
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}

async fn not_found(State(portal): State<Arc<Portal>>, visit: Visit) -> Response {
    Trouble::NotFound.page(Frame::new(&portal, visit.lang))
}

fn asset(kind: &'static str, body: &'static str) -> impl IntoResponse {
    ([(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, "public, max-age=3600")], body)
}

/// No scripts, nothing from elsewhere, in nobody's frame.
const HEADERS: [(HeaderName, &str); 5] = [
    (
        header::CONTENT_SECURITY_POLICY,
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    ),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "no-referrer"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
];

async fn guard(mut response: Response) -> Response {
    for (name, value) in HEADERS {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}
