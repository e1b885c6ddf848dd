//! What stands on units in another room goes with them: ten thousand posts in a table of their own.

use std::{collections::BTreeMap, sync::Arc};

use futures_util::future::BoxFuture;
use idp_core::{
    org::{
        AsOf,
        change::{self, Carried, ChangeError, Choice, Dependent, Dependents, Moves, Refusal},
    },
    params,
    store::{Conn, Cx, Param, StoreError, Tx},
    types::{Clock, Id, id},
};
use idp_tests::Engine;
use serde_json::json;

use super::country::{Country, day, gso, new_set, unit};

const ON: &str = "2027-07-01";
const COMMUNES: usize = 100;
const POSTS: usize = 10_000;

/// A room whose table is `post (key, unit_id, was, carried_by)`.
struct Posts;

impl Posts {
    async fn make(country: &Country) {
        let cx = Cx::operator("test".into(), Clock::system().now());
        let mut units = Vec::new();
        for number in 0..COMMUNES {
            let code = (10_000 + number).to_string();
            units.push(country.by_code(&code, AsOf::at(day(ON))).await.expect("is there"));
        }
        let units = &units;
        let made = country.db.write(&cx, |tx| {
            Box::pin(async move {
                let (uuid, int) = match tx.dialect() {
                    idp_core::store::Dialect::Sqlite => ("blob", "integer"),
                    idp_core::store::Dialect::Postgres => ("uuid", "bigint"),
                };
                let table =
                    format!("create table post (key {int} primary key, unit_id {uuid}, was {uuid}, carried_by {uuid})");
                tx.run(Box::leak(table.into_boxed_str()), params![]).await?;
                let post = |number: usize| params![number as i64, units[number % COMMUNES]];
                tx.insert_all("insert into post (key, unit_id) values ($1, $2)", (0..POSTS).map(post).collect()).await
            })
        });
        made.await.map_err(|error: StoreError| error.to_string()).expect("a table");
    }

    async fn on(country: &Country, unit: Id<id::Unit>) -> i64 {
        let mut conn = country.db.read().await.expect("reads");
        let row =
            conn.one("select count(*) as posts from post where unit_id = $1", params![unit]).await.expect("reads");
        row.expect("a count").int("posts").expect("a number")
    }
}

impl Dependents for Posts {
    fn room(&self) -> &'static str {
        "posts"
    }

    fn touched<'a>(
        &'a self,
        conn: &'a mut Conn,
        moves: &'a Moves,
    ) -> BoxFuture<'a, Result<Vec<Dependent>, StoreError>> {
        Box::pin(async move {
            let units: Vec<Param> = moves.moved.iter().map(|moved| moved.unit.into()).collect();
            let mut found = Vec::new();
            for row in
                conn.all_in("select key, unit_id, carried_by from post where unit_id in ($1)", &[], &units).await?
            {
                // What was carried for the set that is taken back goes back by itself.
                if moves.undoes.is_some() && row.opt_id("carried_by")? == moves.undoes {
                    continue;
                }
                let key = row.int("key")?.to_string();
                let label = format!("Post {key}");
                found.push(Dependent {
                    room: "posts",
                    kind: "post",
                    key,
                    label,
                    unit: row.id("unit_id")?,
                    to: None,
                    ends: false,
                });
            }
            Ok(found)
        })
    }

    fn carry<'a, 'c: 'a>(
        &'a self,
        tx: &'a mut Tx<'c>,
        moves: &'a Moves,
        carried: &'a [Carried],
    ) -> BoxFuture<'a, Result<(), StoreError>> {
        Box::pin(async move {
            if let Some(undone) = moves.undoes {
                tx.run(
                    "update post set unit_id = was, was = null, carried_by = null where carried_by = $1",
                    params![undone],
                )
                .await?;
            }
            let mut keys: BTreeMap<uuid::Uuid, Vec<Param>> = BTreeMap::new();
            for one in carried {
                keys.entry(one.to.expect("goes somewhere").uuid())
                    .or_default()
                    .push(one.key.parse::<i64>().expect("our own key").into());
            }
            for (to, keys) in keys {
                let sql = "update post set was = unit_id, unit_id = $1, carried_by = $2 where key in ($3)";
                tx.run_in(sql, &[to.into(), moves.set.into()], &keys).await?;
            }
            Ok(())
        })
    }
}

