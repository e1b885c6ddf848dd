//! Whether other systems answer: ourselves by our public name, and the population registry.

use std::time::Duration;

use tokio::net::TcpStream;
use url::Url;

use super::{Finding, Mark, check};
use crate::config::Config;

const PATIENCE: Duration = Duration::from_secs(3);

/// Whether the name and port of the issuer lead to something that takes connections. A server that is not running yet does not answer,
/// so this is a warning.
pub(super) async fn issuer(config: &Config) -> Finding {
    let address = config.server.public_url.as_str();
    match connect(address).await {
        Ok(()) => Finding::new(check::ISSUER, Mark::Good, address),
        Err(why) => Finding::new(check::ISSUER, Mark::Warning, format!("{address}: {why}")),
    }
}

/// Whether the registry's host takes connections. No question is asked: each counts against a quota there.
pub(super) async fn registry(config: &Config) -> Finding {
    let Some(registry) = &config.registry else {
        return Finding::new(check::REGISTRY, Mark::Skipped, "");
    };
    Finding::of(check::REGISTRY, connect(&registry.url).await)
}

async fn connect(address: &str) -> Result<(), String> {
    let url = Url::parse(address).map_err(|error| error.to_string())?;
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
    let port = url.port_or_known_default().unwrap_or_default();
    match tokio::time::timeout(PATIENCE, TcpStream::connect((host, port))).await {
        Ok(Ok(_stream)) => Ok(()),
        Ok(Err(error)) => Err(error.to_string()),
        Err(elapsed) => Err(elapsed.to_string()),
    }
}
