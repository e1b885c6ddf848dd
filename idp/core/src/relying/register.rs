//! The register in memory: what every request reads. It follows the database by revisions, at most one poll behind.

use std::{collections::HashMap, sync::Arc};

use arc_swap::ArcSwap;
use tokio::sync::Mutex;

use super::{
    party::{Party, PartyState},
    rows,
    uri::UriPolicy,
};
use crate::{
    store::Db,
    types::{Fault, Id, id},
};

/// All parties that are served. Cloning shares the snapshot.
#[derive(Clone)]
pub struct Register {
    policy: UriPolicy,
    snapshot: Arc<ArcSwap<Snapshot>>,
    /// One refresh at a time: a slow one may not put an older snapshot over a newer one.
    refreshing: Arc<Mutex<()>>,
}

#[derive(Default)]
struct Snapshot {
    by_client_id: HashMap<String, Arc<Party>>,
    by_id: HashMap<Id<id::Party>, Arc<Party>>,
}

impl Register {
    /// Reads all parties.
    pub async fn load(db: &Db, policy: UriPolicy) -> Result<Self, Fault> {
        let register = Self { policy, snapshot: Arc::default(), refreshing: Arc::default() };
        register.refresh(db).await?;
        Ok(register)
    }

    /// Reads them again, after the revision of [`crate::store::revision::Room::Relying`] moved.
    pub async fn refresh(&self, db: &Db) -> Result<(), Fault> {
        let _one = self.refreshing.lock().await;
        let mut conn = db.read().await?;
        let mut snapshot = Snapshot::default();
        for stored in rows::all(&mut conn).await? {
            if stored.state != PartyState::Active {
                continue;
            }
            let client_id = stored.client_id.clone();
            match Party::prepare(stored, self.policy) {
                Ok(party) => {
                    snapshot.by_id.insert(party.id, Arc::clone(&party));
                    snapshot.by_client_id.insert(client_id, party);
                }
                Err(fault) => tracing::error!(party.client_id = client_id, %fault, "a party is left out of service"),
            }
        }
        self.snapshot.store(Arc::new(snapshot));
        Ok(())
    }

    /// What may be registered here.
    pub const fn policy(&self) -> UriPolicy {
        self.policy
    }

    /// The party of a `client_id`, if it is served.
    pub fn by_client_id(&self, client_id: &str) -> Option<Arc<Party>> {
        self.snapshot.load().by_client_id.get(client_id).cloned()
    }

    /// The party of an id, if it is served.
    pub fn by_id(&self, id: Id<id::Party>) -> Option<Arc<Party>> {
        self.snapshot.load().by_id.get(&id).cloned()
    }

    /// Every party that is served.
    pub fn all(&self) -> Vec<Arc<Party>> {
        self.snapshot.load().by_id.values().cloned().collect()
    }

    /// Whether any party has a redirect URI of this origin: then its scripts may read answers (CORS).
    pub fn knows_origin(&self, origin: &str) -> bool {
        let snapshot = self.snapshot.load();
        let mut uris = snapshot.by_id.values().flat_map(|party| &party.redirect_uris);
        uris.any(|uri| uri.origin().as_deref() == Some(origin))
    }
}
