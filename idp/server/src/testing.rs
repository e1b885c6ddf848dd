//! A whole house for tests of the doors: real database, real hashing, and a browser that keeps cookies. Only the population
//! registry is played.

use std::{
    collections::BTreeMap,
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError, atomic::AtomicI64},
    time::Duration,
};

use async_trait::async_trait;
use axum::{
    Router,
    body::Body,
    http::{Request, StatusCode, header},
};
use http_body_util::BodyExt;
use idp_core::{
    authn::{self, PasswordUse, passkey::Passkeys, password},
    crypto::{jws::Alg, password::PasswordPool, random, seal::Seals},
    keys::Keyring,
    net::{self, Net},
    people::{
        self, AccountState, DataMatch, NewPerson, Profile,
        registry::{Match, PopulationRegistry, RegistryError, Verification},
    },
    relying::{self, Party, PartyState, Register, Save, SaveError, UriPolicy},
    session::Span,
    store::{Cx, Db, Options, StoreError, cache::Memory},
    types::{Clock, FullName, Id, PersonalId, Secret, id},
};
use tower::ServiceExt;
use url::form_urlencoded;

use crate::oidc::OpenGrants;
use crate::web::{
    CookieStyle,
    brand::Brand,
    house::{House, LocalPasswords, Settings},
    tally::Tally,
};

/// The one password of everybody here.
pub(crate) const PASSWORD: &str = "mèo trèo cây cau hỏi thăm";

/// Names one house's folder.
struct Folder(PathBuf);

impl Drop for Folder {
    fn drop(&mut self) {
        // Left-overs in the temporary folder harm nobody.
        let _left = std::fs::remove_dir_all(&self.0);
    }
}

/// A house, with what the registry will say.
pub(crate) struct TestHouse {
    pub(crate) house: Arc<House>,
    pub(crate) registry: Arc<PlayedRegistry>,
    _folder: Folder,
}

/// A registry that answers what it is told to, and remembers what it was asked.
#[derive(Default)]
pub(crate) struct PlayedRegistry {
    answer: Mutex<Option<Match>>,
    asked: Mutex<Vec<Verification>>,
}

impl PlayedRegistry {
    /// From now on it says this; `None`: it does not answer.
    pub(crate) fn says(&self, answer: Option<Match>) {
        *self.answer.lock().unwrap_or_else(PoisonError::into_inner) = answer;
    }

    /// The request numbers under which it was asked.
    pub(crate) fn asked(&self) -> Vec<String> {
        let asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        asked.iter().map(|question| question.request_ref.clone()).collect()
    }
}

#[async_trait]
impl PopulationRegistry for PlayedRegistry {
    async fn verify(&self, request: &Verification) -> Result<Match, RegistryError> {
        let mut asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        asked.push(request.clone());
        let answer = *self.answer.lock().unwrap_or_else(PoisonError::into_inner);
        answer.ok_or(RegistryError::Unavailable)
    }
}

fn settings(local_passwords: LocalPasswords) -> Settings {
    let minutes = |n: u64| Duration::from_secs(60 * n);
    Settings {
        alarm_to: Vec::new(),
        code_lifetime: minutes(1),
        access_token_lifetime: minutes(5),
        id_token_lifetime: minutes(5),
        refresh_idle: minutes(600),
        refresh_absolute: minutes(6_000),
        session_citizen: Span { idle: minutes(30), absolute: minutes(600) },
        session_official: Span { idle: minutes(15), absolute: minutes(480) },
        session_shared: Span { idle: minutes(10), absolute: minutes(60) },
        local_passwords,
        enrolments_per_number_per_day: 2,
        enrolments_per_address_per_hour: 4,
        enrolments_per_hour: 100,
        admin_requests_per_minute: 600,
        org: idp_core::org::Config::default(),
        support_phone: "1900 0000".to_owned(),
        province: "Tỉnh Mẫu".to_owned(),
        banner: None,
    }
}

