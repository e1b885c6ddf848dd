//! What happened: sign-ins, open sessions, and what went to services.

use askama::Template;
use idp_core::types::{Agent, Timestamp};

use super::Nav;
use crate::web::page::{
    chrome::Chrome,
    parts::{Said, Words},
};

/// One row of the history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Act {
    /// The event, as the form sends it back.
    pub event: String,
    /// When.
    pub at: Timestamp,
    /// The key of what happened.
    pub what: &'static str,
    /// The keys of how they proved themself.
    pub methods: Vec<&'static str>,
    /// With what.
    pub agent: Option<Agent>,
    /// From which address; `None` where it was erased.
    pub address: Option<String>,
    /// Whether it was an attempt that opened nothing.
    pub failed: bool,
    /// How many such attempts this row stands for, one after another.
    pub times: u32,
    /// Whether it can be reported: signing in and failing to can, signing out cannot.
    pub may_report: bool,
    /// The case, where it was reported.
    pub reported: Option<Reported>,
    /// Whether it is this very session.
    pub here: bool,
}

/// The case of a reported row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reported {
    /// The number to read out.
    pub number: String,
    /// When it was closed and what was found; `None`: it is open.
    pub closed: Option<(Timestamp, String)>,
}

impl Act {
    /// Whether it is one more of the failures that `row` stands for.
    pub fn is_like(&self, row: &Self) -> bool {
        let same = (self.what, &self.methods, &self.agent, &self.address);
        self.failed && self.reported.is_none() && row.reported.is_none() && {
            same == (row.what, &row.methods, &row.agent, &row.address)
        }
    }
}

/// The page `account-history`.
#[derive(Template)]
#[template(path = "account-history.html")]
pub struct AccountHistory {
    /// The frame.
    pub c: Chrome,
    /// The other pages.
    pub nav: Nav,
    /// Newest first.
    pub acts: Vec<Act>,
    /// The way to older rows.
    pub older_href: Option<String>,
    /// `/account/history/report`.
    pub action: String,
}

/// The page `account-reported`.
#[derive(Template)]
#[template(path = "account-reported.html")]
pub struct AccountReported {
    /// The frame.
    pub c: Chrome,
    /// The number of the case.
    pub number: String,
    /// When it was opened.
    pub at: Timestamp,
    /// Whether the session of this very browser was the one.
    pub signed_out: bool,
    /// Whether it was an attempt that opened nothing.
    pub failed: bool,
    /// `/account/sessions/end-all`.
    pub everywhere_action: String,
    /// To the history, or to signing in anew.
    pub href: String,
}

/// An open session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionRow {
    /// The session, as the form sends it back.
    pub id: String,
    /// With what it began.
    pub agent: Option<Agent>,
    /// When it began.
    pub started_at: Timestamp,
    /// When it was last used.
    pub last_used_at: Timestamp,
    /// When it ends by itself.
    pub ends_at: Timestamp,
    /// How many services joined it.
    pub services: i64,
    /// Whether the person said that others use the computer too.
    pub shared: bool,
    /// Whether it is that of this browser.
    pub here: bool,
}

/// The page `account-sessions`.
#[derive(Template)]
#[template(path = "account-sessions.html")]
pub struct AccountSessions {
    /// The frame.
    pub c: Chrome,
    /// The other pages.
    pub nav: Nav,
    /// The last used first.
    pub sessions: Vec<SessionRow>,
    /// Those used longer ago, where there are more.
    pub older_href: Option<String>,
    /// `/account/sessions/end`.
    pub action: String,
    /// `/account/sessions/end-all`.
    pub everywhere_action: String,
}

/// One release of data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Release {
    /// When.
    pub at: Timestamp,
    /// To whom.
    pub party: Words,
    /// What happened.
    pub what: Said,
    /// The keys of the kinds of data.
    pub kinds: Vec<&'static str>,
}

/// The page `account-access`.
#[derive(Template)]
#[template(path = "account-access.html")]
pub struct AccountAccess {
    /// The frame.
    pub c: Chrome,
    /// The other pages.
    pub nav: Nav,
    /// Newest first.
    pub releases: Vec<Release>,
    /// The way to older rows.
    pub older_href: Option<String>,
}
