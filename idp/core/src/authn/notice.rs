//! What people are told when something about their way in changed: on every address that they proved to hold.

use super::rows::factors as rows;
use crate::{
    notify::{self, Message, Recipient, Template},
    people::{self, Notices},
    store::{StoreError, Tx},
    text,
    types::{Id, Locale, id},
};

macro_rules! templates {
    ($($(#[$doc:meta])* $name:ident $word:literal;)*) => {
    $(
        $(#[$doc])*
        pub const $name: Template = Template {
            name: $word,
            subject: concat!("mail-", $word, "-subject"),
            body: concat!("mail-", $word, "-body"),
        };
    )*
    /// All of them.
    pub const ALL: &[Template] = &[$($name),*];
    };
}
templates! {
    /// A one-time code to sign in with. Variable: `code`.
    SIGN_IN_CODE "sign-in-code";
    /// A one-time code that proves an address. Variable: `code`.
    CONTACT_CODE "contact-code";
    /// A one-time code of a recovery. Variable: `code`.
    RECOVERY_CODE "recovery-code";
    /// A way to sign in was added or removed. Variables: `what`, `time`.
    FACTOR_ADDED "factor-added";
    /// The same for a removal.
    FACTOR_REMOVED "factor-removed";
    /// The password was changed by its holder. Variable: `time`.
    PASSWORD_CHANGED "password-changed";
    /// The password was replaced by a recovery. Variable: `time`.
    PASSWORD_RECOVERED "password-recovered";
    /// An operator took the last second factor, so the password opens nothing until it is replaced. Variables: `time`, `link`.
    PASSWORD_CLOSED "password-closed";
    /// A recovery waits. Variables: `time` (when it will be possible), `link` (to stop it).
    RECOVERY_WAITING "recovery-waiting";
    /// A recovery may go on. Variables: `link`, `until`, `stop` (the link to stop it).
    RECOVERY_READY "recovery-ready";
    /// A recovery was stopped. Variable: `time`.
    RECOVERY_STOPPED "recovery-stopped";
    /// Somebody signed in from a browser that was not seen before. Variables: `browser`, `time`.
    NEW_BROWSER "new-browser";
    /// A sign-in was reported as not the holder's. Variables: `number`, `time`.
    SIGN_IN_REPORTED "sign-in-reported";
    /// A recovery code was used to sign in. Variables: `time`, `left`.
    RECOVERY_CODE_USED "recovery-code-used";
    /// A post ends soon. Variables: `day` (its last one), `days` (the distance).
    POST_ENDS "post-ends";
    /// The same for who leads the unit of the post. Variables: `unit`, `day`, `days`.
    POST_ENDS_THERE "post-ends-there";
    /// The posts of a unit are to be reviewed by who leads it. Variables: `unit`, `day` (until when).
    REVIEW_OPENED "review-opened";
    /// The holder handed something on. Variables: `name` (to whom), `from`, `until` (the last day).
    DELEGATION_GIVEN "delegation-given";
    /// Something was handed on to the holder. Variables: `name` (by whom), `from`, `until` (the last day).
    DELEGATION_RECEIVED "delegation-received";
    /// What was handed on is over. Variables: `name` (the other side), `time`.
    DELEGATION_ENDED "delegation-ended";
    /// A second person said yes. Variable: `time`.
    POST_APPROVED "post-approved";
    /// A second person said no. Variables: `time`, `why`.
    POST_REFUSED "post-refused";
    /// An administrator ended a post. Variables: `unit`, `time` (from when), `why`.
    POST_ENDED "post-ended";
    /// An office of the register of administrators ends. Variables: `role`, `over` (which units), `time` (from when), `why`.
    ADMINISTRATION_ENDED "administration-ended";
    /// Everything ended that somebody held as an official. Variables: `time`, `why`.
    OFFICE_LEFT "office-left";
    /// A break-glass account was used. Variables: `number`, `time`, `address`, `browser`.
    BREAK_GLASS_USED "break-glass-used";
    /// The same in a drill.
    BREAK_GLASS_DRILL "break-glass-drill";
    /// Somebody tried to get into a break-glass account. Variables: `number`, `time`, `count`.
    BREAK_GLASS_FAILED "break-glass-failed";
}

/// The language in which an account is written to.
pub async fn locale_of(tx: &mut Tx<'_>, account: Id<id::Account>) -> Result<Locale, StoreError> {
    Ok(people::account_by_id(tx, account).await?.and_then(|account| account.locale).unwrap_or_default())
}

/// Tells every proved address what was added or removed. `what` is the key of its name; `masked` is the address that it is about, or
/// empty.
pub async fn tell(
    tx: &mut Tx<'_>,
    account: Id<id::Account>,
    template: Template,
    (what, masked): (&'static str, &str),
) -> Result<(), StoreError> {
    let locale = locale_of(tx, account).await?;
    let (what, time) = (text::say_with(locale, what, &[("masked", masked)]), tx.now().show());
    notify_all(tx, account, template, &[("what", &what), ("time", &time)]).await?;
    Ok(())
}

/// Tells of a sign-in from a browser that was not seen before, where the holder wants to know.
pub async fn new_browser(tx: &mut Tx<'_>, account: Id<id::Account>) -> Result<(), StoreError> {
    let Some(stored) = people::account_by_id(tx, account).await? else {
        return Ok(());
    };
    if stored.notices == Notices::Changes {
        return Ok(());
    }
    let browser = text::agent(stored.locale.unwrap_or_default(), tx.cx().agent);
    let time = tx.now().show();
    notify_all(tx, account, NEW_BROWSER, &[("browser", &browser), ("time", &time)]).await?;
    Ok(())
}

/// Tells that a sign-in was reported.
pub async fn reported(tx: &mut Tx<'_>, account: Id<id::Account>, number: &str) -> Result<(), StoreError> {
    let time = tx.now().show();
    notify_all(tx, account, SIGN_IN_REPORTED, &[("number", number), ("time", &time)]).await?;
    Ok(())
}

/// Queues a notice to every account of a person.
pub async fn notify_person(
    tx: &mut Tx<'_>,
    person: Id<id::Person>,
    template: Template,
    with: &[(&str, &str)],
) -> Result<(), StoreError> {
    for account in people::accounts_of(tx, person).await? {
        notify_all(tx, account.id, template, with).await?;
    }
    Ok(())
}

/// Queues a notice to every proved address of an account; gives the messages. Call it after the change, in its transaction.
pub async fn notify_all(
    tx: &mut Tx<'_>,
    account: Id<id::Account>,
    template: Template,
    with: &[(&str, &str)],
) -> Result<Vec<Id<id::Delivery>>, StoreError> {
    let locale = locale_of(tx, account).await?;
    let mut told = Vec::new();
    for contact in rows::contacts(tx, account).await? {
        let Some(to) = contact.verified_at.and_then(|_| Recipient::new(contact.address.as_str().to_owned())) else {
            continue;
        };
        told.push(notify::queue(tx, Message { to, template, locale, with, due_at: None }).await?);
    }
    Ok(told)
}
