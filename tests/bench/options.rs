//! The command line.

use std::{path::PathBuf, time::Duration};

use idp_tests::Engine;

use crate::Wrong;

/// What `--help` prints.
pub(crate) const HELP: &str = "\
idp-bench [--engine sqlite|postgres]... [--server PROGRAM] [--quick] [--only WORD] [--seconds N] [--json]

  --engine    sqlite with the cache in memory (the default), or postgres with redis, whose addresses
              `tests/run with` puts into the environment; twice: both, one after the other
  --server    the program to measure; default: `idp` beside this program
  --quick     short rounds: to see whether everything runs, not for figures that are written down
  --only      only figures whose name contains the word
  --seconds   how long the flood of passwords lasts; default: 60
  --json      for machines";

/// What to measure, and how long.
pub(crate) struct Options {
    /// On what.
    pub(crate) engines: Vec<Engine>,
    /// The program.
    pub(crate) server: PathBuf,
    /// Whether rounds are short.
    pub(crate) quick: bool,
    /// A part of the names of the wanted figures; empty: all.
    pub(crate) only: String,
    /// How long the flood lasts.
    pub(crate) flood: Duration,
    /// Whether a machine reads the report.
    pub(crate) json: bool,
}

/// What the command line asks for.
pub(crate) enum Asked {
    /// One of our own children: its words.
    Child(Vec<String>),
    Help,
    Measure(Options),
}

/// Reads the words behind the program's name.
pub(crate) fn read(arguments: &[String]) -> Result<Asked, Wrong> {
    if let [first, rest @ ..] = arguments
        && first == crate::bare::CHILD
    {
        return Ok(Asked::Child(rest.to_vec()));
    }
    let mut options = Options {
        engines: Vec::new(),
        server: std::env::current_exe()?.with_file_name("idp"),
        quick: false,
        only: String::new(),
        flood: Duration::from_secs(60),
        json: false,
    };
    let mut words = arguments.iter();
    while let Some(word) = words.next() {
        let mut value = || words.next().ok_or_else(|| format!("{word} needs a value"));
        match word.as_str() {
            "--engine" => options.engines.push(engine(value()?)?),
            "--server" => options.server = PathBuf::from(value()?),
            "--only" => value()?.clone_into(&mut options.only),
            "--seconds" => options.flood = Duration::from_secs(value()?.parse()?),
            "--quick" => options.quick = true,
            "--json" => options.json = true,
            "--help" | "-h" => return Ok(Asked::Help),
            other => return Err(format!("{other} is not known; see --help").into()),
        }
    }
    if options.engines.is_empty() {
        options.engines.push(Engine::Sqlite);
    }
    Ok(Asked::Measure(options))
}

fn engine(word: &str) -> Result<Engine, Wrong> {
    match word {
        "sqlite" => Ok(Engine::Sqlite),
        "postgres" => Ok(Engine::Postgres),
        other => Err(format!("{other} is neither sqlite nor postgres").into()),
    }
}
