//! What filters mean: the same for whoever asks, and about people within the asker's units only.

use idp_core::{
    params,
    people::{self, DataMatch, NewPerson, Profile},
    store::StoreError,
    types::{FullName, Id, id},
};
use idp_tests::{Engine, House};
use serde_json::{Value, json};

use super::desk::{OFFICIAL, System, ids, party, post, two, user, why};
use crate::admin::apart;

/// Somebody in the commune, somebody of the province who also stands in for the commune's, and somebody who left.
async fn three(system: &System<'_>) -> [String; 3] {
    let an = system.made(&user("079085000011", "Nguyễn Văn An", "10000")).await;
    let mut second = user("079085000012", "Trần Thị Bình", "54");
    let mut acting = post("10000", &["thong-ke"]);
    (acting["kind"], acting["until"]) = ("acting".into(), "2099-12-31".into());
    acting["documentClasses"] = json!(["giấy mời"]);
    second[OFFICIAL]["posts"].as_array_mut().expect("a list").push(acting);
    let binh = system.made(&second).await;
    let chi = system.made(&user("079085000013", "Lê Chi", "10000")).await;
    let left = system.patch(&chi, &json!([{"op": "replace", "path": "active", "value": false}])).await;
    assert_eq!(left.body["active"], false, "{}", left.body);
    [an, binh, chi]
}

/// Filters, and which of the three fit.
fn questions(commune: Id<id::Unit>, other: Id<id::Unit>) -> Vec<(String, Vec<usize>)> {
    let posts = format!("{OFFICIAL}:posts");
    vec![
        ("active eq false".to_owned(), vec![2]),
        ("active eq true".to_owned(), vec![0, 1]),
        ("id pr".to_owned(), vec![0, 1, 2]),
        ("userName sw \"NV\"".to_owned(), vec![0, 1, 2]),
        ("name.formatted co \"thị b\"".to_owned(), vec![1]),
        ("name.formatted co \"Bi\u{300}nh\"".to_owned(), vec![1]),
        ("not (name.familyName eq \"Nguyễn\") and active eq true".to_owned(), vec![1]),
        ("externalId eq \"NV-079085000011\" or active eq false".to_owned(), vec![0, 2]),
        ("externalId eq \"NV-079085000011\" and active eq false".to_owned(), vec![]),
        (format!("{posts}[kind eq \"acting\" and until lt \"2100-01-01\"]"), vec![1]),
        (format!("{posts}[kind eq \"acting\" and until lt \"2099-12-31\"]"), vec![]),
        (format!("{posts}.documentClasses eq \"giấy mời\""), vec![1]),
        ("posts.noRedelegate eq false".to_owned(), vec![0, 1]),
        (format!("groups.value eq \"{commune}\""), vec![0, 1]),
        (format!("groups.value eq \"{commune}\" and {posts}.kind eq \"acting\""), vec![1]),
        (format!("{posts}.documentClasses pr and active eq true and groups.value eq \"{commune}\""), vec![1]),
        (format!("groups.value eq \"{commune}\" and active eq false"), vec![]),
        (format!("{posts}.unit.code eq \"54\""), vec![1]),
        (format!("{posts}[unit.code eq \"10000\" and kind eq \"primary\"]"), vec![0]),
        (format!("{posts}.unit.code eq \"54\" or {posts}.unit.code eq \"10000\""), vec![0, 1]),
        (format!("not ({posts}.unit.code eq \"10000\")"), vec![2]),
        (format!("groups.value eq \"{other}\" or {posts}.unit.code eq \"66\""), vec![]),
        (format!("groups.value eq \"{other}\" and active eq true"), vec![]),
        ("groups.value eq \"nonsense\"".to_owned(), vec![]),
    ]
}

