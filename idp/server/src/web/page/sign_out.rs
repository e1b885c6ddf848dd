//! Signing out: the question, and the end.

use askama::Template;

use super::chrome::Chrome;
use super::parts::Words;

/// The page `sign-out`: asked when a logout request does not prove whom it is about.
#[derive(Template)]
#[template(path = "sign-out.html")]
pub struct SignOut {
    /// The frame.
    pub c: Chrome,
    /// The party that asked.
    pub party: Option<Words>,
    /// Who is signed in.
    pub account_name: Option<String>,
    /// Where the answer goes; the field `choice` is `sign-out` or `stay`.
    pub action: String,
    /// What the request carried and the answer must repeat.
    pub fields: Vec<(String, String)>,
}

/// The page `signed-out`.
#[derive(Template)]
#[template(path = "signed-out.html")]
pub struct SignedOut {
    /// The frame.
    pub c: Chrome,
    /// Whether the person had said that others use this computer too.
    pub shared: bool,
    /// The party that the person goes back to.
    pub party: Option<Words>,
    /// Its registered `post_logout_redirect_uri`, with `state`.
    pub continue_href: Option<String>,
}
