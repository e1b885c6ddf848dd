//! The shapes of a file of desired state, from which its JSON Schema is made. Doc comments become the schema's descriptions.

use std::path::PathBuf;

use idp_core::{
    crypto::jws::Alg,
    org::{UnitKind, UnitName},
    relying::{
        AuthMethod, ClaimProfile, Consent, Definition, Exception, GrantType, Kind, Names, Purpose, Scope, SubjectType,
    },
    types::{Day, Secret},
};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema, schema_for};
use serde::{Deserialize, Deserializer};
use serde_json::Value;

/// Desired state of an identity provider. What is named is made or changed to match; what is not named is left alone. Within an entry an
/// absent key means its default, except for secrets and passwords: absent, they are kept.
#[derive(JsonSchema)]
#[schemars(title = "idp apply", deny_unknown_fields)]
#[expect(dead_code, reason = "only its schema is used: entries are read one by one, so that all problems are found")]
struct File {
    /// Relying parties.
    #[serde(default)]
    party: Vec<PartyEntry>,
    /// People with credentials, for test systems.
    #[serde(default)]
    person: Vec<PersonEntry>,
    /// Units, made where they are missing; parents first.
    #[serde(default)]
    unit: Vec<UnitEntry>,
    /// Whether the starter set of positions and roles is added where it is missing.
    #[serde(default)]
    starter_roles: bool,
    /// Posts of officials.
    #[serde(default)]
    official: Vec<super::official::OfficialEntry>,
}

/// The JSON Schema of the file.
pub(super) fn schema() -> Value {
    schema_for!(File).into()
}

/// A relying party.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PartyEntry {
    /// What it calls itself in requests: 1 to 64 letters, digits, `-`, `.`, `_`.
    pub(super) client_id: String,
    /// `disabled`: it is answered as if it did not exist, and its tokens are dead.
    #[serde(default)]
    pub(super) state: PartyWord,
    /// Its secret; only a digest is kept. Absent: the stored one stays.
    #[serde(default, deserialize_with = "secret")]
    #[schemars(with = "Option<String>")]
    pub(super) client_secret: Option<Secret<String>>,
    /// A file that holds the secret instead.
    #[serde(default)]
    pub(super) client_secret_file: Option<PathBuf>,
    /// Its name in both languages.
    #[schemars(schema_with = "names")]
    pub(super) name: Names,
    /// Where it runs.
    #[serde(default)]
    #[schemars(schema_with = "kinds")]
    pub(super) kind: Kind,
    /// Where codes may be sent; compared as exact text.
    #[serde(default)]
    pub(super) redirect_uris: Vec<String>,
    /// Where people may be sent after signing out.
    #[serde(default)]
    pub(super) post_logout_redirect_uris: Vec<String>,
    /// Where logout tokens are sent.
    #[serde(default)]
    pub(super) backchannel_logout_uri: Option<String>,
    /// Where changes of officials' rights are told (RFC 8935).
    #[serde(default)]
    pub(super) events_uri: Option<String>,
    /// What it may ask for.
    #[serde(default)]
    #[schemars(schema_with = "scopes")]
    pub(super) scopes: Vec<Scope>,
    /// How it may get tokens.
    #[serde(default)]
    #[schemars(schema_with = "grant_types")]
    pub(super) grant_types: Vec<GrantType>,
    /// How it proves itself.
    #[serde(default)]
    #[schemars(schema_with = "auth_methods")]
    pub(super) token_endpoint_auth_method: AuthMethod,
    /// Its public keys (RFC 7517), for `private_key_jwt`.
    #[serde(default)]
    pub(super) jwks: Option<Value>,
    /// Signature of ID tokens.
    #[serde(default = "rs256")]
    #[schemars(schema_with = "algs")]
    pub(super) id_token_signed_response_alg: Alg,
    /// Signature of access tokens.
    #[serde(default = "es256")]
    #[schemars(schema_with = "algs")]
    pub(super) access_token_signed_response_alg: Alg,
    /// Signature of userinfo. Absent: plain JSON.
    #[serde(default)]
    #[schemars(schema_with = "algs")]
    pub(super) userinfo_signed_response_alg: Option<Alg>,
    /// Whether all parties see the same `sub`.
    #[serde(default)]
    #[schemars(schema_with = "subject_types")]
    pub(super) subject_type: SubjectType,
    /// The sector of pairwise subjects. Absent: the one host of the redirect URIs.
    #[serde(default)]
    pub(super) sector_identifier: Option<String>,
    /// The audience of access tokens where no `resource` is named. Absent: the issuer.
    #[serde(default)]
    pub(super) audience: Option<String>,
    /// What `resource` may name (RFC 8707).
    #[serde(default)]
    pub(super) resources: Vec<String>,
    /// Whether the person is asked.
    #[serde(default)]
    #[schemars(schema_with = "consents")]
    pub(super) consent: Consent,
    /// The `acr` below which it serves nobody: enforced at sign-in and at userinfo (RFC 9470).
    #[serde(default)]
    pub(super) required_acr: Option<String>,
    /// Seconds since the last proof, at most: enforced like `required_acr`.
    #[serde(default)]
    pub(super) required_max_age: Option<u32>,
    /// Claims beside ours, in the words of systems that were built before; with the scope `officials`.
    #[serde(default)]
    #[schemars(schema_with = "claim_profiles")]
    pub(super) claim_profile: Option<ClaimProfile>,
    /// Dated exceptions from rules.
    #[serde(default)]
    #[schemars(schema_with = "exceptions")]
    pub(super) exceptions: Vec<Exception>,
    /// What it wants data for: shown to people, asked where the basis is consent. Absent: one purpose made from its name.
    #[serde(default)]
    #[schemars(schema_with = "purposes")]
    pub(super) purposes: Vec<Purpose>,
}

