//! Every verb on every path of this door: without a token, with a wrong one, in the wrong role, and from another unit (rows 195, 203 and
//! 206 of the list of attacks).

use idp_core::admin::{Permission, Role, Scope, Subject};
use idp_tests::{House, Reply};
use reqwest::Method;
use serde_json::{Value, json};

use super::desk::{OFFICIAL, USER, party, post, token, two, user};
use crate::admin::{apart, desk::give};

const METHODS: [&str; 5] = ["GET", "POST", "PUT", "PATCH", "DELETE"];

/// What a verb on a path asks of its caller.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Asks {
    /// A token alone: the door describes itself.
    Token,
    Reading,
    Writing,
    /// There is no such verb.
    Never,
}

/// The paths, with an official and a unit that are there.
fn paths(user: &str, unit: &str) -> Vec<(&'static str, String)> {
    vec![
        ("users", "/Users".to_owned()),
        ("search", "/Users/.search".to_owned()),
        ("user", format!("/Users/{user}")),
        ("groups", "/Groups".to_owned()),
        ("search", "/Groups/.search".to_owned()),
        ("group", format!("/Groups/{unit}")),
        ("bulk", "/Bulk".to_owned()),
        ("document", "/ServiceProviderConfig".to_owned()),
        ("document", "/ResourceTypes".to_owned()),
        ("document", "/ResourceTypes/User".to_owned()),
        ("document", "/Schemas".to_owned()),
        ("document", format!("/Schemas/{USER}")),
    ]
}

fn asks(thing: &str, method: &str) -> Asks {
    match (thing, method) {
        ("document", "GET") => Asks::Token,
        ("users" | "user" | "groups" | "group", "GET") | ("search", "POST") => Asks::Reading,
        ("users" | "bulk", "POST") | ("user", "PUT" | "PATCH" | "DELETE") => Asks::Writing,
        _ => Asks::Never,
    }
}

/// A good body of a request, which would change something.
fn body(thing: &str, method: &str, id: &str) -> Option<Value> {
    let leaves = json!([{"op": "replace", "path": "active", "value": false}]);
    let patch = json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": leaves});
    let mut changed = user("079085000011", "Nguyễn Văn An", "10000");
    changed[OFFICIAL]["posts"] = json!([post("10000", &["nhan-ho-so"])]);
    match (thing, method) {
        (_, "GET" | "DELETE") => None,
        ("search", _) => Some(json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:SearchRequest"]})),
        ("bulk", _) => Some(json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"], "Operations": [
            {"method": "PATCH", "path": format!("/Users/{id}"), "data": patch}]})),
        ("users", _) => Some(user("079085000012", "Trần Thị Bình", "10000")),
        (_, "PATCH") => Some(patch),
        _ => Some(changed),
    }
}

async fn send(house: &House, token: Option<&str>, (method, path): (&str, &str), body: Option<&Value>) -> Reply {
    let verb = Method::from_bytes(method.as_bytes()).expect("a method");
    let mut request = house.http.request(verb, house.at(&format!("/scim/v2{path}")));
    if let Some(token) = token {
        request = request.bearer_auth(token);
    }
    if let Some(body) = body {
        request = request.header("content-type", "application/scim+json").body(body.to_string());
    }
    Reply::of(request).await
}

/// The status: of the one operation where a bulk holds it.
fn status(reply: &Reply) -> u16 {
    let of_operation = reply.body["Operations"][0]["status"].as_str().and_then(|status| status.parse().ok());
    of_operation.unwrap_or(reply.status)
}

/// What may change by this door.
async fn written(house: &House) -> [i64; 4] {
    [
        house.count("select count(*) as n from assignment").await,
        house.count("select count(*) as n from assignment where state = 'active'").await,
        house.count("select cast(sum(revision) as bigint) as n from assignment").await,
        house.count("select count(*) as n from scim_user").await,
    ]
}

