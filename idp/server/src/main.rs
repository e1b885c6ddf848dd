//! The one executable: `idp`.

use std::process::ExitCode;

fn main() -> ExitCode {
    idp::cli::main(std::env::args_os().collect())
}
