//! The one gate of administration. A caller passes it twice: [`enter`] before anything of the request is read, [`allow`] over the units
//! that the request touches, in the transaction that writes. Only `allow` makes an [`Allowed`], and nothing is done without one.

use std::time::Duration;

use super::{
    appointment::{Appointment, Scope, Subject},
    register,
    role::Permission,
    signer::Signer,
    standing::{self, Standing},
};
use crate::{
    office::{By, Reach, Rights},
    store::{Conn, StoreError},
    types::{Aal, Id, Timestamp, id},
};

/// What the console asks of a sign-in (SECURITY section 2.5): two factors.
pub const LEVEL: Aal = Aal::Aal2;
/// How old a proof may be when something is changed.
pub const STALE: Duration = Duration::from_secs(15 * 60);

/// How a caller proved who they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    /// A person in the web console.
    Console {
        /// The level of their session now.
        aal: Aal,
        /// When they last proved themself.
        auth_at: Timestamp,
    },
    /// A machine with an access token of its own.
    Machine,
}

/// A caller whose credentials are good. What they may do is another question.
#[derive(Clone, Copy, Debug)]
pub struct Caller {
    /// Who.
    pub subject: Subject,
    /// How they proved it.
    pub how: How,
    /// Their session, where they are a person: in it they chose the post that they act in.
    pub session: Option<Id<id::Session>>,
}

/// Who may call an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who {
    /// Persons in the console, and machines.
    Both,
    /// Persons in the console: what needs somebody who answers for it.
    Console,
    /// Parties with a token of their own, about themselves: they need no office.
    Party,
}

/// Whether an operation needs a proof younger than [`STALE`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fresh {
    /// It only reads, or only ends one's own session.
    No,
    /// It changes something.
    Yes,
}

/// What an operation asks of its caller: one row of the table.
#[derive(Clone, Copy, Debug)]
pub struct Demand {
    /// What must be permitted; `None`: to be an administrator of any kind is enough.
    pub permission: Option<Permission>,
    /// Who may call it.
    pub who: Who,
    /// How fresh their proof must be.
    pub fresh: Fresh,
}

/// Why a caller is turned away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// They are no administrator now.
    NoAdministrator,
    /// A machine may not do this.
    Machine,
    /// Their sign-in is weaker than [`LEVEL`].
    Level,
    /// Their proof is older than [`STALE`].
    Stale,
    /// No role of theirs permits it.
    NotPermitted,
    /// A role permits it, but not over these units.
    Elsewhere,
}

impl Refusal {
    /// The stable word, for the audit log.
    pub const fn word(self) -> &'static str {
        match self {
            Self::NoAdministrator => "no-administrator",
            Self::Machine => "machine",
            Self::Level => "level",
            Self::Stale => "stale",
            Self::NotPermitted => "not-permitted",
            Self::Elsewhere => "elsewhere",
        }
    }
}

/// What a request touches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Targets {
    /// Nothing that belongs to a unit: one's own rights, or the tree itself, which is public.
    Open,
    /// The whole installation.
    Whole,
    /// These units. Every one of them must be covered; an empty list is covered by the whole installation only.
    Units(Vec<Id<id::Unit>>),
}

/// The proof that a caller may do what they ask, over what they ask it, now. Its fields are private and only [`allow`] makes one.
#[derive(Clone, Debug)]
pub struct Allowed {
    caller: Caller,
    standing: Standing,
}

impl Allowed {
    /// Who was allowed.
    pub const fn caller(&self) -> &Caller {
        &self.caller
    }

    /// Their appointments now.
    pub fn held(&self) -> &[Appointment] {
        &self.standing.appointments
    }

    /// What the post permits in which they act; `None`: they act in none.
    pub const fn rights(&self) -> Option<&Rights> {
        self.standing.rights.as_ref()
    }

    /// Over which units they may do something: for questions, which are asked over these and no others.
    pub fn reaches(&self, permission: Permission, now: Timestamp) -> Vec<Reach> {
        self.standing.reaches(permission, now)
    }

    /// By what they act on posts: by the post they act in where that permits it, else by an appointment. Never by both: rights of
    /// different origin do not add up.
    pub fn by(&self, permission: Permission, now: Timestamp) -> Option<By> {
        self.standing.by(self.caller.subject, permission, now)
    }

