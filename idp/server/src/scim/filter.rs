//! Filters and attribute paths (RFC 7644 sections 3.4.2.2 and 3.5.2): the whole grammar, bounded, and a pure judge of one resource.

use serde_json::Value;

use super::path::{Attribute, attribute, value_of};

/// Longest filter, most comparisons in it, deepest nesting: a filter is read before anything of it is known to be needed.
const LONGEST: usize = 2_000;
const MOST: usize = 50;
const DEEPEST: usize = 10;

/// How two values are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Op {
    Eq,
    Ne,
    Co,
    Sw,
    Ew,
    Gt,
    Ge,
    Lt,
    Le,
}

impl Op {
    fn of(word: &str) -> Option<Self> {
        Some(match word.to_ascii_lowercase().as_str() {
            "eq" => Self::Eq,
            "ne" => Self::Ne,
            "co" => Self::Co,
            "sw" => Self::Sw,
            "ew" => Self::Ew,
            "gt" => Self::Gt,
            "ge" => Self::Ge,
            "lt" => Self::Lt,
            "le" => Self::Le,
            _ => return None,
        })
    }
}

/// A filter.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Filter {
    And(Box<Self>, Box<Self>),
    Or(Box<Self>, Box<Self>),
    Not(Box<Self>),
    /// Has a value.
    Present(Attribute),
    Compare(Attribute, Op, Value),
    /// Some value of the attribute fits the filter in the brackets.
    Some(Attribute, Box<Self>),
}

/// Not a filter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct NotAFilter;

#[derive(Clone, Debug, PartialEq)]
enum Token {
    Open,
    Close,
    OpenValue,
    CloseValue,
    Word(String),
    Text(String),
}

/// Reads a filter.
pub(super) fn parse(text: &str) -> Result<Filter, NotAFilter> {
    if text.len() > LONGEST {
        return Err(NotAFilter);
    }
    let mut reader = Reader { tokens: tokens(text)?, at: 0, comparisons: 0 };
    let filter = reader.any(0)?;
    if reader.at == reader.tokens.len() { Ok(filter) } else { Err(NotAFilter) }
}

fn tokens(text: &str) -> Result<Vec<Token>, NotAFilter> {
    let (mut found, mut rest) = (Vec::new(), text);
    while let Some(first) = rest.chars().next() {
        let length = match first {
            ' ' => 1,
            '(' | ')' | '[' | ']' => {
                found.push(match first {
                    '(' => Token::Open,
                    ')' => Token::Close,
                    '[' => Token::OpenValue,
                    _ => Token::CloseValue,
                });
                1
            }
            '"' => {
                let end = end_of_text(rest).ok_or(NotAFilter)?;
                found.push(Token::Text(serde_json::from_str(&rest[..end]).map_err(|_| NotAFilter)?));
                end
            }
            _ => {
                let end = rest.find([' ', '(', ')', '[', ']', '"']).unwrap_or(rest.len());
                found.push(Token::Word(rest[..end].to_owned()));
                end
            }
        };
        rest = &rest[length..];
    }
    Ok(found)
}

/// Where a quoted text ends, behind its last quote.
fn end_of_text(rest: &str) -> Option<usize> {
    let mut escaped = false;
    for (at, byte) in rest.bytes().enumerate().skip(1) {
        match byte {
            b'"' if !escaped => return Some(at + 1),
            b'\\' => escaped = !escaped,
            _ => escaped = false,
        }
    }
    None
}

struct Reader {
    tokens: Vec<Token>,
    at: usize,
    comparisons: usize,
}

impl Reader {
    fn next(&mut self) -> Option<Token> {
        let token = self.tokens.get(self.at).cloned();
        self.at += 1;
        token
    }

    fn takes(&mut self, wanted: &Token) -> bool {
        let there = self.tokens.get(self.at) == Some(wanted);
        self.at += usize::from(there);
        there
    }

    fn takes_word(&mut self, wanted: &str) -> bool {
        let there = matches!(self.tokens.get(self.at), Some(Token::Word(word)) if word.eq_ignore_ascii_case(wanted));
        self.at += usize::from(there);
        there
    }

    /// `or` binds least.
    fn any(&mut self, depth: usize) -> Result<Filter, NotAFilter> {
        let mut left = self.all(depth)?;
        while self.takes_word("or") {
            left = Filter::Or(Box::new(left), Box::new(self.all(depth)?));
        }
        Ok(left)
    }

    fn all(&mut self, depth: usize) -> Result<Filter, NotAFilter> {
        let mut left = self.one(depth)?;
        while self.takes_word("and") {
            left = Filter::And(Box::new(left), Box::new(self.one(depth)?));
        }
        Ok(left)
    }

