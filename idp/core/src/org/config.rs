//! The settings of this room.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// `[org]`: units and the decisions that change them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// An approved change set can be undone for this many days. 1 to 365.
    pub undo_days: u32,
    /// A change may take effect so many days before the day on which it is approved; what lies further back is a correction and says
    /// so. 0 to 3650.
    pub backdate_days: u32,
}

impl Default for Config {
    fn default() -> Self {
        Self { undo_days: 30, backdate_days: 30 }
    }
}

impl Config {
    pub(super) fn undo_window(self) -> Duration {
        days(self.undo_days)
    }

    pub(super) fn backdate_window(self) -> Duration {
        days(self.backdate_days)
    }
}

fn days(count: u32) -> Duration {
    Duration::from_secs(u64::from(count) * 86_400)
}
