//! What a person is known by: the personal number, the full name, the date of birth.
//!
//! Owns no table. Used by every room. The rules are those of the personal identification number (số định danh
//! cá nhân) and of the population registry; a well-formed value is neither "issued" nor "this person".
//!
//! None of these types shows its value in `Debug`: they appear in errors and logs by accident sooner or later.

mod birth;
mod name;
mod number;

pub use birth::{BirthDate, BirthDateError, RegistryDate};
pub use name::{FullName, LONGEST_NAME, NameError};
pub use number::{Comparison, PersonalId, PersonalIdError, Place, Sex};

#[cfg(test)]
mod tests;
