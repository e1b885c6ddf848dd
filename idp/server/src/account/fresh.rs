//! Before anything changes by which an account is proved, its holder proves themself again: in full, and within the last five minutes
//! (ASVS 7.5.1). An open session that somebody left behind must not be enough.

use std::time::Duration;

use axum::response::Response;
use idp_core::{
    authn::{
        credential::{self, Kind},
        second::{self, Way},
    },
    people::{self, StoredAccount},
    session::Live,
    signin::Asked,
    store::{Cx, StoreError},
    types::{Aal, AddressKind, Fault, Locale},
};

use super::own;
use crate::web::{
    Form, Halt, Params, Visit,
    page::Chrome,
    visit::{Binding, onward},
};

/// How long a proof is fresh.
const FRESH: Duration = Duration::from_secs(5 * 60);

/// The one form name of the pages on which people keep their ways in: their tokens are bound to the session too.
const FORM: &str = "account ways";

/// Somebody at a page of their own account.
pub(super) struct Member {
    pub(super) visit: Visit,
    pub(super) live: Live,
    pub(super) account: StoredAccount,
    pub(super) locale: Locale,
    pub(super) binding: Binding,
}

/// A member, or the answer that sends them to sign in first and back to `back`.
pub(super) async fn member(visit: Visit, back: &'static str) -> Result<Result<Member, Response>, Halt> {
    match visit.house.session(&visit.headers, visit.now()).await? {
        Some(live) => {
            let account = people::account_by_id(&mut visit.house.db.read().await?, live.account).await?;
            let account = account.ok_or(Fault::bug("finding the account of a session"))?;
            let (locale, binding) = (visit.locale(account.locale), visit.binding());
            Ok(Ok(Member { visit, live, account, locale, binding }))
        }
        None => Ok(Err(own::sign_in_for(&visit, &Asked::default(), back).await?)),
    }
}

/// A member who proved themself just now with all that their account has, for a form that changes something. Anybody else signs in again
/// and comes back to `back`.
pub(super) async fn fresh(
    visit: Visit,
    Form(params): Form,
    back: &'static str,
) -> Result<Result<(Member, Params), Response>, Halt> {
    let member = match member(visit, back).await? {
        Ok(member) => member,
        Err(response) => return Ok(Err(response)),
    };
    member.visit.check_form(&member.form(), &params, back)?;
    match member.stale().await? {
        None => Ok(Ok((member, params))),
        Some(asked) => Ok(Err(own::sign_in_for(&member.visit, &asked, back).await?)),
    }
}

impl Member {
    /// What has to be asked of the hall before a change; `None`: the last proof is fresh and full.
    pub(super) async fn stale(&self) -> Result<Option<Asked>, StoreError> {
        let least = self.highest().await?;
        let fresh = self.visit.now() < self.live.auth_at + FRESH && self.live.aal >= least;
        let asked = Asked { max_age: Some(FRESH.as_secs() as i64), least: Some(least), ..Asked::default() };
        Ok((!fresh).then_some(asked))
    }

    /// The level that the account reaches with what it has.
    async fn highest(&self) -> Result<Aal, StoreError> {
        let mut conn = self.visit.house.db.read().await?;
        let ways = second::ways(&mut conn, self.account.id, self.visit.house.gate.policy).await?;
        let second = ways.iter().any(|way| match way {
            Way::Totp => true,
            Way::Message(contact) => contact.address.kind() == AddressKind::Phone,
        });
        let passkey = credential::kinds(&mut conn, self.account.id).await?.contains(&Kind::Passkey);
        Ok(if second || passkey { Aal::Aal2 } else { Aal::Aal1 })
    }

    fn form(&self) -> String {
        format!("{FORM} {}", self.live.id)
    }

    /// The frame of a page; `here` is a GET that can be shown again.
    pub(super) fn chrome(&self, here: &str) -> Chrome {
        self.visit.chrome(self.locale, here, (&self.binding, &self.form()))
    }

    /// A page of this member.
    pub(super) fn bound(&self, response: Response) -> Response {
        self.visit.bound(response, &self.binding)
    }

    /// A path in the language that they chose.
    pub(super) fn path(&self, path: &str) -> String {
        self.visit.keep_locale(path)
    }

    /// To a path of ours.
    pub(super) fn to(&self, path: &str) -> Response {
        onward(&self.path(path))
    }

    /// The context of what this person changes.
    pub(super) fn cx(&self) -> Cx {
        self.visit.cx.acting(self.live.actor())
    }
}
