//! `idp people factors list | remove`: the ways in which somebody signs in, and taking one away that is lost or switched off, for whoever helps
//! at the counter or answers the help line.

use clap::Subcommand;
use idp_core::{
    authn::{
        contact,
        credential::{self, Kind},
        recovery_code,
        second::Policy,
    },
    crypto::{password::PasswordPool, random},
    people::{self, Purpose, StoredAccount},
    signin::{self, FACTOR_TAKEN, Factor, Fate, Taken, Taking},
    store::{Conn, StoreError, Tx},
    types::{Fault, Secret, Timestamp},
};
use serde_json::{Value, json};

use super::{
    Ctx,
    error::{CliError, Exit},
    explain,
    opened::Opened,
};
use crate::oidc;

/// Characters of a reason at most.
const LONGEST_REASON: usize = 500;
/// Characters of a password that nobody knows: 160 random bits.
const NOBODYS: usize = 32;

/// Its arguments.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// How somebody signs in beside the password.
    #[command(subcommand)]
    Factors(Factors),
}

#[derive(Debug, Subcommand)]
enum Factors {
    /// Shows them.
    List {
        /// Whose.
        #[arg(value_name = "LOGIN|ID")]
        person: String,
    },
    /// Takes one away.
    Remove {
        /// Whose.
        #[arg(value_name = "LOGIN|ID")]
        person: String,
        /// Which.
        #[arg(value_name = "FACTOR")]
        factor: String,
        /// Why.
        #[arg(long, value_name = "REASON", value_parser = reason)]
        because: String,
        /// Of an address, only that codes to it are asked for.
        #[arg(long)]
        keep_address: bool,
    },
}

/// What is to be taken from whom, as the command line says it.
struct Wanted<'a> {
    person: &'a str,
    factor: &'a str,
    because: &'a str,
    keep_address: bool,
}

impl Wanted<'_> {
    /// What is taken of something that is held.
    const fn of(&self, held: Factor) -> Factor {
        match held {
            Factor::Contact(id) if self.keep_address => Factor::Second(id),
            other => other,
        }
    }
}

/// One line that says why, for the audit log.
fn reason(text: &str) -> Result<String, String> {
    let text = text.trim();
    let fits = !text.is_empty() && text.chars().count() <= LONGEST_REASON && !text.chars().any(char::is_control);
    fits.then(|| text.to_owned()).ok_or_else(|| format!("1-{LONGEST_REASON}"))
}

/// Something that an account is proved with beside the password.
struct Held {
    account: StoredAccount,
    factor: Factor,
    /// How the command line names it: an id, or `paper` for the only set there is.
    name: String,
    kind: &'static str,
    /// What its holder calls it; of an address, what a page shows of it.
    label: String,
    /// Whether it is asked for after the password; `None`: it is no second factor.
    second: Option<Second>,
    added_at: Option<Timestamp>,
    used_at: Option<Timestamp>,
}

/// A second factor.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Second {
    /// It can be used.
    On,
    /// The operator sends no codes to addresses of that kind.
    Off,
}

pub(super) async fn run(ctx: &Ctx, arguments: Arguments) -> Result<Exit, CliError> {
    let opened = Opened::current(ctx).await?;
    let What::Factors(what) = arguments.what;
    match what {
        Factors::List { person } => list(ctx, &opened, &person).await,
        Factors::Remove { person, factor, because, keep_address } => {
            let wanted = Wanted { person: &person, factor: &factor, because: &because, keep_address };
            remove(ctx, &opened, &wanted).await
        }
    }
}

/// Everything that somebody signs in with beside the password, in each of their accounts.
async fn held_by(opened: &Opened, person: &str) -> Result<Vec<Held>, CliError> {
    let policy = opened.loaded.config.gate().policy;
    let mut conn = opened.db.read().await?;
    let person = explain::person(&mut conn, person).await?;
    let mut held = Vec::new();
    for account in people::accounts_of(&mut conn, person).await? {
        if account.purpose == Purpose::BreakGlass {
            return Err(CliError::Said(Exit::Wrong, "cli-people-break-glass", Vec::new()));
        }
        held.extend(held_in(&mut conn, &account, policy).await?);
    }
    Ok(held)
}

