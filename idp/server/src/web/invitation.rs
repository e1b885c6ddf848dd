//! The address of an invitation: made by the admin API and the command line, opened in the citizen's corner.

use idp_core::crypto::handle::{Handle, Invitation};

/// What the link opens.
pub const PATH: &str = "/invitation";

/// The link as it is handed over. The secret is in the address once; after the first request a transaction carries its digest.
pub fn address(origin: &str, link: &Handle<Invitation>) -> String {
    format!("{origin}{PATH}?offer={}", link.reveal())
}
