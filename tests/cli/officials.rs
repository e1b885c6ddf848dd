//! Officials at the terminal: the catalogue, files of posts, who may do what and why, who left, what parties were told.

use std::path::{Path, PathBuf};

use idp_core::{
    office::{import, starter},
    store::Cx,
    types::Clock,
};
use idp_tests::{Engine, Inbox, house};
use serde_json::{Value, json};

use super::{Folder, ask, database};
use crate::{
    faults::process::{Process, configure, run},
    office::staff,
};

const HEAD: &str =
    "Số định danh,Họ và tên,Mã đơn vị,Chức vụ,Loại,Vai trò,Phạm vi,Từ ngày,Đến ngày,Số quyết định,Ngày quyết định\n";
const AN: &str = "079085000001,Nguyễn Văn An,22015,Chuyên viên,,nhan-ho-so,,01/03/2025,,12/QĐ-UBND,28/02/2025\n";
const BINH: &str = "079185000002,Trần Thị Bình,22018,Chuyên viên,,thong-ke,,01/03/2025,,13/QĐ-UBND,28/02/2025\n";
/// With a role that no commune has, and a decision that a spreadsheet would run.
const CUC: &str = "079185000003,Lê Thị Cúc,22015,Chuyên viên,,quan-tri-tinh,,01/03/2025,,\"=HYPERLINK(\"\"http://x\"\")\",28/02/2025\n";

const PARTY: &str = r#"
[[party]]
client_id = "mot-cua"
name = { vi = "Một cửa", en = "One stop" }
redirect_uris = ["http://127.0.0.1:8081/callback"]
scopes = ["openid"]
grant_types = ["authorization_code"]
client_secret = "cs_0123456789012345678901234567890123456789012"
events_uri = "INBOX"
"#;

/// A database with units and nothing else.
pub(super) struct Terminal {
    pub(super) folder: Folder,
    file: PathBuf,
}

impl Terminal {
    pub(super) async fn of(engine: Engine) -> Self {
        let folder = Folder::new();
        let file = configure(engine, &folder.0).await;
        assert_eq!(run(&file, &["migrate"]).0, Some(0));
        let db = database(&file).await;
        staff::load_units(&db, &Cx::operator("journey".into(), Clock::system().now())).await;
        db.close().await;
        Self { folder, file }
    }

    /// A file with a heading and these lines.
    fn rows(&self, name: &str, lines: &[&str]) -> String {
        self.folder.write(name, &format!("{HEAD}{}", lines.concat()))
    }

    /// With `--json`.
    pub(super) fn ask(&self, arguments: &[&str]) -> (Option<i32>, Value) {
        ask(&self.file, arguments)
    }

    /// For people, in English.
    pub(super) fn hear(&self, arguments: &[&str]) -> (Option<i32>, String) {
        run(&self.file, &[&["--lang", "en"], arguments].concat())
    }

    async fn posts(&self) -> i64 {
        let db = database(&self.file).await;
        let mut conn = db.read().await.expect("reads");
        let row = conn.one("select count(*) as n from assignment", Vec::new()).await.expect("reads");
        let count = row.expect("a row").int("n").expect("a number");
        drop(conn);
        db.close().await;
        count
    }
}

fn outcomes(said: &Value) -> Vec<&str> {
    said["rows"].as_array().into_iter().flatten().filter_map(|row| row["outcome"].as_str()).collect()
}

