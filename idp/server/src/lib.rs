//! The doors: HTTP, pages, jobs, command line. The rules live in `idp-core`, which knows no HTTP.

pub mod account;
pub mod admin;
pub mod app;
pub mod cli;
pub mod config;
pub mod console;
pub mod jobs;
pub mod management;
pub mod oidc;
pub mod openapi;
pub mod opendata;
pub mod scim;
pub mod server;
pub mod steps;
pub mod web;

#[cfg(test)]
mod testing;
