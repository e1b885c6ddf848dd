//! One's own passkeys: the gate before a change, names, removal.

use idp_tests::{Authenticator, Browser, Engine, House, Page, Person, journey};
use serde_json::json;

const LIST: &str = "/account/passkeys";
const NEW: &str = "/account/passkeys/new";

/// A browser that was signed in with a passkey.
async fn signed_in_with(house: &House, key: &mut Authenticator) -> Browser {
    let mut browser = Browser::new();
    let page = browser.open(&house.at(LIST)).await;
    let page = browser.use_passkey(&page, key).await;
    assert_eq!(page.name(), "passkeys", "{}", page.body);
    browser
}

fn removal_of(list: &Page, place: usize) -> String {
    let html = &list.body;
    let links: Vec<&str> = html.split("class=\"remove\" href=\"").skip(1).collect();
    links[place].split('"').next().expect("an address").to_owned()
}

async fn open_sessions(house: &House, person: &Person) -> i64 {
    let mut conn = house.db().read().await.expect("reads");
    let sql = "select count(*) as n from session where person_id = $1 and ended_at is null";
    conn.one(sql, idp_core::params![person.id]).await.expect("counts").expect("a row").int("n").expect("a number")
}

#[test]
fn a_change_needs_a_proof_at_the_highest_level_of_the_last_five_minutes() {
    idp_tests::run(async {
        for engine in Engine::ALL {
            let house = House::start(engine, "").await;
            let an = house.citizen("Nguyễn Văn An").await;
            let mut key = Authenticator::synced(&house.issuer);
            let mut browser = house.with_passkey(&an, &mut key).await;
            let list = browser.open(&house.at(LIST)).await;
            assert_eq!(list.name(), "passkeys", "seeing needs no more than a session");
            // A password alone is not enough where there is a passkey, also a fresh one, for each way to a change.
            for path in [NEW.to_owned(), removal_of(&list, 0)] {
                assert_eq!(browser.open(&house.at(&path)).await.name(), "step-up", "{path}");
            }
            let page = browser.open(&house.at(NEW)).await;
            let page = browser.use_passkey(&page, &mut key).await;
            assert_eq!(page.name(), "passkey-create");
            let asked = browser.asked(&page).await;
            // The page stays open; five minutes later its answer is too late, and the proof is asked anew.
            house.later(301).await;
            let mut other = Authenticator::new(&house.issuer);
            let late = browser.answer(&page, &asked.ceremony, &other.create(&asked.options)).await;
            let late = browser.follow(late).await;
            assert_eq!(late.name(), "step-up", "{}", late.body);
            assert_eq!(browser.ask(&page).await.status, 303, "the script is not told what to ask either");
            let page = browser.use_passkey(&late, &mut key).await;
            let page = browser.make_passkey(&page, &mut other).await;
            assert_eq!(page.text("#done").as_deref(), Some("Đã tạo khoá truy cập."));
        }
    });
}

journey! {
    async fn a_passkey_has_the_name_that_its_holder_gives_it(house) {
        let an = house.citizen("Nguyễn Văn An").await;
        let mut key = Authenticator::new(&house.issuer);
        let mut browser = house.with_passkey(&an, &mut key).await;
        let list = browser.open(&house.at(LIST)).await;
        assert!(list.text("#passkeys").is_some_and(|text| text.contains("Chưa dùng lần nào")));
        let form = list.attribute("form.rename", "action").expect("a form");
        let csrf = list.attribute("form.rename input[name=csrf]", "value").expect("a token");
        let rename = async |browser: &mut Browser, label: &str| {
            let answer = browser.post(&house.at(&form), &[("csrf", &csrf), ("label", label)]).await;
            browser.follow(answer).await
        };
        let page = rename(&mut browser, "  Điện thoại   của <An> ").await;
        assert_eq!(page.text("#passkeys .label").as_deref(), Some("Điện thoại của <An>"));
        assert!(page.has("#done"));
        assert_eq!(rename(&mut browser, " ").await.text("#passkeys .label").as_deref(), Some("Điện thoại của <An>"));
        // Nobody names another's.
        let binh = house.citizen("Trần Thị Bình").await;
        let mut binhs = Authenticator::new(&house.issuer);
        let mut other = house.with_passkey(&binh, &mut binhs).await;
        let own = other.open(&house.at(LIST)).await;
        let csrf_of_binh = own.attribute("form.rename input[name=csrf]", "value").expect("a token");
        other.post(&house.at(&form), &[("csrf", &csrf_of_binh), ("label", "mine")]).await;
        let list = browser.open(&house.at(LIST)).await;
        assert_eq!(list.text("#passkeys .label").as_deref(), Some("Điện thoại của <An>"));
    }
}

