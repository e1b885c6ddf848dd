use std::io::Write;

use super::*;
use idp_core::types::Locale;

fn file(text: &str) -> (tempdir::Dir, PathBuf) {
    let dir = tempdir::Dir::new();
    let path = dir.path().join("idp.toml");
    std::fs::File::create(&path).and_then(|mut file| file.write_all(text.as_bytes())).expect("the folder is ours");
    (dir, path)
}

/// A folder that goes away with the test.
mod tempdir {
    use std::path::{Path, PathBuf};

    pub(super) struct Dir(PathBuf);

    impl Dir {
        pub(super) fn new() -> Self {
            let name = idp_core::crypto::random::readable(16);
            let path = std::env::temp_dir().join(format!("idp-config-{name}"));
            std::fs::create_dir(&path).expect("the name is new");
            Self(path)
        }

        pub(super) fn path(&self) -> &Path {
            &self.0
        }
    }

    impl Drop for Dir {
        fn drop(&mut self) {
            let _left_behind = std::fs::remove_dir_all(&self.0);
        }
    }
}

fn read(text: &str, environment: &[(&str, &str)]) -> Result<Loaded, Vec<(String, usize, Reason)>> {
    let (_dir, path) = file(text);
    let environment = environment.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    load(&Sources { file: Some(path), environment, flags: Vec::new() }).map_err(|problems| {
        let line = |origin: &Origin| if let Origin::File(_, line) = origin { *line } else { 0 };
        for problem in &problems {
            for locale in Locale::ALL {
                assert!(!problem.sentence(locale).contains("cli-"), "every reason has its sentence");
            }
        }
        problems.into_iter().map(|problem| (problem.path, line(&problem.origin), problem.reason)).collect()
    })
}

#[test]
fn the_defaults_are_a_working_configuration_of_fewer_than_eighty_keys() {
    let loaded = read("", &[]).expect("the defaults are right");
    assert_eq!(loaded.config.server.public_url.as_str(), "http://localhost:8080");
    assert_eq!(loaded.origin("oidc.code_lifetime_seconds"), Origin::Default);
    assert!(known_keys().len() < 80);
}

