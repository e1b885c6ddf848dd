//! `idp officials template|roles|import|undo|leave|invite|moves|drift|events`: posts from files of the personnel department, by the operator.

use std::path::{Path, PathBuf};

use clap::Subcommand;
use idp_core::{
    admin::{self, EndError},
    crypto::digest,
    office::{
        self, By, DeskError,
        import::{self, CellError, Column, Drifted, ImportError, Report, SheetError, Table},
        starter, tell,
    },
    org::AsOf,
    people::{self, InviteError},
    signin,
    store::{Conn, StoreError},
    types::Digest,
};
use serde_json::{Value, json};

use super::{
    Ctx,
    error::{CliError, Exit},
    events::{self, Events},
    explain, moves,
    opened::Opened,
    units::find,
};
use crate::{oidc, web::invitation};

/// Its arguments.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// An empty file.
    Template,
    /// The starter set of the catalogue, or one's own.
    Roles {
        /// From what.
        #[arg(value_name = "FILE")]
        file: Option<PathBuf>,
    },
    /// Posts from a file.
    Import {
        /// From what.
        #[arg(value_name = "FILE")]
        file: PathBuf,
        /// Under which key.
        #[arg(long, value_name = "KEY")]
        key: Option<String>,
        /// Nothing is written.
        #[arg(long)]
        dry_run: bool,
        /// Where to write what became of each row.
        #[arg(long, value_name = "FILE")]
        result: Option<PathBuf>,
    },
    /// Takes an import back.
    Undo {
        /// Which.
        #[arg(value_name = "KEY")]
        key: String,
    },
    /// Ends everything of somebody who leaves.
    Leave {
        /// Who.
        #[arg(value_name = "LOGIN|ID")]
        person: String,
        /// Why.
        #[arg(long, value_name = "TEXT")]
        because: String,
    },
    /// The way into a record that a list brought.
    Invite {
        /// Whose: the id of a person, or of a post of theirs.
        #[arg(value_name = "ID")]
        of: String,
    },
    /// How somebody came, moved and left.
    Moves {
        /// Who.
        #[arg(value_name = "LOGIN|ID")]
        person: String,
    },
    /// What parties are told of changed rights.
    #[command(subcommand)]
    Events(Events),
    /// Who left.
    Drift {
        /// The file of the personnel system.
        #[arg(value_name = "FILE")]
        file: PathBuf,
        /// For which unit it is whole.
        #[arg(long, value_name = "CODE|ID")]
        unit: String,
    },
}

pub(super) async fn run(ctx: &Ctx, arguments: Arguments) -> Result<Exit, CliError> {
    if matches!(arguments.what, What::Template) {
        ctx.say.raw(&import::template());
        return Ok(Exit::Done);
    }
    let opened = Opened::current(ctx).await?;
    let done = match arguments.what {
        What::Template => Ok(Exit::Done),
        What::Roles { file } => roles(ctx, &opened, file.as_deref()).await,
        What::Import { file, key, dry_run, result } => {
            let how = How { key, dry_run, result };
            run_import(ctx, &opened, &file, how).await
        }
        What::Undo { key } => undo(ctx, &opened, &key).await,
        What::Leave { person, because } => leave(ctx, &opened, (&person, &because)).await,
        What::Invite { of } => invite(ctx, &opened, &of).await,
        What::Moves { person } => moves::run(ctx, &opened, &person).await,
        What::Events(what) => events::run(ctx, &opened, what).await,
        What::Drift { file, unit } => drift(ctx, &opened, (&file, &unit)).await,
    };
    opened.db.close().await;
    done
}

fn bytes(file: &Path) -> Result<Vec<u8>, CliError> {
    std::fs::read(file).map_err(|error| unread(file, &error.to_string()))
}

fn unread(file: &Path, why: &str) -> CliError {
    let with = vec![("file", file.display().to_string()), ("why", why.to_owned())];
    CliError::Said(Exit::Wrong, "office-no-file", with)
}

