//! Work that no request asks for. One loop for each job, on the application's clock, so that a test's clock makes jobs due.
//!
//! | job | every | on | what |
//! | --- | --- | --- | --- |
//! | follow | 1 s | every node | reads again what another node or a command changed: keys, parties, epoch |
//! | tally | 5 s | every node | writes counted acts into the audit log |
//! | logout | 1 s | one node | sends logout tokens that are due |
//! | notify | 1 s | one node | sends mails and messages that are due |
//! | registry | 30 s | one node | asks the population registry again where it did not answer |
//! | keys | 1 h | one node | makes, promotes and destroys signing keys |
//! | sweep | 60 s | one node | removes what is over, warns of posts that end, indexes names of officials that are not yet |
//! | endings | 5 s | one node | tells who lost a post through somebody else |
//! | effects | 5 s | one node | notes in the audit log which change sets of units took effect |
//! | alarm | 5 s | one node | alarms failed attempts at break-glass accounts, ends a drill whose hour is over |
//! | seal | 2 s | one node | chains the audit log and signs its head |
//!
//! *One node* means a lease in the database. Two nodes that run a job at once do no harm, only double work: every job claims its rows.

mod turn;
mod work;

use std::{sync::Arc, time::Duration};

use futures_util::future::join_all;
use idp_core::{
    crypto::random,
    keys::Policy,
    notify::Channel,
    store::{Cx, Dialect, StoreError, lease, revision::Revisions},
    types::{Clock, Fault, Timestamp},
};
use tokio::sync::Mutex;

use crate::{app::App, server::Shutdown, web::house::House};
use turn::Turn;

/// Longest sleep between two looks at the clock: a test moves it in one leap.
const TICK: Duration = Duration::from_millis(900);
/// How long a lease holds. Another node takes over so long after its holder died.
const LEASE: Duration = Duration::from_secs(30);

/// The jobs, in the order in which [`Jobs::run_all_once`] runs them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Job {
    /// Reads again what changed elsewhere.
    Follow,
    /// Rotates signing keys.
    Keys,
    /// Asks the population registry again.
    Registry,
    /// Sends logout tokens.
    Logout,
    /// Tells parties that rights of officials changed.
    Rights,
    /// Tells who lost a post through somebody else.
    Endings,
    /// Sends messages.
    Notify,
    /// Writes counted acts.
    Tally,
    /// Removes what is over.
    Sweep,
    /// Notes which change sets took effect.
    Effects,
    /// Watches break-glass accounts.
    Alarm,
    /// Chains the audit log.
    Seal,
}

impl Job {
    /// Every job.
    pub const ALL: [Self; 12] = [
        Self::Follow,
        Self::Keys,
        Self::Registry,
        Self::Logout,
        Self::Rights,
        Self::Endings,
        Self::Notify,
        Self::Tally,
        Self::Sweep,
        Self::Effects,
        Self::Alarm,
        Self::Seal,
    ];

    /// Its name in leases, records and measurements.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Follow => "follow",
            Self::Keys => "keys",
            Self::Registry => "registry",
            Self::Logout => "logout",
            Self::Rights => "rights",
            Self::Endings => "endings",
            Self::Notify => "notify",
            Self::Tally => "tally",
            Self::Sweep => "sweep",
            Self::Effects => "effects",
            Self::Alarm => "alarm",
            Self::Seal => "seal",
        }
    }

    /// How long after one run the next is due.
    pub const fn every(self) -> Duration {
        Duration::from_secs(match self {
            Self::Follow | Self::Logout | Self::Rights | Self::Notify => 1,
            Self::Seal => 2,
            Self::Endings | Self::Tally | Self::Effects | Self::Alarm => 5,
            Self::Registry => 30,
            Self::Sweep => 60,
            Self::Keys => 3_600,
        })
    }

    /// Whether it runs on one node at a time.
    pub const fn is_leased(self) -> bool {
        !matches!(self, Self::Follow | Self::Tally)
    }
}

/// All jobs of one node.
pub struct Jobs {
    house: Arc<House>,
    policy: Policy,
    /// `None`: messages wait in the outbox.
    channel: Option<Arc<dyn Channel>>,
    /// Who we are in leases.
    holder: String,
    /// The revisions that memory is up to.
    seen: Mutex<Revisions>,
    turns: [Mutex<Turn>; Job::ALL.len()],
}

