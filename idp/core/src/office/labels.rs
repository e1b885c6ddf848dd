//! The catalogue's words in one language, and a post in them: the same at the terminal and on pages.

use std::collections::HashMap;

use super::{Label, Position, PositionId, Post, RoleGrant, RoleId, Scope, Signing, positions, roles, signing, tell};
use crate::{
    org::story::day_of,
    store::{Conn, StoreError},
    text,
    types::{Id, Locale, Timestamp, id},
};

/// What positions and roles are called.
pub struct Labels {
    /// In which language.
    pub locale: Locale,
    positions: HashMap<PositionId, Position>,
    roles: HashMap<RoleId, Label>,
}

/// One thing that is said of a post: the key of what it is, and its value in words.
pub type Told = (&'static str, String);

impl Labels {
    /// Loads them.
    pub async fn load(conn: &mut Conn, locale: Locale) -> Result<Self, StoreError> {
        let positions = positions(conn).await?.into_iter().map(|one| (one.id.clone(), one)).collect();
        let roles = roles(conn).await?.into_iter().map(|one| (one.form.id, one.form.label)).collect();
        Ok(Self { locale, positions, roles })
    }

    fn of(&self, label: &Label) -> String {
        match self.locale {
            Locale::Vi => label.vi.clone(),
            Locale::En => label.en.clone(),
        }
    }

    /// A position.
    pub fn position(&self, id: &PositionId) -> String {
        self.positions.get(id).map_or_else(|| id.as_str().to_owned(), |position| self.of(&position.label))
    }

    /// A role.
    pub fn role(&self, id: &RoleId) -> String {
        self.roles.get(id).map_or_else(|| id.as_str().to_owned(), |label| self.of(label))
    }

    /// Roles in one line.
    pub fn roles(&self, grants: &[RoleGrant]) -> String {
        grants.iter().map(|grant| self.role(&grant.role)).collect::<Vec<_>>().join("; ")
    }

    /// How somebody signs in a post.
    pub fn signing(&self, post: &Post) -> Signing {
        let position = self.positions.get(&post.position).map_or(Signing::None, |position| position.signing);
        signing(post.kind, position)
    }

    /// A post in one line.
    pub async fn name(&self, conn: &mut Conn, post: &Post, at: Timestamp) -> Result<String, StoreError> {
        let unit = tell::path(conn, post.unit, at, self.locale).await?;
        Ok(format!("{} \u{b7} {unit}", self.position(&post.position)))
    }

    /// A role, and that it counts towards some systems only.
    fn granted(&self, grant: &RoleGrant) -> String {
        let role = self.role(&grant.role);
        match &grant.parties {
            None => role,
            Some(only) => {
                let with = [("role", role.as_str()), ("count", &only.len().to_string())];
                text::say_with(self.locale, "office-role-limited", &with)
            }
        }
    }

    /// Everything that a decision about a post decides, always in the same order, so that two posts can be held against each other.
    /// `units`: the names of its unit and of the [`tell::named`] ones of its list.
    pub fn told(&self, post: &Post, units: &tell::Names) -> Vec<Told> {
        let say = |key: &str| text::say(self.locale, key).into_owned();
        let unit = units.get(&post.unit).cloned().unwrap_or_else(|| post.unit.to_string());
        let decision = post.decision.as_ref().map_or_else(
            || say("posts-decision-none"),
            |decision| {
                let day = day_of(decision.date.start());
                let with = [("number", decision.number.as_str()), ("day", day.as_str())];
                text::say_with(self.locale, "posts-decision-text", &with)
            },
        );
        let classes = match &post.limits.document_classes[..] {
            [] => say("office-documents-all"),
            classes => classes.join("; "),
        };
        let further = if post.limits.no_redelegate { "office-redelegate-no" } else { "office-redelegate-yes" };
        vec![
            ("office-part-position", self.position(&post.position)),
            ("posts-unit", unit),
            ("posts-kind", say(tell::kind(post.kind))),
            ("office-part-roles", post.roles.iter().map(|grant| self.granted(grant)).collect::<Vec<_>>().join("; ")),
            ("posts-over", tell::scope(self.locale, &post.scope, units)),
            ("posts-window", tell::window(self.locale, post.window())),
            ("posts-decision", decision),
            ("posts-documents", classes),
            ("posts-redelegate", say(further)),
        ]
    }
}

/// The units that [`Labels::told`] names.
pub fn units_of(post: &Post) -> Vec<Id<id::Unit>> {
    let listed = match &post.scope {
        Scope::Listed(units) => tell::named(units).collect(),
        _ => Vec::new(),
    };
    std::iter::once(post.unit).chain(listed).collect()
}
