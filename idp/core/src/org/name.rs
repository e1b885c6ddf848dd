//! What a unit is called, and the form without marks in which people look for it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization as _;

use crate::text::fold;

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

#[cfg(test)]
mod tests {
    use super::{UnitName, UnitNameError};

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
