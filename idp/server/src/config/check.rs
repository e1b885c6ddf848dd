//! Rules that no single value can break: what must fit together.

use idp_core::authn::passkey::Passkeys;

use super::{
    issuer::Issuer,
    problem::{ConfigProblem, Reason},
    sections::Config,
    tree::Tree,
};
use crate::web::brand::{self, Colour};

/// Addresses that an alarm goes to: it is written in the transaction of the sign-in, which must not take long.
const MOST_ALARMED: usize = 20;

/// Adds what is wrong with a configuration whose values can all be read.
pub(super) fn check(config: &Config, tree: &Tree, problems: &mut Vec<ConfigProblem>) {
    let reasons = [
        listeners(config),
        names(config),
        tls(config),
        stores(config),
        numbers(config),
        keys(config),
        outgoing(config),
        branding(config),
        rule(config.break_glass.alarm_to.len() > MOST_ALARMED, "break_glass.alarm_to", "cli-config-alarm-to")
            .into_iter()
            .collect(),
    ];
    // A value that could not be read stands at its default here: one problem for one mistake.
    let unread: Vec<String> = problems.iter().map(|problem| key(&problem.path).to_owned()).collect();
    for (path, reason) in reasons.into_iter().flatten() {
        if !unread.iter().any(|unread| unread == key(&path)) {
            problems.push(ConfigProblem { path: path.clone(), origin: tree.origin(&path), reason });
        }
    }
}

/// The key in which a path lies: `outgoing.allow` for `outgoing.allow[0].host`.
fn key(path: &str) -> &str {
    path.split('[').next().unwrap_or(path)
}

type Found = Vec<(String, Reason)>;

fn rule(broken: bool, path: &str, key: &'static str) -> Option<(String, Reason)> {
    broken.then(|| (path.to_owned(), Reason::Rule(key)))
}

/// A hundred years in seconds: days beyond have no name that fits a form.
const CENTURY: u64 = 3_155_760_000;

