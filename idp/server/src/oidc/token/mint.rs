//! The one place where tokens are made for a person's party. It asks for the gate's proof, so no path can forget the gate.

use idp_core::{
    crypto::handle::{Handle, Refresh},
    relying::Scope,
    signin::{self, Admitted, Attributes},
    store::{StoreError, Tx},
};

use serde_json::{Map, Value};

use super::{Answer, Ask};
use crate::oidc::{access_token, error::OauthError, grant::Stored, id_token};

/// What a grant file decided, inside its transaction.
pub(super) struct Decided {
    pub(super) grant: Stored,
    pub(super) admitted: Admitted,
    /// Scopes and resources of this very access token.
    pub(super) scopes: Vec<Scope>,
    pub(super) resources: Vec<String>,
    pub(super) attributes: Attributes,
    /// What the scope `officials` tells.
    pub(super) official: Map<String, Value>,
    pub(super) refresh: Option<Handle<Refresh>>,
    /// Whether the ID token repeats the request's `nonce`.
    pub(super) nonce: bool,
}

/// What the ID token tells of the person, read only where the party asked for claims in it. `None`: nothing may be said about them.
pub(super) async fn attributes(
    tx: &mut Tx<'_>,
    grant: &Stored,
    scopes: &[Scope],
) -> Result<Option<Attributes>, StoreError> {
    if grant.terms.requested.id_token.is_empty() {
        // The gate has asked whether the person may be spoken of.
        return Ok(Some(Attributes::default()));
    }
    signin::attributes(tx, grant.person, scopes).await
}

/// Makes the tokens and the answer.
pub(super) fn mint(ask: &Ask<'_>, decided: &Decided) -> Result<Answer, OauthError> {
    let Decided { grant, admitted, scopes, resources, attributes, official, .. } = decided;
    let of = (&*ask.party, grant);
    let with = access_token::With { scopes, resources, official };
    let access_token = access_token::for_grant(ask.house, of, with, ask.cx.now, admitted)?;
    let with = id_token::With { access_token: &access_token, attributes, official, nonce: decided.nonce };
    let openid = scopes.contains(&Scope::Openid);
    let id_token = openid.then(|| id_token::make(ask.house, of, &with, ask.cx.now, admitted)).transpose()?;
    Ok(Answer {
        access_token,
        token_type: "Bearer",
        expires_in: grant.until(ask.cx.now + ask.house.settings.access_token_lifetime).since(ask.cx.now).as_secs(),
        refresh_token: decided.refresh.as_ref().map(|handle| handle.reveal().to_owned()),
        id_token,
        scope: (!scopes.is_empty()).then(|| Scope::join(scopes)),
    })
}