/// Whether a party is served.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(super) enum PartyWord {
    /// Yes.
    #[default]
    Active,
    /// No.
    Disabled,
}

/// A person with an account, for test systems.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PersonEntry {
    /// The sign-in name, in lower case.
    pub(super) login: String,
    /// The whole name, family name first.
    pub(super) name: String,
    /// `YYYY-MM-DD`, or `YYYY` where only the year is known.
    #[serde(default)]
    pub(super) birthdate: Option<String>,
    /// Twelve digits.
    #[serde(default)]
    pub(super) personal_number: Option<String>,
    /// Anything but `active` ends the person's sessions.
    #[serde(default)]
    pub(super) state: PersonWord,
    /// Absent: the stored one stays. A changed one ends the person's sessions.
    #[serde(default, deserialize_with = "secret")]
    #[schemars(with = "Option<String>")]
    pub(super) password: Option<Secret<String>>,
    /// A file that holds the password instead.
    #[serde(default)]
    pub(super) password_file: Option<PathBuf>,
    /// The hash of the password as another system kept it, instead of the password: bcrypt (`$2b$…`), PBKDF2 (`$pbkdf2-sha256$…`,
    /// `pbkdf2_sha256$…`, the same with 512 and with SHA-1; the base64 texts of Liferay and of ASP.NET Identity 2 and 3), scrypt
    /// (`$scrypt$ln=…,r=…,p=…$…`) or `{SSHA}…`, `{SSHA256}…`, `{SSHA512}…`. It is wrapped at once and replaced when the person first signs
    /// in; one that does not meet the rule for new passwords is changed then. Taken only while the account has no password.
    #[serde(default, deserialize_with = "secret")]
    #[schemars(with = "Option<String>")]
    pub(super) password_hash: Option<Secret<String>>,
    /// Values of `sub` that systems know already.
    #[serde(default)]
    pub(super) subjects: Vec<SubjectEntry>,
}

/// Where a person and their account stand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(super) enum PersonWord {
    /// As usual.
    #[default]
    Active,
    /// Closed for now.
    Locked,
    /// Closed for good.
    Disabled,
    /// The person has died.
    Deceased,
}

/// A unit. One that has this code on that day is left as it is: units change by decision, `idp units change`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct UnitEntry {
    /// `SCHEME:CODE`, such as `agency-2020:H15.21` or `internal:one-stop`.
    pub(super) code: String,
    /// Further codes of other schemes.
    #[serde(default)]
    pub(super) codes: Vec<String>,
    /// Its name; `en` may be absent.
    #[schemars(schema_with = "unit_name")]
    pub(super) name: UnitName,
    /// Its sort, for good.
    #[schemars(schema_with = "unit_kinds")]
    pub(super) kind: UnitKind,
    /// A level in force, such as `province` or `commune`.
    pub(super) level: String,
    /// What it is by name: `so`, `phong`, `trung-tam` and so on.
    pub(super) form: String,
    /// The unit above it, as `SCHEME:CODE`.
    pub(super) parent: String,
    /// Since which day it exists. Absent: today.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    pub(super) since: Option<Day>,
    /// The number of the decision that made it.
    #[serde(default)]
    pub(super) decision: Option<String>,
    /// Who signed the decision.
    #[serde(default)]
    pub(super) signer: Option<String>,
}

