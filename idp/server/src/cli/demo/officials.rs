//! The officials of the demo: a ward, a department, the province's one-stop centre, the centre of the country; an acting head, a secondment
//! and a clerk of the post. Their units are the sample agencies that the demo loads, and before the reform of 2025 there is a district.

use idp_core::types::Day;
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

/// The day on which districts ended and provinces merged.
const REFORM: &str = "2025-07-01";
/// The day on which the sample's departments were merged: before it some of the units below are not there.
const BEGINNING: &str = "2025-03-01";

const CENTRE: Post = Post { scope: "subtree", ..post("gso:VN", "chuyen-vien", "primary", &["thong-ke"]) };

const WARD: &str = "internal:22015-ubnd";
const ONE_STOP: &str = "internal:54-tthcc-moi";

/// One list of posts for each official.
const POSTS: [&[Post]; 6] = [
    &[post(WARD, "chuyen-vien-xa", "primary", &["nhan-ho-so", "tra-ket-qua"])],
    &[
        post(WARD, "chuyen-vien-xa", "primary", &["chuyen-vien-thu-ly"]),
        Post { until: Some("2030-12-31"), ..post(ONE_STOP, "chuyen-vien", "secondment", &["nhan-ho-so"]) },
    ],
    &[post("internal:54-nv2-moi", "giam-doc", "acting", &["lanh-dao-don-vi"])],
    &[CENTRE],
    &[post(ONE_STOP, "nhan-vien-buu-chinh", "external", &["buu-chinh-cong-ich"])],
    &[post("internal:22015-kt", "truong-phong", "primary", &["lanh-dao-phong"])],
];

const WARD_BEFORE: &str = "internal:cu-22015-ubnd";
const DISTRICT: &str = "internal:555-ubnd";
const ONE_STOP_BEFORE: &str = "internal:54-tthcc";

/// The same people before the reform.
const POSTS_BEFORE: [&[Post]; COUNT] = [
    &[post(WARD_BEFORE, "chuyen-vien-xa", "primary", &["nhan-ho-so", "tra-ket-qua"])],
    &[
        post(DISTRICT, "chuyen-vien", "primary", &["chuyen-vien-thu-ly"]),
        Post { until: Some("2030-12-31"), ..post(ONE_STOP_BEFORE, "chuyen-vien", "secondment", &["nhan-ho-so"]) },
    ],
    &[post("internal:54-nv2", "giam-doc", "acting", &["lanh-dao-don-vi"])],
    &[CENTRE],
    &[post(ONE_STOP_BEFORE, "nhan-vien-buu-chinh", "external", &["buu-chinh-cong-ich"])],
    &[post("internal:555-phongtckh", "truong-phong", "primary", &["lanh-dao-phong"])],
];

/// On which side of the reform the demo stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Era {
    Before,
    After,
}

impl Era {
    /// That of a day; `None`: the sample's agencies are not there yet.
    pub(super) fn of(on: Option<Day>) -> Option<Self> {
        let day = |text: &str| text.parse::<Day>().ok();
        match on {
            Some(on) if Some(on) < day(BEGINNING) => None,
            Some(on) if Some(on) < day(REFORM) => Some(Self::Before),
            _ => Some(Self::After),
        }
    }

    const fn posts(self) -> [&'static [Post]; COUNT] {
        match self {
            Self::Before => POSTS_BEFORE,
            Self::After => POSTS,
        }
    }

    /// The first day of the posts, and the day of the decision about them.
    const fn days(self) -> (&'static str, &'static str) {
        match self {
            Self::Before => (BEGINNING, "2025-02-28"),
            Self::After => (REFORM, "2025-06-30"),
        }
    }

    /// What each official is, in the order of their posts.
    pub(super) const fn in_short(self) -> [&'static str; COUNT] {
        let (first, second, last) = match self {
            Self::Before => ("cli-demo-official-before-1", "cli-demo-official-before-2", "cli-demo-official-before-6"),
            Self::After => ("cli-demo-official-1", "cli-demo-official-2", "cli-demo-official-6"),
        };
        [first, second, "cli-demo-official-3", "cli-demo-official-4", "cli-demo-official-5", last]
    }
}

/// How many there are.
pub(super) const COUNT: usize = POSTS.len();

/// Who they are.
pub(super) fn persons() -> impl Iterator<Item = &'static Person> {
    people().iter().skip(FIRST).take(COUNT)
}

/// Entries of `idp apply` for their posts.
pub(super) fn desired<'a>(era: Era, logins: impl Iterator<Item = &'a str>) -> Vec<Value> {
    let (from, decided) = era.days();
    let entry = |(login, post): (&str, &Post)| {
        let mut entry = json!({
            "login": login, "unit": post.unit, "position": post.position, "kind": post.kind, "roles": post.roles, "scope": post.scope,
            "from": from, "decision": {"number": "MAU-02/2025", "date": decided},
        });
        if let Some(until) = post.until {
            entry["until"] = until.into();
        }
        entry
    };
    logins.zip(era.posts()).flat_map(|(login, posts)| posts.iter().map(move |post| (login, post))).map(entry).collect()
}
