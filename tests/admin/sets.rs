//! Change sets through the API: written by one, decided by another, over their own units only.

use idp_core::{
    admin::{Role, Scope},
    store::Dialect,
};
use idp_tests::Reply;
use serde_json::{Value, json};

use super::{
    apart,
    desk::{Country, code, events, get, officer, post, request, rows, set, step, unit},
};

const CHANGES: &str = "/api/v1/changes";

fn of(code: &str) -> Value {
    json!({"scheme": "gso", "code": code})
}

fn rename(unit: &Value, name: &str) -> Value {
    json!({"op": "rename", "unit": unit, "name": {"vi": name}})
}

apart! {
    async fn a_set_goes_from_one_hand_to_another_and_back(house) {
        let country = Country::of(house).await;
        let editor = officer(house, Role::UnitEditor, Scope::Below(country.province)).await;
        let approver = officer(house, Role::UnitApprover, Scope::Below(country.province)).await;
        let made = post(house, &editor.console, CHANGES, &set("2027-07-01", &json!([rename(&of("10000"), "Xã Mới")]))).await;
        assert_eq!((made.status, made.body["state"].as_str()), (201, Some("draft")), "{}", made.body);
        let path = format!("{CHANGES}/{}", made.text("id"));
        let trial = get(house, &approver.console, &format!("{path}/dry-run")).await;
        assert_eq!((trial.body["clashes"].as_array().map(Vec::len), trial.body["touched"][0]["turn"].as_str()), (Some(0), Some("changes")), "{}", trial.body);
        assert_eq!(code(&step(house, &approver.console, &path, "submit", None).await), (403, "not-permitted".to_owned()));
        assert_eq!(step(house, &editor.console, &path, "submit", None).await.status, 200);
        let unit = format!("/api/v1/units/{}", country.commune);
        let approved = step(house, &approver.console, &path, "approve", None).await;
        assert_eq!((approved.status, approved.body["state"].as_str()), (200, Some("approved")), "{}", approved.body);
        let name = async |at: &str| get(house, &editor.console, &format!("{unit}?at={at}")).await.body["name"]["vi"].clone();
        assert_eq!((name("2027-06-30").await, name("2027-07-01").await), (json!("Đơn vị 10000"), json!("Xã Mới")));
        let again = step(house, &approver.console, &path, "approve", None).await;
        assert_eq!(code(&again), (409, "conflict".to_owned()));
        let undo = post(house, &editor.console, &format!("{path}/undo"), &json!({})).await;
        assert_eq!(undo.status, 428, "also an undoing says which version it takes back");
        let undo = step(house, &editor.console, &path, "undo", Some(&json!({}))).await;
        assert_eq!((undo.status, undo.body["undoes"].as_str()), (201, made.body["id"].as_str()), "{}", undo.body);
        let undoing = format!("{CHANGES}/{}", undo.text("id"));
        assert_eq!(step(house, &approver.console, &undoing, "approve", None).await.status, 200);
        assert_eq!(name("2027-07-01").await, json!("Đơn vị 10000"));
        assert_eq!(get(house, &editor.console, &path).await.body["state"], "undone");
        for kind in ["change-set-drafted", "change-set-approved", "change-set-undone"] {
            assert!(events(house, kind).await > 0, "{kind}");
        }
        let found = get(house, &editor.console, "/api/v1/units/search?q=don%20vi%2010000").await;
        assert_eq!(found.body[0]["unit"]["id"].as_str(), Some(country.commune.to_string().as_str()), "{}", found.body);
        let story = get(house, &editor.console, &format!("{unit}/story")).await;
        assert_eq!((story.status, story.body[0]["events"][0]["event"].as_str()), (200, Some("began")), "{}", story.body);
    }
}

apart! {
    async fn nobody_decides_about_their_own_set(house) {
        Country::of(house).await;
        let owner = officer(house, Role::PlatformOwner, Scope::Whole).await;
        let other = officer(house, Role::PlatformOwner, Scope::Whole).await;
        let made = post(house, &owner.console, CHANGES, &set("2027-07-01", &json!([rename(&of("10000"), "Xã Mới")]))).await;
        let path = format!("{CHANGES}/{}", made.text("id"));
        assert_eq!(step(house, &owner.console, &path, "submit", None).await.status, 200);
        for (tail, body) in [("approve", None), ("refuse", Some(json!({"because": "x"})))] {
            let refused = step(house, &owner.console, &path, tail, body.as_ref()).await;
            assert_eq!(code(&refused), (403, "second-person-needed".to_owned()), "{tail}");
        }
        assert_eq!(code(&step(house, &other.console, &path, "withdraw", None).await), (403, "not-permitted".to_owned()));
        let refused = step(house, &other.console, &path, "refuse", Some(&json!({"because": "thiếu văn bản"}))).await;
        assert_eq!((refused.status, refused.body["because"].as_str()), (200, Some("thiếu văn bản")));
    }
}

