//! What a new password must be (NIST SP 800-63B-4): long, not known to everybody; no rules of composition.

use unicode_normalization::UnicodeNormalization;

use crate::types::Secret;

/// Characters that a password has at least where it is the only factor.
pub const SHORTEST_PASSWORD: usize = 15;
/// Characters that a password has at most.
pub const LONGEST_PASSWORD: usize = 128;
/// Characters that must remain when all common and own words are taken out.
const UNUSUAL: usize = 9;

/// Long texts that are the first to be tried all the same. Compared without blanks, marks of case, and repetition.
const COMMON: &[&str] =
    &["matkhau", "password", "qwertyuiop", "asdfghjkl", "1234567890", "0987654321", "iloveyou", "abcdefghij"];

/// Why a password is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PasswordProblem {
    /// Fewer than fifteen characters.
    #[error("too short")]
    Short,
    /// More than 128 characters.
    #[error("too long")]
    Long,
    /// One of the first that anybody would try, or made of the person's own name or number.
    #[error("too common")]
    Common,
}

/// Checks and normalises a new password (NFKC, so that every keyboard writes the same one). `own` are words of the person's own: name
/// key and number, which others know.
pub fn check_new_password(password: &str, own: &[&str]) -> Result<Secret<String>, PasswordProblem> {
    let normal = normalise(password);
    let length = normal.reveal().chars().count();
    if length < SHORTEST_PASSWORD {
        return Err(PasswordProblem::Short);
    }
    if length > LONGEST_PASSWORD {
        return Err(PasswordProblem::Long);
    }
    let plain: String = normal.reveal().to_lowercase().chars().filter(|c| !c.is_whitespace()).collect();
    let distinct = plain.chars().collect::<std::collections::BTreeSet<_>>().len();
    let own = own.iter().map(|word| word.to_lowercase());
    let words = own.chain(COMMON.iter().map(|word| (*word).to_owned())).filter(|word| word.chars().count() >= 4);
    let mut rest = plain.clone();
    for word in words {
        rest = rest.replace(&word, "");
    }
    if distinct < 5 || rest.chars().count() < UNUSUAL { Err(PasswordProblem::Common) } else { Ok(normal) }
}

/// The form in which passwords are hashed: NFKC, so that every keyboard writes the same one.
pub fn normalise(password: &str) -> Secret<String> {
    Secret::new(password.nfkc().collect())
}

#[cfg(test)]
mod tests {
    use super::{PasswordProblem, check_new_password};

    #[test]
    fn long_and_unusual_is_all_that_is_asked() {
        let long = "â".repeat(129);
        let cases = [
            ("mèo trèo cây cau hỏi thăm", None),
            ("correct horse battery", None),
            ("mười bốn chữ!!", Some(PasswordProblem::Short)),
            (long.as_str(), Some(PasswordProblem::Long)),
            ("passwordpassword", Some(PasswordProblem::Common)),
            ("aaaaaaaaaaaaaaaaaaaa", Some(PasswordProblem::Common)),
            ("NGUYENVANAN 079085000001", Some(PasswordProblem::Common)),
            ("123456789012345678", Some(PasswordProblem::Common)),
        ];
        for (password, expected) in cases {
            let checked = check_new_password(password, &["NGUYENVANAN", "079085000001"]);
            assert_eq!(checked.err(), expected, "{password}");
        }
    }
}
