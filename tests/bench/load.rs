//! Load for a limited time, and its price in processor time of the server.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use tokio::task::JoinSet;

use crate::{Wrong, process, wire::Connection};

/// No round is longer than this many pieces of work: the database must not grow without end.
const MOST: u64 = 400_000;

/// A server to load.
#[derive(Clone, Copy)]
pub(crate) struct Target {
    pub(crate) address: SocketAddr,
    pub(crate) process: u32,
}

/// What each connection does again and again.
pub(crate) trait Work: Send + Sync + 'static {
    /// One piece of it. `number` is the connection's own.
    fn once(&self, connection: &mut Connection, number: usize) -> impl Future<Output = Result<(), Wrong>> + Send;
}

/// The same bytes again and again, answered with 200.
pub(crate) struct Same(pub(crate) Vec<u8>);

impl Work for Same {
    async fn once(&self, connection: &mut Connection, _number: usize) -> Result<(), Wrong> {
        connection.ask(&self.0).await?.expect(200).map(|_| ())
    }
}

/// How hard and how long.
#[derive(Clone, Copy)]
pub(crate) struct Plan {
    pub(crate) connections: usize,
    pub(crate) round: Duration,
    pub(crate) rounds: usize,
}

/// What one round did.
#[derive(Clone, Copy)]
pub(crate) struct Sample {
    pub(crate) done: u64,
    pub(crate) cpu: f64,
}

impl Sample {
    /// Pieces of work per second of processor time.
    pub(crate) fn rate(self) -> f64 {
        self.done as f64 / self.cpu.max(0.01)
    }
}

/// One round.
pub(crate) async fn round<W: Work>(work: &Arc<W>, to: Target, plan: Plan) -> Result<Sample, Wrong> {
    let mut connections = Vec::with_capacity(plan.connections);
    for _ in 0..plan.connections {
        connections.push(Connection::open(to.address).await?);
    }
    let done = Arc::new(AtomicU64::new(0));
    let before = process::cpu(to.process)?;
    let until = Instant::now() + plan.round;
    let mut running = JoinSet::new();
    for (number, mut connection) in connections.into_iter().enumerate() {
        let (work, done) = (Arc::clone(work), Arc::clone(&done));
        running.spawn(async move {
            while Instant::now() < until && done.load(Ordering::Relaxed) < MOST {
                work.once(&mut connection, number).await?;
                done.fetch_add(1, Ordering::Relaxed);
            }
            Ok::<(), Wrong>(())
        });
    }
    while let Some(ended) = running.join_next().await {
        ended??;
    }
    let cpu = process::cpu(to.process)? - before;
    Ok(Sample { done: done.load(Ordering::Relaxed), cpu })
}

/// Two servers by turns, so that what else happens on the machine meets both: the middle rates and the middle ratio.
#[derive(Clone, Copy)]
pub(crate) struct Compared {
    pub(crate) ours: f64,
    pub(crate) bare: f64,
    pub(crate) ratio: f64,
}

impl Compared {
    /// From rounds of both, in the order in which they ran.
    pub(crate) fn of(pairs: &[(f64, f64)]) -> Self {
        Self {
            ours: median(pairs.iter().map(|pair| pair.0)),
            bare: median(pairs.iter().map(|pair| pair.1)),
            ratio: median(pairs.iter().map(|(ours, bare)| ours / bare)),
        }
    }
}

/// Runs both by turns after a short round of each that does not count.
pub(crate) async fn compare<A: Work, B: Work>(
    (ours, to): (Arc<A>, Target),
    (bare, beside): (Arc<B>, Target),
    plan: Plan,
) -> Result<Compared, Wrong> {
    let warm = Plan { round: plan.round / 3, ..plan };
    round(&ours, to, warm).await?;
    round(&bare, beside, warm).await?;
    let mut pairs = Vec::with_capacity(plan.rounds);
    for _ in 0..plan.rounds {
        let ours = round(&ours, to, plan).await?.rate();
        pairs.push((ours, round(&bare, beside, plan).await?.rate()));
    }
    Ok(Compared::of(&pairs))
}

/// The middle one; of an even number, the upper of the two.
pub(crate) fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_unstable_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

/// The value below which this share of all lies: 0.5 the middle, 1.0 the largest.
pub(crate) fn percentile(values: &[f64], share: f64) -> f64 {
    let mut values = values.to_vec();
    values.sort_unstable_by(f64::total_cmp);
    let place = (share * values.len() as f64).ceil() as usize;
    values.get(place.saturating_sub(1)).copied().unwrap_or(f64::NAN)
}
