//! The subject-state matrix for officials: every path that tells of a post × every state in which nothing may be told of it.

use idp_core::{
    office::{self, By, Seen, Verdict},
    org::FOREVER,
    people::{self, AccountState, PersonState},
    relying::PartyState,
    session,
    store::{Cx, StoreError},
    types::{Id, id},
};
use idp_tests::{Browser, Person, fixtures::Away};
use serde_json::json;

use super::{
    bureau::{Bureau, DESK, OFFICE, Post, told},
    own,
};
use crate::admin::desk::{self, Caller};

#[derive(Clone, Copy, Debug, PartialEq)]
enum Flaw {
    PersonDeceased,
    PersonMerged,
    AccountLocked,
    AccountDisabled,
    PartyDisabled,
    SessionEnded,
    GrantRevoked,
    PostEnded,
    RoleTaken,
    RoleEnded,
    /// The role asks for a better proof than the session has.
    ProofRaised,
    GiverEnded,
    /// The unit ended, and nobody carried the post over.
    UnitGone,
    UnitEnded,
}

const FLAWS: [Flaw; 14] = [
    Flaw::PersonDeceased,
    Flaw::PersonMerged,
    Flaw::AccountLocked,
    Flaw::AccountDisabled,
    Flaw::PartyDisabled,
    Flaw::SessionEnded,
    Flaw::GrantRevoked,
    Flaw::PostEnded,
    Flaw::RoleTaken,
    Flaw::RoleEnded,
    Flaw::ProofRaised,
    Flaw::GiverEnded,
    // Last: no other one can follow in the communes that they end.
    Flaw::UnitGone,
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
    /// The console, in a post that administers.
    Console,
    /// What a party hears that asks about the post itself.
    Check,
}

const WAYS: [Way; 9] = [
    Way::RedeemCode,
    Way::Refresh,
    Way::RefreshOffline,
    Way::IntrospectAccess,
    Way::IntrospectRefresh,
    Way::Userinfo,
    Way::Code,
    Way::Console,
    Way::Check,
];

/// Where a post may still be told of: a grant that outlives its session; a new code after the old grant was revoked; after a change of
/// units the post in which the old one goes on; in our own console whatever one party may not; and to a party that asks about rights,
/// whatever became of a sign-in: a session, a grant, an account are no office, and the party judges the level of its own token.
fn stays_open(way: Way, flaw: Flaw) -> bool {
    match way {
        Way::RefreshOffline => flaw == Flaw::SessionEnded,
        Way::Code => matches!(flaw, Flaw::GrantRevoked | Flaw::UnitEnded),
        Way::Console => matches!(flaw, Flaw::PartyDisabled | Flaw::GrantRevoked | Flaw::UnitEnded),
        Way::Check => matches!(
            flaw,
            Flaw::SessionEnded | Flaw::GrantRevoked | Flaw::AccountLocked | Flaw::AccountDisabled | Flaw::ProofRaised
        ),
        _ => false,
    }
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
    /// By which the party knows them.
    subject: String,
    unit: Id<id::Unit>,
    console: Caller,
}

async fn prepare(bureau: &Bureau, way: Way, flaw: Flaw) -> Stage {
    let house = &bureau.house;
    let (an, person) = (house.citizen("Nguyễn Văn An").await, house.citizen("Trần Thị Bình").await);
    let unit = if flaw == Flaw::UnitEnded { "22015" } else { "24133" };
    let (giver, post) = if way == Way::Console {
        // Nothing that administers is handed on: the holder has it of themself.
        let post = bureau.post(&person, unit, "chu-tich", &[OFFICE]).await;
        (post, post)
    } else {
        let giver = bureau.post(&an, unit, "chu-tich", &[DESK]).await;
        (giver, bureau.hand_on((&an, giver), &person).await)
    };
    let unit = bureau.unit(unit).await;
    let (browser, texts) = (Browser::new(), [(); 3].map(|()| String::new()));
    let [access, refresh, subject] = texts;
    let (come_back, console) = (None, Caller::Nobody);
    let mut stage = Stage { way, browser, person, post, giver, come_back, access, refresh, subject, unit, console };
    if way == Way::Console {
        stage.console = desk::console(house, &stage.person).await.1;
        assert!(tells(bureau, &mut stage).await, "the console is open before {flaw:?}");
        return stage;
    }
    let (away, page) = bureau.arrive(&mut stage.browser, &stage.person, &[("scope", scope(way))]).await;
    let code = page.returned("code").unwrap_or_else(|| panic!("{}", page.body));
    if way == Way::RedeemCode {
        stage.come_back = Some((away, code));
        return stage;
    }
    let reply = house.redeem(&bureau.party, &away, &code).await;
    assert_eq!(told(&reply)["capacity"], "official");
    stage.access = reply.text("access_token");
    if way == Way::Check {
        told(&reply)["sub"].as_str().expect("a subject").clone_into(&mut stage.subject);
        stage.access = bureau.machine().await;
        assert!(tells(bureau, &mut stage).await, "the party hears yes before {flaw:?}");
        return stage;
    }
    stage.refresh = reply.text("refresh_token");
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
        Flaw::ProofRaised => bureau.put_roles(FOREVER, ["Aal2", "Aal3"]).await,
        Flaw::UnitEnded => bureau.merge_communes().await,
        Flaw::UnitGone => bureau.forget_commune().await,
        Flaw::PostEnded => bureau.end(stage.post).await,
        Flaw::GiverEnded => bureau.end(stage.giver).await,
        Flaw::RoleTaken => bureau.silence(stage.giver).await,
        Flaw::PersonDeceased
        | Flaw::PersonMerged
        | Flaw::AccountLocked
        | Flaw::AccountDisabled
        | Flaw::SessionEnded
        | Flaw::GrantRevoked => of_person(bureau, flaw, &stage.person).await,
    }
    matches!(flaw, Flaw::PartyDisabled | Flaw::RoleEnded | Flaw::ProofRaised | Flaw::UnitGone | Flaw::UnitEnded)
}

