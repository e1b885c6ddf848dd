//! Reading an authorization request. What comes out has no invalid value; what is wrong is told where it may be told: on a page of
//! ours until party and redirect URI are certain, to the party after.

use std::sync::Arc;

use axum::http::StatusCode;
use idp_core::{
    relying::{Consent, GrantType, Kind, Party, Register, Rule, Scope},
    signin::{Asked, Prompt},
    types::{Id, Locale, Timestamp, id},
};
use serde::{Deserialize, Serialize};

use crate::{
    oidc::{
        claims::Requested,
        error::{Code, OauthError},
        pkce::Challenge,
    },
    web::{self, Params, Problem},
};

/// How the answer travels (OAuth 2.0 Multiple Response Types section 2.1, Form Post Response Mode).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(in crate::oidc) enum ResponseMode {
    Query,
    FormPost,
}

/// Where an answer goes. Made only from a registered redirect URI of the party.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::oidc) struct Return {
    pub(in crate::oidc) redirect_uri: String,
    pub(in crate::oidc) mode: ResponseMode,
    pub(in crate::oidc) state: Option<String>,
}

/// A request that was read and found well. Kept in the transaction while the person signs in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::oidc) struct Request {
    pub(in crate::oidc) client_id: String,
    pub(in crate::oidc) redirect_uri: String,
    pub(in crate::oidc) mode: ResponseMode,
    pub(in crate::oidc) state: Option<String>,
    pub(in crate::oidc) nonce: Option<String>,
    pub(in crate::oidc) challenge: Option<Challenge>,
    pub(in crate::oidc) scopes: Vec<Scope>,
    pub(in crate::oidc) resources: Vec<String>,
    pub(in crate::oidc) requested: Requested,
    pub(in crate::oidc) locale: Option<Locale>,
}

impl Request {
    /// Where its answer goes.
    pub(in crate::oidc) fn to(&self) -> Return {
        Return { redirect_uri: self.redirect_uri.clone(), mode: self.mode, state: self.state.clone() }
    }
}

/// What a request asks of the hall, and whether pages may be shown.
pub(in crate::oidc) struct Parsed {
    pub(in crate::oidc) party: Arc<Party>,
    pub(in crate::oidc) request: Request,
    pub(in crate::oidc) asked: Asked,
    /// `prompt=none`: no page may be shown.
    pub(in crate::oidc) silent: bool,
    /// `id_token_hint`, not yet checked.
    pub(in crate::oidc) id_token_hint: Option<String>,
}

/// Why a request goes no further.
pub(in crate::oidc) enum Unread {
    /// Told on a page of ours, never by a redirect.
    Page(Problem),
    /// Told to the party.
    Party(Box<Return>, OauthError),
}

/// Longest values, in bytes. Longer ones are refused, never cut: a cut `state` would not come back as it was sent.
const LONGEST: [(&str, usize); 9] = [
    ("state", 2_048),
    ("nonce", 2_048),
    ("scope", 4_096),
    ("login_hint", 256),
    ("acr_values", 1_024),
    ("ui_locales", 256),
    ("id_token_hint", 8_192),
    ("resource", 256),
    ("redirect_uri", 2_048),
];

fn page(word: &'static str, because: &'static str) -> Unread {
    Unread::Page(Problem::new(web::Code::new(word, StatusCode::BAD_REQUEST)).because(because))
}

/// Reads a request against the register.
pub(in crate::oidc) fn parse(params: &Params, register: &Register, now: Timestamp) -> Result<Parsed, Unread> {
    let (party, to) = party_and_return(params, register)?;
    let refused =
        |code: Code, because: &'static str| Unread::Party(Box::new(to.clone()), OauthError::new(code, because));
    check_shape(params).map_err(|(code, because)| refused(code, because))?;
    if !party.may_use(GrantType::AuthorizationCode) {
        return Err(refused(Code::UnauthorizedClient, "the party did not register authorization_code"));
    }
    let rest = read(params, &party, &to, now).map_err(|(code, because)| refused(code, because))?;
    Ok(Parsed { party, ..rest })
}

