//! Second factors: apps for codes, codes by message, codes on paper (rows 133, 146, 158 of the list of attacks).

use idp_core::types::Address;
use idp_tests::{Browser, Engine, House, Page, journey, tokens};
use serde_json::json;

use super::ways::{
    app_code, at_account, messages, paper, proved_address, second_factor_at, sent_code, telephone, with_app,
};

/// Signs in by password from a party; what comes then.
async fn by_password(house: &House, browser: &mut Browser, person: &idp_tests::Person) -> Page {
    let party = house.party(json!({})).await;
    let page = browser.open(party.authorize(house, &[]).url.as_str()).await;
    browser.enter(&page, person).await
}

async fn an_app_is_a_second_factor_on(engine: Engine) {
    let house = &House::start(engine, "").await;
    let party = house.party(json!({})).await;
    let an = house.citizen("Nguyễn Văn An").await;
    let mut browser = Browser::new();
    let phone = telephone();
    proved_address(house, &an, &phone).await;
    let (key, shown) = with_app(house, &mut browser, &an).await;
    assert_eq!(paper(&shown).len(), 10);
    assert_eq!(messages(house, &phone, "factor-added").await.len(), 1, "the holder is told");

    // From now on the password alone opens nothing.
    let mut other = Browser::new();
    let away = party.authorize(house, &[("acr_values", "urn:idp:aal2")]);
    let page = other.open(away.url.as_str()).await;
    let asked = other.enter(&page, &an).await;
    assert_eq!(asked.name(), "second-factor", "{} {}", asked.status, asked.body);
    assert!(asked.has("details#why") && !other.cookies.contains_key("sid"));
    // The code that set the app up is spent; a wrong one is wrong; the next one is right, once.
    let replayed = other.submit(&asked, "second-factor-form", &[("code", &app_code(house, &key, 0))]).await;
    assert_eq!((replayed.status, replayed.name()), (422, "second-factor".to_owned()));
    let empty = other.submit(&asked, "second-factor-form", &[("code", "")]).await;
    assert_eq!(empty.status, 422);
    let next = app_code(house, &key, 30);
    let done = other.submit(&asked, "second-factor-form", &[("code", &next)]).await;
    let code = done.returned("code").unwrap_or_else(|| panic!("{} {}", done.status, done.body));
    let reply = house.redeem(&party, &away, &code).await;
    let claims = tokens::claims(&reply.text("id_token"));
    assert_eq!(claims["acr"], "urn:idp:aal2");
    assert_eq!(claims["amr"], json!(["pwd", "otp", "mfa"]));

    let mut third = Browser::new();
    let asked = by_password(house, &mut third, &an).await;
    let again = third.submit(&asked, "second-factor-form", &[("code", &next)]).await;
    assert_eq!(again.status, 422, "a step counts once");
    assert!(!third.cookies.contains_key("sid"));
    // A clock that runs a step behind or ahead is forgiven, two are not.
    house.later(120).await;
    for (after, right) in [(-60, false), (60, false), (30, true)] {
        let asked = by_password(house, &mut third, &an).await;
        let answer = third.submit(&asked, "second-factor-form", &[("code", &app_code(house, &key, after))]).await;
        assert_eq!(answer.returned("code").is_some(), right, "{after}");
    }
}

#[test]
fn an_app_is_a_second_factor_and_each_step_counts_once() {
    idp_tests::run(async {
        for engine in Engine::ALL {
            Box::pin(an_app_is_a_second_factor_on(engine)).await;
        }
    });
}

