//! The connector profile `soap-direct`: SOAP 1.1 over HTTPS with a hash that is bound to address and moment.

use std::time::Duration;

use async_trait::async_trait;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Deserializer, Serialize};
use tokio::time::{Instant, sleep};
use url::Url;

use super::envelope::{self, MAX_ANSWER, NameForm};
use super::{Match, PopulationRegistry, RegistryError, Verification};
use crate::crypto::{digest, random};
use crate::net::{Answer, Net, NetError, Purpose, Request};
use crate::types::{Clock, Secret};

/// One try, from connecting to the last byte.
const TRY: Duration = Duration::from_secs(3);
/// Everything: a page waits for this.
const TOTAL: Duration = Duration::from_secs(5);
/// A second try with less time than this left would only add load.
const WORTH_TRYING: Duration = Duration::from_millis(500);
/// Longest wait before the second try, so that callers do not come back in step.
const JITTER_MS: u32 = 250;

/// Section `people.registry` of the configuration file.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Address of the service. It is also part of the hash, so write it exactly as the registry knows it.
    pub url: String,
    /// User of the service; also sent as `TaiKhoan`.
    pub user: String,
    /// Shared secret of that user.
    #[serde(skip_serializing, deserialize_with = "secret")]
    pub secret: Option<Secret<String>>,
    /// `MaDVC`: code of the public service that asks.
    pub service_code: String,
    /// `MaTichHop`: code of the integration; 003 is seen for verification.
    pub integration_code: String,
    /// `MaCanBo`: personal number of the officer who answers for questions that citizens trigger.
    pub officer: String,
    /// `MaDonVi`: code of the asking unit.
    pub unit: String,
    /// How the name is written.
    pub name_form: NameForm,
    /// Namespace of questions.
    pub request_namespace: String,
    /// Namespace of answers.
    pub answer_namespace: String,
    /// Elements below the SOAP body that lead to the answer, the answer last.
    pub answer_path: Vec<String>,
    /// Header `X-Road-Client`, where the national exchange stands between.
    pub x_road_client: Option<String>,
    /// Header `ApiKey`, where the national exchange stands between.
    #[serde(skip_serializing, deserialize_with = "secret")]
    pub api_key: Option<Secret<String>>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            url: String::new(),
            user: String::new(),
            secret: None,
            service_code: String::new(),
            integration_code: "003".to_owned(),
            officer: String::new(),
            unit: String::new(),
            name_form: NameForm::default(),
            request_namespace: "http://dancuquocgia.bca".to_owned(),
            answer_namespace: "http://www.mic.gov.vn/dancu/1.0".to_owned(),
            answer_path: ["CongdanCollection", "CongDan", "TonTai"].map(str::to_owned).to_vec(),
            x_road_client: None,
            api_key: None,
        }
    }
}

/// What is wrong with the configuration; the field is below `people.registry`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("people.registry.{field}: {problem}")]
pub struct ConfigProblem {
    /// The field.
    pub field: &'static str,
    /// For an operator.
    pub problem: &'static str,
}

/// A registry behind the profile `soap-direct`.
pub struct Soap {
    config: Config,
    url: Url,
    secret: Secret<String>,
    net: Net,
    clock: Clock,
}

impl Soap {
    /// Checks the configuration.
    ///
    /// # Errors
    /// All problems at once.
    pub fn new(config: Config, net: Net, clock: Clock) -> Result<Self, Vec<ConfigProblem>> {
        let mut problems: Vec<ConfigProblem> = missing(&config).collect();
        let url = Url::parse(&config.url);
        if url.is_err() && !config.url.is_empty() {
            problems.push(ConfigProblem { field: "url", problem: "is not an address" });
        }
        match (url, config.secret.clone()) {
            (Ok(url), Some(secret)) if problems.is_empty() => Ok(Self { config, url, secret, net, clock }),
            _ => Err(problems),
        }
    }

