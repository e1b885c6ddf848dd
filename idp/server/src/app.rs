//! Floor 11: every long-lived part, built once, and the server around it.
//!
//! | file | what |
//! | --- | --- |
//! | [`error`] | why it cannot be built |
//! | [`cellar`] | key file, database, the lock of a SQLite file |
//! | [`settings`] | the configuration, as the doors see it |
//! | [`health`] | what must work before requests are taken |
//! | [`doors`] | the routes, behind the gate |
//! | [`node`] | listening, jobs, draining |
//! | [`test_clock`] | `POST /test/clock` of test systems |
//!
//! ```text
//! key file ─► database ─► lock ─► migrations ─► revisions ─► keyring │ parties │ epoch ─┐
//! outgoing client ─► registry connector ───────────────────────────────────────────────┼─► House ─► doors
//! cache ───────────────────────────────────────────────────────────────────────────────┘
//! ```

pub mod cellar;
pub mod doors;
mod error;
mod health;
pub mod node;
#[cfg(test)]
pub(crate) mod scratch;
mod settings;
pub mod test_clock;

use std::sync::{Arc, atomic::AtomicI64};

use idp_core::{
    authn::passkey::Passkeys,
    crypto::password::PasswordPool,
    keys::{Keyring, Policy},
    net::Net,
    notify::{self, Channel, FileChannel, Routes, SmsChannel, SmtpChannel},
    people::registry::{self, Guarded, PopulationRegistry, Soap},
    relying::{Register, UriPolicy},
    store::{
        Db,
        cache::{self, Cache},
        meta::{self, Epoch},
        revision::{self, Revisions},
    },
    types::{Clock, Fault},
};

use crate::{
    config::{Config, Reason},
    management::Health,
    oidc::OpenGrants,
    web::{cookie::CookieStyle, house::House, tally::Tally},
};

pub use error::AppError;

/// The long-lived parts.
pub struct App {
    /// What the doors share.
    pub house: Arc<House>,
    /// How keys rotate.
    pub policy: Policy,
    /// The numbers of the rooms that are kept in memory, read before they were.
    pub seen: Revisions,
    /// How messages leave us; `None`: they wait in the outbox.
    pub channel: Option<Arc<dyn Channel>>,
    _lock: Option<cellar::ServeLock>,
}

impl App {
    /// Builds everything that a configuration names. What does not need another part is built beside it: a start on an existing database
    /// is to take no longer than 150 ms.
    ///
    /// # Errors
    /// Settings that only their use can refuse, a database that refuses, a neighbour that does not answer.
    pub async fn build(config: &Config) -> Result<Self, AppError> {
        let clock = config.test.clock();
        let (cellar, net, cache) =
            tokio::try_join!(Self::remembered(config, &clock), outgoing(config), open_cache(config))?;
        let (registry, channel) = (registry(config, &net, &clock)?, channel(config, &net)?);
        let issuer = config.server.public_url.as_str().to_owned();
        let house = House {
            passwords: PasswordPool::new(Arc::clone(cellar.db.seals())),
            gate: config.gate(),
            db: cellar.db,
            keyring: cellar.keyring,
            register: cellar.register,
            net,
            registry,
            clock,
            cookies: CookieStyle::of_issuer(&issuer),
            origins: config.origins(),
            related_origins: config.webauthn.related_origins.iter().map(|origin| origin.as_str().to_owned()).collect(),
            passkeys: passkeys(config)?,
            issuer,
            brand: settings::brand(config),
            settings: settings::of(config),
            epoch: AtomicI64::new(cellar.epoch.0),
            grants: Arc::new(OpenGrants),
            client_tokens: Tally::default(),
            told: Tally::default(),
            cache,
        };
        Ok(Self {
            house: Arc::new(house),
            policy: config.keys.policy().unwrap_or_default(),
            seen: cellar.seen,
            channel,
            _lock: cellar.lock,
        })
    }

