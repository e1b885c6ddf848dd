//! How the two accounts stand, for people and for programs.

use idp_core::{
    break_glass::{self, Drill, Number, Outcome, State, Status},
    notify::Fate,
    types::Timestamp,
};
use serde_json::{Value, json};

use super::super::super::{Ctx, doctor::concern};

/// Lines of text.
pub(super) fn lines(ctx: &Ctx, status: &Status, now: Timestamp) -> Vec<String> {
    let mut lines: Vec<String> = Number::ALL.into_iter().flat_map(|number| account(ctx, status, number)).collect();
    if let Some(drill) = &status.drill {
        let key = if now < drill.ends_at { "cli-break-glass-drill-held" } else { "cli-break-glass-drill-over" };
        lines.push(ctx.say.text_with(key, &[("time", &drill.ends_at.show())]));
        lines.extend(outcomes(ctx, drill));
    }
    if let Some(drill) = &status.last_drill {
        lines.push(ctx.say.text_with("cli-break-glass-drill-last", &[("time", &drill.began_at.show())]));
        lines.extend(outcomes(ctx, drill));
    }
    lines.push(ctx.say.text_with("cli-break-glass-heard", &[("count", &status.heard.to_string())]));
    for found in break_glass::concerns(status, now) {
        let (what, numbers) = concern(&found);
        let numbers = if numbers.is_empty() { String::new() } else { format!("{numbers}: ") };
        lines.push(format!("! {numbers}{}", ctx.say.text(what.todo)));
    }
    lines
}

fn account(ctx: &Ctx, status: &Status, number: Number) -> Vec<String> {
    let (say, text) = (&ctx.say, number.get().to_string());
    let Some(one) = status.accounts.iter().find(|one| one.account.number == number) else {
        return vec![say.text_with("cli-break-glass-none", &[("number", &text)])];
    };
    let (state, since) = (say.text(state_key(one.account.state)), one.account.state_at.show());
    let with = [("number", text.as_str()), ("state", &state), ("time", &since), ("login", &one.login)];
    let mut lines = vec![say.text_with("cli-break-glass-account", &with)];
    let timed = |key, at: Timestamp| say.text_with(key, &[("time", &at.show())]);
    if let Some(until) = one.account.link_ends_at {
        lines.push(timed("cli-break-glass-link-until", until));
    }
    if one.account.state.opens() {
        let used = one.account.last_used_at.map(|at| timed("cli-break-glass-used", at));
        lines.push(used.unwrap_or_else(|| say.text("cli-break-glass-never-used")));
        let drilled = one.drilled_at.map(|at| timed("cli-break-glass-drilled", at));
        lines.push(drilled.unwrap_or_else(|| say.text("cli-break-glass-never-drilled")));
    }
    if let Some((at, failed, fate)) = one.alarm {
        let key = if failed { "cli-break-glass-alarm-failed" } else { "cli-break-glass-alarm-used" };
        lines.push(format!("{} {}", timed(key, at), messages(ctx, fate)));
    }
    lines.iter_mut().skip(1).for_each(|line| line.insert_str(0, "    "));
    lines
}

const fn state_key(state: State) -> &'static str {
    match state {
        State::Made => "cli-break-glass-state-made",
        State::Sealed => "cli-break-glass-state-sealed",
        State::Opened => "cli-break-glass-state-opened",
        State::Retired => "cli-break-glass-state-retired",
    }
}

fn messages(ctx: &Ctx, fate: Fate) -> String {
    let [delivered, waiting, failed] = [fate.delivered, fate.waiting, fate.failed].map(|number| number.to_string());
    let with = [("delivered", delivered.as_str()), ("waiting", &waiting), ("failed", &failed)];
    ctx.say.text_with("cli-break-glass-messages", &with)
}

/// What a drill showed, a line for each account.
pub(super) fn outcomes(ctx: &Ctx, drill: &Drill) -> Vec<String> {
    let line = |outcome: &Outcome| {
        let number = outcome.number.get().to_string();
        let Some(at) = outcome.used_at else {
            return format!("    {}", ctx.say.text_with("cli-break-glass-not-opened", &[("number", &number)]));
        };
        let with = [("number", number.as_str()), ("time", &at.show())];
        format!("    {} {}", ctx.say.text_with("cli-break-glass-was-opened", &with), messages(ctx, outcome.fate))
    };
    drill.outcomes.iter().map(line).collect()
}

fn fate(fate: Fate) -> Value {
    json!({"delivered": fate.delivered, "waiting": fate.waiting, "failed": fate.failed})
}

/// A drill as JSON.
pub(super) fn drill(drill: &Drill) -> Value {
    let outcome = |one: &Outcome| {
        json!({
            "number": one.number.get(),
            "used_at": one.used_at.map(Timestamp::rfc3339),
            "messages": fate(one.fate),
            "good": one.is_good(),
        })
    };
    json!({
        "id": drill.id,
        "began_at": drill.began_at.rfc3339(),
        "ends_at": drill.ends_at.rfc3339(),
        "ended_at": drill.ended_at.map(Timestamp::rfc3339),
        "accounts": drill.outcomes.iter().map(outcome).collect::<Vec<_>>(),
    })
}

/// Everything as JSON.
pub(super) fn object(status: &Status, now: Timestamp) -> Value {
    let accounts = status.accounts.iter().map(|one| {
        let alarm = one.alarm.map(|(at, failed, became)| {
            json!({"at": at.rfc3339(), "kind": if failed { "failed" } else { "used" }, "messages": fate(became)})
        });
        json!({
            "number": one.account.number.get(),
            "state": one.account.state.word(),
            "since": one.account.state_at.rfc3339(),
            "login": one.login,
            "link_until": one.account.link_ends_at.map(Timestamp::rfc3339),
            "last_used_at": one.account.last_used_at.map(Timestamp::rfc3339),
            "drilled_at": one.drilled_at.map(Timestamp::rfc3339),
            "last_alarm": alarm,
        })
    });
    let concerns = break_glass::concerns(status, now);
    let words: Vec<&str> = concerns.iter().map(|found| concern(found).0.word).collect();
    json!({
        "accounts": accounts.collect::<Vec<_>>(),
        "drill": status.drill.as_ref().map(drill),
        "last_drill": status.last_drill.as_ref().map(drill),
        "alarm_addresses": status.heard,
        "concerns": words,
    })
}