async fn held_in(conn: &mut Conn, account: &StoredAccount, policy: Policy) -> Result<Vec<Held>, StoreError> {
    let mut held = Vec::new();
    for one in credential::list(conn, account.id).await? {
        held.push(Held {
            account: account.clone(),
            factor: Factor::Credential(one.id),
            name: one.id.to_string(),
            kind: one.kind.word(),
            label: one.label,
            second: (one.kind == Kind::Totp).then_some(Second::On),
            added_at: Some(one.created_at),
            used_at: one.last_used_at,
        });
    }
    for one in contact::list(conn, account.id).await? {
        let kind = one.address.kind();
        let state = if policy.sends_to(kind) { Second::On } else { Second::Off };
        held.push(Held {
            account: account.clone(),
            factor: Factor::Contact(one.id),
            name: one.id.to_string(),
            kind: kind.word(),
            label: one.address.masked(),
            second: one.second_factor_at.map(|_| state),
            added_at: one.verified_at,
            used_at: None,
        });
    }
    if let Some(left) = recovery_code::left(conn, account.id).await? {
        held.push(Held {
            account: account.clone(),
            factor: Factor::Paper,
            name: "paper".to_owned(),
            kind: "paper",
            label: left.to_string(),
            second: None,
            added_at: None,
            used_at: None,
        });
    }
    Ok(held)
}

async fn list(ctx: &Ctx, opened: &Opened, person: &str) -> Result<Exit, CliError> {
    let held = held_by(opened, person).await?;
    let human = || {
        if held.is_empty() {
            return ctx.say.text("cli-people-factors-none");
        }
        held.iter().map(|one| line(ctx, one)).collect::<Vec<_>>().join("\n")
    };
    ctx.say.answer(human, || held.iter().map(object).collect());
    Ok(Exit::Done)
}

fn line(ctx: &Ctx, one: &Held) -> String {
    let what = match one.factor {
        Factor::Credential(_) if one.kind == Kind::Totp.word() => "what-app",
        Factor::Credential(_) => "what-passkey",
        Factor::Contact(_) | Factor::Second(_) => "what-contact",
        Factor::Paper => "what-paper",
    };
    let what = ctx.say.text_with(what, &[("masked", &one.label)]);
    let state = match one.second {
        Some(Second::On) => ctx.say.text("cli-people-factor-second"),
        Some(Second::Off) => ctx.say.text("cli-people-factor-off"),
        None => String::new(),
    };
    format!("{}  {}  {what}  {state}", one.name, one.account.login).trim_end().to_owned()
}

fn object(one: &Held) -> Value {
    json!({
        "factor": one.name,
        "login": one.account.login,
        "kind": one.kind,
        "label": one.label,
        "second_factor": one.second.is_some(),
        "switched_off": one.second == Some(Second::Off),
        "added": one.added_at.map(Timestamp::rfc3339),
        "used": one.used_at.map(Timestamp::rfc3339),
    })
}

async fn remove(ctx: &Ctx, opened: &Opened, wanted: &Wanted<'_>) -> Result<Exit, CliError> {
    let named = vec![("factor", wanted.factor.to_owned())];
    let unknown = || CliError::Said(Exit::Wrong, "cli-people-factor-unknown", named.clone());
    let name = wanted.factor.trim().to_ascii_lowercase();
    let found = held_by(opened, wanted.person).await?.into_iter().find(|held| held.name == name).ok_or_else(unknown)?;
    // A password that nobody knows, drawn before the write: hashing takes long, and a write may run twice.
    let pool = PasswordPool::new(opened.db.seals().clone());
    let nobodys = pool.hash(Secret::new(random::readable(NOBODYS))).await;
    let nobodys = &nobodys.map_err(|error| Fault::new("hashing a password that nobody knows", error))?;
    let recover_at = &format!("{}/recover", opened.loaded.config.server.public_url.as_str());
    let (cx, account, factor, because) = (opened.cx(), &found.account, wanted.of(found.factor), wanted.because);
    let taken = opened.db.write(&cx, |tx| {
        Box::pin(async move { take(tx, Taking { account, factor, because, nobodys, recover_at }).await })
    });
    let taken = taken.await?.ok_or_else(unknown)?;
    ctx.say.answer(|| told(ctx, &taken), || outcome(&taken));
    Ok(Exit::Done)
}

/// Takes the factor, and with it what services were given in the sessions that end.
async fn take(tx: &mut Tx<'_>, taking: Taking<'_>) -> Result<Option<Taken>, StoreError> {
    let person = taking.account.person;
    let taken = signin::take_away(tx, taking).await?;
    if taken.is_some() {
        oidc::end_grants_of(tx, person, FACTOR_TAKEN).await?;
    }
    Ok(taken)
}

fn told(ctx: &Ctx, taken: &Taken) -> String {
    let (sessions, count) = (taken.sessions.to_string(), taken.told.to_string());
    let mut lines = vec![ctx.say.text_with("cli-people-factor-removed", &[("sessions", &sessions), ("count", &count)])];
    lines.push(ctx.say.text(match taken.password {
        Fate::Kept => "cli-people-password-kept",
        Fate::Closed => "cli-people-password-closed",
        Fate::Absent => "cli-people-password-none",
    }));
    lines.join("\n")
}

fn outcome(taken: &Taken) -> Value {
    json!({"removed": taken.what, "password": taken.password.word(), "sessions_ended": taken.sessions, "told": taken.told})
}
