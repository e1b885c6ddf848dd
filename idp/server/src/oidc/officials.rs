//! What the scope `officials` tells of the post in which somebody acts: in tokens, at userinfo and at introspection, made anew each time.
//!
//! A party learns the one post that was chosen for it, the roles by its own words, and the permissions of its own namespace; never that
//! there are other posts.

use idp_core::{
    office::{self, Capacity, With},
    org::{self, AsOf, Code, FOREVER, Scheme, UnitKind, UnitRow},
    relying::{ClaimProfile, Party, Scope},
    session::Live,
    signin,
    store::{Conn, StoreError, Tx},
    types::{Aal, Fault, Id, Timestamp, id},
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::grant::Stored;

/// How many steps back a unit is followed to what stood there on a day.
const STEPS_BACK: usize = 8;

/// In which post somebody acted when a grant was made. Whether they still may is asked at every use.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Acts {
    pub(super) post: Id<id::Assignment>,
    /// The party's name, in whose namespace its permissions stand.
    pub(super) client_id: String,
    /// The level that was reached: a role may come to need a higher one.
    pub(super) aal: Aal,
    /// How the party knows the person for whom they act.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) delegator: Option<String>,
}

/// Decides in which post a new grant acts, and notes it. `None`: in none.
pub(super) async fn begin(
    tx: &mut Tx<'_>,
    (party, live): (&Party, &Live),
    scopes: &[Scope],
) -> Result<Option<Acts>, StoreError> {
    if !scopes.contains(&Scope::Officials) {
        return Ok(None);
    }
    let with = With { session: live.id, person: live.person, party: party.id, client_id: &party.client_id };
    let now = tx.now();
    let capacity = match office::acting(tx, &with, now).await? {
        office::Acting::Citizen | office::Acting::Themself => return Ok(None),
        office::Acting::Post(capacity) if capacity.aal <= live.aal => capacity,
        office::Acting::Post(_) | office::Acting::Choose(_) => {
            return Err(Fault::passing("issuing a code for a post", "the posts changed in the same moment").into());
        }
    };
    office::note(tx, &with, capacity.post).await?;
    let delegator = match capacity.delegator {
        Some((_, signer)) => Some(signin::subject(tx, signer, &party.sector).await?),
        None => None,
    };
    Ok(Some(Acts { post: capacity.post, client_id: party.client_id.clone(), aal: live.aal, delegator }))
}

/// What the post of a grant says to its party now; `None`: nothing any more.
pub(super) async fn standing(
    conn: &mut Conn,
    acts: &Acts,
    (session, person, party): (Id<id::Session>, Id<id::Person>, Id<id::Party>),
    now: Timestamp,
) -> Result<Option<Capacity>, StoreError> {
    let with = With { session, person, party, client_id: &acts.client_id };
    let found = office::standing(conn, &with, acts.post, now).await?;
    Ok(found.filter(|capacity| capacity.aal <= acts.aal))
}

/// Every claim of the scope, for discovery.
pub(super) const NAMES: [&str; 12] = [
    "capacity",
    "assignment",
    "assignment_kind",
    "assignment_ends_at",
    "position",
    "unit",
    "unit_at",
    "roles",
    "permissions",
    "signing_capacity",
    "document_classes",
    "delegator",
];

/// The claims for a token of these scopes; empty without `officials`.
pub(super) async fn claims(
    conn: &mut Conn,
    (party, grant): (&Party, &Stored),
    scopes: &[Scope],
    now: Timestamp,
) -> Result<Map<String, Value>, StoreError> {
    let mut claims = Map::new();
    if !(scopes.contains(&Scope::Officials) && party.may_ask(Scope::Officials)) {
        return Ok(claims);
    }
    let unit = match &grant.capacity {
        Some(capacity) => org::units(conn, &[capacity.unit], AsOf::at(now)).await?.pop(),
        None => None,
    };
    claims.insert("capacity".into(), json!(if grant.capacity.is_some() { "official" } else { "citizen" }));
    if let Some(capacity) = &grant.capacity {
        of_post(&mut claims, grant, capacity);
        claims.extend(unit.as_ref().map(|unit| ("unit".to_owned(), described(unit))));
        if let Some(day) = grant.terms.requested.unit_at {
            let units = on_day(conn, capacity.unit, AsOf::at(day.start())).await?;
            let units: Vec<Value> = units.iter().map(described).collect();
            claims.insert("unit_at".into(), json!({ "date": day, "units": units }));
        }
    }
    if party.definition.claim_profile == Some(ClaimProfile::OneStop) {
        one_stop(conn, &mut claims, (grant, scopes), now).await?;
    }
    Ok(claims)
}

