//! A forgotten password (rows 128, 131, 135, 136, 138, 140 of the list of attacks).

use std::sync::Arc;

use idp_core::people::AccountState;
use idp_demo::registry::{self, Person as Registered, Registry, SAMPLE_SECRET, SAMPLE_USER};
use idp_tests::{
    Browser, Engine, House, Page,
    house::{free_port, peers_clock},
};
use serde_json::json;
use tokio::sync::Notify;

use super::ways::{app_code, messages, paper, sent_code, telephone, with_app};

pub(super) const OLD: &str = "cá vàng bơi ngược dòng";
pub(super) const NEW: &str = "kính lúp bảy quả ổi xanh";

/// A server with a sample registry beside it.
pub(super) struct World {
    pub(super) house: House,
    /// The registry's clock.
    clock: idp_demo::Clock,
    stop: Arc<Notify>,
}

impl Drop for World {
    fn drop(&mut self) {
        self.stop.notify_one();
    }
}

impl World {
    async fn on(engine: Engine) -> Self {
        Self::with(engine, ("", "per_number_per_day = 50\nper_address_per_hour = 200\n")).await
    }

    /// With keys of `[server]` and of `[recovery]`.
    pub(super) async fn with(engine: Engine, (server, recovery): (&str, &str)) -> Self {
        let (port, clock, stop) = (free_port(), peers_clock(), Arc::new(Notify::new()));
        let listener = tokio::net::TcpListener::bind(("127.0.0.1", port)).await.expect("the port is free");
        let sample = Registry::sample().with_service_url(&format!("http://127.0.0.1:{port}")).with_clock(clock.clone());
        let stopped = Arc::clone(&stop);
        tokio::spawn(registry::serve(listener, sample, async move { stopped.notified().await }));
        let configuration = format!(
            "[server]\n{server}\n\n[registry]\nurl = \"http://127.0.0.1:{port}\"\nuser = \"{SAMPLE_USER}\"\nsecret = \"{SAMPLE_SECRET}\"\n\
             service_code = \"DVC-01\"\nofficer = \"079085000099\"\nunit = \"H15.1\"\n[recovery]\n{recovery}\n"
        );
        Self { house: House::start(engine, &configuration).await, clock, stop }
    }

    /// Moves both clocks, and runs the jobs.
    pub(super) async fn later(&self, seconds: u64) {
        self.clock.advance(std::time::Duration::from_secs(seconds));
        self.house.after(seconds).await;
    }

    /// A registered person who made an account.
    pub(super) async fn enrolled(&self, person: &Registered) -> idp_tests::Person {
        let mut browser = Browser::new();
        let page = browser.open(&self.house.at("/enrol")).await;
        let fields = [
            ("personal_number", person.personal_number.as_str()),
            ("full_name", &person.full_name),
            ("birthdate", &person.birthdate.written()),
            ("new_password", OLD),
            ("new_password_again", OLD),
        ];
        let page = browser.submit(&page, "enrol-form", &fields).await;
        let login = page.text("#login-name").unwrap_or_else(|| panic!("{} {}", page.status, page.body));
        let mut conn = self.house.db().read().await.expect("reads");
        let account = idp_core::people::by_login(&mut conn, &login).await.expect("reads").expect("is there");
        idp_tests::Person { id: account.person, account: account.id, login, password: OLD.to_owned() }
    }

    /// Says who they are on the page.
    pub(super) async fn asks(&self, browser: &mut Browser, person: &Registered, login: &str) -> Page {
        let page = browser.open(&self.house.at("/recover")).await;
        let fields = [
            ("login", login),
            ("personal_number", person.personal_number.as_str()),
            ("full_name", &person.full_name),
            ("birthdate", &person.birthdate.written()),
        ];
        browser.submit(&page, "recover-form", &fields).await
    }

    pub(super) async fn signs_in(&self, login: &str, password: &str) -> Page {
        let mut browser = Browser::new();
        let page = browser.open(&self.house.at("/account")).await;
        browser.submit(&page, "sign-in-form", &[("login", login), ("password", password)]).await
    }
}

/// A link of a message.
fn link(message: &serde_json::Value) -> String {
    let body = message["body"].as_str().expect("a text");
    let link = body.split_whitespace().find(|word| word.starts_with("http")).expect("a link");
    link.trim_end_matches(['.', ',']).to_owned()
}

