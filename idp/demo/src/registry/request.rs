//! The question: one `XacThucThongTinCongDan`, its elements in the order that the service fixes.

use super::envelope::{REQUEST, Refusal, SOAP};
use super::name;
use super::person::{Birthdate, Person};
use super::xml::Element;

const OPERATION: &str = "XacThucThongTinCongDan";

/// A well-formed question.
#[derive(Debug, PartialEq)]
pub(super) struct Question {
    /// `MaYeuCau`: one per question, the same for a repetition.
    pub(super) id: String,
    /// Everything that was sent, for comparing a repetition with its first time.
    pub(super) content: String,
    number: Number,
    full_name: String,
    birthdate: Birthdate,
}

#[derive(Debug, PartialEq)]
enum Number {
    /// `SoDinhDanh`: twelve digits.
    Personal(String),
    /// `SoCMND`: nine digits, the old card. Nobody in the sample has one.
    OldCard,
}

impl Question {
    /// The number to look up, where one of twelve digits was sent.
    pub(super) fn personal_number(&self) -> Option<&str> {
        match &self.number {
            Number::Personal(number) => Some(number),
            Number::OldCard => None,
        }
    }

    /// Whether this person is the one who was asked about.
    pub(super) fn matches(&self, person: &Person) -> bool {
        self.personal_number() == Some(&person.personal_number)
            && name::same(&self.full_name, &person.full_name)
            && person.birthdate.agrees_with(self.birthdate)
    }

    /// Reads the envelope.
    pub(super) fn parse(envelope: &Element) -> Result<Self, Refusal> {
        if !envelope.is(SOAP, "Envelope") {
            return Err(Refusal::VersionMismatch);
        }
        let body = match envelope.children.as_slice() {
            [body] => body,
            [header, body] if header.is(SOAP, "Header") => body,
            _ => return Err(Refusal::UnknownOperation),
        };
        match body.children.as_slice() {
            [operation] if body.is(SOAP, "Body") && operation.is(REQUEST, OPERATION) => Self::read(operation),
            _ => Err(Refusal::UnknownOperation),
        }
    }

    fn read(operation: &Element) -> Result<Self, Refusal> {
        let mut fields = Fields { rest: &operation.children };
        let id = fields.required("MaYeuCau", 64)?;
        for (element, longest) in
            [("MaDVC", 50), ("MaTichHop", 10), ("MaCanBo", 50), ("MaDonVi", 50), ("TaiKhoan", 100)]
        {
            fields.required(element, longest)?;
        }
        fields.optional("SoDienThoai", 20)?;
        let number = fields.number()?;
        let full_name = fields.required("HoVaTen", 200)?;
        let birthdate = fields.birthdate()?;
        fields.end()?;
        let content = operation.children.iter().map(flat).collect::<Vec<_>>().join("\n");
        Ok(Self { id, content, number, full_name, birthdate })
    }
}

fn flat(element: &Element) -> String {
    let below: String = element.children.iter().map(flat).collect();
    format!("{}={}{below}", element.name, element.text.trim())
}

/// The elements not read yet. Order matters: each reader looks at the first one only.
struct Fields<'e> {
    rest: &'e [Element],
}

impl<'e> Fields<'e> {
    fn next_is(&self, name: &str) -> bool {
        self.rest.first().is_some_and(|element| element.is(REQUEST, name))
    }

    fn take(&mut self, name: &'static str) -> Result<&'e Element, Refusal> {
        let (first, rest) = self.rest.split_first().ok_or(Refusal::ElementOrder(name))?;
        if !first.is(REQUEST, name) {
            return Err(Refusal::ElementOrder(name));
        }
        self.rest = rest;
        Ok(first)
    }

    fn text(&mut self, name: &'static str, longest: usize) -> Result<&'e str, Refusal> {
        let element = self.take(name)?;
        let text = element.text.trim();
        let plain =
            element.children.is_empty() && text.chars().count() <= longest && !text.chars().any(char::is_control);
        if plain { Ok(text) } else { Err(Refusal::InvalidValue(name)) }
    }

    fn required(&mut self, name: &'static str, longest: usize) -> Result<String, Refusal> {
        let text = self.text(name, longest)?;
        if text.is_empty() { Err(Refusal::InvalidValue(name)) } else { Ok(text.to_owned()) }
    }

    fn optional(&mut self, name: &'static str, longest: usize) -> Result<(), Refusal> {
        if self.next_is(name) { self.text(name, longest).map(|_| ()) } else { Ok(()) }
    }

    fn number(&mut self) -> Result<Number, Refusal> {
        let digits = |text: &str, length| text.len() == length && text.bytes().all(|b| b.is_ascii_digit());
        if self.next_is("SoCMND") {
            let old = self.required("SoCMND", 9)?;
            return if digits(&old, 9) { Ok(Number::OldCard) } else { Err(Refusal::InvalidValue("SoCMND")) };
        }
        let number = self.required("SoDinhDanh", 12)?;
        if digits(&number, 12) { Ok(Number::Personal(number)) } else { Err(Refusal::InvalidValue("SoDinhDanh")) }
    }

    fn birthdate(&mut self) -> Result<Birthdate, Refusal> {
        let mut inner = Fields { rest: &self.take("NgayThangNamSinh")?.children };
        let birthdate = if inner.next_is("Nam") {
            Birthdate::from_year(&inner.required("Nam", 4)?).ok_or(Refusal::InvalidValue("Nam"))?
        } else {
            let day = inner.required("NgayThangNam", 8)?;
            Birthdate::from_compact(&day).ok_or(Refusal::InvalidValue("NgayThangNam"))?
        };
        inner.end()?;
        Ok(birthdate)
    }

    fn end(self) -> Result<(), Refusal> {
        if self.rest.is_empty() { Ok(()) } else { Err(Refusal::ElementOrder("")) }
    }
}
