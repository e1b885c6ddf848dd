//! Facts about the installation, above all the restore epoch.

use super::{Conn, StoreError, Tx, rows};
use crate::types::Fault;

const EPOCH: &str = "epoch";

/// The restore epoch. It rises when a backup was restored: codes, sessions and token families made in an earlier epoch
/// are dead, because the backup may show as unused what was used after it was taken (SECURITY R-28).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Epoch(pub i64);

/// The epoch in force.
pub async fn epoch(conn: &mut Conn) -> Result<Epoch, StoreError> {
    let text = rows::meta(conn, EPOCH).await?;
    let number = text.as_deref().map_or(Some(1), |text| text.parse().ok());
    Ok(Epoch(number.ok_or(Fault::bug("reading the restore epoch"))?))
}

/// Begins the next epoch.
pub async fn begin_epoch(tx: &mut Tx<'_>) -> Result<Epoch, StoreError> {
    let Epoch(number) = epoch(tx).await?;
    let next = Epoch(number + 1);
    rows::set_meta(tx, EPOCH, &next.0.to_string()).await?;
    super::revision::bump(tx, super::revision::Room::Meta).await?;
    Ok(next)
}
