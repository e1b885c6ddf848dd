//! Every operation, one line each. Router, document and permission matrix are made from this list.

use idp_core::admin::{Fresh, Permission, Role, Who};

use super::{
    PREFIX,
    act::{Operation, Outside, Precondition, reads, works, writes},
    administrators, changes, check, me, officials, units,
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
    writes::<me::TakePost>(),
    reads::<officials::List>(),
    writes::<officials::Give>(),
    reads::<officials::Get>(),
    writes::<officials::Change>(),
    writes::<officials::End>(),
    writes::<officials::Withdraw>(),
    writes::<officials::Approve>(),
    writes::<officials::Refuse>(),
    writes::<officials::Move>(),
    reads::<officials::Delegations>(),
    writes::<officials::Leave>(),
    writes::<officials::Invite>(),
    reads::<officials::Explain>(),
    reads::<officials::WhoMay>(),
    reads::<officials::Roles>(),
    writes::<officials::AddRole>(),
    reads::<officials::GetRole>(),
    writes::<officials::ChangeRole>(),
    reads::<officials::Positions>(),
    writes::<officials::PutPosition>(),
    reads::<officials::Separations>(),
    writes::<officials::Part>(),
    writes::<officials::Unite>(),
    reads::<officials::Moves>(),
    reads::<officials::Reviews>(),
    reads::<officials::Review>(),
    writes::<officials::Answer>(),
    reads::<officials::Template>(),
    reads::<officials::Imports>(),
    works::<officials::Import>(),
    works::<officials::Trial>(),
    reads::<officials::Imported>(),
    reads::<officials::Lines>(),
    works::<officials::Undo>(),
    reads::<officials::Drift>(),
    reads::<check::Check>(),
    reads::<check::Reconcile>(),
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
    /// Whether parties call it, about themselves, without an office.
    pub for_parties: bool,
    /// Whether it takes a body.
    pub takes_body: bool,
    /// The permission that it asks for; `None`: to administer anything is enough.
    pub permission: Option<&'static str>,
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
            for_parties: operation.is.demand.who == Who::Party,
            takes_body: operation.is.body > 0,
            permission: operation.is.demand.permission.map(Permission::word),
            roles: Role::ALL.into_iter().filter(|role| permits(*role, operation)).map(Role::word).collect(),
        })
        .collect()
}

fn permits(role: Role, operation: &Operation) -> bool {
    let of_offices = operation.is.demand.who != Who::Party;
    of_offices && operation.is.demand.permission.is_none_or(|permission| role.permissions().contains(&permission))
}

/// The whole permission matrix as text: a snapshot of it stands in the repository, so no permission moves unseen.
pub fn matrix() -> String {
    let mut lines = vec![row(["operation", "permission", "who", "proof", "unit"], Role::ALL.map(Role::word))];
    for operation in ALL {
        let demand = operation.is.demand;
        let name = format!("{} {}", operation.is.method.word().to_uppercase(), operation.is.path);
        let who = match demand.who {
            Who::Both => "console, machine",
            Who::Console => "console",
            Who::Party => "party",
        };
        let proof = match demand.fresh {
            Fresh::Yes => "fresh",
            Fresh::No => "any",
        };
        let unit = match operation.is.outside {
            Outside::Hidden => "hidden",
            Outside::Refused => "refused",
        };
        let cells = Role::ALL.map(|role| cell(role, operation));
        lines.push(row([&name, demand.permission.map_or("-", Permission::word), who, proof, unit], cells));
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

fn row([name, permission, who, proof, unit]: [&str; 5], cells: [&str; 6]) -> String {
    let [owner, administrator, editor, approver, auditor, personnel] = cells;
    let line = format!(
        "{name:48} | {permission:22} | {who:16} | {proof:5} | {unit:7} | {owner:14} | {administrator:18} | {editor:15} | {approver:13} | {auditor:15} | {personnel}"
    );
    line.trim_end().to_owned()
}
