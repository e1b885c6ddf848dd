//! A country with officials, on a database of its own.

use std::sync::atomic::{AtomicI64, Ordering};

use idp_core::{
    admin,
    crypto::random,
    office::{
        self, By, Confirmed, DeskError, Given, HandOn, Kind, Limits, NewAssignment, PositionId, RoleGrant, RoleId,
        Scope, Seen, Source, starter,
    },
    org::{
        AsOf, Code, Config, FOREVER, Scheme, Span,
        change::{self, ChangeError, NewSet, Rules},
    },
    people::{self, DataMatch, NewPerson, Profile},
    store::{Actor, Cx, Db, StoreError},
    types::{Clock, Day, FullName, Id, Timestamp, id},
};
use idp_tests::Engine;
use serde_json::{Value, json};

pub(crate) type Person = Id<id::Person>;
pub(crate) type Post = Id<id::Assignment>;

pub(crate) struct Staff {
    pub(super) db: Db,
    pub(super) rules: Rules,
    now: AtomicI64,
}

pub(crate) fn day(text: &str) -> Timestamp {
    text.parse::<Day>().expect("a day").start()
}

pub(crate) fn gso(code: &str) -> Value {
    json!({"scheme": "gso", "code": code})
}

pub(crate) fn unit(code: &str, level: &str, form: &str, parent: &Value) -> Value {
    json!({"ref": code, "kind": "territory", "name": {"vi": format!("Đơn vị {code}")},
        "codes": [{"scheme": "gso", "value": code}], "level": level, "form": form, "parent": parent})
}

pub(crate) fn set(on: &str, operations: &Value) -> NewSet {
    let set = json!({"title": "Sắp xếp", "effective_on": on, "operations": operations,
        "decision": {"number": "1/NQ", "date": on, "signer": "Chủ tịch", "file_sha256": "00".repeat(32)}});
    serde_json::from_value(set).expect("a set")
}

pub(crate) fn roles(words: &[&str]) -> Vec<RoleGrant> {
    let grant = |word: &&str| RoleGrant { role: RoleId::parse(word).expect("a word"), parties: None };
    words.iter().map(grant).collect()
}

/// Loads provinces 54 and 66, communes 22015 and 22018 under the one, 24133 under the other, and the starter set.
pub(crate) async fn load(db: &Db, cx: &Cx) {
    load_units(db, cx).await;
    let catalogue = starter::catalogue().expect("reads");
    let loaded = db.write(cx, |tx| Box::pin(starter::load(tx, &By::Operator, &catalogue))).await;
    assert_eq!(loaded.expect("loads").roles, catalogue.roles.len());
}

/// The units alone.
pub(crate) async fn load_units(db: &Db, cx: &Cx) {
    let level = |word: &str, rank: i64| json!({"op": "open_level", "level": word, "rank": rank, "label": {"vi": word, "en": word}});
    let create = |unit: Value| json!({"op": "create", "unit": unit});
    let mut operations = vec![level("central", 0), level("province", 10), level("commune", 30)];
    operations.push(create(json!({"ref": "vn", "kind": "territory", "name": {"vi": "Việt Nam"},
        "codes": [{"scheme": "gso", "value": "VN"}], "level": "central", "form": "trung-uong"})));
    for code in ["54", "66"] {
        operations.push(create(unit(code, "province", "tinh", &json!({"ref": "vn"}))));
    }
    for (code, above) in [("22015", "54"), ("22018", "54"), ("24133", "66")] {
        operations.push(create(unit(code, "commune", "xa", &json!({"ref": above}))));
    }
    let load = set("2004-01-01", &Value::Array(operations));
    db.write(cx, |tx| Box::pin(change::enact(tx, &load))).await.expect("the country is loaded");
}

/// A change set, asked for by one person and signed by another.
pub(crate) async fn change(
    (db, now): (&Db, Timestamp),
    rules: &Rules,
    new: &NewSet,
) -> Result<change::Approved, ChangeError> {
    let somebody = || Cx::job("test", now).acting(Actor::Person(random::id(Clock::system().now())));
    let (an, binh) = (somebody(), somebody());
    let submitted = db.write(&an, |tx| {
        Box::pin(async move {
            let set = change::draft(tx, new).await?;
            change::submit(tx, change::Seen { set, revision: None }, rules).await?;
            Ok::<_, ChangeError>(set)
        })
    });
    let seen = change::Seen { set: submitted.await?, revision: None };
    db.write(&binh, |tx| Box::pin(change::approve(tx, seen, rules))).await
}

impl Staff {
    /// Provinces 54 and 66, communes 22015 and 22018 under the one, 24133 under the other; the starter set; today is 1 March 2025.
    pub(super) async fn of(engine: Engine) -> Self {
        Self::over(engine.migrated().await, day("2025-03-01")).await
    }

    /// The same on a database that is there, such as that of a server.
    pub(crate) async fn over(db: Db, now: Timestamp) -> Self {
        let signers = vec![admin::Signer::operator(), admin::Signer::operator()];
        let rules = admin::change_rules(Config { undo_days: 30, backdate_days: 3_650 }, signers);
        let staff = Self { db, rules, now: AtomicI64::new(now.millis()) };
        let cx = staff.operator();
        load(&staff.db, &cx).await;
        let catalogue = starter::catalogue().expect("reads");
        let again = staff.db.write(&cx, |tx| Box::pin(starter::load(tx, &By::Operator, &catalogue))).await;
        assert_eq!(again.expect("loads"), starter::Added::default(), "a second load adds nothing");
        staff
    }

