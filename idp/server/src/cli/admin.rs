//! `idp admin bootstrap | list | grant | end | break-glass | cases`: administrators, from the server itself. Whoever has the key file and the database needs no role, and
//! is recorded like everybody else.

mod break_glass;
mod cases;

use std::time::Duration;

use clap::Subcommand;
use idp_core::{
    admin::{self, AppointError, Appointment, By, EndError, NewAppointment, OfferError, Role, Scope, Subject},
    people::{self, AccountState},
    relying::Register,
    types::{Day, Id, Interval, Timestamp, id},
};
use serde_json::{Value, json};

use super::{Ctx, error::CliError, error::Exit, opened::Opened};
use crate::app;

/// Its arguments.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Makes a link for the first platform owner.
    Bootstrap {
        /// How long it lives.
        #[arg(long, value_name = "N", default_value_t = 30, value_parser = clap::value_parser!(u64).range(5..=1_440))]
        minutes: u64,
        /// Why another owner is needed.
        #[arg(long, value_name = "REASON")]
        again: Option<String>,
    },
    /// Shows all appointments that have not ended.
    List,
    /// Appoints somebody.
    Grant(Grant),
    /// The two sealed ways in.
    #[command(subcommand)]
    BreakGlass(break_glass::What),
    /// Sign-ins that were reported as somebody else's.
    #[command(subcommand)]
    Cases(cases::What),
    /// Ends an appointment.
    End {
        /// Which.
        #[arg(value_name = "ID")]
        id: String,
        /// Why.
        #[arg(long, value_name = "REASON")]
        because: String,
    },
}

#[derive(Debug, clap::Args)]
struct Grant {
    /// A person.
    #[arg(long, value_name = "NAME")]
    login: Option<String>,
    /// A machine.
    #[arg(long, value_name = "CLIENT_ID", conflicts_with = "login")]
    party: Option<String>,
    /// Which role.
    #[arg(long, value_name = "ROLE", value_parser = Role::ALL.map(Role::word))]
    role: String,
    /// Over which unit.
    #[arg(long, value_name = "ID")]
    unit: Option<String>,
    /// Until when.
    #[arg(long, value_name = "DAY")]
    until: Option<String>,
    /// The decision.
    #[arg(long, value_name = "TEXT")]
    decision: String,
}

pub(super) async fn run(ctx: &Ctx, arguments: Arguments) -> Result<Exit, CliError> {
    let opened = Opened::current(ctx).await?;
    match arguments.what {
        What::Bootstrap { minutes, again } => bootstrap(ctx, &opened, minutes, again.as_deref()).await,
        What::List => list(ctx, &opened).await,
        What::Grant(grant) => appoint(ctx, &opened, &grant).await,
        What::BreakGlass(what) => break_glass::run(ctx, &opened, what).await,
        What::Cases(what) => cases::run(ctx, &opened, what).await,
        What::End { id, because } => end(ctx, &opened, &id, &because).await,
    }
}

async fn bootstrap(ctx: &Ctx, opened: &Opened, minutes: u64, again: Option<&str>) -> Result<Exit, CliError> {
    let (cx, lifetime) = (opened.cx(), Duration::from_secs(60 * minutes));
    let offered = opened.db.write(&cx, |tx| Box::pin(admin::offer(tx, lifetime, again))).await;
    let (handle, until) = offered.map_err(|error| match error {
        OfferError::OwnerExists => said("cli-admin-owner-exists", &[]),
        OfferError::Store(error) => error.into(),
    })?;
    let link = format!("{}/console/owner?offer={}", opened.loaded.config.server.public_url.as_str(), handle.reveal());
    let until = until.rfc3339();
    ctx.say.note(&ctx.say.text_with("cli-admin-link", &[("time", &until)]));
    ctx.say.answer(|| link.clone(), || json!({"link": link, "until": until}));
    Ok(Exit::Done)
}

fn said(key: &'static str, with: &[(&'static str, &str)]) -> CliError {
    let with = with.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
    CliError::Said(Exit::Wrong, key, with)
}

async fn list(ctx: &Ctx, opened: &Opened) -> Result<Exit, CliError> {
    const PAGE: u32 = 200;
    let now = opened.clock.now();
    let mut conn = opened.db.read().await?;
    let (mut found, mut after) = (Vec::new(), None);
    loop {
        let page = admin::list(&mut conn, after, PAGE, now).await?;
        after = page.last().map(|last| last.id);
        let last = page.len() < PAGE as usize;
        found.extend(page);
        if last {
            break;
        }
    }
    let human = || {
        if found.is_empty() {
            return ctx.say.text("cli-admin-empty");
        }
        found.iter().map(|one| line(ctx, one)).collect::<Vec<_>>().join("\n")
    };
    ctx.say.answer(human, || found.iter().map(object).collect());
    Ok(Exit::Done)
}

