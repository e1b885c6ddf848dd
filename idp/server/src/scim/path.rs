//! Attribute names: `userName`, `name.givenName`, `urn:…:User:posts`, and the paths of changes, `posts[position eq "x"].until`.

use serde_json::Value;

use super::{
    filter::{self, Filter},
    schema::{GROUP, OFFICIAL, UNIT, USER},
};

/// An attribute, perhaps one of an extension, perhaps a part of another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Attribute {
    /// The extension that holds it; `None`: the resource itself.
    pub(super) extension: Option<&'static str>,
    /// Its names, outermost first; empty: the extension as a whole. Three at most.
    pub(super) names: Vec<String>,
}

impl Attribute {
    /// Every name from the resource down.
    pub(super) fn steps(&self) -> impl Iterator<Item = &str> {
        self.extension.into_iter().chain(self.names.iter().map(String::as_str))
    }

    /// Whether it is this one.
    pub(super) fn is(&self, extension: Option<&str>, name: &str) -> bool {
        self.extension == extension && self.names.join(".").eq_ignore_ascii_case(name)
    }
}

/// Reads an attribute. Names are compared without case (RFC 7643 section 2.1).
pub(super) fn attribute(text: &str) -> Option<Attribute> {
    for (urn, extension) in [(OFFICIAL, Some(OFFICIAL)), (UNIT, Some(UNIT)), (USER, None), (GROUP, None)] {
        let Some(begin) = text.get(..urn.len()).filter(|begin| begin.eq_ignore_ascii_case(urn)) else { continue };
        return match &text[begin.len()..] {
            "" => extension.map(|urn| Attribute { extension: Some(urn), names: Vec::new() }),
            rest => Some(Attribute { extension, names: names(rest.strip_prefix(':')?)? }),
        };
    }
    Some(Attribute { extension: None, names: names(text)? })
}

fn names(text: &str) -> Option<Vec<String>> {
    let names: Vec<String> = text.split('.').map(str::to_owned).collect();
    let good = |name: &String| {
        let mut chars = name.strip_prefix('$').unwrap_or(name).chars();
        chars.next().is_some_and(|first| first.is_ascii_alphabetic())
            && chars.all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_')
    };
    (names.len() <= 3 && names.iter().all(good)).then_some(names)
}

/// A value of an object by its name, whatever its case.
pub(super) fn value_of<'v>(value: &'v Value, name: &str) -> Option<&'v Value> {
    let object = value.as_object()?;
    object
        .get(name)
        .or_else(|| object.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value))
}

/// The path of a change: an attribute, perhaps only those of its values that fit, perhaps a part of them.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Path {
    pub(super) attribute: Attribute,
    pub(super) filter: Option<Filter>,
    /// Behind the brackets.
    pub(super) part: Option<String>,
}

impl Path {
    /// Reads a path.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let Some((before, rest)) = text.split_once('[') else {
            return Some(Self { attribute: attribute(text)?, filter: None, part: None });
        };
        let (inside, after) = rest.rsplit_once(']')?;
        let part = match after {
            "" => None,
            part => names(part.strip_prefix('.')?).filter(|names| names.len() == 1)?.pop(),
        };
        Some(Self { attribute: attribute(before)?, filter: Some(filter::parse(inside).ok()?), part })
    }
}

#[cfg(test)]
mod tests {
    use super::Path;

    #[test]
    fn paths_are_read_with_and_without_their_extension() {
        let urn = "urn:vn:idp:params:scim:schemas:official:1.0:User";
        let show = |text: &str| {
            Path::parse(text)
                .map(|path| (path.attribute.steps().collect::<Vec<_>>().join("|"), path.filter.is_some(), path.part))
        };
        for (text, expected) in [
            ("active".to_owned(), Some(("active".to_owned(), false, None))),
            ("name.givenName".to_owned(), Some(("name|givenName".to_owned(), false, None))),
            (format!("{urn}:posts"), Some((format!("{urn}|posts"), false, None))),
            (urn.to_owned(), Some((urn.to_owned(), false, None))),
            (
                format!("{urn}:posts[id eq \"a]b\"].until"),
                Some((format!("{urn}|posts"), true, Some("until".to_owned()))),
            ),
            (format!("{urn}:posts[id eq \"1\"]"), Some((format!("{urn}|posts"), true, None))),
            ("posts[".to_owned(), None),
            ("posts[id pr]x".to_owned(), None),
            ("a b".to_owned(), None),
            (String::new(), None),
            ("urn:other:User:posts".to_owned(), None),
        ] {
            assert_eq!(show(&text), expected, "{text}");
        }
    }
}
