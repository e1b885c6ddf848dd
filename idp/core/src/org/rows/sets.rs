//! SQL of the sets themselves.

use super::super::change::{Decision, Purpose, SetRow, SetState, Signature};
use crate::{
    params,
    store::{Conn, Row, StoreError, Tx},
    types::{Day, Fault, Id, Timestamp, id},
};

type SetId = Id<id::ChangeSet>;

/// The columns of a set in a list.
macro_rules! set_row {
    ($rest:literal) => {
        concat!(
            "select id, state, purpose, title, decision_no, decision_date, signer, file_digest, effective_at, operations, \
             revision, written_by, drafted_at, requested_by, requested_at, approved_by, approved_at, believed_at, closed_by, \
             closed_at, closed_because, undo_until_at, undoes, undone_by, effect_noted_at from change_set ",
            $rest
        )
    };
}

const INSERT: &str = "insert into change_set (id, state, purpose, title, decision_no, decision_date, signer, file_digest, \
    effective_at, body, operations, revision, written_by, drafted_at, requested_by, requested_at, undoes) \
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 1, $12, $13, $14, $15, $16)";
const REVISE: &str = "update change_set set purpose = $3, title = $4, decision_no = $5, decision_date = $6, signer = $7, \
    file_digest = $8, effective_at = $9, body = $10, operations = $11, written_by = $12, revision = revision + 1 \
    where id = $1 and revision = $2 and state = 'draft' returning revision";
const SUBMIT: &str = "update change_set set state = 'submitted', written_by = $3, requested_by = $4, requested_at = $5, \
    revision = revision + 1 where id = $1 and revision = $2 and state = 'draft' returning revision";
const APPROVE: &str = "update change_set set state = 'approved', approved_by = $3, approved_at = $4, believed_at = $5, \
    undo_until_at = $6, revision = revision + 1 where id = $1 and revision = $2 and state = 'submitted' returning revision";
const REFUSE: &str = "update change_set set state = 'refused', closed_by = $3, closed_at = $4, closed_because = $5, \
    revision = revision + 1 where id = $1 and revision = $2 and state = 'submitted' returning revision";
const WITHDRAW: &str = "update change_set set state = 'withdrawn', closed_by = $3, closed_at = $4, revision = revision + 1 \
    where id = $1 and revision = $2 and state in ('draft', 'submitted') returning revision";
const UNDO: &str = "update change_set set state = 'undone', undone_by = $2, closed_by = $3, closed_at = $4, \
    revision = revision + 1 where id = $1 and state = 'approved' and undo_until_at >= $4 returning revision";
const ONE: &str = set_row!("where id = $1");
const LIST: &str = set_row!("where (state = $1 or $1 = '') and id < $2 order by id desc limit $3");
const BODY: &str = "select body from change_set where id = $1";
const NOTE: &str = "update change_set set effect_noted_at = $1 \
    where state = 'approved' and effect_noted_at is null and effective_at <= $1 returning id";

/// Every statement of this file.
pub(super) const ALL: &[&str] = &[INSERT, REVISE, SUBMIT, APPROVE, REFUSE, WITHDRAW, UNDO, ONE, LIST, BODY, NOTE];

/// The body of a set and what is counted of it.
pub(crate) struct Written<'a> {
    pub(crate) purpose: Purpose,
    pub(crate) title: &'a str,
    pub(crate) decision: &'a Decision,
    pub(crate) effective_at: Timestamp,
    pub(crate) body: String,
    pub(crate) operations: i64,
    pub(crate) written_by: &'a [String],
}

/// How a set begins.
pub(crate) enum Begins {
    /// As a draft.
    Draft,
    /// As one that waits for approval, taking back another or not.
    Submitted { by: String, undoes: Option<SetId> },
}

fn names(written_by: &[String]) -> Result<String, StoreError> {
    Ok(serde_json::to_string(written_by).map_err(|error| Fault::new("writing who wrote a change set", error))?)
}

pub(crate) async fn insert(tx: &mut Tx<'_>, id: SetId, written: Written<'_>, begins: Begins) -> Result<(), StoreError> {
    let now = tx.now();
    let (state, by, at, undoes) = match begins {
        Begins::Draft => ("draft", None, None, None),
        Begins::Submitted { by, undoes } => ("submitted", Some(by), Some(now), undoes),
    };
    let decision = written.decision;
    let params = params![
        id,
        state,
        written.purpose.word(),
        written.title,
        decision.number.as_str(),
        decision.date.to_string(),
        decision.signer.as_str(),
        decision.file_sha256,
        written.effective_at,
        written.body,
        written.operations,
        names(written.written_by)?,
        now,
        by,
        at,
        undoes
    ];
    tx.run(INSERT, params).await.map(|_| ())
}

/// The new revision; `None` where the set moved meanwhile.
fn revision(row: Option<Row>) -> Result<Option<i64>, StoreError> {
    row.map(|row| row.int("revision")).transpose()
}

pub(crate) async fn revise(
    tx: &mut Tx<'_>,
    id: SetId,
    seen: i64,
    written: Written<'_>,
) -> Result<Option<i64>, StoreError> {
    let decision = written.decision;
    let params = params![
        id,
        seen,
        written.purpose.word(),
        written.title,
        decision.number.as_str(),
        decision.date.to_string(),
        decision.signer.as_str(),
        decision.file_sha256,
        written.effective_at,
        written.body,
        written.operations,
        names(written.written_by)?
    ];
    revision(tx.one(REVISE, params).await?)
}