    /// What they could give, as somebody who signs a set of changes of units.
    pub fn signer(&self, now: Timestamp) -> Signer {
        let subject = self.caller.subject;
        Signer::new(subject, self.standing.appointments.clone(), self.standing.givers(subject, now))
    }
}

/// Whether a sign-in is good enough for what is asked: the level first, then the age.
///
/// # Errors
/// [`Refusal::Level`] or [`Refusal::Stale`].
pub fn proves(how: How, fresh: Fresh, now: Timestamp) -> Result<(), Refusal> {
    match how {
        How::Console { aal, .. } if aal < LEVEL => Err(Refusal::Level),
        How::Console { auth_at, .. } if fresh == Fresh::Yes && now.since(auth_at) > STALE => Err(Refusal::Stale),
        How::Machine | How::Console { .. } => Ok(()),
    }
}

/// Before anything of a request is read: whether this caller may do such a thing anywhere. Whoever may not, learns nothing of what is
/// there and what is not.
pub async fn enter(
    conn: &mut Conn,
    caller: &Caller,
    demand: &Demand,
    now: Timestamp,
) -> Result<Result<(), Refusal>, StoreError> {
    let standing = standing::of(conn, caller, now).await?;
    Ok(judge(caller, &standing, *demand, now))
}

fn judge(caller: &Caller, standing: &Standing, demand: Demand, now: Timestamp) -> Result<(), Refusal> {
    if demand.who == Who::Party {
        return if caller.how == How::Machine { Ok(()) } else { Err(Refusal::NotPermitted) };
    }
    if standing.is_nothing() {
        return Err(Refusal::NoAdministrator);
    }
    if caller.how == How::Machine && demand.who == Who::Console {
        return Err(Refusal::Machine);
    }
    // The level before the permission: whoever came with one factor learns nothing of what two would open.
    proves(caller.how, Fresh::No, now)?;
    if let Some(permission) = demand.permission
        && !standing.permits(permission, now)
    {
        return Err(Refusal::NotPermitted);
    }
    proves(caller.how, demand.fresh, now)
}

/// Over what a request touches: whether this caller may do it there. Asks the registers again, so that in a transaction what was ended
/// meanwhile counts no more (TOCTOU).
pub async fn allow(
    conn: &mut Conn,
    caller: &Caller,
    demand: &Demand,
    targets: &Targets,
    now: Timestamp,
) -> Result<Result<Allowed, Refusal>, StoreError> {
    let standing = standing::of(conn, caller, now).await?;
    if let Err(refusal) = judge(caller, &standing, *demand, now) {
        return Ok(Err(refusal));
    }
    let covered = covers(conn, &standing, demand, targets, now).await?;
    Ok(if covered { Ok(Allowed { caller: *caller, standing }) } else { Err(Refusal::Elsewhere) })
}

/// Whether somebody who was allowed to ask may see this, too: for lists, of which each sees their own part.
pub async fn sees(
    conn: &mut Conn,
    allowed: &Allowed,
    demand: Demand,
    targets: &Targets,
    now: Timestamp,
) -> Result<bool, StoreError> {
    covers(conn, &allowed.standing, &demand, targets, now).await
}

async fn covers(
    conn: &mut Conn,
    standing: &Standing,
    demand: &Demand,
    targets: &Targets,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let permits = |own: &&Appointment| demand.permission.is_none_or(|permission| own.permits(permission, now));
    let scopes: Vec<Scope> = standing.appointments.iter().filter(permits).map(|own| own.scope).collect();
    Ok(match targets {
        Targets::Open => true,
        _ if scopes.contains(&Scope::Whole) => true,
        Targets::Whole => standing::covers_all(conn, standing, *demand, now).await?,
        Targets::Units(units) if units.is_empty() => false,
        Targets::Units(units) => {
            all_covered(conn, &scopes, units, now).await?
                || standing::post_covers(conn, standing, *demand, (units, now)).await?
        }
    })
}

async fn all_covered(
    conn: &mut Conn,
    scopes: &[Scope],
    units: &[Id<id::Unit>],
    now: Timestamp,
) -> Result<bool, StoreError> {
    for unit in units {
        let ground = register::ground(conn, scopes, Scope::Below(*unit), now).await?;
        if !scopes.iter().any(|scope| ground.covers(*scope, Scope::Below(*unit))) {
            return Ok(false);
        }
    }
    Ok(true)
}