async fn roles(ctx: &Ctx, opened: &Opened, file: Option<&Path>) -> Result<Exit, CliError> {
    let catalogue = match file {
        None => starter::catalogue()?,
        Some(file) => serde_json::from_slice(&bytes(file)?).map_err(|error| unread(file, &error.to_string()))?,
    };
    let (cx, catalogue) = (opened.cx(), &catalogue);
    let loaded = opened.db.write(&cx, |tx| Box::pin(starter::load(tx, &By::Operator, catalogue))).await;
    let added = loaded.map_err(|error| match error {
        DeskError::Store(error) => error.into(),
        refused => refusal(ctx, refused.word().unwrap_or_default()),
    })?;
    let counts = [added.positions, added.roles, added.separations].map(|count| count.to_string());
    let with = [("positions", counts[0].as_str()), ("roles", &counts[1]), ("separations", &counts[2])];
    ctx.say.answer(
        || ctx.say.text_with("office-roles-added", &with),
        || json!({"positions": added.positions, "roles": added.roles, "separations": added.separations}),
    );
    Ok(Exit::Done)
}

fn refusal(ctx: &Ctx, word: &str) -> CliError {
    CliError::Said(Exit::Wrong, "office-refused", vec![("why", ctx.say.text(tell::refusal(word)))])
}

/// A table from a file, with its digest; every wrong cell is told.
async fn read(ctx: &Ctx, conn: &mut Conn, file: &Path) -> Result<(Table, Digest), CliError> {
    let bytes = bytes(file)?;
    let sheet = import::read(&bytes).map_err(|error| {
        let key = match error {
            SheetError::Large => "office-sheet-large",
            SheetError::Workbook => "office-sheet-workbook",
            SheetError::Text => "office-sheet-text",
            SheetError::Empty => "office-sheet-empty",
        };
        unread(file, &ctx.say.text(key))
    })?;
    let (positions, roles) = (office::positions(conn).await?, office::roles(conn).await?);
    Ok((import::table(&sheet, &positions, &roles), digest::sha256(&bytes)))
}

fn wrong_cell(ctx: &Ctx, error: &CellError) -> String {
    let (row, column) = (error.row.to_string(), error.column.map_or("-", Column::word));
    let why = ctx.say.text(cell(error.why));
    let with = [("row", row.as_str()), ("column", column), ("value", error.value.as_str()), ("why", why.as_str())];
    ctx.say.text_with("office-cell-line", &with)
}

fn wrong_cells(ctx: &Ctx, errors: &[CellError]) -> Exit {
    let object = |error: &CellError| json!({"row": error.row, "column": error.column.map(Column::word), "why": error.why, "value": error.value});
    let human = || errors.iter().map(|error| wrong_cell(ctx, error)).collect::<Vec<_>>().join("\n");
    ctx.say.answer(human, || json!({"errors": errors.iter().map(object).collect::<Vec<_>>()}));
    Exit::Wrong
}

struct How {
    key: Option<String>,
    dry_run: bool,
    result: Option<PathBuf>,
}

/// A file with a wrong cell is not imported in part: the personnel department sends it again, whole.
async fn run_import(ctx: &Ctx, opened: &Opened, file: &Path, how: How) -> Result<Exit, CliError> {
    let mut conn = opened.db.read().await?;
    let (mut table, digest) = read(ctx, &mut conn, file).await?;
    import::place(&mut conn, &mut table, opened.clock.now()).await?;
    drop(conn);
    if !table.errors.is_empty() {
        return Ok(wrong_cells(ctx, &table.errors));
    }
    let (cx, key) = (opened.cx(), how.key.unwrap_or_else(|| digest.hex()));
    let report = if how.dry_run {
        import::attempt(&opened.db, &cx, &By::Operator, &table.rows).await
    } else {
        import::run(&opened.db, &cx, &By::Operator, (&key, digest), &table.rows).await
    };
    let report = report.map_err(|error| import_error(error, &key))?;
    if let Some(path) = &how.result {
        std::fs::write(path, result_file(ctx, &report)).map_err(|error| unread(path, &error.to_string()))?;
    }
    let refused = report.done.iter().any(|done| done.outcome.why().is_some());
    tell(ctx, &report, &key);
    Ok(if refused { Exit::Wrong } else { Exit::Done })
}

fn import_error(error: ImportError, key: &str) -> CliError {
    let with = vec![("key", key.to_owned())];
    match error {
        ImportError::OtherFile => CliError::Said(Exit::Wrong, "office-import-other-file", with),
        ImportError::Unknown => CliError::Said(Exit::Wrong, "office-import-unknown", with),
        ImportError::Store(error) => error.into(),
    }
}

