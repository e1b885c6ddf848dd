//! `idp doctor`: looks at everything that a server needs, says what is wrong and what to do about it.

mod checks;
mod reach;

use idp_core::break_glass::{Concern, Number};
use serde_json::{Value, json};

use super::{Ctx, error::CliError, error::Exit};

/// How one check ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mark {
    Good,
    /// Works, and will soon not, or is not as it should be.
    Warning,
    Wrong,
    /// Nothing to look at: not configured, or what it needs is wrong already.
    Skipped,
}

impl Mark {
    const fn word(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Warning => "warning",
            Self::Wrong => "wrong",
            Self::Skipped => "skipped",
        }
    }

    const fn sign(self) -> char {
        match self {
            Self::Good => '✓',
            Self::Warning => '!',
            Self::Wrong => '✗',
            Self::Skipped => '-',
        }
    }
}

/// What is said of a concern about break-glass accounts: its stable word, and the key of what to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Todo {
    pub(super) word: &'static str,
    pub(super) todo: &'static str,
}

/// The words of a concern, and the accounts that it is about.
pub(super) fn concern(concern: &Concern) -> (Todo, String) {
    let list = |numbers: &[Number]| {
        let numbers: Vec<String> = numbers.iter().map(|number| number.get().to_string()).collect();
        numbers.join(", ")
    };
    let (word, todo, numbers) = match concern {
        Concern::Opened(numbers) => ("opened", "cli-break-glass-do-seal", list(numbers)),
        Concern::Unheard => ("unheard", "cli-break-glass-do-hear", String::new()),
        Concern::Missing(numbers) => ("missing", "cli-break-glass-do-create", list(numbers)),
        Concern::Undrilled(numbers) => ("undrilled", "cli-break-glass-do-drill", list(numbers)),
    };
    (Todo { word, todo }, numbers)
}

/// Something that is looked at: its stable word, and the keys of two sentences.
#[derive(Clone, Copy, Debug)]
struct Check {
    name: &'static str,
    what: &'static str,
    /// What to do where it is not good.
    todo: &'static str,
}

/// Everything that is looked at.
mod check {
    use super::Check;

    pub(super) const CONFIG: Check = Check { name: "config", what: "cli-doctor-config", todo: "cli-doctor-config-do" };
    pub(super) const KEY_FILE: Check =
        Check { name: "key-file", what: "cli-doctor-key-file", todo: "cli-doctor-key-file-do" };
    pub(super) const DATABASE: Check =
        Check { name: "database", what: "cli-doctor-database", todo: "cli-doctor-database-do" };
    pub(super) const MIGRATIONS: Check =
        Check { name: "migrations", what: "cli-doctor-migrations", todo: "cli-doctor-migrations-do" };
    pub(super) const KEYS: Check = Check { name: "keys", what: "cli-doctor-keys", todo: "cli-doctor-keys-do" };
    pub(super) const CLOCK: Check = Check { name: "clock", what: "cli-doctor-clock", todo: "cli-doctor-clock-do" };
    pub(super) const TLS: Check = Check { name: "tls", what: "cli-doctor-tls", todo: "cli-doctor-tls-do" };
    pub(super) const CACHE: Check = Check { name: "cache", what: "cli-doctor-cache", todo: "cli-doctor-cache-do" };
    pub(super) const ISSUER: Check = Check { name: "issuer", what: "cli-doctor-issuer", todo: "cli-doctor-issuer-do" };
    pub(super) const HOST_NAMES: Check =
        Check { name: "host-names", what: "cli-doctor-host-names", todo: "cli-doctor-host-names-do" };
    pub(super) const PASSKEYS: Check =
        Check { name: "passkeys", what: "cli-doctor-passkeys", todo: "cli-doctor-passkeys-do" };
    pub(super) const REGISTRY: Check =
        Check { name: "registry", what: "cli-doctor-registry", todo: "cli-doctor-registry-do" };
    /// Each concern has another `todo`.
    pub(super) const BREAK_GLASS: Check =
        Check { name: "break-glass", what: "cli-doctor-break-glass", todo: "cli-break-glass-do-create" };
    pub(super) const NOTIFY: Check = Check { name: "notify", what: "cli-doctor-notify", todo: "cli-doctor-notify-do" };
}

