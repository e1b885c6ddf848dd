//! What may be wrong with a configuration.

use idp_core::{text, types::Locale};

use super::tree::Origin;

/// One thing that is wrong, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigProblem {
    /// `server.listen`, `outgoing.allow[0].network`; empty for the file as a whole.
    pub path: String,
    /// Where the value came from.
    pub origin: Origin,
    /// What is wrong with it.
    pub reason: Reason,
}

/// Why a value was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// No such key; perhaps another one was meant.
    Unknown {
        /// The nearest key of the same section, when one is near.
        meant: Option<String>,
    },
    /// The value could not be read; the parser's own words.
    Unreadable(String),
    /// A rule of ours: the key of its sentence.
    Rule(&'static str),
    /// A number outside its range.
    Range {
        /// The smallest allowed.
        least: u32,
        /// The largest allowed.
        most: u32,
    },
    /// The file that should hold a value cannot be read; the system's own words.
    File(String),
}

/// What types of ours say when they refuse a text, and the keys of the sentences that say it in the reader's language.
const RULES: [(&str, &str); 4] = [
    ("expected a network", "cli-config-not-a-network"),
    ("not-an-address", "cli-config-not-an-address"),
    ("issuer-more-than-origin", "cli-config-issuer-more-than-origin"),
    ("issuer-plain-http", "cli-config-issuer-plain-http"),
];

impl Reason {
    /// The reason in a parser's message.
    pub(super) fn from_parser(message: &str) -> Self {
        let first = message.lines().next().unwrap_or_default().trim();
        let rule = RULES.into_iter().find(|(begins, _)| first.starts_with(begins));
        rule.map_or_else(|| Self::Unreadable(first.to_owned()), |(_, key)| Self::Rule(key))
    }
}

impl ConfigProblem {
    /// One line for a person: where, and what.
    pub fn sentence(&self, locale: Locale) -> String {
        let what = match &self.reason {
            Reason::Unknown { meant: None } => text::say(locale, "cli-config-unknown").into_owned(),
            Reason::Unknown { meant: Some(meant) } => {
                text::say_with(locale, "cli-config-unknown-meant", &[("meant", meant)])
            }
            Reason::Unreadable(detail) => text::say_with(locale, "cli-config-unreadable", &[("detail", detail)]),
            Reason::Rule(key) => text::say(locale, key).into_owned(),
            Reason::Range { least, most } => {
                let (least, most) = (least.to_string(), most.to_string());
                text::say_with(locale, "cli-config-range", &[("least", &least), ("most", &most)])
            }
            Reason::File(detail) => text::say_with(locale, "cli-config-file", &[("detail", detail)]),
        };
        let place = self.origin.place(locale);
        if self.path.is_empty() { format!("{place}: {what}") } else { format!("{} ({place}): {what}", self.path) }
    }
}