fn the_catalogue_is_loaded_once(terminal: &Terminal) {
    let all = starter::catalogue().expect("reads");
    let (code, said) = terminal.ask(&["officials", "roles"]);
    let counts =
        json!({"positions": all.positions.len(), "roles": all.roles.len(), "separations": all.separations.len()});
    assert_eq!((code, said), (Some(0), counts));
    let (code, said) = terminal.hear(&["officials", "roles"]);
    assert_eq!((code, said.trim()), (Some(0), "Added: 0 positions, 0 roles, 0 separations."));
    let own = json!({"roles": [{"id": "le-tan", "label": {"vi": "Lễ tân", "en": "Front desk"}, "class": "business", "rank": 9,
        "permissions": ["mot-cua/greet"], "parties": [{"party": "mot-cua", "word": "greeter"}]}]});
    let own = terminal.folder.write("own.json", &own.to_string());
    assert_eq!(
        terminal.ask(&["officials", "roles", &own]),
        (Some(0), json!({"positions": 0, "roles": 1, "separations": 0}))
    );
    // Administration and business in one role: nobody could part them any more.
    let mixed = json!({"roles": [{"id": "ca-hai", "label": {"vi": "x", "en": "x"}, "class": "business", "rank": 9,
        "permissions": ["officials.assign"]}]});
    let mixed = terminal.folder.write("mixed.json", &mixed.to_string());
    let broken = terminal.folder.write("broken.json", "{");
    for file in [mixed.as_str(), &broken, "/no/such/file.json"] {
        assert_eq!(terminal.ask(&["officials", "roles", file]).0, Some(1), "{file}");
    }
}

fn a_wrong_file_is_refused_whole(terminal: &Terminal) {
    let (code, said) = terminal.hear(&["officials", "template"]);
    assert_eq!((code, said.trim()), (Some(0), import::template().as_str()));
    let short =
        terminal.rows("short.csv", &[&AN.replace("079085000001", "79085000001"), &BINH.replace("thong-ke", "vua")]);
    let (code, said) = terminal.ask(&["officials", "import", &short]);
    let told: Vec<(&Value, &Value, &Value)> =
        said["errors"].as_array().into_iter().flatten().map(|one| (&one["row"], &one["column"], &one["why"])).collect();
    let expected = [(json!(2), json!("number"), json!("number")), (json!(3), json!("roles"), json!("role"))];
    let expected: Vec<_> = expected.iter().map(|(row, column, why)| (row, column, why)).collect();
    assert_eq!((code, told), (Some(1), expected), "{said}");
    let (code, said) = terminal.hear(&["officials", "import", &short]);
    assert_eq!(code, Some(1));
    for part in
        ["Row 2, column number: not a personal number", "Row 3, column roles: no such role in the catalogue: vua"]
    {
        assert!(said.contains(part), "{said}");
    }
    assert!(!said.contains("79085000001"), "a personal number is no word for a terminal: {said}");
    let empty = terminal.folder.write("empty.csv", "\n\n");
    let workbook = terminal.folder.write("broken.xlsx", "PK\u{3}\u{4}nothing");
    let headless = terminal.folder.write("headless.csv", AN);
    for (file, part) in [
        (empty.as_str(), "the file is empty"),
        (&workbook, "the workbook cannot be read"),
        (&headless, "no headings in the first ten lines"),
        ("/no/such/file.csv", "cannot be read or written"),
    ] {
        for command in [&["officials", "import", file][..], &["officials", "drift", file, "--unit", "54"]] {
            let (code, said) = terminal.hear(command);
            assert!(code == Some(1) && said.contains(part), "{command:?}: {said}");
        }
    }
    assert_eq!(terminal.ask(&["officials", "import"]).0, Some(2));
}