/// What one check found.
struct Finding {
    check: Check,
    mark: Mark,
    /// The words of the system; no secret.
    detail: String,
}

impl Finding {
    fn new(check: Check, mark: Mark, detail: impl Into<String>) -> Self {
        let detail = detail.into();
        Self { check, mark, detail }
    }

    /// Good, or wrong with the words of an error.
    fn of<T, E: ToString>(check: Check, result: Result<T, E>) -> Self {
        match result {
            Ok(_) => Self::new(check, Mark::Good, ""),
            Err(error) => Self::new(check, Mark::Wrong, error.to_string()),
        }
    }
}

pub(super) async fn run(ctx: &Ctx) -> Result<Exit, CliError> {
    let loaded = ctx.config()?;
    let findings = checks::all(&loaded.config).await;
    let human = || findings.iter().map(|finding| line(ctx, finding)).collect::<Vec<_>>().join("\n");
    let machine = || {
        let all: Vec<Value> = findings
            .iter()
            .map(|finding| json!({"check": finding.check.name, "mark": finding.mark.word(), "detail": finding.detail}))
            .collect();
        json!({"checks": all})
    };
    ctx.say.answer(human, machine);
    let wrong = findings.iter().any(|finding| finding.mark == Mark::Wrong);
    Ok(if wrong { Exit::Wrong } else { Exit::Done })
}

fn line(ctx: &Ctx, finding: &Finding) -> String {
    let what = ctx.say.text(finding.check.what);
    let detail = if finding.detail.is_empty() { String::new() } else { format!(": {}", finding.detail) };
    let todo = match finding.mark {
        Mark::Warning | Mark::Wrong => format!("\n    → {}", ctx.say.text(finding.check.todo)),
        Mark::Good | Mark::Skipped => String::new(),
    };
    format!("{} {what}{detail}{todo}", finding.mark.sign())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        cli::Say,
        config::{Config, Sources, load},
    };
    use idp_core::{crypto::random, types::Locale};

    #[tokio::test]
    async fn every_check_says_what_it_looks_at_and_what_to_do() {
        let findings = checks::all(&Config::default()).await;
        let wrong: Vec<_> = findings.iter().filter(|finding| finding.mark == Mark::Wrong).collect();
        assert!(wrong.iter().any(|finding| finding.check.name == "key-file"), "there is no key file");
        for locale in Locale::ALL {
            let ctx = Ctx { say: Say::new(locale, false), file: None };
            for finding in &findings {
                for mark in [Mark::Good, Mark::Wrong] {
                    let shown = line(&ctx, &Finding::new(finding.check, mark, "why"));
                    assert!(shown.contains("why") && !shown.contains('⟦'), "{shown}");
                }
            }
        }
    }

    #[tokio::test]
    async fn a_sound_installation_has_nothing_wrong_in_its_cellar() {
        let folder = std::env::temp_dir().join(format!("idp-doctor-{}", random::readable(12)));
        std::fs::create_dir(&folder).expect("a folder");
        let line = idp_core::crypto::seal::Seals::new_line("k1");
        std::fs::write(folder.join("key"), line.reveal()).expect("writes");
        let environment = vec![
            ("IDP__DATABASE__URL".to_owned(), format!("sqlite:{}/idp.db", folder.display())),
            ("IDP__SECRETS__KEY_FILE".to_owned(), format!("{}/key", folder.display())),
        ];
        let sources = Sources { environment, ..Sources::default() };
        let config = load(&sources).expect("it is sound").config;
        let of = async |name: &str| {
            let found = checks::all(&config).await;
            found.iter().find(|finding| finding.check.name == name).map(|finding| finding.mark)
        };
        assert_eq!(of("key-file").await, Some(Mark::Warning), "others may read it");
        assert_eq!(of("migrations").await, Some(Mark::Warning), "SQLite is migrated at the start");
        let db = crate::app::cellar::open(&config).await.expect("opens");
        let cx = crate::cli::opened::operator(&idp_core::types::Clock::system());
        db.migrate(&cx, &|_| {}).await.expect("migrates");
        assert_eq!(of("migrations").await, Some(Mark::Good));
        assert_eq!(of("database").await, Some(Mark::Good));
        std::fs::remove_dir_all(&folder).expect("removes");
    }
}
