use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use super::*;

const PURPOSE: Purpose = Purpose::PopulationRegistry;
const OK: &str = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-Kind: test\r\n\r\nok";

/// A server on loopback that gives every connection one answer and counts connections.
struct Server {
    port: u16,
    calls: Arc<AtomicUsize>,
}

impl Server {
    async fn start(answer: &'static str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let port = listener.local_addr().expect("bound").port();
        let calls = Arc::new(AtomicUsize::new(0));
        let count = calls.clone();
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                count.fetch_add(1, Ordering::SeqCst);
                tokio::spawn(async move {
                    let mut head = [0; 4096];
                    // Stays open until the client leaves: no answer may need the end of the connection.
                    while let Ok(1..) = stream.read(&mut head).await {
                        let _ = stream.write_all(answer.as_bytes()).await;
                    }
                });
            }
        });
        Self { port, calls }
    }

    fn url(&self, host: &str) -> Url {
        Url::parse(&format!("http://{host}:{}/x", self.port)).expect("a URL")
    }

    fn calls(&self) -> usize {
        self.calls.load(Ordering::SeqCst)
    }
}

fn network(text: &str) -> Network {
    Network::try_from(text.to_owned()).expect("a network")
}

fn allow(host: &str, cidr: &str, purpose: Purpose) -> Allow {
    Allow { host: host.to_owned(), network: network(cidr), purpose }
}

fn net(allow: &[Allow]) -> Net {
    Net::new(&Config { allow: allow.to_vec(), ca_bundle: None }).expect("a client")
}

async fn error(net: &Net, url: &str) -> NetError {
    let sent = net.send(PURPOSE, Request::get(Url::parse(url).expect("a URL"))).await;
    sent.err().expect("an error")
}

#[tokio::test]
async fn an_allowed_host_answers() {
    let server = Server::start(OK).await;
    let net = net(&[allow("127.0.0.1", "127.0.0.0/8", PURPOSE)]);
    let answer = net.send(PURPOSE, Request::post(server.url("127.0.0.1"), "text/plain", "x")).await.expect("an answer");
    assert!(answer.is_success());
    assert_eq!((answer.status, answer.body.as_slice(), answer.header("x-kind")), (200, &b"ok"[..], Some("test")));
}

#[tokio::test]
async fn nothing_goes_to_private_addresses_by_itself() {
    let server = Server::start(OK).await;
    let (net, port) = (net(&[]), server.port);
    for host in ["127.0.0.1", "[::ffff:127.0.0.1]", "2130706433", "0177.0.0.1", "0x7f.1", "127.1", "localhost"] {
        assert_eq!(error(&net, &format!("http://{host}:{port}/")).await, NetError::Refused(Refusal::Scheme), "{host}");
        assert_eq!(
            error(&net, &format!("https://{host}:{port}/")).await,
            NetError::Refused(Refusal::Address),
            "{host}"
        );
    }
    assert_eq!(server.calls(), 0);
}

#[tokio::test]
async fn an_allowance_holds_for_its_host_network_and_purpose_only() {
    let server = Server::start(OK).await;
    let net = net(&[
        allow("LocalHost.", "127.0.0.0/8", PURPOSE),
        allow("127.0.0.2", "10.0.0.0/8", PURPOSE),
        allow("[::1]", "::1/128", PURPOSE),
    ]);
    assert!(net.send(PURPOSE, Request::get(server.url("localhost"))).await.is_ok());
    assert_eq!(server.calls(), 1);
    let other = net.send(Purpose::BackchannelLogout, Request::get(server.url("localhost"))).await;
    assert_eq!(other.err(), Some(NetError::Refused(Refusal::Scheme)));
    // The host is listed, its address is not in the network.
    assert_eq!(error(&net, server.url("127.0.0.2").as_str()).await, NetError::Refused(Refusal::Address));
    // The mapped form of an allowed address is another host.
    assert_eq!(error(&net, server.url("[::ffff:127.0.0.1]").as_str()).await, NetError::Refused(Refusal::Scheme));
    assert_eq!(server.calls(), 1);
}

#[tokio::test]
async fn a_listed_name_that_moved_out_of_its_network_is_refused() {
    let server = Server::start(OK).await;
    let net = net(&[allow("localhost", "10.0.0.0/8", PURPOSE)]);
    assert_eq!(error(&net, server.url("localhost").as_str()).await, NetError::Refused(Refusal::Address));
    assert_eq!(server.calls(), 0);
}

