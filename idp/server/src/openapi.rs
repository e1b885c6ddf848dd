//! The HTTP surface in one table, from which `idp openapi` makes its document. A test compares the table with the routers, in both
//! directions: a route that is not here, or a line here without a route, fails.

mod scim;
mod table;
mod ways;

use serde_json::{Map, Value, json};

use crate::admin;

pub use table::{Body, Listener, Method, Operation, Parameter, Route};

/// Every path of both listeners.
pub fn routes() -> impl Iterator<Item = &'static Route> {
    table::ROUTES.iter().chain(ways::PAGES).chain(ways::FORMS).chain(scim::ROUTES)
}

/// The OpenAPI 3.1 document of both listeners.
pub fn document() -> Value {
    let mut paths = Map::new();
    for route in routes() {
        let operations = route.operations.iter();
        let mut item: Map<String, Value> =
            operations.map(|operation| (operation.method.word().to_owned(), describe(route, operation))).collect();
        if route.listener == Listener::Management {
            let server = json!([{"url": "http://127.0.0.1:9080", "description": "server.management_listen"}]);
            item.insert("servers".to_owned(), server);
        }
        paths.insert(route.path.to_owned(), Value::Object(item));
    }
    paths.extend(admin::paths().clone());
    let mut document = frame(&paths);
    for (kind, items) in admin::components().as_object().into_iter().flatten() {
        for (name, item) in items.as_object().into_iter().flatten() {
            document["components"][kind][name] = item.clone();
        }
    }
    document
}

fn frame(paths: &Map<String, Value>) -> Value {
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Identity provider",
            "version": env!("CARGO_PKG_VERSION"),
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "{issuer}", "variables": {"issuer": {"default": "http://localhost:8080"}}}],
        "paths": paths,
        "components": {
            "securitySchemes": {
                "party": {"type": "http", "scheme": "basic", "description": "client_secret_basic; or client_secret_post, private_key_jwt, none, as registered"},
                "access_token": {"type": "http", "scheme": "bearer", "bearerFormat": "at+jwt (RFC 9068)"},
                "session": {"type": "apiKey", "in": "cookie", "name": "__Host-sid"},
            },
        },
    })
}

fn describe(route: &Route, operation: &Operation) -> Value {
    let mut described = json!({
        "operationId": operation.id,
        "tags": [route.tag],
        "summary": operation.summary,
        "parameters": parameters(route, operation),
        "responses": responses(operation),
    });
    let fields = operation.form.iter().map(|parameter| (parameter.name.to_owned(), json!({"type": "string"})));
    let properties: Map<String, Value> = fields.collect();
    if let Some(format) = operation.takes {
        let required: Vec<&str> =
            operation.form.iter().filter(|field| field.required).map(|field| field.name).collect();
        let schema = json!({"type": "object", "properties": properties, "required": required});
        described["requestBody"] = json!({"required": true, "content": {format.media_type(): {"schema": schema}}});
    }
    if let Some(scheme) = operation.security {
        described["security"] = json!([{scheme: []}]);
    }
    described
}

fn parameters(route: &Route, operation: &Operation) -> Vec<Value> {
    let in_path = route.path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'));
    let in_path =
        in_path.map(|name| json!({"name": name, "in": "path", "required": true, "schema": {"type": "string"}}));
    let in_query = operation.query.iter().map(|parameter| {
        json!({"name": parameter.name, "in": "query", "required": parameter.required, "schema": {"type": "string"}})
    });
    in_path.chain(in_query).collect()
}

fn responses(operation: &Operation) -> Value {
    let answers: Map<String, Value> = operation
        .answers
        .iter()
        .map(|(status, body)| {
            let content = body.map(|body| json!({body.media_type(): {}}));
            let mut answer = json!({"description": meaning(*status)});
            if let Some(content) = content {
                answer["content"] = content;
            }
            (status.to_string(), answer)
        })
        .collect();
    Value::Object(answers)
}

/// The reason phrase of RFC 9110 section 15.
fn meaning(status: u16) -> &'static str {
    axum::http::StatusCode::from_u16(status).ok().and_then(|status| status.canonical_reason()).unwrap_or("")
}

#[cfg(test)]
mod tests;
