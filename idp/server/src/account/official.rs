//! What the pages of officials share: labels, names, and a post as a few lines.

use std::collections::HashMap;

use idp_core::{
    office::{self, Judged, Label, Parties, Position, PositionId, Post, RoleGrant, RoleId, Signing, World, tell},
    org::story::day_of,
    people,
    store::{Conn, StoreError},
    types::{Id, Locale, Timestamp, id},
};

use crate::web::{
    Visit,
    page::{PostLines, label_of_kind},
    visit::name_of,
};

pub(super) type PostId = Id<id::Assignment>;
pub(super) type PersonId = Id<id::Person>;

/// The catalogue's words in one language.
pub(super) struct Labels {
    pub(super) locale: Locale,
    positions: HashMap<PositionId, Position>,
    roles: HashMap<RoleId, Label>,
}

impl Labels {
    pub(super) async fn load(conn: &mut Conn, locale: Locale) -> Result<Self, StoreError> {
        let positions = office::positions(conn).await?.into_iter().map(|one| (one.id.clone(), one)).collect();
        let roles = office::roles(conn).await?.into_iter().map(|one| (one.form.id, one.form.label)).collect();
        Ok(Self { locale, positions, roles })
    }

    fn of(&self, label: &Label) -> String {
        match self.locale {
            Locale::Vi => label.vi.clone(),
            Locale::En => label.en.clone(),
        }
    }

    pub(super) fn position(&self, id: &PositionId) -> String {
        self.positions.get(id).map_or_else(|| id.as_str().to_owned(), |position| self.of(&position.label))
    }

    pub(super) fn role(&self, id: &RoleId) -> String {
        self.roles.get(id).map_or_else(|| id.as_str().to_owned(), |label| self.of(label))
    }

    pub(super) fn roles(&self, grants: &[RoleGrant]) -> String {
        grants.iter().map(|grant| self.role(&grant.role)).collect::<Vec<_>>().join("; ")
    }

    /// The key of how somebody signs in a post.
    pub(super) fn signing(&self, post: &Post) -> &'static str {
        let position = self.positions.get(&post.position).map_or(Signing::None, |position| position.signing);
        match office::signing(post.kind, position) {
            Signing::None => "signing-none",
            Signing::ForBody => "signing-tm",
            Signing::ForHead => "signing-kt",
            Signing::ByOrder => "signing-tl",
            Signing::Authorised => "signing-tuq",
            Signing::Acting => "signing-q",
        }
    }

    /// A post in a few lines.
    pub(super) async fn lines(&self, conn: &mut Conn, post: &Post, at: Timestamp) -> Result<PostLines, StoreError> {
        let (window, decision) = (post.window(), post.decision.as_ref());
        Ok(PostLines {
            position: self.position(&post.position),
            unit: tell::path(conn, post.unit, at, self.locale).await?,
            kind: label_of_kind(post.kind),
            from: day_of(window.from),
            until: tell::end(self.locale, window.until),
            decision: decision.map(|decision| (decision.number.clone(), day_of(decision.date.start()))),
        })
    }

    /// A post in one line.
    pub(super) async fn name(&self, conn: &mut Conn, post: &Post, at: Timestamp) -> Result<String, StoreError> {
        let unit = tell::path(conn, post.unit, at, self.locale).await?;
        Ok(format!("{} · {unit}", self.position(&post.position)))
    }
}

/// The systems to which something is limited; `None`: it is not.
pub(super) fn systems(visit: &Visit, locale: Locale, parties: Parties) -> Option<String> {
    let name = |id| visit.house.register.by_id(id).map(|party| name_of(&party, locale).text);
    parties.map(|only| only.into_iter().filter_map(name).collect::<Vec<_>>().join("; "))
}

/// The systems to which a post as a whole is limited: those of its roles, where none of them is open to all.
pub(super) fn systems_of(visit: &Visit, locale: Locale, post: &Post) -> Option<String> {
    let mut all = std::collections::BTreeSet::new();
    for grant in &post.roles {
        all.extend(grant.parties.as_ref()?);
    }
    systems(visit, locale, Some(all))
}

/// What a person is called; the login where nothing else is left.
pub(super) async fn name(conn: &mut Conn, person: PersonId) -> Result<String, StoreError> {
    let stored = people::person(conn, person).await?;
    if let Some(profile) = stored.and_then(|stored| stored.profile) {
        return Ok(profile.name.as_str().to_owned());
    }
    let account = people::accounts_of(conn, person).await?.into_iter().next();
    Ok(account.map_or_else(|| person.to_string(), |account| account.login))
}

/// Every post of a person that counts now, each judged, the oldest first.
pub(super) async fn judged(
    conn: &mut Conn,
    person: PersonId,
    at: Timestamp,
) -> Result<(World, Vec<Judged>), StoreError> {
    let world = office::world(conn, person, at).await?;
    let judged = world.posts_of(person).into_iter().map(|post| office::judge(&world, post.id, at)).collect();
    Ok((world, judged))
}
