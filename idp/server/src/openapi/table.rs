//! Every path, its methods, what goes in and what comes out.

use super::ways::ENROL;

/// On which listener a path is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Listener {
    /// For everybody.
    Public,
    /// For operators, on loopback.
    Management,
}

/// A method that a path takes. `HEAD` comes with `GET`; `OPTIONS` is CORS only and not listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// Reads.
    Get,
    /// Sends.
    Post,
}

impl Method {
    /// As OpenAPI writes it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Get => "get",
            Self::Post => "post",
        }
    }
}

/// What a body is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Body {
    /// A page.
    Html,
    /// A JSON object.
    Json,
    /// A form.
    Form,
    /// Plain text.
    Text,
    /// A table.
    Csv,
    /// An asset of whatever type.
    Any,
}

impl Body {
    /// The media type.
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Html => "text/html",
            Self::Json => "application/json",
            Self::Form => "application/x-www-form-urlencoded",
            Self::Text => "text/plain",
            Self::Csv => "text/csv",
            Self::Any => "*/*",
        }
    }
}

/// A parameter of a query or a field of a form.
#[derive(Clone, Copy, Debug)]
pub struct Parameter {
    /// Its name.
    pub name: &'static str,
    /// Whether a request without it is refused.
    pub required: bool,
}

/// One method of one path.
#[derive(Clone, Copy, Debug)]
pub struct Operation {
    /// The method.
    pub method: Method,
    /// A stable name for generated clients.
    pub id: &'static str,
    /// One line.
    pub summary: &'static str,
    /// What may stand in the query.
    pub query: &'static [Parameter],
    /// What kind of body it takes.
    pub takes: Option<Body>,
    /// The fields of that body.
    pub form: &'static [Parameter],
    /// What the caller proves themself with.
    pub security: Option<&'static str>,
    /// Statuses that callers must expect, with their bodies.
    pub answers: &'static [(u16, Option<Body>)],
}

/// One path.
#[derive(Clone, Copy, Debug)]
pub struct Route {
    /// As the router spells it.
    pub path: &'static str,
    /// Where it is.
    pub listener: Listener,
    /// What it belongs to.
    pub tag: &'static str,
    /// What it takes.
    pub operations: &'static [Operation],
}

pub(super) const fn must(name: &'static str) -> Parameter {
    Parameter { name, required: true }
}

pub(super) const fn may(name: &'static str) -> Parameter {
    Parameter { name, required: false }
}

pub(super) const fn get(id: &'static str, summary: &'static str, answers: &'static [(u16, Option<Body>)]) -> Operation {
    Operation { method: Method::Get, id, summary, query: &[], takes: None, form: &[], security: None, answers }
}

pub(super) const fn post(
    id: &'static str,
    summary: &'static str,
    form: &'static [Parameter],
    answers: &'static [(u16, Option<Body>)],
) -> Operation {
    Operation { method: Method::Post, id, summary, query: &[], takes: Some(Body::Form), form, security: None, answers }
}

impl Operation {
    pub(super) const fn asks(self, query: &'static [Parameter]) -> Self {
        Self { query, ..self }
    }

    pub(super) const fn by(self, security: &'static str) -> Self {
        Self { security: Some(security), ..self }
    }
}

pub(super) const fn public(path: &'static str, tag: &'static str, operations: &'static [Operation]) -> Route {
    Route { path, listener: Listener::Public, tag, operations }
}

const fn management(path: &'static str, operations: &'static [Operation]) -> Route {
    Route { path, listener: Listener::Management, tag: "management", operations }
}

pub(super) type Answers = &'static [(u16, Option<Body>)];
pub(super) const JSON: Answers = &[(200, Some(Body::Json))];
pub(super) const PAGE: Answers = &[(200, Some(Body::Html)), (400, Some(Body::Html))];
pub(super) const PAGE_OR_ON: Answers =
    &[(200, Some(Body::Html)), (303, None), (400, Some(Body::Html)), (403, Some(Body::Html))];
const OAUTH: Answers = &[(200, Some(Body::Json)), (400, Some(Body::Json)), (401, Some(Body::Json))];
const CLAIMS: Answers = &[(200, Some(Body::Json)), (401, None), (403, None)];
const OPEN: Answers =
    &[(200, Some(Body::Json)), (304, None), (400, Some(Body::Json)), (404, Some(Body::Json)), (503, Some(Body::Json))];
const READY: Answers = &[(200, Some(Body::Text)), (503, Some(Body::Text))];