impl Jobs {
    /// The jobs of a server that is built.
    pub fn new(app: &App) -> Arc<Self> {
        // Only one server can hold a SQLite file, so it may take over at once what it held before it was killed.
        let holder = match app.house.db.dialect() {
            Dialect::Sqlite => "the one server".to_owned(),
            Dialect::Postgres => random::readable(16),
        };
        Arc::new(Self {
            house: Arc::clone(&app.house),
            policy: app.policy,
            channel: app.channel.clone(),
            holder,
            seen: Mutex::new(app.seen.clone()),
            turns: Default::default(),
        })
    }

    /// The clock by which jobs are due.
    pub fn clock(&self) -> &Clock {
        &self.house.clock
    }

    /// Runs every job when it is due, until we go. A turn under way is finished.
    pub async fn run(self: Arc<Self>, shutdown: Shutdown) {
        join_all(Job::ALL.map(|job| Arc::clone(&self).keep_running(job, shutdown.clone()))).await;
    }

    /// Runs every job once now, in a fixed order, whoever holds the leases: for tests. Gives those that failed.
    pub async fn run_all_once(&self) -> Vec<(&'static str, Fault)> {
        let mut failed = Vec::new();
        for job in Job::ALL {
            let mut turn = self.turns[job as usize].lock().await;
            if let Err(fault) = self.run_one(job, &mut turn).await {
                failed.push((job.name(), fault));
            }
        }
        failed
    }

    /// The last words: writes what is counted, gives leases back so that no other node has to wait.
    pub async fn finish(&self) {
        for job in [Job::Tally, Job::Seal] {
            let mut turn = self.turns[job as usize].lock().await;
            if !job.is_leased() || turn.is_held(self.clock().now()) {
                // It is logged; the next start or another node goes on with it.
                let _failed = self.run_one(job, &mut turn).await.is_err();
            }
        }
        let cx = Cx::job("drain", self.clock().now());
        let given_back = self.house.db.write(&cx, |tx| {
            Box::pin(async move {
                for job in Job::ALL.into_iter().filter(|job| job.is_leased()) {
                    lease::end(tx, job.name(), &self.holder).await?;
                }
                Ok::<(), StoreError>(())
            })
        });
        if let Err(fault) = given_back.await {
            tracing::warn!(%fault, "leases could not be given back; they end by themselves");
        }
    }

    async fn keep_running(self: Arc<Self>, job: Job, shutdown: Shutdown) {
        loop {
            // A different moment for each loop and node, so that they do not all write at once.
            let jitter = Duration::from_millis(u64::from(random::below(100)));
            tokio::select! {
                () = shutdown.begun() => return,
                () = tokio::time::sleep(TICK + jitter) => {}
            }
            let mut turn = self.turns[job as usize].lock().await;
            let now = self.clock().now();
            if turn.is_due(now, job.every()) && (!job.is_leased() || self.holds(job, &mut turn, now).await) {
                // Failures are logged when they begin and when they end.
                let _failed = self.run_one(job, &mut turn).await.is_err();
            }
        }
    }

    /// Whether we hold the lease of a job. It is prolonged when half of it is over, so that holding costs few writes.
    async fn holds(&self, job: Job, turn: &mut Turn, now: Timestamp) -> bool {
        if turn.is_held(now + LEASE / 2) {
            return true;
        }
        let cx = Cx::job(job.name(), now);
        let taken = self.house.db.write(&cx, |tx| Box::pin(lease::take(tx, job.name(), &self.holder, LEASE)));
        match taken.await.map_err(|error: StoreError| Fault::from(error)) {
            Ok(taken) => {
                turn.held_until = taken.then(|| now + LEASE);
                taken
            }
            Err(fault) => {
                turn.note(job, Err(&fault));
                turn.is_held(now)
            }
        }
    }

    async fn run_one(&self, job: Job, turn: &mut Turn) -> Result<(), Fault> {
        let cx = Cx::job(job.name(), self.clock().now());
        turn.ran(cx.now, job.every());
        let result = self.work(job, &cx).await;
        turn.note(job, result.as_ref().map(|_| ()));
        let outcome = if result.is_ok() { "ok" } else { "failed" };
        metrics::counter!("idp.job.runs", "job" => job.name(), "outcome" => outcome).increment(1);
        result.map(|_| ())
    }
}

#[cfg(test)]
mod tests;
