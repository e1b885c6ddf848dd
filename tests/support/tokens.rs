//! Asking the endpoints for parties.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Map, Value};

use super::{House, Party, fixtures::Away};

/// An answer in JSON.
pub struct Reply {
    /// The status.
    pub status: u16,
    /// The headers.
    pub headers: reqwest::header::HeaderMap,
    /// The body; null where it was none.
    pub body: Value,
}

impl Reply {
    /// Takes an answer.
    pub async fn of(request: reqwest::RequestBuilder) -> Self {
        let answer = request.send().await.expect("the server answers");
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        let text = answer.text().await.unwrap_or_default();
        Self { status, headers, body: serde_json::from_str(&text).unwrap_or(Value::Null) }
    }

    /// `error` of the body.
    pub fn error(&self) -> &str {
        self.body["error"].as_str().unwrap_or_default()
    }

    /// A text of the body.
    pub fn text(&self, name: &str) -> String {
        self.body[name].as_str().unwrap_or_else(|| panic!("no {name} in {}", self.body)).to_owned()
    }
}

impl House {
    /// Asks an endpoint as a party with its secret.
    pub async fn ask(&self, path: &str, party: &Party, form: &[(&str, &str)]) -> Reply {
        Reply::of(self.http.post(self.at(path)).basic_auth(&party.client_id, Some(&party.secret)).form(form)).await
    }

    /// Redeems a code.
    pub async fn redeem(&self, party: &Party, away: &Away, code: &str) -> Reply {
        let form = [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", party.redirect_uri.as_str()),
            ("code_verifier", away.verifier.as_str()),
        ];
        self.ask("/oauth2/token", party, &form).await
    }

    /// Exchanges a refresh token.
    pub async fn refresh(&self, party: &Party, token: &str) -> Reply {
        self.ask("/oauth2/token", party, &[("grant_type", "refresh_token"), ("refresh_token", token)]).await
    }

    /// Whether a token is active to its audience.
    pub async fn is_active(&self, party: &Party, token: &str) -> bool {
        let reply = self.ask("/oauth2/introspect", party, &[("token", token)]).await;
        assert_eq!(reply.status, 200, "{}", reply.body);
        reply.body["active"].as_bool().expect("says whether")
    }

    /// Userinfo with a token.
    pub async fn userinfo(&self, token: &str) -> Reply {
        Reply::of(self.http.get(self.at("/oauth2/userinfo")).bearer_auth(token)).await
    }
}

/// The claims of a JWT, unverified: for journeys that look at what is inside.
pub fn claims(token: &str) -> Map<String, Value> {
    part(token, 1)
}

/// The header of a JWT.
pub fn header(token: &str) -> Map<String, Value> {
    part(token, 0)
}

fn part(token: &str, place: usize) -> Map<String, Value> {
    let text = token.split('.').nth(place).expect("three parts");
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(text).expect("base64url")).expect("JSON")
}