#[tokio::test]
async fn schemes_and_credentials_are_refused() {
    let net = net(&[]);
    for (url, refusal) in [
        ("ftp://example.com/", Refusal::Scheme),
        ("http://example.com/", Refusal::Scheme),
        ("https://user@example.com/", Refusal::Credentials),
        ("https://:secret@example.com/", Refusal::Credentials),
        ("data:,x", Refusal::Host),
        ("file:///etc/passwd", Refusal::Host),
    ] {
        assert_eq!(error(&net, url).await, NetError::Refused(refusal), "{url}");
    }
}

#[tokio::test]
async fn a_redirect_is_an_answer() {
    let target = Server::start(OK).await;
    let location = format!("HTTP/1.1 302 Found\r\nLocation: {}\r\nContent-Length: 0\r\n\r\n", target.url("127.0.0.1"));
    let server = Server::start(location.leak()).await;
    let net = net(&[allow("127.0.0.1", "127.0.0.1", PURPOSE)]);
    let answer = net.send(PURPOSE, Request::get(server.url("127.0.0.1"))).await.expect("an answer");
    assert_eq!((answer.status, target.calls()), (302, 0));
}

#[tokio::test]
async fn size_and_time_are_limited() {
    let net = net(&[allow("127.0.0.1", "127.0.0.1", PURPOSE)]);
    let announced = Server::start("HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n\r\nx").await;
    let chunked =
        Server::start("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n5\r\nworld\r\n0\r\n\r\n")
            .await;
    let silent = Server::start("").await;
    let slow_body = Server::start("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\no").await;
    let no_http = Server::start("SSH-2.0-OpenSSH\r\n\r\n").await;
    let short = Duration::from_millis(50);
    for (server, bytes, total, expected) in [
        (&announced, 1000, Duration::from_secs(5), Some(NetError::TooLarge)),
        (&chunked, 9, Duration::from_secs(5), Some(NetError::TooLarge)),
        (&chunked, 10, Duration::from_secs(5), None),
        (&silent, 1000, short, Some(NetError::TimedOut)),
        (&slow_body, 1000, short, Some(NetError::TimedOut)),
        (&no_http, 1000, Duration::from_secs(5), Some(NetError::Broken)),
    ] {
        let request = Request::get(server.url("127.0.0.1")).at_most(bytes).within(total);
        assert_eq!(net.send(PURPOSE, request).await.err(), expected);
    }
}

#[tokio::test]
async fn a_closed_port_is_unreachable() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let port = listener.local_addr().expect("bound").port();
    drop(listener);
    let net = net(&[allow("127.0.0.1", "127.0.0.1", PURPOSE)]);
    assert_eq!(error(&net, &format!("http://127.0.0.1:{port}/")).await, NetError::Unreachable);
    // A header that HTTP cannot carry is refused before anything is sent.
    let url = Url::parse(&format!("http://127.0.0.1:{port}/")).expect("a URL");
    let split = net.send(PURPOSE, Request::get(url).header("x", "a\r\nb: c")).await;
    assert_eq!(split.err(), Some(NetError::Broken));
}

#[test]
fn configuration_is_read_strictly() {
    let read = |json: &str| serde_json::from_str::<Config>(json);
    let config = read(r#"{"allow":[{"host":"registry","network":"10.0.0.0/8","purpose":"population-registry"}]}"#);
    assert_eq!(config.expect("read").allow, [allow("registry", "10.0.0.0/8", PURPOSE)]);
    for wrong in [
        r#"{"alow":[]}"#,
        r#"{"allow":[{"host":"registry","network":"10.0.0.0/33","purpose":"population-registry"}]}"#,
        r#"{"allow":[{"host":"registry","network":"10.0.0.0/8","purpose":"everything"}]}"#,
        r#"{"allow":[{"host":"registry","network":"10.0.0.0/8"}]}"#,
    ] {
        assert!(read(wrong).is_err(), "{wrong}");
    }
    assert!(network("::1").contains("::1".parse().expect("an address")));
}

#[test]
fn a_bundle_that_cannot_be_read_stops_the_start() {
    let config = |path: &str| Config { allow: Vec::new(), ca_bundle: Some(path.into()) };
    for path in ["/no/such/file.pem", concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml")] {
        assert!(matches!(Net::new(&config(path)), Err(NetConfigError::CaBundle { .. })), "{path}");
    }
}
