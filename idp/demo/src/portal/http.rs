//! How the portal calls the provider: short, small, and never to where a redirect points.

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use openidconnect::{AsyncHttpClient, HttpRequest, HttpResponse};

/// A discovery document or key set is a few KiB.
const ANSWER_LIMIT: usize = 1024 * 1024;

/// The client that `openidconnect` is given.
pub(super) struct Http(reqwest::Client);

/// Why the provider gave no answer.
#[derive(Debug, thiserror::Error)]
pub(super) enum HttpError {
    #[error("the exchange failed")]
    Exchange(#[from] reqwest::Error),
    #[error("the answer is larger than {ANSWER_LIMIT} bytes")]
    TooLarge,
    #[error("the answer could not be handed on")]
    Unusable(#[from] openidconnect::http::Error),
}

impl Http {
    /// A client that follows no redirect: a provider that redirects its token endpoint could be made to ask other servers (SSRF).
    #[expect(
        clippy::disallowed_methods,
        reason = "the portal plays an outside system, which does not have the server's client"
    )]
    pub(super) fn new() -> Result<Self, HttpError> {
        let builder = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .connect_timeout(Duration::from_secs(2))
            .timeout(Duration::from_secs(5));
        Ok(Self(builder.build()?))
    }

    async fn exchange(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let mut answer = self.0.execute(request.try_into()?).await?;
        let mut body = Vec::new();
        while let Some(chunk) = answer.chunk().await? {
            if body.len() + chunk.len() > ANSWER_LIMIT {
                return Err(HttpError::TooLarge);
            }
            body.extend_from_slice(&chunk);
        }
        let mut response = openidconnect::http::Response::builder().status(answer.status()).body(body)?;
        *response.headers_mut() = answer.headers().clone();
        Ok(response)
    }
}

impl<'c> AsyncHttpClient<'c> for Http {
    type Error = HttpError;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, HttpError>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(self.exchange(request))
    }
}
