//! What an official may do, and why: every post with its rights at an instant, now or on another day.

use std::collections::{BTreeSet, HashMap};

use axum::{http::StatusCode, response::Response};
use idp_core::{
    office::{Finding, Held, Judged, Post, RoleId, World, import, tell},
    org::story::day_of,
    store::{Conn, StoreError},
    types::{Locale, Timestamp},
};

use super::{
    official::{self, Labels, PostId},
    own::{holder, locale, nav},
};
use crate::web::{
    Halt, Visit,
    page::{AccountPosts, Errors, PostCard, RefusedLines, RightLines, Said, Tab, render_with},
};

pub(super) const PATH: &str = "/account/posts";

/// `GET /account/posts`; `at`: on which day.
pub(super) async fn page(visit: Visit) -> Result<Response, Halt> {
    let live = holder(&visit, PATH).await?;
    let locale = locale(&visit, &live).await?;
    let typed = visit.query.get("at").unwrap_or_default().trim().to_owned();
    let day = import::day(&typed);
    // Today means now: a post may begin or end within the day.
    let at = day.filter(|day| *day != visit.now().day()).map_or(visit.now(), idp_core::types::Day::start);
    let mut conn = visit.house.db.read().await?;
    let (world, judged) = official::judged(&mut conn, live.person, at).await?;
    let labels = Labels::load(&mut conn, locale).await?;
    let teller = Teller { visit: &visit, names: names(&mut conn, &labels, &world, at).await?, labels, at };
    let mut posts = Vec::new();
    for one in &judged {
        if let Some(post) = world.posts.get(&one.post) {
            posts.push(teller.card(&mut conn, (&world, post), one).await?);
        }
    }
    drop(conn);
    let wrong = !typed.is_empty() && day.is_none();
    let errors = if wrong { Errors::none().field("at", Said::new("posts-err-day")) } else { Errors::none() };
    let status = if wrong { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let page = AccountPosts {
        c: visit.house.chrome(visit.look(locale), visit.keep_locale(PATH), String::new()),
        nav: nav(&visit, Tab::Posts),
        errors,
        day: day.map(|day| day_of(day.start())),
        typed,
        locale_chosen: visit.chosen_locale().map(Locale::tag),
        posts,
        delegations_href: visit.keep_locale(super::delegations::PATH),
        approvals_href: visit.keep_locale(super::approvals::PATH),
    };
    Ok(render_with(status, &page))
}

/// Every post that an explanation may name.
async fn names(
    conn: &mut Conn,
    labels: &Labels,
    world: &World,
    at: Timestamp,
) -> Result<HashMap<PostId, String>, StoreError> {
    let mut names = HashMap::new();
    for post in world.posts.values() {
        names.insert(post.id, labels.name(conn, post, at).await?);
    }
    Ok(names)
}

/// Everything that turning a judgement into sentences needs.
struct Teller<'v> {
    visit: &'v Visit,
    labels: Labels,
    names: HashMap<PostId, String>,
    at: Timestamp,
}

impl Teller<'_> {
    fn finding(&self, finding: &Finding) -> String {
        let name = |post: PostId| self.names.get(&post).cloned().unwrap_or_else(|| post.to_string());
        tell::finding(self.labels.locale, finding, &name)
    }

    async fn card(
        &self,
        conn: &mut Conn,
        (world, post): (&World, &Post),
        judged: &Judged,
    ) -> Result<PostCard, StoreError> {
        let giver = match post.delegator.and_then(|from| world.posts.get(&from)) {
            Some(from) => Some(official::name(conn, from.person).await?),
            None => None,
        };
        let mut rights = Vec::new();
        for held in judged.rights.iter().flat_map(|rights| &rights.held) {
            rights.push(self.right(conn, judged, held).await?);
        }
        let whole = |holds: bool| judged.findings.iter().filter(move |one| one.role.is_none() && one.holds == holds);
        Ok(PostCard {
            lines: official::lines(&self.labels, conn, post, self.at).await?,
            signing: official::signing(&self.labels, post),
            giver,
            counts: judged.rights.is_some(),
            reasons: whole(false).map(|one| self.finding(one)).collect(),
            rights,
            refused: self.refused(judged),
            held: whole(true).map(|one| self.finding(one)).collect(),
        })
    }

    async fn right(&self, conn: &mut Conn, judged: &Judged, held: &Held) -> Result<RightLines, StoreError> {
        let locale = self.labels.locale;
        let about: Vec<&Finding> =
            judged.findings.iter().filter(|one| one.role.as_ref().is_none_or(|role| *role == held.role)).collect();
        Ok(RightLines {
            role: self.labels.role(&held.role),
            permissions: held.permissions.iter().map(|word| tell::permission(locale, word)).collect(),
            over: tell::reach(conn, &held.reach, self.at, locale).await?,
            towards: official::systems(self.visit, locale, held.parties.clone()),
            until: tell::end(locale, held.until),
            ends: tell::ending(locale, &about, held.until),
        })
    }

    /// The roles that a rule of their own takes. What takes the whole post is said of the post.
    fn refused(&self, judged: &Judged) -> Vec<RefusedLines> {
        let taken = judged.findings.iter().filter(|one| !one.holds).filter_map(|one| one.role.as_ref());
        let roles: BTreeSet<&RoleId> = taken.collect();
        let reasons = |role: &RoleId| {
            let about = judged.findings.iter().filter(|one| !one.holds && one.role.as_ref() == Some(role));
            about.map(|one| self.finding(one)).collect()
        };
        let refused = |role: &RoleId| RefusedLines { role: self.labels.role(role), reasons: reasons(role) };
        roles.into_iter().map(refused).collect()
    }
}
