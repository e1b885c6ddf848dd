//! Secrets that we hand out once and know again by their digest: codes, refresh tokens, sessions, client secrets.

use std::marker::PhantomData;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

use crate::{
    crypto::{digest, random},
    types::{Digest, Secret},
};

/// What a handle is for. Its prefix is part of the digest, so a refresh token can never be found among the codes.
pub trait Kind {
    /// Shown in front of the random part.
    const PREFIX: &'static str;
}

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident $prefix:literal)*) => {$(
        $(#[$doc])*
        #[derive(Debug)]
        pub enum $name {}
        impl Kind for $name {
            const PREFIX: &'static str = $prefix;
        }
    )*
    /// Every kind, by name and prefix: for the rule that each has its line in the table of misuses.
    pub const KINDS: &[(&str, &str)] = &[$((stringify!($name), $prefix)),*];
    };
}
kinds! {
    /// An authorization code (RFC 6749 section 4.1.2).
    Code "ac_"
    /// A refresh token.
    Refresh "rt_"
    /// A client secret made by us.
    ClientSecret "cs_"
    /// The cookie of a session.
    SessionCookie "ss_"
    /// The binding of a browser: says nothing about anybody.
    Browser "br_"
    /// A sign-in transaction.
    Transaction "tx_"
    /// A ceremony with an authenticator.
    Ceremony "ce_"
    /// A browser that signed in to one account before.
    Device "dv_"
    /// A recovery under way.
    Recovery "rc_"
    /// The way to stop a recovery.
    RecoveryCancel "rx_"
    /// A cross-site POST kept until the browser comes back with its cookies.
    Posted "po_"
    /// The cookie of the web console.
    ConsoleCookie "cn_"
    /// The link that makes the first platform owner.
    OwnerOffer "ow_"
    /// The link at which the key of a break-glass account is registered.
    SealLink "bg_"
    /// The link at which an official makes the account of their record.
    Invitation "in_"
}

/// A fresh random 256-bit secret of one kind.
pub struct Handle<K>(Secret<String>, PhantomData<fn() -> K>);

impl<K: Kind> Handle<K> {
    /// Draws a new one.
    pub fn generate() -> Self {
        let text = format!("{}{}", K::PREFIX, URL_SAFE_NO_PAD.encode(random::bytes::<32>()));
        Self(Secret::new(text), PhantomData)
    }

    /// The text for its one receiver.
    pub fn reveal(&self) -> &str {
        self.0.reveal()
    }

    /// What a row holds.
    pub fn digest(&self) -> Digest {
        digest::sha256(self.0.reveal().as_bytes())
    }

    /// The digest of a value that somebody showed us; `None` where it cannot be of this kind, so that no look-up is made.
    pub fn digest_of(shown: &str) -> Option<Digest> {
        let random = shown.strip_prefix(K::PREFIX)?;
        let fits = random.len() == 43 && random.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
        fits.then(|| digest::sha256(shown.as_bytes()))
    }
}

#[cfg(test)]
mod tests {
    use super::{Code, Handle, Refresh};

    #[test]
    fn a_handle_is_known_again_only_as_its_own_kind() {
        let code = Handle::<Code>::generate();
        assert_eq!(Handle::<Code>::digest_of(code.reveal()), Some(code.digest()));
        assert_eq!(Handle::<Refresh>::digest_of(code.reveal()), None);
        assert_eq!(Handle::<Code>::digest_of("ac_short"), None);
        assert_eq!(Handle::<Code>::digest_of(&format!("{} ", code.reveal())), None);
    }
}