apart! {
    async fn row_206_no_verb_is_open_without_a_good_token(house) {
        let (country, system, _) = two(house).await;
        let id = system.made(&user("079085000011", "Nguyễn Văn An", "10000")).await;
        let nobody = party(house).await;
        let wrong = [
            (None, 401),
            (Some("nonsense".to_owned()), 401),
            (Some(token(house, &nobody, ("/api/v1", "admin")).await), 401),
            (Some(token(house, &nobody, ("/scim/v2", "")).await), 403),
        ];
        let before = written(house).await;
        for (thing, path) in paths(&id, &country.commune.to_string()) {
            for method in METHODS {
                let body = body(thing, method, &id);
                for (token, expected) in &wrong {
                    let reply = send(house, token.as_deref(), (method, &path), body.as_ref()).await;
                    assert_eq!(reply.status, *expected, "{method} {path} {}", reply.body);
                    assert!(!reply.body.to_string().contains("Nguyễn"), "{method} {path}");
                }
            }
        }
        assert_eq!(written(house).await, before);
    }
}

apart! {
    async fn row_195_each_verb_is_open_to_the_roles_that_permit_it_only(house) {
        let (country, system, _) = two(house).await;
        let id = system.made(&user("079085000011", "Nguyễn Văn An", "10000")).await;
        let before = written(house).await;
        for role in std::iter::once(None).chain(Role::ALL.into_iter().filter(|role| role.suits_machines()).map(Some)) {
            let machine = party(house).await;
            if let Some(role) = role {
                give(house, Subject::Party(machine.id), role, Scope::Below(country.province)).await;
            }
            let token = token(house, &machine, ("/scim/v2", "admin")).await;
            let holds = |wanted| role.is_some_and(|role| role.permissions().contains(&wanted));
            let (reads, writes) = (holds(Permission::ReadOfficials), holds(Permission::AssignOfficials));
            for (thing, path) in paths(&id, &country.commune.to_string()) {
                for method in METHODS {
                    let asked = asks(thing, method);
                    if asked == Asks::Writing && writes {
                        // What it may do, the other journeys do; here nothing shall change.
                        continue;
                    }
                    let reply = send(house, Some(&token), (method, &path), body(thing, method, &id).as_ref()).await;
                    let told = status(&reply);
                    let good = match asked {
                        Asks::Token => told == 200,
                        Asks::Reading => told == if reads { 200 } else { 403 },
                        Asks::Writing => told == 403,
                        Asks::Never => (400..500).contains(&told),
                    };
                    assert!(good, "{role:?} {method} {path} {asked:?}: {told} {}", reply.body);
                }
            }
        }
        assert_eq!(written(house).await, before);
    }
}

apart! {
    async fn row_203_every_verb_answers_from_another_unit_as_for_nothing(house) {
        let (country, own, other) = two(house).await;
        let id = own.made(&user("079085000011", "Nguyễn Văn An", "10000")).await;
        let (before, nothing) = (written(house).await, "0197f3d07c1a7d529a372f0c5b1e8d44");
        let (theirs, none) = (paths(&id, &country.commune.to_string()), paths(nothing, nothing));
        for ((thing, path), (_, unknown)) in theirs.iter().zip(&none) {
            for method in METHODS.into_iter().filter(|method| asks(thing, method) != Asks::Token) {
                if matches!((*thing, method), ("users", "POST")) {
                    // A new official in a unit of others: told in the journey of reading.
                    continue;
                }
                let (one, two) = (
                    other.send(method, path, body(thing, method, &id).as_ref()).await,
                    other.send(method, unknown, body(thing, method, nothing).as_ref()).await,
                );
                let without = |reply: &Reply, id: &str| (reply.status, reply.body.to_string().replace(id, "ID"));
                assert_eq!(without(&one, &id), without(&two, nothing), "{method} {path}");
                let expected = if matches!(asks(thing, method), Asks::Never) { 400..500 } else { 200..500 };
                assert!(expected.contains(&one.status) && !one.body.to_string().contains("Nguyễn"), "{method} {path}");
                if matches!(*thing, "user" | "group") && asks(thing, method) != Asks::Never {
                    assert_eq!(one.status, 404, "{method} {path}");
                }
            }
        }
        assert_eq!(written(house).await, before);
    }
}
