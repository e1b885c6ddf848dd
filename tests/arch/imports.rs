//! Rule 1, the import rule: look down; never sideways, never up.

use super::source::Source;

/// Rooms of `idp/core/src` and their floors. A session begins with a proof that only `authn` makes, so it stands above it.
const CORE: &[(&str, u8)] = &[
    ("types", 0),
    ("crypto", 1),
    ("text", 1),
    ("net", 1),
    ("store", 2),
    ("audit", 3),
    ("keys", 4),
    ("notify", 4),
    ("people", 5),
    ("org", 5),
    ("relying", 5),
    ("authn", 6),
    ("consent", 6),
    ("office", 6),
    ("session", 7),
    ("signin", 8),
    ("admin", 8),
    ("break_glass", 9),
];

/// Rooms of `idp/server/src` and their floors. Everything on the roof sees everything.
const SERVER: &[(&str, u8)] = &[
    ("web", 9),
    ("oidc", 10),
    ("steps", 10),
    ("account", 10),
    ("console", 10),
    ("admin", 10),
    ("opendata", 10),
    ("scim", 10),
    ("app", ROOF),
    ("server", ROOF),
    ("management", ROOF),
    ("jobs", ROOF),
    ("openapi", ROOF),
    ("config", ROOF),
    ("cli", ROOF),
    ("openapi", ROOF),
];

const ROOF: u8 = 11;

/// Crates and what they must not name: leaves are pure values, the core knows no HTTP server, the demo no insides.
const MUST_NOT_MEET: &[(&str, &[&str])] = &[
    ("idp/saml2/src/", &["idp", "idp_core", "idp_pki", "idp_demo", "sqlx", "axum", "reqwest", "tokio", "redis"]),
    ("idp/pki/src/", &["idp", "idp_core", "idp_saml2", "idp_demo", "sqlx", "axum", "reqwest", "tokio", "redis"]),
    ("idp/core/src/", &["idp", "idp_demo", "axum", "hyper", "tower", "tower_http"]),
    ("idp/demo/src/", &["idp", "idp_core", "idp_saml2", "idp_pki", "sqlx", "redis"]),
    ("idp/server/src/", &["sqlx", "redis", "reqwest"]),
    ("admin-ui/src/", &["idp", "idp_core", "idp_demo", "sqlx", "reqwest"]),
];

/// Imports inside one crate that do not go down.
pub(crate) fn sideways_or_up(sources: &[Source]) -> Vec<String> {
    let mut problems = Vec::new();
    for source in sources {
        for (prefix, rooms) in [("idp/core/src/", CORE), ("idp/server/src/", SERVER)] {
            if let Some(inside) = source.path.strip_prefix(prefix) {
                problems.extend(room_problems(source, inside, rooms));
            }
        }
    }
    problems
}

fn room_problems(source: &Source, inside: &str, rooms: &[(&str, u8)]) -> Vec<String> {
    let module = module_path(inside);
    let Some(own) = module.first() else { return Vec::new() };
    let Some(floor) = floor_of(rooms, own) else {
        return vec![format!("{}: room `{own}` has no floor; give it one in tests/arch/imports.rs", source.path)];
    };
    let wrong = |(path, line): &(Vec<String>, usize)| {
        let room = target(path, &module)?;
        let other = floor_of(rooms, &room)?;
        let fine = room == *own || other < floor || (other == ROOF && floor == ROOF);
        (!fine).then(|| format!("{}:{line}: `{own}` (floor {floor}) uses `{room}` (floor {other})", source.path))
    };
    let mut problems: Vec<String> = source.paths.iter().filter_map(wrong).collect();
    problems.dedup();
    if let Some(said) = source.floor.filter(|said| *said != floor) {
        problems.push(format!("{}: says floor {said}, stands on {floor}", source.path));
    }
    problems
}

fn floor_of(rooms: &[(&str, u8)], room: &str) -> Option<u8> {
    rooms.iter().find(|(name, _)| *name == room).map(|(_, floor)| *floor)
}

