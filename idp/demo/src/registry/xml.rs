//! Bytes to a small tree, with everything refused that a SOAP message does not need.
//!
//! No document type, no processing instruction, no entity of the sender's own: expansion bombs and external entities need one of
//! them. Depth is limited here, length by the server.

use quick_xml::NsReader;
use quick_xml::events::{BytesRef, BytesStart, Event};
use quick_xml::name::{Namespace, ResolveResult};

use super::envelope::Refusal;

/// Envelope, Body, operation, date, year make five.
const DEPTH: usize = 8;

/// One element: expanded name, direct text, child elements in order.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Element {
    pub(super) namespace: String,
    pub(super) name: String,
    pub(super) text: String,
    pub(super) children: Vec<Self>,
}

impl Element {
    pub(super) fn is(&self, namespace: &str, name: &str) -> bool {
        self.namespace == namespace && self.name == name
    }
}

/// Reads one document and returns its root.
pub(super) fn parse(text: &str) -> Result<Element, Refusal> {
    let mut reader = NsReader::from_str(text);
    // The bottom of the stack collects the root.
    let mut open = vec![Element::default()];
    loop {
        match reader.read_event().map_err(|_| Refusal::MalformedXml)? {
            Event::Start(tag) => open.push(element(&reader, &tag)?),
            Event::Empty(tag) => attach(&mut open, element(&reader, &tag)?)?,
            Event::End(_) => {
                let done = open.pop().ok_or(Refusal::MalformedXml)?;
                attach(&mut open, done)?;
            }
            Event::Text(text) => append(&mut open, &text.xml10_content())?,
            Event::CData(text) => append(&mut open, &text.xml10_content())?,
            Event::GeneralRef(reference) => append(&mut open, &character(&reference)?)?,
            Event::Decl(_) | Event::Comment(_) => {}
            Event::DocType(_) => return Err(Refusal::DtdRefused),
            Event::PI(_) => return Err(Refusal::MalformedXml),
            Event::Eof => break,
        }
        if open.len() > DEPTH + 1 {
            return Err(Refusal::MalformedXml);
        }
    }
    root(open)
}

fn root(mut open: Vec<Element>) -> Result<Element, Refusal> {
    match (open.pop(), open.is_empty()) {
        (Some(mut bottom), true) if bottom.children.len() == 1 && bottom.text.trim().is_empty() => {
            bottom.children.pop().ok_or(Refusal::MalformedXml)
        }
        _ => Err(Refusal::MalformedXml),
    }
}

fn element(reader: &NsReader<&[u8]>, tag: &BytesStart<'_>) -> Result<Element, Refusal> {
    let (resolved, local) = reader.resolver().resolve_element(tag.name());
    let namespace = match resolved {
        ResolveResult::Bound(Namespace(name)) => name.to_owned(),
        ResolveResult::Unbound => String::new(),
        ResolveResult::Unknown(_) => return Err(Refusal::MalformedXml),
    };
    Ok(Element { namespace, name: local.into_inner().to_owned(), ..Element::default() })
}

fn attach(open: &mut [Element], done: Element) -> Result<(), Refusal> {
    open.last_mut().ok_or(Refusal::MalformedXml)?.children.push(done);
    Ok(())
}

fn append(open: &mut [Element], text: &str) -> Result<(), Refusal> {
    open.last_mut().ok_or(Refusal::MalformedXml)?.text.push_str(text);
    Ok(())
}

fn character(reference: &BytesRef<'_>) -> Result<String, Refusal> {
    if let Some(character) = reference.resolve_char_ref().map_err(|_| Refusal::MalformedXml)? {
        return Ok(character.to_string());
    }
    quick_xml::escape::resolve_xml_entity(reference).map(str::to_owned).ok_or(Refusal::MalformedXml)
}

#[cfg(test)]
mod tests {
    use super::{Refusal, parse};

    #[test]
    fn text_references_and_namespaces_are_resolved() {
        let root =
            parse("<?xml version=\"1.0\"?><a xmlns=\"urn:a\" xmlns:b=\"urn:b\"><b:c>H&apos;Hen &#78;iê</b:c><d/></a>")
                .expect("well formed");
        assert!(root.is("urn:a", "a") && root.children[0].is("urn:b", "c") && root.children[1].is("urn:a", "d"));
        assert_eq!(root.children[0].text, "H'Hen Niê");
    }

    #[test]
    fn what_a_message_does_not_need_is_refused() {
        let deep = format!("{}{}", "<a>".repeat(20), "</a>".repeat(20));
        for (text, refusal) in [
            ("<!DOCTYPE a [<!ENTITY b \"c\">]><a>&b;</a>", Refusal::DtdRefused),
            ("<a>&b;</a>", Refusal::MalformedXml),
            ("<?php x?><a/>", Refusal::MalformedXml),
            ("<a/><a/>", Refusal::MalformedXml),
            ("<a></b>", Refusal::MalformedXml),
            ("<a>", Refusal::MalformedXml),
            ("</a>", Refusal::MalformedXml),
            ("<a/>tail", Refusal::MalformedXml),
            ("<p:a/>", Refusal::MalformedXml),
            ("", Refusal::MalformedXml),
            (deep.as_str(), Refusal::MalformedXml),
        ] {
            assert_eq!(parse(text), Err(refusal), "{text}");
        }
    }
}
