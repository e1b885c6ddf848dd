//! The JWK Set (RFC 7517), made anew only when the keyring changes.

use std::sync::Arc;

use axum::{body::Bytes, extract::State, http::HeaderMap, response::Response};
use idp_core::keys::PublishedSet;

use crate::web::{house::House, public::document};

/// Keys are published at least ten minutes before they are used, twice what parties may keep this document.
pub(super) const CACHE: &str = "public, max-age=300, stale-while-revalidate=600";

/// The set as a body that shares its text with the keyring.
struct Shared(Arc<PublishedSet>);

impl AsRef<[u8]> for Shared {
    fn as_ref(&self) -> &[u8] {
        self.0.body.as_bytes()
    }
}

pub(super) async fn serve(State(house): State<Arc<House>>, headers: HeaderMap) -> Response {
    let set = house.keyring.public_set();
    document(&headers, &set.etag, (CACHE, "application/jwk-set+json"), Bytes::from_owner(Shared(Arc::clone(&set))))
}
