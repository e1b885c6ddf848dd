//! A person's whole name in one field: Vietnamese names do not split reliably into given and family name.

use std::fmt;

use serde::{Deserialize, Serialize};
use unicode_normalization::{UnicodeNormalization as _, char::is_combining_mark};

/// Longest name, in characters after normalisation.
pub const LONGEST_NAME: usize = 100;
/// Most combining marks left on one letter after NFC. More is decoration that hides text on a page ("zalgo").
const MAX_MARKS: usize = 3;

/// A full name: NFC, trimmed, inner white space collapsed to single spaces.
///
/// Letters of any script with their marks, apostrophe, hyphen and dot: names of Vietnam's 54 peoples and of foreigners.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct FullName(String);

/// Why a text is not a name. Each is its own text on a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// Nothing, or no letter at all.
    #[error("the name is empty")]
    Empty,
    /// More than 100 characters.
    #[error("the name is too long")]
    Long,
    /// A digit, symbol, control character or pile of marks.
    #[error("the name holds a character that names do not have")]
    Character,
}

impl FullName {
    /// Reads a name as typed. The typographic apostrophe becomes the plain one, so that two keyboards write one name.
    pub fn parse(raw: &str) -> Result<Self, NameError> {
        // Four bytes a character and a generous share of marks: cheap refusal before normalising.
        if raw.len() > LONGEST_NAME * 16 {
            return Err(NameError::Long);
        }
        let words: Vec<String> = raw.split_whitespace().map(|word| word.nfc().map(plain).collect()).collect();
        let name = words.join(" ");
        if !name.chars().any(char::is_alphabetic) {
            return Err(if name.is_empty() { NameError::Empty } else { NameError::Character });
        }
        if name.chars().count() > LONGEST_NAME {
            return Err(NameError::Long);
        }
        if !well_formed(&name) {
            return Err(NameError::Character);
        }
        Ok(Self(name))
    }

    /// The name as normalised.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The look-up key that population-registry callers share: no marks, no separators, upper case
    /// (`Đào Văn Thử` → `DAOVANTHU`). Both placements of a tone mark give one key.
    pub fn key(&self) -> String {
        self.0
            .nfd()
            .filter(|c| c.is_alphanumeric() && !is_combining_mark(*c))
            .map(bare)
            .flat_map(char::to_uppercase)
            .collect()
    }

    /// Upper case with its marks, the form the registry itself stores.
    pub fn upper(&self) -> String {
        self.0.to_uppercase().nfc().collect()
    }
}

impl fmt::Debug for FullName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FullName(…)")
    }
}

impl TryFrom<String> for FullName {
    type Error = NameError;

    fn try_from(raw: String) -> Result<Self, Self::Error> {
        Self::parse(&raw)
    }
}

impl From<FullName> for String {
    fn from(name: FullName) -> Self {
        name.0
    }
}

/// The plain apostrophe and hyphen for their typographic kin.
fn plain(c: char) -> char {
    match c {
        '\u{2019}' | '\u{2018}' | '\u{02bc}' | '\u{02b9}' => '\'',
        '\u{2010}' | '\u{2011}' => '-',
        other => other,
    }
}

/// The letter d with stroke has no decomposition in Unicode; the registry's key writes it as D.
fn bare(c: char) -> char {
    match c {
        '\u{0111}' | '\u{0110}' => 'D',
        other => other,
    }
}

/// Begins with a letter, holds only letters, marks and the three signs, and piles no marks.
fn well_formed(name: &str) -> bool {
    let mut marks = 0;
    for c in name.chars() {
        if is_combining_mark(c) {
            marks += 1;
        } else if c.is_alphabetic() || matches!(c, ' ' | '\'' | '-' | '.') {
            marks = 0;
        } else {
            return false;
        }
        if marks > MAX_MARKS {
            return false;
        }
    }
    name.chars().next().is_some_and(char::is_alphabetic)
}
