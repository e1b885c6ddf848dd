//! What is wrong with a file of desired state, and where.

use idp_core::{text, types::Locale};

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Problem {
    /// `party[0].redirect_uris`, counted from 0; empty for the file as a whole.
    pub(crate) path: String,
    pub(super) why: Why,
}

/// Why something is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Why {
    /// A rule of ours: the key of its sentence.
    Rule(&'static str),
    /// The words of a parser or of the room that judged it.
    Words(String),
}

impl Problem {
    pub(super) fn rule(path: impl Into<String>, key: &'static str) -> Self {
        Self { path: path.into(), why: Why::Rule(key) }
    }

    pub(super) fn words(path: impl Into<String>, words: &(impl ToString + ?Sized)) -> Self {
        Self { path: path.into(), why: Why::Words(words.to_string()) }
    }

    /// What is wrong, without the place.
    pub(super) fn reason(&self, locale: Locale) -> String {
        match &self.why {
            Why::Rule(key) => text::say(locale, key).into_owned(),
            Why::Words(words) => words.clone(),
        }
    }

    /// One line for a person.
    pub(crate) fn sentence(&self, locale: Locale) -> String {
        if self.path.is_empty() { self.reason(locale) } else { format!("{}: {}", self.path, self.reason(locale)) }
    }
}
