//! The one switch that says "we are going".

use std::{process, sync::Arc, time::Duration};

use tokio::{
    signal::unix::{Signal, SignalKind, signal},
    sync::watch,
};

/// From the first signal until the process leaves, drained or not.
const HARD_EXIT: Duration = Duration::from_secs(30);
/// Exit code of a hard exit: requests under way were cut off (contract, section 7: a fault).
const CUT_OFF: i32 = 70;

/// Shared by listeners, jobs and the readiness check. It is thrown once and never back.
#[derive(Clone, Debug)]
pub struct Shutdown(Arc<watch::Sender<bool>>);

impl Shutdown {
    /// A switch that nobody has thrown. It hears no signals until [`on_signals`](Self::on_signals).
    pub fn new() -> Self {
        Self(Arc::new(watch::Sender::new(false)))
    }

    /// Throws it.
    pub fn begin(&self) {
        self.0.send_replace(true);
    }

    /// Whether it has been thrown: from now on we are not ready.
    pub fn has_begun(&self) -> bool {
        *self.0.borrow()
    }

    /// Waits until it is thrown.
    pub async fn begun(&self) {
        // An error would mean that the sender is gone, but `self` holds it.
        let mut switch = self.0.subscribe();
        let _thrown = switch.wait_for(|thrown| *thrown).await.is_ok();
    }

    /// SIGTERM or SIGINT throws it. A second one, or 30 seconds, ends the process at once: safe, because what was acknowledged is in
    /// the database, and what was not is not (goal R-30).
    ///
    /// # Errors
    /// The system gives us no signals.
    pub fn on_signals(&self) -> std::io::Result<()> {
        let (terminate, interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
        tokio::spawn(listen(self.clone(), terminate, interrupt));
        Ok(())
    }
}

impl Default for Shutdown {
    fn default() -> Self {
        Self::new()
    }
}

async fn listen(shutdown: Shutdown, mut terminate: Signal, mut interrupt: Signal) {
    either(&mut terminate, &mut interrupt).await;
    tracing::info!("draining: no new connections, requests under way are finished");
    shutdown.begin();
    tokio::select! {
        () = either(&mut terminate, &mut interrupt) => tracing::warn!("second signal: leaving at once"),
        () = tokio::time::sleep(HARD_EXIT) => tracing::error!("not drained in time: leaving at once"),
    }
    process::exit(CUT_OFF);
}

async fn either(terminate: &mut Signal, interrupt: &mut Signal) {
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
}
