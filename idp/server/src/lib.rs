//! The doors: HTTP, pages, jobs, command line. The rules live in `idp-core`, which knows no HTTP.

pub mod cli;
pub mod config;
pub mod management;
pub mod oidc;
pub mod server;
pub mod web;
