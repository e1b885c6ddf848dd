//! What one authorization gave a party: its code, and the family of tokens that the code buys.

use async_trait::async_trait;
use idp_core::{
    audit::{self, Event},
    crypto::{
        handle::{Code, Handle},
        random,
    },
    office::Capacity,
    relying::{Party, Scope},
    session::{self, Computer, Live, Population},
    signin::{self, Admitted, Refused, Standing},
    store::{StoreError, Tx, meta::Epoch},
    types::{Aal, Digest, Id, Locale, Timestamp, id},
};
use serde::{Deserialize, Serialize};

use super::{
    claims::Requested,
    officials::{self, Acts},
    pkce::Challenge,
    rows,
};
use crate::web::house::{Grants, House};

/// What was agreed when the code was issued; tokens say nothing else.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Terms {
    pub(super) redirect_uri: String,
    pub(super) scopes: Vec<Scope>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) nonce: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) challenge: Option<Challenge>,
    #[serde(default)]
    pub(super) requested: Requested,
    /// Resources named in the authorization request (RFC 8707 section 2.1); empty: the party's usual audience.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) resources: Vec<String>,
    pub(super) sub: String,
    pub(super) sid: String,
    pub(super) auth_at: Timestamp,
    pub(super) acr: String,
    pub(super) amr: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) locale: Option<Locale>,
    /// Whether its refresh tokens outlive the session (`offline_access`).
    pub(super) offline: bool,
    /// In which post they act; `None`: as themself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) acts: Option<Acts>,
}

/// A grant to be written.
pub(super) struct NewGrant<'a> {
    pub(super) id: Id<id::Grant>,
    pub(super) party: Id<id::Party>,
    pub(super) live: &'a Live,
    pub(super) code: Digest,
    pub(super) code_ends_at: Timestamp,
    pub(super) terms: &'a Terms,
    pub(super) epoch: Epoch,
    pub(super) ends_at: Timestamp,
}

/// A grant as stored, with its standing.
pub(super) struct Stored {
    pub(super) id: Id<id::Grant>,
    pub(super) party: Id<id::Party>,
    pub(super) person: Id<id::Person>,
    pub(super) terms: Terms,
    /// What the post in which they act says to the party now.
    pub(super) capacity: Option<Capacity>,
    /// Whether the access token asked about was revoked by itself.
    pub(super) jti_is_revoked: bool,
    pub(super) standing: Standing,
    /// Whose session it came from, and on whose computer: what decides how long that may be idle.
    pub(super) session_kind: (Population, Computer),
}

impl Stored {
    /// Passes the one gate, or does not.
    pub(super) fn admit(&self, house: &House, now: Timestamp) -> Result<Admitted, Refused> {
        let standing = Standing { party_is_served: house.register.by_id(self.party).is_some(), ..self.standing };
        let idle = house.limits().of(self.session_kind.0, self.session_kind.1).idle;
        signin::admit(&standing, house.epoch(), idle, now)
    }

    /// Nothing that is issued on a post lives longer than its rights.
    pub(super) fn until(&self, wanted: Timestamp) -> Timestamp {
        self.capacity.as_ref().map_or(wanted, |capacity| wanted.min(capacity.ends_at))
    }
}

/// What the authorization endpoint knows when it issues a code.
pub(super) struct Issue<'a> {
    pub(super) party: &'a Party,
    pub(super) live: &'a Live,
    pub(super) asked: &'a super::authorize::Request,
    /// The level that the party is told.
    pub(super) told: Aal,
}

