//! Measures a server from outside and sets each figure beside a bare axum server and beside the raw primitive.
//!
//! ```text
//! options ─► house: a folder, a server process ─┐
//!            bare: this program again, a child ─┴─► measures: rounds in turn ─► report
//! ```
//!
//! What counts is the processor time that the measured process used, so that a busy machine changes the figures little.

mod acting;
mod audit;
mod bare;
mod country;
mod flow;
mod guess;
mod house;
mod load;
mod measures;
mod nodes;
mod officials;
mod options;
mod overload;
mod pages;
mod process;
mod report;
mod requests;
mod search;
mod statements;
mod units;
mod wire;

use std::{io::Write, process::ExitCode};

use options::{Asked, Options};

/// Anything that keeps a figure from being measured.
pub(crate) type Wrong = Box<dyn std::error::Error + Send + Sync>;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let done = match options::read(&arguments) {
        Ok(Asked::Child(child)) => bare::run(&child),
        Ok(Asked::Help) => say(options::HELP),
        Ok(Asked::Measure(options)) => measure(&options),
        Err(wrong) => Err(wrong),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(wrong) => {
            // Standard error may be gone; the exit code still tells.
            let _unheard = writeln!(std::io::stderr(), "idp-bench: {wrong}");
            ExitCode::FAILURE
        }
    }
}

fn say(text: &str) -> Result<(), Wrong> {
    Ok(writeln!(std::io::stdout(), "{text}")?)
}

/// One thread for the load: on a small machine the server needs the others.
fn measure(options: &Options) -> Result<(), Wrong> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let report = runtime.block_on(measures::all(options))?;
    say(&if options.json { report.json() } else { report.table() })?;
    match report.failures.len() {
        0 => Ok(()),
        failed => Err(format!("{failed} measures failed; the other figures stand").into()),
    }
}
