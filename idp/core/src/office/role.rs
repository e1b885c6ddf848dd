//! The catalogue as data: positions, roles, and which roles exclude each other.

use std::{borrow::Cow, collections::BTreeSet};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

use super::{Permission, Word};
use crate::{
    org::{FOREVER, Span, UnitKind},
    types::{Aal, Fault, Id, Timestamp, id},
};

macro_rules! slug {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// Reads a word of 1 to 64 small letters, digits and dashes.
            pub fn parse(text: &str) -> Result<Self, RoleError> {
                let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
                let good = (1..=64).contains(&text.len()) && text.chars().all(fits);
                if good { Ok(Self(text.to_owned())) } else { Err(RoleError::Word) }
            }

            /// The word.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = RoleError;

            fn try_from(text: String) -> Result<Self, RoleError> {
                Self::parse(&text)
            }
        }

        impl JsonSchema for $name {
            fn schema_name() -> Cow<'static, str> {
                stringify!($name).into()
            }
            fn inline_schema() -> bool {
                true
            }
            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!({"type": "string", "pattern": "^[a-z0-9-]{1,64}$"})
            }
        }

        impl From<$name> for String {
            fn from(name: $name) -> Self {
                name.0
            }
        }
    };
}

slug!(
    /// The word of a role.
    RoleId
);
slug!(
    /// The word of a position.
    PositionId
);

/// Why something is not part of a catalogue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RoleError {
    /// Not 1 to 64 small letters, digits and dashes.
    #[error("a word has 1 to 64 small letters, digits and dashes")]
    Word,
    /// An empty label, or one longer than 200 characters.
    #[error("a label is empty or too long")]
    Label,
    /// A business role that permits something of ours, or a role of administration that permits something of a party: duties of both
    /// sorts would come together in one role, where no separation can part them.
    #[error("one role mixes administration with business")]
    Mixed,
    /// A role of administration that can be handed on by its holder.
    #[error("a role of administration is never delegable")]
    Delegable,
    /// The first day lies behind the last.
    #[error("the role ends before it begins")]
    Window,
}

/// What people read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "RoleLabel")]
#[serde(deny_unknown_fields)]
pub struct Label {
    /// In Vietnamese.
    pub vi: String,
    /// In English.
    pub en: String,
}

impl Label {
    fn check(&self) -> Result<(), RoleError> {
        let good =
            |text: &str| !text.trim().is_empty() && text.chars().count() <= 200 && !text.contains(char::is_control);
        if good(&self.vi) && good(&self.en) { Ok(()) } else { Err(RoleError::Label) }
    }
}

/// In which form somebody signs: Decree 30/2020/ND-CP.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub enum Signing {
    /// In their own name only.
    #[default]
    #[serde(rename = "none")]
    None,
    /// For a body as a whole.
    #[serde(rename = "TM.")]
    ForBody,
    /// A deputy for the head.
    #[serde(rename = "KT.")]
    ForHead,
    /// By order of the head, from a post below.
    #[serde(rename = "TL.")]
    ByOrder,
    /// By a written authorisation that cannot be passed on.
    #[serde(rename = "TUQ.")]
    Authorised,
    /// As the acting head.
    #[serde(rename = "Q.")]
    Acting,
}

impl Signing {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::None, Self::ForBody, Self::ForHead, Self::ByOrder, Self::Authorised, Self::Acting];

    /// The mark before a signature, as documents and claims hold it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::ForBody => "TM.",
            Self::ForHead => "KT.",
            Self::ByOrder => "TL.",
            Self::Authorised => "TUQ.",
            Self::Acting => "Q.",
        }
    }

    pub(super) fn stored(word: &str) -> Result<Self, Fault> {
        Self::ALL.into_iter().find(|one| one.word() == word).ok_or(Fault::bug("reading a signing capacity"))
    }
}

/// What somebody is called in a unit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "Position")]
#[serde(deny_unknown_fields)]
pub struct Position {
    /// Its word.
    pub id: PositionId,
    /// What people read.
    pub label: Label,
    /// How its holder signs: [`Signing::Acting`] and [`Signing::Authorised`] come from the kind of a post and never from here.
    #[serde(default)]
    pub signing: Signing,
}

