//! The operations crossed with what posts of officials permit, and asked from another unit (rows 195 and 203 of the list of attacks).

use idp::admin::{Listed, listed};
use idp_core::{
    admin::{Role, Scope, Subject},
    office::{
        self, By, Confirmed, Kind, Limits, NewAssignment, PositionId, RoleGrant, RoleId, Seen, Source, Verdict, starter,
    },
    org::{FOREVER, Span},
    store::Cx,
    types::{Id, id},
};
use idp_tests::{House, Person, Reply};
use serde_json::{Value, json};

use super::{
    apart,
    desk::{
        Caller, Officer, by_code, catalogue, code, console, enact, entered, get, give, officer, post, request, rows,
        set, signed_in, unit,
    },
    files,
    gate::{acts, call},
};

const NOTHING: &str = "0197f3d07c1a7d529a372f0c5b1e8d44";

/// A country with all four levels: province 54 above district 555 and commune 22015, province 66 above 643 and 24133.
async fn country(house: &House) {
    let level = |level: &str, rank: i64| json!({"op": "open_level", "level": level, "rank": rank, "label": {"vi": level, "en": level}});
    let under = |code: &str| Some(json!({"ref": code}));
    let operations = json!([
        level("central", 0),
        level("province", 10),
        level("district", 20),
        level("commune", 30),
        unit("00", "central", None),
        unit("54", "province", under("00")),
        unit("66", "province", under("00")),
        unit("555", "district", under("54")),
        unit("643", "district", under("66")),
        unit("22015", "commune", under("555")),
        unit("24133", "commune", under("643")),
    ]);
    enact(house, &["central", "province", "district", "commune"], &operations).await;
    catalogue(house).await;
}

/// Gives a post over a unit and all below it, signed by two operators where the role asks for two.
async fn seat(house: &House, person: &Person, unit: Id<id::Unit>, role: &RoleId) -> String {
    let cx = house.cx();
    let new = &NewAssignment {
        person: person.id,
        unit,
        position: PositionId::parse("chuyen-vien").expect("a word"),
        kind: Kind::Primary,
        roles: vec![RoleGrant { role: role.clone(), parties: None }],
        scope: office::Scope::Subtree,
        span: Span { from: cx.now, until: FOREVER },
        decision: Some(Confirmed { number: "12/QĐ-UBND".into(), date: cx.now.day() }),
        limits: Limits::default(),
        source: Source::Office,
    };
    let given = house.db().write(&cx, |tx| Box::pin(office::assign(tx, &By::Operator, new.clone()))).await;
    let given = given.expect("the operator gives it");
    if given.waits {
        let (second, seen) = (Cx::operator("second".into(), cx.now), Seen { post: given.post, revision: None });
        let signed =
            house.db().write(&second, |tx| Box::pin(office::decide(tx, &By::Operator, seen, Verdict::Approve)));
        signed.await.expect("a second operator signs");
    }
    given.post.to_string()
}

apart! {
    async fn row_195_each_operation_is_open_to_the_posts_whose_role_permits_it_only(house) {
        country(house).await;
        let (mut entered_by, mut refused) = (Vec::new(), 0);
        for form in starter::catalogue().expect("reads").roles {
            let of_level = match form.levels.first().map(String::as_str) {
                Some("central") => "00",
                Some("district") => "555",
                Some("province") => "54",
                _ => "22015",
            };
            let person = house.citizen("Trần Thị Bình").await;
            seat(house, &person, by_code(house, of_level).await, &form.id).await;
            let role = form.id.as_str();
            let Some(caller) = entered(house, &signed_in(house, &person).await).await else {
                assert!(!form.administers(), "{role} opens the console");
                refused += 1;
                continue;
            };
            assert!(form.administers(), "{role} is no office");
            let before = rows(house).await;
            for operation in acts() {
                let permits = |wanted: &str| form.permissions.iter().any(|held| held.as_str() == wanted);
                let permitted = operation.permission.is_none_or(permits);
                let told = code(&call(house, &caller, &operation, &[]).await);
                assert_eq!(told == (403, "not-permitted".to_owned()), !permitted, "{role} {} {told:?}", operation.id);
            }
            assert_eq!(rows(house).await, before, "{role}");
            entered_by.push(form.id);
        }
        assert_eq!((entered_by.len(), refused), (7, 18), "{entered_by:?}");
    }
}

