//! Floor 9: HTTP tools for the doors. Owns no table; knows no protocol.
//!
//! | file | what |
//! | --- | --- |
//! | [`gate`] | the one way in and out: order of everything below |
//! | [`current`] | the request of a log line |
//! | [`context`] | reference (`X-Request-Id`), trace (W3C Trace Context), language |
//! | [`peer`] | client address and port; which proxy is believed (RFC 7239) |
//! | [`limit`] | bytes, counts, depth, time |
//! | [`extract`] | queries, forms, JSON |
//! | [`cookie`], [`csrf`] | RFC 6265bis; forms that are ours |
//! | [`headers`] | security headers on every answer |
//! | [`problem`], [`mistake`] | RFC 9457; the only place outside the protocols and the admin API where a status is chosen |
//! | [`bearer`] | access tokens, for doors that are no part of OAuth |
//! | [`public`] | documents for everybody: cacheable, open to scripts |
//! | [`page`], [`assets`] | every page as a typed view; style, scripts, fonts |
//! | [`brand`], [`display`] | name, colours and logo of the province; large letters and contrast of the reader |
//! | [`visit`] | a person at a page of ours: language, form check, refusals with a way on |
//! | [`new_password`] | a new password, wherever one is chosen |
//! | [`through`] | through the hall for a door of our own |
//! | [`ceremony`], [`in_app`] | what a script asks the device; which browsers keep no passkeys |
//! | [`evenly`] | answers whose time must not tell whom they are about |
//! | [`invitation`] | the address of the way into a record |
//! | [`house`], [`tally`] | the long-lived parts that every door shares |
//! | [`alarm`] | break-glass accounts in log and measurements |
//! | [`access`] | one log line and one measurement per request |

pub mod access;
pub mod alarm;
pub mod assets;
pub mod bearer;
pub mod brand;
pub mod ceremony;
pub mod context;
pub mod cookie;
pub mod csrf;
pub mod current;
pub mod display;
pub mod evenly;
pub mod extract;
pub mod gate;
pub mod headers;
pub mod house;
pub mod in_app;
pub mod invitation;
pub mod limit;
pub mod mistake;
pub mod new_password;
pub mod page;
pub mod peer;
pub mod problem;
pub mod public;
pub mod tally;
pub mod through;
pub mod visit;

pub use context::{Context, RequestId};
pub use cookie::{Cookie, CookieStyle};
pub use display::{Display, Look};
pub use extract::{Form, Json, Params, Query};
pub use gate::Gate;
pub use mistake::{Mistake, Place};
pub use peer::{Connection, Peer};
pub use problem::{Code, Problem};
pub use visit::{Halt, Visit};
