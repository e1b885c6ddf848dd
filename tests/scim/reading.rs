//! Who may call, what they see of whom, and in which pages.

use idp_core::admin::{Role, Scope, Subject};
use idp_tests::House;
use serde_json::json;

use super::desk::{OFFICIAL, ids, party, token, two, user, why};
use crate::admin::{apart, desk::give};

async fn status(house: &House, path: &str, token: &str) -> u16 {
    house.http.get(house.at(path)).bearer_auth(token).send().await.expect("answers").status().as_u16()
}

apart! {
    async fn only_a_machine_with_a_token_for_this_door_and_the_role_comes_in(house) {
        let (country, system, _) = two(house).await;
        let nobody = party(house).await;
        let users = "/scim/v2/Users";
        assert_eq!(house.http.get(house.at(users)).send().await.expect("answers").status(), 401);
        assert_eq!(status(house, users, "nonsense").await, 401);
        assert_eq!(status(house, users, &token(house, &nobody, ("/api/v1", "admin")).await).await, 401);
        assert_eq!(status(house, users, &token(house, &nobody, ("/scim/v2", "")).await).await, 403);
        let without_role = token(house, &nobody, ("/scim/v2", "admin")).await;
        assert_eq!(status(house, users, &without_role).await, 403);
        assert_eq!(status(house, "/scim/v2/ServiceProviderConfig", &without_role).await, 200);
        // An auditor reads and writes nothing.
        let auditor = party(house).await;
        give(house, Subject::Party(auditor.id), Role::Auditor, Scope::Below(country.province)).await;
        let reads = token(house, &auditor, ("/scim/v2", "admin")).await;
        assert_eq!(status(house, users, &reads).await, 200);
        let body = user("079085000011", "Nguyễn Văn An", "10000").to_string();
        let written = house.http.post(house.at(users)).bearer_auth(&reads).header("content-type", "application/scim+json").body(body);
        assert_eq!(written.send().await.expect("answers").status(), 403);
        assert_eq!(system.get("/Users").await.body["totalResults"], 0);
    }
}

apart! {
    async fn the_door_describes_itself(house) {
        let (_, system, _) = two(house).await;
        let provider = system.get("/ServiceProviderConfig").await;
        assert_eq!((&provider.body["etag"]["supported"], &provider.body["sort"]["supported"]), (&json!(true), &json!(false)));
        assert_eq!(provider.body["pagination"]["cursor"], true);
        for (path, count) in [("/ResourceTypes", 2), ("/Schemas", 4)] {
            let all = system.get(path).await;
            assert_eq!(all.body["totalResults"], count);
            for one in all.body["Resources"].as_array().expect("a list") {
                let id = one["id"].as_str().expect("an id");
                assert_eq!(system.get(&format!("{path}/{id}")).await.body, *one);
            }
            assert_eq!(why(&system.get(&format!("{path}?filter=id+pr")).await).0, 403);
            assert_eq!(why(&system.get(&format!("{path}/urn:none")).await).0, 404);
        }
        assert_eq!(why(&system.get("/Nothing").await).0, 404);
        assert_eq!(why(&system.send("DELETE", "/Schemas", None).await).0, 405);
        let tongue = system.with("GET", "/Nothing", None, &[("accept-language", "vi")]).await;
        assert!(tongue.text("detail").starts_with("Không"), "{}", tongue.body);
    }
}

