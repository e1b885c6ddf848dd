//! A user as a personnel system says it should be: read, or refused with the attribute that is wrong.

use idp_core::{
    office::{Confirmed, Kind, Limits, PositionId, RoleId, Said, Scope},
    org::{Code, Scheme},
    types::{Day, FullName, Id, PersonalId, id},
};
use serde_json::Value;

use super::{
    error::{Stop, Why},
    path::value_of,
    schema::{OFFICIAL, USER},
};

/// Longest `userName` and `externalId`.
const LONGEST: usize = 200;
/// Posts of one person, at most.
const MOST: usize = 50;
/// Units of one scope, at most.
const MOST_UNITS: usize = 500;

/// What should be so. `None`: not said, and it stays.
pub(super) struct Wanted {
    pub(super) user_name: String,
    pub(super) external_id: Option<String>,
    pub(super) name: Option<FullName>,
    pub(super) active: Option<bool>,
    pub(super) number: Option<PersonalId>,
    pub(super) posts: Option<Vec<Post>>,
}

/// A post as it should be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Post {
    pub(super) id: Option<Id<id::Assignment>>,
    pub(super) unit: Unit,
    pub(super) position: PositionId,
    pub(super) kind: Kind,
    pub(super) roles: Vec<RoleId>,
    /// `None`: the unit, or what it is. A list gets its units from `listed`.
    pub(super) scope: Option<Scope>,
    /// The units of a list; `None`: those that it has.
    pub(super) listed: Option<Vec<Unit>>,
    /// What narrows it.
    pub(super) limits: Said,
    pub(super) from: Day,
    pub(super) until: Option<Day>,
    pub(super) decision: Option<Confirmed>,
}

/// A unit by its id, or by a code that means it on the first day of the post.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Unit {
    Id(Id<id::Unit>),
    Code(Code),
    /// Of whichever scheme it is one.
    Any(String),
}

fn wrong(at: &'static str) -> Stop {
    Stop::at(Why::Value, at)
}

/// A text, where there is one.
fn text<'v>(value: &'v Value, name: &str, at: &'static str) -> Result<Option<&'v str>, Stop> {
    match value_of(value, name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) if text.is_empty() => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(wrong(at)),
    }
}

impl Wanted {
    /// Reads a user.
    pub(super) fn parse(body: &Value) -> Result<Self, Stop> {
        let named = value_of(body, "schemas").and_then(Value::as_array);
        if !named
            .is_some_and(|all| all.iter().any(|one| one.as_str().is_some_and(|one| one.eq_ignore_ascii_case(USER))))
        {
            return Err(Stop::at(Why::Syntax, "schemas"));
        }
        let user_name = handle(text(body, "userName", "userName")?, "userName")?.ok_or(wrong("userName"))?;
        let external_id = handle(text(body, "externalId", "externalId")?, "externalId")?;
        let active = match value_of(body, "active") {
            None | Some(Value::Null) => None,
            Some(word) => Some(truth(word).ok_or(wrong("active"))?),
        };
        let official = value_of(body, OFFICIAL).unwrap_or(&Value::Null);
        if !official.is_object() && !official.is_null() {
            return Err(wrong(OFFICIAL));
        }
        let number = text(official, "personalNumber", "personalNumber")?.map(PersonalId::parse).transpose();
        let posts = match value_of(official, "posts") {
            None | Some(Value::Null) => None,
            Some(Value::Array(list)) if list.len() <= MOST => {
                Some(list.iter().map(Post::parse).collect::<Result<_, _>>()?)
            }
            Some(_) => return Err(wrong("posts")),
        };
        let number = number.map_err(|_| wrong("personalNumber"))?;
        Ok(Self { user_name, external_id, name: name(body)?, active, number, posts })
    }
}

/// What a party calls somebody. Not a personal number: these stand sealed with us and nowhere in the clear.
fn handle(text: Option<&str>, at: &'static str) -> Result<Option<String>, Stop> {
    let Some(text) = text else { return Ok(None) };
    let good = text.chars().count() <= LONGEST && text.trim() == text && !text.chars().any(char::is_control);
    if good && PersonalId::parse(text).is_err() { Ok(Some(text.to_owned())) } else { Err(wrong(at)) }
}

