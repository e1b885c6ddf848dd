//! Desired states, one after the other, against a real database.

use super::*;
use crate::app::scratch::Scratch;

const PARTY: &str = r#"
[[party]]
client_id = "portal"
name = { vi = "C", en = "P" }
redirect_uris = ["http://127.0.0.1:8081/callback"]
scopes = ["openid"]
grant_types = ["authorization_code"]
client_secret = "cs_0123456789012345678901234567890123"
"#;
const PERSON: &str = r#"
[[person]]
login = "an"
name = "An"
birthdate = "1985"
personal_number = "079085000001"
password = "mèo trèo cây cau hỏi thăm"
subjects = [ { sector = "public", sub = "legacy-1" } ]
"#;

async fn run(scratch: &Scratch, text: &str, mode: Mode) -> Result<Vec<String>, Vec<String>> {
    let house = &scratch.app.house;
    let target = Target {
        db: &house.db,
        pool: &house.passwords,
        policy: app::uri_policy(&scratch.config),
        cx: crate::cli::opened::operator(&house.clock),
    };
    match apply(&target, read(text), mode).await {
        Ok(changes) => Ok(changes.iter().map(Change::line).collect()),
        Err(Refused::Problems(problems)) => Err(problems.into_iter().map(|problem| problem.path).collect()),
        Err(Refused::Fault(fault)) => panic!("{fault}"),
    }
}

#[tokio::test]
async fn what_is_named_becomes_so_and_a_second_run_changes_nothing() {
    let scratch = Scratch::new().await;
    let both = format!("{PARTY}{PERSON}");
    let steps = [
        (both.clone(), Mode::Try, "+ party portal|+ person an"),
        (both.clone(), Mode::Keep, "+ party portal|+ person an"),
        (both.clone(), Mode::Keep, "= party portal|= person an"),
        (PERSON.replace("password = \"mèo trèo cây cau hỏi thăm\"\n", ""), Mode::Keep, "= person an"),
        (PERSON.replace("mèo trèo", "chim sẻ trèo"), Mode::Try, "~ person an\n    password: *"),
        (PERSON.replace("mèo trèo", "chim sẻ trèo"), Mode::Keep, "~ person an\n    password: *"),
        (PERSON.replace("mèo trèo", "chim sẻ trèo"), Mode::Keep, "= person an"),
        (PERSON.replace("1985", "1985-03-15"), Mode::Keep, "~ person an\n    birthdate: *\n    password: *"),
        (format!("{PERSON}state = \"locked\""), Mode::Try, "~ person an\n    birthdate: *\n    state: *"),
        (
            PARTY.replace("[\"openid\"]", "[\"openid\", \"profile\"]"),
            Mode::Keep,
            "~ party portal\n    scopes: [\"openid\"] → [\"openid\",\"profile\"]",
        ),
        (
            PARTY.replace("cs_0", "cs_1"),
            Mode::Keep,
            "~ party portal\n    scopes: [\"openid\",\"profile\"] → [\"openid\"]\n    client_secret: *",
        ),
        (
            format!("{PARTY}state = \"disabled\"").replace("cs_0", "cs_1"),
            Mode::Keep,
            "~ party portal\n    state: \"active\" → \"disabled\"",
        ),
    ];
    for (index, (text, mode, expected)) in steps.into_iter().enumerate() {
        assert_eq!(
            run(&scratch, &text, mode).await.map(|lines| lines.join("|")).as_deref(),
            Ok(expected),
            "step {index}"
        );
    }
}

#[tokio::test]
async fn one_problem_keeps_everything_out_and_all_are_named() {
    let scratch = Scratch::new().await;
    run(&scratch, PERSON, Mode::Keep).await.expect("is applied");
    let other = PERSON.replace("\"an\"", "\"binh\"");
    for (text, expected) in [
        (format!("{PARTY}{other}"), "person[0].subjects[0]"),
        (
            format!("{}{other}", PARTY.replace("http://127.0.0.1", "http://elsewhere.example")),
            "party[0].redirect_uris person[0].subjects[0]",
        ),
        (PARTY.replace("cs_0123456789012345678901234567890123", "short"), "party[0].client_secret"),
        (PARTY.replace("client_secret = ", "# "), "party[0].client_secret"),
        (format!("{PARTY}client_secret_file = \"/nowhere\""), "party[0].client_secret party[0].client_secret"),
        (PERSON.replace("mèo trèo cây cau hỏi thăm", "mật khẩu 123456"), "person[0].password"),
        (PERSON.replace("mèo trèo cây cau hỏi thăm", "079085000001 079085000001"), "person[0].password"),
        (PERSON.replace("mèo trèo cây cau hỏi thăm", "kính lúp bảy"), "person[0].password"),
        (
            PERSON.replace("079085000001", "1234").replace("\"1985\"", "\"once\""),
            "person[0].birthdate person[0].personal_number",
        ),
        (format!("{PARTY}color = 1{}", PERSON.replace("\"an\"", "\"a n\"")), "party[0].color person[0].login"),
    ] {
        let problems = run(&scratch, &text, Mode::Keep).await.expect_err("it is refused");
        assert_eq!(problems.join(" "), expected, "{text}");
    }
    let mut conn = scratch.app.house.db.read().await.expect("reads");
    let left = idp_core::relying::by_client_id(&mut conn, "portal").await.expect("reads");
    assert!(left.is_none(), "nothing of a refused file is kept");
}
