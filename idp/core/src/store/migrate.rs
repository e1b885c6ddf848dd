//! Migrations: embedded texts for both databases, applied in order, each in one transaction.

use super::{Conn, Cx, Db, Dialect, StoreError, Tx, rows};

/// One step of the schema.
#[derive(Clone, Copy, Debug)]
pub struct Migration {
    /// Its place in the order.
    pub number: i64,
    /// Its file name without ending.
    pub name: &'static str,
    sqlite: &'static str,
    postgres: &'static str,
}

macro_rules! migrations {
    ($($number:literal $name:literal)*) => {
        &[$(Migration {
            number: $number,
            name: $name,
            sqlite: include_str!(concat!("../../../../migrations/sqlite/", $name, ".sql")),
            postgres: include_str!(concat!("../../../../migrations/postgres/", $name, ".sql")),
        }),*]
    };
}

/// All steps, in order.
pub const fn migrations() -> &'static [Migration] {
    migrations! {
        1 "0001_cellar"
        2 "0002_audit"
        3 "0003_keys"
        4 "0004_people"
        5 "0005_relying"
        6 "0006_authn"
        7 "0007_session"
        8 "0008_signin"
        9 "0009_oidc"
        10 "0010_notify"
        11 "0011_org"
        12 "0012_admin"
        13 "0013_credentials"
        14 "0014_factors"
        15 "0015_consent"
        17 "0017_office"
        18 "0018_session"
    }
}

/// How far a database is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MigrationState {
    /// Every step was applied.
    Current,
    /// So many steps are missing.
    Behind(usize),
    /// A newer program was here: this one may not write.
    Newer,
}

impl Db {
    /// How far this database is.
    pub async fn migration_state(&self) -> Result<MigrationState, StoreError> {
        let mut conn = self.read().await?;
        let applied = applied(&mut conn).await?;
        let known = migrations();
        if applied.iter().any(|number| known.iter().all(|step| step.number != *number)) {
            return Ok(MigrationState::Newer);
        }
        Ok(match known.len() - applied.len() {
            0 => MigrationState::Current,
            missing => MigrationState::Behind(missing),
        })
    }

    /// Applies what is missing and gives the names of the steps applied. `progress` is told of each step before it runs.
    pub async fn migrate(
        &self,
        cx: &Cx,
        progress: &(dyn Fn(&'static str) + Sync),
    ) -> Result<Vec<&'static str>, StoreError> {
        let mut done = Vec::new();
        for step in migrations() {
            let ran = self.write(cx, |tx| Box::pin(apply(tx, step, progress))).await?;
            if ran {
                done.push(step.name);
            }
        }
        Ok(done)
    }
}

/// Two nodes may migrate at once: the second waits for the lock and then finds the step done.
async fn apply(
    tx: &mut Tx<'_>,
    step: &Migration,
    progress: &(dyn Fn(&'static str) + Sync),
) -> Result<bool, StoreError> {
    rows::lock_migrations(tx).await?;
    if applied(tx).await?.contains(&step.number) {
        return Ok(false);
    }
    progress(step.name);
    let script = match tx.dialect() {
        Dialect::Sqlite => step.sqlite,
        Dialect::Postgres => step.postgres,
    };
    tx.script(script).await?;
    rows::record_migration(tx, step.number, step.name).await?;
    Ok(true)
}

async fn applied(conn: &mut Conn) -> Result<Vec<i64>, StoreError> {
    if rows::has_migrations(conn).await? { rows::applied(conn).await } else { Ok(Vec::new()) }
}
