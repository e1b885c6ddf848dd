//! `idp audit verify`: recomputes the chain of the audit log and names the first broken record.

use clap::Subcommand;
use idp_core::{
    audit::chain::{self, Report},
    keys,
};
use serde_json::json;

use super::{Ctx, error::CliError, error::Exit, opened::Opened, progress};

/// Its arguments.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Recomputes everything.
    Verify,
}

pub(super) async fn run(ctx: &Ctx, arguments: &Arguments) -> Result<Exit, CliError> {
    match arguments.what {
        What::Verify => verify(ctx, &Opened::current(ctx).await?).await,
    }
}

async fn verify(ctx: &Ctx, opened: &Opened) -> Result<Exit, CliError> {
    let keys = keys::known_keys(&mut opened.db.read().await?).await?;
    let bar = progress::bar(ctx.say, "cli-audit-working", 0);
    let tell = |done, all| {
        bar.set_length(all);
        bar.set_position(done);
    };
    let report = chain::verify(&opened.db, &keys, opened.clock.now(), &tell).await?;
    bar.finish_and_clear();
    opened.db.close().await;
    ctx.say.answer(|| human(ctx, &report), || machine(&report));
    let good = report.first_broken.is_none() && report.late == 0;
    Ok(if good { Exit::Done } else { Exit::Wrong })
}

fn human(ctx: &Ctx, report: &Report) -> String {
    let (records, archived) = (report.records.to_string(), report.archived.to_string());
    let with = [("records", records.as_str()), ("archived", &archived)];
    let mut lines = vec![ctx.say.text_with("cli-audit-checked", &with)];
    if let Some(broken) = &report.first_broken {
        let position = broken.position.to_string();
        let record = broken.seq.map_or_else(|| "?".to_owned(), |seq| seq.to_string());
        let with = [("position", position.as_str()), ("record", &record), ("why", broken.why.word())];
        lines.push(ctx.say.text_with("cli-audit-broken", &with));
    }
    if report.late > 0 {
        let late = report.late.to_string();
        let first = report.first_late.unwrap_or_default().to_string();
        lines.push(ctx.say.text_with("cli-audit-late", &[("late", &late), ("first", &first)]));
    }
    if lines.len() == 1 {
        lines.push(ctx.say.text("cli-audit-good"));
    }
    lines.join("\n")
}

fn machine(report: &Report) -> serde_json::Value {
    let broken = report
        .first_broken
        .map(|broken| json!({"position": broken.position, "seq": broken.seq, "why": broken.why.word()}));
    json!({
        "good": report.first_broken.is_none() && report.late == 0,
        "records": report.records,
        "archived": report.archived,
        "head": report.head.map(|head| head.position),
        "first_broken": broken,
        "late": report.late,
        "first_late": report.first_late,
    })
}
