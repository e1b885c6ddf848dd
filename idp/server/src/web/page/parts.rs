//! Pieces that several pages share: names in a language, sentences to come, errors, reasons.

use idp_core::signin::{self, Fact};
use idp_core::text;
use idp_core::types::{Locale, Timestamp};

/// A name or text that somebody else wrote, with the language they wrote it in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Words {
    /// As written.
    pub text: String,
    /// The language it is in; pages in another language mark it with `lang`.
    pub locale: Locale,
}

impl Words {
    /// Words in a language.
    pub fn new(locale: Locale, text: impl Into<String>) -> Self {
        Self { text: text.into(), locale }
    }

    /// Our own words under `key`: for sentences that need a name where no party stands.
    pub fn ours(locale: Locale, key: &str) -> Self {
        Self::new(locale, text::say(locale, key))
    }
}

/// A sentence that is not formatted yet: its key and what goes into it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    key: &'static str,
    with: Vec<(&'static str, String)>,
}

impl Said {
    /// The sentence under `key`.
    pub const fn new(key: &'static str) -> Self {
        Self { key, with: Vec::new() }
    }

    /// Fills one variable in.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: &impl ToString) -> Self {
        self.with.push((name, value.to_string()));
        self
    }

    /// The sentence in a language.
    pub fn text(&self, locale: Locale) -> String {
        let with: Vec<(&str, &str)> = self.with.iter().map(|(name, value)| (*name, value.as_str())).collect();
        text::say_with(locale, self.key, &with)
    }
}

/// What is wrong with one field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldError {
    /// The field's name and element id.
    pub field: &'static str,
    /// What is wrong and how to put it right.
    pub said: Said,
}

/// What is wrong with a form. Shown as a summary on top that links to the fields, and beside each field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Errors {
    /// The key of the summary's heading.
    pub title: &'static str,
    /// What concerns no single field.
    pub notices: Vec<Said>,
    /// What concerns one field each, in the order of the form.
    pub fields: Vec<FieldError>,
    /// Where it is no mistake in a form: the request's reference and when it was, for the help desk.
    pub trace: Option<(String, Timestamp)>,
}

impl Errors {
    /// Nothing is wrong.
    pub const fn none() -> Self {
        Self { title: "error-summary-title", notices: Vec::new(), fields: Vec::new(), trace: None }
    }

    /// Adds what is wrong with one field.
    #[must_use]
    pub fn field(mut self, field: &'static str, said: Said) -> Self {
        self.fields.push(FieldError { field, said });
        self
    }

    /// A form with these mistakes, in the order of its fields.
    pub fn of_fields<E: Into<FieldError>>(mistakes: impl IntoIterator<Item = E>) -> Self {
        Self { fields: mistakes.into_iter().map(Into::into).collect(), ..Self::none() }
    }

    /// A sign-in form sent with an empty field.
    pub fn empty_credentials(login_missing: bool, password_missing: bool) -> Self {
        let login = login_missing.then(|| FieldError { field: "login", said: Said::new("err-login-missing") });
        let password =
            password_missing.then(|| FieldError { field: "password", said: Said::new("err-password-missing") });
        Self::of_fields(login.into_iter().chain(password))
    }

    /// The one answer to a wrong password *and* to a name nobody has, so that names cannot be collected here (ASVS 6.3.8).
    pub fn bad_credentials() -> Self {
        Self::none().field("password", Said::new("err-bad-credentials"))
    }

    /// Too many attempts: how long to wait, why, and what to do meanwhile. The same for names that nobody has.
    pub fn throttled(minutes: u64) -> Self {
        let notices = vec![
            Said::new("err-throttled-time").with("minutes", &minutes.max(1)),
            Said::new("err-throttled-reason"),
            Said::new("err-throttled-next"),
        ];
        Self { title: "err-throttled-title", notices, ..Self::none() }
    }

    /// Too many new passwords in a minute.
    pub fn slowed(minutes: u64) -> Self {
        let notices = vec![
            Said::new("err-throttled-time").with("minutes", &minutes.max(1)),
            Said::new("err-new-passwords-reason"),
        ];
        Self { title: "err-throttled-title", notices, ..Self::none() }
    }

    /// Too many persons named as receivers of a delegation; `most` in an hour.
    pub fn named_enough(minutes: u64, most: u32) -> Self {
        let notices = vec![
            Said::new("err-throttled-time").with("minutes", &minutes.max(1)),
            Said::new("err-delegation-names-reason").with("most", &most),
            Said::new("err-delegation-names-next"),
        ];
        Self { title: "err-throttled-title", notices, ..Self::none() }
    }

    /// Whether nothing is wrong.
    pub fn is_empty(&self) -> bool {
        self.notices.is_empty() && self.fields.is_empty()
    }

    /// Whether a field is wrong.
    pub fn has(&self, field: &str) -> bool {
        self.fields.iter().any(|error| error.field == field)
    }

    /// What is wrong with a field.
    pub fn of(&self, field: &str, locale: Locale) -> Option<String> {
        self.fields.iter().find(|error| error.field == field).map(|error| error.said.text(locale))
    }
}

/// The answer to "Vì sao tôi được hỏi?": which rule asked, and on whose behalf.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Why {
    /// The rule of the hall that chose this step, as its stable word. `why-{rule}` says why, `why-{rule}-next` how to avoid the
    /// question next time.
    pub rule: &'static str,
    /// The party that asked; our own name where none did.
    pub rp: Words,
    /// What the rule rests on.
    pub facts: Vec<(&'static str, Fact)>,
}

impl Why {
    /// The reason that the hall gave.
    pub fn new(why: signin::Why, rp: Words) -> Self {
        Self { rule: why.word(), rp, facts: why.facts() }
    }

    /// The key of the reason.
    pub fn key(&self) -> String {
        format!("why-{}", self.rule)
    }

    /// The key of the way to avoid it.
    pub fn next_key(&self) -> String {
        format!("why-{}-next", self.rule)
    }
}
