//! Writing answers into the ledger, and reading what holds.

use std::time::Duration;

use super::{Shown, rows};
use crate::{
    audit::{self, Event},
    crypto::random,
    relying::{Purpose, Scope},
    store::{Conn, StoreError, Tx},
    types::{Digest, Fault, Id, Locale, Timestamp, id},
};

/// What a row says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    /// The person agreed.
    Given,
    /// The person left an optional purpose out.
    Declined,
    /// The person took it back.
    Withdrawn,
    /// Its time was over.
    Expired,
}

impl Act {
    /// The word that rows hold.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Given => "given",
            Self::Declined => "declined",
            Self::Withdrawn => "withdrawn",
            Self::Expired => "expired",
        }
    }

    pub(super) fn from_word(word: &str) -> Result<Self, Fault> {
        let all = [Self::Given, Self::Declined, Self::Withdrawn, Self::Expired];
        all.into_iter().find(|act| act.word() == word).ok_or(Fault::bug("reading an act of the consent ledger"))
    }
}

/// One row of the ledger.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Its place.
    pub seq: i64,
    /// The answers it was part of.
    pub receipt: Id<id::Receipt>,
    /// When.
    pub at: Timestamp,
    /// To whom.
    pub party: Id<id::Party>,
    /// What happened.
    pub act: Act,
    /// To which purpose.
    pub purpose: String,
    /// In which version.
    pub version: u32,
    /// With which data.
    pub scopes: Vec<Scope>,
    /// Until when; `None`: until it is taken back.
    pub until: Option<Timestamp>,
    /// The words that were shown; `None`: from before words were kept.
    pub text: Option<Digest>,
    /// The language that was read.
    pub locale: Option<Locale>,
    /// The reference of the request.
    pub reference: String,
}

/// What a person settled about one purpose, as it holds now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settled {
    /// The purpose.
    pub purpose: String,
    /// The version that was settled.
    pub version: u32,
    /// The data; empty where it was left out.
    pub scopes: Vec<Scope>,
    /// Whether they agreed; `false`: they left it out.
    pub agreed: bool,
}

/// Whether this settles a purpose for a request of these scopes: nobody is asked again.
pub fn settles(settled: &[Settled], purpose: &Purpose, scopes: &[Scope]) -> bool {
    settled.iter().filter(|one| one.purpose == purpose.id && one.version == purpose.version).any(|one| {
        let covers = purpose.needs(scopes).iter().all(|scope| one.scopes.contains(scope));
        if one.agreed { covers } else { purpose.optional }
    })
}

/// What holds between a person and a party now.
pub async fn settled(
    conn: &mut Conn,
    person: Id<id::Person>,
    party: Id<id::Party>,
    now: Timestamp,
) -> Result<Vec<Settled>, StoreError> {
    let entries = rows::latest(conn, person, party).await?;
    let holds =
        |entry: &Entry| matches!(entry.act, Act::Given | Act::Declined) && entry.until.is_none_or(|until| now < until);
    let settled = entries.into_iter().filter(holds).map(|entry| Settled {
        agreed: entry.act == Act::Given,
        purpose: entry.purpose,
        version: entry.version,
        scopes: entry.scopes,
    });
    Ok(settled.collect())
}

/// An answer to one purpose.
pub struct Decided<'a> {
    /// The purpose.
    pub purpose: &'a Purpose,
    /// Whether the person agreed.
    pub agreed: bool,
}