const AUTHORIZE: &[Parameter] = &[
    must("response_type"),
    must("client_id"),
    must("redirect_uri"),
    may("scope"),
    may("state"),
    may("nonce"),
    may("code_challenge"),
    may("code_challenge_method"),
    may("response_mode"),
    may("prompt"),
    may("max_age"),
    may("login_hint"),
    may("id_token_hint"),
    may("acr_values"),
    may("claims"),
    may("ui_locales"),
    may("resource"),
];
const TOKEN: &[Parameter] = &[
    must("grant_type"),
    may("code"),
    may("redirect_uri"),
    may("code_verifier"),
    may("refresh_token"),
    may("scope"),
    may("resource"),
    may("client_id"),
    may("client_secret"),
    may("client_assertion_type"),
    may("client_assertion"),
];
const LOGOUT: &[Parameter] = &[
    may("id_token_hint"),
    may("client_id"),
    may("post_logout_redirect_uri"),
    may("state"),
    may("logout_hint"),
    may("ui_locales"),
];
pub(super) const PASSKEY: &[Parameter] = &[must("csrf"), must("ceremony"), must("answer")];
const NEW_PASSKEY: &[Parameter] = &[must("csrf"), must("ceremony"), must("answer"), may("label")];
const ASKED: Answers = &[(200, Some(Body::Json)), (403, Some(Body::Html)), (409, Some(Body::Html)), (429, None)];
const UNITS: &[Parameter] =
    &[may("at"), may("level"), may("parent"), may("under"), may("q"), may("after"), may("limit")];

