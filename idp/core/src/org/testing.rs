//! A small country for tests: two provinces, three districts, some communes, one agency.

use std::sync::atomic::{AtomicI64, Ordering};

use serde_json::{Value, json};

use super::{
    AsOf, Code, Config, Scheme, UnitRow, by_code, change,
    change::{Approved, ChangeError, Clash, NewSet, Refusal, Rules, Seen},
    children, root,
};
use crate::{
    crypto::random,
    store::{Actor, Cx, testing::Scratch},
    types::{Day, Id, Timestamp, id},
};

/// The day from which the country is loaded.
pub(crate) const BEGIN: &str = "2004-01-01";

pub(crate) struct Country {
    pub(crate) scratch: Scratch,
    pub(crate) rules: Rules,
    pub(crate) now: AtomicI64,
    pub(crate) an: Actor,
    pub(crate) binh: Actor,
}

pub(crate) fn day(text: &str) -> Timestamp {
    text.parse::<Day>().expect("a day").start()
}

pub(crate) fn new_set(on: &str, operations: Value) -> NewSet {
    let decision = json!({"number": "1/NQ", "date": on, "signer": "Chu tich", "file_sha256": "00".repeat(32)});
    let mut set = json!({"title": "Sap xep", "decision": decision, "effective_on": on});
    set["operations"] = operations;
    serde_json::from_value(set).expect("a set")
}

pub(crate) fn unit(made: &str, code: &str, of: (&str, &str), parent: Value) -> Value {
    let (level, form) = of;
    let mut unit = json!({"ref": made, "kind": "territory", "name": {"vi": format!("Don vi {code}")},
        "codes": [{"scheme": "gso", "value": code}], "level": level, "form": form});
    unit["parent"] = parent;
    unit
}

pub(crate) fn gso(code: &str) -> Value {
    json!({"scheme": "gso", "code": code})
}

pub(crate) fn made(name: &str) -> Value {
    json!({"ref": name})
}

pub(crate) const PROVINCE: (&str, &str) = ("province", "tinh");
pub(crate) const DISTRICT: (&str, &str) = ("district", "huyen");
pub(crate) const COMMUNE: (&str, &str) = ("commune", "xa");

fn level(word: &str, rank: i64) -> Value {
    json!({"op": "open_level", "level": word, "rank": rank, "label": {"vi": word, "en": word}})
}

fn create(unit: &Value) -> Value {
    json!({"op": "create", "unit": unit})
}

fn base() -> Value {
    let mut operations = vec![level("central", 0), level("province", 10), level("district", 20), level("commune", 30)];
    operations.push(create(&json!({"ref": "vn", "kind": "territory", "name": {"vi": "Viet Nam"},
        "codes": [{"scheme": "gso", "value": "VN"}], "level": "central", "form": "trung-uong"})));
    for province in ["54", "66"] {
        operations.push(create(&unit(province, province, PROVINCE, made("vn"))));
    }
    for (district, province) in [("555", "54"), ("557", "54"), ("643", "66")] {
        operations.push(create(&unit(district, district, DISTRICT, made(province))));
    }
    for (commune, district) in
        [("22015", "555"), ("22018", "555"), ("22021", "557"), ("24133", "643"), ("24136", "643")]
    {
        operations.push(create(&unit(commune, commune, COMMUNE, made(district))));
    }
    operations.push(create(&json!({"ref": "ub", "kind": "committee", "name": {"vi": "Uy ban 54"},
        "codes": [{"scheme": "agency-2020", "value": "H45"}], "level": "province", "form": "uy-ban-nhan-dan",
        "parent": made("54"), "head": {"title": "Chu tich"}})));
    Value::Array(operations)
}

impl Country {
    pub(crate) async fn new() -> Self {
        let country = Self::empty().await;
        country.enact(new_set(BEGIN, base())).await.expect("the country is loaded");
        country
    }

    pub(crate) async fn empty() -> Self {
        let scratch = Scratch::new().await;
        let now = Timestamp::from_seconds(1_790_000_000);
        let person = || Actor::Person(random::id(now));
        let rules = Rules { config: Config { undo_days: 30, backdate_days: 10_000 }, rooms: Vec::new() };
        Self { scratch, rules, now: AtomicI64::new(now.millis()), an: person(), binh: person() }
    }

