//! Pushing officials: new ones, changed ones, those who leave, and many at once.

use idp_core::{
    params, people,
    types::{Ial, PersonalId},
};
use idp_tests::{Browser, House};
use serde_json::json;

use super::desk::{OFFICIAL, USER, post, posts, two, user, why};
use crate::admin::apart;

async fn count(house: &House, sql: &'static str) -> i64 {
    house.count(sql).await
}

apart! {
    async fn a_new_official_is_recorded_once_and_read_back(house) {
        let (_, system, _) = two(house).await;
        let new = user("079085000011", "Nguyễn Thị Thu Hà", "10000");
        let made = system.send("POST", "/Users", Some(&new)).await;
        assert_eq!(made.status, 201, "{}", made.body);
        let id = made.text("id");
        assert_eq!(made.headers["location"].to_str().ok(), made.body["meta"]["location"].as_str());
        assert_eq!(made.headers["etag"].to_str().ok(), made.body["meta"]["version"].as_str());
        assert_eq!(made.body["name"], json!({"formatted": "Nguyễn Thị Thu Hà", "familyName": "Nguyễn", "middleName": "Thị Thu", "givenName": "Hà"}));
        assert_eq!((&made.body["active"], made.body[OFFICIAL].get("personalNumber")), (&json!(true), None));
        assert_eq!(posts(&made), [("10000".to_owned(), "thong-ke".to_owned())]);
        assert_eq!(system.get(&format!("/Users/{id}")).await.body, made.body);
        assert_eq!(why(&system.send("POST", "/Users", Some(&new)).await), (409, "uniqueness"));
        let mut twin = user("079085000012", "Trần Thị Bình", "10000");
        twin["userName"] = "NV.079085000011X".into();
        assert_eq!(why(&system.send("POST", "/Users", Some(&twin)).await), (409, "uniqueness"));
        assert_eq!(count(house, "select count(*) as n from scim_user").await, 1);
        assert_eq!(count(house, "select count(*) as n from assignment where source = 'personnel'").await, 1);
        let mut conn = house.db().read().await.expect("reads");
        let number = PersonalId::parse("079085000012").expect("a number");
        assert!(people::claimants(&mut conn, &number).await.expect("reads").is_empty(), "a refused request leaves nobody");
    }
}

apart! {
    async fn a_number_alone_tells_nobody_whose_it_is(house) {
        let (_, system, other) = two(house).await;
        system.made(&user("079085000011", "Nguyễn Văn An", "10000")).await;
        assert_eq!(why(&other.send("POST", "/Users", Some(&user("079085000011", "Trần Thị Bình", "66"))).await), (409, "uniqueness"));
        // Under the right name it is the same person, of whom each sees its own part.
        let id = other.made(&user("079085000011", "Nguyễn Văn An", "66")).await;
        let (seen, abroad) = (system.get(&format!("/Users/{id}")).await, other.get(&format!("/Users/{id}")).await);
        assert_eq!((posts(&seen)[0].0.as_str(), posts(&seen).len()), ("10000", 1));
        assert_eq!((posts(&abroad)[0].0.as_str(), posts(&abroad).len()), ("66", 1));
        // Somebody who serves elsewhere, too, is not made to leave from here.
        let gone = other.patch(&id, &json!([{"op": "replace", "path": "active", "value": false}])).await;
        assert_eq!(gone.status, 403, "{}", gone.body);
        assert_eq!(posts(&system.get(&format!("/Users/{id}")).await).len(), 1);
    }
}

