//! Officials at a party: the post that they act in, what tokens say of it, and that nothing outlives it.

mod acting;
mod bureau;
mod events;
mod matrix;
mod telling;

/// A journey on a server of its own: the country, the catalogue and the clock are its own.
macro_rules! own {
    ($(#[$meta:meta])* async fn $name:ident($bureau:ident) $body:block) => {
        mod $name {
            use super::*;

            async fn tell($bureau: &Bureau) $body

            #[test]
            fn on_sqlite() {
                idp_tests::run(async { tell(&Bureau::of(idp_tests::Engine::Sqlite).await).await });
            }

            #[test]
            fn on_postgres() {
                idp_tests::run(async { tell(&Bureau::of(idp_tests::Engine::Postgres).await).await });
            }
        }
    };
}
use own;
