//! What an operator's own tools see of break-glass accounts: lines at level `error`, and measurements. The messages to people and the audit
//! records are written by `idp_core::break_glass`, in the transaction of what they tell of.

use idp_core::break_glass::{Account, Failed, Number, Raised, State};
use metrics::{counter, gauge};

/// Uses by account; `drill`: `yes` or `no`.
const USES: &str = "idp.break_glass.uses";
/// Failed attempts by account.
const FAILURES: &str = "idp.break_glass.failures";
/// 1 for the state in which each account is.
const STATES: &str = "idp.break_glass.state";

const fn label(number: Number) -> &'static str {
    match number {
        Number::One => "1",
        Number::Two => "2",
    }
}

/// An account was opened, and that is written.
pub fn opened(raised: Raised) {
    let Raised { number, drill, told } = raised;
    tracing::error!(account = label(number), drill, told, "a break-glass account was opened");
    let drill = if drill { "yes" } else { "no" };
    counter!(USES, "account" => label(number), "drill" => drill).increment(1);
}

/// Somebody failed to open an account.
pub fn failed(failed: Failed) {
    let Failed { number, count, told } = failed;
    tracing::error!(account = label(number), count, told, "somebody tried to open a break-glass account");
    counter!(FAILURES, "account" => label(number)).increment(count as u64);
}

/// How the accounts stand now.
pub fn note(accounts: &[Account]) {
    for number in Number::ALL {
        let state = accounts.iter().find(|account| account.number == number).map(|account| account.state);
        for known in [State::Made, State::Sealed, State::Opened] {
            let value = if state == Some(known) { 1.0 } else { 0.0 };
            gauge!(STATES, "account" => label(number), "state" => known.word()).set(value);
        }
    }
}
