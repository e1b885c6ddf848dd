//! What these journeys are told with: a small country, officers with a console open, machines with a token.

use idp_core::{
    admin::{self, By, NewAppointment, Role, Scope, Subject},
    crypto::handle::{Handle, SessionCookie},
    office::{self, starter},
    org::{self, Form, Label, change},
    params, session,
    types::{Aal, Id, Interval, id},
};
use idp_tests::{Browser, Engine, House, Party, Person, Reply};
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

/// A server of its own, that lets tests ask as often as they like.
pub(crate) async fn house(engine: Engine) -> House {
    Box::pin(House::start(engine, "[admin]\nrequests_per_minute = 1000000")).await
}

/// Who calls.
#[derive(Clone)]
pub(crate) enum Caller {
    Nobody,
    Token(String),
    /// The cookie of the console.
    Console(String),
}

/// A request to be sent: header lines win over the usual ones.
pub(crate) fn request(house: &House, caller: &Caller, method: &str, path: &str) -> RequestBuilder {
    let method = Method::from_bytes(method.to_uppercase().as_bytes()).expect("a method");
    let request = house.http.request(method, house.at(path)).header("accept-language", "en");
    match caller {
        Caller::Nobody => request,
        Caller::Token(token) => request.bearer_auth(token),
        Caller::Console(cookie) => request.header("cookie", format!("adm={cookie}")).header("x-csrf", "1"),
    }
}

pub(crate) async fn get(house: &House, caller: &Caller, path: &str) -> Reply {
    Reply::of(request(house, caller, "get", path)).await
}

pub(crate) async fn post(house: &House, caller: &Caller, path: &str, body: &Value) -> Reply {
    Reply::of(request(house, caller, "post", path).json(body)).await
}

/// An update: reads the revision first, as a client does.
pub(crate) async fn step(house: &House, caller: &Caller, path: &str, tail: &str, body: Option<&Value>) -> Reply {
    let tag = get(house, caller, path).await.headers.get("etag").cloned().expect("an ETag");
    let request = request(house, caller, "post", &format!("{path}/{tail}")).header("if-match", tag);
    Reply::of(match body {
        Some(body) => request.json(body),
        None => request,
    })
    .await
}

/// The `code` of a problem.
pub(crate) fn code(reply: &Reply) -> (u16, String) {
    (reply.status, reply.body["code"].as_str().unwrap_or_default().to_owned())
}

pub(crate) async fn give(house: &House, subject: Subject, role: Role, scope: Scope) -> Id<id::Appointment> {
    let cx = house.cx();
    let new = &NewAppointment {
        subject,
        role,
        scope,
        window: Interval { from: cx.now, until: None },
        decision: "12/QĐ-UBND".to_owned(),
    };
    let made = house.db().write(&cx, |tx| Box::pin(admin::appoint(tx, By::Operator, new.clone(), &|_| true))).await;
    made.expect("is appointed").id
}

/// Somebody who administers, with their console open.
pub(crate) struct Officer {
    pub(super) person: Person,
    pub(super) session: Id<id::Session>,
    pub(crate) console: Caller,
    pub(super) appointment: Id<id::Appointment>,
}

/// Signs a citizen in as if with two factors, and opens the console for them.
pub(crate) async fn officer(house: &House, role: Role, scope: Scope) -> Officer {
    let person = house.citizen("Nguyễn Văn An").await;
    let appointment = give(house, Subject::Person(person.id), role, scope).await;
    let (session, console) = console(house, &person).await;
    Officer { person, session, console, appointment }
}

/// Signs a person in as if with two factors.
pub(crate) async fn signed_in(house: &House, person: &Person) -> session::Live {
    let mut browser = Browser::new();
    let page = browser.open(&house.at("/account")).await;
    let page = browser.enter(&page, person).await;
    assert!(browser.cookies.contains_key("sid"), "{} {}", page.status, page.body);
    let digest = Handle::<SessionCookie>::digest_of(&browser.cookies["sid"]).expect("a session");
    let limits = house.parts.limits();
    let cx = house.cx();
    let live = session::find(&mut house.db().read().await.expect("reads"), digest, limits, cx.now).await;
    let live = live.expect("reads").expect("is alive");
    level(house, live.id, Aal::Aal2).await;
    session::Live { aal: Aal::Aal2, ..live }
}

/// Opens the console in a session; `None`: it is closed to them.
pub(crate) async fn entered(house: &House, live: &session::Live) -> Option<Caller> {
    let cx = house.cx();
    let opened = house.db().write(&cx, |tx| Box::pin(admin::open(tx, live))).await.expect("writes");
    opened.ok().map(|cookie| Caller::Console(cookie.reveal().to_owned()))
}

pub(crate) async fn console(house: &House, person: &Person) -> (Id<id::Session>, Caller) {
    let strong = signed_in(house, person).await;
    (strong.id, entered(house, &strong).await.expect("may enter"))
}

/// Writes another level into a session, as proving oneself otherwise does.
pub(super) async fn level(house: &House, session: Id<id::Session>, aal: Aal) {
    let cx = house.cx();
    let changed = house.db().write(&cx, |tx| {
        Box::pin(async move { tx.run("update session set acr = $2 where id = $1", params![session, aal.acr()]).await })
    });
    assert_eq!(changed.await.expect("writes"), 1);
}

