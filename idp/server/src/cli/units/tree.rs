//! `idp units tree`: units under a unit, as of any day.

use futures_util::{FutureExt, future::BoxFuture};
use idp_core::{
    org::{self, AsOf, UnitRow, search::in_language},
    store::Conn,
    types::{Id, id},
};
use serde_json::{Value, json};

use super::{
    super::{
        Ctx,
        error::{CliError, Exit},
        opened::Opened,
    },
    When,
    find::named,
    words,
};
use crate::opendata::view;

/// Units shown under one, at most; a country's communes do not fit on a screen, and `--json` is for programs.
const MOST: usize = 200;

/// `idp units tree`.
pub(super) async fn tree(
    ctx: &Ctx,
    opened: &Opened,
    text: Option<&str>,
    (when, depth): (When, u16),
) -> Result<Exit, CliError> {
    let mut conn = opened.db.read().await?;
    let (unit, as_of) = if let Some(text) = text {
        let found = named(&mut conn, text, when.as_of).await?;
        (found.unit, found.seen)
    } else {
        let root = org::root(&mut conn, when.as_of).await?;
        (root.ok_or_else(|| CliError::Said(Exit::Wrong, "units-empty", Vec::new()))?, when.as_of)
    };
    let root = org::units(&mut conn, &[unit], as_of).await?.pop();
    let Some(root) = root else { return Err(CliError::Said(Exit::Wrong, "units-empty", Vec::new())) };
    let grown = grow(&mut conn, root, (as_of, depth)).await?;
    let human = || {
        let mut lines = Vec::new();
        draw(ctx, &grown, 0, &mut lines);
        lines.join("\n")
    };
    ctx.say.answer(human, || grown.json());
    Ok(Exit::Done)
}

/// A unit with those under it.
struct Node {
    row: UnitRow,
    under: Vec<Node>,
    /// How many more are under it than are shown.
    more: usize,
}

impl Node {
    fn json(&self) -> Value {
        let mut value = view::row(&self.row);
        value["children"] = self.under.iter().map(Self::json).collect();
        if self.more > 0 {
            value["more_children"] = json!(self.more);
        }
        value
    }
}

fn grow(conn: &mut Conn, row: UnitRow, (as_of, depth): (AsOf, u16)) -> BoxFuture<'_, Result<Node, CliError>> {
    async move {
        if depth == 0 || !row.has_children {
            return Ok(Node { row, under: Vec::new(), more: 0 });
        }
        let mut children = every_child(conn, row.id, as_of).await?;
        let more = children.len().saturating_sub(MOST);
        children.truncate(MOST);
        let mut under = Vec::with_capacity(children.len());
        for child in children {
            under.push(grow(conn, child, (as_of, depth - 1)).await?);
        }
        Ok(Node { row, under, more })
    }
    .boxed()
}

async fn every_child(conn: &mut Conn, unit: Id<id::Unit>, as_of: AsOf) -> Result<Vec<UnitRow>, CliError> {
    Ok(org::children(conn, unit, as_of, None, 10_000).await?)
}

fn draw(ctx: &Ctx, node: &Node, depth: usize, lines: &mut Vec<String>) {
    let shown = node.row.codes.iter().filter(|code| code.scheme() != org::Scheme::Internal);
    let codes = words::codes(shown, ctx.say);
    let codes = if codes.is_empty() { codes } else { format!(" · {codes}") };
    lines.push(format!("{}{}{codes}", "  ".repeat(depth), in_language(&node.row.name, ctx.say.locale)));
    for child in &node.under {
        draw(ctx, child, depth + 1, lines);
    }
    if node.more > 0 {
        let more = ctx.say.text_with("units-tree-more", &[("count", &node.more.to_string())]);
        lines.push(format!("{}{more}", "  ".repeat(depth + 1)));
    }
}
