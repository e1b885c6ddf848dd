//! Whether time tells who is known: known and unknown by turns, on one connection, and what a two-sample test makes of their times (row 130
//! of the list of attacks). At signing in wrong passwords are tried for names; at recovery and enrolment people of the registry ask of whom
//! every second one has an account.

use std::{net::Ipv4Addr, time::Instant};

use idp_demo::registry::{Birthdate, Person, Registry, people, serve};

use crate::{
    Wrong, flow,
    house::{House, PASSWORD, PEOPLE, login},
    load::{median, percentile},
    report::{Figure, Goal},
    requests,
    wire::Connection,
};

/// Tries of each kind: fewer for each account than its day allows.
const TRIES: usize = 60 * PEOPLE;
/// How often each of the registry's people recovers.
const RECOVERIES: usize = 5;
/// Enrolments from one address, of the twenty that an hour allows.
const FROM_ONE_ADDRESS: usize = 16;

/// Times of both kinds, in milliseconds.
#[derive(Default)]
struct Times {
    known: Vec<f64>,
    unknown: Vec<f64>,
}

impl Times {
    fn add(&mut self, is_known: bool, began: Instant) {
        let took = began.elapsed().as_secs_f64() * 1e3;
        if is_known { self.known.push(took) } else { self.unknown.push(took) }
    }

    /// The two figures: how far the middles lie apart, and how sure one can be that they do.
    fn figures(&self, engine: &'static str, names: [&'static str; 2], what: &str) -> [Figure; 2] {
        let middle = |times: &[f64]| median(times.iter().copied());
        let spread = |times: &[f64]| percentile(times, 0.75) - percentile(times, 0.25);
        let (known, unknown) = (middle(&self.known), middle(&self.unknown));
        let note = format!(
            "{} {what} each; medians known {known:.2} ms, unknown {unknown:.2} ms; quartiles apart {:.2} and {:.2} ms",
            self.known.len(),
            spread(&self.known),
            spread(&self.unknown)
        );
        let sure = mann_whitney(&self.known, &self.unknown).abs();
        [
            Figure::new(engine, names[0], ((known - unknown).abs(), "ms")).goal(Goal::AtMost(5.0)).note(note),
            Figure::new(engine, names[1], (sure, "")).goal(Goal::AtMost(2.58)).note("2.58: one in a hundred by chance"),
        ]
    }
}

