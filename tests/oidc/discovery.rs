//! The public documents, and headers that every answer carries.

use idp_tests::{Reply, journey};

journey! {
    async fn the_documents_are_public_cacheable_and_equal(house) {
        let openid = Reply::of(house.http.get(house.at("/.well-known/openid-configuration"))).await;
        let oauth = Reply::of(house.http.get(house.at("/.well-known/oauth-authorization-server"))).await;
        assert_eq!((openid.status, &openid.body), (200, &oauth.body));
        assert_eq!(openid.text("issuer"), house.issuer);
        assert_eq!(openid.headers["access-control-allow-origin"], "*");
        for absent in ["request_parameter_supported", "request_uri_parameter_supported"] {
            assert_eq!(openid.body[absent], false, "{absent}");
        }
        assert_eq!(openid.body["authorization_response_iss_parameter_supported"], true);
        let jwks = Reply::of(house.http.get(openid.text("jwks_uri"))).await;
        assert!(jwks.headers["cache-control"].to_str().is_ok_and(|value| value.starts_with("public, max-age=300")));
        let keys = jwks.body["keys"].as_array().expect("keys");
        for alg in ["ES256", "RS256", "PS256", "EdDSA"] {
            assert!(keys.iter().filter(|key| key["alg"] == alg).count() >= 2, "{alg}: the next key is published with the active one");
        }
        for key in keys {
            for private in ["d", "p", "q", "dp", "dq", "qi", "k"] {
                assert!(key.get(private).is_none(), "{private} is published");
            }
        }
        let etag = jwks.headers["etag"].to_str().expect("text").to_owned();
        let again = Reply::of(house.http.get(openid.text("jwks_uri")).header("if-none-match", etag)).await;
        assert_eq!(again.status, 304);
    }
}

journey! {
    async fn every_answer_carries_the_security_headers(house) {
        for path in ["/", "/oauth2/jwks", "/oauth2/authorize", "/no-such-address", "/.git/config", "/metrics", "/oauth2/userinfo"] {
            let reply = Reply::of(house.http.get(house.at(path)).header("accept", "text/html")).await;
            let header = |name: &str| reply.headers.get(name).map(|value| value.to_str().unwrap_or_default().to_owned());
            let policy = header("content-security-policy").unwrap_or_default();
            assert!(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"), "{path}: {policy}");
            assert!(!policy.contains("unsafe"), "{path}: {policy}");
            assert_eq!(header("x-content-type-options").as_deref(), Some("nosniff"), "{path}");
            assert_eq!(header("referrer-policy").as_deref(), Some("no-referrer"), "{path}");
            assert!(header("x-request-id").is_some_and(|id| id.len() == 16), "{path}");
        }
        for hidden in ["/metrics", "/livez", "/healthz", "/test/clock", "/.git/config"] {
            assert_eq!(Reply::of(house.http.get(house.at(hidden))).await.status, 404, "{hidden} is not on the public listener");
        }
    }
}
