//! Rules about files that are not Rust, and about the tree itself.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use idp_core::types::Clock;
use idp_pki::trust;

use super::source::{files, repository};

const MAX_LINES: usize = 500;

/// The files of one folder with this ending, as path and text.
pub(crate) fn texts(folder: &str, ending: &str) -> Vec<(String, String)> {
    read(files(folder), &[ending])
}

/// Every file of ours with one of these endings.
pub(crate) fn all_texts(endings: &[&str]) -> Vec<(String, String)> {
    read(files(""), endings)
}

fn read(paths: Vec<String>, endings: &[&str]) -> Vec<(String, String)> {
    let wanted = |path: &String| {
        let ending = Path::new(path).extension().map(|ending| ending.to_string_lossy().into_owned());
        ending.is_some_and(|ending| endings.contains(&ending.as_str()))
    };
    let text = |path: &String| fs::read_to_string(repository().join(path)).expect("listed and text");
    paths.into_iter().filter(wanted).map(|path| (path.clone(), text(&path))).collect()
}

/// Files that nobody reads in one sitting.
pub(crate) fn long_files(texts: &[(String, String)]) -> Vec<String> {
    let counted = texts.iter().map(|(path, text)| (path, text.lines().count()));
    counted.filter(|(_, lines)| *lines > MAX_LINES).map(|(path, lines)| format!("{path}: {lines} lines")).collect()
}

/// The tables that a migration creates.
pub(crate) fn tables(sql: &str) -> Vec<String> {
    columns(sql).into_keys().collect()
}

/// Table → columns, read from `create table`. Constraints on a line of their own are no columns.
fn columns(sql: &str) -> BTreeMap<String, BTreeSet<String>> {
    let plain: String =
        sql.lines().map(|line| line.split("--").next().unwrap_or_default()).collect::<Vec<_>>().join("\n");
    let mut found = BTreeMap::new();
    for statement in plain.split(';') {
        let lower = statement.trim().to_lowercase();
        let Some(rest) = lower.strip_prefix("create table ") else {
            continue;
        };
        let Some((head, body)) = rest.split_once('(') else {
            continue;
        };
        let name = head.trim().trim_start_matches("if not exists ").trim().to_owned();
        found.insert(name, column_names(body));
    }
    found
}

fn column_names(body: &str) -> BTreeSet<String> {
    let (mut depth, mut start, mut parts) = (0_i32, 0, Vec::new());
    for (at, c) in body.char_indices() {
        match c {
            '(' => depth += 1,
            ')' => depth -= 1,
            _ => {}
        }
        if (c == ',' && depth == 0) || depth < 0 {
            parts.push(&body[start..at]);
            start = at + 1;
        }
        if depth < 0 {
            break;
        }
    }
    let first = |part: &&str| part.split_whitespace().next().map(str::to_owned);
    let constraints = ["constraint", "primary", "unique", "check", "foreign"];
    parts.iter().filter_map(first).filter(|word| !constraints.contains(&word.as_str())).collect()
}

/// Migrations that one dialect has and the other has not, by file, table and column.
pub(crate) fn migration_differences(sqlite: &[(String, String)], postgres: &[(String, String)]) -> Vec<String> {
    let facts = |side: &[(String, String)]| -> BTreeSet<String> {
        let each = |(path, text): &(String, String)| {
            let file = path.rsplit('/').next().unwrap_or_default().to_owned();
            let columns = columns(text)
                .into_iter()
                .flat_map(|(table, columns)| columns.into_iter().map(move |column| format!("{table}.{column}")));
            [file.clone()].into_iter().chain(columns.map(move |column| format!("{file} {column}"))).collect::<Vec<_>>()
        };
        side.iter().flat_map(each).collect()
    };
    differences(&facts(sqlite), &facts(postgres), ["only in sqlite", "only in postgres"])
}

