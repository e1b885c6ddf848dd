//! Password hashes of other systems, wrapped: what those systems computed goes through our pepper and Argon2id at import,
//! so that nothing weaker than ours lies in the database. At sign-in the other system's hash is computed again first.

use base64::{
    Engine,
    alphabet::BCRYPT,
    engine::{
        GeneralPurpose, GeneralPurposeConfig,
        general_purpose::{NO_PAD, STANDARD},
    },
};
use openssl::{hash::MessageDigest, pkcs5};

use crate::types::{Fault, Secret};

/// How another system hashed, without its salt. Everybody who was imported from one system has the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scheme {
    /// bcrypt: only the first 72 bytes of a password count.
    Bcrypt {
        /// Binary logarithm of the rounds.
        cost: u32,
    },
    /// PBKDF2 (RFC 8018).
    Pbkdf2 {
        /// The hash inside.
        hash: Sha,
        /// Rounds.
        rounds: u32,
        /// Bytes of the result.
        length: usize,
    },
    /// scrypt (RFC 7914).
    Scrypt {
        /// Binary logarithm of the cost.
        log_n: u32,
        /// Block size.
        r: u32,
        /// Parallelism.
        p: u32,
        /// Bytes of the result.
        length: usize,
    },
    /// `{SSHA}` and its successors: one hash over password and salt (RFC 2307 and its practice).
    Ssha {
        /// The hash.
        hash: Sha,
    },
}

/// A hash of the SHA family.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sha {
    /// SHA-1, twenty bytes.
    Sha1,
    /// SHA-256.
    Sha256,
    /// SHA-512.
    Sha512,
}

/// What is needed beside a password to compute the other system's hash again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inner {
    /// How.
    pub scheme: Scheme,
    /// With which salt.
    pub salt: Vec<u8>,
}

/// A hash as another system exported it.
pub struct Imported {
    pub(super) inner: Inner,
    pub(super) digest: Secret<Vec<u8>>,
}

/// Why a hash is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ImportProblem {
    /// None of the forms that are read here.
    #[error("not a bcrypt, PBKDF2, scrypt or SSHA hash in a form that is read here, nor one of Liferay or ASP.NET")]
    Form,
    /// Its cost is above what a sign-in may cost here.
    #[error("the hash costs more than a sign-in may cost")]
    Costly,
}

/// Longest result of a derivation.
const LONGEST: usize = 128;

impl Sha {
    const fn length(self) -> usize {
        match self {
            Self::Sha1 => 20,
            Self::Sha256 => 32,
            Self::Sha512 => 64,
        }
    }

    const fn word(self) -> &'static str {
        match self {
            Self::Sha1 => "sha1",
            Self::Sha256 => "sha256",
            Self::Sha512 => "sha512",
        }
    }

    fn from_word(word: &str) -> Option<Self> {
        [Self::Sha1, Self::Sha256, Self::Sha512].into_iter().find(|sha| sha.word() == word)
    }

    fn message_digest(self) -> MessageDigest {
        match self {
            Self::Sha1 => MessageDigest::sha1(),
            Self::Sha256 => MessageDigest::sha256(),
            Self::Sha512 => MessageDigest::sha512(),
        }
    }

    fn of(self, bytes: &[u8]) -> Vec<u8> {
        match self {
            Self::Sha1 => openssl::sha::sha1(bytes).to_vec(),
            Self::Sha256 => openssl::sha::sha256(bytes).to_vec(),
            Self::Sha512 => openssl::sha::sha512(bytes).to_vec(),
        }
    }
}

impl Scheme {
    /// The text that rows hold: the name and the cost, separated by `$`.
    pub fn text(self) -> String {
        match self {
            Self::Bcrypt { cost } => format!("bcrypt${cost}"),
            Self::Pbkdf2 { hash, rounds, length } => format!("pbkdf2-{}${rounds}${length}", hash.word()),
            Self::Scrypt { log_n, r, p, length } => format!("scrypt${log_n}${r}${p}${length}"),
            Self::Ssha { hash } => format!("ssha-{}", hash.word()),
        }
    }