#[test]
fn ten_thousand_posts_go_with_their_units_and_come_back() {
    idp_tests::run(async {
        for engine in Engine::ALL {
            carried_and_brought_back(engine).await;
        }
    });
}

async fn carried_and_brought_back(engine: Engine) {
    let mut country = Country::of(engine, COMMUNES).await;
    Posts::make(&country).await;
    country.rules.rooms.push(Arc::new(Posts));
    let whole: Vec<_> = (1..COMMUNES).map(|number| json!({"unit": gso(&(10_000 + number).to_string())})).collect();
    let mut new = new_set(
        ON,
        &json!([{"op": "merge", "whole": whole, "into": {"new": unit("30000", "commune", "phuong", &gso("54"))}},
            {"op": "split", "unit": gso("10000"), "default": "30001",
                "into": [unit("30001", "commune", "xa", &gso("54")), unit("30002", "commune", "xa", &gso("54"))]}]),
    );
    let set = country.submitted(&new).await;
    let mut conn = country.db.read().await.expect("reads");
    let tried = change::dry_run(&mut conn, set, &country.rules, Clock::system().now()).await.expect("runs");
    assert_eq!(tried.clashes, []);
    assert_eq!(tried.dependents.len(), POSTS, "{engine:?}");
    let open = tried.dependents.iter().filter(|one| one.to.is_none()).count();
    assert_eq!(open, POSTS / COMMUNES, "a unit that is split proposes nothing");
    match country.signed(set).await {
        Err(ChangeError::Refused(Refusal::ChoicesMissing(missing))) => assert_eq!(missing.len(), open),
        other => panic!("{other:?}"),
    }
    let choice = |key: Option<&str>, to: &str| -> Choice {
        serde_json::from_value(json!({"unit": gso("10000"), "key": key, "to": {"ref": to}})).expect("a choice")
    };
    new.choices = vec![choice(None, "30001"), choice(Some("300"), "30002")];
    let set = country.submitted(&new).await;
    let done = country.signed(set).await.expect("is approved");
    assert_eq!(done.carried, POSTS, "{engine:?}");
    let mut counts = Vec::new();
    for code in ["30000", "30001", "30002"] {
        let unit = country.by_code(code, AsOf::at(day(ON))).await.expect("is there");
        counts.push(Posts::on(&country, unit).await);
    }
    assert_eq!(counts, [9_900, 99, 1], "{engine:?}");
    country.undo(done.set, &[]).await.expect("is undone");
    for code in ["10000", "10042"] {
        let unit = country.by_code(code, AsOf::at(day(ON))).await.expect("is back");
        assert_eq!(Posts::on(&country, unit).await, 100, "{engine:?}: {code}");
    }
}

#[test]
fn what_came_to_a_unit_since_needs_a_choice_when_the_unit_is_taken_back() {
    idp_tests::run(async {
        for engine in Engine::ALL {
            let mut country = Country::of(engine, COMMUNES).await;
            Posts::make(&country).await;
            country.rules.rooms.push(Arc::new(Posts));
            let made = json!([{"op": "create", "unit": unit("30000", "commune", "xa", &gso("54"))}]);
            let done = country.change(ON, &made).await.expect("is approved");
            let new = country.by_code("30000", AsOf::at(day(ON))).await.expect("is there");
            let cx = Cx::operator("test".into(), Clock::system().now());
            let moved = country
                .db
                .write(&cx, |tx| Box::pin(tx.run("update post set unit_id = $1 where key = 7", params![new])));
            moved.await.map_err(|error: StoreError| error.to_string()).expect("moves");
            match country.undo(done.set, &[]).await {
                Err(ChangeError::Refused(Refusal::ChoicesMissing(missing))) => {
                    assert_eq!(missing.iter().map(|one| one.key.as_str()).collect::<Vec<_>>(), ["7"]);
                }
                other => panic!("{other:?}"),
            }
            let choice =
                serde_json::from_value(json!({"unit": new.to_string(), "to": gso("10000")})).expect("a choice");
            country.undo(done.set, &[choice]).await.expect("is undone");
            let old = country.by_code("10000", AsOf::at(day(ON))).await.expect("is there");
            assert_eq!(Posts::on(&country, old).await, 101, "{engine:?}");
        }
    });
}
