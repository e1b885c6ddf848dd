//! What an operator takes away with `idp people factors`: a lost or switched-off factor goes, everybody is told, and nothing opens with less.

use idp_core::authn::{contact, password, recovery_code, second};
use idp_demo::registry;
use idp_tests::{Authenticator, Browser, Engine, House, Page, Person, journey};
use serde_json::{Value, json};

use super::{
    recover::{NEW, World},
    ways::{app_code, at_account, messages, paper, proved_address, second_factor_at, sent_code, telephone, with_app},
};
use crate::faults::process::run;

const WHY: &str = "biên nhận 12/2026, đã đối chiếu căn cước";

/// A command beside the running server; gives its exit code and what it says to a program.
fn ask(house: &House, arguments: &[&str]) -> (Option<i32>, Value) {
    let (code, text) = run(&house.folder.join("idp.toml"), &[&["--json", "people", "factors"], arguments].concat());
    let said = text.lines().rev().find_map(|line| serde_json::from_str(line).ok());
    (code, said.unwrap_or_default())
}

/// The ids of what somebody has of a kind.
fn named(house: &House, person: &Person, kind: &str) -> Vec<String> {
    let (code, said) = ask(house, &["list", &person.login]);
    assert_eq!(code, Some(0), "{said}");
    let all = said.as_array().cloned().unwrap_or_default();
    let of_kind = all.iter().filter(|one| one["kind"] == kind);
    of_kind.map(|one| one["factor"].as_str().expect("an id").to_owned()).collect()
}

fn take(house: &House, person: &Person, factor: &str) -> Value {
    let (code, said) = ask(house, &["remove", &person.login, factor, "--because", WHY]);
    assert_eq!(code, Some(0), "{said}");
    said
}

async fn tries(browser: &mut Browser, house: &House, who: &Person) -> Page {
    let page = browser.open(&house.at("/account")).await;
    browser.enter(&page, who).await
}

async fn reason(house: &House, who: &Person) -> String {
    let mut conn = house.db().read().await.expect("reads");
    let sql = "select body from audit_event where kind = 'factor-taken' and person_id = $1";
    let row = conn.one(sql, idp_core::params![who.id]).await.expect("reads").expect("a record");
    row.text("body").expect("a body")
}

// A server of its own: the command has the clock of the machine, and journeys that share a server move theirs ahead.
crate::admin::apart! {
    async fn taking_the_last_second_factor_closes_the_password_and_tells_everybody(house) {
        let party = house.party(json!({})).await;
        let an = house.citizen("Nguyễn Văn An").await;
        let (phone, mail) = (telephone(), "an.nguyen@thu.example");
        proved_address(house, &an, &phone).await;
        proved_address(house, &an, mail).await;
        let mut holder = Browser::new();
        let (key, shown) = with_app(house, &mut holder, &an).await;
        let codes = paper(&shown);
        let mut signed_in = Browser::new();
        let away = party.authorize(house, &[("scope", "openid profile offline_access")]);
        let page = signed_in.open(away.url.as_str()).await;
        let asked = signed_in.enter(&page, &an).await;
        let done = signed_in.submit(&asked, "second-factor-form", &[("code", &app_code(house, &key, 30))]).await;
        let code = done.returned("code").unwrap_or_else(|| panic!("{} {}", done.status, done.body));
        let tokens = house.redeem(&party, &away, &code).await;
        // Somebody with the password alone is half through.
        let mut thief = Browser::new();
        let half = tries(&mut thief, house, &an).await;
        assert_eq!(half.name(), "second-factor", "{} {}", half.status, half.body);

        assert_eq!(named(house, &an, "paper"), ["paper"]);
        let app = named(house, &an, "totp").remove(0);
        let said = take(house, &an, &app);
        assert_eq!((&said["removed"], &said["password"], &said["told"]), (&json!("totp"), &json!("closed"), &json!(2)), "{said}");
        assert!(said["sessions_ended"].as_u64().is_some_and(|ended| ended >= 2), "{said}");
        let written = reason(house, &an).await;
        assert!(written.contains(WHY) && written.contains("closed"), "{written}");
        for to in [phone.as_str(), mail] {
            assert_eq!(messages(house, to, "password-closed").await.len(), 1, "{to}");
            assert_eq!(messages(house, to, "factor-removed").await.len(), 2, "{to}: the app, and the paper");
        }
        // Nothing goes on with what was good before: no session, no token, no password, no half of a sign-in, no paper.
        assert_eq!(signed_in.open(&house.at("/account")).await.name(), "sign-in");
        assert_eq!(house.refresh(&party, &tokens.text("refresh_token")).await.error(), "invalid_grant");
        assert_eq!(tries(&mut Browser::new(), house, &an).await.status, 422, "the password opens nothing");
        for code in [app_code(house, &key, 60), codes[0].clone()] {
            thief.submit(&half, "second-factor-form", &[("code", &code)]).await;
            assert!(!thief.cookies.contains_key("sid"), "the half that was proved goes no further");
        }
        assert_eq!(thief.open(half.url.as_str()).await.name(), "sign-in", "it begins again");
        let mut conn = house.db().read().await.expect("reads");
        assert_eq!(recovery_code::left(&mut conn, an.account).await.expect("reads"), None);
        assert!(password::stored(&mut conn, an.account).await.expect("reads").is_some(), "an import puts nothing back");
        assert_eq!(ask(house, &["remove", &an.login, &app, "--because", WHY]).0, Some(1), "once");
    }
}

