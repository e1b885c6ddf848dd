//! Keeps a sick registry from making the server sick: a circuit breaker, and a limit on calls in flight.
//!
//! [`Breaker`] is a pure state machine over [`Timestamp`]; [`Guarded`] puts it around a connector.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use tokio::sync::Semaphore;

use super::{Match, PopulationRegistry, RegistryError, Verification};
use crate::types::{Clock, Timestamp};

/// Calls that the long window holds.
const CALLS: usize = 20;
/// The short window; a quiet site has few calls, so it need not be full.
const WINDOW: Duration = Duration::from_secs(10);
/// Calls that the short window needs before it judges.
const FEW: usize = 5;
/// One probe per this while open.
const PROBE_EVERY: Duration = Duration::from_secs(5);
/// Calls waiting at once.
const IN_FLIGHT: usize = 32;

/// Opens when half of the last 20 calls failed, or half of at least five calls in ten seconds; then lets one probe
/// through every five seconds, and closes on the first that succeeds.
#[derive(Debug, Default)]
pub struct Breaker {
    outcomes: VecDeque<(Timestamp, Outcome)>,
    /// When the last probe was let through, or when it opened; `None` while closed.
    open: Option<Timestamp>,
    /// Rises with each opening and closing, so that calls from before do not count after.
    era: u64,
}

/// How a call ended, as far as the registry's health goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It answered, be the answer a refusal.
    Healthy,
    /// It did not answer, or gave garbage.
    Failed,
}

/// The right to make one call; handed back with its outcome.
#[derive(Debug)]
pub struct Ticket {
    era: u64,
}

/// The breaker is open and no probe is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tripped;

impl Breaker {
    /// Asks for one call.
    pub fn admit(&mut self, now: Timestamp) -> Result<Ticket, Tripped> {
        if let Some(since) = self.open {
            if now.since(since) < PROBE_EVERY {
                return Err(Tripped);
            }
            self.open = Some(now);
        }
        Ok(Ticket { era: self.era })
    }

    /// Hands a call back. A ticket that is dropped instead (its caller left) counts as nothing.
    pub fn record(&mut self, ticket: &Ticket, now: Timestamp, outcome: Outcome) {
        if ticket.era != self.era {
            return;
        }
        match (self.open, outcome) {
            (Some(_), Outcome::Healthy) => self.turn(None),
            (Some(_), Outcome::Failed) => {}
            (None, _) => {
                self.outcomes.push_back((now, outcome));
                if self.outcomes.len() > CALLS {
                    self.outcomes.pop_front();
                }
                if self.is_sick(now) {
                    self.turn(Some(now));
                }
            }
        }
    }

    /// Whether calls are refused at present, but for probes.
    pub fn is_open(&self) -> bool {
        self.open.is_some()
    }

    fn turn(&mut self, open: Option<Timestamp>) {
        self.open = open;
        self.era += 1;
        self.outcomes.clear();
    }

    fn is_sick(&self, now: Timestamp) -> bool {
        let recent = self.outcomes.iter().filter(|(at, _)| now.since(*at) < WINDOW);
        half_failed(self.outcomes.iter(), CALLS) || half_failed(recent, FEW)
    }
}

fn half_failed<'o>(outcomes: impl Iterator<Item = &'o (Timestamp, Outcome)>, at_least: usize) -> bool {
    let (mut all, mut failed) = (0, 0);
    for (_, outcome) in outcomes {
        all += 1;
        failed += usize::from(*outcome == Outcome::Failed);
    }
    all >= at_least && failed * 2 >= all
}

/// A connector behind a breaker and a limit of 32 calls in flight. What it turns away is `Unavailable` at once.
pub struct Guarded<R> {
    inner: R,
    breaker: Mutex<Breaker>,
    places: Semaphore,
    clock: Clock,
}

impl<R: PopulationRegistry> Guarded<R> {
    /// Puts the guard around a connector.
    pub fn new(inner: R, clock: Clock) -> Self {
        Self { inner, breaker: Mutex::default(), places: Semaphore::new(IN_FLIGHT), clock }
    }

    /// Whether the breaker is open: for readiness pages, not for decisions.
    pub fn is_open(&self) -> bool {
        self.with(|breaker| breaker.is_open())
    }

    fn with<T>(&self, act: impl FnOnce(&mut Breaker) -> T) -> T {
        // The state is whole after every call, so a panic elsewhere leaves nothing half-done.
        act(&mut self.breaker.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[async_trait]
impl<R: PopulationRegistry> PopulationRegistry for Guarded<R> {
    async fn verify(&self, request: &Verification) -> Result<Match, RegistryError> {
        let Ok(_place) = self.places.try_acquire() else {
            metrics::counter!("idp.registry.turned_away", "reason" => "full").increment(1);
            return Err(RegistryError::Unavailable);
        };
        let Ok(ticket) = self.with(|breaker| breaker.admit(self.clock.now())) else {
            metrics::counter!("idp.registry.turned_away", "reason" => "open").increment(1);
            return Err(RegistryError::Unavailable);
        };
        let found = self.inner.verify(request).await;
        let outcome = match &found {
            Ok(_) | Err(RegistryError::Refused(_)) => Outcome::Healthy,
            Err(RegistryError::Unavailable | RegistryError::BadAnswer) => Outcome::Failed,
        };
        let was_open = self.is_open();
        self.with(|breaker| breaker.record(&ticket, self.clock.now(), outcome));
        if was_open != self.is_open() {
            tracing::warn!(registry.open = !was_open, "the circuit breaker of the population registry turned");
        }
        metrics::counter!("idp.registry.calls", "outcome" => word(&found)).increment(1);
        found
    }
}

fn word(found: &Result<Match, RegistryError>) -> &'static str {
    match found {
        Ok(Match::Matched) => "matched",
        Ok(Match::NotMatched) => "not_matched",
        Err(RegistryError::Unavailable) => "unavailable",
        Err(RegistryError::Refused(_)) => "refused",
        Err(RegistryError::BadAnswer) => "bad_answer",
    }
}
