//! What people are told by message, with the box ticked and without; and what every refusal and every datum says of itself.

use idp_tests::{Browser, Engine, House, Person, journey};
use serde_json::json;

use super::ways::{at_account, messages, proved_address, telephone, with_app};

/// Signs in with a browser that was not seen before.
async fn fresh(house: &House, person: &Person) -> Browser {
    let mut browser = Browser::new();
    at_account(house, &mut browser, person).await;
    browser
}

async fn keep(house: &House, browser: &mut Browser, notices: &str) {
    let page = browser.open(&house.at("/account/settings")).await;
    let page = browser.submit(&page, "settings-form", &[("notices", notices)]).await;
    assert!(page.has("#settings-saved"), "{} {}", page.status, page.body);
    assert_eq!(page.has("#notices[checked]"), notices == "1", "{}", page.body);
}

journey! {
    async fn a_new_browser_is_told_where_the_box_is_ticked_and_changes_are_told_always(house) {
        let an = house.citizen("Nguyễn Văn An").await;
        let phone = telephone();
        proved_address(house, &an, &phone).await;
        let told = async || messages(house, &phone, "new-browser").await.len();
        let mut browser = fresh(house, &an).await;
        assert!(browser.open(&house.at("/account/settings")).await.has("#notices[checked]"), "ticked from the start");
        assert_eq!(told().await, 1);
        fresh(house, &an).await;
        assert_eq!(told().await, 2);
        let page = browser.open(&house.at("/account")).await;
        browser.submit(&page, "sign-out-form", &[]).await;
        at_account(house, &mut browser, &an).await;
        assert_eq!(told().await, 2, "this one was seen before");
        // Unticked: nothing of a sign-in …
        keep(house, &mut browser, "0").await;
        fresh(house, &an).await;
        assert_eq!(told().await, 2);
        // … and still everything that somebody else could have changed.
        let page = browser.open(&house.at("/account/history")).await;
        browser.submit(&page, "report-1", &[]).await;
        assert_eq!(messages(house, &phone, "sign-in-reported").await.len(), 1);
        with_app(house, &mut Browser::new(), &an).await;
        assert_eq!(messages(house, &phone, "factor-added").await.len(), 1);
        assert_eq!(told().await, 2);
        // Ticked again.
        let binh = house.citizen("Trần Thị Bình").await;
        let phone = telephone();
        proved_address(house, &binh, &phone).await;
        let mut browser = fresh(house, &binh).await;
        keep(house, &mut browser, "0").await;
        keep(house, &mut browser, "1").await;
        fresh(house, &binh).await;
        assert_eq!(messages(house, &phone, "new-browser").await.len(), 2);
    }
}

async fn refusals_have_a_reference_on(engine: Engine) {
    let house = &House::start(engine, "[throttle]\nfailures_per_account_and_address = 3\n").await;
    let an = house.citizen("Nguyễn Văn An").await;
    let mut browser = Browser::new();
    let mut page = browser.open(&house.at("/account")).await;
    for _ in 0..3 {
        page = browser.submit(&page, "sign-in-form", &[("login", &an.login), ("password", "wrong wrong wrong")]).await;
        assert!(!page.has("#error-reference"), "a mistake in a form needs none: {}", page.body);
    }
    let slowed =
        browser.submit(&page, "sign-in-form", &[("login", &an.login), ("password", "wrong wrong wrong")]).await;
    let party = house.party(json!({})).await;
    let mut browser = Browser::new();
    let page = browser.open(party.authorize(house, &[]).url.as_str()).await;
    let asked = browser.asked(&page).await;
    let failed = browser.answer(&page, &asked.ceremony, "{}").await;
    for (page, status) in [(slowed, 429), (failed, 401)] {
        assert_eq!(page.status, status, "{}", page.body);
        let reference = page.text("#error-reference").expect("a reference");
        assert_eq!(page.headers["x-request-id"].to_str().expect("text"), reference, "that of the log");
        assert!(page.text("#error-time").is_some_and(|time| time.contains("(UTC+7)")), "{}", page.body);
    }
}

#[test]
fn every_refusal_has_a_reference_and_a_time() {
    idp_tests::run(async {
        for engine in Engine::ALL {
            Box::pin(refusals_have_a_reference_on(engine)).await;
        }
    });
}

journey! {
    async fn what_is_known_of_me_has_its_source_and_its_time(house) {
        let an = house.citizen("Nguyễn Văn An").await;
        let mut browser = Browser::new();
        at_account(house, &mut browser, &an).await;
        let page = browser.open(&house.at("/account/settings")).await;
        browser.submit(&page, "settings-form", &[("locale", "vi")]).await;
        let page = browser.open(&house.at("/account")).await;
        for (datum, source) in [
            ("account-name", "Bạn khai, khớp với Cơ sở dữ liệu quốc gia về dân cư"),
            ("login-name", "Chúng tôi cấp"),
            ("account-birthdate", "Bạn khai, khớp"),
            ("account-number", "Bạn khai, khớp"),
            ("account-locale", "Bạn chọn"),
        ] {
            let said = page.text(&format!("#{datum}-source")).unwrap_or_else(|| panic!("{datum}: {}", page.body));
            assert!(said.contains(source) && said.contains("(UTC+7)"), "{datum}: {said}");
        }
        // Typed and not compared yet: the time is that of the typing.
        let (cx, person) = (house.cx(), an.id);
        let sql = "update person set data_match = 'pending', data_matched_at = null where id = $1";
        house.db().write(&cx, |tx| Box::pin(async move { tx.run(sql, idp_core::params![person]).await })).await.expect("writes");
        let page = browser.open(&house.at("/account")).await;
        let said = page.text("#account-name-source").expect("a source");
        assert!(said.starts_with("Bạn khai ·") && said.contains("(UTC+7)"), "{said}");
    }
}
