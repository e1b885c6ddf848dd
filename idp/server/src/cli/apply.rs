//! `idp apply FILE [--dry-run]`, `idp apply --schema`: makes what a file says (contract, section 8).
//!
//! ```text
//! text ─► read: shapes, all problems with their paths ─► prepare: secrets, digests, password hashes ─► one transaction ─► diff
//! ```

mod change;
mod file;
mod official;
mod party;
mod person;
mod problem;
mod read;
mod unit;

use std::path::PathBuf;

use idp_core::{
    crypto::password::PasswordPool,
    relying::UriPolicy,
    store::{Cx, Db, StoreError},
    types::Fault,
};
use serde_json::json;

use super::{Ctx, error::CliError, error::Exit, opened::Opened};
use crate::app;

pub(super) use change::{Change, What};
pub(super) use problem::Problem;
pub(super) use read::{Desired, read};

/// Its arguments.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// What is wanted.
    #[arg(value_name = "FILE", required_unless_present = "schema")]
    file: Option<PathBuf>,
    /// Shows what would change.
    #[arg(long)]
    dry_run: bool,
    /// Prints the schema of the file.
    #[arg(long, conflicts_with_all = ["file", "dry_run"])]
    schema: bool,
}

/// Whether to keep what was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mode {
    /// Yes.
    Keep,
    /// No: everything is done and rolled back, so that a dry run says exactly what a run would.
    Try,
}

/// Why nothing was applied.
#[derive(Debug)]
pub(super) enum Refused {
    /// The file, or what the database holds against it.
    Problems(Vec<Problem>),
    /// Nobody planned it.
    Fault(Fault),
}

impl From<StoreError> for Refused {
    fn from(error: StoreError) -> Self {
        Self::Fault(error.into())
    }
}

impl From<Fault> for Refused {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

pub(super) async fn run(ctx: &Ctx, arguments: &Arguments) -> Result<Exit, CliError> {
    let Some(file) = &arguments.file else {
        ctx.say.raw(&format!("{:#}", file::schema()));
        return Ok(Exit::Done);
    };
    let text = std::fs::read_to_string(file).map_err(|error| {
        let with = vec![("file", file.display().to_string()), ("why", error.to_string())];
        CliError::Said(Exit::Wrong, "cli-apply-no-file", with)
    })?;
    let desired = read(&text);
    let opened = match Opened::current(ctx).await {
        Ok(opened) => opened,
        Err(_) if !desired.problems.is_empty() => return Ok(refuse(ctx, &desired.problems)),
        Err(error) => return Err(error),
    };
    let target = Target {
        pool: &PasswordPool::new(opened.db.seals().clone()),
        db: &opened.db,
        policy: app::uri_policy(&opened.loaded.config),
        cx: opened.cx(),
    };
    let mode = if arguments.dry_run { Mode::Try } else { Mode::Keep };
    let result = apply(&target, desired, mode).await;
    opened.db.close().await;
    match result {
        Ok(changes) => {
            tell(ctx, &changes, mode);
            Ok(Exit::Done)
        }
        Err(Refused::Problems(problems)) => Ok(refuse(ctx, &problems)),
        Err(Refused::Fault(fault)) => Err(fault.into()),
    }
}

/// Where to apply.
pub(super) struct Target<'a> {
    pub(super) db: &'a Db,
    pub(super) pool: &'a PasswordPool,
    pub(super) policy: UriPolicy,
    pub(super) cx: Cx,
}

/// How the transaction ends without being kept.
enum Ended {
    /// A dry run: what would have changed.
    Tried(Vec<Change>),
    Refused(Refused),
}

impl<E: Into<Refused>> From<E> for Ended {
    fn from(error: E) -> Self {
        Self::Refused(error.into())
    }
}

/// Applies everything in one transaction. Slow work (password hashes) is done before it. A file with problems is run through as well, so
/// that those which only the database knows are named with the others.
pub(super) async fn apply(target: &Target<'_>, desired: Desired, mode: Mode) -> Result<Vec<Change>, Refused> {
    let mut problems = desired.problems;
    let parties = party::prepare(desired.parties, &mut problems);
    let people = person::prepare(desired.people, target, &mut problems).await?;
    let units = unit::prepare(desired.units, target.cx.now, &mut problems);
    let officials = official::prepare(desired.officials, &mut problems);
    let (parties, people, units, officials, found) = (&parties, &people, &units, &officials, &problems);
    let starter_roles = desired.starter_roles;
    let written = target.db.write(&target.cx, |tx| {
        Box::pin(async move {
            let mut problems = found.clone();
            let mut changes = party::apply(tx, parties, target.policy, &mut problems).await?;
            changes.extend(unit::apply(tx, units, &mut problems).await?);
            changes.extend(person::apply(tx, people, &mut problems).await?);
            if starter_roles {
                changes.extend(official::starter(tx, &mut problems).await?);
            }
            changes.extend(official::apply(tx, officials, &mut problems).await?);
            if !problems.is_empty() {
                return Err(Ended::Refused(Refused::Problems(problems)));
            }
            match mode {
                Mode::Keep => Ok(changes),
                Mode::Try => Err(Ended::Tried(changes)),
            }
        })
    });
    let written = written.await;
    match written {
        Ok(changes) | Err(Ended::Tried(changes)) => Ok(changes),
        Err(Ended::Refused(refused)) => Err(refused),
    }
}

fn refuse(ctx: &Ctx, problems: &[Problem]) -> Exit {
    let sentences: Vec<String> = problems.iter().map(|problem| problem.sentence(ctx.say.locale)).collect();
    if ctx.say.json {
        let listed =
            problems.iter().map(|problem| json!({"path": problem.path, "problem": problem.reason(ctx.say.locale)}));
        let listed: Vec<_> = listed.collect();
        ctx.say.answer(String::new, || json!({"applied": false, "problems": listed}));
    }
    for sentence in sentences {
        if !ctx.say.json {
            ctx.say.complain(&sentence);
        }
    }
    Exit::Wrong
}

fn tell(ctx: &Ctx, changes: &[Change], mode: Mode) {
    let changed = changes.iter().filter(|change| change.what != What::Nothing).count();
    let human = || {
        let mut lines: Vec<String> = changes.iter().map(Change::line).collect();
        let number = changed.to_string();
        let key = match (mode, changed) {
            (_, 0) => "cli-apply-nothing",
            (Mode::Keep, _) => "cli-apply-done",
            (Mode::Try, _) => "cli-apply-would",
        };
        lines.push(ctx.say.text_with(key, &[("count", &number)]));
        lines.join("\n")
    };
    let machine = || {
        let listed: Vec<_> = changes.iter().map(Change::json).collect();
        json!({"applied": mode == Mode::Keep, "changed": changed, "changes": listed})
    };
    ctx.say.answer(human, machine);
}

#[cfg(test)]
mod tests;
