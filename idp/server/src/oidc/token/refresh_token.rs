//! `refresh_token` (RFC 6749 section 6): rotated at every use, and the family revoked when a spent one comes again.
//!
//! A party whose network broke after we answered repeats the token it knows. Within ten seconds, while the successor is unused, it gets a
//! sibling and the successor is retired: of any two copies only one lives on. Everything else is theft until proved otherwise.

use std::time::Duration;

use idp_core::{
    audit::{self, Event},
    crypto::handle::{Handle, Refresh},
    relying::Scope,
    signin,
    store::{StoreError, Tx},
    types::Digest,
};

use super::{
    Answer, Ask,
    authorization_code::narrow,
    invalid_grant,
    mint::{self, Decided},
};
use crate::oidc::{
    authorize,
    error::{Code, OauthError},
    grant::{self, Stored},
    officials,
    rows::{self, StoredRefresh},
};

/// A retry of the spent token is taken for a broken network this long.
const RETRY: Duration = Duration::from_secs(10);

enum Outcome {
    Decided(Box<Decided>),
    Refused(OauthError),
}

/// Exchanges a refresh token.
pub(super) async fn exchange(ask: &Ask<'_>) -> Result<Answer, OauthError> {
    let shown = ask.form.get("refresh_token");
    let shown = shown.ok_or_else(|| OauthError::new(Code::InvalidRequest, "refresh_token is missing"))?;
    let digest = Handle::<Refresh>::digest_of(shown).ok_or_else(|| invalid_grant("not a refresh token"))?;
    let resources =
        authorize::resources(ask.form, &ask.party).map_err(|(code, because)| OauthError::new(code, because))?;
    let outcome = ask.house.db.write(&ask.cx, |tx| Box::pin(present(tx, ask, digest, &resources))).await?;
    match outcome {
        Outcome::Decided(decided) => mint::mint(ask, &decided),
        Outcome::Refused(error) => Err(error),
    }
}

async fn present(tx: &mut Tx<'_>, ask: &Ask<'_>, digest: Digest, resources: &[String]) -> Result<Outcome, StoreError> {
    let refused = |because| Ok(Outcome::Refused(invalid_grant(because)));
    let Some(token) = rows::refresh(tx, digest).await? else {
        return refused("unknown refresh token");
    };
    let now = tx.now();
    let stored = rows::grant(tx, token.grant, None, now).await?;
    let stored = stored.ok_or(idp_core::types::Fault::bug("reading the grant of a token"))?;
    if stored.party != ask.party.id {
        grant::revoke(tx, stored.id, "shown-by-another-party").await?;
        return refused("refresh token of another party");
    }
    let admitted = match stored.admit(ask.house, tx.now()) {
        Ok(admitted) => admitted,
        Err(why) => return refused(why.word()),
    };
    // What the request asks wrongly costs nobody their token: it is judged before the token is spent.
    let (scopes, resources) = match ask_for(ask, &stored, resources) {
        Ok(asked) => asked,
        Err(error) => return Ok(Outcome::Refused(error)),
    };
    let Some(agreed) = signin::released(tx, stored.person, (&ask.party, &stored.terms.scopes), now).await? else {
        return refused("consent was withdrawn");
    };
    let scopes: Vec<Scope> = scopes.into_iter().filter(|scope| agreed.contains(scope)).collect();
    let Some(attributes) = mint::attributes(tx, &stored, &scopes).await? else {
        return refused("person");
    };
    let Some(successor) = rotate(tx, (ask, &stored), (digest, &token)).await? else {
        if token.used_at.is_none() && token.retired_at.is_none() {
            return refused("refresh token idle too long");
        }
        return replayed(tx, &stored).await;
    };
    let official = officials::claims(tx, (&ask.party, &stored), &scopes, now).await?;
    audit::record(tx, Event::Refreshed { person: stored.person, party: stored.party, grant: stored.id }).await?;
    let refresh = Some(successor);
    let decided = Decided { grant: stored, admitted, scopes, resources, attributes, official, refresh, nonce: false };
    Ok(Outcome::Decided(Box::new(decided)))
}

/// Spends the token and makes its successor, or a sibling for an honest retry. `None`: it may not be used.
async fn rotate(
    tx: &mut Tx<'_>,
    (ask, stored): (&Ask<'_>, &Stored),
    (digest, token): (Digest, &StoredRefresh),
) -> Result<Option<Handle<Refresh>>, StoreError> {
    let fresh = Handle::<Refresh>::generate();
    let spent = rows::spend_refresh(tx, digest, fresh.digest()).await?;
    let honest_retry =
        token.used_at.is_some_and(|used_at| tx.now().since(used_at) <= RETRY) && token.idle_until > tx.now();
    let replaced = match (spent, token.successor) {
        (false, Some(old)) if honest_retry && token.retired_at.is_none() => {
            rows::replace_successor(tx, digest, (old, fresh.digest())).await?
        }
        _ => false,
    };
    if !(spent || replaced) {
        return Ok(None);
    }
    let idle_until = stored.until(tx.now() + ask.house.settings.refresh_idle);
    rows::insert_refresh(tx, fresh.digest(), token.grant, idle_until).await?;
    Ok(Some(fresh))
}

/// Two hold the same token: neither is believed any more.
async fn replayed(tx: &mut Tx<'_>, stored: &Stored) -> Result<Outcome, StoreError> {
    if let Some((person, party)) = rows::revoke_grant(tx, stored.id, "refresh-replayed").await? {
        audit::record(tx, Event::RefreshReplayed { person, party, grant: stored.id }).await?;
    }
    Ok(Outcome::Refused(invalid_grant("refresh token was spent before")))
}

/// The scopes and resources of this token: inside what was granted, and inside what the party may still ask for.
fn ask_for(ask: &Ask<'_>, stored: &Stored, resources: &[String]) -> Result<(Vec<Scope>, Vec<String>), OauthError> {
    let granted: Vec<Scope> = stored.terms.scopes.iter().copied().filter(|scope| ask.party.may_ask(*scope)).collect();
    let scopes = match ask.form.get("scope") {
        None => granted,
        Some(text) => {
            let asked: Vec<Scope> = text.split(' ').filter_map(Scope::from_word).collect();
            if asked.iter().any(|scope| !granted.contains(scope)) {
                return Err(OauthError::new(Code::InvalidScope, "a scope goes beyond the grant"));
            }
            asked
        }
    };
    Ok((scopes, narrow(stored, resources)?))
}
