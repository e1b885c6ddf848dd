//! The two languages of every page, message and command.

use serde::{Deserialize, Serialize};

/// A language that is complete here. Vietnamese comes first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Locale {
    /// Vietnamese.
    #[default]
    Vi,
    /// English.
    En,
}

impl Locale {
    /// Both, in the order in which they are offered.
    pub const ALL: [Self; 2] = [Self::Vi, Self::En];

    /// The BCP 47 tag, as in `html[lang]` and `ui_locales`.
    pub const fn tag(self) -> &'static str {
        match self {
            Self::Vi => "vi",
            Self::En => "en",
        }
    }

    /// The first language we speak in a list of tags: `ui_locales` (spaces), `Accept-Language` (commas; its order is
    /// taken as the preference, weights are not), or `LANG` (`vi_VN.UTF-8`). `None` where none is spoken here.
    pub fn from_tags(tags: &str) -> Option<Self> {
        tags.split([' ', ',']).find_map(|tag| {
            let primary = tag.trim().split(['-', '_', ';', '.']).next().unwrap_or_default();
            Self::ALL.into_iter().find(|locale| primary.eq_ignore_ascii_case(locale.tag()))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Locale;

    #[test]
    fn the_first_spoken_language_of_a_list_is_taken() {
        let cases = [
            ("vi", Some(Locale::Vi)),
            ("fr en-GB vi", Some(Locale::En)),
            ("fr-FR, vi;q=0.8", Some(Locale::Vi)),
            ("vi_VN.UTF-8", Some(Locale::Vi)),
            ("C", None),
            ("", None),
            ("<svg>", None),
        ];
        for (tags, expected) in cases {
            assert_eq!(Locale::from_tags(tags), expected, "{tags}");
        }
    }
}
