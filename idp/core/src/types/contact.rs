//! Where somebody can be reached: telephone and mail.

use std::fmt;

use unicode_normalization::UnicodeNormalization;

/// An address of a person. Personal, so it has no `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub enum Address {
    /// A mobile number of this country, `+84…`.
    Phone(String),
    /// A mail address.
    Email(String),
}

/// Why an address is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// Nothing was given.
    #[error("empty")]
    Empty,
    /// Not a mobile number of this country.
    #[error("not a mobile number")]
    Phone,
    /// Not a mail address.
    #[error("not a mail address")]
    Email,
}

/// The kind of an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AddressKind {
    /// A telephone that takes messages.
    Phone,
    /// A mailbox.
    Email,
}

impl AddressKind {
    /// The word that rows and pages hold.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Phone => "phone",
            Self::Email => "email",
        }
    }

    /// Reads that word.
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Phone, Self::Email].into_iter().find(|kind| kind.word() == word)
    }
}

impl Address {
    /// Reads what somebody typed: whatever holds an `@` is a mail address. `0912 345 678` and `+84 912345678` are the same.
    ///
    /// # Errors
    /// [`AddressError`]
    pub fn parse(text: &str) -> Result<Self, AddressError> {
        let text: String = text.trim().nfkc().collect();
        if text.is_empty() {
            return Err(AddressError::Empty);
        }
        if text.contains('@') { Self::email(&text) } else { Self::phone(&text) }
    }

    fn phone(text: &str) -> Result<Self, AddressError> {
        let digits: String = text.chars().filter(|c| !matches!(c, ' ' | '.' | '-' | '(' | ')')).collect();
        let rest = ["+84", "0084", "0", "84"].iter().find_map(|prefix| digits.strip_prefix(prefix));
        let rest = rest.ok_or(AddressError::Phone)?;
        let fits = rest.len() == 9
            && rest.bytes().all(|byte| byte.is_ascii_digit())
            && rest.starts_with(['3', '5', '7', '8', '9']);
        if fits { Ok(Self::Phone(format!("+84{rest}"))) } else { Err(AddressError::Phone) }
    }

    fn email(text: &str) -> Result<Self, AddressError> {
        let (local, host) = text.rsplit_once('@').ok_or(AddressError::Email)?;
        let word = |text: &str| !text.starts_with(['.', '-']) && !text.ends_with(['.', '-']) && !text.contains("..");
        let in_local = |b: u8| b.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~.".contains(&b);
        let in_host = |b: u8| b.is_ascii_alphanumeric() || b == b'.' || b == b'-';
        let fits = (1..=64).contains(&local.len())
            && text.len() <= 254
            && local.bytes().all(in_local)
            && !local.starts_with('.')
            && !local.ends_with('.')
            && host.bytes().all(in_host)
            && host.contains('.')
            && word(host);
        // The part before the @ belongs to its host, which may tell cases apart (RFC 5321 section 2.4).
        if fits { Ok(Self::Email(format!("{local}@{}", host.to_ascii_lowercase()))) } else { Err(AddressError::Email) }
    }

    /// Which kind it is.
    pub const fn kind(&self) -> AddressKind {
        match self {
            Self::Phone(_) => AddressKind::Phone,
            Self::Email(_) => AddressKind::Email,
        }
    }

    /// The whole address.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Phone(text) | Self::Email(text) => text,
        }
    }

    /// As people here write it: `0912 345 678`, in one line.
    pub fn shown(&self) -> String {
        match self {
            Self::Phone(text) => {
                let own = text.strip_prefix("+84").unwrap_or(text);
                let (last, rest) = (&own[own.len() - 3..], &own[..own.len() - 3]);
                format!("0{}\u{a0}{}\u{a0}{last}", &rest[..rest.len() - 3], &rest[rest.len() - 3..])
            }
            Self::Email(text) => text.clone(),
        }
    }

    /// Enough for its holder to know it, too little for anybody else.
    pub fn masked(&self) -> String {
        match self {
            Self::Phone(text) => format!("••••\u{a0}•••\u{a0}{}", &text[text.len() - 3..]),
            Self::Email(text) => {
                let (local, host) = text.split_once('@').unwrap_or((text, ""));
                format!("{}•••@{host}", local.chars().next().map(String::from).unwrap_or_default())
            }
        }
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.kind().word())
    }
}

#[cfg(test)]
mod tests {
    use super::{Address, AddressError};

    #[test]
    fn one_address_has_one_form() {
        for text in [
            "0912345678",
            " 0912 345 678",
            "+84912345678",
            "0084.912.345.678",
            "84-912-345-678",
            "０９１２３４５６７８",
        ] {
            assert_eq!(
                Address::parse(text).map(|address| address.as_str().to_owned()),
                Ok("+84912345678".into()),
                "{text}"
            );
        }
        let mail = Address::parse("An.Nguyen@Mail.EXAMPLE").expect("an address");
        assert_eq!((mail.as_str(), mail.masked().as_str()), ("An.Nguyen@mail.example", "A•••@mail.example"));
        assert_eq!(Address::parse("0912345678").expect("a number").masked(), "••••\u{a0}•••\u{a0}678");
        assert_eq!(Address::parse("+84 912345678").expect("a number").shown(), "0912\u{a0}345\u{a0}678");
        assert_eq!(mail.shown(), "An.Nguyen@mail.example");
    }

    #[test]
    fn what_is_none_is_refused() {
        let cases = [
            ("", AddressError::Empty),
            ("0234388888", AddressError::Phone),
            ("091234567", AddressError::Phone),
            ("+1 202 555 0100", AddressError::Phone),
            ("0912345678; drop", AddressError::Phone),
            ("an@mail", AddressError::Email),
            ("an@@mail.example", AddressError::Email),
            ("an\r\nbcc: x@mail.example", AddressError::Email),
            ("\"an\"@mail.example", AddressError::Email),
            (".an@mail.example", AddressError::Email),
            ("an@-mail.example", AddressError::Email),
        ];
        for (text, expected) in cases {
            assert_eq!(Address::parse(text).err(), Some(expected), "{text:?}");
        }
    }
}
