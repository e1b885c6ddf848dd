//! What a decision can say, as JSON.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::super::{Code, Head, Scheme, Share, UnitKind, UnitName};
use crate::types::{Id, id};

/// How an operation names a unit.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "RawRef", into = "RawRef")]
pub enum UnitRef {
    /// By its id.
    Id(Id<id::Unit>),
    /// By a code, with the meaning that it has at the set's instant before the set itself: `{"scheme": "gso", "code": "54"}`.
    Code(Code),
    /// By the word that an operation of the same set gave to a unit it makes: `{"ref": "new-dak-lak"}`.
    Made(String),
}

#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
enum RawRef {
    Id(String),
    Fields(RefFields),
}

#[derive(Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
struct RefFields {
    #[serde(skip_serializing_if = "Option::is_none")]
    scheme: Option<Scheme>,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<String>,
    #[serde(rename = "ref", skip_serializing_if = "Option::is_none")]
    made: Option<String>,
}

/// A text names no unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a unit is named by its id, by a scheme and a code, or by the ref of a unit made in the same set")]
pub struct NoSuchRef;

impl TryFrom<RawRef> for UnitRef {
    type Error = NoSuchRef;

    fn try_from(raw: RawRef) -> Result<Self, NoSuchRef> {
        match raw {
            RawRef::Id(text) => text.parse().map(Self::Id).map_err(|_| NoSuchRef),
            RawRef::Fields(RefFields { scheme: Some(scheme), code: Some(code), made: None }) => {
                Code::parse(scheme, &code).map(Self::Code).map_err(|_| NoSuchRef)
            }
            RawRef::Fields(RefFields { scheme: None, code: None, made: Some(made) }) => Ok(Self::Made(made)),
            RawRef::Fields(_) => Err(NoSuchRef),
        }
    }
}

impl From<UnitRef> for RawRef {
    fn from(named: UnitRef) -> Self {
        match named {
            UnitRef::Id(id) => Self::Id(id.to_string()),
            UnitRef::Code(code) => {
                Self::Fields(RefFields { scheme: Some(code.scheme()), code: Some(code.value().to_owned()), made: None })
            }
            UnitRef::Made(made) => Self::Fields(RefFields { made: Some(made), ..RefFields::default() }),
        }
    }
}

impl From<Id<id::Unit>> for UnitRef {
    fn from(id: Id<id::Unit>) -> Self {
        Self::Id(id)
    }
}

/// A unit to be made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewUnit {
    /// A word by which other operations of the same set name it.
    #[serde(default, rename = "ref", skip_serializing_if = "Option::is_none")]
    pub made: Option<String>,
    /// Its sort, for good.
    pub kind: UnitKind,
    /// Its name.
    pub name: UnitName,
    /// Its codes, at most one of each scheme.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub codes: Vec<Code>,
    /// A level in force.
    pub level: String,
    /// A form of that level, or of any.
    pub form: String,
    /// The unit above it; absent only for the one root.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<UnitRef>,
    /// Who leads it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub head: Option<Head>,
    /// Where its data came from, if not from the decision.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provenance: Option<String>,
}

/// A unit that goes on, wholly or partly, in another one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Giver {
    /// The unit before.
    pub unit: UnitRef,
    /// Of several heirs, the one to propose. A whole is always proposed.
    #[serde(default, skip_serializing_if = "is_no")]
    pub default: bool,
    /// Whether a second source or a person says so, too.
    #[serde(default = "yes", skip_serializing_if = "is_yes")]
    pub checked: bool,
    /// Where it was read, if not in the decision.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
}

/// A unit in which a dissolved one goes on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Heir {
    /// The unit after.
    pub unit: UnitRef,
    /// How much of the dissolved one goes there.
    pub share: Share,
    /// Of several heirs, the one to propose.
    #[serde(default, skip_serializing_if = "is_no")]
    pub default: bool,
    /// Whether a second source or a person says so, too.
    #[serde(default = "yes", skip_serializing_if = "is_yes")]
    pub checked: bool,
    /// Where it was read, if not in the decision.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
}

