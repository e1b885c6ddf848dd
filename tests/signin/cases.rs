//! "This was not me": what a report ends, and the case from the telephone to the last word.

use idp_tests::{Browser, House, journey};
use serde_json::{Value, json};

use crate::faults::process::run;

/// A command beside the running server; gives its exit code and what it says to a program.
fn ask(house: &House, arguments: &[&str]) -> (Option<i32>, Value) {
    let (code, text) = run(&house.folder.join("idp.toml"), &[&["--json", "admin", "cases"], arguments].concat());
    let said = text.lines().rev().find_map(|line| serde_json::from_str(line).ok());
    (code, said.unwrap_or_default())
}

fn numbers(said: &Value) -> Vec<&str> {
    said.as_array().into_iter().flatten().filter_map(|case| case["number"].as_str()).collect()
}

journey! {
    async fn row_236_a_report_ends_what_outlives_the_session_and_its_case_ends_with_words(house) {
        let party = house.party(json!({})).await;
        let an = house.citizen("Nguyễn Văn An").await;
        let offline = [("scope", "openid profile offline_access")];
        let mut thief = Browser::new();
        let (away, code) = thief.sign_in_with(house, &party, &an, &offline).await;
        let stolen = house.redeem(&party, &away, &code).await;
        let mut browser = Browser::new();
        let (away, code) = browser.sign_in_with(house, &party, &an, &offline).await;
        let own = house.redeem(&party, &away, &code).await;

        let page = browser.open(&house.at("/account/history")).await;
        let answer = browser.submit(&page, "report-2", &[]).await;
        let number = answer.text("#report-number").unwrap_or_else(|| panic!("{} {}", answer.status, answer.body));
        assert_eq!(house.refresh(&party, &stolen.text("refresh_token")).await.error(), "invalid_grant");
        assert_eq!(house.userinfo(&stolen.text("access_token")).await.status, 401);
        assert_eq!(house.userinfo(&own.text("access_token")).await.status, 200, "what the holder has stays");
        assert!(!house.refresh(&party, &own.text("refresh_token")).await.text("access_token").is_empty());
        let page = browser.open(&house.at("/account/history")).await;
        assert_eq!(page.attribute(".reported", "data-state").as_deref(), Some("open"), "{}", page.body);

        // The help desk finds it by the number that is read out.
        let (code, open) = ask(house, &["list"]);
        assert!(code == Some(0) && numbers(&open).contains(&number.as_str()), "{open}");
        let (code, case) = ask(house, &["show", &format!(" {} ", number.to_lowercase())]);
        assert_eq!((code, &case["state"], &case["logins"]), (Some(0), &json!("open"), &json!([an.login])), "{case}");
        assert_eq!((&case["event"]["kind"], &case["event"]["address"]), (&json!("signed-in"), &json!("127.0.0.1")));
        assert_eq!(ask(house, &["show", "BC-0000-0000"]).0, Some(1));
        assert_eq!(ask(house, &["close", &number, "--found", "  "]).0, Some(2), "without words it stays open");
        let found = "Máy ở quán nước, <b>đã đổi</b> mật khẩu.";
        let (code, closed) = ask(house, &["close", &number, "--found", found]);
        assert_eq!((code, &closed["state"], &closed["found"]), (Some(0), &json!("closed"), &json!(found)), "{closed}");
        assert_eq!(ask(house, &["close", &number, "--found", "again"]).0, Some(1), "once");
        assert!(!numbers(&ask(house, &["list"]).1).contains(&number.as_str()));
        assert!(numbers(&ask(house, &["list", "--closed"]).1).contains(&number.as_str()));
        assert_eq!(house.events("sign-in-case-closed", an.id).await, 1);

        // Whoever reported it reads what became of it.
        let page = browser.open(&house.at("/account/history")).await;
        assert_eq!(page.attribute(".reported", "data-state").as_deref(), Some("closed"));
        assert_eq!(page.text(".found").as_deref(), Some(found), "{}", page.body);
    }
}
