//! `idp demo` as somebody on a fresh machine meets it: one command, two portals, one sign-in (contract, section 10).

use std::{
    io::{BufRead, BufReader},
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use idp_core::crypto::{digest, random};
use idp_tests::{Authenticator, Browser, Page, Reply, house, tokens};
use serde_json::{Map, Value, json};
use url::Url;

use crate::faults::process::{executable, run};

/// A running demo and what it said of itself.
struct Demo {
    child: Child,
    said: Value,
    folder: PathBuf,
}

impl Demo {
    fn start() -> Self {
        Self::start_with(&[])
    }

    fn start_with(more: &[&str]) -> Self {
        let folder = std::env::temp_dir().join(format!("idp-test-demo-{}", random::readable(12)));
        let mut child = Command::new(executable())
            .args(["demo", "--json", "--port-base", &free_base().to_string(), "--state-dir"])
            .arg(&folder)
            .args(more)
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()
            .expect("starts");
        let mut line = String::new();
        let output = child.stdout.take().expect("it is piped");
        BufReader::new(output).read_line(&mut line).expect("says something");
        let said = serde_json::from_str(&line).expect("one JSON object");
        Self { child, said, folder }
    }

    fn text(&self, pointer: &str) -> &str {
        self.said.pointer(pointer).and_then(Value::as_str).expect("it is said")
    }

    /// Runs every job that is due.
    async fn run_jobs(&self) {
        let address = format!("{}/test/clock", self.text("/management"));
        let asked = house::client().post(address).json(&json!({"run_jobs": true}));
        let answer = asked.send().await.expect("the management listener answers");
        assert_eq!(answer.status().as_u16(), 200);
    }

    /// Asks it to go and gives its exit code.
    fn end(&mut self) -> Option<i32> {
        let pid = self.child.id().to_string();
        let sent = Command::new("kill").args(["-TERM", &pid]).status().expect("signals");
        assert!(sent.success());
        self.child.wait().expect("ends").code()
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        // Gone already, unless an assertion failed.
        let _gone = self.child.kill();
        let _gone = self.child.wait();
        let _removed = std::fs::remove_dir_all(&self.folder);
    }
}

/// A port whose neighbours are free too.
fn free_base() -> u16 {
    let is_free = |port: u16| TcpListener::bind(("127.0.0.1", port)).is_ok();
    let mut drawn = (0..100).map(|_| 20_000 + u16::try_from(random::below(30_000)).expect("a port"));
    let fits = |base: &u16| [0, 1, 2, 10, 1_000].into_iter().all(|offset| is_free(base + offset));
    drawn.find(fits).expect("some ports are free")
}

/// Opens an address and goes wherever it leads, to other origins too.
async fn wander(browser: &mut Browser, address: &str) -> Page {
    let page = browser.open(address).await;
    onward(browser, page).await
}

async fn onward(browser: &mut Browser, mut page: Page) -> Page {
    for _ in 0..12 {
        let Some(next) = page.left_for.take() else { return page };
        page = browser.open(next.as_str()).await;
    }
    panic!("the browser goes round in circles at {}", page.url);
}

async fn sign_in(demo: &Demo, browser: &mut Browser) -> Page {
    let page = wander(browser, &format!("{}login", demo.text("/portals/0/url"))).await;
    assert_eq!(page.name(), "sign-in", "{}", page.body);
    let given = [("login", demo.text("/people/0/login")), ("password", demo.text("/people/0/password"))];
    let page = browser.submit(&page, "sign-in-form", &given).await;
    onward(browser, page).await
}

#[test]
fn one_command_one_sign_in_two_portals() {
    idp_tests::run(async {
        let mut demo = Demo::start();
        assert!(Path::new(demo.text("/state_dir")).join("idp.db").is_file());
        let mut browser = Browser::new();
        let first = sign_in(&demo, &mut browser).await;
        assert_eq!(first.text("#signed-in-as").as_deref(), Some(demo.text("/people/0/name")), "{}", first.body);

        let second = wander(&mut browser, &format!("{}login", demo.text("/portals/1/url"))).await;
        assert_eq!(second.text("#sub"), first.text("#sub"), "no second password: {}", second.body);

        let out = browser.submit(&second, "sign-out-form", &[]).await;
        let out = onward(&mut browser, out).await;
        assert!(out.has("#signed-out"), "{}", out.body);
        demo.run_jobs().await;
        let told = browser.open(demo.text("/portals/0/url")).await;
        assert!(told.has("#sign-in") && !told.has("#sub"), "signing out of one signs out of the other: {}", told.body);

        demo.run_jobs().await;
        let config = Path::new(demo.text("/state_dir")).join("idp.toml");
        let (code, said) = run(&config, &["--json", "audit", "verify"]);
        assert_eq!(code, Some(0), "{said}");
        assert!(said.contains("\"good\":true"), "{said}");
        assert_eq!(demo.end(), Some(0), "it drains");
    });
}

#[test]
fn an_official_of_two_posts_chooses_one_and_changes_it_by_a_link() {
    idp_tests::run(async {
        let mut demo = Demo::start();
        let mut browser = Browser::new();
        let page = wander(&mut browser, &format!("{}login", demo.text("/portals/1/url"))).await;
        let given = [("login", demo.text("/officials/1/login")), ("password", demo.text("/officials/1/password"))];
        let page = browser.submit(&page, "sign-in-form", &given).await;
        assert_eq!((page.name().as_str(), page.has("#post-2")), ("choose-post", true), "{}", page.body);
        let post = page.attribute("#post-2", "value").expect("a post");
        let page = browser.submit(&page, "choose-post-form", &[("post", &post)]).await;
        let page = onward(&mut browser, page).await;
        let acts = page.text("#acting-post").expect("the post in which they act");
        assert!(acts.starts_with("Chuyên viên · "), "{acts}");
        let change = page.attribute("#change-post", "href").expect("a link");
        let page = wander(&mut browser, page.url.join(&change).expect("an address").as_str()).await;
        let page = browser.submit(&page, "select-account-form", &[("choice", "continue")]).await;
        let page = browser.submit(&page, "choose-post-form", &[("post", "citizen")]).await;
        let page = onward(&mut browser, page).await;
        assert_eq!(page.text("#acting-post").as_deref(), Some("Công dân"), "{}", page.body);
        assert_eq!(demo.end(), Some(0), "it drains");
    });
}

#[test]
fn on_a_day_before_the_reform_a_district_has_officials() {
    idp_tests::run(async {
        let mut demo = Demo::start_with(&["--on", "2025-06-20"]);
        assert_eq!(demo.text("/today"), "2025-06-20");
        let mut browser = Browser::new();
        let page = wander(&mut browser, &format!("{}login", demo.text("/portals/1/url"))).await;
        let given = [("login", demo.text("/officials/1/login")), ("password", demo.text("/officials/1/password"))];
        let page = browser.submit(&page, "sign-in-form", &given).await;
        let post = page.attribute("#post-1", "value").expect("a post");
        let page = browser.submit(&page, "choose-post-form", &[("post", &post)]).await;
        let page = onward(&mut browser, page).await;
        let acts = page.text("#acting-post").expect("the post in which they act");
        assert_eq!(acts, "Chuyên viên · Uỷ ban nhân dân thành phố Tuy Hòa");
        assert_eq!(demo.end(), Some(0), "it drains");
        let config = Path::new(demo.text("/state_dir")).join("idp.toml");
        let (code, said) = run(&config, &["--json", "units", "show", "555"]);
        assert_eq!(code, Some(0), "{said}");
        assert!(said.contains("\"district\""), "on that day the number is the district's: {said}");
    });
}

/// Asks for a code as the second portal, which keeps its secret beside the demo.
struct Portal<'d> {
    demo: &'d Demo,
    secret: String,
    callback: String,
    verifier: String,
}

