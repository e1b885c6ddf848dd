//! Every key of the configuration, with its unit, its default and what it is for.

use std::{net::SocketAddr, path::PathBuf};

use idp_core::{
    keys,
    net::{self, Network},
    notify, org,
    people::registry,
    types::Clock,
};
use serde::{Deserialize, Serialize};

use super::{
    break_glass::BreakGlass,
    issuer::Issuer,
    ways::{Factors, Recovery, Throttle},
};
use crate::web::{brand::Colour, peer::ProxyHeader};

/// The whole configuration.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Who we are and where we listen.
    pub server: Server,
    /// Where everything is remembered.
    pub database: Database,
    /// What makes it faster. Losing it costs a retry.
    pub cache: Cache,
    /// The key that seals the rest.
    pub secrets: Secrets,
    /// How long signing keys stay in each state.
    pub keys: keys::Config,
    /// Citizens and their accounts.
    pub people: People,
    /// The population registry. Absent: enrolments stay unmatched. `secret_file` and `api_key_file` name files that hold its secrets.
    pub registry: Option<registry::Config>,
    /// Lifetimes of codes and tokens.
    pub oidc: Oidc,
    /// Lifetimes of sessions.
    pub session: Session,
    /// Slowing down whoever fails to sign in.
    pub throttle: Throttle,
    /// Second factors.
    pub factors: Factors,
    /// Forgotten passwords.
    pub recovery: Recovery,
    /// Passkeys: under which name browsers keep them.
    pub webauthn: Webauthn,
    /// Units and the decisions that change them.
    pub org: org::Config,
    /// The admin API.
    pub admin: Admin,
    /// Break-glass accounts.
    pub break_glass: BreakGlass,
    /// What we may ask of other systems.
    pub outgoing: net::Config,
    /// Mails and messages.
    pub notify: Notify,
    /// Whom people may call.
    pub support: Support,
    /// Name, colours and logo on the pages. Absent: ours.
    pub branding: Option<Branding>,
    /// What is logged, and how.
    pub log: Log,
    /// Only for test systems on loopback.
    pub test: Test,
}

/// `[server]`
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Server {
    /// The issuer, and the beginning of every address we hand out. No path, no trailing slash; `http` on loopback only.
    pub public_url: Issuer,
    /// Other origins under which the same server answers, while a province moves from one name to another. The issuer stays `public_url`;
    /// who comes to a page there is sent on to it (docs/host-names.md).
    pub also_at: Vec<Issuer>,
    /// Addresses of the public listener. At least one.
    pub listen: Vec<SocketAddr>,
    /// Address of the management listener: health, metrics.
    pub management_listen: SocketAddr,
    /// Lets `management_listen` be another address than loopback. It has no authentication: a firewall must stand before it.
    pub management_remote: bool,
    /// Certificate chain (PEM) of the public listener. Absent: plain HTTP, for a proxy in front. Read again when it changes.
    pub tls_certificate_file: Option<PathBuf>,
    /// Private key (PEM) of the certificate.
    pub tls_key_file: Option<PathBuf>,
    /// Networks (CIDR) of our own proxies: only they may forward a client's address.
    pub proxies: Vec<Network>,
    /// The header in which they do: `x-forwarded-for` or `forwarded`. The other one is ignored.
    pub proxy_header: ProxyHeader,
    /// Open connections at once, over all public listeners; further ones wait.
    pub max_connections: u32,
}

impl Default for Server {
    fn default() -> Self {
        Self {
            public_url: Issuer::default(),
            also_at: Vec::new(),
            listen: vec![SocketAddr::from(([127, 0, 0, 1], 8080))],
            management_listen: SocketAddr::from(([127, 0, 0, 1], 9080)),
            management_remote: false,
            tls_certificate_file: None,
            tls_key_file: None,
            proxies: Vec::new(),
            proxy_header: ProxyHeader::default(),
            max_connections: 10_000,
        }
    }
}

