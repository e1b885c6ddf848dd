//! Posts of a file: given where they are missing, changed where they differ; through the same gate as every other change of posts.

use std::collections::{BTreeSet, HashSet};

use idp_core::{
    office::{
        self, By, Confirmed, DeskError, Kept, Kind, Limits, NewAssignment, PositionId, Post, RoleGrant, RoleId, Said,
        Scope, Source, starter, tell::refusal,
    },
    org::{self, AsOf, Code, FOREVER, Span},
    people,
    store::{StoreError, Tx},
    types::{Day, Fault, Id, id},
};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;
use serde_json::Value;

use super::{
    change::{Change, What, differences},
    problem::Problem,
};
use crate::admin::Terms;

/// A post of somebody. It is known by its person, unit, position and kind.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct OfficialEntry {
    /// Whose: their sign-in name.
    pub(super) login: String,
    /// In which unit, as `SCHEME:CODE`, with the meaning that the code has on the first day of the post, or today where that lies behind.
    pub(super) unit: String,
    /// As what: the word of a position, such as `chuyen-vien`.
    pub(super) position: String,
    /// How they came to it.
    #[serde(default = "primary")]
    #[schemars(schema_with = "post_kinds")]
    pub(super) kind: Kind,
    /// With which roles.
    #[serde(default)]
    pub(super) roles: Vec<String>,
    /// Over which units.
    #[serde(default = "unit_alone")]
    #[schemars(schema_with = "scopes")]
    pub(super) scope: String,
    /// The units of the scope `list`, each as `SCHEME:CODE`.
    #[serde(default)]
    pub(super) scope_units: Vec<String>,
    /// The first day.
    #[schemars(with = "String")]
    pub(super) from: Day,
    /// The last day. Absent: open.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    pub(super) until: Option<Day>,
    /// The decision behind it. Absent: the post is unconfirmed, ends after ninety days and never administers.
    #[serde(default)]
    #[schemars(schema_with = "decision")]
    pub(super) decision: Option<Confirmed>,
    /// The classes of documents that may be signed; empty: no such limit. Absent: as it stands.
    #[serde(default)]
    pub(super) document_classes: Option<Vec<String>>,
    /// Whether nothing may be handed on from it. Absent: as it stands.
    #[serde(default)]
    pub(super) no_redelegate: Option<bool>,
}

const fn primary() -> Kind {
    Kind::Primary
}

fn unit_alone() -> String {
    Scope::Unit.word().to_owned()
}

fn post_kinds(_: &mut SchemaGenerator) -> Schema {
    let words: Vec<&str> = Kind::ALL.iter().filter(|kind| **kind != Kind::Delegated).map(|kind| kind.word()).collect();
    json_schema!({"type": "string", "enum": words, "default": "primary"})
}

fn scopes(_: &mut SchemaGenerator) -> Schema {
    json_schema!({"type": "string", "enum": ["self", "unit", "subtree", "list", "territory", "non-territorial"], "default": "unit"})
}

fn decision(_: &mut SchemaGenerator) -> Schema {
    json_schema!({
        "type": "object",
        "properties": {"number": {"type": "string"}, "date": {"type": "string"}},
        "required": ["number", "date"],
        "additionalProperties": false,
    })
}

/// A post whose values are parsed.
pub(super) struct Prepared {
    path: String,
    login: String,
    code: Code,
    /// The units of a list.
    listed: Vec<Code>,
    new: Unplaced,
}

/// What is wanted, before person and unit are known.
struct Unplaced {
    position: PositionId,
    kind: Kind,
    roles: Vec<RoleGrant>,
    scope: Scope,
    span: Span,
    decision: Option<Confirmed>,
    limits: Said,
}

/// Parses words and codes.
pub(super) fn prepare(entries: Vec<(String, OfficialEntry)>, problems: &mut Vec<Problem>) -> Vec<Prepared> {
    entries.into_iter().filter_map(|(path, entry)| parse(path, entry, problems)).collect()
}

fn parse(path: String, entry: OfficialEntry, problems: &mut Vec<Problem>) -> Option<Prepared> {
    let mut wrong = |field: &str, key| problems.push(Problem::rule(format!("{path}.{field}"), key));
    let code = Code::named(&entry.unit);
    if code.is_none() {
        wrong("unit", "cli-apply-unit-code");
    }
    let scope = Scope::from_word(&entry.scope);
    if scope.is_none() {
        wrong("scope", "cli-apply-post-word");
    }
    let listed: Option<Vec<Code>> = entry.scope_units.iter().map(|code| Code::named(code)).collect();
    match (&scope, &listed) {
        (_, None) => wrong("scope_units", "cli-apply-unit-code"),
        (Some(scope), Some(listed)) if matches!(scope, Scope::Listed(_)) == listed.is_empty() => {
            wrong("scope_units", "cli-apply-post-list");
            return None;
        }
        _ => {}
    }
    if entry.document_classes.as_ref().is_some_and(|classes| !Limits::may_be(classes)) {
        wrong("document_classes", "cli-apply-post-classes");
    }
    let position = PositionId::parse(&entry.position).ok();
    if position.is_none() {
        wrong("position", "cli-apply-post-word");
    }
    if entry.kind == Kind::Delegated {
        wrong("kind", "cli-apply-post-word");
    }
    let role = |word: &String| RoleId::parse(word).map(|role| RoleGrant { role, parties: None }).ok();
    let roles: Option<Vec<RoleGrant>> = entry.roles.iter().map(role).collect();
    if roles.is_none() {
        wrong("roles", "cli-apply-post-word");
    }
    let mut roles = roles?;
    roles.sort_by(|one, other| one.role.cmp(&other.role));
    let span = Span { from: entry.from.start(), until: entry.until.map_or(FOREVER, Day::end) };
    let limits = Said { document_classes: entry.document_classes, no_redelegate: entry.no_redelegate };
    let (kind, decision) = (entry.kind, entry.decision);
    let new = Unplaced { position: position?, kind, roles, scope: scope?, span, decision, limits };
    Some(Prepared { path, login: entry.login, code: code?, listed: listed?, new })
}