journey! {
    async fn row_133_a_right_password_alone_opens_nothing(house) {
        let party = house.party(json!({})).await;
        let an = house.citizen("Nguyễn Văn An").await;
        let contact = proved_address(house, &an, &telephone()).await;
        second_factor_at(house, &an, contact).await;
        let mut browser = Browser::new();
        let page = browser.open(party.authorize(house, &[]).url.as_str()).await;
        let t = page.url.path().rsplit('/').next().unwrap_or_default().to_owned();
        let asked = browser.enter(&page, &an).await;
        assert_eq!(asked.name(), "second-factor", "{} {}", asked.status, asked.body);
        assert!(!browser.cookies.contains_key("sid"), "half a sign-in is no session");
        for path in ["/account", "/account/factors", "/account/password", "/account/passkeys"] {
            assert_eq!(browser.open(&house.at(path)).await.name(), "sign-in", "{path}");
        }
        let resumed = browser.open(&house.at(&format!("/oauth2/authorize/resume?t={t}"))).await;
        assert_eq!(resumed.name(), "second-factor", "the door sends back to the step");
        let silent = browser.open(party.authorize(house, &[("prompt", "none")]).url.as_str()).await;
        assert_eq!(silent.returned("error").as_deref(), Some("login_required"));
        // Other steps of the transaction, empty answers, other words.
        let token = asked.attribute("#second-factor-form input[name=csrf]", "value").expect("a token");
        for (step, fields) in [
            ("account", vec![("choice", "continue")]),
            ("consent", vec![("decision", "allow")]),
            ("decline", vec![]),
            ("passkey/later", vec![]),
            ("second-factor", vec![]),
            ("second-factor", vec![("way", "app"), ("code", "000000")]),
            ("second-factor", vec![("way", "paper"), ("code", "ABCD-EFGH-JKMN")]),
            ("second-factor", vec![("way", "message-7"), ("code", "")]),
            ("second-factor", vec![("way", "none"), ("code", "000000")]),
        ] {
            let fields: Vec<_> = fields.into_iter().chain([("csrf", token.as_str())]).collect();
            let answer = browser.post(&house.at(&format!("/sign-in/{t}/{step}")), &fields).await;
            assert!(!browser.cookies.contains_key("sid"), "{step} {}", answer.status);
            let shown = browser.open(&house.at(&format!("/sign-in/{t}"))).await;
            assert!(shown.left_for.is_none() && shown.name() != "account", "{step} {}", shown.name());
        }
        // Back to the beginning: the right password is forgotten.
        let asked = browser.open(&house.at(&format!("/sign-in/{t}"))).await;
        let begun = browser.submit(&asked, "again-form", &[]).await;
        assert_eq!(begun.name(), "sign-in");
        let late = browser.submit(&asked, "second-factor-form", &[("code", "123456")]).await;
        assert_eq!(late.name(), "sign-in", "there is nothing to answer any more");
    }
}

async fn row_146_on(engine: Engine) {
    let house = &House::start(engine, "").await;
    let an = house.citizen("Nguyễn Văn An").await;
    let phone = telephone();
    let contact = proved_address(house, &an, &phone).await;
    second_factor_at(house, &an, contact).await;
    let mut browser = Browser::new();
    let asked = by_password(house, &mut browser, &an).await;
    assert!(!asked.body.contains(&phone) && asked.body.contains(&phone[phone.len() - 3..]), "masked");
    let shown = Address::parse(&phone).expect("a number").shown();
    assert!(!asked.body.contains(&shown), "masked, also as people write it");
    let first = sent_code(house, &phone, "sign-in-code").await;
    // Newest only.
    let again = browser.submit(&asked, "second-factor-send-form", &[]).await;
    let second = sent_code(house, &phone, "sign-in-code").await;
    if first != second {
        let old = browser.submit(&again, "second-factor-form", &[("code", &first)]).await;
        assert_eq!(old.status, 422);
    }
    // Of another transaction: worth nothing here.
    let mut other = Browser::new();
    let elsewhere = by_password(house, &mut other, &an).await;
    let foreign = other.submit(&elsewhere, "second-factor-form", &[("code", &second)]).await;
    assert_eq!(foreign.status, 422);
    assert!(!other.cookies.contains_key("sid"));
    // Three tries: the right one after three wrong ones is too late.
    let third = sent_code(house, &phone, "sign-in-code").await;
    let wrong = if third == "000000" { "000001" } else { "000000" };
    for _ in 0..2 {
        assert_eq!(other.submit(&elsewhere, "second-factor-form", &[("code", wrong)]).await.status, 422);
    }
    let late = other.submit(&elsewhere, "second-factor-form", &[("code", &third)]).await;
    assert_eq!(late.status, 422, "{}", late.body);
    assert!(!other.cookies.contains_key("sid"));
    // Five minutes.
    let mut slow = Browser::new();
    let asked = by_password(house, &mut slow, &an).await;
    let code = sent_code(house, &phone, "sign-in-code").await;
    house.later(301).await;
    assert_eq!(slow.submit(&asked, "second-factor-form", &[("code", &code)]).await.status, 422);
    // And once: it opens, as the second level, and no more.
    let again = slow.submit(&asked, "second-factor-send-form", &[]).await;
    let code = sent_code(house, &phone, "sign-in-code").await;
    let done = slow.submit(&again, "second-factor-form", &[("code", &code)]).await;
    assert!(done.returned("code").is_some(), "{} {}", done.status, done.body);
    assert!(slow.cookies.contains_key("sid"));
    // The quota of the address is used up: the page says when it goes on, and nothing is sent.
    let sent = messages(house, &phone, "sign-in-code").await.len();
    let mut last = Browser::new();
    let asked = by_password(house, &mut last, &an).await;
    let refused = last.submit(&asked, "second-factor-send-form", &[]).await;
    assert_eq!(refused.status, 422, "{}", refused.body);
    assert!(refused.has("#error-summary"));
    assert_eq!(messages(house, &phone, "sign-in-code").await.len(), sent.max(5));
}

