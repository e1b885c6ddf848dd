//! The table itself: its snapshot, its document, its words.

use std::collections::BTreeSet;

use idp_core::{org::change, text, types::Locale};
use serde_json::Value;

use super::{act::Precondition, describe, refuse, table::ALL};

#[test]
fn every_problem_and_every_mistake_has_its_sentences() {
    for locale in Locale::ALL {
        let keys = text::entries(locale);
        for word in refuse::WORDS {
            for part in ["title", "text"] {
                assert!(keys.contains_key(format!("error-{word}-{part}").as_str()), "{word} {part}");
            }
        }
        for word in refuse::MISTAKES {
            assert!(keys.contains_key(format!("mistake-{word}").as_str()), "{word}");
        }
    }
}

#[test]
fn what_changes_something_asks_for_the_version_or_makes_something_new() {
    for operation in ALL.iter().filter(|operation| operation.writes) {
        let is = &operation.is;
        // A review is answered, a record invited, an import taken back: each once, whatever was seen before.
        let once = ["answer_review", "invite_official", "undo_import"].contains(&is.id);
        let updates = is.path.contains('{') && !once;
        assert_eq!(is.precondition == Precondition::IfMatch, updates, "{}", is.id);
    }
    let names: BTreeSet<&str> = ALL.iter().map(|operation| operation.is.id).collect();
    assert_eq!(names.len(), ALL.len(), "an operationId stands twice");
}

/// Every `$ref` of the document.
fn references(value: &Value, into: &mut BTreeSet<String>) {
    match value {
        Value::Object(members) => {
            if let Some(Value::String(target)) = members.get("$ref") {
                into.insert(target.clone());
            }
            members.values().for_each(|member| references(member, into));
        }
        Value::Array(items) => items.iter().for_each(|item| references(item, into)),
        _ => {}
    }
}

#[test]
fn the_document_refers_to_nothing_that_is_not_in_it() {
    let document = describe::document();
    let mut found = BTreeSet::new();
    references(&document, &mut found);
    assert!(found.len() > 10, "{found:?}");
    for target in found {
        let pointer = target.strip_prefix('#').expect("a reference into the document");
        assert!(document.pointer(pointer).is_some(), "{target}");
    }
    let unnamed: Vec<&String> = document["components"]["schemas"]
        .as_object()
        .expect("schemas")
        .keys()
        .filter(|name| name.ends_with(char::is_numeric))
        .collect();
    assert_eq!(unnamed, Vec::<&String>::new(), "two types have one name");
}

#[test]
fn bodies_take_no_field_that_nobody_knows() {
    let document = describe::document();
    for item in document["paths"].as_object().expect("paths").values() {
        for operation in item.as_object().expect("operations").values() {
            let Some(schema) = operation.pointer("/requestBody/content/application~1json/schema") else { continue };
            let target = schema["$ref"]
                .as_str()
                .map_or(schema, |target| document.pointer(target.trim_start_matches('#')).expect("a schema"));
            assert_eq!(target["additionalProperties"], false, "{}", operation["operationId"]);
        }
    }
}

#[test]
fn every_clash_has_a_sentence() {
    let keys = text::entries(Locale::En);
    for why in change::Why::ALL {
        assert!(keys.contains_key(format!("mistake-{}", why.word()).as_str()), "{}", why.word());
    }
}

/// The names of every property that an answer may have.
fn properties(value: &Value, into: &mut BTreeSet<String>) {
    match value {
        Value::Object(members) => {
            if let Some(Value::Object(named)) = members.get("properties") {
                into.extend(named.keys().cloned());
            }
            members.values().for_each(|member| properties(member, into));
        }
        Value::Array(items) => items.iter().for_each(|item| properties(item, into)),
        _ => {}
    }
}

#[test]
fn row_211_no_answer_has_a_place_for_a_secret() {
    let mut names = BTreeSet::new();
    let mut document = describe::document();
    // The one answer that is a secret: a link for one official, which nothing keeps.
    let link = document["components"]["schemas"].as_object_mut().and_then(|schemas| schemas.remove("Invitation"));
    assert!(link.is_some(), "it is where it was");
    assert!(ALL.iter().all(|operation| operation.is_secret == (operation.is.id == "invite_official")));
    properties(&document, &mut names);
    assert!(names.contains("traceId") && names.contains("appointed_by"), "the walk finds properties");
    let secrets = ["secret", "password", "token", "cookie", "digest", "seed", "link", "csrf", "hash", "recovery"];
    // Row 196: and none for what an administrator need not know of a person.
    let personal = ["personal_number", "cccd", "phone", "mail", "address", "birth", "gender", "note", "assurance"];
    for word in secrets.into_iter().chain(personal) {
        let found: Vec<&String> = names.iter().filter(|name| name.contains(word)).collect();
        assert_eq!(found, Vec::<&String>::new(), "{word}");
    }
}
