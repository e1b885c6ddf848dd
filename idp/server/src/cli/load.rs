//! `idp load units`: the country's lists, from the program or from an operator's own files, into the tree of units, once.

use std::path::PathBuf;

use clap::Subcommand;
use idp_core::{
    org::{
        change::Refusal,
        load::{self, Agencies, LoadError, Loaded, Outcome, Problem, Report, Split, Texts, Unchecked},
    },
    store::{Cx, Db},
};
use serde_json::{Value, json};

use super::{
    Ctx,
    error::{CliError, Exit},
    opened::Opened,
    progress,
    say::Say,
    units::words,
};

/// Examples of long lists that people are shown; programs get all of them.
const EXAMPLES: usize = 5;

/// Its arguments.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// The units of the country.
    Units {
        /// Files of one's own.
        #[arg(long, value_name = "FOLDER")]
        from: Option<PathBuf>,
        /// Invented agencies, too.
        #[arg(long)]
        with_sample_agencies: bool,
    },
}

pub(super) async fn run(ctx: &Ctx, arguments: &Arguments) -> Result<Exit, CliError> {
    let What::Units { from, with_sample_agencies } = &arguments.what;
    let texts = match from {
        None => Texts::shipped(),
        Some(folder) => Texts::in_folder(folder).map_err(|(file, why)| {
            let with = vec![("file", folder.join(file).display().to_string()), ("why", why.to_string())];
            CliError::Said(Exit::Wrong, "cli-load-no-file", with)
        })?,
    };
    let agencies = if *with_sample_agencies { Agencies::Sample } else { Agencies::None };
    let opened = Opened::current(ctx).await?;
    let loaded = units(ctx.say, (&opened.db, &opened.cx()), (&texts, agencies)).await;
    opened.db.close().await;
    match loaded {
        Ok(loaded) => {
            ctx.say.answer(|| human(ctx, &loaded), || machine(&loaded));
            Ok(Exit::Done)
        }
        Err(LoadError::Files(problems)) => Ok(refuse_files(ctx, &problems)),
        Err(error) => Err(refusal(ctx, error)),
    }
}

/// Loads lists, with a bar at a terminal.
pub(super) async fn units(say: Say, (db, cx): (&Db, &Cx), lists: (&Texts, Agencies)) -> Result<Loaded, LoadError> {
    let bar = progress::bar(say, "cli-load-working", 0);
    let tell = |done, all| {
        bar.set_length(all);
        bar.set_position(done);
    };
    let loaded = load::load(db, cx, lists, &tell).await;
    bar.finish_and_clear();
    loaded
}

pub(super) fn refusal(ctx: &Ctx, error: LoadError) -> CliError {
    let said = |key, with| CliError::Said(Exit::Wrong, key, with);
    match error {
        LoadError::OtherLists(set) => {
            said("cli-load-other", vec![("title", set.title.clone()), ("number", set.decision.number.clone())])
        }
        LoadError::NotEmpty => said("cli-load-not-empty", Vec::new()),
        LoadError::Refused(title, refusal) => {
            let why = reasons(ctx, &refusal).join("; ");
            said("cli-load-refused", vec![("title", title), ("why", why)])
        }
        LoadError::Store(error) => error.into(),
        LoadError::Files(problems) => {
            let first = problems.first().map(|problem| sentence(ctx, problem)).unwrap_or_default();
            said("cli-load-refused", vec![("title", String::new()), ("why", first)])
        }
    }
}

/// Why a set was refused, the first few reasons of many.
fn reasons(ctx: &Ctx, refusal: &Refusal) -> Vec<String> {
    let all = words::refusal(ctx.say, refusal);
    let more = all.len().saturating_sub(EXAMPLES);
    let shown = all.into_iter().take(EXAMPLES);
    shown.chain((more > 0).then(|| format!("… +{more}"))).collect()
}

fn sentence(ctx: &Ctx, problem: &Problem) -> String {
    let why = ctx.say.text(words::file_problem(problem.why));
    let line = problem.line.to_string();
    let with = [("file", problem.file), ("line", line.as_str()), ("why", &why), ("value", &problem.value)];
    if problem.line == 0 {
        let with = [("file", problem.file), ("why", why.as_str()), ("value", &problem.value)];
        return ctx.say.text_with("units-file-whole", &with);
    }
    ctx.say.text_with("units-file-problem", &with)
}

