//! Userinfo: who may ask, and what is told (rows 75 and 76 of the list of attacks).

use idp_tests::{Browser, Reply, journey, tokens::claims};
use serde_json::json;

journey! {
    async fn userinfo_tells_what_the_token_was_granted_and_no_more(house) {
        let party = house.party(json!({})).await;
        let an = house.citizen("Nguyễn Văn An").await;
        let (away, code) = Browser::new().sign_in_with(house, &party, &an, &[("scope", "openid")]).await;
        let tokens = house.redeem(&party, &away, &code).await;
        let told = house.userinfo(&tokens.text("access_token")).await;
        let names: Vec<_> = told.body.as_object().expect("an object").keys().cloned().collect();
        assert_eq!(names, ["sub"], "{}", told.body);
        assert_eq!(told.body["sub"], claims(&tokens.text("id_token"))["sub"]);
        let posted = house.http.post(house.at("/oauth2/userinfo")).form(&[("access_token", tokens.text("access_token"))]);
        assert_eq!(Reply::of(posted).await.body, told.body);
        let in_query = house.http.get(house.at(&format!("/oauth2/userinfo?access_token={}", tokens.text("access_token"))));
        assert_eq!(Reply::of(in_query).await.status, 401, "never from the address");
    }
}

journey! {
    async fn a_signed_answer_is_for_its_party(house) {
        let party = house.party(json!({ "userinfo_signed_response_alg": "PS256" })).await;
        let an = house.citizen("Nguyễn Văn An").await;
        let (away, code) = Browser::new().sign_in(house, &party, &an).await;
        let access = house.redeem(&party, &away, &code).await.text("access_token");
        let answer = house.http.get(house.at("/oauth2/userinfo")).bearer_auth(&access).send().await.expect("answers");
        assert_eq!(answer.headers()["content-type"], "application/jwt");
        let inside = claims(&answer.text().await.expect("a token"));
        assert_eq!((inside["iss"].as_str(), inside["aud"].as_str()), (Some(house.issuer.as_str()), Some(party.client_id.as_str())));
    }
}

journey! {
    async fn row_75_a_token_for_another_audience_is_none_for_us(house) {
        let party = house.party(json!({ "resources": ["https://land.example"] })).await;
        let an = house.citizen("Nguyễn Văn An").await;
        let (away, code) = Browser::new().sign_in_with(house, &party, &an, &[("resource", "https://land.example")]).await;
        let access = house.redeem(&party, &away, &code).await.text("access_token");
        let reply = house.userinfo(&access).await;
        assert_eq!((reply.status, reply.error()), (401, "invalid_token"));
        assert!(reply.headers["www-authenticate"].to_str().is_ok_and(|value| value.contains("invalid_token")));
        let bare = Reply::of(house.http.get(house.at("/oauth2/userinfo"))).await;
        assert_eq!((bare.status, bare.headers["www-authenticate"].to_str().ok()), (401, Some("Bearer")));
        let own = house.ask("/oauth2/token", &party, &[("grant_type", "client_credentials")]).await.text("access_token");
        assert_eq!(house.userinfo(&own).await.status, 401, "a token in a party's own name");
    }
}

journey! {
    async fn pairwise_subjects_differ_by_sector_and_stay(house) {
        let sector = |name: &str| json!({ "subject_type": "pairwise", "sector_identifier": name });
        let (one, twin, other) = (house.party(sector("a.example")).await, house.party(sector("a.example")).await, house.party(sector("b.example")).await);
        let an = house.citizen("Nguyễn Văn An").await;
        let mut subjects = Vec::new();
        for party in [&one, &twin, &other, &one] {
            let (away, code) = Browser::new().sign_in(house, party, &an).await;
            subjects.push(claims(&house.redeem(party, &away, &code).await.text("id_token"))["sub"].clone());
        }
        assert_eq!(subjects[0], subjects[1]);
        assert_ne!(subjects[0], subjects[2]);
        assert_eq!(subjects[0], subjects[3]);
    }
}
