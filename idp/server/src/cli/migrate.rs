//! `idp migrate [--restored]`: brings the database up to date; after a restore, begins a new epoch.
//!
//! A backup shows as unused what was used after it was taken: codes, refresh tokens, sessions. So after a restore everything that was
//! given out before it is ended (SECURITY R-28). The first transaction raises the epoch, which ends it all at once; the rest tells the
//! parties and cleans up, in parts.

use idp_core::{
    audit::{self, Event},
    session,
    store::{Cx, Db, MigrationState, StoreError, meta, meta::Epoch, migrations},
};
use serde_json::json;

use super::{Ctx, error::CliError, error::Exit, opened::Opened, progress};
use crate::oidc;

/// Sessions ended in one transaction.
const AT_ONCE: i64 = 200;
const BECAUSE: &str = "restored";

/// Its arguments.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// A backup was restored.
    #[arg(long)]
    restored: bool,
}

pub(super) async fn run(ctx: &Ctx, arguments: &Arguments) -> Result<Exit, CliError> {
    let opened = Opened::any(ctx).await?;
    let missing = match opened.db.migration_state().await? {
        MigrationState::Current => 0,
        MigrationState::Behind(missing) => missing,
        MigrationState::Newer => return Err(CliError::Database("cli-database-newer")),
        MigrationState::Changed(step) => return Err(CliError::changed(step)),
    };
    let cx = opened.cx();
    let bar = progress::bar(ctx.say, "cli-migrate-working", missing as u64);
    let done = opened.db.migrate(&cx, &|_| bar.inc(1)).await?;
    bar.finish_and_clear();
    let begun = if arguments.restored { Some(restored(ctx, &opened.db, &cx).await?) } else { None };
    opened.db.close().await;
    say(ctx, &done, begun.as_ref());
    Ok(Exit::Done)
}

/// What a restore ended.
struct Begun {
    epoch: Epoch,
    sessions: u64,
    grants: u64,
}

async fn restored(ctx: &Ctx, db: &Db, cx: &Cx) -> Result<Begun, CliError> {
    let epoch = db
        .write(cx, |tx| {
            Box::pin(async move {
                let epoch = meta::begin_epoch(tx).await?;
                audit::record(tx, Event::EpochBegan { epoch: epoch.0 }).await?;
                Ok::<Epoch, StoreError>(epoch)
            })
        })
        .await?;
    let grants = db.write(cx, |tx| Box::pin(oidc::end_all_grants(tx, BECAUSE))).await?;
    let bar = progress::bar(ctx.say, "cli-migrate-ending", 0);
    let mut sessions = 0;
    loop {
        let ended = db.write(cx, |tx| Box::pin(session::end_some(tx, AT_ONCE, BECAUSE))).await?;
        if ended == 0 {
            break;
        }
        sessions += ended;
        bar.inc_length(ended);
        bar.inc(ended);
    }
    bar.finish_and_clear();
    Ok(Begun { epoch, sessions, grants })
}

fn say(ctx: &Ctx, done: &[&str], begun: Option<&Begun>) {
    let human = || {
        let all = migrations().len().to_string();
        let mut lines = if done.is_empty() {
            vec![ctx.say.text_with("cli-migrate-nothing", &[("all", &all)])]
        } else {
            vec![ctx.say.text_with("cli-migrate-done", &[("steps", &done.join(", "))])]
        };
        if let Some(begun) = begun {
            let [epoch, sessions, grants] =
                [begun.epoch.0.to_string(), begun.sessions.to_string(), begun.grants.to_string()];
            let with = [("epoch", epoch.as_str()), ("sessions", &sessions), ("grants", &grants)];
            lines.push(ctx.say.text_with("cli-migrate-restored", &with));
        }
        lines.join("\n")
    };
    let machine = || {
        let restored =
            begun.map(|begun| json!({"epoch": begun.epoch.0, "sessions": begun.sessions, "grants": begun.grants}));
        json!({"applied": done, "restored": restored})
    };
    ctx.say.answer(human, machine);
}