/// The name as written, or put together in its order.
fn name(body: &Value) -> Result<Option<FullName>, Stop> {
    let name = match value_of(body, "name") {
        None | Some(Value::Null) => return Ok(None),
        Some(name @ Value::Object(_)) => name,
        Some(_) => return Err(wrong("name")),
    };
    let written = if let Some(written) = text(name, "formatted", "name.formatted")? {
        written.to_owned()
    } else {
        let mut parts = Vec::new();
        for part in ["familyName", "middleName", "givenName"] {
            parts.extend(text(name, part, "name")?);
        }
        parts.join(" ")
    };
    if written.is_empty() {
        return Ok(None);
    }
    FullName::parse(&written).map(Some).map_err(|_| wrong("name"))
}

/// The attributes of a post.
const KNOWN: [&str; 13] = [
    "id",
    "unit",
    "position",
    "kind",
    "roles",
    "scope",
    "scopeUnits",
    "documentClasses",
    "noRedelegate",
    "from",
    "until",
    "decision",
    "state",
];

impl Post {
    fn parse(value: &Value) -> Result<Self, Stop> {
        let object = value.as_object().ok_or(wrong("posts"))?;
        // A misspelt `until` would make a post that never ends.
        if !object.keys().all(|name| KNOWN.iter().any(|known| known.eq_ignore_ascii_case(name))) {
            return Err(wrong("posts"));
        }
        let id = text(value, "id", "posts.id")?.map(str::parse).transpose().map_err(|_| wrong("posts.id"))?;
        let position = text(value, "position", "posts.position")?.and_then(|word| PositionId::parse(word).ok());
        let kind = match text(value, "kind", "posts.kind")? {
            None => Kind::Primary,
            Some(word) => Kind::from_word(word).filter(|kind| *kind != Kind::Delegated).ok_or(wrong("posts.kind"))?,
        };
        let (scope, listed) = scope(value)?;
        let from = day(value, "from", "posts.from")?.ok_or(wrong("posts.from"))?;
        let until = day(value, "until", "posts.until")?;
        if until.is_some_and(|until| until < from) {
            return Err(wrong("posts.until"));
        }
        Ok(Self {
            id,
            unit: unit(value_of(value, "unit"), "posts.unit")?,
            position: position.ok_or(wrong("posts.position"))?,
            kind,
            roles: roles(value)?,
            scope,
            listed,
            limits: limits(value)?,
            from,
            until,
            decision: decision(value)?,
        })
    }
}

fn day(value: &Value, name: &str, at: &'static str) -> Result<Option<Day>, Stop> {
    text(value, name, at)?.map(str::parse).transpose().map_err(|_| wrong(at))
}

/// The scope, and the units of a list. Units beside another scope are refused: whoever names them means something else than what would be
/// written.
fn scope(value: &Value) -> Result<(Option<Scope>, Option<Vec<Unit>>), Stop> {
    let at = "posts.scopeUnits";
    let scope = match text(value, "scope", "posts.scope")? {
        None => None,
        Some(word) => Some(Scope::from_word(word).ok_or(wrong("posts.scope"))?),
    };
    let listed = match value_of(value, "scopeUnits") {
        None | Some(Value::Null) => return Ok((scope, None)),
        Some(Value::Array(list)) if list.is_empty() && !matches!(scope, Some(Scope::Listed(_))) => {
            return Ok((scope, None));
        }
        Some(Value::Array(list)) if !list.is_empty() && list.len() <= MOST_UNITS => list,
        Some(_) => return Err(wrong(at)),
    };
    if !matches!(scope, Some(Scope::Listed(_))) {
        return Err(wrong(at));
    }
    let units = listed.iter().map(|one| unit(Some(one), at)).collect::<Result<_, _>>()?;
    Ok((scope, Some(units)))
}

/// What narrows a post. Left out, a limit stays: a system that does not know of it would else lift it. `null`, `[]` and `false` lift it.
fn limits(value: &Value) -> Result<Said, Stop> {
    let document_classes = match value_of(value, "documentClasses") {
        None => None,
        Some(Value::Null) => Some(Vec::new()),
        Some(Value::Array(list)) => {
            let read = |one: &Value| one.as_str().or_else(|| one.get("value")?.as_str()).map(str::to_owned);
            Some(list.iter().map(read).collect::<Option<Vec<_>>>().ok_or(wrong("posts.documentClasses"))?)
        }
        Some(_) => return Err(wrong("posts.documentClasses")),
    };
    if document_classes.as_ref().is_some_and(|classes| !Limits::may_be(classes)) {
        return Err(wrong("posts.documentClasses"));
    }
    let no_redelegate = match value_of(value, "noRedelegate") {
        None => None,
        Some(Value::Null) => Some(false),
        Some(word) => Some(truth(word).ok_or(wrong("posts.noRedelegate"))?),
    };
    Ok(Said { document_classes, no_redelegate })
}

