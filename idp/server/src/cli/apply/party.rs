//! Relying parties of a file.

use std::path::Path;

use idp_core::{
    crypto::digest,
    relying::{self, Definition, PartyState, Save, SaveError, StoredParty, UriPolicy},
    store::{StoreError, Tx},
    types::{Digest, Secret},
};

use super::{
    change::{Change, Field, What, differences},
    file::{PartyEntry, PartyWord},
    problem::Problem,
};

/// Shorter secrets can be guessed, and the digest that is kept of them is a fast one (RFC 6749 section 10.10).
const SHORTEST_SECRET: usize = 32;

/// A party with its secret's digest.
pub(super) struct Prepared {
    path: String,
    client_id: String,
    state: PartyState,
    definition: Definition,
    secret: Option<Digest>,
}

/// Reads secrets and turns them into digests.
pub(super) fn prepare(entries: Vec<(String, PartyEntry)>, problems: &mut Vec<Problem>) -> Vec<Prepared> {
    entries
        .into_iter()
        .map(|(path, entry)| Prepared {
            definition: entry.definition(),
            secret: secret(&path, &entry, problems),
            state: match entry.state {
                PartyWord::Active => PartyState::Active,
                PartyWord::Disabled => PartyState::Disabled,
            },
            client_id: entry.client_id,
            path,
        })
        .collect()
}

fn secret(path: &str, entry: &PartyEntry, problems: &mut Vec<Problem>) -> Option<Digest> {
    let place = format!("{path}.client_secret");
    let given = given(&place, (entry.client_secret.as_ref(), entry.client_secret_file.as_deref()), problems)?;
    if given.reveal().chars().count() < SHORTEST_SECRET {
        problems.push(Problem::rule(place, "cli-apply-short-secret"));
    }
    Some(digest::sha256(given.reveal().as_bytes()))
}

/// A secret that stands in the file, or in a file of its own, whose last line break does not count.
pub(super) fn given(
    place: &str,
    (here, elsewhere): (Option<&Secret<String>>, Option<&Path>),
    problems: &mut Vec<Problem>,
) -> Option<Secret<String>> {
    match (here, elsewhere) {
        (None, None) => None,
        (Some(here), None) => Some(here.clone()),
        (Some(_), Some(_)) => {
            problems.push(Problem::rule(place, "cli-apply-both"));
            None
        }
        (None, Some(file)) => match std::fs::read_to_string(file).map(Secret::new) {
            Ok(text) => Some(Secret::new(text.reveal().trim_end_matches(['\r', '\n']).to_owned())),
            Err(error) => {
                problems.push(Problem::words(format!("{place}_file"), &error));
                None
            }
        },
    }
}

/// Makes and changes parties; notes what the register refuses.
pub(super) async fn apply(
    tx: &mut Tx<'_>,
    parties: &[Prepared],
    policy: UriPolicy,
    problems: &mut Vec<Problem>,
) -> Result<Vec<Change>, StoreError> {
    let mut changes = Vec::with_capacity(parties.len());
    for party in parties {
        let before = relying::by_client_id(tx, &party.client_id).await?;
        let save = Save {
            client_id: &party.client_id,
            state: party.state,
            definition: party.definition.clone(),
            secret: party.secret,
        };
        match relying::save(tx, save, policy).await {
            Ok(change) => changes.push(Change {
                kind: "party",
                name: party.client_id.clone(),
                what: what(change),
                fields: before.map(|before| fields(&before, party)).unwrap_or_default(),
            }),
            Err(SaveError::Definition(error)) => problems.extend(
                error
                    .0
                    .into_iter()
                    .map(|problem| Problem::words(format!("{}.{}", party.path, problem.field), &problem.why)),
            ),
            Err(SaveError::Store(error)) => return Err(error),
        }
    }
    Ok(changes)
}

const fn what(change: relying::Change) -> What {
    match change {
        relying::Change::Made => What::Made,
        relying::Change::Changed => What::Changed,
        relying::Change::None => What::Nothing,
    }
}

fn fields(before: &StoredParty, party: &Prepared) -> Vec<Field> {
    let value = |definition| serde_json::to_value(definition).unwrap_or_default();
    let mut fields = differences(&value(&before.definition), &value(&party.definition));
    if before.state != party.state {
        let words = (before.state.word().into(), party.state.word().into());
        fields.push(Field { name: "state".to_owned(), values: Some(words) });
    }
    if party.secret.is_some_and(|secret| before.secret != Some(secret)) {
        fields.push(Field::hidden("client_secret"));
    }
    fields
}
