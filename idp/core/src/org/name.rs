//! What a unit is called, and the form without marks in which people look for it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use unicode_normalization::{UnicodeNormalization as _, char::is_combining_mark};

/// Longest name, in characters after normalisation.
const LONGEST: usize = 200;

/// The name of a unit: Vietnamese, and English where there is one. NFC, trimmed, single spaces.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "Raw")]
pub struct UnitName {
    vi: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    en: Option<String>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Raw {
    vi: String,
    #[serde(default)]
    en: Option<String>,
}

/// Why a text is not the name of a unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UnitNameError {
    /// Nothing, or no letter and no digit.
    #[error("the name of a unit is empty")]
    Empty,
    /// More than 200 characters.
    #[error("the name of a unit is longer than 200 characters")]
    Long,
    /// A control character or one that changes the direction of writing: it would show another name than is stored.
    #[error("the name of a unit holds a character that names do not have")]
    Character,
}

impl UnitName {
    /// Reads a name as typed. An empty English name is none.
    pub fn parse(vi: &str, en: Option<&str>) -> Result<Self, UnitNameError> {
        let en = en.filter(|en| !en.trim().is_empty()).map(clean).transpose()?;
        Ok(Self { vi: clean(vi)?, en })
    }

    /// The Vietnamese name.
    pub fn vi(&self) -> &str {
        &self.vi
    }

    /// The English name, where there is one.
    pub fn en(&self) -> Option<&str> {
        self.en.as_deref()
    }

    /// Takes a name over that was parsed before it was stored.
    pub(super) const fn stored(vi: String, en: Option<String>) -> Self {
        Self { vi, en }
    }

    /// The Vietnamese name as [`fold`] writes it.
    pub fn folded(&self) -> String {
        fold(&self.vi)
    }
}

impl TryFrom<Raw> for UnitName {
    type Error = UnitNameError;

    fn try_from(raw: Raw) -> Result<Self, Self::Error> {
        Self::parse(&raw.vi, raw.en.as_deref())
    }
}

fn clean(raw: &str) -> Result<String, UnitNameError> {
    if raw.len() > LONGEST * 16 {
        return Err(UnitNameError::Long);
    }
    let text = raw.split_whitespace().collect::<Vec<_>>().join(" ").nfc().collect::<String>();
    // U+200E and its kin reorder what is shown; U+200B and its kin hide.
    let hidden = |c: char| {
        c.is_control()
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
    };
    if text.chars().any(hidden) {
        return Err(UnitNameError::Character);
    }
    if !text.chars().any(char::is_alphanumeric) {
        return Err(UnitNameError::Empty);
    }
    if text.chars().count() > LONGEST {
        return Err(UnitNameError::Long);
    }
    Ok(text)
}

/// A name as people look for it: without marks, with d for the letter d with stroke, in lower case, with single spaces between
/// words of letters and digits. Both places of a tone mark and every punctuation fold to the same.
pub fn fold(text: &str) -> String {
    let bare = |c: char| match c {
        '\u{0111}' | '\u{0110}' => 'd',
        other if other.is_alphanumeric() => other,
        _ => ' ',
    };
    let marks_off = text.nfd().filter(|c| !is_combining_mark(*c)).map(bare).flat_map(char::to_lowercase);
    marks_off.collect::<String>().split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::{UnitName, UnitNameError, fold};

    #[test]
    fn a_name_is_found_without_its_marks() {
        let cases = [
            ("T\u{1ec9}nh \u{110}\u{1eaf}k L\u{1eaf}k", "tinh dak lak"),
            ("Th\u{e0}nh ph\u{1ed1} Hu\u{1ebf}", "thanh pho hue"),
            ("Thanh pho\u{302}\u{301}  Hue\u{302}\u{301}", "thanh pho hue"),
            ("B\u{e0} R\u{1ecb}a \u{2013} V\u{169}ng T\u{e0}u", "ba ria vung tau"),
            ("Ph\u{1b0}\u{1edd}ng 4", "phuong 4"),
            ("\u{2013}", ""),
        ];
        for (name, folded) in cases {
            assert_eq!(fold(name), folded, "{name}");
        }
    }

    #[test]
    fn what_is_no_name_is_refused_by_its_reason() {
        let long = "a".repeat(201);
        let cases = [
            ("  ", Err(UnitNameError::Empty)),
            ("\u{2013}", Err(UnitNameError::Empty)),
            (long.as_str(), Err(UnitNameError::Long)),
            ("So\u{202e}Y te", Err(UnitNameError::Character)),
            ("So\u{0}", Err(UnitNameError::Character)),
            ("  So   Y te ", Ok("So Y te")),
        ];
        for (raw, expected) in cases {
            let parsed = UnitName::parse(raw, Some(" "));
            assert_eq!(parsed.as_ref().map(UnitName::vi).map_err(|error| *error), expected, "{raw}");
        }
    }
}
