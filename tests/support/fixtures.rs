//! People and parties of a journey, made as `idp apply` makes them.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use idp_core::{
    authn,
    crypto::{
        digest,
        handle::{ClientSecret, Handle},
        random,
    },
    people::{self, DataMatch, NewPerson, Profile},
    relying::{self, Definition, PartyState, Save},
    store::StoreError,
    types::{
        Id, Secret, id,
        person::{BirthDate, FullName, PersonalId},
    },
};
use serde_json::{Value, json};
use url::Url;

use super::{Browser, House, Page};

/// A relying party of one journey.
pub struct Party {
    /// Its `client_id`.
    pub client_id: String,
    /// Its secret.
    pub secret: String,
    /// Its redirect URI.
    pub redirect_uri: String,
    /// Its row.
    pub id: Id<id::Party>,
    definition: Value,
}

/// A person of one journey.
pub struct Person {
    /// Their row.
    pub id: Id<id::Person>,
    /// Their account.
    pub account: Id<id::Account>,
    /// The sign-in name.
    pub login: String,
    /// The password.
    pub password: String,
}

/// What a party keeps while its user is away.
pub struct Away {
    /// The address to open.
    pub url: Url,
    /// `state`.
    pub state: String,
    /// `nonce`.
    pub nonce: String,
    /// The PKCE verifier.
    pub verifier: String,
}

/// The password of everybody here.
pub const PASSWORD: &str = "mèo trèo cây cau hỏi thăm";

impl House {
    /// Registers a party; `change` is laid over a usual definition.
    pub async fn party(&self, change: Value) -> Party {
        let client_id = format!("rp-{}", random::readable(10).to_lowercase());
        let redirect_uri = format!("https://{client_id}.example/cb");
        let mut definition = json!({
            "name": { "vi": format!("Cổng {client_id}"), "en": format!("Portal {client_id}") },
            "redirect_uris": [redirect_uri],
            "post_logout_redirect_uris": [format!("https://{client_id}.example/bye")],
            "scopes": ["openid", "profile", "identity", "offline_access"],
            "grant_types": ["authorization_code", "refresh_token", "client_credentials"],
            "audience": format!("https://api.{client_id}.example"),
            "consent": "implied",
        });
        for (name, value) in change.as_object().into_iter().flatten() {
            definition[name] = value.clone();
        }
        let redirect_uri = definition["redirect_uris"][0].as_str().unwrap_or_default().to_owned();
        let secret = Handle::<ClientSecret>::generate().reveal().to_owned();
        let id = Id::from_uuid(uuid::Uuid::nil());
        let mut party = Party { client_id, secret, redirect_uri, id, definition };
        self.save(&party, PartyState::Active).await;
        party.id = self.parts.register.by_client_id(&party.client_id).expect("is served").id;
        party
    }

    /// Saves a party again, served or not.
    pub async fn save(&self, party: &Party, state: PartyState) {
        let definition: Definition = serde_json::from_value(party.definition.clone()).expect("a definition");
        let secret = Some(digest::sha256(party.secret.as_bytes()));
        let (cx, policy) = (self.cx(), self.parts.register.policy());
        let (client_id, definition) = (&party.client_id, &definition);
        let saved = self.db().write(&cx, |tx| {
            Box::pin(async move {
                let save = Save { client_id, state, definition: definition.clone(), secret };
                relying::save(tx, save, policy).await
            })
        });
        saved.await.expect("the party is saved");
        self.parts.register.refresh(self.db()).await.expect("reads");
    }

    /// Changes the definition of a party.
    pub async fn change(&self, party: &mut Party, name: &str, value: Value) {
        party.definition[name] = value;
        self.save(party, PartyState::Active).await;
    }

    /// Makes a citizen with a password.
    pub async fn citizen(&self, name: &str) -> Person {
        let login = format!("nguoidan-{}", random::readable(10).to_lowercase());
        let hash = self.parts.passwords.hash(Secret::new(PASSWORD.to_owned())).await.expect("hashes");
        let profile = Profile {
            name: FullName::parse(name).expect("a name"),
            birthdate: BirthDate::from_claim("1985-03-15").ok(),
        };
        let number = PersonalId::parse("079085000001").expect("a number");
        let (cx, login_name, hash, profile, number) = (self.cx(), &login, &hash, &profile, &number);
        let made = self.db().write(&cx, |tx| {
            Box::pin(async move {
                let data_match = DataMatch::Matched;
                let new = NewPerson { profile: profile.clone(), number: Some(number.clone()), data_match };
                let person = people::add_person(tx, new).await?;
                let account = people::add_account(tx, person, login_name).await?;
                authn::password::set(tx, account, person, (hash, authn::PasswordUse::Alone)).await?;
                Ok::<_, StoreError>((person, account))
            })
        });
        let (id, account) = made.await.expect("the person is made");
        Person { id, account, login, password: PASSWORD.to_owned() }
    }
}

impl Party {
    /// An authorization request with everything that a good party sends, and `more`; an empty value takes a parameter out.
    pub fn authorize(&self, house: &House, more: &[(&str, &str)]) -> Away {
        let random = || URL_SAFE_NO_PAD.encode(random::bytes::<32>());
        let (state, nonce, verifier) = (random(), random(), random());
        let challenge = URL_SAFE_NO_PAD.encode(digest::sha256(verifier.as_bytes()).bytes());
        let mut fields: Vec<(String, String)> = [
            ("client_id", self.client_id.as_str()),
            ("redirect_uri", &self.redirect_uri),
            ("response_type", "code"),
            ("scope", "openid profile identity"),
            ("state", &state),
            ("nonce", &nonce),
            ("code_challenge", &challenge),
            ("code_challenge_method", "S256"),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into();
        for (name, value) in more {
            fields.retain(|(known, _)| known != name);
            if !value.is_empty() {
                fields.push(((*name).to_owned(), (*value).to_owned()));
            }
        }
        let url = Url::parse_with_params(&house.at("/oauth2/authorize"), &fields).expect("an address");
        Away { url, state, nonce, verifier }
    }
}

impl Browser {
    /// Fills the sign-in page.
    pub async fn enter(&mut self, page: &Page, person: &Person) -> Page {
        self.submit(page, "sign-in-form", &[("login", &person.login), ("password", &person.password)]).await
    }

    /// Comes from a party, signs in, and goes back with a code.
    pub async fn sign_in(&mut self, house: &House, party: &Party, person: &Person) -> (Away, String) {
        self.sign_in_with(house, party, person, &[]).await
    }

    /// The same with more in the request.
    pub async fn sign_in_with(
        &mut self,
        house: &House,
        party: &Party,
        person: &Person,
        more: &[(&str, &str)],
    ) -> (Away, String) {
        let away = party.authorize(house, more);
        let mut page = self.open(away.url.as_str()).await;
        if page.left_for.is_none() {
            assert_eq!(page.name(), "sign-in", "{} {}", page.status, page.body);
            page = self.enter(&page, person).await;
        }
        assert_eq!(
            page.returned("state").as_deref(),
            Some(away.state.as_str()),
            "{} {} {}",
            page.url,
            page.status,
            page.body
        );
        assert_eq!(page.returned("iss").as_deref(), Some(house.issuer.as_str()));
        let code = page.returned("code").unwrap_or_else(|| panic!("no code in {:?}", page.left_for));
        (away, code)
    }
}
