//! Journeys: the server as others meet it. One binary, because linking is what costs time.

mod arch;
mod cli;
mod demo;
mod faults;
mod oidc;
mod org;
mod registry;
mod signin;
mod store;
mod units;
