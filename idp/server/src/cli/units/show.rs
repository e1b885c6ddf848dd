//! One unit: what it is, what became of it, its history.

use idp_core::{
    org::{
        self, Aliases, AsOf, FOREVER, Scheme, Share, Span, Succession, UnitView,
        search::in_language,
        story::{self, day_of},
    },
    store::Conn,
    types::{Id, Timestamp, id},
};
use serde_json::json;

use super::{
    super::{
        Ctx,
        error::{CliError, Exit},
        opened::Opened,
        say::Say,
    },
    When,
    find::{Named, label, last_day, named},
    words,
};
use crate::opendata::view::{self, Unchecked};

/// Columns of the names of fields.
const WIDTH: usize = 24;
/// Others named on one page at most; programs get all of them.
const MOST: usize = 12;

/// `idp units show`.
pub(super) async fn show(ctx: &Ctx, opened: &Opened, text: &str, when: When) -> Result<Exit, CliError> {
    let mut conn = opened.db.read().await?;
    let found = named(&mut conn, text, when.as_of).await?;
    let view = org::unit(&mut conn, found.unit, found.seen).await?;
    let Some(view) = view else {
        return Err(CliError::Said(Exit::Wrong, "units-unknown", vec![("value", text.to_owned())]));
    };
    if ctx.say.json {
        let mut whole = view::whole(&mut conn, found.unit, found.seen, Unchecked::Marked).await?.unwrap_or_default();
        whole["seen_on"] = found.seen.at.day().to_string().into();
        whole["exists"] = found.then.into();
        ctx.say.answer(String::new, || whole);
        return Ok(Exit::Done);
    }
    let lines = page(ctx, &mut conn, (&view, &found), (text, when)).await?;
    ctx.say.answer(|| lines.join("\n"), || json!(null));
    Ok(Exit::Done)
}

/// The page of one unit, for people.
async fn page(
    ctx: &Ctx,
    conn: &mut Conn,
    (view, found): (&UnitView, &Named),
    (text, when): (&str, When),
) -> Result<Vec<String>, CliError> {
    let say = ctx.say;
    let mut lines = remarks(ctx, conn, found, (text, when)).await?;
    lines.push(label(conn, found.unit, found.seen, say).await?);
    let row = &view.row;
    let level = format!("{} · {}", words::label(&row.level, say.locale), words::label(&row.form, say.locale));
    field(say, &mut lines, "units-field-kind", &say.text(words::kind(row.kind)));
    field(say, &mut lines, "units-field-level", &level);
    field(say, &mut lines, "units-field-codes", &words::codes(&row.codes, say));
    let above: Vec<&str> = view.path.iter().rev().skip(1).map(|step| in_language(&step.name, say.locale)).collect();
    field(say, &mut lines, "units-field-parent", &above.join(", "));
    let exists = Span { from: row.exists.from, until: row.exists.until.unwrap_or(FOREVER) };
    field(say, &mut lines, "units-field-exists", &span(say, exists));
    if let Some(head) = &view.head {
        field(say, &mut lines, "units-field-head", &head.title);
    }
    let under = children(conn, found).await?;
    if under > 0 {
        field(say, &mut lines, "units-field-children", &under.to_string());
    }
    let before = org::predecessors(conn, found.unit, all_times(found.seen)).await?;
    let before = story::nearest(conn, before).await?;
    others(ctx, conn, ("units-field-before", &before, End::From), &mut lines).await?;
    let after = org::successors(conn, found.unit, all_times(found.seen)).await?;
    others(ctx, conn, ("units-field-after", &after, End::To), &mut lines).await?;
    aliases(say, &org::aliases(conn, found.unit).await?, view, &mut lines);
    field(say, &mut lines, "units-field-source", view.provenance.as_deref().unwrap_or_default());
    field(say, &mut lines, "units-field-id", &found.unit.to_string());
    Ok(lines)
}

/// What must be said before the unit itself: of which day this is, and what else the code means.
async fn remarks(
    ctx: &Ctx,
    conn: &mut Conn,
    found: &Named,
    (text, when): (&str, When),
) -> Result<Vec<String>, CliError> {
    let (at, seen) = (day_of(when.as_of.at), day_of(found.seen.at));
    let mut lines = Vec::new();
    lines.push(match when.as_of.known {
        _ if !found.then => ctx.say.text_with("units-not-then", &[("at", &at), ("seen", &seen)]),
        Some(known) => ctx.say.text_with("units-as-of-known", &[("at", &at), ("known", &day_of(known))]),
        None => ctx.say.text_with("units-as-of", &[("at", &at)]),
    });
    if !found.others.is_empty() {
        let mut names = Vec::new();
        for other in &found.others {
            names.push(label(conn, *other, found.seen, ctx.say).await?);
        }
        let others = story::listed(&names, ctx.say.locale);
        lines.push(ctx.say.text_with("units-also", &[("value", text), ("others", &others)]));
    }
    lines.push(String::new());
    Ok(lines)
}

/// All that is known of what came before and after.
const fn all_times(seen: AsOf) -> AsOf {
    AsOf { at: Timestamp::from_millis(FOREVER.millis() - 1), known: seen.known }
}

fn field(say: Say, lines: &mut Vec<String>, key: &str, value: &str) {
    if !value.is_empty() {
        lines.push(format!("  {:WIDTH$}{value}", say.text(key)));
    }
}

fn span(say: Say, span: Span) -> String {
    let from = day_of(span.from);
    if span.until == FOREVER {
        return say.text_with("units-since", &[("from", &from)]);
    }
    say.text_with("units-from-to", &[("from", &from), ("to", &day_of(last_day(span.until)))])
}

