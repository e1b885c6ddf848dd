//! Making an account, and what came of the comparison with the registry.

use askama::Template;
use idp_core::{
    authn::{LONGEST_PASSWORD, PasswordProblem},
    types::Timestamp,
};

use super::chrome::Chrome;
use super::parts::{Errors, FieldError, Said, Words};

/// What the person typed, to be shown again; passwords never are.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Given {
    /// As typed.
    pub personal_number: String,
    /// As typed.
    pub full_name: String,
    /// As typed.
    pub birthdate: String,
}

/// The page `enrol`.
#[derive(Template)]
#[template(path = "enrol.html")]
pub struct Enrol {
    /// The frame.
    pub c: Chrome,
    /// The sign-in that sent the person here.
    pub party: Option<Words>,
    /// What was wrong: [`Mistake`]s, in the order of the form.
    pub errors: Errors,
    /// What was typed before.
    pub given: Given,
    /// The shortest password that is accepted, in characters.
    pub password_min: String,
    /// Where the form goes: `/enrol`, with the transaction where there is one.
    pub action: String,
    /// Back to the sign-in that sent the person here.
    pub sign_in_href: Option<String>,
}

/// What can be wrong with the form, each with its field and its sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mistake {
    /// No number.
    NumberMissing,
    /// Neither 9 nor 11 nor 12 digits.
    NumberLength,
    /// 11 digits: a spreadsheet or a habit dropped the leading zero.
    NumberLostZero,
    /// Something that is no digit.
    NumberNotDigits,
    /// 9 digits: the old identity card.
    NumberOldCard,
    /// Only zeros.
    NumberAllZero,
    /// Twelve digits that no real number has (province or century part).
    NumberImpossible,
    /// Another number than the one in the record that the link is for.
    NumberOther,
    /// No name.
    NameMissing,
    /// Characters that names do not have.
    NameInvalid,
    /// Longer than this many characters.
    NameTooLong {
        /// The longest that is accepted.
        max: usize,
    },
    /// No date.
    BirthDateMissing,
    /// No such date, or not day/month/year.
    BirthDateInvalid,
    /// After today.
    BirthDateFuture,
    /// Another year than the one in the number.
    BirthDateNumberYear,
    /// No password.
    PasswordMissing,
    /// Not taken as a password.
    Password(PasswordProblem),
    /// The two passwords differ.
    PasswordMismatch,
}

impl From<Mistake> for FieldError {
    fn from(mistake: Mistake) -> Self {
        use Mistake as M;
        let said = match mistake {
            M::NumberMissing => Said::new("err-number-missing"),
            M::NumberLength => Said::new("verify-id-bad-length"),
            M::NumberLostZero => Said::new("verify-id-lost-zero"),
            M::NumberNotDigits => Said::new("verify-id-not-digits"),
            M::NumberOldCard => Said::new("verify-cmnd-expired"),
            M::NumberAllZero => Said::new("verify-id-all-zero"),
            M::NumberImpossible => Said::new("verify-id-impossible"),
            M::NumberOther => Said::new("err-number-other"),
            M::NameMissing => Said::new("err-name-missing"),
            M::NameInvalid => Said::new("err-name-invalid"),
            M::NameTooLong { max } => Said::new("err-name-too-long").with("max", &max),
            M::BirthDateMissing => Said::new("err-dob-missing"),
            M::BirthDateInvalid => Said::new("err-dob-invalid"),
            M::BirthDateFuture => Said::new("err-dob-future"),
            M::BirthDateNumberYear => Said::new("err-dob-number-year"),
            M::PasswordMissing => Said::new("err-new-password-missing"),
            M::Password(PasswordProblem::Short(min)) => Said::new("err-new-password-short").with("min", &min),
            M::Password(PasswordProblem::Long) => Said::new("err-new-password-long").with("max", &LONGEST_PASSWORD),
            M::Password(PasswordProblem::Blocked) => Said::new("err-new-password-common"),
            M::Password(PasswordProblem::Own) => Said::new("err-new-password-own"),
            M::Password(PasswordProblem::Pattern) => Said::new("err-new-password-pattern"),
            M::Password(PasswordProblem::Words) => Said::new("err-new-password-words"),
            M::PasswordMismatch => Said::new("err-new-password-mismatch"),
        };
        Self { field: mistake.field(), said }
    }
}

