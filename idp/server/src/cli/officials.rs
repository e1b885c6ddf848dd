//! `idp officials template|roles|import|undo|leave|invite|moves|drift|list|events`: posts from files of the personnel department, by the operator.

mod files;
mod list;
mod words;

use std::path::{Path, PathBuf};

use clap::Subcommand;
use idp_core::{
    admin::{self, EndError},
    crypto::digest,
    office::{
        self, By, DeskError,
        import::{self, Drifted, ImportError, SheetError, Table},
        starter, tell,
    },
    org::AsOf,
    people::{self, InviteError},
    signin,
    store::{Conn, StoreError},
    types::Digest,
};
use serde_json::json;

use files::{How, import_error, wrong_cells};
use list::List;

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
    /// Posts that have not ended.
    List(List),
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
            files::run(ctx, &opened, &file, how).await
        }
        What::Undo { key } => undo(ctx, &opened, &key).await,
        What::Leave { person, because } => leave(ctx, &opened, (&person, &because)).await,
        What::Invite { of } => invite(ctx, &opened, &of).await,
        What::Moves { person } => moves::run(ctx, &opened, &person).await,
        What::Events(what) => events::run(ctx, &opened, what).await,
        What::Drift { file, unit } => drift(ctx, &opened, (&file, &unit)).await,
        What::List(which) => list::run(ctx, &opened, &which).await,
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
