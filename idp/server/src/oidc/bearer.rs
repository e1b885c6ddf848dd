//! Access tokens of parties in their own name, read for other doors.

use std::sync::Arc;

use async_trait::async_trait;
use idp_core::types::{Fault, Timestamp};

use super::{
    access_token::{self, Holder},
    rows,
};
use crate::web::{
    bearer::{Bearers, Machine},
    house::House,
};

/// The reader of this server's tokens.
pub fn bearers(house: &Arc<House>) -> Arc<dyn Bearers> {
    Arc::new(Reader(Arc::clone(house)))
}

struct Reader(Arc<House>);

#[async_trait]
impl Bearers for Reader {
    async fn machine(&self, token: &str, audience: &str, now: Timestamp) -> Result<Option<Machine>, Fault> {
        let Some(read) = access_token::read(&self.0, token, now) else {
            return Ok(None);
        };
        let only_ours = matches!(&read.audience[..], [one] if one == audience);
        if !matches!(read.holder, Holder::Party) || !only_ours {
            return Ok(None);
        }
        let Some(party) = self.0.register.by_client_id(&read.client_id) else {
            return Ok(None);
        };
        let mut conn = self.0.db.read().await?;
        if rows::is_revoked(&mut conn, &read.jti).await? {
            return Ok(None);
        }
        Ok(Some(Machine { party, scopes: read.scopes }))
    }
}
