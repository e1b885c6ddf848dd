//! What every door needs: the long-lived parts, and the few questions that each request asks of them.

use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use axum::http::HeaderMap;
use idp_core::{
    authn::{self, Devices, passkey::Passkeys, password::Desk},
    crypto::{
        handle::{Browser, Handle, SessionCookie},
        password::PasswordPool,
    },
    keys::Keyring,
    net::Net,
    org,
    people::registry::PopulationRegistry,
    relying::Register,
    session::{self, Limits, Live, Span},
    store::{Actor, Cx, Db, RequestId, StoreError, Tx, cache::Cache, meta::Epoch},
    types::{Address, Clock, Digest, Fault, Id, Locale, Timestamp, id},
};

use super::{
    brand::Brand,
    context::Context,
    cookie::{Cookie, CookieStyle},
    display::Look,
    page::{Banner, Chrome, Words},
};

/// Whether citizens may have passwords of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LocalPasswords {
    /// Nobody enrols; nobody signs in by password.
    Off,
    /// Who has one may use it; nobody enrols.
    Contingency,
    /// Citizens enrol and sign in.
    On,
}

/// What the configuration settles for the doors.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "the keys of the configuration carry the same names and are described there")]
pub struct Settings {
    pub code_lifetime: Duration,
    pub access_token_lifetime: Duration,
    pub id_token_lifetime: Duration,
    pub refresh_idle: Duration,
    pub refresh_absolute: Duration,
    pub session_citizen: Span,
    pub session_official: Span,
    pub session_shared: Span,
    pub local_passwords: LocalPasswords,
    pub enrolments_per_number_per_day: u32,
    pub enrolments_per_address_per_hour: u32,
    pub enrolments_per_hour: u32,
    pub admin_requests_per_minute: u32,
    pub alarm_to: Vec<Address>,
    pub org: org::Config,
    pub support_phone: String,
    pub province: String,
    /// A warning above every page.
    pub banner: Option<Banner>,
}

/// What another door gave out in a person's name. Doors do not know one another; the roof hands the one to the other.
#[async_trait]
pub trait Grants: Send + Sync {
    /// Ends everything that was given out in a person's name, in the transaction of the reason.
    async fn end_all_of(
        &self,
        tx: &mut Tx<'_>,
        person: Id<id::Person>,
        because: &'static str,
    ) -> Result<(), StoreError>;

    /// Ends what was given out in one session, also what would outlive it (`offline_access`).
    async fn end_of_session(
        &self,
        tx: &mut Tx<'_>,
        session: Id<id::Session>,
        because: &'static str,
    ) -> Result<(), StoreError>;

    /// Ends what was given out in sessions in which a credential was used, also what would outlive them (`offline_access`).
    async fn end_proved_with(
        &self,
        tx: &mut Tx<'_>,
        credential: Id<id::Credential>,
        because: &'static str,
    ) -> Result<(), StoreError>;
}

/// The long-lived parts. One value lives in an `Arc` that every handler shares.
pub struct House {
    /// The database.
    pub db: Db,
    /// Speed, never a rule.
    pub cache: Arc<dyn Cache>,
    /// The keyring.
    pub keyring: Keyring,
    /// The parties that are served.
    pub register: Register,
    /// The password pool.
    pub passwords: PasswordPool,
    /// Throttling, second factors, recovery.
    pub gate: authn::Gate,
    /// The way out.
    pub net: Net,
    /// The population registry; `None`: enrolments wait for one.
    pub registry: Option<Arc<dyn PopulationRegistry>>,
    /// The one clock.
    pub clock: Clock,
    /// The issuer, without a trailing slash: the beginning of every address we hand out.
    pub issuer: String,
    /// The origins under which this server answers, the issuer first. A form may come from each of them.
    pub origins: Vec<String>,
    /// What may use our passkeys beside them.
    pub related_origins: Vec<String>,
    /// The relying party of Web Authentication.
    pub passkeys: Passkeys,
    /// How our cookies are named.
    pub cookies: CookieStyle,
    /// Name, colours and logo of the province.
    pub brand: Brand,
    /// What the configuration settles.
    pub settings: Settings,
    /// The restore epoch in force; follows the database by revisions.
    pub epoch: AtomicI64,
    /// What was given out in people's names.
    pub grants: Arc<dyn Grants>,
    /// Tokens issued to parties in their own name, not yet written to the audit log.
    pub client_tokens: super::tally::Tally,
    /// Data told at userinfo, not yet written to the audit log.
    pub told: super::tally::Tally<super::tally::Told>,
}