apart! {
    async fn row_203_users_and_groups_of_other_units_are_answered_like_those_of_nobody(house) {
        let (country, own, other) = two(house).await;
        let id = own.made(&user("079085000011", "Nguyễn Văn An", "10000")).await;
        let nobody = "0197f3d07c1a7d529a372f0c5b1e8d44";
        let patch = json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": [{"op": "replace", "path": "active", "value": false}]});
        let whole = user("079085000011", "Nguyễn Văn An", "66");
        for (method, body) in [("GET", None), ("PUT", Some(&whole)), ("PATCH", Some(&patch)), ("DELETE", None)] {
            let foreign = other.send(method, &format!("/Users/{id}"), body).await;
            let unknown = other.send(method, &format!("/Users/{nobody}"), body).await;
            assert_eq!((foreign.status, &foreign.body), (404, &unknown.body), "{method}");
        }
        for filter in [format!("id eq \"{id}\""), "externalId eq \"NV-079085000011\"".to_owned(), "userName sw \"nv\" and id pr or id eq \"x\"".to_owned()] {
            let found = other.send("POST", "/Users/.search", Some(&json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:SearchRequest"], "filter": filter}))).await;
            assert_ne!(found.body["totalResults"].as_i64().unwrap_or_default(), 1, "{filter}");
        }
        let group = format!("/Groups/{}", country.commune);
        let (foreign, unknown) = (other.get(&group).await, other.get(&format!("/Groups/{nobody}")).await);
        assert_eq!((foreign.status, &foreign.body), (404, &unknown.body));
        assert_eq!(own.get(&group).await.status, 200);
        // A unit of others in a post is a unit that is not there, too.
        let mut abroad = user("079085000012", "Trần Thị Bình", "66");
        let foreign = own.send("POST", "/Users", Some(&abroad)).await;
        abroad[OFFICIAL]["posts"][0]["unit"]["code"] = "99999".into();
        let unknown = own.send("POST", "/Users", Some(&abroad)).await;
        assert_eq!((why(&foreign), &foreign.body), ((400, "invalidValue"), &unknown.body));
    }
}

apart! {
    async fn users_come_in_pages_by_index_and_by_cursor(house) {
        let (_, system, other) = two(house).await;
        let mut made = Vec::new();
        for number in 11..16 {
            made.push(system.made(&user(&format!("0790850000{number}"), "Nguyễn Văn An", "10000")).await);
        }
        let page = system.get("/Users?startIndex=2&count=2").await;
        assert_eq!((ids(&page), &page.body["totalResults"]), (made[1..3].to_vec(), &json!(5)));
        assert_eq!(system.get("/Users?count=0").await.body["totalResults"], 5);
        let (mut cursor, mut seen) = (String::new(), Vec::new());
        loop {
            let page = system.get(&format!("/Users?count=2&cursor={cursor}&attributes=id")).await;
            seen.extend(ids(&page));
            match page.body["nextCursor"].as_str() {
                Some(next) => next.clone_into(&mut cursor),
                None => break,
            }
        }
        assert_eq!(seen, made);
        assert_eq!(why(&other.get(&format!("/Users?cursor={cursor}")).await), (400, "invalidCursor"));
        assert_eq!(why(&system.get("/Users?sortBy=id").await), (400, "invalidValue"));
        assert_eq!(other.get("/Users").await.body["totalResults"], 0);
    }
}

apart! {
    async fn groups_are_units_with_who_serves_there_and_are_not_written(house) {
        let (country, system, _) = two(house).await;
        let an = system.made(&user("079085000011", "Nguyễn Văn An", "10000")).await;
        let all = system.get("/Groups?attributes=displayName,members").await;
        assert_eq!((&all.body["totalResults"], all.body["Resources"].as_array().map(Vec::len)), (&json!(2), Some(2)));
        let group = system.get(&format!("/Groups/{}", country.commune)).await;
        assert_eq!((&group.body["displayName"], &group.body["members"][0]["value"]), (&json!("Đơn vị 10000"), &json!(an)));
        assert_eq!(group.body["members"][0]["display"], "Nguyễn Văn An");
        let tag = group.headers["etag"].to_str().expect("text");
        let again = system.with("GET", &format!("/Groups/{}", country.commune), None, &[("if-none-match", tag)]).await;
        assert_eq!(again.status, 304);
        let found = system.get(&format!("/Groups?filter=members.value+eq+%22{an}%22&attributes=id")).await;
        assert_eq!(found.body["Resources"][0]["id"], country.commune.to_string());
        let body = json!({"schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"], "displayName": "x"});
        for (method, path) in [("POST", "/Groups".to_owned()), ("PUT", format!("/Groups/{}", country.commune)), ("DELETE", format!("/Groups/{}", country.commune))] {
            assert_eq!(why(&system.send(method, &path, Some(&body)).await), (400, "mutability"), "{method}");
        }
    }
}
