//! The check that each request and each resolved address passes.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use url::{Host, Url};

use super::address::is_public;
use super::config::{Allow, Network, Purpose};

/// Why we do not go there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Neither `https` nor an allowed `http`.
    #[error("the scheme must be https")]
    Scheme,
    /// No host.
    #[error("the address has no host")]
    Host,
    /// User or password inside the address: they end in logs, and disguise the host.
    #[error("the address holds a user or a password")]
    Credentials,
    /// The host lives at no address we may use for this purpose.
    #[error("the host is not at an allowed network address")]
    Address,
}

/// The allowances of one purpose.
#[derive(Clone)]
pub(super) struct Guard {
    rules: Arc<[(String, Network)]>,
}

/// Where one host may live: anywhere public, or only in the networks named.
struct Place(Vec<Network>);

impl Guard {
    pub(super) fn new(purpose: Purpose, allow: &[Allow]) -> Self {
        let mine = allow.iter().filter(|allow| allow.purpose == purpose);
        Self { rules: mine.map(|allow| (plain(&allow.host), allow.network)).collect() }
    }

    /// Checks what can be known before resolving. reqwest does not ask its resolver about literal addresses.
    pub(super) fn check(&self, url: &Url) -> Result<(), Refusal> {
        if !url.username().is_empty() || url.password().is_some() {
            return Err(Refusal::Credentials);
        }
        let host = url.host().ok_or(Refusal::Host)?;
        let place = self.place(&host.to_string());
        match url.scheme() {
            "https" => {}
            "http" if place.is_listed() => {}
            _ => return Err(Refusal::Scheme),
        }
        // The URL parser has turned decimal, octal and hexadecimal forms of IPv4 into addresses by now.
        let literal = match host {
            Host::Domain(_) => return Ok(()),
            Host::Ipv4(address) => IpAddr::V4(address),
            Host::Ipv6(address) => IpAddr::V6(address),
        };
        if place.admits(literal) { Ok(()) } else { Err(Refusal::Address) }
    }

    fn place(&self, host: &str) -> Place {
        let host = plain(host);
        Place(self.rules.iter().filter(|(listed, _)| *listed == host).map(|(_, network)| *network).collect())
    }
}

impl Place {
    fn is_listed(&self) -> bool {
        !self.0.is_empty()
    }

    fn admits(&self, address: IpAddr) -> bool {
        if self.is_listed() { self.0.iter().any(|network| network.contains(address)) } else { is_public(address) }
    }
}

impl Resolve for Guard {
    /// The connection goes to what this returns and to nothing else, so a name cannot change between check and use.
    fn resolve(&self, name: Name) -> Resolving {
        let place = self.place(name.as_str());
        Box::pin(async move {
            let found: Vec<SocketAddr> = tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            let known = !found.is_empty();
            let admitted: Vec<SocketAddr> = found.into_iter().filter(|at| place.admits(at.ip())).collect();
            if known && admitted.is_empty() {
                return Err(Refusal::Address.into());
            }
            Ok(Box::new(admitted.into_iter()) as Addrs)
        })
    }
}

/// One spelling of a host: lower case, without the root's dot and the brackets of IPv6.
fn plain(host: &str) -> String {
    host.trim_end_matches('.').trim_start_matches('[').trim_end_matches(']').to_ascii_lowercase()
}
