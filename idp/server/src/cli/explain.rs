//! `idp explain PERSON`, `idp who PERMISSION UNIT`: what somebody may do and why; who may do something and why; on any day.

use idp_core::{
    office::{self, Finding, Judged, Place, Remedy, Word, World, tell},
    org::{self, AsOf, FOREVER, story::day_of},
    people,
    store::Conn,
    types::{Id, Timestamp, id},
};
use serde_json::{Value, json};

use super::{
    Ctx,
    error::{CliError, Exit},
    opened::Opened,
    units::{day, find},
};

/// Posts that one answer looks at, at most.
const MOST: i64 = 500;

/// The arguments of `explain`.
#[derive(Debug, clap::Args)]
pub(super) struct Explain {
    /// Who.
    #[arg(value_name = "LOGIN|ID")]
    person: String,
    /// On which day.
    #[arg(long, value_name = "YYYY-MM-DD")]
    at: Option<String>,
}

/// The arguments of `who`.
#[derive(Debug, clap::Args)]
pub(super) struct Who {
    /// To do what.
    #[arg(value_name = "PERMISSION")]
    permission: String,
    /// Over which unit.
    #[arg(value_name = "CODE|ID")]
    unit: String,
    /// On which day.
    #[arg(long, value_name = "YYYY-MM-DD")]
    at: Option<String>,
}

fn instant(at: Option<&str>, now: Timestamp) -> Result<Timestamp, CliError> {
    Ok(at.map(day).transpose()?.map_or(now, idp_core::types::Day::start))
}

pub(super) async fn person(conn: &mut Conn, text: &str) -> Result<Id<id::Person>, CliError> {
    if let Some(account) = people::by_login(conn, text).await? {
        return Ok(account.person);
    }
    let known = match text.parse() {
        Ok(id) => people::person(conn, id).await?.map(|found| found.id),
        Err(_) => None,
    };
    known.ok_or_else(|| CliError::Said(Exit::Wrong, "office-no-person", vec![("value", text.to_owned())]))
}

pub(super) async fn explain(ctx: &Ctx, arguments: &Explain) -> Result<Exit, CliError> {
    let opened = Opened::current(ctx).await?;
    let at = instant(arguments.at.as_deref(), opened.clock.now())?;
    let mut conn = opened.db.read().await?;
    let person = person(&mut conn, &arguments.person).await?;
    let world = office::world(&mut conn, person, at).await?;
    let posts: Vec<Judged> =
        world.posts_of(person).into_iter().map(|post| office::judge(&world, post.id, at)).collect();
    let mut lines = Vec::new();
    for judged in &posts {
        lines.extend(told(ctx, &mut conn, (&world, judged)).await?);
    }
    if posts.is_empty() {
        lines.push(ctx.say.text("office-no-posts"));
    }
    ctx.say.answer(|| lines.join("\n"), || json!({"items": posts.iter().map(view).collect::<Vec<_>>()}));
    drop(conn);
    opened.db.close().await;
    Ok(Exit::Done)
}

