//! Every operation, one line each. Router, document and permission matrix are made from this list.

use idp_core::admin::{Fresh, Permission, Role, Who};

use super::{
    PREFIX,
    act::{Operation, Precondition, reads, writes},
    administrators, changes, me, units,
};

/// All operations of the API.
pub(super) const ALL: &[Operation] = &[
    reads::<me::Own>(),
    writes::<me::Leave>(),
    reads::<administrators::List>(),
    writes::<administrators::Appoint>(),
    reads::<administrators::Get>(),
    writes::<administrators::End>(),
    reads::<units::Root>(),
    reads::<units::Levels>(),
    reads::<units::Forms>(),
    reads::<units::OfCode>(),
    reads::<units::Search>(),
    reads::<units::Get>(),
    reads::<units::Children>(),
    reads::<units::Successors>(),
    reads::<units::Story>(),
    reads::<changes::List>(),
    writes::<changes::Draft>(),
    reads::<changes::Get>(),
    writes::<changes::Revise>(),
    reads::<changes::DryRun>(),
    writes::<changes::Submit>(),
    writes::<changes::Approve>(),
    writes::<changes::Refuse>(),
    writes::<changes::Withdraw>(),
    writes::<changes::Undo>(),
];

/// An operation, as tests that look from outside see it.
#[expect(clippy::struct_excessive_bools, reason = "a row of the matrix: each is one of its columns")]
#[derive(Clone, Debug)]
pub struct Listed {
    /// Its stable name.
    pub id: &'static str,
    /// `get`, `post`, `put`.
    pub method: &'static str,
    /// As the router spells it.
    pub path: String,
    /// Whether it writes.
    pub writes: bool,
    /// Whether it asks for `If-Match`.
    pub needs_revision: bool,
    /// Whether a machine may call it.
    pub for_machines: bool,
    /// Whether it takes a body.
    pub takes_body: bool,
    /// The roles that permit it.
    pub roles: Vec<&'static str>,
}

/// All operations.
pub fn listed() -> Vec<Listed> {
    ALL.iter()
        .map(|operation| Listed {
            id: operation.is.id,
            method: operation.is.method.word(),
            path: format!("{PREFIX}{}", operation.is.path),
            writes: operation.writes,
            needs_revision: operation.is.precondition == Precondition::IfMatch,
            for_machines: operation.is.demand.who == Who::Both,
            takes_body: operation.is.body > 0,
            roles: Role::ALL.into_iter().filter(|role| permits(*role, operation)).map(Role::word).collect(),
        })
        .collect()
}

fn permits(role: Role, operation: &Operation) -> bool {
    operation.is.demand.permission.is_none_or(|permission| role.permissions().contains(&permission))
}

/// The whole permission matrix as text: a snapshot of it stands in the repository, so no permission moves unseen.
pub fn matrix() -> String {
    let mut lines = vec![row("operation", "permission", "who", "proof", Role::ALL.map(Role::word))];
    for operation in ALL {
        let demand = operation.is.demand;
        let name = format!("{} {}", operation.is.method.word().to_uppercase(), operation.is.path);
        let who = match demand.who {
            Who::Both => "console, machine",
            Who::Console => "console",
        };
        let proof = match demand.fresh {
            Fresh::Yes => "fresh",
            Fresh::No => "any",
        };
        let cells = Role::ALL.map(|role| cell(role, operation));
        lines.push(row(&name, demand.permission.map_or("-", Permission::word), who, proof, cells));
    }
    lines.join("\n")
}

fn cell(role: Role, operation: &Operation) -> &'static str {
    match (permits(role, operation), operation.is.demand.who == Who::Both && role.suits_machines()) {
        (true, true) => "person, machine",
        (true, false) => "person",
        (false, _) => "-",
    }
}

fn row(name: &str, permission: &str, who: &str, proof: &str, cells: [&str; 6]) -> String {
    let [owner, administrator, editor, approver, auditor, personnel] = cells;
    let line = format!(
        "{name:48} | {permission:22} | {who:16} | {proof:5} | {owner:14} | {administrator:18} | {editor:15} | {approver:13} | {auditor:15} | {personnel}"
    );
    line.trim_end().to_owned()
}
