//! Small values as they are written in requests and answers.

use std::borrow::Cow;

use idp_core::types::Timestamp;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

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
        json_schema!({"type": "string", "minLength": 1, "maxLength": MOST, "pattern": "^\\S(.*\\S)?$"})
    }
}

/// Yes or no in a query, where everything is text: `true` or `false`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Truth(pub(super) bool);

impl<'de> Deserialize<'de> for Truth {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map(Self).map_err(|_| D::Error::custom("neither true nor false"))
    }
}

impl JsonSchema for Truth {
    fn schema_name() -> Cow<'static, str> {
        "Truth".into()
    }
    fn inline_schema() -> bool {
        true
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "boolean"})
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_a_line() {
        let line = |text: &str| serde_json::from_value::<Line<5>>(text.into()).is_ok();
        for (text, expected) in
            [("Đất", true), ("", false), (" a", false), ("a\u{0}b", false), ("ấấấấấ", true), ("ấấấấấấ", false)]
        {
            assert_eq!(line(text), expected, "{text:?}");
        }
    }
}
