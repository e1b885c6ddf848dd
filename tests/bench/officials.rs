//! A province's officials: a file of five thousand taken in, lists over a hundred thousand posts, the rights of somebody with twenty.

use std::{fmt::Write, fs, time::Instant};

use idp_core::{
    admin,
    crypto::random,
    office::{self, Filter, RoleId},
    org::{
        self, AsOf, Code, Filter as Units, Scheme,
        change::{self, ChangeError, NewSet, Rules},
    },
    params,
    store::{Actor, Conn, Cx, Db, Param, Tx},
    types::{Clock, Day, Id, Timestamp, id},
};
use serde_json::json;

use crate::{
    Wrong, acting,
    house::{ADMIN, House},
    load::{Plan, median},
    process,
    report::{Figure, Goal},
    search,
};

/// Rows of the file.
const ROWS: usize = 5_000;
/// Posts of one person.
const POSTS: usize = 20;
/// Posts of the whole register.
const ALL: usize = 100_000;
/// Posts on the units of one decision.
const MOVED: usize = 10_000;
const QUESTIONS: usize = 40;
const ROUNDS: usize = 9;
const DAY: &str = "2026-01-01";
const HEAD: &str =
    "Số định danh,Họ và tên,Mã đơn vị,Chức vụ,Loại,Vai trò,Phạm vi,Từ ngày,Đến ngày,Số quyết định,Ngày quyết định\n";

const INSERT_PERSON: &str = "insert into person (id, state, state_at, identity_assurance, data_match, sealed_profile, seal_key_id, \
    created_at, updated_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
const INSERT_POST: &str = "insert into assignment (id, person_id, unit_id, position_id, kind, scope, valid_from, valid_until, source, limits, \
    state, state_at, requested_by, revision, created_at) \
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)";
const INSERT_ROLE: &str = "insert into assignment_role (assignment_id, role_id) values ($1, $2)";
const WITH_MANY: &str = "select person_id from assignment group by person_id having count(*) >= 20";

