//! The OpenID Connect door.
//!
//! Owns: `posted_request`, `token_grant`, `refresh_token`, `revoked_token`, `client_assertion`. Asks the hall for everything about people.
//!
//! | endpoint | file | specification |
//! | --- | --- | --- |
//! | `/.well-known/openid-configuration`, `/.well-known/oauth-authorization-server` | `discovery` | OpenID Connect Discovery 1.0, RFC 8414 |
//! | `/oauth2/jwks` | `jwks` | RFC 7517 |
//! | `/oauth2/authorize` | `authorize` | RFC 6749 section 4.1, OpenID Connect Core section 3.1.2, RFC 7636, RFC 9207 |
//! | `/oauth2/token` | `token` | RFC 6749 sections 4.1.3, 4.4, 6; RFC 9068 |
//! | `/oauth2/userinfo` | `userinfo` | OpenID Connect Core section 5.3, RFC 6750 |
//! | `/oauth2/introspect` | `introspect` | RFC 7662 |
//! | `/oauth2/revoke` | `revoke` | RFC 7009 |
//! | `/oauth2/logout` | `logout` | OpenID Connect RP-Initiated Logout 1.0 |
//! | (in all tokens) | `officials` | what the scope `officials` tells; RFC 8693 section 4.1 |
//! | (for other doors) | `bearer` | RFC 6750, RFC 9068 |
//! | (outgoing) | `backchannel` | OpenID Connect Back-Channel Logout 1.0 |

mod access_token;
mod asked;
mod authorize;
pub mod backchannel;
mod bearer;
mod claims;
mod client_auth;
mod cors;
mod discovery;
mod error;
mod grant;
mod id_token;
mod introspect;
mod jwks;
mod logout;
mod officials;
mod pkce;
mod posted;
mod revoke;
pub mod rights;
mod rows;
mod token;
mod userinfo;

use std::sync::Arc;

use axum::{
    Router,
    routing::{get, post},
};

use crate::web::{house::House, public};

pub use bearer::bearers;
pub use grant::{OpenGrants, end_all as end_all_grants, end_grants_of, sweep};

/// Every statement of this room.
pub const STATEMENTS: &[&str] = rows::ALL;

/// The routes of this door.
pub fn routes(house: &Arc<House>) -> Router {
    let discovery = Arc::new(discovery::Document::of(house));
    let metadata =
        |document: Arc<discovery::Document>| get(move |headers| async move { discovery::serve(&document, &headers) });
    Router::new()
        .route("/.well-known/openid-configuration", metadata(Arc::clone(&discovery)).options(public::preflight))
        .route("/.well-known/oauth-authorization-server", metadata(discovery).options(public::preflight))
        .route("/oauth2/jwks", get(jwks::serve).options(public::preflight))
        .route("/oauth2/authorize", get(authorize::get).post(authorize::post))
        .route("/oauth2/authorize/resume", get(authorize::resume))
        .route("/oauth2/token", post(token::serve).options(cors::preflight))
        .route("/oauth2/userinfo", get(userinfo::serve).post(userinfo::serve).options(cors::preflight))
        .route("/oauth2/introspect", post(introspect::serve))
        .route("/oauth2/revoke", post(revoke::serve).options(cors::preflight))
        .route("/oauth2/logout", get(logout::get).post(logout::post))
        .with_state(Arc::clone(house))
}
