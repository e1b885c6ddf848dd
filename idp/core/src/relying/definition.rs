//! What a party is: the definition that `idp apply` and, later, the registration pages hand in.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    purpose::Purpose,
    uri::{RedirectUri, UriPolicy},
};
use crate::{
    crypto::{jwk, jws::Alg},
    types::{Aal, Day, Locale, Timestamp},
};

/// How a party keeps secrets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// On a server of its own.
    #[default]
    Confidential,
    /// In a browser: it has no secret.
    Public,
    /// An installed program (RFC 8252): it has no secret, and its loopback port may vary.
    Native,
}

/// `token_endpoint_auth_method` of OpenID Connect Registration, as far as it is offered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AuthMethod {
    /// A public party.
    None,
    /// HTTP Basic (RFC 6749 section 2.3.1).
    #[default]
    ClientSecretBasic,
    /// In the form.
    ClientSecretPost,
    /// An assertion signed with a registered key (RFC 7523).
    PrivateKeyJwt,
}

impl AuthMethod {
    /// The registered word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::ClientSecretBasic => "client_secret_basic",
            Self::ClientSecretPost => "client_secret_post",
            Self::PrivateKeyJwt => "private_key_jwt",
        }
    }
}

/// A grant type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GrantType {
    /// RFC 6749 section 4.1.
    AuthorizationCode,
    /// RFC 6749 section 6.
    RefreshToken,
    /// RFC 6749 section 4.4.
    ClientCredentials,
}

/// A scope that this server knows (`docs/contract.md` section 3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// Makes it an OpenID Connect request.
    Openid,
    /// Name, birth date, language.
    Profile,
    /// Personal number and levels.
    Identity,
    /// The post in which an official acts.
    Officials,
    /// Refresh tokens outlive the session.
    OfflineAccess,
    /// The admin API, for a party in its own name. No person gives it and no token of a person carries it.
    Admin,
}

impl Scope {
    /// All, in the order in which they are shown.
    pub const ALL: [Self; 6] =
        [Self::Openid, Self::Profile, Self::Identity, Self::Officials, Self::OfflineAccess, Self::Admin];

    /// The word in requests and tokens.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Openid => "openid",
            Self::Profile => "profile",
            Self::Identity => "identity",
            Self::Officials => "officials",
            Self::OfflineAccess => "offline_access",
            Self::Admin => "admin",
        }
    }

    /// Whether a person is asked for it. What is not, is for parties in their own name.
    pub const fn is_about_a_person(self) -> bool {
        !matches!(self, Self::Admin)
    }

    /// Reads one word; `None` for a scope that nobody here knows.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scope| scope.word() == word)
    }

    /// The words of several, joined by spaces in a fixed order.
    pub fn join(scopes: &[Self]) -> String {
        let words: Vec<_> = Self::ALL.iter().filter(|scope| scopes.contains(scope)).map(|scope| scope.word()).collect();
        words.join(" ")
    }
}

/// Claims beside ours, in the words of systems that were built before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClaimProfile {
    /// Those that one-stop software of provinces reads from its own tokens (`docs/contract.md` section 3).
    OneStop,
}

/// OpenID Connect Core section 8.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SubjectType {
    /// One `sub` for all parties.
    #[default]
    Public,
    /// One `sub` per sector.
    Pairwise,
}

/// Whether the person is asked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Consent {
    /// A legal basis of its own stands behind the release: the person is told, not asked.
    Implied,
    /// The person is asked.
    #[default]
    Explicit,
}

/// A rule from which a party may be excepted, for a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rule {
    /// PKCE is required; a confidential party that cannot send it relies on `nonce` instead (RFC 9700 section 2.1.1).
    Pkce,
    /// The audience of an assertion is the issuer; old libraries send the token endpoint.
    AssertionAudience,
}

/// A dated exception.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Exception {
    /// From which rule.
    pub rule: Rule,
    /// The last day, `YYYY-MM-DD`.
    pub until: String,
    /// Why, for the auditor.
    pub reason: String,
}

/// The name in both languages.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Names {
    /// Vietnamese.
    pub vi: String,
    /// English.
    pub en: String,
}

impl Names {
    /// The name in one language.
    pub fn get(&self, locale: Locale) -> &str {
        match locale {
            Locale::Vi => &self.vi,
            Locale::En => &self.en,
        }
    }
}