#[expect(clippy::too_many_lines, reason = "one story from the forgotten password to the last notice")]
async fn by_address_on(engine: Engine) {
    let world = World::on(engine).await;
    let (house, registered) = (&world.house, &registry::people()[0]);
    let an = world.enrolled(registered).await;
    let phone = telephone();
    super::ways::proved_address(house, &an, &phone).await;
    let mut signed_in = Browser::new();
    let party = house.party(json!({})).await;
    let (away, code) = signed_in.sign_in_with(house, &party, &an, &[("scope", "openid offline_access")]).await;
    let refresh = house.redeem(&party, &away, &code).await.text("refresh_token");

    let mut browser = Browser::new();
    let proof = world.asks(&mut browser, registered, "").await;
    assert_eq!(proof.name(), "recover-proof", "{} {}", proof.status, proof.body);
    let handle = proof.url.path().to_owned();
    // Row 135: to the last step without the ones before it.
    let token = proof.attribute("input[name=csrf]", "value").expect("a token");
    let jump = [("csrf", token.as_str()), ("new_password", NEW), ("new_password_again", NEW)];
    let jumped = browser.post(&house.at(&format!("{handle}/password")), &jump).await;
    assert_eq!((jumped.status, jumped.text("#error-code").as_deref()), (400, Some("recover-expired")));
    let sent = browser.submit(&proof, "recover-send-form", &[]).await;
    assert!(
        sent.has("#recover-sent") && !sent.body.contains('•') && !sent.body.contains(&phone[3..]),
        "not even masked"
    );
    let code = sent_code(house, &phone, "recovery-code").await;
    let wrong = if code == "000000" { "000001" } else { "000000" };
    assert_eq!(browser.submit(&sent, "recover-proof-form", &[("code", wrong)]).await.status, 422);
    let wait = browser.submit(&sent, "recover-proof-form", &[("code", &code)]).await;
    assert_eq!(wait.name(), "recover-wait", "{} {}", wait.status, wait.body);
    assert_eq!(browser.post(&house.at(&format!("{handle}/password")), &jump).await.status, 400, "not before it is due");
    assert!(messages(house, &phone, "recovery-ready").await.is_empty());
    let notice = messages(house, &phone, "recovery-waiting").await;
    // Row 140: every address is made from the issuer.
    assert!(link(&notice[0]).starts_with(&format!("{}/recover/stop?k=rx_", house.issuer)), "{}", notice[0]);

    // A day later the link goes out, and opens in any browser; a GET spends nothing. It proves nothing either: row 136 gives what proves half an
    // hour, so a code is asked for again, and the one of the day before is worth nothing.
    house.after(24 * 3_600 + 1).await;
    let ready = messages(house, &phone, "recovery-ready").await;
    let link = link(&ready[0]);
    let mut other = Browser::new();
    for _ in 0..3 {
        assert!(other.open(&link).await.has("#recover-over"), "row 138: opening spends nothing");
    }
    let again = other.open(&link).await;
    let token = again.attribute("input[name=csrf]", "value").expect("a token");
    let jump = [("csrf", token.as_str()), ("new_password", NEW), ("new_password_again", NEW)];
    assert_eq!(
        other.post(&house.at(&format!("{handle}/password")), &jump).await.status,
        400,
        "row 135: not by the link alone"
    );
    assert_eq!(other.submit(&again, "recover-proof-form", &[("code", &code)]).await.status, 422, "spent a day ago");
    let sent = other.submit(&again, "recover-send-form", &[]).await;
    let fresh = sent_code(house, &phone, "recovery-code").await;
    let form = other.submit(&sent, "recover-proof-form", &[("code", &fresh)]).await;
    assert_eq!(form.name(), "recover-password", "{} {}", form.status, form.body);
    let set = |password: &'static str| [("new_password", password), ("new_password_again", password)];
    let own = format!("{} {}", registered.full_name, registered.personal_number);
    let refused =
        other.submit(&form, "recover-password-form", &[("new_password", &own), ("new_password_again", &own)]).await;
    assert_eq!((refused.status, refused.has("#new_password-error")), (422, true));
    // Row 136: parallel uses of one link.
    let uses = (0..5).map(|_| {
        let form = &form;
        let cookies = other.cookies.clone();
        async move {
            let mut browser = Browser::new();
            browser.cookies = cookies;
            browser.submit(form, "recover-password-form", &set(NEW)).await
        }
    });
    let answers = futures_util::future::join_all(uses).await;
    let done: Vec<_> = answers.iter().filter(|page| page.name() == "recover-end").collect();
    assert_eq!(done.len(), 1, "{:?}", answers.iter().map(|page| page.status).collect::<Vec<_>>());
    assert_eq!(done[0].attribute("#recover-state", "data-state").as_deref(), Some("done"));
    assert_eq!(other.open(&link).await.text("#error-code").as_deref(), Some("recover-expired"), "used");
    // Everything that the old password opened is closed.
    assert_eq!(signed_in.open(&house.at("/account")).await.name(), "sign-in");
    assert_eq!(house.refresh(&party, &refresh).await.error(), "invalid_grant");
    assert_eq!(world.signs_in(&an.login, OLD).await.status, 422);
    assert_eq!(world.signs_in(&an.login, NEW).await.name(), "account");
    assert_eq!(messages(house, &phone, "password-recovered").await.len(), 1);
}

