//! Posts from files over the API: within one's own units, row by row, taken back by who sent them (rows 191, 193 and 208 of the list of attacks).

use base64::{Engine as _, engine::general_purpose::STANDARD};
use idp_core::{
    admin::{Role, Scope},
    office,
};
use idp_tests::{House, Reply};
use serde_json::{Value, json};

use super::{
    apart,
    desk::{Caller, code, console, get, machine, post, request, rows},
    officials::{Cast, ids},
};

pub(super) const IMPORTS: &str = "/api/v1/imports";
const HEAD: &str =
    "Số định danh,Họ và tên,Mã đơn vị,Chức vụ,Loại,Vai trò,Phạm vi,Từ ngày,Đến ngày,Số quyết định,Ngày quyết định\n";
pub(super) const CUC: &str =
    "079185000003,Lê Thị Cúc,10000,Chuyên viên,,nhan-ho-so,,05/01/2026,31/12/2026,13/QĐ-UBND,02/01/2026\n";
/// Of the province that is not theirs.
const DUNG: &str = "079085000004,Phạm Văn Dũng,66,Chuyên viên,,nhan-ho-so,,05/01/2026,,14/QĐ-UBND,02/01/2026\n";

pub(super) fn file(lines: &[&str]) -> Value {
    json!({"file": STANDARD.encode(format!("{HEAD}{}", lines.concat()))})
}

fn with(mut body: Value, name: &str, value: Value) -> Value {
    body[name] = value;
    body
}

async fn send(house: &House, by: &Caller, key: &str, body: &Value) -> Reply {
    Reply::of(request(house, by, "post", IMPORTS).header("idempotency-key", key).json(body)).await
}

/// Imports one row and gives its post.
pub(super) async fn import(house: &House, by: &Caller, line: &str) -> String {
    let made = post(house, by, IMPORTS, &file(&[line])).await;
    assert_eq!(made.status, 201, "{}", made.body);
    let rows = get(house, by, &format!("{IMPORTS}/{}/rows", made.text("id"))).await;
    rows.body["items"][0]["post"].as_str().unwrap_or_else(|| panic!("a post: {}", rows.body)).to_owned()
}

/// What would become of one row.
pub(super) async fn trial(house: &House, by: &Caller, line: &str) -> Vec<(i64, String, String)> {
    let tried = post(house, by, "/api/v1/imports/trial", &file(&[line])).await;
    told(&tried.body["rows"])
}

/// Row by row: what became of it, and why not.
fn told(items: &Value) -> Vec<(i64, String, String)> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let row = |row: &Value| (row["row"].as_i64().unwrap_or_default(), text(&row["outcome"]), text(&row["why"]));
    items.as_array().expect("rows").iter().map(row).collect()
}