journey! {
    async fn where_a_second_factor_is_left_the_password_stays_and_needs_it(house) {
        let an = house.citizen("Nguyễn Văn An").await;
        let phone = telephone();
        let mut holder = Browser::new();
        let (key, _) = with_app(house, &mut holder, &an).await;
        let contact = proved_address(house, &an, &phone).await;
        second_factor_at(house, &an, contact).await;
        let number = named(house, &an, "phone").remove(0);
        // Only the second step goes: the address is still told and still recovers.
        let (code, said) = ask(house, &["remove", &an.login, &number, "--keep-address", "--because", WHY]);
        assert_eq!((code, &said["removed"], &said["password"]), (Some(0), &json!("second"), &json!("kept")), "{said}");
        assert_eq!(named(house, &an, "phone"), std::slice::from_ref(&number));
        assert_eq!(holder.open(&house.at("/account")).await.name(), "sign-in", "every session ended");
        let mut browser = Browser::new();
        let asked = tries(&mut browser, house, &an).await;
        assert_eq!(asked.name(), "second-factor");
        let done = browser.submit(&asked, "second-factor-form", &[("code", &app_code(house, &key, 30))]).await;
        assert_eq!(done.name(), "account", "{} {}", done.status, done.body);
        // The address itself, and the paper.
        assert_eq!(take(house, &an, &number)["password"], "kept");
        assert_eq!(messages(house, &phone, "factor-removed").await.len(), 2, "the address itself is told too");
        assert!(named(house, &an, "phone").is_empty());
        assert_eq!(take(house, &an, "paper")["password"], "kept");
        assert!(named(house, &an, "paper").is_empty());
        let mut conn = house.db().read().await.expect("reads");
        assert!(contact::list(&mut conn, an.account).await.expect("reads").is_empty());
        let policy = second::Policy { sms: true, email: false };
        assert!(!second::enrolled(&mut conn, an.account, policy).await.expect("reads").is_none());
        assert_eq!(tries(&mut Browser::new(), house, &an).await.name(), "second-factor");
    }
}

