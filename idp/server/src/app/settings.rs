//! The configuration, in the types that the doors use.

use std::time::Duration;

use crate::{
    config::{Config, sections},
    web::{
        house::{LocalPasswords, Settings},
        page::Banner,
    },
};

/// Seconds, minutes, hours and days become lengths.
pub(super) fn of(config: &Config) -> Settings {
    let seconds = |number: u32| Duration::from_secs(u64::from(number));
    let (oidc, session, people) = (&config.oidc, &config.session, &config.people);
    Settings {
        code_lifetime: seconds(oidc.code_lifetime_seconds),
        access_token_lifetime: seconds(oidc.access_token_lifetime_seconds),
        id_token_lifetime: seconds(oidc.id_token_lifetime_seconds),
        refresh_idle: seconds(86_400) * oidc.refresh_idle_days,
        refresh_absolute: seconds(86_400) * oidc.refresh_absolute_days,
        session_idle: seconds(60) * session.idle_minutes,
        session_absolute: seconds(3_600) * session.absolute_hours,
        local_passwords: match people.local_passwords {
            sections::LocalPasswords::Off => LocalPasswords::Off,
            sections::LocalPasswords::Contingency => LocalPasswords::Contingency,
            sections::LocalPasswords::On => LocalPasswords::On,
        },
        enrolments_per_number_per_day: people.enrolments_per_number_per_day,
        enrolments_per_address_per_hour: people.enrolments_per_address_per_hour,
        enrolments_per_hour: people.enrolments_per_hour,
        admin_requests_per_minute: config.admin.requests_per_minute,
        org: config.org,
        support_phone: config.support.phone.clone(),
        province: config.support.province.clone(),
        banner: banner(config),
    }
}

/// A server whose clock can be moved is a test system and says so, whatever else is on.
fn banner(config: &Config) -> Option<Banner> {
    if config.test.clock {
        return Some(Banner::Demo);
    }
    (config.people.local_passwords == sections::LocalPasswords::Contingency).then_some(Banner::Contingency)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_keep_their_units() {
        let settings = of(&Config::default());
        assert_eq!(settings.code_lifetime, Duration::from_secs(60));
        assert_eq!(settings.refresh_idle, Duration::from_secs(14 * 24 * 3_600));
        assert_eq!(settings.session_idle, Duration::from_secs(30 * 60));
        assert_eq!(settings.session_absolute, Duration::from_secs(12 * 3_600));
    }

    #[test]
    fn a_test_system_and_contingency_are_said_above_every_page() {
        use sections::LocalPasswords::{Contingency, Off};
        for (clock, passwords, expected) in [
            (false, Off, None),
            (false, Contingency, Some(Banner::Contingency)),
            (true, Contingency, Some(Banner::Demo)),
        ] {
            let mut config = Config::default();
            config.test.clock = clock;
            config.people.local_passwords = passwords;
            assert_eq!(of(&config).banner, expected);
        }
    }
}
