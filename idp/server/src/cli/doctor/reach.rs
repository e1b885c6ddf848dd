//! Whether other systems answer: ourselves by our public name, and the population registry.

use idp_core::{
    net::{self, Net, Purpose, Seen},
    types::Timestamp,
};
use idp_pki::Certificate;
use serde_json::Value;
use tokio::net::TcpStream;
use url::Url;

use super::{Check, Finding, Mark, check, checks};
use crate::config::{Config, Issuer};

const PATIENCE: std::time::Duration = std::time::Duration::from_secs(3);
const DISCOVERY: &str = "/.well-known/openid-configuration";
const RELATED: &str = "/.well-known/webauthn";

/// Whether the public address leads to a server that says it is this issuer, over https with a certificate that is good for a while. A server
/// that does not run yet takes no connections, so that is a warning; what else is found is wrong.
pub(super) async fn issuer(config: &Config, now: Timestamp) -> Finding {
    answers(config, check::ISSUER, config.server.public_url.as_str(), now).await
}

/// Whether each further name of the same server leads to it as well: a name that answers with another issuer, or with none, is one where people
/// and parties get lost while the province moves. The first one that does not is told.
pub(super) async fn host_names(config: &Config, now: Timestamp) -> Finding {
    if config.server.also_at.is_empty() {
        return Finding::new(check::HOST_NAMES, Mark::Skipped, "");
    }
    let mut good = Vec::new();
    for name in &config.server.also_at {
        let finding = answers(config, check::HOST_NAMES, name.as_str(), now).await;
        if finding.mark != Mark::Good {
            return finding;
        }
        good.push(finding.detail);
    }
    Finding::new(check::HOST_NAMES, Mark::Good, good.join(", "))
}

/// Whether discovery under an origin says that it is ours.
async fn answers(config: &Config, check: Check, origin: &str, now: Timestamp) -> Finding {
    let issuer = config.server.public_url.as_str();
    let wrong = |why: String| Finding::new(check, Mark::Wrong, format!("{origin}: {why}"));
    if let Err(why) = connect(origin).await {
        return Finding::new(check, Mark::Warning, format!("{origin}: {why}"));
    }
    let (seen, said) = match document(config, origin, DISCOVERY).await {
        Ok(found) => found,
        Err(why) => return wrong(why),
    };
    match said["issuer"].as_str() {
        Some(said) if said == issuer => standing(check, origin, &seen, now),
        Some(said) => wrong(format!("{DISCOVERY}: issuer {said:.200}")),
        None => wrong(format!("{DISCOVERY}: ?")),
    }
}

/// A document of JSON under one of our own origins.
async fn document(config: &Config, origin: &str, path: &str) -> Result<(Seen, Value), String> {
    let url = Url::parse(&format!("{origin}{path}")).map_err(|error| error.to_string())?;
    let seen = net::look_at_ourselves(&config.outgoing, url).await?;
    if seen.status != 200 {
        return Err(format!("{path}: HTTP {}", seen.status));
    }
    let said = serde_json::from_slice(&seen.body).map_err(|_not_json| format!("{path}: ?"))?;
    Ok((seen, said))
}

/// Origins that browsers take from `/.well-known/webauthn`: at least five names, and no client takes more for sure (WebAuthn Level 3
/// section 5.11.1).
const NAMES: usize = 5;