    /// Reads that text.
    pub fn from_text(text: &str) -> Result<Self, Fault> {
        let unreadable = Fault::bug("reading how an imported password was hashed");
        let mut parts = text.split('$');
        let name = parts.next().unwrap_or_default();
        let numbers: Option<Vec<u32>> = parts.map(|part| part.parse().ok()).collect();
        let scheme = match (name, numbers.as_deref()) {
            ("bcrypt", Some(&[cost])) => Some(Self::Bcrypt { cost }),
            ("scrypt", Some(&[log_n, r, p, length])) => Some(Self::Scrypt { log_n, r, p, length: length as usize }),
            (name, Some(&[rounds, length])) => name.strip_prefix("pbkdf2-").and_then(Sha::from_word).map(|hash| {
                let length = length as usize;
                Self::Pbkdf2 { hash, rounds, length }
            }),
            (name, Some(&[])) => name.strip_prefix("ssha-").and_then(Sha::from_word).map(|hash| Self::Ssha { hash }),
            _ => None,
        };
        scheme.filter(|scheme| scheme.is_bounded()).ok_or(unreadable)
    }

    /// A stored or imported cost may not become a lever to exhaust the server.
    const fn is_bounded(self) -> bool {
        match self {
            Self::Bcrypt { cost } => cost >= 4 && cost <= 14,
            Self::Pbkdf2 { rounds, length, .. } => {
                rounds > 0 && rounds <= 2_000_000 && length >= 16 && length <= LONGEST
            }
            Self::Scrypt { log_n, r, p, length } => {
                let fits = log_n >= 1 && log_n <= 17 && r >= 1 && r <= 8 && p >= 1 && p <= 4;
                fits && length >= 16 && length <= LONGEST
            }
            Self::Ssha { .. } => true,
        }
    }

    /// Computes the other system's hash.
    pub(super) fn compute(self, password: &str, salt: &[u8]) -> Result<Secret<Vec<u8>>, Fault> {
        let failed = |error: &dyn std::fmt::Display| Fault::new("computing an imported hash", error.to_string());
        let password = password.as_bytes();
        let digest = match self {
            Self::Bcrypt { cost } => {
                let salt = salt.try_into().map_err(|_| Fault::bug("reading the salt of an imported hash"))?;
                let text = bcrypt::hash_with_salt(password, cost, salt).map_err(|error| failed(&error))?;
                let text = text.format_for_version(bcrypt::Version::TwoB);
                bcrypt_base64().decode(&text[29..]).map_err(|error| failed(&error))?
            }
            Self::Pbkdf2 { hash, rounds, length } => {
                let mut key = vec![0; length];
                pkcs5::pbkdf2_hmac(password, salt, rounds as usize, hash.message_digest(), &mut key)
                    .map_err(|error| failed(&error))?;
                key
            }
            Self::Scrypt { log_n, r, p, length } => {
                let (mut key, n) = (vec![0; length], 1_u64 << log_n);
                // OpenSSL refuses above its own limit of 32 MiB unless it is told another.
                let memory = 128 * u64::from(r) * (n + u64::from(p) + 2) + (1 << 20);
                pkcs5::scrypt(password, salt, n, r.into(), p.into(), memory, &mut key)
                    .map_err(|error| failed(&error))?;
                key
            }
            Self::Ssha { hash } => hash.of(&[password, salt].concat()),
        };
        Ok(Secret::new(digest))
    }
}

fn bcrypt_base64() -> GeneralPurpose {
    GeneralPurpose::new(
        &BCRYPT,
        GeneralPurposeConfig::new()
            .with_encode_padding(false)
            .with_decode_allow_trailing_bits(true)
            .with_decode_padding_mode(base64::engine::DecodePaddingMode::RequireNone),
    )
}

/// Base64 as exports write it: with padding or without, and passlib's with `.` for `+`.
fn base64(text: &str) -> Option<Vec<u8>> {
    let text = text.trim_end_matches('=').replace('.', "+");
    GeneralPurpose::new(&base64::alphabet::STANDARD, NO_PAD.with_decode_allow_trailing_bits(true)).decode(text).ok()
}

impl Imported {
    /// Reads `$2b$…`, `$pbkdf2$…`, `$pbkdf2-sha256$…`, `pbkdf2_sha256$…`, `$scrypt$ln=…,r=…,p=…$…` and `{SSHA}…`, `{SSHA256}…`,
    /// `{SSHA512}…`; and what Liferay and ASP.NET Identity (2 and 3) keep: one base64 text without a name.
    ///
    /// # Errors
    /// [`ImportProblem`]
    pub fn parse(text: &str) -> Result<Self, ImportProblem> {
        let text = text.trim();
        let read = bcrypt(text).or_else(|| pbkdf2(text)).or_else(|| scrypt(text)).or_else(|| ssha(text));
        let read = read.or_else(|| liferay(text)).or_else(|| asp_net(text));
        let (scheme, salt, digest) = read.ok_or(ImportProblem::Form)?;
        if !scheme.is_bounded() {
            return Err(ImportProblem::Costly);
        }
        Ok(Self { inner: Inner { scheme, salt }, digest: Secret::new(digest) })
    }
}

