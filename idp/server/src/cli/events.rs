//! `idp officials events list|replay`: what parties were not told yet, and sending it again.

use clap::Subcommand;
use idp_core::{
    office::outbox::{self, Missing},
    relying::Register,
    store::StoreError,
};
use serde_json::{Value, json};

use super::{
    Ctx,
    error::{CliError, Exit},
    opened::Opened,
};
use crate::app;

/// Deliveries that one answer lists, at most.
const MOST: i64 = 1_000;

#[derive(Debug, Subcommand)]
pub(super) enum Events {
    /// What parties do not have.
    List,
    /// Sends a party everything again.
    Replay {
        /// To whom.
        #[arg(value_name = "CLIENT_ID")]
        party: String,
        /// From which change on.
        #[arg(long, value_name = "N", default_value_t = 0)]
        from: i64,
    },
}

pub(super) async fn run(ctx: &Ctx, opened: &Opened, what: Events) -> Result<Exit, CliError> {
    let register = Register::load(&opened.db, app::uri_policy(&opened.loaded.config)).await?;
    match what {
        Events::List => list(ctx, opened, &register).await,
        Events::Replay { party, from } => replay(ctx, opened, &register, (&party, from)).await,
    }
}

fn named(register: &Register, one: &Missing) -> String {
    let party = register.by_id(one.delivery.party);
    party.map_or_else(|| one.delivery.party.to_string(), |party| party.client_id.clone())
}

async fn list(ctx: &Ctx, opened: &Opened, register: &Register) -> Result<Exit, CliError> {
    let missing = outbox::missing(&mut opened.db.read().await?, MOST).await?;
    let state = |one: &Missing| if one.dead_at.is_some() { "dead" } else { "waits" };
    let line = |one: &Missing| {
        let change = &one.delivery.change;
        let (seq, tries, post) = (change.seq.to_string(), one.delivery.tries.to_string(), change.post.to_string());
        let (party, state) = (
            named(register, one),
            ctx.say.text(if one.dead_at.is_some() { "office-event-dead" } else { "office-event-waits" }),
        );
        let with = [
            ("seq", seq.as_str()),
            ("party", party.as_str()),
            ("post", post.as_str()),
            ("change", change.change.as_str()),
            ("tries", tries.as_str()),
            ("state", state.as_str()),
        ];
        ctx.say.text_with("office-event-line", &with)
    };
    let object = |one: &Missing| -> Value {
        let change = &one.delivery.change;
        json!({"seq": change.seq, "party": named(register, one), "post": change.post, "revision": change.revision,
            "change": change.change, "tries": one.delivery.tries, "state": state(one)})
    };
    let human = || match &missing[..] {
        [] => ctx.say.text("office-events-none"),
        some => some.iter().map(line).collect::<Vec<_>>().join("\n"),
    };
    ctx.say.answer(human, || json!({"items": missing.iter().map(object).collect::<Vec<_>>()}));
    Ok(Exit::Done)
}

async fn replay(
    ctx: &Ctx,
    opened: &Opened,
    register: &Register,
    (client_id, from): (&str, i64),
) -> Result<Exit, CliError> {
    let Some(party) = register.by_client_id(client_id) else {
        return Err(CliError::Said(Exit::Wrong, "office-event-no-party", vec![("party", client_id.to_owned())]));
    };
    let (cx, party) = (opened.cx(), party.id);
    let again = opened.db.write(&cx, |tx| Box::pin(outbox::replay(tx, party, from))).await;
    let again = again.map_err(|error: StoreError| CliError::from(error))?;
    let count = again.to_string();
    ctx.say.answer(|| ctx.say.text_with("office-events-again", &[("count", &count)]), || json!({"again": again}));
    Ok(Exit::Done)
}
