//! The state folder: every file of the demo, readable by its owner only, and nothing anywhere else.

use std::{
    fs,
    io::{self, Write},
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    path::{Path, PathBuf},
    time::Duration,
};

use idp_core::types::{Clock, Day};
use idp_demo::registry::{SAMPLE_SECRET, SAMPLE_USER};
use serde_json::{Value, json};

use super::{Ports, Start, kept::Kept};
use crate::{
    app::{AppError, cellar::ServeLock},
    cli::keys::secret_line,
};

const DATABASE: &str = "idp.db";
const KEY: &str = "key";
const CONFIG: &str = "idp.toml";
const DESIRED: &str = "desired.toml";
const KEPT: &str = "kept.json";
const MESSAGES: &str = "messages.jsonl";
/// All that `--fresh` removes; a folder may hold other things of its owner.
const OURS: [&str; 8] = [DATABASE, "idp.db-wal", "idp.db-shm", KEY, CONFIG, DESIRED, KEPT, MESSAGES];

/// Why the state cannot be used.
#[derive(Debug)]
pub(super) enum StateError {
    /// Another demo runs on it.
    InUse,
    /// The system refused.
    Io(io::Error),
}

impl From<io::Error> for StateError {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

/// The folder.
pub(super) struct State(PathBuf);

impl State {
    /// The folder that was named, else one of this port and this day under the user's data folder.
    pub(super) fn at(named: Option<PathBuf>, start: &Start) -> Self {
        let usual = || {
            let variable = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
            let data = variable("XDG_DATA_HOME").or_else(|| variable("HOME").map(|home| home.join(".local/share")));
            let data = data.unwrap_or_else(std::env::temp_dir);
            let day = start.on.map_or_else(String::new, |day| format!("-{day}"));
            data.join("idp-demo").join(format!("{}{day}", start.ports.server()))
        };
        let folder = named.unwrap_or_else(usual);
        Self(std::path::absolute(&folder).unwrap_or(folder))
    }

    /// Where it is.
    pub(super) fn folder(&self) -> &Path {
        &self.0
    }

    /// The configuration file.
    pub(super) fn config(&self) -> PathBuf {
        self.0.join(CONFIG)
    }

    /// Where messages are written.
    pub(super) fn messages(&self) -> PathBuf {
        self.0.join(MESSAGES)
    }

    /// Removes our files, unless a demo runs on them.
    pub(super) fn forget(&self) -> Result<(), StateError> {
        if !self.0.is_dir() {
            return Ok(());
        }
        let _held = match ServeLock::take(&self.0.join(DATABASE)) {
            Ok(lock) => lock,
            Err(AppError::Held) => return Err(StateError::InUse),
            Err(error) => return Err(io::Error::other(error).into()),
        };
        for file in OURS {
            match fs::remove_file(self.0.join(file)) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error.into()),
                _ => {}
            }
        }
        Ok(())
    }

    /// Makes the folder and its files. What was drawn before is kept; configuration and desired state follow the ports.
    pub(super) fn prepare(&self, start: &Start) -> Result<Kept, StateError> {
        fs::DirBuilder::new().recursive(true).mode(0o700).create(&self.0)?;
        if !self.0.join(KEY).exists() {
            self.write(KEY, secret_line(&Clock::system()).reveal())?;
        }
        let kept: Option<Kept> = match fs::read(self.0.join(KEPT)) {
            Ok(text) => Some(serde_json::from_slice(&text).map_err(io::Error::other)?),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(error.into()),
        };
        let kept = kept.map_or_else(Kept::draw, Kept::filled);
        self.write(KEPT, &serde_json::to_string(&kept).map_err(io::Error::other)?)?;
        let config = toml::to_string(&self.configuration(start)).map_err(io::Error::other)?;
        self.write(CONFIG, &config)?;
        self.write(DESIRED, &kept.desired(start.ports, start.era))?;
        Ok(kept)
    }

    fn write(&self, name: &str, text: &str) -> io::Result<()> {
        let mut options = fs::OpenOptions::new();
        options.write(true).create(true).truncate(true).mode(0o600);
        options.open(self.0.join(name))?.write_all(text.as_bytes())
    }

    fn configuration(&self, start: &Start) -> Value {
        let ports = start.ports;
        // The first day begins at eight; commands beside the running demo have its clock, too.
        let eight = |day: Day| (day.start() + Duration::from_secs(8 * 3_600)).seconds();
        let ahead = start.on.map_or(0, |day| eight(day) - Clock::system().now().seconds());
        let path = |name: &str| self.0.join(name).display().to_string();
        let allow = |purpose: &str| json!({"host": "127.0.0.1", "network": "127.0.0.1/32", "purpose": purpose});
        json!({
            "server": {
                "public_url": ports.issuer(),
                "listen": listen(ports),
                "management_listen": format!("127.0.0.1:{}", ports.management()),
            },
            "database": {"url": format!("sqlite:{}", path(DATABASE))},
            "secrets": {"key_file": path(KEY)},
            "people": {"local_passwords": "on"},
            "registry": {
                "url": format!("http://127.0.0.1:{}", ports.registry()),
                "user": SAMPLE_USER,
                "secret": SAMPLE_SECRET,
                "service_code": "1.000001",
                "officer": "079085000001",
                "unit": "H29",
            },
            "outgoing": {"allow": [allow("population-registry"), allow("backchannel-logout")]},
            "break_glass": {"alarm_to": ["truc-ban@tinh.example"]},
            "notify": {"file": path(MESSAGES)},
            "log": {"level": "warn"},
            "test": {"clock": true, "ahead_seconds": ahead},
        })
    }
}

/// `localhost` is one address or two, and a browser may try either first.
fn listen(ports: Ports) -> Vec<String> {
    let both = std::net::TcpListener::bind("[::1]:0").is_ok();
    let mut addresses = vec![format!("127.0.0.1:{}", ports.server())];
    if both {
        addresses.push(format!("[::1]:{}", ports.server()));
    }
    addresses
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        cli::demo::officials::Era,
        config::{Sources, load},
    };
    use idp_core::crypto::random;

    #[test]
    fn its_configuration_is_sound_and_what_was_drawn_stays() {
        let start = Start { ports: Ports { base: 18_080 }, on: None, era: Era::After };
        let folder = std::env::temp_dir().join(format!("idp-demo-{}", random::readable(12)));
        let state = State::at(Some(folder.clone()), &start);
        let first = state.prepare(&start).expect("makes");
        let again = state.prepare(&start).expect("finds");
        assert_eq!(first.secrets, again.secrets);
        let sources = Sources { file: Some(state.config()), ..Sources::default() };
        let loaded = load(&sources).map_err(|problems| format!("{problems:?}")).expect("is sound");
        assert!(loaded.config.test.clock && loaded.config.registry.is_some());
        state.forget().expect("removes");
        assert!(!state.config().exists());
        let fresh = state.prepare(&start).expect("makes again");
        assert_ne!(first.secrets, fresh.secrets);
        fs::remove_dir_all(folder).expect("removes");
    }
}
