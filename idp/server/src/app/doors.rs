//! All routes of the public listener, behind the gate.

use std::sync::Arc;

use askama::Template;
use axum::{Router, routing::get};
use idp_core::types::Locale;
use tower_http::compression::{
    CompressionLayer,
    predicate::{NotForContentType, Predicate, SizeAbove},
};

use crate::{
    config::sections,
    web::{
        Gate, assets, brand,
        house::House,
        page::{self, ErrorCode, NextStep},
        peer::Trust,
        problem::{ErrorPage, ErrorView},
    },
};

/// The doors themselves, without the gate.
pub fn inside(house: &Arc<House>) -> Router {
    Router::new()
        .merge(crate::oidc::routes(house))
        .merge(crate::steps::routes(house))
        .merge(crate::account::routes(house))
        .merge(crate::admin::routes(house, crate::oidc::bearers(house)))
        .merge(crate::scim::routes(house, crate::oidc::bearers(house)))
        .merge(files(house))
}

/// What is the same for everybody travels compressed. Pages do not: they hold secrets beside what somebody else chose, and the length of a
/// compressed page would tell about both (BREACH).
fn files(house: &Arc<House>) -> Router {
    let worth_it = SizeAbove::new(512).and(NotForContentType::const_new("font/")).and(NotForContentType::IMAGES);
    Router::new()
        .merge(crate::console::routes())
        .merge(crate::opendata::routes(house))
        .route(&format!("{}{{name}}", assets::PREFIX), get(assets::serve))
        .route(&format!("{}{{name}}", brand::PREFIX), get(brand::serve).with_state(Arc::clone(house)))
        .layer(CompressionLayer::new().compress_when(worth_it))
}

/// What acts on much at once: change sets of units, files of officials, and two hundred officials in one message.
const LONG: &[&str] = &["/api/v1/changes", "/api/v1/imports", "/scim/v2/Bulk"];

/// What the public listener serves.
pub fn public(house: &Arc<House>, server: &sections::Server) -> Router {
    let trust = Trust { proxies: server.proxies.clone(), header: server.proxy_header };
    let gate = Gate::new(&house.issuer, trust, error_page(Arc::clone(house))).also_at(&house.origins);
    gate.long_at(LONG).before(inside(house))
}

/// The page of a problem that no door turned into a page of its own.
fn error_page(house: Arc<House>) -> ErrorPage {
    Arc::new(move |view: &ErrorView<'_>| {
        let page = page::ErrorPage {
            c: house.chrome(view.look, "/".to_owned(), String::new()),
            code: code(view.code.word(), view.look.locale),
            reference: view.reference.to_owned(),
            at: house.clock.now(),
            next: NextStep::Usual,
        };
        page.render().unwrap_or_default()
    })
}

/// The page's code of a problem's word. A word without a page is a defect that people meet as *internal*.
fn code(word: &str, locale: Locale) -> ErrorCode {
    let found = ErrorCode::ALL.iter().find(|code| code.word() == word);
    found.copied().unwrap_or_else(|| {
        tracing::error!(word, locale = locale.tag(), "a problem has no page");
        ErrorCode::Internal
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::Code;

    #[test]
    fn every_problem_of_the_frame_has_its_page() {
        let codes = [
            Code::NOT_FOUND,
            Code::METHOD_NOT_ALLOWED,
            Code::URI_TOO_LONG,
            Code::HEADERS_TOO_LARGE,
            Code::BODY_TOO_LARGE,
            Code::TOO_MANY_PARAMETERS,
            Code::DUPLICATE_PARAMETER,
            Code::MALFORMED,
            Code::UNSUPPORTED_MEDIA_TYPE,
            Code::FORM_NOT_OURS,
            Code::COOKIES_REFUSED,
            Code::TOO_MANY_REQUESTS,
            Code::BUSY,
            Code::UNAVAILABLE,
            Code::FAULT,
        ];
        for problem in codes {
            assert_eq!(code(problem.word(), Locale::Vi).word(), problem.word());
        }
    }
}
