//! Our own certificate: TLS 1.3, and TLS 1.2 with ECDHE and AEAD suites only (rustls has no others); no early data, so no replay.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, SystemTime},
};

use arc_swap::ArcSwap;
use rustls::{
    ServerConfig,
    crypto::aws_lc_rs,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
    version::{TLS12, TLS13},
};
use tokio_rustls::TlsAcceptor;

use super::shutdown::Shutdown;

/// How often the files are looked at.
const LOOK: Duration = Duration::from_secs(10);

/// A certificate with its key, in force and on disk.
pub struct Certificate {
    certificate_file: PathBuf,
    key_file: PathBuf,
    current: ArcSwap<ServerConfig>,
    seen: Mutex<Stamp>,
}

/// Time and length of both files: what tells that somebody has replaced one.
type Stamp = [Option<(SystemTime, u64)>; 2];

/// What looking at the files led to.
#[derive(Debug)]
pub enum Look {
    /// Nothing has changed.
    Same,
    /// The new certificate is in force for new connections.
    Replaced,
    /// The new files are no good; the old certificate stays in force.
    Kept(TlsError),
}

/// Why files are no certificate.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// The certificate chain cannot be read.
    #[error("certificate {0}: {1}")]
    Certificate(PathBuf, rustls::pki_types::pem::Error),
    /// The private key cannot be read.
    #[error("private key {0}: {1}")]
    Key(PathBuf, rustls::pki_types::pem::Error),
    /// They do not fit together, or are of a kind that we do not serve.
    #[error("certificate and key: {0}")]
    Pair(#[from] rustls::Error),
}

impl Certificate {
    /// Reads both files.
    ///
    /// # Errors
    /// At the start a bad certificate is an error; later it is a log line.
    pub fn load(certificate_file: &Path, key_file: &Path) -> Result<Arc<Self>, TlsError> {
        let seen = [stamp(certificate_file), stamp(key_file)];
        let current = ArcSwap::from_pointee(read(certificate_file, key_file)?);
        let (certificate_file, key_file) = (certificate_file.to_owned(), key_file.to_owned());
        Ok(Arc::new(Self { certificate_file, key_file, current, seen: Mutex::new(seen) }))
    }

    /// For one new connection.
    pub(super) fn acceptor(&self) -> TlsAcceptor {
        TlsAcceptor::from(self.current.load_full())
    }

    /// Looks at the files once, and reads them if they changed. Two files are never replaced at one instant: a pair that does not fit is
    /// tried again when the second file has changed, too.
    pub fn look(&self) -> Look {
        let now = [stamp(&self.certificate_file), stamp(&self.key_file)];
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if *seen == now {
            return Look::Same;
        }
        *seen = now;
        match read(&self.certificate_file, &self.key_file) {
            Ok(config) => {
                self.current.store(Arc::new(config));
                Look::Replaced
            }
            Err(error) => Look::Kept(error),
        }
    }

    /// Looks every ten seconds until we go.
    pub async fn watch(self: Arc<Self>, shutdown: Shutdown) {
        loop {
            tokio::select! {
                () = shutdown.begun() => return,
                () = tokio::time::sleep(LOOK) => {}
            }
            match self.look() {
                Look::Same => {}
                Look::Replaced => tracing::info!("a new TLS certificate is in force"),
                Look::Kept(error) => {
                    tracing::error!(%error, "the new TLS certificate is no good; the old one stays in force");
                }
            }
        }
    }
}

fn stamp(file: &Path) -> Option<(SystemTime, u64)> {
    let metadata = fs::metadata(file).ok()?;
    Some((metadata.modified().ok()?, metadata.len()))
}

fn read(certificate_file: &Path, key_file: &Path) -> Result<ServerConfig, TlsError> {
    let of_chain = |error| TlsError::Certificate(certificate_file.to_owned(), error);
    let chain: Vec<CertificateDer<'static>> = CertificateDer::pem_file_iter(certificate_file)
        .map_err(of_chain)?
        .collect::<Result<_, _>>()
        .map_err(of_chain)?;
    let key = PrivateKeyDer::from_pem_file(key_file).map_err(|error| TlsError::Key(key_file.to_owned(), error))?;
    let mut config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_protocol_versions(&[&TLS13, &TLS12])?
        .with_no_client_auth()
        .with_single_cert(chain, key)?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(config)
}

#[cfg(test)]
mod tests;
