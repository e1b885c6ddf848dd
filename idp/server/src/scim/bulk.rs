//! Many operations in one message (RFC 7644 section 3.7): each is a request of its own, in its own transaction, in the order sent.

use std::{collections::HashMap, sync::Arc};

use axum::http::StatusCode;
use idp_core::types::Locale;
use serde_json::{Value, json};

use super::{
    answer::Answer,
    call::{Ask, Call, Verb},
    desk,
    error::{Stop, Why},
    path::value_of,
    schema::MOST_OPERATIONS,
};
use crate::web::Params;

const REQUEST: &str = "urn:ietf:params:scim:api:messages:2.0:BulkRequest";
const RESPONSE: &str = "urn:ietf:params:scim:api:messages:2.0:BulkResponse";
/// How a value names the result of an operation before it.
const REFERENCE: &str = "bulkId:";

/// In which language refusals are told, and under which reference.
pub(super) struct Told<'a> {
    pub(super) locale: Locale,
    pub(super) reference: &'a str,
}

/// `POST /Bulk`
pub(super) async fn run(call: &Arc<Call>, ask: &Ask, told: &Told<'_>) -> Result<Answer, Stop> {
    let body = ask.object()?;
    let says =
        value_of(body, "schemas").and_then(Value::as_array).is_some_and(|all| all.iter().any(|one| one == REQUEST));
    let operations = value_of(body, "Operations").and_then(Value::as_array).filter(|_| says).ok_or(Why::Syntax)?;
    if operations.len() > MOST_OPERATIONS {
        return Err(Why::TooManyOperations.into());
    }
    let most = value_of(body, "failOnErrors").and_then(Value::as_u64).unwrap_or(u64::MAX);
    let (mut failed, mut made, mut done) = (0, HashMap::new(), Vec::new());
    for operation in operations {
        if failed >= most {
            break;
        }
        let (answer, error) = match one(call, operation, &mut made).await {
            Ok(answer) => (Some(answer), None),
            Err(stop) => {
                failed += 1;
                desk::note(call, &stop).await?;
                (None, Some(stop.shown(told.locale, told.reference)))
            }
        };
        done.push(line(operation, answer.as_ref(), error));
    }
    Ok(Answer::ok(json!({"schemas": [RESPONSE], "Operations": done})))
}

async fn one(call: &Arc<Call>, operation: &Value, made: &mut HashMap<String, String>) -> Result<Answer, Stop> {
    let verb = match value_of(operation, "method").and_then(Value::as_str).unwrap_or_default() {
        "POST" => Verb::Post,
        "PUT" => Verb::Put,
        "PATCH" => Verb::Patch,
        "DELETE" => Verb::Delete,
        _ => return Err(Stop::at(Why::Syntax, "method")),
    };
    let path = value_of(operation, "path").and_then(Value::as_str).ok_or(Stop::at(Why::Syntax, "path"))?;
    let name = value_of(operation, "bulkId").and_then(Value::as_str);
    if verb == Verb::Post && name.is_none() {
        return Err(Stop::at(Why::Syntax, "bulkId"));
    }
    let mut steps = Vec::new();
    for step in path.strip_prefix('/').unwrap_or(path).split('/') {
        steps.push(meant(step, made)?);
    }
    let mut body = value_of(operation, "data").cloned();
    if let Some(body) = &mut body {
        resolve(body, made)?;
    }
    let seen = value_of(operation, "version").and_then(Value::as_str).map(str::to_owned);
    let ask = Ask { verb, params: Params::default(), body, seen, known: None };
    let steps: Vec<&str> = steps.iter().map(String::as_str).collect();
    let answer = match steps[..] {
        ["Users" | "Groups"] | ["Users" | "Groups", _] => desk::thing(call, ask, &steps).await?,
        _ => return Err(Stop::at(Why::Value, "path")),
    };
    let id = answer.body.as_ref().and_then(|body| body["id"].as_str());
    if let (Some(name), Some(id)) = (name, id) {
        made.insert(name.to_owned(), id.to_owned());
    }
    Ok(answer)
}

/// What a step or value means: itself, or the id that an operation before gave. One that failed or comes later gave none.
fn meant(text: &str, made: &HashMap<String, String>) -> Result<String, Stop> {
    match text.strip_prefix(REFERENCE) {
        None => Ok(text.to_owned()),
        Some(name) => made.get(name).cloned().ok_or(Stop::at(Why::State, "bulkId")),
    }
}

fn resolve(value: &mut Value, made: &HashMap<String, String>) -> Result<(), Stop> {
    match value {
        Value::String(text) if text.starts_with(REFERENCE) => *text = meant(text, made)?,
        Value::Array(list) => list.iter_mut().try_for_each(|one| resolve(one, made))?,
        Value::Object(object) => object.values_mut().try_for_each(|one| resolve(one, made))?,
        _ => {}
    }
    Ok(())
}

fn line(operation: &Value, answer: Option<&Answer>, error: Option<(StatusCode, Value)>) -> Value {
    let mut line = json!({"method": value_of(operation, "method")});
    if let Some(name) = value_of(operation, "bulkId").filter(|name| name.is_string()) {
        line["bulkId"] = name.clone();
    }
    if let Some(answer) = answer {
        line["status"] = answer.status.as_str().into();
        for (name, value) in [("location", answer.location()), ("version", answer.version())] {
            if let Some(value) = value {
                line[name] = value.into();
            }
        }
    }
    if let Some((status, body)) = error {
        line["status"] = status.as_str().into();
        line["response"] = body;
    }
    line
}
