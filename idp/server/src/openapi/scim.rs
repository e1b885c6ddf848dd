//! The door for personnel systems, `application/scim+json` throughout: one path here, because it describes itself in its own form (`/scim/v2/Schemas`, `/scim/v2/ResourceTypes`).

use super::table::{Body, Operation, Route, get, post, public};

const ANSWERS: &[(u16, Option<Body>)] = &[
    (200, Some(Body::Any)),
    (201, Some(Body::Any)),
    (400, Some(Body::Any)),
    (401, Some(Body::Any)),
    (403, Some(Body::Any)),
    (404, Some(Body::Any)),
    (405, Some(Body::Any)),
    (409, Some(Body::Any)),
    (412, Some(Body::Any)),
    (413, Some(Body::Any)),
    (415, Some(Body::Any)),
    (429, Some(Body::Any)),
];

/// SCIM 2.0.
pub(super) const ROUTES: &[Route] = &[public(
    "/scim/v2/{rest}",
    "scim",
    &[
        get("scim_read", "Users, groups and what this door is (RFC 7644); also PUT, PATCH and DELETE", ANSWERS)
            .by("access_token"),
        Operation {
            takes: Some(Body::Any),
            ..post("scim_write", "New users, searches and bulk requests (RFC 7644)", &[], ANSWERS).by("access_token")
        },
    ],
)];
