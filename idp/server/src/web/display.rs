//! How a person wants to see pages: large letters, high contrast. Kept in a cookie, so it works signed out and without scripts.

use std::time::Duration;

use axum::http::{HeaderMap, HeaderValue};
use idp_core::types::Locale;

use super::cookie::{Cookie, CookieStyle};

/// The choices. The words in the cookie name nobody.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Display {
    /// Letters a quarter larger.
    pub large: bool,
    /// Black on white, or white on black in the dark.
    pub contrast: bool,
}

const LARGE: &str = "large";
const CONTRAST: &str = "contrast";

/// Nobody wants to choose again on every visit.
const KEPT: Duration = Duration::from_secs(365 * 86_400);

impl Display {
    /// What the browser sends of it.
    pub fn of(headers: &HeaderMap) -> Self {
        // The style of the issuer is not known to every caller; each name can only have been set by us or be worth nothing to plant.
        let read = |style: CookieStyle| style.read(headers, Cookie::Display);
        let words = read(CookieStyle::Prefixed).or_else(|| read(CookieStyle::Plain)).unwrap_or_default();
        Self::from_words(words)
    }

    /// Reads the words of a cookie or of an address: `large.contrast`.
    pub fn from_words(words: &str) -> Self {
        let has = |word: &str| words.split('.').any(|each| each == word);
        Self { large: has(LARGE), contrast: has(CONTRAST) }
    }

    /// The words of the cookie; `usual` where nothing was chosen.
    pub const fn words(self) -> &'static str {
        match (self.large, self.contrast) {
            (false, false) => "usual",
            (true, false) => "large",
            (false, true) => "contrast",
            (true, true) => "large.contrast",
        }
    }

    /// The classes of the element `html`.
    pub const fn classes(self) -> &'static str {
        match (self.large, self.contrast) {
            (false, false) => "",
            (true, false) => " class=\"large\"",
            (false, true) => " class=\"contrast\"",
            (true, true) => " class=\"large contrast\"",
        }
    }

    /// The cookie that keeps it.
    pub fn cookie(self, style: CookieStyle) -> HeaderValue {
        style.set(Cookie::Display, self.words(), Some(KEPT))
    }
}

/// Language and display of a page.
#[derive(Clone, Copy, Debug, Default)]
pub struct Look {
    /// Its language.
    pub locale: Locale,
    /// How it looks.
    pub display: Display,
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderMap, header::COOKIE};

    use super::{CookieStyle, Display};

    #[test]
    fn what_was_chosen_comes_back_and_anything_else_is_the_usual() {
        for large in [false, true] {
            for contrast in [false, true] {
                let display = Display { large, contrast };
                for style in [CookieStyle::Plain, CookieStyle::Prefixed] {
                    let line = display.cookie(style);
                    let pair = line.to_str().expect("text").split(';').next().expect("a pair").to_owned();
                    let mut headers = HeaderMap::new();
                    headers.insert(COOKIE, pair.parse().expect("a header"));
                    assert_eq!(Display::of(&headers), display);
                }
            }
        }
        for words in ["", "LARGE", "\"><script>", "largecontrast"] {
            assert_eq!(Display::from_words(words), Display::default(), "{words}");
        }
    }
}
