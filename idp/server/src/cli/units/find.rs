//! Which unit is meant, and looking for units.

use idp_core::{
    org::{
        self, AsOf, Code, CodeUse, FOREVER, Scheme,
        search::{self, Hit, Labelled},
        story::{day_of, listed},
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
    words,
};
use crate::opendata::view;

/// A unit that an argument names.
pub(in crate::cli) struct Named {
    pub(in crate::cli) unit: Id<id::Unit>,
    /// The instant at which to look: the one asked for, or the nearest at which the unit exists or the code means it.
    pub(in crate::cli) seen: AsOf,
    /// Whether that is the instant asked for.
    pub(super) then: bool,
    /// Other units that the code means at the same instant, in another scheme.
    pub(super) others: Vec<Id<id::Unit>>,
}

/// Finds the unit that an id, `SCHEME:CODE` or a code means. A code of the statistics office comes before one of another scheme; a
/// meaning at the instant before one of another time.
pub(in crate::cli) async fn named(conn: &mut Conn, text: &str, as_of: AsOf) -> Result<Named, CliError> {
    let unknown = || CliError::Said(Exit::Wrong, "units-unknown", vec![("value", text.to_owned())]);
    if let Ok(unit) = text.parse() {
        let span = org::lifetime(conn, unit).await?.ok_or_else(unknown)?;
        let (then, at) = (span.contains(as_of.at), span.nearest(as_of.at));
        return Ok(Named { unit, seen: AsOf { at, known: as_of.known }, then, others: Vec::new() });
    }
    let (scheme, value) = text.split_once(':').map_or((None, text), |(scheme, value)| (Some(scheme), value));
    let scheme = scheme.map(|word| Scheme::from_word(word).ok_or_else(unknown)).transpose()?;
    let mut uses = org::units_with_code(conn, value).await?;
    uses.retain(|one| scheme.is_none_or(|scheme| one.code.scheme() == scheme));
    uses.sort_by_key(|one| rank(one, as_of.at));
    let best = uses.first().ok_or_else(unknown)?;
    let then = best.span.contains(as_of.at);
    let at = best.span.nearest(as_of.at);
    let same_time = uses.iter().filter(|one| one.unit != best.unit && one.span.contains(at));
    let mut others: Vec<Id<id::Unit>> = same_time.map(|one| one.unit).collect();
    others.dedup();
    Ok(Named { unit: best.unit, seen: AsOf { at, known: as_of.known }, then, others })
}

/// Meanings at the instant first, then those that ended last, then those to come; the statistics code before others.
fn rank(one: &CodeUse, at: Timestamp) -> (u8, i64, u8) {
    let place = Scheme::ALL.into_iter().position(|scheme| scheme == one.code.scheme()).unwrap_or_default();
    let (time, distance) = match one.span {
        span if span.contains(at) => (0, 0),
        span if span.until <= at => (1, at.millis() - span.until.millis()),
        span => (2, span.from.millis() - at.millis()),
    };
    (time, distance, u8::try_from(place).unwrap_or(u8::MAX))
}

/// A unit's name, told apart from others of the same name.
pub(in crate::cli) async fn label(
    conn: &mut Conn,
    unit: Id<id::Unit>,
    as_of: AsOf,
    say: Say,
) -> Result<String, CliError> {
    let label = search::label(conn, unit, as_of).await?;
    Ok(label.map_or_else(|| unit.to_string(), |label: Labelled| label.text(say.locale)))
}

/// `idp units search TEXT`.
pub(super) async fn search(
    ctx: &Ctx,
    opened: &Opened,
    (text, as_of): (&str, AsOf),
    limit: usize,
) -> Result<Exit, CliError> {
    let mut conn = opened.db.read().await?;
    let hits = search::search(&mut conn, text, as_of, limit).await?;
    let mut lines = Vec::new();
    for hit in &hits {
        lines.push(line(ctx, hit));
        lines.extend(onward(ctx, &mut conn, (hit, as_of)).await?);
    }
    if hits.is_empty() {
        lines.push(ctx.say.text("units-found-none"));
    }
    ctx.say.answer(|| lines.join("\n"), || json!({"items": hits.iter().map(view::hit).collect::<Vec<_>>()}));
    Ok(if hits.is_empty() { Exit::Wrong } else { Exit::Done })
}

fn line(ctx: &Ctx, hit: &Hit) -> String {
    let codes: Vec<&Code> = hit.unit.codes.iter().filter(|code| code.scheme() != Scheme::Internal).collect();
    let codes = words::codes(codes, ctx.say);
    let label = hit.label.text(ctx.say.locale);
    let mut line =
        [label.as_str(), &codes].iter().filter(|part| !part.is_empty()).copied().collect::<Vec<_>>().join(" · ");
    if let Some(until) = hit.unit.exists.until {
        let (from, to) = (day_of(hit.unit.exists.from), day_of(last_day(until)));
        line.push_str(" · ");
        line.push_str(&ctx.say.text_with("units-from-to", &[("from", &from), ("to", &to)]));
    }
    line
}

/// The last instant of a span that ends at `until`: people say the last day, not the first one after it.
pub(in crate::cli) fn last_day(until: Timestamp) -> Timestamp {
    Timestamp::from_millis(until.millis() - 1)
}

/// Where a unit went on that is over by the instant asked for.
async fn onward(ctx: &Ctx, conn: &mut Conn, (hit, as_of): (&Hit, AsOf)) -> Result<Option<String>, CliError> {
    if hit.unit.exists.until.is_none_or(|until| until > as_of.at) {
        return Ok(None);
    }
    let all = AsOf { at: last_day(FOREVER), known: as_of.known };
    let mut names = Vec::new();
    for one in org::successors(conn, hit.unit.id, all).await?.iter().filter(|one| one.checked) {
        names.push(label(conn, one.to, AsOf { at: one.at, known: as_of.known }, ctx.say).await?);
    }
    let names = listed(&names, ctx.say.locale);
    Ok((!names.is_empty()).then(|| format!("    {}", ctx.say.text_with("units-found-onward", &[("names", &names)]))))
}
