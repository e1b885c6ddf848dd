//! My account: a small set of pages that show what is known, what happened, and what can be taken back.

mod activity;
mod posts;
#[cfg(test)]
mod posts_samples;
#[cfg(test)]
pub(super) mod samples;
mod services;
mod settings;

use askama::Template;
use idp_core::types::{Ial, Timestamp};

use super::chrome::Chrome;
use super::enrol::DataMatch;

pub use activity::{
    AccountAccess, AccountHistory, AccountReported, AccountSessions, Act, Release, Reported, SessionRow,
};
pub use posts::{
    AccountApprovals, AccountDelegations, AccountPosts, Choice, DelegationNew, DelegationReview, DelegationRow,
    DelegationTyped, PostCard, PostLines, RefusedLines, ReviewCard, ReviewPart, RightLines, WaitingCard, left,
};
pub use services::{AccountReceipt, AccountService, AccountServices, Answered, ReceiptRow, ServiceRow, ServiceState};
pub use settings::AccountSettings;

/// A page of the account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tab {
    /// My data.
    Data,
    /// When and from where somebody signed in.
    History,
    /// Where I am signed in.
    Sessions,
    /// Which services know me.
    Services,
    /// Who looked at my data.
    Access,
    /// Language, letters, contrast.
    Settings,
    /// What I may do as an official. Stands in the list on its own pages alone: citizens have no posts.
    Posts,
}

impl Tab {
    const ALL: [Self; 6] = [Self::Data, Self::Services, Self::History, Self::Sessions, Self::Access, Self::Settings];

    /// Its path.
    pub const fn path(self) -> &'static str {
        match self {
            Self::Data => "/account",
            Self::History => "/account/history",
            Self::Sessions => "/account/sessions",
            Self::Services => "/account/services",
            Self::Access => "/account/access",
            Self::Settings => "/account/settings",
            Self::Posts => "/account/posts",
        }
    }

    /// The key of its name.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Data => "account-tab-data",
            Self::History => "account-tab-history",
            Self::Sessions => "account-tab-sessions",
            Self::Services => "account-tab-services",
            Self::Access => "account-tab-access",
            Self::Settings => "account-tab-settings",
            Self::Posts => "account-tab-posts",
        }
    }

    /// Its element id in the list of pages.
    pub const fn id(self) -> &'static str {
        match self {
            Self::Data => "tab-data",
            Self::History => "tab-history",
            Self::Sessions => "tab-sessions",
            Self::Services => "tab-services",
            Self::Access => "tab-access",
            Self::Settings => "tab-settings",
            Self::Posts => "tab-posts",
        }
    }
}

/// The list of the account's pages, on each of them.
#[derive(Clone, Debug)]
pub struct Nav {
    here: Tab,
    /// `ui_locales=…` where the person chose a language on a page.
    query: String,
}

impl Nav {
    /// The list as seen from one of the pages. `query` is empty or begins with `?`.
    pub const fn new(here: Tab, query: String) -> Self {
        Self { here, query }
    }

    /// Address, page and whether it is this one.
    pub fn rows(&self) -> Vec<(String, Tab, bool)> {
        let official = (self.here == Tab::Posts).then_some(Tab::Posts);
        Tab::ALL
            .into_iter()
            .chain(official)
            .map(|tab| (format!("{}{}", tab.path(), self.query), tab, tab == self.here))
            .collect()
    }
}

/// One thing that is known, and where it comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Datum {
    /// The key of its label.
    pub label: &'static str,
    /// The value as the person reads it.
    pub value: String,
    /// Its element id.
    pub id: &'static str,
    /// The key of where it comes from.
    pub source: &'static str,
    /// Since when.
    pub at: Timestamp,
}

/// The page `account`.
#[derive(Template)]
#[template(path = "account.html")]
pub struct Account {
    /// The frame.
    pub c: Chrome,
    /// The other pages.
    pub nav: Nav,
    /// What is known of them.
    pub data: Vec<Datum>,
    /// How well we know them.
    pub assurance: Ial,
    /// What the registry said about the data.
    pub data_match: DataMatch,
    /// When it said so.
    pub matched_at: Option<Timestamp>,
    /// The list of passkeys.
    pub passkeys_href: String,
    /// Second factors, addresses, the password.
    pub factors_href: String,
    /// The posts of an official.
    pub posts_href: Option<String>,
    /// Whether others use this computer too, as the person said.
    pub shared: bool,
    /// `/account/sign-out`.
    pub sign_out_action: String,
}

impl Account {
    /// The key of the assurance level's sentence.
    fn level_key(&self) -> &'static str {
        label_of_level(self.assurance)
    }
}

/// A personal number with its middle covered: enough to know it again, too little to use.
pub fn masked(number: &str) -> String {
    let (head, tail) = (number.get(..3), number.get(number.len().saturating_sub(4)..));
    match (head, tail) {
        (Some(head), Some(tail)) if number.len() == 12 => {
            format!("{head}\u{2022}\u{2022}\u{2022}\u{2022}\u{2022}{tail}")
        }
        _ => "\u{2022}".repeat(12),
    }
}

/// The sentence of an identity assurance level (`docs/contract.md` section 2); also for the consent page.
pub const fn label_of_level(level: Ial) -> &'static str {
    match level {
        Ial::Ial0 => "ial-0",
        Ial::Ial1 => "ial-1",
        Ial::Ial2 => "ial-2",
        Ial::Ial3 => "ial-3",
    }
}

#[cfg(test)]
mod tests {
    use super::masked;

    #[test]
    fn a_number_shows_three_digits_before_and_four_after() {
        assert_eq!(masked("079085000001"), "079\u{2022}\u{2022}\u{2022}\u{2022}\u{2022}0001");
        assert_eq!(masked("12"), "\u{2022}".repeat(12));
        assert_eq!(masked(""), "\u{2022}".repeat(12));
    }
}
