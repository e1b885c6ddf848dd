//! Officials over the API: who gives what where, and what nobody learns of other units (rows 191, 193, 195, 196, 200, 203, 206 and 208 of the
//! list of attacks).

use idp::admin::listed;
use idp_core::{
    admin::{Role, Scope},
    authn::credential,
    office::outbox,
    signin,
};
use idp_tests::{
    Browser, House, Inbox, Person, Reply,
    tokens::{claims, header},
};
use serde_json::{Value, json};

use super::{
    apart,
    desk::{
        Caller, Country, Officer, catalogue, code, console, events, get, machine, officer, post, request, rows, step,
        token,
    },
};
use crate::signin::ways::{messages, proved_address};

const POSTS: &str = "/api/v1/posts";

fn form(roles: &[&str], scope: &Value) -> Value {
    let roles: Vec<Value> = roles.iter().map(|role| json!({"role": role})).collect();
    json!({"position": "chuyen-vien", "roles": roles, "scope": scope, "from": "2026-01-05",
        "decision": {"number": "12/QĐ-UBND", "date": "2026-01-02"}})
}

fn new(person: &Person, unit: &impl ToString, roles: &[&str]) -> Value {
    json!({"person": {"login": person.login}, "unit": unit.to_string(), "kind": "primary",
        "post": form(roles, &json!({"kind": "subtree"}))})
}

fn word(reply: &Reply) -> (u16, String, String) {
    let (status, code) = code(reply);
    (status, code, reply.body["errors"][0]["code"].as_str().unwrap_or_default().to_owned())
}

fn said(status: u16, code: &str, error: &str) -> (u16, String, String) {
    (status, code.to_owned(), error.to_owned())
}

pub(super) fn ids(reply: &Reply) -> Vec<String> {
    let items = reply.body["items"].as_array().cloned().unwrap_or_default();
    items.iter().map(|item| item["id"].as_str().unwrap_or_default().to_owned()).collect()
}

/// A country with an owner, and an administrator of one province by a post of theirs.
pub(super) struct Cast {
    pub(super) country: Country,
    pub(super) owner: Officer,
    pub(super) binh: Person,
    /// Of the first province.
    pub(super) of_province: Caller,
    /// Their post.
    office: String,
}

/// Signs somebody in who has a passkey.
async fn sign_in_with_a_key(house: &House, who: &Person) {
    let mut browser = Browser::new();
    let page = browser.open(&house.at("/account")).await;
    browser.enter(&page, who).await;
    assert!(browser.cookies.contains_key("sid"));
    let (cx, account, person) = (house.cx(), who.account, who.id);
    let bound = house.db().write(&cx, |tx| {
        Box::pin(async move {
            let (label, public_id) = ("khóa", Some(&b"key"[..]));
            let new =
                credential::New { account, person, kind: credential::Kind::Passkey, label, public_id, data: b"x" };
            credential::add(tx, new).await
        })
    });
    bound.await.expect("writes");
}

impl Cast {
    pub(super) async fn of(house: &House) -> Self {
        let country = Country::of(house).await;
        catalogue(house).await;
        let owner = officer(house, Role::PlatformOwner, Scope::Whole).await;
        let binh = house.citizen("Trần Thị Bình").await;
        let given = post(house, &owner.console, POSTS, &new(&binh, &country.province, &["quan-tri-don-vi"])).await;
        assert_eq!((given.status, given.body["state"].as_str()), (201, Some("active")), "{}", given.body);
        let (_, of_province) = console(house, &binh).await;
        Self { country, owner, binh, of_province, office: given.text("id") }
    }

    /// A clerk in a unit, given by the owner.
    pub(super) async fn clerk(&self, house: &House, name: &str, unit: &impl ToString) -> (Person, String) {
        let person = house.citizen(name).await;
        let given = post(house, &self.owner.console, POSTS, &new(&person, unit, &["nhan-ho-so"])).await;
        assert_eq!(given.status, 201, "{}", given.body);
        (person, given.text("id"))
    }
}