/// Tried, written, repeated and refused.
async fn a_file_is_tried_and_written_once(terminal: &Terminal) {
    let (march, third) = (terminal.rows("march.csv", &[AN, BINH]), terminal.rows("third.csv", &[AN, BINH, CUC]));
    let result = terminal.folder.0.join("result.csv");
    let to = result.to_str().expect("text");
    let (code, said) = terminal.ask(&["officials", "import", &third, "--dry-run", "--result", to]);
    assert_eq!(
        (code, outcomes(&said), &said["import"]),
        (Some(1), vec!["new", "new", "refused"], &Value::Null),
        "{said}"
    );
    let (code, said) = terminal.hear(&["officials", "import", &third, "--dry-run"]);
    assert_eq!(code, Some(1));
    for part in [
        "Row 2, a new post: Position: ",
        " · Unit: Đơn vị 22015 · ",
        " · Over: the unit alone · ",
        "Row 4: the role cannot be held in this unit\n",
        "It would be: new 2, waiting 0, changed 0, as before 0, refused 1 (nothing was written).",
    ] {
        assert!(said.contains(part), "{part}: {said}");
    }
    assert_eq!(terminal.posts().await, 0, "trying writes nothing");
    no_cell_is_a_formula(&result, &["new", "new", "refused"]);
    let (code, said) = terminal.ask(&["officials", "import", &march, "--key", "march", "--result", to]);
    assert_eq!((code, outcomes(&said), said["key"].as_str()), (Some(0), vec!["new", "new"], Some("march")), "{said}");
    no_cell_is_a_formula(&result, &["new", "new"]);
    assert_eq!(terminal.ask(&["officials", "import", &march, "--key", "march"]), (Some(0), said), "each row once");
    let (code, told) = terminal.hear(&["officials", "import", &third, "--key", "march"]);
    assert!(code == Some(1) && told.contains("The key march was used for another file"), "{told}");
    let nowhere = terminal.folder.0.join("no-folder/result.csv");
    let nowhere = ["officials", "import", &march, "--dry-run", "--result", nowhere.to_str().expect("text")];
    assert_eq!(terminal.ask(&nowhere).0, Some(1));
    let (code, said) = terminal.ask(&["officials", "import", &march]);
    assert_eq!((code, outcomes(&said)), (Some(0), vec!["same", "same"]), "{said}");
    assert_eq!(terminal.posts().await, 2);
    what_would_change_is_shown(terminal);
    every_wrong_cell_is_in_the_file_of_results(terminal);
}

/// The post before and after, in words and as fields.
fn what_would_change_is_shown(terminal: &Terminal) {
    let fewer = terminal.rows("fewer.csv", &[&AN.replace("01/03/2025,,", "01/03/2025,31/12/2030,"), BINH]);
    let result = terminal.folder.0.join("would.csv");
    let try_it = ["officials", "import", &fewer, "--dry-run", "--result", result.to_str().expect("text")];
    let (code, told) = terminal.hear(&try_it);
    let lines: Vec<&str> = told.lines().collect();
    assert_eq!((code, lines.len()), (Some(0), 4), "{told}");
    assert!(lines[0].starts_with("Row 2, the post ") && lines[0].ends_with(" · Đơn vị 22015 changes:"), "{told}");
    assert_eq!(lines[1].trim(), "When: from 01/03/2025, no end → from 01/03/2025 to 31/12/2030");
    assert!(lines[2].starts_with("Row 3, as before: Position: "), "{told}");
    let rows = results(&result);
    assert_eq!(rows.len(), 2);
    assert!(
        rows[0][6].contains(", no end") && rows[0][7].contains("to 31/12/2030") && rows[1][6] == rows[1][7],
        "{rows:?}"
    );
    let (_, said) = terminal.ask(&try_it);
    assert_eq!(said["totals"], json!({"made": 0, "waiting": 0, "changed": 1, "unchanged": 1, "refused": 0}), "{said}");
    let row = &said["rows"][0];
    assert_eq!(
        (&row["before"]["until"], row["after"]["until"].as_str().map(|day| &day[..10])),
        (&Value::Null, Some("2031-01-01")),
        "{said}"
    );
    let (_, vi) = run(&terminal.file, &[&["--lang", "vi"], &try_it[..]].concat());
    assert!(vi.contains("Dòng 2, đổi vị trí ") && vi.contains("Thời hạn: từ 01/03/2025, không thời hạn → "), "{vi}");
}

