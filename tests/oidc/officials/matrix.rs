//! The subject-state matrix for officials: every path that tells of a post × every state in which nothing may be told of it.

use idp_core::{
    org::FOREVER,
    people::{self, AccountState, PersonState},
    relying::PartyState,
    session,
    store::StoreError,
};
use idp_tests::{Browser, Person, fixtures::Away};
use serde_json::json;

use super::{
    bureau::{Bureau, DESK, Post, told},
    own,
};

#[derive(Clone, Copy, Debug, PartialEq)]
enum Flaw {
    PersonDeceased,
    AccountLocked,
    PartyDisabled,
    SessionEnded,
    GrantRevoked,
    PostEnded,
    RoleTaken,
    RoleEnded,
    GiverEnded,
    UnitEnded,
}

const FLAWS: [Flaw; 10] = [
    Flaw::PersonDeceased,
    Flaw::AccountLocked,
    Flaw::PartyDisabled,
    Flaw::SessionEnded,
    Flaw::GrantRevoked,
    Flaw::PostEnded,
    Flaw::RoleTaken,
    Flaw::RoleEnded,
    Flaw::GiverEnded,
    // Last: no other one can follow in the communes that it ends.
    Flaw::UnitEnded,
];

#[derive(Clone, Copy, Debug, PartialEq)]
enum Way {
    RedeemCode,
    Refresh,
    RefreshOffline,
    IntrospectAccess,
    IntrospectRefresh,
    Userinfo,
    /// A new code in the session that goes on: it may be given, but tells of no post any more.
    Code,
}

const WAYS: [Way; 7] = [
    Way::RedeemCode,
    Way::Refresh,
    Way::RefreshOffline,
    Way::IntrospectAccess,
    Way::IntrospectRefresh,
    Way::Userinfo,
    Way::Code,
];

/// Where a post may still be told of: a grant that outlives its session; a new code after the old grant was revoked; and after a change
/// of units the post in which the old one goes on.
fn stays_open(way: Way, flaw: Flaw) -> bool {
    matches!((way, flaw), (Way::RefreshOffline, Flaw::SessionEnded) | (Way::Code, Flaw::GrantRevoked | Flaw::UnitEnded))
}

/// What stands before the flaw comes about: an official who acts on what another one handed on, and what the party has of them.
struct Stage {
    way: Way,
    browser: Browser,
    person: Person,
    post: Post,
    giver: Post,
    /// The address and the answer of the request, until its code is redeemed.
    come_back: Option<(Away, String)>,
    access: String,
    refresh: String,
}

async fn prepare(bureau: &Bureau, way: Way, flaw: Flaw) -> Stage {
    let house = &bureau.house;
    let (an, person) = (house.citizen("Nguyễn Văn An").await, house.citizen("Trần Thị Bình").await);
    let unit = if flaw == Flaw::UnitEnded { "22015" } else { "24133" };
    let giver = bureau.post(&an, unit, "chu-tich", &[DESK]).await;
    let post = bureau.hand_on((&an, giver), &person).await;
    let mut browser = Browser::new();
    let (away, page) = bureau.arrive(&mut browser, &person, &[("scope", scope(way))]).await;
    let code = page.returned("code").unwrap_or_else(|| panic!("{}", page.body));
    let mut stage =
        Stage { way, browser, person, post, giver, come_back: None, access: String::new(), refresh: String::new() };
    if way == Way::RedeemCode {
        stage.come_back = Some((away, code));
        return stage;
    }
    let reply = house.redeem(&bureau.party, &away, &code).await;
    assert_eq!(told(&reply)["capacity"], "official");
    (stage.access, stage.refresh) = (reply.text("access_token"), reply.text("refresh_token"));
    stage
}

const fn scope(way: Way) -> &'static str {
    match way {
        Way::RefreshOffline => "openid officials offline_access",
        _ => "openid officials",
    }
}

/// Brings the flaw about for one stage; gives whether it holds for all of them.
async fn bring_about(bureau: &Bureau, flaw: Flaw, stage: &Stage) -> bool {
    let house = &bureau.house;
    match flaw {
        Flaw::PartyDisabled => house.save(&bureau.party, PartyState::Disabled).await,
        Flaw::RoleEnded => bureau.put_desk(bureau.now()).await,
        Flaw::UnitEnded => bureau.merge_communes().await,
        Flaw::PostEnded => bureau.end(stage.post).await,
        Flaw::GiverEnded => bureau.end(stage.giver).await,
        Flaw::RoleTaken => bureau.silence(stage.giver).await,
        Flaw::PersonDeceased | Flaw::AccountLocked | Flaw::SessionEnded | Flaw::GrantRevoked => {
            of_person(bureau, flaw, &stage.person).await;
        }
    }
    matches!(flaw, Flaw::PartyDisabled | Flaw::RoleEnded | Flaw::UnitEnded)
}

async fn of_person(bureau: &Bureau, flaw: Flaw, person: &Person) {
    let (cx, id, account) = (bureau.house.cx(), person.id, person.account);
    let done = bureau.house.db().write(&cx, |tx| {
        Box::pin(async move {
            match flaw {
                Flaw::PersonDeceased => people::set_person_state(tx, id, PersonState::Deceased, None).await,
                Flaw::AccountLocked => people::set_account_state(tx, account, AccountState::Locked).await,
                Flaw::SessionEnded => session::end_all_of(tx, id, "test").await.map(|_| ()),
                _ => idp::oidc::end_grants_of(tx, id, "test").await,
            }
        })
    });
    done.await.map_err(|error: StoreError| error.to_string()).expect("the state is set");
}

/// Whether the way tells of the post now.
async fn tells(bureau: &Bureau, stage: &mut Stage) -> bool {
    let house = &bureau.house;
    match stage.way {
        Way::RedeemCode => {
            let (away, code) = stage.come_back.take().expect("was prepared");
            house.redeem(&bureau.party, &away, &code).await.status == 200
        }
        Way::Refresh | Way::RefreshOffline => house.refresh(&bureau.party, &stage.refresh).await.status == 200,
        Way::IntrospectAccess => bureau.introspect(&stage.access).await["active"] == json!(true),
        Way::IntrospectRefresh => bureau.introspect(&stage.refresh).await["active"] == json!(true),
        Way::Userinfo => house.userinfo(&stage.access).await.status == 200,
        Way::Code => {
            let away = bureau.party.authorize(house, &[("scope", scope(stage.way)), ("prompt", "none")]);
            let page = stage.browser.open(away.url.as_str()).await;
            match page.returned("code") {
                Some(code) => told(&house.redeem(&bureau.party, &away, &code).await)["capacity"] == "official",
                None => false,
            }
        }
    }
}

own! {
    async fn nothing_is_told_of_a_post_in_a_state_that_forbids_it(bureau) {
        let mut wrong = Vec::new();
        for flaw in FLAWS {
            let mut stages = Vec::new();
            for way in WAYS {
                stages.push(prepare(bureau, way, flaw).await);
            }
            for stage in &stages {
                if bring_about(bureau, flaw, stage).await {
                    break;
                }
            }
            for stage in &mut stages {
                if tells(bureau, stage).await != stays_open(stage.way, flaw) {
                    wrong.push(format!("{:?} × {flaw:?}", stage.way));
                }
            }
            // What would stand in the way of the next flaw is made good again.
            bureau.house.save(&bureau.party, PartyState::Active).await;
            bureau.put_desk(FOREVER).await;
        }
        assert!(wrong.is_empty(), "{wrong:?}");
    }
}
