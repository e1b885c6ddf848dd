//! Commands beside or before a server, on both databases: exit codes are those of the contract, section 7.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use idp_core::{
    crypto::{random, seal::Seals},
    params,
    store::{Cx, Db, Options, StoreError},
    types::Clock,
};
use idp_tests::{Engine, house};
use serde_json::{Value, json};

mod officials;
mod posts;

use crate::faults::process::{Process, configure, run};

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
password = "mèo trèo cây cau hỏi thăm"
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
    assert_eq!(refused_after_another_text(&file).await, [Some(4), Some(4), Some(1)]);
    let broken = folder.write("broken.toml", "[server]\npublic_url = \"ftp://x\"\ncolour = 1");
    let (code, said) = ask(Path::new(&broken), &["serve"]);
    assert_eq!((code, said["error"]["problems"].as_array().map(Vec::len)), (Some(3), Some(2)), "{said}");
}

/// The database that a configuration names.
async fn database(file: &Path) -> Db {
    let config: toml::Table = toml::from_str(&std::fs::read_to_string(file).expect("reads")).expect("a table");
    let text = |section: &str, key: &str| config[section][key].as_str().expect("a text").to_owned();
    let seals = std::fs::read_to_string(text("secrets", "key_file")).expect("reads");
    let seals = Arc::new(Seals::parse(&seals).expect("a good line"));
    Db::open(&Options { url: text("database", "url"), connections: 2 }, seals).await.expect("opens")
}

