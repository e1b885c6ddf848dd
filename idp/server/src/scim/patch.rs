//! Changes of parts (RFC 7644 section 3.5.2), as a pure step from one user to the next. What comes out is read like a whole user, so a
//! change of a part can do nothing that a replacement could not.

use serde_json::{Map, Value, json};

use super::{
    error::{Stop, Why},
    path::{Attribute, Path, value_of},
};

/// The schema of these messages.
const PATCH: &str = "urn:ietf:params:scim:api:messages:2.0:PatchOp";
/// Operations of one message, at most.
const MOST: usize = 100;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Do {
    Add,
    Replace,
    Remove,
}

/// The user with all operations of the message carried out, in their order.
pub(super) fn apply(user: &Value, message: &Value) -> Result<Value, Stop> {
    let says = message["schemas"].as_array().is_some_and(|all| all.iter().any(|one| one == PATCH));
    let operations = value_of(message, "Operations").and_then(Value::as_array).filter(|_| says);
    let operations = operations.filter(|all| !all.is_empty() && all.len() <= MOST).ok_or(Why::Syntax)?;
    let mut changed = user.clone();
    for operation in operations {
        one(&mut changed, operation)?;
    }
    Ok(changed)
}

fn one(user: &mut Value, operation: &Value) -> Result<(), Stop> {
    let word = value_of(operation, "op").and_then(Value::as_str).unwrap_or_default().to_ascii_lowercase();
    let what = match word.as_str() {
        "add" => Do::Add,
        "replace" => Do::Replace,
        "remove" => Do::Remove,
        _ => return Err(Stop::at(Why::Syntax, "op")),
    };
    let value = value_of(operation, "value");
    match value_of(operation, "path") {
        None | Some(Value::Null) => {
            let Some(Value::Object(members)) = value.filter(|_| what != Do::Remove) else {
                return Err(if what == Do::Remove { Why::NoTarget.into() } else { Stop::at(Why::Value, "value") });
            };
            // Each member is a path of its own: clients write `name.givenName` and whole URNs there, too.
            members.iter().try_for_each(|(name, value)| at(user, &path(name)?, what, Some(value)))
        }
        Some(Value::String(text)) => at(user, &path(text)?, what, value),
        Some(_) => Err(Why::Path.into()),
    }
}

fn path(text: &str) -> Result<Path, Stop> {
    Path::parse(text).ok_or_else(|| Why::Path.into())
}

fn at(user: &mut Value, path: &Path, what: Do, value: Option<&Value>) -> Result<(), Stop> {
    let fixed = ["id", "meta", "schemas", "groups"];
    let first = path.attribute.names.first().map(|name| name.to_ascii_lowercase());
    if path.attribute.extension.is_none() && first.as_deref().is_some_and(|first| fixed.contains(&first)) {
        // A whole resource that is sent back without a path names them, too.
        return if what == Do::Remove { Err(Stop::at(Why::Mutability, first.unwrap_or_default())) } else { Ok(()) };
    }
    if what != Do::Remove && value.is_none() {
        return Err(Stop::at(Why::Value, "value"));
    }
    match &path.filter {
        None => plain(user, &path.attribute, what, value),
        Some(filter) => {
            let list = find(user, &path.attribute).and_then(Value::as_array_mut).ok_or(Why::NoTarget)?;
            let mut met = false;
            let mut kept = Vec::with_capacity(list.len());
            for mut own in std::mem::take(list) {
                if filter.fits(&own) {
                    met = true;
                    if what == Do::Remove && path.part.is_none() {
                        continue;
                    }
                    change(&mut own, path.part.as_deref(), what, value);
                }
                kept.push(own);
            }
            *list = kept;
            if met { Ok(()) } else { Err(Why::NoTarget.into()) }
        }
    }
}

/// Changes one value of many, or a part of it.
fn change(own: &mut Value, part: Option<&str>, what: Do, value: Option<&Value>) {
    match (part, what, value) {
        // Not the same as leaving it out: what is left out of a post may stay as it is.
        (Some(part), Do::Remove, _) => *slot(own, part) = Value::Null,
        (Some(part), _, Some(value)) => *slot(own, part) = value.clone(),
        (None, _, Some(Value::Object(members))) => {
            for (name, value) in members {
                *slot(own, name) = value.clone();
            }
        }
        (None, _, Some(value)) => *own = value.clone(),
        (_, _, None) => {}
    }
}

fn plain(user: &mut Value, attribute: &Attribute, what: Do, value: Option<&Value>) -> Result<(), Stop> {
    let steps: Vec<String> = attribute.steps().map(str::to_owned).collect();
    let Some((last, above)) = steps.split_last() else { return Err(Why::Path.into()) };
    let mut place = user;
    for step in above {
        place = slot(place, step);
        if place.is_array() {
            return Err(Why::NoTarget.into());
        }
    }
    match value.filter(|_| what != Do::Remove) {
        None => {
            if let Some(object) = place.as_object_mut() {
                object.retain(|name, _| !name.eq_ignore_ascii_case(last));
            }
        }
        Some(value) => put(slot(place, last), value, what),
    }
    Ok(())
}

/// Adding to many values adds, and adds nothing twice; an object takes members over; everything else is set.
fn put(place: &mut Value, value: &Value, what: Do) {
    match (place, value, what) {
        (Value::Array(known), Value::Array(more), Do::Add) => {
            for one in more {
                if !known.contains(one) {
                    known.push(one.clone());
                }
            }
        }
        (Value::Array(known), one, Do::Add) => {
            if !known.contains(one) {
                known.push(one.clone());
            }
        }
        (place @ Value::Object(_), Value::Object(members), what) => {
            for (name, value) in members {
                put(slot(place, name), value, what);
            }
        }
        (place, value, _) => *place = value.clone(),
    }
}

