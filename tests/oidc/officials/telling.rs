//! What tokens say of a post, and how long.

use std::time::Duration;

use idp_tests::{Browser, tokens::claims};
use serde_json::json;

use super::{
    bureau::{Bureau, DESK, party_with, told},
    own,
};

own! {
    async fn every_token_tells_the_same_and_a_post_that_ended_closes_every_path_the_same_second(bureau) {
        let house = &bureau.house;
        let an = house.citizen("Nguyễn Văn An").await;
        let post = bureau.post(&an, "22015", "chu-tich", &[DESK]).await;
        let mut browser = Browser::new();
        let reply = bureau.tokens(&mut browser, &an, &[]).await;
        let (access, refresh) = (reply.text("access_token"), reply.text("refresh_token"));
        let userinfo = house.userinfo(&access).await.body;
        let introspected = bureau.introspect(&access).await;
        for (place, told) in [
            ("id_token", json!(told(&reply))),
            ("access_token", json!(claims(&access))),
            ("userinfo", userinfo),
            ("introspection", introspected),
        ] {
            for (name, value) in [
                ("capacity", json!("official")),
                ("assignment", json!(post)),
                ("assignment_kind", json!("primary")),
                ("roles", json!(["le-tan"])),
                ("permissions", json!(["receive"])),
                ("signing_capacity", json!("TM.")),
            ] {
                assert_eq!(told[name], value, "{name} in {place}: {told}");
            }
            assert_eq!(told["unit"]["codes"]["gso"], "22015", "{place}");
            assert_eq!(told["position"]["vi"], "Chủ tịch", "{place}");
        }
        bureau.end(post).await;
        assert_eq!(house.refresh(&bureau.party, &refresh).await.error(), "invalid_grant");
        assert_eq!(bureau.introspect(&access).await, json!({"active": false}));
        assert_eq!(bureau.introspect(&refresh).await, json!({"active": false}));
        assert_eq!(house.userinfo(&access).await.status, 401);
        assert_eq!(told(&bureau.tokens(&mut browser, &an, &[]).await)["capacity"], "citizen", "the session goes on, the post does not");
    }
}

own! {
    async fn a_delegate_signs_for_another_and_dies_with_the_giver(bureau) {
        let house = &bureau.house;
        let (an, binh) = (house.citizen("Nguyễn Văn An").await, house.citizen("Trần Thị Bình").await);
        let from = bureau.post(&an, "22015", "chu-tich", &[DESK]).await;
        let handed_on = bureau.hand_on((&an, from), &binh).await;
        let giver = told(&bureau.tokens(&mut Browser::new(), &an, &[]).await);
        let mut browser = Browser::new();
        let reply = bureau.tokens(&mut browser, &binh, &[]).await;
        let claims = told(&reply);
        assert_eq!((&claims["assignment"], &claims["assignment_kind"]), (&json!(handed_on), &json!("delegated")));
        assert_eq!(claims["signing_capacity"], "TUQ.");
        assert_eq!(claims["delegator"], json!({"sub": giver["sub"], "assignment": from, "act": {"sub": claims["sub"]}}));
        assert_ne!(claims["sub"], giver["sub"], "nobody is taken for the signer");
        assert!(claims["assignment_ends_at"].as_i64().is_some(), "{claims:?}");
        bureau.end(from).await;
        assert_eq!(house.refresh(&bureau.party, &reply.text("refresh_token")).await.error(), "invalid_grant");
        assert_eq!(bureau.introspect(&reply.text("access_token")).await, json!({"active": false}));
        assert_eq!(told(&bureau.tokens(&mut browser, &binh, &[]).await)["capacity"], "citizen");
    }
}

own! {
    async fn nothing_lives_longer_than_the_rights_of_the_post(bureau) {
        let house = &bureau.house;
        let an = house.citizen("Nguyễn Văn An").await;
        let mut new = bureau.new_post(&an, "22015", "chu-tich", &[DESK]).await;
        let ends_at = bureau.now() + Duration::from_secs(120);
        new.span.until = ends_at;
        bureau.give(new).await;
        let reply = bureau.tokens(&mut Browser::new(), &an, &[("scope", "openid officials offline_access")]).await;
        let (access, refresh) = (reply.text("access_token"), reply.text("refresh_token"));
        let seconds = ends_at.seconds();
        assert!(reply.body["expires_in"].as_i64().is_some_and(|left| left <= 120), "{}", reply.body);
        for token in [&access, &reply.text("id_token")] {
            assert!(claims(token)["exp"].as_i64().is_some_and(|exp| exp <= seconds));
        }
        assert!(bureau.introspect(&refresh).await["exp"].as_i64().is_some_and(|exp| exp <= seconds));
        house.later(121).await;
        assert_eq!(house.refresh(&bureau.party, &refresh).await.error(), "invalid_grant");
        assert_eq!(bureau.introspect(&access).await, json!({"active": false}));
    }
}

