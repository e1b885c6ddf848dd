//! The numbers by which other systems know a unit. A code has a meaning only together with an instant: on 1 July 2025 more than two
//! thousand codes kept their digits and got another meaning.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::types::Fault;

/// Who gave the code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Scheme {
    /// The statistics office: two digits for a province, five for a commune, three for a district while there were some.
    Gso,
    /// The electronic identification code of agencies, Decision 20/2020/QĐ-TTg: level 1 stands first (`H56.14`).
    #[serde(rename = "agency-2020")]
    Agency2020,
    /// Its old form, QCVN 102:2016/BTTTT: level 1 stands last (`000.00.00.H49`).
    #[serde(rename = "agency-2016")]
    Agency2016,
    /// The installation itself.
    Internal,
}

impl Scheme {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Gso, Self::Agency2020, Self::Agency2016, Self::Internal];

    /// The word that rows, the API and files hold.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Gso => "gso",
            Self::Agency2020 => "agency-2020",
            Self::Agency2016 => "agency-2016",
            Self::Internal => "internal",
        }
    }

    /// Reads such a word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scheme| scheme.word() == word)
    }

    pub(super) fn stored(word: &str) -> Result<Self, Fault> {
        Self::from_word(word).ok_or(Fault::bug("reading the scheme of a code"))
    }
}

/// A code that its scheme allows, in the one way of writing it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "Raw")]
pub struct Code {
    scheme: Scheme,
    value: String,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Raw {
    scheme: Scheme,
    value: String,
}

/// A text is not a code of the scheme.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a code of the scheme {}", .0.word())]
pub struct CodeError(pub Scheme);

impl Code {
    /// Reads a code as typed: blanks around it and lower case are forgiven.
    pub fn parse(scheme: Scheme, raw: &str) -> Result<Self, CodeError> {
        let value = raw.trim();
        let value = if scheme == Scheme::Internal { value.to_owned() } else { value.to_ascii_uppercase() };
        let fits = match scheme {
            Scheme::Gso => (1..=10).contains(&value.len()) && plain(&value),
            Scheme::Agency2020 => value.len() <= 35 && value.split('.').all(plain),
            Scheme::Agency2016 => lengths(&value) == [3, 2, 2, 3] && value.split('.').all(plain),
            Scheme::Internal => (1..=64).contains(&value.len()) && value.chars().all(is_internal),
        };
        if fits { Ok(Self { scheme, value }) } else { Err(CodeError(scheme)) }
    }

    /// Reads `SCHEME:CODE`, such as `gso:66`; `None` where it is none.
    pub fn named(text: &str) -> Option<Self> {
        let (scheme, value) = text.split_once(':')?;
        Self::parse(Scheme::from_word(scheme)?, value).ok()
    }

    /// Who gave it.
    pub const fn scheme(&self) -> Scheme {
        self.scheme
    }

    /// The code itself.
    pub fn value(&self) -> &str {
        &self.value
    }

    /// Takes a code over that was parsed before it was stored.
    pub(super) const fn stored(scheme: Scheme, value: String) -> Self {
        Self { scheme, value }
    }

    /// Its groups, level 1 first. The old and the new form of an agency's code have the same ones, so that they can be compared.
    pub fn groups(&self) -> Vec<&str> {
        match self.scheme {
            Scheme::Agency2020 => self.value.split('.').collect(),
            Scheme::Agency2016 => {
                let mut groups: Vec<&str> = self.value.rsplit('.').collect();
                while groups.len() > 1 && groups.last().is_some_and(|group| group.bytes().all(|byte| byte == b'0')) {
                    groups.pop();
                }
                groups
            }
            Scheme::Gso | Scheme::Internal => vec![&self.value],
        }
    }
}

impl TryFrom<Raw> for Code {
    type Error = CodeError;

    fn try_from(raw: Raw) -> Result<Self, Self::Error> {
        Self::parse(raw.scheme, &raw.value)
    }
}

/// Whether one agency code is the other or lies under it. Compared by groups and never by text: `H54.010` is not under `H54.01`.
/// Codes of other schemes say nothing of who is under whom.
pub fn same_or_under(code: &Code, above: &Code) -> bool {
    let agency = |code: &Code| matches!(code.scheme, Scheme::Agency2020 | Scheme::Agency2016);
    if agency(code) && agency(above) { code.groups().starts_with(&above.groups()) } else { code == above }
}

fn plain(group: &str) -> bool {
    !group.is_empty() && group.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
}

fn lengths(value: &str) -> Vec<usize> {
    value.split('.').map(str::len).collect()
}

const fn is_internal(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_')
}

#[cfg(test)]
mod tests {
    use super::{Code, Scheme, same_or_under};

    fn code(scheme: Scheme, value: &str) -> Code {
        Code::parse(scheme, value).expect("a good code")
    }

    #[test]
    fn codes_are_read_as_their_scheme_writes_them() {
        let cases = [
            (Scheme::Gso, " 00097 ", Some("00097")),
            (Scheme::Gso, "vn", Some("VN")),
            (Scheme::Gso, "0 1", None),
            (Scheme::Gso, "", None),
            (Scheme::Agency2020, "h56.14", Some("H56.14")),
            (Scheme::Agency2020, "H56..14", None),
            (Scheme::Agency2020, "H56.", None),
            (Scheme::Agency2020, "H56.ABCDEFGHIJKLMNOPQRSTUVWXYZ.0123456", None),
            (Scheme::Agency2016, "000.00.00.h49", Some("000.00.00.H49")),
            (Scheme::Agency2016, "00.00.00.H49", None),
            (Scheme::Agency2016, "H49", None),
            (Scheme::Internal, "ubnd-phu-yen", Some("ubnd-phu-yen")),
            (Scheme::Internal, "a b", None),
        ];
        for (scheme, raw, expected) in cases {
            let parsed = Code::parse(scheme, raw).ok();
            assert_eq!(parsed.as_ref().map(Code::value), expected, "{raw}");
        }
    }

    #[test]
    fn agency_codes_are_compared_by_groups_in_either_form() {
        let new = |value| code(Scheme::Agency2020, value);
        let old = |value| code(Scheme::Agency2016, value);
        let cases = [
            (new("H54.01"), new("H54.01"), true),
            (new("H54.01.07"), new("H54.01"), true),
            (new("H54.010"), new("H54.01"), false),
            (new("H54"), new("H54.01"), false),
            (old("000.00.00.H19"), new("H19"), true),
            (new("H19"), old("000.00.00.H19"), true),
            (old("000.00.04.G14"), new("G14.04"), true),
            (old("000.12.04.G14"), new("G14.04"), true),
            (old("000.00.40.G14"), new("G14.4"), false),
            (code(Scheme::Gso, "01"), code(Scheme::Gso, "01"), true),
            (code(Scheme::Gso, "001"), code(Scheme::Gso, "00"), false),
        ];
        for (one, above, expected) in cases {
            assert_eq!(same_or_under(&one, &above), expected, "{one:?} under {above:?}");
        }
    }
}