apart! {
    async fn an_official_gives_changes_and_ends_posts_in_their_own_units(house) {
        let cast = Cast::of(house).await;
        let (country, by) = (&cast.country, &cast.of_province);
        let me = get(house, by, "/api/v1/me").await;
        assert_eq!((me.body["acting_post"].as_str(), me.body["appointments"].as_array().map(Vec::len)), (Some(cast.office.as_str()), Some(0)), "{}", me.body);
        let cuc = house.citizen("Lê Thị Cúc").await;
        let phone = "+84900000077";
        proved_address(house, &cuc, phone).await;
        let given = post(house, by, POSTS, &new(&cuc, &country.commune, &["nhan-ho-so"])).await;
        assert_eq!((given.status, given.headers["etag"].to_str().ok()), (201, Some("\"1\"")), "{}", given.body);
        let path = format!("{POSTS}/{}", given.text("id"));
        assert_eq!(given.headers["location"].to_str().ok(), Some(house.at(&path).as_str()));
        assert_eq!(get(house, by, &path).await.body, given.body);
        let put = async |tag: &str| {
            let body = form(&["nhan-ho-so", "thong-ke"], &json!({"kind": "unit"}));
            Reply::of(request(house, by, "put", &path).header("if-match", tag).json(&body)).await
        };
        let changed = put("\"1\"").await;
        assert_eq!((changed.status, changed.body["roles"].as_array().map(Vec::len)), (200, Some(2)), "{}", changed.body);
        assert_eq!(code(&put("\"1\"").await), (412, "changed-meanwhile".to_owned()), "row 208: nobody's work is lost");
        let reasons = get(house, by, &format!("/api/v1/persons/{}/rights", cuc.id)).await;
        assert_eq!(reasons.body[0]["counts"], true, "{}", reasons.body);
        let who = get(house, by, &format!("/api/v1/who?permission=mot-cua/receive&unit={}", country.commune)).await;
        assert_eq!(who.body["items"][0]["person"], json!(cuc.id), "{}", who.body);
        let target = json!({"unit": country.province, "kind": "primary", "post": form(&["thong-ke"], &json!({"kind": "unit"}))});
        let moved = step(house, by, &path, "move", Some(&target)).await;
        assert_eq!((moved.status, moved.body["unit"].clone()), (201, json!(country.province)), "{}", moved.body);
        assert_eq!(get(house, by, &path).await.body["state"], "ended");
        house.later(60).await;
        sign_in_with_a_key(house, &cuc).await;
        let leave = post(house, by, "/api/v1/leavers", &json!({"person": cuc.id, "because": "nghỉ việc"})).await;
        assert_eq!((leave.status, leave.body["posts"].as_i64()), (200, Some(1)), "{}", leave.body);
        assert_eq!((leave.body["sessions"].as_i64(), leave.body["credentials"].as_i64()), (Some(1), Some(1)), "{}", leave.body);
        let again = post(house, by, "/api/v1/leavers", &json!({"person": cuc.id, "because": "nghỉ việc"})).await;
        assert_eq!(again.status, 404, "who has no post is like nobody");
        assert_eq!(messages(house, phone, "office-left").await.len(), 1);
        let moves = get(house, by, &format!("/api/v1/persons/{}/moves", cuc.id)).await;
        let told: Vec<_> = moves.body.as_array().expect("a list").iter().map(|one| (&one["workflow"], &one["post"], &one["ended"])).collect();
        let (first, second) = (given.text("id"), moved.text("id"));
        assert_eq!(told, [(&json!("leaver"), &Value::Null, &json!(1)), (&json!("mover"), &json!(second), &json!(1)), (&json!("joiner"), &json!(first), &json!(0))]);
        assert_eq!((&moves.body[0]["because"], &moves.body[0]["by"]), (&json!("nghỉ việc"), &json!(format!("person:{}", cast.binh.id))));
    }
}

