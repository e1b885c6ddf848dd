//! The facts that the hall decides on, and where they come from.

use std::time::Duration;

use super::{
    consent::{self, Consents},
    transaction::{self, Asked, Prompt, SignIn},
};
use crate::{
    authn::{
        ceremony::{self, Answers},
        credential::{self, Kind},
    },
    office::{self, Acting},
    session::{Computer, Live},
    store::{Conn, StoreError},
    types::{Aal, Id, Timestamp, id},
};

/// How long a proof is fresh enough to change what an account is proved with (ASVS 7.5.1).
pub const FRESH: Duration = Duration::from_secs(5 * 60);

/// How long "later" holds before a passkey is offered again.
const PUT_OFF: Duration = Duration::from_secs(30 * 86_400);

/// How the person at hand can prove more than they did. Looked up only where it matters: a session that satisfies the request costs no
/// statement.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ways {
    /// The account has a passkey.
    pub passkey: bool,
    /// The account has an app that shows codes.
    pub totp: bool,
    /// A passkey may be offered: none is there, the browser keeps them and is its holder's own, and nobody said "later" of late.
    pub offer_passkey: bool,
    /// When the person said that they go on without the level that would be welcome.
    pub declined_at: Option<Timestamp>,
}

impl Ways {
    /// Whether the account reaches [`Aal::Aal2`] with what it has.
    pub const fn strong(self) -> bool {
        self.passkey || self.totp
    }
}

/// In which post the person acts towards the party, as far as that is decided.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Serving {
    /// The party asks for no post, or nobody is signed in.
    #[default]
    NotAsked,
    /// As themself.
    Citizen,
    /// In a post of theirs.
    Post {
        /// The level that its roles need.
        aal: Aal,
    },
    /// They have several and chose none yet.
    Choose,
    /// They come to choose another one.
    Again,
}

/// Everything that [`super::next`] looks at.
#[derive(Clone, Copy, Debug)]
pub struct Facts<'a> {
    /// What the party asked for.
    pub asked: &'a Asked,
    /// The instant of this request.
    pub now: Timestamp,
    /// The end of the transaction, where there is one.
    pub ends_at: Option<Timestamp>,
    /// Whether a password was right within this transaction and its second factor is still to be proved.
    pub second_factor_waits: bool,
    /// Whether everything was proved within this transaction and a new password is still to be chosen.
    pub new_password_waits: bool,
    /// The live session of this browser.
    pub session: Option<&'a Live>,
    /// When the holder of that session proved themself within this transaction.
    pub proved_at: Option<Timestamp>,
    /// Whether the account was chosen within this transaction.
    pub chosen: bool,
    /// What was agreed before and here.
    pub consents: Consents,
    /// In which post they act.
    pub serving: Serving,
    /// What else the person could prove.
    pub ways: Ways,
}

impl Facts<'_> {
    /// The level that must be reached: what the party asks, and what the roles of the post need.
    pub(super) fn required(&self) -> Option<Aal> {
        required(self.asked, self.serving)
    }
}

fn required(asked: &Asked, serving: Serving) -> Option<Aal> {
    let needed = if let Serving::Post { aal } = serving { Some(aal) } else { None };
    asked.required().max(needed)
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
    let serving = match (session, party) {
        (Some(live), Some(party)) => serving(conn, asked, sign_in, (live, party, now)).await?,
        _ => Serving::NotAsked,
    };
    let ways = match session {
        Some(live) => ways(conn, (asked, required(asked, serving)), sign_in, (live, proved_at, now)).await?,
        None => Ways::default(),
    };
    let right = match sign_in {
        Some(row) => transaction::still_right(conn, row, now).await?,
        None => false,
    };
    Ok(Facts {
        asked,
        now,
        ends_at: sign_in.map(|row| row.ends_at),
        second_factor_waits: right && sign_in.is_some_and(|row| row.waits_for(now).is_some()),
        new_password_waits: right && sign_in.is_some_and(|row| row.holds(now).is_some()),
        session,
        proved_at,
        chosen: chosen_at.is_some(),
        consents: Consents { missing, given_here: consented_at.is_some() },
        serving,
        ways,
    })
}

async fn serving(
    conn: &mut Conn,
    asked: &Asked,
    sign_in: Option<&SignIn>,
    (live, party, now): (&Live, Id<id::Party>, Timestamp),
) -> Result<Serving, StoreError> {
    let Some(client_id) = asked.acts_for.as_deref() else { return Ok(Serving::NotAsked) };
    let with = office::With { session: live.id, person: live.person, party, client_id };
    let acting = office::acting(conn, &with, now).await?;
    // A party's link for changing the post asks for the choice of an account: it counts once it was made within this transaction.
    if asked.prompt.contains(&Prompt::SelectAccount) && acting != Acting::Citizen {
        let chosen_at = office::chosen_at(conn, &with).await?;
        let chosen_here = chosen_at.zip(sign_in).is_some_and(|(at, row)| at >= row.begun_at());
        if !chosen_here {
            return Ok(Serving::Again);
        }
    }
    Ok(match acting {
        Acting::Citizen | Acting::Themself => Serving::Citizen,
        Acting::Post(capacity) => Serving::Post { aal: capacity.aal },
        Acting::Choose(_) => Serving::Choose,
    })
}

async fn ways(
    conn: &mut Conn,
    (asked, required): (&Asked, Option<Aal>),
    sign_in: Option<&SignIn>,
    (live, proved_at, now): (&Live, Option<Timestamp>, Timestamp),
) -> Result<Ways, StoreError> {
    // A computer that others use too keeps nothing of anybody.
    let keeps = sign_in.filter(|row| row.browser_keeps_passkeys && live.computer == Computer::Own);
    let asks = keeps.filter(|_| proved_at.is_some());
    let level_matters = required.max(asked.wanted()) > Some(Aal::Aal1);
    if asks.is_none() && !level_matters {
        return Ok(Ways::default());
    }
    let kinds = credential::kinds(conn, live.account).await?;
    let mut ways = Ways {
        passkey: kinds.contains(&Kind::Passkey),
        totp: kinds.contains(&Kind::Totp),
        offer_passkey: false,
        declined_at: sign_in.and_then(|row| row.declined_at),
    };
    if let Some(row) = asks.filter(|_| !ways.passkey) {
        ways.offer_passkey = may_offer(row, ceremony::answers(conn, live.account).await?, now);
    }
    Ok(ways)
}

/// Not on the way to one's own pages: whoever comes there finds passkeys by themself, or is about to make one. But whoever has just recovered
/// their account goes there, and a passkey is what cannot be forgotten.
fn may_offer(row: &SignIn, answers: Answers, now: Timestamp) -> bool {
    let recovered = answers.recovered_at.is_some_and(|at| now < at + PUT_OFF);
    let passes_by = row.party.is_some() || (recovered && row.asked.max_age.is_none());
    passes_by && answers.put_off_at.is_none_or(|at| now >= at + PUT_OFF)
}
