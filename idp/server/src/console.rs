//! The door of the web console: it hands out the files of `idp-admin-ui`, behind the gate's headers like everything else.
//!
//! Owns no table. What the console shows will come from the admin API, which decides what its caller may see.

use axum::{
    Router,
    extract::Path,
    http::{
        HeaderValue, StatusCode,
        header::{CONTENT_TYPE, LOCATION},
    },
    response::{IntoResponse, Response},
    routing::get,
};

use crate::web::{Code, Problem};

/// The routes of this door.
pub fn routes() -> Router {
    Router::new()
        // The pages name their files relatively, so the address must end in a slash.
        .route("/console", get(async || (StatusCode::PERMANENT_REDIRECT, [(LOCATION, "/console/")])))
        .route("/console/", get(async || file("")))
        .route("/console/{*path}", get(async |Path(path): Path<String>| file(&path)))
}

fn file(path: &str) -> Response {
    match idp_admin_ui::get(path) {
        Some(asset) => ([(CONTENT_TYPE, HeaderValue::from_static(asset.content_type))], asset.bytes).into_response(),
        None => Problem::new(Code::NOT_FOUND).into_response(),
    }
}

#[cfg(test)]
mod tests {
    use axum::{body::Body, http::Request};
    use tower::ServiceExt;

    use super::routes;

    #[tokio::test]
    async fn only_files_of_the_console_are_handed_out() {
        for (path, status) in [
            ("/console", 308),
            ("/console/", 200),
            ("/console/index.html", 200),
            ("/console/../Cargo.toml", 404),
            ("/console/%2e%2e/Cargo.toml", 404),
            ("/console/no-such-file", 404),
        ] {
            let request = Request::get(path).body(Body::empty()).expect("a request");
            assert_eq!(routes().oneshot(request).await.expect("answers").status(), status, "{path}");
        }
    }
}
