//! Security event tokens (RFC 8417) that say that an official's rights changed, pushed to the parties to which their roles speak (RFC 8935).
//!
//! The change wrote its event in its own transaction. A job makes one delivery for each party that is concerned, sends what is due, and
//! notes the outcome. Of one person a party hears everything in its order. Each party has its own row of deliveries, so one that is slow or
//! away delays nobody else but for the seconds of one round.

use std::time::Duration;

use idp_core::{
    crypto::jws,
    net::{Purpose, Request},
    office::outbox::{self, Delivery, Listener, Outcome},
    relying::Party,
    signin,
    store::{Cx, StoreError},
    types::{Fault, Id, Timestamp, id},
};
use serde_json::json;
use url::Url;

use crate::web::house::House;

/// The one kind of event (RFC 8417 section 2.2).
const CHANGED: &str = "urn:idp:event:rights-changed";
/// Changes looked at in one transaction.
const CHANGES: i64 = 500;
/// Deliveries on their way to one party at a time: a small office's system has few workers.
const AT_ONCE: i64 = 16;
/// A turn takes up nothing more after so long: its lease must outlast it.
const TURN: Duration = Duration::from_secs(8);
/// A party answers in this time or is asked again later.
const PATIENCE: Duration = Duration::from_secs(5);
/// Of an answer's body nothing is read beyond this.
const LONGEST_ANSWER: usize = 8 * 1_024;

/// Hands out what changed and sends what is due, round after round until nothing is; gives how many deliveries were tried.
pub async fn deliver_due(house: &House, cx: &Cx) -> Result<usize, Fault> {
    let until = cx.now + TURN;
    hand_out(house, cx, until).await?;
    let due = async { outbox::due(&mut house.db.read().await?, cx.now).await };
    let due = due.await.map_err(|error: StoreError| Fault::from(error))?;
    let rows = due.iter().map(|party| deliver(house, cx, (*party, until)));
    let sent = futures_util::future::join_all(rows).await;
    sent.into_iter().sum()
}

async fn hand_out(house: &House, cx: &Cx, until: Timestamp) -> Result<(), Fault> {
    let listens = |party: &Party| party.definition.events_uri.is_some();
    let listener = |party: &Party| Listener { party: party.id, client_id: party.client_id.clone() };
    let listeners: Vec<Listener> =
        house.register.all().iter().filter(|party| listens(party)).map(|party| listener(party)).collect();
    let to = &listeners;
    loop {
        let handed_out = house.db.write(cx, |tx| {
            Box::pin(async move {
                outbox::note_dates(tx).await?;
                outbox::hand_out(tx, to, CHANGES).await
            })
        });
        let handed_out = handed_out.await.map_err(|error: StoreError| Fault::from(error))?;
        if handed_out == 0 || house.clock.now() >= until {
            return Ok(());
        }
    }
}

/// Sends a party what is due. When a whole round fails the party is away, and the rest waits for the next turn.
async fn deliver(house: &House, cx: &Cx, (to, until): (Id<id::Party>, Timestamp)) -> Result<usize, Fault> {
    let mut tried = 0;
    loop {
        let party = house.register.by_id(to);
        let sector = party.as_ref().and_then(|party| party.definition.sector());
        let sector = sector.as_ref();
        let due = house.db.write(cx, |tx| {
            Box::pin(async move {
                let mut due = Vec::new();
                for delivery in outbox::claim(tx, to, AT_ONCE).await? {
                    let subject = match sector {
                        Some(sector) => Some(signin::subject(tx, delivery.person, sector).await?),
                        None => None,
                    };
                    due.push((delivery, subject));
                }
                Ok(due)
            })
        });
        let due = due.await.map_err(|error: StoreError| Fault::from(error))?;
        let sent = due.iter().map(|(delivery, subject)| send(house, party.as_deref(), (delivery, subject.as_deref())));
        let outcomes =
            futures_util::future::join_all(sent).await.into_iter().collect::<Result<Vec<Outcome>, Fault>>()?;
        let (due, noted) = (&due, &outcomes);
        let noted = house.db.write(cx, |tx| {
            Box::pin(async move {
                for ((delivery, _), outcome) in due.iter().zip(noted) {
                    outbox::note(tx, delivery, *outcome).await?;
                }
                Ok(())
            })
        });
        noted.await.map_err(|error: StoreError| Fault::from(error))?;
        tried += due.len();
        if outcomes.iter().all(|outcome| *outcome == Outcome::Failed) || house.clock.now() >= until {
            return Ok(tried);
        }
    }
}

async fn send(
    house: &House,
    party: Option<&Party>,
    (delivery, subject): (&Delivery, Option<&str>),
) -> Result<Outcome, Fault> {
    let listens = |party: &Party| Url::parse(party.definition.events_uri.as_deref()?).ok();
    // Nobody listens there any more.
    let Some((party, address)) = party.and_then(|party| Some((party, listens(party)?))) else {
        return Ok(Outcome::Arrived);
    };
    let Some(subject) = subject else { return Ok(Outcome::Refused) };
    let token = event_token(house, party, (delivery, subject), house.clock.now())?;
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
