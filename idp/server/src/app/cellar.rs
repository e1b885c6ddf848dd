//! Opening what remembers: the key file, the database, and the lock by which one server holds a SQLite file.

use std::{
    fs::{File, TryLockError},
    path::{Path, PathBuf},
    sync::Arc,
};

use idp_core::{
    crypto::seal::Seals,
    store::{Cx, Db, MigrationState, Options},
    types::{Clock, Fault, Secret},
};

use super::error::AppError;
use crate::config::{Config, Reason};

/// A held SQLite file. Let go when dropped, also when the process is killed.
pub struct ServeLock(#[expect(dead_code, reason = "the open file is the lock")] File);

impl ServeLock {
    /// Takes the lock of a database file: a file beside it, `FILE.serve.lock`. Commands write without it.
    ///
    /// # Errors
    /// [`AppError::Held`]: another server has it.
    pub fn take(database: &Path) -> Result<Self, AppError> {
        let mut name = database.as_os_str().to_owned();
        name.push(".serve.lock");
        let failed = |error: std::io::Error| Fault::new("locking the SQLite file", error);
        let file =
            File::options().create(true).truncate(false).write(true).open(PathBuf::from(name)).map_err(failed)?;
        match file.try_lock() {
            Ok(()) => Ok(Self(file)),
            Err(TryLockError::WouldBlock) => Err(AppError::Held),
            Err(TryLockError::Error(error)) => Err(failed(error).into()),
        }
    }
}

/// Reads the key file that the configuration names.
pub fn seals(config: &Config) -> Result<Arc<Seals>, AppError> {
    const PATH: &str = "secrets.key_file";
    let Some(file) = &config.secrets.key_file else {
        return Err(AppError::setting(PATH, Reason::Rule("cli-config-key-file-missing")));
    };
    let read = std::fs::read_to_string(file).map(Secret::new);
    let text = read.map_err(|error| AppError::setting(PATH, Reason::File(error.to_string())))?;
    let seals =
        Seals::parse(text.reveal()).map_err(|error| AppError::setting(PATH, Reason::File(error.to_string())))?;
    Ok(Arc::new(seals))
}

/// Opens the database, whatever its state.
pub async fn open(config: &Config) -> Result<Db, AppError> {
    let options = Options { url: config.database.url.clone(), connections: config.database.connections };
    let opened = Db::open(&options, seals(config)?).await;
    opened.map_err(|fault| {
        if fault.is_passing() {
            AppError::Unreachable("cli-part-database", fault.to_string())
        } else {
            AppError::Fault(fault)
        }
    })
}

/// Opens the database for a command: it must be migrated.
pub async fn open_current(config: &Config) -> Result<Db, AppError> {
    let db = open(config).await?;
    match db.migration_state().await? {
        MigrationState::Current => Ok(db),
        MigrationState::Behind(missing) => Err(AppError::NotMigrated(missing)),
        MigrationState::Newer => Err(AppError::Newer),
        MigrationState::Changed(step) => Err(AppError::Changed(step)),
    }
}

/// Opens the database for serving. A SQLite file is locked, then migrated where steps are missing; PostgreSQL is migrated by an operator,
/// because several nodes of two versions may share it.
pub(super) async fn open_for_serving(config: &Config, clock: &Clock) -> Result<(Db, Option<ServeLock>), AppError> {
    let db = open(config).await?;
    let lock = db.path().map(|path| ServeLock::take(path)).transpose()?;
    match (db.migration_state().await?, &lock) {
        (MigrationState::Current, _) => {}
        (MigrationState::Behind(_), Some(_)) => {
            let cx = Cx::job("migrate", clock.now());
            let done = db.migrate(&cx, &|_| {}).await?;
            tracing::info!(steps = ?done, "the SQLite file was migrated");
        }
        (MigrationState::Behind(missing), None) => return Err(AppError::NotMigrated(missing)),
        (MigrationState::Newer, _) => return Err(AppError::Newer),
        (MigrationState::Changed(step), _) => return Err(AppError::Changed(step)),
    }
    Ok((db, lock))
}

#[cfg(test)]
mod tests {
    use super::*;
    use idp_core::crypto::random;

    #[test]
    fn one_server_holds_a_file_until_it_goes() {
        let file = std::env::temp_dir().join(format!("idp-lock-{}.db", random::readable(12)));
        let first = ServeLock::take(&file).expect("nobody has it");
        assert!(matches!(ServeLock::take(&file), Err(AppError::Held)));
        drop(first);
        assert!(ServeLock::take(&file).is_ok());
        let mut lock = file.into_os_string();
        lock.push(".serve.lock");
        std::fs::remove_file(lock).expect("it was made");
    }
}
