//! What a new password must be (NIST SP 800-63B-4): long, and not easily guessed; no rules of composition, and the same for
//! everybody.

mod words;

use unicode_normalization::UnicodeNormalization;
use zxcvbn::{Score, matching::patterns::MatchPattern};

use crate::{
    people::Profile,
    types::{Fault, PersonalId, Secret},
};

/// Characters that a password has at most.
pub const LONGEST_PASSWORD: usize = 128;

/// What a password is for: it may be shorter where it never opens an account alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PasswordUse {
    /// It is the only factor.
    Alone,
    /// The account has a second factor.
    WithSecond,
}

impl PasswordUse {
    /// Characters that it has at least.
    pub const fn shortest(self) -> usize {
        match self {
            Self::Alone => 15,
            Self::WithSecond => 12,
        }
    }

    /// What a password of this length may be used for at most.
    pub fn of(password: &Secret<String>) -> Self {
        if password.reveal().chars().count() >= Self::Alone.shortest() { Self::Alone } else { Self::WithSecond }
    }

    /// The word that rows hold.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Alone => "alone",
            Self::WithSecond => "with_second",
        }
    }

    /// Reads the stored word.
    pub fn from_word(word: &str) -> Result<Self, Fault> {
        let known = [Self::Alone, Self::WithSecond].into_iter().find(|known| known.word() == word);
        known.ok_or(Fault::bug("reading what a password is for"))
    }
}

/// Why a password is not taken. A page says each in a sentence of its own, with what to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PasswordProblem {
    /// Fewer characters than these.
    #[error("fewer than {0} characters")]
    Short(usize),
    /// More than [`LONGEST_PASSWORD`] characters.
    #[error("too long")]
    Long,
    /// It is on the list of those that are tried first.
    #[error("one of the first to be tried")]
    Blocked,
    /// Hardly more than what others know of the person: name, number, birthday, sign-in name.
    #[error("made of the person's own data")]
    Own,
    /// Hardly more than rows of the keyboard, repetition, sequences or dates.
    #[error("made of a pattern")]
    Pattern,
    /// Hardly more than usual words.
    #[error("made of usual words")]
    Words,
}

/// Checks and normalises a new password (NFKC, so that every keyboard writes the same one). `own` are words of the person's own
/// ([`own_words`]), which others know.
pub fn check_new_password(
    password: &str,
    own: &[String],
    usage: PasswordUse,
) -> Result<Secret<String>, PasswordProblem> {
    let normal = normalise(password);
    let length = normal.reveal().chars().count();
    if length < usage.shortest() {
        return Err(PasswordProblem::Short(usage.shortest()));
    }
    if length > LONGEST_PASSWORD {
        return Err(PasswordProblem::Long);
    }
    let plain = Secret::new(words::plain(normal.reveal()));
    if words::is_blocked(plain.reveal()) {
        return Err(PasswordProblem::Blocked);
    }
    match weakness(plain.reveal(), own) {
        Some(problem) => Err(problem),
        None => Ok(normal),
    }
}

/// Why a password would be guessed in fewer than 10⁸ attempts; `None` where it would not. Marks and blanks are left out of the
/// estimate: whoever guesses knows our words.
fn weakness(plain: &str, own: &[String]) -> Option<PasswordProblem> {
    let own: Vec<String> = own.iter().map(|word| words::plain(word)).filter(|word| word.len() >= 3).collect();
    let known: Vec<&str> = own.iter().map(String::as_str).chain(words::within(plain)).collect();
    let estimate = zxcvbn::zxcvbn(plain, &known);
    if estimate.score() >= Score::Three {
        return None;
    }
    let patterns = || estimate.sequence().iter().map(|found| &found.pattern);
    let is_own = patterns().any(|pattern| match pattern {
        MatchPattern::Dictionary(found) => own.contains(&found.matched_word),
        _ => false,
    });
    let is_word = |pattern: &MatchPattern| matches!(pattern, MatchPattern::Dictionary(_) | MatchPattern::BruteForce);
    Some(match (is_own, patterns().all(is_word)) {
        (true, _) => PasswordProblem::Own,
        (false, true) => PasswordProblem::Words,
        (false, false) => PasswordProblem::Pattern,
    })
}