pub(super) async fn who(ctx: &Ctx, arguments: &Who) -> Result<Exit, CliError> {
    let wrong = || CliError::Usage("office-not-a-permission", arguments.permission.clone());
    let permission = Word::parse(&arguments.permission).map_err(|_| wrong())?;
    let opened = Opened::current(ctx).await?;
    let at = instant(arguments.at.as_deref(), opened.clock.now())?;
    let mut conn = opened.db.read().await?;
    let unit = find::named(&mut conn, &arguments.unit, AsOf::at(at)).await?.unit;
    let everywhere: Vec<Place> = org::root(&mut conn, AsOf::at(at)).await?.into_iter().map(Place::Under).collect();
    let (mut found, mut after) = (Vec::new(), None);
    loop {
        let page = office::who(&mut conn, &everywhere, (&permission, unit, at), after, MOST).await?;
        found.extend(page.found);
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    let mut lines = Vec::new();
    for one in &found {
        let with = [("person", one.person.to_string()), ("post", one.judged.post.to_string())];
        let with: Vec<(&str, &str)> = with.iter().map(|(name, value)| (*name, value.as_str())).collect();
        lines.push(ctx.say.text_with("office-who-line", &with));
        lines.extend(roles(ctx, &mut conn, &one.judged).await?);
    }
    if found.is_empty() {
        lines.push(ctx.say.text("office-who-nobody"));
    }
    let items = || found.iter().map(|one| json!({"person": one.person, "post": view(&one.judged)})).collect::<Vec<_>>();
    ctx.say.answer(|| lines.join("\n"), || json!({"items": items()}));
    drop(conn);
    opened.db.close().await;
    Ok(if found.is_empty() { Exit::Wrong } else { Exit::Done })
}

async fn told(ctx: &Ctx, conn: &mut Conn, (world, judged): (&World, &Judged)) -> Result<Vec<String>, CliError> {
    let Some(post) = world.posts.get(&judged.post) else { return Ok(Vec::new()) };
    let label = tell::unit(conn, post.unit, judged.at, ctx.say.locale).await?;
    let (from, until) = (day_of(post.span.from), tell::end(ctx.say.locale, post.window().until));
    let with = [
        ("position", post.position.as_str()),
        ("unit", label.as_str()),
        ("from", from.as_str()),
        ("until", until.as_str()),
    ];
    let mut lines = vec![ctx.say.text_with("office-post-line", &with)];
    lines.extend(judged.findings.iter().map(|finding| line(ctx, finding)));
    lines.extend(roles(ctx, conn, judged).await?);
    Ok(lines)
}

fn line(ctx: &Ctx, finding: &Finding) -> String {
    let mark = if finding.holds { '+' } else { '-' };
    let role = finding.role.as_ref().map(|role| format!("{}: ", role.as_str())).unwrap_or_default();
    format!("  {mark} {role}{}", tell::finding(ctx.say.locale, finding, &|post| post.to_string()))
}

async fn roles(ctx: &Ctx, conn: &mut Conn, judged: &Judged) -> Result<Vec<String>, CliError> {
    let mut lines = Vec::new();
    for held in judged.rights.iter().flat_map(|rights| &rights.held) {
        let over = tell::reach(conn, &held.reach, judged.at, ctx.say.locale).await?;
        let permissions: Vec<&str> = held.permissions.iter().map(Word::as_str).collect();
        let (permissions, until) = (permissions.join(", "), tell::end(ctx.say.locale, held.until));
        let with = [
            ("role", held.role.as_str()),
            ("permissions", permissions.as_str()),
            ("over", over.as_str()),
            ("until", until.as_str()),
        ];
        lines.push(format!("  = {}", ctx.say.text_with("office-held-line", &with)));
    }
    Ok(lines)
}

fn view(judged: &Judged) -> Value {
    let turn = |remedy: Remedy| match remedy {
        Remedy::None => json!(null),
        Remedy::Waits(until) => json!({"turn": "waits", "until": (until != FOREVER).then(|| until.rfc3339())}),
        Remedy::Approval => json!({"turn": "approval"}),
        Remedy::Decision => json!({"turn": "decision"}),
        Remedy::AnotherPost => json!({"turn": "another-post"}),
        Remedy::Catalogue => json!({"turn": "catalogue"}),
        Remedy::OtherPostEnds(post) => json!({"turn": "other-post-ends", "post": post}),
        Remedy::Delegator(post) => json!({"turn": "delegator", "post": post}),
    };
    let finding = |one: &Finding| {
        json!({"rule": one.rule.word(), "holds": one.holds, "role": one.role.as_ref().map(office::RoleId::as_str),
            "turns": turn(one.remedy)})
    };
    let held = |one: &office::Held| {
        json!({"role": one.role.as_str(), "permissions": one.permissions.iter().map(Word::as_str).collect::<Vec<_>>(),
            "until": (one.until != FOREVER).then(|| one.until.rfc3339())})
    };
    json!({
        "post": judged.post,
        "at": judged.at.rfc3339(),
        "findings": judged.findings.iter().map(finding).collect::<Vec<_>>(),
        "held": judged.rights.iter().flat_map(|rights| &rights.held).map(held).collect::<Vec<_>>(),
    })
}
