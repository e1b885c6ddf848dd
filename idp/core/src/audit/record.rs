//! Writing one event.

use std::sync::Arc;

use serde::Serialize;
use uuid::Uuid;

use super::{Event, Personal, rows};
use crate::{
    crypto::{
        opened::Opened,
        random,
        seal::{self, Sealed, Seals},
    },
    store::{StoreError, Tx},
    types::{Agent, Fault, Id, Secret, id},
};

/// The body of a record: what happened, who did it, in which request.
#[derive(Serialize)]
struct Body<'a> {
    #[serde(flatten)]
    event: &'a Event,
    actor: String,
    request: &'a str,
}

/// Records an event in the transaction of the change it tells of.
pub async fn record(tx: &mut Tx<'_>, event: Event) -> Result<Id<id::AuditEvent>, StoreError> {
    let cx = tx.cx();
    let id = random::id(tx.now());
    let body = Body { event: &event, actor: cx.actor.to_string(), request: cx.request.as_str() };
    let body = serde_json::to_string(&body).map_err(|error| Fault::new("writing an audit record", error))?;
    let under = seal_personal(tx, &event, id).await?;
    rows::insert(tx, rows::NewEvent { id, event: &event, body, under }).await?;
    Ok(id)
}

/// Seals address and port under the key of the person concerned; where nobody is known, under a key of nobody's.
async fn seal_personal(
    tx: &mut Tx<'_>,
    event: &Event,
    id: Id<id::AuditEvent>,
) -> Result<Option<rows::Under>, StoreError> {
    let Some(from) = tx.cx().from else {
        return Ok(None);
    };
    let personal = Personal {
        address: Some(from.ip().to_string()),
        port: Some(from.port()).filter(|port| *port != 0),
        agent: tx.cx().agent.map(Agent::word),
    };
    let owner = event.person().map_or(Uuid::nil(), Id::uuid);
    let opened = key_of(tx, owner, Look::at(event)).await?;
    let plain = serde_json::to_vec(&personal).map_err(|error| Fault::new("writing an audit record", error))?;
    let personal = seal::encrypt(&opened.key, id.bytes(), &plain);
    Ok(Some(rows::Under { personal, owner, key: opened.sealed.bytes.clone() }))
}

/// Where a key over personal values is looked for first.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Look {
    Memory,
    Database,
}

impl Look {
    /// A failed sign-in always asks the database: nobody's key is always in memory and a person's is not, so the time of an answer would tell
    /// which names are known.
    const fn at(event: &Event) -> Self {
        if matches!(event, Event::SignInFailed { .. }) { Self::Database } else { Self::Memory }
    }
}

/// The key over one owner's personal values, made at its first use. What is kept in memory may have been erased on another node a moment ago:
/// [`rows::insert`] has the database confirm it, and when it does not, this runs again and trusts the database alone.
async fn key_of(tx: &mut Tx<'_>, owner: Uuid, look: Look) -> Result<Arc<Opened>, StoreError> {
    let seals = tx.seals();
    if look == Look::Memory
        && !tx.is_again()
        && let Some(opened) = seals.opened().get(owner)
    {
        return Ok(opened);
    }
    let opened = if let Some(sealed) = rows::key(tx, owner).await? {
        Opened { key: open_key(&seals, owner, &sealed)?, sealed }
    } else {
        let key = Secret::new(random::bytes::<32>());
        let sealed = seals.seal(owner.as_bytes(), key.reveal());
        rows::insert_key(tx, owner, &sealed).await?;
        Opened { sealed, key }
    };
    Ok(seals.opened().put(owner, opened))
}

/// Opens a stored key.
pub(super) fn open_key(seals: &Seals, owner: Uuid, sealed: &Sealed) -> Result<Secret<[u8; 32]>, Fault> {
    let opened = seals.open(owner.as_bytes(), sealed).map_err(|error| Fault::new("opening an audit key", error))?;
    let key = opened.try_into().map_err(|_| Fault::bug("reading an audit key of another length"))?;
    Ok(Secret::new(key))
}