/// What a handler is given.
pub type Shared = axum::extract::State<Arc<House>>;

impl House {
    /// The restore epoch in force.
    pub fn epoch(&self) -> Epoch {
        Epoch(self.epoch.load(Ordering::Relaxed))
    }

    /// The context of a request's writes, until somebody is known: anonymous.
    pub fn cx(&self, context: &Context) -> Cx {
        Cx {
            actor: Actor::Anonymous,
            now: self.clock.now(),
            from: Some(context.peer.socket()),
            request: RequestId::new(context.request_id.to_string()),
            agent: context.agent,
        }
    }

    /// How long sessions live.
    pub fn limits(&self) -> Limits {
        let Settings { session_citizen: citizen, session_official: official, session_shared: shared, .. } =
            self.settings;
        Limits { citizen, official, shared, epoch: self.epoch() }
    }

    /// The live session of the browser, by its cookie.
    pub async fn session(&self, headers: &HeaderMap, now: Timestamp) -> Result<Option<Live>, Fault> {
        let cookie = self.cookies.read(headers, Cookie::Session);
        let Some(digest) = cookie.and_then(Handle::<SessionCookie>::digest_of) else {
            return Ok(None);
        };
        let found = {
            let mut conn = self.db.read().await?;
            session::find(&mut conn, digest, self.limits(), now).await?
        };
        let Some(live) = found else { return Ok(None) };
        if now.since(live.last_used_at) >= session::TOUCHED {
            // Whoever sends this cookie has a browser in front of them: every page and `prompt=none` count as use, and a refresh,
            // which has no cookie, does not. A write once a minute at most.
            let cx = Cx::job("session", now);
            self.db.write(&cx, |tx| Box::pin(session::touch(tx, &live))).await.map_err(Fault::from)?;
        }
        Ok(Some(live))
    }

    /// Whether people may recover a forgotten password by themselves: there are passwords, and a registry to compare with.
    pub fn recovers(&self) -> bool {
        self.gate.recovery.is_some() && self.registry.is_some() && self.settings.local_passwords != LocalPasswords::Off
    }

    /// What a check of a password needs.
    pub const fn desk(&self) -> Desk<'_> {
        Desk { db: &self.db, pool: &self.passwords, turns: &self.gate.turns, limits: &self.gate.limits }
    }

    /// What the browser says of having signed in before.
    pub fn devices(&self, headers: &HeaderMap) -> Devices {
        Devices::read(self.cookies.read(headers, Cookie::Device))
    }

    /// The binding of the browser, as its cookie says it.
    pub fn browser<'h>(&self, headers: &'h HeaderMap) -> Option<&'h str> {
        self.cookies.read(headers, Cookie::Browser).filter(|value| Handle::<Browser>::digest_of(value).is_some())
    }

    /// The digest of that binding, as rows hold it.
    pub fn browser_digest(&self, headers: &HeaderMap) -> Option<Digest> {
        self.browser(headers).and_then(Handle::<Browser>::digest_of)
    }

    /// Whose server this is, as the configuration says it in Vietnamese; else only that it is a province's.
    fn province(&self, locale: Locale) -> Words {
        match self.settings.province.as_str() {
            "" => Words::ours(locale, "site-province"),
            name => Words::new(Locale::Vi, name),
        }
    }

    /// The frame of a page. `here` is the path and query of a GET that shows it again; `csrf` the token of its form.
    pub fn chrome(&self, look: Look, here: String, csrf: String) -> Chrome {
        let Look { locale, display } = look;
        let site = self.brand.name.as_ref().map(|name| Words::new(locale, name.get(locale)));
        Chrome {
            locale,
            display,
            site: site.unwrap_or_else(|| Words::ours(locale, "site-name")),
            logo_href: self.brand.logo_href(),
            colours_href: self.brand.sheet_href(),
            here,
            support_phone: self.settings.support_phone.clone(),
            province: self.province(locale),
            banner: self.settings.banner,
            strip: false,
            csrf,
        }
    }
}
