//! Argon2id (RFC 9106) in a bounded pool: as many hashes at once as there are cores, a short queue, and then *busy*.
//!
//! One profile for everyone (19 MiB, two passes, one lane): two profiles would tell by time who somebody is. The
//! parameters stand in each hash, so that a later profile re-hashes at sign-in.

mod inner;

use std::{
    sync::{Arc, Mutex},
    thread::available_parallelism,
};

use argon2::{Algorithm, Argon2, Block, Params, Version};
use base64::{Engine, engine::general_purpose::STANDARD_NO_PAD};
use subtle::ConstantTimeEq;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::{
    crypto::{random, seal::Seals},
    types::{Fault, Secret},
};

pub use inner::{ImportProblem, Imported, Inner, Scheme, Sha};

/// The salt of hashes that are computed for nobody.
const NOBODYS_SALT: [u8; 16] = [0; 16];
const MEMORY_KIB: u32 = 19_456;
const PASSES: u32 = 2;
const LANES: u32 = 1;
const QUEUE: usize = 64;

/// A stored hash: PHC string of Argon2id over the peppered password, and the pepper's key id. Of an imported password, Argon2id
/// lies over the other system's hash instead.
#[derive(Clone, PartialEq, Eq)]
pub struct PasswordHash {
    /// `$argon2id$v=19$m=…,t=…,p=…$salt$tag`
    pub phc: String,
    /// The master key whose pepper went in.
    pub pepper_key_id: String,
    /// How the other system hashed, for an imported password that nobody has signed in with yet.
    pub inner: Option<Inner>,
}

/// A place in the queue of the pool. Dropping it gives it back.
pub struct Place(OwnedSemaphorePermit);

/// Why no answer was given about a password.
#[derive(Debug, thiserror::Error)]
pub enum PasswordError {
    /// The queue is full; try again shortly.
    #[error("the password pool is full")]
    Busy,
    /// The hash or its pepper cannot be used.
    #[error(transparent)]
    Fault(#[from] Fault),
}

/// What a check found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Check {
    /// The password is right.
    Right,
    /// It is right, and the hash is older than today's profile or pepper: hash again.
    RightButOld,
    /// It is wrong.
    Wrong,
}

/// The pool. Memory is at most cores × 19 MiB, reused from hash to hash.
#[derive(Clone)]
pub struct PasswordPool {
    seals: Arc<Seals>,
    admitted: Arc<Semaphore>,
    working: Arc<Semaphore>,
    memory: Arc<Mutex<Vec<Vec<Block>>>>,
    decoy: PasswordHash,
}

impl PasswordPool {
    /// A pool for this machine's cores.
    pub fn new(seals: Arc<Seals>) -> Self {
        let cores = available_parallelism().map_or(1, usize::from);
        let salt = random::bytes::<16>();
        let decoy = PasswordHash {
            phc: phc(Profile::today(), &salt, &random::bytes::<32>()),
            pepper_key_id: seals.active_id().to_owned(),
            inner: None,
        };
        Self {
            seals,
            admitted: Arc::new(Semaphore::new(cores + QUEUE)),
            working: Arc::new(Semaphore::new(cores)),
            memory: Arc::default(),
            decoy,
        }
    }

    /// Takes a place in the queue: before anything is counted or read, so that what is refused costs nothing.
    pub fn admit(&self) -> Result<Place, PasswordError> {
        Arc::clone(&self.admitted).try_acquire_owned().map(Place).map_err(|_| PasswordError::Busy)
    }

    /// Hashes a new password under today's profile.
    pub async fn hash(&self, password: Secret<String>) -> Result<PasswordHash, PasswordError> {
        self.seal(&password, None).await
    }

    /// Wraps another system's hash in our pepper and Argon2id.
    pub async fn wrap(&self, imported: Imported) -> Result<PasswordHash, PasswordError> {
        let Imported { inner, digest } = imported;
        self.seal(&Secret::new(hex::encode(digest.reveal())), Some(inner)).await
    }

    async fn seal(&self, text: &Secret<String>, inner: Option<Inner>) -> Result<PasswordHash, PasswordError> {
        let key_id = self.seals.active_id().to_owned();
        let peppered = pepper(&self.seals, &key_id, text.reveal())?;
        let salt = random::bytes::<16>();
        let tag = self.run(self.admit()?, move |blocks| {
            compute(Profile::today(), peppered.reveal(), &salt, blocks).map(|tag| phc(Profile::today(), &salt, &tag))
        });
        Ok(PasswordHash { phc: tag.await?, pepper_key_id: key_id, inner })
    }