fn of_post(claims: &mut Map<String, Value>, grant: &Stored, capacity: &Capacity) {
    let mut put = |name: &str, value: Value| claims.insert(name.to_owned(), value);
    put("assignment", json!(capacity.post));
    put("assignment_kind", json!(capacity.kind.word()));
    if capacity.ends_at < FOREVER {
        put("assignment_ends_at", json!(capacity.ends_at.seconds()));
    }
    put("position", json!({ "code": capacity.position, "vi": capacity.label.vi, "en": capacity.label.en }));
    put("roles", json!(capacity.roles));
    put("permissions", json!(capacity.permissions));
    put("signing_capacity", json!(capacity.signing.word()));
    if let Some(classes) = &capacity.document_classes {
        put("document_classes", json!(classes));
    }
    let signer = grant.terms.acts.as_ref().and_then(|acts| acts.delegator.as_ref());
    if let (Some((post, _)), Some(sub)) = (capacity.delegator, signer) {
        // RFC 8693 §4.1, as a claims set of its own: its subject is the signer, and `act` who acts. The token's own `sub` stays who signed
        // in (OpenID Connect Core §2): a system that does not know `act` must never take a delegate for the signer.
        put("delegator", json!({ "sub": sub, "assignment": post, "act": { "sub": grant.terms.sub } }));
    }
}

fn described(unit: &UnitRow) -> Value {
    let codes: Map<String, Value> =
        unit.codes.iter().map(|code| (code.scheme().word().to_owned(), json!(code.value()))).collect();
    json!({ "id": unit.id, "kind": unit.kind.word(), "level": unit.level.id, "name": unit.name.vi(), "codes": codes })
}

/// The unit as it was on a day; where it did not exist then, those that it came from.
async fn on_day(conn: &mut Conn, unit: Id<id::Unit>, as_of: AsOf) -> Result<Vec<UnitRow>, StoreError> {
    let mut wanted = vec![unit];
    let mut found = Vec::new();
    for _ in 0..STEPS_BACK {
        let there = org::units(conn, &wanted, as_of).await?;
        wanted.retain(|unit| there.iter().all(|row| row.id != *unit));
        found.extend(there);
        let mut before = Vec::new();
        for unit in &wanted {
            let from = org::predecessors(conn, *unit, AsOf::at(FOREVER)).await?;
            before.extend(from.into_iter().map(|succession| succession.from));
        }
        before.sort();
        before.dedup();
        wanted = before;
        if wanted.is_empty() {
            break;
        }
    }
    found.sort_by_key(|row| row.id);
    found.dedup_by_key(|row| row.id);
    Ok(found)
}

/// The one code by which older systems know a unit.
fn usual_code(unit: &UnitRow) -> Option<&str> {
    let of = |scheme| unit.codes.iter().find(|code| code.scheme() == scheme);
    let order = [Scheme::Agency2020, Scheme::Agency2016, Scheme::Gso, Scheme::Internal];
    order.into_iter().find_map(of).map(Code::value)
}

/// The claims that one-stop software of provinces reads from its own tokens. What there is nothing to say about is left out.
async fn one_stop(
    conn: &mut Conn,
    claims: &mut Map<String, Value>,
    (grant, scopes): (&Stored, &[Scope]),
    now: Timestamp,
) -> Result<(), StoreError> {
    let name = if scopes.contains(&Scope::Profile) {
        signin::attributes(conn, grant.person, &[Scope::Profile]).await?.and_then(|attributes| attributes.name)
    } else {
        None
    };
    let mut put = |name: &str, value: Option<Value>| claims.extend(value.map(|value| (name.to_owned(), value)));
    put("uid", Some(json!(grant.terms.sub)));
    put("fullName", name.map(Value::from));
    put("typeUser", Some(json!(if grant.capacity.is_some() { "CanBo" } else { "CongDan" })));
    let Some(capacity) = &grant.capacity else { return Ok(()) };
    put("positionName", Some(json!(capacity.label.vi)));
    // Without our own `permissions` this name would be missing; it holds the same words.
    put("permissions", Some(json!(capacity.permissions)));
    let above: Vec<Id<id::Unit>> =
        org::path(conn, capacity.unit, AsOf::at(now)).await?.into_iter().map(|step| step.id).collect();
    let rows = org::units(conn, &above, AsOf::at(now)).await?;
    let chain: Vec<&UnitRow> = above.iter().rev().filter_map(|id| rows.iter().find(|row| row.id == *id)).collect();
    let office = chain.iter().find(|unit| unit.kind != UnitKind::Department);
    put("ou", chain.first().map(|unit| json!(unit.name.vi())));
    put("groupCode", chain.first().and_then(|unit| usual_code(unit)).map(Value::from));
    put("groupName", chain.first().map(|unit| json!(unit.name.vi())));
    put("officeCode", office.and_then(|unit| usual_code(unit)).map(Value::from));
    put("officeName", office.map(|unit| json!(unit.name.vi())));
    let agency = |unit: &&UnitRow| {
        let is_agency = |code: &&Code| matches!(code.scheme(), Scheme::Agency2020 | Scheme::Agency2016);
        unit.codes.iter().find(is_agency).map(|code| json!(code.value()))
    };
    put("maDinhDanh", office.and_then(agency));
    Ok(())
}