impl<'d> Portal<'d> {
    fn of(demo: &'d Demo) -> Self {
        let kept = std::fs::read_to_string(Path::new(demo.text("/state_dir")).join("kept.json")).expect("is kept");
        let kept: Value = serde_json::from_str(&kept).expect("JSON");
        let secret = kept["secrets"][1].as_str().expect("a secret").to_owned();
        let callback = format!("{}callback", demo.text("/portals/1/url"));
        Self { demo, secret, callback, verifier: URL_SAFE_NO_PAD.encode(random::bytes::<32>()) }
    }

    fn address(&self, more: &[(&str, &str)]) -> String {
        let challenge = URL_SAFE_NO_PAD.encode(digest::sha256(self.verifier.as_bytes()).bytes());
        let fields = [
            ("client_id", self.demo.text("/portals/1/client_id")),
            ("redirect_uri", &self.callback),
            ("response_type", "code"),
            ("scope", "openid officials"),
            ("state", "0123456789abcdef0123456789"),
            ("nonce", "0123456789abcdef0123456789"),
            ("code_challenge", &challenge),
            ("code_challenge_method", "S256"),
        ];
        let authorize = format!("{}/oauth2/authorize", self.demo.text("/issuer"));
        Url::parse_with_params(&authorize, fields.iter().chain(more)).expect("an address").to_string()
    }

    /// What the ID token says that is got for the code of a page.
    async fn told(&self, page: &Page) -> Map<String, Value> {
        let code = page.returned("code").unwrap_or_else(|| panic!("{} {} {}", page.url, page.status, page.body));
        let form = [
            ("grant_type", "authorization_code"),
            ("code", &code),
            ("redirect_uri", &self.callback),
            ("code_verifier", &self.verifier),
        ];
        let request = house::client().post(format!("{}/oauth2/token", self.demo.text("/issuer")));
        let client_id = self.demo.text("/portals/1/client_id");
        let reply = Reply::of(request.basic_auth(client_id, Some(&self.secret)).form(&form)).await;
        assert_eq!(reply.status, 200, "{}", reply.body);
        tokens::claims(&reply.text("id_token"))
    }