/// Wrong passwords for known and for unknown names.
pub(crate) async fn known_names(
    connection: &mut Connection,
    (engine, quick): (&'static str, bool),
) -> Result<[Figure; 2], Wrong> {
    let form = flow::usual_form(connection).await?;
    let mut times = Times::default();
    for number in 0..if quick { TRIES / 8 } else { TRIES } {
        for is_known in by_turns(number) {
            let name = if is_known { login(number % PEOPLE) } else { format!("nobody-{:06}", number % PEOPLE) };
            let began = Instant::now();
            form.guess(connection, &name).await?;
            times.add(is_known, began);
        }
    }
    let names = ["known names, middles apart", "known names, Mann-Whitney |z|"];
    Ok(times.figures(engine, names, "wrong passwords"))
}

/// By turns, so that what else happens on the machine meets both; the order changes, so that neither is always first.
const fn by_turns(number: usize) -> [bool; 2] {
    let first = (number / 2).is_multiple_of(2);
    [first, !first]
}

/// Recovery, then enrolment, of people of whom every second one has an account. The server must run.
pub(crate) async fn known_people(house: &House, (engine, quick): (&'static str, bool)) -> Result<Vec<Figure>, Wrong> {
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", house.registry())).await?;
    let registry = tokio::spawn(serve(listener, Registry::sample(), std::future::pending()));
    let entry = |(number, pair): (usize, &[Person])| {
        let who = &pair[0];
        format!(
            "[[person]]\nlogin = \"registered-{number}\"\nname = \"{}\"\nbirthdate = \"{}\"\npersonal_number = \"{}\"\npassword = \"{PASSWORD}\"\n",
            who.full_name,
            day(who.birthdate),
            who.personal_number
        )
    };
    house.apply("registered", &people().chunks_exact(2).enumerate().map(entry).collect::<String>())?;
    let recovered = recoveries(house, if quick { 1 } else { RECOVERIES }).await?;
    let enrolled = enrolments(house).await?;
    registry.abort();
    let mut figures = Vec::new();
    let names = ["known people, recovery, middles apart", "known people, recovery, |z|"];
    figures.extend(recovered.figures(engine, names, "recoveries begun"));
    let names = ["known people, enrolment, middles apart", "known people, enrolment, |z|"];
    figures.extend(enrolled.figures(engine, names, "enrolments"));
    Ok(figures)
}

fn day(birthdate: Birthdate) -> String {
    match birthdate {
        Birthdate::Day(day) => day.to_string(),
        Birthdate::Year(year) => year.to_string(),
    }
}

/// A page of ours with a form: its token and the cookies of a fresh browser.
async fn page(connection: &mut Connection, path: &str) -> Result<(flow::Cookies, String), Wrong> {
    let mut cookies = flow::Cookies::default();
    let answer = connection.ask(&requests::get(path, &[])).await?.expect(200)?;
    cookies.keep(&answer);
    let csrf = flow::between(&answer.text(), "name=\"csrf\" value=\"", "\"")?.to_owned();
    Ok((cookies, csrf))
}

async fn recoveries(house: &House, rounds: usize) -> Result<Times, Wrong> {
    let mut connection = Connection::open(house.target()?.address).await?;
    let (cookies, csrf) = page(&mut connection, "/recover").await?;
    let mut times = Times::default();
    for round in 0..rounds {
        for (number, pair) in people().chunks_exact(2).enumerate() {
            for is_known in by_turns(number + round) {
                let who = &pair[usize::from(!is_known)];
                let birthdate = who.birthdate.written();
                let fields = [
                    ("csrf", csrf.as_str()),
                    ("personal_number", &who.personal_number),
                    ("full_name", &who.full_name),
                    ("birthdate", &birthdate),
                ];
                let request = requests::form("/recover", &[("cookie", &cookies.line())], &fields);
                let began = Instant::now();
                connection.ask(&request).await?.expect(303)?;
                times.add(is_known, began);
            }
        }
    }
    Ok(times)
}

/// Each of the registry's people once, from an address that few share.
async fn enrolments(house: &House) -> Result<Times, Wrong> {
    let mut times = Times::default();
    for (part, pairs) in people().chunks(FROM_ONE_ADDRESS).enumerate() {
        let from = Ipv4Addr::new(127, 2, 0, part as u8 + 1);
        let mut connection = Connection::open_from(from, house.target()?.address).await?;
        let (cookies, csrf) = page(&mut connection, "/enrol").await?;
        for (number, pair) in pairs.chunks_exact(2).enumerate() {
            for is_known in by_turns(number) {
                let who = &pair[usize::from(!is_known)];
                let birthdate = who.birthdate.written();
                let fields = [
                    ("csrf", csrf.as_str()),
                    ("personal_number", &who.personal_number),
                    ("full_name", &who.full_name),
                    ("birthdate", &birthdate),
                    ("new_password", PASSWORD),
                    ("new_password_again", PASSWORD),
                ];
                let request = requests::form("/enrol", &[("cookie", &cookies.line())], &fields);
                let began = Instant::now();
                let answer = connection.ask(&request).await?;
                times.add(is_known, began);
                if answer.status >= 400 {
                    return Err(format!("an enrolment was answered {}: {}", answer.status, answer.text()).into());
                }
            }
        }
    }
    Ok(times)
}

/// The standard score of the rank sum of the first sample (Mann and Whitney 1947), without ties: times hardly ever are equal.
fn mann_whitney(first: &[f64], second: &[f64]) -> f64 {
    let mut all: Vec<(f64, bool)> =
        first.iter().map(|time| (*time, true)).chain(second.iter().map(|time| (*time, false))).collect();
    all.sort_unstable_by(|one, other| one.0.total_cmp(&other.0));
    let ranks: f64 =
        all.iter().enumerate().filter(|(_, (_, is_first))| *is_first).map(|(rank, _)| rank as f64 + 1.0).sum();
    let (m, n) = (first.len() as f64, second.len() as f64);
    let u = ranks - m * (m + 1.0) / 2.0;
    (u - m * n / 2.0) / (m * n * (m + n + 1.0) / 12.0).sqrt()
}
