//! The two ways in which a server remembers: SQLite with the cache in memory, PostgreSQL with Redis.

use std::{path::Path, sync::Arc};

use idp_core::{
    crypto::{random, seal::Seals},
    params,
    store::{Cx, Db, Options},
    types::Clock,
};

/// Which databases a journey runs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Engine {
    /// One file, and the cache in memory.
    Sqlite,
    /// The PostgreSQL and the Redis that `tests/run` started.
    Postgres,
}

/// Where a server of one test remembers.
pub struct Place {
    /// `database.url`.
    pub database: String,
    /// `cache.url`.
    pub cache: String,
}

fn from_run(name: &str) -> String {
    std::env::var(name)
        .unwrap_or_else(|_| panic!("{name} is not set: start the tests with tests/run, which starts the servers"))
}

impl Engine {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Sqlite, Self::Postgres];

    /// A place of its own for one server. On PostgreSQL a new database is made.
    pub async fn place(self, folder: &Path) -> Place {
        match self {
            Self::Sqlite => {
                Place { database: format!("sqlite:{}", folder.join("idp.db").display()), cache: "memory".into() }
            }
            Self::Postgres => {
                let maintenance = from_run("IDP_TEST_POSTGRES");
                let name = format!("idp_{}", random::readable(12).to_lowercase());
                create(&maintenance, &name).await;
                let (server, _) = maintenance.rsplit_once('/').expect("an address with a database name");
                Place { database: format!("{server}/{name}"), cache: from_run("IDP_TEST_REDIS") }
            }
        }
    }

    /// A new database that nobody migrated yet.
    pub async fn database(self) -> Db {
        let folder = std::env::temp_dir().join(format!("idp-store-{}", random::readable(12)));
        std::fs::create_dir_all(&folder).expect("a folder");
        let place = self.place(&folder).await;
        let seals = Arc::new(Seals::parse(Seals::new_line("k1").reveal()).expect("a good line"));
        Db::open(&Options { url: place.database, connections: 4 }, seals).await.expect("opens")
    }

    /// A new database with all tables.
    pub async fn migrated(self) -> Db {
        let db = self.database().await;
        let cx = Cx::operator("test".into(), Clock::system().now());
        db.migrate(&cx, &|_| {}).await.expect("migrates");
        db
    }
}

async fn create(maintenance: &str, name: &str) {
    let seals = Arc::new(Seals::parse(Seals::new_line("none").reveal()).expect("a good line"));
    let options = Options { url: maintenance.to_owned(), connections: 2 };
    let db = Db::open(&options, seals).await.expect("the PostgreSQL of tests/run answers");
    // Statements are constants everywhere else; a new database needs its name in the text.
    let statement: &'static str = Box::leak(format!("create database {name}").into_boxed_str());
    db.read().await.expect("connects").run(statement, params![]).await.expect("makes a database");
    db.close().await;
}