/// Every row of a file with wrong cells, tried or not: what is wrong where, and what can be read.
fn every_wrong_cell_is_in_the_file_of_results(terminal: &Terminal) {
    let wrong = terminal.rows(
        "wrong.csv",
        &[AN, &BINH.replace("thong-ke", "vua").replace("22018", "99999"), &BINH.replace("thong-ke", "=SUM(A1)"), CUC],
    );
    let number = AN.replace("079085000001", "79085000001");
    let wrong_number = terminal.rows("number.csv", &[&number]);
    for dry in [&["--dry-run"][..], &[]] {
        let result = terminal.folder.0.join("wrong-result.csv");
        let path = result.to_str().expect("text");
        let (code, told) = terminal.hear(&[&["officials", "import", &wrong, "--result", path], dry].concat());
        assert_eq!(code, Some(1), "{told}");
        let rows = results(&result);
        let rows: Vec<Vec<&str>> = rows.iter().map(|row| [0, 1, 4, 5, 3].map(|at| row[at].as_str()).to_vec()).collect();
        let expected = [
            vec!["2", "readable", "", "", ""],
            vec!["3", "wrong", "roles", "vua", "no such role in the catalogue"],
            vec!["3", "wrong", "unit", "99999", "no unit has this code on that day"],
            vec!["4", "wrong", "roles", "'=SUM(A1)", "no such role in the catalogue"],
            vec!["5", "readable", "", "", ""],
        ];
        assert_eq!(rows, expected, "{dry:?}");
        let (code, _) = terminal.hear(&[&["officials", "import", &wrong_number, "--result", path], dry].concat());
        let text = std::fs::read_to_string(&result).expect("is written");
        assert!(code == Some(1) && text.contains(",wrong,") && !text.contains("79085000001"), "{text}");
    }
}

fn results(file: &Path) -> Vec<Vec<String>> {
    let text = std::fs::read_to_string(file).expect("is written");
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let cells = |row: csv::StringRecord| row.iter().map(str::to_owned).collect();
    reader.records().map(|row| cells(row.expect("a row"))).collect()
}

fn posts_are_listed(terminal: &Terminal) {
    let (code, said) = terminal.ask(&["officials", "list", "--unit", "54"]);
    assert_eq!((code, said["items"].as_array().map(Vec::len)), (Some(0), Some(2)), "{said}");
    assert_eq!(said["items"][0]["dormant_at"], Value::Null);
    let (code, told) = terminal.hear(&["officials", "list", "--unit", "66"]);
    assert_eq!((code, told.trim()), (Some(0), "Posts: 0"), "of this province alone");
    let (code, told) = terminal.hear(&["officials", "list", "--dormant"]);
    assert_eq!((code, told.trim()), (Some(0), "Posts: 0"), "nobody had the time to fall asleep");
    assert_eq!(terminal.ask(&["officials", "list", "--unit", "99999"]).0, Some(1));
}

/// Row 210: nothing in the result file runs in a spreadsheet, and nothing of what the rows said is echoed.
fn no_cell_is_a_formula(file: &Path, expected: &[&str]) {
    let text = std::fs::read_to_string(file).expect("is written");
    assert!(text.starts_with('\u{feff}') && !text.contains("HYPERLINK"), "{text}");
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let rows: Vec<csv::StringRecord> = reader.records().map(|row| row.expect("a row")).collect();
    let told: Vec<&str> = rows.iter().map(|row| &row[1]).collect();
    assert_eq!(told, expected);
    for cell in rows.iter().flatten() {
        assert!(!cell.starts_with(['=', '+', '-', '@', '\t', '\r']), "{cell}");
    }
}

