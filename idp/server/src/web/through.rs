//! Through the hall for a door of our own: somebody comes for a page of ours, not for a party. The door begins a transaction, the hall's
//! pages do the rest, and the browser comes back to the door's resume path.

use axum::response::Response;
use idp_core::{
    crypto::handle::{Handle, Transaction},
    session::Live,
    signin::{self, Asked, Gone, NewSignIn, Next, SignIn},
    store::{StoreError, Tx},
    types::{Digest, Fault},
};

use super::visit::{Visit, onward};

/// What a door of our own asks of a sign-in.
pub struct Own<'a> {
    /// The door, for the record.
    pub door: &'static str,
    /// What it asks.
    pub asked: &'a Asked,
    /// What it keeps for its answer.
    pub payload: &'a str,
    /// Where it wants the browser back; the handle is appended.
    pub resume: &'static str,
}

/// Where somebody stands who comes back from the hall.
pub enum Back {
    /// Everything asked for is proved.
    Done(Box<SignIn>, Live),
    /// A step is open: the answer leads to it.
    Open(Response),
    /// What was asked for cannot be reached, or somebody else signed in.
    Impossible,
    /// They turned back.
    Cancelled,
    /// The transaction is over, or of another browser.
    Gone,
}

/// Begins a transaction of a door of our own.
pub async fn begin_within(tx: &mut Tx<'_>, browser: Digest, own: &Own<'_>) -> Result<Handle<Transaction>, StoreError> {
    let new =
        NewSignIn { door: own.door, party: None, browser, asked: own.asked, payload: own.payload, resume: own.resume };
    signin::begin(tx, new).await
}

/// Somebody who came with a link of ours, in the browser that opened it.
pub struct Linked {
    /// The handle of the transaction.
    pub t: String,
    /// The transaction.
    pub sign_in: SignIn,
    /// The digest of the link.
    pub link: Digest,
}

impl Visit {
    /// Begins a transaction and sends the browser to its first page in the hall.
    pub async fn through_the_hall(&self, own: &Own<'_>) -> Result<Response, Fault> {
        self.begin_at(own, "/sign-in/").await
    }

    /// Takes the secret of a link out of the address: a transaction of this browser carries its digest to the page at `resume`.
    pub async fn begin_with_link(
        &self,
        door: &'static str,
        link: Digest,
        resume: &'static str,
    ) -> Result<Response, Fault> {
        let (asked, payload) = (Asked::default(), link.hex());
        self.begin_at(&Own { door, asked: &asked, payload: &payload, resume }, resume).await
    }

    /// Who is at that page by the transaction named in the query. `None`: nobody, any more, or in another browser.
    pub async fn came_with_link(&self, resume: &str) -> Result<Option<Linked>, StoreError> {
        let t = self.query.get("t").unwrap_or_default().to_owned();
        let mut conn = self.house.db.read().await?;
        let loaded = signin::load(&mut conn, &t, self.browser(), self.now()).await?;
        let sign_in = loaded.ok().filter(|row| row.resume == format!("{resume}{t}"));
        Ok(sign_in.and_then(|sign_in| Some(Linked { link: Digest::from_hex(&sign_in.payload)?, t, sign_in })))
    }

    async fn begin_at(&self, own: &Own<'_>, first: &str) -> Result<Response, Fault> {
        let binding = self.binding();
        let browser = binding.digest().ok_or(Fault::bug("reading our own binding"))?;
        let begun = self.house.db.write(&self.cx, |tx| Box::pin(begin_within(tx, browser, own)));
        let handle = begun.await.map_err(|error: StoreError| Fault::from(error))?;
        let response = onward(&self.keep_locale(&format!("{first}{}", handle.reveal())));
        Ok(self.bound(response, &binding))
    }

    /// Looks where the transaction `t` stands, from the facts and not from what the browser says.
    pub async fn back_from_the_hall(&self, t: &str) -> Result<Back, Fault> {
        let live = self.session().await?;
        let mut conn = self.house.db.read().await?;
        let sign_in = match signin::load(&mut conn, t, self.browser(), self.now()).await? {
            Ok(sign_in) => sign_in,
            Err(Gone::Cancelled(_)) => return Ok(Back::Cancelled),
            Err(Gone::Unknown | Gone::Expired | Gone::Finished | Gone::OtherBrowser) => return Ok(Back::Gone),
        };
        let session = (live.as_ref(), self.now());
        let facts = signin::gather(&mut conn, &sign_in.asked, sign_in.party, Some(&sign_in), session).await?;
        let next = signin::next(&facts);
        Ok(match (next, live) {
            (Next::Finish, Some(live)) => Back::Done(Box::new(sign_in), live),
            (Next::Unmet | Next::WrongPerson, _) => Back::Impossible,
            _ => Back::Open(onward(&self.keep_locale(&format!("/sign-in/{t}")))),
        })
    }
}
