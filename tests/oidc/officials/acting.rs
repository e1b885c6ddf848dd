//! Choosing the post, changing it, and what the hall asks on the way.

use idp_core::signin;
use idp_tests::Browser;
use serde_json::json;

use super::{
    bureau::{Bureau, DESK, SCOPE, told},
    own,
};

own! {
    async fn who_serves_in_two_posts_chooses_one_and_the_party_is_told_of_it_alone(bureau) {
        let house = &bureau.house;
        let an = house.citizen("Nguyễn Văn An").await;
        let one = bureau.post(&an, "22015", "chu-tich", &[DESK]).await;
        let two = bureau.post(&an, "22018", "chuyen-vien", &[DESK, "thong-ke"]).await;
        let mut browser = Browser::new();
        let (away, page) = bureau.arrive(&mut browser, &an, &[]).await;
        assert_eq!((page.status, page.name().as_str()), (200, "choose-post"), "{}", page.body);
        assert!(page.text("#why").is_some_and(|why| why.contains("several-posts")), "{}", page.body);
        assert!(!page.has("input[checked]"), "nothing is chosen for anybody");
        let again = browser.submit(&page, "choose-post-form", &[]).await;
        assert_eq!((again.status, again.has("#post-error")), (400, true), "{}", again.body);
        let stranger = uuid::Uuid::now_v7().to_string();
        let again = browser.submit(&again, "choose-post-form", &[("post", &stranger)]).await;
        assert_eq!(again.name(), "choose-post", "a post that is not theirs: {}", again.body);
        let page = browser.submit(&again, "choose-post-form", &[("post", &two.to_string())]).await;
        let reply = bureau.redeem(&away, &page).await;
        let claims = told(&reply);
        assert_eq!(claims["capacity"], "official");
        assert_eq!(claims["assignment"], json!(two));
        assert_eq!(claims["position"]["code"], "chuyen-vien");
        assert_eq!(claims["unit"]["codes"]["gso"], "22018");
        assert_eq!(claims["unit"]["level"], "commune");
        assert_eq!(claims["roles"], json!(["le-tan", "thong-ke"]), "in the party's own words");
        assert_eq!(claims["permissions"], json!(["receive"]), "of its own namespace alone");
        let text = serde_json::to_string(&claims).expect("writes");
        assert!(!text.contains("hidden") && !text.contains(&one.to_string()), "{text}");
        // The choice is kept: another browser passes at once, and without a page.
        let mut second = Browser::new();
        assert_eq!(told(&bureau.tokens(&mut second, &an, &[]).await)["assignment"], json!(two));
        assert_eq!(told(&bureau.tokens(&mut second, &an, &[("prompt", "none")]).await)["assignment"], json!(two));
        assert_eq!(house.events("acted-as", an.id).await, 2, "once a session");
    }
}

own! {
    async fn the_post_is_changed_without_a_new_factor_and_one_may_act_as_a_citizen(bureau) {
        let house = &bureau.house;
        let an = house.citizen("Nguyễn Văn An").await;
        let only = bureau.post(&an, "22015", "pho-chu-tich", &[DESK]).await;
        let mut browser = Browser::new();
        let claims = told(&bureau.tokens(&mut browser, &an, &[]).await);
        assert_eq!((&claims["assignment"], &claims["signing_capacity"]), (&json!(only), &json!("KT.")), "one post is taken silently");
        let change = [("prompt", "select_account")];
        let (away, page) = bureau.arrive(&mut browser, &an, &change).await;
        assert_eq!(page.name(), "select-account", "{}", page.body);
        let page = browser.submit(&page, "select-account-form", &[("choice", "continue")]).await;
        assert_eq!(page.name(), "choose-post", "{}", page.body);
        assert!(page.has(&format!("input[value='{only}'][checked]")), "what they act in now is ticked");
        let page = browser.submit(&page, "choose-post-form", &[("post", "citizen")]).await;
        let claims = told(&bureau.redeem(&away, &page).await);
        assert_eq!((&claims["capacity"], claims.get("assignment"), claims.get("unit")), (&json!("citizen"), None, None));
        assert_eq!(told(&bureau.tokens(&mut browser, &an, &[]).await)["capacity"], "citizen", "it is kept");
    }
}

