//! How often accounts may be made. The page asks the registry about a number, a name and a date; without these limits it
//! would be an oracle for whoever collects such data.

use std::{net::IpAddr, time::Duration};

use idp_core::{
    audit::{self, Event},
    store::{
        StoreError, Tx,
        quota::{Bucket, Limit, UsedUp, spend},
    },
    types::PersonalId,
};

use crate::web::house::Settings;

const HOUR: Duration = Duration::from_secs(3_600);
const DAY: Duration = Duration::from_secs(24 * 3_600);

/// Counts one attempt. The narrow limits come first and end the count, so that one address cannot use up what belongs to all.
pub(super) async fn count(
    tx: &mut Tx<'_>,
    settings: &Settings,
    address: IpAddr,
    number: &PersonalId,
) -> Result<Result<(), UsedUp>, StoreError> {
    let address = address.to_string();
    let limit = |most, window| Limit { most, window };
    let counted = [
        (
            Bucket::new("enrol address", &[address.as_bytes()]),
            limit(settings.enrolments_per_address_per_hour, HOUR),
            "quota-address",
        ),
        (
            Bucket::new("enrol number", &[number.as_str().as_bytes()]),
            limit(settings.enrolments_per_number_per_day, DAY),
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
