//! What is in force, and where each value came from.

use serde_json::Value as Json;

use super::{
    load::{Loaded, SECRETS, known_keys},
    tree::Origin,
};

/// One value in force.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// `section.key`.
    pub path: String,
    /// As JSON; secrets without their credentials.
    pub value: Json,
    /// Where it came from.
    pub origin: Origin,
}

/// Every key with its value in force, sorted by path.
pub fn lines(loaded: &Loaded) -> Vec<Line> {
    let values = serde_json::to_value(&loaded.config).expect("the configuration is plain values");
    known_keys()
        .into_keys()
        .map(|path| {
            let pointer = format!("/{}", path.replace('.', "/"));
            let value = values.pointer(&pointer).cloned().unwrap_or(Json::Null);
            let value = if SECRETS.contains(&path.as_str()) { masked(&value) } else { hide_nested(value) };
            Line { value, origin: loaded.origin(&path), path }
        })
        .collect()
}

/// An address without what could open it: user, password and query are replaced by `***`.
fn masked(value: &Json) -> Json {
    let text = value.as_str().unwrap_or_default();
    let Some((scheme, rest)) = text.split_once("://") else {
        return Json::from(text.split('?').next().unwrap_or_default());
    };
    let rest = rest.split('?').next().unwrap_or_default();
    let shown = rest.rsplit_once('@').map_or_else(|| rest.to_owned(), |(_, host)| format!("***@{host}"));
    Json::from(format!("{scheme}://{shown}"))
}

/// In tables of other rooms, whatever is named like a secret is one.
fn hide_nested(value: Json) -> Json {
    let Json::Object(table) = value else { return value };
    let secret = |key: &str| {
        let words = ["secret", "password", "token", "key"];
        words.iter().any(|word| key.contains(word)) && !key.ends_with("_file")
    };
    let hidden = table.into_iter().map(|(key, value)| {
        let value = if secret(&key) { Json::from("***") } else { hide_nested(value) };
        (key, value)
    });
    Json::Object(hidden.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_credential_is_printed() {
        for (url, expected) in [
            ("postgres://idp:hunter2@db/idp?sslkey=x", "postgres://***@db/idp"),
            ("postgres://idp:hun@ter2@db/idp", "postgres://***@db/idp"),
            ("rediss://:hunter2@cache:6379/1", "rediss://***@cache:6379/1"),
            ("sqlite:idp.db?key=hunter2", "sqlite:idp.db"),
            ("memory", "memory"),
        ] {
            assert_eq!(masked(&Json::from(url)), expected, "{url}");
        }
        let nested = serde_json::json!({"url": "https://registry", "password": "hunter2", "inner": {"client_secret": "x", "key_file": "/k"}});
        let shown = hide_nested(nested).to_string();
        assert!(!shown.contains("hunter2") && !shown.contains("\"x\"") && shown.contains("/k"), "{shown}");
    }

    #[test]
    fn the_operators_page_lists_every_key_with_its_default() {
        let page = include_str!("../../../../docs/operations.md");
        let rows = page.lines().filter_map(|line| {
            let mut cells = line.strip_prefix("| `")?.split(" | ");
            Some((cells.next()?.trim_end_matches('`'), cells.next()?.trim_matches('`')))
        });
        let rows: std::collections::BTreeMap<&str, &str> = rows.filter(|(key, _)| !key.starts_with('/')).collect();
        let shown = |value: &Json| match value {
            Json::Null => "–".to_owned(),
            Json::String(text) if text.is_empty() => "–".to_owned(),
            Json::String(text) => text.clone(),
            value => value.to_string(),
        };
        let known: std::collections::BTreeMap<String, String> =
            known_keys().iter().map(|(key, value)| (key.clone(), shown(value))).collect();
        let listed = rows.iter().map(|(key, default)| ((*key).to_owned(), (*default).to_owned()));
        assert_eq!(listed.collect::<std::collections::BTreeMap<_, _>>(), known);
    }
}