type Read = (Scheme, Vec<u8>, Vec<u8>);

fn bcrypt(text: &str) -> Option<Read> {
    let rest = ["$2a$", "$2b$", "$2y$"].iter().find_map(|prefix| text.strip_prefix(prefix))?;
    let (cost, rest) = rest.split_once('$')?;
    let (salt, digest) = rest.split_at_checked(22)?;
    let base64 = bcrypt_base64();
    let (salt, digest) = (base64.decode(salt).ok()?, base64.decode(digest).ok()?);
    let fits = salt.len() == 16 && digest.len() == 23;
    fits.then_some((Scheme::Bcrypt { cost: cost.parse().ok()? }, salt, digest))
}

fn pbkdf2(text: &str) -> Option<Read> {
    // Modular crypt form (passlib, where no name means SHA-1, and PHC) and Django's: there the salt is text.
    let django = text.strip_prefix("pbkdf2_");
    let (hash, rest) = match (django, text.strip_prefix("$pbkdf2$")) {
        (Some(rest), _) => rest.split_once('$')?,
        (None, Some(rest)) => (Sha::Sha1.word(), rest),
        (None, None) => text.strip_prefix("$pbkdf2-")?.split_once('$')?,
    };
    let hash = Sha::from_word(hash)?;
    let parts: Vec<&str> = rest.split('$').collect();
    let &[rounds, salt, digest] = parts.as_slice() else { return None };
    let rounds = rounds.strip_prefix("i=").unwrap_or(rounds).split(',').next()?.parse().ok()?;
    let salt = if django.is_some() { salt.as_bytes().to_vec() } else { base64(salt)? };
    let digest = base64(digest)?;
    Some((Scheme::Pbkdf2 { hash, rounds, length: digest.len() }, salt, digest))
}

/// Splits a number of four bytes off, the highest first.
fn number(bytes: &[u8]) -> Option<(u32, &[u8])> {
    let (first, rest) = bytes.split_first_chunk::<4>()?;
    Some((u32::from_be_bytes(*first), rest))
}

/// Liferay's `PBKDF2WithHmacSHA1`: bits of the key, rounds, eight bytes of salt, key. Some releases write the name before it.
fn liferay(text: &str) -> Option<Read> {
    let named = text.strip_prefix("{PBKDF2WithHmacSHA1").and_then(|rest| rest.split_once('}'));
    let bytes = STANDARD.decode(named.map_or(text, |(_, rest)| rest)).ok()?;
    let (bits, rest) = number(&bytes)?;
    let (rounds, rest) = number(rest)?;
    let (salt, digest) = rest.split_at_checked(8)?;
    let fits = digest.len() >= 16 && usize::try_from(bits).ok()? == digest.len() * 8;
    fits.then(|| (Scheme::Pbkdf2 { hash: Sha::Sha1, rounds, length: digest.len() }, salt.to_vec(), digest.to_vec()))
}

/// ASP.NET Identity. Form 0 (version 2): 1,000 rounds of SHA-1, sixteen bytes of salt, 32 of key. Form 1 (version 3): hash, rounds, length
/// of the salt, salt, key.
fn asp_net(text: &str) -> Option<Read> {
    let bytes = STANDARD.decode(text).ok()?;
    let (form, rest) = bytes.split_first()?;
    let (hash, rounds, (salt, digest)) = match form {
        0 if rest.len() == 48 => (Sha::Sha1, 1_000, rest.split_at_checked(16)?),
        1 => {
            let (hash, rest) = number(rest)?;
            let hash = *[Sha::Sha1, Sha::Sha256, Sha::Sha512].get(usize::try_from(hash).ok()?)?;
            let (rounds, rest) = number(rest)?;
            let (length, rest) = number(rest)?;
            (hash, rounds, rest.split_at_checked(usize::try_from(length).ok()?)?)
        }
        _ => return None,
    };
    let fits = salt.len() >= 8 && digest.len() >= 16;
    fits.then(|| (Scheme::Pbkdf2 { hash, rounds, length: digest.len() }, salt.to_vec(), digest.to_vec()))
}

