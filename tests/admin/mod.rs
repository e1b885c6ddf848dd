//! The admin API and the ways into the console, on both databases.

mod attacks;
mod break_glass;
mod conventions;
pub(crate) mod desk;
mod files;
mod gate;
mod invitation;
mod matrix;
mod officials;
mod owner;
mod rights;
mod sets;
mod shelf;
mod told;
mod widening;

/// Tells a journey on a server of its own of each engine: these journeys count what is in the tables.
macro_rules! apart {
    ($(#[$meta:meta])* async fn $name:ident($house:ident) $body:block) => {
        mod $name {
            use super::*;

            async fn tell($house: &idp_tests::House) $body

            #[test]
            fn on_sqlite() {
                idp_tests::run(async { tell(&$crate::admin::desk::house(idp_tests::Engine::Sqlite).await).await });
            }

            #[test]
            fn on_postgres() {
                idp_tests::run(async { tell(&$crate::admin::desk::house(idp_tests::Engine::Postgres).await).await });
            }
        }
    };
}
pub(crate) use apart;