#[test]
fn a_later_source_wins_and_its_place_is_known() {
    let text = "[server]\npublic_url = \"https://id.example\"\n[oidc]\ncode_lifetime_seconds = 30\n";
    let (_dir, path) = file(text);
    let mut sources = Sources { file: Some(path.clone()), ..Sources::default() };
    sources.environment = [
        ("IDP__OIDC__CODE_LIFETIME_SECONDS", "40"),
        ("IDP__SERVER__PROXIES", "10.0.0.0/8, ::1"),
        ("IDP__SERVER__MANAGEMENT_REMOTE", "true"),
        ("PATH", "/bin"),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .to_vec();
    sources.flags = vec![("oidc.code_lifetime_seconds".to_owned(), "50".to_owned(), "--code-lifetime".to_owned())];
    let loaded = load(&sources).expect("all of it is right");
    assert_eq!(loaded.config.oidc.code_lifetime_seconds, 50);
    assert_eq!((loaded.config.server.proxies.len(), loaded.config.server.management_remote), (2, true));
    assert_eq!(loaded.origin("oidc.code_lifetime_seconds"), Origin::Flag("--code-lifetime".to_owned()));
    assert_eq!(loaded.origin("server.public_url"), Origin::File(path, 2));
    assert_eq!(loaded.origin("server.proxies[1]"), Origin::Environment("IDP__SERVER__PROXIES".to_owned()));
}

/// Nearly all of it is wrong.
const WRONG: &str = "
[server]
public_url = \"https://id.example/\"
listn = [\"127.0.0.1:1\"]
management_listen = \"0.0.0.0:9\"
[oidc]
code_lifetime_seconds = \"soon\"
id_token_lifetime_seconds = 5
[sesion]
idle_minutes = 3
[[outgoing.allow]]
host = \"registry.internal\"
network = \"10.0.0.0/40\"
purpose = \"population-registry\"
[[outgoing.allow]]
host = \"other.internal\"
network = \"here\"
purpose = \"population-registry\"
";

#[test]
fn all_problems_come_at_once_with_path_and_line() {
    let problems = read(WRONG, &[("IDP__LOG__LEVEL", "loud")]).expect_err("nearly all of it is wrong");
    let meant = |key: &str| Reason::Unknown { meant: Some(key.to_owned()) };
    let expected = [
        ("log.level", 0, None),
        ("oidc.code_lifetime_seconds", 7, None),
        ("oidc.id_token_lifetime_seconds", 8, Some(Reason::Range { least: 30, most: 3_600 })),
        ("outgoing.allow[0].network", 13, Some(Reason::Rule("cli-config-not-a-network"))),
        ("outgoing.allow[1].network", 17, Some(Reason::Rule("cli-config-not-a-network"))),
        ("server.listn", 4, Some(meant("server.listen"))),
        ("server.management_listen", 5, Some(Reason::Rule("cli-config-management-remote"))),
        ("server.public_url", 3, Some(Reason::Rule("cli-config-issuer-more-than-origin"))),
        ("sesion", 9, Some(meant("session"))),
    ];
    assert_eq!(problems.len(), expected.len(), "{problems:?}");
    let places: Vec<_> = problems.iter().map(|(path, line, _)| (path.as_str(), *line)).collect();
    for (path, line, reason) in expected {
        assert!(places.contains(&(path, line)), "{path}:{line} in {places:?}");
        let found = problems.iter().find(|(at, ..)| at == path).map(|(.., reason)| reason.clone());
        assert!(reason.is_none() || found == reason, "{path}: {found:?}");
    }
}

/// A file, the path to look at, and the rule that is broken there.
const BETWEEN: &[(&str, &str, Option<&str>)] = &[
    ("[test]\nclock = true", "test.clock", None),
    ("[test]\nahead_seconds = 1", "test.ahead_seconds", Some("cli-config-test-ahead")),
    ("[test]\nclock = true\nahead_seconds = -3155760000", "test.ahead_seconds", None),
    ("[test]\nclock = true\nahead_seconds = 3155760001", "test.ahead_seconds", Some("cli-config-test-ahead-far")),
    (
        "[test]\nclock = true\n[server]\npublic_url = \"https://id.example\"",
        "test.clock",
        Some("cli-config-test-clock"),
    ),
    (
        "[test]\nclock = true\n[server]\nlisten = [\"0.0.0.0:1\"]\nproxies = [\"10.0.0.1\"]",
        "test.clock",
        Some("cli-config-test-clock"),
    ),
    ("[server]\nlisten = []", "server.listen", Some("cli-config-listen-empty")),
    ("[server]\nlisten = [\"0.0.0.0:1\"]", "server.listen", Some("cli-config-plain-listener")),
    ("[server]\nlisten = [\"0.0.0.0:1\"]\nproxies = [\"10.0.0.1\"]", "server.listen", None),
    (
        "[server]\nmanagement_listen = \"127.0.0.1:8080\"",
        "server.management_listen",
        Some("cli-config-management-shared"),
    ),
    ("[server]\ntls_key_file = \"k\"", "server.tls_key_file", Some("cli-config-tls-pair")),
    (
        "[server]\ntls_key_file = \"k\"\ntls_certificate_file = \"c\"",
        "server.public_url",
        Some("cli-config-tls-issuer"),
    ),
    ("[server]\npublic_url = \"http://id.example\"", "server.public_url", Some("cli-config-issuer-plain-http")),
    ("[server]\npublic_url = \"https://192.0.2.1\"", "server.public_url", Some("cli-config-rp-id")),
    ("[server]\npublic_url = \"https://id.x.example\"\n[webauthn]\nrp_id = \"x.example\"", "webauthn.rp_id", None),
    (
        "[server]\npublic_url = \"https://id.x.example\"\n[webauthn]\nrp_id = \"https://id.x.example\"",
        "webauthn.rp_id",
        Some("cli-config-rp-id"),
    ),
    (
        "[server]\npublic_url = \"https://id.x.example\"\n[webauthn]\nrp_id = \"example\"",
        "webauthn.rp_id",
        Some("cli-config-rp-id"),
    ),
    (
        "[server]\npublic_url = \"https://id.x.example\"\n[webauthn]\nrp_id = \"id.y.example\"",
        "webauthn.rp_id",
        Some("cli-config-rp-id-elsewhere"),
    ),
    (
        "[server]\npublic_url = \"https://id.x.example\"\nalso_at = [\"https://id.y.example\"]\n[webauthn]\nrp_id = \"id.y.example\"",
        "webauthn.rp_id",
        None,
    ),
    (
        "[server]\npublic_url = \"https://id.x.example\"\nalso_at = [\"http://localhost:1\"]",
        "server.also_at",
        Some("cli-config-also-at-mixed"),
    ),
    (
        "[server]\npublic_url = \"https://id.x.example\"\nalso_at = [\"https://id.x.example\"]",
        "server.also_at",
        Some("cli-config-also-at-twice"),
    ),
    ("[database]\nurl = \"mysql://x\"", "database.url", Some("cli-config-database-url")),
    ("[cache]\nurl = \"memcached\"", "cache.url", Some("cli-config-cache-url")),
    ("[session]\nidle_minutes = 90\nabsolute_hours = 1", "session.idle_minutes", Some("cli-config-idle-longer")),
    ("[registry]\nurl = \"https://registry.internal\"\nuser = \"u\"", "registry", None),
];

#[test]
fn rules_between_values_are_checked() {
    for &(text, path, rule) in BETWEEN {
        let found = read(text, &[])
            .err()
            .and_then(|all| all.into_iter().find(|(at, ..)| at == path))
            .map(|(.., reason)| reason);
        assert_eq!(found, rule.map(Reason::Rule), "{text}");
    }
}

#[test]
fn a_secret_may_stand_in_a_file_of_its_own() {
    let (_dir, secret) = file("postgres://idp:hunter2@db/idp\n");
    let secret = secret.to_str().expect("our own name");
    let by_file = read(&format!("[database]\nurl_file = {secret:?}"), &[]).expect("the file is there");
    assert_eq!(by_file.config.database.url, "postgres://idp:hunter2@db/idp");
    let by_environment = read("", &[("IDP__DATABASE__URL_FILE", secret)]).expect("the file is there");
    assert_eq!(by_environment.config.database.url, "postgres://idp:hunter2@db/idp");
    let registry = read(&format!("[registry]\nurl = \"https://r.internal\"\nsecret_file = {secret:?}"), &[])
        .expect("the file is there");
    assert!(registry.config.registry.is_some_and(|registry| registry.secret.is_some()));
    let missing = read("[cache]\nurl_file = \"/nowhere/at/all\"", &[]).expect_err("no such file");
    assert!(matches!(&missing[..], [(path, 2, Reason::File(_))] if path == "cache.url_file"), "{missing:?}");
}

#[test]
fn a_file_that_is_no_toml_is_one_problem_with_its_line() {
    let problems = read("[server]\nlisten = \n", &[]).expect_err("no TOML");
    assert!(matches!(&problems[..], [(path, 2, Reason::Unreadable(_))] if path.is_empty()), "{problems:?}");
}

#[test]
fn a_brand_that_cannot_be_read_is_refused_at_the_start() {
    let logo = |bytes: usize, name: &str| {
        let dir = tempdir::Dir::new();
        let path = dir.path().join(name);
        std::fs::write(&path, vec![b'x'; bytes]).expect("the folder is ours");
        (dir, format!("logo_file = \"{}\"", path.display()))
    };
    let (_small, good_logo) = logo(100, "logo.svg");
    let (_large, large_logo) = logo(20_000, "logo.svg");
    let (_other, other_logo) = logo(100, "logo.exe");
    let good = [
        "accent = \"#00573f\"\naccent_dark = \"#9cc4f0\"\nstripe = \"#8a1538\"",
        "name_vi = \"T\u{1ec9}nh\"\nname_en = \"Province\"",
        good_logo.as_str(),
    ];
    for text in good {
        assert!(read(&format!("[branding]\n{text}\n"), &[]).is_ok(), "{text}");
    }
    for (text, path) in [
        ("accent = \"#ffd700\"", "branding.accent"),
        ("accent_dark = \"#0b3a6f\"", "branding.accent_dark"),
        ("stripe = \"#eeeeee\"", "branding.stripe"),
        ("name_vi = \"x\"", "branding.name_en"),
        (large_logo.as_str(), "branding.logo_file"),
        (other_logo.as_str(), "branding.logo_file"),
        ("logo_file = \"/nowhere/logo.svg\"", "branding.logo_file"),
        ("accent = \"blue\"", "branding.accent"),
    ] {
        let problems = read(&format!("[branding]\n{text}\n"), &[]).err().unwrap_or_default();
        assert_eq!(problems.iter().map(|problem| problem.0.as_str()).collect::<Vec<_>>(), [path], "{text}");
    }
}
