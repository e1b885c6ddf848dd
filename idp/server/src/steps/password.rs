//! The answer to the password step.

use axum::{http::StatusCode, response::Response};
use idp_core::{
    authn::{
        self,
        password::{Attempt, Refusal},
    },
    session::Computer,
    signin::{self, Next},
    store::StoreError,
    types::{Fault, Secret, Timestamp},
};

use super::{
    at::{self, At, Ticket},
    proved::{BrowserCan, closed},
    second_factor,
    show::Asked,
};
use crate::web::{
    Code, Form, Halt, Params, Problem, Visit,
    house::LocalPasswords,
    page::{Errors, NextStep},
};

const OFF: Code = Code::new("sign-in-off", StatusCode::FORBIDDEN);

/// Seconds after which the password pool has surely worked its queue off.
const BUSY_SECONDS: u64 = 10;

/// The longest sign-in name that a page shows again, in characters.
const LONGEST_SHOWN: usize = 200;

/// `POST /sign-in/{t}/password`.
pub(super) async fn answer(visit: Visit, ticket: Ticket, Form(params): Form) -> Result<Response, Halt> {
    at::check(&visit, &ticket, &params)?;
    // Before anything is read: what a flood is refused must cost next to nothing, or it would eat what hashes need.
    let place = visit.house.passwords.admit().map_err(|_full| busy(&visit, &at::path(&ticket.0, "")))?;
    let mut at = At::arrive(visit, ticket).await?;
    note_computer(&mut at, &params).await?;
    let typed = params.get("login").unwrap_or_default().trim();
    let asked = match (at.next, &at.live) {
        (Next::SignIn(why) | Next::SelectAccount(why), _) => {
            Asked::anybody(why, typed.chars().take(LONGEST_SHOWN).collect())
        }
        // Whoever proves themself again is the holder of the session: the form cannot name another.
        (Next::Reauthenticate(why) | Next::StepUp(why), Some(live)) => Asked::again(why, at.holder(live).await?),
        // The back button or a second submit: this step is done.
        _ => return Ok(at.to_page()),
    };
    if at.visit.house.settings.local_passwords == LocalPasswords::Off {
        return Err(at.refuse(OFF));
    }
    let login = asked.login().unwrap_or(typed).to_owned();
    let password = Secret::new(params.get("password").unwrap_or_default().to_owned());
    let (login_missing, password_missing) = (login.is_empty(), password.reveal().is_empty());
    if login_missing || password_missing {
        let errors = Errors::empty_credentials(login_missing, password_missing);
        return Ok(asked.page(&at, StatusCode::UNPROCESSABLE_ENTITY, errors));
    }
    let house = &at.visit.house;
    let devices = house.devices(&at.visit.headers);
    let said = Attempt { login: &login, password: &password, devices: &devices, place };
    match authn::password::prove(house.desk(), &at.visit.cx, said).await {
        Ok(first) => {
            // The field that only a script fills in: it says that a passkey may be offered.
            let can =
                if params.get("passkeys") == Some("yes") { BrowserCan::KeepPasskeys } else { BrowserCan::Unknown };
            second_factor::after_password(&at, &first, can).await
        }
        Err(refusal) => refused(&at, asked, refusal),
    }
}

/// Keeps what the box says: the session that this leads to lives by it, also where a second proof comes between.
pub(super) async fn note_computer(at: &mut At, params: &Params) -> Result<(), Halt> {
    let said = if params.get("shared") == Some("1") { Computer::Shared } else { Computer::Own };
    // Who proves themself again is not asked: their session lives as it began.
    if said == at.sign_in.computer || !matches!(at.next, Next::SignIn(_) | Next::SelectAccount(_)) {
        return Ok(());
    }
    let (house, sign_in) = (&at.visit.house, &at.sign_in);
    let noted = house.db.write(&at.visit.cx, |tx| Box::pin(signin::chose_computer(tx, sign_in, said))).await;
    noted.map_err(|error: StoreError| Fault::from(error))?;
    at.sign_in.computer = said;
    Ok(())
}

fn refused(at: &At, asked: Asked, refusal: Refusal) -> Result<Response, Halt> {
    match refusal {
        Refusal::Wrong => Ok(asked.page(at, StatusCode::UNPROCESSABLE_ENTITY, Errors::bad_credentials())),
        Refusal::Throttled(until) => Err(throttled(at, asked, until)),
        Refusal::Busy => Err(busy(&at.visit, &at::path(&at.t, ""))),
        Refusal::Fault(fault) => Err(fault.into()),
        Refusal::Closed(why) => Err(closed(at, why)),
    }
}

/// The queue is full: a page with the way back to the form for a browser, a problem for a program.
fn busy(visit: &Visit, again: &str) -> Halt {
    let halt = if visit.wants_page() {
        visit.refuse(visit.locale(None), Code::BUSY, NextStep::Again { href: visit.keep_locale(again) })
    } else {
        Problem::new(Code::BUSY).into()
    };
    halt.retry_after(BUSY_SECONDS)
}

fn throttled(at: &At, asked: Asked, until: Timestamp) -> Halt {
    let seconds = until.since(at.visit.now()).as_secs().max(1);
    let errors = at.visit.traced(Errors::throttled(seconds.div_ceil(60)));
    Halt::from(asked.page(at, StatusCode::TOO_MANY_REQUESTS, errors)).retry_after(seconds)
}
