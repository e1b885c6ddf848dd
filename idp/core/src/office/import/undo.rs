//! Taking an import back.

use serde::{Deserialize, Serialize};

use super::{
    super::{
        By, Confirmed, DeskError, Edit, Limits, Post, RoleGrant, Scope, Seen, desk::change_because, end,
        ending::IMPORT_UNDONE, rows::import as rows,
    },
    run::ImportError,
};
use crate::{
    audit::{self, Event},
    org::Span,
    store::{Cx, Db, StoreError, Tx},
    types::{Fault, Id, Timestamp, id},
};

/// Posts in one transaction.
const AT_ONCE: usize = 50;

/// What a changed post was before, and its revision since.
#[derive(Serialize, Deserialize)]
struct Prior {
    revision: i64,
    roles: Vec<RoleGrant>,
    scope: Scope,
    from: i64,
    until: i64,
    decision: Option<Confirmed>,
    /// `None`: an import from before files said limits; it changed none.
    #[serde(default)]
    limits: Option<Limits>,
}

/// What a post was before it was changed, as the import keeps it.
pub(super) fn prior(known: Post, revision: i64) -> Result<String, Fault> {
    let prior = Prior {
        revision,
        roles: known.roles,
        scope: known.scope,
        from: known.span.from.millis(),
        until: known.span.until.millis(),
        decision: known.decision,
        limits: Some(known.limits),
    };
    serde_json::to_string(&prior).map_err(|error| Fault::new("recording an import", error))
}

/// Takes an import back: what it made ends, what it changed is as before. What somebody changed since stays and is counted.
pub async fn undo(db: &Db, cx: &Cx, by: &By, import: Id<id::StaffImport>) -> Result<Undone, ImportError> {
    let found = rows::by_id(&mut db.read().await?, import).await?.filter(|found| found.state != "undone");
    let import = found.ok_or(ImportError::Unknown)?;
    let recorded = rows::recorded(&mut db.read().await?, import.id).await?;
    let mut undone = Undone::default();
    for part in recorded.chunks(AT_ONCE) {
        let (back, left) = db
            .write(cx, |tx| {
                Box::pin(async move {
                    let (mut back, mut left) = (0, 0);
                    for one in part {
                        match put_back(tx, by, one).await? {
                            Some(true) => back += 1,
                            Some(false) => left += 1,
                            None => {}
                        }
                    }
                    Ok::<_, StoreError>((back, left))
                })
            })
            .await?;
        undone.back += back;
        undone.left += left;
    }
    let (id, posts, file) = (import.id, i64::try_from(undone.back).unwrap_or(i64::MAX), &import.file.hex());
    let ended = db.write(cx, |tx| {
        Box::pin(async move {
            rows::undone(tx, id).await?;
            let event = Event::OfficialsImported { import: id, posts, change: "undone", file: file.clone() };
            audit::record(tx, event).await.map(|_| ())
        })
    });
    ended.await?;
    Ok(undone)
}

/// What taking an import back did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Undone {
    /// Posts that are as before the import.
    pub back: usize,
    /// Posts that were left as they are, because somebody changed them since or the gate refuses.
    pub left: usize,
}

/// `None`: the row had written nothing.
async fn put_back(tx: &mut Tx<'_>, by: &By, one: &rows::Recorded) -> Result<Option<bool>, StoreError> {
    let (Some(post), "new" | "waits" | "changed") = (one.post, one.outcome.as_str()) else { return Ok(None) };
    let now = tx.now();
    let done = if one.outcome == "changed" {
        let prior: Prior = match one.note.as_deref().map(serde_json::from_str) {
            Some(Ok(prior)) => prior,
            _ => return Err(Fault::bug("reading what an import changed").into()),
        };
        let span = Span { from: Timestamp::from_millis(prior.from), until: Timestamp::from_millis(prior.until) };
        let edit = Edit {
            roles: Some(prior.roles),
            scope: Some(prior.scope),
            span: Some(span),
            decision: prior.decision,
            limits: prior.limits,
            ..Edit::default()
        };
        change_because(tx, by, Seen { post, revision: Some(prior.revision) }, edit, IMPORT_UNDONE).await
    } else {
        end(tx, by, Seen { post, revision: Some(1) }, (now, IMPORT_UNDONE)).await
    };
    match done {
        Ok(_) => Ok(Some(true)),
        Err(DeskError::Store(error)) => Err(error),
        Err(_) => Ok(Some(false)),
    }
}
