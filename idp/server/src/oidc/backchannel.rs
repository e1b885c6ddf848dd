//! OpenID Connect Back-Channel Logout 1.0: logout tokens, delivered from an outbox.
//!
//! The session's end queued one row for each party that joined. A job claims what is due, sends, and notes the outcome: a slow or dead party
//! delays nobody, and a restart forgets nothing. Every try carries a token of its own, because a `jti` works once.

use std::time::Duration;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use idp_core::{
    crypto::{jws, random},
    net::{Purpose, Request},
    relying::Party,
    session::{self, LogoutDelivery},
    store::{Cx, StoreError},
    types::{Fault, Timestamp},
};
use serde_json::{Value, json};
use url::Url;

use crate::web::house::House;

/// Deliveries in one run.
const AT_ONCE: i64 = 32;
/// A party answers in this time or is asked again later.
const PATIENCE: Duration = Duration::from_secs(5);
/// Of an answer's body nothing is read beyond this.
const LONGEST_ANSWER: usize = 8 * 1_024;

/// Sends what is due; gives how many were tried.
pub async fn deliver_due(house: &House, cx: &Cx) -> Result<usize, Fault> {
    let due = house.db.write(cx, |tx| Box::pin(session::claim_deliveries(tx, AT_ONCE)));
    let due = due.await.map_err(|error: StoreError| Fault::from(error))?;
    let sent = futures_util::future::join_all(due.iter().map(|delivery| deliver(house, cx, delivery))).await;
    sent.into_iter().collect::<Result<Vec<()>, Fault>>()?;
    Ok(due.len())
}

async fn deliver(house: &House, cx: &Cx, delivery: &LogoutDelivery) -> Result<(), Fault> {
    let party = house.register.by_id(delivery.party);
    let address = party.as_ref().and_then(|party| Url::parse(party.definition.backchannel_logout_uri.as_deref()?).ok());
    let outcome = match (&party, address) {
        (Some(party), Some(address)) => send(house, party, address, delivery).await?,
        _ => Some("none"),
    };
    let noted = house.db.write(cx, |tx| {
        Box::pin(async move {
            match outcome {
                Some(outcome) => session::delivered(tx, delivery, outcome).await,
                None => session::postpone_or_give_up(tx, delivery).await,
            }
        })
    });
    noted.await.map_err(|error: StoreError| error.into())
}

/// `Some`: no further try is of use. `None`: try again later.
async fn send(
    house: &House,
    party: &Party,
    address: Url,
    delivery: &LogoutDelivery,
) -> Result<Option<&'static str>, Fault> {
    let token = logout_token(house, party, delivery, house.clock.now())?;
    let body = url::form_urlencoded::Serializer::new(String::new()).append_pair("logout_token", &token).finish();
    let request =
        Request::post(address, "application/x-www-form-urlencoded", body).within(PATIENCE).at_most(LONGEST_ANSWER);
    Ok(match house.net.send(Purpose::BackchannelLogout, request).await {
        // Section 2.8: 200 or 204 is success; 400 says that this party will never take it.
        Ok(answer) if answer.is_success() => Some("delivered"),
        Ok(answer) if answer.status == 400 => Some("refused"),
        Ok(answer) => {
            tracing::warn!(party = party.client_id, status = answer.status, "a party did not take a logout token");
            None
        }
        Err(error) => {
            tracing::warn!(party = party.client_id, %error, "a party could not be told of a logout");
            None
        }
    })
}

/// A logout token (section 2.4): its own type, two minutes at most, `events`, and never a `nonce`, so that it cannot stand in for an
/// ID token.
fn logout_token(house: &House, party: &Party, delivery: &LogoutDelivery, now: Timestamp) -> Result<String, Fault> {
    let claims: Value = json!({
        "iss": house.issuer,
        "sub": delivery.subject,
        "aud": party.client_id,
        "iat": now.seconds(),
        "exp": now.seconds() + 120,
        "jti": URL_SAFE_NO_PAD.encode(random::bytes::<16>()),
        "sid": delivery.sid,
        "events": { "http://schemas.openid.net/event/backchannel-logout": {} },
    });
    let signer = house.keyring.signer(party.definition.id_token_signed_response_alg)?;
    jws::sign(&*signer, "logout+jwt", &claims)
}
