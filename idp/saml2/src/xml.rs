//! The shape check that every XML document passes before anything else reads it.
//!
//! Two parsers that read one document differently are how signature wrapping and comment attacks work, and entity
//! expansion costs seconds before any trust decision. So the shape is narrowed first: one root, well-formed, no DTD,
//! no entities, no comments, no CDATA, no processing instructions, sane namespaces, small.

use std::collections::HashSet;

use quick_xml::escape::resolve_xml_entity;
use quick_xml::events::{BytesDecl, BytesRef, BytesStart, Event};
use quick_xml::name::{PrefixDeclaration, QName, ResolveResult};
use quick_xml::reader::NsReader;

/// How large and how deep a document may be.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Bytes of the whole document.
    pub bytes: usize,
    /// Elements inside one another; the root is 1.
    pub depth: usize,
    /// Attributes of one element, namespace declarations among them.
    pub attributes: usize,
    /// Elements in the whole document.
    pub elements: usize,
}

impl Limits {
    /// For one protocol message.
    pub const MESSAGE: Self = Self { bytes: 256 * 1024, depth: 32, attributes: 64, elements: 10_000 };
}

/// Why a document is not looked at. None carries document text: it may be personal data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum XmlError {
    /// More bytes than allowed.
    #[error("the document is too large")]
    TooLarge,
    /// Not UTF-8, or declares another encoding.
    #[error("the document is not UTF-8")]
    NotUtf8,
    /// An XML declaration in the wrong place or of another version.
    #[error("the XML declaration is wrong")]
    Declaration,
    /// A document type declaration.
    #[error("a document type declaration is refused")]
    Dtd,
    /// A reference other than the five predefined ones and legal characters.
    #[error("an entity reference is refused")]
    Entity,
    /// A comment. Canonical XML drops them, so text around one reads differently before and after verification.
    #[error("a comment is refused")]
    Comment,
    /// A processing instruction.
    #[error("a processing instruction is refused")]
    ProcessingInstruction,
    /// A CDATA section.
    #[error("a CDATA section is refused")]
    CData,
    /// Elements nested deeper than allowed.
    #[error("the document is too deep")]
    TooDeep,
    /// More attributes on one element than allowed.
    #[error("an element has too many attributes")]
    TooManyAttributes,
    /// More elements than allowed.
    #[error("the document has too many elements")]
    TooManyElements,
    /// An undeclared or reserved prefix, an emptied prefix, or one attribute under two prefixes of one namespace.
    #[error("the namespaces are wrong")]
    Namespace,
    /// A character that XML 1.0 forbids.
    #[error("a character is not allowed in XML")]
    Character,
    /// Anything else that is not well-formed, text outside the root and a second root among it.
    #[error("the document is not well-formed")]
    NotWellFormed,
}

/// A document that passed [`check`]. What reads XML further takes this type, never bytes.
#[derive(Clone, Copy)]
pub struct Checked<'a>(&'a str);

impl<'a> Checked<'a> {
    /// The document as text, without a byte-order mark.
    pub fn as_str(&self) -> &'a str {
        self.0
    }
}

/// Checks size, encoding and shape. Reads the document once, in time proportional to its size.
pub fn check<'a>(bytes: &'a [u8], limits: &Limits) -> Result<Checked<'a>, XmlError> {
    if bytes.len() > limits.bytes {
        return Err(XmlError::TooLarge);
    }
    let text = std::str::from_utf8(bytes).map_err(|_| XmlError::NotUtf8)?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if !text.chars().all(is_xml_char) {
        return Err(XmlError::Character);
    }
    let mut reader = NsReader::from_str(text);
    reader.config_mut().check_comments = true;
    reader.resolver_mut().set_max_namespace_bindings(limits.attributes * limits.depth.min(8));
    let mut walk = Walk { limits, depth: 0, elements: 0, started: false };
    loop {
        let event = reader.read_event().map_err(|error| broken(&error))?;
        match &event {
            Event::Eof => break,
            Event::Start(start) | Event::Empty(start) => {
                walk.element(start, &reader, matches!(event, Event::Start(_)))?;
            }
            Event::End(_) => walk.depth -= 1,
            Event::Text(text) => walk.text(text)?,
            Event::GeneralRef(reference) => walk.reference(reference)?,
            Event::Decl(declaration) => walk.declaration(declaration)?,
            Event::DocType(_) => return Err(XmlError::Dtd),
            Event::Comment(_) => return Err(XmlError::Comment),
            Event::CData(_) => return Err(XmlError::CData),
            Event::PI(_) => return Err(XmlError::ProcessingInstruction),
        }
        walk.started = true;
    }
    // quick-xml reports mismatched end tags but not missing ones.
    if walk.depth == 0 && walk.elements > 0 { Ok(Checked(text)) } else { Err(XmlError::NotWellFormed) }
}

