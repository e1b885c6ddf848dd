//! The web console of administrators and departments, inside the one executable.
//!
//! The build decides what is embedded (`build.rs`): a console that was built elsewhere, the web project of this folder, or one page
//! that says what will stand here. Whoever serves it asks [`get`] and knows none of that.

use std::borrow::Cow;

include!(concat!(env!("OUT_DIR"), "/files.rs"));

/// One file of the console.
pub struct Asset {
    /// The value of `Content-Type`.
    pub content_type: &'static str,
    /// The content.
    pub bytes: Cow<'static, [u8]>,
}

/// Endings and their content types. What is not listed is sent as bytes, which no browser runs (`nosniff`).
const TYPES: [(&str, &str); 10] = [
    ("html", "text/html; charset=utf-8"),
    ("css", "text/css; charset=utf-8"),
    ("js", "text/javascript; charset=utf-8"),
    ("json", "application/json"),
    ("map", "application/json"),
    ("svg", "image/svg+xml"),
    ("png", "image/png"),
    ("ico", "image/x-icon"),
    ("woff2", "font/woff2"),
    ("txt", "text/plain; charset=utf-8"),
];

/// A file by its path inside the console, as `assets/app.js`. The empty path is the first page.
pub fn get(path: &str) -> Option<Asset> {
    let path = if path.is_empty() { "index.html" } else { path };
    let file = Files::get(path)?;
    Some(Asset { content_type: content_type(path), bytes: file.data })
}

fn content_type(path: &str) -> &'static str {
    let ending = path.rsplit_once('.').map_or("", |(_, ending)| ending);
    let found = TYPES.iter().find(|(known, _)| *known == ending);
    found.map_or("application/octet-stream", |(_, content_type)| content_type)
}

#[cfg(test)]
#[path = "../build/page.rs"]
mod page;

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{content_type, get, page};

    const PAGE: &str = include_str!("../page/index.html");
    const VI: &str = include_str!("../locales/vi.txt");
    const EN: &str = include_str!("../locales/en.txt");

    #[test]
    fn the_first_page_is_there_and_nothing_outside_is() {
        let first = get("").expect("every build has a first page");
        assert_eq!(first.content_type, "text/html; charset=utf-8");
        assert!(first.bytes.starts_with(b"<!doctype html>"));
        for path in ["../files.rs", "/etc/hostname", "no-such-file", "."] {
            assert!(get(path).is_none(), "{path}");
        }
    }

    #[test]
    fn each_ending_has_its_type_and_others_are_bytes() {
        for (path, expected) in [
            ("index.html", "text/html; charset=utf-8"),
            ("assets/a.b.js", "text/javascript; charset=utf-8"),
            ("font.woff2", "font/woff2"),
            ("README", "application/octet-stream"),
            ("a.exe", "application/octet-stream"),
        ] {
            assert_eq!(content_type(path), expected, "{path}");
        }
    }

    #[test]
    fn every_sentence_exists_in_both_languages_and_has_its_place() {
        let keys = |text| page::sentences(text).map(|(key, _)| key).collect::<BTreeSet<_>>();
        assert_eq!(keys(VI), keys(EN));
        assert!(!keys(VI).is_empty());
        let filled = page::fill(PAGE, &[("vi", VI), ("en", EN)]);
        assert!(!filled.contains(['{', '}']), "{filled}");
        for (key, sentence) in page::sentences(VI).chain(page::sentences(EN)) {
            assert!(filled.contains(sentence), "{key} has no place");
            assert!(!sentence.contains(['<', '&']), "{key}: sentences are text");
        }
    }
}
