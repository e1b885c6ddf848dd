//! A migrated SQLite file for unit tests: the real thing is the test double.

use std::{path::PathBuf, sync::Arc};

use super::{Cx, Db, Options};
use crate::{
    crypto::{random, seal::Seals},
    types::{Secret, Timestamp},
};

/// A database that removes its files when dropped.
pub(crate) struct Scratch {
    pub(crate) db: Db,
    /// Its key file.
    pub(crate) key_line: Secret<String>,
    folder: PathBuf,
}

impl Scratch {
    pub(crate) async fn new() -> Self {
        let folder = std::env::temp_dir().join(format!("idp-unit-{}", random::readable(12)));
        std::fs::create_dir(&folder).expect("a folder for the test");
        let key_line = Seals::new_line("k1");
        let seals = Arc::new(Seals::parse(key_line.reveal()).expect("a good line"));
        let url = format!("sqlite:{}", folder.join("test.db").display());
        let db = Db::open(&Options { url, connections: 2 }, seals).await.expect("opens");
        db.migrate(&cx(), &|_| {}).await.expect("migrates");
        Self { db, key_line, folder }
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // Left-overs in the temporary folder harm nobody.
        let _left = std::fs::remove_dir_all(&self.folder);
    }
}

/// A context at a fixed instant.
pub(crate) fn cx() -> Cx {
    Cx::job("test", Timestamp::from_seconds(1_790_000_000))
}
