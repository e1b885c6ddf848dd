//! What surrounds every page: language, owner, help line, warning, and the words in which it speaks.

use std::borrow::Cow;

use askama::Template;
use idp_core::signin::Fact;
use idp_core::text;
use idp_core::types::{Agent, Locale, Timestamp};

use super::parts::{Errors, Why, Words};
use crate::web::{Display, assets};

/// Stands for a name while a sentence is formatted, so that the name can get an element of its own. A private-use character:
/// no sentence of ours contains it.
const MARK: char = '\u{E000}';

/// The frame of a page.
#[derive(Debug, Clone)]
pub struct Chrome {
    /// The language of the page.
    pub locale: Locale,
    /// Large letters, high contrast.
    pub display: Display,
    /// What this service is called.
    pub site: Words,
    /// Its logo, where the province has one.
    pub logo_href: Option<String>,
    /// Its colours, where it has its own.
    pub colours_href: Option<String>,
    /// Path and query of a GET that shows this step again; the language switch adds `ui_locales` to it.
    pub here: String,
    /// The help line's number, as people dial it.
    pub support_phone: String,
    /// The province that runs this server.
    pub province: Words,
    /// A warning above every page.
    pub banner: Option<Banner>,
    /// Whether somebody is signed in with a break-glass account: every page of theirs says so.
    pub strip: bool,
    /// The value of the hidden field `csrf`; empty on pages without forms.
    pub csrf: String,
}

/// A warning above every page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Banner {
    /// A test system with synthetic people.
    Demo,
    /// Contingency mode: some functions are off.
    Contingency,
}

impl Banner {
    /// Its sentence.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Demo => "banner-demo",
            Self::Contingency => "incident-banner",
        }
    }
}

impl Chrome {
    /// The sentence under `key` in the page's language.
    pub fn say(&self, key: &str) -> Cow<'static, str> {
        text::say(self.locale, key)
    }

    /// The sentence under `key` with one variable, as plain text.
    pub fn say_with(&self, key: &str, name: &str, value: impl AsRef<str>) -> String {
        text::say_with(self.locale, key, &[(name, value.as_ref())])
    }

    /// The sentence under `key` as HTML in which `words` stand in an element of their own, with `lang` where it differs.
    pub fn naming(&self, key: impl AsRef<str>, variable: &str, words: &Words) -> Sentence {
        let sentence = text::say_with(self.locale, key.as_ref(), &[(variable, MARK.encode_utf8(&mut [0; 4]))]);
        let pieces = sentence.split(MARK).map(str::to_owned).collect();
        Sentence { locale: self.locale, pieces, words: words.clone() }
    }

    /// A sentence of a reason, with its facts written in the page's language.
    pub fn reason(&self, key: impl AsRef<str>, why: &Why) -> Sentence {
        let facts = why.facts.iter().map(|(name, fact)| match fact {
            Fact::Seconds(seconds) => (*name, self.span(*seconds)),
            Fact::At(instant) => (*name, show_time(*instant)),
        });
        let facts: Vec<(&str, String)> = facts.collect();
        let mut mark = [0; 4];
        let mut with: Vec<(&str, &str)> = facts.iter().map(|(name, text)| (*name, text.as_str())).collect();
        with.push(("rp", MARK.encode_utf8(&mut mark)));
        let sentence = text::say_with(self.locale, key.as_ref(), &with);
        let pieces = sentence.split(MARK).map(str::to_owned).collect();
        Sentence { locale: self.locale, pieces, words: why.rp.clone() }
    }

    /// Browser and system as people call them.
    pub fn agent(&self, agent: Option<&Agent>) -> String {
        text::agent(self.locale, agent.copied())
    }

    /// The page's title, marked when the page reports errors: a screen reader reads the title first.
    pub fn title(&self, heading: impl AsRef<str>, errors: &Errors) -> String {
        if errors.is_empty() { heading.as_ref().to_owned() } else { self.say_with("title-error", "title", heading) }
    }

    /// The hashed path of an asset.
    pub fn asset(&self, file: &str) -> &'static str {
        assets::path(file)
    }

    /// An instant as people read it.
    pub fn time(&self, instant: &Timestamp) -> String {
        show_time(*instant)
    }

    /// Length of time as people say it: `15 phút`.
    pub fn span(&self, seconds: i64) -> String {
        let (key, count) = match seconds {
            ..60 => ("span-seconds", seconds),
            60..3_600 => ("span-minutes", seconds / 60),
            3_600..86_400 => ("span-hours", seconds / 3_600),
            _ => ("span-days", seconds / 86_400),
        };
        self.say_with(key, "count", count.to_string())
    }

    /// This page with letters of the other size.
    pub fn large_href(&self) -> String {
        self.display_href(Display { large: !self.display.large, ..self.display })
    }

    /// This page with the other contrast.
    pub fn contrast_href(&self) -> String {
        self.display_href(Display { contrast: !self.display.contrast, ..self.display })
    }

    fn display_href(&self, display: Display) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query.append_pair("as", display.words()).append_pair("to", &self.here);
        format!("/display?{}", query.finish())
    }

    /// This page in Vietnamese.
    pub fn lang_vi_href(&self) -> String {
        in_language(&self.here, Locale::Vi)
    }

    /// This page in English.
    pub fn lang_en_href(&self) -> String {
        in_language(&self.here, Locale::En)
    }

    /// Whether the page is in Vietnamese.
    pub fn is_vi(&self) -> bool {
        self.locale == Locale::Vi
    }

    /// Whether this is a test system, which must not call itself official.
    pub fn is_demo(&self) -> bool {
        self.banner == Some(Banner::Demo)
    }
}

/// A sentence with a name in it. Rendered as escaped HTML, so templates mark it `safe`.
#[derive(Template)]
#[template(path = "parts/sentence.html")]
pub struct Sentence {
    locale: Locale,
    pieces: Vec<String>,
    words: Words,
}

/// The same address with another language: everything else in the query stays, so that the flow does.
fn in_language(here: &str, locale: Locale) -> String {
    let (path, query) = here.split_once('?').unwrap_or((here, ""));
    let mut kept: Vec<&str> =
        query.split('&').filter(|pair| !pair.is_empty() && !pair.starts_with("ui_locales=")).collect();
    let ours = format!("ui_locales={}", locale.tag());
    kept.push(&ours);
    format!("{path}?{}", kept.join("&"))
}

/// An instant as people read it: `15/03/2026 09:05:07 (UTC+7)`, always in Vietnam's time.
pub fn show_time(instant: Timestamp) -> String {
    instant.show()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_language_switch_keeps_the_flow() {
        for (here, expected) in [
            ("/sign-in/tx_1", "/sign-in/tx_1?ui_locales=en"),
            ("/enrol?t=tx_1", "/enrol?t=tx_1&ui_locales=en"),
            ("/enrol?ui_locales=vi&t=tx_1", "/enrol?t=tx_1&ui_locales=en"),
            ("/?ui_locales=en", "/?ui_locales=en"),
        ] {
            assert_eq!(in_language(here, Locale::En), expected);
        }
    }

    #[test]
    fn times_are_those_of_vietnam() {
        for (millis, expected) in [
            (0, "01/01/1970 07:00:00 (UTC+7)"),
            (1_773_540_307_999, "15/03/2026 09:05:07 (UTC+7)"),
            (-1, "01/01/1970 06:59:59 (UTC+7)"),
        ] {
            assert_eq!(show_time(Timestamp::from_millis(millis)), expected);
        }
    }
}