/// Keys, and the variables of each, that one language has and the other has not.
pub(crate) fn locale_differences(vi: &[(String, String)], en: &[(String, String)]) -> Vec<String> {
    let twice = [vi, en].into_iter().flat_map(|locale| {
        let mut seen = BTreeSet::new();
        let keys = locale.iter().flat_map(|(path, text)| messages(text).into_iter().map(move |(key, _)| (path, key)));
        let repeated: Vec<_> = keys.filter(|(_, key)| !seen.insert(key.clone())).collect();
        repeated.into_iter().map(|(path, key)| format!("{path}: `{key}` stands twice"))
    });
    let differing = differences(&sentences(vi), &sentences(en), ["only in vi", "only in en"]);
    twice.chain(differing).collect()
}

/// File, key and variables of every message of a locale.
fn sentences(locale: &[(String, String)]) -> BTreeSet<String> {
    let in_file = |(path, text): &(String, String)| {
        let file = path.rsplit('/').next().unwrap_or_default().to_owned();
        messages(text).into_iter().map(move |(key, variables)| format!("{file} {key} {variables:?}"))
    };
    locale.iter().flat_map(in_file).collect()
}

/// Key and variables of each message and attribute of a Fluent file.
fn messages(text: &str) -> Vec<(String, BTreeSet<String>)> {
    let mut found: Vec<(String, BTreeSet<String>)> = Vec::new();
    for line in text.lines() {
        let key = line.split_once('=').map(|(key, _)| key.trim_end()).filter(|key| is_key(key));
        if let Some(key) = key {
            found.push((key.to_owned(), BTreeSet::new()));
        }
        if let Some((_, variables)) = found.last_mut().filter(|_| !line.starts_with('#')) {
            variables.extend(line.split('$').skip(1).map(|rest| {
                rest.chars().take_while(|c| c.is_alphanumeric() || matches!(c, '-' | '_')).collect::<String>()
            }));
        }
    }
    found
}

fn is_key(key: &str) -> bool {
    let name = key.strip_prefix('-').unwrap_or(key);
    name.starts_with(|c: char| c.is_ascii_lowercase()) && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
}

fn differences(one: &BTreeSet<String>, two: &BTreeSet<String>, labels: [&str; 2]) -> Vec<String> {
    let first = one.difference(two).map(|fact| format!("{}: {fact}", labels[0]));
    first.chain(two.difference(one).map(|fact| format!("{}: {fact}", labels[1]))).collect()
}

/// Anchors that do not parse, are not listed, end soon, or lie beside a private key.
pub(crate) fn anchor_problems(folder: &Path) -> Vec<String> {
    let readme = fs::read_to_string(folder.join("README.md")).unwrap_or_default();
    let mut anchors = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(below) = open.pop() {
        for entry in fs::read_dir(&below).into_iter().flatten().flatten() {
            let (path, name) = (entry.path(), entry.file_name());
            if path.is_dir() {
                open.push(path);
            } else if name != "README.md" && !name.to_string_lossy().starts_with('.') {
                let relative = path.strip_prefix(folder).expect("found below it").to_string_lossy().into_owned();
                anchors.push((relative, fs::read(&path).unwrap_or_default()));
            }
        }
    }
    let loaded = trust::load(&readme, &anchors, Clock::system().now().seconds());
    loaded.err().unwrap_or_default().iter().map(ToString::to_string).collect()
}

/// What the map of the README must show: the top level, the crates, the rooms of the core and of the server.
pub(crate) fn places() -> BTreeSet<String> {
    let mut places = BTreeSet::new();
    for path in files("") {
        let parts: Vec<&str> = path.split('/').collect();
        if parts.len() > 1 {
            places.insert(format!("{}/", parts[0]));
        }
        if let ["idp", inside, _, ..] = parts.as_slice() {
            places.insert(format!("idp/{inside}/"));
        }
        if let ["idp", home @ ("core" | "server"), "src", room, ..] = parts.as_slice() {
            let room = room.trim_end_matches(".rs");
            if !["lib", "main"].contains(&room) {
                places.insert(format!("idp/{home}/src/{room}"));
            }
        }
    }
    places
}

