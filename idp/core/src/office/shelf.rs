//! The catalogue on its shelf: positions, roles, separations; read by everybody, changed through the gate.

use super::{
    Beyond, By, DeskError, Form, Giver, Position, Refused, Role, RoleId, Separation, World, admit_role,
    desk::giver,
    freed::{may_unite, only_by},
    gate::whole_power,
    rows::{catalogue as rows, outbox, world},
};
use crate::{
    audit::{self, Event},
    org::Span,
    store::{Conn, StoreError, Tx},
};

/// Every position, by word.
pub async fn positions(conn: &mut Conn) -> Result<Vec<Position>, StoreError> {
    rows::positions(conn).await
}

/// Every role, by word, in force or not.
pub async fn roles(conn: &mut Conn) -> Result<Vec<Role>, StoreError> {
    rows::roles(conn).await
}

/// One role.
pub async fn role(conn: &mut Conn, id: &RoleId) -> Result<Option<Role>, StoreError> {
    rows::one_role(conn, id).await
}

/// Which roles exclude each other.
pub async fn separations(conn: &mut Conn) -> Result<Vec<Separation>, StoreError> {
    rows::separations(conn).await
}

/// Who keeps the catalogue, with all of it: a change of one role or separation touches others.
async fn keeper(tx: &mut Tx<'_>, by: &By) -> Result<(World, Giver), DeskError> {
    let mut found = World::default();
    let (giver, rights) = giver(tx, by, &mut found).await?;
    if let Some(rights) = rights {
        found.extend(world::units(tx, &[rights.unit]).await?);
    }
    found.roles.extend(rows::roles(tx).await?.into_iter().map(|role| (role.form.id.clone(), role)));
    found.separations = rows::separations(tx).await?;
    Ok((found, giver))
}

/// Adds a position or changes what it is called. A position permits nothing, so whoever keeps the catalogue may.
pub async fn put_position(tx: &mut Tx<'_>, by: &By, position: &Position) -> Result<(), DeskError> {
    position.check().map_err(|_| Refused::Field("position"))?;
    let (world, giver) = keeper(tx, by).await?;
    whole_power(&world, &giver).ok_or(Beyond::NoPower)?;
    rows::put_position(tx, position).await?;
    let event = Event::CatalogueChanged { what: "position", id: position.id.as_str().to_owned(), revision: 0 };
    audit::record(tx, event).await?;
    Ok(())
}

/// Adds a role (`seen`: `None`) or changes it as the caller saw it; gives its new revision. A change counts for everybody who holds
/// the role, at their next use.
pub async fn put_role(
    tx: &mut Tx<'_>,
    by: &By,
    (form, span): (Form, Span),
    seen: Option<i64>,
) -> Result<i64, DeskError> {
    let was = rows::one_role(tx, &form.id).await?;
    match (&was, seen) {
        (Some(was), seen) if seen != Some(was.revision) => return Err(DeskError::Changed(was.revision)),
        (None, Some(_)) => return Err(DeskError::Unknown),
        _ => {}
    }
    if span.from >= span.until {
        return Err(Refused::Field("valid_until").into());
    }
    let (world, giver) = keeper(tx, by).await?;
    let revision = seen.map_or(1, |seen| seen + 1);
    let id = form.id.as_str().to_owned();
    let admitted = admit_role(&world, was.as_ref(), Role { form, span, revision }, &giver)?;
    if !rows::put_role(tx, &admitted, seen).await? {
        return Err(DeskError::Changed(revision));
    }
    if let Some(was) = &was {
        outbox::role_changed(tx, &was.form.id).await?;
    }
    audit::record(tx, Event::CatalogueChanged { what: "role", id, revision }).await?;
    Ok(revision)
}

/// Says that two sides exclude each other; `false`: it was so before. Of two posts that clash now, the younger one's role stops
/// counting at once.
pub async fn separate(tx: &mut Tx<'_>, by: &By, separation: &Separation) -> Result<bool, DeskError> {
    part(tx, by, separation, Parting::Begins).await
}

/// Takes a separation back; `false`: there was none.
pub async fn unite(tx: &mut Tx<'_>, by: &By, separation: &Separation) -> Result<bool, DeskError> {
    part(tx, by, separation, Parting::Ends).await
}

#[derive(Clone, Copy)]
enum Parting {
    Begins,
    Ends,
}

async fn part(tx: &mut Tx<'_>, by: &By, separation: &Separation, parting: Parting) -> Result<bool, DeskError> {
    let (world, giver) = keeper(tx, by).await?;
    let power = whole_power(&world, &giver).ok_or(Beyond::NoPower)?;
    if let Parting::Ends = parting {
        may_unite(&world, (&giver, power), |one, other| only_by(&world, separation, one, other))?;
    }
    let (what, done) = match parting {
        Parting::Begins => ("separation", rows::separate(tx, separation).await?),
        Parting::Ends => ("separation-ended", rows::join(tx, separation).await?),
    };
    if done {
        let id = format!("{} {}", separation.0.word(), separation.1.word());
        audit::record(tx, Event::CatalogueChanged { what, id, revision: 0 }).await?;
        let parted = |role: &&Role| world.roles.values().any(|other| separation.parts(&role.form, &other.form));
        for role in world.roles.values().filter(parted) {
            outbox::role_changed(tx, &role.form.id).await?;
        }
    }
    Ok(done)
}
