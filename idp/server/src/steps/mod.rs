//! The hall's pages: each answers one step of a sign-in, and none decides what comes next.
//!
//! Owns no table. Asks the hall (`idp_core::signin`) for everything; knows no protocol.
//!
//! | path | file |
//! | --- | --- |
//! | `GET /sign-in/{t}` | `show`: the page of the next step |
//! | `POST /sign-in/{t}/password` | `password`: signing in, and proving oneself again |
//! | `POST /sign-in/{t}/second-factor`, `…/send`, `…/again` | `second_factor`: a code after the password |
//! | `POST /sign-in/{t}/new-password` | `new_password`: another password, where the right one is too weak |
//! | `POST /sign-in/{t}/passkey…`, `…/decline` | `passkey`: using one, making one, going on without |
//! | `POST /sign-in/{t}/account`, `…/post`, `…/consent`, `…/cancel` | `choice`: go on, choose the post, agree, turn back |
//! | (the page of posts) | `capacity` |
//! | (every proof) | `proved`: session, transaction, next step |
//! | (every one) | `at`: where a person stands in their transaction |
//!
//! ```text
//! arrive: form check ─ transaction of this browser ─ session ─ facts ─ next ──► the page, or one write
//! every write ends in 303 to /sign-in/{t}, or to the door's own resume path when nothing is left to do
//! ```

mod at;
mod capacity;
mod choice;
mod new_password;
mod passkey;
mod password;
mod proved;
mod second_factor;
mod show;

use std::sync::Arc;

use axum::{
    Router,
    routing::{get, post},
};

use crate::web::house::House;

/// The routes of the hall's pages.
pub fn routes(house: &Arc<House>) -> Router {
    Router::new()
        .route("/sign-in/{t}", get(show::page))
        .route("/sign-in/{t}/password", post(password::answer))
        .route("/sign-in/{t}/second-factor", post(second_factor::answer))
        .route("/sign-in/{t}/second-factor/send", post(second_factor::send))
        .route("/sign-in/{t}/second-factor/again", post(second_factor::again))
        .route("/sign-in/{t}/new-password", post(new_password::answer))
        .route("/sign-in/{t}/passkey", post(passkey::answer))
        .route("/sign-in/{t}/passkey/options", post(passkey::options))
        .route("/sign-in/{t}/passkey/new", post(passkey::create))
        .route("/sign-in/{t}/passkey/new/options", post(passkey::creation_options))
        .route("/sign-in/{t}/passkey/later", post(passkey::later))
        .route("/sign-in/{t}/decline", post(passkey::decline))
        .route("/sign-in/{t}/account", post(choice::account))
        .route("/sign-in/{t}/post", post(choice::post))
        .route("/sign-in/{t}/consent", post(choice::consent))
        .route("/sign-in/{t}/cancel", post(choice::cancel))
        .with_state(Arc::clone(house))
}

#[cfg(test)]
mod tests;