/// What a party is. Fields bear the names of OpenID Connect Registration where it has one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(
    missing_docs,
    reason = "the fields are those of OpenID Connect Registration and of docs/contract.md section 8"
)]
pub struct Definition {
    pub name: Names,
    #[serde(default)]
    pub kind: Kind,
    #[serde(default)]
    pub redirect_uris: Vec<String>,
    #[serde(default)]
    pub post_logout_redirect_uris: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub backchannel_logout_uri: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub events_uri: Option<String>,
    #[serde(default)]
    pub scopes: Vec<Scope>,
    #[serde(default)]
    pub grant_types: Vec<GrantType>,
    #[serde(default)]
    pub token_endpoint_auth_method: AuthMethod,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub jwks: Option<Value>,
    #[serde(default = "rs256")]
    pub id_token_signed_response_alg: Alg,
    #[serde(default = "es256")]
    pub access_token_signed_response_alg: Alg,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub userinfo_signed_response_alg: Option<Alg>,
    #[serde(default)]
    pub subject_type: SubjectType,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sector_identifier: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub audience: Option<String>,
    #[serde(default)]
    pub resources: Vec<String>,
    #[serde(default)]
    pub consent: Consent,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub required_acr: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub required_max_age: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub claim_profile: Option<ClaimProfile>,
    #[serde(default)]
    pub exceptions: Vec<Exception>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub purposes: Vec<Purpose>,
}

const fn rs256() -> Alg {
    Alg::Rs256
}
const fn es256() -> Alg {
    Alg::Es256
}

/// One thing wrong with a definition: the field, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The field, as in the file.
    pub field: &'static str,
    /// What is wrong with it.
    pub why: String,
}

/// A definition that is not registered: everything wrong with it at once.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the definition of the party has {} problem(s)", .0.len())]
pub struct DefinitionError(pub Vec<Problem>);

