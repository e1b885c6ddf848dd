//! Consent as a step: whether it is missing, the answer to the page, and what of a request may be released after it.

use super::{SignIn, rows, transaction::Asked};
use crate::{
    audit::{self, Event},
    consent::{self, Decided, Settled, Shown},
    relying::{self, Party, Purpose, Scope},
    session::{self, Live},
    store::{Conn, StoreError, Tx},
    types::{Id, Timestamp, id},
};

/// What the hall needs to know about consent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Consents {
    /// Something is asked that was not agreed to before.
    pub missing: bool,
    /// It was agreed to within this transaction.
    pub given_here: bool,
}

/// Whether the party asks for something that this person has not settled.
pub(super) async fn is_missing(
    conn: &mut Conn,
    (person, party): (Id<id::Person>, Id<id::Party>),
    asked: &Asked,
    now: Timestamp,
) -> Result<bool, StoreError> {
    if !asked.ask_consent || asked.scopes.is_empty() {
        return Ok(false);
    }
    if asked.purposes.is_empty() {
        // Begun by the release before, which knew no purposes: nobody can have agreed to one.
        return Ok(true);
    }
    let settled = consent::settled(conn, person, party, now).await?;
    Ok(asked.purposes.iter().any(|one| one.asks() && !consent::settles(&settled, one, &asked.scopes)))
}

/// The answer to a consent page.
pub struct Answer<'a> {
    /// What the page asked for, in its order.
    pub purposes: &'a [Purpose],
    /// The ids of the optional ones that were ticked.
    pub ticked: &'a [&'a str],
    /// The words that the page showed.
    pub shown: &'a Shown,
}

/// Records what the person agreed to and what they left out. Without a party there is nothing to agree to.
pub async fn consent_to(tx: &mut Tx<'_>, sign_in: &SignIn, live: &Live, answer: &Answer<'_>) -> Result<(), StoreError> {
    let Some(party) = sign_in.party else {
        return Ok(());
    };
    let asked = answer.purposes.iter().filter(|purpose| purpose.asks());
    let agreed = |purpose: &Purpose| !purpose.optional || answer.ticked.contains(&purpose.id.as_str());
    let decided: Vec<Decided<'_>> = asked.map(|purpose| Decided { purpose, agreed: agreed(purpose) }).collect();
    consent::decide(tx, (live.person, party), (&decided, &sign_in.asked.scopes), answer.shown).await?;
    let given = decided.iter().filter(|one| one.agreed).flat_map(|one| one.purpose.needs(&sign_in.asked.scopes));
    let scopes = Scope::join(&given.collect::<Vec<_>>());
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

/// What of `scopes` may be released to a party now; `None`: something is not agreed to without which there is nothing. What an
/// optional purpose alone needs, and the person left out, is left out here: codes, tokens and userinfo follow.
pub async fn released(
    conn: &mut Conn,
    person: Id<id::Person>,
    (party, scopes): (&Party, &[Scope]),
    now: Timestamp,
) -> Result<Option<Vec<Scope>>, StoreError> {
    if party.definition.consent == relying::Consent::Implied {
        return Ok(Some(scopes.to_vec()));
    }
    let settled = consent::settled(conn, person, party.id, now).await?;
    Ok(narrowed(&party.definition.purposes_for(scopes), scopes, &settled))
}

/// The same as a rule over values.
fn narrowed(purposes: &[Purpose], scopes: &[Scope], settled: &[Settled]) -> Option<Vec<Scope>> {
    let agreed = |purpose: &Purpose| {
        settled.iter().any(|one| one.agreed && one.purpose == purpose.id && one.version == purpose.version)
    };
    let is_open =
        |purpose: &&Purpose| purpose.asks() && !purpose.optional && !consent::settles(settled, purpose, scopes);
    if purposes.iter().any(|purpose| is_open(&purpose)) {
        return None;
    }
    let may = |scope: &Scope| {
        let mut named = purposes.iter().filter(|purpose| purpose.scopes.contains(scope)).peekable();
        // The sign-in itself belongs to every purpose; so does staying signed in where no purpose claims it.
        let is_nobodys = named.peek().is_none() && matches!(scope, Scope::Openid | Scope::OfflineAccess);
        *scope == Scope::Openid
            || is_nobodys
            || named.any(|purpose| {
                !purpose.asks() || (agreed(purpose) && consent::settles(settled, purpose, std::slice::from_ref(scope)))
            })
    };
    Some(scopes.iter().copied().filter(may).collect())
}

/// Takes back what a person agreed to at a party: whatever it was given is dead from this instant on, and it is told that the
/// person has left. `false`: there was nothing to take back.
pub async fn withdraw(tx: &mut Tx<'_>, person: Id<id::Person>, party: Id<id::Party>) -> Result<bool, StoreError> {
    let withdrawn = consent::withdraw(tx, person, party).await?;
    rows::withdraw_consent(tx, person, party).await?;
    session::leave(tx, person, party).await?;
    Ok(withdrawn > 0)
}

#[cfg(test)]
mod tests {
    use super::narrowed;
    use crate::{
        consent::Settled,
        relying::{LegalBasis, Names, Purpose, Scope},
    };

    const ASKED: [Scope; 4] = [Scope::Openid, Scope::Profile, Scope::Identity, Scope::OfflineAccess];

    fn purpose(id: &str, scopes: &[Scope], optional: bool) -> Purpose {
        let text = Names { vi: "x".into(), en: "x".into() };
        Purpose {
            id: id.into(),
            version: 1,
            text,
            legal_basis: LegalBasis::Consent,
            controller: None,
            retention_days: None,
            scopes: scopes.to_vec(),
            optional,
        }
    }

    fn settled(id: &str, scopes: &[Scope], agreed: bool) -> Settled {
        Settled { purpose: id.into(), version: 1, scopes: scopes.to_vec(), agreed }
    }

    #[test]
    fn what_is_left_out_is_not_released() {
        let form = purpose("form", &[Scope::Profile], false);
        let number = purpose("number", &[Scope::Identity], true);
        let law = Purpose { legal_basis: LegalBasis::Law, ..purpose("law", &[Scope::Identity], false) };
        let yes_form = settled("form", &[Scope::Profile], true);
        let no_number = settled("number", &[], false);
        let yes_number = settled("number", &[Scope::Identity], true);
        let join = |scopes: Option<Vec<Scope>>| scopes.map(|scopes| Scope::join(&scopes));
        for (name, purposes, settled, expected) in [
            ("nothing agreed", vec![form.clone(), number.clone()], vec![], None),
            (
                "optional not answered",
                vec![form.clone(), number.clone()],
                vec![yes_form.clone()],
                Some("openid profile offline_access"),
            ),
            (
                "optional left out",
                vec![form.clone(), number.clone()],
                vec![yes_form.clone(), no_number],
                Some("openid profile offline_access"),
            ),
            (
                "both",
                vec![form.clone(), number],
                vec![yes_form.clone(), yes_number],
                Some("openid profile identity offline_access"),
            ),
            ("by law", vec![form.clone(), law], vec![yes_form], Some("openid profile identity offline_access")),
            (
                "another version",
                vec![Purpose { version: 2, ..form }],
                vec![settled("form", &[Scope::Profile], true)],
                None,
            ),
        ] {
            assert_eq!(join(narrowed(&purposes, &ASKED, &settled)).as_deref(), expected, "{name}");
        }
    }
}