apart! {
    async fn row_191_a_file_is_tried_written_once_and_taken_back_inside_ones_own_units(house) {
        let cast = Cast::of(house).await;
        let by = &cast.of_province;
        let headings = get(house, by, "/api/v1/imports/template").await;
        assert_eq!(headings.body["headings"][0], "number", "{}", headings.body);
        let expected = [(2, "new".to_owned(), String::new()), (3, "refused".to_owned(), "other-unit".to_owned())];
        let before = rows(house).await;
        let tried = post(house, by, "/api/v1/imports/trial", &file(&[CUC, DUNG])).await;
        assert_eq!((tried.status, told(&tried.body["rows"])), (200, expected.to_vec()), "{}", tried.body);
        assert_eq!(rows(house).await, before, "trying writes nothing");
        assert_eq!(tried.body["totals"], json!({"made": 1, "waiting": 0, "changed": 0, "unchanged": 0, "refused": 1}));
        let (would, refused) = (&tried.body["rows"][0], &tried.body["rows"][1]);
        assert_eq!((&would["before"], &would["post"], &refused["after"]), (&Value::Null, &Value::Null, &Value::Null), "{}", tried.body);
        assert_eq!((&would["after"]["position"], &would["after"]["roles"]), (&json!("chuyen-vien"), &json!([{"role": "nhan-ho-so"}])));
        assert_eq!(would["after"]["unit"], json!(cast.country.commune));
        assert_eq!(house.count("select count(*) as n from staff_import").await, 0);

        let made = send(house, by, "march", &file(&[CUC, DUNG])).await;
        assert_eq!((made.status, &made.body["state"], &made.body["rows"]), (201, &json!("done"), &json!(2)), "{}", made.body);
        assert_eq!(made.body["outcomes"], json!({"new": 1, "refused": 1}));
        let path = format!("{IMPORTS}/{}", made.text("id"));
        assert_eq!(made.headers["location"].to_str().ok(), Some(house.at(&path).as_str()));
        assert_eq!(get(house, by, &path).await.body, made.body);
        let first = get(house, by, &format!("{path}/rows?limit=1")).await;
        let second = get(house, by, &format!("{path}/rows?limit=1&after={}", first.text("next"))).await;
        let both = [told(&first.body["items"]), told(&second.body["items"])].concat();
        assert_eq!((both, &second.body["next"]), (expected.to_vec(), &Value::Null));
        let given = first.body["items"][0]["post"].as_str().expect("a post").to_owned();
        let known = get(house, by, &format!("/api/v1/posts/{given}")).await;
        assert_eq!(known.body["until"].as_str().map(|day| &day[..10]), Some("2027-01-01"), "the last day belongs to it: {}", known.body);

        // The same again, under the key and after the answer is forgotten: once.
        assert_eq!(send(house, by, "march", &file(&[CUC, DUNG])).await.body, made.body);
        house.later(86_401).await;
        let (_, by) = &console(house, &cast.binh).await;
        assert_eq!(send(house, by, "march", &file(&[CUC, DUNG])).await.body, made.body, "by the import itself");
        let other_file = send(house, by, "april", &file(&[CUC])).await;
        assert_eq!(other_file.body["outcomes"], json!({"same": 1}), "{}", other_file.body);
        house.later(86_401).await;
        let (_, by) = &console(house, &cast.binh).await;
        assert_eq!(code(&send(house, by, "april", &file(&[DUNG])).await), (422, "idempotency-key-reused".to_owned()));
        assert_eq!(get(house, by, &format!("{IMPORTS}?limit=1")).await.body["items"][0]["id"], other_file.body["id"]);

        // Row 193: somebody else sees nothing of it, whatever they hold, and may use the same key.
        let (_, owner) = console(house, &cast.owner.person).await;
        for way in [path.clone(), format!("{path}/rows")] {
            assert_eq!(get(house, &owner, &way).await.status, 404, "{way}");
        }
        let foreign = Reply::of(request(house, &owner, "post", &format!("{path}/undo"))).await;
        assert_eq!(foreign.status, 404);
        assert_eq!(get(house, &owner, IMPORTS).await.body["items"], json!([]));
        let theirs = send(house, &owner, "march", &file(&[DUNG])).await;
        assert_eq!((theirs.status, &theirs.body["outcomes"]), (201, &json!({"new": 1})), "{}", theirs.body);

        let undone = Reply::of(request(house, by, "post", &format!("{path}/undo"))).await;
        assert_eq!((undone.status, &undone.body), (200, &json!({"back": 1, "left": 0})));
        assert_eq!(get(house, by, &format!("/api/v1/posts/{given}")).await.body["state"], "ended");
        let again = Reply::of(request(house, by, "post", &format!("{path}/undo"))).await;
        assert_eq!(code(&again), (409, "conflict".to_owned()));
        assert_eq!(get(house, by, &path).await.body["state"], "undone");
    }
}

apart! {
    async fn a_file_that_cannot_be_read_says_where_and_writes_nothing(house) {
        let cast = Cast::of(house).await;
        let by = &cast.of_province;
        let before = rows(house).await;
        let long = CUC.repeat(5_001);
        let wrong_cells = CUC.replace("05/01/2026", "31/02/2026").replace("Chuyên viên", "Vua");
        for (body, expected) in [
            (json!({"file": "***"}), vec![("/file", "wrong-value")]),
            (json!({"file": ""}), vec![("/file", "file-empty")]),
            (json!({"file": STANDARD.encode(b"PK\x03\x04nothing")}), vec![("/file", "file-workbook")]),
            (json!({"file": STANDARD.encode("a,b\n1,2\n")}), vec![("/file/1", "cell-header")]),
            (file(&[CUC, &wrong_cells]), vec![("/file/3/position", "cell-position"), ("/file/3/from", "cell-day")]),
            (file(&[CUC, CUC]), vec![("/file/3", "cell-twice")]),
            (file(&[&CUC.replace("10000", "99999")]), vec![("/file/2/unit", "cell-unit")]),
            (json!({}), vec![("/file", "missing")]),
        ] {
            for path in ["/api/v1/imports", "/api/v1/imports/trial"] {
                let reply = post(house, by, path, &body).await;
                let errors = reply.body["errors"].as_array().cloned().unwrap_or_default();
                let errors: Vec<_> = errors.iter().map(|error| (error["pointer"].as_str().unwrap_or_default(), error["code"].as_str().unwrap_or_default())).collect();
                assert_eq!((reply.status, errors), (422, expected.clone()), "{path} {}", reply.body);
            }
        }
        let many = post(house, by, IMPORTS, &file(&[&long])).await;
        assert_eq!((many.status, many.body["errors"].as_array().map(Vec::len)), (422, Some(200)), "5,000 rows of one person: {}", many.body["code"]);
        let large = post(house, by, IMPORTS, &json!({"file": "A".repeat(5 * 1024 * 1024)})).await;
        assert_eq!(code(&large), (413, "too-large".to_owned()));
        assert_eq!(rows(house).await, before);
        assert_eq!(house.count("select count(*) as n from staff_import").await, 0);
    }
}