/// Who may receive files in a commune, and why; gives that person.
fn reasons_are_told(terminal: &Terminal) -> String {
    let (code, said) = terminal.ask(&["who", "mot-cua/receive", "22015"]);
    assert_eq!((code, said["items"].as_array().map(Vec::len)), (Some(0), Some(1)), "{said}");
    assert_eq!(said["items"][0]["post"]["held"][0]["role"], "nhan-ho-so", "{said}");
    let an = said["items"][0]["person"].as_str().expect("an id").to_owned();
    let (code, told) = terminal.hear(&["who", "mot-cua/receive", "22015", "--at", "2025-03-01"]);
    assert!(code == Some(0) && told.contains(&an), "{told}");
    for part in [
        "[chuyen-vien] \u{b7} Đơn vị 22015",
        "  = One-stop desk: receives files [nhan-ho-so] \u{b7} Đơn vị 22015",
        "\n      Receive files [mot-cua/receive]",
    ] {
        assert!(told.contains(part), "{part}: {told}");
    }
    for (arguments, code, part) in [
        (&["who", "mot-cua/receive", "22015", "--at", "2025-02-28"][..], 1, "Nobody may do this there."),
        (&["who", "mot-cua/approve", "22015"], 1, "Nobody may do this there."),
        (&["who", "mot-cua/receive", "22018"], 1, "Nobody may do this there."),
        (&["who", "mot-cua/receive", "99999"], 1, "99999"),
        (&["who", "receive everything", "22015"], 2, "is not a permission"),
        (&["who", "mot-cua/receive", "22015", "--at", "yesterday"], 2, "yesterday"),
        (&["explain", "nobody"], 1, "Nobody is nobody."),
        (&["explain", &an, "--at", "28/02/2025"], 2, "28/02/2025"),
    ] {
        let told = terminal.hear(arguments);
        assert!(told.0 == Some(code) && told.1.contains(part), "{arguments:?}: {told:?}");
        let (machine, said) = terminal.ask(arguments);
        assert_eq!(machine, Some(code), "{arguments:?}: {said}");
    }
    let (code, said) = terminal.ask(&["explain", &an]);
    let findings = said["items"][0]["findings"].as_array().cloned().unwrap_or_default();
    assert!(code == Some(0) && findings.len() > 5 && findings.iter().all(|one| one["holds"] == true), "{said}");
    let (_, before) = terminal.ask(&["explain", &an, "--at", "2025-02-28"]);
    let window = before["items"][0]["findings"].as_array().into_iter().flatten().find(|one| one["rule"] == "in-window");
    assert_eq!(
        window.map(|one| (&one["holds"], &one["turns"]["turn"])),
        Some((&json!(false), &json!("waits"))),
        "{before}"
    );
    assert_eq!(before["items"][0]["held"], json!([]));
    let (code, told) = terminal.hear(&["explain", &an, "--at", "2025-02-28"]);
    assert!(
        code == Some(0) && told.contains("  - Outside its time (turns on 01/03/2025)") && told.contains("01/03/2025"),
        "{told}"
    );
    an
}

fn leavers_are_found_and_ended(terminal: &Terminal, an: &str) {
    let (whole, half) = (terminal.rows("whole.csv", &[AN, BINH]), terminal.rows("half.csv", &[BINH, CUC]));
    let (code, said) = terminal.ask(&["officials", "drift", &whole, "--unit", "54"]);
    assert_eq!((code, said), (Some(0), json!({"agree": 2, "items": []})));
    let (code, said) = terminal.ask(&["officials", "drift", &half, "--unit", "54"]);
    let kinds: Vec<&Value> = said["items"].as_array().into_iter().flatten().map(|one| &one["kind"]).collect();
    assert_eq!(
        (code, kinds, &said["items"][0]["person"]),
        (Some(1), vec![&json!("left"), &json!("missing")], &json!(an)),
        "{said}"
    );
    let (code, told) = terminal.hear(&["officials", "drift", &half, "--unit", "54"]);
    assert_eq!(code, Some(1));
    for part in ["Not in the file any more: person", "Row 3: no post here", "Agree: 1"] {
        assert!(told.contains(part), "{told}");
    }
    assert_eq!(terminal.ask(&["officials", "drift", &half, "--unit", "99999"]).0, Some(1));
    assert_eq!(terminal.ask(&["officials", "leave", an]).0, Some(2), "why is needed");
    assert_eq!(terminal.ask(&["officials", "leave", "nobody", "--because", "nghỉ việc"]).0, Some(1));
    let (code, told) = terminal.hear(&["officials", "leave", an, "--because", "nghỉ việc"]);
    assert!(code == Some(0) && told.starts_with("1 posts, 0 offices and 0 sessions ended"), "{told}");
    let (code, said) = terminal.ask(&["officials", "leave", an, "--because", "nghỉ việc"]);
    assert_eq!((code, &said["posts"]), (Some(0), &json!(0)), "{said}");
    assert_eq!(terminal.ask(&["who", "mot-cua/receive", "22015"]).0, Some(1), "nobody any more");
}

fn an_import_is_taken_back(terminal: &Terminal) {
    let (code, said) = terminal.ask(&["officials", "undo", "march"]);
    assert_eq!((code, said), (Some(1), json!({"back": 1, "left": 1})), "who left has changed since");
    let (code, told) = terminal.hear(&["officials", "undo", "march"]);
    assert!(code == Some(1) && told.contains("There is no import with the key march."), "{told}");
    assert_eq!(terminal.ask(&["officials", "undo"]).0, Some(2));
}

