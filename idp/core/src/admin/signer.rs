//! Who signs a set of changes of units, and what they could give. A unit that comes under another one comes to whoever serves or administers
//! above it, so each who signs must be able to give each of them just that: [`crate::office::Signer`] judges posts, this one offices too.

use super::{
    appointment::{Appointment, NewAppointment, Scope, Subject},
    register,
    rights::{self, Beyond},
    role::Permission,
    standing,
};
use crate::{
    office::{self, Giver, Reach},
    org::{self, AsOf, change},
    store::{Conn, StoreError},
    types::{Id, Interval, Timestamp, id},
};

/// Somebody who signs.
#[derive(Clone, Debug)]
pub struct Signer {
    /// `None`: the operator at the command line, who owns the machine.
    subject: Option<Subject>,
    held: Vec<Appointment>,
    givers: Vec<Giver>,
}

impl Signer {
    pub(super) const fn new(subject: Subject, held: Vec<Appointment>, givers: Vec<Giver>) -> Self {
        Self { subject: Some(subject), held, givers }
    }

    /// The operator at the command line.
    pub fn operator() -> Self {
        Self { subject: None, held: Vec::new(), givers: vec![Giver::operator()] }
    }

    /// Whoever asked for a set, by the name under which it stands: `person:…`, `operator:…`. They are asked again when it is decided: what
    /// ended meanwhile vouches for nothing. In which post they asked is not kept, so any one that they hold is enough.
    async fn asked(conn: &mut Conn, name: &str, now: Timestamp) -> Result<Self, StoreError> {
        let (kind, id) = name.split_once(':').unwrap_or_default();
        let subject = match kind {
            "operator" => return Ok(Self::operator()),
            "person" => id.parse().ok().map(Subject::Person),
            _ => id.parse().ok().map(Subject::Party),
        };
        let nobody = Subject::Person(Id::from_uuid(uuid::Uuid::nil()));
        let subject = subject.unwrap_or(nobody);
        let held = register::held_by(conn, subject, now).await?;
        let mut givers: Vec<Giver> = Vec::new();
        if let Subject::Person(person) = subject {
            givers.extend(office::offices(conn, person, now).await?.iter().map(Giver::of));
        }
        givers.extend(standing::appointed((subject, &held), Permission::AssignOfficials, now));
        Ok(Self::new(subject, held, givers))
    }

    /// What they could give posts.
    pub(super) fn of_posts(&self) -> office::Signer {
        office::Signer(self.givers.clone())
    }

    /// Whether they could let an office reach over more units. The words are those of giving posts.
    pub(super) async fn vouches(
        &self,
        conn: &mut Conn,
        (office, over): (&Appointment, &[Id<id::Unit>]),
        at: Timestamp,
    ) -> Result<Result<(), &'static str>, StoreError> {
        let Some(subject) = self.subject else { return Ok(Ok(())) };
        if self.owns_all(conn, at).await? {
            return Ok(Ok(()));
        }
        let own = office.subject == subject;
        let mut refused = if own { "oneself" } else { "no-power" };
        for held in &self.held {
            if !covers(conn, held, (office, over), at).await? {
                refused = if own { refused } else { "other-unit" };
                continue;
            }
            // What one holds there already, for as long, is no gain.
            let has = own && held.role == office.role && rights::outlasts(held, &office.window);
            match may_give(subject, held, office, at) {
                Ok(()) => return Ok(Ok(())),
                Err(_) if has => return Ok(Ok(())),
                Err(word) => refused = word,
            }
        }
        Ok(Err(refused))
    }

    /// Whether they are answerable for the whole installation by a post: such a one may change the country, and gains nothing by it.
    async fn owns_all(&self, conn: &mut Conn, at: Timestamp) -> Result<bool, StoreError> {
        let powers = self.givers.iter().flat_map(|giver| &giver.powers);
        let owning = powers.filter(|power| power.permissions.contains(&office::Permission::OwnPlatform));
        for power in owning {
            let whole = match &power.reach {
                Reach::Anywhere => true,
                Reach::Under(unit) => org::root(conn, AsOf::at(at)).await? == Some(*unit),
                Reach::Own(_) | Reach::Unit(_) | Reach::Listed(_) => false,
            };
            if whole {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

/// Whether an own office covers another one's unit and everything that comes to it, before the set.
async fn covers(
    conn: &mut Conn,
    held: &Appointment,
    (office, over): (&Appointment, &[Id<id::Unit>]),
    at: Timestamp,
) -> Result<bool, StoreError> {
    // Of one's own office only what comes is asked: the rest one has.
    let place = office.scope.unit().filter(|_| office.subject != held.subject);
    for unit in over.iter().copied().chain(place) {
        let ground = register::ground(conn, &[held.scope], Scope::Below(unit), at).await?;
        if !ground.covers(held.scope, Scope::Below(unit)) {
            return Ok(false);
        }
    }
    Ok(true)
}

fn may_give(subject: Subject, held: &Appointment, office: &Appointment, at: Timestamp) -> Result<(), &'static str> {
    // A set may lie further back than the office of who signs it.
    let from = at.max(held.window.from);
    let new = NewAppointment {
        subject: office.subject,
        role: office.role,
        scope: held.scope,
        window: Interval { from: from.max(office.window.from), until: office.window.until },
        decision: office.decision.clone(),
    };
    // Over which units was asked before.
    let mut ground = rights::Ground::default();
    if let Some(unit) = held.scope.unit() {
        ground.note(unit, unit);
    }
    rights::may_appoint((subject, std::slice::from_ref(held)), &new, &ground, from).map_err(|beyond| match beyond {
        Beyond::Oneself => "oneself",
        Beyond::Role => "too-high",
        Beyond::Units => "other-unit",
        Beyond::Period => "too-long",
    })
}

/// Everybody who signs a set: who acts now, and who asked for it where it was handed in.
pub async fn signers(
    conn: &mut Conn,
    acting: Signer,
    set: Id<id::ChangeSet>,
    now: Timestamp,
) -> Result<Vec<Signer>, StoreError> {
    let asked = change::row(conn, set).await?.and_then(|row| row.requested).map(|asked| asked.by);
    let mut all = vec![acting];
    if let Some(name) = asked {
        all.push(Signer::asked(conn, &name, now).await?);
    }
    Ok(all)
}
