//! What applying changed: one line for each thing that the file names.

use serde_json::{Value, json};

/// What happened to one thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum What {
    /// It is new.
    Made,
    /// Some of it changed.
    Changed,
    /// It was as wanted.
    Nothing,
}

/// One thing that the file names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Change {
    /// `party`, `person`, `unit`, `roles` or `official`.
    pub(super) kind: &'static str,
    /// Its `client_id`, `login` or code; of an official also position and unit.
    pub(super) name: String,
    pub(super) what: What,
    /// Fields that changed, with old and new value where they are neither secret nor personal.
    pub(super) fields: Vec<Field>,
}

/// One field that changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Field {
    pub(super) name: String,
    /// Old and new value; `None` where neither may be shown.
    pub(super) values: Option<(Value, Value)>,
}

impl Field {
    /// A field whose values are not shown: a terminal scrolls, and people look over shoulders.
    pub(super) fn hidden(name: &str) -> Self {
        Self { name: name.to_owned(), values: None }
    }

    fn text(&self) -> String {
        match &self.values {
            Some((old, new)) => format!("    {}: {old} → {new}", self.name),
            None => format!("    {}: *", self.name),
        }
    }
}

impl Change {
    /// `+ party portal-1`, `~ party portal-1` with its fields, `= party portal-1`.
    pub(super) fn line(&self) -> String {
        let sign = match self.what {
            What::Made => '+',
            What::Changed => '~',
            What::Nothing => '=',
        };
        let head = format!("{sign} {} {}", self.kind, self.name);
        let fields = self.fields.iter().map(Field::text);
        std::iter::once(head).chain(fields).collect::<Vec<_>>().join("\n")
    }

    pub(super) fn json(&self) -> Value {
        let word = match self.what {
            What::Made => "made",
            What::Changed => "changed",
            What::Nothing => "none",
        };
        let fields: Vec<Value> = self
            .fields
            .iter()
            .map(|field| match &field.values {
                Some((old, new)) => json!({"field": field.name, "old": old, "new": new}),
                None => json!({"field": field.name}),
            })
            .collect();
        json!({"kind": self.kind, "name": self.name, "change": word, "fields": fields})
    }
}

/// The fields in which two objects differ, in the order of the newer one.
pub(super) fn differences(old: &Value, new: &Value) -> Vec<Field> {
    let nothing = serde_json::Map::new();
    let (old, new) = (old.as_object().unwrap_or(&nothing), new.as_object().unwrap_or(&nothing));
    let gone = old.keys().filter(|key| !new.contains_key(*key));
    new.keys()
        .chain(gone)
        .filter_map(|key| {
            let of = |side: &serde_json::Map<String, Value>| side.get(key).cloned().unwrap_or(Value::Null);
            let values = (of(old), of(new));
            (values.0 != values.1).then(|| Field { name: key.clone(), values: Some(values) })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_differs_is_shown() {
        let old = json!({"a": 1, "b": [1], "gone": true});
        let new = json!({"a": 1, "b": [1, 2], "new": "x"});
        let change = Change {
            kind: "party",
            name: "p".to_owned(),
            what: What::Changed,
            fields: differences(&old, &new).into_iter().chain([Field::hidden("client_secret")]).collect(),
        };
        let expected =
            "~ party p\n    b: [1] → [1,2]\n    new: null → \"x\"\n    gone: true → null\n    client_secret: *";
        assert_eq!(change.line(), expected);
        assert_eq!(change.json()["fields"][3], json!({"field": "client_secret"}));
        assert!(differences(&old, &old).is_empty());
    }
}
