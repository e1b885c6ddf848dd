//! `authorization_code` (RFC 6749 section 4.1.3).

use idp_core::{
    audit::{self, Event},
    crypto::handle::{Code as CodeKind, Handle, Refresh},
    relying::{GrantType, Scope},
    store::{StoreError, Tx},
    types::{Digest, Id, id},
};

use super::{
    Answer, Ask, invalid_grant,
    mint::{self, Decided},
};
use crate::oidc::{
    authorize,
    error::{Code, OauthError},
    grant::{self, Stored},
    officials, rows,
};

/// What one presentation of a code led to. A refusal is committed too: the code is burnt.
enum Outcome {
    Decided(Box<Decided>),
    Refused(OauthError),
}

/// Exchanges a code. It is spent by its first presentation, right or wrong: whoever shows a code that does not fit has stolen or guessed it.
pub(super) async fn exchange(ask: &Ask<'_>) -> Result<Answer, OauthError> {
    let shown = ask.form.get("code").ok_or_else(|| OauthError::new(Code::InvalidRequest, "code is missing"))?;
    let code = Handle::<CodeKind>::digest_of(shown).ok_or_else(|| invalid_grant("not a code"))?;
    let resources =
        authorize::resources(ask.form, &ask.party).map_err(|(code, because)| OauthError::new(code, because))?;
    let outcome = ask.house.db.write(&ask.cx, |tx| Box::pin(present(tx, ask, code, &resources))).await?;
    match outcome {
        Outcome::Decided(decided) => mint::mint(ask, &decided),
        Outcome::Refused(error) => Err(error),
    }
}

async fn present(tx: &mut Tx<'_>, ask: &Ask<'_>, code: Digest, resources: &[String]) -> Result<Outcome, StoreError> {
    let Some((stored, ends_at)) = rows::spend_code(tx, code).await? else {
        return replayed(tx, code).await;
    };
    let flaw = flaw(ask, &stored, ends_at <= tx.now());
    if let Some(because) = flaw {
        burn(tx, &stored, because).await?;
        return Ok(Outcome::Refused(invalid_grant(because)));
    }
    let admitted = match stored.admit(ask.house, tx.now()) {
        Ok(admitted) => admitted,
        Err(refused) => {
            grant::revoke(tx, stored.id, refused.word()).await?;
            return Ok(Outcome::Refused(invalid_grant(refused.word())));
        }
    };
    let resources = match narrow(&stored, resources) {
        Ok(resources) => resources,
        Err(error) => return Ok(Outcome::Refused(error)),
    };
    let Some(attributes) = mint::attributes(tx, &stored, &stored.terms.scopes).await? else {
        return Ok(Outcome::Refused(invalid_grant("person")));
    };
    let official = officials::claims(tx, (&ask.party, &stored), &stored.terms.scopes, ask.cx.now).await?;
    let refresh = issue_refresh(tx, ask, &stored).await?;
    audit::record(tx, Event::CodeRedeemed { person: stored.person, party: stored.party, grant: stored.id }).await?;
    let scopes = stored.terms.scopes.clone();
    let decided = Decided { grant: stored, admitted, scopes, resources, attributes, official, refresh, nonce: true };
    Ok(Outcome::Decided(Box::new(decided)))
}

/// Everything that binds a code to its request (RFC 6749 section 4.1.3, RFC 7636 section 4.6).
fn flaw(ask: &Ask<'_>, stored: &Stored, too_late: bool) -> Option<&'static str> {
    let terms = &stored.terms;
    let verifier = ask.form.get("code_verifier");
    let redirect_uri = ask.form.get("redirect_uri");
    let flaws = [
        (stored.party != ask.party.id, "code-of-another-party"),
        (too_late, "code-too-old"),
        (redirect_uri.is_some_and(|uri| uri != terms.redirect_uri), "another-redirect-uri"),
        // A verifier without a challenge: somebody stripped the challenge from the request (RFC 9700 section 4.8.2).
        (terms.challenge.is_none() && verifier.is_some(), "verifier-without-challenge"),
        (terms.challenge.is_some() && verifier.is_none(), "verifier-missing"),
        (
            terms.challenge.as_ref().zip(verifier).is_some_and(|(challenge, verifier)| !challenge.fits(verifier)),
            "verifier-wrong",
        ),
    ];
    flaws.into_iter().find_map(|(is, because)| is.then_some(because))
}

/// A code that was spent before: what it bought is revoked (RFC 6749 section 4.1.2).
async fn replayed(tx: &mut Tx<'_>, code: Digest) -> Result<Outcome, StoreError> {
    let Some(id) = rows::grant_of_code(tx, code).await? else {
        return Ok(Outcome::Refused(invalid_grant("unknown code")));
    };
    revoke_as_replayed(tx, id, "spent-before").await?;
    Ok(Outcome::Refused(invalid_grant("code was spent before")))
}

async fn burn(tx: &mut Tx<'_>, stored: &Stored, because: &'static str) -> Result<(), StoreError> {
    revoke_as_replayed(tx, stored.id, because).await
}

async fn revoke_as_replayed(tx: &mut Tx<'_>, grant: Id<id::Grant>, because: &'static str) -> Result<(), StoreError> {
    if let Some((person, party)) = rows::revoke_grant(tx, grant, because).await? {
        audit::record(tx, Event::CodeReplayed { person, party, grant, because }).await?;
    }
    Ok(())
}

/// RFC 8707 section 2.2: a token request may narrow the resources of its authorization, not widen them.
pub(super) fn narrow(stored: &Stored, asked: &[String]) -> Result<Vec<String>, OauthError> {
    let granted = &stored.terms.resources;
    if asked.is_empty() {
        return Ok(granted.clone());
    }
    let inside = granted.is_empty() || asked.iter().all(|resource| granted.contains(resource));
    if inside {
        Ok(asked.to_vec())
    } else {
        Err(OauthError::new(Code::InvalidTarget, "a resource was not part of the authorization"))
    }
}

/// A refresh token, where the party registered for it. Without `offline_access` it dies with the session.
async fn issue_refresh(tx: &mut Tx<'_>, ask: &Ask<'_>, stored: &Stored) -> Result<Option<Handle<Refresh>>, StoreError> {
    if !ask.party.may_use(GrantType::RefreshToken) || !stored.terms.scopes.contains(&Scope::Openid) {
        return Ok(None);
    }
    let handle = Handle::<Refresh>::generate();
    let idle_until = stored.until(tx.now() + ask.house.settings.refresh_idle);
    rows::insert_refresh(tx, handle.digest(), stored.id, idle_until).await?;
    Ok(Some(handle))
}
