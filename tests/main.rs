//! Journeys: the server as others meet it. One binary, because linking is what costs time.

mod admin;
mod arch;
mod cli;
mod demo;
mod doctor;
mod faults;
mod office;
mod oidc;
mod org;
mod registry;
mod scim;
mod signin;
mod store;
mod units;
