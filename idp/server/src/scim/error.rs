//! Why this door refuses: status, `scimType` and sentence of each reason (RFC 7644 section 3.12). The only place of it that chooses them.

use std::borrow::Cow;

use axum::{
    http::{HeaderValue, StatusCode, header::WWW_AUTHENTICATE},
    response::{IntoResponse, Response},
};
use idp_core::{
    admin::EndError,
    office::{DeskError, Refused},
    store::StoreError,
    text,
    types::{Fault, Locale},
};
use serde_json::{Value, json};

use crate::web::{Problem, problem};

/// The schema of every refusal.
pub(super) const ERROR: &str = "urn:ietf:params:scim:api:messages:2.0:Error";

/// Why something was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Why {
    /// No token, or none that is good here.
    Unknown,
    /// A token without the scope of this door.
    NoScope,
    /// The party holds no role that permits this, or not there.
    Forbidden,
    /// Not there, or not within the caller's units: nobody learns which.
    NotFound,
    Method,
    TooMany,
    TooLarge,
    MediaType,
    /// Not JSON, too deep, or no such message.
    Syntax,
    Filter,
    /// A filter for which more would have to be looked at than one request may cost: `at` says how many are.
    Wide,
    Path,
    NoTarget,
    /// A value that cannot be: `at` says where.
    Value,
    /// What only we write, or nobody changes.
    Mutability,
    /// Another user of this party has the name, or the person is one of its users already.
    Uniqueness,
    /// Several persons claim the number, or somebody of another name has it.
    Person,
    /// The posts do not allow it.
    State,
    /// `If-Match` names another version.
    Version,
    Cursor,
    Count,
    /// Sorting is not offered.
    Sort,
    /// A whole message of operations that is too large.
    TooManyOperations,
}

impl Why {
    const fn is(self) -> (StatusCode, Option<&'static str>, &'static str) {
        match self {
            Self::Unknown => (StatusCode::UNAUTHORIZED, None, "scim-unknown-caller"),
            Self::NoScope => (StatusCode::FORBIDDEN, None, "scim-no-scope"),
            Self::Forbidden => (StatusCode::FORBIDDEN, None, "scim-forbidden"),
            Self::NotFound => (StatusCode::NOT_FOUND, None, "scim-not-found"),
            Self::Method => (StatusCode::METHOD_NOT_ALLOWED, None, "scim-method"),
            Self::TooMany => (StatusCode::TOO_MANY_REQUESTS, None, "scim-too-many"),
            Self::TooLarge => (StatusCode::PAYLOAD_TOO_LARGE, None, "scim-too-large"),
            Self::MediaType => (StatusCode::UNSUPPORTED_MEDIA_TYPE, None, "scim-media-type"),
            Self::Syntax => (StatusCode::BAD_REQUEST, Some("invalidSyntax"), "scim-syntax"),
            Self::Filter => (StatusCode::BAD_REQUEST, Some("invalidFilter"), "scim-filter"),
            Self::Wide => (StatusCode::BAD_REQUEST, Some("tooMany"), "scim-filter-wide"),
            Self::Path => (StatusCode::BAD_REQUEST, Some("invalidPath"), "scim-path"),
            Self::NoTarget => (StatusCode::BAD_REQUEST, Some("noTarget"), "scim-no-target"),
            Self::Value => (StatusCode::BAD_REQUEST, Some("invalidValue"), "scim-value"),
            Self::Mutability => (StatusCode::BAD_REQUEST, Some("mutability"), "scim-mutability"),
            Self::Uniqueness => (StatusCode::CONFLICT, Some("uniqueness"), "scim-uniqueness"),
            Self::Person => (StatusCode::CONFLICT, Some("uniqueness"), "scim-person"),
            Self::State => (StatusCode::CONFLICT, None, "scim-state"),
            Self::Version => (StatusCode::PRECONDITION_FAILED, None, "scim-version"),
            Self::Cursor => (StatusCode::BAD_REQUEST, Some("invalidCursor"), "scim-cursor"),
            Self::Count => (StatusCode::BAD_REQUEST, Some("invalidCount"), "scim-count"),
            Self::Sort => (StatusCode::BAD_REQUEST, Some("invalidValue"), "scim-sort"),
            Self::TooManyOperations => (StatusCode::PAYLOAD_TOO_LARGE, None, "scim-too-many-operations"),
        }
    }
}

/// How a request ends without an answer.
#[derive(Debug)]
pub(super) enum Stop {
    /// A refusal. `at`: which attribute or word, for the sentence; never a value that may be personal.
    Refused {
        why: Why,
        at: Cow<'static, str>,
    },
    /// The office's gate or the gate of the register refused: also for the audit log.
    Gate {
        why: Why,
        because: &'static str,
    },
    Fault(Fault),
}

impl Stop {
    pub(super) fn at(why: Why, at: impl Into<Cow<'static, str>>) -> Self {
        Self::Refused { why, at: at.into() }
    }
}

impl From<Why> for Stop {
    fn from(why: Why) -> Self {
        Self::at(why, "")
    }
}