struct Walk<'l> {
    limits: &'l Limits,
    depth: usize,
    elements: usize,
    /// Something was read: the declaration may only come first.
    started: bool,
}

impl Walk<'_> {
    fn element(&mut self, start: &BytesStart<'_>, reader: &NsReader<&[u8]>, opens: bool) -> Result<(), XmlError> {
        if self.depth == 0 && self.elements > 0 {
            return Err(XmlError::NotWellFormed);
        }
        self.elements += 1;
        if self.elements > self.limits.elements {
            return Err(XmlError::TooManyElements);
        }
        if self.depth + 1 > self.limits.depth {
            return Err(XmlError::TooDeep);
        }
        if opens {
            self.depth += 1;
        }
        qname(start.name())?;
        if matches!(reader.resolver().resolve_element(start.name()).0, ResolveResult::Unknown(_)) {
            return Err(XmlError::Namespace);
        }
        self.attributes(start, reader)
    }

    fn attributes(&self, start: &BytesStart<'_>, reader: &NsReader<&[u8]>) -> Result<(), XmlError> {
        spaced(start.attributes_raw())?;
        // Counted before the look for duplicates, which compares each with each.
        if start.attributes().with_checks(false).take(self.limits.attributes + 1).count() > self.limits.attributes {
            return Err(XmlError::TooManyAttributes);
        }
        let mut seen = HashSet::new();
        for attribute in start.attributes() {
            let attribute = attribute.map_err(|_| XmlError::NotWellFormed)?;
            qname(attribute.key)?;
            value(&attribute.value)?;
            match attribute.key.as_namespace_binding() {
                Some(PrefixDeclaration::Named(_)) if attribute.value.is_empty() => return Err(XmlError::Namespace),
                Some(_) => {
                    // A namespace is compared as text here and after unescaping elsewhere: allow no difference.
                    if attribute.value.contains(['&', '\t', '\n', '\r']) {
                        return Err(XmlError::Namespace);
                    }
                }
                None => {
                    let (namespace, local) = reader.resolver().resolve_attribute(attribute.key);
                    let namespace = match namespace {
                        ResolveResult::Unknown(_) => return Err(XmlError::Namespace),
                        ResolveResult::Unbound => String::new(),
                        ResolveResult::Bound(namespace) => namespace.into_inner().to_owned(),
                    };
                    if !seen.insert((namespace, local.into_inner().to_owned())) {
                        return Err(XmlError::Namespace);
                    }
                }
            }
        }
        Ok(())
    }

    fn text(&self, text: &str) -> Result<(), XmlError> {
        let outside = self.depth == 0 && !text.chars().all(is_xml_space);
        if outside || text.contains("]]>") { Err(XmlError::NotWellFormed) } else { Ok(()) }
    }

    fn reference(&self, reference: &BytesRef<'_>) -> Result<(), XmlError> {
        if self.depth == 0 {
            return Err(XmlError::NotWellFormed);
        }
        entity(reference)
    }

    fn declaration(&self, declaration: &BytesDecl<'_>) -> Result<(), XmlError> {
        if self.started || declaration.version().map_err(|_| XmlError::Declaration)? != "1.0" {
            return Err(XmlError::Declaration);
        }
        match declaration.encoding() {
            None => Ok(()),
            Some(Ok(encoding)) if encoding.eq_ignore_ascii_case("utf-8") => Ok(()),
            Some(Ok(_)) => Err(XmlError::NotUtf8),
            Some(Err(_)) => Err(XmlError::Declaration),
        }
    }
}

/// The reader's errors as ours; a namespace error keeps its meaning.
fn broken(error: &quick_xml::Error) -> XmlError {
    match error {
        quick_xml::Error::Namespace(_) => XmlError::Namespace,
        _ => XmlError::NotWellFormed,
    }
}