fn refuse_files(ctx: &Ctx, problems: &[Problem]) -> Exit {
    if ctx.say.json {
        let listed = problems.iter().map(|problem| {
            json!({"file": problem.file, "line": problem.line, "why": problem.why.word(), "value": problem.value})
        });
        let listed: Vec<Value> = listed.collect();
        ctx.say.answer(String::new, || json!({"loaded": false, "problems": listed}));
    } else {
        for problem in problems {
            ctx.say.complain(&sentence(ctx, problem));
        }
    }
    Exit::Wrong
}

fn human(ctx: &Ctx, loaded: &Loaded) -> String {
    let mut lines = match &loaded.outcome {
        Outcome::Nothing => vec![ctx.say.text("cli-load-nothing")],
        Outcome::Enacted(sets) => sets
            .iter()
            .map(|set| {
                let (operations, units) = (set.operations.to_string(), set.approved.units.to_string());
                let with = [("title", set.title.as_str()), ("operations", &operations), ("units", &units)];
                ctx.say.text_with("cli-load-done", &with)
            })
            .collect(),
    };
    lines.extend(report(ctx, &loaded.report));
    lines.join("\n")
}

/// What a person should know, one line each.
fn report(ctx: &Ctx, report: &Report) -> Vec<String> {
    let (before, after) = (&report.before, &report.after);
    let number = |number: usize| number.to_string();
    let (provinces, districts, communes) =
        (number(before.provinces), number(before.districts), number(before.communes));
    let with = [("provinces", provinces.as_str()), ("districts", &districts), ("communes", &communes)];
    let mut lines = vec![ctx.say.text_with("cli-load-before", &with)];
    let (provinces, communes) = (number(after.provinces), number(after.communes));
    lines.push(ctx.say.text_with("cli-load-after", &[("provinces", &provinces), ("communes", &communes)]));
    let (provinces, communes) = (number(report.provinces_that_go_on), number(report.communes_that_go_on));
    lines.push(ctx.say.text_with("cli-load-go-on", &[("provinces", &provinces), ("communes", &communes)]));
    let count = number(report.codes_under_another_name);
    lines.push(ctx.say.text_with("cli-load-codes", &[("count", &count)]));
    let examples = report.split.iter().take(EXAMPLES).map(|split| format!("{} ({})", split.name, split.code));
    lines.push(some(ctx, "cli-load-split", report.split.len(), examples));
    let examples = report.unchecked.iter().take(EXAMPLES).map(|one| format!("{} → {}", one.old, one.new));
    lines.push(some(ctx, "cli-load-unchecked", report.unchecked.len(), examples));
    if report.agencies > 0 {
        lines.push(ctx.say.text_with("cli-load-agencies", &[("count", &number(report.agencies))]));
    }
    lines
}

fn some(ctx: &Ctx, key: &str, count: usize, examples: impl Iterator<Item = String>) -> String {
    let examples = examples.collect::<Vec<_>>().join(", ");
    ctx.say.text_with(key, &[("count", &count.to_string()), ("examples", &examples)])
}

fn machine(loaded: &Loaded) -> Value {
    let sets: Vec<Value> = match &loaded.outcome {
        Outcome::Nothing => Vec::new(),
        Outcome::Enacted(sets) => sets
            .iter()
            .map(|set| json!({"set": set.approved.set, "title": set.title, "operations": set.operations, "units": set.approved.units}))
            .collect(),
    };
    let report = &loaded.report;
    let split = |split: &Split| json!({"code": split.code, "name": split.name, "into": split.into});
    let unchecked = |one: &Unchecked| json!({"line": one.line, "old": one.old, "new": one.new});
    json!({
        "loaded": !sets.is_empty(),
        "sets": sets,
        "before": {"provinces": report.before.provinces, "districts": report.before.districts, "communes": report.before.communes},
        "after": {"provinces": report.after.provinces, "districts": report.after.districts, "communes": report.after.communes},
        "go_on": {"provinces": report.provinces_that_go_on, "communes": report.communes_that_go_on},
        "codes_under_another_name": report.codes_under_another_name,
        "split": report.split.iter().map(split).collect::<Vec<_>>(),
        "unchecked": report.unchecked.iter().map(unchecked).collect::<Vec<_>>(),
        "sample_agencies": report.agencies,
    })
}
