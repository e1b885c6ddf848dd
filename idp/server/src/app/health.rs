//! What must work before requests are taken.

use std::sync::Arc;

use async_trait::async_trait;
use idp_core::{
    crypto::jws::Alg,
    store::{MigrationState, StoreError, cache, revision},
};

use crate::{management::Health, web::house::House};

/// Every check, in the order in which `/healthz` shows them.
pub(super) fn all(house: &Arc<House>) -> Vec<Arc<dyn Health>> {
    vec![
        Arc::new(Database(Arc::clone(house))),
        Arc::new(Migrations(Arc::clone(house))),
        Arc::new(Keys(Arc::clone(house))),
        Arc::new(Cached(Arc::clone(house))),
    ]
}

struct Database(Arc<House>);

#[async_trait]
impl Health for Database {
    fn name(&self) -> &'static str {
        "database"
    }

    async fn check(&self) -> Result<(), String> {
        let read = async { revision::poll(&mut self.0.db.read().await?).await };
        read.await.map(|_| ()).map_err(|error: StoreError| error.to_string())
    }
}

struct Migrations(Arc<House>);

#[async_trait]
impl Health for Migrations {
    fn name(&self) -> &'static str {
        "migrations"
    }

    async fn check(&self) -> Result<(), String> {
        match self.0.db.migration_state().await {
            // A newer program migrated under us: migrations first expand, so we may go on until we are replaced.
            Ok(MigrationState::Current | MigrationState::Newer) => Ok(()),
            Ok(MigrationState::Behind(missing)) => Err(format!("{missing} missing")),
            Ok(MigrationState::Changed(step)) => Err(format!("{step} was applied with another text")),
            Err(error) => Err(error.to_string()),
        }
    }
}

struct Keys(Arc<House>);

#[async_trait]
impl Health for Keys {
    fn name(&self) -> &'static str {
        "keys"
    }

    async fn check(&self) -> Result<(), String> {
        let without = Alg::ALL.into_iter().find(|alg| self.0.keyring.signer(*alg).is_err());
        without.map_or(Ok(()), |alg| Err(format!("no active key for {}", alg.name())))
    }
}

struct Cached(Arc<House>);

#[async_trait]
impl Health for Cached {
    fn name(&self) -> &'static str {
        "cache"
    }

    /// The database decides everything, so a cache that is away costs retries and must not take the service down with it.
    fn is_required(&self) -> bool {
        false
    }

    async fn check(&self) -> Result<(), String> {
        cache::answers(&*self.0.cache).await.map_err(|error| error.to_string())
    }
}
