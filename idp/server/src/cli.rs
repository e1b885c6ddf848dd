//! The command line (contract, section 7). One file for each command; each has `run(&Ctx, …) -> Result<Exit, CliError>`.
//!
//! Add a command: a variant in [`Command`], a file, one arm in [`dispatch`], and the keys `cli-NAME` (and `cli-NAME-arg-ARG` for its
//! arguments) in both locale files; a test finds what is missing.

mod admin;
mod apply;
mod audit;
mod completions;
mod config;
mod demo;
mod doctor;
mod error;
mod events;
mod explain;
pub(crate) mod help;
mod keys;
mod load;
mod migrate;
mod moves;
mod officials;
mod openapi;
mod opened;
mod people;
mod progress;
mod say;
mod serve;
mod units;

use std::{ffi::OsString, path::PathBuf, process::ExitCode};

use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};
use idp_core::types::Locale;

pub use error::{CliError, Exit};
pub use say::Say;

use crate::config::{Loaded, Sources, load};

/// Names the configuration file where no flag does.
const FILE_VARIABLE: &str = "IDP_CONFIG";
/// Looked for in the current folder when nobody names a file.
const USUAL_FILE: &str = "idp.toml";

/// What stands on the command line.
#[derive(Debug, Parser)]
#[command(name = "idp", version)]
pub struct Arguments {
    /// The configuration file.
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Answers as JSON.
    #[arg(long, global = true)]
    json: bool,
    /// The language of what is said.
    #[arg(long, global = true, value_name = "vi|en", value_parser = ["vi", "en"])]
    lang: Option<String>,
    #[command(subcommand)]
    command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
enum Command {
    /// Answers requests.
    Serve,
    /// Starts a whole sample.
    Demo(demo::Arguments),
    /// Brings the database up to date.
    Migrate(migrate::Arguments),
    /// Looks after signing keys.
    Keys(keys::Arguments),
    /// Looks after administrators.
    Admin(admin::Arguments),
    /// Makes what a file says.
    Apply(apply::Arguments),
    /// Loads lists.
    Load(load::Arguments),
    /// Units in time.
    Units(units::Arguments),
    /// Checks the audit log.
    Audit(audit::Arguments),
    /// Officials from files.
    Officials(officials::Arguments),
    /// People and how they sign in.
    People(people::Arguments),
    /// What somebody may do, and why.
    Explain(explain::Explain),
    /// Who may do something.
    Who(explain::Who),
    /// Looks for what is wrong.
    Doctor,
    /// Prints what is in force.
    Config,
    /// Describes the HTTP surface.
    Openapi,
    /// Prints a script that completes commands.
    Completions(completions::Arguments),
}

/// What every command is given.
pub struct Ctx {
    /// The way to speak.
    pub say: Say,
    file: Option<PathBuf>,
}

impl Ctx {
    /// The configuration in force.
    ///
    /// # Errors
    /// [`CliError::Config`] with every problem.
    pub fn config(&self) -> Result<Loaded, CliError> {
        load(&Sources::of_process(self.file.clone())).map_err(CliError::Config)
    }

    /// The same with flags of a command laid over it: path, value, name of the flag.
    ///
    /// # Errors
    /// [`CliError::Config`] with every problem.
    pub fn config_with(&self, flags: Vec<(String, String, String)>) -> Result<Loaded, CliError> {
        load(&Sources { flags, ..Sources::of_process(self.file.clone()) }).map_err(CliError::Config)
    }
}

/// Reads the command line, runs the command, says what went wrong, and gives the exit code.
pub fn main(arguments: Vec<OsString>) -> ExitCode {
    let locale = help::wanted_locale(&arguments, |name| std::env::var(name).ok());
    let parsed =
        help::command(locale).try_get_matches_from(arguments).and_then(|matches| Arguments::from_arg_matches(&matches));
    let arguments = match parsed {
        Ok(arguments) => arguments,
        Err(error) => return help::refuse(&error, locale),
    };
    let file = arguments.config.or_else(usual_file);
    let ctx = Ctx { say: Say::new(locale, arguments.json), file };
    let result = runtime().and_then(|runtime| runtime.block_on(dispatch(&ctx, arguments.command)));
    let exit = result.unwrap_or_else(|error| {
        ctx.say.error(&error);
        error.exit()
    });
    ExitCode::from(exit.code())
}

fn usual_file() -> Option<PathBuf> {
    let named = std::env::var_os(FILE_VARIABLE).filter(|value| !value.is_empty()).map(PathBuf::from);
    let usual = PathBuf::from(USUAL_FILE);
    named.or_else(|| usual.is_file().then_some(usual))
}

fn runtime() -> Result<tokio::runtime::Runtime, CliError> {
    let built = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    built.map_err(|error| CliError::Fault(idp_core::types::Fault::new("starting the runtime", error)))
}

async fn dispatch(ctx: &Ctx, command: Command) -> Result<Exit, CliError> {
    match command {
        Command::Serve => Box::pin(serve::run(ctx)).await,
        Command::Demo(arguments) => Box::pin(demo::run(ctx, &arguments)).await,
        Command::Migrate(arguments) => migrate::run(ctx, &arguments).await,
        Command::Keys(arguments) => Box::pin(keys::run(ctx, arguments)).await,
        Command::Admin(arguments) => admin::run(ctx, arguments).await,
        Command::Apply(arguments) => apply::run(ctx, &arguments).await,
        Command::Load(arguments) => load::run(ctx, &arguments).await,
        Command::Units(arguments) => Box::pin(units::run(ctx, arguments)).await,
        Command::Audit(arguments) => audit::run(ctx, &arguments).await,
        Command::Officials(arguments) => officials::run(ctx, arguments).await,
        Command::People(arguments) => people::run(ctx, arguments).await,
        Command::Explain(arguments) => explain::explain(ctx, &arguments).await,
        Command::Who(arguments) => explain::who(ctx, &arguments).await,
        Command::Doctor => doctor::run(ctx).await,
        Command::Config => config::run(ctx),
        Command::Openapi => Ok(openapi::run(ctx)),
        Command::Completions(arguments) => Ok(completions::run(ctx, &arguments)),
    }
}

/// The command line as clap knows it, before it is translated.
fn plain_command() -> clap::Command {
    Arguments::command()
}

/// The locale that a flag names.
fn locale_of(tag: &str) -> Option<Locale> {
    Locale::ALL.into_iter().find(|locale| locale.tag() == tag)
}
