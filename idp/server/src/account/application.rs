//! What the enrolment form says, read once: afterwards nothing in it is malformed.

use idp_core::{
    authn::{PasswordUse, own_words},
    people::Profile,
    types::{
        Day, Secret,
        person::{
            BirthDate, BirthDateError, Comparison, FullName, LONGEST_NAME, NameError, PersonalId, PersonalIdError,
        },
    },
};

use crate::web::{
    Params, new_password,
    page::{Given, Mistake},
};

/// An application for an account.
pub(super) struct Application {
    pub(super) number: PersonalId,
    pub(super) profile: Profile,
    pub(super) birthdate: BirthDate,
    pub(super) password: Secret<String>,
}

/// Who somebody says they are.
pub(super) struct Claim {
    pub(super) number: PersonalId,
    pub(super) profile: Profile,
    pub(super) birthdate: BirthDate,
}

/// What was typed, to be shown again.
pub(super) fn given(params: &Params) -> Given {
    let text = |name| params.get(name).unwrap_or_default().to_owned();
    Given { personal_number: text("personal_number"), full_name: text("full_name"), birthdate: text("birthdate") }
}

/// Reads who somebody says they are, without a password.
pub(super) fn read_claim(params: &Params, today: Day) -> Result<Claim, Vec<Mistake>> {
    let (number, name, birthdate) = who(params, today);
    match (number, name, birthdate) {
        (Ok(number), Ok(name), Ok(birthdate)) => {
            Ok(Claim { number, profile: Profile { name, birthdate: Some(birthdate) }, birthdate })
        }
        (number, name, birthdate) => Err([number.err(), name.err(), birthdate.err()].into_iter().flatten().collect()),
    }
}

/// Reads a personal number.
pub(super) fn number(text: &str) -> Result<PersonalId, Mistake> {
    PersonalId::parse(text).map_err(number_mistake)
}

type Who = (Result<PersonalId, Mistake>, Result<FullName, Mistake>, Result<BirthDate, Mistake>);

fn who(params: &Params, today: Day) -> Who {
    let text = |name| params.get(name).unwrap_or_default();
    let number = number(text("personal_number"));
    let name = FullName::parse(text("full_name")).map_err(name_mistake);
    let birthdate = BirthDate::parse(text("birthdate"), today).map_err(birth_mistake);
    let birthdate = match (birthdate, &number) {
        (Ok(birthdate), Ok(number)) if number.compare(&birthdate, None) == Comparison::YearDiffers => {
            Err(Mistake::BirthDateNumberYear)
        }
        (birthdate, _) => birthdate,
    };
    (number, name, birthdate)
}

/// Reads the form. All mistakes at once, in the order of its fields: nobody is sent back five times.
pub(super) fn read(params: &Params, today: Day) -> Result<Application, Vec<Mistake>> {
    let text = |name| params.get(name).unwrap_or_default();
    let (number, name, birthdate) = who(params, today);
    let said =
        name.as_ref().ok().map(|name| Profile { name: name.clone(), birthdate: birthdate.as_ref().ok().copied() });
    let own = own_words(said.as_ref(), number.as_ref().ok(), &[]);
    let password = new_password::read(text("new_password"), &own, PasswordUse::Alone);
    let again = (text("new_password") != text("new_password_again")).then_some(Mistake::PasswordMismatch);
    match (number, name, birthdate, password, again) {
        (Ok(number), Ok(name), Ok(birthdate), Ok(password), None) => {
            Ok(Application { number, profile: Profile { name, birthdate: Some(birthdate) }, birthdate, password })
        }
        (number, name, birthdate, password, again) => {
            Err([number.err(), name.err(), birthdate.err(), password.err(), again].into_iter().flatten().collect())
        }
    }
}

const fn number_mistake(error: PersonalIdError) -> Mistake {
    match error {
        PersonalIdError::Empty => Mistake::NumberMissing,
        PersonalIdError::LostZero => Mistake::NumberLostZero,
        PersonalIdError::OldCard => Mistake::NumberOldCard,
        PersonalIdError::Length => Mistake::NumberLength,
        PersonalIdError::NonDigit => Mistake::NumberNotDigits,
        PersonalIdError::AllZero => Mistake::NumberAllZero,
    }
}

const fn name_mistake(error: NameError) -> Mistake {
    match error {
        NameError::Empty => Mistake::NameMissing,
        NameError::Long => Mistake::NameTooLong { max: LONGEST_NAME },
        NameError::Character => Mistake::NameInvalid,
    }
}

const fn birth_mistake(error: BirthDateError) -> Mistake {
    match error {
        BirthDateError::Empty => Mistake::BirthDateMissing,
        BirthDateError::Future => Mistake::BirthDateFuture,
        BirthDateError::Form | BirthDateError::NoSuchDay | BirthDateError::TooEarly => Mistake::BirthDateInvalid,
    }
}

#[cfg(test)]
mod tests {
    use idp_core::{authn::PasswordProblem, types::Day};

    use super::read;
    use crate::web::{Params, page::Mistake};

    fn mistakes(form: &str) -> Vec<Mistake> {
        let params = Params::parse(form).expect("a form");
        let today = Day::from_ymd(2026, 9, 21).expect("a day");
        read(&params, today).err().unwrap_or_default()
    }

    #[test]
    fn all_mistakes_are_told_at_once_in_the_order_of_the_form() {
        let good = "new_password=meo+treo+cay+cau&new_password_again=meo+treo+cay+cau";
        let cases = [
            (format!("personal_number=079085000001&full_name=An&birthdate=15/03/1985&{good}"), vec![]),
            (format!("personal_number=079085000001&full_name=An&birthdate=1985&{good}"), vec![]),
            (
                String::new(),
                vec![
                    Mistake::NumberMissing,
                    Mistake::NameMissing,
                    Mistake::BirthDateMissing,
                    Mistake::PasswordMissing,
                ],
            ),
            (
                "personal_number=79085000001&full_name=An1&birthdate=31/02/1985&new_password=short&new_password_again=x".into(),
                vec![
                    Mistake::NumberLostZero,
                    Mistake::NameInvalid,
                    Mistake::BirthDateInvalid,
                    Mistake::Password(PasswordProblem::Short(15)),
                    Mistake::PasswordMismatch,
                ],
            ),
            (
                format!("personal_number=079085000001&full_name=An&birthdate=15/03/1986&{good}"),
                vec![Mistake::BirthDateNumberYear],
            ),
            (
                "personal_number=079085000001&full_name=An&birthdate=1985\
                 &new_password=079085000001+abc&new_password_again=079085000001+abc"
                    .into(),
                vec![Mistake::Password(PasswordProblem::Own)],
            ),
        ];
        for (form, expected) in cases {
            assert_eq!(mistakes(&form), expected, "{form}");
        }
    }
}
