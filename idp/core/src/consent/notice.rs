//! The words of a consent page: made once, shown by the page, kept by digest. What was shown and what was kept cannot differ.

use serde::Serialize;

use crate::{
    crypto::digest,
    relying::{Party, Purpose, Scope},
    text,
    types::{Digest, Fault, Locale},
};

/// The keys of the kinds of data that a scope releases (`docs/contract.md` section 3), in the order of the page.
pub const fn kinds(scope: Scope) -> &'static [&'static str] {
    match scope {
        Scope::Openid => &["scope-account"],
        Scope::Profile => &["scope-name", "scope-dob", "scope-locale", "scope-updated-at"],
        Scope::Identity => {
            &["scope-id-number", "scope-identity-assurance", "scope-data-match", "scope-data-matched-at"]
        }
        Scope::Officials => &["scope-post", "scope-post-roles"],
        Scope::OfflineAccess => &["consent-offline"],
        // For parties in their own name: nobody is asked for it, and nothing of a person goes with it.
        Scope::Admin => &[],
    }
}

/// One purpose as shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PurposeNotice {
    /// Its id at the party.
    pub id: String,
    /// Its version.
    pub version: u32,
    /// What for.
    pub text: String,
    /// Who answers for the data.
    pub controller: String,
    /// On which legal basis, as a sentence.
    pub basis: String,
    /// For how long, as a sentence.
    pub retention: String,
    /// The kinds of data, as labels.
    pub kinds: Vec<String>,
    /// Whether it is asked, or only told.
    pub asked: bool,
    /// Whether it may be left out.
    pub optional: bool,
}

/// The words of one page in one language.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Notice {
    /// The service.
    pub service: String,
    /// What is asked.
    pub question: String,
    /// What it is asked for.
    pub purposes: Vec<PurposeNotice>,
    /// What refusing leads to.
    pub refusal: String,
    /// Which rights there are, and how to take the consent back.
    pub rights: String,
}

impl Notice {
    /// The words for a request of these scopes.
    pub fn of(party: &Party, purposes: &[Purpose], scopes: &[Scope], locale: Locale) -> Self {
        let service = party.definition.name.get(locale).to_owned();
        let with = [("rp", service.as_str())];
        Self {
            question: text::say_with(locale, "consent-title", &with),
            purposes: purposes.iter().map(|purpose| one(party, purpose, scopes, locale)).collect(),
            refusal: text::say_with(locale, "consent-deny-effect", &with),
            rights: text::say(locale, "consent-rights").into_owned(),
            service,
        }
    }
}

fn one(party: &Party, purpose: &Purpose, scopes: &[Scope], locale: Locale) -> PurposeNotice {
    let needs = purpose.needs(scopes);
    let kinds = needs.iter().flat_map(|scope| kinds(*scope)).map(|key| text::say(locale, key).into_owned());
    let retention = purpose.retention_days.map_or_else(
        || text::say(locale, "consent-until-withdrawn").into_owned(),
        |days| text::say_with(locale, "consent-retention", &[("days", &days.to_string())]),
    );
    PurposeNotice {
        id: purpose.id.clone(),
        version: purpose.version,
        text: purpose.text.get(locale).to_owned(),
        controller: party.definition.controller_of(purpose).get(locale).to_owned(),
        basis: text::say(locale, purpose.legal_basis.key()).into_owned(),
        retention,
        kinds: kinds.collect(),
        asked: purpose.asks(),
        optional: purpose.optional,
    }
}

/// A notice in both languages, as it is kept.
pub struct Shown {
    /// Over both texts.
    pub digest: Digest,
    pub(super) vi: String,
    pub(super) en: String,
    /// The language that the person read.
    pub locale: Locale,
}

impl Shown {
    /// The words that a page in `locale` shows, with what the other language would have said.
    pub fn of(party: &Party, purposes: &[Purpose], scopes: &[Scope], locale: Locale) -> Result<Self, Fault> {
        let write = |locale| {
            let notice = Notice::of(party, purposes, scopes, locale);
            serde_json::to_string(&notice).map_err(|error| Fault::new("writing a consent notice", error))
        };
        let (vi, en) = (write(Locale::Vi)?, write(Locale::En)?);
        Ok(Self { digest: digest::sha256_parts([vi.as_bytes(), en.as_bytes()]), vi, en, locale })
    }
}
