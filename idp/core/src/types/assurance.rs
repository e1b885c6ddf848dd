//! How sure we are: of the authenticator used now ([`Aal`] → `acr`, `amr`) and of who the holder is ([`Ial`]).

use serde::{Deserialize, Serialize};

/// Authenticator assurance of one authentication (NIST SP 800-63B-4), spoken as `acr`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Aal {
    /// One factor.
    Aal1,
    /// Two factors, or a passkey with user verification.
    Aal2,
    /// A hardware key, resistant to phishing.
    Aal3,
}

impl Aal {
    /// All, lowest first.
    pub const ALL: [Self; 3] = [Self::Aal1, Self::Aal2, Self::Aal3];

    /// The value of the `acr` claim (`docs/contract.md` section 2).
    pub const fn acr(self) -> &'static str {
        match self {
            Self::Aal1 => "urn:idp:aal1",
            Self::Aal2 => "urn:idp:aal2",
            Self::Aal3 => "urn:idp:aal3",
        }
    }

    /// Reads an `acr` value; `None` for one that is not ours.
    pub fn from_acr(acr: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|level| level.acr() == acr)
    }
}

/// Identity assurance of a person (NIST SP 800-63A-4), spoken as the claim `identity_assurance`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Ial {
    /// Claimed by the person. A match with the registry proves the data, not the holder, and stays here.
    Ial0,
    /// Evidence was checked.
    Ial1,
    /// Evidence was checked and bound to the holder.
    Ial2,
    /// Checked in person.
    Ial3,
}

impl Ial {
    /// All, lowest first.
    pub const ALL: [Self; 4] = [Self::Ial0, Self::Ial1, Self::Ial2, Self::Ial3];

    /// The value of the `identity_assurance` claim.
    pub const fn urn(self) -> &'static str {
        match self {
            Self::Ial0 => "urn:idp:ial0",
            Self::Ial1 => "urn:idp:ial1",
            Self::Ial2 => "urn:idp:ial2",
            Self::Ial3 => "urn:idp:ial3",
        }
    }

    /// Reads the stored or claimed form.
    pub fn from_urn(urn: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|level| level.urn() == urn)
    }
}
