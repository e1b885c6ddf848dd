//! Commands beside or before a server, on both databases: exit codes are those of the contract, section 7.

use std::path::{Path, PathBuf};

use idp_core::crypto::random;
use idp_tests::{Engine, house};
use serde_json::{Value, json};

use crate::faults::process::{configure, run};

const DESIRED: &str = r#"
[[party]]
client_id = "portal"
name = { vi = "C", en = "P" }
redirect_uris = ["http://127.0.0.1:8081/callback"]
scopes = ["openid"]
grant_types = ["authorization_code", "client_credentials"]
client_secret = "cs_0123456789012345678901234567890123456789012"
[[person]]
login = "an"
name = "An"
password = "one"
subjects = [ { sector = "public", sub = "legacy-1" } ]
"#;

/// A folder that goes away with its test.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        Self(std::env::temp_dir().join(format!("idp-test-cli-{}", random::readable(12))))
    }

    fn write(&self, name: &str, text: &str) -> String {
        let file = self.0.join(name);
        std::fs::write(&file, text).expect("writes");
        file.display().to_string()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // Left-overs in the temporary folder harm nobody.
        let _left = std::fs::remove_dir_all(&self.0);
    }
}

/// Runs a command with `--json`; gives its exit code and the last line that is JSON.
fn ask(file: &Path, arguments: &[&str]) -> (Option<i32>, Value) {
    let (code, text) = run(file, &[&["--json"], arguments].concat());
    let said = text.lines().rev().find_map(|line| serde_json::from_str(line).ok());
    (code, said.unwrap_or_default())
}

async fn commands(engine: Engine) {
    let folder = Folder::new();
    let file = configure(engine, &folder.0).await;
    assert_eq!(run(&file, &["migrate"]).0, Some(0));
    let desired = folder.write("desired.toml", DESIRED);
    for (arguments, changed) in
        [(&["apply", &desired, "--dry-run"][..], 2), (&["apply", &desired], 2), (&["apply", &desired], 0)]
    {
        let (code, said) = ask(&file, arguments);
        assert_eq!((code, &said["changed"]), (Some(0), &json!(changed)), "{arguments:?} {said}");
    }
    // The `sub` of another person, and a redirect URI that nobody may have: both are named, nothing is kept.
    let taken = DESIRED.replace("\"an\"", "\"binh\"").replace("http://127.0.0.1", "http://elsewhere.example");
    let taken = folder.write("taken.toml", &taken);
    let (code, said) = ask(&file, &["apply", &taken]);
    let paths: Vec<&Value> =
        said["problems"].as_array().into_iter().flatten().map(|problem| &problem["path"]).collect();
    assert_eq!((code, paths), (Some(1), vec![&json!("party[0].redirect_uris"), &json!("person[0].subjects[0]")]));

    let (code, said) = ask(&file, &["keys", "list"]);
    assert_eq!((code, said), (Some(0), json!([])), "the first server makes them");
    assert_eq!(ask(&file, &["keys", "rotate", "--alg", "ES256"]).0, Some(1), "there is none");
    assert_eq!(ask(&file, &["keys", "revoke", "nobody"]).0, Some(1));

    let (code, said) = ask(&file, &["migrate", "--restored"]);
    assert_eq!((code, &said["restored"]["epoch"]), (Some(0), &json!(2)), "{said}");
    let (code, said) = ask(&file, &["audit", "verify"]);
    assert_eq!((code, &said["good"]), (Some(0), &json!(true)), "{said}");
    assert_eq!(ask(&file, &["doctor"]).0, Some(0));
    assert_eq!(ask(&file, &["no-such-command"]).0, Some(2));
    let broken = folder.write("broken.toml", "[server]\npublic_url = \"ftp://x\"\ncolour = 1");
    let (code, said) = ask(Path::new(&broken), &["serve"]);
    assert_eq!((code, said["error"]["problems"].as_array().map(Vec::len)), (Some(3), Some(2)), "{said}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn commands_on_sqlite() {
    commands(Engine::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn commands_on_postgres() {
    commands(Engine::Postgres).await;
}

/// Administrators, from the server: the first one's link, appointing, ending.
async fn administrators(engine: Engine) {
    let folder = Folder::new();
    let file = configure(engine, &folder.0).await;
    assert_eq!(run(&file, &["migrate"]).0, Some(0));
    let desired = folder.write("desired.toml", DESIRED);
    assert_eq!(run(&file, &["apply", &desired]).0, Some(0));
    let admin = |arguments: &[&str]| ask(&file, &[&["admin"], arguments].concat());
    let grant =
        |who: &[&str], role: &str| admin(&[&["grant"], who, &["--role", role, "--decision", "12/QĐ-UBND"]].concat());
    assert_eq!(admin(&["list"]), (Some(0), json!([])));
    let (code, said) = admin(&["bootstrap"]);
    let link = said["link"].as_str().unwrap_or_default();
    assert!(code == Some(0) && link.contains("/console/owner?offer=ow_"), "{said}");
    let (_, owner) = grant(&["--login", "an"], "platform-owner");
    let id = owner["id"].as_str().expect("an id");
    let because = ["--because", "nghỉ hưu"];
    for (said, expected) in [
        (admin(&["bootstrap"]), 1),
        (admin(&["bootstrap", "--again", "đang ốm"]), 0),
        (admin(&["bootstrap", "--minutes", "3"]), 2),
        (admin(&[&["end", id], &because[..]].concat()), 1),
        (admin(&[&["end", "nobody"], &because[..]].concat()), 1),
        (grant(&["--login", "nobody"], "auditor"), 1),
        (grant(&["--login", "an"], "king"), 2),
        (grant(&[], "auditor"), 2),
        (grant(&["--party", "portal"], "unit-approver"), 1),
        (grant(&["--login", "an"], "platform-owner"), 1),
    ] {
        assert_eq!(said.0, Some(expected), "{}", said.1);
    }
    let (_, auditor) = grant(&["--login", "an"], "auditor");
    let end = [&["end", auditor["id"].as_str().expect("an id")], &because[..]].concat();
    assert_eq!((admin(&end).0, admin(&end).0), (Some(0), Some(1)), "once");
    assert_eq!(admin(&["list"]).1.as_array().map(Vec::len), Some(1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn administrators_on_sqlite() {
    administrators(Engine::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn administrators_on_postgres() {
    administrators(Engine::Postgres).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_unmigrated_postgres_and_an_address_in_use_are_refused() {
    let folder = Folder::new();
    std::fs::create_dir_all(&folder.0).expect("a folder");
    let place = Engine::Postgres.place(&folder.0).await;
    let key = folder.write("key", idp_core::crypto::seal::Seals::new_line("k1").reveal());
    let taken = std::net::TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
    let port = taken.local_addr().expect("an address").port();
    let text = format!(
        "[server]\npublic_url = \"http://localhost:{port}\"\nlisten = [\"127.0.0.1:{port}\"]\nmanagement_listen = \"127.0.0.1:{}\"\n\
         [database]\nurl = \"{}\"\n[secrets]\nkey_file = \"{key}\"\n[log]\nlevel = \"error\"\n",
        house::free_port(),
        place.database,
    );
    let file = PathBuf::from(folder.write("idp.toml", &text));
    assert_eq!(ask(&file, &["serve"]).0, Some(4), "an operator migrates PostgreSQL");
    assert_eq!(ask(&file, &["keys", "list"]).0, Some(4));
    assert_eq!(ask(&file, &["migrate"]).0, Some(0));
    assert_eq!(ask(&file, &["serve"]).0, Some(5), "the address is in use");
}