/// Writes the answers of one page, and gives the id of their receipt.
pub async fn decide(
    tx: &mut Tx<'_>,
    (person, party): (Id<id::Person>, Id<id::Party>),
    (decided, scopes): (&[Decided<'_>], &[Scope]),
    shown: &Shown,
) -> Result<Id<id::Receipt>, StoreError> {
    let receipt = random::id(tx.now());
    rows::insert_text(tx, shown).await?;
    for Decided { purpose, agreed } in decided {
        let days = purpose.retention_days.map(|days| Duration::from_secs(86_400) * days);
        let entry = Entry {
            seq: 0,
            receipt,
            at: tx.now(),
            party,
            act: if *agreed { Act::Given } else { Act::Declined },
            purpose: purpose.id.clone(),
            version: purpose.version,
            scopes: if *agreed { purpose.needs(scopes) } else { Vec::new() },
            until: days.map(|days| tx.now() + days),
            text: Some(shown.digest),
            locale: Some(shown.locale),
            reference: tx.cx().request.as_str().to_owned(),
        };
        rows::insert(tx, person, &entry).await?;
    }
    Ok(receipt)
}

/// Takes back everything that a person agreed to at a party. Zero: there was nothing.
pub async fn withdraw(tx: &mut Tx<'_>, person: Id<id::Person>, party: Id<id::Party>) -> Result<usize, StoreError> {
    let held = rows::latest(tx, person, party).await?;
    let held: Vec<Entry> = held.into_iter().filter(|entry| entry.act == Act::Given).collect();
    end(tx, person, &held, Act::Withdrawn).await?;
    if !held.is_empty() {
        audit::record(tx, Event::ConsentWithdrawn { person, party, purposes: names(&held) }).await?;
    }
    Ok(held.len())
}

/// Notes up to `most` consents whose time is over. Gives how many.
pub async fn expire_due(tx: &mut Tx<'_>, most: i64) -> Result<u64, StoreError> {
    let due = rows::due(tx, most).await?;
    for (person, entry) in &due {
        end(tx, *person, std::slice::from_ref(entry), Act::Expired).await?;
        let event = Event::ConsentExpired { person: *person, party: entry.party, purposes: entry.purpose.clone() };
        audit::record(tx, event).await?;
    }
    Ok(due.len() as u64)
}

async fn end(tx: &mut Tx<'_>, person: Id<id::Person>, held: &[Entry], act: Act) -> Result<(), StoreError> {
    for entry in held {
        let ended =
            Entry { at: tx.now(), act, until: None, reference: tx.cx().request.as_str().to_owned(), ..entry.clone() };
        rows::insert(tx, person, &ended).await?;
    }
    Ok(())
}

fn names(held: &[Entry]) -> String {
    held.iter().map(|entry| entry.purpose.as_str()).collect::<Vec<_>>().join(" ")
}

/// Everything that a person settled, with every party, newest first, at most `most` rows.
pub async fn history(conn: &mut Conn, person: Id<id::Person>, most: i64) -> Result<Vec<Entry>, StoreError> {
    rows::history(conn, person, most).await
}

/// The rows of one receipt, if they are this person's: the answers, and what became of them.
pub async fn receipt(
    conn: &mut Conn,
    person: Id<id::Person>,
    receipt: Id<id::Receipt>,
) -> Result<Vec<Entry>, StoreError> {
    rows::receipt(conn, person, receipt).await
}

/// The words behind a digest, in both languages, as JSON.
pub struct Kept {
    /// Vietnamese.
    pub vi: String,
    /// English.
    pub en: String,
}

/// The words that were shown.
pub async fn proof(conn: &mut Conn, text: Digest) -> Result<Option<Kept>, StoreError> {
    rows::text(conn, text).await
}

#[cfg(test)]
mod tests {
    use super::{Settled, settles};
    use crate::relying::{LegalBasis, Names, Purpose, Scope};

    #[test]
    fn only_the_same_version_with_no_less_data_settles_a_purpose() {
        let text = Names { vi: "x".into(), en: "x".into() };
        let purpose = Purpose {
            id: "form".into(),
            version: 2,
            text,
            legal_basis: LegalBasis::Consent,
            controller: None,
            retention_days: None,
            scopes: vec![Scope::Profile, Scope::Identity],
            optional: false,
        };
        let optional = Purpose { optional: true, ..purpose.clone() };
        let one = |version, scopes: &[Scope], agreed| {
            vec![Settled { purpose: "form".into(), version, scopes: scopes.to_vec(), agreed }]
        };
        let both = [Scope::Openid, Scope::Profile, Scope::Identity];
        let profile = [Scope::Openid, Scope::Profile];
        for (settled, purpose, asked, expected) in [
            (vec![], &purpose, &both[..], false),
            (one(2, &both, true), &purpose, &both, true),
            (one(1, &both, true), &purpose, &both, false),
            (one(3, &both, true), &purpose, &both, false),
            (one(2, &[Scope::Profile], true), &purpose, &both, false),
            (one(2, &[Scope::Profile], true), &purpose, &profile, true),
            (one(2, &[], false), &purpose, &both, false),
            (one(2, &[], false), &optional, &both, true),
            (one(1, &[], false), &optional, &both, false),
        ] {
            assert_eq!(settles(&settled, purpose, asked), expected, "{settled:?} {asked:?}");
        }
    }
}