#[test]
fn row_136_a_forgotten_password_is_replaced_once_after_a_wait_that_its_holder_can_use() {
    idp_tests::run(async {
        for engine in Engine::ALL {
            Box::pin(by_address_on(engine)).await;
        }
    });
}

async fn stopped_on(engine: Engine) {
    let world = World::on(engine).await;
    let (house, registered) = (&world.house, &registry::people()[1]);
    let binh = world.enrolled(registered).await;
    let phone = telephone();
    super::ways::proved_address(house, &binh, &phone).await;
    let waiting = async |browser: &mut Browser| {
        let proof = world.asks(browser, registered, &binh.login).await;
        let sent = browser.submit(&proof, "recover-send-form", &[]).await;
        let code = sent_code(house, &phone, "recovery-code").await;
        let wait = browser.submit(&sent, "recover-proof-form", &[("code", &code)]).await;
        assert_eq!(wait.name(), "recover-wait", "{} {}", wait.status, wait.body);
        wait
    };
    // By the link: GET and HEAD change nothing, the button does.
    let mut thief = Browser::new();
    let wait = waiting(&mut thief).await;
    let link = link(&messages(house, &phone, "recovery-waiting").await[0]);
    let mut holder = Browser::new();
    house.http.head(&link).send().await.expect("answers");
    let page = holder.open(&link).await;
    assert_eq!(page.name(), "recover-stop");
    assert_eq!(thief.open(wait.url.as_str()).await.name(), "recover-wait", "row 138: opening stops nothing");
    let stopped = holder.submit(&page, "recover-stop-form", &[]).await;
    assert_eq!(stopped.attribute("#recover-state", "data-state").as_deref(), Some("stopped"), "{}", stopped.body);
    assert_eq!(thief.open(wait.url.as_str()).await.text("#error-code").as_deref(), Some("recover-expired"));
    assert_eq!(holder.submit(&page, "recover-stop-form", &[]).await.status, 400, "once");
    // By signing in.
    let wait = waiting(&mut thief).await;
    assert_eq!(world.signs_in(&binh.login, OLD).await.name(), "account");
    assert_eq!(thief.open(wait.url.as_str()).await.text("#error-code").as_deref(), Some("recover-expired"));
    // Row 128: a locked account gets no further, whatever was proved before.
    let wait = waiting(&mut thief).await;
    let (cx, account) = (house.cx(), binh.account);
    let locked =
        house.db().write(&cx, |tx| Box::pin(idp_core::people::set_account_state(tx, account, AccountState::Locked)));
    locked.await.map_err(|error: idp_core::store::StoreError| error).expect("writes");
    house.later(24 * 3_600 + 1).await;
    assert_eq!(thief.open(wait.url.as_str()).await.text("#error-code").as_deref(), Some("recover-expired"));
    // Wrong answers end it, and 136: what never was a handle is as one that is over.
    for bad in ["rc_", "rc_AAAA", &format!("rc_{}", "A".repeat(43)), &format!("rx_{}", "A".repeat(43)), "%20", "tx_"] {
        let page = thief.open(&house.at(&format!("/recover/{bad}"))).await;
        assert_eq!((page.status, page.text("#error-code").as_deref()), (400, Some("recover-expired")), "{bad}");
    }
}