apart! {
    async fn whoever_loses_a_post_is_told_where_from_when_and_why(house) {
        let cast = Cast::of(house).await;
        let cuc = house.citizen("Lê Thị Cúc").await;
        let phone = "+84900000078";
        proved_address(house, &cuc, phone).await;
        let given = post(house, &cast.of_province, POSTS, &new(&cuc, &cast.country.commune, &["nhan-ho-so"])).await;
        let end = format!("{POSTS}/{}", given.text("id"));
        let refused = Reply::of(request(house, &cast.of_province, "post", &format!("{end}/end")).header("if-match", "\"7\"").json(&json!({"because": "x"}))).await;
        assert_eq!(refused.status, 412, "{}", refused.body);
        assert_eq!(messages(house, phone, "post-ended").await.len(), 0, "what was refused is told to nobody");
        let ended = step(house, &cast.of_province, &end, "end", Some(&json!({"because": "hết nhiệm kỳ"}))).await;
        assert_eq!(ended.status, 200, "{}", ended.body);
        let told = messages(house, phone, "post-ended").await;
        let body = told[0]["body"].as_str().expect("a text");
        assert!(told.len() == 1 && body.contains("hết nhiệm kỳ") && body.contains("Đơn vị"), "{told:?}");
    }
}

apart! {
    async fn row_191_nobody_gives_themself_more_or_more_than_they_hold(house) {
        let cast = Cast::of(house).await;
        let (country, by) = (&cast.country, &cast.of_province);
        let cuc = house.citizen("Lê Thị Cúc").await;
        let (before, refusals) = (rows(house).await, events(house, "administration-refused").await);
        let ask = async |body: &Value| word(&post(house, by, POSTS, body).await);
        assert_eq!(ask(&new(&cast.binh, &country.province, &["nhan-ho-so"])).await, said(403, "beyond-your-rights", "oneself"));
        assert_eq!(ask(&new(&cuc, &country.province, &["quan-tri-don-vi"])).await, said(403, "beyond-your-rights", "too-high"), "their own role");
        assert_eq!(ask(&new(&cuc, &country.province, &["quan-tri-tinh"])).await, said(403, "beyond-your-rights", "too-high"));
        let mut everywhere = new(&cuc, &country.province, &["nhan-ho-so"]);
        everywhere["post"]["scope"] = json!({"kind": "non-territorial"});
        assert_eq!(ask(&everywhere).await, said(403, "beyond-your-rights", "other-unit"));
        for unit in [country.other, country.root] {
            assert_eq!(ask(&new(&cuc, &unit, &["nhan-ho-so"])).await.0, 404, "row 193: another unit is not there");
        }
        // Row 195: the own unit in one place, a foreign one in another.
        let mut listed = new(&cuc, &country.province, &["nhan-ho-so"]);
        listed["post"]["scope"] = json!({"kind": "list", "units": [country.commune, country.other]});
        assert_eq!(ask(&listed).await.0, 404);
        // Row 196: what a request cannot say, it cannot write.
        for (field, value) in [("state", json!("active")), ("source", json!("import")), ("requested_by", json!("person:x"))] {
            let mut forged = new(&cuc, &country.province, &["nhan-ho-so"]);
            forged["post"][field] = value;
            assert_eq!(ask(&forged).await, said(422, "invalid", "unknown-field"), "{field}");
        }
        assert_eq!(rows(house).await, before);
        assert_eq!(events(house, "administration-refused").await, refusals + 7, "each refusal of the gate is recorded");
        // Their own post ended: nothing is left of it at the next request.
        let ended = step(house, &cast.owner.console, &format!("{POSTS}/{}", cast.office), "end", Some(&json!({"because": "hết nhiệm kỳ"}))).await;
        assert_eq!(ended.status, 200, "{}", ended.body);
        assert_eq!(code(&get(house, by, POSTS).await), (403, "not-permitted".to_owned()));
    }
}