impl TestHouse {
    pub(crate) async fn new(local_passwords: LocalPasswords) -> Self {
        let folder = Folder(std::env::temp_dir().join(format!("idp-door-{}", random::readable(12))));
        std::fs::create_dir(&folder.0).expect("a folder for the test");
        let seals = Arc::new(Seals::parse(Seals::new_line("k1").reveal()).expect("a good line"));
        let url = format!("sqlite:{}", folder.0.join("test.db").display());
        let db = Db::open(&Options { url, connections: 2 }, Arc::clone(&seals)).await.expect("opens");
        let clock = Clock::system();
        let cx = Cx::job("test", clock.now());
        db.migrate(&cx, &|_| {}).await.expect("migrates");
        let policy = UriPolicy { loopback_issuer: true };
        let registry = Arc::new(PlayedRegistry::default());
        let house = House {
            keyring: Keyring::load_for(&db, &cx, &[Alg::Es256]).await.expect("loads"),
            register: Register::load(&db, policy).await.expect("loads"),
            cache: Arc::new(Memory::new()),
            passwords: PasswordPool::new(seals),
            gate: authn::Gate::default(),
            net: Net::new(&net::Config::default()).expect("builds"),
            registry: Some(Arc::<PlayedRegistry>::clone(&registry)),
            issuer: "http://localhost:8080".to_owned(),
            origins: vec!["http://localhost:8080".to_owned()],
            related_origins: Vec::new(),
            passkeys: Passkeys::new("localhost", vec!["http://localhost:8080".to_owned()], "").expect("a name"),
            cookies: CookieStyle::Plain,
            brand: Brand::default(),
            settings: settings(local_passwords),
            epoch: AtomicI64::new(1),
            grants: Arc::new(OpenGrants),
            client_tokens: Tally::default(),
            told: Tally::default(),
            db,
            clock,
        };
        Self { house: Arc::new(house), registry, _folder: folder }
    }

    /// The context of a job, now.
    pub(crate) fn cx(&self) -> Cx {
        Cx::job("test", self.house.clock.now())
    }

    /// A person with an account and [`PASSWORD`].
    pub(crate) async fn person(&self, login: &str, name: &str, state: AccountState) -> Id<id::Person> {
        let hash = self.house.passwords.hash(Secret::new(PASSWORD.to_owned())).await.expect("hashes");
        let new = || NewPerson {
            profile: Profile { name: FullName::parse(name).expect("a name"), birthdate: None },
            number: Some(PersonalId::parse("079085000001").expect("a number")),
            data_match: DataMatch::Matched,
        };
        let (cx, hash) = (self.cx(), &hash);
        let made = self.house.db.write(&cx, |tx| {
            Box::pin(async move {
                let person = people::add_person(tx, new()).await?;
                let account = people::add_account(tx, person, login).await?;
                people::set_account_state(tx, account, state).await?;
                password::set(tx, account, person, (hash, PasswordUse::Alone)).await?;
                Ok::<_, StoreError>(person)
            })
        });
        made.await.expect("writes")
    }

    /// A party that asks for consent.
    pub(crate) async fn party(&self) -> Arc<Party> {
        let definition = serde_json::json!({
            "name": { "vi": "Cổng dịch vụ công", "en": "Public service portal" },
            "kind": "public",
            "redirect_uris": ["http://127.0.0.1:8081/callback"],
            "post_logout_redirect_uris": ["http://127.0.0.1:8081/"],
            "scopes": ["openid", "profile", "identity"],
            "grant_types": ["authorization_code"],
            "token_endpoint_auth_method": "none",
        });
        let definition = &serde_json::from_value(definition).expect("a definition");
        let (cx, register) = (self.cx(), &self.house.register);
        let saved = self.house.db.write(&cx, |tx| {
            Box::pin(async move {
                let save = Save {
                    client_id: "portal-1",
                    state: PartyState::Active,
                    definition: relying::Definition::clone(definition),
                    secret: None,
                };
                relying::save(tx, save, register.policy()).await.map_err(|error| match error {
                    SaveError::Store(error) => error,
                    SaveError::Definition(error) => panic!("the definition is refused: {error}"),
                })
            })
        });
        saved.await.expect("saves");
        register.refresh(&self.house.db).await.expect("reads");
        register.by_client_id("portal-1").expect("is served")
    }
}