apart! {
    async fn row_203_every_filter_is_judged_on_those_within_the_callers_units_only(house) {
        let (country, system, other) = two(house).await;
        let three = three(&system).await;
        // Somebody of the same name outside, and somebody who serves inside and outside: of them only the posts inside are known.
        let abroad = other.made(&user("079085000021", "Trần Thị Bình", "66")).await;
        let mut both = user("079085000011", "Nguyễn Văn An", "66");
        both["externalId"] = "KHAC-1".into();
        assert_eq!(other.made(&both).await, three[0]);
        for (filter, expected) in questions(country.commune, country.other) {
            let found = system.search("/Users", &filter, json!({})).await;
            let expected: Vec<String> = expected.iter().map(|at| three[*at].clone()).collect();
            assert_eq!((found.status, ids(&found)), (200, expected.clone()), "{filter} {}", found.body);
            assert_eq!(found.body["totalResults"], expected.len(), "{filter}");
            for abroad in other.search("/Users", &filter, json!({"attributes": ["groups", "externalId"]})).await.body["Resources"].as_array().expect("a list") {
                assert!(![&three[1], &three[2]].contains(&&abroad["id"].as_str().expect("an id").to_owned()), "{filter}");
                assert_eq!(abroad["groups"][0]["value"], country.other.to_string(), "{filter}");
                assert_eq!(abroad["groups"].as_array().map(Vec::len), Some(1), "{filter}");
            }
        }
        let found = other.search("/Users", "name.familyName eq \"trần\"", json!({})).await;
        assert_eq!(ids(&found), [abroad]);
        // What the other party calls them, and where they serve there, is no part of them here.
        for filter in ["externalId eq \"KHAC-1\"", "externalId sw \"KHAC\"", "posts.unit.display co \"66\"", "groups.display ew \"66\""] {
            assert_eq!(system.search("/Users", filter, json!({})).await.body["totalResults"], 0, "{filter}");
            assert_eq!(ids(&other.search("/Users", filter, json!({"count": 1})).await).len(), 1, "{filter}");
        }
    }
}

apart! {
    async fn a_filter_on_what_is_not_there_or_never_shown_is_refused(house) {
        let (_, system, _) = two(house).await;
        system.made(&user("079085000011", "Nguyễn Văn An", "10000")).await;
        for filter in [
            "nonsense",
            "nickName eq \"x\"",
            "not (actve eq true)",
            "id pr and posts.untill pr",
            "active gt true",
            "meta.lastModified gt \"yesterday\"",
            "personalNumber eq \"079085000011\"",
            "urn:vn:idp:params:scim:schemas:official:1.0:User:personalNumber sw \"079\"",
        ] {
            assert_eq!(why(&system.search("/Users", filter, json!({})).await), (400, "invalidFilter"), "{filter}");
            let query = filter.replace(' ', "+").replace('"', "%22");
            assert_eq!(why(&system.get(&format!("/Users?filter={query}")).await), (400, "invalidFilter"), "{filter}");
        }
    }
}

apart! {
    async fn a_personnel_system_asks_what_changed_since_it_last_looked(house) {
        let (_, system, _) = two(house).await;
        let [an, binh, chi] = three(&system).await;
        let changed = |reply: &idp_tests::Reply| reply.body["meta"]["lastModified"].as_str().expect("a time").to_owned();
        let asked = house.parts.clock.now();
        house.later(5).await;
        let since = |what: &str| format!("meta.lastModified {what} \"{}\"", house.parts.clock.now().rfc3339());
        let gt = since("gt");
        assert!(ids(&system.search("/Users", &gt, json!({})).await).is_empty());
        house.later(5).await;
        let renamed = system.patch(&an, &json!([{"op": "replace", "path": "externalId", "value": "NV-1"}])).await;
        assert_eq!(ids(&system.search("/Users", &gt, json!({})).await), std::slice::from_ref(&an), "{}", renamed.body);
        // A post that ends is a change of whoever had it, though it is not shown any more.
        let all = system.get(&format!("/Users/{binh}")).await.body[OFFICIAL]["posts"].clone();
        let kept: Vec<&Value> = all.as_array().expect("a list").iter().filter(|post| post["kind"] == "primary").collect();
        house.later(5).await;
        let before = since("ge");
        let cut = system.patch(&binh, &json!([{"op": "replace", "path": format!("{OFFICIAL}:posts"), "value": kept}])).await;
        assert_eq!(cut.body[OFFICIAL]["posts"].as_array().map(Vec::len), Some(1), "{}", cut.body);
        assert_eq!(ids(&system.search("/Users", &before, json!({})).await), std::slice::from_ref(&binh), "{}", cut.body);
        // Instants mean the same in every zone.
        let utc = |text: &str| text.replace("+07:00", "Z");
        assert_eq!(ids(&system.search("/Users", &utc(&before), json!({})).await), Vec::<String>::new(), "seven hours ahead");
        let le = format!("meta.lastModified le \"{}\"", asked.rfc3339());
        assert_eq!(ids(&system.search("/Users", &le, json!({})).await), [chi]);
        assert_eq!(changed(&cut), changed(&system.get(&format!("/Users/{binh}")).await));
    }
}

