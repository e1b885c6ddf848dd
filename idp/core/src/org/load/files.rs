//! The files of units: shipped ones, or an operator's of the same names and columns.

use std::{borrow::Cow, io, path::Path};

use crate::{crypto::digest, types::Digest};

macro_rules! shipped {
    ($($name:ident = $file:literal: $text:ident;)*) => {
        $(
            /// The name of a file.
            pub(super) const $name: &str = $file;
        )*
        const SHIPPED: &[(&str, &str)] = &[$(($name, $text)),*];
        $(
            const $text: &str = include_str!(concat!("../../../../data/units/", $file));
        )*
    };
}

shipped! {
    BEFORE = "units-2024.csv": BEFORE_TEXT;
    AFTER = "units-2025.csv": AFTER_TEXT;
    MAP = "units-map-2024-2025.csv": MAP_TEXT;
    PROVINCES = "province-codes.csv": PROVINCES_TEXT;
    LEVELS = "levels.csv": LEVELS_TEXT;
    FORMS = "forms.csv": FORMS_TEXT;
    SETS = "sets.csv": SETS_TEXT;
    AGENCIES = "sample-agencies.csv": AGENCIES_TEXT;
}

/// Files without which a folder is no folder of units; the others are taken from the shipped ones.
const NEEDED: [&str; 4] = [BEFORE, AFTER, MAP, PROVINCES];

/// The texts of all files.
pub struct Texts(Vec<(&'static str, Cow<'static, str>)>);

impl Texts {
    /// What is compiled in.
    pub fn shipped() -> Self {
        Self(SHIPPED.iter().map(|(name, text)| (*name, Cow::Borrowed(*text))).collect())
    }

    /// An operator's files. Levels, forms, decisions and sample agencies may be missing: then the shipped ones serve.
    ///
    /// # Errors
    /// The name of the file that cannot be read, and why.
    pub fn in_folder(folder: &Path) -> Result<Self, (&'static str, io::Error)> {
        let read = |(name, text): &(&'static str, &'static str)| match std::fs::read_to_string(folder.join(name)) {
            Ok(own) => Ok((*name, Cow::Owned(own))),
            Err(error) if error.kind() == io::ErrorKind::NotFound && !NEEDED.contains(name) => {
                Ok((*name, Cow::Borrowed(*text)))
            }
            Err(error) => Err((*name, error)),
        };
        SHIPPED.iter().map(read).collect::<Result<_, _>>().map(Self)
    }

    /// Texts of a test.
    #[cfg(test)]
    pub(super) fn with(mut self, name: &str, text: String) -> Self {
        let place = self.0.iter_mut().find(|(known, _)| *known == name).expect("a known file");
        place.1 = Cow::Owned(text);
        self
    }

    pub(super) fn text(&self, name: &str) -> &str {
        self.0.iter().find(|(known, _)| *known == name).map_or("", |(_, text)| text)
    }

    /// One digest of some files, by which a change set says what it was made from: SHA-256 over a line `NAME SHA-256` for each.
    pub(super) fn digest(&self, names: &[&str]) -> Digest {
        let line = |name: &&str| format!("{name} {}\n", digest::sha256(self.text(name).as_bytes()).hex());
        digest::sha256(names.iter().map(line).collect::<String>().as_bytes())
    }
}
