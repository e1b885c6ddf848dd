//! A proof with a password that does not meet the rule for a new one: it opens nothing until its holder has chosen another.
//!
//! Such passwords come from other systems. Only at their first sign-in is the plain text at hand, so only there can they be judged.

use super::{
    Opened, PasswordUse, Proof, credential, password,
    rows::factors as rows,
    standing::{self, Closed},
};
use crate::{
    crypto::password::PasswordHash,
    people::Purpose,
    store::{Conn, StoreError, Tx},
    types::{Aal, Fault, Id, Timestamp, id},
};

/// Everything was proved, and a new password is to be chosen. It makes no session: only [`Held::release`] gives the proof.
#[derive(Debug)]
pub struct Held(Proof);

/// The methods with which a password can be part of a proof (RFC 8176).
const AMR: [&str; 4] = ["pwd", "otp", "sms", "mfa"];

/// What a proof opens whose password was right at an instant. `usage` is what the password has to be good for.
pub(super) async fn opened(
    conn: &mut Conn,
    (proof, at): (Proof, Timestamp),
    usage: PasswordUse,
) -> Result<Opened, StoreError> {
    let stored = rows::password_use(conn, proof.account).await?;
    // Between the hash and this write somebody may have replaced it: the owner by a recovery, or the operator with a lost factor.
    let Some(stored) = stored.filter(|stored| stored.changed_at <= at) else {
        return Ok(Opened::Replaced);
    };
    let too_short = usage == PasswordUse::Alone && stored.usage == PasswordUse::WithSecond;
    Ok(if stored.weak_at.is_some() || too_short { Opened::Held(Held(proof)) } else { Opened::Proof(proof) })
}

impl Held {
    /// The account.
    pub const fn account(&self) -> Id<id::Account> {
        self.0.account
    }

    /// Whose it is.
    pub const fn person(&self) -> Id<id::Person> {
        self.0.person
    }

    /// Whether a new password may be chosen with it. Not where the account has a passkey that was not used: whoever guessed the old
    /// password must not be able to set one, and its holder signs in with the passkey and changes it there.
    pub async fn may_choose(&self, conn: &mut Conn) -> Result<bool, StoreError> {
        Ok(self.0.aal > Aal::Aal1 || credential::kinds(conn, self.0.account).await?.is_empty())
    }

    /// Sets the new password and gives the proof.
    pub async fn release(
        self,
        tx: &mut Tx<'_>,
        (hash, usage): (&PasswordHash, PasswordUse),
    ) -> Result<Result<Proof, Closed>, StoreError> {
        if let Some(closed) = standing::closed(tx, (self.0.account, self.0.person)).await? {
            return Ok(Err(closed));
        }
        password::set(tx, self.0.account, self.0.person, (hash, usage)).await?;
        Ok(Ok(self.0))
    }

    /// As a transaction keeps it: level, credential, methods.
    pub(crate) fn words(&self) -> String {
        let credential = self.0.credential.map_or_else(|| "-".to_owned(), |id| id.to_string());
        format!("{} {credential} {}", self.0.aal.acr(), self.0.amr.join(" "))
    }

    /// As a transaction kept it. Only the hall calls it, with what it wrote itself.
    pub(crate) fn kept((account, person): (Id<id::Account>, Id<id::Person>), words: &str) -> Result<Self, Fault> {
        let unreadable = || Fault::bug("reading a proof that waits for a new password");
        let mut parts = words.split(' ');
        let aal = parts.next().and_then(Aal::from_acr).ok_or_else(unreadable)?;
        let credential = match parts.next().ok_or_else(unreadable)? {
            "-" => None,
            id => Some(id.parse().map_err(|_| unreadable())?),
        };
        let known = |word: &str| AMR.into_iter().find(|known| *known == word).ok_or_else(unreadable);
        let amr = parts.map(known).collect::<Result<_, _>>()?;
        Ok(Self(Proof { account, person, aal, amr, credential, purpose: Purpose::Own }))
    }
}

#[cfg(test)]
mod tests {
    use super::{AMR, Held};
    use crate::{
        authn::Proof,
        crypto::random,
        people::Purpose,
        types::{Aal, Timestamp},
    };

    #[test]
    fn a_proof_that_waits_is_read_as_it_was_written() {
        let now = Timestamp::from_seconds(1_790_000_000);
        let (account, person) = (random::id(now), random::id(now));
        for credential in [None, Some(random::id(now))] {
            let proof = Proof { account, person, aal: Aal::Aal2, amr: AMR.to_vec(), credential, purpose: Purpose::Own };
            let words = Held(proof).words();
            let read = Held::kept((account, person), &words).expect("reads").0;
            assert_eq!((read.aal, read.amr, read.credential), (Aal::Aal2, AMR.to_vec(), credential), "{words}");
        }
        for wrong in ["", "urn:idp:aal2", "urn:idp:aal2 x pwd", "urn:idp:aal2 - pwd hwk", "aal2 - pwd"] {
            assert!(Held::kept((account, person), wrong).is_err(), "{wrong}");
        }
    }
}
