//! `idp audit verify`: recomputes the chain of the audit log and names the first broken record. `idp audit archive`: moves old records
//! of one retention class into files.

use std::path::{Path, PathBuf};

use clap::Subcommand;
use idp_core::{
    audit::{
        self, Class,
        archive::Draft,
        chain::{self, Report},
    },
    keys,
    types::{Day, Digest},
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
    /// Moves old records into files.
    Archive {
        /// Whose time is over.
        #[arg(long, value_name = "access|change", value_parser = ["access", "change"])]
        class: String,
        /// Records before this day.
        #[arg(long, value_name = "YYYY-MM-DD")]
        before: String,
        /// Where to put the files.
        #[arg(value_name = "FOLDER")]
        folder: PathBuf,
    },
}

pub(super) async fn run(ctx: &Ctx, arguments: &Arguments) -> Result<Exit, CliError> {
    match &arguments.what {
        What::Verify => verify(ctx, &Opened::current(ctx).await?).await,
        What::Archive { class, before, folder } => {
            let before = before.parse::<Day>().map_err(|_| CliError::Usage("cli-not-a-day", before.clone()))?;
            let class = if class == Class::Access.word() { Class::Access } else { Class::Change };
            archive(ctx, &Opened::current(ctx).await?, (class, before, folder)).await
        }
    }
}

/// Writes one file after the other until nothing older is left. What is in the log is the truth until its file lies on the disk.
async fn archive(ctx: &Ctx, opened: &Opened, (class, before, folder): (Class, Day, &Path)) -> Result<Exit, CliError> {
    let mut files = Vec::new();
    loop {
        let cx = opened.cx();
        let file = folder.join(format!("audit-{}-{}.jsonl", class.word(), cx.now.millis()));
        let Some(draft) = audit::archive::to_file(&opened.db, &cx, class, before.start(), &file).await? else {
            break;
        };
        files.push((file.display().to_string(), draft));
    }
    opened.db.close().await;
    let human = || {
        let line = |(file, draft): &(String, Draft)| {
            let records = draft.records.to_string();
            let digest = hex(&draft.digest);
            let with = [("file", file.as_str()), ("records", &records), ("digest", &digest)];
            ctx.say.text_with("cli-audit-archived", &with)
        };
        if files.is_empty() {
            ctx.say.text("cli-audit-nothing-to-archive")
        } else {
            files.iter().map(line).collect::<Vec<_>>().join("\n")
        }
    };
    let machine = || {
        let of = |(file, draft): &(String, Draft)| json!({"file": file, "records": draft.records, "from_seq": draft.from_seq, "until_seq": draft.until_seq, "sha256": hex(&draft.digest)});
        json!({"files": files.iter().map(of).collect::<Vec<_>>()})
    };
    ctx.say.answer(human, machine);
    Ok(Exit::Done)
}

fn hex(digest: &Digest) -> String {
    use std::fmt::Write;
    digest.bytes().iter().fold(String::with_capacity(64), |mut text, byte| {
        // Writing into a string cannot fail.
        let _written = write!(text, "{byte:02x}");
        text
    })
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
    // The last line, so that it can be kept elsewhere and compared (`docs/audit.md`).
    if let Some(head) = &report.head {
        let (position, chain) = (head.position.to_string(), hex(&head.chain));
        let with = [("position", position.as_str()), ("chain", &chain)];
        lines.push(ctx.say.text_with("cli-audit-head", &with));
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
        "head": report.head.map(|head| json!({"position": head.position, "chain": hex(&head.chain)})),
        "first_broken": broken,
        "late": report.late,
        "first_late": report.first_late,
    })
}
