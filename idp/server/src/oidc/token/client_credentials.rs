//! `client_credentials` (RFC 6749 section 4.4): a party in its own name. It changes no row, so it is counted, not written one by one.

use idp_core::relying::Scope;

use super::{Answer, Ask};
use crate::oidc::{
    access_token, authorize,
    error::{Code, OauthError},
};

/// Issues a token for the party itself.
pub(super) fn exchange(ask: &Ask<'_>) -> Result<Answer, OauthError> {
    // Every scope known here is about a person; a party in its own name has none.
    let about_a_person =
        ask.form.get("scope").is_some_and(|text| text.split(' ').any(|word| Scope::from_word(word).is_some()));
    if about_a_person {
        return Err(OauthError::new(Code::InvalidScope, "this scope is about a person"));
    }
    let resources =
        authorize::resources(ask.form, &ask.party).map_err(|(code, because)| OauthError::new(code, because))?;
    let access_token = access_token::for_party(ask.house, &ask.party, &resources, ask.cx.now)?;
    ask.house.client_tokens.add(ask.party.id);
    Ok(Answer {
        access_token,
        token_type: "Bearer",
        expires_in: ask.house.settings.access_token_lifetime.as_secs(),
        refresh_token: None,
        id_token: None,
        scope: None,
    })
}