/// The words of a person's own: name, number, birthday as people write it, and `others` such as the sign-in name.
pub fn own_words(profile: Option<&Profile>, number: Option<&PersonalId>, others: &[&str]) -> Vec<String> {
    let mut own: Vec<String> = others.iter().map(|word| (*word).to_owned()).collect();
    if let Some(profile) = profile {
        let name = profile.name.as_str();
        own.push(name.to_owned());
        own.extend(name.split_whitespace().map(str::to_owned));
        if let Some(birthdate) = &profile.birthdate {
            let claim = birthdate.to_claim();
            let parts: Vec<&str> = claim.split('-').collect();
            own.push(parts.concat());
            own.push(parts.iter().rev().copied().collect());
            own.extend(parts.iter().map(|part| (*part).to_owned()));
        }
    }
    own.extend(number.map(|number| number.as_str().to_owned()));
    // A sign-in name or an address is known by its parts too.
    let parts: Vec<String> = others
        .iter()
        .flat_map(|word| word.split(|c: char| !c.is_alphanumeric()).map(str::to_owned).collect::<Vec<_>>())
        .collect();
    own.extend(parts);
    own
}

/// The form in which passwords are hashed: NFKC, so that every keyboard writes the same one.
pub fn normalise(password: &str) -> Secret<String> {
    Secret::new(password.nfkc().collect())
}

#[cfg(test)]
mod tests {
    use super::{PasswordProblem, PasswordUse, check_new_password, own_words};
    use crate::{
        people::Profile,
        types::{
            PersonalId,
            person::{BirthDate, FullName},
        },
    };

    fn own() -> Vec<String> {
        let profile = Profile {
            name: FullName::parse("Nguyễn Văn An").expect("a name"),
            birthdate: BirthDate::from_claim("1985-03-15").ok(),
        };
        let number = PersonalId::parse("079085000001").expect("a number");
        own_words(Some(&profile), Some(&number), &["nguyenvanan-123456"])
    }

    #[test]
    fn long_and_not_easily_guessed_is_all_that_is_asked() {
        use PasswordProblem::{Blocked, Long, Own, Pattern, Short, Words};
        let long = "â".repeat(129);
        let cases = [
            ("mèo trèo cây cau hỏi thăm", None),
            ("correct horse battery", None),
            ("kính lúp bảy quả ổi xanh", None),
            ("mat-khau-dai-va-la-7391", None),
            ("mười bốn chữ!!", Some(Short(15))),
            (long.as_str(), Some(Long)),
            ("matkhau123456789", Some(Blocked)),
            ("Mật khẩu 123456", Some(Blocked)),
            ("passwordpassword", Some(Blocked)),
            ("aaaaaaaaaaaaaaaaaaaa", Some(Blocked)),
            ("NGUYENVANAN 079085000001", Some(Own)),
            ("nguyễn văn an 15031985", Some(Own)),
            ("abcabcabcabcabcabcabcx", Some(Pattern)),
            ("maatjkhaaur maatjkhaaur", Some(Pattern)),
            ("vieetjnam maatjkhaaur", Some(Words)),
            ("thuathienhue phuyen", Some(Words)),
        ];
        for (password, expected) in cases {
            let checked = check_new_password(password, &own(), PasswordUse::Alone);
            assert_eq!(checked.err(), expected, "{password}");
        }
    }

    #[test]
    fn beside_a_second_factor_it_may_be_shorter_and_not_weaker() {
        let check = |password| check_new_password(password, &own(), PasswordUse::WithSecond).err();
        assert_eq!(check("kính lúp bảy"), None);
        assert_eq!(check("kính lúp"), Some(PasswordProblem::Short(12)));
        assert_eq!(check("vietnamvietnam"), Some(PasswordProblem::Blocked));
    }
}