    async fn remembered(config: &Config, clock: &Clock) -> Result<Cellar, AppError> {
        let (db, lock) = cellar::open_for_serving(config, clock).await?;
        // First the numbers: what changes while the rest is read is then read again.
        let seen = revision::poll(&mut read(&db).await?).await.map_err(Fault::from)?;
        let policy = uri_policy(config);
        let (keyring, register, epoch) =
            tokio::try_join!(Keyring::load(&db, clock), Register::load(&db, policy), async {
                Ok(meta::epoch(&mut db.read().await?).await?)
            },)?;
        Ok(Cellar { db, lock, seen, keyring, register, epoch })
    }

    /// What must work before requests are taken.
    pub fn checks(&self) -> Vec<Arc<dyn Health>> {
        health::all(&self.house)
    }
}

/// What is read from the database at the start.
struct Cellar {
    db: Db,
    lock: Option<cellar::ServeLock>,
    seen: Revisions,
    keyring: Keyring,
    register: Register,
    epoch: Epoch,
}

async fn read(db: &Db) -> Result<idp_core::store::Conn, Fault> {
    db.read().await.map_err(Fault::from)
}

/// What parties may register here.
pub fn uri_policy(config: &Config) -> UriPolicy {
    let issuer = &config.server.public_url;
    UriPolicy { loopback_issuer: issuer.is_loopback() && !issuer.is_https() }
}

/// Reading the system's certificate authorities takes a while, so it has a thread of its own.
async fn outgoing(config: &Config) -> Result<Net, AppError> {
    let config = config.outgoing.clone();
    let built = tokio::task::spawn_blocking(move || Net::new(&config)).await;
    let built = built.map_err(|error| Fault::new("building the outgoing client", error))?;
    built.map_err(|error| AppError::setting("outgoing.ca_bundle", Reason::File(error.to_string())))
}

/// A cache that is away is only slower: the server starts, says so, and finds it when it comes.
async fn open_cache(config: &Config) -> Result<Arc<dyn Cache>, AppError> {
    let cache = cache::open(&config.cache.url)
        .map_err(|error| AppError::setting("cache.url", Reason::Unreadable(error.to_string())))?;
    if let Err(error) = cache::answers(&*cache).await {
        tracing::warn!(%error, "the cache is away: going on without it until it comes");
    }
    Ok(cache)
}

/// The ways out of messages; `None`: they wait in the outbox.
fn channel(config: &Config, net: &Net) -> Result<Option<Arc<dyn Channel>>, AppError> {
    let notify = &config.notify;
    if let Some(file) = notify.file.clone() {
        return Ok(Some(Arc::new(FileChannel::new(file))));
    }
    let mail = notify.smtp.as_ref().map(SmtpChannel::new).transpose().map_err(refused_key)?;
    let phone = notify.sms.clone().map(|sms| SmsChannel::new(sms, net.clone())).transpose().map_err(refused_key)?;
    if mail.is_none() && phone.is_none() {
        return Ok(None);
    }
    let boxed = |channel| -> Box<dyn Channel> { Box::new(channel) };
    Ok(Some(Arc::new(Routes {
        mail: mail.map(boxed),
        phone: phone.map(|channel| -> Box<dyn Channel> { Box::new(channel) }),
    })))
}

fn passkeys(config: &Config) -> Result<Passkeys, AppError> {
    let made = Passkeys::new(config.rp_id(), config.origins(), &config.support.province);
    made.map_err(|_| AppError::setting("webauthn.rp_id", Reason::Rule("cli-config-rp-id")))
}

fn registry(config: &Config, net: &Net, clock: &Clock) -> Result<Option<Arc<dyn PopulationRegistry>>, AppError> {
    let Some(config) = config.registry.clone() else {
        return Ok(None);
    };
    let soap = Soap::new(config, net.clone(), clock.clone()).map_err(|problems| refused(&problems))?;
    Ok(Some(Arc::new(Guarded::new(soap, clock.clone()))))
}

fn refused_key((path, rule): notify::ConfigProblem) -> AppError {
    AppError::setting(path, Reason::Rule(rule))
}

fn refused(problems: &[registry::ConfigProblem]) -> AppError {
    let of = |problem: &registry::ConfigProblem| {
        let key = if problem.problem == "is missing" { "cli-config-missing" } else { "cli-config-not-an-address" };
        (format!("registry.{}", problem.field), Reason::Rule(key))
    };
    AppError::Settings(problems.iter().map(of).collect())
}
