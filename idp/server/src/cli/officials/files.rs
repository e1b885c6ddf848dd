//! `idp officials import`: a file tried or written, every wrong cell told, and the file of results.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use idp_core::{
    office::{
        By,
        import::{self, CellError, Column, Done, ImportError, Report, Table},
        tell,
    },
    types::Fault,
};
use serde_json::json;

use super::{
    super::{
        Ctx,
        error::{CliError, Exit},
        opened::Opened,
    },
    read, unread,
    words::Words,
};
use crate::admin::Tried;

/// How a file is imported.
pub(super) struct How {
    pub(super) key: Option<String>,
    pub(super) dry_run: bool,
    pub(super) result: Option<PathBuf>,
}

/// A file with a wrong cell is not imported in part: the personnel department sends it again, whole.
pub(super) async fn run(ctx: &Ctx, opened: &Opened, file: &Path, how: How) -> Result<Exit, CliError> {
    let mut conn = opened.db.read().await?;
    let (mut table, digest) = read(ctx, &mut conn, file).await?;
    import::place(&mut conn, &mut table, opened.clock.now()).await?;
    drop(conn);
    if !table.errors.is_empty() {
        keep(how.result.as_deref(), || unwritten(ctx, &table))?;
        return Ok(wrong_cells(ctx, &table.errors));
    }
    let (cx, key) = (opened.cx(), how.key.unwrap_or_else(|| digest.hex()));
    let report = if how.dry_run {
        import::attempt(&opened.db, &cx, &By::Operator, &table.rows).await
    } else {
        import::run(&opened.db, &cx, &By::Operator, (&key, digest), &table.rows).await
    };
    let report = report.map_err(|error| import_error(error, &key))?;
    let turns = report.done.iter().filter_map(|done| done.turn.as_deref());
    let words = Words::of(ctx, &mut opened.db.read().await?, turns, cx.now).await?;
    keep(how.result.as_deref(), || written(ctx, &report, &words))?;
    if report.import.is_some() {
        tell_done(ctx, &report, &key);
    } else {
        tell_tried(ctx, &report, &words)?;
    }
    let refused = report.done.iter().any(|done| done.outcome.why().is_some());
    Ok(if refused { Exit::Wrong } else { Exit::Done })
}

pub(super) fn import_error(error: ImportError, key: &str) -> CliError {
    let with = vec![("key", key.to_owned())];
    match error {
        ImportError::OtherFile => CliError::Said(Exit::Wrong, "office-import-other-file", with),
        ImportError::Unknown => CliError::Said(Exit::Wrong, "office-import-unknown", with),
        ImportError::Store(error) => error.into(),
    }
}

fn wrong_cell(ctx: &Ctx, error: &CellError) -> String {
    let (row, column) = (error.row.to_string(), error.column.map_or("-", Column::word));
    let why = ctx.say.text(cell(error.why));
    let with = [("row", row.as_str()), ("column", column), ("value", error.value.as_str()), ("why", why.as_str())];
    ctx.say.text_with("office-cell-line", &with)
}

pub(super) fn wrong_cells(ctx: &Ctx, errors: &[CellError]) -> Exit {
    let object = |error: &CellError| json!({"row": error.row, "column": error.column.map(Column::word), "why": error.why, "value": error.value});
    let human = || errors.iter().map(|error| wrong_cell(ctx, error)).collect::<Vec<_>>().join("\n");
    ctx.say.answer(human, || json!({"errors": errors.iter().map(object).collect::<Vec<_>>()}));
    Exit::Wrong
}

fn refused(ctx: &Ctx, done: &Done) -> Option<String> {
    let why = ctx.say.text(tell::refusal(done.outcome.why()?));
    Some(ctx.say.text_with("office-row-refused", &[("row", &done.row.to_string()), ("why", &why)]))
}

/// The totals under `key`.
fn totals(ctx: &Ctx, report: &Report, key: &str) -> String {
    let names = ["new", "waits", "changed", "same", "refused"];
    let counts = names.map(|word| report.done.iter().filter(|done| done.outcome.word() == word).count().to_string());
    let with: Vec<(&str, &str)> = names.into_iter().zip(counts.iter().map(String::as_str)).collect();
    ctx.say.text_with(key, &with)
}

fn tell_done(ctx: &Ctx, report: &Report, key: &str) {
    let human = || {
        let lines = report.done.iter().filter_map(|done| refused(ctx, done));
        let under = ctx.say.text_with("office-import-key", &[("key", key)]);
        lines.chain([totals(ctx, report, "office-import-done"), under]).collect::<Vec<_>>().join("\n")
    };
    let row = |done: &Done| json!({"row": done.row, "outcome": done.outcome.word(), "why": done.outcome.why(), "post": done.post});
    let machine =
        || json!({"import": report.import, "key": key, "rows": report.done.iter().map(row).collect::<Vec<_>>()});
    ctx.say.answer(human, machine);
}

