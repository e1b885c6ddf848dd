//! Sealing at rest: AES-256-GCM under a key that never lies in the database, and blind indexes to find sealed values.
//!
//! Every sealed value and every index carries the id of its key, so that keys can be rotated while both are in use.

use std::collections::BTreeMap;

use openssl::symm::{Cipher, decrypt_aead, encrypt_aead};

use crate::{
    crypto::{digest, opened::OpenedKeys, random},
    types::Secret,
};

const NONCE: usize = 12;
const TAG: usize = 16;

/// The keys of one installation, read from the key file: `<id> <64 hex digits>` a line, the first is used for new values.
pub struct Seals {
    active: String,
    keys: BTreeMap<String, Purposes>,
    opened: OpenedKeys,
}

/// One master key, already divided by purpose.
struct Purposes {
    seal: Secret<[u8; 32]>,
    index: Secret<[u8; 32]>,
    pepper: Secret<[u8; 32]>,
}

/// A value of [`Seals::seal`]: what is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sealed {
    /// The id of the master key.
    pub key_id: String,
    /// Nonce, ciphertext, tag.
    pub bytes: Vec<u8>,
}

/// Why a key file was refused.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyFileError {
    /// No key in it.
    #[error("the key file holds no key")]
    Empty,
    /// This line (counted from 1) is not `<id> <64 hex digits>`.
    #[error("line {0} of the key file is not `<id> <64 hex digits>`")]
    Line(usize),
    /// This id stands twice.
    #[error("key id {0} stands twice in the key file")]
    Twice(String),
}

/// A sealed value could not be opened: wrong key, wrong owner, or changed.
#[derive(Debug, thiserror::Error)]
#[error("a sealed value could not be opened")]
pub struct Unopened;

impl Seals {
    /// Reads the text of a key file. Empty lines and lines that begin with `#` are passed over.
    pub fn parse(text: &str) -> Result<Self, KeyFileError> {
        let mut active = None;
        let mut keys = BTreeMap::new();
        for (number, line) in text.lines().enumerate() {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let (id, purposes) = Self::line(line).ok_or(KeyFileError::Line(number + 1))?;
            active.get_or_insert_with(|| id.clone());
            if keys.insert(id.clone(), purposes).is_some() {
                return Err(KeyFileError::Twice(id));
            }
        }
        Ok(Self { active: active.ok_or(KeyFileError::Empty)?, keys, opened: OpenedKeys::default() })
    }

    fn line(line: &str) -> Option<(String, Purposes)> {
        let (id, key) = line.split_once(char::is_whitespace)?;
        let fits = !id.is_empty() && id.len() <= 32 && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
        let mut master = [0; 32];
        hex::decode_to_slice(key.trim(), &mut master).ok()?;
        let master = Secret::new(master);
        fits.then(|| {
            let purposes = Purposes {
                seal: digest::derive(&master, "idp seal v1"),
                index: digest::derive(&master, "idp blind index v1"),
                pepper: digest::derive(&master, "idp pepper v1"),
            };
            (id.to_owned(), purposes)
        })
    }

    /// A new line for a key file, with an id made from `label`.
    pub fn new_line(label: &str) -> Secret<String> {
        Secret::new(format!("{label} {}", hex::encode(random::bytes::<32>())))
    }

    /// The id of the key that new values use.
    pub fn active_id(&self) -> &str {
        &self.active
    }

    /// Data keys under these keys that were opened lately.
    pub const fn opened(&self) -> &OpenedKeys {
        &self.opened
    }

