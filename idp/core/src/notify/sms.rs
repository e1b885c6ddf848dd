//! Short messages, handed to a gateway over HTTP: every operator of the country has one, and each names its fields differently.

use std::time::Duration;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use url::Url;

use super::{
    Channel, ChannelError, Rendered,
    smtp::{ConfigProblem, secret},
};
use crate::{
    net::{Net, NetError, Purpose, Request},
    types::{Fault, Secret},
};

const TIMEOUT: Duration = Duration::from_secs(10);

/// Section `notify.sms` of the configuration. The gateway is sent `POST` with one JSON object and `Authorization: Bearer TOKEN`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SmsConfig {
    /// Where messages are posted.
    pub url: String,
    /// What the gateway knows us by.
    #[serde(default, skip_serializing, deserialize_with = "secret")]
    pub token: Option<Secret<String>>,
    /// The field of the number, `+84…`.
    #[serde(default = "to")]
    pub to_field: String,
    /// The field of the text.
    #[serde(default = "text")]
    pub text_field: String,
    /// Further fields with fixed values, such as the name of the sender.
    #[serde(default)]
    pub fixed: std::collections::BTreeMap<String, String>,
}

fn to() -> String {
    "to".to_owned()
}

fn text() -> String {
    "text".to_owned()
}

/// The way to one gateway.
pub struct SmsChannel {
    config: SmsConfig,
    url: Url,
    net: Net,
}

impl SmsChannel {
    /// Checks the configuration; nothing is connected yet.
    ///
    /// # Errors
    /// The key that cannot be used, and why.
    pub fn new(config: SmsConfig, net: Net) -> Result<Self, ConfigProblem> {
        let url = Url::parse(&config.url).map_err(|_| ("notify.sms.url", "cli-config-not-an-address"))?;
        Ok(Self { config, url, net })
    }

    fn body(&self, message: &Rendered) -> Vec<u8> {
        let mut fields = serde_json::Map::new();
        fields.extend(self.config.fixed.iter().map(|(name, value)| (name.clone(), value.as_str().into())));
        fields.insert(self.config.to_field.clone(), message.to.as_str().into());
        fields.insert(self.config.text_field.clone(), message.body.as_str().into());
        serde_json::Value::Object(fields).to_string().into_bytes()
    }
}

#[async_trait]
impl Channel for SmsChannel {
    async fn send(&self, message: &Rendered) -> Result<(), ChannelError> {
        let mut request =
            Request::post(self.url.clone(), "application/json", self.body(message)).within(TIMEOUT).at_most(64 * 1024);
        if let Some(token) = &self.config.token {
            request = request.header("authorization", &format!("Bearer {}", token.reveal()));
        }
        let later =
            |cause: String| ChannelError::Later(Fault::passing("handing a short message to its gateway", cause));
        let answer = self.net.send(Purpose::SmsGateway, request).await.map_err(|error| match error {
            NetError::Refused(_) => ChannelError::Never("we do not go to the address of the gateway"),
            error => later(error.to_string()),
        })?;
        match answer.status {
            200..=299 => Ok(()),
            400 | 404 | 410 | 422 => Err(ChannelError::Never("the gateway refused it")),
            status => Err(later(format!("status {status}"))),
        }
    }
}
