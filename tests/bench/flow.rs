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

/// Who signs in at which party, and what that asks for.
#[derive(Clone)]
pub(crate) struct Visitor {
    pub(crate) login: String,
    pub(crate) client: &'static str,
    pub(crate) scope: &'static str,
}

/// One of the people at the usual party.
fn usual(number: usize) -> Visitor {
    Visitor { login: login(number), client: PARTY, scope: "openid profile" }
}

/// The path of a good authorization request.
fn authorize(visitor: &Visitor) -> String {
    let challenge = URL_SAFE_NO_PAD.encode(digest::sha256(VERIFIER.as_bytes()).bytes());
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.append_pair("client_id", visitor.client).append_pair("redirect_uri", REDIRECT_URI);
    query.append_pair("response_type", "code").append_pair("scope", visitor.scope);
    query.append_pair("state", "af0ifjsldkj").append_pair("nonce", "n-0S6_WzA2Mj");
    query.append_pair("code_challenge", &challenge).append_pair("code_challenge_method", "S256");
    format!("/oauth2/authorize?{}", query.finish())
}

/// The cookies of a browser.
#[derive(Clone, Default)]
pub(crate) struct Cookies(Vec<String>);

impl Cookies {
    pub(crate) fn keep(&mut self, answer: &Answer) {
        for line in answer.headers("set-cookie") {
            let pair = line.split(';').next().unwrap_or_default();
            let name = pair.split('=').next().unwrap_or_default();
            self.0.retain(|known| known.split('=').next() != Some(name));
            self.0.push(pair.to_owned());
        }
    }

    pub(crate) fn line(&self) -> String {
        self.0.join("; ")
    }
}

/// A piece of text between two others.
pub(crate) fn between<'t>(text: &'t str, before: &str, after: &str) -> Result<&'t str, Wrong> {
    let rest = text.split_once(before).map(|(_, rest)| rest);
    let found = rest.and_then(|rest| rest.split_once(after)).map(|(found, _)| found);
    found.ok_or_else(|| format!("no {before} in {text}").into())
}

/// A fresh browser comes from the party, signs in as a person, and is on its way back with a code: four requests and one
/// password. Gives its cookies and the code.
pub(crate) async fn sign_in(connection: &mut Connection, visitor: &Visitor) -> Result<(Cookies, String), Wrong> {
    let mut form = SignInForm::open(connection, visitor).await?;
    let answer = form.send(connection, &visitor.login, PASSWORD).await?.expect(303)?;
    let code = form.finish(connection, answer).await?;
    Ok((form.cookies, code))
}

/// The page at which a browser with these cookies is held up on its way to the party, and its cookies there.
pub(crate) async fn interrupted(
    connection: &mut Connection,
    visitor: &Visitor,
    cookies: &str,
) -> Result<(String, String), Wrong> {
    let mut cookies = Cookies(cookies.split("; ").filter(|pair| !pair.is_empty()).map(str::to_owned).collect());
    let request = requests::get(&authorize(visitor), &[("cookie", &cookies.line())]);
    let answer = connection.ask(&request).await?.expect(303)?;
    cookies.keep(&answer);
    Ok((answer.header("location")?, cookies.line()))
}

/// A sign-in page that is open.
pub(crate) struct SignInForm {
    step: String,
    csrf: String,
    cookies: Cookies,
}

impl SignInForm {
    /// Opens one in a fresh browser.
    pub(crate) async fn open(connection: &mut Connection, visitor: &Visitor) -> Result<Self, Wrong> {
        let mut cookies = Cookies::default();
        let answer = connection.ask(&requests::get(&authorize(visitor), &[])).await?.expect(303)?;
        cookies.keep(&answer);
        let step = answer.header("location")?;
        let page = connection.ask(&requests::get(&step, &[("cookie", &cookies.line())])).await?.expect(200)?.text();
        let csrf = between(&page, "name=\"csrf\" value=\"", "\"")?.to_owned();
        Ok(Self { step, csrf, cookies })
    }

    /// Sends a name and a password, as a browser does.
    pub(crate) async fn send(&self, connection: &mut Connection, login: &str, password: &str) -> Result<Answer, Wrong> {
        let fields = [("csrf", self.csrf.as_str()), ("login", login), ("password", password)];
        let headers = [("cookie", self.cookies.line()), ("accept", "text/html".to_owned())];
        let headers = headers.each_ref().map(|(name, value)| (*name, value.as_str()));
        connection.ask(&requests::form(&format!("{}/password", self.step), &headers, &fields)).await
    }

    /// A wrong password.
    pub(crate) async fn guess(&self, connection: &mut Connection, login: &str) -> Result<(), Wrong> {
        self.send(connection, login, "wrong wrong wrong").await?.expect(422).map(|_| ())
    }

    /// Goes on after a right password, to the code on the way back to the party.
    pub(crate) async fn finish(&mut self, connection: &mut Connection, right: Answer) -> Result<String, Wrong> {
        self.cookies.keep(&right);
        let resume = requests::get(&right.header("location")?, &[("cookie", &self.cookies.line())]);
        let page = connection.ask(&resume).await?.expect(200)?.text();
        Ok(between(&page, "code=", "&")?.to_owned())
    }
}

