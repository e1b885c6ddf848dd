use std::{net::SocketAddr, process::Command};

use axum::{Router, routing::get};
use rustls::{ClientConfig, RootCertStore, pki_types::ServerName};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};
use tokio_rustls::TlsConnector;

use super::*;
use crate::server::{Options, serve};

/// A folder with `c.pem` and `k.pem` that goes away with the test.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        let name = idp_core::crypto::random::readable(16);
        let path = std::env::temp_dir().join(format!("idp-tls-{name}"));
        fs::create_dir(&path).expect("the name is new");
        Self(path)
    }

    fn file(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    fn make(&self, certificate: &str, key: &str) {
        let made = Command::new("openssl")
            .args(["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"])
            .args([
                "-subj",
                "/CN=localhost",
                "-addext",
                "subjectAltName=DNS:localhost",
                "-addext",
                "basicConstraints=CA:FALSE",
            ])
            .arg("-out")
            .arg(self.file(certificate))
            .arg("-keyout")
            .arg(self.file(key))
            .output()
            .expect("openssl is installed");
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _left_behind = fs::remove_dir_all(&self.0);
    }
}

/// A client that trusts exactly this certificate; what it reads from `GET /`, or the error of the handshake.
async fn ask(
    address: SocketAddr,
    trusted: &Path,
    versions: &[&'static rustls::SupportedProtocolVersion],
) -> Result<String, String> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(trusted).expect("a certificate")).expect("a trust anchor");
    let config = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_protocol_versions(versions)
        .expect("both versions are built in")
        .with_root_certificates(roots)
        .with_no_client_auth();
    let stream = TcpStream::connect(address).await.map_err(|error| error.to_string())?;
    let name = ServerName::try_from("localhost").expect("a host name");
    let mut stream =
        TlsConnector::from(Arc::new(config)).connect(name, stream).await.map_err(|error| error.to_string())?;
    let request = b"GET / HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n";
    stream.write_all(request).await.map_err(|error| error.to_string())?;
    let mut text = String::new();
    stream.read_to_string(&mut text).await.map_err(|error| error.to_string())?;
    Ok(text)
}

#[tokio::test]
async fn a_new_certificate_comes_into_force_and_a_bad_one_does_not() {
    let folder = Folder::new();
    folder.make("c.pem", "k.pem");
    folder.make("c2.pem", "k2.pem");
    fs::copy(folder.file("c.pem"), folder.file("c1.pem")).expect("the folder is ours");
    let certificate = Certificate::load(&folder.file("c.pem"), &folder.file("k.pem")).expect("a good pair");
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("loopback has free ports");
    let address = listener.local_addr().expect("it is bound");
    let router = Router::new().route("/", get(|| async { "hello" }));
    let shutdown = Shutdown::new();
    let options = Options { tls: Some(Arc::clone(&certificate)), max_connections: 16 };
    let server = tokio::spawn(serve(vec![listener], router, options, shutdown.clone()));
    let (first, second) = (folder.file("c1.pem"), folder.file("c2.pem"));

    for versions in [&[&TLS13], &[&TLS12]] {
        assert!(ask(address, &first, versions).await.is_ok_and(|text| text.ends_with("hello")));
    }
    assert!(ask(address, &second, &[&TLS13]).await.is_err());
    assert!(matches!(certificate.look(), Look::Same));

    // Half of the new pair, then rubbish: the old one stays.
    fs::copy(&second, folder.file("c.pem")).expect("the folder is ours");
    fs::write(folder.file("k.pem"), "no key at all").expect("the folder is ours");
    assert!(matches!(certificate.look(), Look::Kept(TlsError::Key(..))));
    assert!(matches!(certificate.look(), Look::Same), "logged once");
    assert!(ask(address, &first, &[&TLS13]).await.is_ok());

    fs::copy(folder.file("k2.pem"), folder.file("k.pem")).expect("the folder is ours");
    assert!(matches!(certificate.look(), Look::Replaced));
    assert!(ask(address, &second, &[&TLS13]).await.is_ok_and(|text| text.ends_with("hello")));
    assert!(ask(address, &first, &[&TLS13]).await.is_err());
    shutdown.begin();
    server.await.expect("no panic");
}

#[test]
fn at_the_start_a_bad_pair_is_an_error() {
    let folder = Folder::new();
    folder.make("c.pem", "k.pem");
    folder.make("c2.pem", "k2.pem");
    let load = |certificate: &str, key: &str| Certificate::load(&folder.file(certificate), &folder.file(key)).err();
    assert!(load("c.pem", "k.pem").is_none());
    assert!(matches!(load("c.pem", "k2.pem"), Some(TlsError::Pair(_))));
    assert!(matches!(load("missing.pem", "k.pem"), Some(TlsError::Certificate(..))));
    assert!(matches!(load("c.pem", "c.pem"), Some(TlsError::Key(..))));
}
