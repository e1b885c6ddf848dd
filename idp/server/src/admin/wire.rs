//! Small values as they are written in requests and answers.

use std::borrow::Cow;

use idp_core::types::{Day, Id, Timestamp};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

/// An id: 32 lower-case hexadecimal digits and nothing else. One spelling, so that no check sees another id than the one after it.
#[derive(Debug)]
pub(super) struct Key<K>(pub(super) Id<K>);

impl<K> Clone for Key<K> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<K> Copy for Key<K> {}

impl<K> Serialize for Key<K> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

impl<'de, K> Deserialize<'de> for Key<K> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let plain = text.len() == 32 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        let id = plain.then(|| text.parse().ok()).flatten();
        id.map(Self).ok_or_else(|| D::Error::custom("not an id"))
    }
}

impl<K> JsonSchema for Key<K> {
    fn schema_name() -> Cow<'static, str> {
        "Id".into()
    }
    fn inline_schema() -> bool {
        true
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "string", "pattern": "^[0-9a-f]{32}$"})
    }
}

/// A day in Việt Nam, `YYYY-MM-DD`. What is decided for a day takes effect at its beginning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Date(pub(super) Day);

impl Serialize for Date {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Date {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        day(&text).map(Self).ok_or_else(|| D::Error::custom("not a date"))
    }
}

fn day(text: &str) -> Option<Day> {
    let shape = text.len() == 10 && text.bytes().enumerate().all(|(place, byte)| match place {
        4 | 7 => byte == b'-',
        _ => byte.is_ascii_digit(),
    });
    shape.then(|| Day::from_ymd(text[..4].parse().ok()?, text[5..7].parse().ok()?, text[8..].parse().ok()?)).flatten()
}

impl JsonSchema for Date {
    fn schema_name() -> Cow<'static, str> {
        "Date".into()
    }
    fn inline_schema() -> bool {
        true
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "string", "format": "date", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"})
    }
}

/// An instant, RFC 3339 with the offset of Việt Nam.
#[derive(Clone, Copy, Debug)]
pub(super) struct Instant(pub(super) Timestamp);

impl Serialize for Instant {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0.rfc3339())
    }
}

impl JsonSchema for Instant {
    fn schema_name() -> Cow<'static, str> {
        "Instant".into()
    }
    fn inline_schema() -> bool {
        true
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "string", "format": "date-time"})
    }
}

/// A line of text that people wrote: 1 to `MOST` characters, no controls, no blanks around it.
#[derive(Clone, Debug)]
pub(super) struct Line<const MOST: usize>(pub(super) String);

impl<'de, const MOST: usize> Deserialize<'de> for Line<MOST> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let good = !text.is_empty()
            && text.trim() == text
            && text.chars().count() <= MOST
            && !text.chars().any(char::is_control);
        if good { Ok(Self(text)) } else { Err(D::Error::custom("not such a line")) }
    }
}

impl<const MOST: usize> JsonSchema for Line<MOST> {
    fn schema_name() -> Cow<'static, str> {
        format!("Line{MOST}").into()
    }
    fn inline_schema() -> bool {
        true
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "string", "minLength": 1, "maxLength": MOST, "pattern": "^\\S([^\\p{Cc}]*\\S)?$"})
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use idp_core::types::id;

    #[test]
    fn values_have_one_spelling() {
        let id = |text: &str| serde_json::from_value::<Key<id::Unit>>(text.into()).is_ok();
        assert!(id("0197f3d07c1a7d529a372f0c5b1e8d44"));
        for other in
            ["0197F3D07C1A7D529A372F0C5B1E8D44", "0197f3d0-7c1a-7d52-9a37-2f0c5b1e8d44", "{0197f3d07c1a7d529a372f0c5b1e8d44}", ""]
        {
            assert!(!id(other), "{other}");
        }
        let date = |text: &str| serde_json::from_value::<Date>(text.into()).ok().map(|date| date.0.to_string());
        assert_eq!(date("2025-07-01").as_deref(), Some("2025-07-01"));
        for other in ["2025-7-1", "2025-02-30", "01/07/2025", "2025-07-01T00:00:00Z", "٢٠٢٥-07-01", "+025-07-01"] {
            assert_eq!(date(other), None, "{other}");
        }
        let line = |text: &str| serde_json::from_value::<Line<5>>(text.into()).is_ok();
        for (text, expected) in [("Đất", true), ("", false), (" a", false), ("a\u{0}b", false), ("ấấấấấ", true), ("ấấấấấấ", false)] {
            assert_eq!(line(text), expected, "{text:?}");
        }
    }
}