/// The place of a member, made where it is not there yet.
fn slot<'v>(value: &'v mut Value, name: &str) -> &'v mut Value {
    if !value.is_object() {
        *value = json!({});
    }
    let known =
        value.as_object().and_then(|object| object.keys().find(|known| known.eq_ignore_ascii_case(name))).cloned();
    &mut value[known.as_deref().unwrap_or(name)]
}

fn find<'v>(value: &'v mut Value, attribute: &Attribute) -> Option<&'v mut Value> {
    attribute.steps().try_fold(value, |value, step| {
        let object: &mut Map<String, Value> = value.as_object_mut()?;
        object.iter_mut().find(|(name, _)| name.eq_ignore_ascii_case(step)).map(|(_, value)| value)
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::{super::error::Stop, PATCH, apply};

    const URN: &str = "urn:vn:idp:params:scim:schemas:official:1.0:User";

    fn user() -> Value {
        json!({
            "id": "1", "userName": "an", "active": true, "name": {"familyName": "F"},
            URN: {"posts": [{"id": "p", "kind": "primary", "roles": ["a"]}, {"id": "q", "kind": "concurrent"}]},
        })
    }

    fn after(operation: &Value) -> Result<Value, String> {
        let message = json!({"schemas": [PATCH], "Operations": [operation]});
        apply(&user(), &message).map_err(|stop| match stop {
            Stop::Refused { why, .. } => format!("{why:?}"),
            other => format!("{other:?}"),
        })
    }

    #[test]
    fn each_operation_does_what_the_standard_says() {
        let posts = format!("{URN}:posts");
        for (operation, pointer, expected) in [
            (json!({"op": "Replace", "path": "ACTIVE", "value": false}), "/active".to_owned(), json!(false)),
            (json!({"op": "replace", "value": {"active": false}}), "/active".to_owned(), json!(false)),
            (
                json!({"op": "add", "path": "name", "value": {"givenName": "G"}}),
                "/name".to_owned(),
                json!({"familyName": "F", "givenName": "G"}),
            ),
            (json!({"op": "add", "value": {"name.givenName": "G"}}), "/name/givenName".to_owned(), json!("G")),
            (json!({"op": "remove", "path": "name.familyName"}), "/name".to_owned(), json!({})),
            (json!({"op": "add", "path": posts, "value": [{"id": "r"}]}), format!("/{URN}/posts/2/id"), json!("r")),
            (
                json!({"op": "add", "path": posts, "value": {"id": "q", "kind": "concurrent"}}),
                format!("/{URN}/posts/2"),
                Value::Null,
            ),
            (json!({"op": "replace", "path": posts, "value": []}), format!("/{URN}/posts"), json!([])),
            (
                json!({"op": "remove", "path": format!("{posts}[id eq \"p\"]")}),
                format!("/{URN}/posts/0/id"),
                json!("q"),
            ),
            (
                json!({"op": "replace", "path": format!("{posts}[id eq \"p\"].until"), "value": "2026-01-01"}),
                format!("/{URN}/posts/0/until"),
                json!("2026-01-01"),
            ),
            (
                json!({"op": "remove", "path": format!("{posts}[kind eq \"primary\"].roles")}),
                format!("/{URN}/posts/0/roles"),
                Value::Null,
            ),
            (json!({"op": "replace", "value": {"id": "9", "meta": {}}}), "/id".to_owned(), json!("1")),
        ] {
            let changed = after(&operation).unwrap_or_else(|why| panic!("{operation}: {why}"));
            assert_eq!(changed.pointer(&pointer).cloned().unwrap_or_default(), expected, "{operation}");
        }
    }

    #[test]
    fn what_cannot_be_done_is_refused_by_its_kind() {
        for (operation, why) in [
            (json!({"op": "move", "path": "active"}), "Syntax"),
            (json!({"op": "remove"}), "NoTarget"),
            (json!({"op": "remove", "path": "id"}), "Mutability"),
            (json!({"op": "add", "path": "active"}), "Value"),
            (json!({"op": "add", "value": 1}), "Value"),
            (json!({"op": "add", "path": "posts[", "value": 1}), "Path"),
            (json!({"op": "add", "path": 7, "value": 1}), "Path"),
            (json!({"op": "replace", "path": format!("{URN}:posts[id eq \"z\"].until"), "value": "x"}), "NoTarget"),
            (json!({"op": "replace", "path": format!("{URN}:posts.until"), "value": "x"}), "NoTarget"),
        ] {
            assert_eq!(after(&operation), Err(why.to_owned()), "{operation}");
        }
        for message in
            [json!({}), json!({"schemas": [PATCH]}), json!({"Operations": [{"op": "remove", "path": "active"}]})]
        {
            assert!(apply(&user(), &message).is_err(), "{message}");
        }
    }

    proptest! {
        #[test]
        fn no_message_breaks_the_reader(op in "(add|replace|remove|x)", path in "\\PC{0,60}", value in "\\PC{0,20}") {
            for operation in [json!({"op": op, "path": path, "value": value}), json!({"op": op, "value": {path.clone(): value}})] {
                let _ = after(&operation);
            }
        }
    }
}