apart! {
    async fn replacing_twice_changes_once_and_posts_follow_by_difference(house) {
        let (_, system, _) = two(house).await;
        let mut wanted = user("079085000011", "Nguyễn Văn An", "10000");
        let id = system.made(&wanted).await;
        let path = format!("/Users/{id}");
        let first = system.get(&path).await;
        let posts_written = "select count(*) as n from audit_event where kind = 'post-changed'";
        let events = count(house, posts_written).await;
        for _ in 0..2 {
            let again = system.send("PUT", &path, Some(&wanted)).await;
            assert_eq!((again.status, &again.body["meta"]), (200, &first.body["meta"]), "{}", again.body);
        }
        assert_eq!(count(house, posts_written).await, events, "nothing happened");
        // What was read can be sent back as it is.
        assert_eq!(system.send("PUT", &path, Some(&first.body)).await.body["meta"], first.body["meta"]);
        // A changed role, then a second post, then a move, then the end of all.
        wanted[OFFICIAL]["posts"] = json!([post("10000", &["nhan-ho-so"])]);
        let changed = system.send("PUT", &path, Some(&wanted)).await;
        assert_eq!(posts(&changed), [("10000".to_owned(), "nhan-ho-so".to_owned())]);
        assert_eq!(changed.body[OFFICIAL]["posts"][0]["id"], first.body[OFFICIAL]["posts"][0]["id"]);
        assert_ne!(changed.body["meta"]["version"], first.body["meta"]["version"]);
        let mut second = post("54", &["thong-ke"]);
        second["kind"] = "concurrent".into();
        wanted[OFFICIAL]["posts"] = json!([post("10000", &["nhan-ho-so"]), second]);
        assert_eq!(posts(&system.send("PUT", &path, Some(&wanted)).await).len(), 2);
        let mut elsewhere = post("54", &["nhan-ho-so"]);
        elsewhere["position"] = "van-thu".into();
        wanted[OFFICIAL]["posts"] = json!([elsewhere, second]);
        let moved = system.send("PUT", &path, Some(&wanted)).await;
        assert_eq!(moved.status, 200, "{}", moved.body);
        assert_eq!(count(house, "select count(*) as n from staff_move where workflow = 'mover'").await, 1);
        // Without posts said they stay; an empty list ends them.
        wanted[OFFICIAL] = json!({});
        assert_eq!(posts(&system.send("PUT", &path, Some(&wanted)).await).len(), 2);
        wanted[OFFICIAL] = json!({"posts": []});
        let none = system.send("PUT", &path, Some(&wanted)).await;
        assert_eq!((posts(&none).len(), &none.body["active"]), (0, &json!(true)));
    }
}

apart! {
    async fn a_lost_update_is_refused_and_names_are_not_changed(house) {
        let (_, system, _) = two(house).await;
        let mut wanted = user("079085000011", "Nguyễn Văn An", "10000");
        let id = system.made(&wanted).await;
        let path = format!("/Users/{id}");
        let seen = system.get(&path).await.headers["etag"].to_str().expect("text").to_owned();
        wanted["externalId"] = "NV-X".into();
        let first = system.with("PUT", &path, Some(&wanted), &[("if-match", &seen)]).await;
        assert_eq!((first.status, &first.body["externalId"]), (200, &json!("NV-X")));
        assert_eq!(why(&system.with("PUT", &path, Some(&wanted), &[("if-match", &seen)]).await), (412, ""));
        assert_eq!(why(&system.with("DELETE", &path, None, &[("if-match", &seen)]).await), (412, ""));
        wanted["name"]["formatted"] = "Nguyễn Văn Anh".into();
        assert_eq!(why(&system.send("PUT", &path, Some(&wanted)).await), (400, "mutability"));
        wanted["name"]["formatted"] = "Nguyễn Văn An".into();
        wanted[OFFICIAL]["personalNumber"] = "079085000012".into();
        assert_eq!(why(&system.send("PUT", &path, Some(&wanted)).await), (400, "mutability"));
        let shown = system.get(&format!("{path}?attributes=userName")).await;
        assert_eq!(shown.body.as_object().map(|all| all.keys().cloned().collect::<Vec<_>>()), Some(vec!["schemas".to_owned(), "id".to_owned(), "userName".to_owned()]));
    }
}

