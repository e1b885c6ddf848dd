//! Signing in: to the provider and back.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use openidconnect::core::{
    CoreAuthPrompt, CoreGenderClaim, CoreJwsSigningAlgorithm, CoreResponseType, CoreUserInfoClaims,
};
use openidconnect::{
    AccessToken, AccessTokenHash, AuthenticationFlow, AuthorizationCode, ClaimsVerificationError, CsrfToken,
    EmptyAdditionalClaims, IdTokenVerifier, LanguageTag, Nonce, OAuth2TokenResponse, PkceCodeChallenge,
    PkceCodeVerifier, ProviderMetadataWithLogout, Scope, SignatureVerificationError, SubjectIdentifier, TokenResponse,
};

use super::page::{Frame, Trouble};
use super::provider::{PortalClient, PortalIdToken, Position, Unit, client};
use super::server::{Portal, Session};
use super::visit::{Keep, Visit};
use crate::{Clock, random};

/// One sign-in between `/login` and `/callback`.
#[derive(Clone)]
pub(super) struct Pending {
    /// The browser that began: its cookie must come back with the answer.
    browser: String,
    nonce: String,
    code_verifier: String,
}

/// `GET /login`; with `?change=1` the person chooses account and post anew.
pub(super) async fn login(State(portal): State<Arc<Portal>>, visit: Visit) -> Response {
    begin(&portal, &visit).await.unwrap_or_else(|trouble| trouble.page(Frame::new(&portal, visit.lang)))
}

/// `GET /callback`.
pub(super) async fn callback(State(portal): State<Arc<Portal>>, visit: Visit) -> Response {
    finish(&portal, &visit).await.unwrap_or_else(|trouble| trouble.page(Frame::new(&portal, visit.lang)))
}

async fn begin(portal: &Portal, visit: &Visit) -> Result<Response, Trouble> {
    let metadata = portal.provider.metadata().await.map_err(|_| Trouble::ProviderUnreachable)?;
    let (state, nonce) = (token()?, token()?);
    let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
    // Several tabs share one browser value; each has its own state.
    let browser = match visit.cookie(&portal.cookie("browser")) {
        Some(known) if known.len() == 43 => known.to_owned(),
        _ => token()?,
    };
    let oidc = client(&metadata, &portal.settings);
    let mut request = oidc
        .authorize_url(
            AuthenticationFlow::<CoreResponseType>::AuthorizationCode,
            move || CsrfToken::new(state),
            move || Nonce::new(nonce),
        )
        .add_scopes(["profile", "identity", "officials"].map(|scope| Scope::new(scope.to_owned())))
        .add_ui_locale(LanguageTag::new(visit.lang.tag().to_owned()))
        .set_pkce_challenge(challenge);
    if visit.parameter("change").is_some() {
        request = request.add_prompt(CoreAuthPrompt::SelectAccount);
    }
    let (url, state, nonce) = request.url();
    let cookie = portal.set_cookie(&portal.cookie("browser"), &browser, &Keep::Session);
    let pending = Pending { browser, nonce: nonce.secret().clone(), code_verifier: verifier.into_secret() };
    portal.pending.put(state.secret(), pending, portal.clock.now_ms());
    see_other(url.as_str(), [cookie])
}

async fn finish(portal: &Portal, visit: &Visit) -> Result<Response, Trouble> {
    let (pending, code) = answer(portal, visit)?;
    let metadata = portal.provider.metadata().await.map_err(|_| Trouble::ProviderUnreachable)?;
    let session = redeem(portal, &metadata, pending, code).await?;
    let now_ms = portal.clock.now_ms();
    if session.sid.as_ref().is_some_and(|sid| portal.ended.get(sid, now_ms).is_some()) {
        return Err(Trouble::SessionEnded);
    }
    // A new key each time: a planted cookie must not become a session (fixation).
    if let Some((old, _)) = portal.session(visit) {
        portal.sessions.take(old, now_ms);
    }
    let key = token()?;
    portal.sessions.put(&key, session, now_ms);
    see_other("/", [portal.set_cookie(&portal.settings.cookie_name, &key, &Keep::Session)])
}

/// Checks what came back before anything is done with it: state, browser, issuer (RFC 9207 §2.4), then error or code.
fn answer(portal: &Portal, visit: &Visit) -> Result<(Pending, AuthorizationCode), Trouble> {
    let state = visit.parameter("state").ok_or(Trouble::SignInExpired)?;
    let pending = portal.pending.take(state, portal.clock.now_ms()).ok_or(Trouble::SignInExpired)?;
    let same_browser =
        visit.cookie(&portal.cookie("browser")).is_some_and(|browser| random::same(browser, &pending.browser));
    if !same_browser {
        return Err(Trouble::OtherBrowser);
    }
    if visit.parameter("iss") != Some(portal.settings.issuer.as_str()) {
        return Err(Trouble::BadAnswer("iss"));
    }
    if let Some(error) = visit.parameter("error") {
        return Err(Trouble::Refused(error.to_owned()));
    }
    let code = visit.parameter("code").ok_or(Trouble::BadAnswer("code"))?;
    Ok((pending, AuthorizationCode::new(code.to_owned())))
}

