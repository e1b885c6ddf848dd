//! Sets of changes for people and for programs.

use idp_core::{
    org::{
        change::{Brief, Clash, Dependent, DryRun, Gain, SetRow, SetState, StoredSet, Touched},
        search::in_language,
        story::{day, day_of},
    },
    types::{Locale, Timestamp},
};
use serde_json::{Value, json};

use super::super::{super::Ctx, words};

/// Units named at most; programs get all of them.
const MOST: usize = 50;

/// The sentence of a state.
const fn state(state: &SetState) -> &'static str {
    match state {
        SetState::Draft => "units-set-draft",
        SetState::Submitted => "units-set-submitted",
        SetState::Approved { .. } => "units-set-approved",
        SetState::Refused { .. } => "units-set-refused",
        SetState::Withdrawn { .. } => "units-set-withdrawn",
        SetState::Undone { .. } => "units-set-undone",
    }
}

fn line(ctx: &Ctx, row: &SetRow) -> String {
    let with = [
        ("day", day_of(row.effective_at)),
        ("state", ctx.say.text(state(&row.state))),
        ("title", row.title.clone()),
        ("number", row.decision.number.clone()),
        ("set", row.id.to_string()),
    ];
    let with: Vec<(&str, &str)> = with.iter().map(|(name, value)| (*name, value.as_str())).collect();
    ctx.say.text_with("units-set-line", &with)
}

fn row_json(row: &SetRow) -> Value {
    let because = if let SetState::Refused { because, .. } = &row.state { Some(because.as_str()) } else { None };
    let (mut signed, mut undo_until) = (None, None);
    match &row.state {
        SetState::Draft | SetState::Submitted => {}
        SetState::Approved { signed: by, undo_until: until, .. } => {
            signed = Some(by);
            undo_until = until.map(Timestamp::rfc3339);
        }
        SetState::Refused { signed: by, .. }
        | SetState::Withdrawn { signed: by }
        | SetState::Undone { signed: by, .. } => {
            signed = Some(by);
        }
    }
    json!({
        "id": row.id,
        "state": row.state.word(),
        "purpose": row.purpose.word(),
        "title": row.title,
        "decision": row.decision,
        "effective_at": row.effective_at.rfc3339(),
        "operation_count": row.operations,
        "revision": row.revision,
        "written_by": row.written_by,
        "drafted_at": row.drafted_at.rfc3339(),
        "requested_by": row.requested.as_ref().map(|one| one.by.as_str()),
        "signed_by": signed.map(|one| one.by.as_str()),
        "signed_at": signed.map(|one| one.at.rfc3339()),
        "because": because,
        "undo_until": undo_until,
        "undoes": row.undoes,
    })
}

/// All sets of a list.
pub(super) fn list(ctx: &Ctx, rows: &[SetRow]) {
    let human = || {
        if rows.is_empty() {
            return ctx.say.text("units-set-none");
        }
        rows.iter().map(|row| line(ctx, row)).collect::<Vec<_>>().join("\n")
    };
    ctx.say.answer(human, || json!({"items": rows.iter().map(row_json).collect::<Vec<_>>()}));
}

/// One set with what it says.
pub(super) fn set(ctx: &Ctx, set: &StoredSet) {
    let human = || {
        let decision = &set.row.decision;
        let with = [("number", decision.number.as_str()), ("date", &day(decision.date)), ("signer", &decision.signer)];
        let mut lines = vec![line(ctx, &set.row), format!("  {}", ctx.say.text_with("units-basis", &with))];
        let shown = set.operations.iter().take(MOST).enumerate();
        lines.extend(shown.map(|(place, operation)| {
            let text = serde_json::to_string(operation).unwrap_or_default();
            format!("  {:>4}. {text}", place + 1)
        }));
        lines.extend(more(ctx, set.operations.len()));
        lines.join("\n")
    };
    let machine = || {
        let mut value = row_json(&set.row);
        value["operations"] = json!(set.operations);
        value["choices"] = json!(set.choices);
        value
    };
    ctx.say.answer(human, machine);
}

fn more(ctx: &Ctx, all: usize) -> Option<String> {
    let count = all.checked_sub(MOST).filter(|more| *more > 0)?.to_string();
    Some(format!("  {}", ctx.say.text_with("units-tree-more", &[("count", &count)])))
}

/// What a set would do.
pub(super) fn dry_run(ctx: &Ctx, tried: &DryRun) {
    let human = || {
        let mut lines: Vec<String> =
            tried.clashes.iter().map(|clash| format!("! {}", words::clash(ctx.say, clash))).collect();
        lines.extend(tried.touched.iter().take(MOST).map(|one| touched(ctx, one)));
        lines.extend(more(ctx, tried.touched.len()));
        lines.extend(tried.dependents.iter().take(MOST).map(|one| stands(ctx, one)));
        lines.extend(more(ctx, tried.dependents.len()));
        lines.extend(gains(ctx, &tried.gains));
        let (units, clashes) = (tried.touched.len().to_string(), tried.clashes.len().to_string());
        let waiting = tried.dependents.iter().filter(|one| one.to.is_none() && !one.ends).count().to_string();
        let with = [("units", units.as_str()), ("clashes", &clashes), ("waiting", &waiting)];
        lines.push(ctx.say.text_with("units-set-tried", &with));
        lines.join("\n")
    };
    ctx.say.answer(human, || dry_run_json(tried));
}

