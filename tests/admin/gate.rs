//! No operation escapes the gate (rows 195, 205 and 206 of the list of attacks).

use idp::admin::{Listed, listed, matrix};
use idp_core::{
    admin::{Role, Scope},
    types::Aal,
};
use idp_tests::{Browser, House, Reply};
use serde_json::json;

use super::{
    apart,
    desk::{Caller, code, console, events, get, level, machine, officer, party, request, rows, token},
};

#[test]
fn the_permission_matrix_is_the_one_in_the_repository() {
    insta::assert_snapshot!(matrix());
}

/// The operations that ask for an office.
fn offices() -> impl Iterator<Item = Listed> {
    listed().into_iter().filter(|operation| !operation.for_parties)
}

/// The same without those that only tell of one's own session, whose proof may be old.
pub(super) fn acts() -> impl Iterator<Item = Listed> {
    offices().filter(|operation| !matches!(operation.id, "leave_console" | "choose_acting_post"))
}

/// A path of an operation, with ids of nothing.
fn path(operation: &Listed) -> String {
    let parts = operation
        .path
        .split('/')
        .map(|part| if part.starts_with('{') { "0197f3d07c1a7d529a372f0c5b1e8d44" } else { part });
    parts.collect::<Vec<_>>().join("/")
}

pub(super) async fn call(house: &House, caller: &Caller, operation: &Listed, lines: &[(&'static str, &str)]) -> Reply {
    let mut request = request(house, caller, operation.method, &path(operation));
    if operation.takes_body {
        request = request.json(&json!({}));
    }
    if operation.needs_revision {
        request = request.header("if-match", "\"1\"");
    }
    for (name, value) in lines {
        request = request.header(*name, *value);
    }
    let reply = Reply::of(request).await;
    assert!(!reply.headers.contains_key("access-control-allow-origin"), "{}", operation.id);
    reply
}

fn challenge(reply: &Reply) -> String {
    reply.headers.get("www-authenticate").and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned()
}

fn bare(cookie: &str, marks: &[&str]) -> Vec<(&'static str, String)> {
    let cookie = ("cookie", format!("adm={cookie}"));
    std::iter::once(cookie).chain(marks.iter().map(|mark| ("x-csrf", (*mark).to_owned()))).collect()
}

apart! {
    async fn row_206_no_operation_is_open_to_wrong_credentials(house) {
        let party = party(house).await;
        let an = house.citizen("Nguyễn Văn An").await;
        let resource = house.at("/api/v1");
        // A person's own token, for this very audience.
        let away = party.authorize(house, &[("resource", resource.as_str())]);
        let mut browser = Browser::new();
        let page = browser.open(away.url.as_str()).await;
        let page = browser.enter(&page, &an).await;
        let of_person = house.redeem(&party, &away, &page.returned("code").expect("a code")).await.text("access_token");
        let before = rows(house).await;
        let bad = [
            ("garbage", "at_x".to_owned()),
            ("of another audience", token(house, &party, &[("resource", "https://land.example")]).await),
            ("for us among others", {
                let form = [("grant_type", "client_credentials"), ("scope", "admin"), ("resource", resource.as_str()), ("resource", "https://land.example")];
                house.ask("/oauth2/token", &party, &form).await.text("access_token")
            }),
            ("of a person", of_person),
        ];
        let unscoped = Caller::Token(token(house, &party, &[("scope", "")]).await);
        let revoked = token(house, &party, &[]).await;
        assert_eq!(house.ask("/oauth2/revoke", &party, &[("token", &revoked)]).await.status, 200);
        let no_office = Caller::Token(token(house, &party, &[]).await);
        for operation in listed() {
            let nobody = call(house, &Caller::Nobody, &operation, &[]).await;
            assert_eq!(code(&nobody), (401, "sign-in-needed".to_owned()), "{}", operation.id);
            assert_eq!(challenge(&nobody), "Bearer realm=\"admin\"");
            for (what, token) in &bad {
                let reply = call(house, &Caller::Token(token.clone()), &operation, &[]).await;
                assert_eq!((reply.status, challenge(&reply).as_str()), (401, "Bearer error=\"invalid_token\""), "{what} {}", operation.id);
            }
            assert_eq!(call(house, &Caller::Token(revoked.clone()), &operation, &[]).await.status, 401);
            let guessed = call(house, &Caller::Console("cn_guess".into()), &operation, &[]).await;
            assert_eq!(guessed.status, 401, "{}", operation.id);
            if operation.for_parties {
                continue;
            }
            let reply = call(house, &unscoped, &operation, &[]).await;
            assert_eq!(code(&reply), (403, "not-permitted".to_owned()), "{}", operation.id);
            assert!(challenge(&reply).contains("insufficient_scope"), "{}", operation.id);
            let reply = call(house, &no_office, &operation, &[]).await;
            assert_eq!(code(&reply), (403, "not-permitted".to_owned()), "{}", operation.id);
        }
        assert_eq!(rows(house).await, before);
        assert_eq!(events(house, "administration-refused").await, offices().count() as i64, "one event for each caller who was known");
    }
}

apart! {
    async fn row_195_each_operation_is_open_to_the_roles_of_the_matrix_only(house) {
        for role in Role::ALL {
            let officer = officer(house, role, Scope::Whole).await;
            let before = rows(house).await;
            for operation in acts() {
                let permitted = operation.roles.contains(&role.word());
                let told = code(&call(house, &officer.console, &operation, &[]).await);
                assert_eq!(told == (403, "not-permitted".to_owned()), !permitted, "{role:?} {} {told:?}", operation.id);
            }
            assert_eq!(rows(house).await, before, "{role:?}");
            if role.suits_machines() {
                let machine = machine(house, role, Scope::Whole).await;
                for operation in offices() {
                    let permitted = operation.for_machines && operation.roles.contains(&role.word());
                    let told = code(&call(house, &machine, &operation, &[]).await);
                    assert_eq!(told == (403, "not-permitted".to_owned()), !permitted, "machine {role:?} {} {told:?}", operation.id);
                }
            }
        }
    }
}

apart! {
    async fn row_206_a_weak_or_stale_sign_in_is_told_what_to_prove(house) {
        let owner = officer(house, Role::PlatformOwner, Scope::Whole).await;
        let operations = acts().collect::<Vec<_>>();
        level(house, owner.session, Aal::Aal1).await;
        for operation in &operations {
            let reply = call(house, &owner.console, operation, &[]).await;
            assert_eq!(code(&reply), (403, "step-up-needed".to_owned()), "{}", operation.id);
            assert_eq!(challenge(&reply), "Bearer error=\"insufficient_user_authentication\", acr_values=\"urn:idp:aal2\"");
            assert_eq!(reply.body["acr_values"], "urn:idp:aal2");
        }
        level(house, owner.session, Aal::Aal2).await;
        // The console is used meanwhile, so it stays open; the proof grows old.
        house.later(14 * 60).await;
        assert_eq!(get(house, &owner.console, "/api/v1/me").await.status, 200);
        house.later(61).await;
        for operation in &operations {
            let reply = call(house, &owner.console, operation, &[]).await;
            let stale = reply.body["max_age"] == 900;
            assert_eq!(stale, operation.writes, "{} {}", operation.id, reply.body);
            if stale {
                assert_eq!((reply.status, reply.body["code"].as_str()), (403, Some("step-up-needed")));
                assert!(challenge(&reply).ends_with("max_age=\"900\""), "{}", challenge(&reply));
            }
        }
        // A quarter of an hour without use ends it; so does the end of the session below.
        house.later(15 * 60 + 1).await;
        assert_eq!(get(house, &owner.console, "/api/v1/me").await.status, 401);
        let (session, again) = console(house, &owner.person).await;
        assert_eq!(get(house, &again, "/api/v1/me").await.status, 200);
        let cx = house.cx();
        let ended = house.db().write(&cx, |tx| Box::pin(idp_core::session::end(tx, session, "test"))).await;
        assert!(ended.expect("writes").is_some());
        assert_eq!(get(house, &again, "/api/v1/me").await.status, 401, "the session below is gone");
    }
}

apart! {
    async fn row_205_a_cookie_alone_or_from_another_site_does_nothing(house) {
        let owner = officer(house, Role::PlatformOwner, Scope::Whole).await;
        let Caller::Console(cookie) = &owner.console else { panic!("a console") };
        let before = rows(house).await;
        for operation in listed() {
            for (lines, sent) in [
                (bare(cookie, &[]), "no mark"),
                (bare(cookie, &["0"]), "another mark"),
                (bare(cookie, &["1", "1"]), "two marks"),
            ] {
                let lines: Vec<_> = lines.iter().map(|(name, value)| (*name, value.as_str())).collect();
                let told = code(&call(house, &Caller::Nobody, &operation, &lines).await);
                assert_eq!(told, (403, "request-not-ours".to_owned()), "{sent} {}", operation.id);
            }
            for (name, value) in [
                ("origin", "null"),
                ("origin", "https://evil.test"),
                ("origin", "http://localhost.evil.test"),
                ("sec-fetch-site", "cross-site"),
                ("sec-fetch-site", "same-site"),
            ] {
                let told = code(&call(house, &owner.console, &operation, &[(name, value)]).await);
                assert_eq!(told, (403, "request-not-ours".to_owned()), "{value} {}", operation.id);
            }
            let twice = format!("adm={cookie}; adm={cookie}");
            let planted = call(house, &Caller::Nobody, &operation, &[("cookie", &twice), ("x-csrf", "1")]).await;
            assert_eq!(planted.status, 401, "two cookies of one name: one was planted");
        }
        // JSON in a form's clothes, which any page may send unasked.
        for operation in offices().filter(|operation| operation.takes_body) {
            for kind in ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data"] {
                let mut request = request(house, &owner.console, operation.method, &path(&operation)).header("content-type", kind).body("{}");
                if operation.needs_revision {
                    request = request.header("if-match", "\"1\"");
                }
                assert_eq!(Reply::of(request).await.status, 415, "{kind} {}", operation.id);
            }
        }
        let preflight = house.http.request(reqwest::Method::OPTIONS, house.at("/api/v1/administrators"))
            .header("origin", "https://evil.test").header("access-control-request-method", "POST");
        let preflight = Reply::of(preflight).await;
        assert_eq!((preflight.status, preflight.headers.contains_key("access-control-allow-origin")), (405, false));
        assert_eq!(rows(house).await, before);
    }
}
