//! What may stand only in certain files: outside crates, SQL, tables, sentences, panics.

use super::source::Source;

/// An outside crate, or a path below one, and the only places of production code that may name it.
const PLACES: &[(&str, &[&str])] = &[
    ("sqlx", &["idp/core/src/store/"]),
    ("redis", &["idp/core/src/store/cache/"]),
    ("moka", &["idp/core/src/store/cache/"]),
    ("reqwest", &["idp/core/src/net.rs", "idp/core/src/net/", "idp/demo/src/portal"]),
    ("openidconnect", &["idp/demo/src/"]),
    ("josekit", &["idp/core/src/crypto/"]),
    ("webauthn_rs", &["idp/core/src/authn/passkey.rs"]),
    ("argon2", &["idp/core/src/crypto/password.rs"]),
    ("getrandom", &["idp/core/src/crypto/random.rs", "idp/demo/src/random.rs"]),
    ("rand", &[]),
    ("std::time::SystemTime::now", &["idp/core/src/types/time.rs", "idp/demo/src/clock.rs"]),
    ("SystemTime::now", &["idp/core/src/types/time.rs", "idp/demo/src/clock.rs"]),
    ("fluent_bundle", &["idp/core/src/text/"]),
    ("clap", &["idp/server/src/cli.rs", "idp/server/src/cli/", "idp/server/src/main.rs"]),
];

/// How statements begin. Each is followed by a word that makes it SQL and not English.
const STATEMENTS: &[(&str, &str)] = &[
    ("select ", " from "),
    ("insert into ", "("),
    ("update ", " set "),
    ("delete from ", ""),
    ("create table ", "("),
    ("create index ", " on "),
    ("alter table ", ""),
    ("drop table ", ""),
];

/// Files of migrations that are not named after the room that owns their tables.
const OWNERS: &[(&str, &str)] = &[("cellar", "store"), ("credentials", "authn"), ("factors", "authn")];

/// Letters that Vietnamese has and English has not.
const VIETNAMESE: &str = "ăâđêôơưàảãáạằẳẵắặầẩẫấậèẻẽéẹềểễếệìỉĩíịòỏõóọồổỗốộờởỡớợùủũúụừửữứựỳỷỹýỵ";

/// Outside crates named outside their place.
pub(crate) fn outside_crates(sources: &[Source]) -> Vec<String> {
    let mut problems = Vec::new();
    for source in sources {
        for (path, line) in &source.paths {
            let path = path.join("::");
            let named = |name: &str| path == name || path.strip_prefix(name).is_some_and(|rest| rest.starts_with("::"));
            let misplaced = |(name, places): &&(&str, &[&str])| {
                named(name) && !places.iter().any(|place| source.path.starts_with(place))
            };
            if let Some((name, _)) = PLACES.iter().find(misplaced) {
                problems.push(format!("{}:{line}: `{name}` has no place here", source.path));
            }
        }
    }
    problems
}

fn is_rows(path: &str) -> bool {
    path.ends_with("/rows.rs") || path.contains("/rows/")
}

fn is_sql(text: &str) -> bool {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase() + " ";
    STATEMENTS.iter().any(|(begin, then)| text.strip_prefix(begin).is_some_and(|rest| rest.contains(then)))
}

/// SQL outside `rows.rs` and `rows/`.
pub(crate) fn sql_elsewhere(sources: &[Source]) -> Vec<String> {
    let others = sources.iter().filter(|source| !is_rows(&source.path));
    others.flat_map(|source| at_lines(source, is_sql, "SQL text belongs into rows.rs")).collect()
}

fn at_lines(source: &Source, is_wrong: impl Fn(&str) -> bool, problem: &str) -> Vec<String> {
    let wrong = source.strings.iter().filter(|(text, _)| is_wrong(text));
    wrong.map(|(text, line)| format!("{}:{line}: {problem}: {text:.60}", source.path)).collect()
}