/// A machine that may ask for tokens of the admin API.
pub(super) async fn party(house: &House) -> Party {
    house
        .party(json!({
            "scopes": ["openid", "profile", "identity", "offline_access", "admin"],
            "resources": [house.at("/api/v1"), "https://land.example"],
        }))
        .await
}

pub(super) async fn token(house: &House, party: &Party, more: &[(&str, &str)]) -> String {
    let resource = house.at("/api/v1");
    let mut form = vec![("grant_type", "client_credentials"), ("scope", "admin"), ("resource", resource.as_str())];
    for (name, value) in more {
        form.retain(|(known, _)| known != name);
        if !value.is_empty() {
            form.push((name, value));
        }
    }
    house.ask("/oauth2/token", party, &form).await.text("access_token")
}

/// A machine with a role, and a token of it.
pub(super) async fn machine(house: &House, role: Role, scope: Scope) -> Caller {
    let party = party(house).await;
    give(house, Subject::Party(party.id), role, scope).await;
    Caller::Token(token(house, &party, &[]).await)
}

/// A small country.
pub(crate) struct Country {
    pub(crate) root: Id<id::Unit>,
    pub(crate) province: Id<id::Unit>,
    pub(crate) commune: Id<id::Unit>,
    pub(crate) other: Id<id::Unit>,
}

pub(super) fn unit(code: &str, level: &str, parent: Option<Value>) -> Value {
    let mut unit = json!({"kind": "territory", "name": {"vi": format!("Đơn vị {code}"), "en": format!("Unit {code}")},
        "codes": [{"scheme": "gso", "value": code}], "level": level, "form": level, "ref": code});
    if let Some(parent) = parent {
        unit["parent"] = parent;
    }
    json!({"op": "create", "unit": unit})
}

/// What a decision says of units, as the API takes it.
pub(super) fn set(on: &str, operations: &Value) -> Value {
    json!({
        "title": "Sắp xếp đơn vị hành chính",
        "decision": {"number": "12/QĐ-UBND", "date": "2026-01-02", "signer": "Trần Thị Bình", "file_sha256": "ab".repeat(32)},
        "effective_on": on,
        "operations": operations,
    })
}

impl Country {
    pub(crate) async fn of(house: &House) -> Self {
        let made = |code: &str| json!({"ref": code});
        let level = |level: &str, rank: i64| json!({"op": "open_level", "level": level, "rank": rank, "label": {"vi": level, "en": level}});
        let operations = json!([
            level("country", 0),
            level("province", 1),
            level("commune", 2),
            unit("00", "country", None),
            unit("54", "province", Some(made("00"))),
            unit("66", "province", Some(made("00"))),
            unit("10000", "commune", Some(made("54"))),
        ]);
        enact(house, &["country", "province", "commune"], &operations).await;
        let of = async |code| by_code(house, code).await;
        Self { root: of("00").await, province: of("54").await, commune: of("10000").await, other: of("66").await }
    }
}

/// Records a tree from the beginning of 2020, with these forms.
pub(super) async fn enact(house: &House, forms: &[&str], operations: &Value) {
    let new: change::NewSet = serde_json::from_value(set("2020-01-01", operations)).expect("a set");
    let (cx, new) = (house.cx(), &new);
    let written = house.db().write(&cx, |tx| {
        Box::pin(async move {
            for word in forms {
                let label = Label { id: (*word).to_owned(), vi: (*word).to_owned(), en: (*word).to_owned() };
                org::put_form(tx, &Form { label, level: None }).await?;
            }
            change::enact(tx, new).await
        })
    });
    written.await.expect("is recorded");
}

pub(super) async fn by_code(house: &House, code: &str) -> Id<id::Unit> {
    let mut conn = house.db().read().await.expect("reads");
    let uses = org::units_with_code(&mut conn, code).await.expect("reads");
    uses.first().expect("is there").unit
}

/// The starter set of roles.
pub(crate) async fn catalogue(house: &House) {
    let (cx, set) = (house.cx(), &starter::catalogue().expect("reads"));
    house.db().write(&cx, |tx| Box::pin(starter::load(tx, &office::By::Operator, set))).await.expect("loads");
}

/// How many rows there are of everything that the API writes.
pub(super) async fn rows(house: &House) -> Vec<i64> {
    let mut counts = Vec::new();
    for sql in [
        "select count(*) as n from appointment",
        "select count(*) as n from change_set",
        "select count(*) as n from unit",
        "select count(*) as n from assignment",
        "select count(*) as n from role",
        "select count(*) as n from admin_answer",
    ] {
        counts.push(house.count(sql).await);
    }
    counts
}

/// How many events of a kind were recorded.
pub(crate) async fn events(house: &House, kind: &'static str) -> i64 {
    let mut conn = house.db().read().await.expect("reads");
    let sql = "select count(*) as n from audit_event where kind = $1";
    conn.one(sql, params![kind]).await.expect("counts").expect("a row").int("n").expect("a number")
}