/// Some clients send booleans as words.
pub(super) fn truth(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(truth) => Some(*truth),
        Value::String(word) if word.eq_ignore_ascii_case("true") => Some(true),
        Value::String(word) if word.eq_ignore_ascii_case("false") => Some(false),
        _ => None,
    }
}

fn unit(value: Option<&Value>, at: &'static str) -> Result<Unit, Stop> {
    let unit = value.ok_or(wrong(at))?;
    let code = text(unit, "code", at)?;
    let scheme = text(unit, "scheme", at)?.map(|word| Scheme::from_word(word).ok_or(wrong(at))).transpose()?;
    match (text(unit, "id", at)?, code, scheme) {
        (Some(id), _, _) => id.parse().map(Unit::Id).map_err(|_| wrong(at)),
        (None, Some(code), Some(scheme)) => Code::parse(scheme, code).map(Unit::Code).map_err(|_| wrong(at)),
        (None, Some(code), None) => Ok(Unit::Any(code.to_owned())),
        (None, None, _) => Err(wrong(at)),
    }
}

fn roles(value: &Value) -> Result<Vec<RoleId>, Stop> {
    let at = "posts.roles";
    let list = match value_of(value, "roles") {
        None | Some(Value::Null) => return Ok(Vec::new()),
        Some(Value::Array(list)) => list,
        Some(_) => return Err(wrong(at)),
    };
    let read = |one: &Value| {
        // Clients that know only values of many as objects send `{"value": …}`.
        let word = one.as_str().or_else(|| one.get("value").and_then(Value::as_str));
        word.and_then(|word| RoleId::parse(word).ok()).ok_or(wrong(at))
    };
    let mut roles = list.iter().map(read).collect::<Result<Vec<_>, _>>()?;
    roles.sort();
    roles.dedup();
    Ok(roles)
}

