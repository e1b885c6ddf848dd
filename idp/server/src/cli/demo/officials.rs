//! The officials of the demo: a ward, a department, the province's one-stop centre, the centre of the country; an acting head, a secondment
//! and a clerk of the post. Their units are the sample agencies that the demo loads.

use idp_demo::registry::{Person, people};
use serde_json::{Value, json};

/// The first of the registry's people who is an official: neither ready-made citizen nor suggested for enrolling.
const FIRST: usize = 20;

/// A post of one of them.
struct Post {
    unit: &'static str,
    position: &'static str,
    kind: &'static str,
    roles: &'static [&'static str],
    scope: &'static str,
    until: Option<&'static str>,
}

const fn post(unit: &'static str, position: &'static str, kind: &'static str, roles: &'static [&'static str]) -> Post {
    Post { unit, position, kind, roles, scope: "unit", until: None }
}

const WARD: &str = "internal:22015-ubnd";
const ONE_STOP: &str = "internal:54-tthcc-moi";
const HOME_AFFAIRS: &str = "internal:54-nv2-moi";

/// One list of posts for each official.
const POSTS: [&[Post]; 5] = [
    &[post(WARD, "chuyen-vien-xa", "primary", &["nhan-ho-so", "tra-ket-qua"])],
    &[
        post(WARD, "chuyen-vien-xa", "primary", &["chuyen-vien-thu-ly"]),
        Post { until: Some("2030-12-31"), ..post(ONE_STOP, "chuyen-vien", "secondment", &["nhan-ho-so"]) },
    ],
    &[post(HOME_AFFAIRS, "giam-doc", "acting", &["lanh-dao-don-vi"])],
    &[Post { scope: "subtree", ..post("gso:VN", "chuyen-vien", "primary", &["thong-ke"]) }],
    &[post(ONE_STOP, "nhan-vien-buu-chinh", "external", &["buu-chinh-cong-ich"])],
];

/// How many there are.
pub(super) const COUNT: usize = POSTS.len();

/// Who they are.
pub(super) fn persons() -> impl Iterator<Item = &'static Person> {
    people().iter().skip(FIRST).take(COUNT)
}

/// Entries of `idp apply` for their posts.
pub(super) fn desired<'a>(logins: impl Iterator<Item = &'a str>) -> Vec<Value> {
    let entry = |(login, post): (&str, &Post)| {
        let mut entry = json!({
            "login": login, "unit": post.unit, "position": post.position, "kind": post.kind, "roles": post.roles, "scope": post.scope,
            "from": "2025-07-01", "decision": {"number": "MAU-02/2025", "date": "2025-06-30"},
        });
        if let Some(until) = post.until {
            entry["until"] = until.into();
        }
        entry
    };
    logins.zip(POSTS).flat_map(|(login, posts)| posts.iter().map(move |post| (login, post))).map(entry).collect()
}
