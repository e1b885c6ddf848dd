//! The country as an operator loads it: both states, opening a node, looking for names, and the test "is A under B at instant t".

use std::time::{Duration, Instant};

use idp_core::{
    org::{self, AsOf, Code, Scheme, search},
    store::Conn,
    types::{Day, Id, Timestamp, id},
};

use crate::{
    Wrong,
    house::House,
    load::median,
    report::{Figure, Goal},
};

/// Texts that people look for: with and without marks, by a name that is over, by a code, under something, and one that is not there.
const TEXTS: [&str; 8] = [
    "tien giang",
    "Xã Phú Xuân",
    "phu xuan, thanh hoa",
    "54",
    "phuong 4 my tho",
    "so tai chinh dak lak",
    "a",
    "khong co o dau ca",
];
/// Questions of each sort.
const QUESTIONS: usize = 200;

/// All figures of one engine. The server must be stopped.
pub(crate) async fn all(
    house: &House,
    engine: &'static str,
    wanted: impl Fn(&str) -> bool,
) -> Result<Vec<Figure>, Wrong> {
    let began = Instant::now();
    house.run(&["load", "units", "--with-sample-agencies"])?;
    let loaded = began.elapsed().as_secs_f64();
    let load = Figure::new(engine, "country, load", (loaded, "s")).goal(Goal::AtMost(60.0));
    let load = load.note("both states of the country, the succession between them and the sample agencies; the command from start to end");
    let db = house.open().await?;
    let mut conn = db.read().await?;
    let mut figures = vec![load];
    figures.push(node(&mut conn, engine).await?);
    figures.push(texts(&mut conn, engine).await?);
    figures.push(under(&mut conn, engine).await?);
    drop(conn);
    db.close().await;
    figures.retain(|figure| wanted(figure.name));
    Ok(figures)
}

fn start(day: &str) -> Result<Timestamp, Wrong> {
    Ok(day.parse::<Day>()?.start())
}

async fn meant(conn: &mut Conn, code: &str, at: Timestamp) -> Result<Id<id::Unit>, Wrong> {
    let unit = org::by_code(conn, &Code::parse(Scheme::Gso, code)?, AsOf::at(at)).await?;
    Ok(unit.ok_or_else(|| format!("{code} means nothing"))?)
}

fn millis(taken: Duration) -> f64 {
    taken.as_secs_f64() * 1_000.0
}

/// The unit with its path, and everything directly under it: the largest province of either state.
async fn node(conn: &mut Conn, engine: &'static str) -> Result<Figure, Wrong> {
    let mut taken = Vec::new();
    for (day, code) in [("2025-06-30", "01"), ("2025-07-01", "79")] {
        let at = AsOf::at(start(day)?);
        let unit = meant(conn, code, at.at).await?;
        for _ in 0..QUESTIONS / 4 {
            let began = Instant::now();
            org::unit(conn, unit, at).await?;
            org::children(conn, unit, at, None, 1_000).await?;
            taken.push(millis(began.elapsed()));
        }
    }
    let figure = Figure::new(engine, "country, open a node", (median(taken.into_iter()), "ms"));
    Ok(figure.goal(Goal::AtMost(50.0)).note("a province with its path and everything directly under it"))
}

/// The slowest text counts.
async fn texts(conn: &mut Conn, engine: &'static str) -> Result<Figure, Wrong> {
    let at = AsOf::at(start("2026-01-01")?);
    let mut slowest = (0.0, "");
    for text in TEXTS {
        let mut taken = Vec::new();
        for _ in 0..QUESTIONS / 20 {
            let began = Instant::now();
            search::search(conn, text, at, 20).await?;
            taken.push(millis(began.elapsed()));
        }
        let middle = median(taken.into_iter());
        if middle > slowest.0 {
            slowest = (middle, text);
        }
    }
    let figure = Figure::new(engine, "country, search", (slowest.0, "ms")).goal(Goal::AtMost(200.0));
    Ok(figure.note(format!("the slowest of {} texts: “{}”; names of both states, twenty hits", TEXTS.len(), slowest.1)))
}

/// Both answers, on both sides of the date.
async fn under(conn: &mut Conn, engine: &'static str) -> Result<Figure, Wrong> {
    let (before, after) = (start("2025-06-30")?, start("2025-07-01")?);
    let ward = meant(conn, "22015", before).await?;
    let above = [meant(conn, "54", before).await?, meant(conn, "66", after).await?];
    let mut taken = Vec::new();
    for _ in 0..QUESTIONS {
        for (place, unit) in above.into_iter().enumerate() {
            let began = Instant::now();
            let answer = org::is_under(conn, ward, unit, before).await?;
            taken.push(millis(began.elapsed()));
            if answer != (place == 0) {
                return Err("a ward lies under the wrong province".into());
            }
        }
    }
    let figure = Figure::new(engine, "country, under at an instant", (median(taken.into_iter()), "ms"));
    Ok(figure.goal(Goal::AtMost(1.0)).note("one question with its way to the database and back"))
}
