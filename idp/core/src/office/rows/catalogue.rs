//! SQL of positions, roles and what parts them.

use super::super::{AdmittedRole, Form, Label, Position, PositionId, Role, RoleId, Separation, Side, Signing};
use crate::{
    org::Span,
    params,
    store::{Conn, Row, StoreError, Tx},
    types::Fault,
};

const POSITIONS: &str = "select id, label_vi, label_en, signing from position order by id limit 10000";
const POSITION: &str = "select id, label_vi, label_en, signing from position where id = $1";
const PUT_POSITION: &str = "insert into position (id, label_vi, label_en, signing, updated_at) values ($1, $2, $3, $4, $5) \
    on conflict (id) do update set label_vi = excluded.label_vi, label_en = excluded.label_en, \
        signing = excluded.signing, updated_at = excluded.updated_at";
const ROLES: &str = "select id, definition, valid_from, valid_until, revision from role order by id limit 10000";
const ROLE: &str = "select id, definition, valid_from, valid_until, revision from role where id = $1";
const ADD_ROLE: &str = "insert into role (id, definition, valid_from, valid_until, revision, updated_at) \
    values ($1, $2, $3, $4, 1, $5) on conflict (id) do nothing";
const CHANGE_ROLE: &str = "update role set definition = $2, valid_from = $3, valid_until = $4, revision = revision + 1, \
    updated_at = $5 where id = $1 and revision = $6";
const CLEAR_PERMISSIONS: &str = "delete from role_permission where role_id = $1";
const ADD_PERMISSION: &str = "insert into role_permission (role_id, permission) values ($1, $2)";
const SEPARATIONS: &str = "select one, other from role_separation order by one, other";
const SEPARATE: &str = "insert into role_separation (one, other) values ($1, $2) on conflict (one, other) do nothing";
const JOIN: &str = "delete from role_separation where one = $1 and other = $2";

/// Every statement of this file.
pub(super) const ALL: &[&str] = &[
    POSITIONS,
    POSITION,
    PUT_POSITION,
    ROLES,
    ROLE,
    ADD_ROLE,
    CHANGE_ROLE,
    CLEAR_PERMISSIONS,
    ADD_PERMISSION,
    SEPARATIONS,
    SEPARATE,
    JOIN,
];

const OF_POSITION: [&str; 4] = ["id", "label_vi", "label_en", "signing"];

pub(crate) fn position_id(row: &Row, column: &str) -> Result<PositionId, StoreError> {
    Ok(PositionId::parse(&row.text(column)?).map_err(|error| Fault::new("reading a position", error))?)
}

pub(crate) fn role_id(row: &Row, column: &str) -> Result<RoleId, StoreError> {
    Ok(RoleId::parse(&row.text(column)?).map_err(|error| Fault::new("reading a role", error))?)
}

/// Reads a position from a row with its id, the label in both languages and `signing` under the names given.
pub(crate) fn position(row: &Row, [id, vi, en, signing]: [&str; 4]) -> Result<Position, StoreError> {
    let label = Label { vi: row.text(vi)?, en: row.text(en)? };
    Ok(Position { id: position_id(row, id)?, label, signing: Signing::stored(&row.text(signing)?)? })
}

pub(crate) async fn positions(conn: &mut Conn) -> Result<Vec<Position>, StoreError> {
    conn.all(POSITIONS, params![]).await?.iter().map(|row| position(row, OF_POSITION)).collect()
}

pub(crate) async fn one_position(conn: &mut Conn, id: &PositionId) -> Result<Option<Position>, StoreError> {
    conn.one(POSITION, params![id.as_str()]).await?.map(|row| position(&row, OF_POSITION)).transpose()
}

pub(crate) async fn put_position(tx: &mut Tx<'_>, position: &Position) -> Result<(), StoreError> {
    let now = tx.now();
    let (id, label) = (position.id.as_str(), &position.label);
    let params = params![id, label.vi.as_str(), label.en.as_str(), position.signing.word(), now];
    tx.run(PUT_POSITION, params).await.map(|_| ())
}

/// Reads a role from a row with `definition`, `valid_from`, `valid_until` and `revision` under the names given.
pub(crate) fn role(row: &Row, names: [&str; 4]) -> Result<Role, StoreError> {
    let form: Form = serde_json::from_str(&row.text(names[0])?).map_err(|error| Fault::new("reading a role", error))?;
    let span = Span { from: row.time(names[1])?, until: row.time(names[2])? };
    Ok(Role { form, span, revision: row.int(names[3])? })
}

const COLUMNS: [&str; 4] = ["definition", "valid_from", "valid_until", "revision"];

pub(crate) async fn roles(conn: &mut Conn) -> Result<Vec<Role>, StoreError> {
    conn.all(ROLES, params![]).await?.iter().map(|row| role(row, COLUMNS)).collect()
}

pub(crate) async fn one_role(conn: &mut Conn, id: &RoleId) -> Result<Option<Role>, StoreError> {
    conn.one(ROLE, params![id.as_str()]).await?.map(|row| role(&row, COLUMNS)).transpose()
}

/// Writes a role; `seen`: the revision that the caller saw, `None` for a new one. `false`: somebody was faster.
pub(crate) async fn put_role(tx: &mut Tx<'_>, admitted: &AdmittedRole, seen: Option<i64>) -> Result<bool, StoreError> {
    let (now, role) = (tx.now(), admitted.role());
    let id = role.form.id.as_str();
    let definition = serde_json::to_string(&role.form).map_err(|error| Fault::new("writing a role", error))?;
    let (from, until) = (role.span.from, role.span.until);
    let written = match seen {
        None => tx.run(ADD_ROLE, params![id, definition, from, until, now]).await?,
        Some(seen) => tx.run(CHANGE_ROLE, params![id, definition, from, until, now, seen]).await?,
    };
    if written == 0 {
        return Ok(false);
    }
    tx.run(CLEAR_PERMISSIONS, params![id]).await?;
    let rows = role.form.permissions.iter().map(|word| params![id, word.as_str()]).collect();
    tx.insert_all(ADD_PERMISSION, rows).await?;
    Ok(true)
}

/// Reads a separation from two columns.
pub(crate) fn separation(row: &Row, one: &str, other: &str) -> Result<Separation, StoreError> {
    let side = |column: &str| -> Result<Side, StoreError> {
        Ok(Side::try_from(row.text(column)?).map_err(|error| Fault::new("reading a separation", error))?)
    };
    Ok(Separation(side(one)?, side(other)?))
}

pub(crate) async fn separations(conn: &mut Conn) -> Result<Vec<Separation>, StoreError> {
    conn.all(SEPARATIONS, params![]).await?.iter().map(|row| separation(row, "one", "other")).collect()
}

pub(crate) async fn separate(tx: &mut Tx<'_>, separation: &Separation) -> Result<bool, StoreError> {
    Ok(tx.run(SEPARATE, params![separation.0.word(), separation.1.word()]).await? == 1)
}

pub(crate) async fn join(tx: &mut Tx<'_>, separation: &Separation) -> Result<bool, StoreError> {
    Ok(tx.run(JOIN, params![separation.0.word(), separation.1.word()]).await? == 1)
}
