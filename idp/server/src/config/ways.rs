//! The keys of the ways in: throttling, second factors, recovery.

use std::time::Duration;

use idp_core::{
    authn::{self, code, second},
    store::quota::Limit,
};
use serde::{Deserialize, Serialize};

/// `[throttle]`: how many failures are answered. Nobody is locked out by them: a browser that signed in to the account before has its own
/// count.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Throttle {
    /// Minutes in which the failures below are counted and after which they are forgotten. 1 to 1440.
    pub window_minutes: u32,
    /// Failures for one account from one address. 3 to 100.
    pub failures_per_account_and_address: u32,
    /// Failures from one address. Mobile networks put many people behind one address. 10 to 100000.
    pub failures_per_address: u32,
    /// Failures in one browser that signed in to the account before. 3 to 100.
    pub failures_per_known_browser: u32,
    /// Failures for one account in a day, wherever from; browsers that signed in before are not counted. 10 to 100
    /// (NIST SP 800-63B-4 allows no more than 100).
    pub failures_per_account_per_day: u32,
    /// Wrong answers to the question for a second factor, for one account and in one browser that signed in before; and wrong codes of an app
    /// in recoveries of one account in a day. 3 to 100.
    pub failures_of_second_factor: u32,
}

impl Default for Throttle {
    fn default() -> Self {
        Self {
            window_minutes: 15,
            failures_per_account_and_address: 10,
            failures_per_address: 200,
            failures_per_known_browser: 10,
            failures_per_account_per_day: 100,
            failures_of_second_factor: 10,
        }
    }
}

/// `[factors]`: what may be a second factor beside an app that shows codes.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Factors {
    /// Whether codes by SMS are a second factor: the weakest one (NIST SP 800-63B-4 restricts it). Needs a way to send them.
    pub sms: bool,
    /// Whether codes by mail are asked for after the password. They do not reach the second level. Needs a way to send them.
    pub email: bool,
    /// Codes to one address in an hour, those to sign in with, to recover with and to prove an address with each by themselves. 1 to 100.
    pub codes_per_target_per_hour: u32,
    /// Codes for one account in a day, each errand by itself. 1 to 1000.
    pub codes_per_account_per_day: u32,
}

impl Default for Factors {
    fn default() -> Self {
        Self { sms: true, email: false, codes_per_target_per_hour: 5, codes_per_account_per_day: 20 }
    }
}

/// `[recovery]`: forgotten passwords.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Recovery {
    /// Whether people may recover by themselves. Needs the population registry.
    pub enabled: bool,
    /// Hours between proving an address and setting a new password, in which the holder can stop it. 1 to 168.
    pub wait_hours: u32,
    /// The same after a second factor: a code of an app or one on paper. 1 to 168.
    pub second_factor_wait_hours: u32,
    /// Recoveries begun from one address in an hour. 1 to 10000.
    pub per_address_per_hour: u32,
    /// Recoveries begun with one personal number from one address in a day; ten times as many wherever from, where the first of each address
    /// is always answered. A browser that signed in to an account of that number has a count of its own. 1 to 100.
    pub per_number_per_day: u32,
}

impl Default for Recovery {
    fn default() -> Self {
        Self {
            enabled: true,
            wait_hours: 24,
            second_factor_wait_hours: 12,
            per_address_per_hour: 20,
            per_number_per_day: 5,
        }
    }
}

const HOUR: Duration = Duration::from_secs(3_600);
const DAY: Duration = Duration::from_secs(24 * 3_600);

const fn limit(most: u32, window: Duration) -> Limit {
    Limit { most, window }
}

/// The gate as the configuration settles it. `can_send`: whether messages leave the house at all, by SMS and by mail.
pub fn gate(throttle: &Throttle, factors: &Factors, recovery: &Recovery, can_send: (bool, bool)) -> authn::Gate {
    let window = Duration::from_secs(60) * throttle.window_minutes;
    authn::Gate {
        turns: authn::Turns::default(),
        limits: authn::Limits {
            pair: limit(throttle.failures_per_account_and_address, window),
            account: limit(throttle.failures_per_account_per_day, DAY),
            address: limit(throttle.failures_per_address, window),
            device: limit(throttle.failures_per_known_browser, window),
            second: limit(throttle.failures_of_second_factor, window),
        },
        codes: code::Limits {
            target: limit(factors.codes_per_target_per_hour, HOUR),
            account: limit(factors.codes_per_account_per_day, DAY),
        },
        policy: second::Policy { sms: factors.sms && can_send.0, email: factors.email && can_send.1 },
        recovery: recovery.enabled.then(|| authn::RecoveryLimits {
            wait: HOUR * recovery.wait_hours,
            second_wait: HOUR * recovery.second_factor_wait_hours,
            address: limit(recovery.per_address_per_hour, HOUR),
            number: limit(recovery.per_number_per_day, DAY),
            guesses: limit(throttle.failures_of_second_factor, DAY),
        }),
    }
}