/// White space before each attribute. quick-xml forgives `a="1"b="2"`, stricter parsers do not.
fn spaced(raw: &str) -> Result<(), XmlError> {
    let mut quote = None;
    let mut before = ' ';
    for c in raw.chars() {
        match quote {
            Some(open) if c == open => {
                quote = None;
                before = c;
                continue;
            }
            Some(_) => continue,
            None if matches!(c, '"' | '\'') => quote = Some(c),
            None if matches!(before, '"' | '\'') && !is_xml_space(c) => return Err(XmlError::NotWellFormed),
            None => {}
        }
        before = if quote.is_some() { ' ' } else { c };
    }
    Ok(())
}

/// A qualified name: at most one colon, both parts XML names.
fn qname(name: QName<'_>) -> Result<(), XmlError> {
    let name = name.into_inner();
    let mut parts = name.split(':');
    let well_formed = parts.by_ref().take(2).all(is_ncname) && parts.next().is_none();
    if well_formed { Ok(()) } else { Err(XmlError::NotWellFormed) }
}

/// An attribute value as written: no `<`, and references as in text.
fn value(raw: &str) -> Result<(), XmlError> {
    if raw.contains('<') {
        return Err(XmlError::NotWellFormed);
    }
    for rest in raw.split('&').skip(1) {
        let (name, _) = rest.split_once(';').ok_or(XmlError::NotWellFormed)?;
        entity(&BytesRef::new(name))?;
    }
    Ok(())
}

/// The five predefined entities, and character references to characters that XML allows.
fn entity(reference: &BytesRef<'_>) -> Result<(), XmlError> {
    match reference.resolve_char_ref() {
        Ok(Some(c)) if is_xml_char(c) => Ok(()),
        Ok(Some(_)) => Err(XmlError::Character),
        Ok(None) if resolve_xml_entity(reference).is_some() => Ok(()),
        Ok(None) | Err(_) => Err(XmlError::Entity),
    }
}

/// Narrower than the specification, which also allows some signs in names that nobody uses.
fn is_ncname(name: &str) -> bool {
    let mut chars = name.chars();
    chars.next().is_some_and(|c| c.is_alphabetic() || c == '_')
        && chars.all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.'))
}

/// `Char` of XML 1.0 §2.2.
fn is_xml_char(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | ' '..='\u{fffd}' | '\u{10000}'..='\u{10ffff}')
}

