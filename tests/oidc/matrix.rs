//! The subject-state matrix: every path that gives something out in a person's name × every state in which nothing may be given.
//!
//! A flaw found on one path becomes a row or a column here, not one test.

use idp_core::{
    people::{self, AccountState, PersonState},
    relying::PartyState,
    session,
    store::StoreError,
};
use idp_tests::{Authenticator, Browser, House, Party, Person, journey};
use serde_json::json;

/// A state in which nothing may be given out any more.
#[derive(Clone, Copy, Debug)]
enum Flaw {
    PersonDeceased,
    PersonMerged,
    AccountLocked,
    AccountDisabled,
    PartyDisabled,
    SessionEnded,
}

const FLAWS: [Flaw; 6] = [
    Flaw::PersonDeceased,
    Flaw::PersonMerged,
    Flaw::AccountLocked,
    Flaw::AccountDisabled,
    Flaw::PartyDisabled,
    Flaw::SessionEnded,
];

/// A path that gives something out.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Way {
    Code,
    RedeemCode,
    Refresh,
    RefreshOffline,
    Introspect,
    Userinfo,
    SignIn,
    /// Signing in with a passkey that was made before.
    Passkey,
    /// Proving oneself again with it, in the session that is open.
    PasskeyAgain,
    /// Choosing a new password in the session that is open.
    NewPassword,
}

const WAYS: [Way; 10] = [
    Way::Code,
    Way::RedeemCode,
    Way::Refresh,
    Way::RefreshOffline,
    Way::Introspect,
    Way::Userinfo,
    Way::SignIn,
    Way::Passkey,
    Way::PasskeyAgain,
    Way::NewPassword,
];

/// The places of the matrix where something may still be given: a new sign-in after a session ended, a grant that outlives its session,
/// and what somebody does with their own account while a party is closed.
fn stays_open(way: Way, flaw: Flaw) -> bool {
    matches!(
        (way, flaw),
        (Way::SignIn | Way::Passkey | Way::PasskeyAgain | Way::RefreshOffline, Flaw::SessionEnded)
            | (Way::NewPassword, Flaw::PartyDisabled)
    )
}

async fn bring_about(house: &House, flaw: Flaw, party: &Party, person: &Person) {
    let cx = house.cx();
    if matches!(flaw, Flaw::PartyDisabled) {
        return house.save(party, PartyState::Disabled).await;
    }
    let other = house.citizen("Trần Thị Bình").await;
    let (id, account, into) = (person.id, person.account, other.id);
    let done = house.db().write(&cx, |tx| {
        Box::pin(async move {
            match flaw {
                Flaw::PersonDeceased => people::set_person_state(tx, id, PersonState::Deceased, None).await,
                Flaw::PersonMerged => people::set_person_state(tx, id, PersonState::Merged, Some(into)).await,
                Flaw::AccountLocked => people::set_account_state(tx, account, AccountState::Locked).await,
                Flaw::AccountDisabled => people::set_account_state(tx, account, AccountState::Disabled).await,
                Flaw::SessionEnded => session::end_all_of(tx, id, "test").await.map(|_| ()),
                Flaw::PartyDisabled => Ok::<_, StoreError>(()),
            }
        })
    });
    done.await.expect("the state is set");
}

/// Whether the way gives something out after the flaw came about.
async fn gives(house: &House, way: Way, flaw: Flaw) -> bool {
    let party = house.party(json!({})).await;
    // The audience of the party's tokens, which stays served: it asks whether they are active.
    let api = format!("https://api.{}.example", party.client_id);
    let audience = house.party(json!({ "audience": api })).await;
    let person = house.citizen("Nguyễn Văn An").await;
    let scope = if way == Way::RefreshOffline { "openid offline_access" } else { "openid" };
    let mut browser = Browser::new();
    let (away, code) = browser.sign_in_with(house, &party, &person, &[("scope", scope)]).await;
    if way == Way::RedeemCode {
        bring_about(house, flaw, &party, &person).await;
        return house.redeem(&party, &away, &code).await.status == 200;
    }
    if matches!(way, Way::Passkey | Way::PasskeyAgain) {
        return by_passkey(house, (way, flaw), &party, &person).await;
    }
    let form = browser.open(&house.at("/account/password")).await;
    let tokens = house.redeem(&party, &away, &code).await;
    let (access, refresh) = (tokens.text("access_token"), tokens.text("refresh_token"));
    bring_about(house, flaw, &party, &person).await;
    match way {
        Way::Code => {
            browser.open(party.authorize(house, &[("prompt", "none")]).url.as_str()).await.returned("code").is_some()
        }
        Way::RedeemCode | Way::Passkey | Way::PasskeyAgain => false,
        Way::Refresh | Way::RefreshOffline => house.refresh(&party, &refresh).await.status == 200,
        Way::Introspect => house.is_active(&audience, &access).await,
        Way::Userinfo => house.userinfo(&access).await.status == 200,
        Way::SignIn => {
            let mut fresh = Browser::new();
            let page = fresh.open(party.authorize(house, &[]).url.as_str()).await;
            page.name() == "sign-in" && fresh.enter(&page, &person).await.returned("code").is_some()
        }
        Way::NewPassword => {
            let before = house.events("password-set", person.id).await;
            let new = "kính lúp bảy quả ổi xanh";
            let fields = [("new_password", new), ("new_password_again", new)];
            browser.submit(&form, "change-password-form", &fields).await;
            house.events("password-set", person.id).await > before
        }
    }
}

/// The same for somebody who has a passkey: what is asked of the device may be answered, and the answer leads nowhere.
async fn by_passkey(house: &House, (way, flaw): (Way, Flaw), party: &Party, person: &Person) -> bool {
    let mut key = Authenticator::new(&house.issuer);
    let mut browser = house.with_passkey(person, &mut key).await;
    let more: &[(&str, &str)] = if way == Way::PasskeyAgain {
        &[("prompt", "login")]
    } else {
        browser = Browser::new();
        &[]
    };
    // The page and what it asks were fetched while everything was open.
    let page = browser.open(party.authorize(house, more).url.as_str()).await;
    let asked = browser.asked(&page).await;
    let sessions = house.events("signed-in", person.id).await + house.events("reauthenticated", person.id).await;
    bring_about(house, flaw, party, person).await;
    let answered = browser.answer(&page, &asked.ceremony, &key.get(&asked.options)).await;
    let early = browser.follow(answered).await.returned("code").is_some();
    // And from the beginning.
    let mut fresh = Browser::new();
    let page = fresh.open(party.authorize(house, &[]).url.as_str()).await;
    let late = page.name() == "sign-in" && fresh.use_passkey(&page, &mut key).await.returned("code").is_some();
    let after = house.events("signed-in", person.id).await + house.events("reauthenticated", person.id).await;
    let gave = after > sessions;
    early || late || gave
}

journey! {
    async fn nothing_is_given_out_in_a_state_that_forbids_it(house) {
        let mut wrong = Vec::new();
        for way in WAYS {
            for flaw in FLAWS {
                if gives(house, way, flaw).await != stays_open(way, flaw) {
                    wrong.push(format!("{way:?} × {flaw:?}"));
                }
            }
        }
        assert!(wrong.is_empty(), "{wrong:?}");
    }
}
