//! `idp explain PERSON`, `idp who PERMISSION UNIT`: what somebody may do and why; who may do something and why; on any day.

use std::collections::HashMap;

use idp_core::{
    office::{self, Finding, Judged, Labels, Place, Post, Remedy, Word, World, tell},
    org::{self, AsOf, FOREVER, story::day_of},
    people,
    store::{Conn, StoreError},
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
    let teller = Teller { ctx, labels: Labels::load(&mut conn, ctx.say.locale).await?, at };
    let names = teller.names(&mut conn, &world).await?;
    let mut lines = Vec::new();
    for judged in &posts {
        lines.extend(teller.told(&mut conn, (&world, judged), &names).await?);
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
    let teller = Teller { ctx, labels: Labels::load(&mut conn, ctx.say.locale).await?, at };
    let mut lines = Vec::new();
    for one in &found {
        let post = office::assignment(&mut conn, one.judged.post).await?;
        let post = match &post {
            Some(found) => teller.name(&mut conn, &found.post).await?,
            None => one.judged.post.to_string(),
        };
        lines.push(ctx.say.text_with("office-who-line", &[("person", &one.person.to_string()), ("post", &post)]));
        lines.extend(teller.roles(&mut conn, &one.judged).await?);
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

/// A word of the catalogue as people read it, and as operators write it.
fn labelled(label: String, word: &str) -> String {
    if label == word { label } else { format!("{label} [{word}]") }
}

/// Everything that turning judgements into lines needs.
struct Teller<'c> {
    ctx: &'c Ctx,
    labels: Labels,
    at: Timestamp,
}

impl Teller<'_> {
    /// A post, told apart from every other one.
    async fn name(&self, conn: &mut Conn, post: &Post) -> Result<String, StoreError> {
        let position = labelled(self.labels.position(&post.position), post.position.as_str());
        let unit = tell::unit(conn, post.unit, self.at, self.labels.locale).await?;
        Ok(format!("{position} \u{b7} {unit} \u{b7} {}", post.id))
    }

    /// Every post that an explanation may name.
    async fn names(&self, conn: &mut Conn, world: &World) -> Result<HashMap<Id<id::Assignment>, String>, StoreError> {
        let mut names = HashMap::new();
        for post in world.posts.values() {
            names.insert(post.id, self.name(conn, post).await?);
        }
        Ok(names)
    }

    async fn told(
        &self,
        conn: &mut Conn,
        (world, judged): (&World, &Judged),
        names: &HashMap<Id<id::Assignment>, String>,
    ) -> Result<Vec<String>, CliError> {
        let (Some(post), Some(name)) = (world.posts.get(&judged.post), names.get(&judged.post)) else {
            return Ok(Vec::new());
        };
        let (from, until) = (day_of(post.span.from), tell::until(self.labels.locale, post.window().until));
        let kind = self.ctx.say.text(tell::kind(post.kind));
        let with = [("post", name.as_str()), ("kind", &kind), ("from", &from), ("until", &until)];
        let mut lines = vec![self.ctx.say.text_with("office-post-line", &with)];
        lines.extend(judged.findings.iter().map(|finding| self.line(finding, names)));
        lines.extend(self.roles(conn, judged).await?);
        Ok(lines)
    }

    fn line(&self, finding: &Finding, names: &HashMap<Id<id::Assignment>, String>) -> String {
        let mark = if finding.holds { '+' } else { '-' };
        let role = finding.role.as_ref();
        let role =
            role.map(|role| format!("{}: ", labelled(self.labels.role(role), role.as_str()))).unwrap_or_default();
        let name = |post: Id<id::Assignment>| names.get(&post).cloned().unwrap_or_else(|| post.to_string());
        format!("  {mark} {role}{}", tell::finding(self.labels.locale, finding, &name))
    }

    /// What is held in a post: a line for each role, and under it one for each thing that it permits.
    async fn roles(&self, conn: &mut Conn, judged: &Judged) -> Result<Vec<String>, CliError> {
        let locale = self.labels.locale;
        let mut lines = Vec::new();
        for held in judged.rights.iter().flat_map(|rights| &rights.held) {
            let role = labelled(self.labels.role(&held.role), held.role.as_str());
            let over = tell::reach(conn, &held.reach, judged.at, locale).await?;
            let with = [("role", role.as_str()), ("over", &over), ("until", &tell::until(locale, held.until))];
            lines.push(format!("  = {}", self.ctx.say.text_with("office-held-line", &with)));
            let permitted = held.permissions.iter().map(|word| labelled(tell::permission(locale, word), word.as_str()));
            lines.extend(permitted.map(|permission| format!("      {permission}")));
        }
        Ok(lines)
    }
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
