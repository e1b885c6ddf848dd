//! What a party wants data for, on which legal basis, and for how long: what the person is told and, where the law asks for it, asked.

use std::{borrow::Cow, collections::BTreeSet};

use serde::{Deserialize, Serialize};

use super::definition::{Consent, Definition, Names, Scope};
use crate::{text, types::Locale};

/// Why a release is lawful (Law 91/2025/QH15 on personal data). Only the first is asked for; the others are told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LegalBasis {
    /// The person agrees, and may take it back.
    #[default]
    Consent,
    /// A law orders it.
    Law,
    /// A state agency does what a law makes its task.
    PublicTask,
    /// An agreement with the person cannot be kept without it.
    Contract,
}

impl LegalBasis {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Consent, Self::Law, Self::PublicTask, Self::Contract];

    /// The registered word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Consent => "consent",
            Self::Law => "law",
            Self::PublicTask => "public_task",
            Self::Contract => "contract",
        }
    }

    /// The key of its sentence.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Consent => "basis-consent",
            Self::Law => "basis-law",
            Self::PublicTask => "basis-public-task",
            Self::Contract => "basis-contract",
        }
    }
}

/// One purpose of a party. Who changes what it means raises `version`: everybody is asked anew.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Purpose {
    /// Its name among the party's purposes: 1 to 32 small letters, digits, `-`.
    pub id: String,
    /// Raised whenever the meaning changes.
    #[serde(default = "first")]
    pub version: u32,
    /// What for, in both languages.
    pub text: Names,
    /// Why it is lawful.
    #[serde(default)]
    pub legal_basis: LegalBasis,
    /// Who answers for the data; absent: the party under its own name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub controller: Option<Names>,
    /// Days for which the party keeps the data, and after which consent lapses; absent: until it is withdrawn.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retention_days: Option<u32>,
    /// The data that it needs.
    pub scopes: Vec<Scope>,
    /// Whether the person may leave it out and still go on.
    #[serde(default)]
    pub optional: bool,
}

const fn first() -> u32 {
    1
}

/// The one purpose of a party that registered none. What was agreed to before purposes existed is kept under this name.
const DEFAULT: &str = "default";

impl Purpose {
    /// Whether the person is asked about it.
    pub fn asks(&self) -> bool {
        self.legal_basis == LegalBasis::Consent
    }

    /// Those of `scopes` that it needs. A purpose that names no data needs only the sign-in itself.
    pub fn needs(&self, scopes: &[Scope]) -> Vec<Scope> {
        scopes.iter().copied().filter(|scope| self.scopes.contains(scope)).collect()
    }
}

impl Definition {
    /// The purposes that a request for these scopes serves, in the order of registration. Never empty where something is asked.
    pub fn purposes_for(&self, scopes: &[Scope]) -> Vec<Purpose> {
        if scopes.is_empty() {
            return Vec::new();
        }
        let serves = |purpose: &&Purpose| purpose.scopes.iter().any(|s| *s != Scope::Openid && scopes.contains(s));
        let registered: Vec<Purpose> = self.purposes.iter().filter(serves).cloned().collect();
        if registered.is_empty() { vec![self.default_purpose()] } else { registered }
    }

    /// What an unnamed purpose honestly is: signing in to this service and using it.
    fn default_purpose(&self) -> Purpose {
        let say = |locale| text::say_with(locale, "purpose-default", &[("rp", self.name.get(locale))]);
        Purpose {
            id: DEFAULT.to_owned(),
            version: first(),
            text: Names { vi: say(Locale::Vi), en: say(Locale::En) },
            legal_basis: match self.consent {
                Consent::Explicit => LegalBasis::Consent,
                Consent::Implied => LegalBasis::PublicTask,
            },
            controller: None,
            retention_days: None,
            scopes: Scope::ALL.into_iter().filter(|scope| scope.is_about_a_person()).collect(),
            optional: false,
        }
    }

    /// Who answers for the data of a purpose.
    pub fn controller_of<'a>(&'a self, purpose: &'a Purpose) -> Cow<'a, Names> {
        Cow::Borrowed(purpose.controller.as_ref().unwrap_or(&self.name))
    }

