//! The job that asks the registry again about data that it could not compare at enrolment.

use idp_core::{
    people::{
        self, DataMatch,
        registry::{Match, RegistryError, Verification},
    },
    store::{Cx, StoreError},
    types::{Fault, Id, id},
};

use crate::web::house::House;

/// Questions of one run: what one run begins, it ends while it holds its lease.
const MOST: i64 = 20;

/// Asks again what is due, under the request numbers of the first time, so that the registry counts each question once. Gives how
/// many were answered. Ends at the first question that the registry is not there for: the others stay due.
///
/// # Errors
/// A [`Fault`] of ours; a registry that does not answer is none.
pub async fn reverify_due(house: &House, cx: &Cx) -> Result<usize, Fault> {
    let Some(registry) = &house.registry else {
        return Ok(0);
    };
    let due = {
        let mut conn = house.db.read().await?;
        people::due_checks(&mut conn, cx.now, MOST).await?
    };
    let mut answered = 0;
    for (person, request_ref) in due {
        let Some(question) = question(house, person, &request_ref).await? else {
            postpone(house, cx, &request_ref).await?;
            continue;
        };
        // No connection is held here: the registry may take its five seconds.
        match registry.verify(&question).await {
            Ok(answer) => {
                let data_match = match answer {
                    Match::Matched => DataMatch::Matched,
                    Match::NotMatched => DataMatch::NotMatched,
                };
                let written = house.db.write(cx, |tx| Box::pin(people::record_answer(tx, &request_ref, data_match)));
                written.await.map_err(|error: StoreError| Fault::from(error))?;
                answered += 1;
            }
            Err(error) => {
                tracing::warn!(%error, "the population registry was asked again in vain");
                postpone(house, cx, &request_ref).await?;
                if error == RegistryError::Unavailable {
                    break;
                }
            }
        }
    }
    Ok(answered)
}

/// The question as it was asked first. `None` where there is nothing left to ask: the data were erased, or the person's record
/// is closed.
async fn question(house: &House, person: Id<id::Person>, request_ref: &str) -> Result<Option<Verification>, Fault> {
    let mut conn = house.db.read().await?;
    let stored = people::person(&mut conn, person).await?;
    let stored = stored.filter(people::StoredPerson::is_active);
    let Some((profile, number)) = stored.and_then(|stored| stored.profile.zip(stored.number)) else {
        return Ok(None);
    };
    Ok(profile.birthdate.map(|birth_date| Verification {
        request_ref: request_ref.to_owned(),
        number,
        name: profile.name,
        birth_date,
        officer: None,
    }))
}

async fn postpone(house: &House, cx: &Cx, request_ref: &str) -> Result<(), Fault> {
    let written = house.db.write(cx, |tx| Box::pin(people::record_pending(tx, request_ref)));
    written.await.map_err(|error: StoreError| Fault::from(error))
}
