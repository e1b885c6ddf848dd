//! What a filter may name: the attributes of the schemas that this door shows of itself, compared as their types say (RFC 7644 table 3).
//!
//! A misspelt attribute has no value, so a filter with one would mean nobody, or with `not` everybody: a personnel system takes that for the
//! truth and lets people go. It is refused instead.

use std::sync::LazyLock;

use idp_core::types::Timestamp;
use serde_json::Value;
use unicode_normalization::UnicodeNormalization as _;

use super::{
    filter::{Filter, NotAFilter, Op},
    path::Attribute,
    schema::{self, OFFICIAL, Of, UNIT},
    wanted::truth,
};

static USERS: LazyLock<Vec<Value>> = LazyLock::new(|| schema::tree(Of::Users));
static GROUPS: LazyLock<Vec<Value>> = LazyLock::new(|| schema::tree(Of::Groups));

/// The filter with every attribute under its extension, and every value as resources write it.
///
/// # Errors
/// [`NotAFilter`]: an attribute that is not there or never shown, or a comparison that its type does not have.
pub(super) fn check(filter: Filter, of: Of) -> Result<Filter, NotAFilter> {
    within(filter, if of == Of::Users { &USERS } else { &GROUPS })
}

fn within(filter: Filter, known: &[Value]) -> Result<Filter, NotAFilter> {
    let part = |part: Box<Filter>| within(*part, known).map(Box::new);
    Ok(match filter {
        Filter::And(left, right) => Filter::And(part(left)?, part(right)?),
        Filter::Or(left, right) => Filter::Or(part(left)?, part(right)?),
        Filter::Not(inner) => Filter::Not(part(inner)?),
        Filter::Present(attribute) => Filter::Present(find(known, attribute)?.0),
        Filter::Compare(attribute, op, value) => {
            let (attribute, found) = find(known, attribute)?;
            let (op, value) = compared(found, op, value).ok_or(NotAFilter)?;
            Filter::Compare(attribute, op, value)
        }
        Filter::Some(attribute, inner) => {
            let (attribute, found) = find(known, attribute)?;
            let parts = found["subAttributes"].as_array().ok_or(NotAFilter)?;
            Filter::Some(attribute, Box::new(within(*inner, parts)?))
        }
    })
}

/// The attribute that is meant. One of an extension may be named without it where the core has no such name.
fn find(known: &[Value], attribute: Attribute) -> Result<(Attribute, &Value), NotAFilter> {
    let steps: Vec<&str> = attribute.steps().collect();
    if let Some(found) = at(known, &steps) {
        return Ok((attribute, found));
    }
    let mut extensions = [OFFICIAL, UNIT].into_iter().filter(|_| attribute.extension.is_none());
    let found = extensions.find_map(|urn| Some((urn, at(known, &[&[urn], &steps[..]].concat())?)));
    let (urn, found) = found.ok_or(NotAFilter)?;
    Ok((Attribute { extension: Some(urn), names: attribute.names }, found))
}

fn at<'k>(known: &'k [Value], steps: &[&str]) -> Option<&'k Value> {
    let (step, rest) = steps.split_first()?;
    let found = known.iter().find(|one| one["name"].as_str().is_some_and(|name| name.eq_ignore_ascii_case(step)))?;
    match rest {
        _ if found["returned"] == "never" => None,
        [] => Some(found),
        rest => at(found["subAttributes"].as_array()?, rest),
    }
}

/// How an attribute of this type is compared with the value. `None`: not so.
fn compared(found: &Value, op: Op, value: Value) -> Option<(Op, Value)> {
    let same = matches!(op, Op::Eq | Op::Ne);
    if value.is_null() {
        return same.then_some((op, value));
    }
    match found["type"].as_str()? {
        "boolean" => truth(&value).filter(|_| same).map(|truth| (op, truth.into())),
        "dateTime" => instant(op, value.as_str()?),
        // A value of many parts is compared by its part `value`, where it has one (RFC 7644 section 3.4.2.2).
        "complex" => at(found["subAttributes"].as_array()?, &["value"]).and_then(|part| compared(part, op, value)),
        // Names are kept composed; Vietnamese keyboards and other systems also write letter and tone apart.
        _ => Some((op, value.as_str()?.nfc().collect::<String>().into())),
    }
}

