//! Who is at the other end: the address and source port of the client.
//!
//! The source port matters because Vietnamese mobile networks put thousands of subscribers behind one address: without the port
//! an address in the audit log names nobody.
//!
//! The one rule for proxies: a forwarded address is believed only when the connection itself comes from a network named in
//! `server.proxies`, only from the one header named in `server.proxy_header`, and only its **last** element, which is what our own
//! proxy wrote. Everything to the left of it was written by the client and is ignored (`X-Forwarded-For: 127.0.0.1` is the
//! oldest trick there is).

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use axum::http::{HeaderMap, HeaderName, header::FORWARDED};
use idp_core::net::Network;
use serde::{Deserialize, Serialize};

/// What the listener knows about a connection; it puts this into the extensions of every request.
#[derive(Clone, Copy, Debug)]
pub struct Connection {
    /// Address and port of the other end of the TCP connection: the client, or our proxy.
    pub remote: SocketAddr,
}

/// The client, as far as we believe it. In the extensions of every request behind [`gate`](super::gate).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Peer {
    /// IPv4 addresses mapped into IPv6 are given as IPv4.
    pub address: IpAddr,
    /// `None` when a proxy forwarded the address without it.
    pub port: Option<u16>,
}

impl Peer {
    /// Address and port for `store::Cx`; port 0 where it is not known.
    pub fn socket(&self) -> SocketAddr {
        SocketAddr::new(self.address, self.port.unwrap_or(0))
    }

    /// Who sent these headers over this connection.
    pub fn of(remote: SocketAddr, headers: &HeaderMap, trust: &Trust) -> Self {
        let direct = Self { address: remote.ip().to_canonical(), port: Some(remote.port()) };
        if !trust.proxies.iter().any(|network| network.contains(direct.address)) {
            return direct;
        }
        let forwarded = match trust.header {
            ProxyHeader::XForwardedFor => {
                last_element(headers, &X_FORWARDED_FOR).map(|element| (element, node(element)))
            }
            ProxyHeader::Forwarded => {
                last_element(headers, &FORWARDED).map(|element| (element, for_parameter(element)))
            }
        };
        match forwarded {
            None => direct,
            Some((_, Some(peer))) => peer,
            Some((_, None)) => {
                // The value is not logged: it is a client's text. The proxy's address is enough to find the misconfiguration.
                tracing::warn!(proxy = %direct.address, "a named proxy forwarded no readable client address");
                direct
            }
        }
    }

    /// What quotas by address count under: the address, for IPv6 its /64, because one household holds that many addresses.
    pub fn quota_address(&self) -> IpAddr {
        match self.address {
            IpAddr::V4(_) => self.address,
            IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from(u128::from(address) & !u128::from(u64::MAX))),
        }
    }
}

impl Default for Peer {
    /// A request that came over no connection: in tests.
    fn default() -> Self {
        Self { address: IpAddr::V4(Ipv4Addr::UNSPECIFIED), port: None }
    }
}

/// Which proxies may speak for a client, and in which header.
#[derive(Clone, Debug, Default)]
pub struct Trust {
    /// Networks of our own proxies; empty: nobody forwards.
    pub proxies: Vec<Network>,
    /// The one header that is read.
    pub header: ProxyHeader,
}

/// The header in which our proxy writes the client's address. One only: a proxy passes the other one through untouched.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ProxyHeader {
    /// `X-Forwarded-For`, what nearly every proxy writes.
    #[default]
    XForwardedFor,
    /// `Forwarded` of RFC 7239.
    Forwarded,
}

static X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// The element after the last comma of the last header line. The cost does not grow with the number of elements.
fn last_element<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    let line = headers.get_all(name).iter().next_back()?;
    let text = line.to_str().unwrap_or_default();
    Some(text.rsplit(',').next().unwrap_or_default().trim())
}

/// The `for` parameter of one RFC 7239 element: `for="[2001:db8::1]:4711";proto=https`.
fn for_parameter(element: &str) -> Option<Peer> {
    let mut values = element.split(';').filter_map(|pair| {
        let (name, value) = pair.split_once('=')?;
        name.trim().eq_ignore_ascii_case("for").then(|| value.trim())
    });
    let value = values.next()?;
    if values.next().is_some() {
        return None; // two addresses for one hop: written by somebody who wants us to choose
    }
    node(value.strip_prefix('"').map_or(Some(value), |rest| rest.strip_suffix('"'))?)
}

