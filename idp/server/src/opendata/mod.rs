//! Floor 10: the door of open data. Read-only, without a sign-in, cacheable, and bounded: what the units of the country and the province
//! are, were and will be, so that other systems stop keeping lists of their own (contract, section 11).
//!
//! Owns no table. Shows what is public anyway: territories and agencies, never a person; heads of agencies are left out.

mod ask;
mod csv;
mod units;
pub mod view;

use std::sync::Arc;

use axum::{Router, routing::get};

use crate::web::{house::House, public};

/// How long others may keep an answer. A decision is recorded days before it takes effect, a correction may take five minutes.
const CACHE: &str = "public, max-age=300, stale-while-revalidate=600";

/// What the handlers share.
struct Desk {
    house: Arc<House>,
    downloads: csv::Downloads,
}

/// The routes of this door.
pub fn routes(house: &Arc<House>) -> Router {
    let desk = Desk { house: Arc::clone(house), downloads: csv::Downloads::default() };
    Router::new()
        .route("/api/v1/public/units", get(units::list).options(public::preflight))
        .route("/api/v1/public/units.csv", get(csv::download).options(public::preflight))
        .route("/api/v1/public/units/{id}", get(units::one).options(public::preflight))
        .route("/api/v1/public/units/by-code/{scheme}/{code}", get(units::by_code).options(public::preflight))
        .with_state(Arc::new(desk))
}
