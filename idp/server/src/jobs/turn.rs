//! When a job is due, whether we hold it, and whether it failed the last time.

use std::time::Duration;

use idp_core::types::{Fault, Timestamp};

use super::Job;

/// Where one job stands on this node.
#[derive(Default)]
pub(super) struct Turn {
    due: Timestamp,
    /// Until when we hold its lease.
    pub(super) held_until: Option<Timestamp>,
    failing: bool,
}

impl Turn {
    /// Whether it is due. A due time further ahead than one interval means that the clock was set back.
    pub(super) fn is_due(&self, now: Timestamp, every: Duration) -> bool {
        now >= self.due || self.due.since(now) > every
    }

    /// Notes that it runs at `now`.
    pub(super) fn ran(&mut self, now: Timestamp, every: Duration) {
        self.due = now + every;
    }

    /// Whether our lease reaches beyond `at`.
    pub(super) fn is_held(&self, at: Timestamp) -> bool {
        self.held_until.is_some_and(|until| at < until)
    }

    /// Logs when failing begins and when it ends, not every failure: a database that is away for an hour is one line, not thousands.
    pub(super) fn note(&mut self, job: Job, result: Result<(), &Fault>) {
        match (result, self.failing) {
            (Err(fault), false) => tracing::error!(job = job.name(), %fault, "a job fails; it goes on trying"),
            (Ok(()), true) => tracing::info!(job = job.name(), "the job works again"),
            _ => {}
        }
        self.failing = result.is_err();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_job_is_due_after_its_interval_and_after_a_clock_set_back() {
        let at = |seconds: i64| Timestamp::from_seconds(1_000_000 + seconds);
        let every = Duration::from_secs(60);
        let mut turn = Turn::default();
        assert!(turn.is_due(at(0), every), "at the start");
        turn.ran(at(0), every);
        for (now, expected) in [(0, false), (59, false), (60, true), (9_000, true), (-1, true), (-9_000, true)] {
            assert_eq!(turn.is_due(at(now), every), expected, "{now}");
        }
    }

    #[test]
    fn a_lease_is_held_until_its_end() {
        let at = Timestamp::from_seconds;
        let turn = Turn { held_until: Some(at(30)), ..Turn::default() };
        assert!(turn.is_held(at(29)) && !turn.is_held(at(30)) && !Turn::default().is_held(at(0)));
    }
}