/// `[database]`
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Database {
    /// `sqlite:PATH` or `postgres://USER:PASSWORD@HOST/NAME`. A secret: `url_file` names a file that holds it.
    pub url: String,
    /// Connections to PostgreSQL; readers of SQLite. 1 to 500.
    pub connections: u32,
}

impl Default for Database {
    fn default() -> Self {
        Self { url: "sqlite:idp.db".to_owned(), connections: 16 }
    }
}

/// `[cache]`
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Cache {
    /// `memory`, or `redis://…` / `rediss://…` where several nodes run. A secret: `url_file` names a file that holds it.
    pub url: String,
}

impl Default for Cache {
    fn default() -> Self {
        Self { url: "memory".to_owned() }
    }
}

/// `[secrets]`
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Secrets {
    /// File with the key that seals private keys and personal numbers (`idp keys new-secret` makes one). Absent: the commands that need
    /// it refuse.
    pub key_file: Option<PathBuf>,
}

/// `[people]`
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct People {
    /// Whether citizens may have passwords of ours.
    pub local_passwords: LocalPasswords,
    /// Enrolments tried with one personal number in a day, before the page refuses.
    pub enrolments_per_number_per_day: u32,
    /// Enrolments tried from one address in an hour. Mobile networks put many people behind one address.
    pub enrolments_per_address_per_hour: u32,
    /// Enrolments tried in all in an hour: what keeps the page from being an oracle of the registry.
    pub enrolments_per_hour: u32,
}

impl Default for People {
    fn default() -> Self {
        Self {
            local_passwords: LocalPasswords::Off,
            enrolments_per_number_per_day: 5,
            enrolments_per_address_per_hour: 20,
            enrolments_per_hour: 2_000,
        }
    }
}

/// Whether citizens may have passwords of ours, beside what the national identity offers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LocalPasswords {
    /// Nobody enrols; nobody signs in by password.
    Off,
    /// Who has one may use it; nobody enrols.
    Contingency,
    /// Citizens enrol and sign in.
    On,
}

/// `[oidc]`
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Oidc {
    /// Seconds in which an authorization code must be redeemed. 10 to 600.
    pub code_lifetime_seconds: u32,
    /// Seconds that an access token is valid. 30 to 3600; nothing can call a token back from a party that does not ask us.
    pub access_token_lifetime_seconds: u32,
    /// Seconds that an ID token is valid. 30 to 3600.
    pub id_token_lifetime_seconds: u32,
    /// Days after which an unused refresh token dies. 1 to 365.
    pub refresh_idle_days: u32,
    /// Days after which a refresh token dies, used or not. 1 to 365.
    pub refresh_absolute_days: u32,
}

impl Default for Oidc {
    fn default() -> Self {
        Self {
            code_lifetime_seconds: 60,
            access_token_lifetime_seconds: 300,
            id_token_lifetime_seconds: 300,
            refresh_idle_days: 14,
            refresh_absolute_days: 90,
        }
    }
}

/// `[session]`
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Session {
    /// Minutes without a request after which a citizen's session ends. 1 to 1440 (NIST SP 800-63B-4: one hour at AAL2).
    pub idle_minutes: u32,
    /// Hours after which a citizen's session ends, used or not. 1 to 24 (NIST SP 800-63B-4: 24 hours at AAL2).
    pub absolute_hours: u32,
    /// The same for somebody who signed in as an official, in minutes.
    pub official_idle_minutes: u32,
    /// The same for somebody who signed in as an official, in hours.
    pub official_absolute_hours: u32,
    /// Minutes without a request on a computer that others use too; never longer than without that choice.
    pub shared_idle_minutes: u32,
    /// Hours on a computer that others use too; never longer than without that choice.
    pub shared_absolute_hours: u32,
}

impl Default for Session {
    fn default() -> Self {
        Self {
            idle_minutes: 30,
            absolute_hours: 12,
            official_idle_minutes: 15,
            official_absolute_hours: 8,
            shared_idle_minutes: 10,
            shared_absolute_hours: 1,
        }
    }
}