#[test]
fn row_146_a_code_is_good_for_one_transaction_three_tries_and_five_minutes() {
    idp_tests::run(async {
        for engine in Engine::ALL {
            Box::pin(row_146_on(engine)).await;
        }
    });
}

journey! {
    async fn a_recovery_code_opens_once_and_its_holder_is_told(house) {
        let an = house.citizen("Nguyễn Văn An").await;
        let phone = telephone();
        proved_address(house, &an, &phone).await;
        let (_, shown) = with_app(house, &mut Browser::new(), &an).await;
        let codes = paper(&shown);
        let mut browser = Browser::new();
        let asked = by_password(house, &mut browser, &an).await;
        let page = browser.open(asked.url.join("?way=paper").expect("an address").as_str()).await;
        let written = codes[3].to_lowercase().replace('-', " ");
        let done = browser.submit(&page, "second-factor-form", &[("code", &written)]).await;
        assert!(done.returned("code").is_some(), "{} {}", done.status, done.body);
        assert_eq!(messages(house, &phone, "recovery-code-used").await.len(), 1);
        let mut again = Browser::new();
        let asked = by_password(house, &mut again, &an).await;
        let page = again.open(asked.url.join("?way=paper").expect("an address").as_str()).await;
        assert_eq!(again.submit(&page, "second-factor-form", &[("code", &codes[3])]).await.status, 422);
        let page = again.submit(&page, "second-factor-form", &[("code", &codes[4])]).await;
        assert!(page.returned("code").is_some());
        // A new set replaces the old one, and no page shows the old one again.
        let page = again.open(&house.at("/account/factors")).await;
        assert!(page.text("#paper-state").is_some_and(|text| text.contains('8')), "{}", page.body);
        let fresh = paper(&again.submit(&page, "paper-form", &[]).await);
        assert_eq!(fresh.len(), 10);
        assert!(fresh.iter().all(|code| !codes.contains(code)));
        let mut third = Browser::new();
        let asked = by_password(house, &mut third, &an).await;
        let page = third.open(asked.url.join("?way=paper").expect("an address").as_str()).await;
        assert_eq!(third.submit(&page, "second-factor-form", &[("code", &codes[5])]).await.status, 422);
    }
}

async fn changes_ask_for_a_fresh_proof_on(engine: Engine) {
    let house = &House::start(engine, "").await;
    let an = house.citizen("Nguyễn Văn An").await;
    let mut browser = Browser::new();
    at_account(house, &mut browser, &an).await;
    let phone = telephone();
    let page = browser.open(&house.at("/account/factors")).await;
    // Six minutes later an open session is not enough.
    house.later(360).await;
    let asked = browser.submit(&page, "contact-form", &[("address", &phone)]).await;
    assert_eq!(asked.name(), "sign-in", "{}", asked.body);
    let back = browser.submit(&asked, "sign-in-form", &[("password", &an.password)]).await;
    assert_eq!(back.name(), "factors", "{} {}", back.status, back.body);
    for wrong in ["", "0234 388 888", "an@", "+1 202 555 0100"] {
        let refused = browser.submit(&back, "contact-form", &[("address", wrong)]).await;
        assert_eq!((refused.status, refused.has("#address-error")), (422, true), "{wrong}");
    }
    let proof = browser.submit(&back, "contact-form", &[("address", &format!(" 0{} ", &phone[3..]))]).await;
    assert_eq!(proof.name(), "contact-proof", "{} {}", proof.status, proof.body);
    let code = sent_code(house, &phone, "contact-code").await;
    let wrong = if code == "000000" { "000001" } else { "000000" };
    assert_eq!(browser.submit(&proof, "contact-proof-form", &[("code", wrong)]).await.status, 422);
    let done = browser.submit(&proof, "contact-proof-form", &[("code", &code)]).await;
    assert_eq!((done.name(), done.has("#done")), ("factors".to_owned(), true), "{}", done.body);
    // A second address: the first one is told, before the new one counts.
    let proof = browser.submit(&done, "contact-form", &[("address", "an.nguyen@thu.example")]).await;
    let code = sent_code(house, "an.nguyen@thu.example", "contact-code").await;
    browser.submit(&proof, "contact-proof-form", &[("code", &code)]).await;
    assert_eq!(messages(house, &phone, "factor-added").await.len(), 1);
    assert!(messages(house, "an.nguyen@thu.example", "factor-added").await.is_empty());
    // The name of somebody else's address is worth nothing.
    let binh = house.citizen("Trần Thị Bình").await;
    let foreign = proved_address(house, &binh, &telephone()).await.to_string();
    let token = done.attribute("#contact-form input[name=csrf]", "value").expect("a token");
    for path in ["/account/contacts/remove", "/account/contacts/second-factor", "/account/contacts/send"] {
        browser.post(&house.at(path), &[("csrf", &token), ("contact", &foreign), ("on", "1")]).await;
    }
    let sql = "select count(*) as n from contact where removed_at is null and verified_at is not null";
    assert_eq!(house.count(sql).await, 3);
    assert_eq!(house.count("select count(*) as n from contact where second_factor_at is not null").await, 0);
}

