//! What a person and a party do together: signing in, and the code flow of somebody who is signed in.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use idp_core::crypto::digest;
use serde_json::Value;

use crate::{
    Wrong,
    house::{PARTY, PASSWORD, REDIRECT_URI, SECRET, login},
    load::Work,
    requests,
    wire::{Answer, Connection},
};

const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const TOKEN: &str = "/oauth2/token";

/// The path of a good authorization request.
fn authorize() -> String {
    let challenge = URL_SAFE_NO_PAD.encode(digest::sha256(VERIFIER.as_bytes()).bytes());
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.append_pair("client_id", PARTY).append_pair("redirect_uri", REDIRECT_URI);
    query.append_pair("response_type", "code").append_pair("scope", "openid profile");
    query.append_pair("state", "af0ifjsldkj").append_pair("nonce", "n-0S6_WzA2Mj");
    query.append_pair("code_challenge", &challenge).append_pair("code_challenge_method", "S256");
    format!("/oauth2/authorize?{}", query.finish())
}

/// The cookies of a browser.
#[derive(Clone, Default)]
pub(crate) struct Cookies(Vec<String>);

impl Cookies {
    fn keep(&mut self, answer: &Answer) {
        for line in answer.headers("set-cookie") {
            let pair = line.split(';').next().unwrap_or_default();
            let name = pair.split('=').next().unwrap_or_default();
            self.0.retain(|known| known.split('=').next() != Some(name));
            self.0.push(pair.to_owned());
        }
    }

    fn line(&self) -> String {
        self.0.join("; ")
    }
}

/// A piece of text between two others.
fn between<'t>(text: &'t str, before: &str, after: &str) -> Result<&'t str, Wrong> {
    let rest = text.split_once(before).map(|(_, rest)| rest);
    let found = rest.and_then(|rest| rest.split_once(after)).map(|(found, _)| found);
    found.ok_or_else(|| format!("no {before} in {text}").into())
}

/// A fresh browser comes from the party, signs in as a person, and is on its way back with a code: four requests and one
/// password.
pub(crate) async fn sign_in(connection: &mut Connection, number: usize) -> Result<Cookies, Wrong> {
    let mut cookies = Cookies::default();
    let answer = connection.ask(&requests::get(&authorize(), &[])).await?.expect(303)?;
    cookies.keep(&answer);
    let step = answer.header("location")?;
    let page = connection.ask(&requests::get(&step, &[("cookie", &cookies.line())])).await?.expect(200)?.text();
    let csrf = between(&page, "name=\"csrf\" value=\"", "\"")?;
    let fields = [("csrf", csrf), ("login", &login(number)), ("password", PASSWORD)];
    let form = requests::form(&format!("{step}/password"), &[("cookie", &cookies.line())], &fields);
    let answer = connection.ask(&form).await?.expect(303)?;
    cookies.keep(&answer);
    let resume = requests::get(&answer.header("location")?, &[("cookie", &cookies.line())]);
    let page = connection.ask(&resume).await?.expect(200)?.text();
    between(&page, "code=", "&")?;
    Ok(cookies)
}

/// A sign-in page that stays open for guesses.
pub(crate) struct SignInForm {
    step: String,
    csrf: String,
    cookies: Cookies,
}

impl SignInForm {
    /// Opens one.
    pub(crate) async fn open(connection: &mut Connection) -> Result<Self, Wrong> {
        let mut cookies = Cookies::default();
        let answer = connection.ask(&requests::get(&authorize(), &[])).await?.expect(303)?;
        cookies.keep(&answer);
        let step = answer.header("location")?;
        let page = connection.ask(&requests::get(&step, &[("cookie", &cookies.line())])).await?.expect(200)?.text();
        let csrf = between(&page, "name=\"csrf\" value=\"", "\"")?.to_owned();
        Ok(Self { step, csrf, cookies })
    }

    /// A wrong password.
    pub(crate) async fn guess(&self, connection: &mut Connection, login: &str) -> Result<(), Wrong> {
        let fields = [("csrf", self.csrf.as_str()), ("login", login), ("password", "wrong wrong wrong")];
        let form = requests::form(&format!("{}/password", self.step), &[("cookie", &self.cookies.line())], &fields);
        connection.ask(&form).await?.expect(422).map(|_| ())
    }
}

/// Signing in, each connection as another person.
pub(crate) struct SignIn;

impl Work for SignIn {
    async fn once(&self, connection: &mut Connection, number: usize) -> Result<(), Wrong> {
        sign_in(connection, number).await.map(|_| ())
    }
}

/// The code flow of people who are signed in: one request of the browser, one of the party.
pub(crate) struct CodeFlow {
    authorize: Vec<Vec<u8>>,
    basic: String,
}

impl CodeFlow {
    /// Signs so many people in.
    pub(crate) async fn of(connection: &mut Connection, people: usize) -> Result<Self, Wrong> {
        let mut prepared = Vec::with_capacity(people);
        for number in 0..people {
            let cookies = sign_in(connection, number).await?;
            prepared.push(requests::get(&authorize(), &[("cookie", &cookies.line())]));
        }
        Ok(Self { authorize: prepared, basic: requests::basic(PARTY, SECRET) })
    }

    /// The token response of one flow.
    pub(crate) async fn tokens(&self, connection: &mut Connection, number: usize) -> Result<Value, Wrong> {
        let answer = connection.ask(&self.authorize[number]).await?.expect(303)?;
        let location = answer.header("location")?;
        let code = between(&location, "code=", "&")?;
        let fields = [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", REDIRECT_URI),
            ("code_verifier", VERIFIER),
        ];
        let request = requests::form(TOKEN, &[("authorization", &self.basic)], &fields);
        Ok(serde_json::from_slice(&connection.ask(&request).await?.expect(200)?.body)?)
    }

    /// An access token of the first person.
    pub(crate) async fn access_token(&self, connection: &mut Connection) -> Result<String, Wrong> {
        let tokens = self.tokens(connection, 0).await?;
        Ok(tokens["access_token"].as_str().ok_or("no access token")?.to_owned())
    }
}

impl Work for CodeFlow {
    async fn once(&self, connection: &mut Connection, number: usize) -> Result<(), Wrong> {
        self.tokens(connection, number).await.map(|_| ())
    }
}

/// A token for the party in its own name.
pub(crate) fn client_credentials() -> Vec<u8> {
    let basic = requests::basic(PARTY, SECRET);
    requests::form(TOKEN, &[("authorization", &basic)], &[("grant_type", "client_credentials")])
}

/// A question about a token.
pub(crate) fn introspection(token: &str) -> Vec<u8> {
    let basic = requests::basic(PARTY, SECRET);
    requests::form("/oauth2/introspect", &[("authorization", &basic)], &[("token", token)])
}

/// A question about its person.
pub(crate) fn userinfo(token: &str) -> Vec<u8> {
    requests::get("/oauth2/userinfo", &[("authorization", &format!("Bearer {token}"))])
}
