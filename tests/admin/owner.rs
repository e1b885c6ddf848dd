//! The first platform owner, from a link made on the server to an open console; and the ways in for everybody else.

use std::time::Duration;

use idp_core::{
    admin::{self, OfferError, Role, Scope},
    crypto::handle::{Handle, OwnerOffer},
};
use idp_tests::{Browser, House, Page, Reply, authenticator::Authenticator};

use super::{
    apart,
    desk::{Caller, console, events, get, officer, request},
};
use crate::office::staff::Staff;

/// What `idp admin bootstrap` does on the server.
async fn link(house: &House, again: Option<&'static str>) -> Result<String, OfferError> {
    let cx = house.cx();
    let made = house.db().write(&cx, |tx| Box::pin(admin::offer(tx, Duration::from_secs(1_800), again))).await;
    made.map(|(handle, _)| house.at(&format!("/console/owner?offer={}", handle.reveal())))
}

fn cookie(browser: &Browser) -> Caller {
    Caller::Console(browser.cookies["adm"].clone())
}

fn error(page: &Page) -> (u16, String) {
    (page.status, page.text("#error-code").unwrap_or_default())
}

apart! {
    async fn the_first_owner_comes_with_a_link_and_leaves_with_a_passkey_and_a_console(house) {
        let link = link(house, None).await.expect("is offered");
        let an = house.citizen("Nguyễn Văn An").await;
        let mut key = Authenticator::new(&house.issuer);
        let mut browser = Browser::new();
        // Programs that look at links spend nothing.
        assert_eq!(Browser::new().open(&link).await.name(), "sign-in");
        let page = browser.open(&link).await;
        assert!(!page.url.as_str().contains("ow_"), "the secret leaves the address at once: {}", page.url);
        let page = browser.enter(&page, &an).await;
        assert_eq!(page.name(), "passkey-create", "who has no second factor makes one: {}", page.body);
        let page = browser.make_passkey(&page, &mut key).await;
        assert_eq!(page.name(), "step-up", "and then uses it: {}", page.body);
        let page = browser.use_passkey(&page, &mut key).await;
        assert_eq!(page.name(), "owner-offered", "{} {}", page.url, page.body);
        assert_eq!(page.text("#account-name").as_deref(), Some("Nguyễn Văn An"));
        let page = browser.submit(&page, "owner-form", &[]).await;
        assert_eq!((page.status, page.url.path()), (200, "/console/"), "{}", page.body);
        let me = get(house, &cookie(&browser), "/api/v1/me").await;
        assert_eq!(me.status, 200, "{}", me.body);
        assert_eq!((me.body["appointments"][0]["role"].as_str(), me.body["acr"].as_str()), (Some("platform-owner"), Some("urn:idp:aal2")));
        for kind in ["owner-offered", "administrator-appointed", "console-opened"] {
            assert_eq!(events(house, kind).await, 1, "{kind}");
        }
        assert_eq!(error(&Browser::new().open(&link).await), (410, "owner-offer-gone".to_owned()), "once");
        assert!(matches!(self::link(house, None).await, Err(OfferError::OwnerExists)));
        // The second time there is a passkey to use, and the hall asks for it.
        let mut elsewhere = Browser::new();
        let page = elsewhere.open(&house.at("/console/sign-in")).await;
        let page = elsewhere.use_passkey(&page, &mut key).await;
        assert_eq!(page.url.path(), "/console/", "{} {}", page.url, page.body);
        assert_eq!(get(house, &cookie(&elsewhere), "/api/v1/me").await.status, 200);
        // An old proof is asked for again before something is changed, and the console gets another cookie.
        house.later(14 * 60).await;
        assert_eq!(get(house, &cookie(&elsewhere), "/api/v1/me").await.status, 200);
        house.later(2 * 60).await;
        let before = elsewhere.cookies["adm"].clone();
        let page = elsewhere.open(&house.at("/console/sign-in?fresh=1")).await;
        let page = elsewhere.use_passkey(&page, &mut key).await;
        assert_eq!(page.url.path(), "/console/", "{} {}", page.url, page.body);
        assert_ne!(before, elsewhere.cookies["adm"]);
        assert_eq!(get(house, &Caller::Console(before), "/api/v1/me").await.status, 401);
    }
}