const fn yes() -> bool {
    true
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks by reference")]
const fn is_yes(value: &bool) -> bool {
    *value
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks by reference")]
const fn is_no(value: &bool) -> bool {
    !*value
}

/// What units merge into.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[expect(clippy::large_enum_variant, reason = "nearly all of them are new units")]
pub enum Target {
    /// A new unit, also where it keeps the name and the number of one that goes on in it: a right over the old one must not silently
    /// become a right over the others.
    New(NewUnit),
    /// A unit that is there and takes others in.
    Existing(UnitRef),
}

/// The labels of a level.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LevelLabel {
    /// In Vietnamese.
    pub vi: String,
    /// In English.
    pub en: String,
}

/// One thing that a decision says. They are read in order; what a set says is judged when all of it has been read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "op", rename_all = "snake_case", deny_unknown_fields)]
pub enum Operation {
    /// A unit begins.
    Create {
        /// What it is.
        unit: NewUnit,
    },
    /// Units go on in one. Those that are whole end; those that give a part stay until another operation ends them.
    Merge {
        /// Units that end and go on here alone.
        #[serde(default)]
        whole: Vec<Giver>,
        /// Units of which a part goes on here.
        #[serde(default)]
        part: Vec<Giver>,
        /// Where they go on.
        into: Target,
    },
    /// A unit ends and goes on in several new ones.
    Split {
        /// The unit that ends.
        unit: UnitRef,
        /// The new units.
        into: Vec<NewUnit>,
        /// The `ref` of the one to propose; absent: none is.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        default: Option<String>,
    },
    /// A unit gets another name and stays the same.
    Rename {
        /// The unit.
        unit: UnitRef,
        /// Its new name.
        name: UnitName,
    },
    /// A unit gets another code of one scheme and stays the same.
    Recode {
        /// The unit.
        unit: UnitRef,
        /// Its new code.
        code: Code,
    },
    /// A unit comes under another and stays the same.
    Reparent {
        /// The unit.
        unit: UnitRef,
        /// The unit above it from now on.
        parent: UnitRef,
    },
    /// Every unit directly under one comes under another.
    Move {
        /// The unit above them until now; it may end in the same set.
        from: UnitRef,
        /// The unit above them from now on.
        to: UnitRef,
    },
    /// A unit ends.
    Dissolve {
        /// The unit.
        unit: UnitRef,
        /// In which it goes on, if in any.
        #[serde(default)]
        successors: Vec<Heir>,
    },
    /// A unit gets another level or form and stays the same.
    Reform {
        /// The unit.
        unit: UnitRef,
        /// Its new level.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        level: Option<String>,
        /// Its new form.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        form: Option<String>,
    },
    /// A level of the tree begins.
    OpenLevel {
        /// Its word.
        level: String,
        /// Its place in the order; the top has the least.
        rank: i64,
        /// Its labels.
        label: LevelLabel,
    },
    /// A level gets other labels.
    RelabelLevel {
        /// Its word.
        level: String,
        /// Its new labels.
        label: LevelLabel,
    },
    /// A level ends. Units still of that level end with it; units still under them come under the nearest unit above that stays.
    AbolishLevel {
        /// Its word.
        level: String,
    },
    /// Somebody leads a unit from now on, or nobody does.
    SetHead {
        /// The unit.
        unit: UnitRef,
        /// Who; absent: nobody.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        head: Option<Head>,
    },
}

impl Operation {
    /// The units that this operation makes.
    pub fn makes(&self) -> &[NewUnit] {
        match self {
            Self::Create { unit } | Self::Merge { into: Target::New(unit), .. } => std::slice::from_ref(unit),
            Self::Split { into, .. } => into,
            _ => &[],
        }
    }

    /// The persons that it lets lead units.
    pub fn heads(&self) -> Vec<Id<id::Person>> {
        let set = if let Self::SetHead { head, .. } = self { head.as_ref() } else { None };
        let made = self.makes().iter().filter_map(|unit| unit.head.as_ref());
        made.chain(set).filter_map(|head| head.person).collect()
    }

    /// Every unit that this operation names.
    pub fn names(&self) -> Vec<&UnitRef> {
        let mut named: Vec<&UnitRef> = self.makes().iter().filter_map(|unit| unit.parent.as_ref()).collect();
        match self {
            Self::Create { .. } | Self::OpenLevel { .. } | Self::RelabelLevel { .. } | Self::AbolishLevel { .. } => {}
            Self::Merge { whole, part, into } => {
                named.extend(whole.iter().chain(part).map(|giver| &giver.unit));
                if let Target::Existing(unit) = into {
                    named.push(unit);
                }
            }
            Self::Split { unit, .. }
            | Self::Rename { unit, .. }
            | Self::Recode { unit, .. }
            | Self::Reform { unit, .. }
            | Self::SetHead { unit, .. } => named.push(unit),
            Self::Reparent { unit: one, parent: other } | Self::Move { from: one, to: other } => {
                named.extend([one, other]);
            }
            Self::Dissolve { unit, successors } => {
                named.push(unit);
                named.extend(successors.iter().map(|heir| &heir.unit));
            }
        }
        named
    }

    /// Every code that this operation gives to a unit.
    pub fn codes(&self) -> Vec<&Code> {
        let mut codes: Vec<&Code> = self.makes().iter().flat_map(|unit| &unit.codes).collect();
        if let Self::Recode { code, .. } = self {
            codes.push(code);
        }
        codes
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::Operation;

    #[test]
    fn operations_are_read_and_written_as_the_same_json() {
        let id = "019a0000000070008000000000000001";
        let made = json!({"ref": "n", "kind": "territory", "name": {"vi": "Xa Moi"}, "codes": [{"scheme": "gso", "value": "00001"}],
            "level": "commune", "form": "xa", "parent": {"scheme": "gso", "code": "66"}});
        let cases = [
            json!({"op": "create", "unit": made}),
            json!({"op": "merge", "whole": [{"unit": id}], "part": [{"unit": {"ref": "n"}, "default": true, "checked": false, "source": "map"}],
                "into": {"new": made}}),
            json!({"op": "merge", "whole": [], "part": [], "into": {"existing": id}}),
            json!({"op": "split", "unit": id, "into": [made], "default": "n"}),
            json!({"op": "rename", "unit": id, "name": {"vi": "Xa Moi", "en": "New Commune"}}),
            json!({"op": "recode", "unit": id, "code": {"scheme": "agency-2020", "value": "H15.02"}}),
            json!({"op": "reparent", "unit": id, "parent": {"ref": "n"}}),
            json!({"op": "move", "from": id, "to": {"ref": "n"}}),
            json!({"op": "dissolve", "unit": id, "successors": [{"unit": {"ref": "n"}, "share": "part"}]}),
            json!({"op": "reform", "unit": id, "level": "commune", "form": "phuong"}),
            json!({"op": "open_level", "level": "region", "rank": 15, "label": {"vi": "Vung", "en": "Region"}}),
            json!({"op": "relabel_level", "level": "region", "label": {"vi": "Vung", "en": "Region"}}),
            json!({"op": "abolish_level", "level": "district"}),
            json!({"op": "set_head", "unit": id, "head": {"person": id, "title": "Director"}}),
        ];
        for json in cases {
            let operation: Operation =
                serde_json::from_value(json.clone()).unwrap_or_else(|error| panic!("{json}: {error}"));
            assert_eq!(serde_json::to_value(&operation).expect("is JSON"), json);
        }
    }

    #[test]
    fn what_is_no_operation_is_refused() {
        let unit = "019a0000000070008000000000000001";
        let cases: [Value; 6] = [
            json!({"op": "annex", "unit": unit}),
            json!({"op": "rename", "unit": unit, "name": {"vi": ""}}),
            json!({"op": "rename", "unit": unit, "name": {"vi": "A"}, "why": "because"}),
            json!({"op": "reparent", "unit": {"scheme": "gso"}, "parent": unit}),
            json!({"op": "reparent", "unit": {"scheme": "gso", "code": "01", "ref": "n"}, "parent": unit}),
            json!({"op": "recode", "unit": unit, "code": {"scheme": "agency-2020", "value": "H15..02"}}),
        ];
        for json in cases {
            assert!(serde_json::from_value::<Operation>(json.clone()).is_err(), "{json}");
        }
    }
}
