//! A sample relying party: a portal that people sign in to through the identity provider.
//!
//! The OpenID Connect client is the `openidconnect` crate, which we did not write: it judges the provider from outside. Ours are the
//! pages, the local sessions and the checks of logout tokens, which that crate does not have.
//!
//! | path | what | specification |
//! | --- | --- | --- |
//! | `GET /` | who is signed in here | |
//! | `GET /login` | goes to the provider with PKCE, state and nonce | OpenID Connect Core §3.1.2.1, RFC 7636 |
//! | `GET /callback` | the provider's answer becomes a local session | OpenID Connect Core §3.1.2.5, RFC 9207 |
//! | `POST /logout` | ends the local session, then goes on to the provider | RP-Initiated Logout 1.0 §2 |
//! | `POST /backchannel-logout` | the provider ends sessions here | Back-Channel Logout 1.0 §2.5–2.8 |
//!
//! Everything that is remembered has a lifetime and a largest number (`shelf`); a restart forgets all of it.

mod backchannel;
mod config;
mod http;
mod logout_token;
mod page;
mod provider;
mod server;
mod shelf;
mod sign_in;
mod sign_out;
#[cfg(test)]
mod tests;
mod text;
mod visit;

pub use config::PortalConfig;
pub use server::serve;
