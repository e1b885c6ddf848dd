//! The rule of rotation. Pure: it sees the keys and the time, and says which moves are due.

use std::time::Duration;

use crate::{crypto::jws::Alg, types::Timestamp};

/// Where a key is in its life, and since when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Published, does not sign yet.
    Next {
        /// When it was first published.
        since: Timestamp,
    },
    /// Signs.
    Active {
        /// Its first signature is not older.
        since: Timestamp,
    },
    /// Signs no more; what it signed is still believed.
    Retiring {
        /// Its last signature is not younger.
        since: Timestamp,
    },
    /// The private half is destroyed.
    Gone {
        /// Since when.
        at: Timestamp,
        /// Set where the key was revoked: nothing that it ever signed is believed from then on.
        revoked_at: Option<Timestamp>,
    },
}

impl State {
    /// The word that rows, events and the command line use.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Next { .. } => "next",
            Self::Active { .. } => "active",
            Self::Retiring { .. } => "retiring",
            Self::Gone { .. } => "gone",
        }
    }

    /// Whether the JWK Set shows a key in this state, which is also whether a token by it is believed.
    pub const fn is_published(self) -> bool {
        !matches!(self, Self::Gone { .. })
    }
}

/// What may be known of a key by everybody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyFacts {
    /// The RFC 7638 thumbprint.
    pub kid: String,
    /// What it signs with.
    pub alg: Alg,
    /// When it was made.
    pub created_at: Timestamp,
    /// Where it is in its life.
    pub state: State,
}

/// How long a key stays in each state. Made by [`super::Config::policy`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Policy {
    pub(super) publish_before_use: Duration,
    pub(super) active: Duration,
    pub(super) retiring: Duration,
}

impl Policy {
    /// From when on a key published at `since` may sign.
    pub(super) fn usable_from(&self, since: Timestamp) -> Timestamp {
        since + self.publish_before_use
    }
}

impl Default for Policy {
    fn default() -> Self {
        let day = Duration::from_hours(24);
        Self { publish_before_use: day, active: day * 90, retiring: day }
    }
}

/// One move that is due.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// There is neither an Active nor a Next key: make both. Only an empty keyring needs it.
    Begin(Alg),
    /// There is no Next key: make one.
    Publish(Alg),
    /// Next becomes Active, Active becomes Retiring, a new Next is made.
    Promote(Alg),
    /// Nothing that this key signed can still be valid: destroy its private half.
    Destroy(String),
}

impl Step {
    /// How many new keys it needs, and for which algorithm. They are made before the transaction.
    pub(super) fn needs(&self) -> Option<(Alg, usize)> {
        match self {
            Self::Begin(alg) => Some((*alg, 2)),
            Self::Publish(alg) | Self::Promote(alg) => Some((*alg, 1)),
            Self::Destroy(_) => None,
        }
    }
}

/// What is due at `now` for all algorithms.
pub fn due(keys: &[KeyFacts], policy: &Policy, now: Timestamp) -> Vec<Step> {
    Alg::ALL.into_iter().flat_map(|alg| due_for(alg, keys, policy, now)).collect()
}

/// What is due for one algorithm. A clock that went back makes nothing due: ages are then zero.
pub(super) fn due_for(alg: Alg, keys: &[KeyFacts], policy: &Policy, now: Timestamp) -> Vec<Step> {
    let mut steps: Vec<Step> = missing(alg, keys).into_iter().collect();
    let of_alg = || keys.iter().filter(|key| key.alg == alg);
    let active = of_alg().find_map(|key| if let State::Active { since } = key.state { Some(since) } else { None });
    let next = of_alg().find_map(|key| if let State::Next { since } = key.state { Some(since) } else { None });
    if let (Some(active), Some(next)) = (active, next)
        && now.since(active) >= policy.active
        && now >= policy.usable_from(next)
    {
        steps.push(Step::Promote(alg));
    }
    let over = |key: &KeyFacts| matches!(key.state, State::Retiring { since } if now.since(since) >= policy.retiring);
    steps.extend(of_alg().filter(|key| over(key)).map(|key| Step::Destroy(key.kid.clone())));
    steps
}

/// What a keyring lacks to be able to sign now and to rotate later.
pub(super) fn missing(alg: Alg, keys: &[KeyFacts]) -> Option<Step> {
    let of_alg = || keys.iter().filter(|key| key.alg == alg);
    let active = of_alg().any(|key| matches!(key.state, State::Active { .. }));
    let next = of_alg().any(|key| matches!(key.state, State::Next { .. }));
    match (active, next) {
        (false, false) => Some(Step::Begin(alg)),
        (true, false) => Some(Step::Publish(alg)),
        (false, true) => Some(Step::Promote(alg)),
        (true, true) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{KeyFacts, Policy, State, Step, due_for};
    use crate::{crypto::jws::Alg, types::Timestamp};

    const DAY: i64 = 86_400;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_seconds(seconds)
    }

    fn key(kid: &str, state: State) -> KeyFacts {
        KeyFacts { kid: kid.into(), alg: Alg::Es256, created_at: at(0), state }
    }

    #[test]
    fn moves_are_due_at_their_second_and_not_before() {
        let active = || key("a", State::Active { since: at(0) });
        let next = |since| key("n", State::Next { since: at(since) });
        let retiring = || key("r", State::Retiring { since: at(0) });
        let gone = key("g", State::Gone { at: at(0), revoked_at: None });
        let promote = || vec![Step::Promote(Alg::Es256)];
        let cases: [(&str, Vec<KeyFacts>, i64, Vec<Step>); 11] = [
            ("an empty ring", vec![], 0, vec![Step::Begin(Alg::Es256)]),
            ("only what is gone", vec![gone], 0, vec![Step::Begin(Alg::Es256)]),
            ("no next", vec![active()], 0, vec![Step::Publish(Alg::Es256)]),
            ("no active: the next one at once", vec![next(0)], 0, promote()),
            ("young", vec![active(), next(0)], DAY, vec![]),
            ("one second short", vec![active(), next(0)], 90 * DAY - 1, vec![]),
            ("old enough", vec![active(), next(0)], 90 * DAY, promote()),
            ("next published too late", vec![active(), next(89 * DAY + 1)], 90 * DAY, vec![]),
            ("next just published long enough", vec![active(), next(89 * DAY)], 90 * DAY, promote()),
            ("retiring, one second short", vec![active(), next(0), retiring()], DAY - 1, vec![]),
            ("retired", vec![active(), next(0), retiring()], DAY, vec![Step::Destroy("r".into())]),
        ];
        for (name, keys, now, expected) in cases {
            assert_eq!(due_for(Alg::Es256, &keys, &Policy::default(), at(now)), expected, "{name}");
        }
    }

    #[test]
    fn an_algorithm_is_not_served_by_the_key_of_another() {
        let keys = [key("a", State::Active { since: at(0) }), key("n", State::Next { since: at(0) })];
        assert_eq!(due_for(Alg::EdDsa, &keys, &Policy::default(), at(0)), [Step::Begin(Alg::EdDsa)]);
    }

    #[test]
    fn a_clock_that_went_back_moves_nothing() {
        let keys = [key("a", State::Active { since: at(100) }), key("n", State::Next { since: at(100) })];
        assert_eq!(due_for(Alg::Es256, &keys, &Policy::default(), at(0)), []);
    }
}