fn touched(ctx: &Ctx, one: &Touched) -> String {
    let name = |brief: Option<&Brief>| brief.map(|brief| in_language(&brief.name, ctx.say.locale).to_owned());
    let codes = |brief: &Brief| words::codes(&brief.codes, ctx.say);
    let told = one.before.as_ref().or(one.after.as_ref());
    let turn = ctx.say.text(words::turn(one.turn));
    let codes_before = told.map(codes).filter(|codes| !codes.is_empty());
    let head = std::iter::once(name(told).unwrap_or_default()).chain(codes_before).collect::<Vec<_>>().join(" · ");
    let mut changes = Vec::new();
    if let (Some(before), Some(after)) = (&one.before, &one.after) {
        changes.extend((before.name != after.name).then(|| name(Some(after)).unwrap_or_default()));
        changes.extend((before.codes != after.codes).then(|| codes(after)));
    }
    let to = if changes.is_empty() { String::new() } else { format!(" → {}", changes.join(" · ")) };
    format!("  {turn}: {head}{to}")
}

fn stands(ctx: &Ctx, one: &Dependent) -> String {
    let nowhere = if one.ends { "units-set-ends" } else { "units-set-needs-choice" };
    let to = one.to.map_or_else(|| ctx.say.text(nowhere), |to| to.to_string());
    format!("  {} {} ({}) → {to}", one.kind, one.label, one.key)
}

/// Who would come to reach more: those first whom somebody who signs could not give it.
fn gains(ctx: &Ctx, gains: &[Gain]) -> Vec<String> {
    if gains.is_empty() {
        return Vec::new();
    }
    let (refused, fine): (Vec<&Gain>, Vec<&Gain>) = gains.iter().partition(|gain| gain.refused.is_some());
    let (count, beyond) = (gains.len().to_string(), refused.len().to_string());
    let mut lines: Vec<String> = refused.iter().chain(&fine).take(MOST).map(|one| gain(ctx, one)).collect();
    lines.extend(more(ctx, gains.len()));
    lines.push(ctx.say.text_with("units-set-gains", &[("count", &count), ("refused", &beyond)]));
    lines
}

fn gain(ctx: &Ctx, one: &Gain) -> String {
    let roles: Vec<&str> = one.roles.iter().map(|role| words::label(role, ctx.say.locale)).collect();
    let why = one.refused.map_or_else(String::new, |word| format!("! {}", ctx.say.text(&format!("mistake-{word}"))));
    let (roles, count) = (roles.join(", "), one.over.len().to_string());
    let with = [("what", one.label.as_str()), ("key", &one.key), ("roles", &roles), ("count", &count), ("why", &why)];
    format!("  {}", ctx.say.text_with("units-set-gain", &with).trim_end())
}

fn dry_run_json(tried: &DryRun) -> Value {
    let clash = |clash: &Clash| json!({"why": clash.why.word(), "operation": clash.operation, "unit": clash.unit, "named": clash.named, "set": clash.set});
    let brief = |brief: &Brief| json!({"name": in_language(&brief.name, Locale::Vi), "codes": brief.codes, "parent": brief.parent, "level": brief.level, "form": brief.form});
    let heirs =
        |one: &Touched| one.heirs.iter().map(|(unit, share)| json!({"unit": unit, "share": share})).collect::<Vec<_>>();
    let touched = |one: &Touched| {
        json!({
            "unit": one.unit,
            "turn": one.turn.word(),
            "before": one.before.as_ref().map(brief),
            "after": one.after.as_ref().map(brief),
            "heirs": heirs(one),
            "proposed": one.proposed,
        })
    };
    let stands = |one: &Dependent| json!({"room": one.room, "kind": one.kind, "key": one.key, "label": one.label, "unit": one.unit, "to": one.to, "ends": one.ends});
    let gains = |one: &Gain| {
        json!({"room": one.room, "kind": one.kind, "key": one.key, "label": one.label, "unit": one.unit,
        "roles": one.roles.iter().map(|role| &role.id).collect::<Vec<_>>(), "over": one.over, "refused": one.refused})
    };
    json!({
        "clashes": tried.clashes.iter().map(clash).collect::<Vec<_>>(),
        "touched": tried.touched.iter().map(touched).collect::<Vec<_>>(),
        "dependents": tried.dependents.iter().map(stands).collect::<Vec<_>>(),
        "gains": tried.gains.iter().map(gains).collect::<Vec<_>>(),
    })
}
