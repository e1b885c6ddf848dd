//! The admin API and the ways into the web console. Owns no table: what it asks is kept by `idp_core::admin` and by the registers.
//!
//! | path | file |
//! | --- | --- |
//! | `/api/v1/…` | one file for each kind of thing: `me`, `administrators`, `units`, `changes`, `officials`, `check` |
//! | `/api/openapi.json` | `describe`: OpenAPI 3.1 from the same table and types |
//! | `/console/sign-in`, `/console/resume` | `console`: through the hall into the console |
//! | `/console/owner`, `/console/owner/resume` | `owner`: the first platform owner accepts |
//! | `/break-glass…` | `break_glass`: the hardware key of a break-glass account is registered |
//! | `/problems/{code}` | `problems`: what a problem's `type` leads to |
//!
//! An operation is one type that implements [`act::Act`], and one line in `table`. Router, permission matrix and OpenAPI come from there. A
//! handler is given the proof [`idp_core::admin::Allowed`], which only the gate makes, and no other way leads to it:
//!
//! ```text
//! who calls (caller) ─ may they do such a thing anywhere? ─ path, query, body (ask) ─ one transaction:
//!     answered before? ─ is it there? ─ over these units? ─ still the revision they saw? ─ act ─ keep the answer
//! ```

mod act;
mod administrators;
mod ask;
mod break_glass;
mod caller;
mod changes;
mod check;
mod console;
mod describe;
mod gate;
mod me;
mod officials;
mod owner;
mod paging;
mod problems;
pub(crate) mod refuse;
mod table;
mod units;
mod wire;

use std::sync::Arc;

use axum::{
    Router,
    extract::{Request, State},
    routing::{get, on, post},
};

use crate::web::{bearer::Bearers, house::House};

pub use describe::{components, document, paths};
pub(crate) use officials::{Terms, Tried};
pub use table::{Listed, listed, matrix};

/// Where the API lives, and with the issuer before it the audience of tokens for it.
pub const PREFIX: &str = "/api/v1";

/// What the operations share.
#[derive(Clone)]
struct Desk {
    house: Arc<House>,
    bearers: Arc<dyn Bearers>,
}

/// The routes of this door.
pub fn routes(house: &Arc<House>, bearers: Arc<dyn Bearers>) -> Router {
    let desk = Desk { house: Arc::clone(house), bearers };
    let mut api = Router::new();
    for operation in table::ALL {
        let run = operation.run;
        let handler =
            on(operation.is.method.filter(), move |State(desk): State<Desk>, request: Request| run(desk, request));
        api = api.route(&format!("{PREFIX}{}", operation.is.path), handler);
    }
    let pages = Router::new()
        .route("/api/openapi.json", get(describe::serve))
        .route("/problems/{code}", get(problems::page))
        .route("/console/sign-in", get(console::sign_in))
        .route("/console/resume", get(console::resume))
        .route("/break-glass", get(break_glass::begin))
        .route("/break-glass/key", get(break_glass::page).post(break_glass::register))
        .route("/break-glass/options", post(break_glass::options))
        .route("/console/owner", get(owner::begin))
        .route("/console/owner/resume", get(owner::ask).post(owner::accept))
        .with_state(Arc::clone(house));
    api.with_state(desk).merge(pages)
}

#[cfg(test)]
mod tests;