    /// Every key id, the active one among them: values under any of them can be read.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        self.keys.keys().map(String::as_str)
    }

    fn purposes(&self, key_id: &str) -> Option<&Purposes> {
        self.keys.get(key_id)
    }

    /// Seals `plain` for one `owner` (a table, column and row, as text or bytes): moved to another row it will not open.
    pub fn seal(&self, owner: &[u8], plain: &[u8]) -> Sealed {
        let key = &self.purposes(&self.active).expect("the active key is one of the keys").seal;
        Sealed { key_id: self.active.clone(), bytes: encrypt(key, owner, plain) }
    }

    /// Opens what [`Seals::seal`] made for the same owner.
    pub fn open(&self, owner: &[u8], sealed: &Sealed) -> Result<Vec<u8>, Unopened> {
        let key = &self.purposes(&sealed.key_id).ok_or(Unopened)?.seal;
        decrypt(key, owner, &sealed.bytes)
    }

    /// The blind indexes of a value under every key, active first: a row may hold any of them while keys rotate.
    pub fn indexes(&self, kind: &str, value: &str) -> Vec<(String, [u8; 32])> {
        let message = [kind.as_bytes(), &[0], value.as_bytes()].concat();
        let mut all: Vec<_> =
            self.keys.iter().map(|(id, key)| (id.clone(), digest::hmac(&key.index, &message))).collect();
        all.sort_by_key(|(id, _)| *id != self.active);
        all
    }

    /// A password mixed with the pepper of `key_id`; `None` where that key is gone.
    pub fn pepper(&self, key_id: &str, password: &str) -> Option<Secret<[u8; 32]>> {
        Some(Secret::new(digest::hmac(&self.purposes(key_id)?.pepper, password.as_bytes())))
    }
}

/// AES-256-GCM with a random nonce in front; `owner` is associated data.
pub fn encrypt(key: &Secret<[u8; 32]>, owner: &[u8], plain: &[u8]) -> Vec<u8> {
    let nonce = random::bytes::<NONCE>();
    let mut tag = [0; TAG];
    let body = encrypt_aead(Cipher::aes_256_gcm(), key.reveal(), Some(&nonce), owner, plain, &mut tag)
        .expect("key, nonce and tag have the lengths that AES-256-GCM takes");
    [&nonce[..], &body, &tag].concat()
}

/// Opens what [`encrypt`] made with the same key and owner.
pub fn decrypt(key: &Secret<[u8; 32]>, owner: &[u8], bytes: &[u8]) -> Result<Vec<u8>, Unopened> {
    let (nonce, rest) = bytes.split_at_checked(NONCE).ok_or(Unopened)?;
    let (body, tag) = rest.split_at_checked(rest.len().wrapping_sub(TAG)).ok_or(Unopened)?;
    decrypt_aead(Cipher::aes_256_gcm(), key.reveal(), Some(nonce), owner, body, tag).map_err(|_| Unopened)
}

#[cfg(test)]
mod tests {
    use super::{KeyFileError, Seals};

    const TWO: &str = "# newest first\nk2 2222222222222222222222222222222222222222222222222222222222222222\n\
                       k1 1111111111111111111111111111111111111111111111111111111111111111\n";

    #[test]
    fn a_value_opens_only_where_it_was_sealed() {
        let seals = Seals::parse(TWO).expect("a good file");
        let sealed = seals.seal(b"person.profile:1", b"secret");
        assert_eq!(sealed.key_id, "k2");
        assert_eq!(seals.open(b"person.profile:1", &sealed).expect("opens"), b"secret");
        assert!(seals.open(b"person.profile:2", &sealed).is_err());
        for place in 0..sealed.bytes.len() {
            let mut changed = sealed.clone();
            changed.bytes[place] ^= 1;
            assert!(seals.open(b"person.profile:1", &changed).is_err(), "byte {place}");
        }
        let mut short = sealed;
        short.bytes.truncate(5);
        assert!(seals.open(b"person.profile:1", &short).is_err());
    }

    #[test]
    fn while_keys_rotate_both_indexes_find_a_value() {
        let old = Seals::parse(&TWO[TWO.find("k1").expect("there")..]).expect("a good file");
        let both = Seals::parse(TWO).expect("a good file");
        let stored = old.indexes("personal-number", "079085000001").remove(0);
        let found = both.indexes("personal-number", "079085000001");
        assert_eq!(found.len(), 2);
        assert_eq!(found[0].0, "k2");
        assert!(found.contains(&stored));
        assert!(!both.indexes("login", "079085000001").contains(&stored));
    }

    #[test]
    fn a_bad_key_file_is_refused() {
        let cases = [
            ("", KeyFileError::Empty),
            ("# only a remark", KeyFileError::Empty),
            ("k1 abc", KeyFileError::Line(1)),
            ("\nno-key-here", KeyFileError::Line(2)),
        ];
        for (text, expected) in cases {
            assert_eq!(Seals::parse(text).err(), Some(expected), "{text:?}");
        }
        let twice = format!("{TWO}k1 3333333333333333333333333333333333333333333333333333333333333333");
        assert_eq!(Seals::parse(&twice).err(), Some(KeyFileError::Twice("k1".into())));
    }
}
