//! `idp admin break-glass create | status | seal | drill | retire`: the two sealed ways in.

mod tell;

use std::time::Duration;

use clap::Subcommand;
use idp_core::{
    break_glass::{self, CreateError, DrillError, Number, Outcome, SealError, State},
    types::Address,
};
use serde_json::json;

use super::{
    super::{Ctx, error::CliError, error::Exit, opened::Opened},
    said,
};
use crate::oidc;

/// How long the link of a key lives: somebody fetches the key, and comes back.
const LINK: Duration = Duration::from_secs(30 * 60);

#[derive(Debug, Subcommand)]
pub(super) enum What {
    /// Makes one and a link for its key.
    Create,
    /// Shows how they stand.
    Status,
    /// Notes that its key is sealed again.
    Seal(Which),
    /// Begins or ends a drill.
    Drill {
        /// Ends it.
        #[arg(long)]
        end: bool,
    },
    /// Ends one for good.
    Retire(Which),
}

#[derive(Debug, clap::Args)]
pub(super) struct Which {
    /// 1 or 2.
    #[arg(value_name = "N", value_parser = clap::value_parser!(u8).range(1..=2))]
    number: u8,
    /// Why.
    #[arg(long, value_name = "TEXT")]
    because: String,
}

impl Which {
    const fn number(&self) -> Number {
        if self.number == Number::Two.get() { Number::Two } else { Number::One }
    }
}

pub(super) async fn run(ctx: &Ctx, opened: &Opened, what: What) -> Result<Exit, CliError> {
    let alarm_to = opened.loaded.config.break_glass.addresses();
    match what {
        What::Create => create(ctx, opened, &alarm_to).await,
        What::Status => show(ctx, opened, &alarm_to).await,
        What::Seal(which) => seal(ctx, opened, &which).await,
        What::Drill { end: false } => begin_drill(ctx, opened).await,
        What::Drill { end: true } => end_drill(ctx, opened).await,
        What::Retire(which) => retire(ctx, opened, &which).await,
    }
}

async fn create(ctx: &Ctx, opened: &Opened, alarm_to: &[Address]) -> Result<Exit, CliError> {
    let cx = opened.cx();
    let made = opened.db.write(&cx, |tx| Box::pin(break_glass::create(tx, LINK, alarm_to))).await;
    let made = made.map_err(|error| match error {
        CreateError::Both => said("cli-break-glass-both", &[]),
        CreateError::Unheard => said("cli-break-glass-unheard", &[]),
        CreateError::Store(error) => error.into(),
    })?;
    let public = opened.loaded.config.server.public_url.as_str();
    let link = format!("{public}/break-glass?offer={}", made.handle.reveal());
    let (number, time) = (made.number.get(), made.until.show());
    ctx.say.note(&ctx.say.text_with("cli-break-glass-link", &[("number", &number.to_string()), ("time", &time)]));
    ctx.say.answer(|| link.clone(), || json!({"number": number, "link": link, "until": made.until.rfc3339()}));
    Ok(Exit::Done)
}

async fn seal(ctx: &Ctx, opened: &Opened, which: &Which) -> Result<Exit, CliError> {
    let (cx, number, because) = (opened.cx(), which.number(), which.because.as_str());
    let sealed = opened.db.write(&cx, |tx| {
        Box::pin(async move {
            let account = break_glass::seal(tx, number, because).await?;
            oidc::end_grants_of(tx, account.person, "break-glass-sealed").await?;
            Ok::<_, SealError>(())
        })
    });
    done(ctx, sealed.await, (number, State::Sealed, "cli-break-glass-sealed"))
}

async fn retire(ctx: &Ctx, opened: &Opened, which: &Which) -> Result<Exit, CliError> {
    let (cx, number, because) = (opened.cx(), which.number(), which.because.as_str());
    let retired = opened.db.write(&cx, |tx| {
        Box::pin(async move {
            let account = break_glass::retire(tx, number, because).await?;
            oidc::end_grants_of(tx, account.person, "break-glass-retired").await?;
            Ok::<_, SealError>(())
        })
    });
    done(ctx, retired.await, (number, State::Retired, "cli-break-glass-retired"))
}

fn done(
    ctx: &Ctx,
    result: Result<(), SealError>,
    (number, state, key): (Number, State, &'static str),
) -> Result<Exit, CliError> {
    let text = number.get().to_string();
    result.map_err(|error| match error {
        SealError::Absent => said("cli-break-glass-absent", &[("number", &text)]),
        SealError::State(State::Sealed) => said("cli-break-glass-is-sealed", &[("number", &text)]),
        SealError::State(_) => said("cli-break-glass-no-key", &[("number", &text)]),
        SealError::Store(error) => error.into(),
    })?;
    let machine = || json!({"number": number.get(), "state": state.word()});
    ctx.say.answer(|| ctx.say.text_with(key, &[("number", &text)]), machine);
    Ok(Exit::Done)
}

fn refused(error: DrillError) -> CliError {
    match error {
        DrillError::Held(until) => said("cli-break-glass-drill-is-held", &[("time", &until.show())]),
        DrillError::NotHeld => said("cli-break-glass-no-drill", &[]),
        DrillError::NothingToOpen => said("cli-break-glass-nothing-to-open", &[]),
        DrillError::Store(error) => error.into(),
    }
}

async fn begin_drill(ctx: &Ctx, opened: &Opened) -> Result<Exit, CliError> {
    let cx = opened.cx();
    let drill = opened.db.write(&cx, |tx| Box::pin(break_glass::begin_drill(tx))).await.map_err(refused)?;
    let until = drill.ends_at.show();
    let human = || ctx.say.text_with("cli-break-glass-drill-begun", &[("time", &until)]);
    ctx.say.answer(human, || tell::drill(&drill));
    Ok(Exit::Done)
}

/// A script learns from the exit code whether the drill was good.
async fn end_drill(ctx: &Ctx, opened: &Opened) -> Result<Exit, CliError> {
    let cx = opened.cx();
    let drill = opened.db.write(&cx, |tx| Box::pin(break_glass::end_drill(tx))).await.map_err(refused)?;
    let good = drill.outcomes.iter().all(Outcome::is_good);
    let verdict = ctx.say.text(if good { "cli-break-glass-drill-good" } else { "cli-break-glass-drill-bad" });
    let human = || [tell::outcomes(ctx, &drill), vec![verdict.clone()]].concat().join("\n");
    ctx.say.answer(human, || tell::drill(&drill));
    Ok(if good { Exit::Done } else { Exit::Wrong })
}

async fn show(ctx: &Ctx, opened: &Opened, alarm_to: &[Address]) -> Result<Exit, CliError> {
    let now = opened.clock.now();
    let status = break_glass::status(&mut opened.db.read().await?, alarm_to, now).await?;
    ctx.say.answer(|| tell::lines(ctx, &status, now).join("\n"), || tell::object(&status, now));
    Ok(Exit::Done)
}