/// What stands in the caller's province, and the like in another one.
struct Twins {
    caller: Caller,
    /// Of each word of a path: the own one, and that of the other province.
    ids: Vec<(&'static str, [String; 2])>,
    /// Communes, and persons with a post in them.
    units: [String; 2],
    persons: [String; 2],
}

/// The role `moi-viec`: everything that an administrator of units and officials may do.
async fn add_role_of_everything(house: &House, owner: &Officer) {
    let every = [
        "officials.read",
        "officials.assign",
        "officials.approve",
        "officials.review",
        "roles.write",
        "units.read",
        "changes.propose",
        "changes.decide",
    ];
    let role = json!({"form": {"id": "moi-viec", "label": {"vi": "Mọi việc", "en": "Everything"},
        "class": "administration", "rank": 45, "permissions": every}});
    let added = post(house, &owner.console, "/api/v1/roles", &role).await;
    assert_eq!(added.status, 201, "{}", added.body);
}

/// An import of one row into a unit.
async fn imported(house: &House, by: &Caller, gso: &str) -> String {
    let row = format!("079185000003,Lê Thị Cúc,{gso},Chuyên viên,,thong-ke,,05/01/2026,,1/QĐ,02/01/2026\n");
    files::import(house, by, &row).await;
    get(house, by, "/api/v1/imports").await.body["items"][0]["id"].as_str().expect("an id").to_owned()
}

impl Twins {
    async fn of(house: &House) -> Self {
        country(house).await;
        let owner = officer(house, Role::PlatformOwner, Scope::Whole).await;
        add_role_of_everything(house, &owner).await;
        let binh = house.citizen("Trần Thị Bình").await;
        let home = by_code(house, "54").await;
        seat(house, &binh, home, &RoleId::parse("moi-viec").expect("a word")).await;
        give(house, Subject::Person(binh.id), Role::UnitAdministrator, Scope::Below(home)).await;
        let (mut units, mut persons, mut posts, mut admins, mut changes) = (vec![], vec![], vec![], vec![], vec![]);
        for gso in ["22015", "24133"] {
            let there = by_code(house, gso).await;
            let clerk = house.citizen("Lê Thị Cúc").await;
            posts.push(seat(house, &clerk, there, &RoleId::parse("nhan-ho-so").expect("a word")).await);
            admins
                .push(give(house, Subject::Person(clerk.id), Role::UnitEditor, Scope::Below(there)).await.to_string());
            let rename = json!([{"op": "rename", "unit": there, "name": {"vi": "Tên mới"}}]);
            let made = post(house, &owner.console, "/api/v1/changes", &set("2035-07-01", &rename)).await;
            assert_eq!(made.status, 201, "{}", made.body);
            changes.push(made.text("id"));
            units.push(there.to_string());
            persons.push(clerk.id.to_string());
        }
        // Half a year later every unit owes a review.
        house.later(183 * 86_400).await;
        house.jobs().await;
        let (_, owner) = console(house, &owner.person).await;
        let open = get(house, &owner, "/api/v1/reviews").await;
        let review = |unit: &String| {
            let all = open.body["items"].as_array().expect("a list");
            let found = all.iter().find(|one| one["unit"] == **unit).unwrap_or_else(|| panic!("{}", open.body));
            found["id"].as_str().expect("an id").to_owned()
        };
        let reviews: Vec<String> = units.iter().map(review).collect();
        let (_, caller) = console(house, &binh).await;
        let imports = vec![imported(house, &caller, "22015").await, imported(house, &owner, "24133").await];
        let pair = |all: Vec<String>| <[String; 2]>::try_from(all).expect("two");
        let (units, persons) = (pair(units), pair(persons));
        let ids = vec![
            ("post", pair(posts)),
            ("administrator", pair(admins)),
            ("change", pair(changes)),
            ("review", pair(reviews)),
            ("import", pair(imports)),
            ("person", persons.clone()),
            ("unit", units.clone()),
            ("role", ["nhan-ho-so".to_owned(), "nhan-ho-so".to_owned()]),
        ];
        Self { caller, ids, units, persons }
    }