apart! {
    async fn row_195_an_operation_on_a_post_of_another_unit_is_answered_like_one_on_nothing(house) {
        let cast = Cast::of(house).await;
        let (_, foreign) = cast.clerk(house, "Phạm Văn Dũng", &cast.country.other).await;
        let before = rows(house).await;
        let mut asked = 0;
        for operation in listed().into_iter().filter(|operation| operation.path.contains("{post}")) {
            let body = match operation.id {
                "change_post" => form(&["nhan-ho-so"], &json!({"kind": "unit"})),
                "move_post" => json!({"unit": cast.country.province, "kind": "primary", "post": form(&["nhan-ho-so"], &json!({"kind": "unit"}))}),
                _ => json!({"because": "thử"}),
            };
            let call = async |id: &str| {
                let mut request = request(house, &cast.of_province, operation.method, &operation.path.replace("{post}", id));
                if operation.takes_body {
                    request = request.json(&body);
                }
                if operation.needs_revision {
                    request = request.header("if-match", "\"1\"");
                }
                let mut reply = Reply::of(request).await;
                reply.body["traceId"] = Value::Null;
                (reply.status, reply.body)
            };
            let (theirs, nothing) = (call(&foreign).await, call("0197f3d07c1a7d529a372f0c5b1e8d44").await);
            if operation.roles.contains(&"platform-owner") && !matches!(operation.id, "approve_post" | "refuse_post") {
                assert_eq!((theirs.0, &theirs), (404, &nothing), "{}", operation.id);
            } else {
                // The post of the caller lets nobody decide.
                assert_eq!((theirs.0, &theirs), (403, &nothing), "{}", operation.id);
            }
            asked += 1;
        }
        assert!(asked >= 8, "{asked}");
        assert_eq!(rows(house).await, before);
    }
}

apart! {
    async fn row_203_lists_counts_and_cursors_do_not_depend_on_other_units(house) {
        let cast = Cast::of(house).await;
        let (country, by) = (&cast.country, &cast.of_province);
        let (cuc, _) = cast.clerk(house, "Lê Thị Cúc", &country.commune).await;
        let asked = ["", "?limit=1", "?q=le%20thi", "?role=nhan-ho-so", "?state=pending"];
        let mut before = Vec::new();
        for query in asked {
            before.push(get(house, by, &format!("{POSTS}{query}")).await.body);
        }
        assert_eq!((before[0]["hidden_units"].as_i64(), before[0]["items"].as_array().map(Vec::len)), (Some(2), Some(2)), "{}", before[0]);
        assert_eq!(before[2]["items"][0]["person"]["name"], "Lê Thị Cúc");
        let (dung, _) = cast.clerk(house, "Lê Thị Dung", &country.other).await;
        cast.clerk(house, "Lê Thị Em", &country.root).await;
        for (query, before) in asked.iter().zip(&before) {
            assert_eq!(&get(house, by, &format!("{POSTS}{query}")).await.body, before, "{query}");
        }
        let there = get(house, by, &format!("{POSTS}?unit={}", country.other)).await;
        assert_eq!(there.body, json!({"items": [], "next": null, "hidden_units": 1}));
        let reasons = async |person: &Person| get(house, by, &format!("/api/v1/persons/{}/rights", person.id)).await.status;
        assert_eq!((reasons(&cuc).await, reasons(&dung).await, reasons(&cast.owner.person).await), (200, 404, 404));
        let first = get(house, by, &format!("{POSTS}?limit=1")).await;
        let next = first.text("next");
        let second = get(house, by, &format!("{POSTS}?limit=1&after={next}")).await;
        assert_eq!((ids(&second).len(), second.body["next"].clone()), (1, Value::Null));
        let borrowed = get(house, by, &format!("{POSTS}?limit=1&role=nhan-ho-so&after={next}")).await;
        assert_eq!(word(&borrowed), said(422, "invalid", "not-a-cursor"));
        let auditor = machine(house, Role::Auditor, Scope::Below(country.other)).await;
        let seen = get(house, &auditor, POSTS).await;
        assert_eq!((ids(&seen).len(), seen.body["hidden_units"].as_i64()), (1, Some(3)), "{}", seen.body);
    }
}

