//! `idp config`: what is in force and where each value came from, without secrets.

use serde_json::{Value, json};

use super::{Ctx, error::CliError, error::Exit};
use crate::config::{Line, lines};

pub(super) fn run(ctx: &Ctx) -> Result<Exit, CliError> {
    let loaded = ctx.config()?;
    let lines = lines(&loaded);
    let place = |line: &Line| line.origin.place(ctx.say.locale);
    let human = || {
        let width = lines.iter().map(|line| line.path.len()).max().unwrap_or_default();
        let row = |line: &Line| format!("{:width$} = {}  # {}\n", line.path, shown(&line.value), place(line));
        lines.iter().map(row).collect()
    };
    let machine = || {
        let row = |line: &Line| (line.path.clone(), json!({"value": line.value, "origin": place(line)}));
        Value::Object(lines.iter().map(row).collect())
    };
    ctx.say.answer(human, machine);
    Ok(Exit::Done)
}

fn shown(value: &Value) -> String {
    if value.is_null() { "-".to_owned() } else { value.to_string() }
}