apart! {
    async fn the_gate_judges_every_post(house) {
        let (_, system, _) = two(house).await;
        let id = system.made(&user("079085000011", "Nguyễn Văn An", "10000")).await;
        let path = format!("{OFFICIAL}:posts");
        let add = |post: serde_json::Value| json!([{"op": "add", "path": path, "value": [post]}]);
        let other = |roles: &[&str]| {
            let mut post = post("54", roles);
            post["kind"] = "concurrent".into();
            post
        };
        // Roles that administer are not given from here, whatever they are called.
        let refused = system.patch(&id, &add(other(&["quan-tri-don-vi"]))).await;
        assert_eq!(why(&refused).0, 403, "{}", refused.body);
        // A role that needs a second person waits for one.
        let waits = system.patch(&id, &add(other(&["tra-cuu-csdl-dan-cu"]))).await;
        assert_eq!((waits.status, &waits.body[OFFICIAL]["posts"][1]["state"]), (200, &json!("pending")), "{}", waits.body);
        // Without a decision it is ninety days.
        let mut bare = other(&["thong-ke"]);
        bare["position"] = "van-thu".into();
        bare["from"] = house.cx().now.day().to_string().into();
        bare.as_object_mut().expect("an object").remove("decision");
        let capped = system.patch(&id, &add(bare)).await;
        assert!(capped.body[OFFICIAL]["posts"][2]["until"].is_string(), "{}", capped.body);
        assert_eq!(why(&system.patch(&id, &add(json!({"position": "chuyen-vien"}))).await), (400, "invalidValue"));
        let unknown = system.patch(&id, &add(other(&["khong-co"]))).await;
        assert!((400..=403).contains(&unknown.status), "{}", unknown.body);
        assert_eq!(house.count("select count(*) as n from assignment").await, 3);
        assert!(house.count("select count(*) as n from audit_event where kind = 'administration-refused'").await > 0);
    }
}

apart! {
    async fn who_leaves_has_no_post_session_or_token_from_that_second(house) {
        let (_, system, _) = two(house).await;
        let citizen = house.citizen("Lê Thị Cúc").await;
        let new = user("079085000001", "Lê Thị Cúc", "10000");
        // Whose number is proved is known by it; who only claims one is passed over.
        let (cx, person) = (house.cx(), citizen.id);
        let proved = house.db().write(&cx, |tx| {
            Box::pin(tx.run("update person set identity_assurance = $2 where id = $1", params![person, Ial::Ial2.urn()]))
        });
        assert_eq!(proved.await.expect("writes"), 1);
        let id = system.made(&new).await;
        assert_eq!(id, citizen.id.to_string());
        let mut browser = Browser::new();
        let page = browser.open(&house.at("/account")).await;
        browser.enter(&page, &citizen).await;
        assert_eq!(browser.open(&house.at("/account")).await.status, 200);
        let open = "select count(*) as n from session where ended_at is null";
        assert_eq!(count(house, open).await, 1);
        let left = system.patch(&id, &json!([{"op": "Replace", "value": {"active": "False"}}])).await;
        assert_eq!((left.status, &left.body["active"], posts(&left).len()), (200, &json!(false), 0), "{}", left.body);
        assert_eq!(count(house, open).await, 0);
        assert_eq!(count(house, "select count(*) as n from staff_move where workflow = 'leaver'").await, 1);
        // True gives nothing back.
        let back = system.patch(&id, &json!([{"op": "replace", "path": "active", "value": true}])).await;
        assert_eq!((&back.body["active"], posts(&back).len()), (&json!(true), 0));
        // A citizen without a post here is not signed out by whoever knows their number.
        let page = browser.open(&house.at("/account")).await;
        browser.enter(&page, &citizen).await;
        let gone = system.patch(&id, &json!([{"op": "replace", "path": "active", "value": false}])).await;
        assert_eq!((gone.status, count(house, open).await), (200, 1));
        assert_eq!(system.send("DELETE", &format!("/Users/{id}"), None).await.status, 204);
        assert_eq!(count(house, open).await, 1);
        assert_eq!(why(&system.get(&format!("/Users/{id}")).await).0, 404);
    }
}

