//! What a request knows before it looks at anything: which party calls, for what, and over which units.

use std::{sync::Arc, time::Duration};

use idp_core::{
    admin::{self, Allowed, Caller, Demand, Fresh, Permission, Subject, Targets, Who},
    office::{self, By, Place},
    org::{self, AsOf},
    store::{Conn, Cx},
    types::{Fault, Id, Timestamp, id},
};
use serde_json::Value;

use super::{
    answer::Shown,
    error::{Stop, Why},
    rows::{self, PLACES, Where},
};
use crate::web::{Params, house::House};

/// Who calls.
pub(super) struct Call {
    pub(super) house: Arc<House>,
    pub(super) party: Id<id::Party>,
    pub(super) caller: Caller,
    pub(super) cx: Cx,
}

/// What is asked of one thing, by HTTP or by one operation of a bulk request.
pub(super) struct Ask {
    pub(super) verb: Verb,
    pub(super) params: Params,
    pub(super) body: Option<Value>,
    /// `If-Match`, or the `version` of a bulk operation.
    pub(super) seen: Option<String>,
    /// `If-None-Match`.
    pub(super) known: Option<String>,
}

/// What shall be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verb {
    Get,
    Post,
    Put,
    Patch,
    Delete,
}

impl Ask {
    /// Which part of each resource is shown.
    pub(super) fn shown(&self) -> Result<Shown, Stop> {
        Shown::parse(&self.params)
    }

    /// The body, which there must be: an object.
    pub(super) fn object(&self) -> Result<&Value, Stop> {
        self.body.as_ref().filter(|body| body.is_object()).ok_or_else(|| Why::Syntax.into())
    }

    /// Whether the caller saw this version, where it says which it saw (RFC 7644 section 3.14).
    pub(super) fn saw(&self, version: &str) -> Result<(), Stop> {
        let fits = |seen: &String| seen == "*" || seen.split(',').any(|one| one.trim() == version);
        if self.seen.as_ref().is_none_or(fits) { Ok(()) } else { Err(Why::Version.into()) }
    }
}

impl Call {
    pub(super) fn now(&self) -> Timestamp {
        self.cx.now
    }

    /// What the party may look at, asked of the register within the transaction.
    pub(super) async fn view(&self, conn: &mut Conn) -> Result<View, Stop> {
        let allowed = self.allowed(conn, Permission::ReadOfficials).await?;
        let now = self.now();
        let places = match org::root(conn, AsOf::at(now)).await? {
            Some(root) => {
                let reaches = allowed.reaches(Permission::ReadOfficials, now);
                office::visible(conn, &reaches, (root, now)).await?.places
            }
            None => Vec::new(),
        };
        if places.len() > PLACES {
            // Leaving some out would show half of what there is as if it were all.
            return Err(Stop::at(Why::State, "appointments"));
        }
        let places = places.into_iter().map(|place| match place {
            Place::Under(unit) | Place::Alone(unit) => unit,
        });
        Ok(View(Where { places: places.collect(), deep: true, party: Some(self.party), at: now }))
    }

    /// By what the party writes posts.
    pub(super) async fn by(&self, conn: &mut Conn) -> Result<By, Stop> {
        let allowed = self.assigning(conn).await?;
        let by = allowed.by(Permission::AssignOfficials, self.now());
        by.ok_or(Stop::Gate { why: Why::Forbidden, because: "not-permitted" })
    }

    /// The proof that the party may write posts.
    pub(super) async fn assigning(&self, conn: &mut Conn) -> Result<Allowed, Stop> {
        self.allowed(conn, Permission::AssignOfficials).await
    }

    async fn allowed(&self, conn: &mut Conn, permission: Permission) -> Result<Allowed, Stop> {
        let demand = Demand { permission: Some(permission), who: Who::Both, fresh: Fresh::No };
        let allowed = admin::allow(conn, &self.caller, &demand, &Targets::Open, self.now()).await?;
        allowed.map_err(|refusal| Stop::Gate { why: Why::Forbidden, because: refusal.word() })
    }

    /// Counts what the party asks, in requests. In the cache: a limit of speed, never a rule, so a cache that is away lets everybody through.
    ///
    /// # Errors
    /// [`Why::TooMany`]: more than it may ask in a minute.
    pub(super) async fn pay(&self, requests: usize) -> Result<(), Stop> {
        let counter = format!("scim-rate:{}", Subject::Party(self.party).name());
        let most = u64::from(self.house.settings.admin_requests_per_minute);
        for _ in 0..requests {
            let counted = self.house.cache.count(&counter, Duration::from_secs(60)).await;
            if counted.is_ok_and(|count| count > most) {
                return Err(Why::TooMany.into());
            }
        }
        Ok(())
    }

    pub(super) async fn read(&self) -> Result<Conn, Fault> {
        Ok(self.house.db.read().await?)
    }
}

/// Which officials and units a party sees: those of its units, and the users that it named itself.
pub(super) struct View(pub(super) Where);

impl View {
    /// Whether a user is there for the party.
    pub(super) async fn user(&self, conn: &mut Conn, person: Id<id::Person>) -> Result<(), Stop> {
        if rows::sees(conn, &self.0, person).await? { Ok(()) } else { Err(Why::NotFound.into()) }
    }

    /// Those of these units that the party sees.
    pub(super) async fn covers(&self, conn: &mut Conn, units: &[Id<id::Unit>]) -> Result<Vec<Id<id::Unit>>, Stop> {
        Ok(rows::covered(conn, &self.0, units).await?)
    }

    /// Whether the party sees a unit.
    pub(super) async fn sees_unit(&self, conn: &mut Conn, unit: Id<id::Unit>) -> Result<bool, Stop> {
        Ok(!self.covers(conn, &[unit]).await?.is_empty())
    }
}
