//! What runs beside the server: the sample registry and the two portals.

use std::{io, net::SocketAddr, time::Duration};

use idp_core::types::Locale;
use idp_demo::{
    Clock,
    portal::{self, PortalConfig},
    registry::{self, Registry},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::JoinSet,
    time::{sleep, timeout},
};

use super::{
    Ports,
    kept::{Kept, client_id, portal_name},
};
use crate::{app::AppError, server::Shutdown};

/// How often a silent address is tried, and how long between two tries.
const TRIES: u32 = 200;
const PAUSE: Duration = Duration::from_millis(50);

/// Addresses that are taken and not served yet.
pub(super) struct Neighbours {
    ports: Ports,
    registry: TcpListener,
    portals: [TcpListener; 2],
}

/// Takes the addresses, so that one that is in use is known before anything is written.
pub(super) async fn bind(ports: Ports) -> Result<Neighbours, AppError> {
    let (registry, first, second) =
        tokio::try_join!(listen(ports.registry()), listen(ports.portal(0)), listen(ports.portal(1)))?;
    Ok(Neighbours { ports, registry, portals: [first, second] })
}

async fn listen(port: u16) -> Result<TcpListener, AppError> {
    let address = SocketAddr::from(([127, 0, 0, 1], port));
    let bound = TcpListener::bind(address).await;
    bound.map_err(|error| AppError::Listen(address.to_string(), error.to_string()))
}

/// What runs.
pub(super) struct Running(JoinSet<io::Result<()>>);

impl Neighbours {
    /// Serves all of them until `shutdown` begins.
    pub(super) fn start(self, kept: &Kept, clock: &Clock, shutdown: &Shutdown) -> Running {
        let gone = || {
            let shutdown = shutdown.clone();
            async move { shutdown.begun().await }
        };
        let mut running = JoinSet::new();
        let url = format!("http://127.0.0.1:{}", self.ports.registry());
        let sample = Registry::sample().with_service_url(&url).with_clock(clock.clone());
        running.spawn(registry::serve(self.registry, sample, gone()));
        let ports = self.ports;
        for ((index, listener), secret) in (0_u16..).zip(self.portals).zip(&kept.secrets) {
            let config = PortalConfig {
                name_vi: portal_name(index, Locale::Vi),
                name_en: portal_name(index, Locale::En),
                issuer: ports.issuer(),
                client_id: client_id(index),
                client_secret: secret.clone(),
                base_url: format!("http://127.0.0.1:{}", ports.portal(index)),
                cookie_name: format!("portal_{}", index + 1),
            };
            running.spawn(portal::serve(listener, config, clock.clone(), gone()));
        }
        Running(running)
    }
}

impl Running {
    /// Waits a moment for requests under way; a browser that keeps its connection open is left behind.
    pub(super) async fn end(mut self) {
        let ended = timeout(Duration::from_secs(2), async {
            while let Some(result) = self.0.join_next().await {
                match result {
                    Ok(Ok(())) => {}
                    Ok(Err(error)) => tracing::error!(%error, "a part of the demo failed"),
                    Err(error) => tracing::error!(%error, "a part of the demo panicked"),
                }
            }
        });
        if ended.await.is_err() {
            self.0.abort_all();
        }
    }
}

/// Waits until every part answers with 200. `false`: some part does not.
pub(super) async fn answer(ports: Ports) -> bool {
    let parts = [
        (ports.management(), "/readyz"),
        (ports.server(), "/.well-known/openid-configuration"),
        (ports.registry(), "/?wsdl"),
        (ports.portal(0), "/"),
        (ports.portal(1), "/"),
    ];
    for (port, path) in parts {
        let mut answered = false;
        for _ in 0..TRIES {
            answered = ask(port, path).await.unwrap_or(false);
            if answered {
                break;
            }
            sleep(PAUSE).await;
        }
        if !answered {
            return false;
        }
    }
    true
}

/// One plain request to our own machine. No client is needed to read a status line.
async fn ask(port: u16, path: &str) -> io::Result<bool> {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await?;
    let request = format!("GET {path} HTTP/1.1\r\nHost: localhost:{port}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await?;
    let mut head = [0; 12];
    stream.read_exact(&mut head).await?;
    Ok(&head == b"HTTP/1.1 200")
}