    fn one(&mut self, depth: usize) -> Result<Filter, NotAFilter> {
        self.comparisons += 1;
        if depth > DEEPEST || self.comparisons > MOST {
            return Err(NotAFilter);
        }
        if self.takes_word("not") {
            let grouped = self.takes(&Token::Open);
            return if grouped { Ok(Filter::Not(Box::new(self.grouped(depth)?))) } else { Err(NotAFilter) };
        }
        if self.takes(&Token::Open) {
            return self.grouped(depth);
        }
        let Some(Token::Word(word)) = self.next() else { return Err(NotAFilter) };
        let attribute = attribute(&word).ok_or(NotAFilter)?;
        if self.takes(&Token::OpenValue) {
            let inner = self.any(depth + 1)?;
            return if self.takes(&Token::CloseValue) {
                Ok(Filter::Some(attribute, Box::new(inner)))
            } else {
                Err(NotAFilter)
            };
        }
        let Some(Token::Word(op)) = self.next() else { return Err(NotAFilter) };
        if op.eq_ignore_ascii_case("pr") {
            return Ok(Filter::Present(attribute));
        }
        let op = Op::of(&op).ok_or(NotAFilter)?;
        let value = match self.next() {
            Some(Token::Text(text)) => Value::String(text),
            Some(Token::Word(word)) => scalar(&word)?,
            _ => return Err(NotAFilter),
        };
        Ok(Filter::Compare(attribute, op, value))
    }

    fn grouped(&mut self, depth: usize) -> Result<Filter, NotAFilter> {
        let inner = self.any(depth + 1)?;
        if self.takes(&Token::Close) { Ok(inner) } else { Err(NotAFilter) }
    }
}

/// `true`, `false`, `null` or a number.
fn scalar(word: &str) -> Result<Value, NotAFilter> {
    let value: Value = serde_json::from_str(word).map_err(|_| NotAFilter)?;
    if value.is_object() || value.is_array() { Err(NotAFilter) } else { Ok(value) }
}

impl Filter {
    /// Whether a resource, or one value of an attribute of many, fits.
    pub(super) fn fits(&self, resource: &Value) -> bool {
        match self {
            Self::And(left, right) => left.fits(resource) && right.fits(resource),
            Self::Or(left, right) => left.fits(resource) || right.fits(resource),
            Self::Not(inner) => !inner.fits(resource),
            Self::Present(attribute) => values(resource, attribute).into_iter().any(is_present),
            Self::Compare(attribute, Op::Ne, wanted) => {
                !Self::Compare(attribute.clone(), Op::Eq, wanted.clone()).fits(resource)
            }
            Self::Compare(attribute, op, wanted) => {
                let found = values(resource, attribute);
                let null = found.is_empty() && wanted.is_null() && *op == Op::Eq;
                null || found.into_iter().any(|value| compare(value, *op, wanted))
            }
            Self::Some(attribute, inner) => values(resource, attribute).into_iter().any(|value| inner.fits(value)),
        }
    }

    /// Whether it asks for this attribute of the resource or a part of it.
    pub(super) fn names(&self, name: &str) -> bool {
        match self {
            Self::And(left, right) | Self::Or(left, right) => left.names(name) || right.names(name),
            Self::Not(inner) => inner.names(name),
            Self::Present(attribute) | Self::Compare(attribute, ..) | Self::Some(attribute, _) => {
                attribute.steps().next().is_some_and(|first| first.eq_ignore_ascii_case(name))
            }
        }
    }

    /// The parts that must all hold.
    pub(super) fn parts(&self) -> Vec<&Self> {
        match self {
            Self::And(left, right) => [left.parts(), right.parts()].concat(),
            other => vec![other],
        }
    }
}

/// Every value under an attribute: those of an attribute of many one by one, a value of many values without a sub-attribute by `value`.
fn values<'v>(resource: &'v Value, attribute: &Attribute) -> Vec<&'v Value> {
    let mut found = vec![resource];
    for name in attribute.steps() {
        found = found.into_iter().flat_map(|value| flat(value_of(value, name))).collect();
    }
    found
}

fn flat(value: Option<&Value>) -> Vec<&Value> {
    match value {
        Some(Value::Array(list)) => list.iter().collect(),
        Some(Value::Null) | None => Vec::new(),
        Some(other) => vec![other],
    }
}

fn is_present(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::String(text) => !text.is_empty(),
        Value::Object(object) => !object.is_empty(),
        Value::Array(list) => !list.is_empty(),
        Value::Bool(_) | Value::Number(_) => true,
    }
}

