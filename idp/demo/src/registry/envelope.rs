//! What the registry answers: an envelope with `TonTai`, or a SOAP 1.1 Fault with a stable code.

use axum::http::{HeaderName, StatusCode, header};
use axum::response::{IntoResponse, Response};

/// The namespace of SOAP 1.1 envelopes.
pub(super) const SOAP: &str = "http://schemas.xmlsoap.org/soap/envelope/";
/// The namespace of requests.
pub(super) const REQUEST: &str = "http://dancuquocgia.bca";
/// The namespace of answers.
const RESPONSE: &str = "http://www.mic.gov.vn/dancu/1.0";

/// Why a question got no answer. The code is stable; the element says where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// User, hash or its input is wrong. One code for all of them: which one is nobody's business.
    AccessDenied,
    /// The `Timestamp` header is missing, unreadable or more than five minutes off.
    TimestampRefused,
    /// `X-Road-Client` or `ApiKey` is not the one this registry expects.
    ExchangeRefused,
    /// A document type declaration was sent.
    DtdRefused,
    /// The body is not a plain XML document in UTF-8.
    MalformedXml,
    /// The body is not announced as XML.
    MediaTypeRefused,
    /// The root is an envelope of another version of SOAP (SOAP 1.1 §4.4).
    VersionMismatch,
    /// The body does not hold exactly one `XacThucThongTinCongDan`.
    UnknownOperation,
    /// This element was expected here and something else, or nothing, came.
    ElementOrder(&'static str),
    /// The element's value is not of its form.
    InvalidValue(&'static str),
    /// The same `MaYeuCau` came before with another question.
    RequestIdReused,
}

impl Refusal {
    const fn code(self) -> &'static str {
        match self {
            Self::AccessDenied => "ACCESS_DENIED",
            Self::TimestampRefused => "TIMESTAMP_REFUSED",
            Self::ExchangeRefused => "EXCHANGE_REFUSED",
            Self::DtdRefused => "DTD_REFUSED",
            Self::MalformedXml => "MALFORMED_XML",
            Self::MediaTypeRefused => "MEDIA_TYPE_REFUSED",
            Self::VersionMismatch => "VERSION_MISMATCH",
            Self::UnknownOperation => "UNKNOWN_OPERATION",
            Self::ElementOrder(_) => "ELEMENT_ORDER",
            Self::InvalidValue(_) => "INVALID_VALUE",
            Self::RequestIdReused => "REQUEST_ID_REUSED",
        }
    }

    const fn element(self) -> &'static str {
        match self {
            Self::ElementOrder(name) | Self::InvalidValue(name) => name,
            Self::RequestIdReused => "MaYeuCau",
            _ => "",
        }
    }

    /// SOAP 1.1 §6.2 asks for 500 with every Fault that the SOAP layer makes; the rest is refused before that layer.
    const fn status(self) -> StatusCode {
        match self {
            Self::AccessDenied | Self::TimestampRefused => StatusCode::UNAUTHORIZED,
            Self::ExchangeRefused => StatusCode::FORBIDDEN,
            Self::MediaTypeRefused => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            _ => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let fault_code = if self == Self::VersionMismatch { "VersionMismatch" } else { "Client" };
        let (code, element) = (self.code(), self.element());
        let body = format!(
            "<soapenv:Fault><faultcode>soapenv:{fault_code}</faultcode><faultstring>{code}</faultstring>\
             <detail><dan:Loi xmlns:dan=\"{REQUEST}\"><dan:MaLoi>{code}</dan:MaLoi><dan:PhanTu>{element}</dan:PhanTu></dan:Loi></detail>\
             </soapenv:Fault>"
        );
        let response = (self.status(), XML, enclose(&body));
        if self.status() == StatusCode::UNAUTHORIZED {
            ([(header::WWW_AUTHENTICATE, "Basic realm=\"dancuquocgia\"")], response).into_response()
        } else {
            response.into_response()
        }
    }
}

const XML: [(HeaderName, &str); 2] =
    [(header::CONTENT_TYPE, "text/xml; charset=utf-8"), (header::CACHE_CONTROL, "no-store")];

/// The answer of `XacThucThongTinCongDan`: whether somebody is registered with exactly what was sent.
pub(super) fn answer(exists: bool) -> Response {
    let body = format!(
        "<ns1:CongdanCollection xmlns:ns1=\"{RESPONSE}\"><ns1:CongDan><ns1:TonTai>{exists}</ns1:TonTai></ns1:CongDan></ns1:CongdanCollection>"
    );
    (XML, enclose(&body)).into_response()
}

fn enclose(body: &str) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\
         <soapenv:Envelope xmlns:soapenv=\"{SOAP}\"><soapenv:Header/><soapenv:Body>{body}</soapenv:Body></soapenv:Envelope>"
    )
}