impl Position {
    /// Whether everything about it is as it should be.
    pub fn check(&self) -> Result<(), RoleError> {
        if matches!(self.signing, Signing::Acting | Signing::Authorised) {
            return Err(RoleError::Word);
        }
        self.label.check()
    }
}

/// What sort of duty a role is. Separations can name a whole sort.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "RoleClass")]
#[serde(rename_all = "lowercase")]
pub enum Class {
    /// The installation: parties, keys, the catalogue.
    System,
    /// People and posts of a unit.
    Administration,
    /// The work for which the other systems are there.
    Business,
}

impl Class {
    const ALL: [Self; 3] = [Self::System, Self::Administration, Self::Business];

    const fn word(self) -> &'static str {
        match self {
            Self::System => "class:system",
            Self::Administration => "class:administration",
            Self::Business => "class:business",
        }
    }
}

/// What a party is told of a role.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "ToldTo")]
#[serde(deny_unknown_fields)]
pub struct Aloud {
    /// The party's `client_id`.
    pub party: String,
    /// The word in that party's own language.
    pub word: String,
}

/// A role in force, or to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Role {
    /// What it is.
    pub form: Form,
    /// When it may be held.
    pub span: Span,
    /// Rises with every change.
    pub revision: i64,
}

/// What a role is, as files and requests hold it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "RoleForm")]
#[serde(deny_unknown_fields)]
pub struct Form {
    /// Its word.
    pub id: RoleId,
    /// What people read.
    pub label: Label,
    /// What sort of duty it is.
    pub class: Class,
    /// What it permits.
    #[serde(default)]
    #[schemars(with = "BTreeSet<String>")]
    pub permissions: BTreeSet<Word>,
    /// The kinds of unit in which it may be held; empty: any.
    #[serde(default)]
    pub kinds: Vec<UnitKind>,
    /// The levels of unit at which it may be held; empty: any.
    #[serde(default)]
    pub levels: Vec<String>,
    /// Its height. Who may give posts gives only roles that stand lower than the one that lets them.
    pub rank: u32,
    /// Whether its holder may also give this very role.
    #[serde(default)]
    pub gives_own: bool,
    /// Whether its holder may hand it on for a while.
    #[serde(default)]
    pub delegable: bool,
    /// Whether a second person must agree before it is held.
    #[serde(default)]
    pub four_eyes: bool,
    /// How well its holder must have proved themself to act in it.
    #[serde(default = "one_factor")]
    #[schemars(schema_with = "levels")]
    pub aal: Aal,
    /// The parties it speaks to, each told its own word; empty: every party, by the role's own word.
    #[serde(default)]
    pub parties: Vec<Aloud>,
}

fn levels(_: &mut SchemaGenerator) -> Schema {
    json_schema!({"type": "string", "enum": ["Aal1", "Aal2", "Aal3"]})
}

const fn one_factor() -> Aal {
    Aal::Aal1
}

impl Form {
    /// Whether everything about it is as it should be.
    pub fn check(&self) -> Result<(), RoleError> {
        self.label.check()?;
        let ours = self.permissions.iter().filter(|word| word.ours().is_some()).count();
        let mixed = match self.class {
            Class::Business => ours > 0,
            Class::System | Class::Administration => ours < self.permissions.len(),
        };
        if mixed {
            return Err(RoleError::Mixed);
        }
        if self.delegable && self.class != Class::Business {
            return Err(RoleError::Delegable);
        }
        Ok(())
    }

    /// Whether it permits something of ours.
    pub fn permits(&self, permission: Permission) -> bool {
        self.permissions.contains(&Word::Ours(permission))
    }

    /// Whether it lets its holder administer.
    pub const fn administers(&self) -> bool {
        !matches!(self.class, Class::Business)
    }
}

impl Role {
    /// A role from an instant on.
    pub const fn since(form: Form, from: Timestamp) -> Self {
        Self { form, span: Span { from, until: FOREVER }, revision: 1 }
    }
}

/// One side of a separation.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Side {
    /// One role.
    Role(RoleId),
    /// Every role of a sort.
    Class(Class),
    /// An office of the register of administrators, as it is written: `office:auditor`. Posts do not hold it; who does may not hold the
    /// other side beside it.
    Office(String),
}

/// What stands before the word of an office.
const OFFICE: &str = "office:";