impl Mistake {
    const fn field(self) -> &'static str {
        match self {
            Self::NumberMissing
            | Self::NumberLength
            | Self::NumberLostZero
            | Self::NumberNotDigits
            | Self::NumberOldCard
            | Self::NumberAllZero
            | Self::NumberImpossible
            | Self::NumberOther => "personal_number",
            Self::NameMissing | Self::NameInvalid | Self::NameTooLong { .. } => "full_name",
            Self::BirthDateMissing | Self::BirthDateInvalid | Self::BirthDateFuture | Self::BirthDateNumberYear => {
                "birthdate"
            }
            Self::PasswordMissing | Self::Password(_) => "new_password",
            Self::PasswordMismatch => "new_password_again",
        }
    }
}

/// What the registry said about the data; it says nothing about who typed them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DataMatch {
    /// The data are right.
    Matched,
    /// The data differ.
    NotMatched,
    /// The registry could not be asked; a job will.
    Pending,
    /// Nobody asked yet (imported accounts).
    None,
}

impl DataMatch {
    /// The stable word of `data-state`.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Matched => "matched",
            Self::NotMatched => "not-matched",
            Self::Pending => "pending",
            Self::None => "none",
        }
    }

    /// The sentence after enrolment.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Matched => "verify-matched",
            Self::NotMatched => "verify-not-matched",
            Self::Pending | Self::None => "verify-pending",
        }
    }

    /// What it means for the person.
    pub const fn next_key(self) -> &'static str {
        match self {
            Self::Matched => "verify-matched-limit",
            Self::NotMatched => "verify-not-matched-next",
            Self::Pending | Self::None => "verify-pending-next",
        }
    }

    /// The short form on the account page.
    pub const fn account_key(self) -> &'static str {
        match self {
            Self::Matched => "data-match-matched",
            Self::NotMatched => "data-match-not-matched",
            Self::Pending => "data-match-pending",
            Self::None => "data-match-none",
        }
    }

    /// Whether the person should be told who can correct the source.
    pub const fn is_wrong(self) -> bool {
        matches!(self, Self::NotMatched)
    }
}

/// The page `enrolled`.
#[derive(Template)]
#[template(path = "enrolled.html")]
pub struct Enrolled {
    /// The frame.
    pub c: Chrome,
    /// The sign-in that goes on.
    pub party: Option<Words>,
    /// What the registry said.
    pub state: DataMatch,
    /// The sign-in name that was made.
    pub login_name: String,
    /// Back to the sign-in, or to the account.
    pub continue_href: String,
}

/// The page `enrolled` where nothing was made, because the registry says that the data differ.
#[derive(Template)]
#[template(path = "not-enrolled.html")]
pub struct NotEnrolled {
    /// The frame.
    pub c: Chrome,
    /// What was typed. It goes back to the form inside the page, never in an address; passwords are typed again.
    pub given: Given,
    /// Where the form shows itself again: that of [`Enrol`].
    pub action: String,
    /// Back to the sign-in, or to the start.
    pub continue_href: String,
}

impl NotEnrolled {
    const STATE: DataMatch = DataMatch::NotMatched;
}

/// The page `invited`: an official makes the account of their record.
#[derive(Template)]
#[template(path = "invited.html")]
pub struct Invited {
    /// The frame.
    pub c: Chrome,
    /// Whose record it is.
    pub name: String,
    /// When the link is over.
    pub ends_at: Timestamp,
    /// As typed.
    pub personal_number: String,
    /// The sign-in name; empty: it is made with the account.
    pub login: String,
    /// The shortest password that is accepted, in characters.
    pub password_min: String,
    /// What was wrong.
    pub errors: Errors,
    /// Where the form goes.
    pub action: String,
}

/// The page `invited-done`: the account is there.
#[derive(Template)]
#[template(path = "invited-done.html")]
pub struct InvitedDone {
    /// The frame.
    pub c: Chrome,
    /// The name to sign in with.
    pub login_name: String,
    /// To the first sign-in.
    pub continue_href: String,
}