/// `people/registry/soap.rs` → `people, registry, soap`; the crate's root has no path.
fn module_path(inside: &str) -> Vec<String> {
    let parts = inside.trim_end_matches(".rs").split('/').map(str::to_owned);
    let mut parts: Vec<String> = parts.collect();
    if parts.last().is_some_and(|last| ["mod", "lib", "main"].contains(&last.as_str())) {
        parts.pop();
    }
    parts
}

/// The room that a path leads to, if it leads into this crate: by `crate::` or out of the module by `super::`.
fn target(path: &[String], module: &[String]) -> Option<String> {
    match path.first()?.as_str() {
        "crate" => path.get(1).cloned(),
        "super" => {
            let up = path.iter().take_while(|segment| *segment == "super").count();
            let base = module.get(..module.len().checked_sub(up)?)?;
            base.first().or_else(|| path.get(up)).cloned()
        }
        _ => None,
    }
}

/// Crates named where they must not be.
pub(crate) fn crates_that_must_not_meet(sources: &[Source]) -> Vec<String> {
    let mut problems = Vec::new();
    for source in sources {
        let Some((_, banned)) = MUST_NOT_MEET.iter().find(|(prefix, _)| source.path.starts_with(prefix)) else {
            continue;
        };
        for (path, line) in &source.paths {
            if banned.contains(&path[0].as_str()) {
                problems.push(format!("{}:{line}: must not know `{}`", source.path, path[0]));
            }
        }
    }
    problems
}

fn made(path: &str, text: &str) -> Vec<Source> {
    Source::parse_all(&[(path.to_owned(), text.to_owned())])
}

#[test]
fn looking_up_or_sideways_is_seen() {
    for (path, text) in [
        ("idp/core/src/types/id.rs", "use crate::store::Db;"),
        ("idp/core/src/people/mod.rs", "use crate::{types::Id, relying::Party};"),
        ("idp/core/src/people/registry/soap.rs", "fn f() { crate::signin::next(); }"),
        ("idp/core/src/people/registry/soap.rs", "use super::super::super::relying::Party;"),
        ("idp/core/src/store/mod.rs", "use super::audit::Event;"),
        ("idp/core/src/authn/mod.rs", "use crate::session::Live;"),
        ("idp/server/src/oidc/token/mod.rs", "use crate::steps::show;"),
        ("idp/server/src/web/page.rs", "fn f() -> String { format!(\"{}\", crate::app::name()) }"),
        ("idp/core/src/newroom/mod.rs", ""),
        ("idp/core/src/keys/mod.rs", "//! Floor 5: the keyring."),
    ] {
        assert_eq!(sideways_or_up(&made(path, text)).len(), 1, "{path}: {text}");
    }
    for (path, text) in [
        ("idp/core/src/people/mod.rs", "use crate::{types::Id, store::{Conn, Tx}}; use super::people::registry;"),
        ("idp/core/src/people/registry/soap.rs", "use super::envelope; use super::super::account;"),
        ("idp/core/src/session/live.rs", "use crate::authn::Proof;"),
        ("idp/core/src/keys/mod.rs", "//! Floor 4: the keyring."),
        ("idp/core/src/lib.rs", "pub mod signin; pub use crate::signin::next;"),
        ("idp/server/src/cli/mod.rs", "use crate::{server, oidc, web}; use crate::config::Config;"),
    ] {
        assert_eq!(sideways_or_up(&made(path, text)), Vec::<String>::new(), "{path}: {text}");
    }
}

#[test]
fn a_leaf_that_goes_out_is_seen() {
    for (path, text) in [
        ("idp/saml2/src/xml.rs", "use idp_core::types::Id;"),
        ("idp/pki/src/trust.rs", "async fn f() { tokio::fs::read(\"x\").await; }"),
        ("idp/core/src/signin/next.rs", "use axum::Router;"),
        ("idp/demo/src/lib.rs", "fn f() { idp_core::crypto::random::bytes::<4>(); }"),
        ("idp/server/src/app.rs", "use sqlx::Row;"),
    ] {
        assert_eq!(crates_that_must_not_meet(&made(path, text)).len(), 1, "{path}: {text}");
    }
    assert!(crates_that_must_not_meet(&made("idp/server/src/app.rs", "use idp_core::types::Id;")).is_empty());
}
