//! Many at once: whatever is for one use has one use.

use futures_util::future::join_all;
use idp_tests::{Browser, journey};
use serde_json::json;

journey! {
    async fn fifty_redemptions_of_one_code_succeed_exactly_once(house) {
        let party = house.party(json!({})).await;
        let an = house.citizen("Nguyễn Văn An").await;
        let (away, code) = Browser::new().sign_in(house, &party, &an).await;
        let replies = join_all((0..50).map(|_| house.redeem(&party, &away, &code))).await;
        let good = replies.iter().filter(|reply| reply.status == 200).count();
        assert_eq!(good, 1);
        for reply in replies.iter().filter(|reply| reply.status != 200) {
            assert_eq!((reply.status, reply.error()), (400, "invalid_grant"), "{}", reply.body);
        }
    }
}

journey! {
    async fn of_many_uses_of_one_refresh_token_one_line_survives(house) {
        let party = house.party(json!({})).await;
        let an = house.citizen("Nguyễn Văn An").await;
        let (away, code) = Browser::new().sign_in(house, &party, &an).await;
        let token = house.redeem(&party, &away, &code).await.text("refresh_token");
        let replies = join_all((0..20).map(|_| house.refresh(&party, &token))).await;
        let successors: Vec<_> = replies.iter().filter(|reply| reply.status == 200).map(|reply| reply.text("refresh_token")).collect();
        assert!(!successors.is_empty());
        // All came within ten seconds: each retry retired the successor before it, so one is alive at most.
        let mut conn = house.db().read().await.expect("reads");
        let sql = "select count(*) as n from refresh_token r join token_grant g on g.id = r.grant_id \
            where g.person_id = $1 and r.used_at is null and r.retired_at is null and g.revoked_at is null";
        let alive = conn.one(sql, idp_core::params![an.id]).await.expect("counts").expect("a row").int("n").expect("a number");
        assert!(alive <= 1, "{alive} are alive");
    }
}

journey! {
    async fn many_first_requests_of_one_person_all_succeed_and_agree(house) {
        let (known, fresh) = (house.party(json!({})).await, house.party(json!({ "subject_type": "pairwise" })).await);
        let an = house.citizen("Nguyễn Văn An").await;
        let mut browser = Browser::new();
        browser.sign_in(house, &known, &an).await;
        let tabs = (0..24).map(|_| {
            let cookies = browser.cookies.clone();
            let away = fresh.authorize(house, &[]);
            async move {
                let mut tab = Browser::new();
                tab.cookies = cookies;
                let page = tab.open(away.url.as_str()).await;
                (page.status, page.returned("code"), away)
            }
        });
        let mut subjects = std::collections::BTreeSet::new();
        for (status, code, away) in join_all(tabs).await {
            let code = code.unwrap_or_else(|| panic!("{status}: no code"));
            let tokens = house.redeem(&fresh, &away, &code).await;
            subjects.insert(idp_tests::tokens::claims(&tokens.text("id_token"))["sub"].to_string());
        }
        assert_eq!(subjects.len(), 1, "one person has one subject in a sector");
    }
}

journey! {
    async fn many_first_sign_ins_of_one_person_all_succeed(house) {
        let party = house.party(json!({})).await;
        let an = house.citizen("Nguyễn Văn An").await;
        let visits = (0..8).map(|_| async { Browser::new().sign_in(house, &party, &an).await.1 });
        let codes: std::collections::BTreeSet<_> = join_all(visits).await.into_iter().collect();
        assert_eq!(codes.len(), 8);
    }
}

journey! {
    async fn crowds_of_people_come_and_go_without_a_fault(house) {
        let party = house.party(json!({ "scopes": ["openid", "profile"], "access_token_signed_response_alg": "ES256" })).await;
        let crowd = (0..16).map(|_| async {
            let an = house.citizen("Nguyễn Văn An").await;
            let mut browser = Browser::new();
            let scope = [("scope", "openid profile")];
            browser.sign_in_with(house, &party, &an, &scope).await;
            let mut failed = Vec::new();
            for _ in 0..12 {
                let away = party.authorize(house, &scope);
                let page = browser.open(away.url.as_str()).await;
                match page.returned("code") {
                    Some(code) => {
                        let tokens = house.redeem(&party, &away, &code).await;
                        if tokens.status != 200 {
                            failed.push(tokens.body.to_string());
                        }
                    }
                    None => failed.push(format!("{} {:?}", page.status, page.text("#error-code"))),
                }
            }
            failed
        });
        let failed: Vec<String> = join_all(crowd).await.into_iter().flatten().collect();
        assert!(failed.is_empty(), "{failed:?}");
    }
}
