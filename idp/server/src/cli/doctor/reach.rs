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

/// Origins that browsers take from `/.well-known/webauthn`: at least five names, and no client takes more for sure (WebAuthn Level 3
/// section 5.11.1).
const NAMES: usize = 5;

/// Whether the pages of every host name can use the passkeys. Where a page is not under the rp id, the browser asks the home of the rp id
/// who is related, so that address must be reachable and there must not be too many names.
pub(super) async fn passkeys(config: &Config) -> Finding {
    let rp_id = config.rp_id();
    let origins = config.origins();
    let host =
        |origin: &str| Url::parse(origin).ok().and_then(|url| url.host_str().map(str::to_owned)).unwrap_or_default();
    let within = |host: &str| host == rp_id || host.ends_with(&format!(".{rp_id}"));
    let elsewhere: Vec<String> = origins.iter().map(|origin| host(origin)).filter(|host| !within(host)).collect();
    let mut names: Vec<String> =
        config.webauthn.related_origins.iter().map(|origin| origin.host().to_owned()).collect();
    names.extend(elsewhere.iter().cloned());
    names.sort_unstable();
    names.dedup();
    let said = if names.is_empty() { rp_id.to_owned() } else { format!("{rp_id} + {}", names.join(", ")) };
    if names.len() > NAMES {
        return Finding::new(check::PASSKEYS, Mark::Wrong, format!("{said}: {} > {NAMES}", names.len()));
    }
    if names.is_empty() {
        return Finding::new(check::PASSKEYS, Mark::Good, said);
    }
    let home = format!("https://{rp_id}");
    match connect(&home).await {
        Ok(()) => Finding::new(check::PASSKEYS, Mark::Good, said),
        Err(why) => Finding::new(check::PASSKEYS, Mark::Warning, format!("{said}: {home}/.well-known/webauthn: {why}")),
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
