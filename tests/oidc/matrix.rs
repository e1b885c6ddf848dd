//! The subject-state matrix: every path that gives something out in a person's name × every state in which nothing may be given.
//!
//! A flaw found on one path becomes a row or a column here, not one test.

use idp_core::{
    people::{self, AccountState, PersonState},
    relying::PartyState,
    session,
    store::StoreError,
};
use idp_tests::{Browser, House, Party, Person, journey};
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
}

const WAYS: [Way; 7] =
    [Way::Code, Way::RedeemCode, Way::Refresh, Way::RefreshOffline, Way::Introspect, Way::Userinfo, Way::SignIn];

/// The two places of the matrix where something may still be given: a new sign-in after a session ended, and a grant that outlives
/// its session.
fn stays_open(way: Way, flaw: Flaw) -> bool {
    matches!((way, flaw), (Way::SignIn | Way::RefreshOffline, Flaw::SessionEnded))
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
    let tokens = house.redeem(&party, &away, &code).await;
    let (access, refresh) = (tokens.text("access_token"), tokens.text("refresh_token"));
    bring_about(house, flaw, &party, &person).await;
    match way {
        Way::Code => {
            browser.open(party.authorize(house, &[("prompt", "none")]).url.as_str()).await.returned("code").is_some()
        }
        Way::RedeemCode => false,
        Way::Refresh | Way::RefreshOffline => house.refresh(&party, &refresh).await.status == 200,
        Way::Introspect => house.is_active(&audience, &access).await,
        Way::Userinfo => house.userinfo(&access).await.status == 200,
        Way::SignIn => {
            let mut fresh = Browser::new();
            let page = fresh.open(party.authorize(house, &[]).url.as_str()).await;
            page.name() == "sign-in" && fresh.enter(&page, &person).await.returned("code").is_some()
        }
    }
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
