//! `idp officials list`: posts that have not ended, and which of them nobody uses.

use idp_core::{
    office::{self, Assignment, Filter, Labels, Place, tell, units_of},
    org::{self, AsOf, FOREVER, story::day_of},
    store::Conn,
    types::{Id, Timestamp, id},
};
use serde_json::{Value, json};

use super::super::{
    Ctx,
    error::{CliError, Exit},
    opened::Opened,
    units::find,
};

/// Posts that one statement reads.
const AT_ONCE: i64 = 500;

/// Which posts.
#[derive(Debug, clap::Args)]
pub(super) struct List {
    /// Below which unit.
    #[arg(long, value_name = "CODE|ID")]
    unit: Option<String>,
    /// Only those in which nobody acted for 45 days.
    #[arg(long)]
    dormant: bool,
}

pub(super) async fn run(ctx: &Ctx, opened: &Opened, which: &List) -> Result<Exit, CliError> {
    let (now, mut conn) = (opened.clock.now(), opened.db.read().await?);
    let top = match &which.unit {
        Some(unit) => Some(find::named(&mut conn, unit, AsOf::at(now)).await?.unit),
        None => org::root(&mut conn, AsOf::at(now)).await?,
    };
    let places: Vec<Place> = top.into_iter().map(Place::Under).collect();
    let filter = Filter { dormant: which.dormant.then_some(true), ..Filter::default() };
    let found = all(&mut conn, (&places, now), &filter).await?;
    let units = found.iter().flat_map(|one| units_of(&one.post));
    let units: Vec<Id<id::Unit>> = units.collect();
    let units = tell::units(&mut conn, units, now, ctx.say.locale).await?;
    let labels = Labels::load(&mut conn, ctx.say.locale).await?;
    drop(conn);
    let line = |one: &Assignment| {
        let post = &one.post;
        let ids = (post.id.to_string(), post.person.to_string());
        let unit = units.get(&post.unit).map_or("", String::as_str);
        let (position, used) = (labels.position(&post.position), one.last_used_at.unwrap_or(one.created_at));
        let (until, used) = (tell::until(labels.locale, post.window().until), day_of(used));
        let with = [
            ("post", ids.0.as_str()),
            ("person", ids.1.as_str()),
            ("position", position.as_str()),
            ("unit", unit),
            ("until", until.as_str()),
            ("used", used.as_str()),
        ];
        ctx.say.text_with(if one.dormant_at.is_some() { "office-list-dormant" } else { "office-list-line" }, &with)
    };
    let human = || {
        let count = ctx.say.text_with("office-list-count", &[("count", &found.len().to_string())]);
        found.iter().map(line).chain([count]).collect::<Vec<_>>().join("\n")
    };
    ctx.say.answer(human, || json!({"items": found.iter().map(view).collect::<Vec<_>>()}));
    Ok(Exit::Done)
}

async fn all(
    conn: &mut Conn,
    (places, now): (&[Place], Timestamp),
    filter: &Filter,
) -> Result<Vec<Assignment>, CliError> {
    let mut found: Vec<Assignment> = Vec::new();
    loop {
        let after = found.last().map(|one| one.post.id);
        let page = office::posts_in(conn, (places, now), filter, after, AT_ONCE).await?;
        let more = page.len() as i64 == AT_ONCE;
        found.extend(page);
        if !more {
            return Ok(found);
        }
    }
}

fn view(one: &Assignment) -> Value {
    let post = &one.post;
    json!({
        "post": post.id, "person": post.person, "unit": post.unit, "position": post.position.as_str(),
        "state": post.state.word(), "from": post.span.from.rfc3339(),
        "until": Some(post.window().until).filter(|until| *until != FOREVER).map(Timestamp::rfc3339),
        "last_used_at": one.last_used_at.map(Timestamp::rfc3339), "dormant_at": one.dormant_at.map(Timestamp::rfc3339),
    })
}
