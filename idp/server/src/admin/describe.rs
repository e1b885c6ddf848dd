//! OpenAPI 3.1 of the admin API, made from the table and the types that the handlers use.

use std::sync::LazyLock;

use axum::{
    body::Bytes,
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use schemars::{SchemaGenerator, generate::SchemaSettings};
use serde_json::{Map, Value, json};

use super::{
    PREFIX,
    act::{Operation, Precondition, Shapes},
    table::ALL,
};
use idp_core::admin::Who;

struct Described {
    paths: Map<String, Value>,
    components: Value,
}

static DESCRIBED: LazyLock<Described> = LazyLock::new(|| {
    let mut settings = SchemaSettings::draft2020_12();
    settings.definitions_path = "/components/schemas".into();
    settings.meta_schema = None;
    let mut generator = settings.into_generator();
    let mut paths: Map<String, Value> = Map::new();
    for operation in ALL {
        let described = describe(operation, &mut generator);
        let item = paths.entry(format!("{PREFIX}{}", operation.is.path)).or_insert_with(|| json!({}));
        item[operation.is.method.word()] = described;
    }
    let components = json!({
        "schemas": schemas(&mut generator),
        "responses": {"Problem": {
            "description": "RFC 9457",
            "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }},
        "securitySchemes": {
            "machine": {"type": "http", "scheme": "bearer", "bearerFormat": "at+jwt (RFC 9068)",
                "description": "client_credentials, scope admin, audience ISSUER/api/v1"},
            "console": {"type": "apiKey", "in": "cookie", "name": "__Host-adm"},
            "console_mark": {"type": "apiKey", "in": "header", "name": "X-CSRF", "description": "1; a cookie alone is no credential"},
        },
    });
    Described { paths, components }
});

/// The paths of the API, for the document of the whole server.
pub fn paths() -> &'static Map<String, Value> {
    &DESCRIBED.paths
}

/// Schemas, responses and ways to prove oneself.
pub fn components() -> &'static Value {
    &DESCRIBED.components
}

/// The document of this API alone.
pub fn document() -> Value {
    json!({
        "openapi": "3.1.0",
        "info": {"title": "Admin API", "version": env!("CARGO_PKG_VERSION"),
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"}},
        "servers": [{"url": "/"}],
        "paths": paths(),
        "components": components(),
    })
}

/// `GET /api/openapi.json`
pub(super) async fn serve() -> Response {
    static BODY: LazyLock<Bytes> = LazyLock::new(|| Bytes::from(document().to_string()));
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("application/json")),
        (header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=300")),
    ];
    (headers, BODY.clone()).into_response()
}

fn schemas(generator: &mut SchemaGenerator) -> Value {
    let mut schemas = generator.take_definitions(true);
    let mistake = json!({
        "type": "object",
        "properties": {
            "pointer": {"type": "string", "description": "RFC 6901, into the body"},
            "parameter": {"type": "string"},
            "header": {"type": "string"},
            "code": {"type": "string"},
            "detail": {"type": "string"},
        },
        "required": ["code", "detail"],
    });
    let problem = json!({
        "type": "object",
        "properties": {
            "type": {"type": "string", "format": "uri"},
            "title": {"type": "string"},
            "status": {"type": "integer"},
            "detail": {"type": "string"},
            "code": {"type": "string"},
            "traceId": {"type": "string"},
            "errors": {"type": "array", "items": mistake},
        },
        "required": ["type", "title", "status", "detail", "code", "traceId"],
    });
    schemas.insert("Problem".to_owned(), problem);
    Value::Object(schemas)
}

fn describe(operation: &Operation, generator: &mut SchemaGenerator) -> Value {
    let shapes = (operation.shapes)(generator);
    let mut described = json!({
        "operationId": operation.is.id,
        "tags": [tag(operation)],
        "summary": operation.is.summary,
        "parameters": parameters(operation, &shapes),
        "responses": responses(operation, &shapes),
        "security": security(operation.is.demand.who),
    });
    if let Some(permission) = operation.is.demand.permission {
        described["x-permission"] = json!(permission.word());
    }
    if let Some(body) = shapes.body {
        described["requestBody"] = json!({"required": true, "content": {"application/json": {"schema": body}}});
    }
    described
}

/// The first word of the path.
fn tag(operation: &Operation) -> &'static str {
    operation.is.path.trim_start_matches('/').split('/').next().unwrap_or_default()
}

