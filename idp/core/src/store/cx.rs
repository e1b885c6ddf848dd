//! Who acts, when, and from where: every write knows it.

use std::{
    fmt,
    net::{IpAddr, SocketAddr},
};

use crate::types::{Agent, Id, Timestamp, id};

/// Who causes a change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Actor {
    /// Somebody not signed in.
    Anonymous,
    /// A person who is signed in.
    Person(Id<id::Person>),
    /// A relying party that authenticated itself.
    Party(Id<id::Party>),
    /// A job of the server, by name.
    Job(&'static str),
    /// An operator at the command line, by the name of their system account.
    Operator(String),
}

/// As records and rows write it.
impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Anonymous => f.write_str("anonymous"),
            Self::Person(id) => write!(f, "person:{id}"),
            Self::Party(id) => write!(f, "party:{id}"),
            Self::Job(name) => write!(f, "job:{name}"),
            Self::Operator(name) => write!(f, "operator:{name}"),
        }
    }
}

/// The reference of one request: shown on pages, sent as `X-Request-Id`, written in the log and in the audit record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestId(String);

impl RequestId {
    /// Takes a reference made by `crypto::random::readable`.
    pub const fn new(text: String) -> Self {
        Self(text)
    }

    /// The text that people read out.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The context of one request or one run of a job.
#[derive(Clone, Debug)]
pub struct Cx {
    /// Who acts.
    pub actor: Actor,
    /// When the request began; rules of this request use this instant and no other.
    pub now: Timestamp,
    /// Address and source port of the other end. The port is kept because many subscribers share one address.
    pub from: Option<SocketAddr>,
    /// The reference of the request.
    pub request: RequestId,
    /// With what a person came; `None` for programs, jobs and commands.
    pub agent: Option<Agent>,
}

impl Cx {
    /// A context for a job.
    pub fn job(name: &'static str, now: Timestamp) -> Self {
        Self {
            actor: Actor::Job(name),
            now,
            from: None,
            request: RequestId(crate::crypto::random::readable(16)),
            agent: None,
        }
    }

    /// A context for a command.
    pub fn operator(name: String, now: Timestamp) -> Self {
        Self {
            actor: Actor::Operator(name),
            now,
            from: None,
            request: RequestId(crate::crypto::random::readable(16)),
            agent: None,
        }
    }

    /// The same context with another actor: somebody has just signed in.
    #[must_use]
    pub fn acting(&self, actor: Actor) -> Self {
        Self { actor, ..self.clone() }
    }

    /// The address of the other end.
    pub fn address(&self) -> Option<IpAddr> {
        self.from.map(|from| from.ip())
    }
}
