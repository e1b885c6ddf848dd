//! The keys in memory: a snapshot that every request shares and a refresh replaces.

use std::{collections::BTreeMap, sync::Arc};

use arc_swap::ArcSwap;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use tokio::sync::Mutex;

use super::{KeyFacts, State, moves, rows};
use crate::{
    crypto::{
        digest,
        jwk::Jwk,
        jws::{Alg, MemorySigner, Signer, VerificationKey},
        seal::Seals,
    },
    store::{Cx, Db},
    types::{Clock, Fault, Secret},
};

/// The keys that sign and verify now. Cloning shares them.
#[derive(Clone)]
pub struct Keyring(Arc<Inner>);

struct Inner {
    snapshot: ArcSwap<Snapshot>,
    /// One refresh at a time: a slow one may not put an older snapshot over a newer one.
    refreshing: Mutex<()>,
}

struct Snapshot {
    held: BTreeMap<String, Held>,
    active: BTreeMap<Alg, Arc<MemorySigner>>,
    published: Arc<PublishedSet>,
}

struct Held {
    facts: KeyFacts,
    public: Arc<Jwk>,
    verifier: Arc<VerificationKey>,
    /// Kept for Next and Active; a Retiring key never signs again.
    signer: Option<Arc<MemorySigner>>,
}

/// The JWK Set as it goes out (RFC 7517 section 5).
#[derive(Debug, PartialEq, Eq)]
pub struct PublishedSet {
    /// JSON.
    pub body: String,
    /// A strong entity tag, in its quotes (RFC 9110 section 8.8.3).
    pub etag: String,
}

impl Keyring {
    /// Reads the keys; makes them at the first start of an installation.
    pub async fn load(db: &Db, clock: &Clock) -> Result<Self, Fault> {
        Self::load_for(db, &Cx::job("keys", clock.now()), &Alg::ALL).await
    }

    /// Reads the keys; makes those of `algs` only: tests need no RSA keys, which take long to make.
    pub async fn load_for(db: &Db, cx: &Cx, algs: &[Alg]) -> Result<Self, Fault> {
        moves::ensure(db, cx, algs).await?;
        let snapshot = Snapshot::read(db, None).await?;
        Ok(Self(Arc::new(Inner { snapshot: ArcSwap::from_pointee(snapshot), refreshing: Mutex::new(()) })))
    }

    /// Reads the keys again, after the revision of `Room::Keys` moved. Signers that are prepared stay.
    pub async fn refresh(&self, db: &Db) -> Result<(), Fault> {
        let _one = self.0.refreshing.lock().await;
        let before = self.0.snapshot.load_full();
        let now = Snapshot::read(db, Some(&before)).await?;
        self.0.snapshot.store(Arc::new(now));
        Ok(())
    }

    /// What signs with this algorithm now.
    pub fn signer(&self, alg: Alg) -> Result<Arc<dyn Signer>, Fault> {
        let snapshot = self.0.snapshot.load();
        let signer = snapshot.active.get(&alg).ok_or(Fault::bug("signing with an algorithm that has no active key"))?;
        Ok(Arc::<MemorySigner>::clone(signer))
    }

    /// The JWK Set: Next, Active and Retiring keys.
    pub fn public_set(&self) -> Arc<PublishedSet> {
        Arc::clone(&self.0.snapshot.load().published)
    }

    /// The key for a token that we issued ourselves. A Next key counts: another node may have promoted it a moment ago.
    /// `None` for a key that is gone or revoked, and for one of another algorithm (RFC 8725 section 3.1: a key is for
    /// one algorithm).
    pub fn verification_key(&self, kid: &str, alg: Alg) -> Option<Arc<VerificationKey>> {
        let snapshot = self.0.snapshot.load();
        let held = snapshot.held.get(kid).filter(|held| held.facts.alg == alg)?;
        Some(Arc::clone(&held.verifier))
    }

    /// What is known of a key that is not gone.
    pub fn find(&self, kid: &str) -> Option<(Arc<Jwk>, KeyFacts)> {
        let snapshot = self.0.snapshot.load();
        snapshot.held.get(kid).map(|held| (Arc::clone(&held.public), held.facts.clone()))
    }
}

impl Snapshot {
    async fn read(db: &Db, before: Option<&Self>) -> Result<Self, Fault> {
        let rows = rows::live(&mut db.read().await?).await?;
        let mut held = BTreeMap::new();
        let mut active = BTreeMap::new();
        let mut shown = Vec::with_capacity(rows.len());
        for row in rows {
            let known = before.and_then(|before| before.held.get(&row.facts.kid));
            let key = Held::new(&row, known, db.seals())?;
            if let (State::Active { .. }, Some(signer)) = (row.facts.state, &key.signer) {
                active.insert(row.facts.alg, Arc::clone(signer));
            }
            held.insert(row.facts.kid, key);
            shown.push(row.public);
        }
        let body = format!(r#"{{"keys":[{}]}}"#, shown.join(","));
        let etag = format!("\"{}\"", URL_SAFE_NO_PAD.encode(digest::sha256(body.as_bytes()).bytes()));
        Ok(Self { held, active, published: Arc::new(PublishedSet { body, etag }) })
    }
}

impl Held {
    fn new(row: &rows::LiveKey, known: Option<&Self>, seals: &Seals) -> Result<Self, Fault> {
        let (public, verifier) = if let Some(known) = known {
            (Arc::clone(&known.public), Arc::clone(&known.verifier))
        } else {
            let public = Jwk::from_bytes(&row.public).map_err(|error| Fault::new("reading a public key", error))?;
            let verifier = VerificationKey::new(row.facts.alg, &public)?;
            (Arc::new(public), Arc::new(verifier))
        };
        let signer = match row.facts.state {
            State::Next { .. } | State::Active { .. } => Some(match known.and_then(|known| known.signer.as_ref()) {
                Some(signer) => Arc::clone(signer),
                None => Arc::new(open(row, seals)?),
            }),
            State::Retiring { .. } | State::Gone { .. } => None,
        };
        Ok(Self { facts: row.facts.clone(), public, verifier, signer })
    }
}

/// Opens the private half and prepares it for signing.
fn open(row: &rows::LiveKey, seals: &Seals) -> Result<MemorySigner, Fault> {
    let kid = &row.facts.kid;
    let opened = seals.open(kid.as_bytes(), &row.sealed).map_err(|error| Fault::new("opening a signing key", error))?;
    let opened = Secret::new(opened);
    let key = Jwk::from_bytes(opened.reveal()).map_err(|error| Fault::new("reading a signing key", error))?;
    MemorySigner::new(row.facts.alg, kid.clone(), &key)
}