    async fn attempt(&self, body: &str, limit: Duration) -> Result<Match, RegistryError> {
        let request =
            Request::post(self.url.clone(), "text/xml; charset=utf-8", body).within(limit).at_most(MAX_ANSWER);
        let answer = self.net.send(Purpose::PopulationRegistry, self.signed(request)).await.map_err(lost)?;
        self.judge(&answer)
    }

    /// `Authorization: Basic base64(user:SHA256hex(url + user + timestamp + secret))` and the exchange's headers.
    fn signed(&self, request: Request) -> Request {
        let timestamp = self.clock.now().millis().to_string();
        let Config { url, user, .. } = &self.config;
        let input = Secret::new(format!("{url}{user}{timestamp}{}", self.secret.reveal()));
        let hash = hex::encode(digest::sha256(input.reveal().as_bytes()).bytes());
        let basic = STANDARD.encode(format!("{user}:{hash}"));
        let mut request = request
            .header("authorization", &format!("Basic {basic}"))
            .header("timestamp", &timestamp)
            .header("soapaction", "\"\"")
            .header("accept", "text/xml");
        if let Some(client) = &self.config.x_road_client {
            request = request.header("x-road-client", client);
        }
        if let Some(key) = &self.config.api_key {
            request = request.header("apikey", key.reveal());
        }
        request
    }

    /// SOAP 1.1 §6.2 sends a Fault with status 500, so the body speaks before the status does.
    fn judge(&self, answer: &Answer) -> Result<Match, RegistryError> {
        match (envelope::answer(&self.config, &answer.body), answer.status) {
            (Ok(found), 200) => Ok(found),
            (Err(RegistryError::BadAnswer) | Ok(_), 400..=499) => {
                Err(RegistryError::Refused(format!("HTTP_{}", answer.status)))
            }
            (Err(RegistryError::BadAnswer) | Ok(_), 500..) => Err(RegistryError::Unavailable),
            (Ok(_), _) => Err(RegistryError::BadAnswer),
            (Err(error), _) => Err(error),
        }
    }
}

#[async_trait]
impl PopulationRegistry for Soap {
    async fn verify(&self, request: &Verification) -> Result<Match, RegistryError> {
        let started = Instant::now();
        let body = envelope::question(&self.config, request);
        let first = self.attempt(&body, TRY).await;
        if first != Err(RegistryError::Unavailable) {
            return first;
        }
        let wait = Duration::from_millis(u64::from(random::below(JITTER_MS)));
        let left = TOTAL.saturating_sub(started.elapsed() + wait);
        if left < WORTH_TRYING {
            return first;
        }
        sleep(wait).await;
        self.attempt(&body, left.min(TRY)).await
    }
}

fn missing(config: &Config) -> impl Iterator<Item = ConfigProblem> {
    let path = config.answer_path.concat();
    let secret = config.secret.as_ref().map_or("", |secret| secret.reveal().as_str());
    let fields = [
        ("url", config.url.as_str()),
        ("user", &config.user),
        ("secret", secret),
        ("service_code", &config.service_code),
        ("integration_code", &config.integration_code),
        ("officer", &config.officer),
        ("unit", &config.unit),
        ("request_namespace", &config.request_namespace),
        ("answer_namespace", &config.answer_namespace),
        ("answer_path", &path),
    ];
    let empty: Vec<&'static str> =
        fields.iter().filter(|(_, value)| value.is_empty()).map(|(field, _)| *field).collect();
    empty.into_iter().map(|field| ConfigProblem { field, problem: "is missing" })
}

/// A refusal of our own client is a mistake of the configuration: trying again does not help.
fn lost(error: NetError) -> RegistryError {
    match error {
        NetError::Refused(_) => RegistryError::Refused("ADDRESS_NOT_ALLOWED".to_owned()),
        NetError::TooLarge => RegistryError::BadAnswer,
        NetError::Unreachable | NetError::TimedOut | NetError::Broken => RegistryError::Unavailable,
    }
}

fn secret<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Secret<String>>, D::Error> {
    Ok(Option::<String>::deserialize(deserializer)?.map(Secret::new))
}
