//! A portal against a small stand-in provider, over real HTTP on free loopback ports.
//!
//! The stand-in knows just enough to be wrong in every way that a portal must notice.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use openidconnect::JsonWebKeyId;
use openidconnect::core::{CoreJsonWebKey, CoreJsonWebKeySet};
use openssl::hash::MessageDigest;
use openssl::pkey::{PKey, Private};
use openssl::rsa::Rsa;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use super::{PortalConfig, serve};
use crate::Clock;

/// An RSA key that signs tokens.
pub(super) struct Signer {
    key: PKey<Private>,
    kid: String,
}

impl Signer {
    pub(super) fn new(kid: &str) -> Self {
        let rsa = Rsa::generate(2048).expect("a key");
        Self { key: PKey::from_rsa(rsa).expect("a key"), kid: kid.to_owned() }
    }

    pub(super) fn keys(&self) -> CoreJsonWebKeySet {
        let rsa = self.key.rsa().expect("an RSA key");
        let kid = Some(JsonWebKeyId::new(self.kid.clone()));
        CoreJsonWebKeySet::new(vec![CoreJsonWebKey::new_rsa(rsa.n().to_vec(), rsa.e().to_vec(), kid)])
    }

    pub(super) fn sign(&self, header: &Value, claims: &Value) -> String {
        let [header, claims] = [header, claims].map(|part| URL_SAFE_NO_PAD.encode(part.to_string()));
        let message = format!("{header}.{claims}");
        let mut signer = openssl::sign::Signer::new(MessageDigest::sha256(), &self.key).expect("a signer");
        let signature = signer.sign_oneshot_to_vec(message.as_bytes()).expect("a signature");
        format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature))
    }
}

/// The stand-in provider: what the next ID token says, and what it saw.
struct Stand {
    issuer: String,
    signer: Mutex<Signer>,
    id_token: Mutex<Value>,
    challenge: Mutex<String>,
    clock: Clock,
}

impl Stand {
    fn sign(&self, kind: &str, claims: &Value) -> String {
        let signer = self.signer.lock().expect("no panic inside");
        signer.sign(&json!({ "alg": "RS256", "typ": kind, "kid": signer.kid }), claims)
    }
}

async fn discovery(State(stand): State<Arc<Stand>>) -> Json<Value> {
    let issuer = &stand.issuer;
    Json(json!({
        "issuer": issuer, "authorization_endpoint": format!("{issuer}/authorize"), "token_endpoint": format!("{issuer}/token"),
        "userinfo_endpoint": format!("{issuer}/userinfo"), "jwks_uri": format!("{issuer}/jwks"),
        "end_session_endpoint": format!("{issuer}/logout"), "response_types_supported": ["code"],
        "subject_types_supported": ["public"], "id_token_signing_alg_values_supported": ["RS256", "ES256"]
    }))
}

async fn token(State(stand): State<Arc<Stand>>, headers: HeaderMap, body: String) -> Response {
    let form: HashMap<String, String> = url::form_urlencoded::parse(body.as_bytes()).into_owned().collect();
    let verifier = form.get("code_verifier").map_or("", String::as_str);
    let challenge = URL_SAFE_NO_PAD.encode(openssl::sha::sha256(verifier.as_bytes()));
    let basic = base64::engine::general_purpose::STANDARD.encode("portal-1:cs_sample");
    let authorized = headers.get("authorization").is_some_and(|value| value == &format!("Basic {basic}"));
    if !authorized || challenge != *stand.challenge.lock().expect("no panic inside") {
        return (StatusCode::BAD_REQUEST, Json(json!({ "error": "invalid_grant" }))).into_response();
    }
    let id_token = stand.sign("JWT", &stand.id_token.lock().expect("no panic inside"));
    Json(json!({ "access_token": "at_1", "token_type": "Bearer", "expires_in": 300, "id_token": id_token }))
        .into_response()
}

/// The portal, its provider and one browser.
struct House {
    stand: Arc<Stand>,
    portal: String,
    http: reqwest::Client,
    cookies: HashMap<String, String>,
}

