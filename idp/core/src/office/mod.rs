//! Floor 6: the office of officials. Who may act for which unit, in which capacity, from when to when, decided by whom.
//!
//! Owns: `position`, `role`, `role_permission`, `role_separation`, `assignment`, `assignment_role`, `assignment_unit`, `staff_move`,
//! `post_reason`, `post_warning`, `post_review`, `post_review_item`, `acting_post`, `acting_choice`, `staff_import`, `staff_import_row`,
//! `rights_event`, `rights_delivery`, `post_ending`; shows the view `assignment_standing`. Stands beside the gate, and neither knows the other. May be
//! called by sessions, the hall and the doors.
//!
//! ```text
//! one query ──► World (values) ──► evaluate::judge: the rights of ONE post at an instant, with the reason for every yes and no
//!                      │
//! wanted change ──► gate::admit_change: what is added and taken ⊆ what the actor may give? ──► Admitted ──► rows::posts (takes only that)
//!                      └──► nothing else can write a post: grants, ends, delegation, imports, carrying, approving pass here
//! ```
//!
//! An *assignment* (a *post*) is one person in one position of one unit for one span of time. Rights are those of the one post that
//! somebody acts in, never the union of all their posts. Nothing outlives its window; what was delegated never outgrows the one who gave it.

mod acting;
mod apart;
mod ask;
mod carry;
mod check;
mod desk;
mod ending;
mod evaluate;
mod freed;
mod gate;
mod grant;
mod here;
pub mod import;
mod invite;
mod keep;
mod labels;
pub mod outbox;
mod permission;
mod post;
mod role;
mod rows;
mod shelf;
pub mod starter;
pub mod tell;
pub mod watch;
mod widen;
mod world;

pub use acting::{Acting, Capacity, With, acting, choices, choose, chosen_at, note, says, serves, standing, sweep};
pub use apart::{OfficeHeld, apart};
pub use ask::{
    Filter, Found, May, Place, StaffMove, Visible, Waiting, Wanted, Who, assignment, assignments, explain, handed_on,
    handed_on_by, history, may, moves, posts_in, reasons, rights, under, unindexed, used, visible, waiting, who, world,
};
pub use carry::{Ground, Posts};
pub use check::{Checked, check};
pub use desk::{
    By, DeskError, Edit, Given, HandOn, Seen, Verdict, assign, change, decide, end, hand_on, leave, note_reason,
    note_refusal, take_back, transfer,
};
pub use ending::{Ending, endings_wait, take_endings};
pub use evaluate::{Finding, Held, Judged, Remedy, Rights, Rule, effective, judge, signing};
pub use gate::{Actor, Admitted, AdmittedRole, After, Before, Facts, Refused, admit_change, admit_role};
pub use grant::{Beyond, Giver, Power};
pub use here::{administer, administering, offices};
pub use invite::may_invite;
pub use keep::{Kept, is_live, keep, keep_as, live_posts, person_of, unit_of};
pub use labels::{Labels, Told, units_of};
pub use permission::{Permission, Word, WordError};
pub use post::{
    Assignment, Confirmed, Kind, Limits, NewAssignment, Parties, Post, PostState, RoleGrant, Said, Scope, Source,
};
pub use role::{Aloud, Class, Form, Label, Position, PositionId, Role, RoleError, RoleId, Separation, Side, Signing};
pub use shelf::{positions, put_position, put_role, role, roles, separate, separations, unite};
pub use widen::Signer;
pub use world::{Above, Reach, UnitFacts, World};

/// Every statement of this room.
pub(crate) const STATEMENTS: &[&[&str]] = rows::ALL;

#[cfg(test)]
mod tests;
