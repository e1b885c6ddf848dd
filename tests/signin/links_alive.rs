//! Links that go out: once, also for twenty at the same moment; not late; and not after what they stood on has changed (row 136 of the list
//! of attacks).

use futures_util::future::join_all;
use idp_core::params;
use idp_tests::{Authenticator, Browser, Engine, Page};

use super::{
    links::{Link, NUMBER, Stage, Waiting, error},
    recover::{NEW, OLD},
    ways::{proved_address, sent_code},
};

const AT_ONCE: usize = 20;
const SET: [(&str, &str); 2] = [("new_password", NEW), ("new_password_again", NEW)];

/// Sends one form twenty times at the same moment from one browser, following nothing.
async fn at_once(browser: &Browser, page: &Page, form: &str, fields: &[(&str, &str)]) -> Vec<Page> {
    let sent = (0..AT_ONCE).map(|_| async {
        let mut copy = Browser::new();
        copy.cookies.clone_from(&browser.cookies);
        copy.submit_only(page, form, fields).await
    });
    join_all(sent).await
}

fn named(pages: &[Page], name: &str) -> usize {
    pages.iter().filter(|page| page.name() == name).count()
}

/// Goes on with a recovery after its wait, to the form for the new password.
async fn open(stage: &Stage, waiting: &mut Waiting) -> Page {
    stage.world.later(24 * 3_600 + 1).await;
    let again = waiting.browser.open(waiting.wait.url.as_str()).await;
    let sent = waiting.browser.submit(&again, "recover-send-form", &[]).await;
    let code = sent_code(&stage.world.house, &waiting.phone, "recovery-code").await;
    let form = waiting.browser.submit(&sent, "recover-proof-form", &[("code", &code)]).await;
    assert_eq!(form.name(), "recover-password", "{} {}", form.status, form.body);
    form
}

fn handle(waiting: &Waiting) -> String {
    waiting.wait.url.path().rsplit('/').next().expect("a handle").to_owned()
}

async fn a_recovery_once(stage: &Stage) {
    let mut waiting = stage.waiting(stage.somebody(10).await).await;
    let form = open(stage, &mut waiting).await;
    let answers = at_once(&waiting.browser, &form, "recover-password-form", &SET).await;
    assert_eq!(named(&answers, "recover-end"), 1, "{:?}", answers.iter().map(error).collect::<Vec<_>>());
    stage.is_refused(Link::Recovery, &handle(&waiting), "used").await;
    stage.is_refused(Link::Stop, &waiting.stop, "of a recovery that is done").await;
    // Late: what was proved is worth half an hour.
    let mut waiting = stage.waiting(stage.somebody(11).await).await;
    let form = open(stage, &mut waiting).await;
    stage.world.later(30 * 60 + 1).await;
    let late = waiting.browser.submit(&form, "recover-password-form", &SET).await;
    assert_eq!(error(&late), Link::Recovery.refusal());
    stage.is_refused(Link::Recovery, &handle(&waiting), "late").await;
}

async fn a_stop_once(stage: &Stage) {
    let waiting = stage.waiting(stage.somebody(12).await).await;
    let mut holder = Browser::new();
    let page = holder.open(&stage.world.house.at(&Link::Stop.path(&waiting.stop))).await;
    let answers = at_once(&holder, &page, "recover-stop-form", &[]).await;
    assert_eq!(named(&answers, "recover-end"), 1, "{:?}", answers.iter().map(error).collect::<Vec<_>>());
    stage.is_refused(Link::Stop, &waiting.stop, "used").await;
    stage.is_refused(Link::Recovery, &handle(&waiting), "stopped").await;
    // Late: there is nothing left to stop.
    let waiting = stage.waiting(stage.somebody(13).await).await;
    let page = holder.open(&stage.world.house.at(&Link::Stop.path(&waiting.stop))).await;
    stage.world.later(2 * 24 * 3_600 + 1).await;
    assert_eq!(error(&holder.submit(&page, "recover-stop-form", &[]).await), Link::Stop.refusal());
    stage.is_refused(Link::Stop, &waiting.stop, "late").await;
}

async fn an_invitation_once(stage: &Stage) {
    let link = stage.invitation().await;
    let mut browser = Browser::new();
    let page = browser.open(&stage.world.house.at(&Link::Invitation.path(&link))).await;
    let fields = [("personal_number", NUMBER), SET[0], SET[1]];
    let answers = at_once(&browser, &page, "invited-form", &fields).await;
    assert_eq!(named(&answers, "invited-done"), 1, "{:?}", answers.iter().map(error).collect::<Vec<_>>());
    stage.is_refused(Link::Invitation, &link, "used").await;
    let link = stage.invitation().await;
    let page = browser.open(&stage.world.house.at(&Link::Invitation.path(&link))).await;
    stage.world.later(7 * 24 * 3_600 + 1).await;
    let late = browser.submit(&page, "invited-form", &fields).await;
    assert!([400, 410].contains(&late.status), "{} {}", late.status, late.body);
    stage.is_refused(Link::Invitation, &link, "late").await;
}