/// Tables that a `rows.rs` names and another room owns. `NNNN_room.sql` says who owns what it creates; the cellar's
/// tables are the store's.
pub(crate) fn foreign_tables(sources: &[Source], migrations: &[(String, String)]) -> Vec<String> {
    let owners: Vec<(String, String)> = migrations.iter().flat_map(|(path, text)| owned(path, text)).collect();
    let mut problems = Vec::new();
    for source in sources.iter().filter(|source| is_rows(&source.path)) {
        let room = source.path.split("/src/").nth(1).and_then(|inside| inside.split('/').next()).unwrap_or_default();
        for (text, line) in &source.strings {
            for (table, owner) in owners.iter().filter(|(table, _)| names(text, table)) {
                if owner != room {
                    problems.push(format!("{}:{line}: table `{table}` belongs to `{owner}`", source.path));
                }
            }
        }
    }
    problems
}

fn owned(path: &str, text: &str) -> Vec<(String, String)> {
    let file = path.rsplit('/').next().unwrap_or_default().trim_end_matches(".sql");
    let room = file.split_once('_').map_or(file, |(_, room)| room);
    let room = OWNERS.iter().find(|(file, _)| *file == room).map_or(room, |(_, owner)| owner);
    super::tree::tables(text).into_iter().map(|table| (table, room.to_owned())).collect()
}

/// Whether a statement reads or writes the table: its name follows one of the words that introduce a table.
fn names(sql: &str, table: &str) -> bool {
    let words: Vec<String> = sql
        .split(|c: char| !c.is_alphanumeric() && c != '_')
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect();
    let introduced =
        |pair: &[String]| ["from", "join", "into", "update"].contains(&pair[0].as_str()) && pair[1] == table;
    words.windows(2).any(introduced)
}

/// Statements of a `rows.rs` that its list `ALL` leaves out: no test would prepare them.
pub(crate) fn unlisted_statements(sources: &[Source]) -> Vec<String> {
    let mut problems = Vec::new();
    for source in sources.iter().filter(|source| is_rows(&source.path)) {
        let all = source.constants.iter().find(|constant| constant.name == "ALL");
        let listed = all.and_then(|all| all.list.as_deref()).unwrap_or_default();
        let statements = source.constants.iter().filter(|constant| constant.list.is_none());
        problems.extend(
            statements
                .filter(|statement| !listed.contains(&statement.name))
                .map(|statement| format!("{}:{}: ALL lacks {}", source.path, statement.line, statement.name)),
        );
    }
    problems
}

/// `.unwrap()` outside tests: an error without a word.
pub(crate) fn unwraps(sources: &[Source]) -> Vec<String> {
    let each = |source: &Source| {
        let path = source.path.clone();
        source.unwraps.iter().map(move |line| format!("{path}:{line}: unwrap()")).collect::<Vec<_>>()
    };
    sources.iter().flat_map(each).collect()
}

/// Vietnamese in string literals: people read texts from the catalogue. The demo's invented people and portals, and the
/// samples of pages, are data.
pub(crate) fn sentences(sources: &[Source]) -> Vec<String> {
    let is_data = |path: &str| path.starts_with("idp/demo/") || path.ends_with("/samples.rs");
    let vietnamese = |text: &str| text.chars().flat_map(char::to_lowercase).any(|c| VIETNAMESE.contains(c));
    let checked = sources.iter().filter(|source| !is_data(&source.path));
    checked.flat_map(|source| at_lines(source, vietnamese, "a sentence belongs into idp/locales")).collect()
}

fn made(path: &str, text: &str) -> Vec<Source> {
    Source::parse_all(&[(path.to_owned(), text.to_owned())])
}