fn listeners(config: &Config) -> Found {
    let server = &config.server;
    let all_loopback =
        server.listen.iter().chain([&server.management_listen]).all(|address| address.ip().is_loopback());
    let remote_management = !server.management_listen.ip().is_loopback() && !server.management_remote;
    // A moved clock brings expired codes, tokens and lockouts back to life.
    let unsafe_clock = config.test.clock && !(server.public_url.is_loopback() && all_loopback);
    // Port 0 lets the system choose, so two of them are not the same.
    let shared = server.management_listen.port() != 0 && server.listen.contains(&server.management_listen);
    [
        rule(server.listen.is_empty(), "server.listen", "cli-config-listen-empty"),
        rule(remote_management, "server.management_listen", "cli-config-management-remote"),
        rule(shared, "server.management_listen", "cli-config-management-shared"),
        rule(unsafe_clock, "test.clock", "cli-config-test-clock"),
        rule(config.test.ahead_seconds != 0 && !config.test.clock, "test.ahead_seconds", "cli-config-test-ahead"),
        rule(config.test.ahead_seconds.unsigned_abs() > CENTURY, "test.ahead_seconds", "cli-config-test-ahead-far"),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// Names that outlive everything else: of the issuer, of the passkeys, and of a move.
fn names(config: &Config) -> Found {
    let server = &config.server;
    let rp_id = config.rp_id();
    // Browsers keep passkeys under names only, and an issuer without passkeys leads people to steps that they cannot take.
    let is_name = Passkeys::new(rp_id, config.origins(), "").is_ok() && (rp_id.contains('.') || rp_id == "localhost");
    let path = if config.webauthn.rp_id.is_some() { "webauthn.rp_id" } else { "server.public_url" };
    // WebAuthn Level 3 section 5.1.2: the name is the page's own or one above it; elsewhere the home of the name says who is related.
    let within = |origin: &Issuer| origin.host() == rp_id || origin.host().ends_with(&format!(".{rp_id}"));
    let at_home = std::iter::once(&server.public_url).chain(&server.also_at).any(within);
    let mixed = server.also_at.iter().any(|origin| origin.is_https() != server.public_url.is_https());
    let mut all = config.origins();
    all.extend(config.webauthn.related_origins.iter().map(|origin| origin.as_str().to_owned()));
    let count = all.len();
    all.sort_unstable();
    all.dedup();
    [
        rule(!is_name, path, "cli-config-rp-id"),
        rule(is_name && !at_home, path, "cli-config-rp-id-elsewhere"),
        rule(mixed, "server.also_at", "cli-config-also-at-mixed"),
        rule(all.len() != count, "server.also_at", "cli-config-also-at-twice"),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn tls(config: &Config) -> Found {
    let server = &config.server;
    let own = server.tls_certificate_file.is_some();
    let half = own != server.tls_key_file.is_some();
    let mut found: Found = rule(half, "server.tls_key_file", "cli-config-tls-pair").into_iter().collect();
    // Plain HTTP to another machine would carry passwords in the clear, unless a proxy of ours is on the way.
    let exposed = server.listen.iter().any(|address| !address.ip().is_loopback());
    found.extend(rule(exposed && !own && server.proxies.is_empty(), "server.listen", "cli-config-plain-listener"));
    found.extend(rule(own && !server.public_url.is_https(), "server.public_url", "cli-config-tls-issuer"));
    found
}

fn stores(config: &Config) -> Found {
    let begins = |text: &str, schemes: &[&str]| schemes.iter().any(|scheme| text.starts_with(scheme));
    let database = begins(&config.database.url, &["sqlite:", "postgres://", "postgresql://"]);
    let cache = config.cache.url == "memory" || begins(&config.cache.url, &["redis://", "rediss://", "redis+unix://"]);
    [rule(!database, "database.url", "cli-config-database-url"), rule(!cache, "cache.url", "cli-config-cache-url")]
        .into_iter()
        .flatten()
        .collect()
}

fn numbers(config: &Config) -> Found {
    let (oidc, session, people) = (&config.oidc, &config.session, &config.people);
    let ranges = [
        ("server.max_connections", config.server.max_connections, 16, 1_000_000),
        ("database.connections", config.database.connections, 1, 500),
        ("people.enrolments_per_number_per_day", people.enrolments_per_number_per_day, 1, 100),
        ("people.enrolments_per_address_per_hour", people.enrolments_per_address_per_hour, 1, 100_000),
        ("people.enrolments_per_hour", people.enrolments_per_hour, 1, 1_000_000),
        ("oidc.code_lifetime_seconds", oidc.code_lifetime_seconds, 10, 600),
        ("oidc.access_token_lifetime_seconds", oidc.access_token_lifetime_seconds, 30, 3_600),
        ("oidc.id_token_lifetime_seconds", oidc.id_token_lifetime_seconds, 30, 3_600),
        ("oidc.refresh_idle_days", oidc.refresh_idle_days, 1, 365),
        ("oidc.refresh_absolute_days", oidc.refresh_absolute_days, 1, 365),
        ("throttle.window_minutes", config.throttle.window_minutes, 1, 1_440),
        ("throttle.failures_per_account_and_address", config.throttle.failures_per_account_and_address, 3, 100),
        ("throttle.failures_per_address", config.throttle.failures_per_address, 10, 100_000),
        ("throttle.failures_per_known_browser", config.throttle.failures_per_known_browser, 3, 100),
        ("throttle.failures_per_account_per_day", config.throttle.failures_per_account_per_day, 10, 100),
        ("throttle.failures_of_second_factor", config.throttle.failures_of_second_factor, 3, 100),
        ("factors.codes_per_target_per_hour", config.factors.codes_per_target_per_hour, 1, 100),
        ("factors.codes_per_account_per_day", config.factors.codes_per_account_per_day, 1, 1_000),
        ("recovery.wait_hours", config.recovery.wait_hours, 1, 168),
        ("recovery.second_factor_wait_hours", config.recovery.second_factor_wait_hours, 1, 168),
        ("recovery.per_address_per_hour", config.recovery.per_address_per_hour, 1, 10_000),
        ("recovery.per_number_per_day", config.recovery.per_number_per_day, 1, 100),
        ("org.undo_days", config.org.undo_days, 1, 365),
        ("org.backdate_days", config.org.backdate_days, 0, 3_650),
        ("session.idle_minutes", session.idle_minutes, 1, 1_440),
        ("admin.requests_per_minute", config.admin.requests_per_minute, 1, 1_000_000),
        ("session.absolute_hours", session.absolute_hours, 1, 24),
        ("session.official_idle_minutes", session.official_idle_minutes, 1, 1_440),
        ("session.official_absolute_hours", session.official_absolute_hours, 1, 24),
        ("session.shared_idle_minutes", session.shared_idle_minutes, 1, 1_440),
        ("session.shared_absolute_hours", session.shared_absolute_hours, 1, 24),
    ];
    let outside = ranges.into_iter().filter(|(_, value, least, most)| value < least || value > most);
    let mut found: Found =
        outside.map(|(path, _, least, most)| (path.to_owned(), Reason::Range { least, most })).collect();
    let longer = oidc.refresh_idle_days > oidc.refresh_absolute_days;
    found.extend(rule(longer, "oidc.refresh_idle_days", "cli-config-idle-longer"));
    for (path, idle, absolute) in [
        ("session.idle_minutes", session.idle_minutes, session.absolute_hours),
        ("session.official_idle_minutes", session.official_idle_minutes, session.official_absolute_hours),
        ("session.shared_idle_minutes", session.shared_idle_minutes, session.shared_absolute_hours),
    ] {
        found.extend(rule(idle > absolute.saturating_mul(60), path, "cli-config-idle-longer"));
    }
    found
}

/// Colours that cannot be read keep people out; a picture that cannot be shown is found now and not by a citizen.
fn branding(config: &Config) -> Found {
    let Some(branding) = &config.branding else {
        return Found::new();
    };
    let weak = |colour: Option<Colour>, ground: Colour, least| colour.is_some_and(|one| one.contrast(ground) < least);
    let half = branding.name_vi.is_some() != branding.name_en.is_some();
    let bad_name = |name: &Option<String>| {
        name.as_ref()
            .is_some_and(|name| name.trim().is_empty() || name.chars().count() > 80 || name.contains(char::is_control))
    };
    let named_badly = bad_name(&branding.name_vi) || bad_name(&branding.name_en);
    let bad_logo = branding.logo_file.as_ref().is_some_and(|file| {
        let ending = file.extension().and_then(|ending| ending.to_str()).unwrap_or_default();
        let is_picture = brand::LOGOS.iter().any(|(known, _)| *known == ending);
        !is_picture || std::fs::metadata(file).map_or(true, |facts| facts.len() > brand::LARGEST_LOGO as u64)
    });
    [
        rule(half || named_badly, "branding.name_en", "cli-config-brand-name"),
        rule(weak(branding.accent, Colour::PAPER, brand::TEXT), "branding.accent", "cli-config-contrast"),
        rule(
            weak(branding.accent_dark, Colour::DARK_PAPER, brand::TEXT),
            "branding.accent_dark",
            "cli-config-contrast",
        ),
        rule(weak(branding.stripe, Colour::PAPER, brand::SHAPE), "branding.stripe", "cli-config-contrast"),
        rule(bad_logo, "branding.logo_file", "cli-config-logo"),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// Below the least values tokens would stop being verifiable while they are valid; what lies above ten years is a slip of the hand.
fn keys(config: &Config) -> Found {
    const DAYS: u32 = 3_650;
    const SECONDS: u32 = DAYS * 86_400;
    let keys = &config.keys;
    let given = [
        ("publish_before_use_seconds", keys.publish_before_use_seconds, SECONDS),
        ("active_days", u64::from(keys.active_days), DAYS),
        ("retiring_seconds", keys.retiring_seconds, SECONDS),
    ];
    let low = keys.policy().err().unwrap_or_default();
    let least = |name: &str| low.iter().find(|error| error.name == name).map(|error| error.least);
    let outside = given.into_iter().filter_map(|(name, value, most)| {
        let least = least(name).or_else(|| (value > u64::from(most)).then_some(1))?;
        let least = u32::try_from(least).unwrap_or(u32::MAX);
        Some((format!("keys.{name}"), Reason::Range { least, most }))
    });
    outside.collect()
}

fn outgoing(config: &Config) -> Found {
    let nameless = config.outgoing.allow.iter().position(|allow| allow.host.is_empty());
    nameless
        .map(|index| (format!("outgoing.allow[{index}].host"), Reason::Rule("cli-config-host")))
        .into_iter()
        .collect()
}
