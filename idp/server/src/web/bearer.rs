//! Access tokens at doors that are no part of OAuth. The door that makes tokens implements it; the roof hands it to the doors that ask.

use std::sync::Arc;

use async_trait::async_trait;
use idp_core::{
    relying::{Party, Scope},
    types::{Fault, Timestamp},
};

/// A token of a party in its own name that is good for one audience now.
pub struct Machine {
    /// Whose it is.
    pub party: Arc<Party>,
    /// What it may be used for.
    pub scopes: Vec<Scope>,
}

/// Reads access tokens of ours.
#[async_trait]
pub trait Bearers: Send + Sync {
    /// The party of a token in its own name whose only audience is `audience`. `None`: it is none of ours, over its time, revoked, of a
    /// person, or for somebody else as well: whoever else it is for could use it here.
    async fn machine(&self, token: &str, audience: &str, now: Timestamp) -> Result<Option<Machine>, Fault>;
}
