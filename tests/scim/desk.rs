//! What these journeys are told with: personnel systems of two provinces, and what they send.

use idp_core::{
    admin::{Role, Scope, Subject},
    types::{Id, id},
};
use idp_tests::{House, Party, Reply};
use reqwest::Method;
use serde_json::{Value, json};

use crate::admin::desk::{Country, catalogue, give};

pub(super) const USER: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
pub(crate) const OFFICIAL: &str = "urn:vn:idp:params:scim:schemas:official:1.0:User";
const PATCH: &str = "urn:ietf:params:scim:api:messages:2.0:PatchOp";

/// A personnel system with a token.
pub(crate) struct System<'h> {
    house: &'h House,
    token: String,
}

pub(super) async fn party(house: &House) -> Party {
    let resources = json!([house.at("/scim/v2"), house.at("/api/v1")]);
    house.party(json!({"scopes": ["admin", "openid"], "resources": resources})).await
}

pub(super) async fn token(house: &House, party: &Party, (resource, scope): (&str, &str)) -> String {
    let resource = house.at(resource);
    let form = [("grant_type", "client_credentials"), ("scope", scope), ("resource", resource.as_str())];
    house.ask("/oauth2/token", party, &form).await.text("access_token")
}

/// One over the units of one province, another over those of the other, and the country.
pub(super) async fn two(house: &House) -> (Country, System<'_>, System<'_>) {
    let country = Country::of(house).await;
    catalogue(house).await;
    let own = system(house, country.province).await;
    let other = system(house, country.other).await;
    (country, own, other)
}

pub(crate) async fn system(house: &House, unit: Id<id::Unit>) -> System<'_> {
    let party = party(house).await;
    System::of(house, &party, unit).await
}

/// A new user with one post in a unit.
pub(crate) fn user(number: &str, name: &str, unit: &str) -> Value {
    json!({
        "schemas": [USER, OFFICIAL], "userName": format!("nv.{number}x"), "externalId": format!("NV-{number}"),
        "name": {"formatted": name}, "active": true,
        OFFICIAL: {"personalNumber": number, "posts": [post(unit, &["thong-ke"])]},
    })
}

pub(super) fn post(unit: &str, roles: &[&str]) -> Value {
    json!({"unit": {"scheme": "gso", "code": unit}, "position": "chuyen-vien", "kind": "primary", "roles": roles,
        "from": "2025-03-01", "decision": {"number": "12/QĐ-SNV", "date": "2025-02-28"}})
}

impl<'h> System<'h> {
    /// Gives a party the role over a unit and all below it.
    pub(super) async fn of(house: &'h House, party: &Party, unit: Id<id::Unit>) -> Self {
        give(house, Subject::Party(party.id), Role::PersonnelSystem, Scope::Below(unit)).await;
        Self { house, token: token(house, party, ("/scim/v2", "admin")).await }
    }
}

impl System<'_> {
    pub(crate) async fn send(&self, method: &str, path: &str, body: Option<&Value>) -> Reply {
        self.with(method, path, body, &[]).await
    }

    pub(super) async fn with(&self, method: &str, path: &str, body: Option<&Value>, lines: &[(&str, &str)]) -> Reply {
        let method = Method::from_bytes(method.as_bytes()).expect("a method");
        let mut request = self.house.http.request(method, self.house.at(&format!("/scim/v2{path}")));
        request = request.bearer_auth(&self.token);
        let usual = lines.iter().all(|(name, _)| *name != "accept-language").then_some(("accept-language", "en"));
        for (name, value) in lines.iter().chain(&usual) {
            request = request.header(*name, *value);
        }
        if let Some(body) = body {
            request = request.header("content-type", "application/scim+json").body(body.to_string());
        }
        Reply::of(request).await
    }

    /// A body as it is.
    pub(super) async fn raw(&self, path: &str, body: String, (name, value): (&str, &str)) -> Reply {
        let request = self.house.http.post(self.house.at(&format!("/scim/v2{path}")));
        Reply::of(request.bearer_auth(&self.token).header(name, value).body(body)).await
    }

    pub(super) async fn get(&self, path: &str) -> Reply {
        self.send("GET", path, None).await
    }

    /// Asks for users or units by a filter in a body, with more of the question beside it.
    pub(super) async fn search(&self, path: &str, filter: &str, more: Value) -> Reply {
        let mut body = json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:SearchRequest"], "filter": filter});
        for (name, value) in more.as_object().into_iter().flatten() {
            body[name] = value.clone();
        }
        self.send("POST", &format!("{path}/.search"), Some(&body)).await
    }

    /// Makes a user and gives their id.
    pub(crate) async fn made(&self, user: &Value) -> String {
        let reply = self.send("POST", "/Users", Some(user)).await;
        assert_eq!(reply.status, 201, "{}", reply.body);
        reply.text("id")
    }

    pub(super) async fn patch(&self, id: &str, operations: &Value) -> Reply {
        let message = json!({"schemas": [PATCH], "Operations": operations});
        self.send("PATCH", &format!("/Users/{id}"), Some(&message)).await
    }
}

/// The ids of a list, in its order.
pub(super) fn ids(reply: &Reply) -> Vec<String> {
    let all = reply.body["Resources"].as_array().cloned().unwrap_or_default();
    all.iter().map(|one| one["id"].as_str().unwrap_or_default().to_owned()).collect()
}

/// Status and `scimType` of a refusal.
pub(super) fn why(reply: &Reply) -> (u16, &str) {
    assert_eq!(reply.headers.get("content-type").and_then(|value| value.to_str().ok()), Some("application/scim+json"));
    assert_eq!(reply.body["status"], reply.status.to_string(), "{}", reply.body);
    (reply.status, reply.body["scimType"].as_str().unwrap_or_default())
}

/// The posts that an answer shows: unit, position, roles.
pub(super) fn posts(reply: &Reply) -> Vec<(String, String)> {
    let posts = reply.body[OFFICIAL]["posts"].as_array().cloned().unwrap_or_default();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    posts.iter().map(|post| (text(&post["unit"]["code"]), text(&post["roles"][0]))).collect()
}
