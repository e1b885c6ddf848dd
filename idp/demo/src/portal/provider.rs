//! What the portal knows of its provider: the discovery document and the keys, read at first use.

use std::sync::Arc;
use std::time::Duration;

use openidconnect::core::{
    CoreAuthDisplay, CoreAuthPrompt, CoreErrorResponseType, CoreGenderClaim, CoreJsonWebKey,
    CoreJweContentEncryptionAlgorithm, CoreJwsSigningAlgorithm, CoreRevocableToken, CoreRevocationErrorResponse,
    CoreTokenIntrospectionResponse, CoreTokenType,
};
use openidconnect::{
    AdditionalClaims, EmptyExtraTokenFields, EndpointMaybeSet, EndpointNotSet, EndpointSet, IdToken, IdTokenFields,
    IssuerUrl, ProviderMetadataWithLogout, StandardErrorResponse, StandardTokenResponse,
};
use serde::{Deserialize, Serialize};
use tokio::sync::Mutex;

use super::config::Settings;
use super::http::Http;
use crate::Clock;

/// As long as the provider lets its key set be cached.
const FRESH_MS: i64 = 300_000;
/// An unknown key id asks for the keys again, but junk tokens must not make us ask without end.
const AGAIN_MS: i64 = 5_000;
/// The provider may be starting in the same second as the portal.
const PAUSES_MS: [u64; 3] = [0, 200, 600];

/// The claim `sid`, which names the provider's session (Back-Channel Logout 1.0 §2.1), and the post in which somebody acts.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct SessionClaims {
    pub(super) sid: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) position: Option<Position>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) unit: Option<Unit>,
}

/// What somebody is called in a unit.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Position {
    pub(super) vi: String,
    pub(super) en: String,
}

/// Where somebody serves.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Unit {
    pub(super) name: String,
}

impl AdditionalClaims for SessionClaims {}

/// An ID token with a `sid`.
pub(super) type PortalIdToken =
    IdToken<SessionClaims, CoreGenderClaim, CoreJweContentEncryptionAlgorithm, CoreJwsSigningAlgorithm>;

type Fields = IdTokenFields<
    SessionClaims,
    EmptyExtraTokenFields,
    CoreGenderClaim,
    CoreJweContentEncryptionAlgorithm,
    CoreJwsSigningAlgorithm,
>;

/// The token endpoint's answer.
pub(super) type PortalTokens = StandardTokenResponse<Fields, CoreTokenType>;

/// `openidconnect`'s client with our claims, as discovery leaves it.
pub(super) type PortalClient = openidconnect::Client<
    SessionClaims,
    CoreAuthDisplay,
    CoreGenderClaim,
    CoreJweContentEncryptionAlgorithm,
    CoreJsonWebKey,
    CoreAuthPrompt,
    StandardErrorResponse<CoreErrorResponseType>,
    PortalTokens,
    CoreTokenIntrospectionResponse,
    CoreRevocableToken,
    CoreRevocationErrorResponse,
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;

/// The provider did not answer, or its discovery document is not that of the issuer we trust.
#[derive(Debug, thiserror::Error)]
#[error("the provider cannot be reached")]
pub(super) struct Unreachable;

/// The provider, as far as known.
pub(super) struct Provider {
    pub(super) http: Http,
    issuer: IssuerUrl,
    clock: Clock,
    known: Mutex<Option<Known>>,
}

struct Known {
    metadata: Arc<ProviderMetadataWithLogout>,
    read_at_ms: i64,
}

impl Provider {
    pub(super) fn new(http: Http, issuer: IssuerUrl, clock: Clock) -> Self {
        Self { http, issuer, clock, known: Mutex::default() }
    }

    /// The discovery document with the keys, at most five minutes old; older while the provider is away.
    pub(super) async fn metadata(&self) -> Result<Arc<ProviderMetadataWithLogout>, Unreachable> {
        self.not_older_than(FRESH_MS).await
    }

    /// The same, read again because a token names a key that we do not have.
    pub(super) async fn metadata_again(&self) -> Result<Arc<ProviderMetadataWithLogout>, Unreachable> {
        self.not_older_than(AGAIN_MS).await
    }

    async fn not_older_than(&self, age_ms: i64) -> Result<Arc<ProviderMetadataWithLogout>, Unreachable> {
        // Held over the exchange: many visitors at once cause one question.
        let mut known = self.known.lock().await;
        let now_ms = self.clock.now_ms();
        if let Some(known) = known.as_ref()
            && now_ms - known.read_at_ms < age_ms
        {
            return Ok(known.metadata.clone());
        }
        if let Some(metadata) = self.discover(known.is_none()).await {
            *known = Some(Known { metadata: Arc::new(metadata), read_at_ms: now_ms });
        }
        known.as_ref().map(|known| known.metadata.clone()).ok_or(Unreachable)
    }

    async fn discover(&self, first: bool) -> Option<ProviderMetadataWithLogout> {
        for pause in if first { &PAUSES_MS[..] } else { &PAUSES_MS[..1] } {
            tokio::time::sleep(Duration::from_millis(*pause)).await;
            match ProviderMetadataWithLogout::discover_async(self.issuer.clone(), &self.http).await {
                Ok(metadata) => return Some(metadata),
                Err(error) => {
                    tracing::warn!(%error, issuer = self.issuer.as_str(), "sample portal could not read discovery");
                }
            }
        }
        None
    }
}

/// The client for one exchange.
pub(super) fn client(metadata: &ProviderMetadataWithLogout, settings: &Settings) -> PortalClient {
    let secret = Some(settings.client_secret.clone());
    openidconnect::Client::from_provider_metadata(metadata.clone(), settings.client_id.clone(), secret)
        .set_redirect_uri(settings.redirect_uri.clone())
}