/// `[admin]`
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Admin {
    /// Requests of one administrator or machine in a minute, on all nodes together. 1 to 1000000.
    pub requests_per_minute: u32,
}

impl Default for Admin {
    fn default() -> Self {
        Self { requests_per_minute: 600 }
    }
}

/// `[webauthn]`
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Webauthn {
    /// The host name under which browsers keep passkeys, for ever: with another one every passkey is lost. Absent: the host of `public_url`.
    pub rp_id: Option<String>,
    /// Further origins that may use these passkeys, told to browsers at `/.well-known/webauthn`; `public_url` and `server.also_at` are told
    /// anyway. Browsers take about five names in all.
    pub related_origins: Vec<Issuer>,
}

impl Config {
    /// The name under which browsers keep passkeys.
    pub fn rp_id(&self) -> &str {
        self.webauthn.rp_id.as_deref().unwrap_or_else(|| self.server.public_url.host())
    }

    /// The origins under which this server answers, the issuer first.
    pub fn origins(&self) -> Vec<String> {
        let all = std::iter::once(&self.server.public_url).chain(&self.server.also_at);
        all.map(|origin| origin.as_str().to_owned()).collect()
    }
}

/// `[notify]`
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Notify {
    /// Writes each mail and message as one JSON line into this file (contract, section 9), instead of sending them.
    pub file: Option<PathBuf>,
    /// The mail server that takes our mails. Absent: they wait in the outbox. `password_file` names a file that holds its password.
    pub smtp: Option<notify::SmtpConfig>,
    /// The gateway that takes our short messages. Absent: they wait in the outbox. `token_file` names a file that holds its token.
    pub sms: Option<notify::SmsConfig>,
}

/// `[support]`
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Support {
    /// The telephone number on error pages.
    pub phone: String,
    /// The name of the province on every page.
    pub province: String,
}

impl Default for Support {
    fn default() -> Self {
        Self { phone: "1022".to_owned(), province: String::new() }
    }
}

/// `[branding]`
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Branding {
    /// What this service is called, in Vietnamese. Comes with `name_en`; absent: the words of this program.
    pub name_vi: Option<String>,
    /// The same in English.
    pub name_en: Option<String>,
    /// Colour `#rrggbb` of headings, links and buttons on light pages: at least 4.5 to 1 against white (WCAG 2.2).
    pub accent: Option<Colour>,
    /// The same on dark pages: at least 4.5 to 1 against `#17202b`.
    pub accent_dark: Option<Colour>,
    /// Colour of the stripe above the page: at least 3 to 1 against white.
    pub stripe: Option<Colour>,
    /// A picture (`.svg`, `.png`, `.webp`, at most 16 KB) shown beside the name.
    pub logo_file: Option<PathBuf>,
}

/// `[log]`
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Log {
    /// `human` for eyes, `json` for machines, `auto`: human at a terminal, else JSON.
    pub format: LogFormat,
    /// The least important level that is written.
    pub level: LogLevel,
}

/// How log lines look.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// Human at a terminal, else JSON.
    #[default]
    Auto,
    /// One JSON object a line.
    Json,
    /// Text.
    Human,
}

/// What is logged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogLevel {
    /// Only what needs a person.
    Error,
    /// What may soon need one.
    Warn,
    /// One line for each request, too.
    #[default]
    Info,
    /// Causes of refusals, requests for public documents.
    Debug,
    /// Everything that the libraries say.
    Trace,
}

/// `[test]`
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Test {
    /// Lets `POST /test/clock` on the management listener move our clock. Refused unless the issuer and every listener are loopback.
    pub clock: bool,
    /// How far the clock of every program that reads this file is ahead, in seconds; negative: behind, at most a hundred years either way.
    /// Needs `clock`.
    pub ahead_seconds: i64,
}

impl Test {
    /// The clock of a program.
    pub fn clock(&self) -> Clock {
        Clock::ahead(self.ahead_seconds)
    }
}