apart! {
    async fn officials_are_found_by_the_words_of_their_names(house) {
        let cast = Cast::of(house).await;
        let (country, by) = (&cast.country, &cast.of_province);
        cast.clerk(house, "Lê Thị Cúc", &country.commune).await;
        cast.clerk(house, "Lê Cúc Thị Hoa", &country.commune).await;
        cast.clerk(house, "Đỗ Y-Bhăm", &country.commune).await;
        cast.clerk(house, "Lê Thị Dung", &country.other).await;
        let found = async |query: &str| {
            let reply = get(house, by, &format!("{POSTS}?{query}")).await;
            let items = reply.body["items"].as_array().cloned().unwrap_or_default();
            items.iter().map(|item| item["person"]["name"].as_str().unwrap_or_default().to_owned()).collect::<Vec<_>>()
        };
        for (query, expected) in [
            ("q=cuc%20le", &["Lê Thị Cúc", "Lê Cúc Thị Hoa"][..]),
            ("q=L%C3%AA%20Th%E1%BB%8B%20C%C3%BAc", &["Lê Thị Cúc", "Lê Cúc Thị Hoa"]),
            ("q=HOA&role=nhan-ho-so", &["Lê Cúc Thị Hoa"]),
            ("q=bham%20do", &["Đỗ Y-Bhăm"]),
            ("q=hoa&role=thong-ke", &[]),
            ("q=cu", &[]),
            ("q=dung", &[]),
            ("q=-", &[]),
        ] {
            assert_eq!(found(query).await, expected, "{query}");
        }
        let first = get(house, by, &format!("{POSTS}?q=le&limit=1")).await;
        let next = first.text("next");
        let second = get(house, by, &format!("{POSTS}?q=le&limit=1&after={next}")).await;
        assert_eq!((ids(&first).len(), ids(&second).len(), second.body["next"].clone()), (1, 1, Value::Null));
        // An installation of the release before has posts without words: the job finds them (and may do so before we ask it to).
        let cx = house.cx();
        let forgotten = house.db().write(&cx, |tx| Box::pin(tx.run("delete from person_name_word", vec![])));
        assert!(forgotten.await.expect("writes") > 10);
        house.jobs().await;
        assert_eq!(found("q=hoa").await, ["Lê Cúc Thị Hoa"]);
    }
}