/// `192.0.2.1`, `192.0.2.1:4711`, `2001:db8::1`, `[2001:db8::1]`, `[2001:db8::1]:4711`. Names and `unknown` are refused: nothing
/// is ever looked up.
fn node(text: &str) -> Option<Peer> {
    if let Ok(with_port) = text.parse::<SocketAddr>() {
        return Some(Peer { address: with_port.ip().to_canonical(), port: Some(with_port.port()) });
    }
    let bare = text.strip_prefix('[').map_or(Some(text), |rest| rest.strip_suffix(']'))?;
    let address: IpAddr = bare.parse().ok()?;
    Some(Peer { address: address.to_canonical(), port: None })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn network(text: &str) -> Network {
        Network::try_from(text.to_owned()).expect("a network")
    }

    fn seen(remote: &str, trust: &Trust, lines: &[(&'static str, &'static str)]) -> String {
        let mut headers = HeaderMap::new();
        for (name, value) in lines {
            headers.append(*name, value.parse().expect("a header value"));
        }
        let peer = Peer::of(remote.parse().expect("a socket address"), &headers, trust);
        format!("{} {}", peer.address, peer.port.map_or_else(|| "-".to_owned(), |port| port.to_string()))
    }

    #[test]
    fn only_a_named_proxy_speaks_for_a_client_and_only_its_last_word_counts() {
        let trust = Trust { proxies: vec![network("10.0.0.0/8")], header: ProxyHeader::XForwardedFor };
        for (remote, lines, expected) in [
            ("192.0.2.9:50", &[("x-forwarded-for", "127.0.0.1")][..], "192.0.2.9 50"),
            ("10.1.1.1:50", &[][..], "10.1.1.1 50"),
            ("10.1.1.1:50", &[("x-forwarded-for", "127.0.0.1, 203.0.113.7")], "203.0.113.7 -"),
            ("10.1.1.1:50", &[("x-forwarded-for", "203.0.113.7:4711")], "203.0.113.7 4711"),
            ("10.1.1.1:50", &[("x-forwarded-for", "127.0.0.1"), ("x-forwarded-for", "203.0.113.7")], "203.0.113.7 -"),
            ("10.1.1.1:50", &[("x-forwarded-for", "[2001:db8::1]:4711")], "2001:db8::1 4711"),
            ("10.1.1.1:50", &[("x-forwarded-for", "2001:db8::1")], "2001:db8::1 -"),
            ("10.1.1.1:50", &[("x-forwarded-for", "::ffff:203.0.113.7")], "203.0.113.7 -"),
            ("[::ffff:10.1.1.1]:50", &[("x-forwarded-for", "203.0.113.7")], "203.0.113.7 -"),
            ("10.1.1.1:50", &[("x-forwarded-for", "unknown")], "10.1.1.1 50"),
            ("10.1.1.1:50", &[("x-forwarded-for", "localhost")], "10.1.1.1 50"),
            ("10.1.1.1:50", &[("x-forwarded-for", "203.0.113.7,")], "10.1.1.1 50"),
            ("10.1.1.1:50", &[("x-forwarded-for", "203.0.113.7:99999")], "10.1.1.1 50"),
            ("10.1.1.1:50", &[("forwarded", "for=203.0.113.7")], "10.1.1.1 50"),
        ] {
            assert_eq!(seen(remote, &trust, lines), expected, "{remote} {lines:?}");
        }
    }

    #[test]
    fn the_header_of_rfc_7239_is_read_where_it_is_named() {
        let trust = Trust { proxies: vec![network("::1")], header: ProxyHeader::Forwarded };
        for (value, expected) in [
            ("for=203.0.113.7", "203.0.113.7 -"),
            ("proto=https; For=\"203.0.113.7:4711\" ;by=10.0.0.1", "203.0.113.7 4711"),
            ("for=127.0.0.1, for=\"[2001:db8::1]:4711\"", "2001:db8::1 4711"),
            ("for=127.0.0.1;for=203.0.113.7", "::1 50"),
            ("for=_hidden", "::1 50"),
            ("for=\"203.0.113.7", "::1 50"),
            ("proto=https", "::1 50"),
        ] {
            assert_eq!(seen("[::1]:50", &trust, &[("forwarded", value)]), expected, "{value}");
        }
    }

    #[test]
    fn a_household_counts_once() {
        let peer = |text: &str| Peer { address: text.parse().expect("an address"), port: None }.quota_address();
        assert_eq!(peer("2001:db8:1:2:3:4:5:6"), peer("2001:db8:1:2::9"));
        assert_ne!(peer("2001:db8:1:2::9"), peer("2001:db8:1:3::9"));
        assert_ne!(peer("192.0.2.1"), peer("192.0.2.2"));
    }
}
