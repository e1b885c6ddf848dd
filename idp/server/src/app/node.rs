//! One whole server: listeners, doors, jobs, and how it goes.
//!
//! ```text
//! shutdown begins ─┬─ /readyz says no at once; /livez goes on answering
//!                  ├─ no new connections; requests under way are finished (25 s)
//!                  └─ jobs finish their turn
//! then: what is counted is written, leases are given back, the management listener and the database close
//! ```

use std::{net::SocketAddr, sync::Arc};

use tokio::net::TcpListener;

use super::{
    App, AppError, doors,
    test_clock::{self, Mover},
};
use crate::{
    config::{Config, Reason},
    jobs::Jobs,
    management::{Management, Metrics},
    server::{self, Certificate, Drain, Options, Shutdown},
    web::house::House,
};

/// The management listener serves a scraper and a few probes.
const MANAGEMENT_CONNECTIONS: u32 = 256;

/// A server that listens and does not answer yet.
pub struct Node {
    app: App,
    config: Config,
    public: Vec<TcpListener>,
    management: TcpListener,
    tls: Option<Arc<Certificate>>,
    movers: Vec<Mover>,
}

impl Node {
    /// Builds the parts and takes the addresses. From now on connections wait in the system's queue.
    ///
    /// # Errors
    /// Those of [`App::build`], a bad certificate, an address that is taken.
    pub async fn bind(config: Config) -> Result<Self, AppError> {
        let tls = certificate(&config)?;
        let app = App::build(&config).await?;
        let mut public = Vec::with_capacity(config.server.listen.len());
        for address in &config.server.listen {
            public.push(listen(*address).await?);
        }
        let management = listen(config.server.management_listen).await?;
        Ok(Self { app, config, public, management, tls, movers: Vec::new() })
    }

    /// Another clock that the test clock moves together with ours.
    #[must_use]
    pub fn moving(mut self, mover: Mover) -> Self {
        self.movers.push(mover);
        self
    }

    /// What the doors share.
    pub fn house(&self) -> &Arc<House> {
        &self.app.house
    }

    /// Where the public listeners are; port 0 of the configuration is a real port here.
    pub fn public_addresses(&self) -> Vec<SocketAddr> {
        self.public.iter().filter_map(|listener| listener.local_addr().ok()).collect()
    }

    /// Where the management listener is.
    pub fn management_address(&self) -> SocketAddr {
        self.management.local_addr().unwrap_or(self.config.server.management_listen)
    }

    /// Answers until `shutdown` begins and everything under way is done.
    pub async fn run(self, shutdown: Shutdown) -> Drain {
        let metrics = Metrics::install();
        tokio::spawn(metrics.clone().upkeep(shutdown.clone()));
        if let Some(certificate) = &self.tls {
            tokio::spawn(Arc::clone(certificate).watch(shutdown.clone()));
        }
        let jobs = Jobs::new(&self.app);
        let gone = Shutdown::new();
        let management = Management { checks: self.app.checks(), shutdown: shutdown.clone(), metrics };
        let mut management = management.router();
        if self.config.test.clock {
            management = management.merge(test_clock::router(Arc::clone(&jobs), self.movers));
        }
        let options = |tls, max_connections| Options { tls, max_connections };
        let beside = tokio::spawn(server::serve(
            vec![self.management],
            management,
            options(None, MANAGEMENT_CONNECTIONS),
            gone.clone(),
        ));
        let doors = doors::public(&self.app.house, &self.config.server);
        let open = options(self.tls, self.config.server.max_connections);
        let (drain, ()) =
            tokio::join!(server::serve(self.public, doors, open, shutdown.clone()), Arc::clone(&jobs).run(shutdown),);
        // Only now nothing is counted any more.
        jobs.finish().await;
        gone.begin();
        if beside.await.is_err() {
            tracing::error!("the management listener panicked");
        }
        self.app.house.db.close().await;
        drain
    }
}

fn certificate(config: &Config) -> Result<Option<Arc<Certificate>>, AppError> {
    let server = &config.server;
    let (Some(chain), Some(key)) = (&server.tls_certificate_file, &server.tls_key_file) else {
        return Ok(None);
    };
    let loaded = Certificate::load(chain, key);
    let refused =
        |error: server::TlsError| AppError::setting("server.tls_certificate_file", Reason::File(error.to_string()));
    loaded.map(Some).map_err(refused)
}

async fn listen(address: SocketAddr) -> Result<TcpListener, AppError> {
    let bound = TcpListener::bind(address).await;
    bound.map_err(|error| AppError::Listen(address.to_string(), error.to_string()))
}
