//! What stands beside the posts themselves: reviews, the catalogue of roles and positions, separations, and what was handed on.

use std::time::Duration;

use idp_core::{
    admin::{Role, Scope},
    office::{self, HandOn, Limits, RoleGrant, RoleId},
    org::Span,
    store::Actor,
    types::Id,
};
use idp_tests::{House, Person, Reply};
use serde_json::{Value, json};

use super::{
    apart,
    desk::{Caller, Country, Officer, catalogue, code, console, events, get, officer, post, request, step},
};
use crate::signin::ways::{messages, proved_address, telephone};

const POSTS: &str = "/api/v1/posts";

fn new(person: &Person, unit: &impl ToString, kind: &str, roles: &[&str]) -> Value {
    let roles: Vec<Value> = roles.iter().map(|role| json!({"role": role})).collect();
    json!({"person": {"id": person.id}, "unit": unit.to_string(), "kind": kind, "post": {
        "position": "chuyen-vien", "roles": roles, "scope": {"kind": "subtree"}, "from": "2026-01-05",
        "decision": {"number": "12/QĐ-UBND", "date": "2026-01-02"}}})
}

/// A country with an owner, and with an administrator of the first province by a post.
struct Cast {
    country: Country,
    owner: Officer,
    binh: Person,
    by: Caller,
}

impl Cast {
    async fn of(house: &House) -> Self {
        let country = Country::of(house).await;
        catalogue(house).await;
        let owner = officer(house, Role::PlatformOwner, Scope::Whole).await;
        let binh = house.citizen("Trần Thị Bình").await;
        let given =
            post(house, &owner.console, POSTS, &new(&binh, &country.province, "primary", &["quan-tri-don-vi"])).await;
        assert_eq!(given.status, 201, "{}", given.body);
        let (_, by) = console(house, &binh).await;
        Self { country, owner, binh, by }
    }

    async fn give(&self, house: &House, person: &Person, unit: &impl ToString, (kind, role): (&str, &str)) -> String {
        let given = post(house, &self.owner.console, POSTS, &new(person, unit, kind, &[role])).await;
        assert_eq!(given.status, 201, "{}", given.body);
        given.text("id")
    }

    /// The roles that count in each post of somebody, the oldest post first.
    async fn held(&self, house: &House, person: &Person) -> Vec<Vec<String>> {
        let reasons = get(house, &self.by, &format!("/api/v1/persons/{}/rights", person.id)).await;
        assert_eq!(reasons.status, 200, "{}", reasons.body);
        let roles = |post: &Value| {
            let held = post["roles"].as_array().cloned().unwrap_or_default();
            held.iter().map(|one| one["role"].as_str().unwrap_or_default().to_owned()).collect()
        };
        reasons.body.as_array().expect("posts").iter().map(roles).collect()
    }
}

async fn put(house: &House, caller: &Caller, path: &str, (tag, body): (&str, &Value)) -> Reply {
    Reply::of(request(house, caller, "put", path).header("if-match", tag).json(body)).await
}

fn mistake(reply: &Reply) -> (u16, &str) {
    (reply.status, reply.body["errors"][0]["code"].as_str().unwrap_or_default())
}

fn units(reply: &Reply) -> Vec<Value> {
    let items = reply.body["items"].as_array().unwrap_or_else(|| panic!("{}", reply.body));
    items.iter().map(|one| one["unit"].clone()).collect()
}

