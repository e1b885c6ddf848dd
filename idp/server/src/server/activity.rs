//! Silence and slowness of one connection.
//!
//! hyper limits the time of a header only after it knows the HTTP version, and counts waiting between requests as reading a header. So
//! we watch the bytes ourselves: a client that connects and says nothing, or drips a header byte by byte (Slowloris), has
//! [`HEAD`]; one that has been served and says nothing has [`IDLE`].

use std::{
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicU32, AtomicU64, Ordering},
    },
    task::{Context, Poll},
    time::{Duration, Instant},
};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// From the first byte of a request (or from connecting) to its last header.
pub(super) const HEAD: Duration = Duration::from_secs(15);
/// Between requests. Longer than the 60 seconds for which usual proxies keep a connection, so that they close it and not we.
pub(super) const IDLE: Duration = Duration::from_secs(75);

/// How a request's head is told apart from other bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Framing {
    /// HTTP/1.1: a byte between requests begins a head.
    Text,
    /// HTTP/2: it may be a ping or a window.
    Frames,
}

/// What a connection does. Times are milliseconds since it began.
#[derive(Debug)]
pub(super) struct Activity {
    began: Instant,
    framing: Framing,
    under_way: AtomicU32,
    /// When the last answer began; [`NEVER`] before the first.
    answered_at: AtomicU64,
    /// When the first byte of the head that is being read came; [`NEVER`] while none is.
    head_at: AtomicU64,
}

const NEVER: u64 = u64::MAX;

impl Activity {
    pub(super) fn new(framing: Framing) -> Arc<Self> {
        Arc::new(Self {
            began: Instant::now(),
            framing,
            under_way: AtomicU32::new(0),
            answered_at: AtomicU64::new(NEVER),
            head_at: AtomicU64::new(0),
        })
    }

    /// A request's head is complete; its answer begins when the guard is dropped.
    pub(super) fn enter(self: &Arc<Self>) -> UnderWay {
        self.head_at.store(NEVER, Ordering::Relaxed);
        self.under_way.fetch_add(1, Ordering::Relaxed);
        UnderWay(Arc::clone(self))
    }

    /// Waits until the connection has been silent or slow for too long.
    pub(super) async fn overdue(&self) {
        while let Some(wait) = self.patience(self.now()) {
            tokio::time::sleep(wait).await;
        }
    }

    fn now(&self) -> u64 {
        u64::try_from(self.began.elapsed().as_millis()).unwrap_or(NEVER - 1)
    }

    /// How long to wait before looking again; `None`: too long already.
    fn patience(&self, now: u64) -> Option<Duration> {
        if self.under_way.load(Ordering::Relaxed) > 0 {
            return Some(HEAD); // the gate limits the time of a request
        }
        let until = |from: u64, limit: Duration| Duration::from_millis(from) + limit;
        let deadline = match (self.head_at.load(Ordering::Relaxed), self.answered_at.load(Ordering::Relaxed)) {
            (NEVER, NEVER) => until(0, HEAD),
            (NEVER, answered) => until(answered, IDLE),
            (head, _) => until(head, HEAD),
        };
        deadline.checked_sub(Duration::from_millis(now)).filter(|left| !left.is_zero())
    }

    fn bytes(&self) {
        if self.framing == Framing::Text && self.under_way.load(Ordering::Relaxed) == 0 {
            // Only the first byte counts: dripping the rest must not buy time.
            let _earlier = self.head_at.compare_exchange(NEVER, self.now(), Ordering::Relaxed, Ordering::Relaxed);
        }
    }
}

/// A request between its head and the head of its answer.
pub(super) struct UnderWay(Arc<Activity>);

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.0.answered_at.store(self.0.now(), Ordering::Relaxed);
        self.0.under_way.fetch_sub(1, Ordering::Relaxed);
    }
}

/// A stream whose incoming bytes are noticed.
pub(super) struct Watched<S> {
    stream: S,
    activity: Arc<Activity>,
}

impl<S> Watched<S> {
    pub(super) const fn new(stream: S, activity: Arc<Activity>) -> Self {
        Self { stream, activity }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Watched<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<std::io::Result<()>> {
        let before = buffer.filled().len();
        let read = Pin::new(&mut self.stream).poll_read(cx, buffer);
        if buffer.filled().len() > before {
            self.activity.bytes();
        }
        read
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Watched<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<std::io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        parts: &[std::io::IoSlice<'_>],
    ) -> Poll<std::io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(cx, parts)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patience_depends_on_what_was_said_last() {
        let (head, idle) = (HEAD.as_millis() as u64, IDLE.as_millis() as u64);
        let activity = |head_at, answered_at, under_way| Activity {
            began: Instant::now(),
            framing: Framing::Text,
            under_way: AtomicU32::new(under_way),
            answered_at: AtomicU64::new(answered_at),
            head_at: AtomicU64::new(head_at),
        };
        for (what, state, now, overdue) in [
            ("connected, silent", activity(0, NEVER, 0), head - 1, false),
            ("connected, silent for too long", activity(0, NEVER, 0), head, true),
            ("under way for long", activity(NEVER, NEVER, 1), 10 * idle, false),
            ("answered, idle", activity(NEVER, 1_000, 0), idle + 999, false),
            ("answered, idle for too long", activity(NEVER, 1_000, 0), idle + 1_000, true),
            ("answered, dripping the next head", activity(2_000, 1_000, 0), head + 2_000, true),
        ] {
            assert_eq!(state.patience(now).is_none(), overdue, "{what}");
        }
    }

    #[test]
    fn only_the_first_byte_of_a_head_starts_its_time() {
        let activity = Activity::new(Framing::Text);
        drop(activity.enter());
        assert_eq!(activity.head_at.load(Ordering::Relaxed), NEVER);
        activity.bytes();
        let first = activity.head_at.load(Ordering::Relaxed);
        activity.bytes();
        assert!(first != NEVER && activity.head_at.load(Ordering::Relaxed) == first);

        let frames = Activity::new(Framing::Frames);
        drop(frames.enter());
        frames.bytes();
        assert_eq!(frames.head_at.load(Ordering::Relaxed), NEVER, "a ping is no head");
    }
}
