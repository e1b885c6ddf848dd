//! Parties as stored, and the one way to make or change them.

use std::sync::Arc;

use super::{
    definition::{Definition, DefinitionError, GrantType, Scope},
    rows,
    uri::{RedirectUri, UriPolicy},
};
use crate::{
    audit::{self, Event},
    crypto::{
        digest,
        jwk::{self, Jwk},
        random,
    },
    store::{Conn, StoreError, Tx, revision},
    types::{Digest, Fault, Id, id},
};

/// Whether a party is served. A party that is not is answered like one that does not exist.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PartyState {
    /// Served.
    Active,
    /// Not served; its tokens are dead.
    Disabled,
}

impl PartyState {
    /// The word that rows hold.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Disabled => "disabled",
        }
    }

    pub(super) fn from_word(word: &str) -> Result<Self, Fault> {
        match word {
            "active" => Ok(Self::Active),
            "disabled" => Ok(Self::Disabled),
            _ => Err(Fault::bug("reading the state of a party")),
        }
    }
}

/// A party as stored.
#[derive(Clone)]
pub struct StoredParty {
    /// Its id.
    pub id: Id<id::Party>,
    /// Its `client_id`.
    pub client_id: String,
    /// Whether it is served.
    pub state: PartyState,
    /// What it is.
    pub definition: Definition,
    /// The digest of its secret, if it has one.
    pub secret: Option<Digest>,
}

/// A party ready for use: everything that a request asks about it is parsed already.
pub struct Party {
    /// Its id.
    pub id: Id<id::Party>,
    /// Its `client_id`.
    pub client_id: String,
    /// What it is.
    pub definition: Definition,
    /// The digest of its secret, if it has one.
    pub secret: Option<Digest>,
    /// Where codes may be sent.
    pub redirect_uris: Vec<RedirectUri>,
    /// Its public keys for `private_key_jwt`.
    pub keys: Vec<Jwk>,
    /// The sector of its subjects.
    pub sector: String,
}

impl Party {
    /// Prepares an active party. The stored definition was checked when it was saved; one that no longer passes (the
    /// rules grew) is left out of service, with a fault in the log.
    pub(super) fn prepare(stored: StoredParty, policy: UriPolicy) -> Result<Arc<Self>, Fault> {
        let StoredParty { id, client_id, definition, secret, .. } = stored;
        let uris = definition.redirect_uris.iter().map(|uri| RedirectUri::parse(uri, definition.kind, policy));
        let redirect_uris =
            uris.collect::<Result<_, _>>().map_err(|error| Fault::new("reading a redirect URI", error))?;
        let keys = definition.jwks.as_ref().map(jwk::parse_set).transpose();
        let keys = keys.map_err(|error| Fault::new("reading the keys of a party", error))?.unwrap_or_default();
        let sector = definition.sector().ok_or(Fault::bug("finding the sector of a party"))?;
        Ok(Arc::new(Self { id, client_id, definition, secret, redirect_uris, keys, sector }))
    }

    /// The registered address that a request names exactly.
    pub fn redirect_uri(&self, asked: &str) -> Option<&RedirectUri> {
        self.redirect_uris.iter().find(|uri| uri.matches(asked, self.definition.kind))
    }

    /// Whether it registered this grant type.
    pub fn may_use(&self, grant: GrantType) -> bool {
        self.definition.grant_types.contains(&grant)
    }

    /// Whether it was granted this scope.
    pub fn may_ask(&self, scope: Scope) -> bool {
        self.definition.scopes.contains(&scope)
    }

    /// The audience of access tokens for which no `resource` was named.
    pub fn default_audience<'a>(&'a self, issuer: &'a str) -> &'a str {
        self.definition.audience.as_deref().unwrap_or(issuer)
    }

    /// Whether a token with this audience is meant for it: only then may it introspect the token.
    pub fn is_audience(&self, audience: &str) -> bool {
        audience == self.client_id
            || self.definition.audience.as_deref() == Some(audience)
            || self.definition.resources.iter().any(|resource| resource == audience)
    }
}

/// What a save did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// The party is new.
    Made,
    /// It was changed.
    Changed,
    /// It was as asked already.
    None,
}

/// A party to be made or changed.
pub struct Save<'a> {
    /// Its `client_id`.
    pub client_id: &'a str,
    /// Whether it is served.
    pub state: PartyState,
    /// What it is.
    pub definition: Definition,
    /// A new secret's digest; `None` keeps the stored one.
    pub secret: Option<Digest>,
}

/// Why a party was not saved.
#[derive(Debug, thiserror::Error)]
pub enum SaveError {
    /// The definition is refused.
    #[error(transparent)]
    Definition(#[from] DefinitionError),
    /// Nobody planned it.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Makes or changes a party. An update is checked exactly as a creation.
pub async fn save(tx: &mut Tx<'_>, save: Save<'_>, policy: UriPolicy) -> Result<Change, SaveError> {
    let stored = rows::by_client_id(tx, save.client_id).await?;
    let secret = save.secret.or(stored.as_ref().and_then(|stored| stored.secret));
    save.definition.check(save.client_id, secret.is_some(), policy)?;
    let text = serde_json::to_string(&save.definition).map_err(|error| Fault::new("writing a definition", error));
    let text = text.map_err(StoreError::from)?;
    let (id, change) = match stored {
        None => {
            let id = random::id(tx.now());
            rows::insert(tx, id, &save, &text).await?;
            (id, Change::Made)
        }
        Some(old) => {
            if old.state == save.state && old.definition == save.definition && old.secret == secret {
                return Ok(Change::None);
            }
            rows::update(tx, old.id, (save.state, &text, secret)).await?;
            (old.id, Change::Changed)
        }
    };
    revision::bump(tx, revision::Room::Relying).await?;
    let event = Event::PartyChanged {
        party: id,
        client_id: save.client_id.to_owned(),
        change: if save.state == PartyState::Disabled { "disabled" } else { word(change) },
        digest: digest::sha256(text.as_bytes()).hex(),
    };
    audit::record(tx, event).await?;
    Ok(change)
}

const fn word(change: Change) -> &'static str {
    match change {
        Change::Made => "made",
        Change::Changed => "changed",
        Change::None => "none",
    }
}

/// The party of an id, whatever its state: people see with whom they dealt also after a service ended.
pub async fn by_id(conn: &mut Conn, id: Id<id::Party>) -> Result<Option<StoredParty>, StoreError> {
    rows::by_id(conn, id).await
}

/// A stored party, whatever its state.
pub async fn by_client_id(conn: &mut Conn, client_id: &str) -> Result<Option<StoredParty>, StoreError> {
    rows::by_client_id(conn, client_id).await
}