apart! {
    async fn a_review_is_listed_answered_post_by_post_and_closed_with_the_last_answer(house) {
        let cast = Cast::of(house).await;
        let country = &cast.country;
        let (cuc, dung, em) = (house.citizen("Lê Thị Cúc").await, house.citizen("Phạm Văn Dũng").await, house.citizen("Hoàng Thị Em").await);
        let stays = cast.give(house, &cuc, &country.commune, ("primary", "nhan-ho-so")).await;
        let goes = cast.give(house, &dung, &country.commune, ("primary", "thong-ke")).await;
        cast.give(house, &em, &country.other, ("primary", "thong-ke")).await;
        assert_eq!(units(&get(house, &cast.by, "/api/v1/reviews").await), Vec::<Value>::new());
        house.later(183 * 86_400).await;
        house.jobs().await;
        let (_, by) = console(house, &cast.binh).await;
        let listed = get(house, &by, "/api/v1/reviews").await;
        let mut seen = units(&listed);
        seen.sort_by_key(ToString::to_string);
        let mut own = vec![json!(country.province), json!(country.commune)];
        own.sort_by_key(ToString::to_string);
        assert_eq!((seen, listed.body["hidden_units"].as_i64()), (own, Some(2)), "what other units owe is not shown");
        assert_eq!(units(&get(house, &by, "/api/v1/reviews?limit=1").await).len(), 1);
        assert_eq!(get(house, &by, "/api/v1/reviews?limit=0").await.status, 422);
        let of_commune = get(house, &by, &format!("/api/v1/reviews?unit={}", country.commune)).await;
        let review = &of_commune.body["items"][0];
        assert!(review["due_at"].as_str() > review["opened_at"].as_str(), "{review}");
        let path = format!("/api/v1/reviews/{}", review["id"].as_str().expect("an id"));
        let items = async || {
            let reply = get(house, &by, &path).await;
            let all = reply.body.as_array().cloned().unwrap_or_default();
            let told = |post: &str| all.iter().find(|one| one["post"] == post).map(|one| one["verdict"].clone());
            (reply.status, all.len(), told(&stays), told(&goes))
        };
        assert_eq!(items().await, (200, 2, Some(Value::Null), Some(Value::Null)));
        let say = async |post_id: &str, verdict: &str| {
            post(house, &by, &format!("{path}/answers"), &json!({"post": post_id, "verdict": verdict})).await
        };
        assert_eq!(say(&stays, "perhaps").await.status, 422);
        assert_eq!(say(&stays, "keep").await.status, 204);
        assert_eq!(items().await, (200, 2, Some(json!("keep")), Some(Value::Null)));
        let of_item = get(house, &by, &path).await;
        let kept = of_item.body.as_array().expect("a list").iter().find(|one| one["post"] == stays).expect("is there");
        assert_eq!((kept["answered_by"].clone(), kept["answered_at"].is_string()), (json!(format!("person:{}", cast.binh.id)), true));
        assert_eq!(code(&say(&stays, "end").await), (409, "conflict".to_owned()), "each is answered once");
        assert_eq!(get(house, &by, &format!("{POSTS}/{stays}")).await.body["state"], "active");
        assert_eq!(say(&goes, "end").await.status, 204);
        let ended = get(house, &by, &format!("{POSTS}/{goes}")).await;
        assert_eq!((ended.body["state"].as_str(), ended.body["because"].as_str()), (Some("ended"), Some("reviewed")), "{}", ended.body);
        assert_eq!(items().await.0, 404, "with the last answer it is closed");
        assert_eq!(units(&get(house, &by, "/api/v1/reviews").await), [json!(country.province)]);
        // Their own post stands in the review of their own unit: somebody else says whether it is right.
        let own = get(house, &by, &format!("/api/v1/reviews?unit={}", country.province)).await;
        let own = own.body["items"][0]["id"].as_str().expect("an id").to_owned();
        let mine = get(house, &by, &format!("/api/v1/reviews/{own}")).await.body[0]["post"].clone();
        for verdict in ["keep", "end"] {
            let refused = post(house, &by, &format!("/api/v1/reviews/{own}/answers"), &json!({"post": mine, "verdict": verdict})).await;
            assert_eq!(mistake(&refused), (403, "oneself"), "{verdict}");
        }
        assert_eq!(events(house, "posts-reviewed").await, 3 + 3, "three opened; kept, ended, closed");
    }
}

fn desk_role(rank: u32, word: &str) -> Value {
    json!({"form": {"id": "ban-tiep-don", "label": {"vi": "Bàn tiếp đón", "en": "Front desk"}, "class": "business", "rank": rank,
        "permissions": [word]}})
}

