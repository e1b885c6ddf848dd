//! What every operation keeps: problems, versions, keys, pages, limits.

use futures_util::future::join_all;
use idp_core::admin::{Role, Scope};
use idp_tests::{Engine, House, Reply};
use serde_json::json;

use super::{
    apart,
    desk::{Caller, Country, code, get, machine, officer, post, request, set},
};

const CHANGES: &str = "/api/v1/changes";

fn rename(name: &str) -> serde_json::Value {
    set("2027-07-01", &json!([{"op": "rename", "unit": {"scheme": "gso", "code": "10000"}, "name": {"vi": name}}]))
}

apart! {
    async fn a_problem_says_what_where_and_in_which_language(house) {
        let editor = machine(house, Role::UnitEditor, Scope::Whole).await;
        let ask = |language: &'static str| request(house, &editor, "post", CHANGES).header("accept-language", language).json(&json!({"title": "x", "operation": []}));
        let Caller::Token(token) = &editor else { panic!("a token") };
        let plain = house.http.post(house.at(CHANGES)).bearer_auth(token).json(&json!({"title": "x", "operation": []}));
        let (english, vietnamese) = (Reply::of(ask("en")).await, Reply::of(plain).await);
        for reply in [&english, &vietnamese] {
            assert_eq!((reply.status, reply.headers["content-type"].to_str().ok()), (422, Some("application/problem+json")));
            assert_eq!(reply.body["type"].as_str(), Some(house.at("/problems/invalid").as_str()));
            assert_eq!(reply.body["traceId"].as_str(), reply.headers["x-request-id"].to_str().ok());
            assert_eq!(reply.body["errors"][0]["code"], "unknown-field", "{}", reply.body);
            assert_eq!(reply.body["errors"][0]["pointer"], "/operation", "{}", reply.body);
        }
        assert_ne!(english.body["title"], vietnamese.body["title"]);
        // A browser is told the same as a program: there are no pages below /api.
        let browser = request(house, &Caller::Nobody, "get", "/api/v1/me").header("accept", "text/html");
        assert_eq!(Reply::of(browser).await.headers["content-type"], "application/problem+json");
        let page = house.http.get(house.at("/problems/invalid?ui_locales=en")).header("accept", "text/html").send().await.expect("answers");
        assert_eq!(page.status(), 200);
        let page = page.text().await.expect("a page");
        assert!(page.contains("data-page=\"problem\"") && page.contains("Something in the request is wrong"), "{page}");
        assert_eq!(house.http.get(house.at("/problems/no-such-code")).send().await.expect("answers").status(), 404);
    }
}

apart! {
    async fn bodies_are_read_strictly_and_to_a_limit(house) {
        let editor = machine(house, Role::UnitEditor, Scope::Whole).await;
        let send = |body: String| request(house, &editor, "post", CHANGES).header("content-type", "application/json").body(body);
        for (body, expected) in [
            ("{".to_owned(), (400, "bad-request")),
            ("[]".to_owned(), (422, "invalid")),
            ("{\"title\": \"a\\u0000b\"}".to_owned(), (400, "bad-request")),
            ("{\"title\": \"a\", \"title\": \"b\"}".to_owned(), (422, "invalid")),
            ("{\"a\":".repeat(5_000), (400, "bad-request")),
            ("{} {}".to_owned(), (422, "invalid")),
            (String::new(), (400, "bad-request")),
            (format!("\"{}\"", "x".repeat(8 * 1024 * 1024)), (413, "too-large")),
        ] {
            let shown: String = body.chars().take(30).collect();
            let reply = Reply::of(send(body)).await;
            assert_eq!(code(&reply), (expected.0, expected.1.to_owned()), "{shown}");
        }
        for (query, place) in [("?limit=0", "limit"), ("?limit=201", "limit"), ("?limit=1&limit=2", "limit"), ("?after=x", "after"), ("?state=lost", "state"), ("?no=1", "no")] {
            let reply = get(house, &editor, &format!("{CHANGES}{query}")).await;
            assert_eq!(reply.status, 422, "{query} {}", reply.body);
            assert_eq!(reply.body["errors"][0]["parameter"].as_str(), Some(place), "{}", reply.body);
        }
        // What takes no body gets none.
        let unasked = request(house, &editor, "get", "/api/v1/me").json(&json!({"a": 1}));
        assert_eq!(Reply::of(unasked).await.status, 413);
    }
}

apart! {
    async fn row_208_whoever_changes_says_what_they_saw(house) {
        Country::of(house).await;
        let editor = machine(house, Role::UnitEditor, Scope::Whole).await;
        let made = post(house, &editor, CHANGES, &rename("Xã Một")).await;
        assert_eq!((made.status, made.headers["etag"].to_str().ok()), (201, Some("\"1\"")), "{}", made.body);
        let path = format!("{CHANGES}/{}", made.text("id"));
        let put = |tag: Option<&str>, name: &str| {
            let request = request(house, &editor, "put", &path).json(&rename(name));
            match tag {
                Some(tag) => request.header("if-match", tag),
                None => request,
            }
        };
        for (tag, expected) in [
            (None, (428, "precondition-needed")),
            (Some("*"), (400, "bad-request")),
            (Some("1"), (400, "bad-request")),
            (Some("W/\"1\""), (400, "bad-request")),
            (Some("\"1\", \"2\""), (400, "bad-request")),
            (Some("\"7\""), (412, "changed-meanwhile")),
        ] {
            assert_eq!(code(&Reply::of(put(tag, "Xã Hai")).await), (expected.0, expected.1.to_owned()), "{tag:?}");
        }
        // Two editors who saw the same: one wins, and the other is told.
        let both = join_all(["Xã Ba", "Xã Bốn"].map(|name| Reply::of(put(Some("\"1\""), name)))).await;
        let mut statuses: Vec<u16> = both.iter().map(|reply| reply.status).collect();
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 412]);
        let now = get(house, &editor, &path).await;
        assert_eq!(now.headers["etag"], "\"2\"");
        let won = both.iter().find(|reply| reply.status == 200).expect("one won");
        assert_eq!(now.body["operations"], won.body["operations"]);
    }
}

