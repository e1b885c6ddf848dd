//! Security event tokens (RFC 8417) that say that an official's rights changed, pushed to the parties to which their roles speak (RFC 8935).
//!
//! The change wrote its event in its own transaction. A job makes one delivery for each party that is concerned, sends what is due, and
//! notes the outcome. Of one person a party hears everything in its order; a dead party delays nobody else.

use std::time::Duration;

use idp_core::{
    crypto::jws,
    net::{Purpose, Request},
    office::outbox::{self, Delivery, Listener, Outcome},
    relying::Party,
    signin,
    store::{Cx, StoreError},
    types::{Fault, Timestamp},
};
use serde_json::json;
use url::Url;

use crate::web::house::House;

/// The one kind of event (RFC 8417 section 2.2).
const CHANGED: &str = "urn:idp:event:rights-changed";
/// Changes looked at, and deliveries tried, in one run.
const AT_ONCE: i64 = 64;
/// A party answers in this time or is asked again later.
const PATIENCE: Duration = Duration::from_secs(5);
/// Of an answer's body nothing is read beyond this.
const LONGEST_ANSWER: usize = 8 * 1_024;

/// Hands out what changed and sends what is due; gives how many deliveries were tried.
pub async fn deliver_due(house: &House, cx: &Cx) -> Result<usize, Fault> {
    let listens = |party: &Party| party.definition.events_uri.is_some();
    let listener = |party: &Party| Listener { party: party.id, client_id: party.client_id.clone() };
    let listeners: Vec<Listener> =
        house.register.all().iter().filter(|party| listens(party)).map(|party| listener(party)).collect();
    let to = &listeners;
    let handed_out = house.db.write(cx, |tx| {
        Box::pin(async move {
            outbox::note_dates(tx).await?;
            outbox::hand_out(tx, to, AT_ONCE).await
        })
    });
    handed_out.await.map_err(|error: StoreError| Fault::from(error))?;
    let due = house.db.write(cx, |tx| Box::pin(outbox::claim(tx, AT_ONCE)));
    let due = due.await.map_err(|error: StoreError| Fault::from(error))?;
    let sent = futures_util::future::join_all(due.iter().map(|delivery| deliver(house, cx, delivery))).await;
    sent.into_iter().collect::<Result<Vec<()>, Fault>>()?;
    Ok(due.len())
}

async fn deliver(house: &House, cx: &Cx, delivery: &Delivery) -> Result<(), Fault> {
    let party = house.register.by_id(delivery.party);
    let address = party.as_ref().and_then(|party| Url::parse(party.definition.events_uri.as_deref()?).ok());
    let outcome = match (&party, address) {
        (Some(party), Some(address)) => send(house, cx, (party, address), delivery).await?,
        // Nobody listens there any more.
        _ => Outcome::Arrived,
    };
    let noted = house.db.write(cx, |tx| Box::pin(outbox::note(tx, delivery, outcome)));
    noted.await.map_err(|error: StoreError| error.into())
}

async fn send(house: &House, cx: &Cx, to: (&Party, Url), delivery: &Delivery) -> Result<Outcome, Fault> {
    let (party, address) = to;
    let Some(sector) = party.definition.sector() else { return Ok(Outcome::Refused) };
    let sector = &sector;
    let subject = house.db.write(cx, |tx| Box::pin(signin::subject(tx, delivery.person, sector)));
    let subject = subject.await.map_err(|error: StoreError| Fault::from(error))?;
    let token = event_token(house, party, (delivery, &subject), house.clock.now())?;
    let request = Request::post(address, "application/secevent+jwt", token).within(PATIENCE).at_most(LONGEST_ANSWER);
    Ok(match house.net.send(Purpose::RightsEvents, request).await {
        // Section 2.2: 202. Other words of success mean the same to a party that does not know them apart.
        Ok(answer) if answer.is_success() => Outcome::Arrived,
        Ok(answer) if answer.status == 400 => {
            tracing::warn!(party = party.client_id, "a party refuses an event about rights");
            Outcome::Refused
        }
        Ok(answer) => {
            tracing::warn!(
                party = party.client_id,
                status = answer.status,
                "a party did not take an event about rights"
            );
            Outcome::Failed
        }
        Err(error) => {
            tracing::warn!(party = party.client_id, %error, "a party could not be told of changed rights");
            Outcome::Failed
        }
    })
}

/// RFC 8417 section 2.2. `jti` names the change and stays the same when it is sent again; there is no `exp`, and the type keeps the token
/// from standing in for any other.
fn event_token(
    house: &House,
    party: &Party,
    (delivery, subject): (&Delivery, &str),
    now: Timestamp,
) -> Result<String, Fault> {
    let change = &delivery.change;
    let claims = json!({
        "iss": house.issuer,
        "aud": party.client_id,
        "iat": now.seconds(),
        "jti": format!("rights-{}", change.seq),
        "sub_id": {"format": "iss_sub", "iss": house.issuer, "sub": subject},
        "events": {CHANGED: {
            "seq": change.seq,
            "post": change.post,
            "revision": change.revision,
            "change": change.change,
            "event_timestamp": change.happened_at.seconds(),
        }},
    });
    let signer = house.keyring.signer(party.definition.id_token_signed_response_alg)?;
    jws::sign(&*signer, "secevent+jwt", &claims)
}
