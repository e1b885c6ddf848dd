//! `client_credentials` (RFC 6749 section 4.4): a party in its own name. It changes no row, so it is counted, not written one by one.

use idp_core::relying::Scope;

use super::{Answer, Ask};
use crate::oidc::{
    access_token, authorize,
    error::{Code, OauthError},
};

/// Issues a token for the party itself.
pub(super) fn exchange(ask: &Ask<'_>) -> Result<Answer, OauthError> {
    let scopes = scopes(ask)?;
    let resources =
        authorize::resources(ask.form, &ask.party).map_err(|(code, because)| OauthError::new(code, because))?;
    let access_token = access_token::for_party(ask.house, &ask.party, (&scopes, &resources), ask.cx.now)?;
    ask.house.client_tokens.add(ask.party.id);
    Ok(Answer {
        access_token,
        token_type: "Bearer",
        expires_in: ask.house.settings.access_token_lifetime.as_secs(),
        refresh_token: None,
        id_token: None,
        scope: (!scopes.is_empty()).then(|| Scope::join(&scopes)),
    })
}

/// A party in its own name has no scope that is about a person; what it has must be asked for and granted.
fn scopes(ask: &Ask<'_>) -> Result<Vec<Scope>, OauthError> {
    let words = ask.form.get("scope").unwrap_or_default().split(' ');
    let scopes: Vec<Scope> = words.filter_map(Scope::from_word).collect();
    if scopes.iter().any(|scope| scope.is_about_a_person()) {
        return Err(OauthError::new(Code::InvalidScope, "this scope is about a person"));
    }
    if scopes.iter().any(|scope| !ask.party.may_ask(*scope)) {
        return Err(OauthError::new(Code::InvalidScope, "a scope was not granted to the party"));
    }
    Ok(scopes)
}