/// All figures of one engine, added one by one: where one fails, those before it stand. The server must be stopped.
pub(crate) async fn all(
    house: &mut House,
    (engine, plan): (&'static str, Plan),
    figures: &mut Vec<Figure>,
) -> Result<(), Wrong> {
    house.run(&["load", "units", "--with-sample-agencies"])?;
    house.run(&["officials", "roles"])?;
    let at = DAY.parse::<Day>()?.start();
    let db = house.open().await?;
    let communes = communes(&mut db.read().await?, at).await?;
    let file = house.folder().join("officials.csv");
    fs::write(&file, table(&communes)?)?;
    let before = process::cpu_of_ended_children()?;
    let began = Instant::now();
    house.run(&["officials", "import", &file.display().to_string()])?;
    let import =
        Figure::new(engine, "officials, import", (began.elapsed().as_secs_f64(), "s")).goal(Goal::AtMost(30.0));
    let spent = process::cpu_of_ended_children()? - before;
    let import = import.note(format!(
        "{ROWS} rows of new people, each a gated and recorded act; {spent:.1} s of processor time of the command"
    ));
    figures.push(import);
    figures.push(rights(&mut db.read().await?, engine).await?);
    fill(&db, &communes).await?;
    figures.extend(lists(&mut db.read().await?, engine, at).await?);
    figures.extend(carried(&db, &communes, engine).await?);
    house.run(&["admin", "grant", "--party", ADMIN, "--role", "auditor", "--decision", "1/QĐ"])?;
    let began = Instant::now();
    house.start().await?;
    figures.push(search::indexed(&db, engine, began).await?);
    figures.extend(search::figures(house, &db, engine).await?);
    let units: Vec<_> = communes.iter().rev().map(|commune| commune.unit).collect();
    figures.push(acting::figure((house, &db), &units, (engine, plan)).await?);
    db.close().await;
    house.stop()
}

/// Communes of today on which nothing but posts stands.
pub(crate) async fn communes_now(db: &Db) -> Result<Vec<Id<id::Unit>>, Wrong> {
    let found = communes(&mut db.read().await?, Clock::system().now()).await?;
    Ok(found.into_iter().map(|commune| commune.unit).collect())
}

/// What a commune lies in today.
pub(crate) async fn parent(db: &Db, commune: Id<id::Unit>) -> Result<Option<Id<id::Unit>>, Wrong> {
    let found = org::units(&mut db.read().await?, &[commune], AsOf::at(Clock::system().now())).await?;
    Ok(found.into_iter().next().and_then(|unit| unit.parent))
}

/// A commune without agencies of its own: nothing but posts is in the way of its merger.
struct Commune {
    unit: Id<id::Unit>,
    code: String,
    parent: Option<Id<id::Unit>>,
}

async fn communes(conn: &mut Conn, at: Timestamp) -> Result<Vec<Commune>, Wrong> {
    let filter = Units { level: Some("commune".to_owned()), ..Units::default() };
    let mut found = Vec::new();
    for unit in org::list(conn, &filter, AsOf::at(at), None, 5_000).await? {
        let code = unit.codes.iter().find(|code| code.scheme() == Scheme::Gso && !unit.has_children);
        found.extend(code.map(|code| Commune { unit: unit.id, code: code.value().to_owned(), parent: unit.parent }));
    }
    Ok(found)
}

/// People with one post each, and at the end one with many.
fn table(communes: &[Commune]) -> Result<String, Wrong> {
    let mut text = HEAD.to_owned();
    let mut row = |number: usize, kind: &str, commune: &Commune| {
        writeln!(
            text,
            "079085{:06},{},{},Chuyên viên,{kind},nhan-ho-so,,01/01/2026,,12/QĐ-UBND,20/12/2025",
            100_000 + number,
            search::name(ALL + number),
            commune.code
        )
    };
    for number in 0..ROWS - POSTS {
        row(number, "", &communes[number % communes.len()])?;
    }
    for place in 0..POSTS {
        row(ROWS, if place == 0 { "" } else { "kiêm nhiệm" }, &communes[place * 7])?;
    }
    Ok(text)
}

/// What one post of twenty gives, worked out from values that one statement loaded.
async fn rights(conn: &mut Conn, engine: &'static str) -> Result<Figure, Wrong> {
    let now = Clock::system().now();
    let row = conn.one(WITH_MANY, params![]).await?.ok_or("nobody has twenty posts")?;
    let began = Instant::now();
    let world = office::world(conn, row.id("person_id")?, now).await?;
    let loaded = began.elapsed();
    let posts: Vec<_> = world.posts.keys().copied().collect();
    if posts.iter().any(|post| office::effective(&world, *post, now).is_err()) {
        return Err("a post has no rights".into());
    }
    let mut taken = Vec::new();
    for _ in 0..ROUNDS {
        let began = process::cpu_of_ourselves()?;
        let clock = Instant::now();
        let mut times = 0;
        while clock.elapsed().as_millis() < 500 {
            for post in &posts {
                std::hint::black_box(office::effective(std::hint::black_box(&world), *post, now)).ok();
                times += 1;
            }
        }
        taken.push((process::cpu_of_ourselves()? - began) * 1e6 / f64::from(times));
    }
    let figure =
        Figure::new(engine, "officials, rights", (median(taken.into_iter()), "µs CPU")).goal(Goal::AtMost(100.0));
    Ok(figure.note(format!(
        "one post of {} in the country's tree; loaded before by one statement in {:.1} ms",
        posts.len(),
        loaded.as_secs_f64() * 1e3
    )))
}

/// More people, each with a post, written past the gate: here only reading is measured.
async fn fill(db: &Db, communes: &[Commune]) -> Result<(), Wrong> {
    let now = Clock::system().now();
    let until = org::FOREVER;
    let cx = Cx::operator("bench".to_owned(), now);
    for part in 0..(ALL - ROWS) / ROWS {
        let [mut people, mut posts, mut roles]: [Vec<Vec<Param>>; 3] = Default::default();
        for number in 0..ROWS {
            let (person, post) = (random::id::<id::Person>(now), random::id::<id::Assignment>(now));
            let unit = communes[(part * ROWS + number) % communes.len()].unit;
            // As the register of people seals a profile: the table, the column and the row that it belongs to.
            let profile = serde_json::to_vec(&json!({"name": search::name(part * ROWS + number), "birthdate": null}))?;
            let sealed = db.seals().seal(&[b"person.profile:", &person.bytes()[..]].concat(), &profile);
            let (bytes, key_id) = (sealed.bytes, sealed.key_id);
            people.push(params![person, "active", now, "urn:idp:ial0", "none", bytes, key_id, now, now]);
            posts.push(params![
                post,
                person,
                unit,
                "chuyen-vien",
                "primary",
                "unit",
                now,
                until,
                "personnel",
                "{\"no_redelegate\":false}",
                "active",
                now,
                "operator:bench",
                1_i64,
                now
            ]);
            roles.push(params![post, if number % 50 == 0 { "thong-ke" } else { "nhan-ho-so" }]);
        }
        let (people, posts, roles) = (&people, &posts, &roles);
        let written = db.write(&cx, |tx| {
            Box::pin(async move {
                tx.insert_all(INSERT_PERSON, people.clone()).await?;
                tx.insert_all(INSERT_POST, posts.clone()).await?;
                tx.insert_all(INSERT_ROLE, roles.clone()).await
            })
        });
        written.await?;
    }
    Ok(())
}

/// Pages of fifty, below the root and below one province; and who may do something somewhere.
async fn lists(conn: &mut Conn, engine: &'static str, at: Timestamp) -> Result<Vec<Figure>, Wrong> {
    let now = Clock::system().now();
    let root = org::root(conn, AsOf::at(at)).await?.ok_or("no root")?;
    let province = org::by_code(conn, &Code::parse(Scheme::Gso, "79")?, AsOf::at(at)).await?.ok_or("no province")?;
    let rare = Filter { role: Some(RoleId::parse("thong-ke")?), ..Filter::default() };
    let mut figures = Vec::new();
    for (name, top, filter) in [
        ("officials, list of all", root, Filter::default()),
        ("officials, list of a province", province, Filter::default()),
        ("officials, list by role", province, rare),
    ] {
        let mut taken = Vec::new();
        for _ in 0..QUESTIONS {
            let began = Instant::now();
            let found = office::under(conn, (top, now), &filter, None, 50).await?;
            taken.push(began.elapsed().as_secs_f64() * 1e3);
            if found.len() != 50 {
                return Err(format!("{name}: {} posts", found.len()).into());
            }
        }
        let figure = Figure::new(engine, name, (median(taken.into_iter()), "ms")).goal(Goal::AtMost(300.0));
        figures.push(figure.note(format!("a page of fifty of {ALL} posts")));
    }
    Ok(figures)
}

/// A decision that makes one commune of two, many times, so that ten thousand posts go with their units.
async fn carried(db: &Db, communes: &[Commune], engine: &'static str) -> Result<Vec<Figure>, Wrong> {
    let pairs = communes.len() * MOVED / ALL / 2 + 1;
    let merge = |two: &[Commune]| {
        let unit = |one: &Commune| json!({"unit": one.unit});
        json!({"op": "merge", "whole": two.iter().map(unit).collect::<Vec<_>>(), "into": {"new": {
            "kind": "territory", "name": {"vi": "Xã Mới"}, "level": "commune", "form": "xa", "parent": two[0].parent}}})
    };
    let operations: Vec<_> = communes.chunks_exact(2).take(pairs).map(merge).collect();
    let decision = json!({"number": "1", "date": "2026-12-01", "signer": "bench", "file_sha256": "00".repeat(32)});
    let set = json!({"title": "bench", "effective_on": "2027-07-01", "decision": decision, "operations": operations});
    let new: NewSet = serde_json::from_value(set)?;
    let rules = admin::change_rules(org::Config::default(), vec![admin::Signer::operator()]);
    let now = Clock::system().now();
    let root = Cx::operator("bench".to_owned(), now);
    let (an, binh) = (root.acting(Actor::Person(random::id(now))), root.acting(Actor::Person(random::id(now))));
    let set = db.write(&an, |tx| Box::pin(submitted(tx, &new, &rules))).await?;
    let began = Instant::now();
    let tried = change::dry_run(&mut db.read().await?, set, &rules, now).await?;
    let planning = began.elapsed().as_secs_f64();
    if !tried.clashes.is_empty() || tried.dependents.len() < MOVED {
        return Err(format!("{:?}, {} dependents", tried.clashes.first(), tried.dependents.len()).into());
    }
    let seen = change::Seen { set, revision: None };
    let began = Instant::now();
    let done = db.write(&binh, |tx| Box::pin(change::approve(tx, seen, &rules))).await?;
    let approving = began.elapsed().as_secs_f64();
    let planning = Figure::new(engine, "officials, planning a reform", (planning, "s")).goal(Goal::AtMost(5.0));
    let approving = Figure::new(engine, "officials, recording a reform", (approving, "s"));
    Ok(vec![
        planning.note(format!("{pairs} mergers, {} posts on them; a dry run", tried.dependents.len())),
        approving.note(format!("{} posts carried in one transaction, each recorded", done.carried)),
    ])
}

pub(crate) async fn submitted(tx: &mut Tx<'_>, new: &NewSet, rules: &Rules) -> Result<Id<id::ChangeSet>, ChangeError> {
    let set = change::draft(tx, new).await?;
    change::submit(tx, change::Seen { set, revision: None }, rules).await?;
    Ok(set)
}
