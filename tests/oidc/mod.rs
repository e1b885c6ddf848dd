//! Journeys through the OpenID Connect door, and its rows of the list of attacks.

mod absent;
mod authorize;
mod concurrency;
mod discovery;
mod hostile;
mod logout;
mod matrix;
mod officials;
mod portals;
mod refresh;
mod token;
mod userinfo;