fn compare(value: &Value, op: Op, wanted: &Value) -> bool {
    match (value, wanted) {
        (Value::String(value), Value::String(wanted)) => {
            let (value, wanted) = (value.to_lowercase(), wanted.to_lowercase());
            match op {
                Op::Eq => value == wanted,
                Op::Ne => value != wanted,
                Op::Co => value.contains(&wanted),
                Op::Sw => value.starts_with(&wanted),
                Op::Ew => value.ends_with(&wanted),
                Op::Gt => value > wanted,
                Op::Ge => value >= wanted,
                Op::Lt => value < wanted,
                Op::Le => value <= wanted,
            }
        }
        (Value::Object(object), wanted) => object.get("value").is_some_and(|value| compare(value, op, wanted)),
        _ => op == Op::Eq && value == wanted,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::{Filter, parse};

    #[test]
    fn the_grammar_is_read_and_judged() {
        let user = json!({
            "id": "1", "userName": "An.NV", "active": true,
            "name": {"familyName": "Nguyen", "givenName": "An"},
            "urn:vn:idp:params:scim:schemas:official:1.0:User": {
                "posts": [
                    {"position": "can-bo", "roles": ["thu-phi", "thong-ke"], "unit": {"code": "22015"}, "from": "2025-03-01"},
                    {"position": "uy-vien", "roles": [], "unit": {"code": "22018"}, "from": "2026-01-01"},
                ],
            },
        });
        let posts = "urn:vn:idp:params:scim:schemas:official:1.0:User:posts";
        for (text, fits) in [
            ("userName eq \"an.nv\"".to_owned(), true),
            ("USERNAME Eq \"AN.NV\"".to_owned(), true),
            ("urn:ietf:params:scim:schemas:core:2.0:User:userName sw \"an\"".to_owned(), true),
            ("userName ew \"nv\" and userName co \".\"".to_owned(), true),
            ("userName eq \"x\" or active eq true".to_owned(), true),
            ("userName eq \"x\" and active eq true or id eq \"1\"".to_owned(), true),
            ("userName eq \"x\" and (active eq true or id eq \"1\")".to_owned(), false),
            ("not (active eq true)".to_owned(), false),
            ("active eq false".to_owned(), false),
            ("externalId pr".to_owned(), false),
            ("externalId eq null".to_owned(), true),
            ("externalId ne null".to_owned(), false),
            ("userName ne null".to_owned(), true),
            ("name.familyName ne \"Tran\"".to_owned(), true),
            ("name.familyName gt \"M\" and name.familyName lt \"O\"".to_owned(), true),
            (format!("{posts}[position eq \"can-bo\" and unit.code eq \"22015\"]"), true),
            (format!("{posts}[position eq \"can-bo\" and unit.code eq \"22018\"]"), false),
            (format!("{posts}.roles eq \"thong-ke\""), true),
            (format!("{posts}.from ge \"2026-01-01\""), true),
            ("userName eq \"quote \\\" inside\"".to_owned(), false),
        ] {
            let filter = parse(&text).unwrap_or_else(|_| panic!("{text}"));
            assert_eq!(filter.fits(&user), fits, "{text}");
        }
    }

    #[test]
    fn what_is_no_filter_is_refused() {
        let deep = format!("{}id pr{}", "(".repeat(20), ")".repeat(20));
        let many = vec!["id pr"; 60].join(" and ");
        let long = format!("id eq \"{}\"", "a".repeat(3_000));
        for text in [
            "",
            " ",
            "id",
            "id eq",
            "eq \"1\"",
            "id xx \"1\"",
            "id eq 1 2",
            "id eq \"1",
            "(id pr",
            "id pr)",
            "not id pr",
            "id eq {\"a\":1}",
            "id eq [1]",
            "posts[id pr",
            "posts]",
            "id pr and",
            "or id pr",
            "1a eq 1",
            "a..b pr",
            "a.b.c.d pr",
            "id eq yes",
            &deep,
            &many,
            &long,
        ] {
            assert!(parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn and_binds_more_than_or() {
        let Ok(Filter::Or(_, right)) = parse("id pr or id pr and id pr") else { panic!("an or") };
        assert!(matches!(*right, Filter::And(..)));
    }

    proptest! {
        #[test]
        fn no_text_breaks_the_reader(text in "\\PC{0,200}", words in proptest::collection::vec(
            prop_oneof![Just("("), Just(")"), Just("["), Just("]"), Just("not"), Just("and"), Just("or"), Just("id"), Just("pr"),
                Just("eq"), Just("\"x\""), Just("true"), Just("a.b")], 0..40)) {
            let resource = serde_json::json!({"id": "x", "a": {"b": [1, true, null]}});
            for text in [text, words.join(" ")] {
                if let Ok(filter) = parse(&text) {
                    let inverse = Filter::Not(Box::new(filter.clone()));
                    prop_assert_ne!(filter.fits(&resource), inverse.fits(&resource));
                }
            }
        }
    }
}