async fn of_person(bureau: &Bureau, flaw: Flaw, person: &Person) {
    let (cx, id, account) = (bureau.house.cx(), person.id, person.account);
    let into =
        if flaw == Flaw::PersonMerged { Some(bureau.house.citizen("Trần Thị Bình").await.id) } else { None };
    let done = bureau.house.db().write(&cx, |tx| {
        Box::pin(async move {
            match flaw {
                Flaw::PersonDeceased => people::set_person_state(tx, id, PersonState::Deceased, None).await,
                Flaw::PersonMerged => people::set_person_state(tx, id, PersonState::Merged, into).await,
                Flaw::AccountLocked => people::set_account_state(tx, account, AccountState::Locked).await,
                Flaw::AccountDisabled => people::set_account_state(tx, account, AccountState::Disabled).await,
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
        Way::Console => desk::get(house, &stage.console, "/api/v1/posts").await.status == 200,
        Way::Check => bureau.may_receive(&stage.access, (&stage.subject, stage.post), stage.unit).await,
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

own! {
    async fn a_post_that_waits_or_was_refused_is_told_of_on_no_way(bureau) {
        let house = &bureau.house;
        let (owner, an) = (house.citizen("Nguyễn Văn An").await, house.citizen("Trần Thị Bình").await);
        // Once somebody is answerable, the operator alone does not fill what two must agree to.
        bureau.post(&owner, "54", "chu-tich", &["quan-tri-nen-tang"]).await;
        let client = &bureau.party.client_id;
        let role = json!({"id": "hai-nguoi", "label": {"vi": "Hai người", "en": "Two agree"}, "class": "business", "rank": 9,
            "four_eyes": true, "permissions": [format!("{client}/receive")], "parties": [{"party": client, "word": "both"}]});
        bureau.put_role(role, FOREVER).await;
        let unit = bureau.unit("22015").await;
        let subject = told(&bureau.tokens(&mut Browser::new(), &an, &[]).await)["sub"].as_str().expect("a subject").to_owned();
        let machine = bureau.machine().await;
        for verdict in [Verdict::Refuse("chưa đủ điều kiện"), Verdict::Approve] {
            let post = bureau.post(&an, "22015", "chuyen-vien", &["hai-nguoi"]).await;
            let administers = bureau.post(&an, "54", "chuyen-vien", &["quan-tri-tinh"]).await;
            let seen = async || {
                let told = told(&bureau.tokens(&mut Browser::new(), &an, &[]).await)["capacity"].clone();
                let heard = bureau.may_receive(&machine, (&subject, post), unit).await;
                let console = desk::entered(house, &desk::signed_in(house, &an).await).await.is_some();
                (told, heard, console)
            };
            assert_eq!(seen().await, (json!("citizen"), false, false), "it waits");
            for post in [post, administers] {
                let (cx, seen) = (Cx::operator("second".into(), bureau.now()), Seen { post, revision: None });
                let decided = house.db().write(&cx, |tx| Box::pin(office::decide(tx, &By::Operator, seen, verdict)));
                decided.await.expect("the second person decides");
            }
            let approved = matches!(verdict, Verdict::Approve);
            let capacity = if approved { "official" } else { "citizen" };
            assert_eq!(seen().await, (json!(capacity), approved, approved), "{verdict:?}");
        }
    }
}
