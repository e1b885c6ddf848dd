//! Changes of units pass the one gate, too: nobody comes to reach more by them than everybody who signs could give (rows 193, 195 and 201 of the
//! list of attacks); and offices of the register over units that end go on, or end, as the trial says.

use idp_core::{
    admin::{Role, Scope, Subject},
    office::{self, By, Confirmed, Form, Kind, Limits, NewAssignment, PositionId, RoleGrant, RoleId, Source},
    org::{FOREVER, Span},
    store::Actor,
    types::{Id, Timestamp, id},
};
use idp_tests::{House, Person, Reply};
use serde_json::{Value, json};

use super::{
    apart,
    desk::{Caller, Country, by_code, catalogue, code, console, enact, get, give, officer, post, set, step, unit},
};

const CHANGES: &str = "/api/v1/changes";
const ON: &str = "2027-07-01";

/// Somebody in a post from now on, over its unit and all below it, with a console open.
struct Holder {
    person: Person,
    post: Id<id::Assignment>,
    console: Caller,
}

async fn installed(house: &House, person: &Person, at: Id<id::Unit>, role: &str) -> Id<id::Assignment> {
    let now = house.cx().now;
    let new = &NewAssignment {
        person: person.id,
        unit: at,
        position: PositionId::parse("chuyen-vien").expect("a word"),
        kind: Kind::Primary,
        roles: vec![RoleGrant { role: RoleId::parse(role).expect("a word"), parties: None }],
        scope: office::Scope::Subtree,
        span: Span { from: now, until: FOREVER },
        decision: Some(Confirmed { number: "12/QĐ-UBND".into(), date: now.day() }),
        limits: Limits::default(),
        source: Source::Office,
    };
    let cx = house.cx().acting(Actor::Operator("root#0".into()));
    let given = house.db().write(&cx, |tx| Box::pin(office::assign(tx, &By::Operator, new.clone()))).await;
    given.expect("the operator gives it").post
}

async fn holder(house: &House, at: Id<id::Unit>, role: &str) -> Holder {
    let person = house.citizen("Trần Thị Bình").await;
    let post = installed(house, &person, at, role).await;
    let (_, console) = console(house, &person).await;
    Holder { person, post, console }
}

/// Two communes' provinces, and two who administer above both.
struct Cast {
    country: Country,
    chief: Holder,
    second: Holder,
}

impl Cast {
    async fn of(house: &House) -> Self {
        let country = Country::of(house).await;
        catalogue(house).await;
        let form: Form =
            serde_json::from_value(json!({"id": "quan-tri-vung", "label": {"vi": "Quản trị vùng", "en": "Region"},
            "class": "administration", "rank": 70, "aal": "Aal2",
            "permissions": ["officials.read", "officials.assign", "officials.review", "units.read", "changes.propose", "changes.decide"]}))
            .expect("a form");
        let (cx, form) = (house.cx().acting(Actor::Operator("root#0".into())), &form);
        let put = house.db().write(&cx, |tx| {
            let span = Span { from: Timestamp::default(), until: FOREVER };
            Box::pin(office::put_role(tx, &By::Operator, (form.clone(), span), None))
        });
        put.await.expect("is put");
        let chief = holder(house, country.root, "quan-tri-vung").await;
        let second = holder(house, country.root, "quan-tri-vung").await;
        Self { country, chief, second }
    }

    /// An administrator of one province by a post, who writes changes of both by the register.
    async fn of_province(&self, house: &House, at: Id<id::Unit>) -> Holder {
        let found = holder(house, at, "quan-tri-tinh").await;
        for province in [self.country.province, self.country.other] {
            give(house, Subject::Person(found.person.id), Role::UnitEditor, Scope::Below(province)).await;
        }
        found
    }

    /// The commune of the first province comes under the other one.
    fn moving(&self) -> Value {
        json!([{"op": "reparent", "unit": self.country.commune.to_string(), "parent": self.country.other.to_string()}])
    }
}

async fn draft(house: &House, by: &Caller, operations: &Value) -> String {
    let made = post(house, by, CHANGES, &set(ON, operations)).await;
    assert_eq!(made.status, 201, "{}", made.body);
    format!("{CHANGES}/{}", made.text("id"))
}

/// The word of a refusal, and how many would gain.
fn widens(reply: &Reply) -> (String, i64) {
    assert_eq!(code(reply), (403, "widens-rights".to_owned()), "{}", reply.body);
    (
        reply.body["errors"][0]["code"].as_str().expect("a word").to_owned(),
        reply.body["gains"].as_i64().expect("a number"),
    )
}

