//! How often accounts may be made and recovered. The pages ask the registry about a number, a name and a date; without these limits they
//! would be an oracle for whoever collects such data.
//!
//! A number is known to many: on cards, in files, to neighbours. So what is counted for a number alone must not be a lever with which
//! anybody keeps its holder out: each address has a count for the number first, and the number's own is ten times as wide.

use std::{net::IpAddr, time::Duration};

use idp_core::{
    audit::{self, Event},
    authn::{Devices, RecoveryLimits},
    people,
    store::{
        Conn, StoreError, Tx,
        quota::{Bucket, Limit, UsedUp, peek, spend},
    },
    types::{Digest, PersonalId, Timestamp},
};

use crate::web::house::Settings;

const HOUR: Duration = Duration::from_secs(3_600);
const DAY: Duration = Duration::from_secs(24 * 3_600);

/// How many times as much is answered for a number wherever it comes from as from one address.
const WHEREVER: u32 = 10;

/// Counts one enrolment. The narrow limits come first and end the count, so that one address cannot use up what belongs to all.
pub(super) async fn count(
    tx: &mut Tx<'_>,
    settings: &Settings,
    address: IpAddr,
    number: &PersonalId,
) -> Result<Result<(), UsedUp>, StoreError> {
    let (address, most) = (address.to_string(), settings.enrolments_per_number_per_day);
    let limit = |most, window| Limit { most, window };
    let counted = [
        (
            Bucket::new("enrol address", &[address.as_bytes()]),
            limit(settings.enrolments_per_address_per_hour, HOUR),
            "quota-address",
        ),
        (
            Bucket::new("enrol pair", &[number.as_str().as_bytes(), address.as_bytes()]),
            limit(most, DAY),
            "quota-number",
        ),
        (
            Bucket::new("enrol number", &[number.as_str().as_bytes()]),
            limit(most.saturating_mul(WHEREVER), DAY),
            "quota-number",
        ),
        (Bucket::new("enrol total", &[]), limit(settings.enrolments_per_hour, HOUR), "quota-total"),
    ];
    for (bucket, limit, because) in counted {
        if let Err(used_up) = spend(tx, bucket, limit).await? {
            audit::record(tx, Event::EnrolmentRefused { because }).await?;
            return Ok(Err(used_up));
        }
    }
    Ok(Ok(()))
}

/// Somebody who wants to recover an account.
pub(super) struct Recovering<'a> {
    pub(super) devices: &'a Devices,
    pub(super) address: IpAddr,
    pub(super) number: &'a PersonalId,
}

impl Recovering<'_> {
    /// Counts one attempt. The counts are the same whether anybody has the number, and so are the questions asked of the database.
    pub(super) async fn count(
        &self,
        tx: &mut Tx<'_>,
        limits: &RecoveryLimits,
    ) -> Result<Result<(), UsedUp>, StoreError> {
        let now = tx.now();
        if let Some(device) = self.known(tx, now).await? {
            return spend(tx, Bucket::new("recover device", &[device.bytes()]), limits.number).await;
        }
        let (number, address) = (self.number.as_str().as_bytes(), self.address.to_string());
        let address = address.as_bytes();
        if let Err(used_up) = spend(tx, Bucket::new("recover address", &[address]), limits.address).await? {
            return Ok(Err(used_up));
        }
        let pair = Bucket::new("recover pair", &[number, address]);
        // Whatever strangers did: the first of an address is answered, so the holder's own address is.
        let is_first = peek(tx, pair, Limit { most: 1, ..limits.number }, now).await?.is_ok();
        if let Err(used_up) = spend(tx, pair, limits.number).await? {
            return Ok(Err(used_up));
        }
        let wherever = Limit { most: limits.number.most.saturating_mul(WHEREVER), ..limits.number };
        let counted = spend(tx, Bucket::new("recover number", &[number]), wherever).await?;
        Ok(if is_first { Ok(()) } else { counted })
    }

    /// The value of this browser, where somebody who has the number signed in with it before. The browser is asked first and the number
    /// compared after, so that neither time nor answer tells anything to whoever brings a cookie of their own.
    async fn known(&self, conn: &mut Conn, now: Timestamp) -> Result<Option<Digest>, StoreError> {
        for (device, account) in self.devices.accounts(conn, now).await? {
            let Some(account) = people::account_by_id(conn, account).await? else { continue };
            let person = people::person(conn, account.person).await?;
            if person.and_then(|person| person.number).as_ref() == Some(self.number) {
                return Ok(Some(device));
            }
        }
        Ok(None)
    }
}
