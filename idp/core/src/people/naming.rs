//! Finding people by name though names lie sealed: each word of a name as a blind index. Only names of officials are indexed, because only
//! they are looked for (decision 0018).

use std::collections::BTreeSet;

use super::{PersonState, rows};
use crate::{
    crypto::seal::Seals,
    store::{Conn, StoreError, Tx},
    text::fold,
    types::{Id, id, person::FullName},
};

/// What the blind index of a word is derived for.
const WORD: &str = "name-word";
/// So many words are looked for at most; names hardly ever have more.
pub const MOST_WORDS: usize = 8;

type PersonId = Id<id::Person>;

/// The words of a text that may be a name, without marks, each once.
fn words(text: &str) -> BTreeSet<String> {
    fold(text).split(' ').filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

/// The blind indexes of the words of a text, one set for each master key: while keys rotate a name may lie under any of them. Of more than
/// [`MOST_WORDS`] words the rest is not looked for. Empty: the text has no word.
pub fn sought(seals: &Seals, text: &str) -> Vec<Vec<[u8; 32]>> {
    let words: Vec<String> = words(text).into_iter().take(MOST_WORDS).collect();
    if words.is_empty() {
        return Vec::new();
    }
    let mut sets = vec![Vec::with_capacity(words.len()); seals.ids().count()];
    for word in &words {
        for (set, (_, digest)) in sets.iter_mut().zip(seals.indexes(WORD, word)) {
            set.push(digest);
        }
    }
    sets
}

/// Makes somebody findable by name, if they are not yet. Who has no name stays as they are.
pub async fn index_name(tx: &mut Tx<'_>, person: PersonId) -> Result<(), StoreError> {
    if rows::has_words(tx, person).await? {
        return Ok(());
    }
    let Some(stored) = rows::person(tx, person).await? else { return Ok(()) };
    match stored.profile {
        Some(profile) if stored.state != PersonState::Erased => write(tx, person, &profile.name, Under::EveryKey).await,
        _ => Ok(()),
    }
}

/// Follows a change of name, for whoever is findable.
pub(super) async fn renamed(tx: &mut Tx<'_>, person: PersonId, name: &FullName) -> Result<(), StoreError> {
    if rows::delete_words(tx, person).await? > 0 {
        write(tx, person, name, Under::EveryKey).await?;
    }
    Ok(())
}

/// Under which master keys words are written: every key of the key file, so that a node which does not have the newest yet finds them,
/// or, when values are sealed anew, the active one.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Under {
    EveryKey,
    ActiveKey,
}

async fn write(tx: &mut Tx<'_>, person: PersonId, name: &FullName, under: Under) -> Result<(), StoreError> {
    let seals = tx.seals();
    let mut words = words(name.as_str());
    if words.is_empty() {
        // Nobody looks for the empty word; without a row the name would be taken up again and again.
        words.insert(String::new());
    }
    for word in words {
        for (key_id, digest) in seals.indexes(WORD, &word) {
            if under == Under::EveryKey || key_id == seals.active_id() {
                rows::insert_word(tx, person, (&key_id, digest)).await?;
            }
        }
    }
    Ok(())
}

/// The names of how many persons are not indexed under the active key alone.
pub async fn stale_names(conn: &mut Conn) -> Result<u64, StoreError> {
    rows::count_stale_words(conn).await
}

