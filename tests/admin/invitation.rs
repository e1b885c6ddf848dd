//! The way into the record of an official whom a list brought (rows 191 and 193 of the list of attacks).

use idp_core::{
    admin::{Role, Scope},
    params,
    people::{self, DataMatch, NewPerson, Profile},
    store::StoreError,
    types::{FullName, Id, PersonalId, id},
};
use idp_tests::{Browser, House, Page, Reply};
use serde_json::json;

use super::{
    apart,
    desk::{Caller, code, get, officer, post, request},
    files::{import, trial},
    officials::Cast,
};

const NUMBER: &str = "079185000003";
const PASSWORD: &str = "con trâu lội qua sông dài";

/// An official of the commune from a file, and the id of their record.
async fn listed(house: &House, by: &Caller) -> (String, String) {
    let row = format!("{NUMBER},Lê Thị Cúc,10000,Chuyên viên,,nhan-ho-so,,05/01/2026,,13/QĐ-UBND,02/01/2026\n");
    let post = import(house, by, &row).await;
    let known = get(house, by, &format!("/api/v1/posts/{post}")).await;
    (known.body["person"]["id"].as_str().expect("a person").to_owned(), post)
}

async fn invite(house: &House, by: &Caller, person: &str) -> Reply {
    Reply::of(request(house, by, "post", &format!("/api/v1/persons/{person}/invitation"))).await
}

fn error(page: &Page) -> (u16, String) {
    (page.status, page.text("#error-code").unwrap_or_default())
}

fn gone() -> (u16, String) {
    (410, "invitation-gone".to_owned())
}

async fn opened(link: &str) -> (Browser, Page) {
    let mut browser = Browser::new();
    let page = browser.open(link).await;
    (browser, page)
}

async fn answer(browser: &mut Browser, page: &Page, number: &str) -> Page {
    let fields = [("personal_number", number), ("new_password", PASSWORD), ("new_password_again", PASSWORD)];
    browser.submit(page, "invited-form", &fields).await
}

/// Somebody with an account who says the official's number and name, which nothing has proved.
async fn claim(house: &House) -> Id<id::Person> {
    let cx = house.cx();
    let made = house.db().write(&cx, |tx| {
        Box::pin(async move {
            let profile = Profile { name: FullName::parse("Lê Thị Cúc").expect("a name"), birthdate: None };
            let number = PersonalId::parse(NUMBER).expect("a number");
            let new = NewPerson { profile, number: Some(number), data_match: DataMatch::Matched };
            let person = people::add_person(tx, new).await?;
            people::add_account(tx, person, "letichuc-000001").await?;
            Ok::<_, StoreError>(person)
        })
    });
    made.await.expect("is made")
}

apart! {
    async fn an_official_from_a_list_makes_their_account_and_acts_in_their_post(house) {
        let cast = Cast::of(house).await;
        let (by, owner) = (&cast.of_province, &cast.owner.console);
        let (person, post_id) = listed(house, by).await;
        let made = invite(house, by, &person).await;
        assert_eq!(made.status, 201, "{}", made.body);
        assert_eq!(house.count("select count(*) as n from admin_answer").await, 0);
        let old = made.text("link");
        let link = invite(house, owner, &person).await.text("link");
        let (_, page) = opened(&old).await;
        assert_eq!(error(&page), gone(), "a new link ends the one before");
        let (mut browser, page) = opened(&link).await;
        assert!(page.body.contains("Lê Thị Cúc") && !page.body.contains("in_"), "the secret is in no page: {}", page.body);
        let wrong = answer(&mut browser, &page, "079185000004").await;
        assert_eq!((wrong.status, wrong.body.contains("personal_number-error")), (422, true), "{}", wrong.body);
        let done = answer(&mut browser, &wrong, NUMBER).await;
        assert_eq!(done.status, 200, "{}", done.body);
        let login = done.text("#login-name").expect("a name");
        let (_, again) = opened(&link).await;
        assert_eq!(error(&again), gone(), "once");
        assert_eq!(code(&invite(house, by, &person).await), (409, "conflict".to_owned()), "they have an account");

        // The page leads to a first sign-in with the name filled in, and what opens is the record with the post.
        let page = browser.open(&house.at(&done.attribute("#continue-link", "href").expect("a link"))).await;
        assert!(page.body.contains(&login), "{}", page.body);
        let page = browser.submit(&page, "sign-in-form", &[("login", login.as_str()), ("password", PASSWORD)]).await;
        assert!(browser.cookies.contains_key("sid"), "{} {}", page.status, page.body);
        let page = browser.open(&house.at("/account/posts")).await;
        assert!(page.body.contains("Đơn vị 10000"), "{}", page.body);
        // A second file finds the same record.
        let changed = format!("{NUMBER},Lê Thị Cúc,10000,Chuyên viên,,thong-ke,,05/01/2026,,13/QĐ-UBND,02/01/2026\n");
        assert_eq!(import(house, by, &changed).await, post_id);
    }
}