async fn parent(house: &House, by: &Caller, unit: Id<id::Unit>) -> Value {
    get(house, by, &format!("/api/v1/units/{unit}?at={ON}")).await.body["parent"].clone()
}

apart! {
    async fn row_193_nobody_moves_a_unit_into_their_own_or_to_others_whom_they_could_not_give_it(house) {
        let cast = Cast::of(house).await;
        let taker = cast.of_province(house, cast.country.other).await;
        let giver = cast.of_province(house, cast.country.province).await;
        let clerk = house.citizen("Lê Thị Cúc").await;
        installed(house, &clerk, cast.country.other, "nhan-ho-so").await;
        let path = draft(house, &taker.console, &cast.moving()).await;
        let trial = get(house, &taker.console, &format!("{path}/dry-run")).await;
        let gains = &trial.body["gains"];
        // Two posts, and of the two offices over the province the one of somebody else: what one has there already is no gain beyond.
        assert_eq!((gains["count"].as_i64(), gains["refused"].as_i64()), (Some(4), Some(3)), "{}", trial.body);
        let listed = gains["listed"].as_array().expect("a list");
        assert!(listed.iter().all(|one| one["room"] == "office"), "offices lie in nobody's reading: {listed:?}");
        let words: Vec<(&str, &str)> = listed.iter().map(|one| (one["unit"]["name"]["vi"].as_str().expect("a name"), one["refused"].as_str().expect("a word"))).collect();
        assert_eq!(words, [("Đơn vị 66", "oneself"), ("Đơn vị 66", "other-unit")]);
        assert_eq!((listed[1]["roles"][0]["vi"].as_str(), listed[1]["over"][0]["name"]["vi"].as_str()), (Some("Cán bộ một cửa (tiếp nhận hồ sơ)"), Some("Đơn vị 10000")));
        assert!(!trial.body.to_string().contains("Lê Thị Cúc"), "posts are listed, and no names of people");
        assert_eq!(widens(&step(house, &taker.console, &path, "submit", None).await), ("oneself".to_owned(), 3));
        let other = draft(house, &giver.console, &cast.moving()).await;
        let refused = step(house, &giver.console, &other, "submit", None).await;
        assert_eq!(widens(&refused).0, "other-unit", "the unit is theirs, and not those to whom it would go");
        let hidden = get(house, &giver.console, &format!("{other}/dry-run")).await;
        assert_eq!((hidden.body["gains"]["count"].as_i64(), hidden.body["gains"]["listed"].as_array().map(Vec::len)), (Some(4), Some(0)), "others' people are counted only");
        assert_eq!(get(house, &taker.console, &path).await.body["state"], "draft");
        assert!(house.count("select count(*) as n from audit_event where kind = 'administration-refused'").await >= 2);
        // Nothing comes to anybody by a name.
        let own = draft(house, &taker.console, &json!([{"op": "rename", "unit": cast.country.other.to_string(), "name": {"vi": "Tỉnh Mới"}}])).await;
        assert_eq!(step(house, &taker.console, &own, "submit", None).await.status, 200);
    }
}

apart! {
    async fn row_193_nobody_becomes_head_of_a_unit_by_people_who_could_give_nothing_there(house) {
        let cast = Cast::of(house).await;
        let commune = cast.country.commune.to_string();
        let naming = |person: &Person| json!([{"op": "set_head", "unit": commune, "head": {"person": person.id, "title": "Chủ tịch"}}]);
        let clerk = house.citizen("Lê Thị Cúc").await;
        // Two who write changes there, and give no posts.
        let editor = officer(house, Role::UnitEditor, Scope::Below(cast.country.province)).await;
        let path = draft(house, &editor.console, &naming(&clerk)).await;
        assert_eq!(widens(&step(house, &editor.console, &path, "submit", None).await), ("no-power".to_owned(), 1));
        // One who gives posts in another province.
        let elsewhere = cast.of_province(house, cast.country.other).await;
        let path = draft(house, &elsewhere.console, &naming(&clerk)).await;
        assert_eq!(widens(&step(house, &elsewhere.console, &path, "submit", None).await), ("other-unit".to_owned(), 1));
        // Whoever gives posts there and approves none does not name themself; who is above names somebody, and a second person signs.
        let path = draft(house, &cast.chief.console, &naming(&cast.chief.person)).await;
        assert_eq!(widens(&step(house, &cast.chief.console, &path, "submit", None).await), ("oneself".to_owned(), 1));
        let path = draft(house, &cast.chief.console, &naming(&clerk)).await;
        let trial = get(house, &cast.chief.console, &format!("{path}/dry-run")).await;
        let head = &trial.body["gains"]["listed"][0];
        assert_eq!((head["kind"].as_str(), head["key"].clone(), head["roles"][0]["vi"].as_str(), head["refused"].clone()), (Some("head"), json!(clerk.id), Some("Người đứng đầu đơn vị"), Value::Null), "{}", trial.body);
        assert_eq!(step(house, &cast.chief.console, &path, "submit", None).await.status, 200);
        let approved = step(house, &cast.second.console, &path, "approve", None).await;
        assert_eq!(approved.status, 200, "{}", approved.body);
        // Who leads already gains nothing by being named again.
        let again = draft(house, &editor.console, &json!([{"op": "set_head", "unit": commune, "head": {"person": clerk.id, "title": "Chủ tịch UBND"}}])).await;
        let trial = get(house, &editor.console, &format!("{again}/dry-run")).await;
        assert_eq!(trial.body["gains"]["count"], 0, "{}", trial.body);
    }
}