    fn of_word(&self, word: &str) -> &[String; 2] {
        let found = self.ids.iter().find(|(known, _)| *known == word);
        &found.unwrap_or_else(|| panic!("{{{word}}}: nobody said what another unit's is")).1
    }

    /// A good body of an operation, about the caller's own units.
    fn body(&self, operation: &Listed) -> Value {
        let post = form(&json!({"kind": "unit"}));
        match operation.id {
            "change_post" => post,
            "move_post" => json!({"unit": self.units[0], "kind": "primary", "post": post}),
            "answer_review" => json!({"post": self.of_word("post")[0], "verdict": "keep"}),
            "revise_change" => {
                set("2035-07-01", &json!([{"op": "rename", "unit": self.units[0], "name": {"vi": "Khác"}}]))
            }
            "undo_change" => json!({}),
            "change_role" => {
                json!({"form": {"id": "nhan-ho-so", "label": {"vi": "x", "en": "x"}, "class": "business", "rank": 1, "permissions": []}})
            }
            _ => json!({"because": "thử"}),
        }
    }

    async fn ask(&self, house: &House, operation: &Listed, id: &str, revision: &str) -> (u16, Value) {
        let (head, rest) = operation.path.split_once('{').expect("a path with an id");
        let tail = rest.split_once('}').expect("a path with an id").1;
        let mut request = request(house, &self.caller, operation.method, &format!("{head}{id}{tail}"));
        if operation.takes_body {
            request = request.json(&self.body(operation));
        }
        if operation.needs_revision {
            request = request.header("if-match", revision);
        }
        untraced(Reply::of(request).await)
    }
}

fn form(scope: &Value) -> Value {
    json!({"position": "chuyen-vien", "roles": [{"role": "nhan-ho-so"}], "scope": scope, "from": "2026-01-05",
        "decision": {"number": "12/QĐ-UBND", "date": "2026-01-02"}})
}

/// Status and body without what differs from answer to answer.
fn untraced(mut reply: Reply) -> (u16, Value) {
    if reply.body.is_object() {
        reply.body["traceId"] = Value::Null;
    }
    (reply.status, reply.body)
}

apart! {
    async fn row_195_every_path_with_an_id_answers_for_another_unit_as_for_nothing(house) {
        let twins = Twins::of(house).await;
        let before = rows(house).await;
        let mut asked = 0;
        for operation in listed().into_iter().filter(|one| one.path.contains('{') && !one.for_parties) {
            let word = operation.path.split(['{', '}']).nth(1).expect("a word");
            let [own, foreign] = twins.of_word(word);
            let theirs = twins.ask(house, &operation, foreign, "\"1\"").await;
            match (word, operation.writes) {
                // The tree and the catalogue are everybody's to read.
                ("unit" | "role", false) => assert_eq!(theirs.0, 200, "{}: {}", operation.id, theirs.1),
                // A role counts in every unit, so the power over one province does not reach it.
                ("role", true) => assert_eq!((theirs.0, theirs.1["code"].as_str()), (403, Some("beyond-your-rights")), "{}", theirs.1),
                _ => {
                    let nothing = twins.ask(house, &operation, NOTHING, "\"1\"").await;
                    assert_eq!((theirs.0, &theirs), (404, &nothing), "{}", operation.id);
                    // The same request about one's own is heard, so it was the unit that shut the door.
                    let (status, said) = twins.ask(house, &operation, own, "\"999\"").await;
                    let heard = match operation.id {
                        "answer_review" => 204,
                        // They have an account already.
                        "invite_official" => 409,
                        _ if operation.needs_revision => 412,
                        _ => 200,
                    };
                    assert_eq!(status, heard, "{}: {said}", operation.id);
                    asked += 1;
                }
            }
        }
        assert!(asked >= 20, "{asked}");
        assert_eq!(rows(house).await, before);
    }
}

apart! {
    async fn row_195_a_body_that_names_another_unit_is_answered_like_one_that_names_nothing(house) {
        let twins = Twins::of(house).await;
        let before = rows(house).await;
        let [own_post, foreign_post] = twins.of_word("post");
        let [own, foreign] = &twins.units;
        let (path, review) = (format!("/api/v1/posts/{own_post}"), &twins.of_word("review")[0]);
        let new = |unit: &str, scope: &Value| json!({"person": {"id": twins.persons[0]}, "unit": unit, "kind": "concurrent", "post": form(scope)});
        let list = |unit: &str| json!({"kind": "list", "units": [own, unit]});
        let plain = json!({"kind": "unit"});
        let mut cases = Vec::new();
        for unit in [foreign.as_str(), NOTHING] {
            let rename = json!([{"op": "rename", "unit": unit, "name": {"vi": "Tên mới"}}]);
            cases.push(vec![
                ("post", "/api/v1/posts".to_owned(), new(unit, &plain), 404),
                ("post", "/api/v1/posts".to_owned(), new(own, &list(unit)), 404),
                ("put", path.clone(), form(&list(unit)), 404),
                ("post", format!("{path}/move"), json!({"unit": unit, "kind": "primary", "post": form(&plain)}), 404),
                ("post", format!("{path}/move"), json!({"unit": own, "kind": "primary", "post": form(&list(unit))}), 404),
                ("post", "/api/v1/changes".to_owned(), set("2035-07-01", &rename), 403),
                ("put", format!("/api/v1/changes/{}", twins.of_word("change")[0]), set("2035-07-01", &rename), 404),
                ("post", "/api/v1/administrators".to_owned(), json!({"subject": {"login": "x"}, "role": "auditor", "decision": "1", "unit": unit}), 403),
                ("get", format!("/api/v1/who?permission=mot-cua/receive&unit={unit}"), Value::Null, 404),
            ]);
        }
        for (person, post) in [(twins.persons[1].as_str(), foreign_post.as_str()), (NOTHING, NOTHING)] {
            let place = usize::from(person == NOTHING);
            cases[place].push(("post", "/api/v1/leavers".to_owned(), json!({"person": person, "because": "thử"}), 404));
            cases[place].push(("post", format!("/api/v1/reviews/{review}/answers"), json!({"post": post, "verdict": "end"}), 404));
            cases[place].push(("post", "/api/v1/me/post".to_owned(), json!({"post": post}), 404));
        }
        let ask = async |(method, path, body, _): &(&str, String, Value, u16)| {
            let mut request = request(house, &twins.caller, method, path);
            if !body.is_null() {
                request = request.json(body).header("if-match", "\"1\"");
            }
            untraced(Reply::of(request).await)
        };
        for (theirs, nothing) in cases[0].iter().zip(&cases[1]) {
            let (one, two) = (ask(theirs).await, ask(nothing).await);
            assert_eq!((one.0, &one.1), (theirs.3, &two.1), "{} {}", theirs.0, theirs.1);
        }
        assert_eq!(rows(house).await, before);
        // Of a list of another unit nothing is left but how many units are not shown.
        for list in ["posts", "reviews"] {
            let found = get(house, &twins.caller, &format!("/api/v1/{list}?unit={foreign}")).await;
            assert_eq!((found.body["items"].clone(), found.body["hidden_units"].as_i64()), (json!([]), Some(1)), "{list}: {}", found.body);
        }
    }
}
