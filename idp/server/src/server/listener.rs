//! Accepting connections and serving them until they, or we, go.

use std::{net::SocketAddr, pin::pin, sync::Arc, time::Duration};

use axum::{Router, body::Body, extract::Request};
use futures_util::future::join_all;
use hyper::{body::Incoming, service::service_fn};
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::conn::auto::Builder,
};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpListener, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore},
    time::timeout,
};
use tower::Service;

use super::{
    activity::{Activity, Framing, HEAD, Watched},
    shutdown::Shutdown,
    tls::Certificate,
};
use crate::web::{limit, peer::Connection};

/// How long requests under way are waited for, once we go (goal R-30).
const DRAIN: Duration = Duration::from_secs(25);
/// Longest head that is buffered. Larger than what the gate admits, so that the gate can say why it refuses.
const HEAD_BYTES: usize = 96 * 1024;
/// Requests at once on one HTTP/2 connection.
const STREAMS: u32 = 100;

/// How to listen.
#[derive(Clone)]
pub struct Options {
    /// `None`: plain HTTP, on loopback or behind a proxy.
    pub tls: Option<Arc<Certificate>>,
    /// Open connections at once, over all listeners; further ones wait in the system's queue.
    pub max_connections: u32,
}

/// How serving ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Drain {
    /// Every request that was under way has been answered.
    Complete,
    /// Some had not been answered after 25 seconds.
    CutOff,
}

struct House {
    router: Router,
    http: Builder<TokioExecutor>,
    options: Options,
    slots: Arc<Semaphore>,
    shutdown: Shutdown,
}

/// Serves the router on all listeners until `shutdown` begins, then waits for what is under way. Puts [`Connection`] into the extensions
/// of every request.
pub async fn serve(listeners: Vec<TcpListener>, router: Router, options: Options, shutdown: Shutdown) -> Drain {
    let all = options.max_connections;
    let slots = Arc::new(Semaphore::new(all as usize));
    // `with_state` finishes the router once instead of once a request.
    let house = Arc::new(House { router: router.with_state(()), http: http(), options, slots, shutdown });
    join_all(listeners.into_iter().map(|listener| accept(listener, Arc::clone(&house)))).await;
    match timeout(DRAIN, house.slots.acquire_many(all)).await {
        Ok(_all_connections_are_gone) => Drain::Complete,
        Err(_elapsed) => Drain::CutOff,
    }
}

/// Limits below HTTP. Time is limited by [`Activity`] and by the gate.
fn http() -> Builder<TokioExecutor> {
    let mut builder = Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(None)
        .max_headers(2 * limit::HEADERS)
        .max_buf_size(HEAD_BYTES);
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_concurrent_streams(STREAMS)
        .max_header_list_size(HEAD_BYTES as u32)
        .keep_alive_interval(Duration::from_secs(20))
        .keep_alive_timeout(Duration::from_secs(20));
    builder
}

async fn accept(listener: TcpListener, house: Arc<House>) {
    loop {
        let next = async {
            let slot = Arc::clone(&house.slots).acquire_owned().await.expect("the slots are never closed");
            (slot, listener.accept().await)
        };
        let (slot, accepted) = tokio::select! {
            accepted = next => accepted,
            () = house.shutdown.begun() => return,
        };
        match accepted {
            Ok((stream, remote)) => {
                tokio::spawn(connection(Arc::clone(&house), stream, remote, slot));
            }
            Err(error) => {
                // No file handle is left, most likely. At once again would only burn the processor.
                tracing::warn!(%error, "a connection could not be accepted");
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        }
    }
}

async fn connection(house: Arc<House>, stream: TcpStream, remote: SocketAddr, _slot: OwnedSemaphorePermit) {
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "a connection kept its delay");
    }
    let Some(certificate) = &house.options.tls else {
        return exchange(&house, stream, remote, Framing::Text).await;
    };
    match timeout(HEAD, certificate.acceptor().accept(stream)).await {
        Ok(Ok(stream)) => {
            let http2 = stream.get_ref().1.alpn_protocol() == Some(b"h2");
            let framing = if http2 { Framing::Frames } else { Framing::Text };
            exchange(&house, stream, remote, framing).await;
        }
        Ok(Err(error)) => tracing::debug!(%error, "a TLS handshake failed"),
        Err(_elapsed) => tracing::debug!("a TLS handshake took too long"),
    }
}

