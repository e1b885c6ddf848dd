//! What journeys are told with: a whole server on either database, a browser that keeps cookies and fills forms, people and parties.
//!
//! ```text
//! let house = House::of(Engine::Sqlite).await;         the server, shared by the journeys of one engine
//! let party = house.party(json!({ … })).await;         a relying party of this journey alone
//! let an = house.citizen("Nguyễn Văn An").await;       a person of this journey alone
//! let code = Browser::new().sign_in(&house, &party, &an).await;
//! ```

pub mod authenticator;
pub mod browser;
pub mod crowd;
pub mod engine;
pub mod fixtures;
pub mod house;
pub mod inbox;
pub mod tokens;

pub use authenticator::Authenticator;
pub use browser::{Browser, Page};
pub use crowd::{Crowd, Heard};
pub use engine::Engine;
pub use fixtures::{Party, Person};
pub use house::House;
pub use inbox::Inbox;
pub use tokens::Reply;

static RUNTIME: std::sync::LazyLock<tokio::runtime::Runtime> =
    std::sync::LazyLock::new(|| tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime"));

/// Runs a journey. All journeys and all servers share one runtime, because connections belong to the runtime that opened them: a pool that
/// outlives the runtime of one test would hold dead ones.
pub fn run<T>(journey: impl Future<Output = T>) -> T {
    told_by_servers();
    RUNTIME.block_on(journey)
}

/// Prints what servers log, at the levels that `IDP_TEST_LOG` names (`warn`, `idp=debug`): a reference on a page is found there.
fn told_by_servers() {
    if let Ok(levels) = std::env::var("IDP_TEST_LOG") {
        let told = tracing_subscriber::fmt().with_env_filter(levels).with_test_writer();
        // Set by the first journey of a process.
        let _set_before = told.try_init();
    }
}

/// Tells one journey on both engines: SQLite with the cache in memory, and PostgreSQL with Redis.
#[macro_export]
macro_rules! journey {
    ($(#[$meta:meta])* async fn $name:ident($house:ident) $body:block) => {
        mod $name {
            #[expect(clippy::wildcard_imports, unused_imports, reason = "a journey is told in its file's words")]
            use super::*;

            async fn tell($house: &'static $crate::House) $body

            #[test]
            fn on_sqlite() {
                $crate::run(async { tell($crate::House::of($crate::Engine::Sqlite).await).await });
            }

            #[test]
            fn on_postgres() {
                $crate::run(async { tell($crate::House::of($crate::Engine::Postgres).await).await });
            }
        }
    };
}
