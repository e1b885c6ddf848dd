//! Pages that only pass: back to the party by link and refresh, or by a form that sends itself.

use askama::Template;

use super::chrome::Chrome;
use super::parts::Words;

/// The page `continue`: ends a POST without a redirect, which `form-action` would block at another origin.
#[derive(Template)]
#[template(path = "continue.html")]
pub struct Continue {
    /// The frame.
    pub c: Chrome,
    /// Where the person is going.
    pub party: Option<Words>,
    /// The registered address with the response, or a path of ours.
    pub href: String,
}

/// The page `form-post`: OAuth 2.0 Form Post Response Mode.
#[derive(Template)]
#[template(path = "form-post.html")]
pub struct FormPost {
    /// The frame.
    pub c: Chrome,
    /// Where the person is going.
    pub party: Option<Words>,
    /// The party's registered address.
    pub action: String,
    /// The parameters of the response.
    pub fields: Vec<(String, String)>,
}
