//! The smallest client of HTTP/1.1 that keeps its connection: what it costs is taken from the server's share of the machine.

use std::{
    net::{Ipv4Addr, SocketAddr},
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpSocket, TcpStream},
    time::timeout,
};

use crate::Wrong;

const PATIENCE: Duration = Duration::from_secs(60);

/// One connection.
pub(crate) struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

/// What came back.
pub(crate) struct Answer {
    pub(crate) status: u16,
    head: String,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    /// Every value of a header, named in lower case as servers of ours write it.
    pub(crate) fn headers<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        let lines = self.head.split("\r\n").filter_map(|line| line.split_once(": "));
        lines.filter(move |(key, _)| *key == name).map(|(_, value)| value)
    }

    /// The value of a header.
    pub(crate) fn header(&self, name: &str) -> Result<String, Wrong> {
        let value = self.headers(name).next().map(str::to_owned);
        value.ok_or_else(|| format!("no {name} in the answer {}: {}", self.status, self.text()).into())
    }

    /// The body.
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// Itself, where its status is the expected one.
    pub(crate) fn expect(self, status: u16) -> Result<Self, Wrong> {
        if self.status == status {
            Ok(self)
        } else {
            Err(format!("answered {} and not {status}: {}", self.status, self.text()).into())
        }
    }
}

impl Connection {
    /// Connects.
    pub(crate) async fn open(address: SocketAddr) -> Result<Self, Wrong> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, buffer: Vec::with_capacity(16 * 1024) })
    }

    /// Connects from an address of this machine.
    pub(crate) async fn open_from(local: Ipv4Addr, address: SocketAddr) -> Result<Self, Wrong> {
        let socket = TcpSocket::new_v4()?;
        socket.bind((local, 0).into())?;
        let stream = socket.connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, buffer: Vec::with_capacity(16 * 1024) })
    }

    /// One exchange.
    pub(crate) async fn ask(&mut self, request: &[u8]) -> Result<Answer, Wrong> {
        timeout(PATIENCE, self.exchange(request)).await.map_err(|_| "no answer within a minute")?
    }

    async fn exchange(&mut self, request: &[u8]) -> Result<Answer, Wrong> {
        self.stream.write_all(request).await?;
        self.buffer.clear();
        let head_end = loop {
            let seen = self.buffer.len().saturating_sub(3);
            self.more().await?;
            if let Some(at) = self.buffer[seen..].windows(4).position(|four| four == b"\r\n\r\n") {
                break seen + at;
            }
        };
        let head = String::from_utf8(self.buffer[..head_end].to_vec())?;
        let status = head.get(9..12).and_then(|status| status.parse().ok()).ok_or("no status")?;
        let mut answer = Answer { status, head, body: Vec::new() };
        let length = answer.headers("content-length").next().unwrap_or("0").parse::<usize>()?;
        while self.buffer.len() < head_end + 4 + length {
            self.more().await?;
        }
        answer.body = self.buffer[head_end + 4..].to_vec();
        Ok(answer)
    }

    async fn more(&mut self) -> Result<(), Wrong> {
        match self.stream.read_buf(&mut self.buffer).await? {
            0 => Err("the server hung up".into()),
            _ => Ok(()),
        }
    }
}
