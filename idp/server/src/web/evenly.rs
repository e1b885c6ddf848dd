//! Answers whose time must not tell whom they are about.

use std::time::Duration;

use tokio::time::sleep;

/// Far more than the work of such an answer takes on an idle machine, and hardly felt by who waits for it. On a busy one the machine hides more.
const LEAST: Duration = Duration::from_millis(150);

/// Does some work, and gives what came of it after [`LEAST`] at the earliest.
///
/// For known and unknown people the same questions are asked where that is possible; but a row that is there is opened and compared, and one
/// that is not there is not. Over five hundred tries even a tenth of a millisecond shows (timing attack).
pub async fn evenly<T>(work: impl Future<Output = T>) -> T {
    tokio::join!(work, sleep(LEAST)).0
}
