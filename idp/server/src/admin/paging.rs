//! Lists come in pages. A cursor says where the last page ended; it is opaque, and worth something only with the question it came from.

use std::{borrow::Cow, str::FromStr};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use idp_core::crypto::digest;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, de::Error as _};

use super::refuse::invalid;
use crate::web::{Mistake, Place, Problem};

/// Things on a page, at most.
pub(super) const MOST: u32 = 200;
const USUAL: u32 = 50;

/// How many things a page shall have: 1 to [`MOST`].
#[derive(Clone, Copy, Debug)]
pub(super) struct Limit(u32);

impl Limit {
    /// What was asked for, or the usual number.
    pub(super) fn of(asked: Option<Self>) -> u32 {
        asked.map_or(USUAL, |limit| limit.0)
    }
}

impl<'de> Deserialize<'de> for Limit {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let plain = text.len() <= 3 && !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        let number = plain.then(|| text.parse().ok()).flatten().filter(|number| (1..=MOST).contains(number));
        number.map(Self).ok_or_else(|| D::Error::custom("no such limit"))
    }
}

impl JsonSchema for Limit {
    fn schema_name() -> Cow<'static, str> {
        "Limit".into()
    }
    fn inline_schema() -> bool {
        true
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "integer", "minimum": 1, "maximum": MOST, "default": USUAL})
    }
}

/// Where the last page ended.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Cursor(String);

impl Cursor {
    /// A cursor after the thing with this key, for this question.
    pub(super) fn after(question: &str, key: &str) -> String {
        URL_SAFE_NO_PAD.encode([&mark(question)[..], key.as_bytes()].concat())
    }

    /// The key, if the cursor came from this question.
    fn key(&self, question: &str) -> Option<String> {
        let bytes = URL_SAFE_NO_PAD.decode(&self.0).ok().filter(|bytes| bytes.len() <= 1_000)?;
        let (sent, key) = bytes.split_at_checked(8)?;
        let key = str::from_utf8(key).ok().filter(|key| !key.chars().any(char::is_control))?;
        (sent == mark(question)).then(|| key.to_owned())
    }

    /// Reads the key of a page's beginning.
    pub(super) fn read<T: FromStr>(cursor: Option<&Self>, question: &str) -> Result<Option<T>, Problem> {
        Self::read_with(cursor, question, |key| key.parse().ok())
    }

    /// The same for a key that is read otherwise.
    pub(super) fn read_with<T>(
        cursor: Option<&Self>,
        question: &str,
        read: impl Fn(&str) -> Option<T>,
    ) -> Result<Option<T>, Problem> {
        let Some(cursor) = cursor else { return Ok(None) };
        let key = cursor.key(question).and_then(|key| read(&key));
        key.map(Some).ok_or_else(|| invalid([Mistake::new(Place::Parameter("after".into()), "not-a-cursor")]))
    }
}

impl JsonSchema for Cursor {
    fn schema_name() -> Cow<'static, str> {
        "Cursor".into()
    }
    fn inline_schema() -> bool {
        true
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "string", "pattern": "^[A-Za-z0-9_-]+$", "description": "`next` of the page before"})
    }
}

fn mark(question: &str) -> [u8; 8] {
    let digest = digest::sha256(question.as_bytes());
    let mut mark = [0; 8];
    mark.copy_from_slice(&digest.bytes()[..8]);
    mark
}

/// One page of a list.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "PageOf{T}")]
pub(super) struct Page<T> {
    /// What is on it.
    pub(super) items: Vec<T>,
    /// `after` of the next page; null on the last one.
    pub(super) next: Option<String>,
}

impl<T> Page<T> {
    /// A page of at most `limit` things. `found` may hold one more, which says that there is a next page.
    pub(super) fn of(mut found: Vec<T>, limit: u32, question: &str, key: impl Fn(&T) -> String) -> Self {
        let more = found.len() > limit as usize;
        found.truncate(limit as usize);
        let next = found.last().filter(|_| more).map(|last| Cursor::after(question, &key(last)));
        Self { items: found, next }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_is_worth_nothing_for_another_question() {
        let cursor = Cursor(Cursor::after("units under=1", "17"));
        assert_eq!(Cursor::read::<u32>(Some(&cursor), "units under=1").ok(), Some(Some(17)));
        for (cursor, question) in [
            (&cursor, "units under=2"),
            (&Cursor(Cursor::after("q", "seventeen")), "q"),
            (&Cursor("***".to_owned()), "q"),
            (&Cursor("AAAA".to_owned()), "q"),
            (&Cursor("A".repeat(5_000)), "q"),
        ] {
            assert!(Cursor::read::<u32>(Some(cursor), question).is_err(), "{cursor:?} {question}");
        }
        assert_eq!(Cursor::read::<u32>(None, "q").ok(), Some(None));
    }

    #[test]
    fn the_last_page_has_no_next() {
        for (found, limit, items, more) in [(3, 2, 2, true), (2, 2, 2, false), (0, 2, 0, false)] {
            let page = Page::of((0..found).collect(), limit, "q", u32::to_string);
            assert_eq!((page.items.len(), page.next.is_some()), (items, more));
        }
    }
}
