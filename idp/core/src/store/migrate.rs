//! Migrations: embedded texts for both databases, applied in order, each in one transaction.

use super::{Conn, Cx, Db, Dialect, StoreError, Tx, rows};
use crate::{crypto::digest, types::Digest};

/// The step that added the column for digests; a database before it has none.
const DIGESTS_SINCE: i64 = 16;

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

impl Migration {
    /// Its text for one of the databases.
    const fn text(&self, dialect: Dialect) -> &'static str {
        match dialect {
            Dialect::Sqlite => self.sqlite,
            Dialect::Postgres => self.postgres,
        }
    }

    /// What a database keeps of the text that it was given.
    fn digest(&self, dialect: Dialect) -> Digest {
        digest::sha256(self.text(dialect).as_bytes())
    }
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
        16 "0016_cellar"
        17 "0017_office"
        18 "0018_session"
        19 "0019_office"
        20 "0020_office"
        21 "0021_session"
        22 "0022_office"
        23 "0023_scim"
        24 "0024_break_glass"
        25 "0025_people"
        26 "0026_office"
        27 "0027_authn"
        28 "0028_session"
        29 "0029_people"
        30 "0030_admin"
        31 "0031_office"
        32 "0032_office"
        33 "0033_office"
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
    /// This step was applied with another text than ours: tables may differ from what our statements expect.
    Changed(&'static str),
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
        if applied.contains(&DIGESTS_SINCE) {
            let dialect = conn.dialect();
            let given = rows::migration_digests(&mut conn).await?;
            let differs = |step: &&Migration| {
                given.iter().any(|(number, digest)| *number == step.number && *digest != step.digest(dialect))
            };
            if let Some(step) = known.iter().find(differs) {
                return Ok(MigrationState::Changed(step.name));
            }
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
    let before = applied(tx).await?;
    if before.contains(&step.number) {
        return Ok(false);
    }
    progress(step.name);
    let text = step.text(tx.dialect());
    tx.script(text).await?;
    rows::record_migration(tx, step.number, step.name).await?;
    if step.number == DIGESTS_SINCE || before.contains(&DIGESTS_SINCE) {
        keep_digests(tx).await?;
    }
    Ok(true)
}

/// Keeps the digest of this step, and of the earlier ones where none is kept: which text those were given nobody knows any more, so
/// ours is taken for it.
async fn keep_digests(tx: &mut Tx<'_>) -> Result<(), StoreError> {
    let dialect = tx.dialect();
    for step in migrations() {
        rows::keep_migration_digest(tx, step.number, step.digest(dialect)).await?;
    }
    Ok(())
}

async fn applied(conn: &mut Conn) -> Result<Vec<i64>, StoreError> {
    if rows::has_migrations(conn).await? { rows::applied(conn).await } else { Ok(Vec::new()) }
}

#[cfg(test)]
mod tests {
    use super::{DIGESTS_SINCE, MigrationState, apply, migrations};
    use crate::{
        params,
        store::{
            Dialect, StoreError,
            testing::{Scratch, cx},
        },
    };

    /// Texts that have landed: databases out there were made with them, so they stay as they are. A new line for each file that lands.
    const LANDED: &[(&str, &str, &str)] = &[
        ("0001_cellar", "2b9cbd8d3c25fba9", "d9deab7c040e1a0d"),
        ("0002_audit", "8e6e565ce1c7e45d", "e34219de52d204b9"),
        ("0003_keys", "81077d7ec3a1c7b1", "1af043c34e200c1c"),
        ("0004_people", "e60ee309407ca690", "483a1ca7c3b04deb"),
        ("0005_relying", "187e109cbdff136a", "5ea346a2abedad57"),
        ("0006_authn", "4674b56f9a6de968", "87e154a6761a682d"),
        ("0007_session", "cc9ce1d4270d693f", "c65fa38699ec2745"),
        ("0008_signin", "5d33ad18bc3541be", "6c84758bf772c196"),
        ("0009_oidc", "ad418aaf2e47ce2d", "efac6b10f33f5b2b"),
        ("0010_notify", "7d2d1894125c17af", "04df32fb62efa70c"),
        ("0011_org", "230e8056360ad2de", "43da611a8b3e9110"),
        ("0012_admin", "6339bc22192573f0", "df5b3d3e2ddb4c0b"),
        ("0013_credentials", "abfdd9fc8a33c0b0", "102b332c66273f1a"),
        ("0014_factors", "300a2286f1ee7fa1", "3df597c321b38ce7"),
        ("0015_consent", "06bf835771bdad89", "a422fa7e6559728f"),
        ("0016_cellar", "89d774e294cf4162", "e12a55bb68173cd2"),
        ("0017_office", "89cbe75868491663", "b761723b802bd453"),
        ("0018_session", "8c5361ad0adf0a21", "440b08e2c11c7571"),
        ("0019_office", "66fd29dee15d78d1", "8f991ff97b622c87"),
        ("0020_office", "52741e8666226682", "78986530c1f87e51"),
        ("0021_session", "9bfcc2e0c4824524", "21cd6f29eaca8ce2"),
        ("0022_office", "5919991a63d52915", "2d9d58156b92576b"),
        ("0023_scim", "a9eeee252b00c515", "efa0b63f010c6f64"),
        ("0024_break_glass", "22b40c6d4505c0b2", "1766735ea9ccb0ce"),
        ("0025_people", "85f2b1093d9f5b4e", "ce28b520ea032413"),
        ("0026_office", "b792ad8c8eb94694", "f33265303ef6acb2"),
        ("0027_authn", "8147552da41a106f", "da086b781b34f607"),
        ("0028_session", "9c06e1ee007f11d9", "f6ef680d83fe7829"),
        ("0029_people", "571b9f8f8e29bbcc", "ef7cd35df9d2c856"),
    ];

    #[test]
    fn a_text_that_has_landed_is_not_edited() {
        for (name, sqlite, postgres) in LANDED {
            let step = migrations().iter().find(|step| step.name == *name).expect("it has landed");
            let short = |dialect| step.digest(dialect).hex()[..16].to_owned();
            assert_eq!((&*short(Dialect::Sqlite), &*short(Dialect::Postgres)), (*sqlite, *postgres), "{name}");
        }
    }

    /// Runs a statement that no program of ours runs.
    async fn tamper(scratch: &Scratch, statement: &'static str) {
        let at = cx();
        let done = scratch.db.write(&at, |tx| Box::pin(async move { tx.run(statement, params![]).await }));
        done.await.expect("runs");
    }

    #[tokio::test]
    async fn a_database_of_another_text_is_known_by_its_step() {
        let scratch = Scratch::new().await;
        tamper(&scratch, "update migration set digest = zeroblob(32) where number = 4").await;
        let state = scratch.db.migration_state().await.expect("reads");
        assert_eq!(state, MigrationState::Changed("0004_people"));
    }

    #[tokio::test]
    async fn a_database_from_before_digests_gets_them_with_its_next_step() {
        let scratch = Scratch::new().await;
        tamper(&scratch, "alter table migration drop column digest").await;
        tamper(&scratch, "delete from migration where number = 16").await;
        assert_eq!(scratch.db.migration_state().await.expect("reads"), MigrationState::Behind(1));
        let at = cx();
        let step = migrations().iter().find(|step| step.number == DIGESTS_SINCE).expect("it is there");
        let ran = scratch.db.write(&at, |tx| Box::pin(apply(tx, step, &|_| {})));
        assert!(ran.await.expect("applies"));
        let mut conn = scratch.db.read().await.expect("reads");
        let kept = conn.one("select count(digest) as n from migration", params![]).await.expect("counts");
        let kept: Result<_, StoreError> = kept.expect("one row").int("n");
        assert_eq!(kept.expect("a number"), migrations().len() as i64);
        assert_eq!(scratch.db.migration_state().await.expect("reads"), MigrationState::Current);
    }
}