    /// Checks a password. `None` as `stored` costs the same as a wrong password: nobody learns by time that an account
    /// does not exist (SECURITY 2.8). `imported` are the schemes of all passwords that still lie wrapped: every check computes
    /// each of them once, so that time does not tell either who was imported.
    pub async fn check(
        &self,
        place: Place,
        password: Secret<String>,
        stored: Option<&PasswordHash>,
        imported: &[Scheme],
    ) -> Result<Check, PasswordError> {
        let hash = stored.unwrap_or(&self.decoy).clone();
        let parsed = parse(&hash.phc).ok_or(Fault::bug("reading a stored password hash"))?;
        let current =
            parsed.0 == Profile::today() && hash.pepper_key_id == self.seals.active_id() && hash.inner.is_none();
        let (seals, imported) = (Arc::clone(&self.seals), imported.to_vec());
        let right = self.run(place, move |blocks| {
            let (profile, salt, tag) = parsed;
            let text = shown(&password, hash.inner.as_ref(), &imported)?;
            let peppered = pepper(&seals, &hash.pepper_key_id, text.reveal())?;
            let computed = compute(profile, peppered.reveal(), &salt, blocks)?;
            Ok(bool::from(computed.ct_eq(&tag)))
        });
        Ok(match (right.await? && stored.is_some(), current) {
            (true, true) => Check::Right,
            (true, false) => Check::RightButOld,
            (false, _) => Check::Wrong,
        })
    }

    /// Waits for a turn and works on a thread of its own. A request that gave up while waiting leaves the queue unhashed.
    async fn run<T: Send + 'static>(
        &self,
        Place(place): Place,
        work: impl FnOnce(&mut Vec<Block>) -> Result<T, Fault> + Send + 'static,
    ) -> Result<T, PasswordError> {
        let turn = Arc::clone(&self.working).acquire_owned().await.map_err(|_| PasswordError::Busy)?;
        let memory = Arc::clone(&self.memory);
        let job = move || {
            let _held: (OwnedSemaphorePermit, OwnedSemaphorePermit) = (place, turn);
            let mut blocks = take(&memory);
            let done = work(&mut blocks);
            if let Ok(mut spare) = memory.lock() {
                spare.push(blocks);
            }
            done
        };
        let done = tokio::task::spawn_blocking(job).await.map_err(|error| Fault::new("hashing a password", error))?;
        Ok(done?)
    }
}

fn pepper(seals: &Seals, key_id: &str, text: &str) -> Result<Secret<[u8; 32]>, Fault> {
    seals.pepper(key_id, text).ok_or(Fault::bug("finding the pepper of a password hash"))
}

/// What Argon2id lies over: the password, or the other system's hash of it. Every scheme in use is computed, the ones that do
/// not belong to this password for nothing.
fn shown(password: &Secret<String>, inner: Option<&Inner>, imported: &[Scheme]) -> Result<Secret<String>, Fault> {
    let mut text = None;
    for scheme in imported.iter().filter(|scheme| inner.is_none_or(|inner| inner.scheme != **scheme)) {
        scheme.compute(password.reveal(), &NOBODYS_SALT)?;
    }
    if let Some(inner) = inner {
        let digest = inner.scheme.compute(password.reveal(), &inner.salt)?;
        text = Some(Secret::new(hex::encode(digest.reveal())));
    }
    Ok(text.unwrap_or_else(|| password.clone()))
}

fn take(memory: &Mutex<Vec<Vec<Block>>>) -> Vec<Block> {
    memory.lock().ok().and_then(|mut spare| spare.pop()).unwrap_or_default()
}

/// The cost of one hash.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Profile {
    memory_kib: u32,
    passes: u32,
    lanes: u32,
}

impl Profile {
    const fn today() -> Self {
        Self { memory_kib: MEMORY_KIB, passes: PASSES, lanes: LANES }
    }

    /// A stored row may not ask for more than any profile ever used here: it would be a lever to exhaust the server.
    const fn is_bounded(self) -> bool {
        self.memory_kib <= 131_072 && self.passes <= 16 && self.lanes <= 4 && self.passes > 0 && self.lanes > 0
    }
}

fn compute(profile: Profile, input: &[u8], salt: &[u8], blocks: &mut Vec<Block>) -> Result<[u8; 32], Fault> {
    let failed = |error: argon2::Error| Fault::new("hashing a password", error.to_string());
    let params = Params::new(profile.memory_kib, profile.passes, profile.lanes, Some(32)).map_err(failed)?;
    blocks.resize(params.block_count().max(blocks.len()), Block::default());
    let mut tag = [0; 32];
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into_with_memory(input, salt, &mut tag, &mut blocks[..])
        .map_err(failed)?;
    Ok(tag)
}

fn phc(profile: Profile, salt: &[u8], tag: &[u8; 32]) -> String {
    format!(
        "$argon2id$v=19$m={},t={},p={}${}${}",
        profile.memory_kib,
        profile.passes,
        profile.lanes,
        STANDARD_NO_PAD.encode(salt),
        STANDARD_NO_PAD.encode(tag)
    )
}

