//! By what somebody administers: appointments of the register of administrators, and the post in which an official acts.
//!
//! Of several posts only the one counts that was chosen in this session. A post and an appointment are never added up for one act.

use std::collections::BTreeSet;

use super::{
    appointment::{Appointment, Scope, Subject},
    gate::{Caller, Demand, How},
    register,
    role::{Permission, Role},
};
use crate::{
    office::{self, By, Giver, Power, Reach, Rights, Word},
    org::{self, AsOf, FOREVER},
    store::{Conn, StoreError},
    types::{Id, Timestamp, id},
};

/// One above the highest role of the starter set: a platform owner gives every role of it, and no role that stands higher.
const OWNERS_RANK: u32 = 101;

/// What somebody has now.
#[derive(Clone, Debug)]
pub(super) struct Standing {
    pub(super) appointments: Vec<Appointment>,
    /// Of the post in which they act.
    pub(super) rights: Option<Rights>,
    /// Whether they have a post in which they could act, chosen or not.
    chooses: bool,
}

/// What a caller has now.
pub(super) async fn of(conn: &mut Conn, caller: &Caller, now: Timestamp) -> Result<Standing, StoreError> {
    let appointments = register::held_by(conn, caller.subject, now).await?;
    let (Subject::Person(person), Some(session)) = (caller.subject, caller.session) else {
        return Ok(Standing { appointments, rights: None, chooses: false });
    };
    let rights = office::administering(conn, (session, person), now).await?;
    let chooses = rights.is_some() || !office::offices(conn, person, now).await?.is_empty();
    let rights = rights.filter(|rights| proven(rights, caller.how));
    Ok(Standing { appointments, rights, chooses })
}

/// Whether a session is good enough for every role of ours in a post. A role that asks for more than the console does gives nothing until
/// its holder has proved themself so: else a weaker key would open what the catalogue keeps for a stronger one.
fn proven(rights: &Rights, how: How) -> bool {
    let How::Console { aal, .. } = how else { return true };
    let ours = |held: &&office::Held| held.permissions.iter().any(|word| word.ours().is_some());
    rights.held.iter().filter(ours).all(|held| held.aal <= aal)
}

impl Standing {
    /// Whether they administer nothing.
    pub(super) const fn is_nothing(&self) -> bool {
        self.appointments.is_empty() && !self.chooses
    }

    /// Whether something is permitted to them anywhere.
    pub(super) fn permits(&self, permission: Permission, now: Timestamp) -> bool {
        self.appointments.iter().any(|own| own.permits(permission, now)) || self.post_permits(permission)
    }

    fn post_permits(&self, permission: Permission) -> bool {
        let wanted = permission.of_posts();
        self.rights.as_ref().zip(wanted).is_some_and(|(rights, wanted)| rights.permits(wanted))
    }

    pub(super) fn reaches(&self, permission: Permission, now: Timestamp) -> Vec<Reach> {
        let appointed = self.appointments.iter().filter(|own| own.permits(permission, now)).map(reach);
        let wanted = permission.of_posts().map(Word::Ours);
        let held = self.rights.iter().flat_map(|rights| &rights.held);
        let held = held.filter(|held| wanted.as_ref().is_some_and(|wanted| held.permissions.contains(wanted)));
        appointed.chain(held.map(|held| held.reach.clone())).collect()
    }

    /// Of the register's offices only the owner's lets a person act on posts, and only the personnel system's a machine.
    pub(super) fn by(&self, subject: Subject, permission: Permission, now: Timestamp) -> Option<By> {
        if self.post_permits(permission) {
            return self.rights.as_ref().map(|rights| By::Post(rights.post));
        }
        appointed((subject, &self.appointments), permission, now).map(By::Appointed)
    }

    /// Every way in which they could give posts: by the post they act in, and by their appointments. They do not add up.
    pub(super) fn givers(&self, subject: Subject, now: Timestamp) -> Vec<Giver> {
        let appointed = appointed((subject, &self.appointments), Permission::AssignOfficials, now);
        self.rights.iter().map(Giver::of).chain(appointed).collect()
    }
}

/// What appointments let somebody do with posts.
pub(super) fn appointed(
    (subject, held): (Subject, &[Appointment]),
    permission: Permission,
    now: Timestamp,
) -> Option<Giver> {
    let until = |own: &Appointment| own.window.until.unwrap_or(FOREVER);
    let mut permitted = held.iter().filter(|own| own.permits(permission, now)).peekable();
    match subject {
        Subject::Person(person) => {
            let owned = permitted.filter(|own| own.role == Role::PlatformOwner);
            let until = owned.map(until).max()?;
            Some(Giver::appointed(person, owner(until)))
        }
        Subject::Party(_) => {
            permitted.peek()?;
            Some(Giver::machine(permitted.map(|own| (reach(own), until(own)))))
        }
    }
}

fn reach(own: &Appointment) -> Reach {
    match own.scope {
        Scope::Whole => Reach::Anywhere,
        Scope::Below(unit) => Reach::Under(unit),
    }
}

fn owner(until: Timestamp) -> Power {
    let permissions = BTreeSet::from(office::Permission::ALL);
    Power { permissions, rank: OWNERS_RANK, role: None, reach: Reach::Anywhere, until }
}

/// Whether the post in which they act permits something over the whole country.
pub(super) async fn covers_all(
    conn: &mut Conn,
    standing: &Standing,
    demand: Demand,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let Some(permission) = demand.permission.filter(|one| standing.post_permits(*one)) else { return Ok(false) };
    let root = org::root(conn, AsOf::at(now)).await?;
    let everywhere = |reach: &Reach| match reach {
        Reach::Anywhere => true,
        Reach::Under(unit) => root == Some(*unit),
        Reach::Own(_) | Reach::Unit(_) | Reach::Listed(_) => false,
    };
    Ok(standing.reaches(permission, now).iter().any(everywhere))
}

/// Whether the post in which they act permits something over each of these units.
pub(super) async fn post_covers(
    conn: &mut Conn,
    standing: &Standing,
    demand: Demand,
    (units, now): (&[Id<id::Unit>], Timestamp),
) -> Result<bool, StoreError> {
    let wanted = demand.permission.and_then(Permission::of_posts);
    let Some((rights, wanted)) = standing.rights.as_ref().zip(wanted) else { return Ok(false) };
    for unit in units {
        let asked = office::Wanted {
            person: rights.person,
            post: rights.post,
            permission: wanted.into(),
            unit: *unit,
            party: None,
        };
        if office::may(conn, &asked, now).await?.by.is_empty() {
            return Ok(false);
        }
    }
    Ok(true)
}