apart! {
    async fn row_200_what_needs_two_persons_waits_for_the_second(house) {
        let cast = Cast::of(house).await;
        let other = officer(house, Role::PlatformOwner, Scope::Whole).await;
        let cuc = house.citizen("Lê Thị Cúc").await;
        let (hers, owners) = ("+84900000079", "+84900000080");
        proved_address(house, &cuc, hers).await;
        proved_address(house, &cast.owner.person, owners).await;
        let asked = post(house, &cast.owner.console, POSTS, &new(&cuc, &cast.country.province, &["quan-tri-tinh"])).await;
        assert_eq!((asked.status, asked.body["state"].as_str()), (201, Some("pending")), "{}", asked.body);
        let path = format!("{POSTS}/{}", asked.text("id"));
        assert_eq!(ids(&get(house, &other.console, &format!("{POSTS}?state=pending")).await), [asked.text("id")]);
        assert_eq!(code(&step(house, &cast.owner.console, &path, "approve", None).await), (403, "second-person-needed".to_owned()));
        assert_eq!(code(&step(house, &other.console, &path, "withdraw", None).await), (409, "conflict".to_owned()), "only who asked");
        let approved = step(house, &other.console, &path, "approve", None).await;
        assert_eq!((approved.status, approved.body["state"].as_str()), (200, Some("active")), "{}", approved.body);
        assert_eq!((messages(house, hers, "post-approved").await.len(), messages(house, owners, "post-approved").await.len()), (1, 1));
        let again = post(house, &cast.owner.console, POSTS, &new(&cast.binh, &cast.country.other, &["quan-tri-tinh"])).await;
        let path = format!("{POSTS}/{}", again.text("id"));
        let refused = step(house, &other.console, &path, "refuse", Some(&json!({"because": "chưa đủ điều kiện"}))).await;
        assert_eq!((refused.body["state"].as_str(), refused.body["because"].as_str()), (Some("refused"), Some("chưa đủ điều kiện")), "{}", refused.body);
        let told = messages(house, owners, "post-refused").await;
        assert!(told.len() == 1 && told[0]["body"].as_str().expect("a text").contains("chưa đủ điều kiện"), "{told:?}");
        let third = post(house, &cast.owner.console, POSTS, &new(&cast.binh, &cast.country.other, &["quan-tri-tinh"])).await;
        let taken = step(house, &cast.owner.console, &format!("{POSTS}/{}", third.text("id")), "withdraw", None).await;
        assert_eq!((taken.status, taken.body["state"].as_str()), (200, Some("ended")), "{}", taken.body);
    }
}

apart! {
    async fn an_official_with_two_offices_acts_in_the_one_they_chose(house) {
        let cast = Cast::of(house).await;
        let mut second = new(&cast.binh, &cast.country.other, &["quan-tri-don-vi"]);
        second["kind"] = json!("concurrent");
        let second = post(house, &cast.owner.console, POSTS, &second).await.text("id");
        let (_, by) = console(house, &cast.binh).await;
        assert_eq!(get(house, &by, "/api/v1/me").await.body["acting_post"], Value::Null);
        assert_eq!(code(&get(house, &by, POSTS).await), (403, "not-permitted".to_owned()), "in none until one is chosen");
        let (_, foreign) = cast.clerk(house, "Phạm Văn Dũng", &cast.country.other).await;
        for post_id in [foreign.as_str(), "0197f3d07c1a7d529a372f0c5b1e8d44"] {
            assert_eq!(post(house, &by, "/api/v1/me/post", &json!({"post": post_id})).await.status, 404, "row 206: not one of theirs");
        }
        for (own, seen) in [(&cast.office, 3), (&second, 3)] {
            assert_eq!(post(house, &by, "/api/v1/me/post", &json!({"post": own})).await.status, 204);
            let list = get(house, &by, POSTS).await;
            assert_eq!(list.body["hidden_units"].as_i64(), Some(if own == &second { seen } else { 2 }), "{}", list.body);
        }
        assert!(ids(&get(house, &by, POSTS).await).contains(&foreign) && !ids(&get(house, &by, POSTS).await).contains(&cast.office));
    }
}