/// The form that a party of the usual kind is given for the usual person.
pub(crate) async fn usual_form(connection: &mut Connection) -> Result<SignInForm, Wrong> {
    SignInForm::open(connection, &usual(0)).await
}

/// What a party got, and what its ID token tells.
pub(crate) struct Tokens {
    pub(crate) cookies: String,
    pub(crate) access: String,
    pub(crate) refresh: Option<String>,
    pub(crate) told: Value,
}

/// A whole sign-in, to the tokens: five requests and one password.
pub(crate) async fn whole(connection: &mut Connection, visitor: &Visitor) -> Result<Tokens, Wrong> {
    let (cookies, code) = sign_in(connection, visitor).await?;
    let answer = connection.ask(&redeem(visitor.client, &code)).await?.expect(200)?;
    let tokens: Value = serde_json::from_slice(&answer.body)?;
    let text = |name: &str| tokens[name].as_str().map(str::to_owned);
    let id_token = text("id_token").ok_or("no ID token")?;
    let claims = URL_SAFE_NO_PAD.decode(id_token.split('.').nth(1).unwrap_or_default())?;
    Ok(Tokens {
        cookies: cookies.line(),
        access: text("access_token").ok_or("no access token")?,
        refresh: text("refresh_token"),
        told: serde_json::from_slice(&claims)?,
    })
}

fn redeem(client: &str, code: &str) -> Vec<u8> {
    let fields = [
        ("grant_type", "authorization_code"),
        ("code", code),
        ("redirect_uri", REDIRECT_URI),
        ("code_verifier", VERIFIER),
    ];
    requests::form(TOKEN, &[("authorization", &requests::basic(client, SECRET))], &fields)
}

/// The request by which somebody signs out of their account, ready to be sent.
pub(crate) async fn sign_out(connection: &mut Connection, cookies: &str) -> Result<Vec<u8>, Wrong> {
    let page = connection.ask(&requests::get("/account", &[("cookie", cookies)])).await?.expect(200)?.text();
    let form = page.split_once("id=\"sign-out-form\"").map(|(_, rest)| rest).ok_or("no form to sign out")?;
    let csrf = between(form, "name=\"csrf\" value=\"", "\"")?;
    Ok(requests::form("/account/sign-out", &[("cookie", cookies)], &[("csrf", csrf)]))
}

/// Signing in, each connection as another person.
pub(crate) struct SignIn;

impl Work for SignIn {
    async fn once(&self, connection: &mut Connection, number: usize) -> Result<(), Wrong> {
        sign_in(connection, &usual(number)).await.map(|_| ())
    }
}

/// The code flow of people who are signed in: one request of the browser, one of the party.
pub(crate) struct CodeFlow {
    authorize: Vec<Vec<u8>>,
}

impl CodeFlow {
    /// Signs so many people in.
    pub(crate) async fn of(connection: &mut Connection, people: usize) -> Result<Self, Wrong> {
        let mut prepared = Vec::with_capacity(people);
        for number in 0..people {
            let visitor = usual(number);
            let (cookies, _) = sign_in(connection, &visitor).await?;
            prepared.push(requests::get(&authorize(&visitor), &[("cookie", &cookies.line())]));
        }
        Ok(Self { authorize: prepared })
    }

    /// The token response of one flow.
    pub(crate) async fn tokens(&self, connection: &mut Connection, number: usize) -> Result<Value, Wrong> {
        let answer = connection.ask(&self.authorize[number]).await?.expect(303)?;
        let location = answer.header("location")?;
        let code = between(&location, "code=", "&")?;
        let request = redeem(PARTY, code);
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

/// A token for a party in its own name, for an API of ours.
pub(crate) fn in_its_own_name(client: &str, resource: &str) -> Vec<u8> {
    let fields = [("grant_type", "client_credentials"), ("resource", resource)];
    requests::form(TOKEN, &[("authorization", &requests::basic(client, SECRET))], &fields)
}

/// New tokens for a refresh token.
pub(crate) fn refresh(client: &str, token: &str) -> Vec<u8> {
    let fields = [("grant_type", "refresh_token"), ("refresh_token", token)];
    requests::form(TOKEN, &[("authorization", &requests::basic(client, SECRET))], &fields)
}

/// The end of a token.
pub(crate) fn revocation(client: &str, token: &str) -> Vec<u8> {
    requests::form("/oauth2/revoke", &[("authorization", &requests::basic(client, SECRET))], &[("token", token)])
}

/// A question about a token.
pub(crate) fn introspection(token: &str) -> Vec<u8> {
    introspection_by(PARTY, token)
}

/// The same by another party.
pub(crate) fn introspection_by(client: &str, token: &str) -> Vec<u8> {
    requests::form("/oauth2/introspect", &[("authorization", &requests::basic(client, SECRET))], &[("token", token)])
}

/// A question about its person.
pub(crate) fn userinfo(token: &str) -> Vec<u8> {
    requests::get("/oauth2/userinfo", &[("authorization", &format!("Bearer {token}"))])
}