apart! {
    async fn row_193_a_list_is_compared_with_what_the_caller_reads_and_nothing_else(house) {
        let cast = Cast::of(house).await;
        let (country, by) = (&cast.country, &cast.of_province);
        assert_eq!(send(house, by, "march", &file(&[CUC])).await.status, 201);
        let (_, left) = cast.clerk(house, "Võ Thị Em", &country.commune).await;
        cast.clerk(house, "Đỗ Văn Giang", &country.other).await;
        let ask = async |by: &Caller, unit: &String, lines: &[&str]| post(house, by, "/api/v1/drift", &with(file(lines), "unit", json!(unit))).await;
        let (commune, root) = (country.commune.to_string(), country.root.to_string());
        let drift = ask(by, &commune, &[CUC, DUNG]).await;
        assert_eq!((drift.status, &drift.body["agree"], &drift.body["hidden_units"]), (200, &json!(1), &json!(0)), "{}", drift.body);
        let items = drift.body["items"].as_array().expect("items").clone();
        assert_eq!((items[0]["kind"].as_str(), items[0]["post"].as_str()), (Some("left"), Some(left.as_str())), "{items:?}");
        assert_eq!(items[1..], [json!({"kind": "missing", "row": 3})], "elsewhere or nowhere: not told apart");
        assert_eq!(ask(by, &root, &[CUC]).await.status, 404, "row 193: a unit that is not theirs");
        let auditor = machine(house, Role::Auditor, Scope::Below(country.commune)).await;
        let theirs = ask(&auditor, &commune, &[CUC, DUNG]).await;
        assert_eq!(theirs.body["items"], drift.body["items"], "a machine that reads may ask");
        let posts = ids(&get(house, by, "/api/v1/posts").await);
        assert!(posts.contains(&left), "nothing was changed");
    }
}

/// With the columns that not every file has.
fn wide(unit: &str, (scope, units): (&str, &str), (classes, no_redelegate): (&str, &str)) -> Value {
    let text = format!(
        "{},Đơn vị trong phạm vi,Loại văn bản,Không uỷ quyền lại\n079185000003,Lê Thị Cúc,{unit},Chuyên viên,,nhan-ho-so,{scope},05/01/2026,31/12/2026,13/QĐ-UBND,02/01/2026,{units},{classes},{no_redelegate}\n",
        HEAD.trim_end()
    );
    json!({"file": STANDARD.encode(text)})
}

