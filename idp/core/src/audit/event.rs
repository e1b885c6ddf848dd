//! Every auditable act. An arm added here is all that a new event needs.

use serde::{Deserialize, Serialize};

use crate::types::{Id, id};

/// How long an event is kept and who may read it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// Signing in and out, tokens, refused attempts: twelve months at hand.
    Access,
    /// Changes of people, parties, keys and settings: five years.
    Change,
}

impl Class {
    /// The word that rows hold.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Access => "access",
            Self::Change => "change",
        }
    }
}

/// What happened. Names no personal value: those go to [`Personal`].
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
#[expect(missing_docs, reason = "the fields are what their types say; each arm is described")]
pub enum Event {
    /// A citizen made an account by themself.
    Enrolled { person: Id<id::Person>, account: Id<id::Account>, data_match: &'static str },
    /// Enrolling was refused: a quota, or the policy is off.
    EnrolmentRefused { because: &'static str },
    /// The link to the account of a record was `made`, `used`, or met a `wrong-number`.
    Invitation { person: Id<id::Person>, change: &'static str },
    /// The population registry answered about the data of a person.
    RegistryAnswered { person: Id<id::Person>, data_match: &'static str },
    /// Somebody proved to be the holder of an account; a session began.
    SignedIn {
        person: Id<id::Person>,
        account: Id<id::Account>,
        session: Id<id::Session>,
        acr: &'static str,
        amr: String,
    },
    /// Somebody proved themself again within a session.
    Reauthenticated { person: Id<id::Person>, session: Id<id::Session>, acr: &'static str, amr: String },
    /// An attempt to sign in failed. Person and account are unknown where the name was; `with` is what was tried: `pwd`, `passkey`, `second`.
    SignInFailed {
        person: Option<Id<id::Person>>,
        account: Option<Id<id::Account>>,
        with: &'static str,
        because: &'static str,
    },
    /// A session ended.
    SessionEnded { person: Id<id::Person>, session: Id<id::Session>, because: &'static str },
    /// A person agreed to release data to a party.
    Consented { person: Id<id::Person>, party: Id<id::Party>, scopes: String },
    /// A person took back what they had agreed to.
    ConsentWithdrawn { person: Id<id::Person>, party: Id<id::Party>, purposes: String },
    /// What a person had agreed to lapsed.
    ConsentExpired { person: Id<id::Person>, party: Id<id::Party>, purposes: String },
    /// A party was told data of a person at userinfo; `count` times since the last such record of this node.
    DataTold { person: Id<id::Person>, party: Id<id::Party>, grant: Id<id::Grant>, scopes: String, count: u64 },
    /// A person reported a sign-in, or an attempt that opened no session, as not theirs; `number` is what the help desk finds it by.
    SignInReported { person: Id<id::Person>, session: Option<Id<id::Session>>, number: String },
    /// The help desk closed the case of a reported sign-in; what was found stands with the case.
    SignInCaseClosed { person: Id<id::Person>, number: String },
    /// A person ended everything that was given out in their account's name.
    SignedOutEverywhere { person: Id<id::Person>, account: Id<id::Account> },
    /// A person refused a party.
    ConsentRefused { person: Option<Id<id::Person>>, party: Id<id::Party> },
    /// A party was given an authorization code.
    CodeIssued { person: Id<id::Person>, party: Id<id::Party>, grant: Id<id::Grant>, scopes: String },
    /// A code was exchanged for tokens.
    CodeRedeemed { person: Id<id::Person>, party: Id<id::Party>, grant: Id<id::Grant> },
    /// A code was shown a second time, by the wrong party or without its verifier: what it bought is revoked.
    CodeReplayed { person: Id<id::Person>, party: Id<id::Party>, grant: Id<id::Grant>, because: &'static str },
    /// A refresh token was exchanged.
    Refreshed { person: Id<id::Person>, party: Id<id::Party>, grant: Id<id::Grant> },
    /// A spent refresh token was shown again: its family is revoked.
    RefreshReplayed { person: Id<id::Person>, party: Id<id::Party>, grant: Id<id::Grant> },
    /// A family of tokens was revoked.
    GrantRevoked { person: Id<id::Person>, party: Id<id::Party>, grant: Id<id::Grant>, because: &'static str },
    /// One access token was revoked.
    AccessTokenRevoked { party: Id<id::Party> },
    /// A party got tokens in its own name; `count` of them since the last such record of this node.
    ClientTokensIssued { party: Id<id::Party>, count: u64 },
    /// A party failed to authenticate itself.
    PartyRefused { party: Option<Id<id::Party>>, because: &'static str },
    /// A logout token reached a party, or was given up.
    LogoutDelivered { party: Id<id::Party>, session: Id<id::Session>, outcome: &'static str },
    /// A relying party was made or changed; the digest is of its definition.
    PartyChanged { party: Id<id::Party>, client_id: String, change: &'static str, digest: String },
    /// An operator made or changed a person for a test system.
    PersonApplied { person: Id<id::Person>, account: Id<id::Account>, change: &'static str },
    /// The state of an account or person was changed.
    StandingChanged { person: Id<id::Person>, account: Option<Id<id::Account>>, state: &'static str },
    /// A password was set.
    PasswordSet { account: Id<id::Account>, person: Id<id::Person> },
    /// A credential was added to an account; `what` is its kind.
    CredentialAdded {
        person: Id<id::Person>,
        account: Id<id::Account>,
        credential: Id<id::Credential>,
        what: &'static str,
    },
    /// A credential was removed, and the sessions that it opened ended.
    CredentialRemoved {
        person: Id<id::Person>,
        account: Id<id::Account>,
        credential: Id<id::Credential>,
        because: &'static str,
    },
    /// A passkey counted backwards: somebody may hold a copy of it. It was refused.
    PossibleClone { person: Id<id::Person>, account: Id<id::Account>, credential: Id<id::Credential> },
    /// An address of an account was proved, removed, or made a second factor.
    ContactChanged { person: Id<id::Person>, account: Id<id::Account>, contact: Id<id::Contact>, change: &'static str },
    /// A recovery of a forgotten password went on or ended. The account is unknown where the data fitted nobody.
    RecoveryMoved { account: Option<Id<id::Account>>, change: &'static str },
    /// The set of recovery codes was made anew or removed.
    RecoveryCodesChanged { person: Id<id::Person>, account: Id<id::Account>, change: &'static str },
    /// An operator took a way to sign in from somebody; `password` is `kept`, `closed`, or `none` where there was none.
    FactorTaken {
        person: Id<id::Person>,
        account: Id<id::Account>,
        what: &'static str,
        password: &'static str,
        because: String,
    },
    /// A signing key was made or moved through its states.
    KeyMoved { kid: String, alg: &'static str, state: &'static str, because: &'static str },
    /// A backup was restored: the epoch rose.
    EpochBegan { epoch: i64 },
    /// A range of the log was archived; the digest is of the file, hexadecimal.
    Archived { class: &'static str, records: i64, digest: String },
    /// Values of a sealed column were put under the active master key.
    Resealed { column: &'static str, count: u64, key: String },
    /// A post was asked for, begun, approved, refused, changed or ended.
    PostChanged {
        person: Id<id::Person>,
        post: Id<id::Assignment>,
        unit: Id<id::Unit>,
        change: &'static str,
        revision: i64,
    },
    /// A change of posts was refused; the person whose post it was to be.
    PostRefused { person: Option<Id<id::Person>>, because: &'static str },
    /// A change set carried posts over to other units, or one taken back brought them home.
    PostsCarried { set: Id<id::ChangeSet>, posts: usize, change: &'static str },
    /// A change set carried offices of the register over to other units and ended others with theirs, or one taken back restored them.
    OfficesCarried { set: Id<id::ChangeSet>, carried: usize, ended: usize, change: &'static str },
    /// A position, a role or a separation was made or changed.
    CatalogueChanged { what: &'static str, id: String, revision: i64 },
    /// Somebody acts in a post towards a party, or as themself.
    ActedAs { person: Id<id::Person>, session: Id<id::Session>, party: Id<id::Party>, post: Option<Id<id::Assignment>> },
    /// A review of the posts of a unit was opened, answered or closed.
    PostsReviewed { review: Id<id::Review>, unit: Id<id::Unit>, change: &'static str },
    /// Officials were imported from a file, or an import was taken back.
    OfficialsImported { import: Id<id::StaffImport>, posts: i64, change: &'static str, file: String },
    /// An operator had changes of rights sent to a party again, from one on.
    RightsReplayed { party: Id<id::Party>, from: i64, deliveries: u64 },
    /// The key over a person's personal values was destroyed.
    Erased { person: Id<id::Person> },
    /// A link that makes a platform owner was made on the server; `because` where there was one already.
    OwnerOffered { until: String, because: Option<String> },
    /// Somebody was made an administrator.
    AdministratorAppointed {
        person: Option<Id<id::Person>>,
        appointment: Id<id::Appointment>,
        subject: String,
        role: &'static str,
        unit: Option<Id<id::Unit>>,
        until: Option<String>,
    },
    /// An appointment was ended before its time.
    AdministratorEnded {
        person: Option<Id<id::Person>>,
        appointment: Id<id::Appointment>,
        subject: String,
        role: &'static str,
    },
    /// A person opened the web console.
    ConsoleOpened { person: Id<id::Person>, session: Id<id::Session> },
    /// A session of the web console was ended.
    ConsoleClosed { person: Id<id::Person>, session: Id<id::Session>, because: &'static str },
    /// Somebody whose credentials were good was turned away by the admin API.
    AdministrationRefused { operation: &'static str, because: &'static str },
    /// A set of changes to units was written, or written anew.
    ChangeSetDrafted { set: Id<id::ChangeSet>, revision: i64 },
    /// Somebody asked for a set to be approved.
    ChangeSetRequested { set: Id<id::ChangeSet>, purpose: &'static str },
    /// A second person signed a set; `file` is the digest of the decision, hexadecimal.
    ChangeSetApproved { set: Id<id::ChangeSet>, units: usize, carried: usize, file: String },
    /// A second person refused a set.
    ChangeSetRefused { set: Id<id::ChangeSet> },
    /// Somebody took back what they had written.
    ChangeSetWithdrawn { set: Id<id::ChangeSet> },
    /// An approved set was taken back by another.
    ChangeSetUndone { set: Id<id::ChangeSet>, by_set: Id<id::ChangeSet> },
    /// The date of a set came.
    ChangeSetTookEffect { set: Id<id::ChangeSet> },
    /// Lists of units were loaded; the digest is of the files, hexadecimal.
    UnitsLoaded { set: Id<id::ChangeSet>, units: usize, file: String },
    /// A break-glass account was made, got another link, its key, its seal again, or was retired.
    BreakGlassChanged { person: Id<id::Person>, number: u8, change: &'static str, because: Option<String> },
    /// A break-glass account was used; `told`: so many messages were queued for it. `drill`: while one was held.
    BreakGlassUsed {
        person: Id<id::Person>,
        session: Id<id::Session>,
        number: u8,
        drill: Option<Id<id::Drill>>,
        told: usize,
    },
    /// Somebody failed to get into a break-glass account; `count`: so often since the last such record.
    BreakGlassFailed { person: Id<id::Person>, number: u8, count: usize, told: usize },
    /// A drill of the break-glass accounts began or ended; `good`: the accounts that were used and whose alarms left.
    BreakGlassDrilled { drill: Id<id::Drill>, change: &'static str, good: Vec<u8> },
}

/// Personal values of an event, sealed under the key of the person concerned.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Personal {
    /// Address of the other end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// Its source port.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub port: Option<u16>,
    /// Family of browser and system ([`crate::types::Agent::word`]).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent: Option<String>,
}

impl Event {
    /// The word that rows hold, equal to `kind` in the body.
    #[expect(clippy::too_many_lines, reason = "a table: one line an event, and the compiler sees that none is missing")]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Enrolled { .. } => "enrolled",
            Self::EnrolmentRefused { .. } => "enrolment-refused",
            Self::Invitation { .. } => "invitation",
            Self::RegistryAnswered { .. } => "registry-answered",
            Self::SignedIn { .. } => "signed-in",
            Self::Reauthenticated { .. } => "reauthenticated",
            Self::SignInFailed { .. } => "sign-in-failed",
            Self::SessionEnded { .. } => "session-ended",
            Self::Consented { .. } => "consented",
            Self::ConsentWithdrawn { .. } => "consent-withdrawn",
            Self::ConsentExpired { .. } => "consent-expired",
            Self::DataTold { .. } => "data-told",
            Self::SignInReported { .. } => "sign-in-reported",
            Self::SignInCaseClosed { .. } => "sign-in-case-closed",
            Self::SignedOutEverywhere { .. } => "signed-out-everywhere",
            Self::ConsentRefused { .. } => "consent-refused",
            Self::CodeIssued { .. } => "code-issued",
            Self::CodeRedeemed { .. } => "code-redeemed",
            Self::CodeReplayed { .. } => "code-replayed",
            Self::Refreshed { .. } => "refreshed",
            Self::RefreshReplayed { .. } => "refresh-replayed",
            Self::GrantRevoked { .. } => "grant-revoked",
            Self::AccessTokenRevoked { .. } => "access-token-revoked",
            Self::ClientTokensIssued { .. } => "client-tokens-issued",
            Self::PartyRefused { .. } => "party-refused",
            Self::LogoutDelivered { .. } => "logout-delivered",
            Self::PartyChanged { .. } => "party-changed",
            Self::PersonApplied { .. } => "person-applied",
            Self::StandingChanged { .. } => "standing-changed",
            Self::PasswordSet { .. } => "password-set",
            Self::CredentialAdded { .. } => "credential-added",
            Self::CredentialRemoved { .. } => "credential-removed",
            Self::PossibleClone { .. } => "possible-clone",
            Self::ContactChanged { .. } => "contact-changed",
            Self::RecoveryMoved { .. } => "recovery-moved",
            Self::RecoveryCodesChanged { .. } => "recovery-codes-changed",
            Self::FactorTaken { .. } => "factor-taken",
            Self::KeyMoved { .. } => "key-moved",
            Self::EpochBegan { .. } => "epoch-began",
            Self::Archived { .. } => "archived",
            Self::PostChanged { .. } => "post-changed",
            Self::PostRefused { .. } => "post-refused",
            Self::PostsCarried { .. } => "posts-carried",
            Self::OfficesCarried { .. } => "offices-carried",
            Self::CatalogueChanged { .. } => "catalogue-changed",
            Self::ActedAs { .. } => "acted-as",
            Self::PostsReviewed { .. } => "posts-reviewed",
            Self::OfficialsImported { .. } => "officials-imported",
            Self::RightsReplayed { .. } => "rights-replayed",
            Self::Erased { .. } => "erased",
            Self::Resealed { .. } => "resealed",
            Self::OwnerOffered { .. } => "owner-offered",
            Self::AdministratorAppointed { .. } => "administrator-appointed",
            Self::AdministratorEnded { .. } => "administrator-ended",
            Self::ConsoleOpened { .. } => "console-opened",
            Self::ConsoleClosed { .. } => "console-closed",
            Self::AdministrationRefused { .. } => "administration-refused",
            Self::ChangeSetDrafted { .. } => "change-set-drafted",
            Self::ChangeSetRequested { .. } => "change-set-requested",
            Self::ChangeSetApproved { .. } => "change-set-approved",
            Self::ChangeSetRefused { .. } => "change-set-refused",
            Self::ChangeSetWithdrawn { .. } => "change-set-withdrawn",
            Self::ChangeSetUndone { .. } => "change-set-undone",
            Self::ChangeSetTookEffect { .. } => "change-set-took-effect",
            Self::UnitsLoaded { .. } => "units-loaded",
            Self::BreakGlassChanged { .. } => "break-glass-changed",
            Self::BreakGlassUsed { .. } => "break-glass-used",
            Self::BreakGlassFailed { .. } => "break-glass-failed",
            Self::BreakGlassDrilled { .. } => "break-glass-drilled",
        }
    }

    /// How long it is kept.
    pub const fn class(&self) -> Class {
        match self {
            Self::Enrolled { .. }
            | Self::Consented { .. }
            | Self::ConsentWithdrawn { .. }
            | Self::ConsentExpired { .. }
            | Self::SignInReported { .. }
            | Self::SignInCaseClosed { .. }
            | Self::PartyChanged { .. }
            | Self::PersonApplied { .. }
            | Self::StandingChanged { .. }
            | Self::PasswordSet { .. }
            | Self::CredentialAdded { .. }
            | Self::CredentialRemoved { .. }
            | Self::ContactChanged { .. }
            | Self::RecoveryMoved { .. }
            | Self::RecoveryCodesChanged { .. }
            | Self::FactorTaken { .. }
            | Self::KeyMoved { .. }
            | Self::EpochBegan { .. }
            | Self::Archived { .. }
            | Self::Resealed { .. }
            | Self::Erased { .. }
            | Self::OwnerOffered { .. }
            | Self::AdministratorAppointed { .. }
            | Self::AdministratorEnded { .. }
            | Self::ChangeSetDrafted { .. }
            | Self::ChangeSetRequested { .. }
            | Self::ChangeSetApproved { .. }
            | Self::ChangeSetRefused { .. }
            | Self::ChangeSetWithdrawn { .. }
            | Self::ChangeSetUndone { .. }
            | Self::ChangeSetTookEffect { .. }
            | Self::UnitsLoaded { .. }
            | Self::BreakGlassChanged { .. }
            | Self::BreakGlassUsed { .. }
            | Self::BreakGlassFailed { .. }
            | Self::BreakGlassDrilled { .. }
            | Self::Invitation { .. } => Class::Change,
            _ => Class::Access,
        }
    }

    /// The person concerned, under whose key personal values are sealed.
    pub const fn person(&self) -> Option<Id<id::Person>> {
        match self {
            Self::Enrolled { person, .. }
            | Self::RegistryAnswered { person, .. }
            | Self::SignedIn { person, .. }
            | Self::Reauthenticated { person, .. }
            | Self::SessionEnded { person, .. }
            | Self::Consented { person, .. }
            | Self::ConsentWithdrawn { person, .. }
            | Self::ConsentExpired { person, .. }
            | Self::DataTold { person, .. }
            | Self::SignInReported { person, .. }
            | Self::SignInCaseClosed { person, .. }
            | Self::SignedOutEverywhere { person, .. }
            | Self::CodeIssued { person, .. }
            | Self::CodeRedeemed { person, .. }
            | Self::CodeReplayed { person, .. }
            | Self::Refreshed { person, .. }
            | Self::RefreshReplayed { person, .. }
            | Self::GrantRevoked { person, .. }
            | Self::PersonApplied { person, .. }
            | Self::StandingChanged { person, .. }
            | Self::PasswordSet { person, .. }
            | Self::PostChanged { person, .. }
            | Self::ActedAs { person, .. }
            | Self::CredentialAdded { person, .. }
            | Self::CredentialRemoved { person, .. }
            | Self::PossibleClone { person, .. }
            | Self::ContactChanged { person, .. }
            | Self::RecoveryCodesChanged { person, .. }
            | Self::FactorTaken { person, .. }
            | Self::Erased { person }
            | Self::ConsoleOpened { person, .. }
            | Self::ConsoleClosed { person, .. }
            | Self::BreakGlassChanged { person, .. }
            | Self::BreakGlassUsed { person, .. }
            | Self::BreakGlassFailed { person, .. }
            | Self::Invitation { person, .. } => Some(*person),
            Self::ConsentRefused { person, .. }
            | Self::SignInFailed { person, .. }
            | Self::PostRefused { person, .. }
            | Self::AdministratorAppointed { person, .. }
            | Self::AdministratorEnded { person, .. } => *person,
            _ => None,
        }
    }

    /// The party concerned.
    pub const fn party(&self) -> Option<Id<id::Party>> {
        match self {
            Self::Consented { party, .. }
            | Self::ConsentWithdrawn { party, .. }
            | Self::ConsentExpired { party, .. }
            | Self::DataTold { party, .. }
            | Self::ConsentRefused { party, .. }
            | Self::CodeIssued { party, .. }
            | Self::CodeRedeemed { party, .. }
            | Self::CodeReplayed { party, .. }
            | Self::Refreshed { party, .. }
            | Self::RefreshReplayed { party, .. }
            | Self::GrantRevoked { party, .. }
            | Self::AccessTokenRevoked { party }
            | Self::ClientTokensIssued { party, .. }
            | Self::LogoutDelivered { party, .. }
            | Self::PartyChanged { party, .. }
            | Self::ActedAs { party, .. } => Some(*party),
            Self::PartyRefused { party, .. } => *party,
            _ => None,
        }
    }
}