/// Adds the starter set of positions and roles where it is missing.
pub(super) async fn starter(tx: &mut Tx<'_>, problems: &mut Vec<Problem>) -> Result<Vec<Change>, StoreError> {
    let catalogue = starter::catalogue()?;
    let added = match starter::load(tx, &By::Operator, &catalogue).await {
        Ok(added) => added.positions + added.roles + added.separations,
        Err(DeskError::Store(error)) => return Err(error),
        Err(refused) => {
            problems.push(Problem::rule("starter_roles", refusal(refused.word().unwrap_or_default())));
            return Ok(Vec::new());
        }
    };
    let what = if added == 0 { What::Nothing } else { What::Made };
    Ok(vec![Change { kind: "roles", name: "starter".to_owned(), what, fields: Vec::new() }])
}

/// Makes posts be as wanted, in the order of the file.
pub(super) async fn apply(
    tx: &mut Tx<'_>,
    wanted: &[Prepared],
    problems: &mut Vec<Problem>,
) -> Result<Vec<Change>, StoreError> {
    if wanted.is_empty() {
        return Ok(Vec::new());
    }
    let positions: HashSet<PositionId> = office::positions(tx).await?.into_iter().map(|position| position.id).collect();
    let mut changes = Vec::with_capacity(wanted.len());
    for one in wanted {
        let mut wrong = |field: &str, key| problems.push(Problem::rule(format!("{}{field}", one.path), key));
        let Some(account) = people::by_login(tx, &one.login).await? else {
            wrong(".login", "cli-apply-post-login");
            continue;
        };
        let at = AsOf::at(one.new.span.from.max(tx.now()));
        let Some(unit) = org::by_code(tx, &one.code, at).await? else {
            wrong(".unit", "office-why-no-unit");
            continue;
        };
        let (mut listed, mut lacking) = (BTreeSet::new(), false);
        for (place, code) in one.listed.iter().enumerate() {
            if let Some(unit) = org::by_code(tx, code, at).await? {
                listed.insert(unit);
            } else {
                lacking = true;
                wrong(&format!(".scope_units[{place}]"), "office-why-no-unit");
            }
        }
        if !positions.contains(&one.new.position) {
            wrong(".position", "cli-apply-post-position");
            continue;
        }
        if lacking {
            continue;
        }
        let new = one.new.of(account.person, unit, listed);
        match office::keep(tx, &By::Operator, (new, &one.new.limits), None).await {
            Ok((kept, given)) => {
                let after = office::assignment(tx, given.post).await?.map(|stored| stored.post);
                changes.push(change(one, &kept, after.as_ref())?);
            }
            Err(DeskError::Store(error)) => return Err(error),
            Err(refused) => wrong("", refusal(refused.word().unwrap_or_default())),
        }
    }
    Ok(changes)
}

fn change(one: &Prepared, kept: &Kept, after: Option<&Post>) -> Result<Change, Fault> {
    let terms = |post: &Post| -> Result<Value, Fault> {
        serde_json::to_value(Terms::from(post)).map_err(|error| Fault::new("showing a post", error))
    };
    let (what, fields) = match (kept, after) {
        (Kept::New | Kept::Waits, _) => (What::Made, Vec::new()),
        (Kept::Changed(before), Some(after)) => (What::Changed, differences(&terms(before)?, &terms(after)?)),
        (Kept::Changed(_), None) => (What::Changed, Vec::new()),
        (Kept::Same, _) => (What::Nothing, Vec::new()),
    };
    let unit = format!("{}:{}", one.code.scheme().word(), one.code.value());
    let name = format!("{} {} {unit}", one.login, one.new.position.as_str());
    Ok(Change { kind: "official", name, what, fields })
}

impl Unplaced {
    fn of(&self, person: Id<id::Person>, unit: Id<id::Unit>, listed: BTreeSet<Id<id::Unit>>) -> NewAssignment {
        let scope = if matches!(self.scope, Scope::Listed(_)) { Scope::Listed(listed) } else { self.scope.clone() };
        NewAssignment {
            person,
            unit,
            position: self.position.clone(),
            kind: self.kind,
            roles: self.roles.clone(),
            scope,
            span: self.span,
            decision: self.decision.clone(),
            limits: Limits::default(),
            source: Source::Office,
        }
    }
}
