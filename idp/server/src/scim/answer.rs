//! Answers: one thing with its version, a list, and the part of either that was asked for.

use axum::{
    body::Body,
    http::{
        HeaderValue, StatusCode,
        header::{CONTENT_TYPE, ETAG, LOCATION},
    },
    response::Response,
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use idp_core::crypto::digest;
use serde_json::{Map, Value, json};

use super::{
    error::{Stop, Why},
    path::{Attribute, attribute},
};
use crate::web::Params;

/// The schema of lists.
pub(super) const LIST: &str = "urn:ietf:params:scim:api:messages:2.0:ListResponse";
/// The media type of everything here (RFC 7644 section 3.1).
pub(super) const SCIM: &str = "application/scim+json";

/// What a request is answered with; a bulk request has one for each of its operations.
pub(super) struct Answer {
    pub(super) status: StatusCode,
    /// `None`: nothing but the status.
    pub(super) body: Option<Value>,
}

impl Answer {
    pub(super) const fn ok(body: Value) -> Self {
        Self { status: StatusCode::OK, body: Some(body) }
    }

    /// Where the thing lies, as its `meta` says.
    pub(super) fn location(&self) -> Option<&str> {
        self.body.as_ref()?.pointer("/meta/location")?.as_str()
    }

    /// Its version, as its `meta` says.
    pub(super) fn version(&self) -> Option<&str> {
        self.body.as_ref()?.pointer("/meta/version")?.as_str()
    }

    /// As HTTP.
    pub(super) fn respond(&self) -> Response {
        let mut response = match &self.body {
            Some(body) => json(self.status, body),
            None => empty(self.status),
        };
        let location = if self.status == StatusCode::CREATED { self.location() } else { None };
        for (name, text) in [(ETAG, self.version()), (LOCATION, location)] {
            if let Some(value) = text.and_then(|text| HeaderValue::try_from(text).ok()) {
                response.headers_mut().insert(name, value);
            }
        }
        response
    }
}

fn empty(status: StatusCode) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status;
    response
}

/// A body with its status.
pub(super) fn json(status: StatusCode, body: &Value) -> Response {
    let mut response = Response::new(Body::from(body.to_string()));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(SCIM));
    response
}

/// The version of a resource: the same as long as nothing of it changed.
pub(super) fn version(resource: &Value) -> String {
    let digest = digest::sha256(resource.to_string().as_bytes());
    format!("W/\"{}\"", URL_SAFE_NO_PAD.encode(&digest.bytes()[..12]))
}

/// Which attributes an answer shows (RFC 7644 section 3.9).
#[derive(Clone, Debug, Default)]
pub(super) struct Shown {
    only: Option<Vec<Attribute>>,
    without: Vec<Attribute>,
}

impl Shown {
    /// Reads `attributes` and `excludedAttributes`; both at once make no sense.
    pub(super) fn parse(params: &Params) -> Result<Self, Stop> {
        let read = |name: &'static str| -> Result<Option<Vec<Attribute>>, Stop> {
            let Some(text) = params.get(name) else { return Ok(None) };
            let words = text.split(',').map(str::trim).filter(|word| !word.is_empty());
            let read: Option<Vec<Attribute>> = words.map(attribute).collect();
            read.map(Some).ok_or_else(|| Stop::at(Why::Value, name))
        };
        let (only, without) = (read("attributes")?, read("excludedAttributes")?);
        if only.is_some() && without.is_some() {
            return Err(Stop::at(Why::Value, "excludedAttributes"));
        }
        Ok(Self { only, without: without.unwrap_or_default() })
    }

    /// Whether an attribute is asked for by name: some are shown only then.
    pub(super) fn names(&self, name: &str) -> bool {
        let begins = |attribute: &Attribute| attribute.names.first().is_some_and(|own| own.eq_ignore_ascii_case(name));
        self.only.as_ref().is_some_and(|only| only.iter().any(begins))
    }

    /// The part of a resource that is shown: `schemas` and `id` always.
    pub(super) fn part(&self, resource: &Value) -> Value {
        let mut part = match &self.only {
            None => resource.clone(),
            Some(only) => {
                let mut part = json!({"schemas": resource["schemas"], "id": resource["id"]});
                for attribute in only {
                    let steps: Vec<&str> = attribute.steps().collect();
                    if let Some(value) = pick(resource, &steps) {
                        merge(&mut part, value);
                    }
                }
                part
            }
        };
        for attribute in &self.without {
            let steps: Vec<&str> = attribute.steps().collect();
            if !matches!(steps[..], [one] if ["schemas", "id"].contains(&one)) {
                drop_at(&mut part, &steps);
            }
        }
        part
    }
}

