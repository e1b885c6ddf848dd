//! The register of administrators. Every change is judged in the transaction that writes it, against what actor and target hold then.

use super::{
    appointment::{Appointment, NewAppointment, Scope, Subject},
    gate::Allowed,
    rights::{self, Beyond, Ground},
    role::Role,
    rows,
};
use crate::{
    audit::{self, Event},
    authn::notice,
    crypto::random,
    office::{self, tell},
    org::{self, FOREVER, Span},
    people,
    store::{Conn, StoreError, Tx},
    text,
    types::{Id, Interval, Timestamp, id},
};

/// Why nobody was appointed.
#[derive(Debug, thiserror::Error)]
pub enum AppointError {
    /// The actor may not give this.
    #[error("beyond the actor's own rights: {}", .0.word())]
    Beyond(Beyond),
    /// There is no such person or party, or they are not active.
    #[error("the subject is not there")]
    NoSubject,
    /// There is no such unit now.
    #[error("the unit is not there")]
    NoUnit,
    /// A machine cannot hold this role.
    #[error("not a role for machines")]
    NotForMachines,
    /// This role is over the whole installation, or this one is over a unit.
    #[error("the role does not have such a scope")]
    Scope,
    /// The period is empty or begins in the past.
    #[error("the period is empty or begins in the past")]
    Period,
    /// They hold a role or an office that is kept apart from it; which.
    #[error("kept apart from {0}")]
    Separated(String),
    /// They hold it already.
    #[error("the subject holds the role there already")]
    Held,
    /// Nobody makes another platform owner alone.
    #[error("a second person must agree")]
    SecondPerson,
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Why nothing was ended.
#[derive(Debug, thiserror::Error)]
pub enum EndError {
    /// The actor may not take this.
    #[error("beyond the actor's own rights: {}", .0.word())]
    Beyond(Beyond),
    /// It has ended already.
    #[error("it has ended")]
    Ended,
    /// It is the office of a break-glass account: it goes with the account alone.
    #[error("the office of a break-glass account")]
    BreakGlass,
    /// It is the last open-ended platform owner: nobody could ever appoint again.
    #[error("the last platform owner")]
    LastOwner,
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Where a party stands: asked of who keeps the register of parties in memory.
pub type IsServed<'a> = &'a (dyn Fn(Id<id::Party>) -> bool + Sync);

/// What a subject holds at `now`.
pub async fn held_by(conn: &mut Conn, subject: Subject, now: Timestamp) -> Result<Vec<Appointment>, StoreError> {
    let stored = rows::of_subject(conn, subject).await?;
    Ok(stored.into_iter().filter(|own| own.is_in_force(now)).collect())
}

/// One appointment.
pub async fn appointment(conn: &mut Conn, id: Id<id::Appointment>) -> Result<Option<Appointment>, StoreError> {
    rows::appointment(conn, id).await
}

/// Appointments that have not ended at `now`, oldest first, `most` of them after the one named.
pub async fn list(
    conn: &mut Conn,
    after: Option<Id<id::Appointment>>,
    most: u32,
    now: Timestamp,
) -> Result<Vec<Appointment>, StoreError> {
    rows::list(conn, after, most, now).await
}

/// The part of the tree that decides whether `outers` cover `inner`.
pub(super) async fn ground(
    conn: &mut Conn,
    outers: &[Scope],
    inner: Scope,
    now: Timestamp,
) -> Result<Ground, StoreError> {
    let mut ground = Ground::default();
    if let Some(unit) = inner.unit() {
        for above in outers.iter().filter_map(|scope| scope.unit()) {
            if org::is_under(conn, unit, above, now).await? {
                ground.note(unit, above);
            }
        }
    }
    Ok(ground)
}

/// Who appoints or ends: an administrator with the gate's proof, or an operator on the server.
#[derive(Clone, Copy)]
pub enum By<'a> {
    /// Through the admin API.
    Administrator(&'a Allowed),
    /// At the command line of the server. Whoever holds the database needs no role, but is recorded like everybody else.
    Operator,
}

/// Appoints somebody.
///
/// # Errors
/// [`AppointError`]: what the caller can mend, named.
pub async fn appoint(
    tx: &mut Tx<'_>,
    by: By<'_>,
    new: NewAppointment,
    is_served: IsServed<'_>,
) -> Result<Appointment, AppointError> {
    let now = tx.now();
    check(&new, now)?;
    let there = match new.subject {
        // A break-glass account has its one office from its key, and no other from anybody.
        Subject::Person(person) if people::is_break_glass(tx, person).await? => false,
        Subject::Person(person) => people::person(tx, person).await?.is_some_and(|person| person.is_active()),
        Subject::Party(party) => is_served(party),
    };
    if !there {
        return Err(AppointError::NoSubject);
    }
    if let Some(unit) = new.scope.unit()
        && !org::is_under(tx, unit, unit, now).await?
    {
        return Err(AppointError::NoUnit);
    }
    if let By::Administrator(allowed) = by {
        // One account that was taken over must not make itself accomplices who stay. A post of the same rank waits for a second person;
        // and the day on which there is nobody else is what break-glass accounts are for.
        if new.role == Role::PlatformOwner && !is_break_glass(tx, allowed.caller().subject).await? {
            return Err(AppointError::SecondPerson);
        }
        let scopes: Vec<Scope> = allowed.held().iter().map(|own| own.scope).collect();
        let ground = ground(tx, &scopes, new.scope, now).await?;
        rights::may_appoint((allowed.caller().subject, allowed.held()), &new, &ground, now)
            .map_err(AppointError::Beyond)?;
    }
    let held = rows::of_subject(tx, new.subject).await?;
    let doubled = |own: &Appointment| {
        own.role == new.role && own.scope == new.scope && own.ended_at.is_none() && overlaps(own, &new)
    };
    if held.iter().any(doubled) {
        return Err(AppointError::Held);
    }
    match apart(tx, &new, &held).await? {
        Some(other) => Err(AppointError::Separated(other)),
        None => Ok(write(tx, new).await?),
    }
}

/// The role or office of the same person that must be held by somebody else.
pub(super) async fn apart(
    conn: &mut Conn,
    new: &NewAppointment,
    held: &[Appointment],
) -> Result<Option<String>, StoreError> {
    let Subject::Person(person) = new.subject else { return Ok(None) };
    let beside = held.iter().filter(|own| own.ended_at.is_none() && overlaps(own, new));
    let words: Vec<&str> = beside.map(|own| own.role.word()).collect();
    let window = Span { from: new.window.from, until: new.window.until.unwrap_or(FOREVER) };
    office::apart(conn, (person, window), new.role.word(), &words).await
}

async fn is_break_glass(conn: &mut Conn, subject: Subject) -> Result<bool, StoreError> {
    match subject {
        Subject::Person(person) => people::is_break_glass(conn, person).await,
        Subject::Party(_) => Ok(false),
    }
}

fn check(new: &NewAppointment, now: Timestamp) -> Result<(), AppointError> {
    let empty = new.window.until.is_some_and(|until| until <= new.window.from);
    if empty || new.window.from < now {
        return Err(AppointError::Period);
    }
    if new.role.is_whole() && new.scope != Scope::Whole {
        return Err(AppointError::Scope);
    }
    if matches!(new.subject, Subject::Party(_)) && !new.role.suits_machines() {
        return Err(AppointError::NotForMachines);
    }
    Ok(())
}

fn overlaps(own: &Appointment, new: &NewAppointment) -> bool {
    let before = |until: Option<Timestamp>, from: Timestamp| until.is_some_and(|until| until <= from);
    !before(own.window.until, new.window.from) && !before(new.window.until, own.window.from)
}

pub(super) async fn write(tx: &mut Tx<'_>, new: NewAppointment) -> Result<Appointment, StoreError> {
    let appointment = Appointment {
        id: random::id(tx.now()),
        subject: new.subject,
        role: new.role,
        scope: new.scope,
        window: new.window,
        decision: new.decision,
        appointed_by: tx.cx().actor.to_string(),
        appointed_at: tx.now(),
        ended_at: None,
        revision: 1,
    };
    rows::insert(tx, &appointment).await?;
    let event = Event::AdministratorAppointed {
        person: appointment.subject.person(),
        appointment: appointment.id,
        subject: appointment.subject.name(),
        role: appointment.role.word(),
        unit: appointment.scope.unit(),
        until: appointment.window.until.map(Timestamp::rfc3339),
    };
    audit::record(tx, event).await?;
    Ok(appointment)
}

/// Ends an appointment now. The last open-ended platform owner stays.
///
/// # Errors
/// [`EndError`].
pub async fn end(tx: &mut Tx<'_>, by: By<'_>, stored: &Appointment, because: &str) -> Result<Appointment, EndError> {
    let ended = end_untold(tx, by, stored, because).await?;
    tell_ended(tx, stored, (tx.now(), because)).await?;
    Ok(ended)
}

/// The same; the caller tells the holder, of whom more ended than this one.
async fn end_untold(tx: &mut Tx<'_>, by: By<'_>, stored: &Appointment, because: &str) -> Result<Appointment, EndError> {
    let now = tx.now();
    if stored.ended_at.is_some() || stored.window.until.is_some_and(|until| until <= now) {
        return Err(EndError::Ended);
    }
    // Else an owner whose account was taken over could make the envelopes worthless.
    if let Subject::Person(person) = stored.subject
        && people::is_break_glass(tx, person).await?
    {
        return Err(EndError::BreakGlass);
    }
    if let By::Administrator(allowed) = by {
        let scopes: Vec<Scope> = allowed.held().iter().map(|own| own.scope).collect();
        let ground = ground(tx, &scopes, stored.scope, now).await?;
        rights::may_end((allowed.caller().subject, allowed.held()), stored, &ground, now).map_err(EndError::Beyond)?;
    }
    if stored.role == Role::PlatformOwner && stored.window.until.is_none() {
        let others = lasting_owners(tx, now).await?.into_iter().filter(|owner| owner.id != stored.id).count();
        if others == 0 {
            return Err(EndError::LastOwner);
        }
    }
    if !close(tx, stored, because).await? {
        return Err(EndError::Ended);
    }
    Ok(Appointment { ended_at: Some(now), revision: stored.revision + 1, ..stored.clone() })
}

/// Ends every office of somebody who leaves: one that went on would open the console to whoever still knows their password.
///
/// # Errors
/// [`EndError`] of the first that cannot be ended; then the caller ends nothing else, either.
pub async fn leave(tx: &mut Tx<'_>, by: By<'_>, person: Id<id::Person>, because: &str) -> Result<usize, EndError> {
    let now = tx.now();
    // Also those that lie ahead.
    let stored = rows::of_subject(tx, Subject::Person(person)).await?;
    let open = |own: &&Appointment| own.ended_at.is_none() && own.window.until.is_none_or(|until| until > now);
    let mut ended = 0;
    for own in stored.iter().filter(open) {
        end_untold(tx, by, own, because).await?;
        ended += 1;
    }
    Ok(ended)
}

/// Tells the holder of an office that somebody else ended it, from when and why: what they wrote, or a word of ours.
pub(super) async fn tell_ended(
    tx: &mut Tx<'_>,
    stored: &Appointment,
    (from, why): (Timestamp, &str),
) -> Result<(), StoreError> {
    let Some(person) = stored.subject.person() else { return Ok(()) };
    if tx.cx().actor == stored.subject.actor() {
        return Ok(());
    }
    let (now, time) = (tx.now(), from.show());
    for account in people::accounts_of(tx, person).await? {
        let locale = account.locale.unwrap_or_default();
        let over = match stored.scope {
            Scope::Whole => text::say(locale, "register-over-everything").into_owned(),
            Scope::Below(unit) => tell::unit(tx, unit, now, locale).await?,
        };
        let (role, why) = (text::say(locale, stored.role.label()), tell::because(locale, why));
        let with = [("role", &*role), ("over", &over), ("time", &time), ("why", &why)];
        notice::notify_all(tx, account.id, notice::ADMINISTRATION_ENDED, &with).await?;
    }
    Ok(())
}

async fn close(tx: &mut Tx<'_>, stored: &Appointment, because: &str) -> Result<bool, StoreError> {
    if !rows::end(tx, stored.id, because).await? {
        return Ok(false);
    }
    let event = Event::AdministratorEnded {
        person: stored.subject.person(),
        appointment: stored.id,
        subject: stored.subject.name(),
        role: stored.role.word(),
    };
    audit::record(tx, event).await?;
    Ok(true)
}

/// Makes the holder of a break-glass key a platform owner, from now until the account is retired.
pub(crate) async fn own_by_break_glass(tx: &mut Tx<'_>, person: Id<id::Person>) -> Result<(), StoreError> {
    let new = NewAppointment {
        subject: Subject::Person(person),
        role: Role::PlatformOwner,
        scope: Scope::Whole,
        window: Interval { from: tx.now(), until: None },
        decision: "break-glass".to_owned(),
    };
    write(tx, new).await.map(|_| ())
}

/// Ends every office of a break-glass account.
pub(crate) async fn disown(tx: &mut Tx<'_>, person: Id<id::Person>, because: &str) -> Result<(), StoreError> {
    let now = tx.now();
    for own in held_by(tx, Subject::Person(person), now).await? {
        close(tx, &own, because).await?;
    }
    Ok(())
}

/// The human beings who are platform owners at `now`, for however long.
pub async fn owners(conn: &mut Conn, now: Timestamp) -> Result<Vec<Id<id::Person>>, StoreError> {
    let mut owners = Vec::new();
    for owner in rows::of_role(conn, Role::PlatformOwner).await? {
        if let Some(person) = human(conn, &owner, now).await? {
            owners.push(person);
        }
    }
    Ok(owners)
}

/// Who holds an office that is in force, where it is an active human being.
async fn human(conn: &mut Conn, office: &Appointment, now: Timestamp) -> Result<Option<Id<id::Person>>, StoreError> {
    let Subject::Person(person) = office.subject else { return Ok(None) };
    let active = office.is_in_force(now) && people::person(conn, person).await?.is_some_and(|found| found.is_active());
    Ok(if active && !people::is_break_glass(conn, person).await? { Some(person) } else { None })
}

/// Platform owners whose office has begun, has no end, and who are active persons. There must be one, or nobody could appoint again. A
/// break-glass account is none of them: it is there for the day on which there is none.
pub(super) async fn lasting_owners(conn: &mut Conn, now: Timestamp) -> Result<Vec<Appointment>, StoreError> {
    let mut lasting = Vec::new();
    for owner in rows::of_role(conn, Role::PlatformOwner).await? {
        if owner.window.until.is_none() && human(conn, &owner, now).await?.is_some() {
            lasting.push(owner);
        }
    }
    Ok(lasting)
}