journey! {
    async fn a_lost_passkey_takes_the_password_along_unless_another_key_is_left(house) {
        let an = house.citizen("Nguyễn Văn An").await;
        let (mut lost, mut kept) = (Authenticator::new(&house.issuer), Authenticator::new(&house.issuer));
        let mut browser = house.with_passkey(&an, &mut lost).await;
        let page = browser.open(&house.at("/account/passkeys/new")).await;
        let page = if page.name() == "step-up" { browser.use_passkey(&page, &mut lost).await } else { page };
        browser.make_passkey(&page, &mut kept).await;
        let keys = named(house, &an, "passkey");
        assert_eq!(keys.len(), 2);
        assert_eq!(take(house, &an, &keys[0])["password"], "kept", "the other key is still asked for where it was");
        let mut thief = Browser::new();
        let page = thief.open(&house.at("/account")).await;
        thief.use_passkey(&page, &mut lost).await;
        assert!(!thief.cookies.contains_key("sid"), "the lost key opens nothing");
        let mut holder = Browser::new();
        let page = holder.open(&house.at("/account")).await;
        assert_eq!(holder.use_passkey(&page, &mut kept).await.name(), "account");
        // Without any, whoever has the password could make a passkey of their own: so it is closed.
        assert_eq!(take(house, &an, &keys[1])["password"], "closed");
        assert_eq!(tries(&mut Browser::new(), house, &an).await.status, 422);
    }
}

async fn recovered_on(engine: Engine) {
    let world = World::with(engine, ("", "per_number_per_day = 50\nper_address_per_hour = 200\n")).await;
    let (house, registered) = (&world.house, &registry::people()[9]);
    let an = world.enrolled(registered).await;
    let phone = telephone();
    proved_address(house, &an, &phone).await;
    let mut holder = Browser::new();
    with_app(house, &mut holder, &an).await;
    // A recovery that a thief began is stopped by it.
    let mut thief = Browser::new();
    let proof = world.asks(&mut thief, registered, &an.login).await;
    let app = named(house, &an, "totp").remove(0);
    assert_eq!(take(house, &an, &app)["password"], "closed");
    assert_eq!(thief.open(proof.url.as_str()).await.text("#error-code").as_deref(), Some("recover-expired"));
    // The way back is the recovery: data of the registry, a code to the address, and the wait.
    let mut browser = Browser::new();
    let proof = world.asks(&mut browser, registered, &an.login).await;
    let sent = browser.submit(&proof, "recover-send-form", &[]).await;
    let code = sent_code(house, &phone, "recovery-code").await;
    let wait = browser.submit(&sent, "recover-proof-form", &[("code", &code)]).await;
    assert_eq!(wait.name(), "recover-wait", "{} {}", wait.status, wait.body);
    world.later(24 * 3_600 + 1).await;
    let again = browser.open(wait.url.as_str()).await;
    let sent = browser.submit(&again, "recover-send-form", &[]).await;
    let code = sent_code(house, &phone, "recovery-code").await;
    let form = browser.submit(&sent, "recover-proof-form", &[("code", &code)]).await;
    let set = [("new_password", NEW), ("new_password_again", NEW)];
    let done = browser.submit(&form, "recover-password-form", &set).await;
    assert_eq!(done.name(), "recover-end", "{} {}", done.status, done.body);
    let back = Person { password: NEW.to_owned(), login: an.login.clone(), ..an };
    at_account(house, &mut Browser::new(), &back).await;
}

#[test]
fn the_way_back_from_a_closed_password_is_a_recovery_by_identity() {
    idp_tests::run(async {
        for engine in Engine::ALL {
            Box::pin(recovered_on(engine)).await;
        }
    });
}

journey! {
    async fn only_what_is_there_is_taken_and_never_without_a_reason(house) {
        let an = house.citizen("Nguyễn Văn An").await;
        assert_eq!(ask(house, &["list", "nobody-000000"]).0, Some(1));
        let (code, none) = ask(house, &["list", &an.login]);
        assert_eq!((code, none), (Some(0), json!([])));
        for (factor, because) in [("paper", WHY), ("00000000-0000-0000-0000-000000000000", WHY), ("x", WHY)] {
            assert_eq!(ask(house, &["remove", &an.login, factor, "--because", because]).0, Some(1), "{factor}");
        }
        for because in ["", "  ", "a\nb"] {
            assert_eq!(ask(house, &["remove", &an.login, "paper", "--because", because]).0, Some(2), "{because:?}");
        }
        assert_eq!(ask(house, &["remove", &an.login, "paper"]).0, Some(2));
        at_account(house, &mut Browser::new(), &an).await;
    }
}