apart! {
    async fn lists_and_limits_pass_the_gate_from_a_file_as_from_a_request(house) {
        let cast = Cast::of(house).await;
        let by = &cast.of_province;
        let trial = async |body: &Value| post(house, by, "/api/v1/imports/trial", body).await;
        // A list that holds a unit of others is refused as it is in a request.
        let beyond = trial(&wide("10000", ("list", "10000;66"), ("", ""))).await;
        assert_eq!(told(&beyond.body["rows"]), [(2, "refused".to_owned(), "other-unit".to_owned())], "{}", beyond.body);
        let limited = wide("10000", ("list", "10000;54"), ("Công văn;Giấy mời", "có"));
        assert_eq!(send(house, by, "march", &limited).await.body["outcomes"], json!({"new": 1}));
        let lifted = wide("10000", ("", ""), ("*", "không"));
        let tried = trial(&lifted).await;
        let row = &tried.body["rows"][0];
        let limits = |side: &str| row[side]["limits"].clone();
        assert_eq!(limits("before"), json!({"document_classes": ["Công văn", "Giấy mời"], "no_redelegate": true}), "{}", tried.body);
        assert_eq!(limits("after"), json!({"no_redelegate": false}));
        assert_eq!((&row["before"]["scope"]["kind"], &row["after"]["scope"]["kind"]), (&json!("list"), &json!("unit")));
        assert_eq!(tried.body["totals"]["changed"], 1);
        let known = get(house, by, &format!("/api/v1/posts/{}", row["post"].as_str().expect("a post"))).await;
        assert_eq!(known.body["limits"]["no_redelegate"], true, "nothing was written: {}", known.body);
        for (body, at, why) in [
            (wide("10000", ("list", ""), ("", "")), "/file/2/scope_units", "cell-missing"),
            (wide("10000", ("", "54"), ("", "")), "/file/2/scope_units", "cell-not-list"),
            (wide("10000", ("list", "54;99999"), ("", "")), "/file/2/scope_units", "cell-unit"),
            (wide("10000", ("", ""), (";", "")), "/file/2/document_classes", "cell-classes"),
            (wide("10000", ("", ""), ("", "vâng dạ")), "/file/2/no_redelegate", "cell-yes-no"),
        ] {
            let reply = trial(&body).await;
            let error = &reply.body["errors"][0];
            assert_eq!((reply.status, error["pointer"].as_str(), error["code"].as_str()), (422, Some(at), Some(why)), "{}", reply.body);
        }
    }
}

apart! {
    async fn row_193_a_file_of_guesses_finds_out_nothing_about_posts_elsewhere(house) {
        let cast = Cast::of(house).await;
        let (_, owner) = console(house, &cast.owner.person).await;
        assert_eq!(send(house, &owner, "theirs", &file(&[DUNG])).await.body["outcomes"], json!({"new": 1}));
        let (_, by) = &console(house, &cast.binh).await;
        let right = trial(house, by, DUNG).await;
        let wrong = trial(house, by, &DUNG.replace("nhan-ho-so", "thong-ke")).await;
        assert_eq!(right, [(2, "refused".to_owned(), "other-unit".to_owned())], "a right guess is answered like a wrong one");
        assert_eq!(wrong, right);
        assert_eq!(send(house, by, "guess", &file(&[DUNG])).await.body["outcomes"], json!({"refused": 1}));
    }
}

apart! {
    async fn row_203_posts_that_sleep_are_listed_in_ones_own_units_alone(house) {
        let cast = Cast::of(house).await;
        let (_, awake) = cast.clerk(house, "Lê Thị Cúc", &cast.country.commune).await;
        let (_, asleep) = cast.clerk(house, "Võ Thị Em", &cast.country.commune).await;
        let (_, foreign) = cast.clerk(house, "Đỗ Văn Giang", &cast.country.other).await;
        house.later(46 * 86_400).await;
        let cx = house.cx();
        let id = awake.parse().expect("an id");
        house.db().write(&cx, |tx| Box::pin(office::used(tx, id))).await.expect("writes");
        let marked = house.db().write(&cx, |tx| Box::pin(office::watch::mark_dormant(tx))).await.expect("runs");
        assert!(marked >= 2, "{marked}");
        let (_, by) = &console(house, &cast.binh).await;
        let list = async |query: &str| get(house, by, &format!("/api/v1/posts?unit={}&{query}", cast.country.commune)).await;
        let sleeping = list("dormant=true").await;
        assert_eq!(ids(&sleeping), [asleep], "{}", sleeping.body);
        assert!(sleeping.body["items"][0]["dormant_at"].is_string(), "{}", sleeping.body);
        assert_eq!(ids(&list("dormant=false").await), [awake]);
        assert_eq!(ids(&list("").await).len(), 2);
        assert_eq!(list("dormant=perhaps").await.status, 422);
        let everywhere = get(house, by, "/api/v1/posts?dormant=true").await;
        assert_eq!(ids(&everywhere).len(), 2, "theirs and the clerk's: {}", everywhere.body);
        let (_, owner) = console(house, &cast.owner.person).await;
        let all = ids(&get(house, &owner, "/api/v1/posts?dormant=true").await);
        assert!(all.contains(&foreign) && !ids(&everywhere).contains(&foreign), "nothing of the other province");
    }
}