async fn an_offer_once(stage: &Stage) {
    let house = &stage.world.house;
    let an = house.citizen("Nguyễn Văn An").await;
    let mut key = Authenticator::new(&house.issuer);
    let mut browser = house.with_passkey(&an, &mut key).await;
    let arrive = async |browser: &mut Browser, key: &mut Authenticator, link: &str| {
        let page = browser.open(&house.at(&Link::Owner.path(link))).await;
        let page = if page.name() == "owner-offered" { page } else { browser.use_passkey(&page, key).await };
        assert_eq!(page.name(), "owner-offered", "{} {}", page.status, page.body);
        page
    };
    let link = stage.owner().await;
    let page = arrive(&mut browser, &mut key, &link).await;
    let answers = at_once(&browser, &page, "owner-form", &[]).await;
    let let_in = answers.iter().filter(|page| page.status == 303 && page.headers["location"] == "/console/").count();
    assert_eq!(let_in, 1, "{:?}", answers.iter().map(|page| page.status).collect::<Vec<_>>());
    assert_eq!(house.count("select count(*) as n from appointment").await, 1);
    stage.is_refused(Link::Owner, &link, "used").await;
    let link = stage.owner().await;
    let page = arrive(&mut browser, &mut key, &link).await;
    stage.world.later(30 * 60 + 1).await;
    let late = browser.submit(&page, "owner-form", &[]).await;
    assert_eq!(error(&late), Link::Owner.refusal());
    stage.is_refused(Link::Owner, &link, "late").await;
    assert_eq!(house.count("select count(*) as n from appointment").await, 1);
}

async fn a_seal_once(stage: &Stage) {
    let house = &stage.world.house;
    let link = stage.seal().await;
    let mut browser = Browser::new();
    let page = browser.open(&house.at(&Link::Seal.path(&link))).await;
    let keys = "select count(*) as n from credential c join break_glass b on b.account_id = c.account_id";
    let mut tried = Vec::new();
    for _ in 0..4 {
        let asked = browser.asked(&page).await;
        let answer = Authenticator::portable(&house.issuer).create(&asked.options);
        tried.push((asked.ceremony, answer));
    }
    // Four keys, each five times.
    let sent = (0..AT_ONCE).map(|number| {
        let (ceremony, answer) = &tried[number % tried.len()];
        let (page, cookies) = (&page, browser.cookies.clone());
        async move {
            let mut copy = Browser::new();
            copy.cookies = cookies;
            copy.answer(page, ceremony, answer).await
        }
    });
    let answers = join_all(sent).await;
    assert_eq!(named(&answers, "break-glass-done"), 1, "{:?}", answers.iter().map(error).collect::<Vec<_>>());
    assert_eq!(house.count(keys).await, 1);
    stage.is_refused(Link::Seal, &link, "used").await;
    let link = stage.seal().await;
    let page = browser.open(&house.at(&Link::Seal.path(&link))).await;
    let asked = browser.asked(&page).await;
    stage.world.later(30 * 60 + 1).await;
    let answer = Authenticator::portable(&house.issuer).create(&asked.options);
    let late = browser.answer(&page, &asked.ceremony, &answer).await;
    assert_eq!(late.status, 410, "{}", late.body);
    stage.is_refused(Link::Seal, &link, "late").await;
    assert_eq!(house.count(keys).await, 1);
}

#[test]
fn row_136_each_link_is_good_once_for_twenty_at_the_same_moment_and_not_late() {
    idp_tests::run(async {
        for engine in Engine::ALL {
            let stage = Stage::on(engine).await;
            Box::pin(a_recovery_once(&stage)).await;
            Box::pin(a_stop_once(&stage)).await;
            Box::pin(an_invitation_once(&stage)).await;
            Box::pin(an_offer_once(&stage)).await;
            Box::pin(a_seal_once(&stage)).await;
        }
    });
}

/// A session of the holder that was open before somebody began a recovery: what is changed in it stops that recovery.
async fn holder_of(stage: &Stage, person: &idp_tests::Person) -> Browser {
    let mut holder = Browser::new();
    let page = holder.open(&stage.world.house.at("/account")).await;
    let page = holder.submit(&page, "sign-in-form", &[("login", &person.login), ("password", OLD)]).await;
    assert_eq!(page.name(), "account", "{} {}", page.status, page.body);
    holder
}

async fn changed_on(engine: Engine) {
    let stage = Stage::on(engine).await;
    let house = &stage.world.house;
    // After another password.
    let somebody = stage.somebody(14).await;
    let mut holder = holder_of(&stage, &somebody.1).await;
    let waiting = stage.waiting(somebody).await;
    let page = holder.open(&house.at("/account/password")).await;
    assert_eq!(holder.submit(&page, "change-password-form", &SET).await.name(), "factors");
    stage.is_refused(Link::Recovery, &handle(&waiting), "after another password").await;
    stage.is_refused(Link::Stop, &waiting.stop, "after another password").await;
    // After an address of the account was removed, whichever it was.
    let somebody = stage.somebody(15).await;
    let mail = proved_address(house, &somebody.1, "nguoi.15@thu.example").await.to_string();
    let mut holder = holder_of(&stage, &somebody.1).await;
    let waiting = stage.waiting(somebody).await;
    let page = holder.open(&house.at("/account/factors")).await;
    let token = page.tokens().remove(0).1;
    let removed = holder.post(&house.at("/account/contacts/remove"), &[("csrf", &token), ("contact", &mail)]).await;
    assert_eq!(removed.status, 303, "{}", removed.body);
    let mut conn = house.db().read().await.expect("reads");
    let left = conn.one(
        "select count(*) as n from contact where account_id = $1 and removed_at is null",
        params![waiting.person.account],
    );
    assert_eq!(left.await.expect("counts").expect("a row").int("n").expect("a number"), 1);
    drop(conn);
    stage.is_refused(Link::Recovery, &handle(&waiting), "after an address was removed").await;
    stage.is_refused(Link::Stop, &waiting.stop, "after an address was removed").await;
}

#[test]
fn row_136_a_recovery_ends_with_another_password_and_with_a_removed_address() {
    idp_tests::run(async {
        for engine in Engine::ALL {
            Box::pin(changed_on(engine)).await;
        }
    });
}