fn tell(ctx: &Ctx, report: &Report, key: &str) {
    let count = |word: &str| report.done.iter().filter(|done| done.outcome.word() == word).count();
    let human = || {
        let counts = ["new", "waits", "changed", "same", "refused"].map(|word| count(word).to_string());
        let names = ["new", "waits", "changed", "same", "refused"];
        let with: Vec<(&str, &str)> = names.into_iter().zip(counts.iter().map(String::as_str)).collect();
        let refused = report.done.iter().filter_map(|done| Some((done.row.to_string(), done.outcome.why()?)));
        let refused = refused.map(|(row, word)| {
            ctx.say.text_with("office-row-refused", &[("row", &row), ("why", &ctx.say.text(tell::refusal(word)))])
        });
        let summary = if report.import.is_some() {
            let done = ctx.say.text_with("office-import-done", &with);
            format!("{done}\n{}", ctx.say.text_with("office-import-key", &[("key", key)]))
        } else {
            ctx.say.text_with("office-import-would", &with)
        };
        refused.chain([summary]).collect::<Vec<_>>().join("\n")
    };
    let row = |done: &import::Done| json!({"row": done.row, "outcome": done.outcome.word(), "why": done.outcome.why(), "post": done.post});
    let machine = || -> Value {
        json!({"import": report.import, "key": report.import.map(|_| key), "rows": report.done.iter().map(row).collect::<Vec<_>>()})
    };
    ctx.say.answer(human, machine);
}

/// What became of each row, as a table that a spreadsheet opens without running anything of it.
fn result_file(ctx: &Ctx, report: &Report) -> String {
    let cell = |text: &str| format!("\"{}\"", import::guard(text).replace('"', "\"\""));
    let row = |done: &import::Done| {
        let because = done.outcome.why().map(|word| ctx.say.text(tell::refusal(word))).unwrap_or_default();
        let post = done.post.map(|post| post.to_string()).unwrap_or_default();
        format!("{},{},{},{}\r\n", done.row, done.outcome.word(), cell(&post), cell(&because))
    };
    // The mark at the beginning tells spreadsheets that the text is UTF-8.
    format!("\u{feff}row,outcome,post,why\r\n{}", report.done.iter().map(row).collect::<String>())
}

async fn undo(ctx: &Ctx, opened: &Opened, key: &str) -> Result<Exit, CliError> {
    let cx = opened.cx();
    let found = import::by_key(&mut opened.db.read().await?, key).await?;
    let undone = match found {
        Some(found) => import::undo(&opened.db, &cx, &By::Operator, found.id).await,
        None => Err(ImportError::Unknown),
    };
    let undone = undone.map_err(|error| import_error(error, key))?;
    let (back, left) = (undone.back.to_string(), undone.left.to_string());
    ctx.say.answer(
        || ctx.say.text_with("office-import-undone", &[("back", &back), ("left", &left)]),
        || json!({"back": undone.back, "left": undone.left}),
    );
    Ok(if undone.left == 0 { Exit::Done } else { Exit::Wrong })
}

/// Why somebody cannot leave.
enum Unable {
    /// An office of the register cannot be ended.
    Administers(EndError),
    /// A post cannot.
    Serves(DeskError),
}

impl From<DeskError> for Unable {
    fn from(error: DeskError) -> Self {
        Self::Serves(error)
    }
}

impl From<StoreError> for Unable {
    fn from(error: StoreError) -> Self {
        Self::Serves(error.into())
    }
}

/// Posts, offices, sessions and tokens end in one write: there is no moment in which one of them outlives the others.
async fn leave(ctx: &Ctx, opened: &Opened, (who, because): (&str, &str)) -> Result<Exit, CliError> {
    let person = explain::person(&mut opened.db.read().await?, who).await?;
    let cx = opened.cx();
    let left = opened.db.write(&cx, |tx| {
        Box::pin(async move {
            let offices = admin::leave(tx, admin::By::Operator, person, because).await.map_err(Unable::Administers)?;
            let left = signin::leave_office(tx, &By::Operator, person, because).await?;
            oidc::end_grants_of(tx, person, signin::LEFT_OFFICE).await?;
            Ok::<_, Unable>((offices, left))
        })
    });
    let (offices, left) = left.await.map_err(|error| match error {
        Unable::Administers(error) => super::admin::unended(error),
        Unable::Serves(DeskError::Store(error)) => error.into(),
        Unable::Serves(refused) => refusal(ctx, refused.word().unwrap_or_default()),
    })?;
    let counts =
        [left.posts as u64, offices as u64, left.sessions, left.credentials as u64].map(|count| count.to_string());
    let names = ["posts", "offices", "sessions", "credentials"];
    let with: Vec<(&str, &str)> = names.into_iter().zip(counts.iter().map(String::as_str)).collect();
    ctx.say.answer(
        || ctx.say.text_with("office-left", &with),
        || json!({"posts": left.posts, "offices": offices, "sessions": left.sessions, "credentials": left.credentials}),
    );
    Ok(Exit::Done)
}