own! {
    async fn the_unit_is_told_as_it_is_now_and_as_it_was_on_the_day_of_a_file(bureau) {
        let an = bureau.house.citizen("Nguyễn Văn An").await;
        bureau.post(&an, "22015", "chu-tich", &[DESK]).await;
        bureau.merge_communes().await;
        let wish = r#"{"id_token":{"unit_at":{"value":"2025-06-30"}}}"#;
        let claims = told(&bureau.tokens(&mut Browser::new(), &an, &[("claims", wish)]).await);
        assert_eq!(claims["unit"]["codes"]["gso"], "22016");
        assert_eq!(claims["unit_at"]["date"], "2025-06-30");
        let mut codes: Vec<&str> = claims["unit_at"]["units"]
            .as_array()
            .expect("units")
            .iter()
            .filter_map(|unit| unit["codes"]["gso"].as_str())
            .collect();
        codes.sort_unstable();
        assert_eq!(codes, ["22015", "22018"]);
    }
}

own! {
    async fn older_systems_get_their_own_words_where_they_registered_for_them(bureau) {
        let house = &bureau.house;
        let an = house.citizen("Nguyễn Văn An").await;
        bureau.post(&an, "22015", "chu-tich", &["thong-ke"]).await;
        let legacy = house.party(party_with(&json!({"claim_profile": "one_stop"}))).await;
        let (away, code) = Browser::new().sign_in_with(house, &legacy, &an, &[("scope", "openid profile officials")]).await;
        let reply = house.redeem(&legacy, &away, &code).await;
        let userinfo = house.userinfo(&reply.text("access_token")).await.body;
        for told in [json!(told(&reply)), userinfo] {
            for (name, value) in [
                ("fullName", "Nguyễn Văn An"),
                ("typeUser", "CanBo"),
                ("positionName", "Chủ tịch"),
                ("officeCode", "22015"),
                ("officeName", "Đơn vị 22015"),
                ("groupName", "Đơn vị 22015"),
                ("ou", "Đơn vị 22015"),
            ] {
                assert_eq!(told[name], value, "{name}: {told}");
            }
            assert_eq!((&told["uid"], told["permissions"].is_array()), (&told["sub"], true));
        }
        // Nobody else gets them, and a citizen is none of the staff.
        assert_eq!(told(&bureau.tokens(&mut Browser::new(), &an, &[]).await).get("typeUser"), None);
        let binh = house.citizen("Trần Thị Bình").await;
        let (away, code) = Browser::new().sign_in_with(house, &legacy, &binh, &[("scope", "openid officials")]).await;
        let claims = told(&house.redeem(&legacy, &away, &code).await);
        assert_eq!((&claims["typeUser"], claims.get("fullName")), (&json!("CongDan"), None), "no name without the scope for it");
    }
}

own! {
    async fn before_they_agree_people_see_the_post_that_would_be_told(bureau) {
        let house = &bureau.house;
        let an = house.citizen("Nguyễn Văn An").await;
        bureau.post(&an, "22015", "chu-tich", &["thong-ke"]).await;
        let asking = house.party(party_with(&json!({"consent": "explicit"}))).await;
        let away = asking.authorize(house, &[("scope", "openid officials")]);
        let mut browser = Browser::new();
        let page = browser.open(away.url.as_str()).await;
        let page = browser.enter(&page, &an).await;
        assert_eq!(page.name(), "consent", "{}", page.body);
        let values = page.text("#consent-values").unwrap_or_default();
        assert!(values.contains("Chủ tịch · Đơn vị 22015, Đơn vị 54") && values.contains("thong-ke"), "{values}");
        let page = browser.submit(&page, "consent-form", &[("decision", "allow")]).await;
        let code = page.returned("code").unwrap_or_else(|| panic!("{}", page.body));
        assert_eq!(told(&house.redeem(&asking, &away, &code).await)["capacity"], "official");
    }
}