apart! {
    async fn a_role_that_is_written_anew_counts_so_for_everybody_at_the_next_use(house) {
        let cast = Cast::of(house).await;
        let (cuc, path) = (house.citizen("Lê Thị Cúc").await, "/api/v1/roles/ban-tiep-don");
        let added = post(house, &cast.owner.console, "/api/v1/roles", &desk_role(10, "mot-cua/greet")).await;
        assert_eq!((added.status, added.headers["etag"].to_str().ok()), (201, Some("\"1\"")), "{}", added.body);
        assert_eq!(get(house, &cast.by, path).await.body, added.body, "everybody who reads officials reads it");
        cast.give(house, &cuc, &cast.country.commune, ("primary", "ban-tiep-don")).await;
        let who = async |word: &str| {
            let found = get(house, &cast.by, &format!("/api/v1/who?permission=mot-cua/{word}&unit={}", cast.country.commune)).await;
            found.body["items"].as_array().map(Vec::len)
        };
        assert_eq!((who("greet").await, who("seat").await), (Some(1), Some(0)));
        let changed = put(house, &cast.owner.console, path, ("\"1\"", &desk_role(11, "mot-cua/seat"))).await;
        assert_eq!((changed.status, changed.headers["etag"].to_str().ok(), changed.body["rank"].as_i64()), (200, Some("\"2\""), Some(11)), "{}", changed.body);
        assert_eq!((who("greet").await, who("seat").await), (Some(0), Some(1)));
        let stale = put(house, &cast.owner.console, path, ("\"1\"", &desk_role(12, "mot-cua/greet"))).await;
        assert_eq!(code(&stale), (412, "changed-meanwhile".to_owned()), "row 208");
        let unseen = Reply::of(request(house, &cast.owner.console, "put", path).json(&desk_role(12, "mot-cua/greet"))).await;
        assert_eq!(unseen.status, 428);
        for (what, path, role, expected) in [
            ("another role in the body", "/api/v1/roles/thong-ke", desk_role(10, "mot-cua/greet"), (422, "wrong-value")),
            ("administration in a role of business", path, desk_role(10, "officials.assign"), (422, "wrong-value")),
            ("as high as whoever writes it", path, desk_role(101, "mot-cua/greet"), (403, "too-high")),
        ] {
            let tag = if path.ends_with("thong-ke") { "\"1\"" } else { "\"2\"" };
            let refused = put(house, &cast.owner.console, path, (tag, &role)).await;
            assert_eq!(mistake(&refused), expected, "{what}: {}", refused.body);
        }
        let provincial = put(house, &cast.by, path, ("\"2\"", &desk_role(10, "mot-cua/greet"))).await;
        assert_eq!(code(&provincial), (403, "not-permitted".to_owned()));
        let absent = put(house, &cast.owner.console, "/api/v1/roles/khong-co", ("\"1\"", &desk_role(10, "mot-cua/greet"))).await;
        assert_eq!(absent.status, 404);
        // A role that has ended is in the catalogue and counts for nothing.
        let mut over = desk_role(11, "mot-cua/seat");
        (over["from"], over["until"]) = (json!("2020-01-01"), json!("2026-01-06"));
        assert_eq!(put(house, &cast.owner.console, path, ("\"2\"", &over)).await.status, 200);
        assert_eq!((who("seat").await, cast.held(house, &cuc).await), (Some(0), vec![Vec::<String>::new()]));
        let listed = get(house, &cast.by, "/api/v1/roles").await;
        assert!(listed.body.as_array().is_some_and(|all| all.iter().any(|one| one["id"] == "ban-tiep-don" && one["until"].is_string())));
    }
}