/// The whole surface.
pub(super) const ROUTES: &[Route] = &[
    public("/.well-known/openid-configuration", "openid", &[get("discovery", "OpenID Connect Discovery 1.0", JSON)]),
    public(
        "/.well-known/oauth-authorization-server",
        "openid",
        &[get("metadata", "RFC 8414: the same document", JSON)],
    ),
    public("/oauth2/jwks", "openid", &[get("jwks", "The JWK Set (RFC 7517)", JSON)]),
    public(
        "/oauth2/authorize",
        "openid",
        &[
            get("authorize", "Authorization endpoint", PAGE_OR_ON).asks(AUTHORIZE),
            post("authorize_by_post", "The same by POST: kept, and answered 303", AUTHORIZE, PAGE_OR_ON),
        ],
    ),
    public(
        "/oauth2/authorize/resume",
        "openid",
        &[get("resume", "Where a finished sign-in comes back", PAGE_OR_ON).asks(&[must("t")])],
    ),
    public("/oauth2/token", "openid", &[post("token", "Token endpoint", TOKEN, OAUTH).by("party")]),
    public(
        "/oauth2/userinfo",
        "openid",
        &[
            get("userinfo", "UserInfo endpoint", CLAIMS).by("access_token"),
            post("userinfo_by_post", "The same by POST", &[], CLAIMS).by("access_token"),
        ],
    ),
    public(
        "/oauth2/introspect",
        "openid",
        &[post("introspect", "RFC 7662", &[must("token"), may("token_type_hint")], OAUTH).by("party")],
    ),
    public(
        "/oauth2/revoke",
        "openid",
        &[post("revoke", "RFC 7009", &[must("token"), may("token_type_hint")], OAUTH).by("party")],
    ),
    public(
        "/oauth2/logout",
        "openid",
        &[
            get("logout", "RP-Initiated Logout 1.0", PAGE_OR_ON).asks(LOGOUT),
            post("logout_by_post", "The same by POST, and the answer to its page", LOGOUT, PAGE_OR_ON),
        ],
    ),
    public("/sign-in/{t}", "pages", &[get("step", "The next step of a sign-in", PAGE_OR_ON)]),
    public(
        "/sign-in/{t}/password",
        "pages",
        &[post("password", "Name and password", &[must("csrf"), may("login"), must("password")], PAGE_OR_ON)],
    ),
    public("/sign-in/{t}/passkey", "pages", &[post("use_passkey", "The device's answer", PASSKEY, PAGE_OR_ON)]),
    public(
        "/sign-in/{t}/passkey/options",
        "pages",
        &[post("passkey_options", "What a script asks the device", &[must("csrf")], ASKED)],
    ),
    public("/sign-in/{t}/passkey/new", "pages", &[post("make_passkey", "A new passkey", NEW_PASSKEY, PAGE_OR_ON)]),
    public(
        "/sign-in/{t}/passkey/new/options",
        "pages",
        &[post("new_passkey_options", "What a script asks the device", &[must("csrf")], ASKED)],
    ),
    public(
        "/sign-in/{t}/passkey/later",
        "pages",
        &[post("passkey_later", "No passkey now", &[must("csrf")], PAGE_OR_ON)],
    ),
    public(
        "/sign-in/{t}/decline",
        "pages",
        &[post("decline_step_up", "On without a higher level", &[must("csrf")], PAGE_OR_ON)],
    ),
    public(
        "/sign-in/{t}/account",
        "pages",
        &[post("choose_account", "Which account", &[must("csrf"), must("choice")], PAGE_OR_ON)],
    ),
    public(
        "/sign-in/{t}/consent",
        "pages",
        &[post("consent", "Allow or deny", &[must("csrf"), must("decision")], PAGE_OR_ON)],
    ),
    public("/sign-in/{t}/cancel", "pages", &[post("cancel", "Turn back", &[must("csrf")], PAGE_OR_ON)]),
    public(
        "/enrol",
        "pages",
        &[get("enrol_page", "Make an account", PAGE), post("enrol", "The filled-in form", ENROL, PAGE_OR_ON)],
    ),
    public("/account", "pages", &[get("account", "My account", PAGE_OR_ON).by("session")]),
    public(
        "/account/resume",
        "pages",
        &[get("account_resume", "Where a sign-in to my account comes back", PAGE_OR_ON).asks(&[must("t")])],
    ),
    public(
        "/account/sign-out",
        "pages",
        &[post("sign_out", "End the session", &[must("csrf")], PAGE_OR_ON).by("session")],
    ),
    public(
        "/account/passkeys",
        "pages",
        &[
            get("passkeys", "My passkeys", PAGE_OR_ON).by("session"),
            post("add_passkey", "A new passkey", NEW_PASSKEY, PAGE_OR_ON).by("session"),
        ],
    ),
    public("/account/passkeys/new", "pages", &[get("passkey_page", "Make a passkey", PAGE_OR_ON).by("session")]),
    public(
        "/account/passkeys/options",
        "pages",
        &[post("own_passkey_options", "What a script asks the device", &[must("csrf")], ASKED).by("session")],
    ),
    public(
        "/account/passkeys/{id}/label",
        "pages",
        &[post("rename_passkey", "Another name", &[must("csrf"), must("label")], PAGE_OR_ON).by("session")],
    ),
    public(
        "/account/passkeys/{id}/remove",
        "pages",
        &[
            get("passkey_removal", "What removing it would mean", PAGE_OR_ON).by("session"),
            post("remove_passkey", "Remove it, and end the sessions that it opened", &[must("csrf")], PAGE_OR_ON)
                .by("session"),
        ],
    ),
    public("/.well-known/webauthn", "passkeys", &[get("related_origins", "WebAuthn Level 3 section 5.11", JSON)]),
    public(
        "/.well-known/passkey-endpoints",
        "passkeys",
        &[get("passkey_endpoints", "Where passkeys are made and managed", JSON)],
    ),
    public(
        "/.well-known/change-password",
        "passkeys",
        &[get("change_password", "Where the password is changed", &[(303, None)])],
    ),
    public(
        "/account/history",
        "pages",
        &[get("account_history", "Sign-ins of mine", PAGE_OR_ON).asks(&[may("before")]).by("session")],
    ),
    public(
        "/account/history/report",
        "pages",
        &[post("report_sign_in", "This was not me", &[must("csrf"), must("event")], PAGE_OR_ON).by("session")],
    ),
    public(
        "/account/sessions/end",
        "pages",
        &[post("end_session", "Sign out there", &[must("csrf"), must("session")], PAGE_OR_ON).by("session")],
    ),
    public(
        "/account/sessions/end-all",
        "pages",
        &[post("end_all_sessions", "Sign out everywhere", &[must("csrf")], PAGE_OR_ON).by("session")],
    ),
    public("/account/services", "pages", &[get("account_services", "Services that know me", PAGE_OR_ON).by("session")]),
    public(
        "/account/services/{client_id}",
        "pages",
        &[get("account_service", "What one of them gets, and why", PAGE_OR_ON).by("session")],
    ),
    public(
        "/account/services/{client_id}/withdraw",
        "pages",
        &[post("withdraw_consent", "Take consent back", &[must("csrf")], PAGE_OR_ON).by("session")],
    ),
    public(
        "/account/receipts/{id}",
        "pages",
        &[get("receipt", "What I agreed to, to be printed", PAGE_OR_ON).by("session")],
    ),
    public(
        "/account/receipts/{id}/file",
        "pages",
        &[get("receipt_file", "The same, signed", &[(200, Some(Body::Json)), (303, None), (404, Some(Body::Html))])
            .by("session")],
    ),
    public(
        "/account/access",
        "pages",
        &[get("account_access", "Who looked at my data", PAGE_OR_ON).asks(&[may("before")]).by("session")],
    ),
    public(
        "/account/settings",
        "pages",
        &[
            get("account_settings", "Language and display", PAGE_OR_ON).by("session"),
            post(
                "save_settings",
                "Language and display",
                &[must("csrf"), may("locale"), may("large"), may("contrast"), may("notices")],
                PAGE_OR_ON,
            )
            .by("session"),
        ],
    ),
    public(
        "/display",
        "pages",
        &[get("display", "Keeps letters and contrast in a cookie", &[(303, None)]).asks(&[may("as"), may("to")])],
    ),
    public(
        "/brand/{name}",
        "pages",
        &[get("brand", "Colours and logo of the province", &[(200, Some(Body::Any)), (404, None)])],
    ),
    public("/", "pages", &[get("home", "What this server is", PAGE)]),
    public(
        "/assets/{name}",
        "pages",
        &[get("asset", "Style sheet, scripts, fonts", &[(200, Some(Body::Any)), (404, None)])],
    ),
    public(
        "/console/sign-in",
        "pages",
        &[get("consoleSignIn", "Into the web console", PAGE_OR_ON).asks(&[may("fresh")])],
    ),
    public(
        "/console/resume",
        "pages",
        &[get("consoleResume", "Where a sign-in to the console comes back", PAGE_OR_ON).asks(&[must("t")])],
    ),
    public(
        "/console/owner",
        "pages",
        &[get("ownerOffer", "The link of idp admin bootstrap", PAGE_OR_ON).asks(&[must("offer")])],
    ),
    public(
        "/console/owner/resume",
        "pages",
        &[
            get("ownerQuestion", "Whether to become the platform owner", PAGE_OR_ON).asks(&[must("t")]),
            post("ownerAccept", "Becoming it", &[must("csrf")], PAGE_OR_ON).asks(&[must("t")]),
        ],
    ),
    public("/problems/{code}", "pages", &[get("problem", "What a problem means", PAGE)]),
    public("/api/openapi.json", "pages", &[get("adminApi", "OpenAPI 3.1 of the admin API", JSON)]),
    public("/console", "pages", &[get("consoleAddress", "The console's address", &[(308, None)])]),
    public("/console/", "pages", &[get("console", "The web console", PAGE)]),
    public(
        "/console/{path}",
        "pages",
        &[get("consoleFile", "A file of the web console", &[(200, Some(Body::Any)), (404, None)])],
    ),
    public(
        "/api/v1/public/units",
        "open data",
        &[get("units", "Units as of a day, by page, or the hits of a search", OPEN).asks(UNITS)],
    ),
    public(
        "/api/v1/public/units.csv",
        "open data",
        &[get(
            "unitsTable",
            "Every unit of a day as a table",
            &[(200, Some(Body::Csv)), (304, None), (400, Some(Body::Json))],
        )
        .asks(&[may("at")])],
    ),
    public(
        "/api/v1/public/units/{id}",
        "open data",
        &[get("unit", "One unit with its names, codes, predecessors and successors", OPEN).asks(&[may("at")])],
    ),
    public(
        "/api/v1/public/units/by-code/{scheme}/{code}",
        "open data",
        &[get("unitByCode", "What a code means on a day, and at other times", OPEN).asks(&[may("at")])],
    ),
    management("/livez", &[get("livez", "Whether the process lives", &[(200, Some(Body::Text))])]),
    management("/readyz", &[get("readyz", "Whether it takes requests", READY)]),
    management("/healthz", &[get("healthz", "Each check", &[(200, Some(Body::Json)), (503, Some(Body::Json))])]),
    management("/metrics", &[get("metrics", "Prometheus text", &[(200, Some(Body::Text))])]),
    management(
        "/test/clock",
        &[Operation {
            takes: Some(Body::Json),
            ..post(
                "test_clock",
                "Moves the clock and runs jobs; on test systems only",
                &[may("advance_seconds"), may("run_jobs")],
                &[(200, Some(Body::Json)), (422, Some(Body::Text)), (500, Some(Body::Json))],
            )
        }],
    ),
];