journey! {
    async fn row_158_a_removed_passkey_ends_the_sessions_that_it_opened(house) {
        let party = house.party(json!({})).await;
        let an = house.citizen("Nguyễn Văn An").await;
        let (mut lost, mut own) = (Authenticator::new(&house.issuer), Authenticator::synced(&house.issuer));
        let mut browser = house.with_passkey(&an, &mut lost).await;
        let page = browser.open(&house.at(NEW)).await;
        let page = browser.use_passkey(&page, &mut lost).await;
        browser.make_passkey(&page, &mut own).await;

        // The thief of the first passkey signs in, at a party too. A session whose holder proved themself again by password stays theirs.
        let mut thief = Browser::new();
        let away = party.authorize(house, &[]);
        let page = thief.open(away.url.as_str()).await;
        let page = thief.use_passkey(&page, &mut lost).await;
        let tokens = house.redeem(&party, &away, &page.returned("code").expect("a code")).await;
        let mut by_password = Browser::new();
        by_password.sign_in(house, &party, &an).await;

        let mut holder = signed_in_with(house, &mut own).await;
        let list = holder.open(&house.at(LIST)).await;
        let page = holder.open(&house.at(&removal_of(&list, 0))).await;
        assert_eq!((page.name().as_str(), page.has("#ends-this"), page.has("#last-passkey")), ("passkey-remove", false, false));
        let before = open_sessions(house, &an).await;
        let page = holder.submit(&page, "remove-form", &[]).await;
        assert_eq!(page.name(), "passkeys", "the holder's own session goes on: {}", page.body);
        assert_eq!(before - open_sessions(house, &an).await, 2, "the thief's, and the one that the lost passkey stepped up");
        assert_eq!(thief.open(&house.at("/account")).await.name(), "sign-in");
        assert!(!house.is_active(&party, &tokens.text("access_token")).await, "tokens end with their session");
        assert_eq!(by_password.open(&house.at("/account")).await.name(), "account");
        assert_eq!(house.events("credential-removed", an.id).await, 1);

        let page = thief.open(&house.at("/account")).await;
        let refused = thief.use_passkey(&page, &mut lost).await;
        assert_eq!((refused.status, refused.name().as_str()), (401, "passkey-failed"));
        // Not even under another account can it come back.
        let binh = house.citizen("Trần Thị Bình").await;
        let mut other = Browser::new();
        let page = other.open(&house.at(NEW)).await;
        let page = other.enter(&page, &binh).await;
        assert_eq!(other.make_passkey(&page, &mut lost).await.status, 422);
    }
}