apart! {
    async fn filtered_users_come_in_pages_that_stay_whoever_comes_between(house) {
        let (_, system, _) = two(house).await;
        let mut made = Vec::new();
        for number in 11..16 {
            made.push(system.made(&user(&format!("0790850000{number}"), "Nguyễn Văn An", "10000")).await);
        }
        let chi = system.made(&user("079085000020", "Lê Chi", "10000")).await;
        let ask = async |more: Value| system.search("/Users", "name.givenName eq \"an\"", more).await;
        let page = ask(json!({"startIndex": 2, "count": 2})).await;
        assert_eq!((ids(&page), &page.body["totalResults"], &page.body["startIndex"]), (made[1..3].to_vec(), &json!(5), &json!(2)));
        assert_eq!(page.body["itemsPerPage"], 2);
        let first = ask(json!({"cursor": "", "count": 2})).await;
        assert_eq!((ids(&first), &first.body["totalResults"]), (made[..2].to_vec(), &json!(5)));
        // One comes, and one who was shown goes.
        made.push(system.made(&user("079085000016", "Nguyễn Văn An", "10000")).await);
        assert_eq!(system.send("DELETE", &format!("/Users/{}", made[0]), None).await.status, 204);
        let mut next = first.text("nextCursor");
        let mut seen = ids(&first);
        loop {
            let page = ask(json!({"cursor": next, "count": 2})).await;
            assert_eq!(page.body["totalResults"], 5, "{}", page.body);
            seen.extend(ids(&page));
            match page.body["nextCursor"].as_str() {
                Some(cursor) => cursor.clone_into(&mut next),
                None => break,
            }
        }
        assert_eq!(seen, made);
        assert_eq!(why(&system.search("/Users", "id pr", json!({"cursor": next})).await), (400, "invalidCursor"));
        let alone = system.search("/Users", &format!("id eq \"{chi}\""), json!({"cursor": ""})).await;
        assert_eq!((ids(&alone), &alone.body["totalResults"], alone.body.get("nextCursor")), (vec![chi], &json!(1), None));
        let provider = system.get("/ServiceProviderConfig").await;
        assert_eq!(provider.body["filter"]["maxResults"], provider.body["pagination"]["maxPageSize"]);
    }
}

/// Records so many people as users of a party, past the door.
async fn crowd(house: &House, party: Id<id::Party>, numbers: std::ops::Range<usize>) {
    let (cx, name) = (house.cx(), FullName::parse("Phạm Thị Dung").expect("a name"));
    let (profile, numbers) = (&Profile { name, birthdate: None }, &numbers);
    let made = house.db().write(&cx, |tx| {
        Box::pin(async move {
            for number in numbers.clone() {
                let new = NewPerson { profile: profile.clone(), number: None, data_match: DataMatch::Matched };
                let person = people::add_person(tx, new).await?;
                let (name, now) = (format!("dung.{number}"), tx.now());
                let sql = "insert into scim_user (party_id, person_id, user_name, user_key, created_at, updated_at) \
                    values ($1, $2, $3, $3, $4, $4)";
                tx.run(sql, params![party, person, name.as_str(), now]).await?;
            }
            Ok::<_, StoreError>(())
        })
    });
    made.await.expect("is written");
}

apart! {
    async fn whoever_sees_too_many_to_look_at_is_told_to_narrow_and_nothing_else(house) {
        let (country, own, other) = two(house).await;
        let [an, ..] = three(&own).await;
        let (commune, large) = (country.commune, party(house).await);
        let system = System::of(house, &large, country.province).await;
        // With the two who serve there, as many as are looked at.
        crowd(house, large.id, 0..4_998).await;
        let all = system.search("/Users", "userName sw \"dung.\" and userName ew \".77\"", json!({})).await;
        assert_eq!((all.status, &all.body["totalResults"]), (200, &json!(1)), "{}", all.body);
        let (last, total) = (system.search("/Users", "userName co \"dung\"", json!({"startIndex": 4_998})).await, json!(4_998));
        assert_eq!((ids(&last).len(), &last.body["totalResults"]), (1, &total));
        crowd(house, large.id, 4_998..4_999).await;
        let refused = system.search("/Users", "active eq true", json!({})).await;
        assert_eq!(why(&refused), (400, "tooMany"));
        assert!(refused.text("detail").contains("5000") && refused.text("detail").contains("groups.value"), "{}", refused.body);
        for filter in ["userName co \"dung\"", "name.formatted eq \"Nobody At All\"", "posts.unit.code ne \"54\"", &format!("id eq \"{an}\" or active eq true")] {
            assert_eq!(system.search("/Users", filter, json!({})).await.body, refused.body, "{filter}");
        }
        // Narrowed to a unit or an id it is answered; and who sees few is not in the way of who sees many.
        let narrowed = system.search("/Users", &format!("active eq true and groups.value eq \"{commune}\""), json!({})).await;
        assert_eq!((narrowed.status, &narrowed.body["totalResults"]), (200, &json!(2)));
        assert_eq!(ids(&system.search("/Users", &format!("active eq true and id eq \"{an}\""), json!({})).await), [an]);
        assert_eq!(own.search("/Users", "active eq true", json!({})).await.body["totalResults"], 2);
        assert_eq!(other.search("/Users", "active eq true", json!({})).await.body["totalResults"], 0);
    }
}

