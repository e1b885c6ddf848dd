//! Which services know a person, on which basis, with which data, and the receipt over what was agreed to.

use askama::Template;
use idp_core::{consent::Notice, types::Timestamp};

use super::Nav;
use crate::web::page::{chrome::Chrome, consent::ReleasedValue, parts::Words};

/// On what a release to a service rests now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ServiceState {
    /// The person agreed.
    Agreed,
    /// A law, a public task or an agreement: nobody was asked.
    ByLaw,
    /// The person took it back, or its time was over.
    Ended,
}

impl ServiceState {
    /// The key of its sentence.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Agreed => "service-agreed",
            Self::ByLaw => "service-by-law",
            Self::Ended => "service-ended",
        }
    }

    /// For tests and styles.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Agreed => "agreed",
            Self::ByLaw => "by-law",
            Self::Ended => "ended",
        }
    }
}

/// A service in the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceRow {
    /// Its name.
    pub party: Words,
    /// Its page.
    pub href: String,
    /// When something last went there.
    pub last_at: Option<Timestamp>,
    /// On what it rests.
    pub state: ServiceState,
}

/// The page `account-services`.
#[derive(Template)]
#[template(path = "account-services.html")]
pub struct AccountServices {
    /// The frame.
    pub c: Chrome,
    /// The other pages.
    pub nav: Nav,
    /// The last used first.
    pub services: Vec<ServiceRow>,
}

/// An answer that the person gave, or what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answered {
    /// When.
    pub at: Timestamp,
    /// The key of what happened.
    pub what: &'static str,
    /// The receipt; `None` for what has no words of its own.
    pub receipt_href: Option<String>,
}

/// The page `account-service`.
#[derive(Template)]
#[template(path = "account-service.html")]
pub struct AccountService {
    /// The frame.
    pub c: Chrome,
    /// The other pages.
    pub nav: Nav,
    /// The service.
    pub party: Words,
    /// On what it rests.
    pub state: ServiceState,
    /// When something last went there.
    pub last_at: Option<Timestamp>,
    /// What for, for how long, who answers.
    pub notice: Notice,
    /// The values that it may get now.
    pub values: Vec<ReleasedValue>,
    /// What was answered.
    pub answers: Vec<Answered>,
    /// `…/withdraw`; `None`: there is nothing to take back.
    pub withdraw_action: Option<String>,
}

/// One purpose on a receipt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReceiptRow {
    /// The purpose in words, or its name where no words were kept.
    pub purpose: String,
    /// Who answers for the data.
    pub controller: String,
    /// On which basis.
    pub basis: String,
    /// For how long.
    pub retention: String,
    /// Which data.
    pub kinds: Vec<String>,
    /// The key of the answer.
    pub what: &'static str,
}

/// The page `account-receipt`: made to be printed.
#[derive(Template)]
#[template(path = "account-receipt.html")]
pub struct AccountReceipt {
    /// The frame.
    pub c: Chrome,
    /// The service.
    pub party: Words,
    /// Who agreed.
    pub name: String,
    /// When.
    pub at: Timestamp,
    /// The number of the receipt.
    pub number: String,
    /// The reference of the request.
    pub reference: String,
    /// Over the words that were shown, hexadecimal; `None` from before words were kept.
    pub digest: Option<String>,
    /// What was answered.
    pub rows: Vec<ReceiptRow>,
    /// What became of it since.
    pub since: Vec<Answered>,
    /// The signed file.
    pub download_href: String,
    /// Back to the service.
    pub back_href: String,
}
