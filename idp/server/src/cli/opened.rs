//! What most commands need: the configuration and the database that it names.

use std::os::unix::fs::MetadataExt;

use idp_core::{
    store::{Cx, Db},
    types::Clock,
};

use super::{Ctx, error::CliError};
use crate::{app::cellar, config::Loaded};

/// A configuration and its database.
pub(super) struct Opened {
    pub(super) loaded: Loaded,
    pub(super) db: Db,
    pub(super) clock: Clock,
}

impl Opened {
    /// A database that is migrated.
    pub(super) async fn current(ctx: &Ctx) -> Result<Self, CliError> {
        let loaded = ctx.config()?;
        let opened = cellar::open_current(&loaded.config).await;
        let db = opened.map_err(|error| CliError::of_app(error, &loaded))?;
        Ok(Self::of(loaded, db))
    }

    /// A database in whatever state.
    pub(super) async fn any(ctx: &Ctx) -> Result<Self, CliError> {
        let loaded = ctx.config()?;
        let opened = cellar::open(&loaded.config).await;
        let db = opened.map_err(|error| CliError::of_app(error, &loaded))?;
        Ok(Self::of(loaded, db))
    }

    fn of(loaded: Loaded, db: Db) -> Self {
        let clock = loaded.config.test.clock();
        Self { loaded, db, clock }
    }

    /// The context of this command's writes.
    pub(super) fn cx(&self) -> Cx {
        operator(&self.clock)
    }
}

/// The person at the terminal: what the environment says, which anybody can set, and the number of the system account, which they cannot.
pub(super) fn operator(clock: &Clock) -> Cx {
    let said = ["SUDO_USER", "USER", "LOGNAME"].into_iter().find_map(|name| std::env::var(name).ok());
    let name: String = said.unwrap_or_default().chars().filter(char::is_ascii_graphic).take(32).collect();
    let number = std::fs::metadata("/proc/self").map_or_else(|_| "?".to_owned(), |meta| meta.uid().to_string());
    Cx::operator(format!("{name}#{number}"), clock.now())
}
