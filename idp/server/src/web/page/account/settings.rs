//! How pages and messages reach a person.

use askama::Template;
use idp_core::types::Locale;

use super::Nav;
use crate::web::page::chrome::Chrome;

/// The page `account-settings`.
#[derive(Template)]
#[template(path = "account-settings.html")]
pub struct AccountSettings {
    /// The frame.
    pub c: Chrome,
    /// The other pages.
    pub nav: Nav,
    /// The language in which messages are written.
    pub locale: Locale,
    /// Whether the person wants to be told of sign-ins from browsers not seen before.
    pub notices: bool,
    /// Whether something was saved just now.
    pub saved: bool,
    /// `/account/settings`.
    pub action: String,
}
