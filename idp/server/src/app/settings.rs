//! The configuration, in the types that the doors use.

use std::time::Duration;

use idp_core::{relying::Names, session::Span};

use crate::{
    config::{Config, sections},
    web::{
        brand::{Brand, Colours},
        house::{LocalPasswords, Settings},
        page::Banner,
    },
};

/// Seconds, minutes, hours and days become lengths.
pub(super) fn of(config: &Config) -> Settings {
    let seconds = |number: u32| Duration::from_secs(u64::from(number));
    let span = |minutes, hours| Span { idle: seconds(60) * minutes, absolute: seconds(3_600) * hours };
    let (oidc, session, people) = (&config.oidc, &config.session, &config.people);
    Settings {
        code_lifetime: seconds(oidc.code_lifetime_seconds),
        access_token_lifetime: seconds(oidc.access_token_lifetime_seconds),
        id_token_lifetime: seconds(oidc.id_token_lifetime_seconds),
        refresh_idle: seconds(86_400) * oidc.refresh_idle_days,
        refresh_absolute: seconds(86_400) * oidc.refresh_absolute_days,
        session_citizen: span(session.idle_minutes, session.absolute_hours),
        session_official: span(session.official_idle_minutes, session.official_absolute_hours),
        session_shared: span(session.shared_idle_minutes, session.shared_absolute_hours),
        local_passwords: match people.local_passwords {
            sections::LocalPasswords::Off => LocalPasswords::Off,
            sections::LocalPasswords::Contingency => LocalPasswords::Contingency,
            sections::LocalPasswords::On => LocalPasswords::On,
        },
        enrolments_per_number_per_day: people.enrolments_per_number_per_day,
        enrolments_per_address_per_hour: people.enrolments_per_address_per_hour,
        enrolments_per_hour: people.enrolments_per_hour,
        admin_requests_per_minute: config.admin.requests_per_minute,
        alarm_to: config.break_glass.addresses(),
        org: config.org,
        support_phone: config.support.phone.clone(),
        province: config.support.province.clone(),
        banner: banner(config),
    }
}

/// What the pages carry of the province. The configuration is checked, so a file that cannot be read here went away meanwhile.
pub(super) fn brand(config: &Config) -> Brand {
    let Some(branding) = &config.branding else {
        return Brand::default();
    };
    let name = branding.name_vi.clone().zip(branding.name_en.clone()).map(|(vi, en)| Names { vi, en });
    let colours = Colours { accent: branding.accent, accent_dark: branding.accent_dark, stripe: branding.stripe };
    let logo = branding.logo_file.as_ref().and_then(|file| {
        let ending = file.extension()?.to_str()?.to_owned();
        Some((ending, std::fs::read(file).ok()?))
    });
    Brand::new(name, colours, logo.as_ref().map(|(ending, body)| (ending.as_str(), body.clone())))
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
        let minutes = |span: Span| (span.idle.as_secs() / 60, span.absolute.as_secs() / 60);
        assert_eq!(minutes(settings.session_citizen), (30, 12 * 60));
        assert_eq!(minutes(settings.session_official), (15, 8 * 60));
        assert_eq!(minutes(settings.session_shared), (10, 60));
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