#[test]
fn row_138_a_recovery_is_stopped_by_its_holder_and_by_no_program_that_opens_links() {
    idp_tests::run(async {
        for engine in Engine::ALL {
            Box::pin(stopped_on(engine)).await;
        }
    });
}

/// Proves a factor once the wait is over, on the page of a recovery.
async fn after_the_wait(world: &World, browser: &mut Browser, wait: &Page, code: &str) -> Page {
    assert_eq!(wait.name(), "recover-wait", "a second factor waits too: {} {}", wait.status, wait.body);
    world.later(12 * 3_600 + 1).await;
    let again = browser.open(wait.url.as_str()).await;
    assert!(again.has("#recover-over"), "{} {}", again.status, again.body);
    browser.submit(&again, "recover-proof-form", &[("code", code)]).await
}

async fn by_app_on(engine: Engine) {
    let world = World::on(engine).await;
    let (house, registered) = (&world.house, &registry::people()[2]);
    let an = world.enrolled(registered).await;
    let phone = telephone();
    super::ways::proved_address(house, &an, &phone).await;
    let (key, shown) = with_app(house, &mut Browser::new(), &an).await;
    let codes = paper(&shown);
    let set = |password: &'static str| [("new_password", password), ("new_password_again", password)];
    // The app proves who somebody is, and yet the holder has time to read the notice: the new password cannot be set, not even by who
    // knows the address of that step.
    let mut browser = Browser::new();
    let proof = world.asks(&mut browser, registered, &an.login.to_uppercase()).await;
    let handle = proof.url.path().to_owned();
    let wait = browser.submit(&proof, "recover-proof-form", &[("code", &app_code(house, &key, 30))]).await;
    let token = proof.attribute("input[name=csrf]", "value").expect("a token");
    let jump = [&[("csrf", token.as_str())][..], &set(NEW)].concat();
    assert_eq!(browser.post(&house.at(&format!("{handle}/password")), &jump).await.status, 400, "not before it is due");
    assert_eq!(messages(house, &phone, "recovery-waiting").await.len(), 1);
    // The wait over, the app is asked again; what said so has the link that stops it.
    world.later(12 * 3_600 + 1).await;
    let right = app_code(house, &key, 0);
    let ready = messages(house, &phone, "recovery-ready").await;
    assert!(ready[0]["body"].as_str().is_some_and(|body| body.contains("/recover/stop?k=rx_")), "{}", ready[0]);
    let again = browser.open(wait.url.as_str()).await;
    assert!(again.has("#recover-over"), "{} {}", again.status, again.body);
    let form = browser.submit(&again, "recover-proof-form", &[("code", &right)]).await;
    assert_eq!(form.name(), "recover-password", "{} {}", form.status, form.body);
    let done = browser.submit(&form, "recover-password-form", &set(NEW)).await;
    assert_eq!(done.name(), "recover-end", "{} {}", done.status, done.body);
    let asked = world.signs_in(&an.login, NEW).await;
    assert_eq!(asked.name(), "second-factor", "the second factor stays");
    // The paper: one code begins, another ends it. Row 136: what was proved is worth half an hour.
    let proof = world.asks(&mut browser, registered, &an.login).await;
    let wait = browser.submit(&proof, "recover-proof-form", &[("code", &codes[0])]).await;
    let form = after_the_wait(&world, &mut browser, &wait, &codes[1]).await;
    assert_eq!(form.name(), "recover-password", "{} {}", form.status, form.body);
    world.later(30 * 60).await;
    let late = browser.submit(&form, "recover-password-form", &set(OLD)).await;
    assert_eq!((late.status, late.text("#error-code").as_deref()), (400, Some("recover-expired")));
    // Whoever took the paper is stopped by the holder, from the notice that says the wait is over.
    let proof = world.asks(&mut browser, registered, &an.login).await;
    let wait = browser.submit(&proof, "recover-proof-form", &[("code", &codes[2])]).await;
    let form = after_the_wait(&world, &mut browser, &wait, &codes[3]).await;
    let notice = messages(house, &phone, "recovery-ready").await;
    let body = notice.last().and_then(|notice| notice["body"].as_str()).expect("a notice").to_owned();
    let stop = body.split_whitespace().find(|word| word.contains("/recover/stop?k=")).expect("a link");
    let mut holder = Browser::new();
    let page = holder.open(stop.trim_end_matches('.')).await;
    holder.submit(&page, "recover-stop-form", &[]).await;
    let stopped = browser.submit(&form, "recover-password-form", &set(OLD)).await;
    assert_eq!((stopped.status, stopped.text("#error-code").as_deref()), (400, Some("recover-expired")));
}