/// `S` of XML 1.0 §2.3; Rust's white space is wider.
fn is_xml_space(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\r')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shape(text: &str) -> Result<(), XmlError> {
        check(text.as_bytes(), &Limits::MESSAGE).map(|_| ())
    }

    #[test]
    fn documents_that_pass() {
        for text in [
            "<a/>",
            "\u{feff}<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<a/>\n",
            "<?xml version='1.0' encoding='utf-8' standalone='yes'?><a></a>",
            "<a b='1' c = \"2\"\n d='>'/>",
            "<a>&lt;&amp;&#x110;&#65; Đào</a>",
            "<s:E xmlns:s='urn:s' s:a='1' a='2'><s:B xmlns='urn:d'><x xml:lang='vi'/></s:B></s:E>",
            "<a xmlns='urn:x'><b xmlns=''/></a>",
        ] {
            assert_eq!(shape(text), Ok(()), "{text}");
        }
    }

    #[test]
    fn documents_that_are_refused() {
        for (text, error) in [
            ("", XmlError::NotWellFormed),
            ("text", XmlError::NotWellFormed),
            ("<a>", XmlError::NotWellFormed),
            ("<a></b>", XmlError::NotWellFormed),
            ("<a/><b/>", XmlError::NotWellFormed),
            ("<a/>text", XmlError::NotWellFormed),
            ("<a/>&amp;", XmlError::NotWellFormed),
            ("</a>", XmlError::NotWellFormed),
            ("<a b=1/>", XmlError::NotWellFormed),
            ("<a b/>", XmlError::NotWellFormed),
            ("<a b='1'c='2'/>", XmlError::NotWellFormed),
            ("<a b='1' b='2'/>", XmlError::NotWellFormed),
            ("<a b='<'/>", XmlError::NotWellFormed),
            ("<a b='&'/>", XmlError::NotWellFormed),
            ("<a>]]></a>", XmlError::NotWellFormed),
            ("<a>&</a>", XmlError::NotWellFormed),
            ("<1a/>", XmlError::NotWellFormed),
            ("<a:b:c xmlns:a='urn:a'/>", XmlError::NotWellFormed),
            ("<a>\0</a>", XmlError::Character),
            ("<a>&#0;</a>", XmlError::Entity),
            ("<a>&#1;</a>", XmlError::Character),
            ("<a>&xxe;</a>", XmlError::Entity),
            ("<a b='&xxe;'/>", XmlError::Entity),
            ("<!DOCTYPE a [<!ENTITY x 'y'>]><a/>", XmlError::Dtd),
            ("<!DOCTYPE a SYSTEM 'file:///etc/passwd'><a/>", XmlError::Dtd),
            ("<a>user<!-- -->@example</a>", XmlError::Comment),
            ("<a/><!-- after -->", XmlError::Comment),
            ("<a><![CDATA[x]]></a>", XmlError::CData),
            ("<?xml-stylesheet href='x'?><a/>", XmlError::ProcessingInstruction),
            ("<a><?php x ?></a>", XmlError::ProcessingInstruction),
            (" <?xml version='1.0'?><a/>", XmlError::Declaration),
            ("<?xml version='1.1'?><a/>", XmlError::Declaration),
            ("<?xml version='1.0' encoding='utf-7'?><a/>", XmlError::NotUtf8),
            ("<s:a/>", XmlError::Namespace),
            ("<a s:b='1'/>", XmlError::Namespace),
            ("<a xmlns:s=''/>", XmlError::Namespace),
            ("<a xmlns:xml='urn:x'/>", XmlError::Namespace),
            ("<a xmlns:xmlns='urn:x'/>", XmlError::Namespace),
            ("<a xmlns:s='urn:&#120;'/>", XmlError::Namespace),
            ("<a xmlns:p='urn:x' xmlns:q='urn:x' p:b='1' q:b='2'/>", XmlError::Namespace),
        ] {
            assert_eq!(shape(text), Err(error), "{text}");
        }
        assert_eq!(check(b"<a>\xff</a>", &Limits::MESSAGE).map(|_| ()), Err(XmlError::NotUtf8));
    }

    #[test]
    fn limits_hold_at_their_edge() {
        let nested = |n: usize| format!("{}{}", "<a>".repeat(n), "</a>".repeat(n));
        assert_eq!(shape(&nested(32)), Ok(()));
        assert_eq!(shape(&nested(33)), Err(XmlError::TooDeep));
        let wide = |n: usize| {
            let attributes: String = (0..n).fold(String::new(), |all, i| all + &format!(" a{i}='1'"));
            format!("<a{attributes}/>")
        };
        assert_eq!(shape(&wide(64)), Ok(()));
        assert_eq!(shape(&wide(65)), Err(XmlError::TooManyAttributes));
        assert_eq!(shape(&format!("<a>{}</a>", "<b/>".repeat(9_999))), Ok(()));
        assert_eq!(shape(&format!("<a>{}</a>", "<b/>".repeat(10_000))), Err(XmlError::TooManyElements));
        let long = |n: usize| format!("<a>{}</a>", "x".repeat(n - 7));
        assert_eq!(shape(&long(256 * 1024)), Ok(()));
        assert_eq!(shape(&long(256 * 1024 + 1)), Err(XmlError::TooLarge));
    }

    proptest::proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..200)) {
            let _ = check(&bytes, &Limits::MESSAGE);
        }

        /// What passes reads to the end by the plain reader, with as many starts as ends.
        #[test]
        fn what_passes_is_balanced(text in "(<[ab]( x='[&;a]{0,3}')?/?>|</[ab]>|&(amp|x|#65);|t|<!--|-->|<\\?){0,12}") {
            if let Ok(checked) = check(text.as_bytes(), &Limits::MESSAGE) {
                let mut reader = quick_xml::Reader::from_str(checked.as_str());
                let mut open = 0_i32;
                loop {
                    match reader.read_event().expect("it passed") {
                        Event::Start(_) => open += 1,
                        Event::End(_) => open -= 1,
                        Event::Eof => break,
                        _ => {}
                    }
                }
                proptest::prop_assert_eq!(open, 0);
            }
        }
    }
}
