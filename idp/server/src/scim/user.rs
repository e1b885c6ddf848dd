//! Officials as users.

use std::collections::{HashMap, HashSet};

use idp_core::{
    office::{self, Assignment, Scope},
    org::{self, AsOf, FOREVER, UnitRow},
    people::{self, StoredPerson},
    store::Conn,
    types::{FullName, Id, Timestamp, id},
};
use serde_json::{Value, json};

use super::{
    PREFIX,
    answer::version,
    call::{Call, View},
    error::{Stop, Why},
    rows::{self, Gone, StoredLink},
    schema::{OFFICIAL, USER},
};

type Person = Id<id::Person>;

/// Everything of some officials that a party sees, loaded with a handful of statements.
pub(super) struct Officials {
    persons: HashMap<Person, StoredPerson>,
    links: HashMap<Person, StoredLink>,
    posts: HashMap<Person, Vec<Assignment>>,
    /// When a post of theirs was last taken away or ran out: their record is older than this change of it.
    lost: HashMap<Person, Timestamp>,
    units: HashMap<Id<id::Unit>, UnitRow>,
    base: String,
}

impl Officials {
    pub(super) async fn load(conn: &mut Conn, call: &Call, view: &View, ids: &[Person]) -> Result<Self, Stop> {
        let now = call.now();
        let persons = people::persons(conn, ids).await?.into_iter().map(|one| (one.id, one)).collect();
        let links = rows::links(conn, call.party, ids).await?.into_iter().map(|one| (one.person, one)).collect();
        let standing = rows::posts(conn, now, ids).await?;
        let gone = rows::gone(conn, now, ids).await?;
        let all = standing.iter().map(|one| one.unit).chain(gone.iter().map(|one| one.unit)).collect::<HashSet<_>>();
        let all: Vec<Id<id::Unit>> = all.into_iter().collect();
        let covered: HashSet<Id<id::Unit>> = view.covers(conn, &all).await?.into_iter().collect();
        let gone: Vec<Gone> = gone.into_iter().filter(|one| covered.contains(&one.unit)).collect();
        let seen = standing.iter().filter(|one| covered.contains(&one.unit));
        let ids: Vec<Id<id::Assignment>> = seen.map(|one| one.post).collect();
        let mut posts: HashMap<Person, Vec<Assignment>> = HashMap::new();
        for one in office::assignments(conn, &ids).await? {
            if one.post.delegator.is_none() {
                posts.entry(one.post.person).or_default().push(one);
            }
        }
        for own in posts.values_mut() {
            own.sort_by_key(|one| one.post.id);
        }
        let lost = lost(conn, &gone, now).await?;
        // The tree is public: the units of a list are named whosesoever they are.
        let listed = posts.values().flatten().flat_map(|one| one.post.scope.listed());
        let units: Vec<Id<id::Unit>> = covered.into_iter().chain(listed).collect::<HashSet<_>>().into_iter().collect();
        let units = org::units(conn, &units, AsOf::at(now)).await?.into_iter().map(|unit| (unit.id, unit)).collect();
        Ok(Self { persons, links, posts, lost, units, base: format!("{}{PREFIX}", call.house.issuer) })
    }

    /// What the party calls a person.
    pub(super) fn link(&self, person: Person) -> Option<&rows::Link> {
        self.links.get(&person).map(|stored| &stored.link)
    }

    /// Their posts that the party sees.
    pub(super) fn posts(&self, person: Person) -> &[Assignment] {
        self.posts.get(&person).map_or(&[], Vec::as_slice)
    }

    pub(super) fn person(&self, person: Person) -> Option<&StoredPerson> {
        self.persons.get(&person)
    }

    /// One official as a user; `None`: their record is gone.
    pub(super) fn user(&self, person: Person) -> Option<Value> {
        let stored = self.persons.get(&person)?;
        let link = self.links.get(&person);
        let posts = self.posts(person);
        let left = link.is_some_and(|stored| stored.link.left_at.is_some());
        let mut user = json!({"schemas": [USER, OFFICIAL], "id": person});
        if let Some(external) = link.and_then(|stored| stored.link.external_id.as_ref()) {
            user["externalId"] = external.as_str().into();
        }
        user["userName"] = link.map_or_else(|| person.to_string(), |stored| stored.link.user_name.clone()).into();
        if let Some(profile) = &stored.profile {
            user["name"] = name(&profile.name);
        }
        user["active"] = (stored.is_active() && (!posts.is_empty() || !left)).into();
        let groups = self.groups(posts);
        if !groups.is_empty() {
            user["groups"] = groups.into();
        }
        user[OFFICIAL] = json!({"posts": posts.iter().map(|one| self.post(one)).collect::<Vec<_>>()});
        user["meta"] = self.meta(stored, link, &user);
        Some(user)
    }

    fn groups(&self, posts: &[Assignment]) -> Vec<Value> {
        let mut seen = HashSet::new();
        let units = posts.iter().map(|one| one.post.unit).filter(|unit| seen.insert(*unit));
        let show = |unit: Id<id::Unit>| {
            let reference = format!("{}/Groups/{unit}", self.base);
            json!({"value": unit, "$ref": reference, "display": self.display(unit), "type": "direct"})
        };
        units.map(show).collect()
    }