journey! {
    async fn row_158_what_outlives_a_session_ends_with_the_passkey_that_proved_it(house) {
        let party = house.party(json!({})).await;
        let an = house.citizen("Nguyễn Văn An").await;
        let (mut lost, mut own) = (Authenticator::new(&house.issuer), Authenticator::synced(&house.issuer));
        let mut browser = house.with_passkey(&an, &mut lost).await;
        let page = browser.open(&house.at(NEW)).await;
        let page = browser.use_passkey(&page, &mut lost).await;
        browser.make_passkey(&page, &mut own).await;
        let offline = [("scope", "openid offline_access")];

        // A service got lasting access in a session of the lost passkey, which ended since.
        let mut thief = Browser::new();
        let away = party.authorize(house, &offline);
        let page = thief.open(away.url.as_str()).await;
        let page = thief.use_passkey(&page, &mut lost).await;
        let stolen = house.redeem(&party, &away, &page.returned("code").expect("a code")).await.text("refresh_token");
        let page = thief.open(&house.at("/account")).await;
        thief.submit(&page, "sign-out-form", &[]).await;
        let stolen = house.refresh(&party, &stolen).await.text("refresh_token");
        // And in one that the lost passkey opened and another one proved last.
        let mut both = signed_in_with(house, &mut lost).await;
        let again = party.authorize(house, &[offline[0], ("prompt", "login")]);
        let page = both.open(again.url.as_str()).await;
        let page = both.use_passkey(&page, &mut own).await;
        let mixed = house.redeem(&party, &again, &page.returned("code").expect("a code")).await.text("refresh_token");
        // What the own passkey alone proved stays.
        let mut holder = signed_in_with(house, &mut own).await;
        let away = party.authorize(house, &offline);
        let page = holder.open(away.url.as_str()).await;
        let kept = house.redeem(&party, &away, &page.returned("code").expect("a code")).await.text("refresh_token");

        let list = holder.open(&house.at(LIST)).await;
        let page = holder.open(&house.at(&removal_of(&list, 0))).await;
        assert!(page.text("main").expect("a page").contains("quyền truy cập lâu dài"), "the page says so: {}", page.body);
        let page = holder.submit(&page, "remove-form", &[]).await;
        assert_eq!(page.name(), "passkeys", "{}", page.body);
        assert_eq!(house.refresh(&party, &stolen).await.error(), "invalid_grant", "of a session that ended before");
        assert_eq!(house.refresh(&party, &mixed).await.error(), "invalid_grant", "of a session that another passkey proved last");
        assert_eq!(both.open(&house.at("/account")).await.name(), "sign-in");
        assert_ne!(house.refresh(&party, &kept).await.text("refresh_token"), "", "the other's stays");
        assert!(house.events("grant-revoked", an.id).await >= 2);
    }
}

journey! {
    async fn row_158_the_last_passkey_is_removed_only_by_who_has_it(house) {
        let an = house.citizen("Nguyễn Văn An").await;
        let mut key = Authenticator::new(&house.issuer);
        let mut by_password = house.with_passkey(&an, &mut key).await;
        let list = by_password.open(&house.at(LIST)).await;
        let address = house.at(&removal_of(&list, 0));
        // The form of the removal page, sent by somebody who knows the password only.
        let csrf = list.attribute("form.rename input[name=csrf]", "value").expect("a token");
        let sent = by_password.post(&address, &[("csrf", &csrf)]).await;
        assert_eq!(by_password.follow(sent).await.name(), "step-up");

        let mut browser = signed_in_with(house, &mut key).await;
        let page = browser.open(&address).await;
        assert!(page.has("#last-passkey") && page.has("#ends-this"), "{}", page.body);
        let page = browser.submit(&page, "remove-form", &[]).await;
        assert_eq!(page.name(), "sign-in", "this very session was opened with it: {}", page.body);
        assert!(!browser.cookies.contains_key("sid"));
    }
}

journey! {
    async fn the_only_way_in_cannot_be_removed(house) {
        let an = house.citizen("Nguyễn Văn An").await;
        let mut key = Authenticator::new(&house.issuer);
        house.with_passkey(&an, &mut key).await;
        let (cx, account) = (house.cx(), an.account);
        let taken = house.db().write(&cx, |tx| {
            Box::pin(async move {
                tx.run("delete from password where account_id = $1", idp_core::params![account]).await?;
                Ok::<_, idp_core::store::StoreError>(())
            })
        });
        taken.await.expect("writes");
        let mut browser = signed_in_with(house, &mut key).await;
        let list = browser.open(&house.at(LIST)).await;
        let page = browser.open(&house.at(&removal_of(&list, 0))).await;
        assert!(page.has("#only-way") && !page.has("#remove-form"), "{}", page.body);
        let csrf = list.attribute("form.rename input[name=csrf]", "value").expect("a token");
        let sent = browser.post(&house.at(&removal_of(&list, 0)), &[("csrf", &csrf)]).await;
        assert_eq!(browser.follow(sent).await.attribute("#passkeys", "id").as_deref(), Some("passkeys"), "it is still there");
    }
}
