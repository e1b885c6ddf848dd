//! A small country on a database of its own, and the two people who change it.

use idp_core::{
    crypto::random,
    org::{
        AsOf, Code, Config, Scheme,
        change::{self, Approved, ChangeError, Choice, NewSet, Refusal, Rules, Seen},
    },
    store::{Actor, Cx, Db},
    types::{Clock, Day, Id, Timestamp, id},
};
use idp_tests::Engine;
use serde_json::{Value, json};

pub(super) type SetId = Id<id::ChangeSet>;

pub(super) struct Country {
    pub(super) db: Db,
    pub(super) rules: Rules,
    an: Actor,
    binh: Actor,
}

pub(super) fn day(text: &str) -> Timestamp {
    text.parse::<Day>().expect("a day").start()
}

pub(super) fn gso(code: &str) -> Value {
    json!({"scheme": "gso", "code": code})
}

pub(super) fn unit(code: &str, level: &str, form: &str, parent: &Value) -> Value {
    json!({"ref": code, "kind": "territory", "name": {"vi": format!("Đơn vị {code}")},
        "codes": [{"scheme": "gso", "value": code}], "level": level, "form": form, "parent": parent})
}

pub(super) fn new_set(on: &str, operations: &Value) -> NewSet {
    let set = json!({"title": "Sắp xếp", "effective_on": on, "operations": operations,
        "decision": {"number": "1/NQ", "date": on, "signer": "Chủ tịch", "file_sha256": "00".repeat(32)}});
    serde_json::from_value(set).expect("a set")
}

impl Country {
    /// One province with `communes` communes from 10000 on.
    pub(super) async fn of(engine: Engine, communes: usize) -> Self {
        let now = Clock::system().now();
        let person = || Actor::Person(random::id(now));
        let rules = Rules { config: Config { undo_days: 30, backdate_days: 3_650 }, rooms: Vec::new() };
        let country = Self { db: engine.migrated().await, rules, an: person(), binh: person() };
        let level = |word: &str, rank: i64| json!({"op": "open_level", "level": word, "rank": rank, "label": {"vi": word, "en": word}});
        let create = |unit: Value| json!({"op": "create", "unit": unit});
        let mut operations = vec![level("central", 0), level("province", 10), level("commune", 30)];
        operations.push(create(json!({"ref": "vn", "kind": "territory", "name": {"vi": "Việt Nam"},
            "codes": [{"scheme": "gso", "value": "VN"}], "level": "central", "form": "trung-uong"})));
        operations.push(create(unit("54", "province", "tinh", &json!({"ref": "vn"}))));
        let commune =
            |number: usize| create(unit(&(10_000 + number).to_string(), "commune", "xa", &json!({"ref": "54"})));
        operations.extend((0..communes).map(commune));
        let load = new_set("2004-01-01", &Value::Array(operations));
        let cx = Cx::operator("root".into(), now);
        country.db.write(&cx, |tx| Box::pin(change::enact(tx, &load))).await.expect("the country is loaded");
        country
    }

    fn cx(actor: &Actor) -> Cx {
        Cx::job("test", Clock::system().now()).acting(actor.clone())
    }

    pub(super) async fn submitted(&self, new: &NewSet) -> SetId {
        let cx = Self::cx(&self.an);
        let submitted = self.db.write(&cx, |tx| {
            Box::pin(async move {
                let set = change::draft(tx, new).await?;
                change::submit(tx, Seen { set, revision: Some(1) }, &self.rules).await?;
                Ok::<_, ChangeError>(set)
            })
        });
        submitted.await.expect("is submitted")
    }

    pub(super) async fn signed(&self, set: SetId) -> Result<Approved, ChangeError> {
        let cx = Self::cx(&self.binh);
        let seen = Seen { set, revision: None };
        self.db.write(&cx, |tx| Box::pin(change::approve(tx, seen, &self.rules))).await
    }

    pub(super) async fn change(&self, on: &str, operations: &Value) -> Result<Approved, ChangeError> {
        let set = self.submitted(&new_set(on, operations)).await;
        self.signed(set).await
    }

    pub(super) async fn undo(&self, set: SetId, choices: &[Choice]) -> Result<Approved, ChangeError> {
        let cx = Self::cx(&self.an);
        let undoing = self.db.write(&cx, |tx| Box::pin(change::undo(tx, set, choices.to_vec(), &self.rules))).await?;
        self.signed(undoing).await
    }

    pub(super) async fn by_code(&self, code: &str, as_of: AsOf) -> Option<Id<id::Unit>> {
        let mut conn = self.db.read().await.expect("reads");
        let code = Code::parse(Scheme::Gso, code).expect("a code");
        idp_core::org::by_code(&mut conn, &code, as_of).await.expect("reads")
    }
}

/// The reasons for which a set was refused.
pub(super) fn words(done: Result<Approved, ChangeError>) -> Vec<&'static str> {
    match done {
        Err(ChangeError::Refused(Refusal::Clashes(clashes))) => clashes.iter().map(|clash| clash.why.word()).collect(),
        other => panic!("{other:?}"),
    }
}
