//! What is not built yet is refused by name, and discovery does not promise it
//! (rows 13, 51, 55, 56, 58, 60, 63, 65 and 66 of the list of attacks).

use idp_tests::{Browser, Reply, journey, tokens::claims};
use serde_json::json;

journey! {
    async fn rows_13_55_58_63_no_endpoint_answers_for_what_is_not_there(house) {
        let metadata = Reply::of(house.http.get(house.at("/.well-known/openid-configuration"))).await.body;
        for absent in [
            "pushed_authorization_request_endpoint",
            "device_authorization_endpoint",
            "registration_endpoint",
            "backchannel_authentication_endpoint",
            "dpop_signing_alg_values_supported",
            "tls_client_certificate_bound_access_tokens",
            "check_session_iframe",
        ] {
            assert!(metadata.get(absent).is_none(), "{absent} is promised");
        }
        for path in ["/oauth2/par", "/oauth2/device", "/device/approve", "/oauth2/register", "/oauth2/bc-authorize"] {
            let reply = Reply::of(house.http.post(house.at(path)).form(&[("client_id", "x")])).await;
            assert_eq!(reply.status, 404, "{path}");
        }
        let party = house.party(json!({})).await;
        let reused = party.authorize(house, &[("request_uri", "urn:ietf:params:oauth:request_uri:x")]);
        let page = Browser::new().open(reused.url.as_str()).await;
        assert_eq!(page.returned("error").as_deref(), Some("request_uri_not_supported"));
    }
}

journey! {
    async fn row_51_a_proof_of_possession_is_not_pretended(house) {
        let party = house.party(json!({})).await;
        let request = house.http.post(house.at("/oauth2/token")).basic_auth(&party.client_id, Some(&party.secret));
        let reply = Reply::of(request.header("dpop", "x.y.z").form(&[("grant_type", "client_credentials")])).await;
        assert_eq!(reply.text("token_type"), "Bearer", "a party that wanted a bound token sees that it has none");
        assert!(claims(&reply.text("access_token")).get("cnf").is_none());
        let an = house.citizen("Nguyễn Văn An").await;
        let (away, code) = Browser::new().sign_in(house, &party, &an).await;
        let access = house.redeem(&party, &away, &code).await.text("access_token");
        let shown = house.http.get(house.at("/oauth2/userinfo")).header("authorization", format!("DPoP {access}"));
        assert_eq!(Reply::of(shown).await.status, 401, "and no other scheme is read as Bearer");
    }
}

journey! {
    async fn row_60_no_request_writes_a_reserved_claim(house) {
        let party = house.party(json!({})).await;
        let an = house.citizen("Nguyễn Văn An").await;
        let names = ["iss", "aud", "acr", "amr", "azp", "cnf", "roles", "exp", "client_id"];
        let wish: serde_json::Map<_, _> = names.map(|name| (name.to_owned(), json!({ "value": "forged" }))).into_iter().collect();
        let asked = json!({ "id_token": wish, "userinfo": wish }).to_string();
        let (away, code) = Browser::new().sign_in_with(house, &party, &an, &[("claims", &asked)]).await;
        let tokens = house.redeem(&party, &away, &code).await;
        for token in ["id_token", "access_token"] {
            let inside = claims(&tokens.text(token));
            assert!(!json!(inside).to_string().contains("forged"), "{inside:?}");
            assert_eq!(inside["iss"], house.issuer.as_str());
        }
        let told = house.userinfo(&tokens.text("access_token")).await;
        assert!(!told.body.to_string().contains("forged"), "{}", told.body);
    }
}
