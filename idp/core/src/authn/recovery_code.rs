//! Ten codes on paper, for the day on which the telephone is gone. Each is good once; they are shown once; a new set replaces the old.

use unicode_normalization::UnicodeNormalization;

use super::rows::factors as rows;
use crate::{
    crypto::random,
    people,
    store::{Conn, StoreError, Tx},
    types::{Digest, Id, Secret, id},
};

/// Codes of one set.
pub const SET: usize = 10;
/// Characters of one code: sixty random bits.
const LENGTH: usize = 12;

/// Makes a new set; the old one is worth nothing from now on. The texts are for the one page that shows them.
pub async fn make(tx: &mut Tx<'_>, account: Id<id::Account>) -> Result<Vec<Secret<String>>, StoreError> {
    people::may_gain(tx, account).await?;
    rows::remove_recovery_codes(tx, account).await?;
    let mut made = Vec::with_capacity(SET);
    for _ in 0..SET {
        let code = random::readable(LENGTH);
        let digest = keyed(tx, account, &code).swap_remove(0);
        rows::insert_recovery_code(tx, account, digest).await?;
        let groups: Vec<&str> = [&code[..4], &code[4..8], &code[8..]].to_vec();
        made.push(Secret::new(groups.join("-")));
    }
    Ok(made)
}

/// Keyed, so that a copy of the database opens nothing however long somebody tries.
fn keyed(conn: &Conn, account: Id<id::Account>, code: &str) -> Vec<Digest> {
    let value = format!("{account} {code}");
    conn.seals().indexes("recovery-code", &value).into_iter().map(|(_, digest)| Digest::from_bytes(digest)).collect()
}

/// Spends a code. `false`: the account has no such code, or it was used.
pub async fn spend(tx: &mut Tx<'_>, account: Id<id::Account>, typed: &str) -> Result<bool, StoreError> {
    let Some(code) = read(typed) else {
        return Ok(false);
    };
    for digest in keyed(tx, account, &code) {
        if rows::spend_recovery_code(tx, account, digest).await? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// What was typed as it was made: without blanks and hyphens, and with the letters that are easily mistaken put right.
fn read(typed: &str) -> Option<String> {
    let code: String = typed.nfkc().filter(|c| !c.is_whitespace() && *c != '-').take(LENGTH + 1).collect();
    let code = code.to_uppercase().replace('O', "0").replace(['I', 'L'], "1");
    (code.len() == LENGTH && code.bytes().all(|byte| byte.is_ascii_alphanumeric())).then_some(code)
}

/// How many codes can still be used; `None`: there never was a set.
pub async fn left(conn: &mut Conn, account: Id<id::Account>) -> Result<Option<usize>, StoreError> {
    rows::recovery_codes_left(conn, account).await
}

/// Removes the set: without a second factor it would be one by itself.
pub async fn remove(tx: &mut Tx<'_>, account: Id<id::Account>) -> Result<(), StoreError> {
    rows::remove_recovery_codes(tx, account).await
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn a_code_is_read_as_people_write_it() {
        for (typed, expected) in [
            ("ABCD-EFGH-JKMN", Some("ABCDEFGHJKMN")),
            (" abcd efgh jkmn ", Some("ABCDEFGHJKMN")),
            ("abcdefghoil1", Some("ABCDEFGH0111")),
            ("abcdefghjkm", None),
            ("abcdefghjkmnp", None),
            ("", None),
            ("ABCD-EFGH-JKMÉ", None),
        ] {
            assert_eq!(read(typed).as_deref(), expected, "{typed}");
        }
    }
}