apart! {
    async fn whoever_is_above_both_moves_a_unit_and_takes_it_back_and_both_who_sign_are_judged(house) {
        let cast = Cast::of(house).await;
        let home = holder(house, cast.country.province, "quan-tri-don-vi").await;
        give(house, Subject::Person(home.person.id), Role::UnitEditor, Scope::Whole).await;
        let clerk = house.citizen("Lê Thị Cúc").await;
        installed(house, &clerk, cast.country.other, "nhan-ho-so").await;
        let approver = officer(house, Role::UnitApprover, Scope::Whole).await;
        let path = draft(house, &cast.chief.console, &cast.moving()).await;
        assert_eq!(step(house, &cast.chief.console, &path, "submit", None).await.status, 200);
        let refused = step(house, &approver.console, &path, "approve", None).await;
        assert_eq!(widens(&refused), ("no-power".to_owned(), 1), "who decides must be able to give it, too");
        let trial = get(house, &cast.second.console, &format!("{path}/dry-run")).await;
        assert_eq!((trial.body["gains"]["count"].as_i64(), trial.body["gains"]["refused"].as_i64()), (Some(1), Some(0)), "{}", trial.body);
        let approved = step(house, &cast.second.console, &path, "approve", None).await;
        assert_eq!(approved.status, 200, "{}", approved.body);
        assert_eq!(parent(house, &cast.chief.console, cast.country.commune).await, json!(cast.country.other.to_string()));
        let undo = step(house, &home.console, &path, "undo", Some(&json!({}))).await;
        assert_eq!(widens(&undo).0, "oneself", "what went away does not come back by whom it comes to");
        let undo = step(house, &cast.chief.console, &path, "undo", Some(&json!({}))).await;
        assert_eq!(undo.status, 201, "{}", undo.body);
        let undoing = format!("{CHANGES}/{}", undo.text("id"));
        assert_eq!(widens(&step(house, &approver.console, &undoing, "approve", None).await).0, "no-power");
        // Whoever asked is judged again: what they had and have no more vouches for nothing.
        let (cx, seen) = (house.cx().acting(Actor::Operator("root#0".into())), office::Seen { post: cast.chief.post, revision: None });
        let ended = house.db().write(&cx, |tx| { let now = tx.now(); Box::pin(office::end(tx, &By::Operator, seen, (now, "left"))) }).await;
        ended.expect("ends");
        assert_eq!(widens(&step(house, &cast.second.console, &undoing, "approve", None).await).0, "no-power");
        installed(house, &cast.chief.person, cast.country.root, "quan-tri-vung").await;
        let approved = step(house, &cast.second.console, &undoing, "approve", None).await;
        assert_eq!(approved.status, 200, "{}", approved.body);
        assert_eq!(parent(house, &cast.second.console, cast.country.commune).await, json!(cast.country.province.to_string()));
    }
}

