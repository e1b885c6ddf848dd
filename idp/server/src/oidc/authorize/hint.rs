//! Tokens that we signed, shown back to us: `id_token_hint` (OpenID Connect Core section 3.1.2.1, RP-Initiated Logout section 2).

use idp_core::crypto::jws::{self, Alg, Expected};
use serde_json::Value;

use crate::web::house::House;

/// What a hint says. It proves that we once signed it for this party; not that anybody is signed in.
pub(in crate::oidc) struct Hint {
    pub(in crate::oidc) sub: String,
    pub(in crate::oidc) client_id: String,
    pub(in crate::oidc) sid: Option<String>,
}

/// Checks a hint: our signature, our issuer, one audience. Its `exp` is ignored, as the specifications say: a hint is
/// usually an old token. A logout token cannot stand in for it, because its `typ` differs.
pub(in crate::oidc) fn check(house: &House, token: &str) -> Option<Hint> {
    let expected = Expected { algs: &Alg::ALL, typs: &["JWT", ""] };
    let keys =
        |kid: Option<&str>, alg| kid.and_then(|kid| house.keyring.verification_key(kid, alg)).into_iter().collect();
    let claims = jws::verify(token, &expected, keys).ok()?.claims;
    let text = |name: &str| claims.get(name).and_then(Value::as_str).map(str::to_owned);
    if text("iss")? != house.issuer || claims.contains_key("events") {
        return None;
    }
    Some(Hint { sub: text("sub")?, client_id: text("aud")?, sid: text("sid") })
}
