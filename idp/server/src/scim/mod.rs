//! Floor 10: the door for personnel systems. SCIM 2.0 (RFC 7642, 7643, 7644; cursors of RFC 9865): a system that keeps who serves where pushes it
//! here. Officials are users, units are groups.
//!
//! Owns: `scim_user`, what each party calls a person. Everything else is written by `idp_core::office`, whose gate judges each post, and read
//! within the caller's units only: a user or group of others is answered like one that is not there.
//!
//! | file | what |
//! | --- | --- |
//! | `desk` | every request: who calls, what is sent, which thing and verb |
//! | `call` | what a request knows; which units its party looks at |
//! | `schema` | ServiceProviderConfig, ResourceTypes, Schemas |
//! | `filter`, `path`, `patch`, `answer` | pure: filters, names, changes of parts, parts of answers |
//! | `known` | which attributes a filter may name, and how each is compared |
//! | `among` | whom a filter can mean: by index, by unit, or anybody |
//! | `list` | pages by index or cursor |
//! | `user`, `wanted` | officials as users, and read back |
//! | `users`, `posts` | verbs on users; posts by their difference |
//! | `groups` | units as groups |
//! | `bulk` | many operations in one message |
//! | `error` | the one status and `scimType` of each refusal |

mod among;
mod answer;
mod bulk;
mod call;
mod desk;
mod error;
mod filter;
mod groups;
mod known;
mod list;
mod patch;
mod path;
mod posts;
mod rows;
mod schema;
mod user;
mod users;
mod wanted;

use std::sync::Arc;

use axum::{Router, routing::any};

use crate::web::{bearer::Bearers, house::House};

/// Where this door is, and with the issuer before it the audience of tokens for it.
pub const PREFIX: &str = "/scim/v2";

/// Every statement of this room.
pub const STATEMENTS: &[&str] = rows::ALL;

/// What the requests share.
#[derive(Clone)]
struct Desk {
    house: Arc<House>,
    bearers: Arc<dyn Bearers>,
}

/// The routes of this door. One handler for all: what is not there or not allowed is answered in its own form, too.
pub fn routes(house: &Arc<House>, bearers: Arc<dyn Bearers>) -> Router {
    let desk = Desk { house: Arc::clone(house), bearers };
    Router::new().route(&format!("{PREFIX}/{{*rest}}"), any(desk::serve)).with_state(desk)
}
