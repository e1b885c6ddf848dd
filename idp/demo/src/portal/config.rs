//! What a portal is told, and the same after parsing.

use std::io::{Error, ErrorKind};

use openidconnect::{ClientId, ClientSecret, IssuerUrl, PostLogoutRedirectUrl, RedirectUrl};

/// How one portal presents itself and which provider it trusts. It holds a secret and therefore has no `Debug`.
#[derive(Clone)]
pub struct PortalConfig {
    /// The portal's name on its Vietnamese pages.
    pub name_vi: String,
    /// The portal's name on its English pages.
    pub name_en: String,
    /// The provider, exactly as its discovery document names itself.
    pub issuer: String,
    /// Registered at the provider.
    pub client_id: String,
    /// Registered at the provider; sent as `client_secret_basic`.
    pub client_secret: String,
    /// Where browsers find this portal, for example `http://127.0.0.1:8081`. Registered there: `/callback`, `/`, `/backchannel-logout`.
    pub base_url: String,
    /// Name of the session cookie. Cookies know no ports, so two portals on one host need two names.
    pub cookie_name: String,
}

/// The parsed form.
pub(super) struct Settings {
    pub(super) name_vi: String,
    pub(super) name_en: String,
    pub(super) issuer: IssuerUrl,
    pub(super) client_id: ClientId,
    pub(super) client_secret: ClientSecret,
    pub(super) redirect_uri: RedirectUrl,
    pub(super) post_logout_redirect_uri: PostLogoutRedirectUrl,
    pub(super) cookie_name: String,
    /// Whether cookies carry `Secure`: not on a plain loopback address, where scripted clients would drop them.
    pub(super) secure: bool,
}

impl Settings {
    /// Parses addresses and the cookie's name.
    pub(super) fn parse(config: PortalConfig) -> Result<Self, Error> {
        let token = |c: char| c.is_ascii_alphanumeric() || "_-".contains(c);
        if config.cookie_name.is_empty() || !config.cookie_name.chars().all(token) {
            return Err(invalid("cookie_name"));
        }
        let base = config.base_url.trim_end_matches('/');
        Ok(Self {
            issuer: IssuerUrl::new(config.issuer).map_err(|_| invalid("issuer"))?,
            redirect_uri: RedirectUrl::new(format!("{base}/callback")).map_err(|_| invalid("base_url"))?,
            post_logout_redirect_uri: PostLogoutRedirectUrl::new(format!("{base}/"))
                .map_err(|_| invalid("base_url"))?,
            secure: base.starts_with("https:"),
            name_vi: config.name_vi,
            name_en: config.name_en,
            client_id: ClientId::new(config.client_id),
            client_secret: ClientSecret::new(config.client_secret),
            cookie_name: config.cookie_name,
        })
    }
}

fn invalid(field: &'static str) -> Error {
    Error::new(ErrorKind::InvalidInput, field)
}