apart! {
    // RFC 7644, section 3.7: a client that wants all or nothing says `failOnErrors`. So a bulk with one foreign id succeeds in part, and
    // what row 203 asks for holds in another way: the foreign id is answered like one of nobody, word for word, and nothing happens to it.
    async fn row_203_a_bulk_succeeds_in_part_by_design_and_a_foreign_id_in_it_is_an_unknown_one(house) {
        let (_, system, other) = two(house).await;
        let foreign = other.made(&user("079085000019", "Phạm Văn Dũng", "66")).await;
        let bulk = |operations: serde_json::Value, most: u64| {
            json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"], "failOnErrors": most, "Operations": operations})
        };
        let patch = json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": [{"op": "replace", "path": "externalId", "value": "NV-Z"}]});
        let operations = json!([
            {"method": "POST", "path": "/Users", "bulkId": "an", "data": user("079085000011", "Nguyễn Văn An", "10000")},
            {"method": "PATCH", "path": "/Users/bulkId:an", "data": patch},
            {"method": "DELETE", "path": format!("/Users/{foreign}")},
            {"method": "DELETE", "path": "/Users/0197f3d07c1a7d529a372f0c5b1e8d44"},
            {"method": "PATCH", "path": "/Users/bulkId:nobody", "data": patch},
            {"method": "POST", "path": "/Users", "data": {}},
        ]);
        let answer = system.send("POST", "/Bulk", Some(&bulk(operations.clone(), 9))).await;
        let done = answer.body["Operations"].as_array().cloned().unwrap_or_default();
        let statuses: Vec<&str> = done.iter().filter_map(|one| one["status"].as_str()).collect();
        assert_eq!(statuses, ["201", "200", "404", "404", "409", "400"], "{}", answer.body);
        assert_eq!(done[2]["response"], done[3]["response"], "a foreign id is an unknown one");
        assert_eq!(other.get(&format!("/Users/{foreign}")).await.status, 200);
        let location = done[0]["location"].as_str().expect("a place");
        let made = system.get(location.split("/scim/v2").nth(1).expect("a path")).await;
        assert_eq!(made.body["externalId"], "NV-Z");
        let stopped = system.send("POST", "/Bulk", Some(&bulk(operations, 1))).await;
        assert_eq!(stopped.body["Operations"].as_array().map(Vec::len), Some(1), "the first is there already");
        let many = serde_json::Value::Array(vec![json!({"method": "DELETE", "path": "/Users/1"}); 201]);
        assert_eq!(why(&system.send("POST", "/Bulk", Some(&bulk(many, 1))).await).0, 413);
    }
}

apart! {
    async fn what_cannot_be_read_is_refused_before_anything_is_written(house) {
        let (_, system, _) = two(house).await;
        let deep = format!("{}1{}", "[".repeat(40), "]".repeat(40));
        let send = async |kind: &str, body: String| {
            system.raw("/Users", body, ("content-type", kind)).await
        };
        assert_eq!(why(&send("text/plain", "{}".to_owned()).await), (415, ""));
        assert_eq!(why(&send("application/json", "{".to_owned()).await), (400, "invalidSyntax"));
        assert_eq!(why(&send("application/json", deep).await), (400, "invalidSyntax"));
        assert_eq!(why(&send("application/json", "[]".to_owned()).await), (400, "invalidSyntax"));
        assert_eq!(why(&send("application/json", "{\"a\":\"\\u0000\"}".to_owned()).await), (400, "invalidSyntax"));
        assert_eq!(why(&send("application/json", " ".repeat(1_100_000)).await), (413, ""));
        let bare = json!({"schemas": [USER], "userName": "x"});
        assert_eq!(why(&system.send("POST", "/Users", Some(&bare)).await), (400, "invalidValue"));
        assert_eq!(count(house, "select count(*) as n from person").await, 0);
    }
}

