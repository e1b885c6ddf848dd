//! The cellar on both engines: statements, schema, caches.

use std::collections::BTreeSet;

use idp_core::{
    params,
    store::{Cx, Db, Dialect, MigrationState, cache},
    types::Clock,
};
use idp_tests::Engine;

async fn migrated(engine: Engine) -> Db {
    let db = engine.database().await;
    assert_ne!(db.migration_state().await.expect("reads"), MigrationState::Current);
    let cx = Cx::operator("test".into(), Clock::system().now());
    db.migrate(&cx, &|_| {}).await.expect("migrates");
    assert!(db.migrate(&cx, &|_| {}).await.expect("migrates").is_empty(), "a second run finds nothing to do");
    db
}

/// Statements that only one of the databases can run; their names end in the other's name.
fn is_for_other(statement: &str, dialect: Dialect) -> bool {
    match dialect {
        Dialect::Sqlite => statement.contains("pg_advisory") || statement.contains("to_regclass"),
        Dialect::Postgres => statement.contains("sqlite_schema"),
    }
}

#[test]
fn every_statement_prepares_on_both_databases() {
    idp_tests::run(async {
        let all: Vec<&'static str> =
            idp_core::statements().into_iter().chain(idp::oidc::STATEMENTS.iter().copied()).collect();
        assert!(all.len() > 60, "{} statements", all.len());
        for engine in Engine::ALL {
            let db = migrated(engine).await;
            let mut conn = db.read().await.expect("reads");
            for statement in &all {
                if !is_for_other(statement, db.dialect()) {
                    conn.prepare(statement).await.unwrap_or_else(|error| panic!("{engine:?}: {statement}: {error}"));
                }
            }
        }
    });
}

async fn columns(db: &Db) -> BTreeSet<String> {
    let mut conn = db.read().await.expect("reads");
    let sql = match db.dialect() {
        Dialect::Sqlite => {
            "select m.name || '.' || c.name as name from sqlite_schema m, pragma_table_info(m.name) c \
             where m.type in ('table', 'view') and m.name not like 'sqlite_%'"
        }
        Dialect::Postgres => {
            "select (table_name || '.' || column_name)::text as name from information_schema.columns where table_schema = 'public'"
        }
    };
    let rows = conn.all(sql, params![]).await.expect("reads");
    rows.iter().map(|row| row.text("name").expect("a name")).collect()
}

#[test]
fn both_databases_have_the_same_tables_and_columns() {
    idp_tests::run(async {
        let (sqlite, postgres) =
            (columns(&migrated(Engine::Sqlite).await).await, columns(&migrated(Engine::Postgres).await).await);
        assert!(sqlite.len() > 100);
        assert_eq!(sqlite.symmetric_difference(&postgres).collect::<Vec<_>>(), Vec::<&String>::new());
    });
}

#[test]
fn both_caches_conform() {
    idp_tests::run(async {
        cache::conformance(cache::open("memory").await.expect("opens")).await;
        let folder = std::env::temp_dir();
        let place = Engine::Postgres.place(&folder).await;
        cache::conformance(cache::open(&place.cache).await.expect("Redis answers")).await;
    });
}
