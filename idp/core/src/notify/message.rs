//! What is sent, and putting it into the outbox.

use serde::{Deserialize, Serialize};

use super::rows;
use crate::{
    crypto::random,
    store::{StoreError, Tx},
    text,
    types::{Address, Fault, Id, Locale, Timestamp, id},
};

/// Where a message goes: an address that the channel understands. Personal, so it has no `Debug`.
pub struct Recipient(String);

impl From<Address> for Recipient {
    fn from(address: Address) -> Self {
        Self(address.as_str().to_owned())
    }
}

impl Recipient {
    /// Takes an address. Control characters are refused, for one of them could add a header to a mail (CWE-93).
    pub fn new(address: String) -> Option<Self> {
        let fits = !address.is_empty() && address.len() <= 254 && !address.chars().any(char::is_control);
        fits.then_some(Self(address))
    }
}

/// A kind of message: a stable name, and the two sentences it is made from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Template {
    /// The name that channels and tests see.
    pub name: &'static str,
    /// The Fluent key of the subject, `mail-<name>-subject`.
    pub subject: &'static str,
    /// The Fluent key of the body, `mail-<name>-body`.
    pub body: &'static str,
}

/// A message before its sentences are made.
pub struct Message<'a> {
    /// To whom.
    pub to: Recipient,
    /// What kind.
    pub template: Template,
    /// In which language.
    pub locale: Locale,
    /// The variables of its sentences.
    pub with: &'a [(&'a str, &'a str)],
    /// When it is to go out; `None`: at once.
    pub due_at: Option<Timestamp>,
}

/// A message as a channel sends it. Personal, so it has no `Debug`.
#[derive(Serialize, Deserialize)]
pub struct Rendered {
    /// When it was queued.
    pub at: Timestamp,
    /// The address.
    pub to: String,
    /// The name of its kind.
    pub template: String,
    /// Its language.
    pub locale: Locale,
    /// One line.
    pub subject: String,
    /// Plain text.
    pub body: String,
}

/// Puts a message into the outbox.
pub async fn queue(tx: &mut Tx<'_>, message: Message<'_>) -> Result<Id<id::Delivery>, StoreError> {
    let Message { to, template, locale, with, due_at } = message;
    let subject = text::say_with(locale, template.subject, with);
    let rendered = Rendered {
        at: tx.now(),
        to: to.0,
        template: template.name.to_owned(),
        locale,
        // A value with a line break in it may not begin a second header.
        subject: subject.replace(char::is_control, " "),
        body: text::say_with(locale, template.body, with),
    };
    let plain = serde_json::to_vec(&rendered).map_err(|error| Fault::new("writing a message", error))?;
    let id: Id<id::Delivery> = random::id(tx.now());
    let sealed = tx.seals().seal(id.bytes(), &plain);
    let due_at = due_at.unwrap_or(tx.now());
    rows::insert(tx, id, sealed, due_at).await?;
    Ok(id)
}
