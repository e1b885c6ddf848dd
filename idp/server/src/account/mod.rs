//! The citizen's own corner: what this server is, making an account, one's own account, signing out of it.
//!
//! Owns no table. Nothing here speaks a protocol; a sign-in for one's own account is a transaction like any other, begun by
//! the door `account` and without a party.
//!
//! | path | file |
//! | --- | --- |
//! | `GET /` | `home` |
//! | `GET /account`, `GET /account/resume`, `POST /account/sign-out` | `own`; what is known: `data` |
//! | `…/history`, `…/history/report` | `history`: sign-ins, and "this was not me" |
//! | `…/sessions`, `…/sessions/end`, `…/sessions/end-all` | `sessions` |
//! | `…/services`, `…/services/{client_id}`, `…/withdraw` | `services`: who knows me, and taking it back |
//! | `…/receipts/{id}`, `…/receipts/{id}/file` | `receipts`: proof of what was agreed to |
//! | `…/access` | `access`: what went to whom |
//! | `…/posts` | `posts`: what an official may do, and why |
//! | `…/delegations`, `…/delegations/end` | `delegations`: what is handed on, seen by both sides |
//! | `GET`, `POST …/delegations/new` | `delegate`: handing on; what the form says: `hand_on` |
//! | `…/approvals`, `…/approvals/decide`, `…/approvals/review` | `approvals`: what waits for a second person, and reviews |
//! | (what these share) | `official` |
//! | `…/settings`, `GET /display` | `settings`: language, letters, contrast; `/display` works signed out |
//! | `GET /account/factors`, `POST /account/factors/…` | `factors`: apps for codes, recovery codes |
//! | `POST /account/contacts…` | `contacts`: addresses |
//! | `GET`, `POST /account/password` | `password` |
//! | `/recover…` | `recover`, `recovered`: a forgotten password |
//! | (before each change) | `fresh`: a proof not older than five minutes |
//! | `GET`, `POST /account/passkeys…` | `passkeys`; who may change something: `gate` |
//! | `GET /.well-known/…` | `well_known`: what browsers and password managers look for |
//! | `GET`, `POST /enrol` | `enrol`; what the form says: `application`; how often: `quota` |
//! | `/invitation…` | `invited`: an official makes the account of the record that a list brought |
//! | (a job) | `reverify`: asks the registry again |

mod access;
mod application;
mod approvals;
mod contacts;
mod data;
mod delegate;
mod delegations;
mod enrol;
mod factors;
mod fresh;
mod gate;
mod hand_on;
mod history;
mod home;
mod invited;
mod official;
mod own;
mod passkeys;
mod password;
mod posts;
mod quota;
mod receipts;
mod recover;
mod recovered;
mod reverify;
mod services;
mod sessions;
mod settings;
mod well_known;

use std::sync::Arc;

use axum::{
    Router,
    routing::{get, post},
};

use crate::web::{house::House, invitation};

pub use reverify::reverify_due;

/// The routes of this door.
pub fn routes(house: &Arc<House>) -> Router {
    Router::new()
        .route("/", get(home::page))
        .route("/account", get(own::page))
        .route("/account/resume", get(own::resume))
        .route("/account/sign-out", post(own::sign_out))
        .route("/account/history", get(history::page))
        .route("/account/history/report", post(history::report))
        .route("/account/sessions", get(sessions::page))
        .route("/account/sessions/end", post(sessions::end))
        .route("/account/sessions/end-all", post(sessions::end_all))
        .route("/account/services", get(services::list))
        .route("/account/services/{client_id}", get(services::page))
        .route("/account/services/{client_id}/withdraw", post(services::withdraw))
        .route("/account/receipts/{id}", get(receipts::page))
        .route("/account/receipts/{id}/file", get(receipts::file))
        .route("/account/access", get(access::page))
        .route("/account/posts", get(posts::page))
        .route("/account/delegations", get(delegations::list))
        .route("/account/delegations/end", post(delegations::end))
        .route("/account/delegations/new", get(delegate::form).post(delegate::answer))
        .route("/account/approvals", get(approvals::page))
        .route("/account/approvals/decide", post(approvals::decide))
        .route("/account/approvals/review", post(approvals::review))
        .route("/account/settings", get(settings::page).post(settings::save))
        .route("/display", get(settings::display))
        .route("/account/factors", get(factors::page))
        .route("/account/factors/app", post(factors::add_app))
        .route("/account/factors/app/confirm", post(factors::confirm_app))
        .route("/account/factors/app/remove", post(factors::remove_app))
        .route("/account/factors/paper", post(factors::make_paper))
        .route("/account/contacts", post(contacts::add))
        .route("/account/contacts/verify", post(contacts::verify))
        .route("/account/contacts/send", post(contacts::send))
        .route("/account/contacts/second-factor", post(contacts::second_factor))
        .route("/account/contacts/remove", post(contacts::remove))
        .route("/account/password", get(password::page).post(password::change))
        .route(invitation::PATH, get(invited::begin))
        .route("/invitation/account", get(invited::page).post(invited::answer))
        .route("/recover", get(recover::page).post(recover::ask))
        .route("/recover/stop", get(recovered::ask_stop).post(recovered::stop))
        .route("/recover/{t}", get(recover::step))
        .route("/recover/{t}/send", post(recover::send))
        .route("/recover/{t}/proof", post(recover::prove))
        .route("/recover/{t}/password", post(recovered::set))
        .route("/account/passkeys", get(passkeys::list).post(passkeys::create))
        .route("/account/passkeys/new", get(passkeys::creation))
        .route("/account/passkeys/options", post(passkeys::options))
        .route("/account/passkeys/{id}/label", post(passkeys::rename))
        .route("/account/passkeys/{id}/remove", get(passkeys::removal).post(passkeys::remove))
        .route("/.well-known/webauthn", get(well_known::webauthn))
        .route("/.well-known/passkey-endpoints", get(well_known::passkey_endpoints))
        .route("/.well-known/change-password", get(well_known::change_password))
        .route("/enrol", get(enrol::page).post(enrol::answer))
        .with_state(Arc::clone(house))
}

#[cfg(test)]
mod tests;