/// A browser that keeps cookies and follows nothing by itself.
pub(crate) struct Visitor {
    doors: Router,
    pub(crate) cookies: BTreeMap<String, String>,
}

/// What came back.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    /// Where it sends the browser; empty where it does not.
    pub(crate) location: String,
    pub(crate) html: String,
}

impl Visitor {
    pub(crate) fn new(doors: Router) -> Self {
        Self { doors, cookies: BTreeMap::new() }
    }

    pub(crate) async fn get(&mut self, path: &str) -> Answer {
        self.send(Request::get(path), Body::empty()).await
    }

    pub(crate) async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let request = Request::post(path).header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.send(request, Body::from(body)).await
    }

    /// Follows redirects of ours until a page comes, or a path begins with `stop`.
    pub(crate) async fn follow(&mut self, path: &str, stop: &str) -> Answer {
        let mut answer = self.get(path).await;
        for _ in 0..8 {
            if answer.location.is_empty() || answer.location.starts_with(stop) {
                return answer;
            }
            let next = answer.location.clone();
            answer = self.get(&next).await;
        }
        panic!("it goes round in circles at {}", answer.location);
    }

    async fn send(&mut self, request: axum::http::request::Builder, body: Body) -> Answer {
        let cookies: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let request = request.header(header::COOKIE, cookies.join("; ")).body(body).expect("a request");
        let response = self.doors.clone().oneshot(request).await.expect("never fails");
        let text = |value: &axum::http::HeaderValue| value.to_str().unwrap_or_default().to_owned();
        for line in response.headers().get_all(header::SET_COOKIE).iter().map(text) {
            let (name, rest) = line.split_once('=').expect("a cookie");
            let value = rest.split(';').next().unwrap_or_default().to_owned();
            if rest.contains("Max-Age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value);
            }
        }
        let status = response.status();
        let location = response.headers().get(header::LOCATION).map(text).unwrap_or_default();
        let bytes = response.into_body().collect().await.expect("a body").to_bytes();
        Answer { status, location, html: String::from_utf8_lossy(&bytes).into_owned() }
    }
}

impl Answer {
    /// The value of the first element that carries this attribute text, for example `id="login"`.
    pub(crate) fn value(&self, mark: &str) -> String {
        self.attribute(mark, "value")
    }

    /// An attribute of the first element that carries `mark`.
    pub(crate) fn attribute(&self, mark: &str, name: &str) -> String {
        let tag = self.html.split('<').find(|tag| tag.split('>').next().is_some_and(|tag| tag.contains(mark)));
        let rest = tag.and_then(|tag| tag.split_once(&format!(" {name}=\""))).map(|(_, rest)| rest);
        rest.and_then(|rest| rest.split('"').next()).unwrap_or_default().replace("&#38;", "&").replace("&amp;", "&")
    }

    /// The token of the page's first form.
    pub(crate) fn csrf(&self) -> String {
        self.value("name=\"csrf\"")
    }

    /// The page's name.
    pub(crate) fn page(&self) -> String {
        self.attribute("data-page=", "data-page")
    }

    /// `#error-code`; empty where it is no error page.
    pub(crate) fn error_code(&self) -> String {
        self.text("error-code")
    }

    /// The text of an element.
    pub(crate) fn text(&self, id: &str) -> String {
        let rest = self.html.split_once(&format!("id=\"{id}\"")).map(|(_, rest)| rest);
        let inner = rest.and_then(|rest| rest.split_once('>')).map(|(_, inner)| inner);
        inner.and_then(|inner| inner.split('<').next()).unwrap_or_default().to_owned()
    }
}
