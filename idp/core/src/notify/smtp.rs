//! Mail, handed to one mail server (RFC 5321) over TLS.

use std::time::Duration;

use async_trait::async_trait;
use lettre::{
    AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor,
    message::{Mailbox, header::ContentType},
    transport::smtp::authentication::Credentials,
};
use serde::{Deserialize, Deserializer, Serialize};

use super::{Channel, ChannelError, Rendered};
use crate::types::{Fault, Secret};

const TIMEOUT: Duration = Duration::from_secs(10);

/// How the connection to the mail server is protected.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SmtpTls {
    /// TLS from the first byte, port 465 (RFC 8314).
    #[default]
    Implicit,
    /// `STARTTLS`, port 587; without it nothing is sent.
    Starttls,
    /// None: a mail server on this machine only.
    None,
}

/// Section `notify.smtp` of the configuration.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SmtpConfig {
    /// The mail server.
    pub host: String,
    /// Its port. Absent: 465, 587 or 25, as `tls` says.
    #[serde(default)]
    pub port: Option<u16>,
    /// How the connection is protected.
    #[serde(default)]
    pub tls: SmtpTls,
    /// The sender, `Name <address>` or the address alone.
    pub from: String,
    /// The user there. Absent: none is needed.
    #[serde(default)]
    pub user: Option<String>,
    /// Their password.
    #[serde(default, skip_serializing, deserialize_with = "secret")]
    pub password: Option<Secret<String>>,
}

pub(super) fn secret<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Secret<String>>, D::Error> {
    Ok(Option::<String>::deserialize(deserializer)?.map(Secret::new))
}

/// What is wrong with a configuration: its key, and the key of the sentence that says what.
pub type ConfigProblem = (&'static str, &'static str);

/// The way to one mail server.
pub struct SmtpChannel {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
}

impl SmtpChannel {
    /// Checks the configuration; nothing is connected yet.
    ///
    /// # Errors
    /// The key that cannot be used, and why.
    pub fn new(config: &SmtpConfig) -> Result<Self, ConfigProblem> {
        let from = config.from.parse().map_err(|_| ("notify.smtp.from", "cli-config-smtp-from"))?;
        let host = config.host.as_str();
        let is_local = matches!(host, "localhost" | "127.0.0.1" | "::1");
        let builder = match config.tls {
            SmtpTls::Implicit => AsyncSmtpTransport::<Tokio1Executor>::relay(host),
            SmtpTls::Starttls => AsyncSmtpTransport::<Tokio1Executor>::starttls_relay(host),
            SmtpTls::None if is_local => Ok(AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(host)),
            // A password or a code in the clear on a network is everybody's.
            SmtpTls::None => return Err(("notify.smtp.tls", "cli-config-smtp-plain")),
        };
        let mut builder = builder.map_err(|_| ("notify.smtp.host", "cli-config-host"))?.timeout(Some(TIMEOUT));
        if let Some(port) = config.port {
            builder = builder.port(port);
        }
        if let (Some(user), Some(password)) = (&config.user, &config.password) {
            builder = builder.credentials(Credentials::new(user.clone(), password.reveal().clone()));
        }
        Ok(Self { transport: builder.build(), from })
    }
}

#[async_trait]
impl Channel for SmtpChannel {
    async fn send(&self, message: &Rendered) -> Result<(), ChannelError> {
        let to = message.to.parse().map_err(|_| ChannelError::Never("the recipient is no mail address"))?;
        let mail = Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(None, to))
            .subject(message.subject.clone())
            .header(ContentType::TEXT_PLAIN)
            .body(message.body.clone())
            .map_err(|_| ChannelError::Never("it cannot be written as a mail"))?;
        match self.transport.send(mail).await {
            Ok(_) => Ok(()),
            Err(error) if error.is_permanent() => Err(ChannelError::Never("the mail server refused it")),
            // The text of an error of the mail server may hold the recipient.
            Err(_) => Err(ChannelError::Later(Fault::passing("handing a mail to the mail server", "no success"))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{SmtpChannel, SmtpConfig, SmtpTls};

    #[test]
    fn mail_goes_in_the_clear_to_this_machine_only() {
        let config = |host: &str, tls, from: &str| SmtpConfig {
            host: host.to_owned(),
            port: None,
            tls,
            from: from.to_owned(),
            user: None,
            password: None,
        };
        let sender = "Tỉnh Mẫu <khong-tra-loi@tinh.example>";
        for (config, expected) in [
            (config("mail.tinh.example", SmtpTls::Implicit, sender), None),
            (config("mail.tinh.example", SmtpTls::Starttls, sender), None),
            (config("localhost", SmtpTls::None, sender), None),
            (config("mail.tinh.example", SmtpTls::None, sender), Some("notify.smtp.tls")),
            (config("mail.tinh.example", SmtpTls::Implicit, "nobody"), Some("notify.smtp.from")),
        ] {
            assert_eq!(SmtpChannel::new(&config).err().map(|(key, _)| key), expected, "{config:?}");
        }
    }
}