apart! {
    async fn row_193_a_role_above_the_ceiling_gains_by_owners_only_and_a_merger_into_a_unit_is_one_too(house) {
        let cast = Cast::of(house).await;
        let high = house.citizen("Lê Thị Cúc").await;
        installed(house, &high, cast.country.other, "quan-tri-he-thong").await;
        let path = draft(house, &cast.chief.console, &cast.moving()).await;
        assert_eq!(widens(&step(house, &cast.chief.console, &path, "submit", None).await), ("too-high".to_owned(), 1));
        let province = cast.country.province.to_string();
        let merge = json!([{"op": "move", "from": province, "to": cast.country.other.to_string()},
            {"op": "merge", "whole": [{"unit": province}], "into": {"existing": cast.country.other.to_string()}}]);
        let merging = draft(house, &cast.chief.console, &merge).await;
        assert_eq!(widens(&step(house, &cast.chief.console, &merging, "submit", None).await), ("too-high".to_owned(), 1));
        let new = json!([{"op": "merge", "whole": [{"unit": province}], "into": {"new": {"ref": "n", "kind": "territory", "name": {"vi": "Tỉnh Mới"},
            "level": "province", "form": "province", "parent": cast.country.root.to_string()}}}, {"op": "move", "from": province, "to": {"ref": "n"}}]);
        let renewed = draft(house, &cast.chief.console, &new).await;
        assert_eq!(step(house, &cast.chief.console, &renewed, "submit", None).await.status, 200, "nobody serves in a new unit but whom it carries");
        // A commune that becomes a province: a role that may be held only there begins to count.
        let sleeping = house.citizen("Phạm Văn Dũng").await;
        let form: Form = serde_json::from_value(json!({"id": "chi-cap-tinh", "label": {"vi": "Cấp tỉnh", "en": "Province"}, "class": "system", "rank": 75,
            "levels": ["province"], "permissions": ["audit.read"]})).expect("a form");
        let (cx, form) = (house.cx().acting(Actor::Operator("root#0".into())), &form);
        let put = house.db().write(&cx, |tx| Box::pin(office::put_role(tx, &By::Operator, (Form { levels: Vec::new(), ..form.clone() }, Span { from: Timestamp::default(), until: FOREVER }), None)));
        put.await.expect("is put");
        installed(house, &sleeping, cast.country.commune, "chi-cap-tinh").await;
        let put = house.db().write(&cx, |tx| Box::pin(office::put_role(tx, &By::Operator, (form.clone(), Span { from: Timestamp::default(), until: FOREVER }), Some(1))));
        put.await.expect("is put");
        let rise = json!([{"op": "reform", "unit": cast.country.commune.to_string(), "level": "province", "form": "province"}]);
        let rising = draft(house, &cast.chief.console, &rise).await;
        assert_eq!(widens(&step(house, &cast.chief.console, &rising, "submit", None).await), ("too-high".to_owned(), 1));
        let (owner, other) = (officer(house, Role::PlatformOwner, Scope::Whole).await, officer(house, Role::PlatformOwner, Scope::Whole).await);
        assert_eq!(step(house, &owner.console, &path, "submit", None).await.status, 200);
        assert_eq!(step(house, &other.console, &path, "approve", None).await.status, 200);
    }
}

apart! {
    async fn an_office_over_a_unit_gains_only_by_whoever_appoints_such_offices_over_both(house) {
        let cast = Cast::of(house).await;
        let editor = house.citizen("Lê Thị Cúc").await;
        give(house, Subject::Person(editor.id), Role::UnitEditor, Scope::Below(cast.country.other)).await;
        let path = draft(house, &cast.chief.console, &cast.moving()).await;
        assert_eq!(widens(&step(house, &cast.chief.console, &path, "submit", None).await), ("no-power".to_owned(), 1), "no post gives offices of the register");
        let here = officer(house, Role::UnitAdministrator, Scope::Below(cast.country.other)).await;
        give(house, Subject::Person(here.person.id), Role::UnitEditor, Scope::Below(cast.country.root)).await;
        let own = draft(house, &here.console, &cast.moving()).await;
        assert_eq!(widens(&step(house, &here.console, &own, "submit", None).await), ("too-high".to_owned(), 2), "also their own office would reach further");
        give(house, Subject::Person(here.person.id), Role::UnitAdministrator, Scope::Below(cast.country.root)).await;
        assert_eq!(step(house, &here.console, &own, "submit", None).await.status, 200);
    }
}