/// Instants are shown to the second in one zone, where their order is that of their texts: the wanted one is brought there, too.
fn instant(op: Op, text: &str) -> Option<(Op, Value)> {
    if matches!(op, Op::Co | Op::Sw | Op::Ew) {
        return Some((op, text.into()));
    }
    let wanted = Timestamp::from_rfc3339(text)?;
    let between = wanted.millis().rem_euclid(1_000) > 0;
    Some(match op {
        // Nothing that is shown lies between two seconds.
        Op::Eq | Op::Ne if between => (op, text.into()),
        Op::Ge if between => (Op::Gt, wanted.rfc3339().into()),
        Op::Lt if between => (Op::Le, wanted.rfc3339().into()),
        op => (op, wanted.rfc3339().into()),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{super::filter::parse, Of, check};

    fn fits(text: &str) -> Option<bool> {
        let user = json!({
            "id": "1", "userName": "an", "active": true, "name": {"formatted": "Trần Thị Bình"}, "groups": [{"value": "u1"}],
            "urn:vn:idp:params:scim:schemas:official:1.0:User": {"posts": [
                {"unit": {"code": "54"}, "kind": "acting", "documentClasses": ["mat"], "noRedelegate": false, "until": "2026-03-31"}]},
            "meta": {"lastModified": "2026-03-15T07:00:05+07:00"},
        });
        let filter = parse(text).unwrap_or_else(|_| panic!("{text}"));
        check(filter, Of::Users).ok().map(|filter| filter.fits(&user))
    }

    #[test]
    fn attributes_are_compared_as_their_types_say() {
        let posts = "urn:vn:idp:params:scim:schemas:official:1.0:User:posts";
        for (text, expected) in [
            ("name.formatted co \"thị\"".to_owned(), true),
            ("name.formatted co \"thi\u{323}\"".to_owned(), true),
            ("ACTIVE eq \"True\"".to_owned(), true),
            ("groups eq \"u1\" and groups[value eq \"u1\"]".to_owned(), true),
            (format!("{posts}[kind eq \"acting\" and until lt \"2026-04-01\" and unit.code eq \"54\"]"), true),
            ("posts.documentClasses eq \"mat\" and posts[noRedelegate eq false]".to_owned(), true),
            ("urn:vn:idp:params:scim:schemas:official:1.0:User pr".to_owned(), true),
            ("externalId pr".to_owned(), false),
            ("meta.lastModified eq \"2026-03-15T00:00:05Z\"".to_owned(), true),
            ("meta.lastModified eq \"2026-03-15T00:00:05.5Z\"".to_owned(), false),
            ("meta.lastModified gt \"2026-03-15T00:00:04.999Z\"".to_owned(), true),
            ("meta.lastModified gt \"2026-03-15T00:00:05.001Z\"".to_owned(), false),
            ("meta.lastModified ge \"2026-03-15T00:00:05.001Z\"".to_owned(), false),
            ("meta.lastModified lt \"2026-03-15T00:00:05.001Z\"".to_owned(), true),
            ("meta.lastModified lt \"2026-03-15T06:00:00+07:00\"".to_owned(), false),
        ] {
            assert_eq!(fits(&text), Some(expected), "{text}");
        }
    }

    #[test]
    fn what_is_not_there_never_shown_or_not_so_compared_is_refused() {
        for text in [
            "nickName eq \"x\"",
            "not (actve eq true)",
            "personalNumber eq \"079085000001\"",
            "urn:vn:idp:params:scim:schemas:official:1.0:User:personalNumber pr",
            "posts.untill pr",
            "posts[active eq true]",
            "id[value eq \"1\"]",
            "members.value eq \"1\"",
            "active gt true",
            "active eq \"perhaps\"",
            "name eq \"An\"",
            "posts.unit.code eq 54",
            "userName gt null",
            "meta.lastModified gt \"2026-03-15\"",
            "meta.lastModified gt \"2026-03-15T07:00:05 07:00\"",
        ] {
            assert_eq!(fits(text), None, "{text}");
        }
    }

    #[test]
    fn groups_have_attributes_of_their_own() {
        for (text, good) in [
            ("displayName co \"x\"", true),
            ("level eq \"commune\" and codes.code eq \"1\"", true),
            ("members eq \"1\"", true),
            ("externalId pr", false),
            ("posts pr", false),
            ("meta.version pr", false),
        ] {
            assert_eq!(check(parse(text).expect("is one"), Of::Groups).is_ok(), good, "{text}");
        }
    }
}