apart! {
    async fn row_195_a_set_touches_only_units_of_who_writes_it(house) {
        let country = Country::of(house).await;
        let editor = officer(house, Role::UnitEditor, Scope::Below(country.province)).await;
        let stranger = officer(house, Role::UnitEditor, Scope::Below(country.other)).await;
        let owner = officer(house, Role::PlatformOwner, Scope::Whole).await;
        let before = rows(house).await;
        let commune = json!(country.commune.to_string());
        let own = rename(&of("10000"), "Xã Mới");
        for operations in [
            json!([rename(&of("66"), "Tỉnh Khác")]),
            json!([own, rename(&json!(country.other.to_string()), "Tỉnh Khác")]),
            json!([rename(&json!("0197f3d07c1a7d529a372f0c5b1e8d44"), "Nơi không có")]),
            json!([rename(&of("99999"), "Nơi không có")]),
            json!([{"op": "reparent", "unit": commune, "parent": of("66")}]),
            json!([{"op": "abolish_level", "level": "commune"}]),
            json!([{"op": "dissolve", "unit": commune, "successors": [{"unit": of("66"), "share": "whole"}]}]),
        ] {
            let reply = post(house, &editor.console, CHANGES, &set("2027-07-01", &operations)).await;
            assert_eq!(code(&reply), (403, "not-permitted".to_owned()), "{operations}");
        }
        let mut chosen = set("2027-07-01", &json!([own]));
        chosen["choices"] = json!([{"unit": commune, "to": of("66")}]);
        assert_eq!(post(house, &editor.console, CHANGES, &chosen).await.status, 403, "a choice reaches as far as an operation");
        assert_eq!(rows(house).await, before);
        let made = post(house, &editor.console, CHANGES, &set("2027-07-01", &json!([own]))).await;
        assert_eq!(made.status, 201, "{}", made.body);
        let path = format!("{CHANGES}/{}", made.text("id"));
        assert_eq!(get(house, &stranger.console, &path).await.status, 404);
        assert_eq!(get(house, &stranger.console, &format!("{path}/dry-run")).await.status, 404);
        assert_eq!(get(house, &stranger.console, CHANGES).await.body["items"], json!([]), "and no list shows it");
        for caller in [&editor, &owner] {
            let listed = get(house, &caller.console, CHANGES).await;
            assert!(listed.body["items"].as_array().is_some_and(|items| items.iter().any(|item| item["id"] == made.body["id"])));
        }
        // Row 191: a draft cannot grow beyond its writer's units either.
        let grown = request(house, &editor.console, "put", &path).header("if-match", "\"1\"").json(&set("2027-07-01", &json!([rename(&of("66"), "Tỉnh Khác")])));
        assert_eq!(Reply::of(grown).await.status, 404);
        let clashing = set("2027-07-01", &json!([rename(&of("99999"), "Nơi không có"), {"op": "recode", "unit": of("10000"), "code": {"scheme": "gso", "value": "66"}}]));
        let made = post(house, &owner.console, CHANGES, &clashing).await;
        let path = format!("{CHANGES}/{}", made.text("id"));
        let trial = get(house, &owner.console, &format!("{path}/dry-run")).await;
        let words: Vec<&str> = trial.body["clashes"].as_array().expect("clashes").iter().filter_map(|clash| clash["code"].as_str()).collect();
        assert_eq!(words, ["unknown-unit", "code-taken"], "{}", trial.body);
        assert_eq!(step(house, &owner.console, &path, "submit", None).await.status, 200);
        let second = officer(house, Role::PlatformOwner, Scope::Whole).await;
        let refused = step(house, &second.console, &path, "approve", None).await;
        assert_eq!((code(&refused), refused.body["errors"][0]["pointer"].as_str()), ((422, "clashes".to_owned()), Some("/operations/0")), "{}", refused.body);
    }
}

apart! {
    async fn row_203_ten_thousand_units_with_a_foreign_one_among_them_are_refused_whole(house) {
        let country = Country::of(house).await;
        let editor = officer(house, Role::UnitEditor, Scope::Below(country.province)).await;
        let before = rows(house).await;
        let own = rename(&of("10000"), "Xã Mới");
        let with = |last: Value| {
            let mut operations = vec![own.clone(); 9_999];
            operations.push(last);
            set("2027-07-01", &Value::Array(operations))
        };
        let mut answers = Vec::new();
        for foreign in [of("66"), of("99999"), json!(country.other.to_string()), json!("0197f3d07c1a7d529a372f0c5b1e8d44")] {
            let reply = post(house, &editor.console, CHANGES, &with(rename(&foreign, "Tỉnh Khác"))).await;
            assert_eq!(code(&reply), (403, "not-permitted".to_owned()), "{foreign}");
            let mut said = reply.body;
            said["traceId"].take();
            said["instance"].take();
            answers.push(said);
        }
        assert!(answers.iter().all(|answer| *answer == answers[0]), "nothing tells a unit of others from one that is not there: {answers:?}");
        assert_eq!(rows(house).await, before);
        assert_eq!(post(house, &editor.console, CHANGES, &with(own.clone())).await.status, 201, "the same without it is taken");
    }
}

apart! {
    async fn after_a_large_change_the_database_knows_at_once_how_large_its_tables_are(house) {
        let country = Country::of(house).await;
        let editor = officer(house, Role::UnitEditor, Scope::Below(country.province)).await;
        let approver = officer(house, Role::UnitApprover, Scope::Below(country.province)).await;
        // PostgreSQL alone keeps this number, and plans by it.
        let known = async || match house.db().dialect() {
            Dialect::Sqlite => 600,
            Dialect::Postgres => house.count("select cast(reltuples as bigint) as n from pg_class where oid = 'unit_code'::regclass").await,
        };
        let approve = async |on: &str, codes: std::ops::Range<u32>| {
            let operations: Vec<Value> = codes.map(|code| unit(&code.to_string(), "commune", Some(of("54")))).collect();
            let made = post(house, &editor.console, CHANGES, &set(on, &json!(operations))).await;
            let path = format!("{CHANGES}/{}", made.text("id"));
            assert_eq!(step(house, &editor.console, &path, "submit", None).await.status, 200, "{}", made.body);
            let approved = step(house, &approver.console, &path, "approve", None).await;
            assert_eq!(approved.status, 200, "{}", approved.body);
        };
        approve("2027-07-01", 20_000..20_600).await;
        assert!(known().await >= 600, "{}", known().await);
    }
}
