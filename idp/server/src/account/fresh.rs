//! Somebody at a page of their own account on which something may change: who, in which language, and their forms.

use axum::response::Response;
use idp_core::{
    people::{self, StoredAccount},
    session::Live,
    signin::Asked,
    store::Cx,
    types::{Fault, Locale},
};

use super::{gate, own};
use crate::web::{
    Form, Halt, Params, Visit,
    page::Chrome,
    visit::{Binding, onward},
};

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
pub(super) async fn member(visit: Visit, back: &str) -> Result<Result<Member, Response>, Halt> {
    match visit.session().await? {
        Some(live) => {
            gate::own_account(&visit, &live)?;
            let account = people::account_by_id(&mut visit.house.db.read().await?, live.account).await?;
            let account = account.ok_or(Fault::bug("finding the account of a session"))?;
            let (locale, binding) = (visit.locale(account.locale), visit.binding());
            Ok(Ok(Member { visit, live, account, locale, binding }))
        }
        None => Ok(Err(own::sign_in(&visit, &Asked::default(), back).await?)),
    }
}

/// A member who proved themself just now with all that their account has ([`gate`]), for a form that changes something. Anybody else
/// signs in again and comes back to `back`.
pub(super) async fn fresh(
    visit: Visit,
    Form(params): Form,
    back: &str,
) -> Result<Result<(Member, Params), Response>, Halt> {
    let member = match member(visit, back).await? {
        Ok(member) => member,
        Err(response) => return Ok(Err(response)),
    };
    member.visit.check_form(&member.form(), &params, back)?;
    gate::fresh(&member.visit, back).await?;
    Ok(Ok((member, params)))
}

impl Member {
    fn form(&self) -> String {
        format!("{FORM} {}", self.live.id)
    }

    /// Refuses a form that is not ours, for what needs no new proof. `again` is where it is found anew.
    pub(super) fn check(&self, params: &Params, again: &str) -> Result<(), Halt> {
        self.visit.check_form(&self.form(), params, again)
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
