//! The pages on which people keep their ways in: apps for codes, addresses, recovery codes, the password.

use askama::Template;
use idp_core::types::Timestamp;

use super::chrome::Chrome;
use super::parts::{Errors, Said};

/// An app for codes in the list.
#[derive(Debug, Clone)]
pub struct AppRow {
    /// Its id, for the form.
    pub id: String,
    /// What its holder calls it.
    pub label: String,
    /// When it was added.
    pub added_at: Timestamp,
    /// When it was last used.
    pub used_at: Option<Timestamp>,
}

/// An address in the list.
#[derive(Debug, Clone)]
pub struct ContactRow {
    /// Its id, for the form.
    pub id: String,
    /// The address, for its holder in whole.
    pub address: String,
    /// `phone` or `email`.
    pub kind: &'static str,
    /// Whether it was proved.
    pub proved: bool,
    /// Whether codes to it are a second factor.
    pub second: bool,
    /// Whether they may be made one here.
    pub may_be_second: bool,
}

/// The page `factors`.
#[derive(Template)]
#[template(path = "factors.html")]
pub struct Factors {
    /// The frame.
    pub c: Chrome,
    /// What was wrong with the last form. Field: `address`.
    pub errors: Errors,
    /// What was just done, if anything.
    pub done: Option<Said>,
    /// Apps for codes.
    pub apps: Vec<AppRow>,
    /// Addresses.
    pub contacts: Vec<ContactRow>,
    /// Unspent recovery codes; `None`: there is no set.
    pub paper_left: Option<usize>,
    /// Whether there is a second factor: recovery codes stand in for it and are none without it.
    pub has_second: bool,
    /// Whether the account has a password here.
    pub has_password: bool,
    /// The address to show in the field again.
    pub typed: String,
    /// The sign-in that the person left for a moment to set an app up.
    pub resume_href: Option<String>,
    /// Makes addresses of forms: the language that was chosen goes with them.
    pub paths: WayPaths,
}

/// Where the forms of [`Factors`] go.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "each is the path of the form that its name says")]
pub struct WayPaths {
    pub account: String,
    pub password: String,
    pub app_add: String,
    pub app_remove: String,
    pub paper: String,
    pub contact_add: String,
    pub contact_second: String,
    pub contact_remove: String,
}

impl Factors {
    fn paper_text(&self) -> String {
        match self.paper_left {
            None => self.c.say("paper-none").into_owned(),
            Some(left) => self.c.say_with("paper-left", "left", left.to_string()),
        }
    }
}

/// The page `totp-setup`.
#[derive(Template)]
#[template(path = "totp-setup.html")]
pub struct TotpSetup {
    /// The frame.
    pub c: Chrome,
    /// What was wrong with the last answer. Field: `code`.
    pub errors: Errors,
    /// The picture, as an SVG element of our own making.
    pub picture: Picture,
    /// The secret in groups of four, for apps that read no picture.
    pub key: String,
    /// The same secret as an address that an app on this telephone opens.
    pub uri: String,
    /// Goes back with the first code.
    pub ceremony: String,
    /// The name that the app is shown with.
    pub app_label: String,
    /// Where the answer goes.
    pub action: String,
    /// Where the person goes back to.
    pub back_href: String,
}

impl TotpSetup {
    fn label(&self) -> String {
        self.c.say("totp-code").into_owned()
    }
}

/// A QR code as an SVG path: one element, no style, no script.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    /// Modules on one side, the quiet zone included.
    pub side: usize,
    /// The dark modules.
    pub path: String,
}

impl Picture {
    /// Modules that stay light around the code (ISO/IEC 18004 section 6.3.8).
    const QUIET: usize = 4;

    /// Draws a text; `None` where it is too long for a code.
    pub fn of(text: &str) -> Option<Self> {
        use std::fmt::Write;
        let code = qrcode::QrCode::with_error_correction_level(text, qrcode::EcLevel::M).ok()?;
        let width = code.width();
        let colors = code.to_colors();
        let mut path = String::new();
        for (row, line) in colors.chunks(width).enumerate() {
            let mut column = 0;
            while column < width {
                let length = line[column..].iter().take_while(|color| **color == qrcode::Color::Dark).count();
                if length > 0 {
                    // Writing to a string cannot fail.
                    let _written =
                        write!(path, "M{} {}h{length}v1h-{length}z", column + Self::QUIET, row + Self::QUIET);
                }
                column += length.max(1);
            }
        }
        Some(Self { side: width + 2 * Self::QUIET, path })
    }
}

/// The page `recovery-codes`: the only one that ever shows them.
#[derive(Template)]
#[template(path = "recovery-codes.html")]
pub struct RecoveryCodes {
    /// The frame.
    pub c: Chrome,
    /// What was just done, if anything.
    pub done: Option<Said>,
    /// The codes.
    pub codes: Vec<String>,
    /// The sign-in name, so that the paper says whose it is.
    pub login: String,
    /// Where the person goes on.
    pub back_href: String,
}

/// The page `contact-proof`.
#[derive(Template)]
#[template(path = "contact-proof.html")]
pub struct ContactProof {
    /// The frame.
    pub c: Chrome,
    /// What was wrong with the last answer. Field: `code`.
    pub errors: Errors,
    /// The address.
    pub address: String,
    /// Its id, for the forms.
    pub id: String,
    /// Where the answer goes.
    pub action: String,
    /// Where another code is asked for.
    pub send_action: String,
    /// Where the person goes back to.
    pub back_href: String,
}

impl ContactProof {
    fn label(&self) -> String {
        self.c.say("contact-proof-code").into_owned()
    }
}

/// The page `change-password`.
#[derive(Template)]
#[template(path = "change-password.html")]
pub struct ChangePassword {
    /// The frame.
    pub c: Chrome,
    /// What was wrong with the last form. Fields: `new_password`, `new_password_again`.
    pub errors: Errors,
    /// The sign-in name, for password managers.
    pub login: String,
    /// Characters at least.
    pub password_min: String,
    /// Where the answer goes.
    pub action: String,
    /// Where the person goes back to.
    pub back_href: String,
}

#[cfg(test)]
pub(super) mod samples;

#[cfg(test)]
mod tests {
    use super::Picture;

    #[test]
    fn a_picture_has_its_marks_and_its_quiet_edge() {
        let picture = Picture::of("otpauth://totp/x?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ").expect("fits");
        assert!(picture.path.starts_with("M4 4h7v1h-7z"), "the finder mark begins after four light modules");
        assert!(picture.side > 30 && picture.path.len() < 12_000, "{} {}", picture.side, picture.path.len());
        assert_eq!(Picture::of(&"x".repeat(5_000)), None);
    }
}