    pub(super) fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.now.load(Ordering::Relaxed))
    }

    pub(super) fn set_day(&self, to: &str) {
        self.now.store(day(to).millis(), Ordering::Relaxed);
    }

    pub(super) fn cx(&self, actor: Actor) -> Cx {
        Cx::job("test", self.now()).acting(actor)
    }

    pub(super) fn operator(&self) -> Cx {
        self.cx(Actor::Operator("root#0".into()))
    }

    pub(super) async fn person(&self, name: &str) -> Person {
        let profile = Profile { name: FullName::parse(name).expect("a name"), birthdate: None };
        let (cx, profile) = (self.operator(), &profile);
        let made = self.db.write(&cx, |tx| {
            let new = NewPerson { profile: profile.clone(), number: None, data_match: DataMatch::Matched };
            Box::pin(people::add_person(tx, new))
        });
        made.await.expect("the person is made")
    }

    pub(super) async fn unit(&self, code: &str, at: &str) -> Id<id::Unit> {
        let mut conn = self.db.read().await.expect("reads");
        let code = Code::parse(Scheme::Gso, code).expect("a code");
        let found = idp_core::org::by_code(&mut conn, &code, AsOf::at(day(at))).await.expect("reads");
        found.expect("there is such a unit")
    }

    /// A confirmed post from today on, over the unit and all below it.
    pub(crate) async fn new_post(&self, person: Person, code: &str, words: &[&str]) -> NewAssignment {
        NewAssignment {
            person,
            unit: self.unit(code, "2025-03-01").await,
            position: PositionId::parse("chuyen-vien").expect("a word"),
            kind: Kind::Primary,
            roles: roles(words),
            scope: Scope::Subtree,
            span: Span { from: self.now(), until: FOREVER },
            decision: Some(Confirmed { number: "12/QĐ-UBND".into(), date: self.now().day() }),
            limits: Limits::default(),
            source: Source::Office,
        }
    }

    pub(super) async fn assign(&self, by: (Person, Post), new: &NewAssignment) -> Result<Given, DeskError> {
        let acting = By::Post(by.1);
        let acting = &acting;
        self.db.write(&self.cx(Actor::Person(by.0)), |tx| Box::pin(office::assign(tx, acting, new.clone()))).await
    }

    pub(crate) async fn install(&self, new: &NewAssignment) -> Post {
        let given = self
            .db
            .write(&self.cx(Actor::Operator("root#0".into())), |tx| {
                Box::pin(office::assign(tx, &By::Operator, new.clone()))
            })
            .await;
        given.expect("the operator gives it").post
    }

    pub(super) async fn end(&self, by: (Person, Post), post: Post) -> Result<Given, DeskError> {
        let acting = By::Post(by.1);
        let (acting, now) = (&acting, self.now());
        let seen = Seen { post, revision: None };
        self.db.write(&self.cx(Actor::Person(by.0)), |tx| Box::pin(office::end(tx, acting, seen, (now, "left")))).await
    }

    pub(super) async fn hand_on(&self, who: Person, what: &HandOn) -> Result<Given, DeskError> {
        self.db.write(&self.cx(Actor::Person(who)), |tx| Box::pin(office::hand_on(tx, what.clone()))).await
    }

    /// The roles that count in a post at an instant, or the rule that takes them.
    pub(super) async fn held(
        &self,
        (person, post): (Person, Post),
        at: Timestamp,
    ) -> Result<Vec<String>, &'static str> {
        let mut conn = self.db.read().await.expect("reads");
        let rights = office::rights(&mut conn, (person, post), at).await.expect("reads");
        let words = |rights: office::Rights| rights.held.iter().map(|held| held.role.as_str().to_owned()).collect();
        rights.map(words).map_err(office::Rule::word)
    }

    /// A change set, asked for by one person and signed by another.
    pub(super) async fn change(&self, new: &NewSet) -> Result<change::Approved, ChangeError> {
        change((&self.db, self.now()), &self.rules, new).await
    }

    pub(super) async fn undo(&self, set: Id<id::ChangeSet>) -> Result<change::Approved, ChangeError> {
        let somebody = || Actor::Person(random::id(Clock::system().now()));
        let (an, binh) = (self.cx(somebody()), self.cx(somebody()));
        let undoing = self.db.write(&an, |tx| Box::pin(change::undo(tx, set, Vec::new(), &self.rules))).await?;
        let seen = change::Seen { set: undoing, revision: None };
        self.db.write(&binh, |tx| Box::pin(change::approve(tx, seen, &self.rules))).await
    }

    pub(super) async fn count(&self, sql: &'static str) -> i64 {
        let mut conn = self.db.read().await.expect("reads");
        let row = conn.one(sql, Vec::new()).await.map_err(|error: StoreError| error.to_string()).expect("reads");
        row.expect("a count").int("n").expect("a number")
    }
}

/// The stable word of a refusal.
pub(super) fn word<T: std::fmt::Debug>(done: Result<T, DeskError>) -> &'static str {
    match done {
        Err(error) => error.word().unwrap_or("fault"),
        Ok(done) => panic!("{done:?} was allowed"),
    }
}