    pub(super) fn check_purposes(&self, wrong: &mut impl FnMut(&'static str, &str)) {
        let purposes = &self.purposes;
        if purposes.is_empty() {
            return;
        }
        if purposes.len() > 16 {
            wrong("purposes", "at most 16");
        }
        let ids: BTreeSet<&str> = purposes.iter().map(|purpose| purpose.id.as_str()).collect();
        if ids.len() != purposes.len() {
            wrong("purposes", "each id stands once");
        }
        for purpose in purposes {
            self.check_purpose(purpose, wrong);
        }
        let data = [Scope::Profile, Scope::Identity];
        let covered = |scope: &Scope| purposes.iter().any(|purpose| purpose.scopes.contains(scope));
        if data.iter().any(|scope| self.scopes.contains(scope) && !covered(scope)) {
            wrong("purposes", "each data scope of the party needs a purpose");
        }
        let asks = purposes.iter().any(Purpose::asks);
        match self.consent {
            Consent::Implied if asks => wrong("purposes", "a purpose on the basis of consent needs consent = explicit"),
            Consent::Explicit if !asks => {
                wrong("purposes", "consent = explicit needs a purpose on the basis of consent");
            }
            Consent::Implied | Consent::Explicit => {}
        }
    }

    fn check_purpose(&self, purpose: &Purpose, wrong: &mut impl FnMut(&'static str, &str)) {
        let id = &purpose.id;
        let is_id = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
        if id.is_empty() || id.len() > 32 || !id.bytes().all(is_id) || id == DEFAULT {
            wrong("purposes", &format!("{id}: an id is 1 to 32 small letters, digits, '-', and not 'default'"));
        }
        if purpose.version == 0 {
            wrong("purposes", &format!("{id}: versions begin with 1"));
        }
        let named = std::iter::once(&purpose.text).chain(&purpose.controller);
        let is_bad =
            |text: &String| text.trim().is_empty() || text.chars().count() > 300 || text.chars().any(char::is_control);
        if named.flat_map(|names| [&names.vi, &names.en]).any(is_bad) {
            wrong("purposes", &format!("{id}: texts are 1 to 300 characters in both languages"));
        }
        if purpose.retention_days.is_some_and(|days| days == 0 || days > 36_500) {
            wrong("purposes", &format!("{id}: retention_days is 1 to 36500"));
        }
        if purpose.scopes.is_empty() || purpose.scopes.iter().any(|scope| !self.scopes.contains(scope)) {
            wrong("purposes", &format!("{id}: its scopes are some of the party's"));
        }
        if purpose.optional && !purpose.asks() {
            wrong("purposes", &format!("{id}: only what is asked for can be left out"));
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{Definition, LegalBasis, Scope};
    use crate::relying::UriPolicy;

    fn definition(purposes: &Value, consent: &str) -> Definition {
        let value = json!({
            "name": { "vi": "Cong", "en": "Portal" },
            "redirect_uris": ["https://rp.example/cb"],
            "scopes": ["openid", "profile", "identity"],
            "grant_types": ["authorization_code"],
            "consent": consent,
            "purposes": purposes,
        });
        serde_json::from_value(value).expect("of the right shape")
    }

    fn problems(purposes: &Value, consent: &str) -> usize {
        let checked = definition(purposes, consent).check("rp", true, UriPolicy { loopback_issuer: false });
        checked.err().map_or(0, |error| error.0.iter().filter(|problem| problem.field == "purposes").count())
    }

    fn purpose(change: &Value) -> Value {
        let mut purpose = json!({ "id": "form", "text": { "vi": "x", "en": "x" }, "scopes": ["profile", "identity"] });
        for (name, value) in change.as_object().into_iter().flatten() {
            purpose[name] = value.clone();
        }
        purpose
    }

    #[test]
    fn each_contradiction_of_a_purpose_is_refused() {
        assert_eq!(problems(&json!([purpose(&json!({}))]), "explicit"), 0);
        assert_eq!(problems(&json!([purpose(&json!({ "legal_basis": "law" }))]), "implied"), 0);
        for change in [
            json!({ "id": "" }),
            json!({ "id": "Form" }),
            json!({ "id": "default" }),
            json!({ "version": 0 }),
            json!({ "text": { "vi": "", "en": "x" } }),
            json!({ "controller": { "vi": "x\u{7}", "en": "x" } }),
            json!({ "retention_days": 0 }),
            json!({ "scopes": ["profile"] }),
            json!({ "scopes": ["profile", "identity", "offline_access"] }),
        ] {
            assert_eq!(problems(&json!([purpose(&change)]), "explicit"), 1, "{change}");
        }
        assert_eq!(problems(&json!([purpose(&json!({ "optional": true, "legal_basis": "law" }))]), "implied"), 1);
        assert_eq!(problems(&json!([purpose(&json!({}))]), "implied"), 1, "asks, but is not to ask");
        assert_eq!(problems(&json!([purpose(&json!({ "legal_basis": "law" }))]), "explicit"), 1, "nothing to ask");
        assert_eq!(problems(&json!([purpose(&json!({})), purpose(&json!({}))]), "explicit"), 1, "one id twice");
    }

    #[test]
    fn a_request_serves_the_purposes_of_its_data_or_the_default_one() {
        let two = json!([
            purpose(&json!({ "scopes": ["profile"] })),
            purpose(&json!({ "id": "number", "scopes": ["identity"], "optional": true })),
        ]);
        let ids = |definition: &Definition, scopes: &[Scope]| {
            let purposes = definition.purposes_for(scopes);
            purposes.into_iter().map(|purpose| purpose.id).collect::<Vec<_>>().join(" ")
        };
        let named = definition(&two, "explicit");
        assert_eq!(ids(&named, &[Scope::Openid, Scope::Profile]), "form");
        assert_eq!(ids(&named, &[Scope::Openid, Scope::Profile, Scope::Identity]), "form number");
        assert_eq!(ids(&named, &[Scope::Openid]), "default");
        assert_eq!(ids(&named, &[]), "");
        let unnamed = definition(&json!([]), "implied");
        let purposes = unnamed.purposes_for(&[Scope::Openid]);
        assert_eq!(purposes[0].legal_basis, LegalBasis::PublicTask, "what is not asked has another basis");
        assert!(purposes[0].text.vi.contains("Cong") && purposes[0].text.en.contains("Portal"));
    }
}
