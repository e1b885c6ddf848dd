//! Many requests that arrive at the same moment: each connection holds back its last byte until all the others are there.

use futures_util::future::join_all;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

/// Connections that are open at once, to one server or to several.
#[derive(Debug)]
pub struct Crowd(Vec<TcpStream>);

/// What one of a crowd was answered.
#[derive(Clone, Debug)]
pub struct Heard {
    /// The status.
    pub status: u16,
    /// Whether it says when to come again.
    pub retry_after: bool,
    /// The body.
    pub body: String,
}

impl Crowd {
    /// Opens so many connections, one after the other to each of the addresses (`127.0.0.1:PORT`).
    pub async fn gather(addresses: &[String], count: usize) -> Self {
        let mut all = Vec::with_capacity(count);
        for address in addresses.iter().cycle().take(count) {
            let stream = TcpStream::connect(address).await.expect("the server listens, and file handles are left");
            stream.set_nodelay(true).expect("an open connection");
            all.push(stream);
        }
        Self(all)
    }

    /// Sends one request on each connection, all at the same moment, and waits for the answers. The connections stay open.
    pub async fn say(&mut self, request: impl Fn(usize) -> String) -> Vec<Heard> {
        let texts: Vec<String> = (0..self.0.len()).map(request).collect();
        let held = self.0.iter_mut().zip(&texts).map(async |(stream, text)| {
            stream.write_all(&text.as_bytes()[..text.len() - 1]).await.expect("the server reads");
        });
        join_all(held).await;
        let asked = self.0.iter_mut().zip(&texts).map(async |(stream, text)| {
            stream.write_all(&text.as_bytes()[text.len() - 1..]).await.expect("the server reads");
            hear(stream).await
        });
        join_all(asked).await
    }
}

/// Reads one answer. Ours say their length.
async fn hear(stream: &mut TcpStream) -> Heard {
    let mut bytes = Vec::new();
    loop {
        let mut part = [0; 4096];
        let read = stream.read(&mut part).await.expect("the server answers");
        assert!(read > 0, "the server hung up after {:?}", String::from_utf8_lossy(&bytes));
        bytes.extend_from_slice(&part[..read]);
        if let Some(heard) = whole(&bytes) {
            return heard;
        }
    }
}

/// The answer, if all of it is there.
fn whole(bytes: &[u8]) -> Option<Heard> {
    let head_ends = bytes.windows(4).position(|window| window == b"\r\n\r\n")?;
    let (head, body) = (String::from_utf8_lossy(&bytes[..head_ends]).to_ascii_lowercase(), &bytes[head_ends + 4..]);
    let status = head.split(' ').nth(1)?.parse().ok()?;
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
    let length = length.map_or(0, |length| length.parse::<usize>().expect("a length"));
    assert!(!head.contains("transfer-encoding"), "an answer without its length: {head}");
    (body.len() >= length).then(|| Heard {
        status,
        retry_after: head.contains("\r\nretry-after: "),
        body: String::from_utf8_lossy(body).into_owned(),
    })
}