/// How `serve`, `migrate` and `doctor` end over a database whose fourth migration was another text.
async fn refused_after_another_text(file: &Path) -> [Option<i32>; 3] {
    let db = database(file).await;
    let cx = Cx::operator("journey".into(), Clock::system().now());
    let sql = "update migration set digest = (select digest from migration where number = 3) where number = 4";
    let changed: Result<u64, StoreError> =
        db.write(&cx, |tx| Box::pin(async move { tx.run(sql, params![]).await })).await;
    assert_eq!(changed.expect("changes"), 1);
    db.close().await;
    let (_, said) = ask(file, &["serve"]);
    assert!(said.to_string().contains("0004_people"), "{said}");
    ["serve", "migrate", "doctor"].map(|command| ask(file, &[command]).0)
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

/// Break-glass accounts, from the server: nobody is refused without being told what to do.
async fn break_glass(engine: Engine) {
    let folder = Folder::new();
    let file = configure(engine, &folder.0).await;
    assert_eq!(run(&file, &["migrate"]).0, Some(0));
    let glass = |arguments: &[&str]| ask(&file, &[&["admin", "break-glass"], arguments].concat());
    assert_eq!(glass(&["create"]).0, Some(1), "nobody would hear of a use");
    let text = std::fs::read_to_string(&file).expect("reads");
    std::fs::write(&file, format!("{text}[break_glass]\nalarm_to = [\"truc@tinh.example\"]\n")).expect("writes");
    let (code, said) = glass(&["create"]);
    let link = said["link"].as_str().unwrap_or_default();
    assert!(code == Some(0) && said["number"] == 1 && link.contains("/break-glass?offer=bg_"), "{said}");
    assert_eq!(glass(&["create"]).1["number"], 1, "one that waits for its key gets another link");
    let (code, said) = glass(&["status"]);
    assert_eq!((code, &said["accounts"][0]["state"], &said["alarm_addresses"]), (Some(0), &json!("made"), &json!(1)));
    assert_eq!(said["concerns"], json!(["missing"]));
    let because = ["--because", "phong bì rách"];
    let login = said["accounts"][0]["login"].as_str().expect("a name");
    let desired = folder.write("desired.toml", &DESIRED.replace("login = \"an\"", &format!("login = \"{login}\"")));
    for (said, expected) in [
        (ask(&file, &["apply", &desired]), 1),
        (ask(&file, &["admin", "grant", "--login", login, "--role", "auditor", "--decision", "12/QĐ-UBND"]), 1),
        (glass(&[&["seal", "1"], &because[..]].concat()), 1),
        (glass(&[&["seal", "2"], &because[..]].concat()), 1),
        (glass(&[&["seal", "3"], &because[..]].concat()), 2),
        (glass(&["seal", "1"]), 2),
        (glass(&["drill"]), 1),
        (glass(&["drill", "--end"]), 1),
        (glass(&[&["retire", "1"], &because[..]].concat()), 0),
        (glass(&[&["retire", "1"], &because[..]].concat()), 1),
    ] {
        assert_eq!(said.0, Some(expected), "{}", said.1);
    }
    let (code, said) = ask(&file, &["doctor"]);
    let found = said["checks"].as_array().into_iter().flatten().find(|check| check["check"] == "break-glass");
    assert_eq!((code, found.map(|check| &check["mark"])), (Some(0), Some(&json!("warning"))), "{said}");
    let text = std::fs::read_to_string(&file).expect("reads").replace("truc@tinh.example", "truc");
    std::fs::write(&file, text).expect("writes");
    assert_eq!(glass(&["status"]).0, Some(3), "no address");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn break_glass_on_sqlite() {
    break_glass(Engine::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn break_glass_on_postgres() {
    break_glass(Engine::Postgres).await;
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

const SEALED: &str = r#"
[[person]]
login = "chi"
name = "Trần Thị Chi"
birthdate = "1990-02-01"
personal_number = "079190000017"
[[person]]
login = "an"
name = "Nguyễn Văn An"
password = "mèo trèo cây cau hỏi thăm"
"#;

/// Master keys change: everything that is sealed goes under the new one, and then the old one is needed for nothing but a password.
async fn an_old_master_key_may_leave(engine: Engine) {
    let folder = Folder::new();
    let file = configure(engine, &folder.0).await;
    let desired = folder.write("desired.toml", SEALED);
    assert_eq!(run(&file, &["migrate"]).0, Some(0));
    assert_eq!(ask(&file, &["apply", &desired]).0, Some(0));
    // The first server makes signing keys.
    Process::start(&file).await.kill();
    let old = std::fs::read_to_string(folder.0.join("keys")).expect("reads");
    let new = Seals::new_line("k2");
    folder.write("keys", &format!("{}\n{old}", new.reveal()));
    let (code, said) = ask(&file, &["keys", "reseal"]);
    let count = |column: &str| said["resealed"][column].as_u64().unwrap_or_default();
    assert_eq!((code, &said["key"]), (Some(0), &json!("k2")), "{said}");
    assert_eq!((count("person.sealed_profile"), count("identifier.sealed")), (2, 1), "{said}");
    assert!(count("signing_key.sealed") >= 4, "{said}");
    assert_eq!(said["passwords_under_older_keys"], json!({ "k1": 1 }), "{said}");
    let (_, again) = ask(&file, &["keys", "reseal"]);
    let all: u64 = again["resealed"].as_object().into_iter().flatten().filter_map(|(_, count)| count.as_u64()).sum();
    assert_eq!(all, 0, "{again}");
    // Without the old key: the server has its keys, the register reads profile and number, and the log is whole.
    folder.write("keys", new.reveal());
    Process::start(&file).await.kill();
    let without_password: String =
        SEALED.lines().filter(|line| !line.starts_with("password")).collect::<Vec<_>>().join("\n");
    let desired = folder.write("desired.toml", &without_password);
    let (code, said) = ask(&file, &["apply", &desired]);
    assert_eq!((code, &said["changed"]), (Some(0), &json!(0)), "{said}");
    let (code, said) = ask(&file, &["audit", "verify"]);
    assert_eq!((code, &said["good"]), (Some(0), &json!(true)), "{said}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_old_master_key_may_leave_on_sqlite() {
    an_old_master_key_may_leave(Engine::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_old_master_key_may_leave_on_postgres() {
    an_old_master_key_may_leave(Engine::Postgres).await;
}
