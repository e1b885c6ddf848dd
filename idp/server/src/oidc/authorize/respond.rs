//! Answers of the authorization endpoint. Every one carries `iss` (RFC 9207), and none goes anywhere but to a registered address.

use axum::{
    http::{StatusCode, header::LOCATION},
    response::{IntoResponse, Response},
};
use idp_core::relying::Party;
use url::Url;

use super::request::{ResponseMode, Return};
use crate::{
    oidc::error::OauthError,
    web::{
        Look,
        headers::FormActionTo,
        house::House,
        page::{self, Words},
    },
};

/// How the browser came: it decides how it may be sent on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Came {
    /// By a navigation of the party: a redirect is fine.
    Straight,
    /// From a form of ours: Chromium holds every redirect after a POST against `form-action`, so a page goes on by itself.
    FromOurForm,
}

/// An answer to the party.
pub(super) struct Answer<'a> {
    pub(super) to: &'a Return,
    pub(super) party: &'a Party,
    pub(super) came: Came,
    pub(super) look: Look,
}

impl Answer<'_> {
    /// The answer with a code.
    pub(super) fn code(&self, house: &House, code: &str) -> Response {
        self.send(house, &[("code", code)])
    }

    /// The answer with an error.
    pub(super) fn error(&self, house: &House, error: &OauthError) -> Response {
        tracing::info!(
            error = error.code().word(),
            because = error.because(),
            party = self.party.client_id,
            "an authorization was refused"
        );
        match error.description() {
            Some(description) => {
                self.send(house, &[("error", error.code().word()), ("error_description", description)])
            }
            None => self.send(house, &[("error", error.code().word())]),
        }
    }

    fn send(&self, house: &House, answer: &[(&str, &str)]) -> Response {
        let state = self.to.state.as_deref().map(|state| ("state", state));
        let fields: Vec<(&str, &str)> =
            answer.iter().copied().chain(state).chain([("iss", house.issuer.as_str())]).collect();
        match self.to.mode {
            ResponseMode::FormPost => self.form(house, &fields),
            ResponseMode::Query => {
                let address = with_query(&self.to.redirect_uri, &fields);
                match self.came {
                    Came::Straight => (StatusCode::SEE_OTHER, [(LOCATION, address)]).into_response(),
                    Came::FromOurForm => self.page(house, address),
                }
            }
        }
    }

    fn page(&self, house: &House, href: String) -> Response {
        let c = house.chrome(self.look, "/".into(), String::new());
        page::render(&page::Continue { c, party: Some(self.name()), href })
    }

    fn form(&self, house: &House, fields: &[(&str, &str)]) -> Response {
        let c = house.chrome(self.look, "/".into(), String::new());
        let fields = fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let mut response =
            page::render(&page::FormPost { c, party: Some(self.name()), action: self.to.redirect_uri.clone(), fields });
        if let Some(origin) = Url::parse(&self.to.redirect_uri).ok().and_then(|url| FormActionTo::party(&url)) {
            response.extensions_mut().insert(origin);
        }
        response
    }

    fn name(&self) -> Words {
        Words::new(self.look.locale, self.party.definition.name.get(self.look.locale).to_owned())
    }
}

/// Appends parameters to a registered address, whose own query stays byte for byte as it is.
pub(in crate::oidc) fn with_query(address: &str, fields: &[(&str, &str)]) -> String {
    let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    let glue = if address.contains('?') { '&' } else { '?' };
    format!("{address}{glue}{query}")
}

#[cfg(test)]
mod tests {
    use super::with_query;

    #[test]
    fn a_registered_query_stays_and_values_cannot_split_anything() {
        let cases = [
            ("https://rp.example/cb", "https://rp.example/cb?state=a%26b%0D%0A%22%3E"),
            ("https://rp.example/cb?x=1", "https://rp.example/cb?x=1&state=a%26b%0D%0A%22%3E"),
            ("vn.gov.app:/cb", "vn.gov.app:/cb?state=a%26b%0D%0A%22%3E"),
        ];
        for (address, expected) in cases {
            assert_eq!(with_query(address, &[("state", "a&b\r\n\">")]), expected);
        }
    }
}
