//! The rules of the house, run on the source itself (`docs/architecture.md`, "The import rule").
//!
//! Each rule is a function from source to problems. Beside it stands a test that feeds it a made-up violation: a rule
//! that cannot fail is no rule. The numbers are those of the table "Rules that run" in `docs/architecture.md`.

mod imports;
mod places;
mod source;
mod tree;

use source::{Source, repository};

fn none(problems: &[String]) {
    assert!(problems.is_empty(), "\n{}\n", problems.join("\n"));
}

/// Rule 1.
#[test]
fn every_import_looks_down() {
    none(&imports::sideways_or_up(Source::all()));
}

/// Rule 1, between crates.
#[test]
fn leaves_and_lower_crates_know_nobody_above() {
    none(&imports::crates_that_must_not_meet(Source::all()));
}

/// Rule 2.
#[test]
fn each_outside_crate_has_its_place() {
    none(&places::outside_crates(Source::all()));
}

/// Rule 2, for SQL.
#[test]
fn sql_stands_in_rows_files_only() {
    none(&places::sql_elsewhere(Source::all()));
}

/// Rule 3.
#[test]
fn each_room_names_its_own_tables_only() {
    let migrations = tree::texts("migrations/sqlite", "sql");
    none(&places::foreign_tables(Source::all(), &migrations));
}

/// Rule 6, the half that needs no database: what `ALL` lists, the journeys prepare on both.
#[test]
fn every_statement_is_listed() {
    none(&places::unlisted_statements(Source::all()));
}

/// Rule 8.
#[test]
fn nothing_unwraps() {
    none(&places::unwraps(Source::all()));
}

/// Rule 9.
#[test]
fn no_sentence_is_typed_in_rust() {
    none(&places::sentences(Source::all()));
}

/// Rule 4.
#[test]
fn no_file_is_longer_than_500_lines() {
    none(&tree::long_files(&tree::all_texts(&["rs", "html", "css", "js", "sql", "ts", "tsx"])));
}

/// Rule 5, on the text; the journeys compare migrated databases.
#[test]
fn both_dialects_have_the_same_migrations_and_tables() {
    let (sqlite, postgres) = (tree::texts("migrations/sqlite", "sql"), tree::texts("migrations/postgres", "sql"));
    assert!(!sqlite.is_empty());
    none(&tree::migration_differences(&sqlite, &postgres));
}

/// Rule 7.
#[test]
fn every_text_exists_in_both_languages() {
    let (vi, en) = (tree::texts("idp/locales/vi", "ftl"), tree::texts("idp/locales/en", "ftl"));
    assert!(!vi.is_empty());
    none(&tree::locale_differences(&vi, &en));
}

/// Rule 11.
#[test]
fn trust_anchors_are_listed_and_live_long_enough() {
    none(&tree::anchor_problems(&repository().join("certs")));
}

/// Rule 12.
#[test]
fn the_map_in_the_readme_is_the_tree() {
    let readme = std::fs::read_to_string(repository().join("README.md")).expect("there is a README");
    none(&tree::map_differences(&readme, &tree::places()));
}