/// A decision has a number and a day; one without the other is an error, not an unconfirmed post.
fn decision(value: &Value) -> Result<Option<Confirmed>, Stop> {
    let at = "posts.decision";
    let decision = match value_of(value, "decision") {
        None | Some(Value::Null) => return Ok(None),
        Some(decision) => decision,
    };
    match (text(decision, "number", at)?, day(decision, "date", at)?) {
        (Some(number), Some(date)) if number.len() <= LONGEST => {
            Ok(Some(Confirmed { number: number.to_owned(), date }))
        }
        (None, None) => Ok(None),
        _ => Err(wrong(at)),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{super::error::Stop, OFFICIAL, USER, Wanted};

    fn user(change: impl Fn(&mut Value)) -> Value {
        let mut user = json!({
            "schemas": [USER, OFFICIAL], "userName": "an.nv", "externalId": "NV-1", "name": {"formatted": "Nguyen Van An"},
            OFFICIAL: {"posts": [{"unit": {"scheme": "gso", "code": "22015"}, "position": "can-bo", "roles": ["thong-ke", "thu-phi", "thu-phi"],
                "from": "2025-03-01", "until": "2025-12-31", "decision": {"number": "12/QD", "date": "2025-02-28"}}]},
        });
        change(&mut user);
        user
    }

    #[test]
    fn a_user_is_read_with_its_posts() {
        let Ok(wanted) = Wanted::parse(&user(|_| {})) else { panic!("is read") };
        let posts = wanted.posts.expect("posts");
        assert_eq!((wanted.user_name.as_str(), posts.len(), posts[0].roles.len()), ("an.nv", 1, 2));
        let parts = user(|user| user["name"] = json!({"givenName": "An", "familyName": "Nguyen", "middleName": "Van"}));
        let name = Wanted::parse(&parts).ok().and_then(|wanted| wanted.name).expect("a name");
        assert_eq!(name.as_str(), "Nguyen Van An");
        let bare = json!({"schemas": [USER], "userName": "x"});
        assert!(Wanted::parse(&bare).is_ok_and(|wanted| wanted.posts.is_none() && wanted.active.is_none()));
    }

    fn listed(user: &mut Value, units: &Value) {
        user[OFFICIAL]["posts"][0]["scope"] = json!("list");
        user[OFFICIAL]["posts"][0]["scopeUnits"] = units.clone();
    }

    #[test]
    fn limits_that_are_not_said_are_told_from_those_that_are_lifted() {
        let said = |post: Value| {
            let user = user(|user| {
                for (name, value) in post.as_object().expect("an object") {
                    user[OFFICIAL]["posts"][0][name] = value.clone();
                }
            });
            let posts = Wanted::parse(&user).ok().and_then(|wanted| wanted.posts).expect("is read");
            let limits = posts[0].limits.clone();
            (limits.document_classes.map(|classes| classes.join(";")), limits.no_redelegate)
        };
        for (post, expected) in [
            (json!({}), (None, None)),
            (json!({"documentClasses": ["a", {"value": "b"}], "noRedelegate": true}), (Some("a;b"), Some(true))),
            (json!({"DOCUMENTCLASSES": [], "noredelegate": "False"}), (Some(""), Some(false))),
            (json!({"documentClasses": null, "noRedelegate": null}), (Some(""), Some(false))),
        ] {
            assert_eq!(said(post.clone()), (expected.0.map(str::to_owned), expected.1), "{post}");
        }
    }

    #[test]
    fn each_wrong_attribute_is_named() {
        type Change = fn(&mut Value);
        let cases: [(Change, &str); 28] = [
            (|user| user["schemas"] = json!(["urn:x"]), "schemas"),
            (|user| user["userName"] = Value::Null, "userName"),
            (|user| user["userName"] = json!(" x"), "userName"),
            (|user| user["externalId"] = json!("079085000001"), "externalId"),
            (|user| user["externalId"] = json!(7), "externalId"),
            (|user| user["active"] = json!("perhaps"), "active"),
            (|user| user["name"] = json!({"formatted": "1234"}), "name"),
            (|user| user[OFFICIAL] = json!([]), OFFICIAL),
            (|user| user[OFFICIAL]["personalNumber"] = json!("123"), "personalNumber"),
            (|user| user[OFFICIAL]["posts"] = json!("x"), "posts"),
            (|user| user[OFFICIAL]["posts"][0]["untill"] = json!("2025-01-01"), "posts"),
            (|user| user[OFFICIAL]["posts"][0]["id"] = json!("x"), "posts.id"),
            (|user| user[OFFICIAL]["posts"][0]["unit"] = json!({"scheme": "gso"}), "posts.unit"),
            (|user| user[OFFICIAL]["posts"][0]["unit"]["scheme"] = json!("x"), "posts.unit"),
            (|user| user[OFFICIAL]["posts"][0]["position"] = json!("Can bo"), "posts.position"),
            (|user| user[OFFICIAL]["posts"][0]["kind"] = json!("delegated"), "posts.kind"),
            (|user| user[OFFICIAL]["posts"][0]["roles"] = json!([1]), "posts.roles"),
            (|user| user[OFFICIAL]["posts"][0]["scope"] = json!("all"), "posts.scope"),
            (|user| user[OFFICIAL]["posts"][0]["scopeUnits"] = json!([{"code": "22015"}]), "posts.scopeUnits"),
            (|user| listed(user, &json!([])), "posts.scopeUnits"),
            (|user| listed(user, &json!([{"scheme": "gso"}])), "posts.scopeUnits"),
            (|user| listed(user, &json!({"code": "22015"})), "posts.scopeUnits"),
            (|user| user[OFFICIAL]["posts"][0]["documentClasses"] = json!("Công văn"), "posts.documentClasses"),
            (|user| user[OFFICIAL]["posts"][0]["documentClasses"] = json!([" "]), "posts.documentClasses"),
            (|user| user[OFFICIAL]["posts"][0]["noRedelegate"] = json!("perhaps"), "posts.noRedelegate"),
            (|user| user[OFFICIAL]["posts"][0]["from"] = json!("31/02/2025"), "posts.from"),
            (|user| user[OFFICIAL]["posts"][0]["until"] = json!("2025-01-01"), "posts.until"),
            (|user| user[OFFICIAL]["posts"][0]["decision"] = json!({"number": "12/QD"}), "posts.decision"),
        ];
        for (change, at) in cases {
            match Wanted::parse(&user(change)) {
                Err(Stop::Refused { at: found, .. }) => assert_eq!(found, at),
                _ => panic!("{at} is refused"),
            }
        }
    }
}
