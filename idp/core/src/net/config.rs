//! What an operator says about outgoing requests.

use std::fmt;
use std::net::IpAddr;
use std::path::PathBuf;
use std::str::FromStr as _;

use ipnet::IpNet;
use serde::{Deserialize, Serialize};

/// Section `outgoing` of the configuration file.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Hosts that may live at addresses which are not public, each for one purpose.
    pub allow: Vec<Allow>,
    /// PEM file of certificate authorities trusted beside those of the system.
    pub ca_bundle: Option<PathBuf>,
}

/// One allowance. The host may then be asked over plain `http` too, and must live inside `network`: a name that
/// suddenly resolves elsewhere is refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Allow {
    /// Host name or literal address, as it stands in the URL.
    pub host: String,
    /// Where it lives, in CIDR notation.
    pub network: Network,
    /// What it may be asked for.
    pub purpose: Purpose,
}

/// Why the server goes out. Each has its own allowances and its own connections.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Purpose {
    /// Asking the population registry.
    PopulationRegistry,
    /// Handing a logout token to a relying party (OpenID Connect Back-Channel Logout 1.0).
    BackchannelLogout,
    /// Telling relying parties that rights of officials changed (RFC 8935).
    RightsEvents,
    /// Handing short messages to their gateway.
    SmsGateway,
}

impl Purpose {
    /// Every purpose.
    pub const ALL: [Self; 4] =
        [Self::PopulationRegistry, Self::BackchannelLogout, Self::RightsEvents, Self::SmsGateway];

    /// The word of the configuration and of the log.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::PopulationRegistry => "population-registry",
            Self::BackchannelLogout => "backchannel-logout",
            Self::RightsEvents => "rights-events",
            Self::SmsGateway => "sms-gateway",
        }
    }
}

/// A network in CIDR notation; a single address is a network of one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Network(IpNet);

impl Network {
    /// Whether the address lies inside. IPv4 and IPv6 never contain each other.
    pub fn contains(&self, address: IpAddr) -> bool {
        self.0.contains(&address)
    }
}

/// The text is no network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected a network such as 10.0.0.0/8 or one address")]
pub struct NetworkError;

impl TryFrom<String> for Network {
    type Error = NetworkError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let network = IpNet::from_str(&text).or_else(|_| IpAddr::from_str(&text).map(IpNet::from));
        network.map(Self).map_err(|_| NetworkError)
    }
}

impl From<Network> for String {
    fn from(network: Network) -> Self {
        network.to_string()
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
