//! `[break_glass]`: who hears of it when a break-glass account is opened.

use idp_core::types::{Address, AddressError};
use serde::{Deserialize, Serialize};

/// `[break_glass]`
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct BreakGlass {
    /// Mail addresses and telephone numbers that are told of every use of a break-glass account and of every failed attempt, beside the platform
    /// owners with a confirmed address. At most twenty.
    pub alarm_to: Vec<AlarmTo>,
}

/// Where an alarm goes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct AlarmTo(Address);

impl AlarmTo {
    /// The address.
    pub const fn address(&self) -> &Address {
        &self.0
    }
}

impl TryFrom<String> for AlarmTo {
    type Error = AddressError;

    fn try_from(text: String) -> Result<Self, AddressError> {
        Address::parse(&text).map(Self)
    }
}

impl From<AlarmTo> for String {
    fn from(to: AlarmTo) -> Self {
        to.0.as_str().to_owned()
    }
}

impl BreakGlass {
    /// The addresses.
    pub fn addresses(&self) -> Vec<Address> {
        self.alarm_to.iter().map(|to| to.address().clone()).collect()
    }
}
