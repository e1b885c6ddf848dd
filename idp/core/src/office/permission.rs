//! What can be permitted: our own words, and the words of parties.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What our own interfaces permit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Permission {
    /// Be answerable for the whole installation. There is always somebody who is.
    OwnPlatform,
    /// Read officials and their posts.
    ReadOfficials,
    /// Give posts and end them.
    AssignOfficials,
    /// Approve as the second person what somebody else asked for.
    ApproveOfficials,
    /// Answer reviews of posts.
    ReviewOfficials,
    /// Change the catalogue of positions and roles.
    WriteRoles,
    /// Read the tree of units, its history and its change sets.
    ReadUnits,
    /// Write change sets and hand them in.
    ProposeChanges,
    /// Approve, refuse or undo change sets of somebody else.
    DecideChanges,
    /// Read relying parties.
    ReadParties,
    /// Change relying parties.
    WriteParties,
    /// Help people with their accounts.
    SupportPeople,
    /// Read the audit log.
    ReadAudit,
}

impl Permission {
    /// All of them.
    pub const ALL: [Self; 13] = [
        Self::OwnPlatform,
        Self::ReadOfficials,
        Self::AssignOfficials,
        Self::ApproveOfficials,
        Self::ReviewOfficials,
        Self::WriteRoles,
        Self::ReadUnits,
        Self::ProposeChanges,
        Self::DecideChanges,
        Self::ReadParties,
        Self::WriteParties,
        Self::SupportPeople,
        Self::ReadAudit,
    ];

    /// The stable word, `area.verb`.
    pub const fn word(self) -> &'static str {
        match self {
            Self::OwnPlatform => "platform.own",
            Self::ReadOfficials => "officials.read",
            Self::AssignOfficials => "officials.assign",
            Self::ApproveOfficials => "officials.approve",
            Self::ReviewOfficials => "officials.review",
            Self::WriteRoles => "roles.write",
            Self::ReadUnits => "units.read",
            Self::ProposeChanges => "changes.propose",
            Self::DecideChanges => "changes.decide",
            Self::ReadParties => "parties.read",
            Self::WriteParties => "parties.write",
            Self::SupportPeople => "people.support",
            Self::ReadAudit => "audit.read",
        }
    }
}

/// A permission as roles hold it: one of ours, or a word in the namespace of one party, `client_id/word`. A party cannot speak of ours
/// or of another party's, because its words begin with its own `client_id`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Word {
    /// One of ours.
    Ours(Permission),
    /// A party's own: `client_id/word`.
    Party(String),
}

/// A text is no permission.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a permission: neither one of ours nor client_id/word")]
pub struct WordError;

impl Word {
    /// Reads a permission.
    pub fn parse(text: &str) -> Result<Self, WordError> {
        if let Some(ours) = Permission::ALL.into_iter().find(|one| one.word() == text) {
            return Ok(Self::Ours(ours));
        }
        let (party, word) = text.split_once('/').ok_or(WordError)?;
        let plain = |part: &str, longest| {
            let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | ':');
            (1..=longest).contains(&part.len()) && part.chars().all(fits)
        };
        if plain(party, 128) && plain(word, 64) { Ok(Self::Party(text.to_owned())) } else { Err(WordError) }
    }

    /// As rows and requests hold it.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Ours(permission) => permission.word(),
            Self::Party(text) => text,
        }
    }

    /// Which of ours it is.
    pub const fn ours(&self) -> Option<Permission> {
        match self {
            Self::Ours(permission) => Some(*permission),
            Self::Party(_) => None,
        }
    }
}

impl TryFrom<String> for Word {
    type Error = WordError;

    fn try_from(text: String) -> Result<Self, WordError> {
        Self::parse(&text)
    }
}

impl From<Word> for String {
    fn from(word: Word) -> Self {
        word.as_str().to_owned()
    }
}

impl From<Permission> for Word {
    fn from(permission: Permission) -> Self {
        Self::Ours(permission)
    }
}

impl fmt::Debug for Word {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::{Permission, Word};

    #[test]
    fn a_word_is_ours_or_stands_in_one_partys_namespace() {
        let cases = [
            ("platform.own", Some(true)),
            ("mot-cua/receive", Some(false)),
            ("mot-cua/ho-so:nhan", Some(false)),
            ("officials.rule", None),
            ("mot-cua/", None),
            ("/receive", None),
            ("a/b/c", None),
            ("a b/c", None),
            ("", None),
        ];
        for (text, ours) in cases {
            assert_eq!(Word::parse(text).ok().map(|word| word.ours().is_some()), ours, "{text}");
        }
        for permission in Permission::ALL {
            assert_eq!(Word::parse(permission.word()), Ok(Word::Ours(permission)));
        }
    }
}
