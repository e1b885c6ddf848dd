//! Offices of the register when units change.
//!
//! An office is over one unit and all below it, and cannot become a list as a post can. So it goes with its unit where the unit goes on
//! alone in a new one, under which nothing else comes; else it ends with its unit, and the dry run says so: somebody appoints anew.
//! Taking the set back brings it home, unless somebody ended it meanwhile.

use std::{collections::HashMap, sync::Arc};

use futures_util::future::BoxFuture;

use super::{
    appointment::{Appointment, Scope},
    register, rows,
    signer::Signer,
};
use crate::{
    audit::{self, Event},
    crypto::random,
    office,
    org::{
        self, Config, Label,
        change::{Carried, Dependent, Dependents, Gain, Moves, Rules},
    },
    store::{Conn, StoreError, Tx},
    text,
    types::{Fault, Id, Locale, Timestamp, id},
};

type Unit = Id<id::Unit>;

/// Why an office ends with its unit; [`office::tell::because`] says it.
const UNITS_CHANGED: &str = "units-changed";

/// By which every door and command judges sets: the settings, the rooms whose things stand on units, and everybody who signs. One that left
/// a room out would leave its people behind on units that end, or let them come to what nobody could give them.
pub fn change_rules(config: Config, signers: Vec<Signer>) -> Rules {
    let posts = office::Posts { signers: signers.iter().map(Signer::of_posts).collect() };
    Rules { config, rooms: vec![Arc::new(posts), Arc::new(Offices { signers })] }
}

/// Offices of the register, as what stands on units.
struct Offices {
    signers: Vec<Signer>,
}

impl Dependents for Offices {
    fn room(&self) -> &'static str {
        "admin"
    }

    fn touched<'a>(
        &'a self,
        conn: &'a mut Conn,
        moves: &'a Moves,
    ) -> BoxFuture<'a, Result<Vec<Dependent>, StoreError>> {
        Box::pin(touched(conn, moves))
    }

    fn gains<'a>(&'a self, conn: &'a mut Conn, moves: &'a Moves) -> BoxFuture<'a, Result<Vec<Gain>, StoreError>> {
        Box::pin(gains(conn, moves, &self.signers))
    }

    fn carry<'a, 'c: 'a>(
        &'a self,
        tx: &'a mut Tx<'c>,
        moves: &'a Moves,
        carried: &'a [Carried],
    ) -> BoxFuture<'a, Result<(), StoreError>> {
        Box::pin(carry(tx, moves, carried))
    }
}

async fn touched(conn: &mut Conn, moves: &Moves) -> Result<Vec<Dependent>, StoreError> {
    let heirs: HashMap<Unit, Option<Unit>> = moves.moved.iter().map(|moved| (moved.unit, moved.proposed)).collect();
    let units: Vec<Unit> = heirs.keys().copied().collect();
    let mut found = Vec::new();
    for office in rows::over(conn, moves.at, moves.undoes, &units).await? {
        let Some(unit) = office.scope.unit() else { continue };
        let heir = match heirs.get(&unit).copied().flatten() {
            Some(heir) if is_all_of(conn, moves, heir, unit).await? => Some(heir),
            _ => None,
        };
        found.push(Dependent {
            room: "admin",
            kind: "office",
            key: office.id.to_string(),
            label: office.role.word().to_owned(),
            unit,
            to: heir,
            ends: heir.is_none(),
        });
    }
    Ok(found)
}

/// Whether everything under a new unit lay under this one before: then nobody gains by going there.
async fn is_all_of(conn: &mut Conn, moves: &Moves, heir: Unit, unit: Unit) -> Result<bool, StoreError> {
    let Some(came) = moves.widened.under.get(&heir).filter(|_| moves.widened.made.contains_key(&heir)) else {
        return Ok(false);
    };
    for part in came {
        if !org::is_under(conn, *part, unit, moves.at).await? {
            return Ok(false);
        }
    }
    Ok(true)
}

async fn gains(conn: &mut Conn, moves: &Moves, signers: &[Signer]) -> Result<Vec<Gain>, StoreError> {
    let units: Vec<Unit> = moves.widened.under.keys().copied().collect();
    let mut found = Vec::new();
    for office in rows::over(conn, moves.at, None, &units).await? {
        let Some((unit, over)) = office.scope.unit().and_then(|unit| Some((unit, moves.widened.under.get(&unit)?)))
        else {
            continue;
        };
        let over: Vec<Unit> = over.iter().copied().collect();
        let mut refused = signers.is_empty().then_some("no-power");
        for signer in signers {
            if refused.is_none() {
                refused = signer.vouches(conn, (&office, &over), moves.at).await?.err();
            }
        }
        found.push(gain(&office, unit, over, refused));
    }
    Ok(found)
}

fn gain(office: &Appointment, unit: Unit, over: Vec<Unit>, refused: Option<&'static str>) -> Gain {
    let label = |locale| text::say(locale, office.role.label()).into_owned();
    let word = office.role.word().to_owned();
    let role = Label { id: word.clone(), vi: label(Locale::Vi), en: label(Locale::En) };
    Gain {
        room: "admin",
        kind: "office",
        key: office.id.to_string(),
        label: word,
        unit,
        roles: vec![role],
        over,
        refused,
    }
}

async fn carry(tx: &mut Tx<'_>, moves: &Moves, carried: &[Carried]) -> Result<(), StoreError> {
    let set = moves.set;
    if let Some(undone) = moves.undoes {
        let home = usize::try_from(rows::bring_home(tx, undone).await?).unwrap_or(usize::MAX);
        let event = Event::OfficesCarried { set: undone, carried: home, ended: 0, change: "brought-home" };
        audit::record(tx, event).await?;
    }
    let mut ids = Vec::with_capacity(carried.len());
    for one in carried {
        let id = one.key.parse().map_err(|error| Fault::new("carrying an office", error))?;
        let office = rows::appointment(tx, id).await?.ok_or(Fault::bug("carrying an office that is not there"))?;
        match one.to {
            Some(to) => go(tx, &office, to, (set, moves.at)).await?,
            None => register::tell_ended(tx, &office, (moves.at.max(tx.now()), UNITS_CHANGED)).await?,
        }
        ids.push(id);
    }
    if ids.is_empty() {
        return Ok(());
    }
    rows::cut(tx, (set, moves.at), &ids).await?;
    let ended = carried.iter().filter(|one| one.to.is_none()).count();
    let event = Event::OfficesCarried { set, carried: ids.len() - ended, ended, change: "carried" };
    audit::record(tx, event).await.map(|_| ())
}

/// The same office over the unit that goes on, from the instant of the set.
async fn go(
    tx: &mut Tx<'_>,
    office: &Appointment,
    to: Unit,
    (set, at): (Id<id::ChangeSet>, Timestamp),
) -> Result<(), StoreError> {
    let mut new = Appointment { id: random::id(tx.now()), scope: Scope::Below(to), revision: 1, ..office.clone() };
    new.window.from = new.window.from.max(at);
    rows::insert(tx, &new).await?;
    rows::carried(tx, new.id, (office.id, set)).await
}