/// Where README and tree differ. The map is the code block after the line `<!-- map -->`: each line begins with a path
/// from the root (folders end in `/`, rooms of the core and the server do not).
pub(crate) fn map_differences(readme: &str, places: &BTreeSet<String>) -> Vec<String> {
    let Some((_, after)) = readme.split_once("<!-- map -->") else {
        return vec!["README.md has no line <!-- map -->".to_owned()];
    };
    let block = after.split("```").nth(1).unwrap_or_default();
    let lines = block.lines().skip(1).filter_map(|line| line.split_whitespace().next());
    let listed: BTreeSet<String> = lines.filter(|word| word.contains('/')).map(str::to_owned).collect();
    differences(&listed, places, ["only in the map", "only in the tree"])
}

fn owned(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect()
}

#[test]
fn a_long_file_is_seen() {
    let texts = [("a.rs".to_owned(), "x\n".repeat(500)), ("b.rs".to_owned(), "x\n".repeat(501))];
    assert_eq!(long_files(&texts), ["b.rs: 501 lines"]);
}

#[test]
fn dialects_that_differ_are_seen() {
    let sql = "-- a, b\ncreate table t (\n id text primary key, -- the id\n n numeric(1, 2) check (n in (1, 2)),\n unique (id, n)\n);";
    let same = owned(&[("migrations/sqlite/0001_a.sql", sql)]);
    assert_eq!(columns(sql)["t"], ["id", "n"].map(str::to_owned).into());
    assert!(migration_differences(&same, &owned(&[("migrations/postgres/0001_a.sql", sql)])).is_empty());
    let other = sql.replace("n numeric", "m numeric");
    assert_eq!(migration_differences(&same, &owned(&[("p/0001_a.sql", &other)])).len(), 2);
    assert!(!migration_differences(&same, &owned(&[("p/0001_b.sql", sql)])).is_empty());
    assert!(!migration_differences(&same, &[]).is_empty());
}

#[test]
fn languages_that_differ_are_seen() {
    let vi = "# note = $x\na = Xin chào { $name }\n    .title = T\nb =\n    nhiều dòng { $n }\n";
    let en = "a = Hello { $name }\nb = lines { $n }\n";
    let both = |en: &str| locale_differences(&owned(&[("vi/a.ftl", vi)]), &owned(&[("en/a.ftl", en)]));
    assert_eq!(both(en), Vec::<String>::new());
    assert_eq!(both("a = Hello { $name }\n"), ["only in vi: a.ftl b {\"n\"}"]);
    assert_eq!(both(&en.replace("$name", "$nom")).len(), 2);
    assert_eq!(both(&format!("{en}c = new\n")), ["only in en: a.ftl c {}"]);
    assert_eq!(both(&format!("{en}b = lines {{ $n }}\n")), ["en/a.ftl: `b` stands twice"]);
}

#[test]
fn a_stray_anchor_is_seen() {
    let folder = std::env::temp_dir().join(format!("idp-arch-{}", std::process::id()));
    fs::create_dir_all(folder.join("trust")).expect("a folder of our own");
    fs::write(folder.join("README.md"), "| file |\n").expect("written");
    fs::write(folder.join("trust/stray.pem"), "x").expect("written");
    let problems = anchor_problems(&folder);
    fs::remove_dir_all(&folder).expect("made above");
    assert_eq!(problems, ["trust/stray.pem is not listed in the README"]);
}

#[test]
fn a_map_that_lies_is_seen() {
    let places: BTreeSet<String> = ["idp/", "idp/core/src/types"].map(str::to_owned).into();
    let map = |lines: &str| map_differences(&format!("# Map\n<!-- map -->\n```text\n{lines}\n```\n"), &places);
    assert!(map("idp/                 all crates\nidp/core/src/types   words\n                     more").is_empty());
    assert_eq!(map("idp/  all"), ["only in the tree: idp/core/src/types"]);
    assert_eq!(map("idp/  all\nidp/core/src/types  words\ngone/  x"), ["only in the map: gone/"]);
    assert_eq!(map_differences("# no map", &places).len(), 1);
}