    fn display(&self, unit: Id<id::Unit>) -> Option<&str> {
        self.units.get(&unit).map(|row| row.name.vi())
    }

    fn unit(&self, id: Id<id::Unit>) -> Value {
        let mut unit = json!({"id": id});
        if let Some(code) = self.units.get(&id).and_then(|row| row.codes.first()) {
            unit["scheme"] = code.scheme().word().into();
            unit["code"] = code.value().into();
        }
        if let Some(display) = self.display(id) {
            unit["display"] = display.into();
        }
        unit
    }

    fn post(&self, one: &Assignment) -> Value {
        let post = &one.post;
        let unit = self.unit(post.unit);
        let roles: Vec<&str> = post.roles.iter().map(|grant| grant.role.as_str()).collect();
        let mut shown = json!({
            "id": post.id, "unit": unit, "position": post.position.as_str(), "kind": post.kind.word(),
            "roles": roles, "scope": post.scope.word(), "from": post.span.from.day().to_string(),
        });
        if let Scope::Listed(units) = &post.scope {
            shown["scopeUnits"] = units.iter().map(|unit| self.unit(*unit)).collect();
        }
        if !post.limits.document_classes.is_empty() {
            shown["documentClasses"] = json!(post.limits.document_classes);
        }
        shown["noRedelegate"] = post.limits.no_redelegate.into();
        if let Some(until) = last_day(post.span.until) {
            shown["until"] = until.into();
        }
        if let Some(decision) = &post.decision {
            shown["decision"] = json!({"number": decision.number, "date": decision.date});
        }
        shown["state"] = post.state.word().into();
        shown
    }

    fn meta(&self, stored: &StoredPerson, link: Option<&StoredLink>, user: &Value) -> Value {
        let posts = self.posts(stored.id);
        let made = link.map(|link| link.created_at).or_else(|| posts.iter().map(|one| one.created_at).min());
        let changed = [
            Some(stored.updated_at),
            link.map(|link| link.updated_at),
            posts.iter().map(|one| one.state_at).max(),
            self.lost.get(&stored.id).copied(),
        ];
        let changed = changed.into_iter().flatten().max().unwrap_or(stored.updated_at);
        json!({
            "resourceType": "User",
            "created": made.unwrap_or(changed).rfc3339(),
            "lastModified": changed.rfc3339(),
            "location": format!("{}/Users/{}", self.base, stored.id),
            "version": version(user),
        })
    }
}

/// When each person last lost a post.
async fn lost(conn: &mut Conn, gone: &[Gone], now: Timestamp) -> Result<HashMap<Person, Timestamp>, Stop> {
    // What was taken away before it began ends ahead, where it would have begun.
    let ahead: Vec<Id<id::Assignment>> = gone.iter().filter(|one| one.until > now).map(|one| one.post).collect();
    let early = office::assignments(conn, &ahead).await?.into_iter().map(|one| (one.post.person, one.state_at));
    let mut lost: HashMap<Person, Timestamp> = HashMap::new();
    for (person, at) in gone.iter().filter(|one| one.until <= now).map(|one| (one.person, one.until)).chain(early) {
        let last = lost.entry(person).or_insert(at);
        *last = at.max(*last);
    }
    Ok(lost)
}

/// The last day of a span; `None`: it is open.
pub(super) fn last_day(until: Timestamp) -> Option<String> {
    (until < FOREVER).then(|| Timestamp::from_millis(until.millis() - 1).day().to_string())
}

/// Vietnamese names begin with the family's; the last word is the one that people are called by.
fn name(full: &FullName) -> Value {
    let words: Vec<&str> = full.as_str().split(' ').collect();
    let mut name = json!({"formatted": full.as_str()});
    match words[..] {
        [] => {}
        [one] => name["givenName"] = one.into(),
        [family, given] => {
            name["familyName"] = family.into();
            name["givenName"] = given.into();
        }
        [family, ref middle @ .., given] => {
            name["familyName"] = family.into();
            name["middleName"] = middle.join(" ").into();
            name["givenName"] = given.into();
        }
    }
    name
}

/// One user, whom the party must see.
pub(super) async fn one(conn: &mut Conn, call: &Call, view: &View, person: Person) -> Result<(Officials, Value), Stop> {
    view.user(conn, person).await?;
    let officials = Officials::load(conn, call, view, &[person]).await?;
    let user = officials.user(person).ok_or(Why::NotFound)?;
    Ok((officials, user))
}

#[cfg(test)]
mod tests {
    use idp_core::types::FullName;

    use super::name;

    #[test]
    fn a_name_is_parted_in_its_own_order() {
        for (full, family, middle, given) in [
            ("Nguyen Thi Thu Ha", Some("Nguyen"), Some("Thi Thu"), Some("Ha")),
            ("Le Ha", Some("Le"), None, Some("Ha")),
            ("Ha", None, None, Some("Ha")),
        ] {
            let shown = name(&FullName::parse(full).expect("a name"));
            let part = |part: &str| shown[part].as_str();
            assert_eq!((part("familyName"), part("middleName"), part("givenName")), (family, middle, given), "{full}");
            assert_eq!(part("formatted"), Some(full));
        }
    }
}