impl From<Fault> for Stop {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

impl From<StoreError> for Stop {
    fn from(error: StoreError) -> Self {
        if error.is_unique("scim_user", "user_key") || error.is_unique("scim_user", "external_id") {
            return Why::Uniqueness.into();
        }
        Self::Fault(error.into())
    }
}

impl From<DeskError> for Stop {
    fn from(error: DeskError) -> Self {
        let because = error.word().unwrap_or("fault");
        match error {
            DeskError::Store(error) => error.into(),
            DeskError::Unknown => Why::NotFound.into(),
            DeskError::Changed(_) => Why::Version.into(),
            DeskError::NotActing(_) | DeskError::Refused(Refused::Beyond(_) | Refused::SamePerson) => {
                Self::Gate { why: Why::Forbidden, because }
            }
            DeskError::Refused(
                Refused::State | Refused::Waits | Refused::LastOwner | Refused::Separated(..) | Refused::Apart(..),
            ) => Self::Gate { why: Why::State, because },
            DeskError::Refused(Refused::Person | Refused::Unclear) => Why::Person.into(),
            DeskError::Refused(Refused::Field(at)) => Self::at(Why::Value, at),
            DeskError::Refused(_) => Self::at(Why::Value, because),
        }
    }
}

/// Somebody who administers leaves: a list of personnel does not end that, a person who may must.
impl From<EndError> for Stop {
    fn from(error: EndError) -> Self {
        match error {
            EndError::Store(error) => error.into(),
            EndError::Beyond(_) => Self::Gate { why: Why::Forbidden, because: "administers" },
            EndError::LastOwner | EndError::BreakGlass | EndError::Ended => {
                Self::Gate { why: Why::State, because: "administers" }
            }
        }
    }
}

impl Stop {
    /// Status and body, in the caller's language.
    pub(super) fn shown(&self, locale: Locale, reference: &str) -> (StatusCode, Value) {
        let (why, at) = match self {
            Self::Refused { why, at } => (*why, at.as_ref()),
            Self::Gate { why, because } => (*why, *because),
            Self::Fault(fault) => {
                let status = if fault.is_passing() {
                    StatusCode::SERVICE_UNAVAILABLE
                } else {
                    StatusCode::INTERNAL_SERVER_ERROR
                };
                let detail = text::say_with(locale, "scim-fault", &[("reference", reference)]);
                return (status, body(status, None, &detail));
            }
        };
        let (status, kind, key) = why.is();
        let at = if at.is_empty() { "-" } else { at };
        (status, body(status, kind, &text::say_with(locale, key, &[("at", at)])))
    }

    /// The answer to a request that asks for one thing.
    pub(super) fn respond(self, locale: Locale, reference: &str) -> Response {
        let (status, body) = self.shown(locale, reference);
        let challenge = match &self {
            Self::Refused { why: Why::Unknown, .. } => Some("Bearer"),
            Self::Refused { why: Why::NoScope, .. } => Some("Bearer error=\"insufficient_scope\", scope=\"admin\""),
            _ => None,
        };
        if let Self::Fault(fault) = self {
            problem::log(&Problem::from(fault));
        }
        let mut response = super::answer::json(status, &body).into_response();
        if let Some(challenge) = challenge {
            response.headers_mut().insert(WWW_AUTHENTICATE, HeaderValue::from_static(challenge));
        }
        response
    }
}

fn body(status: StatusCode, kind: Option<&str>, detail: &str) -> Value {
    let mut body = json!({"schemas": [ERROR], "status": status.as_str(), "detail": detail});
    if let Some(kind) = kind {
        body["scimType"] = kind.into();
    }
    body
}

#[cfg(test)]
mod tests {
    use idp_core::{
        office::{Beyond, DeskError, Refused},
        types::{Fault, Locale},
    };

    use super::{Stop, Why};

    #[test]
    fn each_refusal_has_its_status_and_type() {
        for (stop, status, kind) in [
            (Why::NotFound.into(), 404, None),
            (Stop::at(Why::Value, "posts"), 400, Some("invalidValue")),
            (Stop::at(Why::Wide, "5000"), 400, Some("tooMany")),
            (DeskError::Unknown.into(), 404, None),
            (DeskError::Changed(3).into(), 412, None),
            (DeskError::Refused(Refused::Beyond(Beyond::NoPower)).into(), 403, None),
            (DeskError::Refused(Refused::Unconfirmed).into(), 400, Some("invalidValue")),
            (DeskError::Refused(Refused::Person).into(), 409, Some("uniqueness")),
            (DeskError::Refused(Refused::LastOwner).into(), 409, None),
            (Stop::from(Fault::bug("a test")), 500, None),
        ] {
            for locale in Locale::ALL {
                let (found, body) = stop.shown(locale, "REF");
                assert_eq!((found.as_u16(), body["scimType"].as_str()), (status, kind), "{stop:?}");
                assert_eq!(body["status"], status.to_string());
                assert!(!body["detail"].as_str().unwrap_or_default().contains('\u{27e6}'), "{body}");
            }
        }
    }
}
