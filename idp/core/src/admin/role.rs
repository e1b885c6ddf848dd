//! The catalogue: what can be permitted, and the roles that bundle it. Later rooms add permissions here.

use crate::{office, types::Fault};

/// Something that an administrator may be permitted to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Permission {
    /// Read the tree of units, its history and its change sets.
    ReadUnits,
    /// Write change sets and hand them in.
    ProposeChanges,
    /// Approve, refuse or undo change sets of somebody else.
    DecideChanges,
    /// See who is an administrator.
    ReadAdministrators,
    /// Appoint administrators and end their appointments.
    AppointAdministrators,
    /// Read officials and their posts.
    ReadOfficials,
    /// Give posts, change and end them.
    AssignOfficials,
    /// Decide, as the second person, about posts that somebody else asked for.
    ApproveOfficials,
    /// Answer reviews of posts.
    ReviewOfficials,
    /// Change the catalogue of positions and roles.
    WriteRoles,
}

impl Permission {
    /// All of them.
    pub const ALL: [Self; 10] = [
        Self::ReadUnits,
        Self::ProposeChanges,
        Self::DecideChanges,
        Self::ReadAdministrators,
        Self::AppointAdministrators,
        Self::ReadOfficials,
        Self::AssignOfficials,
        Self::ApproveOfficials,
        Self::ReviewOfficials,
        Self::WriteRoles,
    ];

    /// The stable word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::ReadUnits => "units.read",
            Self::ProposeChanges => "changes.propose",
            Self::DecideChanges => "changes.decide",
            Self::ReadAdministrators => "administrators.read",
            Self::AppointAdministrators => "administrators.appoint",
            Self::ReadOfficials => "officials.read",
            Self::AssignOfficials => "officials.assign",
            Self::ApproveOfficials => "officials.approve",
            Self::ReviewOfficials => "officials.review",
            Self::WriteRoles => "roles.write",
        }
    }

    /// The same as roles of officials hold it; `None`: no post gives it. The register of administrators is kept by administrators.
    pub const fn of_posts(self) -> Option<office::Permission> {
        Some(match self {
            Self::ReadUnits => office::Permission::ReadUnits,
            Self::ProposeChanges => office::Permission::ProposeChanges,
            Self::DecideChanges => office::Permission::DecideChanges,
            Self::ReadAdministrators | Self::AppointAdministrators => return None,
            Self::ReadOfficials => office::Permission::ReadOfficials,
            Self::AssignOfficials => office::Permission::AssignOfficials,
            Self::ApproveOfficials => office::Permission::ApproveOfficials,
            Self::ReviewOfficials => office::Permission::ReviewOfficials,
            Self::WriteRoles => office::Permission::WriteRoles,
        })
    }
}

/// A role of the built-in catalogue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Everything, everywhere. There is always one.
    PlatformOwner,
    /// Appoints editors, approvers and auditors over their own units.
    UnitAdministrator,
    /// Writes change sets.
    UnitEditor,
    /// Decides about change sets of others.
    UnitApprover,
    /// Reads everything, changes nothing.
    Auditor,
    /// The system of a personnel department: says who serves where, in roles of business.
    PersonnelSystem,
}

impl Role {
    /// All of them, the widest first.
    pub const ALL: [Self; 6] = [
        Self::PlatformOwner,
        Self::UnitAdministrator,
        Self::UnitEditor,
        Self::UnitApprover,
        Self::Auditor,
        Self::PersonnelSystem,
    ];

    /// The stable word, as rows and requests hold it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::PlatformOwner => "platform-owner",
            Self::UnitAdministrator => "unit-administrator",
            Self::UnitEditor => "unit-editor",
            Self::UnitApprover => "unit-approver",
            Self::Auditor => "auditor",
            Self::PersonnelSystem => "personnel-system",
        }
    }

    /// What people read: a key of the catalogue of texts.
    pub const fn label(self) -> &'static str {
        match self {
            Self::PlatformOwner => "register-platform-owner",
            Self::UnitAdministrator => "register-unit-administrator",
            Self::UnitEditor => "register-unit-editor",
            Self::UnitApprover => "register-unit-approver",
            Self::Auditor => "register-auditor",
            Self::PersonnelSystem => "register-personnel-system",
        }
    }

    /// Reads a word; `None` for a role that the catalogue has not.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.word() == word)
    }

    pub(super) fn stored(word: &str) -> Result<Self, Fault> {
        Self::from_word(word).ok_or(Fault::bug("reading the role of an administrator"))
    }

    /// What it permits.
    pub const fn permissions(self) -> &'static [Permission] {
        match self {
            Self::PlatformOwner => &Permission::ALL,
            Self::UnitAdministrator => {
                &[Permission::ReadUnits, Permission::ReadAdministrators, Permission::AppointAdministrators]
            }
            Self::UnitEditor => &[Permission::ReadUnits, Permission::ProposeChanges],
            Self::UnitApprover => &[Permission::ReadUnits, Permission::DecideChanges],
            Self::Auditor => &[Permission::ReadUnits, Permission::ReadAdministrators, Permission::ReadOfficials],
            Self::PersonnelSystem => &[Permission::ReadUnits, Permission::ReadOfficials, Permission::AssignOfficials],
        }
    }

    /// The roles that its holder may give. Only the owner may give the role that they hold: else whoever may appoint could make
    /// themself a successor that nobody above agreed to.
    pub const fn may_give(self) -> &'static [Self] {
        match self {
            Self::PlatformOwner => &Self::ALL,
            Self::UnitAdministrator => &[Self::UnitEditor, Self::UnitApprover, Self::Auditor],
            Self::UnitEditor | Self::UnitApprover | Self::Auditor | Self::PersonnelSystem => &[],
        }
    }

    /// Whether a machine may hold it. A machine cannot be asked why it decided, so it decides nothing and appoints nobody.
    pub const fn suits_machines(self) -> bool {
        matches!(self, Self::UnitEditor | Self::Auditor | Self::PersonnelSystem)
    }

    /// Whether it is over the whole installation and cannot be over a unit.
    pub const fn is_whole(self) -> bool {
        matches!(self, Self::PlatformOwner)
    }
}