fn security(who: Who) -> Value {
    match who {
        Who::Both => json!([{"machine": []}, {"console": [], "console_mark": []}]),
        Who::Party => json!([{"machine": []}]),
        Who::Console => json!([{"console": [], "console_mark": []}]),
    }
}

fn parameters(operation: &Operation, shapes: &Shapes) -> Vec<Value> {
    let mut parameters = of_object(shapes.path.as_value(), "path");
    parameters.extend(of_object(shapes.query.as_value(), "query"));
    if operation.is.precondition == Precondition::IfMatch {
        parameters.push(json!({"name": "If-Match", "in": "header", "required": true,
            "description": "the ETag that was read", "schema": {"type": "string", "pattern": "^\"[0-9]{1,18}\"$"}}));
    }
    if operation.writes && !operation.is_secret {
        parameters.push(json!({"name": "Idempotency-Key", "in": "header", "required": false,
            "description": "one for each intention; an answer can be had again for a day",
            "schema": {"type": "string", "pattern": "^[!-~]{1,64}$"}}));
    }
    parameters
}

/// The properties of a schema as parameters.
fn of_object(schema: &Value, place: &str) -> Vec<Value> {
    let required = schema["required"].as_array().cloned().unwrap_or_default();
    let properties = schema["properties"].as_object().cloned().unwrap_or_default();
    let parameter = |(name, mut schema): (String, Value)| {
        let required = place == "path" || required.contains(&json!(name));
        let description = schema.as_object_mut().and_then(|schema| schema.remove("description"));
        // What is absent is absent: there is no null in an address.
        let schema = without_null(schema);
        let mut parameter = json!({"name": name, "in": place, "required": required, "schema": schema});
        if let Some(description) = description {
            parameter["description"] = description;
        }
        parameter
    };
    properties.into_iter().map(parameter).collect()
}

fn without_null(mut schema: Value) -> Value {
    if let Some(kinds) = schema["type"].as_array().cloned() {
        let kinds: Vec<Value> = kinds.into_iter().filter(|kind| kind != "null").collect();
        schema["type"] = if let [one] = &kinds[..] { one.clone() } else { json!(kinds) };
    }
    if let Some(any) = schema.get("anyOf").and_then(Value::as_array).cloned() {
        let rest: Vec<Value> = any.into_iter().filter(|one| one["type"] != "null").collect();
        if let [one] = &rest[..] {
            return one.clone();
        }
        schema["anyOf"] = json!(rest);
    }
    if let Some(words) = schema.get_mut("enum").and_then(Value::as_array_mut) {
        words.retain(|word| !word.is_null());
    }
    if schema.get("type") == Some(&Value::Null) {
        schema.as_object_mut().map(|schema| schema.remove("type"));
    }
    schema
}

fn responses(operation: &Operation, shapes: &Shapes) -> Value {
    let is = &operation.is;
    let mut answers = Map::new();
    let mut success = json!({"description": meaning(is.status)});
    if is.status != 204 {
        success["content"] = json!({"application/json": {"schema": shapes.answer}});
    }
    answers.insert(is.status.to_string(), success);
    let mut refusals = vec![400, 401, 403, 404, 413, 422, 429, 500, 503];
    // A set can also stand where it cannot be tried.
    if operation.writes || is.path.starts_with("/changes/{change}/") {
        refusals.push(409);
    }
    if is.precondition == Precondition::IfMatch {
        refusals.extend([412, 428]);
    }
    if shapes.body.is_some() {
        refusals.push(415);
    }
    refusals.sort_unstable();
    for status in refusals {
        answers.insert(status.to_string(), json!({"$ref": "#/components/responses/Problem"}));
    }
    Value::Object(answers)
}

/// The reason phrase of RFC 9110 section 15.
fn meaning(status: u16) -> &'static str {
    axum::http::StatusCode::from_u16(status).ok().and_then(|status| status.canonical_reason()).unwrap_or_default()
}