impl Side {
    /// Whether the role stands on this side.
    pub fn holds(&self, role: &Form) -> bool {
        match self {
            Self::Role(id) => *id == role.id,
            Self::Class(class) => *class == role.class,
            Self::Office(_) => false,
        }
    }

    /// Whether the office of the register stands on this side.
    pub fn is_office(&self, office: &str) -> bool {
        matches!(self, Self::Office(text) if text.strip_prefix(OFFICE) == Some(office))
    }

    /// As rows and files hold it: a role's word, `class:business` or `office:auditor`.
    pub fn word(&self) -> &str {
        match self {
            Self::Role(id) => id.as_str(),
            Self::Class(class) => class.word(),
            Self::Office(text) => text,
        }
    }
}

impl TryFrom<String> for Side {
    type Error = RoleError;

    fn try_from(text: String) -> Result<Self, RoleError> {
        if let Some(office) = text.strip_prefix(OFFICE) {
            return RoleId::parse(office).map(|_| Self::Office(text.clone()));
        }
        match Class::ALL.into_iter().find(|class| class.word() == text) {
            Some(class) => Ok(Self::Class(class)),
            None => RoleId::parse(&text).map(Self::Role),
        }
    }
}

impl From<Side> for String {
    fn from(side: Side) -> Self {
        side.word().to_owned()
    }
}

/// Two sides that one person may not hold at the same time.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Separation(pub Side, pub Side);

impl Separation {
    /// Whether it parts these two roles.
    pub fn parts(&self, one: &Form, other: &Form) -> bool {
        (self.0.holds(one) && self.1.holds(other)) || (self.0.holds(other) && self.1.holds(one))
    }

    /// Whether it keeps a role of posts apart from an office of the register.
    pub fn parts_office(&self, role: &Form, office: &str) -> bool {
        (self.0.holds(role) && self.1.is_office(office)) || (self.1.holds(role) && self.0.is_office(office))
    }

    /// Whether it keeps two offices of the register apart.
    pub fn parts_offices(&self, one: &str, other: &str) -> bool {
        (self.0.is_office(one) && self.1.is_office(other)) || (self.0.is_office(other) && self.1.is_office(one))
    }
}

/// The parties towards which a role of a post counts; `None`: all that the role speaks to.
pub(super) type OnlyParties = Option<BTreeSet<Id<id::Party>>>;

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Form, RoleError};

    #[test]
    fn a_role_that_mixes_or_escapes_is_refused() {
        let base = |change: serde_json::Value| {
            let mut form = json!({"id": "r", "label": {"vi": "R", "en": "R"}, "class": "business", "rank": 10});
            for (name, value) in change.as_object().into_iter().flatten() {
                form[name] = value.clone();
            }
            serde_json::from_value::<Form>(form).expect("is a form").check()
        };
        let cases = [
            (json!({"permissions": ["mot-cua/receive"], "delegable": true}), Ok(())),
            (json!({"permissions": ["mot-cua/receive", "officials.assign"]}), Err(RoleError::Mixed)),
            (json!({"class": "administration", "permissions": ["officials.assign"]}), Ok(())),
            (json!({"class": "administration", "permissions": ["mot-cua/receive"]}), Err(RoleError::Mixed)),
            (json!({"class": "system", "delegable": true}), Err(RoleError::Delegable)),
            (json!({"label": {"vi": " ", "en": "R"}}), Err(RoleError::Label)),
        ];
        for (change, expected) in cases {
            assert_eq!(base(change.clone()), expected, "{change}");
        }
    }

    #[test]
    fn what_is_no_role_is_not_read() {
        for form in [
            json!({"id": "R", "label": {"vi": "R", "en": "R"}, "class": "business", "rank": 1}),
            json!({"id": "r", "label": {"vi": "R", "en": "R"}, "class": "other", "rank": 1}),
            json!({"id": "r", "label": {"vi": "R", "en": "R"}, "class": "business", "rank": 1, "permissions": ["x"]}),
            json!({"id": "r", "label": {"vi": "R", "en": "R"}, "class": "business", "rank": 1, "super": true}),
        ] {
            assert!(serde_json::from_value::<Form>(form.clone()).is_err(), "{form}");
        }
    }
}
