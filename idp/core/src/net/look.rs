//! Looking whether somebody is there, for `idp doctor`: with the words of the system, and the certificate of the other end.

use reqwest::{Client, Method, Response, redirect::Policy, tls::TlsInfo};
use url::Url;

use super::{Config, Net, Purpose, Refusal, extra_roots, read};

/// The longest body that is read.
const BYTES: usize = 256 * 1024;
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(3);

/// Who was seen. Over https, the certificate was valid for the name and led to an authority that we trust.
pub struct Seen {
    /// HTTP status code.
    pub status: u16,
    /// The body.
    pub body: Vec<u8>,
    /// The certificate of the other end in DER; `None` over plain http.
    pub certificate: Option<Vec<u8>>,
}

/// Looks at our own public address. It is the operator's own setting and may lie anywhere, so no allowance is asked.
///
/// # Errors
/// In words for an operator, without the address.
pub async fn look_at_ourselves(config: &Config, url: Url) -> Result<Seen, String> {
    let extra = extra_roots(config).map_err(|error| error.to_string())?;
    #[expect(clippy::disallowed_methods, reason = "this room makes the outgoing clients")]
    let builder = Client::builder().redirect(Policy::none()).no_proxy().tls_info(true).user_agent("idp doctor");
    let client = builder.tls_certs_merge(extra).build().map_err(|error| words(&error))?;
    let sent = client.get(url).timeout(PATIENCE).send().await;
    seen(sent.map_err(|error| words(&error))?).await
}

impl Net {
    /// Looks whether the other end of a purpose is there and may be asked. No question of the protocol is put to it.
    ///
    /// # Errors
    /// In words for an operator, without the address.
    pub async fn look(&self, purpose: Purpose, url: Url) -> Result<Seen, String> {
        let found = self.guards.get(&purpose).ok_or_else(|| Refusal::Host.to_string());
        let (guard, client) = found?;
        guard.check(&url).map_err(|refusal| refusal.to_string())?;
        let sent = client.request(Method::HEAD, url).timeout(PATIENCE).send().await;
        seen(sent.map_err(|error| words(&error))?).await
    }
}

async fn seen(response: Response) -> Result<Seen, String> {
    let certificate = response.extensions().get::<TlsInfo>().and_then(TlsInfo::peer_certificate).map(<[u8]>::to_vec);
    let answer = read(response, BYTES).await.map_err(|error| error.to_string())?;
    Ok(Seen { status: answer.status, body: answer.body, certificate })
}

/// The innermost cause: what it says around that is the library's way there.
fn words(error: &reqwest::Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(next) = cause.source() {
        cause = next;
    }
    if error.is_timeout() { "timed out".to_owned() } else { cause.to_string() }
}
