//! `idp keys reseal`: puts every sealed value under the first key of the key file, so that older keys may leave it.
//!
//! Each batch is a transaction of its own, and what is left is found by the key id that every value carries: stopped at any moment, the command
//! goes on where it was. Servers may run beside it; all of them must have the new key in their key file already.

use idp_core::{
    SEALED_COLUMNS,
    audit::{self, Event},
    authn,
    crypto::seal::Seals,
    people,
    store::{
        Conn, Cx, Db, StoreError, Tx,
        reseal::{self, Column},
    },
};
use serde_json::{Map, Value, json};

use super::super::{Ctx, error::CliError, error::Exit, opened::Opened, progress};

/// Values sealed anew in one transaction.
const AT_ONCE: i64 = 500;

/// What is sealed anew.
#[derive(Clone, Copy)]
enum Part {
    Column(&'static Column),
    /// Personal numbers and their blind indexes.
    Numbers,
    /// Blind indexes of the names of officials.
    Names,
}

impl Part {
    fn all() -> impl Iterator<Item = Self> {
        SEALED_COLUMNS.into_iter().map(Self::Column).chain([Self::Numbers, Self::Names])
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Column(column) => column.name,
            Self::Numbers => "identifier.sealed",
            Self::Names => "person_name_word.digest",
        }
    }

    async fn left(self, conn: &mut Conn) -> Result<u64, StoreError> {
        match self {
            Self::Column(column) => reseal::left(conn, column).await,
            Self::Numbers => people::stale_numbers(conn).await,
            Self::Names => people::stale_names(conn).await,
        }
    }

    /// One batch, and the record of it.
    async fn some(self, tx: &mut Tx<'_>) -> Result<u64, StoreError> {
        let count = match self {
            Self::Column(column) => reseal::some(tx, column, AT_ONCE).await?,
            Self::Numbers => people::reseal_numbers(tx, AT_ONCE).await?,
            Self::Names => people::reseal_names(tx, AT_ONCE).await?,
        };
        if count > 0 {
            let key = tx.seals().active_id().to_owned();
            audit::record(tx, Event::Resealed { column: self.name(), count, key }).await?;
        }
        Ok(count)
    }

    async fn run(self, db: &Db, cx: &Cx, done: &(dyn Fn(u64) + Sync)) -> Result<u64, StoreError> {
        let mut all = 0;
        loop {
            let count = db.write(cx, |tx| Box::pin(self.some(tx))).await?;
            if count == 0 {
                return Ok(all);
            }
            all += count;
            done(count);
        }
    }
}

pub(super) async fn run(ctx: &Ctx, opened: &Opened) -> Result<Exit, CliError> {
    let cx = opened.cx();
    let mut left = 0;
    for part in Part::all() {
        left += part.left(&mut opened.db.read().await?).await?;
    }
    let bar = progress::bar(ctx.say, "cli-keys-resealing", left);
    let mut done = Vec::new();
    for part in Part::all() {
        done.push((part.name(), part.run(&opened.db, &cx, &|count| bar.inc(count)).await?));
    }
    bar.finish_and_clear();
    let passwords = authn::old_peppers(&mut opened.db.read().await?).await?;
    say(ctx, opened.db.seals(), &done, &passwords);
    Ok(Exit::Done)
}

/// What was done, and which older keys are still needed for passwords.
fn say(ctx: &Ctx, seals: &Seals, done: &[(&str, u64)], passwords: &[(String, u64)]) {
    let key = seals.active_id();
    let human = || {
        let count = done.iter().map(|(_, count)| count).sum::<u64>().to_string();
        let mut lines = vec![ctx.say.text_with("cli-keys-resealed", &[("count", &count), ("key", key)])];
        for (old, count) in passwords {
            let with = [("count", count.to_string()), ("key", old.clone())];
            let with: Vec<(&str, &str)> = with.iter().map(|(name, value)| (*name, value.as_str())).collect();
            lines.push(ctx.say.text_with("cli-keys-passwords-left", &with));
        }
        if passwords.is_empty() && seals.ids().count() > 1 {
            lines.push(ctx.say.text("cli-keys-others-may-go"));
        }
        lines.join("\n")
    };
    let machine = || {
        let resealed: Map<String, Value> =
            done.iter().map(|(name, count)| ((*name).to_owned(), json!(count))).collect();
        let passwords: Map<String, Value> = passwords.iter().map(|(key, count)| (key.clone(), json!(count))).collect();
        json!({"key": key, "resealed": resealed, "passwords_under_older_keys": passwords})
    };
    ctx.say.answer(human, machine);
}