/// Indexes the names of up to `most` persons anew, under the active key alone. Zero: none is left.
pub async fn reseal_names(tx: &mut Tx<'_>, most: i64) -> Result<u64, StoreError> {
    let stale = rows::stale_words(tx, most).await?;
    for person in &stale {
        rows::delete_words(tx, *person).await?;
        let profile = rows::person(tx, *person).await?.and_then(|stored| stored.profile);
        if let Some(profile) = profile {
            write(tx, *person, &profile.name, Under::ActiveKey).await?;
        }
    }
    Ok(stale.len() as u64)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{MOST_WORDS, index_name, reseal_names, sought, stale_names};
    use crate::{
        crypto::seal::Seals,
        params,
        people::{DataMatch, NewPerson, PersonState, Profile, add_person, change_profile, set_person_state},
        store::{
            StoreError,
            testing::{Scratch, cx},
        },
        types::{Id, id, person::FullName},
    };

    const TWO: &str = "k2 2222222222222222222222222222222222222222222222222222222222222222\n\
                       k1 1111111111111111111111111111111111111111111111111111111111111111\n";

    fn profile(name: &str) -> Profile {
        Profile { name: FullName::parse(name).expect("a name"), birthdate: None }
    }

    async fn stored(scratch: &Scratch, person: Id<id::Person>) -> BTreeSet<Vec<u8>> {
        let sql = "select digest from person_name_word where person_id = $1";
        let rows = scratch.db.read().await.expect("reads").all(sql, params![person]).await.expect("reads");
        rows.iter().map(|row| row.bytes("digest").expect("a digest")).collect()
    }

    fn digests(scratch: &Scratch, text: &str) -> BTreeSet<Vec<u8>> {
        sought(scratch.db.seals(), text).into_iter().flatten().map(Vec::from).collect()
    }

    #[test]
    fn words_are_looked_for_without_marks_order_or_repetition() {
        let seals = Seals::parse(TWO).expect("a good file");
        let one = sought(&seals, "L\u{ea} Th\u{1ecb} C\u{fa}c");
        assert_eq!((one.len(), one[0].len()), (2, 3), "a set for each key");
        assert_eq!(one, sought(&seals, " cuc,  THI le le "));
        assert_ne!(one[0], one[1]);
        assert_ne!(one, sought(&seals, "L\u{ea} Th\u{1ecb} C\u{fa}"), "whole words");
        assert!(sought(&seals, " - ").is_empty());
        assert!(sought(&seals, "a b c d e f g h i k l m").iter().all(|set| set.len() == MOST_WORDS));
    }

    #[tokio::test]
    async fn words_follow_the_name_and_go_with_the_person() {
        let scratch = Scratch::new().await;
        let at = cx();
        let done = scratch.db.write(&at, |tx| {
            Box::pin(async move {
                let new = |name| NewPerson { profile: profile(name), number: None, data_match: DataMatch::None };
                let official = add_person(tx, new("L\u{ea} Th\u{1ecb} C\u{fa}c")).await?;
                let citizen = add_person(tx, new("L\u{ea} Th\u{1ecb} C\u{fa}c")).await?;
                index_name(tx, official).await?;
                index_name(tx, official).await?;
                Ok::<_, StoreError>((official, citizen))
            })
        });
        let (official, citizen) = done.await.expect("writes");
        assert_eq!(stored(&scratch, official).await, digests(&scratch, "le thi cuc"));
        let renamed = scratch.db.write(&at, |tx| {
            Box::pin(async move {
                change_profile(tx, official, &profile("L\u{ea} Mai"), None).await?;
                change_profile(tx, citizen, &profile("L\u{ea} Mai"), None).await
            })
        });
        renamed.await.expect("writes");
        assert_eq!(stored(&scratch, official).await, digests(&scratch, "mai le"));
        assert!(stored(&scratch, citizen).await.is_empty(), "a citizen's name is not indexed");
        let erased = scratch.db.write(&at, |tx| Box::pin(set_person_state(tx, official, PersonState::Erased, None)));
        erased.await.expect("writes");
        assert!(stored(&scratch, official).await.is_empty());
    }

    #[tokio::test]
    async fn words_under_an_older_key_are_made_anew_under_the_active_one() {
        let scratch = Scratch::new().await;
        let at = cx();
        let made = scratch.db.write(&at, |tx| {
            Box::pin(async move {
                let new = NewPerson { profile: profile("L\u{ea} Mai"), number: None, data_match: DataMatch::None };
                let person = add_person(tx, new).await?;
                index_name(tx, person).await?;
                tx.run("update person_name_word set key_id = 'k0'", params![]).await?;
                Ok::<_, StoreError>(person)
            })
        });
        let person = made.await.expect("writes");
        assert_eq!(stale_names(&mut scratch.db.read().await.expect("reads")).await.expect("counts"), 1);
        for left in [1, 0] {
            let done = scratch.db.write(&at, |tx| Box::pin(reseal_names(tx, 10)));
            assert_eq!(done.await.expect("writes"), left);
        }
        assert_eq!(stored(&scratch, person).await, digests(&scratch, "le mai"));
    }
}