async fn costs_on(engine: Engine) {
    let house = &House::start(engine, "[admin]\nrequests_per_minute = 12").await;
    let (country, own, _) = two(house).await;
    let large = party(house).await;
    let system = System::of(house, &large, country.province).await;
    crowd(house, large.id, 0..3_000).await;
    for number in 0..3 {
        let found = system.search("/Users", "active eq false", json!({})).await;
        assert_eq!(
            (found.status, &found.body["totalResults"]),
            (200, &json!(0)),
            "question {number} of four requests each"
        );
    }
    assert_eq!(why(&system.search("/Users", "active eq false", json!({})).await), (429, ""));
    assert_eq!(
        own.search("/Users", "active eq false", json!({})).await.status,
        200,
        "others have a count of their own"
    );
}

#[test]
fn a_filter_that_looks_at_many_counts_as_several_requests() {
    idp_tests::run(async {
        for engine in Engine::ALL {
            Box::pin(costs_on(engine)).await;
        }
    });
}

apart! {
    async fn groups_are_found_by_what_they_show_and_members_by_index(house) {
        let (country, system, _) = two(house).await;
        let [an, binh, _] = three(&system).await;
        let (province, commune) = (country.province.to_string(), country.commune.to_string());
        for (filter, expected) in [
            ("displayName co \"đơn vị\"".to_owned(), vec![&province, &commune]),
            ("displayName eq \"Đơn vị 66\"".to_owned(), vec![]),
            ("level eq \"commune\"".to_owned(), vec![&commune]),
            (format!("parent eq \"{province}\""), vec![&commune]),
            ("codes.code eq \"66\"".to_owned(), vec![]),
            (format!("id eq \"{commune}\" or codes[scheme eq \"gso\" and code eq \"54\"]"), vec![&province, &commune]),
            (format!("members.value eq \"{binh}\""), vec![&province, &commune]),
            (format!("members[value eq \"{an}\"] and displayName pr"), vec![&commune]),
        ] {
            let found = system.search("/Groups", &filter, json!({})).await;
            assert_eq!((ids(&found).iter().collect::<Vec<_>>(), &found.body["totalResults"]), (expected.clone(), &json!(expected.len())), "{filter} {}", found.body);
        }
        for filter in ["members.display co \"An\"", "not (members pr)", "nickName pr", "active eq true"] {
            assert_eq!(why(&system.search("/Groups", filter, json!({})).await), (400, "invalidFilter"), "{filter}");
        }
        // Members are shown as in the whole list: where they are asked for by name, or where the filter names a few units.
        let members = async |filter: &str, more: Value| system.search("/Groups", filter, more).await.body["Resources"][0]["members"].as_array().map(Vec::len);
        assert_eq!(members("level eq \"commune\"", json!({})).await, None);
        assert_eq!(members("level eq \"commune\"", json!({"attributes": ["members"]})).await, Some(2));
        assert_eq!(members(&format!("id eq \"{commune}\""), json!({})).await, Some(2));
        let first = system.search("/Groups", "displayName pr", json!({"cursor": "", "count": 1})).await;
        let second = system.search("/Groups", "displayName pr", json!({"cursor": first.text("nextCursor"), "count": 1})).await;
        assert_eq!([ids(&first), ids(&second)].concat(), [province, commune]);
        assert_eq!((&second.body["totalResults"], second.body.get("nextCursor")), (&json!(2), None));
    }
}
