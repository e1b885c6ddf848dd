//! The SOAP 1.1 messages of `XacThucThongTinCongDan`, as pure values: question to text, text to answer.

use idp_saml2::xml::{Checked, Limits, check};
use quick_xml::escape::{escape, resolve_xml_entity};
use quick_xml::events::Event;
use quick_xml::name::{Namespace, ResolveResult};
use quick_xml::reader::NsReader;
use serde::{Deserialize, Serialize};

use super::{Config, Match, RegistryError, Verification};
use crate::types::person::RegistryDate;

const SOAP: &str = "http://schemas.xmlsoap.org/soap/envelope/";

/// Bytes of an answer that are looked at. A yes or no is below one KiB.
pub(super) const MAX_ANSWER: usize = 64 * 1024;

/// How the name is written. Registries behind different exchanges compare different forms.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NameForm {
    /// Upper case with marks, as the registry stores it.
    #[default]
    AccentedUpper,
    /// Upper case, no marks, no spaces.
    Folded,
}

/// The question as an envelope. The service checks the order of elements.
pub(super) fn question(config: &Config, asked: &Verification) -> String {
    let name = match config.name_form {
        NameForm::AccentedUpper => asked.name.upper(),
        NameForm::Folded => asked.name.key(),
    };
    let officer = asked.officer.as_ref().map_or(config.officer.as_str(), |officer| officer.as_str());
    let fields = [
        ("MaYeuCau", asked.request_ref.as_str()),
        ("MaDVC", &config.service_code),
        ("MaTichHop", &config.integration_code),
        ("MaCanBo", officer),
        ("MaDonVi", &config.unit),
        ("TaiKhoan", &config.user),
        ("SoDinhDanh", asked.number.as_str()),
        ("HoVaTen", &name),
    ];
    let fields: String = fields.iter().map(|(element, value)| leaf(element, value)).collect();
    let birth = match asked.birth_date.to_registry() {
        RegistryDate::Day(day) => leaf("NgayThangNam", &day),
        RegistryDate::Year(year) => leaf("Nam", &year),
    };
    let namespace = escape(config.request_namespace.as_str());
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><soapenv:Envelope xmlns:soapenv=\"{SOAP}\" xmlns:dan=\"{namespace}\">\
         <soapenv:Header/><soapenv:Body><dan:XacThucThongTinCongDan>{fields}\
         <dan:NgayThangNamSinh>{birth}</dan:NgayThangNamSinh></dan:XacThucThongTinCongDan></soapenv:Body></soapenv:Envelope>"
    )
}

fn leaf(element: &str, value: &str) -> String {
    format!("<dan:{element}>{}</dan:{element}>", escape(value))
}

/// Reads an answer. A Fault is [`RegistryError::Refused`] with its code, unless the registry blames itself.
pub(super) fn answer(config: &Config, bytes: &[u8]) -> Result<Match, RegistryError> {
    let limits = Limits { bytes: MAX_ANSWER, ..Limits::MESSAGE };
    let document = check(bytes, &limits).map_err(|_| RegistryError::BadAnswer)?;
    if let Some(fault) = fault(document)? {
        return Err(fault);
    }
    let mut path = vec![(SOAP, "Envelope"), (SOAP, "Body")];
    path.extend(config.answer_path.iter().map(|name| (config.answer_namespace.as_str(), name.as_str())));
    match only(document, &path)?.as_deref().map(str::trim) {
        Some("true" | "1") => Ok(Match::Matched),
        Some("false" | "0") => Ok(Match::NotMatched),
        _ => Err(RegistryError::BadAnswer),
    }
}

/// SOAP 1.1 §4.4: `faultcode` says whose fault it is, `faultstring` is where this registry writes its code.
fn fault(document: Checked<'_>) -> Result<Option<RegistryError>, RegistryError> {
    let at = |leaf| [(SOAP, "Envelope"), (SOAP, "Body"), (SOAP, "Fault"), ("", leaf)];
    let Some(class) = only(document, &at("faultcode"))? else {
        return Ok(None);
    };
    let class = class.rsplit(':').next().unwrap_or_default().trim();
    if class == "Server" {
        return Ok(Some(RegistryError::Unavailable));
    }
    let text = only(document, &at("faultstring"))?.unwrap_or_default();
    let code = if is_code(text.trim()) { text.trim() } else { class };
    // The text is the other side's: what does not look like a code stays out of our log.
    let code = if is_code(code) { code } else { "UNKNOWN" };
    Ok(Some(RegistryError::Refused(code.to_owned())))
}

fn is_code(text: &str) -> bool {
    (1..=64).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.'))
}

/// The text of the one element at exactly this path. Two such elements are no answer: which one would we believe?
fn only(document: Checked<'_>, path: &[(&str, &str)]) -> Result<Option<String>, RegistryError> {
    let mut reader = NsReader::from_str(document.as_str());
    let mut trail: Vec<bool> = Vec::new();
    let mut found: Option<String> = None;
    loop {
        let (namespace, event) = reader.read_resolved_event().map_err(|_| RegistryError::BadAnswer)?;
        match event {
            Event::Start(_) | Event::Empty(_) if inside(&trail, path) => return Err(RegistryError::BadAnswer),
            Event::Start(ref start) | Event::Empty(ref start) => {
                let here = path.get(trail.len()).is_some_and(|(wanted, name)| {
                    let bound = match namespace {
                        ResolveResult::Bound(Namespace(bound)) => bound,
                        _ => "",
                    };
                    bound == *wanted && start.local_name().into_inner() == *name
                });
                trail.push(here);
                if inside(&trail, path) && found.replace(String::new()).is_some() {
                    return Err(RegistryError::BadAnswer);
                }
                if matches!(event, Event::Empty(_)) {
                    trail.pop();
                }
            }
            Event::End(_) => {
                trail.pop();
            }
            Event::Text(text) if inside(&trail, path) => append(&mut found, &text.xml10_content()),
            Event::GeneralRef(reference) if inside(&trail, path) => {
                let character = reference.resolve_char_ref().map_err(|_| RegistryError::BadAnswer)?;
                let text = character.map(String::from).or_else(|| resolve_xml_entity(&reference).map(str::to_owned));
                append(&mut found, &text.ok_or(RegistryError::BadAnswer)?);
            }
            Event::Eof => return Ok(found),
            _ => {}
        }
    }
}

fn inside(trail: &[bool], path: &[(&str, &str)]) -> bool {
    trail.len() == path.len() && trail.iter().all(|step| *step)
}

fn append(found: &mut Option<String>, text: &str) {
    if let Some(found) = found {
        found.push_str(text);
    }
}