/// A server runs every job, and is gone.
async fn a_server_was_here(terminal: &Terminal) {
    let text = std::fs::read_to_string(&terminal.file).expect("reads");
    let line = text.lines().find_map(|line| line.strip_prefix("management_listen = ")).expect("an address");
    let mut server = Process::start(&terminal.file).await;
    let address = format!("http://{}/test/clock", line.trim_matches('"'));
    for _ in 0..3 {
        let ran = house::client().post(&address).json(&json!({"run_jobs": true})).send().await.expect("answers");
        assert!(ran.status().is_success());
    }
    server.kill();
}

async fn parties_are_told_again(terminal: &Terminal) {
    let told = terminal.hear(&["officials", "events", "list"]);
    assert_eq!((told.0, told.1.trim()), (Some(0), "Every party has everything."));
    assert_eq!(terminal.ask(&["officials", "events", "list"]), (Some(0), json!({"items": []})));
    let (code, told) = terminal.hear(&["officials", "events", "replay", "nobody"]);
    assert!(code == Some(1) && told.contains("There is no party nobody"), "{told}");
    let inbox = Inbox::open(202).await;
    let desired = terminal.folder.write("party.toml", &PARTY.replace("INBOX", &inbox.address));
    assert_eq!(terminal.ask(&["apply", &desired]).0, Some(0));
    let greeter = AN.replace("nhan-ho-so", "le-tan").replace("079085000001", "079085000009");
    let file = terminal.rows("greeter.csv", &[&greeter]);
    let (code, said) = terminal.ask(&["officials", "import", &file]);
    assert_eq!((code, outcomes(&said)), (Some(0), vec!["new"]), "{said}");
    assert_eq!(terminal.ask(&["officials", "events", "list"]), (Some(0), json!({"items": []})), "no server looked yet");
    a_server_was_here(terminal).await;
    let heard = inbox.told().len();
    assert!(heard > 0, "the party was told");
    assert_eq!(terminal.ask(&["officials", "events", "list"]), (Some(0), json!({"items": []})), "it has it");
    let (code, said) = terminal.ask(&["officials", "events", "replay", "mot-cua"]);
    assert_eq!((code, &said["again"]), (Some(0), &json!(heard)), "{said}");
    let (code, said) = terminal.ask(&["officials", "events", "list"]);
    let all = said["items"].as_array().cloned().unwrap_or_default();
    assert_eq!(all.len(), heard, "{said}");
    let one = &all[0];
    assert_eq!(
        (code, &one["party"], &one["change"], &one["state"]),
        (Some(0), &json!("mot-cua"), &json!("begun"), &json!("waits")),
        "{said}"
    );
    let (code, told) = terminal.hear(&["officials", "events", "list"]);
    assert!(
        code == Some(0) && told.contains(": mot-cua, post ") && told.contains("begun, tried 0 times, waits"),
        "{told}"
    );
    let last = all.iter().filter_map(|one| one["seq"].as_i64()).max().expect("a number");
    let from = (last + 1).to_string();
    assert_eq!(
        terminal.ask(&["officials", "events", "replay", "mot-cua", "--from", &from]),
        (Some(0), json!({"again": 0}))
    );
    assert_eq!(terminal.ask(&["officials", "events", "replay", "mot-cua", "--from", "x"]).0, Some(2));
}

async fn officials(engine: Engine) {
    let terminal = Terminal::of(engine).await;
    the_catalogue_is_loaded_once(&terminal);
    a_wrong_file_is_refused_whole(&terminal);
    a_file_is_tried_and_written_once(&terminal).await;
    let an = reasons_are_told(&terminal);
    posts_are_listed(&terminal);
    leavers_are_found_and_ended(&terminal, &an);
    an_import_is_taken_back(&terminal);
    parties_are_told_again(&terminal).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn officials_on_sqlite() {
    officials(Engine::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn officials_on_postgres() {
    officials(Engine::Postgres).await;
}
