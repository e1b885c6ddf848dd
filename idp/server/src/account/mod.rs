//! The citizen's own corner: what this server is, making an account, one's own account, signing out of it.
//!
//! Owns no table. Nothing here speaks a protocol; a sign-in for one's own account is a transaction like any other, begun by
//! the door `account` and without a party.
//!
//! | path | file |
//! | --- | --- |
//! | `GET /` | `home` |
//! | `GET /account`, `GET /account/resume`, `POST /account/sign-out` | `own` |
//! | `GET`, `POST /enrol` | `enrol`; what the form says: `application`; how often: `quota` |
//! | (a job) | `reverify`: asks the registry again |

mod application;
mod enrol;
mod home;
mod own;
mod quota;
mod reverify;

use std::sync::Arc;

use axum::{
    Router,
    routing::{get, post},
};

use crate::web::house::House;

pub use reverify::reverify_due;

/// The routes of this door.
pub fn routes(house: &Arc<House>) -> Router {
    Router::new()
        .route("/", get(home::page))
        .route("/account", get(own::page))
        .route("/account/resume", get(own::resume))
        .route("/account/sign-out", post(own::sign_out))
        .route("/enrol", get(enrol::page).post(enrol::answer))
        .with_state(Arc::clone(house))
}

#[cfg(test)]
mod tests;