apart! {
    async fn a_request_that_is_sent_again_is_done_once(house) {
        Country::of(house).await;
        let editor = machine(house, Role::UnitEditor, Scope::Whole).await;
        let other = machine(house, Role::UnitEditor, Scope::Whole).await;
        let send = |caller: &Caller, key: &str, name: &str| Reply::of(request(house, caller, "post", CHANGES).header("idempotency-key", key).json(&rename(name)));
        let first = send(&editor, "k-1", "Xã Một").await;
        let again = send(&editor, "k-1", "Xã Một").await;
        assert_eq!((first.status, again.status), (201, 201), "{}", first.body);
        assert_eq!(first.body, again.body);
        assert_eq!(first.headers["location"], again.headers["location"]);
        assert_eq!(first.headers["etag"], again.headers["etag"]);
        assert_eq!(code(&send(&editor, "k-1", "Xã Hai").await), (422, "idempotency-key-reused".to_owned()));
        assert_ne!(send(&other, "k-1", "Xã Một").await.body["id"], first.body["id"], "a key is its caller's own");
        for bad in ["", "with blank", "đ", &"x".repeat(65)] {
            assert_eq!(send(&editor, bad, "Xã Một").await.status, 400, "{bad}");
        }
        // Many at once are one.
        let crowd = join_all((0..12).map(|_| send(&editor, "k-2", "Xã Năm"))).await;
        let ids: std::collections::BTreeSet<String> = crowd.iter().map(|reply| reply.text("id")).collect();
        assert!(crowd.iter().all(|reply| reply.status == 201) && ids.len() == 1, "{ids:?}");
        assert_eq!(house.count("select count(*) as n from change_set where state = 'draft'").await, 3);
        // What was refused stands for nothing: the key is still free.
        let refused = request(house, &editor, "post", CHANGES).header("idempotency-key", "k-3").json(&json!({"title": "x"}));
        assert_eq!(Reply::of(refused).await.status, 422);
        assert_eq!(send(&editor, "k-3", "Xã Sáu").await.status, 201);
    }
}

apart! {
    async fn lists_come_in_pages_whose_cursor_fits_one_question(house) {
        let country = Country::of(house).await;
        let owner = officer(house, Role::PlatformOwner, Scope::Whole).await;
        for _ in 0..4 {
            officer(house, Role::Auditor, Scope::Below(country.province)).await;
        }
        let mut seen = Vec::new();
        let mut path = "/api/v1/administrators?limit=2".to_owned();
        for _ in 0..5 {
            let page = get(house, &owner.console, &path).await;
            let items = page.body["items"].as_array().expect("items").clone();
            assert!(items.len() <= 2);
            seen.extend(items.iter().map(|item| item["id"].as_str().expect("an id").to_owned()));
            let Some(next) = page.body["next"].as_str() else { break };
            path = format!("/api/v1/administrators?limit=2&after={next}");
        }
        assert_eq!(seen.len(), 5, "{seen:?}");
        let units = format!("/api/v1/units/{}/children", country.root);
        let page = get(house, &owner.console, &format!("{units}?limit=1")).await;
        let next = page.body["next"].as_str().expect("a next page").to_owned();
        let second = get(house, &owner.console, &format!("{units}?limit=1&after={next}")).await;
        assert_eq!(second.body["items"][0]["codes"][0]["value"], "66", "{}", second.body);
        for elsewhere in [format!("{units}?at=2026-01-01&after={next}"), format!("/api/v1/administrators?after={next}")] {
            assert_eq!(get(house, &owner.console, &elsewhere).await.status, 422, "{elsewhere}");
        }
    }
}

apart! {
    async fn the_document_is_public_and_whole(house) {
        let document = Reply::of(house.http.get(house.at("/api/openapi.json"))).await;
        assert_eq!((document.status, document.body["openapi"].as_str()), (200, Some("3.1.0")));
        for operation in idp::admin::listed() {
            let described = &document.body["paths"][&operation.path][operation.method];
            assert_eq!(described["operationId"], operation.id);
            assert!(described["security"].as_array().is_some_and(|ways| !ways.is_empty()), "{}", operation.id);
        }
    }
}

#[test]
fn whoever_asks_too_often_waits() {
    idp_tests::run(async {
        for engine in Engine::ALL {
            let house = Box::pin(House::start(engine, "[admin]\nrequests_per_minute = 5\n")).await;
            let (one, other) = (
                machine(&house, Role::Auditor, Scope::Whole).await,
                machine(&house, Role::Auditor, Scope::Whole).await,
            );
            for _ in 0..5 {
                assert_eq!(get(&house, &one, "/api/v1/me").await.status, 200);
            }
            let late = get(&house, &one, "/api/v1/me").await;
            assert_eq!(
                (code(&late), late.headers["retry-after"].to_str().ok()),
                ((429, "too-many".to_owned()), Some("60"))
            );
            assert_eq!(get(&house, &other, "/api/v1/me").await.status, 200, "each caller has their own");
        }
    });
}