/// The resource with nothing in it but the value at these steps.
fn pick(value: &Value, steps: &[&str]) -> Option<Value> {
    let Some((step, rest)) = steps.split_first() else { return Some(value.clone()) };
    match value {
        Value::Array(list) => {
            let picked: Vec<Value> = list.iter().map(|one| pick(one, steps).unwrap_or_else(|| json!({}))).collect();
            Some(Value::Array(picked))
        }
        Value::Object(object) => {
            let (name, inner) = object.iter().find(|(name, _)| name.eq_ignore_ascii_case(step))?;
            let mut picked = Map::new();
            picked.insert(name.clone(), pick(inner, rest)?);
            Some(Value::Object(picked))
        }
        _ => None,
    }
}

fn merge(into: &mut Value, from: Value) {
    match (into, from) {
        (Value::Object(into), Value::Object(from)) => {
            for (name, value) in from {
                match into.get_mut(&name) {
                    Some(known) => merge(known, value),
                    None => {
                        into.insert(name, value);
                    }
                }
            }
        }
        (Value::Array(into), Value::Array(from)) if into.len() == from.len() => {
            into.iter_mut().zip(from).for_each(|(known, value)| merge(known, value));
        }
        (into, from) => *into = from,
    }
}

fn drop_at(value: &mut Value, steps: &[&str]) {
    let Some((step, rest)) = steps.split_first() else { return };
    match value {
        Value::Array(list) => list.iter_mut().for_each(|one| drop_at(one, steps)),
        Value::Object(object) => {
            let Some(name) = object.keys().find(|name| name.eq_ignore_ascii_case(step)).cloned() else { return };
            if rest.is_empty() {
                object.remove(&name);
            } else if let Some(inner) = object.get_mut(&name) {
                drop_at(inner, rest);
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{Shown, version};
    use crate::web::Params;

    fn part(query: &str) -> Value {
        let user = json!({
            "schemas": ["s"], "id": "1", "userName": "an", "name": {"familyName": "F", "givenName": "G"},
            "urn:vn:idp:params:scim:schemas:official:1.0:User": {"posts": [{"id": "p", "kind": "primary"}, {"id": "q"}]},
        });
        let Ok(params) = Params::parse(query) else { panic!("{query}") };
        Shown::parse(&params).expect("names").part(&user)
    }

    #[test]
    fn only_what_was_asked_for_is_shown_and_the_id_always() {
        let posts = "urn:vn:idp:params:scim:schemas:official:1.0:User";
        assert_eq!(part("attributes=USERNAME"), json!({"schemas": ["s"], "id": "1", "userName": "an"}));
        assert_eq!(
            part("attributes=name.givenName,name.familyName,emails"),
            json!({"schemas": ["s"], "id": "1", "name": {"familyName": "F", "givenName": "G"}})
        );
        assert_eq!(
            part(&format!("attributes={posts}:posts.id,{posts}:posts.kind")),
            json!({"schemas": ["s"], "id": "1", posts: {"posts": [{"id": "p", "kind": "primary"}, {"id": "q"}]}})
        );
        assert_eq!(
            part(&format!("excludedAttributes=id,schemas,name.familyName,{posts}")),
            json!({"schemas": ["s"], "id": "1", "userName": "an", "name": {"givenName": "G"}})
        );
    }

    #[test]
    fn a_version_changes_with_what_it_is_of() {
        assert_eq!(version(&json!({"a": 1})), version(&json!({"a": 1})));
        assert_ne!(version(&json!({"a": 1})), version(&json!({"a": 2})));
    }
}