/// Makes the link at which an official whom a list brought makes their account. `of` may be a post: the file of results names posts.
async fn invite(ctx: &Ctx, opened: &Opened, of: &str) -> Result<Exit, CliError> {
    let mut conn = opened.db.read().await?;
    let post = match of.parse() {
        Ok(post) => office::assignment(&mut conn, post).await?,
        Err(_) => None,
    };
    let person = match post {
        Some(found) => found.post.person,
        None => explain::person(&mut conn, of).await?,
    };
    drop(conn);
    let cx = opened.cx();
    let made = opened.db.write(&cx, |tx| Box::pin(people::invite(tx, person))).await;
    let (link, ends_at) = made.map_err(|error| match error {
        InviteError::Nobody => CliError::Said(Exit::Wrong, "office-invite-nobody", vec![]),
        InviteError::HasAccount => CliError::Said(Exit::Wrong, "office-invite-has-account", vec![]),
        InviteError::Store(error) => error.into(),
    })?;
    let (link, until) = (invitation::address(opened.loaded.config.server.public_url.as_str(), &link), ends_at.show());
    let with = [("link", link.as_str()), ("time", until.as_str())];
    ctx.say.answer(
        || ctx.say.text_with("office-invited", &with),
        || json!({"person": person, "link": link, "ends_at": ends_at.rfc3339()}),
    );
    Ok(Exit::Done)
}

async fn drift(ctx: &Ctx, opened: &Opened, (file, unit): (&Path, &str)) -> Result<Exit, CliError> {
    let mut conn = opened.db.read().await?;
    let (table, _) = read(ctx, &mut conn, file).await?;
    if !table.errors.is_empty() {
        return Ok(wrong_cells(ctx, &table.errors));
    }
    let at = opened.clock.now();
    let top = find::named(&mut conn, unit, AsOf::at(at)).await?.unit;
    let drift = import::drift(&mut conn, (&[office::Place::Under(top)], at), &table.rows).await?;
    let mut lines = Vec::new();
    for one in &drift.found {
        lines.push(match one {
            Drifted::Left { person, post, unit } => {
                let label = find::label(&mut conn, *unit, AsOf::at(at), ctx.say).await?;
                let ids = (person.to_string(), post.to_string());
                let with = [("person", ids.0.as_str()), ("post", ids.1.as_str()), ("unit", label.as_str())];
                ctx.say.text_with("office-drift-left", &with)
            }
            Drifted::Missing { row } => ctx.say.text_with("office-drift-missing", &[("row", &row.to_string())]),
            Drifted::Unclear { row } => ctx.say.text_with("office-drift-unclear", &[("row", &row.to_string())]),
        });
    }
    lines.push(ctx.say.text_with("office-drift-agree", &[("count", &drift.agree.to_string())]));
    let object = |one: &Drifted| match one {
        Drifted::Left { person, post, unit } => json!({"kind": "left", "person": person, "post": post, "unit": unit}),
        Drifted::Missing { row } => json!({"kind": "missing", "row": row}),
        Drifted::Unclear { row } => json!({"kind": "unclear", "row": row}),
    };
    let machine = || json!({"agree": drift.agree, "items": drift.found.iter().map(object).collect::<Vec<_>>()});
    ctx.say.answer(|| lines.join("\n"), machine);
    Ok(if drift.found.is_empty() { Exit::Done } else { Exit::Wrong })
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
        "day" => "office-cell-day",
        "order" => "office-cell-order",
        "twice" => "office-cell-twice",
        "unit" => "office-cell-unit",
        _ => "office-cell-header",
    }
}
