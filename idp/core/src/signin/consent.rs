//! What a person agreed to, per party.

use super::{SignIn, rows, transaction::Asked};
use crate::{
    audit::{self, Event},
    relying::{Consent, Party, Scope},
    session::Live,
    store::{Conn, StoreError, Tx},
    types::{Id, id},
};

/// What the hall needs to know about consent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Consents {
    /// Something is asked that was not agreed to before.
    pub missing: bool,
    /// It was agreed to within this transaction.
    pub given_here: bool,
}

/// Whether the party asks for data that this person has not agreed to.
pub(super) async fn is_missing(
    conn: &mut Conn,
    person: Id<id::Person>,
    party: Id<id::Party>,
    asked: &Asked,
) -> Result<bool, StoreError> {
    if !asked.ask_consent {
        return Ok(false);
    }
    let agreed = rows::consent(conn, person, party).await?.unwrap_or_default();
    let agreed: Vec<Scope> = agreed.split(' ').filter_map(Scope::from_word).collect();
    Ok(asked.scopes.iter().any(|scope| !agreed.contains(scope)))
}

/// Records that the person agreed, in this transaction and for the next ones. Without a party there is nothing to agree to.
pub async fn consent_to(tx: &mut Tx<'_>, sign_in: &SignIn, live: &Live) -> Result<(), StoreError> {
    let Some(party) = sign_in.party else {
        return Ok(());
    };
    let agreed = rows::consent(tx, live.person, party).await?.unwrap_or_default();
    let mut scopes: Vec<Scope> = agreed.split(' ').filter_map(Scope::from_word).collect();
    scopes.extend(&sign_in.asked.scopes);
    let scopes = Scope::join(&scopes);
    rows::set_consent(tx, live.person, party, &scopes).await?;
    rows::consented(tx, sign_in.digest, live.id).await?;
    audit::record(tx, Event::Consented { person: live.person, party, scopes }).await?;
    Ok(())
}

/// Records that the person turned back. The party learns `access_denied` and nothing else.
pub async fn refuse(tx: &mut Tx<'_>, sign_in: &SignIn, live: Option<&Live>) -> Result<bool, StoreError> {
    let ended = rows::end(tx, sign_in.digest, super::Outcome::Cancelled).await?;
    if let (true, Some(party)) = (ended, sign_in.party) {
        let person = live.map(|live| live.person);
        audit::record(tx, Event::ConsentRefused { person, party }).await?;
    }
    Ok(ended)
}

/// Whether what a grant releases is still agreed to; a party whose release has a legal basis of its own needs no consent.
pub async fn still_agreed(
    conn: &mut Conn,
    person: Id<id::Person>,
    party: &Party,
    scopes: &[Scope],
) -> Result<bool, StoreError> {
    let asked = Asked {
        scopes: scopes.to_vec(),
        ask_consent: party.definition.consent == Consent::Explicit,
        ..Asked::default()
    };
    Ok(!is_missing(conn, person, party.id, &asked).await?)
}
