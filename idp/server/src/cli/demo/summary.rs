//! What the demo says when everything answers.

use idp_core::{org::story::day_of, types::Locale};
use serde_json::{Value, json};

use super::{
    Start,
    files::State,
    kept::{Kept, client_id, may_enrol, portal_name},
};
use crate::cli::Ctx;

/// Says where everything is and who is there.
pub(super) fn tell(ctx: &Ctx, state: &State, kept: &Kept, start: &Start) {
    ctx.say.answer(|| human(ctx, state, kept, start), || machine(state, kept, start));
}

fn human(ctx: &Ctx, state: &State, kept: &Kept, start: &Start) -> String {
    let (say, ports) = (ctx.say, start.ports);
    let mut lines = vec![say.text("cli-demo-ready"), String::new()];
    let mut place = |name: String, address: String| lines.push(format!("  {name}: {address}"));
    for index in 0..2 {
        let url = format!("http://127.0.0.1:{}/", ports.portal(index));
        place(portal_name(index, say.locale), url);
    }
    place(say.text("cli-demo-server"), ports.issuer());
    place(say.text("cli-demo-registry"), format!("http://127.0.0.1:{}", ports.registry()));
    place(say.text("cli-demo-management"), format!("http://127.0.0.1:{}/healthz", ports.management()));
    lines.extend([String::new(), say.text("cli-demo-people")]);
    for ready in kept.ready() {
        lines.push(format!("  {}  {}  ({})", ready.login, ready.password, ready.person.full_name));
    }
    lines.extend([String::new(), say.text("cli-demo-officials")]);
    for (ready, post) in kept.officials().zip(start.era.in_short()) {
        lines.push(format!("  {}  {}  ({}: {})", ready.login, ready.password, ready.person.full_name, say.text(post)));
    }
    lines.extend([String::new(), say.text("cli-demo-may-enrol")]);
    for person in may_enrol() {
        lines.push(format!("  {}  {}  {}", person.personal_number, person.full_name, person.birthdate.written()));
    }
    let (dir, messages) = (state.folder().display().to_string(), state.messages().display().to_string());
    let with = [("dir", dir.as_str()), ("messages", &messages)];
    lines.push(String::new());
    if let Some(day) = start.on {
        lines.push(say.text_with("cli-demo-on", &[("day", &day_of(day.start()))]));
    }
    lines.extend([say.text_with("cli-demo-state", &with), say.text("cli-demo-stop")]);
    lines.join("\n")
}

fn machine(state: &State, kept: &Kept, start: &Start) -> Value {
    let ports = start.ports;
    let portal = |index: u16| {
        json!({
            "name": portal_name(index, Locale::Vi),
            "url": format!("http://127.0.0.1:{}/", ports.portal(index)),
            "client_id": client_id(index),
        })
    };
    let people = kept
        .ready()
        .map(|ready| json!({"login": ready.login, "password": ready.password, "name": ready.person.full_name}));
    let posts = kept
        .officials()
        .map(|ready| json!({"login": ready.login, "password": ready.password, "name": ready.person.full_name}));
    let may_enrol = may_enrol().iter().map(|person| {
        json!({
            "personal_number": person.personal_number,
            "full_name": person.full_name,
            "birthdate": person.birthdate.written(),
        })
    });
    json!({
        "today": start.on,
        "issuer": ports.issuer(),
        "management": format!("http://127.0.0.1:{}", ports.management()),
        "registry": format!("http://127.0.0.1:{}", ports.registry()),
        "state_dir": state.folder(),
        "portals": [portal(0), portal(1)],
        "people": people.collect::<Vec<_>>(),
        "officials": posts.collect::<Vec<_>>(),
        "may_enrol": may_enrol.collect::<Vec<_>>(),
    })
}
