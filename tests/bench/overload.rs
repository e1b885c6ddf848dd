//! A flood of passwords: ten times as many sign-ins arrive as the machine can hash, whether earlier ones were answered or not. How many still
//! come through, how soon the others are told to wait, and what tokens and keys take meanwhile.

use std::{
    net::Ipv4Addr,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use tokio::time::{MissedTickBehavior, interval, sleep_until};

use crate::{
    Wrong,
    flow::{self, SignInForm, Visitor},
    house::{House, JWKS, PARTY, PASSWORD},
    load::{self, Plan, Target, Work, percentile},
    process,
    report::{Figure, Goal},
    requests,
    wire::Connection,
};

/// People with a sign-in page open.
const CROWD: usize = 400;
/// How many times the capacity arrives.
const TIMES: f64 = 10.0;
/// Arrivals are looked for so often.
const TICK: Duration = Duration::from_millis(2);
/// Between two questions for a token, and for the keys.
const BESIDE: Duration = Duration::from_millis(50);
/// How long capacity is measured, before and after.
const CAPACITY: Duration = Duration::from_secs(15);

fn visitor(number: usize) -> Visitor {
    Visitor { login: format!("nguoidong-{number}"), client: PARTY, scope: "openid profile" }
}

/// An address of loopback for each, so that nothing that is counted by address answers in place of the queue.
fn address(number: usize) -> Ipv4Addr {
    Ipv4Addr::new(127, 1, (number / 250) as u8, (number % 250 + 1) as u8)
}

/// Signing in, each connection as somebody else, from the party to the code.
struct Whole;

impl Work for Whole {
    async fn once(&self, connection: &mut Connection, number: usize) -> Result<(), Wrong> {
        flow::sign_in(connection, &visitor(number)).await.map(|_| ())
    }
}

/// Sign-ins for each second on the clock, and for each of processor time.
async fn capacity(to: Target, round: Duration) -> Result<(f64, f64), Wrong> {
    let began = Instant::now();
    let sample = load::round(&Arc::new(Whole), to, Plan { connections: 24, round, rounds: 1 }).await?;
    Ok((sample.done as f64 / began.elapsed().as_secs_f64(), sample.rate()))
}

/// Somebody with a sign-in page open, on a connection of their own.
struct Door {
    number: usize,
    connection: Connection,
    form: SignInForm,
}

impl Door {
    async fn open(number: usize, to: Target) -> Result<Self, Wrong> {
        let mut connection = Connection::open_from(address(number), to.address).await?;
        let form = SignInForm::open(&mut connection, &visitor(number)).await?;
        Ok(Self { number, connection, form })
    }
}

/// What became of everybody.
#[derive(Default)]
struct Seen {
    doors: Mutex<Vec<Door>>,
    /// Milliseconds until the answer 503.
    refused: Mutex<Vec<f64>>,
    let_in: AtomicU64,
    /// Refused without a page, a reference or a time to come again.
    bare: AtomicU64,
    /// Arrivals for which nobody with an open page was left.
    unsent: AtomicU64,
    other: Mutex<Vec<String>>,
}

fn with<T, R>(what: &Mutex<T>, how: impl FnOnce(&mut T) -> R) -> R {
    how(&mut what.lock().unwrap_or_else(PoisonError::into_inner))
}

impl Seen {
    /// One arrival. Whoever comes through goes on to the code and opens the page anew, as the next one would.
    async fn arrive(self: Arc<Self>, mut door: Door) {
        match self.try_once(&mut door).await {
            Ok(()) => with(&self.doors, |doors| doors.push(door)),
            Err(wrong) => with(&self.other, |other| other.push(wrong.to_string())),
        }
    }

    /// Waits until everybody who still waits was answered.
    async fn settle(&self) {
        let settled = || with(&self.doors, |doors| doors.len()) + with(&self.other, |other| other.len());
        for _ in 0..600 {
            if settled() == CROWD {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    async fn try_once(&self, door: &mut Door) -> Result<(), Wrong> {
        let began = Instant::now();
        let who = visitor(door.number);
        let answer = door.form.send(&mut door.connection, &who.login, PASSWORD).await?;
        if answer.status == 503 {
            with(&self.refused, |refused| refused.push(began.elapsed().as_secs_f64() * 1e3));
            let page = answer.text();
            let whole = ["error-code", "error-reference", "next-step"].iter().all(|id| page.contains(id));
            if !whole || answer.header("retry-after").is_err() {
                self.bare.fetch_add(1, Ordering::Relaxed);
            }
            return Ok(());
        }
        self.let_in.fetch_add(1, Ordering::Relaxed);
        door.form.finish(&mut door.connection, answer.expect(303)?).await?;
        door.form = SignInForm::open(&mut door.connection, &who).await?;
        Ok(())
    }
}

/// Asks the same at a fixed pace; gives milliseconds from the instant at which each was due.
async fn beside(to: Target, request: Vec<u8>, until: Instant) -> Result<Vec<f64>, Wrong> {
    let mut connection = Connection::open(to.address).await?;
    let mut pace = interval(BESIDE);
    pace.set_missed_tick_behavior(MissedTickBehavior::Burst);
    let mut taken = Vec::new();
    while Instant::now() < until {
        let due = pace.tick().await;
        connection.ask(&request).await?.expect(200)?;
        taken.push(due.elapsed().as_secs_f64() * 1e3);
    }
    Ok(taken)
}

/// Everybody arrives at the wanted rate until the end.
async fn flood(seen: &Arc<Seen>, rate: f64, until: Instant) {
    let began = Instant::now();
    let mut sent = 0_u64;
    while Instant::now() < until {
        let due = (began.elapsed().as_secs_f64() * rate) as u64;
        for _ in sent..due {
            match with(&seen.doors, Vec::pop) {
                Some(door) => {
                    tokio::spawn(Arc::clone(seen).arrive(door));
                }
                None => {
                    seen.unsent.fetch_add(1, Ordering::Relaxed);
                }
            }
        }
        sent = due;
        sleep_until((Instant::now() + TICK).into()).await;
    }
}

/// All figures of one engine. The server must run.
pub(crate) async fn all(
    house: &House,
    engine: &'static str,
    (length, quick): (Duration, bool),
) -> Result<Vec<Figure>, Wrong> {
    let crowd = |number| {
        let login = visitor(number).login;
        format!(
            "[[person]]\nlogin = \"{login}\"\nname = \"Trần Thị Bình\"\nbirthdate = \"1985\"\npassword = \"{PASSWORD}\"\n"
        )
    };
    house.apply("crowd", &(0..CROWD).map(crowd).collect::<String>())?;
    let to = house.target()?;
    let (length, round) = if quick { (Duration::from_secs(4), Duration::from_secs(3)) } else { (length, CAPACITY) };
    capacity(to, round / 3).await?;
    let before = capacity(to, round).await?;
    let seen = Arc::new(Seen::default());
    for number in 0..CROWD {
        let door = Door::open(number, to).await?;
        with(&seen.doors, |doors| doors.push(door));
    }
    let spent = process::cpu(to.process)?;
    let began = Instant::now();
    let until = began + length;
    let tokens = tokio::spawn(beside(to, flow::client_credentials(), until));
    let keys = tokio::spawn(beside(to, requests::get(JWKS, &[]), until));
    flood(&seen, before.0 * TIMES, until).await;
    let came = seen.let_in.load(Ordering::Relaxed) as f64;
    let (lasted, spent) = (began.elapsed().as_secs_f64(), process::cpu(to.process)? - spent);
    let (tokens, keys) = (tokens.await??, keys.await??);
    seen.settle().await;
    let after = capacity(to, round).await?;
    Ok(told(engine, &seen, &Measured { before, after, good: (came / lasted, came / spent), tokens, keys }))
}

struct Measured {
    before: (f64, f64),
    after: (f64, f64),
    /// Sign-ins for each second on the clock, and for each of processor time, during the flood.
    good: (f64, f64),
    tokens: Vec<f64>,
    keys: Vec<f64>,
}

fn told(engine: &'static str, seen: &Seen, measured: &Measured) -> Vec<Figure> {
    let Measured { before, after, good, tokens, keys } = measured;
    let (clock, processor) = (f64::midpoint(before.0, after.0), f64::midpoint(before.1, after.1));
    let refused = with(&seen.refused, std::mem::take);
    let other = with(&seen.other, std::mem::take);
    let count = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
    let arrived = refused.len() as f64 + count(&seen.let_in) as f64;
    let beside = |name, taken: &[f64]| {
        let figure = Figure::new(engine, name, (percentile(taken, 0.99), "ms p99")).goal(Goal::AtMost(250.0));
        figure.note(format!(
            "{} of them, median {:.1} ms, at worst {:.1}",
            taken.len(),
            percentile(taken, 0.5),
            percentile(taken, 1.0)
        ))
    };
    let share = Figure::new(engine, "overload, goodput", (100.0 * good.0 / clock, "% of capacity"));
    let by_processor = Figure::new(engine, "overload, goodput by CPU", (100.0 * good.1 / processor, "% of capacity"));
    let waits = Figure::new(engine, "overload, time to 503", (percentile(&refused, 0.99), "ms p99"));
    vec![
        Figure::new(engine, "overload, capacity", (clock, "sign-ins a s")).note(format!(
            "closed loop, before {:.1} and after {:.1}; {processor:.1} a CPU s",
            before.0, after.0
        )),
        share.goal(Goal::AtLeast(90.0)).note(format!(
            "{:.0} arrivals a s were wanted; {arrived:.0} were sent, {:.1} % of them refused, {} not sent because nobody with an open page was left, {} went otherwise{}",
            before.0 * TIMES,
            100.0 * refused.len() as f64 / arrived,
            count(&seen.unsent),
            other.len(),
            other.first().map(|first| format!(", such as: {first:.200}")).unwrap_or_default(),
        )),
        by_processor.note("the same for each second of the server's processor time: what else runs on the machine is not in it"),
        waits.goal(Goal::AtMost(100.0)).note(format!(
            "median {:.1} ms; {} of them without page, reference or Retry-After",
            percentile(&refused, 0.5),
            count(&seen.bare)
        )),
        beside("overload, tokens", tokens),
        beside("overload, JWKS", keys),
    ]
}