pub(crate) async fn submit(
    tx: &mut Tx<'_>,
    id: SetId,
    seen: i64,
    by: &str,
    written_by: &[String],
) -> Result<Option<i64>, StoreError> {
    let now = tx.now();
    revision(tx.one(SUBMIT, params![id, seen, names(written_by)?, by, now]).await?)
}

/// Who signs, since when it is believed, until when it can be undone.
pub(crate) struct Approval<'a> {
    pub(crate) by: &'a str,
    pub(crate) believed_at: Timestamp,
    pub(crate) undo_until: Option<Timestamp>,
}

pub(crate) async fn approve(
    tx: &mut Tx<'_>,
    id: SetId,
    seen: i64,
    approval: &Approval<'_>,
) -> Result<Option<i64>, StoreError> {
    let now = tx.now();
    let params = params![id, seen, approval.by, now, approval.believed_at, approval.undo_until];
    revision(tx.one(APPROVE, params).await?)
}

pub(crate) async fn refuse(
    tx: &mut Tx<'_>,
    id: SetId,
    seen: i64,
    by: &str,
    because: &str,
) -> Result<Option<i64>, StoreError> {
    let now = tx.now();
    revision(tx.one(REFUSE, params![id, seen, by, now, because]).await?)
}

pub(crate) async fn withdraw(tx: &mut Tx<'_>, id: SetId, seen: i64, by: &str) -> Result<Option<i64>, StoreError> {
    let now = tx.now();
    revision(tx.one(WITHDRAW, params![id, seen, by, now]).await?)
}

/// Marks an approved set as taken back, while it can be; whether it could.
pub(crate) async fn undone(tx: &mut Tx<'_>, id: SetId, by_set: SetId, by: &str) -> Result<bool, StoreError> {
    let now = tx.now();
    Ok(tx.one(UNDO, params![id, by_set, by, now]).await?.is_some())
}

pub(crate) async fn one(conn: &mut Conn, id: SetId) -> Result<Option<SetRow>, StoreError> {
    conn.one(ONE, params![id]).await?.as_ref().map(set).transpose()
}

pub(crate) async fn list(
    conn: &mut Conn,
    state: Option<&str>,
    before: Option<SetId>,
    limit: i64,
) -> Result<Vec<SetRow>, StoreError> {
    let before = before.map_or(uuid::Uuid::max(), Id::uuid);
    conn.all(LIST, params![state.unwrap_or_default(), before, limit]).await?.iter().map(set).collect()
}

/// What a set says, as JSON.
pub(crate) async fn body(conn: &mut Conn, id: SetId) -> Result<Option<String>, StoreError> {
    conn.one(BODY, params![id]).await?.map(|row| row.text("body")).transpose()
}

/// Notes every set whose instant came; gives them.
pub(crate) async fn note_effects(tx: &mut Tx<'_>) -> Result<Vec<SetId>, StoreError> {
    let now = tx.now();
    tx.all(NOTE, params![now]).await?.iter().map(|row| row.id("id")).collect()
}

fn signature(row: &Row, by: &str, at: &str) -> Result<Option<Signature>, StoreError> {
    Ok(row.opt_text(by)?.zip(row.opt_time(at)?).map(|(by, at)| Signature { by, at }))
}

fn set(row: &Row) -> Result<SetRow, StoreError> {
    let written_by = serde_json::from_str(&row.text("written_by")?)
        .map_err(|error| Fault::new("reading who wrote a change set", error))?;
    let date: Day =
        row.text("decision_date")?.parse().map_err(|error| Fault::new("reading the day of a decision", error))?;
    Ok(SetRow {
        id: row.id("id")?,
        state: state(row)?,
        purpose: Purpose::from_word(&row.text("purpose")?)?,
        title: row.text("title")?,
        decision: Decision {
            number: row.text("decision_no")?,
            date,
            signer: row.text("signer")?,
            file_sha256: row.digest("file_digest")?,
        },
        effective_at: row.time("effective_at")?,
        operations: row.int("operations")?,
        revision: row.int("revision")?,
        written_by,
        drafted_at: row.time("drafted_at")?,
        requested: signature(row, "requested_by", "requested_at")?,
        undoes: row.opt_id("undoes")?,
    })
}

fn state(row: &Row) -> Result<SetState, StoreError> {
    let missing = Fault::bug("reading a change set without the signature of its state");
    let closed = || signature(row, "closed_by", "closed_at");
    let found = match row.text("state")?.as_str() {
        "draft" => Some(SetState::Draft),
        "submitted" => Some(SetState::Submitted),
        "approved" => {
            let (undo_until, effect_noted_at) = (row.opt_time("undo_until_at")?, row.opt_time("effect_noted_at")?);
            let signed = signature(row, "approved_by", "approved_at")?.zip(row.opt_time("believed_at")?);
            signed.map(|(signed, believed_at)| SetState::Approved { signed, believed_at, undo_until, effect_noted_at })
        }
        "refused" => {
            let because = row.opt_text("closed_because")?.unwrap_or_default();
            closed()?.map(|signed| SetState::Refused { signed, because })
        }
        "withdrawn" => closed()?.map(|signed| SetState::Withdrawn { signed }),
        "undone" => closed()?.zip(row.opt_id("undone_by")?).map(|(signed, by_set)| SetState::Undone { signed, by_set }),
        _ => None,
    };
    found.ok_or(missing.into())
}