apart! {
    async fn a_party_hears_yes_or_no_about_its_own_permissions_and_nothing_else(house) {
        let cast = Cast::of(house).await;
        let resource = house.at("/api/v1");
        let mut parties = Vec::new();
        for _ in 0..2 {
            let party = house.party(json!({"resources": [resource]})).await;
            let token = Caller::Token(token(house, &party, &[("scope", "")]).await);
            parties.push((party, token));
        }
        let client = &parties[0].0.client_id;
        let role = json!({"form": {"id": "tiep-nhan", "label": {"vi": "Tiếp nhận", "en": "Reception"}, "class": "business", "rank": 10,
            "permissions": [format!("{client}/receive")], "parties": [{"party": client, "word": "RECEIVER"}]}});
        let added = post(house, &cast.owner.console, "/api/v1/roles", &role).await;
        assert_eq!((added.status, added.headers["etag"].to_str().ok()), (201, Some("\"1\"")), "{}", added.body);
        let other = &parties[1].0.client_id;
        let theirs = json!({"form": {"id": "cua-he-thong-khac", "label": {"vi": "Khác", "en": "Other"}, "class": "business", "rank": 10,
            "permissions": [format!("{other}/read")], "parties": [{"party": other, "word": "READER"}]}});
        assert_eq!(post(house, &cast.owner.console, "/api/v1/roles", &theirs).await.status, 201);
        let cuc = house.citizen("Lê Thị Cúc").await;
        let given = post(house, &cast.of_province, POSTS, &new(&cuc, &cast.country.commune, &["tiep-nhan", "cua-he-thong-khac"])).await.text("id");
        let cx = house.cx();
        let sub = house.db().write(&cx, |tx| Box::pin(signin::subject(tx, cuc.id, "public"))).await.expect("writes");
        let body = |subject: &str, post: &str, permission: &str, unit: &str| json!({"subject": subject, "post": post, "permission": permission, "unit": unit});
        let ask = async |caller: &Caller, body: &Value| post(house, caller, "/api/v1/check", body).await;
        let yes = ask(&parties[0].1, &body(&sub, &given, "receive", "gso:10000")).await;
        assert_eq!((yes.status, yes.body["allowed"].as_bool()), (200, Some(true)), "{}", yes.body);
        let told = yes.body["reasons"].to_string();
        assert!(told.contains("RECEIVER") && !told.contains("READER"), "{told}");
        let elsewhere = ask(&parties[0].1, &body(&sub, &given, "receive", "gso:66")).await;
        assert_eq!((elsewhere.body["allowed"].as_bool(), elsewhere.body["reasons"].as_array().is_some_and(Vec::is_empty)), (Some(false), false), "{}", elsewhere.body);
        let plain = json!({"allowed": false, "ends_at": null, "reasons": []});
        for (what, caller, body) in [
            ("another subject", &parties[0].1, body("nobody", &given, "receive", "gso:10000")),
            ("somebody else's post", &parties[0].1, body(&sub, &cast.office, "receive", "gso:10000")),
            ("no such post", &parties[0].1, body(&sub, "0197f3d07c1a7d529a372f0c5b1e8d44", "receive", "gso:10000")),
            ("no such unit", &parties[0].1, body(&sub, &given, "receive", "gso:99999")),
        ] {
            assert_eq!(ask(caller, &body).await.body, plain, "{what}");
        }
        let foreign = ask(&parties[1].1, &body(&sub, &given, "receive", "gso:10000")).await;
        assert_eq!(foreign.body["allowed"], false);
        assert!(!foreign.body.to_string().contains("RECEIVER"), "{}", foreign.body);
        assert_eq!(ask(&cast.owner.console, &body(&sub, &given, "receive", "gso:10000")).await.status, 403, "a person is no party");
        let known = get(house, &parties[0].1, "/api/v1/check/posts?limit=1").await;
        let mark = known.body["items"][0]["mark"].clone();
        assert!(mark.as_str().is_some_and(|mark| mark.len() == 64), "{}", known.body);
        assert_eq!(known.body, json!({"items": [{"post": given, "revision": 1, "subject": sub, "mark": mark}], "next": null}));
        // What a role says is not written into the post: only the mark moves.
        let edited = json!({"id": "tiep-nhan", "label": {"vi": "Tiếp nhận", "en": "Reception"}, "class": "business", "rank": 10,
            "permissions": [format!("{client}/receive"), format!("{client}/return")], "parties": [{"party": client, "word": "RECEIVER"}]});
        let put = request(house, &cast.owner.console, "put", "/api/v1/roles/tiep-nhan").header("if-match", "\"1\"").json(&json!({"form": edited}));
        let put = Reply::of(put).await;
        assert_eq!(put.status, 200, "{}", put.body);
        let after = get(house, &parties[0].1, "/api/v1/check/posts").await.body["items"][0].clone();
        assert_eq!((after["revision"].as_i64(), after["mark"] == mark), (Some(1), false), "a missed event is found: {after}");
        step(house, &cast.of_province, &format!("{POSTS}/{given}"), "end", Some(&json!({"because": "nghỉ"}))).await;
        assert_eq!(ask(&parties[0].1, &body(&sub, &given, "receive", "gso:10000")).await.body["allowed"], false, "at once");
        assert_eq!(get(house, &parties[0].1, "/api/v1/check/posts").await.body["items"], json!([]));
    }
}