    /// Signs an official in, and gives what is told of them in each post that they may choose.
    async fn posts_of(&self, official: &Value) -> Vec<Map<String, Value>> {
        let text = |name: &str| official[name].as_str().expect("it is said");
        let mut browser = Browser::new();
        let page = browser.open(&self.address(&[])).await;
        let given = [("login", text("login")), ("password", text("password"))];
        let mut page = browser.submit(&page, "sign-in-form", &given).await;
        let mut key = Authenticator::new(self.demo.text("/issuer"));
        if page.name() == "passkey-create" {
            // A head needs more than a password, and nobody in the demo has more to begin with.
            page = browser.make_passkey(&page, &mut key).await;
        }
        if page.name() == "step-up" {
            page = browser.use_passkey(&page, &mut key).await;
        }
        if page.left_for.is_some() {
            return vec![self.told(&page).await];
        }
        let mut found = Vec::new();
        for number in 1.. {
            assert_eq!(page.name(), "choose-post", "{} {}", text("name"), page.body);
            let Some(post) = page.attribute(&format!("#post-{number}"), "value").filter(|post| post != "citizen")
            else {
                break;
            };
            let chosen = browser.submit(&page, "choose-post-form", &[("post", &post)]).await;
            let told = self.told(&chosen).await;
            assert_eq!(told["assignment"], json!(post), "{}", text("name"));
            found.push(told);
            let again = browser.open(&self.address(&[("prompt", "select_account")])).await;
            page = browser.submit(&again, "select-account-form", &[("choice", "continue")]).await;
        }
        found
    }
}

/// Every post of every official signs in, and is told with its capacity: kind, level, position, form of signing.
async fn every_official_acts(more: &[&str], expected: &[[&str; 4]]) {
    let mut demo = Demo::start_with(more);
    let portal = Portal::of(&demo);
    let mut found = Vec::new();
    for official in demo.said["officials"].as_array().expect("a list") {
        for told in portal.posts_of(official).await {
            assert_eq!(told["capacity"], "official", "{official} {told:?}");
            assert!(told["assignment"].is_string(), "{told:?}");
            let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
            let (unit, position) = (&told["unit"]["level"], &told["position"]["code"]);
            found.push([&told["assignment_kind"], unit, position, &told["signing_capacity"]].map(text));
        }
    }
    found.sort();
    assert_eq!(found, expected);
    assert_eq!(demo.end(), Some(0), "it drains");
}

#[test]
fn every_official_of_the_demo_signs_in_and_a_token_names_post_and_capacity() {
    idp_tests::run(every_official_acts(
        &[],
        &[
            ["acting", "province", "giam-doc", "Q."],
            ["external", "province", "nhan-vien-buu-chinh", "none"],
            ["primary", "central", "chuyen-vien", "none"],
            ["primary", "commune", "chuyen-vien-xa", "none"],
            ["primary", "commune", "chuyen-vien-xa", "none"],
            ["primary", "commune", "truong-phong", "TL."],
            ["secondment", "province", "chuyen-vien", "none"],
        ],
    ));
}

#[test]
fn before_the_reform_two_of_them_serve_in_a_district() {
    idp_tests::run(every_official_acts(
        &["--on", "2025-06-20"],
        &[
            ["acting", "province", "giam-doc", "Q."],
            ["external", "province", "nhan-vien-buu-chinh", "none"],
            ["primary", "central", "chuyen-vien", "none"],
            ["primary", "commune", "chuyen-vien-xa", "none"],
            ["primary", "district", "chuyen-vien", "none"],
            ["primary", "district", "truong-phong", "TL."],
            ["secondment", "province", "chuyen-vien", "none"],
        ],
    ));
}

#[test]
fn somebody_whom_the_registry_knows_enrols() {
    idp_tests::run(async {
        let mut demo = Demo::start();
        let mut browser = Browser::new();
        let page = wander(&mut browser, &format!("{}login", demo.text("/portals/0/url"))).await;
        let enrol = page.attribute("a#enrol-link", "href").expect("they may enrol");
        let page = browser.open(page.url.join(&enrol).expect("an address").as_str()).await;
        let password = "một câu dài dễ nhớ";
        let given = [
            ("personal_number", demo.text("/may_enrol/0/personal_number")),
            ("full_name", demo.text("/may_enrol/0/full_name")),
            ("birthdate", demo.text("/may_enrol/0/birthdate")),
            ("new_password", password),
            ("new_password_again", password),
        ];
        let page = browser.submit(&page, "enrol-form", &given).await;
        assert_eq!(page.attribute("#enrol-state", "data-state").as_deref(), Some("matched"), "{}", page.body);
        let login = page.text("#login-name").expect("a sign-in name");
        let on = page.attribute("a#continue-link", "href").expect("a way on");
        let page = wander(&mut browser, page.url.join(&on).expect("an address").as_str()).await;
        let page = browser.submit(&page, "sign-in-form", &[("login", &login), ("password", password)]).await;
        let page = onward(&mut browser, page).await;
        assert_eq!(page.text("#signed-in-as").as_deref(), Some(demo.text("/may_enrol/0/full_name")), "{}", page.body);
        assert_eq!(demo.end(), Some(0), "it drains");
    });
}