    pub(crate) fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.now.load(Ordering::Relaxed))
    }

    pub(crate) fn later(&self, by: std::time::Duration) {
        self.now.store((self.now() + by).millis(), Ordering::Relaxed);
    }

    pub(crate) fn cx(&self, actor: &Actor) -> Cx {
        Cx::job("test", self.now()).acting(actor.clone())
    }

    pub(crate) async fn enact(&self, new: NewSet) -> Result<Approved, ChangeError> {
        let cx = self.cx(&Actor::Operator("root".into()));
        self.scratch.db.write(&cx, |tx| Box::pin(change::enact(tx, &new))).await
    }

    /// Drafted and submitted by one person.
    pub(crate) async fn submitted(&self, new: NewSet) -> Id<id::ChangeSet> {
        let cx = self.cx(&self.an);
        let submitted = self.scratch.db.write(&cx, |tx| {
            Box::pin(async {
                let set = change::draft(tx, &new).await?;
                change::submit(tx, Seen { set, revision: Some(1) }, &self.rules).await?;
                Ok::<_, ChangeError>(set)
            })
        });
        submitted.await.expect("is submitted")
    }

    /// Signed by the second one.
    pub(crate) async fn signed(&self, set: Id<id::ChangeSet>) -> Result<Approved, ChangeError> {
        let cx = self.cx(&self.binh);
        let seen = Seen { set, revision: None };
        self.scratch.db.write(&cx, |tx| Box::pin(change::approve(tx, seen, &self.rules))).await
    }

    pub(crate) async fn change(&self, on: &str, operations: Value) -> Result<Approved, ChangeError> {
        let set = self.submitted(new_set(on, operations)).await;
        self.signed(set).await
    }

    pub(crate) async fn undo(&self, set: Id<id::ChangeSet>) -> Result<Approved, ChangeError> {
        let cx = self.cx(&self.an);
        let undoing = self.scratch.db.write(&cx, |tx| Box::pin(change::undo(tx, set, Vec::new(), &self.rules))).await?;
        self.signed(undoing).await
    }

    /// The reasons for which a set is refused.
    pub(crate) async fn clashes(&self, on: &str, operations: Value) -> Vec<Clash> {
        match self.change(on, operations).await {
            Err(ChangeError::Refused(Refusal::Clashes(clashes))) => clashes,
            other => panic!("{other:?}"),
        }
    }

    pub(crate) async fn by_code(&self, code: &str, at: &str) -> Option<Id<id::Unit>> {
        let mut conn = self.scratch.db.read().await.expect("reads");
        let code = Code::parse(Scheme::Gso, code).expect("a code");
        by_code(&mut conn, &code, AsOf::at(day(at))).await.expect("reads")
    }

    /// The tree as of a day, one line a unit: its depth in dots, its code, its name, its form.
    pub(crate) async fn tree(&self, as_of: AsOf) -> Vec<String> {
        let mut conn = self.scratch.db.read().await.expect("reads");
        let Some(root) = root(&mut conn, as_of).await.expect("reads") else { return Vec::new() };
        let top = super::units(&mut conn, &[root], as_of).await.expect("reads");
        let mut lines = Vec::new();
        let mut open: Vec<(usize, UnitRow)> = top.into_iter().map(|unit| (0, unit)).collect();
        while let Some((depth, unit)) = open.pop() {
            let codes: Vec<&str> = unit.codes.iter().map(Code::value).collect();
            let (dots, codes) = (".".repeat(depth), codes.join(" "));
            lines.push(format!("{dots}{codes} {} {}", unit.name.vi(), unit.form.id));
            let mut below = children(&mut conn, unit.id, as_of, None, 1_000).await.expect("reads");
            assert_eq!(unit.has_children, !below.is_empty());
            below.reverse();
            open.extend(below.into_iter().map(|child| (depth + 1, child)));
        }
        lines
    }

    pub(crate) async fn tree_on(&self, on: &str) -> Vec<String> {
        self.tree(AsOf::at(day(on))).await
    }
}