/// By which value a sector knows a person.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SubjectEntry {
    /// `public`, or the sector identifier of a party with pairwise subjects.
    pub(super) sector: String,
    /// 1 to 255 ASCII characters (OpenID Connect Core section 2).
    pub(super) sub: String,
}

impl PartyEntry {
    /// What the register keeps.
    pub(super) fn definition(&self) -> Definition {
        Definition {
            name: self.name.clone(),
            kind: self.kind,
            redirect_uris: self.redirect_uris.clone(),
            post_logout_redirect_uris: self.post_logout_redirect_uris.clone(),
            backchannel_logout_uri: self.backchannel_logout_uri.clone(),
            events_uri: self.events_uri.clone(),
            scopes: self.scopes.clone(),
            grant_types: self.grant_types.clone(),
            token_endpoint_auth_method: self.token_endpoint_auth_method,
            jwks: self.jwks.clone(),
            id_token_signed_response_alg: self.id_token_signed_response_alg,
            access_token_signed_response_alg: self.access_token_signed_response_alg,
            userinfo_signed_response_alg: self.userinfo_signed_response_alg,
            subject_type: self.subject_type,
            sector_identifier: self.sector_identifier.clone(),
            audience: self.audience.clone(),
            resources: self.resources.clone(),
            consent: self.consent,
            required_acr: self.required_acr.clone(),
            required_max_age: self.required_max_age,
            claim_profile: self.claim_profile,
            exceptions: self.exceptions.clone(),
            purposes: self.purposes.clone(),
        }
    }
}

const fn rs256() -> Alg {
    Alg::Rs256
}

const fn es256() -> Alg {
    Alg::Es256
}

fn secret<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Secret<String>>, D::Error> {
    Ok(Option::<String>::deserialize(deserializer)?.map(Secret::new))
}

/// The words of the register's own types. A test reads each word back, so they cannot drift.
mod words {
    pub(super) const KINDS: &[&str] = &["confidential", "public", "native"];
    pub(super) const SCOPES: &[&str] = &["openid", "profile", "identity", "officials", "offline_access", "admin"];
    pub(super) const GRANT_TYPES: &[&str] = &["authorization_code", "refresh_token", "client_credentials"];
    pub(super) const AUTH_METHODS: &[&str] = &["none", "client_secret_basic", "client_secret_post", "private_key_jwt"];
    pub(super) const ALGS: &[&str] = &["RS256", "ES256", "PS256", "EdDSA"];
    pub(super) const SUBJECT_TYPES: &[&str] = &["public", "pairwise"];
    pub(super) const CONSENTS: &[&str] = &["implied", "explicit"];
    pub(super) const CLAIM_PROFILES: &[&str] = &["one_stop"];
    pub(super) const BASES: &[&str] = &["consent", "law", "public_task", "contract"];
    pub(super) const RULES: &[&str] = &["pkce", "assertion_audience"];
}

fn one_of(words: &[&str], default: Option<&str>) -> Schema {
    let mut schema = json_schema!({"type": "string", "enum": words});
    if let Some(default) = default {
        schema.insert("default".to_owned(), default.into());
    }
    schema
}

fn some_of(words: &[&str]) -> Schema {
    json_schema!({"type": "array", "items": {"type": "string", "enum": words}, "default": []})
}

