//! `idp completions SHELL`: a script that completes commands and options.

use clap_complete::{Shell, generate};

use super::{Ctx, error::Exit, help};

/// Its arguments.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// The shell to write for.
    #[arg(value_name = "SHELL")]
    shell: Shell,
}

pub(super) fn run(ctx: &Ctx, arguments: &Arguments) -> Exit {
    let mut script = Vec::new();
    generate(arguments.shell, &mut help::command(ctx.say.locale), "idp", &mut script);
    ctx.say.raw(&String::from_utf8_lossy(&script));
    Exit::Done
}
