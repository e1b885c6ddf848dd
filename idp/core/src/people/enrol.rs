//! A citizen makes an account: the record of it, and of what the registry answers now or later.

use super::{DataMatch, NewPerson, Profile, add_account, add_person, person::StoredPerson, rows};
use crate::{
    audit::{self, Event},
    crypto::random,
    store::{Conn, StoreError, Tx},
    types::{
        Fault, Id, Timestamp, id,
        person::{FullName, PersonalId},
    },
};

/// What the enrolment page learned before anything is written.
pub struct Enrolment {
    /// What the citizen says of themself.
    pub profile: Profile,
    /// The number they claim.
    pub number: PersonalId,
    /// What the registry said; [`DataMatch::Pending`] where it could not be reached.
    pub data_match: DataMatch,
    /// The unique request number sent to the registry (`MaYeuCau`), under which a repeated question is answered the same.
    pub request_ref: String,
}

/// What was made.
pub struct Enrolled {
    /// The new person.
    pub person: Id<id::Person>,
    /// Their account.
    pub account: Id<id::Account>,
    /// The name they sign in with from now on.
    pub login: String,
}

impl Enrolment {
    /// Records person, account and the registry's answer. The level stays the lowest: a match proves the data, not the
    /// holder. Somebody else who claims the same number is neither looked for nor disturbed.
    pub async fn record(&self, tx: &mut Tx<'_>) -> Result<Enrolled, StoreError> {
        let new =
            NewPerson { profile: self.profile.clone(), number: Some(self.number.clone()), data_match: self.data_match };
        let person = add_person(tx, new).await?;
        let login = free_login(tx, &self.profile.name).await?;
        let account = add_account(tx, person, &login).await?;
        rows::insert_check(tx, person, &self.request_ref, self.data_match).await?;
        let data_match = self.data_match.word();
        audit::record(tx, Event::Enrolled { person, account, data_match }).await?;
        Ok(Enrolled { person, account, login })
    }
}

/// A sign-in name: the name without marks, then six random digits, so that nobody learns by trying which names are taken.
pub fn sign_in_name(name: &FullName) -> String {
    let mut base: String = name.key().to_lowercase().chars().filter(char::is_ascii_alphanumeric).take(24).collect();
    if base.is_empty() {
        base.push_str("congdan");
    }
    format!("{base}-{:06}", random::below(1_000_000))
}

pub(super) async fn free_login(tx: &mut Tx<'_>, name: &FullName) -> Result<String, StoreError> {
    for _ in 0..16 {
        let login = sign_in_name(name);
        if rows::account_by_login(tx, &login).await?.is_none() {
            return Ok(login);
        }
    }
    Err(Fault::bug("finding a free sign-in name").into())
}

/// Records that the registry could still not be reached; the question is due again after a delay that doubles.
pub async fn record_pending(tx: &mut Tx<'_>, request_ref: &str) -> Result<(), StoreError> {
    rows::postpone_check(tx, request_ref).await
}

/// Records a late answer of the registry.
pub async fn record_answer(tx: &mut Tx<'_>, request_ref: &str, data_match: DataMatch) -> Result<(), StoreError> {
    let Some(person) = rows::answer_check(tx, request_ref, data_match).await? else {
        return Ok(());
    };
    rows::update_data_match(tx, person, data_match).await?;
    audit::record(tx, Event::RegistryAnswered { person, data_match: data_match.word() }).await?;
    Ok(())
}

impl StoredPerson {
    /// Whether anything may be told about them at all.
    pub fn is_active(&self) -> bool {
        self.state == super::PersonState::Active
    }
}

/// Questions to the registry that are due again: whose data, and under which request number.
pub async fn due_checks(
    conn: &mut Conn,
    now: Timestamp,
    most: i64,
) -> Result<Vec<(Id<id::Person>, String)>, StoreError> {
    rows::due_checks(conn, now, most).await
}
