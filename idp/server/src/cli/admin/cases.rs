//! `idp admin cases list | show | close`: sign-ins that people reported as not theirs, for whoever answers the help line.

use clap::Subcommand;
use idp_core::{
    audit::{self, Own},
    people,
    session::{self, Case, CaseState, CloseError, MOST_FOUND},
    store::Conn,
};
use serde_json::{Value, json};

use super::{
    super::{Ctx, error::CliError, error::Exit, opened::Opened},
    said,
};

#[derive(Debug, Subcommand)]
pub(super) enum What {
    /// Shows the open ones.
    List {
        /// Shows the closed ones instead.
        #[arg(long)]
        closed: bool,
    },
    /// Shows one.
    Show {
        /// Its number.
        #[arg(value_name = "NUMBER")]
        number: String,
    },
    /// Closes one.
    Close {
        /// Its number.
        #[arg(value_name = "NUMBER")]
        number: String,
        /// What was found.
        #[arg(long, value_name = "TEXT", value_parser = words)]
        found: String,
    },
}

/// Words that a person can read in their history.
fn words(text: &str) -> Result<String, String> {
    let text = text.trim();
    let fits = !text.is_empty() && text.chars().count() <= MOST_FOUND && !text.chars().any(char::is_control);
    fits.then(|| text.to_owned()).ok_or_else(|| format!("1-{MOST_FOUND}"))
}

pub(super) async fn run(ctx: &Ctx, opened: &Opened, what: What) -> Result<Exit, CliError> {
    match what {
        What::List { closed } => list(ctx, opened, if closed { "closed" } else { "open" }).await,
        What::Show { number } => show(ctx, opened, &number).await,
        What::Close { number, found } => close(ctx, opened, (&number, &found)).await,
    }
}

async fn list(ctx: &Ctx, opened: &Opened, state: &str) -> Result<Exit, CliError> {
    const PAGE: u32 = 200;
    let mut conn = opened.db.read().await?;
    let mut found: Vec<Case> = Vec::new();
    loop {
        let page = session::cases(&mut conn, state, found.last(), PAGE).await?;
        let last = page.len() < PAGE as usize;
        found.extend(page);
        if last {
            break;
        }
    }
    let human = || {
        if found.is_empty() {
            return ctx.say.text("cli-admin-cases-none");
        }
        found.iter().map(|case| line(ctx, case)).collect::<Vec<_>>().join("\n")
    };
    ctx.say.answer(human, || found.iter().map(object).collect());
    Ok(Exit::Done)
}

fn line(ctx: &Ctx, case: &Case) -> String {
    let told = |key: &str, with: &[(&str, &str)]| ctx.say.text_with(key, with);
    let opened = told("cli-admin-cases-opened", &[("number", &case.number), ("time", &case.at.show())]);
    match &case.state {
        CaseState::Open => opened,
        CaseState::Closed { at, found } => {
            format!("{opened}  {}", told("cli-admin-cases-closed-at", &[("time", &at.show()), ("found", found)]))
        }
    }
}

fn object(case: &Case) -> Value {
    let (closed_at, found) = match &case.state {
        CaseState::Open => (None, None),
        CaseState::Closed { at, found } => (Some(at.rfc3339()), Some(found)),
    };
    json!({
        "number": case.number,
        "state": case.state.word(),
        "person": case.person,
        "reported": case.at.rfc3339(),
        "session": case.session,
        "closed": closed_at,
        "found": found,
    })
}

fn unknown(number: &str) -> CliError {
    said("cli-admin-cases-unknown", &[("number", number)])
}

async fn show(ctx: &Ctx, opened: &Opened, number: &str) -> Result<Exit, CliError> {
    let mut conn = opened.db.read().await?;
    let case = session::case(&mut conn, number).await?.ok_or_else(|| unknown(number))?;
    let event = audit::own_event(&mut conn, case.person, case.event).await?;
    let logins = logins(&mut conn, &case).await?;
    ctx.say.answer(|| told(ctx, &case, (event.as_ref(), &logins)), || whole(&case, event.as_ref(), &logins));
    Ok(Exit::Done)
}

async fn logins(conn: &mut Conn, case: &Case) -> Result<Vec<String>, CliError> {
    let accounts = people::accounts_of(conn, case.person).await?;
    Ok(accounts.into_iter().map(|account| account.login).collect())
}

/// From where and with what, where that was not erased.
fn origin(event: &Own) -> (Option<&str>, Option<&str>) {
    let personal = event.personal.as_ref();
    (personal.and_then(|personal| personal.address.as_deref()), personal.and_then(|personal| personal.agent.as_deref()))
}

fn told(ctx: &Ctx, case: &Case, (event, logins): (Option<&Own>, &[String])) -> String {
    let mut lines = vec![line(ctx, case), ctx.say.text_with("cli-admin-cases-login", &[("login", &logins.join(", "))])];
    if let Some(event) = event {
        let (address, agent) = origin(event);
        let with = [
            ("kind", event.kind.as_str()),
            ("time", &event.at.show()),
            ("address", address.unwrap_or("-")),
            ("browser", agent.unwrap_or("-")),
        ];
        lines.push(ctx.say.text_with("cli-admin-cases-event", &with));
    }
    let key = if case.session.is_some() { "cli-admin-cases-session" } else { "cli-admin-cases-no-session" };
    lines.push(ctx.say.text(key));
    lines.join("\n")
}

fn whole(case: &Case, event: Option<&Own>, logins: &[String]) -> Value {
    let mut whole = object(case);
    whole["logins"] = json!(logins);
    whole["event"] = event.map_or(Value::Null, |event| {
        let (address, agent) = origin(event);
        json!({"id": event.id, "kind": event.kind, "time": event.at.rfc3339(), "address": address, "browser": agent})
    });
    whole
}

async fn close(ctx: &Ctx, opened: &Opened, (number, found): (&str, &str)) -> Result<Exit, CliError> {
    let cx = opened.cx();
    let closed = opened.db.write(&cx, |tx| Box::pin(session::close_case(tx, number, found))).await;
    let case = closed.map_err(|error| match error {
        CloseError::Unknown => unknown(number),
        CloseError::Closed => said("cli-admin-cases-is-closed", &[("number", number)]),
        CloseError::Store(error) => error.into(),
    })?;
    let human = || ctx.say.text_with("cli-admin-cases-done", &[("number", &case.number)]);
    ctx.say.answer(human, || object(&case));
    Ok(Exit::Done)
}
