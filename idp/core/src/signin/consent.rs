//! What a person agreed to, per party.

use super::{SignIn, rows, transaction::Asked};
use crate::{
    audit::{self, Event},
    relying::Scope,
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

/// Records that the person agreed, in this transaction and for the next ones.
pub async fn consent_to(tx: &mut Tx<'_>, sign_in: &SignIn, live: &Live) -> Result<(), StoreError> {
    let agreed = rows::consent(tx, live.person, sign_in.party).await?.unwrap_or_default();
    let mut scopes: Vec<Scope> = agreed.split(' ').filter_map(Scope::from_word).collect();
    scopes.extend(&sign_in.asked.scopes);
    let scopes = Scope::join(&scopes);
    rows::set_consent(tx, live.person, sign_in.party, &scopes).await?;
    rows::consented(tx, sign_in.digest, live.id).await?;
    audit::record(
        tx,
        Event::Consented {
            person: live.person,
            party: sign_in.party,
            scopes,
        },
    )
    .await?;
    Ok(())
}

/// Records that the person turned back. The party learns `access_denied` and nothing else.
pub async fn refuse(tx: &mut Tx<'_>, sign_in: &SignIn, live: Option<&Live>) -> Result<bool, StoreError> {
    let ended = rows::end(tx, sign_in.digest, super::Outcome::Cancelled).await?;
    if ended {
        let person = live.map(|live| live.person);
        audit::record(
            tx,
            Event::ConsentRefused {
                person,
                party: sign_in.party,
            },
        )
        .await?;
    }
    Ok(ended)
}
