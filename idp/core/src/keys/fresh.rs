//! New key material, made before the transaction that stores it: an RSA key takes longer than a lock may be held.

use crate::{
    crypto::{jwk, jws::Alg},
    types::{Fault, Secret},
};

/// A key pair that no row knows yet.
pub struct Fresh {
    pub(super) alg: Alg,
    pub(super) kid: String,
    /// The public JWK as JSON, with `kid`, `use` and `alg`.
    pub(super) public: String,
    /// The private JWK as JSON.
    pub(super) private: Secret<Vec<u8>>,
}

impl Fresh {
    /// Makes one on a thread of its own.
    pub async fn generate(alg: Alg) -> Result<Self, Fault> {
        tokio::task::spawn_blocking(move || Self::make(alg))
            .await
            .map_err(|error| Fault::new("making a signing key", error))?
    }

    fn make(alg: Alg) -> Result<Self, Fault> {
        let write = |error| Fault::new("writing a signing key", error);
        let key = jwk::generate(alg)?;
        let public = jwk::public(&key, alg)?;
        Ok(Self {
            alg,
            kid: jwk::thumbprint(&key)?,
            public: serde_json::to_string(&public).map_err(write)?,
            private: Secret::new(serde_json::to_vec(key.as_ref()).map_err(write)?),
        })
    }

    /// The algorithm that it is for.
    pub const fn alg(&self) -> Alg {
        self.alg
    }

    /// The RFC 7638 thumbprint.
    pub fn kid(&self) -> &str {
        &self.kid
    }
}
