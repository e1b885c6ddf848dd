//! The portals' sentences, in two languages, from `data/portal-texts.csv`.

use std::collections::HashMap;
use std::sync::LazyLock;

/// Vietnamese first, English second.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lang {
    Vi,
    En,
}

impl Lang {
    /// The tag of BCP 47.
    pub(super) const fn tag(self) -> &'static str {
        match self {
            Self::Vi => "vi",
            Self::En => "en",
        }
    }

    /// `vi`, `en` or one of their regions; `None` for other languages.
    pub(super) fn parse(tag: &str) -> Option<Self> {
        match tag.trim().split('-').next()?.to_ascii_lowercase().as_str() {
            "vi" => Some(Self::Vi),
            "en" => Some(Self::En),
            _ => None,
        }
    }

    /// The best of `Accept-Language` (RFC 9110 §12.5.4); Vietnamese when nothing fits.
    pub(super) fn accepted(header: &str) -> Self {
        let mut best = (0.0, Self::Vi);
        for range in header.split(',') {
            let (tag, parameters) = range.split_once(';').unwrap_or((range, ""));
            let weight = match parameters.trim().strip_prefix("q=") {
                Some(quality) => quality.parse().unwrap_or(0.0),
                None => 1.0_f32,
            };
            if let Some(lang) = Self::parse(tag)
                && weight > best.0
            {
                best = (weight, lang);
            }
        }
        best.1
    }

    /// The sentence of a key. An unknown key stands for itself; a test sees to it that there is none.
    pub(super) fn text(self, key: &str) -> &str {
        match (TEXTS.get(key), self) {
            (Some([vi, _]), Self::Vi) => vi,
            (Some([_, en]), Self::En) => en,
            (None, _) => key,
        }
    }
}

/// Whether a sentence has this key.
pub(super) fn is_known(key: &str) -> bool {
    TEXTS.contains_key(key)
}

static TEXTS: LazyLock<HashMap<String, [String; 2]>> = LazyLock::new(|| {
    let mut reader = csv::Reader::from_reader(include_str!("../../data/portal-texts.csv").as_bytes());
    let rows = reader.deserialize::<(String, String, String)>();
    rows.map(|row| row.map(|(key, vi, en)| (key, [vi, en])))
        .collect::<Result<_, _>>()
        .expect("the file is part of this program and a test reads it")
});

#[cfg(test)]
mod tests {
    use super::{Lang, TEXTS, is_known};

    #[test]
    fn every_sentence_has_both_languages_and_every_key_is_there() {
        assert!(TEXTS.values().flatten().all(|text| !text.trim().is_empty()));
        let templates = [
            include_str!("../../templates/layout.html"),
            include_str!("../../templates/signed_out.html"),
            include_str!("../../templates/signed_in.html"),
            include_str!("../../templates/leaving.html"),
            include_str!("../../templates/trouble.html"),
        ]
        .concat();
        let used: Vec<&str> =
            templates.split("frame.text(\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
        assert!(used.len() > 10);
        for key in used {
            assert!(is_known(key), "{key}");
        }
    }

    #[test]
    fn the_browser_chooses_and_vietnamese_is_the_default() {
        for (header, lang) in [
            ("", Lang::Vi),
            ("fr,de;q=0.5", Lang::Vi),
            ("en-GB,en;q=0.9", Lang::En),
            ("vi-VN,vi;q=0.9,en;q=0.8", Lang::Vi),
            ("fr,en;q=0.4,vi;q=0.8", Lang::Vi),
            ("en;q=x", Lang::Vi),
            ("en;q=0", Lang::Vi),
        ] {
            assert_eq!(Lang::accepted(header), lang, "{header}");
        }
    }
}
