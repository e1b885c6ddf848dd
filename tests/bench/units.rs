//! A reform of a whole country, on whose units ten thousand things stand.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use futures_util::future::BoxFuture;
use idp_core::{
    crypto::random,
    org::{
        Config,
        change::{self, Carried, ChangeError, Dependent, Dependents, Moves, NewSet, Rules, Seen},
    },
    store::{Actor, Conn, Cx, StoreError, Tx},
    types::{Clock, Id, id},
};
use idp_tests::Engine;
use serde_json::{Value, json};

use crate::{
    Wrong,
    report::{Figure, Goal},
};

const PROVINCES: usize = 63;
const DISTRICTS: usize = 11;
const COMMUNES: usize = 15;
const DEPENDENTS: usize = 10_000;
const BEFORE: &str = "2004-01-01";
const REFORM: &str = "2027-07-01";

/// Plans and records the reform.
pub(crate) async fn figures(on: Engine, engine: &'static str) -> Result<Vec<Figure>, Wrong> {
    let db = on.migrated().await;
    let (load, reform) = (set(BEFORE, country())?, set(REFORM, reform())?);
    let now = Clock::system().now();
    let root = Cx::operator("bench".to_owned(), now);
    db.write(&root, |tx| Box::pin(change::enact(tx, &load))).await?;
    let rules = Rules { config: Config::default(), rooms: vec![Arc::new(Assignments)] };
    let (an, binh) = (person(&root), person(&root));
    let set = db.write(&an, |tx| Box::pin(submitted(tx, &reform, &rules))).await?;
    let began = Instant::now();
    let tried = change::dry_run(&mut db.read().await?, set, &rules, now).await?;
    let planning = began.elapsed();
    if !tried.clashes.is_empty() || tried.dependents.len() != DEPENDENTS {
        return Err(format!("{} clashes, {} dependents", tried.clashes.len(), tried.dependents.len()).into());
    }
    let seen = Seen { set, revision: None };
    let began = Instant::now();
    let done = db.write(&binh, |tx| Box::pin(change::approve(tx, seen, &rules))).await?;
    let recording = began.elapsed();
    db.close().await;
    let seconds = |name, spent: Duration, most, note: String| {
        Figure::new(engine, name, (spent.as_secs_f64(), "s")).goal(Goal::AtMost(most)).note(note)
    };
    let operations = reform.operations.len();
    Ok(vec![
        seconds(
            "units, planning",
            planning,
            5.0,
            format!("{operations} operations, {DEPENDENTS} dependents; a dry run"),
        ),
        seconds(
            "units, approving",
            recording,
            30.0,
            format!("{} units touched, {} dependents carried", done.units, done.carried),
        ),
    ])
}

fn person(cx: &Cx) -> Cx {
    cx.acting(Actor::Person(random::id(cx.now)))
}

async fn submitted(tx: &mut Tx<'_>, new: &NewSet, rules: &Rules) -> Result<Id<id::ChangeSet>, ChangeError> {
    let set = change::draft(tx, new).await?;
    change::submit(tx, Seen { set, revision: None }, rules).await?;
    Ok(set)
}

fn set(on: &str, operations: Vec<Value>) -> Result<NewSet, Wrong> {
    let decision = json!({"number": "1", "date": on, "signer": "bench", "file_sha256": "00".repeat(32)});
    let mut set = json!({"title": "bench", "effective_on": on, "decision": decision});
    set["operations"] = Value::Array(operations);
    Ok(serde_json::from_value(set)?)
}

fn unit(name: &str, code: &str, form: &str, parent: &Value) -> Value {
    let level = match code.len() {
        2 => "province",
        3 => "district",
        _ => "commune",
    };
    json!({"ref": name, "kind": "territory", "name": {"vi": format!("Unit {code}")}, "codes": [{"scheme": "gso", "value": code}],
        "level": level, "form": form, "parent": parent})
}

fn country() -> Vec<Value> {
    let level =
        |(rank, word)| json!({"op": "open_level", "level": word, "rank": rank, "label": {"vi": word, "en": word}});
    let create = |unit: &Value| json!({"op": "create", "unit": unit});
    let mut operations: Vec<Value> =
        ["central", "province", "district", "commune"].into_iter().enumerate().map(level).collect();
    operations.push(create(&json!({"ref": "vn", "kind": "territory", "name": {"vi": "Country"},
        "codes": [{"scheme": "gso", "value": "VN"}], "level": "central", "form": "trung-uong"})));
    for number in 0..PROVINCES * DISTRICTS * COMMUNES {
        let district = number / COMMUNES;
        let province = district / DISTRICTS;
        let (province, district, commune) =
            (format!("{province:02}"), format!("{district:03}"), format!("{number:05}"));
        if number % (DISTRICTS * COMMUNES) == 0 {
            operations.push(create(&unit(&province, &province, "tinh", &json!({"ref": "vn"}))));
        }
        if number % COMMUNES == 0 {
            operations.push(create(&unit(&district, &district, "huyen", &json!({"ref": province}))));
        }
        operations.push(create(&unit(&commune, &commune, "xa", &json!({"ref": district}))));
    }
    operations
}

/// Two provinces become one, three communes become one, the level between them goes.
fn reform() -> Vec<Value> {
    let gso = |code: &str| json!({"scheme": "gso", "code": code});
    let merge = |wholes: Vec<Value>, new: &Value| json!({"op": "merge", "whole": wholes, "into": {"new": new}});
    let mut operations = Vec::new();
    for province in (0..PROVINCES).step_by(2) {
        let wholes =
            (province..PROVINCES.min(province + 2)).map(|one| json!({"unit": gso(&format!("{one:02}"))})).collect();
        let code = format!("{province:02}");
        operations.push(merge(wholes, &unit(&format!("n{code}"), &code, "tinh", &gso("VN"))));
    }
    for commune in (0..PROVINCES * DISTRICTS * COMMUNES).step_by(3) {
        let wholes = (commune..commune + 3).map(|one| json!({"unit": gso(&format!("{one:05}"))})).collect();
        let province = commune / COMMUNES / DISTRICTS / 2 * 2;
        let code = format!("{commune:05}");
        let parent = json!({"ref": format!("n{province:02}")});
        operations.push(merge(wholes, &unit(&format!("n{code}"), &code, "xa", &parent)));
    }
    operations.push(json!({"op": "abolish_level", "level": "district"}));
    operations
}

/// A room on whose side nothing costs anything: so many assignments stand on the units that go on in one.
struct Assignments;

impl Dependents for Assignments {
    fn room(&self) -> &'static str {
        "assignments"
    }

    fn touched<'a>(
        &'a self,
        _conn: &'a mut Conn,
        moves: &'a Moves,
    ) -> BoxFuture<'a, Result<Vec<Dependent>, StoreError>> {
        let going = moves.moved.iter().filter(|moved| moved.proposed.is_some()).cycle().take(DEPENDENTS);
        let dependent = |(number, moved): (usize, &change::Moved)| Dependent {
            room: "assignments",
            kind: "role",
            key: number.to_string(),
            label: String::new(),
            unit: moved.unit,
            to: None,
            ends: false,
        };
        let found = going.enumerate().map(dependent).collect();
        Box::pin(async move { Ok(found) })
    }

    fn carry<'a, 'c: 'a>(
        &'a self,
        _tx: &'a mut Tx<'c>,
        _moves: &'a Moves,
        _carried: &'a [Carried],
    ) -> BoxFuture<'a, Result<(), StoreError>> {
        Box::pin(async { Ok(()) })
    }
}