/// Code to tokens to a person.
async fn redeem(
    portal: &Portal,
    metadata: &ProviderMetadataWithLogout,
    pending: Pending,
    code: AuthorizationCode,
) -> Result<Session, Trouble> {
    let oidc = client(metadata, &portal.settings);
    let nonce = Nonce::new(pending.nonce);
    let tokens = oidc
        .exchange_code(code)
        .map_err(|_| Trouble::BadAnswer("token_endpoint"))?
        .set_pkce_verifier(PkceCodeVerifier::new(pending.code_verifier))
        .request_async(&portal.provider.http)
        .await
        .map_err(|error| {
            tracing::warn!(%error, "sample portal got no tokens");
            Trouble::BadAnswer("token")
        })?;
    let id_token = tokens.id_token().ok_or(Trouble::BadAnswer("id_token"))?;
    let who = match judge((&oidc, &portal.clock), id_token, tokens.access_token(), &nonce) {
        Err(Judged::UnknownKey) => {
            // The provider rotated its keys since we read them.
            let metadata = portal.provider.metadata_again().await.map_err(|_| Trouble::ProviderUnreachable)?;
            judge((&client(&metadata, &portal.settings), &portal.clock), id_token, tokens.access_token(), &nonce)
        }
        judged => judged,
    }
    .map_err(|_| Trouble::BadAnswer("id_token"))?;
    let name = name(portal, &oidc, tokens.access_token().clone(), &who.sub).await?;
    let (sub, id_token) = (who.sub.to_string(), id_token.to_string());
    Ok(Session { name, sub, sid: who.sid, post: who.post, id_token, csrf: token()? })
}

/// Whom a verified ID token names.
struct Who {
    sub: SubjectIdentifier,
    sid: Option<String>,
    post: Option<(Position, Unit)>,
}

enum Judged {
    UnknownKey,
    Refused,
}

/// OpenID Connect Core §3.1.3.7, and `at_hash` of §3.1.3.8.
fn judge(
    (oidc, clock): (&PortalClient, &Clock),
    id_token: &PortalIdToken,
    access: &AccessToken,
    nonce: &Nonce,
) -> Result<Who, Judged> {
    let verifier: IdTokenVerifier<'_, _> = oidc
        .id_token_verifier()
        .set_allowed_algs([CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256])
        .set_time_fn(|| chrono::DateTime::from_timestamp_millis(clock.now_ms()).unwrap_or_default());
    let claims = id_token.claims(&verifier, nonce).map_err(|error| {
        tracing::warn!(%error, "sample portal refused an ID token");
        match error {
            ClaimsVerificationError::SignatureVerification(SignatureVerificationError::NoMatchingKey) => {
                Judged::UnknownKey
            }
            _ => Judged::Refused,
        }
    })?;
    if let Some(expected) = claims.access_token_hash() {
        let algorithm = id_token.signing_alg().map_err(|_| Judged::Refused)?;
        let key = id_token.signing_key(&verifier).map_err(|_| Judged::Refused)?;
        let actual = AccessTokenHash::from_token(access, algorithm, key).map_err(|_| Judged::Refused)?;
        if actual != *expected {
            return Err(Judged::Refused);
        }
    }
    let more = claims.additional_claims().clone();
    Ok(Who { sub: claims.subject().clone(), sid: more.sid, post: more.position.zip(more.unit) })
}

/// What userinfo says of the same subject (OpenID Connect Core §5.3.2: `sub` must be equal).
async fn name(
    portal: &Portal,
    oidc: &PortalClient,
    access: AccessToken,
    sub: &SubjectIdentifier,
) -> Result<String, Trouble> {
    let request = oidc.user_info(access, Some(sub.clone())).map_err(|_| Trouble::BadAnswer("userinfo_endpoint"))?;
    let claims: CoreUserInfoClaims = request
        .request_async::<EmptyAdditionalClaims, _, CoreGenderClaim>(&portal.provider.http)
        .await
        .map_err(|error| {
            tracing::warn!(%error, "sample portal got no userinfo");
            Trouble::BadAnswer("userinfo")
        })?;
    let name = claims.name().and_then(|name| name.get(None)).map(|name| name.to_string());
    Ok(name.unwrap_or_else(|| sub.to_string()))
}

fn token() -> Result<String, Trouble> {
    random::token().map_err(|_| Trouble::Fault)
}

/// 303, so that nothing is sent twice and no code stays in the address bar.
pub(super) fn see_other<const N: usize>(to: &str, cookies: [HeaderValue; N]) -> Result<Response, Trouble> {
    let location = HeaderValue::from_str(to).map_err(|_| Trouble::Fault)?;
    let headers = [(header::LOCATION, location), (header::CACHE_CONTROL, HeaderValue::from_static("no-store"))];
    let mut response = (StatusCode::SEE_OTHER, headers).into_response();
    for cookie in cookies {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    Ok(response)
}
