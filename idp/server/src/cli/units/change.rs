//! `idp units change`: the steps of a set of changes, by the person at the terminal.

mod file;
mod tell;

use std::path::PathBuf;

use clap::Subcommand;
use idp_core::{
    admin::{self, Signer},
    org::{
        Config,
        change::{self, ChangeError, Rules, Seen},
    },
    store::{StoreError, Tx},
    types::{Id, id},
};
use serde_json::json;

use super::{
    super::{
        Ctx,
        error::{CliError, Exit},
        opened::Opened,
    },
    words,
};

/// Sets of a list at most.
const MOST: i64 = 100;

/// Its arguments.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Writes one.
    Draft {
        /// From what.
        #[arg(value_name = "FILE")]
        file: PathBuf,
    },
    /// All of them.
    List {
        /// In which state.
        #[arg(long, value_name = "STATE", value_parser = ["draft", "submitted", "approved", "refused", "withdrawn", "undone"])]
        state: Option<String>,
    },
    /// One of them.
    Show(Which),
    /// Tries one.
    DryRun(Which),
    /// Asks for approval.
    Submit(Which),
    /// Approves.
    Approve(Which),
    /// Refuses.
    Refuse {
        /// Which.
        #[arg(value_name = "ID")]
        set: String,
        /// Why.
        #[arg(long, value_name = "TEXT")]
        because: String,
    },
    /// Takes back.
    Withdraw(Which),
    /// Undoes.
    Undo(Which),
}

#[derive(Debug, clap::Args)]
struct Which {
    /// Which.
    #[arg(value_name = "ID")]
    set: String,
}

impl Which {
    fn id(&self) -> Result<Id<id::ChangeSet>, CliError> {
        id_of(&self.set)
    }
}

fn id_of(text: &str) -> Result<Id<id::ChangeSet>, CliError> {
    text.parse().map_err(|_| CliError::Usage("cli-units-change-no-id", text.to_owned()))
}

/// Why a step was not done.
enum Stopped {
    Change(ChangeError),
    Cli(CliError),
}

impl From<ChangeError> for Stopped {
    fn from(error: ChangeError) -> Self {
        Self::Change(error)
    }
}

impl From<idp_core::store::StoreError> for Stopped {
    fn from(error: idp_core::store::StoreError) -> Self {
        Self::Change(error.into())
    }
}

impl From<CliError> for Stopped {
    fn from(error: CliError) -> Self {
        Self::Cli(error)
    }
}

pub(super) async fn run(ctx: &Ctx, opened: &Opened, arguments: Arguments) -> Result<Exit, CliError> {
    match step(ctx, opened, arguments.what).await {
        Ok(exit) => Ok(exit),
        Err(Stopped::Cli(error)) => Err(error),
        Err(Stopped::Change(ChangeError::Store(error))) => Err(error.into()),
        Err(Stopped::Change(ChangeError::Refused(refusal))) => {
            let sentences = words::refusal(ctx.say, &refusal);
            if ctx.say.json {
                ctx.say.answer(String::new, || json!({"refused": refusal.word(), "because": sentences}));
            } else {
                for sentence in &sentences {
                    ctx.say.complain(sentence);
                }
            }
            Ok(Exit::Wrong)
        }
    }
}

async fn step(ctx: &Ctx, opened: &Opened, what: What) -> Result<Exit, Stopped> {
    let org = opened.loaded.config.org;
    match what {
        What::List { state } => {
            let mut conn = opened.db.read().await?;
            tell::list(ctx, &change::list(&mut conn, state.as_deref(), None, MOST).await?);
            Ok(Exit::Done)
        }
        What::Show(which) => {
            let mut conn = opened.db.read().await?;
            let set =
                change::get(&mut conn, which.id()?).await?.ok_or(ChangeError::Refused(change::Refusal::Unknown))?;
            tell::set(ctx, &set);
            Ok(Exit::Done)
        }
        What::DryRun(which) => {
            let mut conn = opened.db.read().await?;
            let (set, now) = (which.id()?, opened.clock.now());
            let rules = admin::change_rules(org, admin::signers(&mut conn, Signer::operator(), set, now).await?);
            let tried = change::dry_run(&mut conn, set, &rules, now).await?;
            tell::dry_run(ctx, &tried);
            Ok(if tried.clashes.is_empty() { Exit::Done } else { Exit::Wrong })
        }
        writes => write(ctx, opened, &writes).await,
    }
}

async fn write(ctx: &Ctx, opened: &Opened, what: &What) -> Result<Exit, Stopped> {
    let new = match what {
        What::Draft { file } => Some(file::read(file)?),
        _ => None,
    };
    let set = match what {
        What::Submit(which) | What::Approve(which) | What::Withdraw(which) | What::Undo(which) => Some(which.id()?),
        What::Refuse { set, .. } => Some(id_of(set)?),
        _ => None,
    };
    let (new, cx, org) = (new.as_ref(), opened.cx(), opened.loaded.config.org);
    let done = opened.db.write(&cx, |tx| {
        Box::pin(async move {
            if let Some(new) = new {
                return Ok(("cli-units-change-drafted", change::draft(tx, new).await?));
            }
            let set = set.ok_or(ChangeError::Refused(change::Refusal::Unknown))?;
            let seen = Seen { set, revision: None };
            let rules = &rules(tx, org, (what, set)).await?;
            match what {
                What::Submit(_) => change::submit(tx, seen, rules).await.map(|_| ("cli-units-change-submitted", set)),
                What::Approve(_) => change::approve(tx, seen, rules).await.map(|_| ("cli-units-change-approved", set)),
                What::Refuse { because, .. } => {
                    change::refuse(tx, seen, because).await.map(|_| ("cli-units-change-refused", set))
                }
                What::Withdraw(_) => change::withdraw(tx, seen).await.map(|_| ("cli-units-change-withdrawn", set)),
                _ => {
                    change::undo(tx, set, Vec::new(), rules).await.map(|undoing| ("cli-units-change-undoing", undoing))
                }
            }
        })
    });
    let (key, set): (&str, Id<id::ChangeSet>) = done.await?;
    ctx.say.answer(|| ctx.say.text_with(key, &[("set", &set.to_string())]), || json!({"set": set}));
    Ok(Exit::Done)
}

/// The operator signs, and whoever asked for the set did; to take one back, nobody asked yet.
async fn rules(tx: &mut Tx<'_>, org: Config, (what, set): (&What, Id<id::ChangeSet>)) -> Result<Rules, StoreError> {
    let now = tx.now();
    let signers = if matches!(what, What::Undo(_)) {
        vec![Signer::operator()]
    } else {
        admin::signers(tx, Signer::operator(), set, now).await?
    };
    Ok(admin::change_rules(org, signers))
}
