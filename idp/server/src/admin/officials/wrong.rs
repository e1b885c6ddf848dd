//! The one answer to each refusal of the office.

use idp_core::office::{Beyond, DeskError, Refused};

use super::super::refuse::{self, Stop, invalid};
use crate::web::{Code, Mistake, Problem};

/// What the office refuses, as the caller is told it. What was beyond their rights is also for the record.
pub(super) fn refused(error: DeskError) -> Stop {
    match error {
        DeskError::Store(error) => error.into(),
        DeskError::Unknown => Problem::new(Code::NOT_FOUND).into(),
        DeskError::Changed(_) => Problem::new(refuse::CHANGED).into(),
        DeskError::NotActing(_) => Stop::Beyond { pointer: "", because: "no-power" },
        DeskError::Refused(refused) => of_gate(&refused),
    }
}

fn of_gate(refused: &Refused) -> Stop {
    let at = |pointer: &'static str, word: &'static str| Stop::from(invalid([Mistake::at(pointer, word)]));
    match refused {
        Refused::Beyond(Beyond::UnknownRole(_)) => at("/roles", "unknown-word"),
        Refused::Beyond(Beyond::NoUnit(_)) => at("/unit", "no-such-unit"),
        Refused::Beyond(beyond) => Stop::Beyond { pointer: place(beyond), because: beyond.word() },
        Refused::SetsFree(_) => Stop::Beyond { pointer: "/roles", because: "sets-free" },
        Refused::LastOwner => Problem::new(refuse::LAST_OWNER).into(),
        Refused::Separated(..) | Refused::Apart(..) => {
            Problem::new(refuse::CONFLICT).with([Mistake::at("/roles", "separated")]).into()
        }
        Refused::DoesNotFit(_) => at("/roles", "does-not-fit"),
        Refused::Unconfirmed => at("/decision", "decision-needed"),
        Refused::Field(field) => at(pointer(field), "wrong-value"),
        Refused::SamePerson => Problem::new(refuse::SECOND_PERSON).into(),
        Refused::State => Problem::new(refuse::CONFLICT).with([Mistake::at("", "wrong-state")]).into(),
        Refused::Person => at("/person", "nobody"),
        Refused::Unclear => at("/person", "person-unclear"),
        Refused::Waits => Problem::new(refuse::CONFLICT).with([Mistake::at("/roles", "move-waits")]).into(),
        Refused::Nothing => Problem::new(refuse::CONFLICT).with([Mistake::at("", "nothing-changes")]).into(),
    }
}

const fn place(beyond: &Beyond) -> &'static str {
    match beyond {
        Beyond::Oneself => "/person",
        Beyond::TooHigh(_) | Beyond::NotHeld(_) | Beyond::UnknownRole(_) => "/roles",
        Beyond::OtherUnit(_) | Beyond::NoUnit(_) => "/scope",
        Beyond::TooLong(_) => "/until",
        Beyond::NoPower => "",
        Beyond::Documents => "/limits",
    }
}

/// The rules know fields by the names of rows; two of them are called otherwise in requests.
fn pointer(field: &'static str) -> &'static str {
    match field {
        "valid_until" => "/until",
        "position" => "/position",
        "scope" => "/scope",
        "kind" => "/kind",
        "person" => "/person",
        "role" => "/role",
        _ => "",
    }
}