apart! {
    async fn a_position_is_added_and_renamed_and_permits_nothing(house) {
        let cast = Cast::of(house).await;
        let position = |vi: &str, signing: &str| json!({"id": "to-truong", "label": {"vi": vi, "en": "Team lead"}, "signing": signing});
        let put = async |caller: &Caller, body: &Value| post(house, caller, "/api/v1/positions", body).await;
        let mut unknown = new(&cast.binh, &cast.country.commune, "concurrent", &["thong-ke"]);
        unknown["post"]["position"] = json!("to-truong");
        let cuc = house.citizen("Lê Thị Cúc").await;
        unknown["person"] = json!({"id": cuc.id});
        assert_eq!(mistake(&post(house, &cast.by, POSTS, &unknown).await), (422, "wrong-value"), "no such position yet");
        let added = put(&cast.owner.console, &position("Tổ trưởng", "TL.")).await;
        assert_eq!((added.status, added.body["label"]["vi"].as_str()), (200, Some("Tổ trưởng")), "{}", added.body);
        assert_eq!(put(&cast.owner.console, &position("Tổ trưởng một cửa", "none")).await.status, 200);
        let listed = get(house, &cast.by, "/api/v1/positions").await;
        let found: Vec<&Value> = listed.body.as_array().expect("a list").iter().filter(|one| one["id"] == "to-truong").collect();
        assert_eq!(found, [&position("Tổ trưởng một cửa", "none")]);
        // The mark of an acting head comes from the kind of a post alone.
        assert_eq!(put(&cast.owner.console, &position("Quyền tổ trưởng", "Q.")).await.status, 422);
        assert_eq!(put(&cast.owner.console, &position("", "none")).await.status, 422);
        assert_eq!(code(&put(&cast.by, &position("Tổ trưởng", "none")).await), (403, "not-permitted".to_owned()));
        assert_eq!(post(house, &cast.by, POSTS, &unknown).await.status, 201);
        assert_eq!(cast.held(house, &cuc).await, [["thong-ke"]], "the role, and nothing of the position");
    }
}

apart! {
    async fn a_separation_silences_the_younger_post_and_nobody_frees_themself(house) {
        let cast = Cast::of(house).await;
        let (country, owner) = (&cast.country, &cast.owner.console);
        let (cuc, dung) = (house.citizen("Lê Thị Cúc").await, house.citizen("Phạm Văn Dũng").await);
        cast.give(house, &cuc, &country.commune, ("primary", "thong-ke")).await;
        cast.give(house, &cuc, &country.province, ("concurrent", "chuyen-vien-thu-ly")).await;
        // Dũng keeps the catalogue from the root, and holds both duties, too.
        let keeper = json!({"form": {"id": "giu-danh-muc", "label": {"vi": "Giữ danh mục", "en": "Keeps the catalogue"},
            "class": "administration", "rank": 45, "permissions": ["roles.write", "officials.read"]}});
        assert_eq!(post(house, owner, "/api/v1/roles", &keeper).await.status, 201);
        cast.give(house, &dung, &country.root, ("primary", "giu-danh-muc")).await;
        cast.give(house, &dung, &country.commune, ("concurrent", "thong-ke")).await;
        cast.give(house, &dung, &country.province, ("concurrent", "chuyen-vien-thu-ly")).await;
        let (_, keeper) = console(house, &dung).await;
        let pair = json!({"one": "thong-ke", "other": "chuyen-vien-thu-ly"});
        assert_eq!(cast.held(house, &cuc).await, [["thong-ke"], ["chuyen-vien-thu-ly"]]);
        assert_eq!(code(&post(house, &cast.by, "/api/v1/separations", &pair).await), (403, "not-permitted".to_owned()));
        let parted = post(house, &keeper, "/api/v1/separations", &pair).await;
        assert!(parted.status == 200 && parted.body.as_array().is_some_and(|all| all.contains(&pair)), "{}", parted.body);
        assert_eq!(get(house, &cast.by, "/api/v1/separations").await.body, parted.body);
        assert_eq!(cast.held(house, &cuc).await, [vec!["thong-ke"], vec![]], "at once, and the older one goes on");
        let em = house.citizen("Hoàng Thị Em").await;
        let both = post(house, &cast.by, POSTS, &new(&em, &country.commune, "primary", &["thong-ke", "chuyen-vien-thu-ly"])).await;
        assert_eq!(mistake(&both), (409, "separated"), "{}", both.body);
        let freed = post(house, &keeper, "/api/v1/separations/end", &pair).await;
        assert_eq!(mistake(&freed), (403, "oneself"), "{}", freed.body);
        for side in ["class:everything", "Thống kê", ""] {
            let reply = post(house, owner, "/api/v1/separations", &json!({"one": side, "other": "thong-ke"})).await;
            assert_eq!(reply.status, 422, "{side}: {}", reply.body);
        }
        let united = post(house, owner, "/api/v1/separations/end", &pair).await;
        assert!(united.status == 200 && !united.body.as_array().expect("a list").contains(&pair), "{}", united.body);
        assert_eq!(cast.held(house, &cuc).await, [["thong-ke"], ["chuyen-vien-thu-ly"]]);
    }
}