async fn children(conn: &mut Conn, found: &Named) -> Result<usize, CliError> {
    let filter = org::Filter { level: None, under: Some(found.unit), direct: true };
    Ok(org::list(conn, &filter, found.seen, None, 10_000).await?.len())
}

/// Which end of a succession is the other unit.
#[derive(Clone, Copy)]
enum End {
    From,
    To,
}

impl End {
    /// The other unit, and an instant at which it is there.
    fn of(self, one: &Succession) -> (Id<id::Unit>, Timestamp) {
        match self {
            Self::From => (one.from, last_day(one.at)),
            Self::To => (one.to, one.at),
        }
    }
}

/// Other units, one line each.
async fn others(
    ctx: &Ctx,
    conn: &mut Conn,
    (key, successions, end): (&str, &[Succession], End),
    lines: &mut Vec<String>,
) -> Result<(), CliError> {
    for (place, one) in successions.iter().take(MOST).enumerate() {
        let sentence = other(ctx, conn, (one, end)).await?;
        let name = if place == 0 { ctx.say.text(key) } else { String::new() };
        lines.push(format!("  {name:WIDTH$}{sentence}"));
    }
    if successions.len() > MOST {
        let count = (successions.len() - MOST).to_string();
        lines.push(format!("  {:WIDTH$}{}", "", ctx.say.text_with("units-tree-more", &[("count", &count)])));
    }
    Ok(())
}

async fn other(ctx: &Ctx, conn: &mut Conn, (one, end): (&Succession, End)) -> Result<String, CliError> {
    let (unit, at) = end.of(one);
    let name = label(conn, unit, AsOf::at(at), ctx.say).await?;
    let key = match (one.checked, one.share) {
        (false, _) => "units-unchecked",
        (true, Share::Whole) => "units-whole",
        (true, Share::Part) if one.is_default && matches!(end, End::To) => "units-part-proposed",
        (true, Share::Part) => "units-part",
    };
    Ok(ctx.say.text_with(key, &[("name", &name)]))
}

/// Names and codes of other times.
fn aliases(say: Say, aliases: &Aliases, view: &UnitView, lines: &mut Vec<String>) {
    let names = aliases.names.iter().filter(|name| name.value != view.row.name);
    let names = names.map(|name| format!("{} ({})", in_language(&name.value, say.locale), span(say, name.span)));
    field(say, lines, "units-field-other-names", &names.collect::<Vec<_>>().join(", "));
    let codes = aliases
        .codes
        .iter()
        .filter(|code| !view.row.codes.contains(&code.value) && code.value.scheme() != Scheme::Internal);
    let codes = codes.map(|code| format!("{} ({})", words::codes([&code.value], say), span(say, code.span)));
    field(say, lines, "units-field-other-codes", &codes.collect::<Vec<_>>().join(", "));
}

/// `idp units successors`.
pub(super) async fn successors(ctx: &Ctx, opened: &Opened, text: &str, when: When) -> Result<Exit, CliError> {
    let mut conn = opened.db.read().await?;
    let found = named(&mut conn, text, when.as_of).await?;
    let name = label(&mut conn, found.unit, found.seen, ctx.say).await?;
    if ctx.say.json {
        let successors = view::successors(&mut conn, found.unit, Unchecked::Marked).await?;
        ctx.say.answer(String::new, || json!({"unit": found.unit, "name": name, "successors": successors}));
        return Ok(Exit::Done);
    }
    let after = org::successors(&mut conn, found.unit, all_times(found.seen)).await?;
    let mut lines = Vec::new();
    if after.is_empty() {
        let (key, at) =
            if found.then { ("units-still-there", day_of(when.now)) } else { ("units-no-successor", String::new()) };
        lines.push(ctx.say.text_with(key, &[("name", &name), ("at", &at)]));
    } else {
        lines.push(format!("{name} ({})", last_name_day(ctx, &mut conn, &found).await?));
    }
    for one in &after {
        lines.push(format!("  → {}", other(ctx, &mut conn, (one, End::To)).await?));
    }
    ctx.say.answer(|| lines.join("\n"), || json!(null));
    Ok(Exit::Done)
}

async fn last_name_day(ctx: &Ctx, conn: &mut Conn, found: &Named) -> Result<String, CliError> {
    let lifetime = org::lifetime(conn, found.unit).await?;
    Ok(lifetime.map(|lifetime| span(ctx.say, lifetime)).unwrap_or_default())
}

/// `idp units story`.
pub(super) async fn story(ctx: &Ctx, opened: &Opened, text: &str, when: When) -> Result<Exit, CliError> {
    let mut conn = opened.db.read().await?;
    let found = named(&mut conn, text, when.as_of).await?;
    let name = label(&mut conn, found.unit, found.seen, ctx.say).await?;
    let chapters: Vec<_> =
        story::story(&mut conn, found.unit).await?.iter().map(|chapter| chapter.told(ctx.say.locale)).collect();
    let human = || {
        let mut lines = vec![name.clone()];
        for told in &chapters {
            let basis = told.basis.as_deref().map(|basis| format!(" · {basis}")).unwrap_or_default();
            lines.push(format!("\n{}{basis}", told.day));
            lines.extend(told.sentences.iter().map(|sentence| format!("  {sentence}")));
        }
        if chapters.is_empty() {
            lines.push(ctx.say.text("units-story-none"));
        }
        lines.join("\n")
    };
    let machine = || {
        let told =
            chapters.iter().map(|told| json!({"day": told.day, "basis": told.basis, "sentences": told.sentences}));
        json!({"unit": found.unit, "name": name, "chapters": told.collect::<Vec<_>>()})
    };
    ctx.say.answer(human, machine);
    Ok(Exit::Done)
}