fn scrypt(text: &str) -> Option<Read> {
    let parts: Vec<&str> = text.strip_prefix("$scrypt$")?.split('$').collect();
    let &[costs, salt, digest] = parts.as_slice() else { return None };
    let mut costs = costs.split(',');
    let mut cost = |name: &str| costs.next()?.strip_prefix(name)?.strip_prefix('=')?.parse().ok();
    let (log_n, r, p) = (cost("ln")?, cost("r")?, cost("p")?);
    let (salt, digest) = (base64(salt)?, base64(digest)?);
    Some((Scheme::Scrypt { log_n, r, p, length: digest.len() }, salt, digest))
}

fn ssha(text: &str) -> Option<Read> {
    let forms = [("{SSHA}", Sha::Sha1), ("{SSHA256}", Sha::Sha256), ("{SSHA512}", Sha::Sha512)];
    let (rest, hash) = forms.iter().find_map(|(prefix, hash)| Some((text.strip_prefix(prefix)?, *hash)))?;
    let bytes = STANDARD.decode(rest).ok()?;
    let (digest, salt) = bytes.split_at_checked(hash.length())?;
    (!salt.is_empty()).then(|| (Scheme::Ssha { hash }, salt.to_vec(), digest.to_vec()))
}

#[cfg(test)]
mod tests {
    use super::{ImportProblem, Imported, Scheme, Sha};

    /// Each made with another program (Python's hashlib and passlib, Django; the binary forms packed by hand), of the password `password`.
    const MADE_ELSEWHERE: &[(&str, &str)] = &[
        (
            "$pbkdf2-sha256$1000$c2FsdHNhbHRzYWx0c2FsdA$8nX7hwFEzIB8aPajJTYK8weHQc5Ngz0pFVAKvSu4jQA",
            "pbkdf2-sha256$1000$32",
        ),
        (
            "$pbkdf2-sha512$1000$c2FsdHNhbHRzYWx0c2FsdA$715rqIr5dXOVPpBhqqsugl037zT5bWJTWYmZtIcK8hBnisKpwfY7kokvwjDrNHqHhF50Pb7MD6HvkJwiDQw4ww",
            "pbkdf2-sha512$1000$64",
        ),
        ("pbkdf2_sha256$1000$Q0a1b2c3$BieEweMvH+wa5K3+Pe4GRY8cNYxgmHbk2S7HYH5jQeA=", "pbkdf2-sha256$1000$32"),
        (
            "$pbkdf2-sha256$i=1000,l=32$c2FsdHNhbHRzYWx0c2FsdA$8nX7hwFEzIB8aPajJTYK8weHQc5Ngz0pFVAKvSu4jQA",
            "pbkdf2-sha256$1000$32",
        ),
        (
            "$scrypt$ln=10,r=8,p=1$c2FsdHNhbHRzYWx0c2FsdA$BVMRKqdiVYikKAaPR1wucsKUKvw4TuPLkdEYtoSHas4",
            "scrypt$10$8$1$32",
        ),
        ("{SSHA}yrht1iYXEIkejLVu42JWkadd80RzYWx0c2FsdA==", "ssha-sha1"),
        ("{SSHA256}DIzeh0gCRMTRu9dAH3C3rr7fWkRT0Bp2ZdtRqvTX3XJzYWx0c2FsdA==", "ssha-sha256"),
        (
            "{SSHA512}9ZxHVj4YomwqqFiYKcIjExMLx2ZblYfXRGc4KMqbgvHq2+HOgwiTIi+eO/Uam/8D0beDAkGpvx14+UFlfBskLnNhbHRzYWx0",
            "ssha-sha512",
        ),
        ("$2b$05$CCCCCCCCCCCCCCCCCCCCC.aDV7CQarKHMuNfh2oJkFzsHZya4whFe", "bcrypt$5"),
        ("$pbkdf2$1000$c2FsdHNhbHRzYWx0c2FsdA$2FWw/oC7TQkskizC.81lWlmFAMM", "pbkdf2-sha1$1000$20"),
        ("pbkdf2_sha1$1000$Q0a1b2c3$2gBxW4iRRjXwd+8rVTnKOnuu5PA=", "pbkdf2-sha1$1000$20"),
        // Liferay, without and with its name.
        ("AAAAoAAB9AABAgMEBQYHCJNMID/M+j6ELaf0247zTweU36Bx", "pbkdf2-sha1$128000$20"),
        ("{PBKDF2WithHmacSHA1/160/128000}AAAAoAAB9AABAgMEBQYHCJNMID/M+j6ELaf0247zTweU36Bx", "pbkdf2-sha1$128000$20"),
        // ASP.NET Identity 2, and 3 with each of its hashes.
        ("AAABAgMEBQYHCAkKCwwNDg8DCeL+Tgvf59D+SCjUHCNEFuLZv7Yc3Y9kOhHPv9/BGQ==", "pbkdf2-sha1$1000$32"),
        ("AQAAAAAAAAPoAAAAEAABAgMEBQYHCAkKCwwNDg8DCeL+Tgvf59D+SCjUHCNEFuLZv7Yc3Y9kOhHPv9/BGQ==", "pbkdf2-sha1$1000$32"),
        (
            "AQAAAAEAACcQAAAAEAABAgMEBQYHCAkKCwwNDg/rbIFTVZIgPAkrFY+NOQlnI2Km9dvQDZgoBEy6qLJS6Q==",
            "pbkdf2-sha256$10000$32",
        ),
        (
            "AQAAAAIAAYagAAAAEAABAgMEBQYHCAkKCwwNDg/73hTTOMxvghBX8/SnisILxwGxHjepOzeQw1EOAZRz8w==",
            "pbkdf2-sha512$100000$32",
        ),
    ];