own! {
    async fn without_a_page_a_missing_choice_is_the_error_and_who_has_no_post_is_a_citizen(bureau) {
        let house = &bureau.house;
        let (an, binh) = (house.citizen("Nguyễn Văn An").await, house.citizen("Trần Thị Bình").await);
        bureau.post(&an, "22015", "chu-tich", &[DESK]).await;
        bureau.post(&an, "22018", "chuyen-vien", &[DESK]).await;
        let mut browser = Browser::new();
        let (_, page) = bureau.arrive(&mut browser, &an, &[]).await;
        assert_eq!(page.name(), "choose-post");
        let silent = bureau.party.authorize(house, &[SCOPE, ("prompt", "none")]);
        let page = browser.open(silent.url.as_str()).await;
        assert_eq!(page.returned("error").as_deref(), Some("interaction_required"));
        let plain = bureau.party.authorize(house, &[("scope", "openid"), ("prompt", "none")]);
        assert!(browser.open(plain.url.as_str()).await.returned("code").is_some(), "who asks for no post gets none");
        assert_eq!(told(&bureau.tokens(&mut Browser::new(), &binh, &[]).await)["capacity"], "citizen");
        // To the other system the role says nothing, so it learns nothing: not even that there is a post.
        let away = bureau.other.authorize(house, &[SCOPE]);
        let page = browser.open(away.url.as_str()).await;
        let code = page.returned("code").unwrap_or_else(|| panic!("{}", page.body));
        assert_eq!(told(&house.redeem(&bureau.other, &away, &code).await)["capacity"], "citizen");
    }
}

own! {
    async fn a_role_that_needs_a_level_asks_for_it_when_its_post_is_chosen(bureau) {
        let an = bureau.house.citizen("Nguyễn Văn An").await;
        bureau.post(&an, "22015", "chu-tich", &["lanh-dao-don-vi"]).await;
        let (mut browser, mut key) = bureau.with_passkey(&an).await;
        let (away, page) = bureau.arrive(&mut browser, &an, &[]).await;
        assert_eq!((page.name().as_str(), page.has("#decline")), ("step-up", false), "{}", page.body);
        assert!(page.text("#why").is_some_and(|why| why.contains("post-level")), "{}", page.body);
        let page = browser.use_passkey(&page, &mut key).await;
        let claims = told(&bureau.redeem(&away, &page).await);
        assert_eq!((&claims["acr"], &claims["capacity"]), (&json!("urn:idp:aal2"), &json!("official")));
        assert_eq!(told(&bureau.tokens(&mut browser, &an, &[]).await)["capacity"], "official", "the session is strong now");
    }
}

own! {
    async fn row_235_who_serves_in_a_post_has_the_limits_of_officials(bureau) {
        let house = &bureau.house;
        let (an, binh) = (house.citizen("Nguyễn Văn An").await, house.citizen("Trần Thị Bình").await);
        bureau.post(&an, "22015", "chu-tich", &[DESK]).await;
        let (mut official, mut citizen) = (Browser::new(), Browser::new());
        let reply = bureau.tokens(&mut official, &an, &[]).await;
        // Who gets a post while they are signed in is held to the shorter limit from their next use of it on.
        bureau.tokens(&mut citizen, &binh, &[]).await;
        bureau.post(&binh, "22018", "chuyen-vien", &[DESK]).await;
        let later = bureau.tokens(&mut citizen, &binh, &[]).await;
        assert_eq!(told(&later)["capacity"], "official");
        house.later(15 * 60).await;
        for (browser, reply) in [(&mut official, &reply), (&mut citizen, &later)] {
            assert_ne!(browser.open(&house.at("/account")).await.name(), "account", "a quarter of an hour without use");
            assert_eq!(house.refresh(&bureau.party, &reply.text("refresh_token")).await.error(), "invalid_grant");
        }
        let official = "select count(*) as n from session where population = 'official' and ends_at = started_at + 28800000";
        assert_eq!(house.count(official).await, 2, "eight hours at most");
    }
}

own! {
    async fn who_leaves_office_loses_posts_sessions_keys_and_tokens_at_once(bureau) {
        let house = &bureau.house;
        let an = house.citizen("Nguyễn Văn An").await;
        bureau.post(&an, "22015", "chu-tich", &[DESK]).await;
        let (mut browser, _) = bureau.with_passkey(&an).await;
        let reply = bureau.tokens(&mut browser, &an, &[("scope", "openid officials offline_access")]).await;
        let (cx, person) = (house.cx(), an.id);
        let left = house.db().write(&cx, |tx| {
            Box::pin(async move {
                let left = signin::leave_office(tx, &idp_core::office::By::Operator, person, "nghỉ hưu").await?;
                idp::oidc::end_grants_of(tx, person, signin::LEFT_OFFICE).await?;
                Ok::<_, idp_core::office::DeskError>(left)
            })
        });
        let left = left.await.expect("leaves");
        assert_eq!((left.posts, left.sessions, left.credentials), (1, 1, 1));
        assert_eq!(house.refresh(&bureau.party, &reply.text("refresh_token")).await.error(), "invalid_grant");
        assert_eq!(bureau.introspect(&reply.text("access_token")).await, json!({"active": false}));
        assert_eq!(house.events("credential-removed", an.id).await, 1);
        assert_eq!(told(&bureau.tokens(&mut Browser::new(), &an, &[]).await)["capacity"], "citizen", "they are a citizen still");
    }
}