/// Party, redirect URI, response mode and state, in this order: until they are certain nothing is sent anywhere. A doubled parameter among
/// them is as good as a wrong one.
fn party_and_return(params: &Params, register: &Register) -> Result<(Arc<Party>, Return), Unread> {
    let unknown = || page("party-unknown", "client_id names no party that is served");
    let client_id = params.one("client_id").map_err(|_| unknown())?.ok_or_else(unknown)?;
    let party = register.by_client_id(client_id).ok_or_else(unknown)?;
    let unregistered = || page("redirect-uri-unregistered", "redirect_uri is missing or not registered");
    let asked = params.one("redirect_uri").map_err(|_| unregistered())?.ok_or_else(unregistered)?;
    party.redirect_uri(asked).ok_or_else(unregistered)?;
    let state = params.one("state").map_err(|_| page("request-invalid", "state came twice"))?;
    if state.is_some_and(|state| state.len() > 2_048) {
        return Err(page("request-invalid", "state is longer than 2048 bytes"));
    }
    let mut to = Return { redirect_uri: asked.to_owned(), mode: ResponseMode::Query, state: state.map(str::to_owned) };
    match params.one("response_mode") {
        Ok(None | Some("query")) => {}
        Ok(Some("form_post")) if asked.starts_with("http") => to.mode = ResponseMode::FormPost,
        _ => {
            let error = OauthError::new(Code::InvalidRequest, "response_mode is not one of: query, form_post");
            return Err(Unread::Party(Box::new(to), error));
        }
    }
    Ok((party, to))
}