#[test]
fn a_change_of_what_proves_an_account_asks_for_a_fresh_proof_and_tells_its_holder() {
    idp_tests::run(async {
        for engine in Engine::ALL {
            Box::pin(changes_ask_for_a_fresh_proof_on(engine)).await;
        }
    });
}

journey! {
    async fn a_short_password_needs_its_second_factor_and_row_158_a_removed_one_ends_its_sessions(house) {
        let an = house.citizen("Nguyễn Văn An").await;
        let mut browser = Browser::new();
        let (key, _) = with_app(house, &mut browser, &an).await;
        // The account has a second factor now: the page asks for it before the password may change.
        let asked = browser.open(&house.at("/account/password")).await;
        let form = if asked.name() == "step-up" {
            let page = browser.open(asked.url.join("?passkey=codes").expect("an address").as_str()).await;
            let asked = browser.submit(&page, "sign-in-form", &[("password", &an.password)]).await;
            assert_eq!(asked.name(), "second-factor", "{} {}", asked.status, asked.body);
            browser.submit(&asked, "second-factor-form", &[("code", &app_code(house, &key, 30))]).await
        } else {
            asked
        };
        assert_eq!(form.name(), "change-password", "{} {}", form.status, form.body);
        assert!(form.text("#new_password-hint").is_some_and(|hint| hint.contains("12")));
        let short = "kính lúp bảy";
        let set = |password: &'static str| [("new_password", password), ("new_password_again", password)];
        for (bad, field) in [("kính lúp", "#new_password-error"), ("vietnamvietnam", "#new_password-error")] {
            let refused = browser.submit(&form, "change-password-form", &set(bad)).await;
            assert_eq!((refused.status, refused.has(field)), (422, true), "{bad}");
        }
        let mut elsewhere = Browser::new();
        let waiting = by_password(house, &mut elsewhere, &an).await;
        assert_eq!(waiting.name(), "second-factor");
        let done = browser.submit(&form, "change-password-form", &set(short)).await;
        assert_eq!((done.name(), done.has("#done")), ("factors".to_owned(), true), "{} {}", done.status, done.body);
        // Removing the last second factor would leave a password that is too short to stand alone.
        let app = done.attribute("#apps button[name=credential]", "value").expect("the app");
        let token = done.attribute("#app-form input[name=csrf]", "value").expect("a token");
        let fields = [("csrf", token.as_str()), ("credential", app.as_str())];
        let refused = browser.post(&house.at("/account/factors/app/remove"), &fields).await;
        assert_eq!((refused.status, refused.has("#error-summary")), (409, true), "{}", refused.body);
        // With a long one again it goes, and the session that it opened with it.
        let form = browser.open(&house.at("/account/password")).await;
        let done = browser.submit(&form, "change-password-form", &set("kính lúp bảy quả ổi xanh")).await;
        assert_eq!(done.name(), "factors", "{} {}", done.status, done.body);
        browser.post(&house.at("/account/factors/app/remove"), &fields).await;
        let after = browser.open(&house.at("/account/factors")).await;
        assert_eq!(after.name(), "sign-in", "the session ended with what proved it");
        let back = browser.submit(&after, "sign-in-form", &[("login", &an.login), ("password", "kính lúp bảy quả ổi xanh")]).await;
        assert_eq!(back.name(), "factors", "{} {}", back.status, back.body);
        assert!(!back.has("#apps") && !back.has("#paper-form"), "the paper went with the last second factor");
    }
}