apart! {
    async fn a_party_is_told_of_changes_in_order_until_it_has_them_and_again_when_an_operator_says_so(house) {
        let cast = Cast::of(house).await;
        let (inbox, silent) = (Inbox::open(503).await, Inbox::open(202).await);
        let party = house.party(json!({"events_uri": inbox.address})).await;
        let silent_party = house.party(json!({"events_uri": silent.address})).await;
        let role = json!({"form": {"id": "tiep-nhan", "label": {"vi": "Tiếp nhận", "en": "Reception"}, "class": "business", "rank": 10,
            "permissions": [format!("{}/receive", party.client_id)], "parties": [{"party": party.client_id, "word": "RECEIVER"}]}});
        assert_eq!(post(house, &cast.owner.console, "/api/v1/roles", &role).await.status, 201);
        let cuc = house.citizen("Lê Thị Cúc").await;
        let given = post(house, &cast.of_province, POSTS, &new(&cuc, &cast.country.commune, &["tiep-nhan"])).await.text("id");
        house.jobs().await;
        assert!(inbox.tokens().is_empty(), "the party is down");
        let body = form(&["thong-ke"], &json!({"kind": "unit"}));
        let path = format!("{POSTS}/{given}");
        let changed = Reply::of(request(house, &cast.of_province, "put", &path).header("if-match", "\"1\"").json(&body)).await;
        assert_eq!(changed.status, 200, "{}", changed.body);
        house.jobs().await;
        inbox.says(202);
        house.later(60).await;
        for _ in 0..3 {
            house.jobs().await;
        }
        let told = inbox.told();
        let cx = house.cx();
        let sub = house.db().write(&cx, |tx| Box::pin(signin::subject(tx, cuc.id, "public"))).await.expect("writes");
        let expected = [(sub.clone(), given.clone(), 1, "begun".to_owned()), (sub, given.clone(), 2, "changed".to_owned())];
        assert_eq!(told, expected, "the role that went is told, too, and in order");
        let first = inbox.tokens()[0].clone();
        assert_eq!(header(&first)["typ"], "secevent+jwt");
        assert_eq!((claims(&first)["aud"].clone(), claims(&first).get("exp").cloned()), (json!(party.client_id), None));
        assert!(silent.told().iter().all(|(_, post, revision, _)| *post == given && *revision == 2), "what says nothing to a party is not told to it");
        inbox.says(400);
        let again = house.db().write(&house.cx(), |tx| Box::pin(outbox::replay(tx, party.id, 0))).await.expect("writes");
        assert_eq!((again, events(house, "rights-replayed").await), (2, 1));
        for _ in 0..3 {
            house.jobs().await;
        }
        let missing = outbox::missing(&mut house.db().read().await.expect("reads"), 100).await.expect("reads");
        assert!(missing.iter().filter(|one| one.delivery.party == party.id).all(|one| one.dead_at.is_some()), "refused for good");
        assert_eq!(missing.iter().filter(|one| one.delivery.party == silent_party.id).count(), 0);
        inbox.says(202);
        house.db().write(&house.cx(), |tx| Box::pin(outbox::replay(tx, party.id, 0))).await.expect("writes");
        for _ in 0..3 {
            house.jobs().await;
        }
        let all = inbox.tokens();
        assert_eq!((all.len(), claims(&all[0])["jti"].clone()), (4, claims(&all[2])["jti"].clone()), "one change keeps its name");
    }
}
