//! Typed identifiers: an `Id<Person>` cannot be passed where an `Id<Party>` is asked for.

use std::{borrow::Cow, fmt, hash::Hash, hash::Hasher, marker::PhantomData, str::FromStr};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use uuid::Uuid;

/// A UUIDv7 that names one `T`. Random UUIDs as keys made ten million inserts thirty times slower, so ids follow time.
pub struct Id<T>(Uuid, PhantomData<fn() -> T>);

impl<T> Id<T> {
    /// Wraps a value read from a row or made by `crypto::random::id`.
    pub const fn from_uuid(value: Uuid) -> Self {
        Self(value, PhantomData)
    }

    /// The value as rows hold it.
    pub const fn uuid(self) -> Uuid {
        self.0
    }

    /// The sixteen bytes, for associated data of sealed values.
    pub const fn bytes(&self) -> &[u8; 16] {
        self.0.as_bytes()
    }
}

impl<T> Clone for Id<T> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<T> Copy for Id<T> {}
impl<T> PartialEq for Id<T> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}
impl<T> Eq for Id<T> {}
impl<T> PartialOrd for Id<T> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl<T> Ord for Id<T> {
    /// Ids follow time, so the smaller one was made earlier.
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.cmp(&other.0)
    }
}
impl<T> Hash for Id<T> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}
impl<T> fmt::Debug for Id<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.simple())
    }
}
impl<T> fmt::Display for Id<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.simple())
    }
}
/// A text is no id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not 32 lower-case hexadecimal digits")]
pub struct NotAnId;

/// 32 lower-case hexadecimal digits and nothing else: one spelling, so that no check sees another id than the act after it.
impl<T> FromStr for Id<T> {
    type Err = NotAnId;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let plain = text.len() == 32 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        let uuid = if plain { Uuid::try_parse(text).ok() } else { None };
        uuid.map(Self::from_uuid).ok_or(NotAnId)
    }
}
impl<T> Serialize for Id<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
impl<'de, T> Deserialize<'de> for Id<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

impl<T> JsonSchema for Id<T> {
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

/// Names a person: one human being, however many accounts and posts.
#[derive(Debug)]
pub enum Person {}
/// Names an account: a way in for one person.
#[derive(Debug)]
pub enum Account {}
/// Names a relying party.
#[derive(Debug)]
pub enum Party {}
/// Names a session of one browser.
#[derive(Debug)]
pub enum Session {}
/// Names a credential other than the password.
#[derive(Debug)]
pub enum Credential {}
/// Names an address of an account.
#[derive(Debug)]
pub enum Contact {}
/// Names what one authorization gave a party: the family of its tokens.
#[derive(Debug)]
pub enum Grant {}
/// Names a unit: a territory, an agency or a body, for as long as it is the same one.
#[derive(Debug)]
pub enum Unit {}
/// Names a dated set of changes to units.
#[derive(Debug)]
pub enum ChangeSet {}
/// Names one post of one person.
#[derive(Debug)]
pub enum Assignment {}
/// Names a review of the posts of a unit.
#[derive(Debug)]
pub enum Review {}
/// Names one import of officials.
#[derive(Debug)]
pub enum StaffImport {}
/// Names an audit event.
#[derive(Debug)]
pub enum AuditEvent {}
/// Names an entry of the consent ledger.
#[derive(Debug)]
pub enum ConsentEvent {}
/// Names the answers that a person gave at one time, and the receipt over them.
#[derive(Debug)]
pub enum Receipt {}
/// Names a delivery of an outbox: a logout token or a message.
#[derive(Debug)]
pub enum Delivery {}
/// Names an administrator's appointment.
#[derive(Debug)]
pub enum Appointment {}
/// Names a session of the web console.
#[derive(Debug)]
pub enum Console {}
/// Names a break-glass account.
#[derive(Debug)]
pub enum BreakGlass {}
/// Names a drill of the break-glass accounts.
#[derive(Debug)]
pub enum Drill {}
/// Names an alarm: a use of a break-glass account, or a failed attempt.
#[derive(Debug)]
pub enum Alarm {}

#[cfg(test)]
mod tests {
    use super::{Id, Unit};

    #[test]
    fn an_id_has_one_spelling() {
        let id = "0197f3d07c1a7d529a372f0c5b1e8d44";
        assert_eq!(id.parse::<Id<Unit>>().map(|id| id.to_string()).as_deref(), Ok(id));
        for other in [
            "0197F3D07C1A7D529A372F0C5B1E8D44",
            "0197f3d0-7c1a-7d52-9a37-2f0c5b1e8d44",
            "{0197f3d07c1a7d529a372f0c5b1e8d44}",
            "",
        ] {
            assert!(other.parse::<Id<Unit>>().is_err(), "{other}");
        }
    }
}