apart! {
    async fn row_191_nobody_invites_into_a_record_that_they_could_not_end(house) {
        let cast = Cast::of(house).await;
        let (person, _) = listed(house, &cast.of_province).await;
        let auditor = officer(house, Role::Auditor, Scope::Whole).await;
        assert_eq!(code(&invite(house, &auditor.console, &person).await), (403, "not-permitted".to_owned()));
        let nobody = invite(house, &cast.of_province, &cast.owner.person.id.to_string()).await;
        assert_eq!(nobody.status, 404, "no official");
        // With a role above the inviter's, given by the owner, the record is out of their hands.
        let higher = json!({"person": {"id": person}, "unit": cast.country.commune, "kind": "concurrent",
            "post": {"position": "chuyen-vien", "roles": [{"role": "quan-tri-don-vi"}], "scope": {"kind": "subtree"}, "from": "2026-01-05",
                "decision": {"number": "14/QĐ-UBND", "date": "2026-01-02"}}});
        assert_eq!(post(house, &cast.owner.console, "/api/v1/posts", &higher).await.status, 201);
        let refused = invite(house, &cast.of_province, &person).await;
        assert_eq!((code(&refused).1.as_str(), refused.body["errors"][0]["code"].as_str()), ("beyond-your-rights", Some("too-high")), "{}", refused.body);
        let elsewhere = json!({"person": {"id": person}, "unit": cast.country.other, "kind": "concurrent",
            "post": {"position": "chuyen-vien", "roles": [], "scope": {"kind": "unit"}, "from": "2026-01-05",
                "decision": {"number": "14/QĐ-UBND", "date": "2026-01-02"}}});
        assert_eq!(post(house, &cast.owner.console, "/api/v1/posts", &elsewhere).await.status, 201);
        assert_eq!(invite(house, &cast.of_province, &person).await.status, 404, "row 193: a post elsewhere");
    }
}

apart! {
    async fn five_wrong_numbers_end_a_link(house) {
        let cast = Cast::of(house).await;
        let (person, _) = listed(house, &cast.of_province).await;
        let link = invite(house, &cast.of_province, &person).await.text("link");
        let (mut browser, mut page) = opened(&link).await;
        for _ in 0..5 {
            page = answer(&mut browser, &page, "079185000004").await;
        }
        assert_eq!(page.status, 422);
        let late = answer(&mut browser, &page, NUMBER).await;
        assert_eq!(error(&late), gone());
        let mut conn = house.db().read().await.expect("reads");
        let accounts = conn.one("select count(*) as n from account a join person p on p.id = a.person_id where p.id = $1", params![
            person.parse::<Id<id::Person>>().expect("an id")
        ]);
        assert_eq!(accounts.await.expect("counts").expect("a row").int("n").expect("a number"), 0);
    }
}

apart! {
    async fn row_193_a_citizen_who_claims_the_number_of_an_official_is_given_nothing_by_a_list(house) {
        let cast = Cast::of(house).await;
        let thief = claim(house).await;
        let (person, _) = listed(house, &cast.of_province).await;
        assert_ne!(person, thief.to_string(), "an unproven claim is no official");
        let other = format!("{NUMBER},Lê Thị Chanh,10000,Chuyên viên,,nhan-ho-so,,05/01/2026,,13/QĐ-UBND,02/01/2026\n");
        let told = trial(house, &cast.of_province, &other).await;
        assert_eq!(told, [(2, "refused".to_owned(), "person-unclear".to_owned())], "the record goes by another name");
    }
}