type Wrong = (Code, &'static str);

/// What is wrong without looking at any value's meaning.
fn check_shape(params: &Params) -> Result<(), Wrong> {
    if params.duplicated(&["resource"]).is_some() {
        return Err((Code::InvalidRequest, "a parameter came twice"));
    }
    for (name, longest) in LONGEST {
        if params.all(name).any(|value| value.len() > longest) {
            return Err((Code::InvalidRequest, "a parameter is too long"));
        }
    }
    let not_offered = [
        ("request", Code::RequestNotSupported, "request objects are not offered"),
        ("request_uri", Code::RequestUriNotSupported, "request_uri is not offered"),
        ("registration", Code::RegistrationNotSupported, "registration in a request is not offered"),
    ];
    for (name, code, because) in not_offered {
        if params.get(name).is_some() {
            return Err((code, because));
        }
    }
    match params.get("response_type") {
        None => Err((Code::InvalidRequest, "response_type is missing")),
        Some("code") => Ok(()),
        Some(_) => Err((Code::UnsupportedResponseType, "only the response type code is offered")),
    }
}

fn read(params: &Params, party: &Arc<Party>, to: &Return, now: Timestamp) -> Result<Parsed, Wrong> {
    let text = |name: &str| params.get(name).map(str::to_owned);
    let nonce = text("nonce");
    let challenge = challenge(params, party, nonce.is_some(), now)?;
    let scopes = scopes(params, party)?;
    let resources = resources(params, party)?;
    let invalid = |because| (Code::InvalidRequest, because);
    let requested = params.get("claims").map_or(Ok(Requested::default()), Requested::parse).map_err(invalid)?;
    let (prompt, silent) = prompt(params.get("prompt"))?;
    let max_age = params.get("max_age").map(str::parse::<u32>).transpose();
    let locale = params.get("ui_locales").and_then(Locale::from_tags);
    let max_age = max_age.map_err(|_| invalid("max_age is not a number of seconds"))?;
    let asked = Asked {
        prompt,
        max_age: max_age.into_iter().chain(party.definition.required_max_age).min().map(i64::from),
        essential_acr: requested.essential_acr.clone(),
        wanted_acr: wanted(params, &requested, silent),
        least: party.definition.least(),
        login_hint: text("login_hint"),
        expected_person: None,
        locale,
        scopes: scopes.clone(),
        ask_consent: party.definition.consent == Consent::Explicit,
        purposes: party.definition.purposes_for(&scopes),
        acts_for: scopes.contains(&Scope::Officials).then(|| party.client_id.clone()),
    };
    let request = Request {
        client_id: party.client_id.clone(),
        redirect_uri: to.redirect_uri.clone(),
        mode: to.mode,
        state: to.state.clone(),
        nonce,
        challenge,
        scopes,
        resources,
        requested,
        locale,
    };
    Ok(Parsed { party: Arc::clone(party), request, asked, silent, id_token_hint: text("id_token_hint") })
}

/// Levels that would be welcome, from either parameter. Where no page may be shown there is nothing to offer, and the answer is honest.
fn wanted(params: &Params, requested: &Requested, silent: bool) -> Vec<String> {
    if silent {
        return Vec::new();
    }
    let listed = params.get("acr_values").unwrap_or_default().split(' ').filter(|acr| !acr.is_empty());
    listed.map(str::to_owned).chain(requested.wanted_acr.iter().cloned()).take(16).collect()
}

/// PKCE is required. A confidential party with a dated exception may do without it where `nonce` stops injected codes instead.
fn challenge(params: &Params, party: &Party, has_nonce: bool, now: Timestamp) -> Result<Option<Challenge>, Wrong> {
    let method = params.get("code_challenge_method");
    let Some(text) = params.get("code_challenge") else {
        let excepted = party.definition.kind == Kind::Confidential && party.definition.is_excepted(Rule::Pkce, now);
        return match (method, excepted && has_nonce) {
            (None, true) => Ok(None),
            _ => Err((Code::InvalidRequest, "code_challenge is missing: PKCE with S256 is required")),
        };
    };
    if method != Some("S256") {
        return Err((Code::InvalidRequest, "code_challenge_method must be S256"));
    }
    Challenge::parse(text).map(Some).ok_or((Code::InvalidRequest, "code_challenge is not a SHA-256 digest"))
}

/// Unknown scopes are ignored (OpenID Connect Core section 3.1.2.1), known ones that were not granted are refused.
fn scopes(params: &Params, party: &Party) -> Result<Vec<Scope>, Wrong> {
    let mut scopes: Vec<Scope> =
        params.get("scope").unwrap_or_default().split(' ').filter_map(Scope::from_word).collect();
    scopes.sort_unstable();
    scopes.dedup();
    if scopes.iter().any(|scope| !party.may_ask(*scope) || !scope.is_about_a_person()) {
        return Err((Code::InvalidScope, "a scope was not granted to the party"));
    }
    // Without openid there is no identity to speak of: nobody could ask userinfo for what the other scopes release.
    if !scopes.is_empty() && !scopes.contains(&Scope::Openid) {
        return Err((Code::InvalidScope, "the other scopes come with openid"));
    }
    Ok(scopes)
}

/// RFC 8707 section 2: each resource is one that the party may name.
pub(in crate::oidc) fn resources(params: &Params, party: &Party) -> Result<Vec<String>, Wrong> {
    let mut resources = Vec::new();
    for resource in params.all("resource") {
        if !party.is_audience(resource) || resource == party.client_id {
            return Err((Code::InvalidTarget, "a resource is not registered for the party"));
        }
        if !resources.iter().any(|known| known == resource) {
            resources.push(resource.to_owned());
        }
    }
    Ok(resources)
}

fn prompt(text: Option<&str>) -> Result<(Vec<Prompt>, bool), Wrong> {
    let mut prompts = Vec::new();
    let mut silent = false;
    for word in text.unwrap_or_default().split(' ').filter(|word| !word.is_empty()) {
        match word {
            "none" => silent = true,
            "login" => prompts.push(Prompt::Login),
            "consent" => prompts.push(Prompt::Consent),
            "select_account" => prompts.push(Prompt::SelectAccount),
            _ => return Err((Code::InvalidRequest, "prompt holds an unknown value")),
        }
    }
    if silent && !prompts.is_empty() {
        return Err((Code::InvalidRequest, "prompt=none stands alone"));
    }
    Ok((prompts, silent))
}

/// The person whom a checked hint names; a door sets it before it asks the hall.
pub(in crate::oidc) fn expect(asked: &mut Asked, person: Id<id::Person>) {
    asked.expected_person = Some(person);
}
