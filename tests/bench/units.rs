//! Units over two eras: reading them, and a reform of the whole country.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use futures_util::future::BoxFuture;
use idp_core::{
    crypto::random,
    org::{
        self, AsOf, Code, Config, Scheme,
        change::{self, Carried, ChangeError, Dependent, Dependents, Moves, NewSet, Rules, Seen},
    },
    store::{Actor, Conn, Cx, Db, StoreError, Tx},
    types::{Clock, Day, Id, id},
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

/// Loads the country, reforms it and reads it.
pub(crate) async fn figures(on: Engine, engine: &'static str, quick: bool) -> Result<Vec<Figure>, Wrong> {
    let db = on.migrated().await;
    let (load, reform) = (set(BEFORE, country())?, set(REFORM, reform())?);
    let now = Clock::system().now();
    let root = Cx::operator("bench".to_owned(), now);
    let began = Instant::now();
    db.write(&root, |tx| Box::pin(change::enact(tx, &load))).await?;
    let loading = began.elapsed();
    let rules = Rules { config: Config::default(), rooms: vec![Arc::new(Assignments)] };
    let (an, binh) = (person(&root), person(&root));
    let set = db.write(&an, |tx| Box::pin(submitted(tx, &reform))).await?;
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
    let units = load.operations.len() + done.units;
    let seconds = |name, spent: Duration, most, note: String| {
        Figure::new(engine, name, (spent.as_secs_f64(), "s")).goal(Goal::AtMost(most)).note(note)
    };
    let operations = reform.operations.len();
    let mut figures = vec![
        seconds("units, loading", loading, 30.0, format!("{} units in one set", load.operations.len())),
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
            format!("{} units touched, {units} facts' worth of two eras", done.units),
        ),
    ];
    figures.extend(readings(&db, engine, quick).await?);
    db.close().await;
    Ok(figures)
}

/// What a door asks, one after the other, on one connection.
async fn readings(db: &Db, engine: &'static str, quick: bool) -> Result<Vec<Figure>, Wrong> {
    let at = REFORM.parse::<Day>()?.start();
    let as_of = AsOf::at(at);
    let mut conn = db.read().await?;
    let province = found(&mut conn, "00", as_of).await?;
    let commune = found(&mut conn, "00000", as_of).await?;
    let rounds = if quick { 100 } else { 2_000 };
    let mut spent = [Duration::ZERO; 3];
    for _ in 0..rounds {
        let began = Instant::now();
        let under = org::is_under(&mut conn, commune, province, at).await?;
        spent[0] += began.elapsed();
        let began = Instant::now();
        let children = org::children(&mut conn, province, as_of, None, 200).await?;
        spent[1] += began.elapsed();
        let began = Instant::now();
        let below = org::under(&mut conn, province, at, None, 1_000).await?;
        spent[2] += began.elapsed();
        if !under || children.is_empty() || below.len() <= children.len() {
            return Err("the reform did not put the communes under the province".into());
        }
    }
    let each = |name, index: usize, most| {
        let millis = spent[index].as_secs_f64() * 1e3 / f64::from(rounds);
        Figure::new(engine, name, (millis, "ms")).goal(Goal::AtMost(most))
    };
    Ok(vec![
        each("units, is one under another", 0, 1.0)
            .note("at an instant; time on the clock, the statement's way included"),
        each("units, opening a node", 1, 50.0).note("a province with its communes, names, forms and codes"),
        each("units, all under one", 2, 50.0).note("the ids of a province's units at an instant"),
    ])
}

async fn found(conn: &mut Conn, code: &str, as_of: AsOf) -> Result<Id<id::Unit>, Wrong> {
    let code = Code::parse(Scheme::Gso, code)?;
    org::by_code(conn, &code, as_of).await?.ok_or_else(|| format!("{} is not there", code.value()).into())
}

fn person(cx: &Cx) -> Cx {
    cx.acting(Actor::Person(random::id(cx.now)))
}

async fn submitted(tx: &mut Tx<'_>, new: &NewSet) -> Result<Id<id::ChangeSet>, ChangeError> {
    let set = change::draft(tx, new).await?;
    change::submit(tx, Seen { set, revision: None }).await?;
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