    #[test]
    fn a_password_is_known_again_by_the_hash_that_another_program_made() {
        for (text, scheme) in MADE_ELSEWHERE {
            let imported = Imported::parse(text).unwrap_or_else(|problem| panic!("{text}: {problem}"));
            let inner = &imported.inner;
            assert_eq!(inner.scheme.text(), *scheme);
            assert_eq!(Scheme::from_text(scheme).expect("is read again"), inner.scheme);
            for (password, right) in [("password", true), ("Password", false), ("", false)] {
                let computed = inner.scheme.compute(password, &inner.salt).expect("computes");
                assert_eq!(computed == imported.digest, right, "{text}: {password}");
            }
        }
    }

    #[test]
    fn what_is_unknown_or_too_costly_is_not_taken() {
        let cases = [
            ("", ImportProblem::Form),
            ("5f4dcc3b5aa765d61d8327deb882cf99", ImportProblem::Form),
            ("{SHA}W6ph5Mm5Pz8GgiULbPgzG37mj9g=", ImportProblem::Form),
            ("{SSHA}W6ph5Mm5Pz8GgiULbPgzG37mj9g=", ImportProblem::Form),
            ("$2b$10$tooshort", ImportProblem::Form),
            ("$pbkdf2-md5$1000$c2FsdHNhbHQ$W6ph5Mm5Pz8GgiULbPgzG37mj9g", ImportProblem::Form),
            // A key of another length than it says; a form of ASP.NET that nobody knows; a salt that is longer than everything.
            ("AAAAqAAB9AABAgMEBQYHCJNMID/M+j6ELaf0247zTweU36Bx", ImportProblem::Form),
            ("AgABAgMEBQYHCAkKCwwNDg8DCeL+Tgvf59D+SCjUHCNEFuLZv7Yc3Y9kOhHPv9/BGQ==", ImportProblem::Form),
            (
                "AQAAAAAAAAPo/////wABAgMEBQYHCAkKCwwNDg8DCeL+Tgvf59D+SCjUHCNEFuLZv7Yc3Y9kOhHPv9/BGQ==",
                ImportProblem::Form,
            ),
            (
                "AQAAAAH/////AAAAEAABAgMEBQYHCAkKCwwNDg/rbIFTVZIgPAkrFY+NOQlnI2Km9dvQDZgoBEy6qLJS6Q==",
                ImportProblem::Costly,
            ),
            ("$2b$31$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy", ImportProblem::Costly),
            ("$scrypt$ln=25,r=8,p=1$c2FsdHNhbHQ$W6ph5Mm5Pz8GgiULbPgzG37mj9g", ImportProblem::Costly),
            ("$pbkdf2-sha256$9000000$c2FsdHNhbHQ$W6ph5Mm5Pz8GgiULbPgzG37mj9g", ImportProblem::Costly),
        ];
        for (text, expected) in cases {
            assert_eq!(Imported::parse(text).err(), Some(expected), "{text}");
        }
        assert!(Scheme::from_text("bcrypt$31").is_err() && Scheme::from_text("md5").is_err());
        assert_eq!(Scheme::Ssha { hash: Sha::Sha1 }.text(), "ssha-sha1");
    }
}
