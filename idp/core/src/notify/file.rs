//! The channel of test systems: one JSON line a message (`docs/contract.md` section 9).

use std::{
    fs::OpenOptions,
    io::{self, Write},
    path::{Path, PathBuf},
};

use async_trait::async_trait;

use super::{Channel, ChannelError, Rendered};
use crate::types::Fault;

/// Appends to a file that only its owner can read.
pub struct FileChannel {
    path: PathBuf,
}

impl FileChannel {
    /// Makes the file with the first message.
    pub const fn new(path: PathBuf) -> Self {
        Self { path }
    }
}

#[async_trait]
impl Channel for FileChannel {
    async fn send(&self, message: &Rendered) -> Result<(), ChannelError> {
        let mut line = serde_json::to_vec(message).map_err(|_| ChannelError::Never("it cannot be written as JSON"))?;
        line.push(b'\n');
        let path = self.path.clone();
        let written = tokio::task::spawn_blocking(move || append(&path, &line)).await;
        let later = |error: io::Error| ChannelError::Later(Fault::passing("writing a message to a file", error));
        written.map_err(|error| later(io::Error::other(error)))?.map_err(later)
    }
}

/// One write for the whole line: lines of two nodes do not mix.
fn append(path: &Path, line: &[u8]) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)?.write_all(line)
}
