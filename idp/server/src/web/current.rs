//! The request that this thread works on at this moment, so that its log lines can name it.
//!
//! A span of `tracing` would do the same and cost every request its registration, although most requests log one line or none.

use std::{
    cell::Cell,
    future::{Future, poll_fn},
    pin::pin,
};

use super::context::{RequestId, TraceId};

/// What a log line says of its request.
#[derive(Clone, Copy, Debug)]
pub struct Current {
    /// Its reference.
    pub request_id: RequestId,
    /// The trace that the caller takes part in.
    pub trace_id: Option<TraceId>,
}

thread_local! {
    static CURRENT: Cell<Option<Current>> = const { Cell::new(None) };
}

/// The request; `None` outside of one, and on threads that a request hands work to.
pub fn current() -> Option<Current> {
    CURRENT.get()
}

/// Puts back what was there, also when the work panics.
struct Before(Option<Current>);

impl Drop for Before {
    fn drop(&mut self) {
        CURRENT.set(self.0);
    }
}

/// Does work for a request, on whichever threads it runs.
pub(crate) async fn within<T>(current: Current, work: impl Future<Output = T>) -> T {
    let mut work = pin!(work);
    poll_fn(|cx| {
        let _before = Before(CURRENT.replace(Some(current)));
        work.as_mut().poll(cx)
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn each_request_has_its_own_and_nothing_is_left_behind() {
        let of = |request_id| Current { request_id, trace_id: None };
        let (a, b) = (RequestId::draw(), RequestId::draw());
        let seen = || current().map(|current| current.request_id);
        let work = async || {
            let before = seen();
            tokio::task::yield_now().await;
            (before, seen())
        };
        let both = tokio::join!(within(of(a), work()), within(of(b), work()));
        assert_eq!(both, ((Some(a), Some(a)), (Some(b), Some(b))));
        assert_eq!(seen(), None);
    }
}
