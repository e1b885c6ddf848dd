//! The table against the routers.

use std::collections::BTreeSet;

use axum::{Router, body::Body as RequestBody, extract::Request, http::Method as HttpMethod};
use tower::ServiceExt;

use super::*;
use crate::{
    app::{doors, scratch::Scratch, test_clock},
    jobs::Jobs,
    management::{Management, Metrics},
    server::Shutdown,
};

/// The routes of one listener.
fn router(scratch: &Scratch, listener: Listener) -> Router {
    match listener {
        Listener::Public => doors::inside(&scratch.app.house),
        Listener::Management => {
            Management { checks: Vec::new(), shutdown: Shutdown::new(), metrics: Metrics::install() }
                .router()
                .merge(test_clock::router(Jobs::new(&scratch.app), Vec::new()))
        }
    }
}

/// The paths of a router. It tells them to nobody but a debugger, and shows its fallback as `/`: so `/` is left to the other test.
fn paths(router: &Router) -> BTreeSet<String> {
    let shown = format!("{router:?}");
    let paths = shown.split('"').filter(|piece| piece.starts_with('/') && !piece.contains("__private"));
    // OpenAPI has no sign for "the rest of the path".
    paths.filter(|path| *path != "/").map(|path| path.replace("{*", "{")).collect()
}

#[tokio::test]
async fn the_table_and_the_routers_name_the_same_paths() {
    let scratch = Scratch::new().await;
    for listener in [Listener::Public, Listener::Management] {
        let listed = routes().filter(|route| route.listener == listener);
        let listed = listed.filter(|route| route.path != "/");
        let mut listed: BTreeSet<String> = listed.map(|route| route.path.to_owned()).collect();
        if listener == Listener::Public {
            listed.extend(admin::listed().into_iter().map(|operation| operation.path));
        }
        assert_eq!(listed, paths(&router(&scratch, listener)), "{listener:?}");
    }
}

#[tokio::test]
async fn each_path_takes_the_listed_methods_and_no_other() {
    let scratch = Scratch::new().await;
    for route in routes() {
        let router = router(&scratch, route.listener);
        for (method, listed) in [(HttpMethod::GET, Method::Get), (HttpMethod::POST, Method::Post)] {
            let expected = route.operations.iter().any(|operation| operation.method == listed);
            let uri = route.path.replace(['{', '}'], "");
            let request = Request::builder().method(method).uri(uri);
            let request = request.body(RequestBody::empty()).expect("a request");
            let answer = router.clone().oneshot(request).await.expect("a router never fails");
            assert_eq!(answer.status().as_u16() != 405, expected, "{:?} {}", listed, route.path);
        }
    }
}

#[tokio::test]
async fn each_path_of_the_admin_api_takes_the_listed_methods_and_no_other() {
    let scratch = Scratch::new().await;
    let router = router(&scratch, Listener::Public);
    for listed in admin::listed() {
        for method in ["get", "post", "put", "patch", "delete"] {
            let expected = admin::listed().iter().any(|other| other.path == listed.path && other.method == method);
            let method = HttpMethod::from_bytes(method.to_uppercase().as_bytes()).expect("a method");
            let request = Request::builder().method(method.clone()).uri(listed.path.replace(['{', '}'], ""));
            let request = request.body(RequestBody::empty()).expect("a request");
            let answer = router.clone().oneshot(request).await.expect("a router never fails");
            assert_eq!(answer.status().as_u16() != 405, expected, "{method} {}", listed.path);
        }
    }
}

#[test]
fn the_document_is_whole() {
    let document = document();
    assert_eq!(document["openapi"], "3.1.0");
    for operation in admin::listed() {
        assert_eq!(document["paths"][&operation.path][operation.method]["operationId"], operation.id);
    }
    assert!(document["components"]["schemas"]["Problem"].is_object());
    let mut ids = BTreeSet::new();
    for route in routes() {
        for operation in route.operations {
            let described = &document["paths"][route.path][operation.method.word()];
            assert_eq!(described["operationId"], operation.id, "{}", route.path);
            assert!(ids.insert(operation.id), "{} stands twice", operation.id);
            assert!(described["responses"].as_object().is_some_and(|answers| !answers.is_empty()));
        }
    }
}
