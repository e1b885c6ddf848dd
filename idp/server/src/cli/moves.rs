//! `idp officials moves PERSON`: how somebody came, moved and left.

use idp_core::office::{self, StaffMove};
use serde_json::{Value, json};

use super::{
    Ctx,
    error::{CliError, Exit},
    explain,
    opened::Opened,
};

pub(super) async fn run(ctx: &Ctx, opened: &Opened, person: &str) -> Result<Exit, CliError> {
    let mut conn = opened.db.read().await?;
    let person = explain::person(&mut conn, person).await?;
    let found = office::moves(&mut conn, person).await?;
    let human = || match &found[..] {
        [] => ctx.say.text("office-moves-none"),
        found => found.iter().map(|moved| line(ctx, moved)).collect::<Vec<_>>().join("\n"),
    };
    ctx.say.answer(human, || json!({"items": found.iter().map(object).collect::<Vec<_>>()}));
    Ok(Exit::Done)
}

fn line(ctx: &Ctx, moved: &StaffMove) -> String {
    let (time, ended) = (moved.at.show(), moved.ended.to_string());
    let begun = moved.begun.map(|post| post.to_string());
    let why = moved.decision.as_deref().or(moved.because.as_deref());
    let with = [
        ("workflow", moved.workflow.as_str()),
        ("time", &time),
        ("ended", &ended),
        ("post", begun.as_deref().unwrap_or("-")),
        ("why", why.unwrap_or("-")),
        ("by", &moved.by),
    ];
    ctx.say.text_with("office-move-line", &with)
}

fn object(moved: &StaffMove) -> Value {
    json!({
        "workflow": moved.workflow,
        "at": moved.at.rfc3339(),
        "ended": moved.ended,
        "post": moved.begun,
        "decision": moved.decision,
        "because": moved.because,
        "by": moved.by,
    })
}