apart! {
    async fn what_was_handed_on_from_a_post_is_listed_and_can_be_ended_by_its_administrator(house) {
        let cast = Cast::of(house).await;
        let (an, cuc) = (house.citizen("Nguyễn Văn An").await, house.citizen("Lê Thị Cúc").await);
        let head = cast.give(house, &an, &cast.country.commune, ("acting", "lanh-dao-don-vi")).await;
        let listed = async || get(house, &cast.by, &format!("{POSTS}/{head}/delegations")).await.body;
        assert_eq!(listed().await, json!([]));
        let (from_whom, to) = (telephone(), telephone());
        proved_address(house, &an, &from_whom).await;
        proved_address(house, &cuc, &to).await;
        let (from, now) = (head.parse::<Id<_>>().expect("an id"), house.cx().now);
        let what = &HandOn {
            from,
            to: cuc.id,
            roles: vec![RoleGrant { role: RoleId::parse("lanh-dao-don-vi").expect("a word"), parties: None }],
            scope: office::Scope::Unit,
            span: Span { from: now, until: now + Duration::from_secs(30 * 86_400) },
            decision: None,
            limits: Limits::default(),
        };
        let cx = house.cx().acting(Actor::Person(an.id));
        let given = house.db().write(&cx, |tx| Box::pin(office::hand_on(tx, what.clone()))).await.expect("is handed on");
        let all = listed().await;
        assert_eq!((all.as_array().map(Vec::len), &all[0]["id"], &all[0]["kind"]), (Some(1), &json!(given.post), &json!("delegated")), "{all}");
        assert_eq!((&all[0]["person"]["name"], &all[0]["state"]), (&json!("Lê Thị Cúc"), &json!("active")));
        assert_eq!(cast.held(house, &cuc).await, [["lanh-dao-don-vi"]]);
        let path = format!("{POSTS}/{}", given.post);
        let ended = step(house, &cast.by, &path, "end", Some(&json!({"because": "hết uỷ quyền"}))).await;
        assert_eq!((ended.status, ended.body["state"].as_str()), (200, Some("ended")), "{}", ended.body);
        assert_eq!(listed().await[0]["state"], "ended", "what was stays to be read");
        let told = messages(house, &to, "post-ended").await;
        assert!(told.len() == 1 && told[0]["body"].as_str().is_some_and(|body| body.contains("hết uỷ quyền")), "{told:?}");
        assert_eq!(messages(house, &from_whom, "delegation-ended").await.len(), 1, "who handed it on hears of it, too");
        // What they hand on again dies with their own post.
        let again = house.db().write(&cx, |tx| Box::pin(office::hand_on(tx, what.clone()))).await.expect("is handed on");
        let ended = step(house, &cast.by, &format!("{POSTS}/{head}"), "end", Some(&json!({"because": "thôi chức"}))).await;
        assert_eq!(ended.status, 200, "{}", ended.body);
        let reasons = get(house, &cast.by, &format!("/api/v1/persons/{}/rights", cuc.id)).await;
        let of_again = reasons.body.as_array().expect("posts").iter().find(|one| one["post"] == json!(again.post));
        assert_eq!(of_again.map(|one| one["counts"].clone()), Some(json!(false)), "{}", reasons.body);
    }
}