apart! {
    async fn lists_of_units_and_limits_are_pushed_read_back_and_stay_where_nothing_is_said(house) {
        let (_, system, _) = two(house).await;
        let mut wanted = user("079085000011", "Nguyễn Văn An", "54");
        let list = |codes: &[&str]| codes.iter().map(|code| json!({"scheme": "gso", "code": code})).collect::<serde_json::Value>();
        wanted[OFFICIAL]["posts"][0]["scope"] = "list".into();
        wanted[OFFICIAL]["posts"][0]["scopeUnits"] = list(&["10000", "54"]);
        wanted[OFFICIAL]["posts"][0]["documentClasses"] = json!(["Công văn", "Giấy mời"]);
        wanted[OFFICIAL]["posts"][0]["noRedelegate"] = true.into();
        let id = system.made(&wanted).await;
        let path = format!("/Users/{id}");
        let first = system.get(&path).await;
        let post = |reply: &idp_tests::Reply| reply.body[OFFICIAL]["posts"][0].clone();
        let shown = post(&first);
        let mut codes: Vec<&str> = shown["scopeUnits"].as_array().expect("units").iter().filter_map(|unit| unit["code"].as_str()).collect();
        codes.sort_unstable();
        assert_eq!((codes, &shown["scope"], &shown["noRedelegate"]), (vec!["10000", "54"], &json!("list"), &json!(true)), "{shown}");
        assert_eq!(shown["documentClasses"], json!(["Công văn", "Giấy mời"]));
        // What was read can be sent back; what is not said stays: a system that knows no limits lifts none.
        let mut silent = wanted.clone();
        for name in ["scope", "scopeUnits", "documentClasses", "noRedelegate"] {
            silent[OFFICIAL]["posts"][0].as_object_mut().expect("an object").remove(name);
        }
        for same in [&first.body, &wanted, &silent] {
            let again = system.send("PUT", &path, Some(same)).await;
            assert_eq!((again.status, &again.body["meta"]), (200, &first.body["meta"]), "{}", again.body);
        }
        let found = system.get(&format!("/Users?filter=id%20eq%20%22{id}%22%20and%20{OFFICIAL}:posts%5BnoRedelegate%20eq%20true%5D")).await;
        assert_eq!(found.body["totalResults"], 1, "{}", found.body);
        // Another unit than one's own stands in no list, and units stand beside no other scope.
        let at = |name: &str| format!("{OFFICIAL}:posts[position eq \"chuyen-vien\"].{name}");
        let beyond = system.patch(&id, &json!([{"op": "replace", "path": at("scopeUnits"), "value": list(&["66"])}])).await;
        assert_eq!(why(&beyond), (400, "invalidValue"), "{}", beyond.body);
        let both = system.patch(&id, &json!([{"op": "replace", "path": at("scope"), "value": "unit"}])).await;
        assert_eq!(why(&both), (400, "invalidValue"), "{}", both.body);
        let lifted = system.patch(&id, &json!([
            {"op": "replace", "path": at("scope"), "value": "unit"}, {"op": "remove", "path": at("scopeUnits")},
            {"op": "remove", "path": at("documentClasses")}, {"op": "replace", "path": at("noRedelegate"), "value": false},
        ])).await;
        let after = post(&lifted);
        assert_eq!((lifted.status, &after["scope"], &after["noRedelegate"]), (200, &json!("unit"), &json!(false)), "{}", lifted.body);
        assert_eq!((after.get("scopeUnits"), after.get("documentClasses"), &after["id"]), (None, None, &shown["id"]));
        let schema = system.get(&format!("/Schemas/{OFFICIAL}")).await;
        let parts = schema.body["attributes"][1]["subAttributes"].as_array().cloned().unwrap_or_default();
        let kind = |name: &str| parts.iter().find(|part| part["name"] == name).map(|part| (part["type"].clone(), part["multiValued"].clone()));
        assert_eq!(kind("scopeUnits"), Some((json!("complex"), json!(true))), "{}", schema.body);
        assert_eq!(kind("documentClasses"), Some((json!("string"), json!(true))));
        assert_eq!(kind("noRedelegate"), Some((json!("boolean"), json!(false))));
    }
}