fn kinds(_: &mut SchemaGenerator) -> Schema {
    one_of(words::KINDS, Some("confidential"))
}
fn scopes(_: &mut SchemaGenerator) -> Schema {
    some_of(words::SCOPES)
}
fn grant_types(_: &mut SchemaGenerator) -> Schema {
    some_of(words::GRANT_TYPES)
}
fn auth_methods(_: &mut SchemaGenerator) -> Schema {
    one_of(words::AUTH_METHODS, Some("client_secret_basic"))
}
fn algs(_: &mut SchemaGenerator) -> Schema {
    one_of(words::ALGS, None)
}
fn subject_types(_: &mut SchemaGenerator) -> Schema {
    one_of(words::SUBJECT_TYPES, Some("public"))
}
fn consents(_: &mut SchemaGenerator) -> Schema {
    one_of(words::CONSENTS, Some("explicit"))
}
fn claim_profiles(_: &mut SchemaGenerator) -> Schema {
    one_of(words::CLAIM_PROFILES, None)
}
fn names(_: &mut SchemaGenerator) -> Schema {
    json_schema!({
        "type": "object",
        "properties": {"vi": {"type": "string"}, "en": {"type": "string"}},
        "required": ["vi", "en"],
        "additionalProperties": false,
    })
}
fn purposes(generator: &mut SchemaGenerator) -> Schema {
    let both = names(generator);
    json_schema!({
        "type": "array",
        "items": {
            "type": "object",
            "properties": {
                "id": {"type": "string", "pattern": "^[a-z0-9-]{1,32}$"},
                "version": {"type": "integer", "minimum": 1, "default": 1, "description": "Raised whenever the meaning changes: everybody is asked anew."},
                "text": both,
                "legal_basis": {"type": "string", "enum": words::BASES, "default": "consent"},
                "controller": both,
                "retention_days": {"type": "integer", "minimum": 1, "maximum": 36_500, "description": "Absent: until it is withdrawn."},
                "scopes": {"type": "array", "items": {"type": "string", "enum": words::SCOPES}},
                "optional": {"type": "boolean", "default": false, "description": "Whether the person may leave it out and still go on."},
            },
            "required": ["id", "text", "scopes"],
            "additionalProperties": false,
        },
        "default": [],
    })
}
fn unit_kinds(_: &mut SchemaGenerator) -> Schema {
    one_of(&UnitKind::ALL.map(UnitKind::word), None)
}
fn unit_name(_: &mut SchemaGenerator) -> Schema {
    json_schema!({
        "type": "object",
        "properties": {"vi": {"type": "string"}, "en": {"type": "string"}},
        "required": ["vi"],
        "additionalProperties": false,
    })
}
fn exceptions(_: &mut SchemaGenerator) -> Schema {
    json_schema!({
        "type": "array",
        "items": {
            "type": "object",
            "properties": {
                "rule": {"type": "string", "enum": words::RULES},
                "until": {"type": "string", "format": "date"},
                "reason": {"type": "string"},
            },
            "required": ["rule", "until", "reason"],
            "additionalProperties": false,
        },
        "default": [],
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use idp_core::relying::{LegalBasis, Rule};
    use serde::de::DeserializeOwned;

    fn are_read<T: DeserializeOwned>(words: &[&str]) {
        for word in words {
            assert!(serde_json::from_value::<T>((*word).into()).is_ok(), "{word}");
        }
    }

    #[test]
    fn every_word_of_the_schema_is_read() {
        are_read::<Kind>(words::KINDS);
        are_read::<Scope>(words::SCOPES);
        are_read::<GrantType>(words::GRANT_TYPES);
        are_read::<AuthMethod>(words::AUTH_METHODS);
        are_read::<Alg>(words::ALGS);
        are_read::<SubjectType>(words::SUBJECT_TYPES);
        are_read::<ClaimProfile>(words::CLAIM_PROFILES);
        are_read::<Consent>(words::CONSENTS);
        are_read::<Rule>(words::RULES);
        are_read::<LegalBasis>(words::BASES);
        assert_eq!(words::BASES.len(), LegalBasis::ALL.len());
        assert_eq!(words::SCOPES.len(), Scope::ALL.len());
        assert_eq!(words::ALGS.len(), Alg::ALL.len());
    }

    #[test]
    fn the_schema_knows_every_list_and_requires_little() {
        let schema = schema();
        let of = |pointer: &str| schema.pointer(pointer).cloned().unwrap_or_default();
        assert_eq!(of("/additionalProperties"), false);
        assert_eq!(of("/$defs/PartyEntry/required"), serde_json::json!(["client_id", "name"]));
        assert_eq!(
            of("/$defs/UnitEntry/required"),
            serde_json::json!(["code", "name", "kind", "level", "form", "parent"])
        );
        assert_eq!(of("/$defs/PersonEntry/required"), serde_json::json!(["login", "name"]));
        assert_eq!(of("/$defs/PartyEntry/properties/kind/enum"), serde_json::json!(words::KINDS));
    }
}
