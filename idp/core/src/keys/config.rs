//! The settings of this room.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::Policy;

/// `[keys]`: how long a signing key stays in each state.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// A key is shown in the JWK Set for this long before it signs. At least 600: twice as long as parties may cache the
    /// set, so that none meets a signature by a key that it has not seen.
    pub publish_before_use_seconds: u64,
    /// A key signs for this many days.
    pub active_days: u32,
    /// A key is shown for this long after its last signature. At least 1200: the life of a token and 15 minutes of cache.
    pub retiring_seconds: u64,
}

/// A setting lies below what keeps tokens verifiable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("keys.{name} must be at least {least}")]
pub struct PolicyError {
    /// The setting.
    pub name: &'static str,
    /// The least value, in the unit of the setting.
    pub least: u64,
}

const LEAST_PUBLISHED: u64 = 600;
const LEAST_RETIRING: u64 = 1_200;
const DAY: u64 = 86_400;

impl Default for Config {
    fn default() -> Self {
        Self { publish_before_use_seconds: DAY, active_days: 90, retiring_seconds: DAY }
    }
}

impl Config {
    /// The rule that these settings make.
    ///
    /// # Errors
    /// Every setting that lies below its least value.
    pub fn policy(&self) -> Result<Policy, Vec<PolicyError>> {
        let given = [
            ("publish_before_use_seconds", self.publish_before_use_seconds, LEAST_PUBLISHED),
            ("active_days", u64::from(self.active_days), 1),
            ("retiring_seconds", self.retiring_seconds, LEAST_RETIRING),
        ];
        let wrong: Vec<_> = given
            .into_iter()
            .filter(|(_, value, least)| value < least)
            .map(|(name, _, least)| PolicyError { name, least })
            .collect();
        if !wrong.is_empty() {
            return Err(wrong);
        }
        Ok(Policy {
            publish_before_use: Duration::from_secs(self.publish_before_use_seconds),
            active: Duration::from_secs(u64::from(self.active_days) * DAY),
            retiring: Duration::from_secs(self.retiring_seconds),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Config;

    #[test]
    fn settings_that_would_break_tokens_are_refused_all_at_once() {
        assert!(Config::default().policy().is_ok());
        let least = Config { publish_before_use_seconds: 600, active_days: 1, retiring_seconds: 1_200 };
        assert!(least.policy().is_ok());
        let below = Config { publish_before_use_seconds: 599, active_days: 0, retiring_seconds: 1_199 };
        let names: Vec<_> = below.policy().expect_err("refused").into_iter().map(|wrong| wrong.name).collect();
        assert_eq!(names, ["publish_before_use_seconds", "active_days", "retiring_seconds"]);
    }
}
