//! From TOML text to entries, or to everything that is wrong with it.

use std::{borrow::Cow, collections::BTreeMap};

use serde::de::DeserializeOwned;
use toml::{Table, Value};

use super::{
    file::{PartyEntry, PersonEntry, UnitEntry},
    official::OfficialEntry,
    problem::Problem,
};

/// What could be read: entries, each with its path in the file, and what is wrong with the rest.
#[derive(Default)]
pub(crate) struct Desired {
    pub(crate) problems: Vec<Problem>,
    pub(super) parties: Vec<(String, PartyEntry)>,
    pub(super) people: Vec<(String, PersonEntry)>,
    pub(super) units: Vec<(String, UnitEntry)>,
    pub(super) officials: Vec<(String, OfficialEntry)>,
    /// Whether the starter set of positions and roles is wanted.
    pub(super) starter_roles: bool,
}

/// Something that the file lists.
trait Entry: DeserializeOwned {
    /// The name of the list.
    const LIST: &'static str;
    /// Keys without a default.
    const REQUIRED: [&'static str; 2];
    /// By what an entry is known.
    fn known_by(&self) -> Cow<'_, str>;
}

impl Entry for PartyEntry {
    const LIST: &'static str = "party";
    const REQUIRED: [&'static str; 2] = ["client_id", "name"];
    fn known_by(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.client_id)
    }
}

impl Entry for PersonEntry {
    const LIST: &'static str = "person";
    const REQUIRED: [&'static str; 2] = ["login", "name"];
    fn known_by(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.login)
    }
}

impl Entry for UnitEntry {
    const LIST: &'static str = "unit";
    const REQUIRED: [&'static str; 2] = ["code", "name"];
    fn known_by(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.code)
    }
}

impl Entry for OfficialEntry {
    const LIST: &'static str = "official";
    const REQUIRED: [&'static str; 2] = ["login", "unit"];
    fn known_by(&self) -> Cow<'_, str> {
        Cow::Owned([&self.login, &self.unit, &self.position, self.kind.word()].join("\n"))
    }
}

/// Reads a file of desired state.
pub(crate) fn read(text: &str) -> Desired {
    let mut problems = Vec::new();
    let mut table: Table = toml::from_str(text).unwrap_or_else(|error| {
        problems.push(unreadable(text, &error));
        Table::new()
    });
    let (parties, people) = (list(&mut table, &mut problems), list(&mut table, &mut problems));
    let units = list(&mut table, &mut problems);
    let officials = list(&mut table, &mut problems);
    let starter_roles = match table.remove("starter_roles") {
        None => false,
        Some(Value::Boolean(wanted)) => wanted,
        Some(_) => {
            problems.push(Problem::rule("starter_roles", "cli-apply-not-a-bool"));
            false
        }
    };
    problems.extend(table.keys().map(|key| Problem::rule(key, "cli-config-unknown")));
    Desired { problems, parties, people, units, officials, starter_roles }
}

fn unreadable(text: &str, error: &toml::de::Error) -> Problem {
    let start = error.span().map_or(0, |span| span.start);
    let line = 1 + text.bytes().take(start).filter(|byte| *byte == b'\n').count();
    Problem::words(format!("line {line}"), error.message())
}

fn list<T: Entry>(table: &mut Table, problems: &mut Vec<Problem>) -> Vec<(String, T)> {
    let items = match table.remove(T::LIST) {
        None => return Vec::new(),
        Some(Value::Array(items)) => items,
        Some(_) => {
            problems.push(Problem::rule(T::LIST, "cli-apply-not-a-list"));
            return Vec::new();
        }
    };
    let mut entries = Vec::with_capacity(items.len());
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for (index, item) in items.into_iter().enumerate() {
        let path = format!("{}[{index}]", T::LIST);
        let Some(entry) = one::<T>(item, &path, problems) else {
            continue;
        };
        if seen.insert(entry.known_by().to_lowercase(), index).is_some() {
            problems.push(Problem::rule(format!("{path}.{}", T::REQUIRED[0]), "cli-apply-twice"));
        }
        entries.push((path, entry));
    }
    entries
}

/// Reads one entry. What cannot be read is noted and taken out, until the rest can be: so every mistake is named at once.
fn one<T: Entry>(item: Value, path: &str, problems: &mut Vec<Problem>) -> Option<T> {
    let Value::Table(mut table) = item else {
        problems.push(Problem::rule(path, "cli-apply-not-an-entry"));
        return None;
    };
    let missing = T::REQUIRED.iter().filter(|key| !table.contains_key(**key));
    let missing: Vec<Problem> =
        missing.map(|key| Problem::rule(format!("{path}.{key}"), "cli-config-missing")).collect();
    let before = problems.len();
    problems.extend(missing);
    loop {
        let error = match serde_path_to_error::deserialize::<_, T>(Value::Table(table.clone())) {
            Ok(entry) => return (problems.len() == before).then_some(entry),
            Err(error) => error,
        };
        let inner = error.path().to_string();
        let key = inner.split(['.', '[']).next().unwrap_or_default().to_owned();
        if table.remove(&key).is_none() {
            // The entry as a whole: it lacks what was noted, or what was taken out.
            if problems.len() == before {
                problems.push(Problem::words(path, error.inner().message()));
            }
            return None;
        }
        let place = format!("{path}.{inner}");
        let message = error.inner().message();
        problems.push(if message.starts_with("unknown field") {
            Problem::rule(place, "cli-config-unknown")
        } else {
            Problem::words(place, message.lines().next().unwrap_or_default())
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paths(text: &str) -> Vec<String> {
        read(text).problems.into_iter().map(|problem| problem.path).collect()
    }

    #[test]
    fn every_problem_is_named_with_its_place() {
        let party = "[[party]]\nclient_id = \"p\"\nname = { vi = \"C\", en = \"P\" }\n";
        let nothing: [&str; 0] = [];
        for (text, expected) in [
            (party.to_owned(), &nothing[..]),
            (String::new(), &nothing[..]),
            ("this is not toml".to_owned(), &["line 1"]),
            ("a = 1\nb = [".to_owned(), &["line 2"]),
            ("[settings]\nx = 1".to_owned(), &["settings"]),
            ("party = 1".to_owned(), &["party"]),
            ("party = [1]".to_owned(), &["party[0]"]),
            ("[[party]]\nclient_id = \"p\"".to_owned(), &["party[0].name"]),
            (
                format!("{party}kind = \"secret\"\nscopes = [\"openid\", \"root\"]\nredirect_uri = []"),
                &["party[0].kind", "party[0].redirect_uri", "party[0].scopes[1]"],
            ),
            (
                format!("{party}[[person]]\nstate = \"gone\"\nlogin = 7"),
                &["person[0].name", "person[0].login", "person[0].state"],
            ),
            (format!("{party}{party}"), &["party[1].client_id"]),
            (
                "[[person]]\nlogin = \"an\"\nname = \"An\"\n[[person]]\nlogin = \"AN\"\nname = \"An\"".to_owned(),
                &["person[1].login"],
            ),
        ] {
            let mut found = paths(&text);
            let mut expected: Vec<String> = expected.iter().map(ToString::to_string).collect();
            found.sort();
            expected.sort();
            assert_eq!(found, expected, "{text}");
        }
    }

    #[test]
    fn absent_keys_have_their_defaults() {
        let desired = read("[[party]]\nclient_id = \"p\"\nname = { vi = \"C\", en = \"P\" }");
        let (path, party) = desired.parties.into_iter().next().expect("one party");
        let definition = party.definition();
        assert_eq!(path, "party[0]");
        assert_eq!(definition.id_token_signed_response_alg.name(), "RS256");
        assert_eq!(definition.access_token_signed_response_alg.name(), "ES256");
        assert!(definition.redirect_uris.is_empty() && party.client_secret.is_none());
    }
}