#[test]
fn a_crate_out_of_place_is_seen() {
    for (path, text) in [
        ("idp/core/src/people/rows.rs", "use sqlx::Row;"),
        ("idp/core/src/notify/email.rs", "fn f() { reqwest::get(\"x\"); }"),
        ("idp/core/src/keys/ring.rs", "fn f() { let t = std::time::SystemTime::now(); }"),
        ("idp/core/src/keys/ring.rs", "use std::time::SystemTime;\nfn f() { SystemTime::now(); }"),
        ("idp/server/src/web/csrf.rs", "fn f() { getrandom::fill(&mut [0]); }"),
        ("idp/server/src/oidc/jwks.rs", "use josekit::jwk::Jwk;"),
    ] {
        assert_eq!(outside_crates(&made(path, text)).len(), 1, "{path}: {text}");
    }
    assert!(outside_crates(&made("idp/core/src/net.rs", "use reqwest::Client; use crate::types::Clock;")).is_empty());
    assert!(outside_crates(&made("idp/core/src/store/db.rs", "use sqlx::{Row, query};")).is_empty());
}

#[test]
fn sql_in_the_wrong_file_is_seen() {
    for text in [
        "const A: &str = \"select id from person where id = $1\";",
        "const A: &str = \"SELECT id\\nFROM person\";",
        "fn f() { run(\"delete from person\"); }",
        "fn f() { run(format!(\"insert into person (id) values ({})\", 1)); }",
        "const A: &str = r#\"update person set name = 'x'\"#;",
    ] {
        assert_eq!(sql_elsewhere(&made("idp/core/src/people/person.rs", text)).len(), 1, "{text}");
        assert!(sql_elsewhere(&made("idp/core/src/people/rows.rs", text)).is_empty());
    }
    for text in ["const A: &str = \"select an account\";", "fn f() { say(\"update the settings\"); }"] {
        assert!(sql_elsewhere(&made("idp/core/src/people/person.rs", text)).is_empty(), "{text}");
    }
}

#[test]
fn a_foreign_table_is_seen() {
    let migrations = [
        ("migrations/sqlite/0001_cellar.sql".to_owned(), "create table lease (name text);".to_owned()),
        ("migrations/sqlite/0004_people.sql".to_owned(), "create table person (\n id text\n);".to_owned()),
        ("migrations/sqlite/0005_relying.sql".to_owned(), "create table if not exists party (id text);".to_owned()),
    ];
    let rows = |room: &str, sql: &str| {
        let text = format!("const A: &str = \"{sql}\";");
        foreign_tables(&made(&format!("idp/core/src/{room}/rows.rs"), &text), &migrations).len()
    };
    assert_eq!(rows("people", "select party_id from person where party = $1"), 0);
    assert_eq!(rows("people", "select id from person join party on party.id = person.id"), 1);
    assert_eq!(rows("relying", "insert into person (id) values ($1)"), 1);
    assert_eq!(rows("store", "update lease set name = $1"), 0);
    assert_eq!(rows("keys", "delete from lease"), 1);
    assert_eq!(rows("keys", "select login from account_standing"), 0);
}

#[test]
fn an_unlisted_statement_is_seen() {
    let missing = |all: &str| {
        let text = format!(
            "const A: &str = \"select 1\";\nconst B: &str = concat!(\"a\", \"b\");\nconst WORD: &str = \"active\";\n{all}"
        );
        unlisted_statements(&made("idp/core/src/people/rows.rs", &text)).len()
    };
    assert_eq!(missing("pub(super) const ALL: &[&str] = &[A, B];"), 0);
    assert_eq!(missing("pub(super) const ALL: &[&str] = &[B];"), 1);
    assert_eq!(missing(""), 2);
    assert_eq!(
        unlisted_statements(&made("idp/core/src/people/person.rs", "const A: &str = \"x\";")),
        Vec::<String>::new()
    );
}

#[test]
fn an_unwrap_and_a_sentence_are_seen() {
    let source = made("idp/core/src/people/person.rs", "fn f() { x.get(1).unwrap(); say(\"Chào bạn\"); say(\"ok\"); }");
    assert_eq!((unwraps(&source).len(), sentences(&source).len()), (1, 1));
    let in_macro = made("idp/core/src/people/person.rs", "fn f() { format!(\"Đ {}\", x.unwrap()); }");
    assert_eq!((unwraps(&in_macro).len(), sentences(&in_macro).len()), (1, 1));
}
