//! `idp units show|search|tree|successors|story|change`: units as of any day, and the sets that change them.

mod change;
pub(super) mod find;
mod show;
mod tree;
pub(super) mod words;

use clap::Subcommand;
use idp_core::{
    org::AsOf,
    types::{Day, Timestamp},
};

use super::{
    Ctx,
    error::{CliError, Exit},
    opened::Opened,
};

/// Its arguments.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// One unit.
    Show {
        /// Which.
        #[arg(value_name = "CODE|ID")]
        unit: String,
        /// On which day.
        #[arg(long, value_name = "YYYY-MM-DD")]
        at: Option<String>,
        /// As known when.
        #[arg(long, value_name = "YYYY-MM-DD")]
        known: Option<String>,
    },
    /// Units of a name.
    Search {
        /// What to look for.
        #[arg(value_name = "TEXT")]
        text: String,
        /// On which day.
        #[arg(long, value_name = "YYYY-MM-DD")]
        at: Option<String>,
        /// How many.
        #[arg(long, value_name = "N", default_value_t = 10, value_parser = clap::value_parser!(u16).range(1..=100))]
        limit: u16,
    },
    /// The tree.
    Tree {
        /// From where.
        #[arg(value_name = "CODE|ID")]
        unit: Option<String>,
        /// On which day.
        #[arg(long, value_name = "YYYY-MM-DD")]
        at: Option<String>,
        /// How deep.
        #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u16).range(0..=20))]
        depth: u16,
    },
    /// What became of a unit.
    Successors {
        /// Which.
        #[arg(value_name = "CODE|ID")]
        unit: String,
        /// On which day.
        #[arg(long, value_name = "YYYY-MM-DD")]
        at: Option<String>,
    },
    /// The history of a unit.
    Story {
        /// Which.
        #[arg(value_name = "CODE|ID")]
        unit: String,
        /// On which day.
        #[arg(long, value_name = "YYYY-MM-DD")]
        at: Option<String>,
    },
    /// Sets of changes.
    Change(change::Arguments),
}

pub(super) async fn run(ctx: &Ctx, arguments: Arguments) -> Result<Exit, CliError> {
    let opened = Opened::current(ctx).await?;
    let now = opened.clock.now();
    let done = match arguments.what {
        What::Show { unit, at, known } => {
            let when = When { as_of: as_of(at.as_deref(), known.as_deref(), now)?, now };
            show::show(ctx, &opened, &unit, when).await
        }
        What::Search { text, at, limit } => {
            let as_of = as_of(at.as_deref(), None, now)?;
            find::search(ctx, &opened, (&text, as_of), usize::from(limit)).await
        }
        What::Tree { unit, at, depth } => {
            let when = When { as_of: as_of(at.as_deref(), None, now)?, now };
            tree::tree(ctx, &opened, unit.as_deref(), (when, depth)).await
        }
        What::Successors { unit, at } => {
            let when = When { as_of: as_of(at.as_deref(), None, now)?, now };
            show::successors(ctx, &opened, &unit, when).await
        }
        What::Story { unit, at } => {
            let when = When { as_of: as_of(at.as_deref(), None, now)?, now };
            show::story(ctx, &opened, &unit, when).await
        }
        What::Change(arguments) => change::run(ctx, &opened, arguments).await,
    };
    opened.db.close().await;
    done
}

/// Of which instant a command asks, and what time it is.
#[derive(Clone, Copy, Debug)]
struct When {
    as_of: AsOf,
    now: Timestamp,
}

pub(super) fn day(text: &str) -> Result<Day, CliError> {
    text.parse().map_err(|_| CliError::Usage("cli-not-a-day", text.to_owned()))
}

/// A day means its beginning, at which decisions take effect; what was known on a day is what was known at its end.
fn as_of(at: Option<&str>, known: Option<&str>, now: Timestamp) -> Result<AsOf, CliError> {
    let at = at.map(day).transpose()?;
    let known = known.map(day).transpose()?;
    Ok(AsOf::days(at, known, now))
}
