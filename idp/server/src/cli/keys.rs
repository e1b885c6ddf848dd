//! `idp keys list | rotate | revoke KID | new-secret | reseal`: signing keys, and the key file. A server notices within a second or two.

mod reseal;

use clap::Subcommand;
use idp_core::{
    crypto::{jws::Alg, random, seal::Seals},
    keys::{self, Force, Fresh, KeyFacts, MoveError, State},
    types::{Clock, Timestamp},
};
use serde_json::{Value, json};

use super::{Ctx, error::CliError, error::Exit, opened::Opened};

/// Its arguments.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Shows all keys.
    List,
    /// Takes the next key into use.
    Rotate {
        /// Only this algorithm.
        #[arg(long, value_name = "ALG", value_parser = Alg::ALL.map(Alg::name))]
        alg: Option<String>,
        /// Without waiting until the next key was published long enough.
        #[arg(long)]
        now: bool,
    },
    /// Takes a key out of use at once.
    Revoke {
        /// Its `kid`.
        #[arg(value_name = "KID")]
        kid: String,
    },
    /// Prints a new line for the key file.
    NewSecret,
    /// Puts everything that is sealed under the first key of the key file.
    Reseal,
}

pub(super) async fn run(ctx: &Ctx, arguments: Arguments) -> Result<Exit, CliError> {
    match arguments.what {
        What::List => list(ctx, &Opened::current(ctx).await?).await,
        What::Rotate { alg, now } => {
            let force = if now { Force::Yes } else { Force::No };
            let algs = alg.as_deref().and_then(Alg::from_name).map_or(Alg::ALL.to_vec(), |alg| vec![alg]);
            rotate(ctx, &Opened::current(ctx).await?, (&algs, force)).await
        }
        What::Revoke { kid } => revoke(ctx, &Opened::current(ctx).await?, &kid).await,
        What::NewSecret => {
            new_secret(ctx);
            Ok(Exit::Done)
        }
        What::Reseal => reseal::run(ctx, &Opened::current(ctx).await?).await,
    }
}

async fn list(ctx: &Ctx, opened: &Opened) -> Result<Exit, CliError> {
    let keys = keys::list(&mut opened.db.read().await?).await?;
    let human = || {
        if keys.is_empty() {
            return ctx.say.text("cli-keys-empty");
        }
        keys.iter().map(|key| line(ctx, key)).collect::<Vec<_>>().join("\n")
    };
    ctx.say.answer(human, || keys.iter().map(object).collect());
    Ok(Exit::Done)
}

/// Since when a key is in its state, and whether it was revoked.
const fn since(key: &KeyFacts) -> (Timestamp, bool) {
    match key.state {
        State::Next { since } | State::Active { since } | State::Retiring { since } => (since, false),
        State::Gone { at, revoked_at } => (at, revoked_at.is_some()),
    }
}

fn line(ctx: &Ctx, key: &KeyFacts) -> String {
    let (since, revoked) = since(key);
    let word = if revoked { "revoked" } else { key.state.word() };
    let state = ctx.say.text(match word {
        "next" => "cli-keys-state-next",
        "active" => "cli-keys-state-active",
        "retiring" => "cli-keys-state-retiring",
        "revoked" => "cli-keys-state-revoked",
        _ => "cli-keys-state-gone",
    });
    format!("{}  {:5}  {state:14}  {}", key.kid, key.alg.name(), since.rfc3339())
}

fn object(key: &KeyFacts) -> Value {
    let (since, revoked) = since(key);
    json!({
        "kid": key.kid,
        "alg": key.alg.name(),
        "state": key.state.word(),
        "since": since.rfc3339(),
        "created_at": key.created_at.rfc3339(),
        "revoked": revoked,
    })
}

async fn rotate(ctx: &Ctx, opened: &Opened, (algs, force): (&[Alg], Force)) -> Result<Exit, CliError> {
    let policy = opened.loaded.config.keys.policy().unwrap_or_default();
    let (mut moved, mut early) = (Vec::new(), Vec::new());
    for alg in algs {
        let fresh = Fresh::generate(*alg).await?;
        let cx = opened.cx();
        let written = opened.db.write(&cx, |tx| Box::pin(keys::rotate(tx, &fresh, force, &policy)));
        match written.await {
            Ok(()) => moved.push(alg.name()),
            Err(MoveError::TooEarly { until }) => early.push((alg.name(), until)),
            Err(error) => return Err(refused(error, alg.name())),
        }
    }
    let human = || {
        let done = (!moved.is_empty()).then(|| ctx.say.text_with("cli-keys-rotated", &[("algs", &moved.join(", "))]));
        let waiting = early
            .iter()
            .map(|(alg, until)| ctx.say.text_with("cli-keys-too-early", &[("alg", alg), ("until", &until.rfc3339())]));
        done.into_iter().chain(waiting).collect::<Vec<_>>().join("\n")
    };
    let machine = || {
        let early: Vec<Value> =
            early.iter().map(|(alg, until)| json!({"alg": alg, "until": until.rfc3339()})).collect();
        json!({"rotated": moved, "too_early": early})
    };
    ctx.say.answer(human, machine);
    Ok(if early.is_empty() { Exit::Done } else { Exit::Wrong })
}

async fn revoke(ctx: &Ctx, opened: &Opened, kid: &str) -> Result<Exit, CliError> {
    let keys = keys::list(&mut opened.db.read().await?).await?;
    let key = keys.iter().find(|key| key.kid == kid);
    let alg = key.ok_or_else(|| refused(MoveError::NoSuchKey, kid))?.alg;
    let fresh = Fresh::generate(alg).await?;
    let cx = opened.cx();
    let written = opened.db.write(&cx, |tx| Box::pin(keys::revoke(tx, kid, "ordered", &fresh)));
    written.await.map_err(|error| refused(error, kid))?;
    let human = || ctx.say.text_with("cli-keys-revoked", &[("kid", kid)]);
    ctx.say.answer(human, || json!({"revoked": kid, "alg": alg.name()}));
    Ok(Exit::Done)
}

fn refused(error: MoveError, of: &str) -> CliError {
    let said = |key| CliError::Said(Exit::Wrong, key, vec![("key", of.to_owned())]);
    match error {
        MoveError::NoSuchKey => said("cli-keys-none"),
        MoveError::AlreadyRevoked => said("cli-keys-already-revoked"),
        MoveError::Store(error) => error.into(),
        error => CliError::Fault(error.into()),
    }
}

/// A line with an id of its own: the day, and letters that keep two of one day apart.
pub(super) fn secret_line(clock: &Clock) -> idp_core::types::Secret<String> {
    let day = clock.now().day().to_string().replace('-', "");
    Seals::new_line(&format!("k{day}-{}", random::readable(4)))
}

fn new_secret(ctx: &Ctx) {
    let line = secret_line(&Clock::system());
    ctx.say.answer(|| line.reveal().clone(), || json!({"line": line.reveal()}));
    ctx.say.note(&ctx.say.text("cli-keys-new-secret-hint"));
}