fn parse(phc: &str) -> Option<(Profile, Vec<u8>, [u8; 32])> {
    let mut parts = phc.strip_prefix("$argon2id$v=19$")?.split('$');
    let (costs, salt, tag) = (parts.next()?, parts.next()?, parts.next()?);
    let mut costs = costs.split(',');
    let mut cost = |name: &str| costs.next()?.strip_prefix(name)?.strip_prefix('=')?.parse().ok();
    let profile = Profile { memory_kib: cost("m")?, passes: cost("t")?, lanes: cost("p")? };
    let salt = STANDARD_NO_PAD.decode(salt).ok()?;
    let tag = STANDARD_NO_PAD.decode(tag).ok()?.try_into().ok()?;
    (profile.is_bounded() && parts.next().is_none()).then_some((profile, salt, tag))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::{Check, Imported, PasswordHash, PasswordPool, parse};
    use crate::{crypto::seal::Seals, types::Secret};

    fn pool() -> PasswordPool {
        let line = Seals::new_line("k1");
        PasswordPool::new(Arc::new(Seals::parse(line.reveal()).expect("a good line")))
    }

    fn secret(text: &str) -> Secret<String> {
        Secret::new(text.to_owned())
    }

    async fn check(pool: &PasswordPool, password: &str, stored: Option<&PasswordHash>) -> Check {
        let place = pool.admit().expect("there is a place");
        pool.check(place, secret(password), stored, &[]).await.expect("checks")
    }

    #[tokio::test]
    async fn a_wrapped_hash_of_another_system_knows_its_password_and_asks_to_be_replaced() {
        let pool = pool();
        let imported = Imported::parse("{SSHA}yrht1iYXEIkejLVu42JWkadd80RzYWx0c2FsdA==").expect("a hash");
        let wrapped = pool.wrap(imported).await.expect("wraps");
        assert!(!wrapped.phc.contains("yrht1iYXEIkejLVu42JWkadd80R"));
        assert_eq!(check(&pool, "password", Some(&wrapped)).await, Check::RightButOld);
        assert_eq!(check(&pool, "Password", Some(&wrapped)).await, Check::Wrong);
        let digest = "cab86dd6261710891e8cb56ee3625691a75df344";
        assert_eq!(check(&pool, digest, Some(&wrapped)).await, Check::Wrong, "the old hash itself opens nothing");
    }

    #[test]
    fn the_queue_is_short() {
        let pool = pool();
        let places: Vec<_> = std::iter::from_fn(|| pool.admit().ok()).take(10_000).collect();
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        assert_eq!(places.len(), cores + super::QUEUE);
        drop(places);
        assert!(pool.admit().is_ok());
    }

    #[tokio::test]
    async fn only_the_password_itself_is_right() {
        let pool = pool();
        let hash = pool.hash(secret("cá vàng bơi ngược dòng")).await.expect("hashes");
        let right = check(&pool, "cá vàng bơi ngược dòng", Some(&hash)).await;
        let wrong = check(&pool, "cá vàng bơi xuôi dòng", Some(&hash)).await;
        let nobody = check(&pool, "cá vàng bơi ngược dòng", None).await;
        assert_eq!((right, wrong, nobody), (Check::Right, Check::Wrong, Check::Wrong));
    }

    #[tokio::test]
    async fn a_hash_of_an_older_profile_is_right_but_old() {
        let pool = pool();
        let mut hash = pool.hash(secret("mật khẩu")).await.expect("hashes");
        let peppered = pool.seals.pepper("k1", "mật khẩu").expect("the key is there");
        let older = super::Profile { memory_kib: 8_192, passes: 1, lanes: 1 };
        let tag = super::compute(older, peppered.reveal(), &[5; 16], &mut Vec::new()).expect("hashes");
        hash.phc = super::phc(older, &[5; 16], &tag);
        assert_eq!(check(&pool, "mật khẩu", Some(&hash)).await, Check::RightButOld);
    }

    #[test]
    fn a_stored_hash_cannot_ask_for_the_moon() {
        let tail = "$BQUFBQUFBQUFBQUFBQUFBQ$BQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQU";
        let cases = [
            ("$argon2id$v=19$m=19456,t=2,p=1", true),
            ("$argon2id$v=19$m=4194304,t=2,p=1", false),
            ("$argon2id$v=19$m=19456,t=0,p=1", false),
            ("$argon2i$v=19$m=19456,t=2,p=1", false),
        ];
        for (head, good) in cases {
            assert_eq!(parse(&format!("{head}{tail}")).is_some(), good, "{head}");
        }
    }
}
