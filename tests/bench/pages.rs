//! What a page costs its reader: how many pages a second the server gives when it is asked without pause, and how long each takes at half of
//! that, whoever waits for whom (arrivals keep their pace, and a late answer counts from the instant at which it was due).

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use tokio::{
    task::JoinSet,
    time::{MissedTickBehavior, interval_at},
};

use crate::{
    Wrong,
    flow::{self, Visitor},
    house::{ASKING, House, PARTY, login},
    load::{self, Plan, Target, Work, percentile},
    report::{Figure, Goal},
    requests,
    wire::Connection,
};

/// People who look at pages, each on a connection of their own.
pub(crate) const READERS: usize = 8;
/// Sign-ins of each before: rows of their history and sessions.
const SIGN_INS: usize = 5;
/// Pages that everybody may see.
const OPEN: [&str; 3] = ["/", "/enrol", "/recover"];
/// Pages of somebody who is signed in.
const OWN: [&str; 10] = [
    "/account",
    "/account/history",
    "/account/sessions",
    "/account/services",
    "/account/services/bench",
    "/account/access",
    "/account/settings",
    "/account/factors",
    "/account/passkeys",
    "/account/password",
];

/// One page as one reader asks for it.
struct Page {
    name: &'static str,
    request: Vec<u8>,
}

/// Everything that each reader opens, one after the other.
struct Reading(Vec<Vec<Page>>);

impl Work for Reading {
    async fn once(&self, connection: &mut Connection, number: usize) -> Result<(), Wrong> {
        for page in &self.0[number] {
            page.open(connection).await?;
        }
        Ok(())
    }
}

impl Page {
    async fn open(&self, connection: &mut Connection) -> Result<(), Wrong> {
        let answer = connection.ask(&self.request).await?.expect(200);
        answer.map(|_| ()).map_err(|wrong| format!("{}: {wrong}", self.name).into())
    }
}

/// The pages of one reader: of nobody in particular, of an open sign-in, of a question for consent, and of the account.
async fn of_reader(connection: &mut Connection, number: usize) -> Result<Vec<Page>, Wrong> {
    let visitor = |client| Visitor { login: login(number), client, scope: "openid profile" };
    for _ in 1..SIGN_INS {
        flow::whole(connection, &visitor(PARTY)).await?;
    }
    let own = flow::whole(connection, &visitor(PARTY)).await?.cookies;
    let (step, stranger) = flow::interrupted(connection, &visitor(ASKING), "").await?;
    let (consent, asked) = flow::interrupted(connection, &visitor(ASKING), &own).await?;
    let with = |path: &str, cookies: &str| requests::get(path, &[("cookie", cookies), ("accept", "text/html")]);
    let mut pages = vec![
        Page { name: "sign-in", request: with(&step, &stranger) },
        Page { name: "consent", request: with(&consent, &asked) },
    ];
    pages.extend(OPEN.map(|path| Page { name: path, request: with(path, "") }));
    pages.extend(OWN.map(|path| Page { name: path, request: with(path, &own) }));
    Ok(pages)
}

/// Milliseconds of every page, from the instant at which it was due, while all readers together keep a pace.
async fn at_a_pace(
    reading: &Arc<Reading>,
    to: Target,
    (rate, length): (f64, Duration),
) -> Result<Vec<(&'static str, f64)>, Wrong> {
    let period = Duration::from_secs_f64(READERS as f64 / rate);
    let began = Instant::now();
    let until = began + length;
    let mut running = JoinSet::new();
    for number in 0..READERS {
        let mut connection = Connection::open(to.address).await?;
        let reading = Arc::clone(reading);
        running.spawn(async move {
            let mut pace = interval_at((began + period.mul_f64(number as f64 / READERS as f64)).into(), period);
            pace.set_missed_tick_behavior(MissedTickBehavior::Burst);
            let mut taken = Vec::new();
            // Everybody begins at another page, so that no two readers walk side by side.
            for page in reading.0[number].iter().cycle().skip(number * 2) {
                let due = pace.tick().await;
                if Instant::now() >= until {
                    break;
                }
                page.open(&mut connection).await?;
                taken.push((page.name, due.elapsed().as_secs_f64() * 1e3));
            }
            Ok::<_, Wrong>(taken)
        });
    }
    let mut all = Vec::new();
    while let Some(ended) = running.join_next().await {
        all.extend(ended??);
    }
    Ok(all)
}

/// All figures of one engine. The server must run.
pub(crate) async fn all(house: &House, engine: &'static str, plan: Plan) -> Result<Vec<Figure>, Wrong> {
    let to = house.target()?;
    let mut connection = Connection::open(to.address).await?;
    let mut readers = Vec::with_capacity(READERS);
    for number in 0..READERS {
        readers.push(of_reader(&mut connection, number).await?);
    }
    let pages = readers[0].len() as f64;
    let reading = Arc::new(Reading(readers));
    load::round(&reading, to, Plan { round: plan.round / 3, ..plan }).await?;
    let began = Instant::now();
    let sample = load::round(&reading, to, plan).await?;
    let capacity = sample.done as f64 * pages / began.elapsed().as_secs_f64();
    let taken = at_a_pace(&reading, to, (capacity / 2.0, plan.round * 3)).await?;
    Ok(told(engine, (capacity, sample.rate() * pages), &taken))
}

fn told(engine: &'static str, (clock, processor): (f64, f64), taken: &[(&'static str, f64)]) -> Vec<Figure> {
    let times = |name: Option<&str>| -> Vec<f64> {
        taken.iter().filter(|(of, _)| name.is_none_or(|name| *of == name)).map(|(_, time)| *time).collect()
    };
    let mut each: Vec<(&str, f64)> = Vec::new();
    for (name, _) in taken {
        if !each.iter().any(|(of, _)| of == name) {
            each.push((name, percentile(&times(Some(name)), 0.95)));
        }
    }
    each.sort_by(|one, other| other.1.total_cmp(&one.1));
    let every = times(None);
    let slowest = each.first().map_or(f64::NAN, |(_, time)| *time);
    let list = each.iter().map(|(name, time)| format!("{name} {time:.1}")).collect::<Vec<_>>().join(", ");
    vec![
        Figure::new(engine, "pages, capacity", (clock, "a s"))
            .note(format!("closed loop, {READERS} readers; {processor:.0} a CPU s")),
        Figure::new(engine, "pages, p95 at half load", (percentile(&every, 0.95), "ms")).goal(Goal::AtMost(20.0)).note(
            format!(
                "{} pages, median {:.1} ms, p99 {:.1}, at worst {:.1}",
                every.len(),
                percentile(&every, 0.5),
                percentile(&every, 0.99),
                percentile(&every, 1.0)
            ),
        ),
        Figure::new(engine, "pages, slowest page's p95", (slowest, "ms")).goal(Goal::AtMost(20.0)).note(list),
    ]
}