async fn exchange<S>(house: &House, stream: S, remote: SocketAddr, framing: Framing)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let activity = Activity::new(framing);
    let service = service_fn(|mut request: hyper::Request<Incoming>| {
        let under_way = activity.enter();
        request.extensions_mut().insert(Connection { remote });
        let answer = house.router.clone().call(Request::from(request.map(Body::new)));
        async move {
            let answer = answer.await;
            drop(under_way);
            answer
        }
    });
    let io = TokioIo::new(Watched::new(stream, Arc::clone(&activity)));
    let mut connection = pin!(house.http.serve_connection(io, service));
    let mut going = false;
    let mut warned = false;
    loop {
        tokio::select! {
            ended = connection.as_mut() => {
                if let Err(error) = ended {
                    tracing::debug!(error, "a connection broke off");
                }
                return;
            }
            () = house.shutdown.begun(), if !going => {
                going = true;
                connection.as_mut().graceful_shutdown();
            }
            // First politely, then (a client that does not even read our farewell) by dropping it.
            () = activity.overdue() => {
                if warned {
                    return;
                }
                warned = true;
                connection.as_mut().graceful_shutdown();
                if timeout(Duration::from_secs(5), connection.as_mut()).await.is_ok() {
                    return;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::routing::get;
    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt},
        sync::Notify,
    };

    async fn bound() -> (TcpListener, SocketAddr) {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("loopback has free ports");
        let address = listener.local_addr().expect("it is bound");
        (listener, address)
    }

    async fn answer(address: SocketAddr, request: &str) -> String {
        let mut stream = TcpStream::connect(address).await.expect("somebody listens");
        stream.write_all(request.as_bytes()).await.expect("it is read");
        let mut text = String::new();
        stream.read_to_string(&mut text).await.expect("it is answered");
        text
    }

    #[tokio::test]
    async fn a_request_under_way_is_answered_while_new_connections_are_refused() {
        let (listener, address) = bound().await;
        let (arrived, go_on) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
        let (tell, wait) = (Arc::clone(&arrived), Arc::clone(&go_on));
        let slow = move || async move {
            tell.notify_one();
            wait.notified().await;
            "done"
        };
        let router = Router::new().route("/slow", get(slow)).route("/fast", get(|| async { "fast" }));
        let shutdown = Shutdown::new();
        let options = Options { tls: None, max_connections: 16 };
        let server = tokio::spawn(serve(vec![listener], router, options, shutdown.clone()));

        // An idle connection that has been served once does not hold us up.
        let mut idle = TcpStream::connect(address).await.expect("somebody listens");
        idle.write_all(b"GET /fast HTTP/1.1\r\nhost: x\r\n\r\n").await.expect("it is read");
        let mut first = [0; 12];
        idle.read_exact(&mut first).await.expect("it is answered");
        assert_eq!(&first, b"HTTP/1.1 200");

        let client = tokio::spawn(async move { answer(address, "GET /slow HTTP/1.1\r\nhost: x\r\n\r\n").await });
        arrived.notified().await;
        shutdown.begin();
        let mut rest = Vec::new();
        idle.read_to_end(&mut rest).await.expect("an idle connection is closed in order");
        assert!(TcpStream::connect(address).await.is_err() || !server.is_finished());
        go_on.notify_one();
        let text = client.await.expect("no panic");
        assert!(text.starts_with("HTTP/1.1 200") && text.ends_with("done"), "{text}");
        assert_eq!(server.await.expect("no panic"), Drain::Complete);
    }

    #[tokio::test]
    async fn hostile_heads_are_refused_and_the_address_is_known() {
        let (listener, address) = bound().await;
        let who = |request: Request| async move {
            request
                .extensions()
                .get::<Connection>()
                .map_or_else(String::new, |connection| connection.remote.ip().to_string())
        };
        let router = Router::new().route("/who", get(who));
        let options = Options { tls: None, max_connections: 16 };
        let shutdown = Shutdown::new();
        let server = tokio::spawn(serve(vec![listener], router, options, shutdown.clone()));
        let many = "x: y\r\n".repeat(3 * limit::HEADERS);
        let long = "x".repeat(HEAD_BYTES);
        for (request, status) in [
            ("GET /who HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n".to_owned(), "200"),
            ("GET /who HTTP/1.1\r\nhost: x\r\nbad header\r\n\r\n".to_owned(), "400"),
            (format!("GET /who HTTP/1.1\r\nhost: x\r\n{many}\r\n"), "431"),
            (format!("GET /{long} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n"), "4"),
        ] {
            let text = answer(address, &request).await;
            assert!(text.starts_with(&format!("HTTP/1.1 {status}")), "{text}");
            assert!(status != "200" || text.ends_with("127.0.0.1"), "{text}");
        }
        shutdown.begin();
        assert_eq!(server.await.expect("no panic"), Drain::Complete);
    }
}
