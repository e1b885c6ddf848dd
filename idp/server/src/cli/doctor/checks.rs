//! The checks, in the order in which one builds on another.

use std::{os::unix::fs::MetadataExt, path::Path, time::Duration};

use idp_core::{
    break_glass,
    keys::{self, State},
    store::{Db, MigrationState, cache},
    types::Timestamp,
};
use idp_pki::Certificate;

use super::{Check, Finding, Mark, Todo, check, concern, reach};
use crate::{
    app::{AppError, cellar},
    config::Config,
    server,
};

/// A certificate that ends sooner wants somebody's attention.
const CERTIFICATE_DAYS: i64 = 30;
/// A key that has signed for so much longer than the policy says is not being rotated.
const LATE: Duration = Duration::from_secs(2 * 86_400);

/// Runs every check.
pub(super) async fn all(config: &Config) -> Vec<Finding> {
    let clock = config.test.clock();
    let mut found = vec![Finding::new(check::CONFIG, Mark::Good, ""), key_file(config)];
    let db = database(config, &mut found).await;
    match &db {
        Some(db) => {
            let migrated = migrations(db).await;
            let readable = migrated.mark == Mark::Good;
            found.push(migrated);
            found.push(if readable {
                signing_keys(config, db, clock.now()).await
            } else {
                Finding::new(check::KEYS, Mark::Skipped, "")
            });
            found.push(time(db, clock.now(), readable).await);
            found.extend(if readable {
                sealed(config, db, clock.now()).await
            } else {
                vec![Finding::new(check::BREAK_GLASS, Mark::Skipped, "")]
            });
        }
        None => found.extend(
            [check::MIGRATIONS, check::KEYS, check::CLOCK, check::BREAK_GLASS]
                .map(|check| Finding::new(check, Mark::Skipped, "")),
        ),
    }
    found.push(tls(config, clock.now()));
    found.push(cached(config).await);
    found.push(reach::issuer(config, clock.now()).await);
    found.push(reach::host_names(config, clock.now()).await);
    found.push(reach::passkeys(config).await);
    found.push(reach::registry(config, clock.now()).await);
    found.push(notify(config));
    if let Some(db) = db {
        db.close().await;
    }
    found
}

fn key_file(config: &Config) -> Finding {
    if let Err(error) = cellar::seals(config) {
        let why = match &config.secrets.key_file {
            None => String::new(),
            Some(file) => format!("{}: {}", file.display(), reason(&error)),
        };
        return Finding::new(check::KEY_FILE, Mark::Wrong, why);
    }
    let file = config.secrets.key_file.as_deref().unwrap_or(Path::new(""));
    let mode = std::fs::metadata(file).map_or(0, |meta| meta.mode() & 0o777);
    let for_others = mode & 0o077;
    let mark = if for_others == 0 { Mark::Good } else { Mark::Warning };
    Finding::new(check::KEY_FILE, mark, format!("{} ({mode:03o})", file.display()))
}

fn reason(error: &AppError) -> String {
    use crate::config::Reason;
    match error {
        AppError::Settings(problems) => problems
            .iter()
            .map(|(path, reason)| match reason {
                Reason::File(words) | Reason::Unreadable(words) => words.clone(),
                _ => path.clone(),
            })
            .collect::<Vec<_>>()
            .join("; "),
        error => error.to_string(),
    }
}

async fn database(config: &Config, found: &mut Vec<Finding>) -> Option<Db> {
    if cellar::seals(config).is_err() {
        found.push(Finding::new(check::DATABASE, Mark::Skipped, ""));
        return None;
    }
    let opened = cellar::open(config).await;
    let finding = match &opened {
        Ok(_) => Finding::new(check::DATABASE, Mark::Good, ""),
        Err(error) => Finding::new(check::DATABASE, Mark::Wrong, reason(error)),
    };
    found.push(finding);
    opened.ok()
}

async fn migrations(db: &Db) -> Finding {
    match db.migration_state().await {
        Ok(MigrationState::Current) => Finding::new(check::MIGRATIONS, Mark::Good, ""),
        // A server migrates its SQLite file by itself.
        Ok(MigrationState::Behind(missing)) => {
            let mark = if db.path().is_some() { Mark::Warning } else { Mark::Wrong };
            Finding::new(check::MIGRATIONS, mark, missing.to_string())
        }
        Ok(MigrationState::Newer) => Finding::new(check::MIGRATIONS, Mark::Wrong, "newer"),
        Ok(MigrationState::Changed(step)) => Finding::new(check::MIGRATIONS, Mark::Wrong, format!("{step} ≠")),
        Err(error) => Finding::new(check::MIGRATIONS, Mark::Wrong, error.to_string()),
    }
}