fn line(ctx: &Ctx, one: &Appointment) -> String {
    let over = one.scope.unit().map_or_else(|| ctx.say.text("cli-admin-whole"), |unit| unit.to_string());
    let until = one.window.until.map_or_else(|| "-".to_owned(), Timestamp::rfc3339);
    format!(
        "{}  {:18}  {}  {over}  {}  {until}",
        one.id,
        one.role.word(),
        one.subject.name(),
        one.window.from.rfc3339()
    )
}

fn object(one: &Appointment) -> Value {
    json!({
        "id": one.id,
        "subject": one.subject.name(),
        "role": one.role.word(),
        "unit": one.scope.unit(),
        "from": one.window.from.rfc3339(),
        "until": one.window.until.map(Timestamp::rfc3339),
        "decision": one.decision,
        "appointed_by": one.appointed_by,
    })
}

async fn appoint(ctx: &Ctx, opened: &Opened, grant: &Grant) -> Result<Exit, CliError> {
    let cx = opened.cx();
    let register = Register::load(&opened.db, app::uri_policy(&opened.loaded.config)).await?;
    let unit = grant.unit.as_ref().map(|text| text.parse::<Id<id::Unit>>());
    let unit = unit.transpose().map_err(|_| said("cli-admin-no-unit", &[]))?;
    let until = grant.until.as_ref().map(|text| text.parse::<Day>());
    let until = until.transpose().map_err(|_| said("cli-admin-period", &[]))?.map(Day::start);
    let new = &NewAppointment {
        subject: subject(opened, &register, grant).await?,
        role: Role::from_word(&grant.role).unwrap_or(Role::Auditor),
        scope: unit.map_or(Scope::Whole, Scope::Below),
        window: Interval { from: cx.now, until },
        decision: grant.decision.clone(),
    };
    let served = &|party| register.by_id(party).is_some();
    let made = opened.db.write(&cx, |tx| Box::pin(admin::appoint(tx, By::Operator, new.clone(), served))).await;
    let made = made.map_err(refused)?;
    let id = made.id.to_string();
    ctx.say.answer(|| ctx.say.text_with("cli-admin-granted", &[("id", &id)]), || object(&made));
    Ok(Exit::Done)
}

async fn subject(opened: &Opened, register: &Register, grant: &Grant) -> Result<Subject, CliError> {
    let nobody = |name: &str| said("cli-admin-nobody", &[("name", name)]);
    match (&grant.login, &grant.party) {
        (Some(login), _) => {
            let account = people::by_login(&mut opened.db.read().await?, login).await?;
            let account = account.filter(|account| account.state == AccountState::Active);
            account.map(|account| Subject::Person(account.person)).ok_or_else(|| nobody(login))
        }
        (None, Some(client_id)) => {
            let party = register.by_client_id(client_id);
            party.map(|party| Subject::Party(party.id)).ok_or_else(|| nobody(client_id))
        }
        (None, None) => Err(CliError::Said(Exit::Usage, "cli-admin-who", Vec::new())),
    }
}

fn refused(error: AppointError) -> CliError {
    match error {
        AppointError::NoSubject => said("cli-admin-nobody", &[("name", "")]),
        AppointError::NoUnit => said("cli-admin-no-unit", &[]),
        AppointError::NotForMachines => said("cli-admin-not-for-machines", &[]),
        AppointError::Scope => said("cli-admin-whole-role", &[]),
        AppointError::Period => said("cli-admin-period", &[]),
        AppointError::Separated(other) => said("cli-admin-separated", &[("other", &other)]),
        AppointError::Held => said("cli-admin-held", &[]),
        AppointError::Store(error) => error.into(),
        // Only administrators are held to what they may give.
        AppointError::Beyond(_) | AppointError::SecondPerson => {
            CliError::Fault(idp_core::types::Fault::bug("appointing from the server"))
        }
    }
}

async fn end(ctx: &Ctx, opened: &Opened, id: &str, because: &str) -> Result<Exit, CliError> {
    let unknown = || said("cli-admin-unknown", &[("id", id)]);
    let key: Id<id::Appointment> = id.parse().map_err(|_| unknown())?;
    let cx = opened.cx();
    let ended = opened.db.write(&cx, |tx| {
        Box::pin(async move {
            let Some(stored) = admin::appointment(tx, key).await? else {
                return Ok(None);
            };
            admin::end(tx, By::Operator, &stored, because).await.map(Some)
        })
    });
    let ended = ended.await.map_err(unended)?.ok_or_else(unknown)?;
    ctx.say.answer(|| ctx.say.text_with("cli-admin-ended", &[("id", id)]), || object(&ended));
    Ok(Exit::Done)
}

/// Why an office was not ended.
pub(super) fn unended(error: EndError) -> CliError {
    match error {
        EndError::LastOwner => said("cli-admin-last-owner", &[]),
        EndError::Ended => said("cli-admin-over", &[]),
        EndError::BreakGlass => said("cli-admin-break-glass-office", &[]),
        EndError::Store(error) => CliError::from(error),
        EndError::Beyond(_) => CliError::Fault(idp_core::types::Fault::bug("ending from the server")),
    }
}
