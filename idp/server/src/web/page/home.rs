//! What this server is.

use askama::Template;

use super::chrome::Chrome;

/// The page `home`.
#[derive(Template)]
#[template(path = "home.html")]
pub struct Home {
    /// The frame.
    pub c: Chrome,
    /// `/enrol`, while that is allowed.
    pub enrol_href: Option<String>,
    /// `/account`.
    pub account_href: String,
}