apart! {
    async fn an_offer_is_worth_nothing_late_replaced_guessed_or_in_another_hand(house) {
        let guessed = Handle::<OwnerOffer>::generate();
        for address in ["/console/owner".to_owned(), "/console/owner?offer=ow_x".to_owned(), format!("/console/owner?offer={}", guessed.reveal())] {
            assert_eq!(error(&Browser::new().open(&house.at(&address)).await), (410, "owner-offer-gone".to_owned()), "{address}");
        }
        let first = link(house, None).await.expect("is offered");
        let second = link(house, None).await.expect("is offered again");
        assert_eq!(error(&Browser::new().open(&first).await).0, 410, "a second link ends the first");
        let an = house.citizen("Nguyễn Văn An").await;
        let mut key = Authenticator::new(&house.issuer);
        let mut browser = house.with_passkey(&an, &mut key).await;
        let page = browser.open(&second).await;
        let page = if page.name() == "owner-offered" { page } else { browser.use_passkey(&page, &mut key).await };
        assert_eq!(page.name(), "owner-offered", "{}", page.body);
        // The page of one browser is worth nothing in another, and a form without its token nowhere.
        let action = page.attribute("form#owner-form", "action").expect("a form");
        let bare = browser.post(&house.at(&action), &[]).await;
        assert_eq!(bare.status, 403, "{}", bare.body);
        let mut stranger = Browser::new();
        let stolen = stranger.post(&house.at(&action), &[("csrf", &page.attribute("form#owner-form input", "value").expect("a token"))]).await;
        assert_eq!(error(&stolen), (400, "cookies-refused".to_owned()));
        house.later(1_801).await;
        let late = browser.submit(&page, "owner-form", &[]).await;
        assert_eq!(late.status, 410, "{}", late.body);
        assert_eq!(house.count("select count(*) as n from appointment").await, 0);
    }
}

apart! {
    async fn what_must_be_held_apart_stays_apart_also_for_the_first_owner(house) {
        let staff = Staff::over(house.db().clone(), house.parts.clock.now()).await;
        let clerk = house.citizen("Vũ Văn Phúc").await;
        staff.install(&staff.new_post(clerk.id, "22015", &["nhan-ho-so"]).await).await;
        let an = house.citizen("Nguyễn Văn An").await;
        let link = link(house, None).await.expect("is offered");
        for (person, expected) in [(&clerk, (409, "owner-separated".to_owned())), (&an, (200, String::new()))] {
            let mut key = Authenticator::new(&house.issuer);
            let mut browser = house.with_passkey(person, &mut key).await;
            let page = browser.open(&link).await;
            let page = if page.name() == "owner-offered" { page } else { browser.use_passkey(&page, &mut key).await };
            assert_eq!(page.name(), "owner-offered", "{}", page.body);
            let answer = browser.submit(&page, "owner-form", &[]).await;
            assert_eq!(error(&answer), expected, "{}", answer.body);
            let appointed = "select count(*) as n from appointment";
            assert_eq!(house.count(appointed).await, i64::from(expected.0 == 200), "the link is still good for who may");
        }
    }
}

apart! {
    async fn the_console_is_closed_to_who_administers_nothing(house) {
        let an = house.citizen("Nguyễn Văn An").await;
        let mut key = Authenticator::new(&house.issuer);
        let mut browser = house.with_passkey(&an, &mut key).await;
        let page = browser.open(&house.at("/console/sign-in")).await;
        let page = if page.status == 403 { page } else { browser.use_passkey(&page, &mut key).await };
        assert_eq!(error(&page), (403, "no-administrator".to_owned()), "{}", page.body);
        assert!(!browser.cookies.contains_key("adm"));
        // Who holds an office whose account is locked is out at once, console or not.
        let officer = officer(house, Role::Auditor, Scope::Whole).await;
        assert_eq!(get(house, &officer.console, "/api/v1/me").await.status, 200);
        let (cx, account) = (house.cx(), officer.person.account);
        let locked = house.db().write(&cx, |tx| Box::pin(idp_core::people::set_account_state(tx, account, idp_core::people::AccountState::Locked)));
        locked.await.expect("writes");
        assert_eq!(get(house, &officer.console, "/api/v1/me").await.status, 401);
    }
}

apart! {
    async fn two_consoles_of_one_person_are_apart_and_leaving_closes_both(house) {
        let officer = officer(house, Role::Auditor, Scope::Whole).await;
        let (_, second) = console(house, &officer.person).await;
        for caller in [&officer.console, &second] {
            assert_eq!(get(house, caller, "/api/v1/me").await.status, 200);
        }
        let left = request(house, &second, "post", "/api/v1/me/leave");
        assert_eq!(Reply::of(left).await.status, 204);
        for caller in [&officer.console, &second] {
            assert_eq!(get(house, caller, "/api/v1/me").await.status, 401);
        }
    }
}