/// Issues the one-time code of RFC 6749 section 4.1.2. The row keeps only its digest.
pub(super) async fn issue(tx: &mut Tx<'_>, house: &House, issue: &Issue<'_>) -> Result<Handle<Code>, StoreError> {
    let Issue { party, live, asked, told } = issue;
    let sub = signin::subject(tx, live.person, &party.sector).await?;
    let sid = session::join(tx, live.id, party.id, &sub).await?;
    session::touch(tx, live).await?;
    let now = tx.now();
    // What the person left out is left out of everything that this grant gives.
    let scopes = signin::released(tx, live.person, (party, &asked.scopes), now).await?.unwrap_or_default();
    let acts = officials::begin(tx, (party, live), &scopes).await?;
    if acts.is_some() {
        // They were given the post while they were signed in as a citizen.
        session::hold_to_office(tx, &mut (*live).clone(), house.limits()).await?;
    }
    let terms = Terms {
        acts,
        redirect_uri: asked.redirect_uri.clone(),
        offline: scopes.contains(&Scope::OfflineAccess),
        scopes,
        nonce: asked.nonce.clone(),
        challenge: asked.challenge.clone(),
        requested: asked.requested.clone(),
        resources: asked.resources.clone(),
        sub,
        sid,
        auth_at: live.auth_at,
        acr: told.acr().to_owned(),
        amr: live.amr.split(' ').map(str::to_owned).collect(),
        locale: asked.locale,
    };
    let code = Handle::<Code>::generate();
    let new = NewGrant {
        id: random::id(now),
        party: party.id,
        live,
        code: code.digest(),
        code_ends_at: now + house.settings.code_lifetime,
        terms: &terms,
        epoch: house.epoch(),
        ends_at: now + house.settings.refresh_absolute,
    };
    rows::insert_grant(tx, &new).await?;
    let scopes = Scope::join(&terms.scopes);
    audit::record(tx, Event::CodeIssued { person: live.person, party: party.id, grant: new.id, scopes }).await?;
    Ok(code)
}

/// Revokes a grant and all that it gave, once.
pub(super) async fn revoke(tx: &mut Tx<'_>, grant: Id<id::Grant>, because: &'static str) -> Result<(), StoreError> {
    if let Some((person, party)) = rows::revoke_grant(tx, grant, because).await? {
        audit::record(tx, Event::GrantRevoked { person, party, grant, because }).await?;
    }
    Ok(())
}

/// Revokes every grant of a person: their password changed, so whoever knew the old one may hold tokens that outlive the session.
pub async fn end_grants_of(tx: &mut Tx<'_>, person: Id<id::Person>, because: &'static str) -> Result<(), StoreError> {
    for grant in rows::open_grants(tx, person).await? {
        revoke(tx, grant, because).await?;
    }
    Ok(())
}

/// This door's grants, for doors that end them.
pub struct OpenGrants;

#[async_trait]
impl Grants for OpenGrants {
    async fn end_all_of(
        &self,
        tx: &mut Tx<'_>,
        person: Id<id::Person>,
        because: &'static str,
    ) -> Result<(), StoreError> {
        end_grants_of(tx, person, because).await
    }

    async fn end_of_session(
        &self,
        tx: &mut Tx<'_>,
        session: Id<id::Session>,
        because: &'static str,
    ) -> Result<(), StoreError> {
        for grant in rows::open_grants_of_session(tx, session).await? {
            revoke(tx, grant, because).await?;
        }
        Ok(())
    }

    async fn end_proved_with(
        &self,
        tx: &mut Tx<'_>,
        credential: Id<id::Credential>,
        because: &'static str,
    ) -> Result<(), StoreError> {
        for grant in rows::open_grants_proved_with(tx, credential).await? {
            revoke(tx, grant, because).await?;
        }
        Ok(())
    }
}

/// Revokes every grant: after a restore, when nobody knows any more which secrets were used.
pub async fn end_all(tx: &mut Tx<'_>, because: &'static str) -> Result<u64, StoreError> {
    rows::revoke_all(tx, because).await
}

/// Removes rows of this door that are of no use any more.
pub async fn sweep(tx: &mut Tx<'_>) -> Result<u64, StoreError> {
    rows::sweep(tx).await
}
