//! The doors: HTTP, pages, jobs, command line. The rules live in `idp-core`, which knows no HTTP.

pub mod app;
pub mod cli;
pub mod config;
pub mod jobs;
pub mod management;
pub mod oidc;
pub mod openapi;
pub mod server;
pub mod web;

/// stub
pub mod steps {
    /// stub
    pub fn routes(_: &std::sync::Arc<crate::web::house::House>) -> axum::Router { axum::Router::new() }
}
/// stub
pub mod account {
    /// stub
    pub fn routes(_: &std::sync::Arc<crate::web::house::House>) -> axum::Router { axum::Router::new() }
    /// stub
    pub async fn reverify_due(_: &crate::web::house::House, _: &idp_core::store::Cx) -> Result<usize, idp_core::types::Fault> { Ok(0) }
}