impl Definition {
    /// Checks a whole definition. `with_secret` says whether a client secret comes with it or is stored already.
    pub fn check(&self, client_id: &str, with_secret: bool, policy: UriPolicy) -> Result<(), DefinitionError> {
        let mut problems = Vec::new();
        let mut wrong = |field: &'static str, why: &str| {
            problems.push(Problem { field, why: why.to_owned() });
        };
        // RFC 6749 appendix A.1 allows more; blanks, quotes and controls have broken logs and headers.
        if client_id.is_empty()
            || client_id.len() > 64
            || !client_id.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._".contains(&b))
        {
            wrong("client_id", "1 to 64 letters, digits, '-', '.', '_'");
        }
        for (field, name) in [("name.vi", &self.name.vi), ("name.en", &self.name.en)] {
            if name.trim().is_empty() || name.chars().count() > 120 || name.chars().any(char::is_control) {
                wrong(field, "1 to 120 characters");
            }
        }
        self.check_authentication(with_secret, &mut wrong);
        self.check_grants(&mut wrong);
        self.check_addresses(policy, &mut wrong);
        self.check_levels(&mut wrong);
        self.check_exceptions(&mut wrong);
        self.check_purposes(&mut wrong);
        if problems.is_empty() { Ok(()) } else { Err(DefinitionError(problems)) }
    }

    fn check_authentication(&self, with_secret: bool, wrong: &mut impl FnMut(&'static str, &str)) {
        let method = self.token_endpoint_auth_method;
        match (self.kind, method) {
            (Kind::Confidential, AuthMethod::None) => {
                wrong("token_endpoint_auth_method", "a confidential party must authenticate itself");
            }
            (Kind::Public | Kind::Native, method) if method != AuthMethod::None => {
                wrong("token_endpoint_auth_method", "a public or native party cannot keep a secret: none");
            }
            _ => {}
        }
        let wants_secret = matches!(method, AuthMethod::ClientSecretBasic | AuthMethod::ClientSecretPost);
        if wants_secret && self.kind == Kind::Confidential && !with_secret {
            wrong("client_secret", "this method of authentication needs a secret");
        }
        match (&self.jwks, method) {
            (None, AuthMethod::PrivateKeyJwt) => wrong("jwks", "private_key_jwt needs a key set"),
            (Some(set), AuthMethod::PrivateKeyJwt) => match jwk::parse_set(set) {
                Ok(keys) if keys.is_empty() => wrong("jwks", "the set is empty"),
                Ok(_) => {}
                Err(error) => wrong("jwks", &error.to_string()),
            },
            _ => {}
        }
    }

    fn check_grants(&self, wrong: &mut impl FnMut(&'static str, &str)) {
        let has = |grant| self.grant_types.contains(&grant);
        if self.grant_types.is_empty() {
            wrong("grant_types", "at least one");
        }
        if has(GrantType::RefreshToken) && !has(GrantType::AuthorizationCode) {
            wrong("grant_types", "refresh_token comes with authorization_code");
        }
        if has(GrantType::ClientCredentials) && self.kind != Kind::Confidential {
            wrong("grant_types", "client_credentials is for confidential parties");
        }
        if has(GrantType::AuthorizationCode) && self.redirect_uris.is_empty() {
            wrong("redirect_uris", "authorization_code needs at least one");
        }
        if self.scopes.contains(&Scope::OfflineAccess) && !has(GrantType::RefreshToken) {
            wrong("scopes", "offline_access needs the grant type refresh_token");
        }
        if self.scopes.contains(&Scope::Admin) && !has(GrantType::ClientCredentials) {
            wrong("scopes", "admin needs the grant type client_credentials");
        }
        for resource in self.resources.iter().chain(&self.audience) {
            if !is_resource(resource) {
                wrong("resources", "each is an absolute URI without fragment, at most 256 bytes (RFC 8707 section 2)");
            }
        }
    }

    fn check_addresses(&self, policy: UriPolicy, wrong: &mut impl FnMut(&'static str, &str)) {
        let lists = [
            ("redirect_uris", &self.redirect_uris[..]),
            ("post_logout_redirect_uris", &self.post_logout_redirect_uris[..]),
        ];
        for (field, list) in lists {
            if list.len() > 32 {
                wrong(field, "at most 32");
            }
            for uri in list {
                if let Err(error) = RedirectUri::parse(uri, self.kind, policy) {
                    wrong(field, &format!("{uri}: {error}"));
                }
            }
        }
        let told = [("backchannel_logout_uri", &self.backchannel_logout_uri), ("events_uri", &self.events_uri)];
        for (field, uri) in told {
            if let Some(uri) = uri
                && let Err(error) = RedirectUri::parse(uri, Kind::Confidential, policy)
            {
                wrong(field, &format!("{uri}: {error}"));
            }
        }
        if self.subject_type == SubjectType::Pairwise && self.sector().is_none() {
            wrong("sector_identifier", "pairwise needs it where the redirect URIs have several hosts or none");
        }
    }

    fn check_levels(&self, wrong: &mut impl FnMut(&'static str, &str)) {
        if self.required_acr.is_some() && self.least().is_none() {
            wrong("required_acr", "a level of ours: urn:idp:aal1, urn:idp:aal2 or urn:idp:aal3");
        }
        if self.required_max_age.is_some_and(|seconds| seconds < 60) {
            wrong("required_max_age", "60 seconds at least: a token must live long enough to be used once");
        }
    }

    /// The level below which the party serves nobody.
    pub fn least(&self) -> Option<Aal> {
        Aal::from_acr(self.required_acr.as_deref()?)
    }

    fn check_exceptions(&self, wrong: &mut impl FnMut(&'static str, &str)) {
        for exception in &self.exceptions {
            if exception.last_day().is_none() {
                wrong("exceptions", "until is a date, YYYY-MM-DD");
            }
            if exception.reason.trim().is_empty() {
                wrong("exceptions", "an exception needs a reason");
            }
            if exception.rule == Rule::Pkce && self.kind != Kind::Confidential {
                wrong("exceptions", "only a confidential party can do without PKCE");
            }
        }
    }

    /// The sector of its subjects: `public`, the registered identifier, or the one host of its redirect URIs
    /// (OpenID Connect Core section 8.1). `None` where pairwise subjects have no clear sector.
    pub fn sector(&self) -> Option<String> {
        if self.subject_type == SubjectType::Public {
            return Some("public".into());
        }
        if let Some(sector) = &self.sector_identifier {
            let fits = !sector.is_empty() && sector.len() <= 128 && sector != "public" && sector.is_ascii();
            return fits.then(|| sector.clone());
        }
        let mut hosts = self.redirect_uris.iter().map(|uri| url::Url::parse(uri).ok()?.host_str().map(str::to_owned));
        let first = hosts.next()??;
        hosts.all(|host| host.as_ref() == Some(&first)).then_some(first)
    }

    /// Whether an exception from `rule` is in force.
    pub fn is_excepted(&self, rule: Rule, now: Timestamp) -> bool {
        self.exceptions
            .iter()
            .any(|exception| exception.rule == rule && exception.last_day().is_some_and(|last| now.day() <= last))
    }
}

impl Exception {
    fn last_day(&self) -> Option<Day> {
        let mut parts = self.until.split('-');
        let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
        let whole = parts.next().is_none() && self.until.len() == 10;
        whole.then(|| Day::from_ymd(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?)).flatten()
    }
}

fn is_resource(text: &str) -> bool {
    text.len() <= 256 && !text.contains('#') && url::Url::parse(text).is_ok_and(|url| url.as_str().is_ascii())
}

#[cfg(test)]
mod tests {
    use super::{Definition, UriPolicy};
    use crate::types::Timestamp;
    use serde_json::{Value, json};

    const LOOPBACK: UriPolicy = UriPolicy { loopback_issuer: true };

    fn problems(change: impl FnOnce(&mut Value), with_secret: bool) -> Vec<&'static str> {
        let mut value = json!({
            "name": { "vi": "Cổng", "en": "Portal" },
            "redirect_uris": ["https://rp.example/cb"],
            "scopes": ["openid"],
            "grant_types": ["authorization_code"],
        });
        change(&mut value);
        let definition: Definition = serde_json::from_value(value).expect("of the right shape");
        let checked = definition.check("portal-1", with_secret, LOOPBACK);
        checked.err().map(|error| error.0.into_iter().map(|problem| problem.field).collect()).unwrap_or_default()
    }

    #[test]
    fn each_contradiction_is_named_by_its_field() {
        let nothing: [&str; 0] = [];
        assert_eq!(problems(|_| {}, true), nothing);
        assert_eq!(problems(|_| {}, false), ["client_secret"]);
        assert_eq!(problems(|d| d["kind"] = json!("public"), true), ["token_endpoint_auth_method"]);
        assert_eq!(problems(|d| d["token_endpoint_auth_method"] = json!("none"), true), ["token_endpoint_auth_method"]);
        assert_eq!(problems(|d| d["token_endpoint_auth_method"] = json!("private_key_jwt"), false), ["jwks"]);
        assert_eq!(problems(|d| d["grant_types"] = json!([]), true), ["grant_types"]);
        assert_eq!(problems(|d| d["scopes"] = json!(["openid", "offline_access"]), true), ["scopes"]);
        assert_eq!(problems(|d| d["redirect_uris"] = json!(["http://rp.example/cb"]), true), ["redirect_uris"]);
        assert_eq!(problems(|d| d["required_acr"] = json!("urn:idp:aal2"), true), nothing);
        assert_eq!(problems(|d| d["required_acr"] = json!("high"), true), ["required_acr"]);
        assert_eq!(problems(|d| d["required_max_age"] = json!(59), true), ["required_max_age"]);
        assert_eq!(problems(|d| d["resources"] = json!(["not a uri"]), true), ["resources"]);
        let two_hosts = json!(["https://a.example/cb", "https://b.example/cb"]);
        let pairwise = |d: &mut Value| {
            d["subject_type"] = json!("pairwise");
            d["redirect_uris"] = two_hosts;
        };
        assert_eq!(problems(pairwise, true), ["sector_identifier"]);
        let endless = json!([{ "rule": "pkce", "until": "never", "reason": "" }]);
        assert_eq!(problems(|d| d["exceptions"] = endless, true), ["exceptions", "exceptions"]);
    }

    #[test]
    fn an_exception_ends_with_its_day_in_viet_nam() {
        let exception: super::Exception =
            serde_json::from_value(json!({ "rule": "pkce", "until": "2026-12-31", "reason": "old software" }))
                .expect("good");
        let last = exception.last_day().expect("a date");
        let end = super::Day::from_ymd(2027, 1, 1).expect("a date").start();
        assert!(Timestamp::from_millis(end.millis() - 1).day() <= last);
        assert!(end.day() > last);
    }
}