/// Whether the pages of every host name can use the passkeys. Where a page is not under the rp id, the browser asks the home of the rp id
/// who is related, so that address must name every origin of ours and there must not be too many names.
pub(super) async fn passkeys(config: &Config) -> Finding {
    let rp_id = config.rp_id();
    let origins = config.origins();
    let host =
        |origin: &str| Url::parse(origin).ok().and_then(|url| url.host_str().map(str::to_owned)).unwrap_or_default();
    let within = |host: &str| host == rp_id || host.ends_with(&format!(".{rp_id}"));
    let elsewhere: Vec<String> = origins.iter().map(|origin| host(origin)).filter(|host| !within(host)).collect();
    let mut names: Vec<String> =
        config.webauthn.related_origins.iter().map(|origin| origin.host().to_owned()).collect();
    names.extend(elsewhere.iter().cloned());
    names.sort_unstable();
    names.dedup();
    let said = if names.is_empty() { rp_id.to_owned() } else { format!("{rp_id} + {}", names.join(", ")) };
    if names.len() > NAMES {
        return Finding::new(check::PASSKEYS, Mark::Wrong, format!("{said}: {} > {NAMES}", names.len()));
    }
    if names.is_empty() {
        return Finding::new(check::PASSKEYS, Mark::Good, said);
    }
    let home = home(config);
    if let Err(why) = connect(&home).await {
        return Finding::new(check::PASSKEYS, Mark::Warning, format!("{said}: {home}{RELATED}: {why}"));
    }
    let wrong = |why: String| Finding::new(check::PASSKEYS, Mark::Wrong, format!("{said}: {home}: {why}"));
    let told = match document(config, &home, RELATED).await {
        Ok((_, told)) => told,
        Err(why) => return wrong(why),
    };
    let told: Vec<&str> = told["origins"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let related = config.webauthn.related_origins.iter().map(Issuer::as_str);
    let missing: Vec<&str> =
        origins.iter().map(String::as_str).chain(related).filter(|origin| !told.contains(origin)).collect();
    if missing.is_empty() {
        Finding::new(check::PASSKEYS, Mark::Good, said)
    } else {
        wrong(format!("{RELATED}: {} ?", missing.join(", ")))
    }
}

/// Where browsers ask who may use the passkeys: at the rp id over https. While nothing leaves this machine, the server itself is there.
fn home(config: &Config) -> String {
    let rp_id = config.rp_id();
    let own = std::iter::once(&config.server.public_url).chain(&config.server.also_at);
    let own = own.filter(|origin| origin.host() == rp_id).map(|origin| origin.as_str().to_owned()).next();
    own.unwrap_or_else(|| format!("https://{rp_id}"))
}

/// Whether the registry's host answers, by the way and under the allowances by which it will be asked. No question is asked: each counts
/// against a quota there.
pub(super) async fn registry(config: &Config, now: Timestamp) -> Finding {
    let Some(registry) = &config.registry else {
        return Finding::new(check::REGISTRY, Mark::Skipped, "");
    };
    let looked = async {
        let url = Url::parse(&registry.url).map_err(|error| error.to_string())?;
        let net = Net::new(&config.outgoing).map_err(|error| error.to_string())?;
        net.look(Purpose::PopulationRegistry, url).await
    };
    match looked.await {
        Ok(seen) => standing(check::REGISTRY, "", &seen, now),
        Err(why) => Finding::new(check::REGISTRY, Mark::Wrong, why),
    }
}

/// Good, unless the certificate at the other end is about to end.
fn standing(check: Check, what: &str, seen: &Seen, now: Timestamp) -> Finding {
    let certificate = seen.certificate.as_deref().map(Certificate::from_der);
    match certificate {
        None => Finding::new(check, Mark::Good, what),
        Some(Ok(certificate)) => {
            let days = certificate.days_left(now.seconds());
            Finding::new(check, checks::mark_of_days(days), format!("{what} {days} d").trim_start())
        }
        Some(Err(error)) => Finding::new(check, Mark::Wrong, error.to_string()),
    }
}

async fn connect(address: &str) -> Result<(), String> {
    let url = Url::parse(address).map_err(|error| error.to_string())?;
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
    let port = url.port_or_known_default().unwrap_or_default();
    match tokio::time::timeout(PATIENCE, TcpStream::connect((host, port))).await {
        Ok(Ok(_stream)) => Ok(()),
        Ok(Err(error)) => Err(error.to_string()),
        Err(elapsed) => Err(elapsed.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use std::{
        path::{Path, PathBuf},
        process::Command,
    };

    use axum::{Json, Router, routing::get};
    use idp_core::{crypto::random, types::Clock};
    use tokio::net::TcpListener;

    use super::*;
    use crate::{
        config::{Sources, load},
        server::{self, Options, Shutdown, serve},
    };

    /// A certificate of so many days for a name.
    fn make(folder: &Path, name: &str, days: u32) -> (PathBuf, PathBuf) {
        let (certificate, key) = (folder.join("c.pem"), folder.join("k.pem"));
        let made = Command::new("openssl")
            .args(["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"])
            .args(["-days", &days.to_string(), "-subj", "/CN=x", "-addext", "basicConstraints=CA:FALSE"])
            .args(["-addext", &format!("subjectAltName=DNS:{name}")])
            .arg("-out")
            .arg(&certificate)
            .arg("-keyout")
            .arg(&key)
            .output()
            .expect("openssl is installed");
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        (certificate, key)
    }

    /// What the doctor finds where a server says it is `said` (its own address where that is empty), under a certificate that we trust.
    async fn found(certificate: Option<(&str, u32)>, said: &str) -> (Mark, String) {
        let folder = std::env::temp_dir().join(format!("idp-reach-{}", random::readable(12)));
        std::fs::create_dir(&folder).expect("a folder");
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("loopback has free ports");
        let port = listener.local_addr().expect("it is bound").port();
        let made = certificate.map(|(name, days)| make(&folder, name, days));
        let scheme = if made.is_some() { "https" } else { "http" };
        let ours = format!("{scheme}://localhost:{port}");
        let document = serde_json::json!({ "issuer": if said.is_empty() { &ours } else { said } });
        let router = Router::new().route(DISCOVERY, get(|| async { Json(document) }));
        let tls = made.as_ref().map(|(chain, key)| server::Certificate::load(chain, key).expect("a good pair"));
        let shutdown = Shutdown::new();
        let server = tokio::spawn(serve(vec![listener], router, Options { tls, max_connections: 4 }, shutdown.clone()));
        let mut environment = vec![("IDP__SERVER__PUBLIC_URL".to_owned(), ours)];
        if let Some((chain, _)) = &made {
            environment.push(("IDP__OUTGOING__CA_BUNDLE".to_owned(), chain.display().to_string()));
        }
        let config =
            load(&Sources { environment, ..Sources::default() }).unwrap_or_else(|all| panic!("{all:?}")).config;
        let finding = issuer(&config, Clock::system().now()).await;
        shutdown.begin();
        server.await.expect("no panic");
        std::fs::remove_dir_all(&folder).expect("removes");
        (finding.mark, finding.detail)
    }

    #[tokio::test]
    async fn the_issuer_must_be_itself_under_a_good_certificate() {
        let cases = [
            (None, "", Mark::Good, "http://localhost"),
            (None, "https://id.example", Mark::Wrong, "issuer https://id.example"),
            (Some(("localhost", 90)), "", Mark::Good, " d"),
            (Some(("localhost", 10)), "", Mark::Warning, " d"),
            (Some(("id.example", 90)), "", Mark::Wrong, "certificate"),
        ];
        for (certificate, said, mark, words) in cases {
            let (found, detail) = found(certificate, said).await;
            assert!(found == mark && detail.contains(words), "{certificate:?} {said}: {found:?} {detail}");
        }
    }
}
