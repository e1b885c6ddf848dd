//! One thing that is wrong with a request: where, a stable word, and a sentence (RFC 9457 section 3, the member `errors`).

use std::borrow::Cow;

use idp_core::{text, types::Locale};
use serde_json::{Value, json};

/// Where a mistake is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// In the body: a JSON pointer (RFC 6901); empty for the whole of it.
    Body(String),
    /// A parameter of path or query.
    Parameter(Cow<'static, str>),
    /// A header.
    Header(&'static str),
}

/// One mistake.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    place: Place,
    word: Cow<'static, str>,
    with: Vec<(&'static str, String)>,
}

impl Mistake {
    /// The sentence of a mistake is `mistake-WORD`.
    pub fn new(place: Place, word: impl Into<Cow<'static, str>>) -> Self {
        Self { place, word: word.into(), with: Vec::new() }
    }

    /// In the body, at a JSON pointer.
    pub fn at(pointer: impl Into<String>, word: impl Into<Cow<'static, str>>) -> Self {
        Self::new(Place::Body(pointer.into()), word)
    }

    /// Fills one variable of the sentence in.
    #[must_use]
    pub fn saying(mut self, name: &'static str, value: &impl ToString) -> Self {
        self.with.push((name, value.to_string()));
        self
    }

    /// As programs read it.
    pub(super) fn document(&self, locale: Locale) -> Value {
        let with: Vec<(&str, &str)> = self.with.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let detail = text::say_with(locale, &format!("mistake-{}", self.word), &with);
        let (name, place) = match &self.place {
            Place::Body(pointer) => ("pointer", pointer.as_str()),
            Place::Parameter(name) => ("parameter", &**name),
            Place::Header(name) => ("header", *name),
        };
        json!({ name: place, "code": self.word, "detail": detail })
    }
}
