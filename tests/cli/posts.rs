//! Posts in a file of desired state: lists of units and limits, as the posts API takes them.

use idp_tests::Engine;
use serde_json::{Value, json};

use super::officials::Terminal;

const PERSON: &str = r#"
starter_roles = true
[[person]]
login = "an"
name = "Nguyễn Văn An"
password = "mèo trèo cây cau hỏi thăm"
"#;
const POST: &str = r#"
[[official]]
login = "an"
unit = "gso:54"
position = "chuyen-vien"
roles = ["lanh-dao-don-vi"]
scope = "list"
scope_units = ["gso:22015", "gso:22018"]
from = "2025-03-01"
decision = { number = "12/QĐ", date = "2025-02-28" }
document_classes = ["Công văn", "Giấy mời"]
no_redelegate = true
"#;

/// What became of the post, and the fields that changed.
fn official(said: &Value) -> (String, Vec<Value>) {
    let found = said["changes"].as_array().into_iter().flatten().find(|change| change["kind"] == "official");
    let found = found.unwrap_or_else(|| panic!("the post: {said}"));
    let fields = found["fields"].as_array().cloned().unwrap_or_default();
    (found["change"].as_str().unwrap_or_default().to_owned(), fields)
}

async fn posts(engine: Engine) {
    let terminal = Terminal::of(engine).await;
    let apply = |text: &str, more: &[&str]| {
        let file = terminal.folder.write("desired.toml", &format!("{PERSON}{text}"));
        terminal.ask(&[&["apply", file.as_str()], more].concat())
    };
    let (code, said) = apply(POST, &[]);
    assert_eq!((code, official(&said)), (Some(0), ("made".to_owned(), vec![])), "{said}");
    // Said again, in another order or not at all: it stays.
    let silent = POST.replace("document_classes = [\"Công văn\", \"Giấy mời\"]\nno_redelegate = true\n", "");
    let turned = POST.replace("\"gso:22015\", \"gso:22018\"", "\"gso:22018\", \"gso:22015\"");
    for same in [POST, &silent, &turned] {
        let (code, said) = apply(same, &[]);
        assert_eq!((code, official(&said).0), (Some(0), "none".to_owned()), "{said}");
    }
    let lifted = POST
        .replace("[\"Công văn\", \"Giấy mời\"]", "[]")
        .replace("no_redelegate = true", "no_redelegate = false")
        .replace("scope = \"list\"\nscope_units = [\"gso:22015\", \"gso:22018\"]\n", "");
    for (more, applied) in [(&["--dry-run"][..], false), (&[], true)] {
        let (code, said) = apply(&lifted, more);
        let (what, fields) = official(&said);
        let names: Vec<&str> = fields.iter().filter_map(|field| field["field"].as_str()).collect();
        assert_eq!((code, &said["applied"], what.as_str()), (Some(0), &json!(applied), "changed"), "{said}");
        assert_eq!(names, ["scope", "limits"], "{said}");
        let limits = json!({"document_classes": ["Công văn", "Giấy mời"], "no_redelegate": true});
        assert_eq!((&fields[1]["old"], &fields[1]["new"]), (&limits, &json!({"no_redelegate": false})));
    }
    for (wrong, path) in [
        (POST.replace("scope_units = [\"gso:22015\", \"gso:22018\"]\n", ""), "official[0].scope_units"),
        (POST.replace("scope = \"list\"\n", ""), "official[0].scope_units"),
        (POST.replace("gso:22018", "gso"), "official[0].scope_units"),
        (POST.replace("gso:22018", "gso:99999"), "official[0].scope_units[1]"),
        (POST.replace("Giấy mời", " "), "official[0].document_classes"),
        (POST.replace("no_redelegate = true", "no_redelegate = \"yes\""), "official[0].no_redelegate"),
    ] {
        let (code, said) = apply(&wrong, &[]);
        let paths: Vec<&Value> = said["problems"].as_array().into_iter().flatten().map(|one| &one["path"]).collect();
        assert_eq!((code, paths), (Some(1), vec![&json!(path)]), "{said}");
    }
    let (_, text) = terminal.hear(&["apply", "--schema"]);
    for name in ["scope_units", "document_classes", "no_redelegate"] {
        assert!(text.contains(name), "{name}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn posts_of_a_desired_state_on_sqlite() {
    posts(Engine::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn posts_of_a_desired_state_on_postgres() {
    posts(Engine::Postgres).await;
}