#[test]
fn row_135_a_recovery_by_a_second_factor_waits_keeps_it_and_can_be_stopped_from_each_notice() {
    idp_tests::run(async {
        for engine in Engine::ALL {
            Box::pin(by_app_on(engine)).await;
        }
    });
}

/// What a page says, without what every page has of its own.
fn said(page: &Page) -> (u16, String) {
    let mut body = page.body.clone();
    let handle = page.url.path().split('/').nth(2).unwrap_or_default().to_owned();
    for own in [handle, page.attribute("input[name=csrf]", "value").unwrap_or_default()] {
        if !own.is_empty() {
            body = body.replace(&own, "");
        }
    }
    (page.status, body)
}

async fn nothing_is_told_on(engine: Engine) {
    let world = World::on(engine).await;
    let people = registry::people();
    let (house, known, unknown) = (&world.house, &people[3], &people[4]);
    let an = world.enrolled(known).await;
    super::ways::proved_address(house, &an, &telephone()).await;
    let mut walks = Vec::new();
    let invented = Registered { full_name: "Đào Văn Không".to_owned(), ..known.clone() };
    for (person, login) in
        [(known, ""), (known, an.login.as_str()), (unknown, ""), (known, "nobody-000000"), (&invented, "")]
    {
        let mut browser = Browser::new();
        let mut walk = Vec::new();
        let proof = world.asks(&mut browser, person, login).await;
        walk.push(said(&proof));
        let mut page = browser.submit(&proof, "recover-send-form", &[]).await;
        walk.push(said(&page));
        for _ in 0..4 {
            page = browser.submit(&page, "recover-send-form", &[]).await;
            walk.push(said(&page));
        }
        for _ in 0..5 {
            let wrong = browser.submit(&proof, "recover-proof-form", &[("code", "ABCD-EFGH-JKMN")]).await;
            walk.push(said(&wrong));
        }
        let over = browser.submit(&proof, "recover-proof-form", &[("code", "000000")]).await;
        walk.push((over.status, over.text("#error-code").unwrap_or_default()));
        walk.push((0, browser.cookies.keys().cloned().collect()));
        walks.push(walk);
    }
    for (number, walk) in walks.iter().enumerate() {
        assert_eq!(*walk, walks[0], "walk {number}");
    }
    assert_eq!(
        walks[0].iter().rev().nth(1).map(|(status, code)| (*status, code.as_str())),
        Some((400, "recover-expired"))
    );
}

#[test]
fn row_131_nothing_tells_whether_there_is_an_account() {
    idp_tests::run(async {
        for engine in Engine::ALL {
            Box::pin(nothing_is_told_on(engine)).await;
        }
    });
}

async fn no_address_of_a_request_on(engine: Engine) {
    let world = World::on(engine).await;
    let house = &world.house;
    for path in ["/recover", "/enrol", "/", "/.well-known/openid-configuration", "/account"] {
        for (name, value) in [
            ("x-forwarded-host", "evil.test"),
            ("forwarded", "host=evil.test;proto=javascript"),
            ("x-forwarded-proto", "javascript"),
            ("x-original-url", "https://evil.test/"),
            ("host", "evil.test"),
        ] {
            let answer = house.http.get(house.at(path)).header(name, value).send().await.expect("answers");
            let headers = format!("{:?}", answer.headers());
            let body = answer.text().await.unwrap_or_default();
            assert!(!(headers + &body).contains("evil.test"), "{path} {name}");
        }
    }
}

#[test]
fn row_140_no_address_of_ours_is_made_from_a_request() {
    idp_tests::run(async {
        for engine in Engine::ALL {
            Box::pin(no_address_of_a_request_on(engine)).await;
        }
    });
}