impl House {
    #[expect(clippy::disallowed_methods, reason = "the server's client is no part of this crate")]
    async fn open() -> Self {
        let [provider, listener] = [bind().await, bind().await];
        let [issuer, portal] =
            [&provider, &listener].map(|l| format!("http://{}", l.local_addr().expect("an address")));
        let clock = Clock::default();
        let stand = Arc::new(Stand {
            issuer: issuer.clone(),
            signer: Mutex::new(Signer::new("k1")),
            id_token: Mutex::default(),
            challenge: Mutex::default(),
            clock: clock.clone(),
        });
        let jwks =
            |State(stand): State<Arc<Stand>>| async move { Json(stand.signer.lock().expect("no panic inside").keys()) };
        let router = Router::new()
            .route("/.well-known/openid-configuration", get(discovery))
            .route("/jwks", get(jwks))
            .route("/token", post(token))
            .route("/userinfo", get(|| async { Json(json!({ "sub": "sub-1", "name": "Nguyễn Văn <An>" })) }))
            .with_state(stand.clone());
        drop(tokio::spawn(async move { axum::serve(provider, router).await }));
        let config = PortalConfig {
            name_vi: "Cổng dịch vụ công".into(),
            name_en: "Public service portal".into(),
            issuer,
            client_id: "portal-1".into(),
            client_secret: "cs_sample".into(),
            base_url: portal.clone(),
            cookie_name: "portal1".into(),
        };
        drop(tokio::spawn(serve(listener, config, clock, std::future::pending())));
        let http = reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none());
        Self { stand, portal, http: http.build().expect("a client"), cookies: HashMap::new() }
    }

    /// Status, Location and body; cookies are kept as a browser keeps them.
    async fn send(&mut self, request: reqwest::RequestBuilder) -> (u16, String, String) {
        let jar = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ");
        let response = request.header("Cookie", jar).send().await.expect("an answer");
        for line in response.headers().get_all("set-cookie") {
            let line = line.to_str().expect("ASCII");
            assert!(line.contains("; HttpOnly; SameSite=Lax"), "{line}");
            let (name, rest) = line.split_once('=').expect("a pair");
            let value = rest.split(';').next().unwrap_or_default();
            if line.contains("Max-Age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        let location = response.headers().get("location").map_or("", |value| value.to_str().expect("ASCII")).to_owned();
        (response.status().as_u16(), location, response.text().await.expect("text"))
    }

    async fn get(&mut self, path: &str) -> (u16, String, String) {
        self.send(self.http.get(format!("{}{path}", self.portal))).await
    }

    async fn post(&mut self, path: &str, form: &[(&str, &str)]) -> (u16, String, String) {
        self.send(self.http.post(format!("{}{path}", self.portal)).form(form)).await
    }

    /// Goes to the provider; the answer's parameters are the way back. The ID token to come is a good one.
    async fn begin(&mut self) -> HashMap<String, String> {
        let (status, location, _) = self.get("/login").await;
        assert_eq!(status, 303);
        let url = url::Url::parse(&location).expect("an address");
        let asked: HashMap<String, String> = url.query_pairs().into_owned().collect();
        assert!(location.starts_with(&format!("{}/authorize?", self.stand.issuer)));
        assert_eq!(
            ["response_type", "client_id", "code_challenge_method", "scope", "ui_locales"]
                .map(|name| asked[name].as_str()),
            ["code", "portal-1", "S256", "openid profile identity officials", "vi"]
        );
        assert_eq!(asked["redirect_uri"], format!("{}/callback", self.portal));
        asked["code_challenge"].clone_into(&mut self.stand.challenge.lock().expect("no panic inside"));
        let now = self.stand.clock.now_seconds();
        let at_hash = URL_SAFE_NO_PAD.encode(&openssl::sha::sha256(b"at_1")[..16]);
        *self.stand.id_token.lock().expect("no panic inside") = json!({
            "iss": self.stand.issuer, "aud": "portal-1", "sub": "sub-1", "sid": "sid-1", "iat": now, "exp": now + 300,
            "auth_time": now, "nonce": asked["nonce"], "at_hash": at_hash
        });
        [("code", "ac_1"), ("state", &asked["state"]), ("iss", &self.stand.issuer)]
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .into()
    }

    async fn come_back(&mut self, answer: &HashMap<String, String>) -> (u16, String, String) {
        let query: String = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(answer).finish();
        self.get(&format!("/callback?{query}")).await
    }

    async fn sign_in(&mut self) {
        let answer = self.begin().await;
        let (status, location, body) = self.come_back(&answer).await;
        assert_eq!((status, location.as_str()), (303, "/"), "{body}");
    }

    fn say(&self, name: &str, value: Value) {
        self.stand.id_token.lock().expect("no panic inside")[name] = value;
    }

    fn logout_token(&self, jti: &str, sid: &str) -> String {
        let now = self.stand.clock.now_seconds();
        let claims = json!({
            "iss": self.stand.issuer, "aud": "portal-1", "iat": now, "exp": now + 120, "jti": jti, "sub": "sub-1", "sid": sid,
            "events": { "http://schemas.openid.net/event/backchannel-logout": {} }
        });
        self.stand.sign("logout+jwt", &claims)
    }

    async fn is_signed_in(&mut self) -> bool {
        let (status, _, body) = self.get("/").await;
        assert_eq!(status, 200);
        body.contains("id=\"signed-in-as\"")
    }
}

async fn bind() -> TcpListener {
    TcpListener::bind("127.0.0.1:0").await.expect("a free port")
}

fn csrf(page: &str) -> &str {
    let rest = page.split("name=\"csrf\" value=\"").nth(1).expect("a form");
    rest.split('"').next().expect("a value")
}

#[tokio::test]
async fn somebody_signs_in_and_out() {
    let mut house = House::open().await;
    let (_, _, page) = house.get("/").await;
    assert!(
        page.contains("id=\"sign-in\"") && page.contains("id=\"signed-out\"") && page.contains("<html lang=\"vi\">"),
        "{page}"
    );
    house.sign_in().await;
    let (_, _, page) = house.get("/").await;
    assert!(page.contains("<dd id=\"sub\">sub-1</dd>") && page.contains("Nguyễn Văn &#60;An&#62;"), "{page}");

    let (status, ..) = house.post("/logout", &[("csrf", "guess")]).await;
    assert!(status == 403 && house.is_signed_in().await, "another site's form does nothing");
    let (status, location, page) = house.post("/logout", &[("csrf", csrf(&page))]).await;
    assert!(status == 200 && location.is_empty(), "a form's answer never leaves by redirect");
    let onward =
        page.split("url=").nth(1).and_then(|rest| rest.split('"').next()).expect("a refresh").replace("&#38;", "&");
    assert!(page.contains("id=\"continue-link\"") && page.contains("id=\"signed-out\""), "{page}");
    let url = url::Url::parse(&onward).expect("an address");
    let sent: HashMap<String, String> = url.query_pairs().into_owned().collect();
    assert!(
        onward.starts_with(&format!("{}/logout?", house.stand.issuer)) && sent["id_token_hint"].split('.').count() == 3
    );
    assert_eq!([&sent["client_id"], &sent["post_logout_redirect_uri"]], ["portal-1", &format!("{}/", house.portal)]);
    assert!(!house.is_signed_in().await);
    let (_, _, page) = house.get(&format!("/?state={}&lang=en", sent["state"])).await;
    assert!(page.contains("You have signed out.") && page.contains("Public service portal"), "{page}");
}

#[tokio::test]
async fn an_answer_that_is_not_ours_signs_nobody_in() {
    let mut house = House::open().await;
    let answer = house.begin().await;
    let with = |name: &str, value: &str| {
        let mut changed = answer.clone();
        changed.insert(name.to_owned(), value.to_owned());
        changed
    };
    let (status, _, page) = house.come_back(&with("state", "other")).await;
    assert!(status == 400 && page.contains(">sign-in-expired<") && page.contains("id=\"next-step\""), "{page}");
    let (status, _, page) = house.come_back(&with("iss", "http://evil.example")).await;
    assert!(status == 502 && page.contains(">bad-answer<"), "a mix-up: {page}");
    let (status, ..) = house.come_back(&answer).await;
    assert_eq!(status, 400, "a state works once");

    let answer = house.begin().await;
    let browser = house.cookies.remove("portal1_browser").expect("a cookie");
    let (status, _, page) = house.come_back(&answer).await;
    assert!(status == 400 && page.contains(">other-browser<"), "login CSRF: {page}");
    house.cookies.insert("portal1_browser".into(), browser);

    let mut refused = house.begin().await;
    refused.remove("code");
    refused.insert("error".into(), "access_denied".into());
    let (status, _, page) = house.come_back(&refused).await;
    assert!(status == 400 && page.contains(">access_denied<") && page.contains("href=\"/login\""), "{page}");
    let mut odd = house.begin().await;
    odd.insert("error".into(), "<script>".into());
    let (_, _, page) = house.come_back(&odd).await;
    assert!(page.contains(">refused<") && !page.contains("<script>"), "{page}");
    assert!(!house.is_signed_in().await);
}

#[tokio::test]
async fn a_token_that_is_not_for_this_sign_in_is_refused() {
    let mut house = House::open().await;
    for (name, value) in [
        ("iss", json!("http://evil.example")),
        ("aud", json!("portal-2")),
        ("aud", json!(["portal-1", "portal-2"])),
        ("nonce", json!("other")),
        ("nonce", json!(null)),
        ("exp", json!(1)),
        ("at_hash", json!("AAAAAAAAAAAAAAAAAAAAAA")),
        ("sub", json!("sub-2")),
    ] {
        let answer = house.begin().await;
        house.say(name, value.clone());
        let (status, _, page) = house.come_back(&answer).await;
        assert!(status == 502 && page.contains(">bad-answer<"), "{name} {value}: {page}");
    }
    let answer = house.begin().await;
    *house.stand.signer.lock().expect("no panic inside") = Signer::new("k1");
    assert_eq!(house.come_back(&answer).await.0, 502, "another key under the known name");
    let answer = house.begin().await;
    "other".clone_into(&mut house.stand.challenge.lock().expect("no panic inside"));
    assert_eq!(house.come_back(&answer).await.0, 502, "PKCE");
    assert!(!house.is_signed_in().await);
}

#[tokio::test]
async fn keys_that_changed_are_read_again() {
    let mut house = House::open().await;
    house.sign_in().await;
    *house.stand.signer.lock().expect("no panic inside") = Signer::new("k2");
    house.stand.clock.advance(std::time::Duration::from_secs(6));
    house.sign_in().await;
    *house.stand.signer.lock().expect("no panic inside") = Signer::new("k3");
    house.stand.clock.advance(std::time::Duration::from_secs(6));
    let token = house.logout_token("j", "sid-1");
    assert_eq!(house.post("/backchannel-logout", &[("logout_token", &token)]).await.0, 200);
}

#[tokio::test]
async fn the_provider_ends_a_session_once_and_only_that_one() {
    let mut house = House::open().await;
    house.sign_in().await;
    let other = house.logout_token("j1", "sid-2");
    assert_eq!(house.post("/backchannel-logout", &[("logout_token", &other)]).await.0, 200);
    assert!(house.is_signed_in().await, "another session of the same person");
    assert_eq!(house.post("/backchannel-logout", &[("logout_token", &other)]).await.0, 400, "a jti works once");
    let id_token = house.stand.sign("JWT", &house.stand.id_token.lock().expect("no panic inside"));
    assert_eq!(house.post("/backchannel-logout", &[("logout_token", &id_token)]).await.0, 400);
    assert_eq!(house.post("/backchannel-logout", &[]).await.0, 400);
    assert!(house.is_signed_in().await);

    let token = house.logout_token("j2", "sid-1");
    let request = house.http.post(format!("{}/backchannel-logout", house.portal)).form(&[("logout_token", token)]);
    let response = request.send().await.expect("an answer");
    assert_eq!(
        (response.status().as_u16(), &response.headers()["cache-control"]),
        (200, &"no-store".parse().expect("a value"))
    );
    assert!(!house.is_signed_in().await);

    let answer = house.begin().await;
    let (status, _, page) = house.come_back(&answer).await;
    assert!(status == 400 && page.contains(">session-ended<"), "a sign-in under way does not bring it back: {page}");
}

#[tokio::test]
async fn every_page_is_guarded_and_none_is_a_dead_end() {
    let mut house = House::open().await;
    for path in ["/", "/nowhere", "/callback", "/portal.css"] {
        let response = house.http.get(format!("{}{path}", house.portal)).send().await.expect("an answer");
        let policy = response.headers()["content-security-policy"].to_str().expect("ASCII");
        assert!(policy.starts_with("default-src 'none'") && policy.contains("frame-ancestors 'none'"), "{path}");
        assert_eq!(response.headers()["x-content-type-options"], "nosniff", "{path}");
    }
    let (status, _, page) = house.get("/nowhere").await;
    assert!(status == 404 && page.contains("id=\"next-step\""), "{page}");
    assert_eq!(house.post("/backchannel-logout", &[("logout_token", &"a".repeat(40_000))]).await.0, 413);
    let (status, _, page) = house.get("/callback?state=a&state=b").await;
    assert!(status == 400 && page.contains("id=\"error-code\""), "{page}");
}