/// What would become of each row: the post as it is and as it would be.
fn tell_tried(ctx: &Ctx, report: &Report, words: &Words) -> Result<(), CliError> {
    let machine = serde_json::to_value(Tried::from(&report.done[..]));
    let machine = machine.map_err(|error| Fault::new("showing what a file would do", error))?;
    let human = || {
        let mut lines: Vec<String> = Vec::with_capacity(report.done.len() + 1);
        for done in &report.done {
            lines.extend(refused(ctx, done));
            lines.extend(words.turn(ctx, done));
        }
        lines.push(totals(ctx, report, "office-import-would"));
        lines.join("\n")
    };
    ctx.say.answer(human, || machine);
    Ok(())
}

/// One line of the file of results.
#[derive(Default)]
struct Told<'t> {
    row: usize,
    outcome: &'t str,
    post: String,
    why: String,
    column: &'t str,
    value: &'t str,
    before: String,
    after: String,
}

impl Told<'_> {
    fn line(&self) -> String {
        let cell = |text: &str| format!("\"{}\"", import::guard(text).replace('"', "\"\""));
        let texts = [&self.post, &self.why, self.column, self.value, &self.before, &self.after].map(cell);
        format!("{},{},{}\r\n", self.row, self.outcome, texts.join(","))
    }
}

/// Writes the file of results, where one is wanted: a table that a spreadsheet opens without running anything of it.
fn keep<'t>(path: Option<&Path>, lines: impl FnOnce() -> Vec<Told<'t>>) -> Result<(), CliError> {
    let Some(path) = path else { return Ok(()) };
    let lines: String = lines().iter().map(Told::line).collect();
    // The mark at the beginning tells spreadsheets that the text is UTF-8.
    let text = format!("\u{feff}row,outcome,post,why,column,value,before,after\r\n{lines}");
    std::fs::write(path, text).map_err(|error| unread(path, &error.to_string()))
}

/// What became of each row, or would.
fn written<'t>(ctx: &Ctx, report: &'t Report, words: &Words) -> Vec<Told<'t>> {
    let told = |done: &'t Done| Told {
        row: done.row,
        outcome: done.outcome.word(),
        post: done.post.map(|post| post.to_string()).unwrap_or_default(),
        why: done.outcome.why().map(|word| ctx.say.text(tell::refusal(word))).unwrap_or_default(),
        before: done
            .turn
            .as_ref()
            .and_then(|turn| turn.before.as_ref())
            .map(|post| words.post(post))
            .unwrap_or_default(),
        after: done.turn.as_ref().map(|turn| words.post(&turn.after)).unwrap_or_default(),
        ..Told::default()
    };
    report.done.iter().map(told).collect()
}

/// Every row of a file of which nothing is written: those that can be read, and each wrong cell of the others.
fn unwritten<'t>(ctx: &Ctx, table: &'t Table) -> Vec<Told<'t>> {
    let mut rows: BTreeMap<usize, Vec<Told<'t>>> = BTreeMap::new();
    for row in &table.rows {
        rows.entry(row.row).or_default().push(Told { row: row.row, outcome: "readable", ..Told::default() });
    }
    for error in &table.errors {
        rows.entry(error.row).or_default().push(Told {
            row: error.row,
            outcome: "wrong",
            // At the terminal the value stands behind the colon; here it has a column of its own.
            why: ctx.say.text(cell(error.why)).trim_end_matches(':').to_owned(),
            column: error.column.map_or("", Column::word),
            value: &error.value,
            ..Told::default()
        });
    }
    rows.into_values().flatten().collect()
}

/// Why a cell cannot be read.
fn cell(word: &str) -> &'static str {
    match word {
        "missing" => "office-cell-missing",
        "number" => "office-cell-number",
        "name" => "office-cell-name",
        "position" => "office-cell-position",
        "kind" => "office-cell-kind",
        "role" => "office-cell-role",
        "scope" => "office-cell-scope",
        "units" => "office-cell-units",
        "not-list" => "office-cell-not-list",
        "classes" => "office-cell-classes",
        "yes-no" => "office-cell-yes-no",
        "day" => "office-cell-day",
        "order" => "office-cell-order",
        "twice" => "office-cell-twice",
        "many" => "office-cell-many",
        "unit" => "office-cell-unit",
        _ => "office-cell-header",
    }
}