apart! {
    async fn offices_over_units_that_end_go_on_alone_or_end_and_come_home(house) {
        let country = Country::of(house).await;
        enact(house, &[], &json!([unit("10002", "commune", Some(json!({"scheme": "gso", "code": "54"})))])).await;
        let beside = by_code(house, "10002").await;
        let of = |code: &str| json!({"scheme": "gso", "code": code});
        let new = |code: &str, from: &[&str]| {
            let whole: Vec<Value> = from.iter().map(|code| json!({"unit": of(code)})).collect();
            let mut made = unit(code, "commune", Some(of("54")))["unit"].clone();
            made["ref"] = json!(code);
            json!({"op": "merge", "whole": whole, "into": {"new": made}})
        };
        enact(house, &[], &json!([unit("10003", "commune", Some(of("54"))), unit("10004", "commune", Some(of("54")))])).await;
        let alone = house.citizen("Lê Thị Cúc").await;
        give(house, Subject::Person(alone.id), Role::UnitEditor, Scope::Below(country.commune)).await;
        for at in [beside, by_code(house, "10003").await] {
            let person = house.citizen("Phạm Văn Dũng").await;
            give(house, Subject::Person(person.id), Role::UnitApprover, Scope::Below(at)).await;
        }
        let (owner, other) = (officer(house, Role::PlatformOwner, Scope::Whole).await, officer(house, Role::PlatformOwner, Scope::Whole).await);
        let operations = json!([new("20000", &["10000"]), new("20002", &["10002", "10003"])]);
        let path = draft(house, &owner.console, &operations).await;
        let trial = get(house, &owner.console, &format!("{path}/dry-run")).await;
        let stands = trial.body["dependents"].as_array().expect("a list");
        let told: Vec<(&str, bool, bool)> = stands.iter().map(|one| (one["label"].as_str().expect("a word"), one["to"].is_string(), one["ends"] == true)).collect();
        assert_eq!(told, [("unit-editor", true, false), ("unit-approver", false, true), ("unit-approver", false, true)], "{}", trial.body);
        assert_eq!(step(house, &owner.console, &path, "submit", None).await.status, 200);
        let approved = step(house, &other.console, &path, "approve", None).await;
        assert_eq!(approved.status, 200, "{}", approved.body);
        let cut = "select count(*) as n from appointment where cut_by is not null and valid_until is not null";
        let carried = "select count(*) as n from appointment where carried_by is not null and ended_at is null and valid_until is null";
        assert_eq!((house.count(cut).await, house.count(carried).await), (3, 1), "nothing dies in silence");
        let office = "/api/v1/administrators?limit=200";
        let of_alone = |body: &Value| -> Vec<Value> {
            body["items"].as_array().expect("a list").iter().filter(|one| one["subject"]["id"] == json!(alone.id)).cloned().collect()
        };
        let held = of_alone(&get(house, &owner.console, office).await.body);
        assert_eq!(held.len(), 2, "until the day over the old unit, from then on over the new one: {held:?}");
        let undo = step(house, &owner.console, &path, "undo", Some(&json!({}))).await;
        let undoing = format!("{CHANGES}/{}", undo.text("id"));
        let approved = step(house, &other.console, &undoing, "approve", None).await;
        assert_eq!(approved.status, 200, "{}", approved.body);
        assert_eq!((house.count(cut).await, house.count(carried).await), (0, 0));
        let held = of_alone(&get(house, &owner.console, office).await.body);
        assert_eq!((held.len(), held[0]["unit"].clone(), held[0]["until"].clone()), (1, json!(country.commune.to_string()), Value::Null), "everybody is home");
    }
}

apart! {
    async fn an_office_of_the_register_and_a_post_are_kept_apart_like_two_posts(house) {
        let cast = Cast::of(house).await;
        let owner = officer(house, Role::PlatformOwner, Scope::Whole).await;
        let (auditor, clerk) = (house.citizen("Lê Thị Cúc").await, house.citizen("Phạm Văn Dũng").await);
        let appoint = async |person: &Person, role: &str| {
            let new = json!({"subject": {"person": person.id}, "role": role, "decision": "12/QĐ-UBND"});
            post(house, &owner.console, "/api/v1/administrators", &new).await
        };
        let assign = async |person: &Person, role: &str| {
            let new = json!({"person": {"id": person.id}, "unit": cast.country.commune.to_string(), "kind": "primary", "post": {
                "position": "chuyen-vien", "roles": [{"role": role}], "scope": {"kind": "unit"}, "from": "2026-01-05",
                "decision": {"number": "12/QĐ-UBND", "date": "2026-01-02"}}});
            post(house, &owner.console, "/api/v1/posts", &new).await
        };
        assert_eq!(appoint(&auditor, "auditor").await.status, 201);
        let refused = assign(&auditor, "nhan-ho-so").await;
        assert_eq!((refused.status, refused.body["errors"][0]["code"].as_str()), (409, Some("separated")), "{}", refused.body);
        assert_eq!(assign(&clerk, "nhan-ho-so").await.status, 201);
        let refused = appoint(&clerk, "auditor").await;
        assert_eq!((refused.status, refused.body["errors"][0]["code"].as_str()), (409, Some("separated")), "{}", refused.body);
        assert_eq!(appoint(&clerk, "unit-editor").await.status, 201, "who writes changes of units may serve beside it");
        assert_eq!(assign(&auditor, "kiem-toan").await.status, 201, "both watch, and nothing says that they may not");
    }
}
