//! The facts that the hall decides on, and where they come from.

use super::{
    consent::{self, Consents},
    transaction::{Asked, SignIn},
};
use crate::{
    session::Live,
    store::{Conn, StoreError},
    types::{Id, Timestamp, id},
};

/// Everything that [`super::next`] looks at.
#[derive(Clone, Copy, Debug)]
pub struct Facts<'a> {
    /// What the party asked for.
    pub asked: &'a Asked,
    /// The instant of this request.
    pub now: Timestamp,
    /// The end of the transaction, where there is one.
    pub ends_at: Option<Timestamp>,
    /// The live session of this browser.
    pub session: Option<&'a Live>,
    /// When the holder of that session proved themself within this transaction.
    pub proved_at: Option<Timestamp>,
    /// Whether the account was chosen within this transaction.
    pub chosen: bool,
    /// What was agreed before and here.
    pub consents: Consents,
}

/// Gathers the facts of a request that has no transaction yet (`sign_in` is `None`) or of one that has. `party` is `None` where
/// somebody comes for their own account: nothing is released, so nobody is asked for consent.
pub async fn gather<'a>(
    conn: &mut Conn,
    asked: &'a Asked,
    party: Option<Id<id::Party>>,
    sign_in: Option<&SignIn>,
    (session, now): (Option<&'a Live>, Timestamp),
) -> Result<Facts<'a>, StoreError> {
    let here = |at: Option<Timestamp>, of: Option<Id<id::Session>>| {
        // What was done in this transaction counts only for the session it was done in: after "use another account" the other
        // person has proved and agreed to nothing yet.
        at.filter(|_| of.is_some() && of == session.map(|live| live.id))
    };
    let (proved_at, chosen_at, consented_at) = sign_in.map_or((None, None, None), |row| {
        (here(row.proved_at, row.session), here(row.chosen_at, row.session), here(row.consented_at, row.session))
    });
    let missing = match (session, party) {
        (Some(live), Some(party)) => consent::is_missing(conn, (live.person, party), asked, now).await?,
        _ => false,
    };
    Ok(Facts {
        asked,
        now,
        ends_at: sign_in.map(|row| row.ends_at),
        session,
        proved_at,
        chosen: chosen_at.is_some(),
        consents: Consents { missing, given_here: consented_at.is_some() },
    })
}
