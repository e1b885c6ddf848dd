//! A server that is built and does not listen, on a SQLite file that goes with it: for tests of this crate.

use std::path::PathBuf;

use idp_core::crypto::{random, seal::Seals};

use super::App;
use crate::config::{Config, Sources, load};

/// The parts, and what they were built from.
pub(crate) struct Scratch {
    pub(crate) app: App,
    pub(crate) config: Config,
    folder: PathBuf,
}

impl Scratch {
    pub(crate) async fn new() -> Self {
        let folder = std::env::temp_dir().join(format!("idp-app-{}", random::readable(12)));
        std::fs::create_dir(&folder).expect("a folder");
        std::fs::write(folder.join("key"), Seals::new_line("k1").reveal()).expect("writes");
        let set = |key: &str, value: String| (format!("IDP__{key}"), value);
        let environment = vec![
            set("DATABASE__URL", format!("sqlite:{}/idp.db", folder.display())),
            set("SECRETS__KEY_FILE", format!("{}/key", folder.display())),
            set("PEOPLE__LOCAL_PASSWORDS", "on".to_owned()),
        ];
        let sources = Sources { environment, ..Sources::default() };
        let config = load(&sources).expect("it is sound").config;
        let app = App::build(&config).await.expect("it builds");
        Self { app, config, folder }
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // Left-overs in the temporary folder harm nobody.
        let _left = std::fs::remove_dir_all(&self.folder);
    }
}