async fn signing_keys(config: &Config, db: &Db, now: Timestamp) -> Finding {
    let listed = async { keys::list(&mut db.read().await?).await }.await;
    let listed = match listed {
        Ok(listed) => listed,
        Err(error) => return Finding::new(check::KEYS, Mark::Wrong, error.to_string()),
    };
    let longest = Duration::from_secs(u64::from(config.keys.active_days) * 86_400) + LATE;
    let ages: Vec<(&str, Duration)> = listed
        .iter()
        .filter_map(|key| match key.state {
            State::Active { since } => Some((key.alg.name(), now.since(since))),
            _ => None,
        })
        .collect();
    let late = ages.iter().any(|(_, age)| *age > longest);
    let days = ages.iter().map(|(alg, age)| format!("{alg} {} d", age.as_secs() / 86_400));
    let mark = if late { Mark::Wrong } else { Mark::Good };
    Finding::new(check::KEYS, mark, days.collect::<Vec<_>>().join(", "))
}

/// The newest thing that the database remembers must not lie ahead of our clock.
async fn time(db: &Db, now: Timestamp, readable: bool) -> Finding {
    if !readable {
        return Finding::new(check::CLOCK, Mark::Skipped, "");
    }
    let newest = async {
        let listed = keys::list(&mut db.read().await?).await?;
        Ok::<_, idp_core::store::StoreError>(listed.iter().map(|key| key.created_at).max())
    };
    match newest.await {
        Ok(Some(newest)) if newest > now + Duration::from_secs(60) => {
            Finding::new(check::CLOCK, Mark::Wrong, format!("{} < {}", now.rfc3339(), newest.rfc3339()))
        }
        Ok(_) => Finding::new(check::CLOCK, Mark::Good, now.rfc3339()),
        Err(error) => Finding::new(check::CLOCK, Mark::Wrong, error.to_string()),
    }
}

/// Whether the two break-glass accounts would open on the day, and would be heard.
async fn sealed(config: &Config, db: &Db, now: Timestamp) -> Vec<Finding> {
    let alarm_to = config.break_glass.addresses();
    let status = async { break_glass::status(&mut db.read().await?, &alarm_to, now).await };
    let concerns = match status.await {
        Ok(status) => break_glass::concerns(&status, now),
        Err(error) => return vec![Finding::new(check::BREAK_GLASS, Mark::Wrong, error.to_string())],
    };
    if concerns.is_empty() {
        return vec![Finding::new(check::BREAK_GLASS, Mark::Good, "")];
    }
    let finding = |found| {
        let (Todo { word, todo }, numbers) = concern(found);
        let detail = if numbers.is_empty() { word.to_owned() } else { format!("{word} {numbers}") };
        Finding::new(Check { todo, ..check::BREAK_GLASS }, Mark::Warning, detail)
    };
    concerns.iter().map(finding).collect()
}

fn tls(config: &Config, now: Timestamp) -> Finding {
    let (Some(chain), Some(key)) = (&config.server.tls_certificate_file, &config.server.tls_key_file) else {
        return Finding::new(check::TLS, Mark::Skipped, "");
    };
    if let Err(error) = server::Certificate::load(chain, key) {
        return Finding::new(check::TLS, Mark::Wrong, error.to_string());
    }
    let read = std::fs::read(chain).map_err(|error| error.to_string());
    let read = read.and_then(|pem| Certificate::bundle(&pem).map_err(|error| error.to_string()));
    let days = match read {
        Ok(bundle) => bundle.iter().map(|certificate| certificate.days_left(now.seconds())).min(),
        Err(error) => return Finding::new(check::TLS, Mark::Wrong, error),
    };
    let days = days.unwrap_or_default();
    Finding::new(check::TLS, mark_of_days(days), format!("{days} d"))
}

/// How a certificate stands that is good for so many more days.
pub(super) const fn mark_of_days(days: i64) -> Mark {
    match days {
        ..0 => Mark::Wrong,
        0..CERTIFICATE_DAYS => Mark::Warning,
        _ => Mark::Good,
    }
}

/// A server goes on without its cache, more slowly.
async fn cached(config: &Config) -> Finding {
    let answered = match cache::open(&config.cache.url) {
        Ok(cache) => cache::answers(&*cache).await,
        Err(error) => return Finding::new(check::CACHE, Mark::Wrong, error.to_string()),
    };
    match answered {
        Ok(()) => Finding::new(check::CACHE, Mark::Good, ""),
        Err(error) => Finding::new(check::CACHE, Mark::Warning, error.to_string()),
    }
}

fn notify(config: &Config) -> Finding {
    let Some(file) = &config.notify.file else {
        return Finding::new(check::NOTIFY, Mark::Skipped, "");
    };
    let opened = std::fs::OpenOptions::new().create(true).append(true).open(file);
    Finding::of(check::NOTIFY, opened)
}
