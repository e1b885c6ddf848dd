//! Two portals on the `openidconnect` crate, a client that we did not write: one sign-in reaches both, one sign-out ends both.

use idp_demo::portal::{self, PortalConfig};
use idp_tests::{
    Browser, House, Page, Party,
    house::{free_port, peers_clock},
    journey,
};
use serde_json::{Value, json};

/// A portal on a loopback port of its own.
struct Portal {
    url: String,
    party: Party,
}

async fn portal(house: &House, cookie_name: &str, more: &Value) -> Portal {
    let url = format!("http://127.0.0.1:{}", free_port());
    let mut definition = json!({
        "redirect_uris": [format!("{url}/callback")],
        "post_logout_redirect_uris": [format!("{url}/")],
        "backchannel_logout_uri": format!("{url}/backchannel-logout"),
        "audience": null,
        "scopes": ["openid", "profile", "identity", "officials"],
    });
    for (name, value) in more.as_object().into_iter().flatten() {
        definition[name] = value.clone();
    }
    let party = house.party(definition).await;
    let config = PortalConfig {
        name_vi: "Cổng".into(),
        name_en: "Portal".into(),
        issuer: house.issuer.clone(),
        client_id: party.client_id.clone(),
        client_secret: party.secret.clone(),
        base_url: url.clone(),
        cookie_name: cookie_name.to_owned(),
    };
    let address = url.trim_start_matches("http://").to_owned();
    let listener = tokio::net::TcpListener::bind(address).await.expect("the port is free");
    tokio::spawn(portal::serve(listener, config, peers_clock(), std::future::pending()));
    Portal { url, party }
}

/// Goes wherever an answer leads, to other origins too.
async fn onward(browser: &mut Browser, mut page: Page) -> Page {
    for _ in 0..12 {
        let Some(next) = page.left_for.take() else { return page };
        page = browser.open(next.as_str()).await;
    }
    panic!("the browser goes round in circles at {}", page.url);
}

async fn visit(browser: &mut Browser, portal: &Portal) -> Page {
    let page = browser.open(&format!("{}/login", portal.url)).await;
    onward(browser, page).await
}

journey! {
    async fn one_sign_in_reaches_two_portals_and_one_sign_out_ends_both(house) {
        let first = portal(house, "first_portal", &json!({})).await;
        // The second one asks for consent and knows people by a subject of its own.
        let asks = json!({ "consent": "explicit", "subject_type": "pairwise" });
        let second = portal(house, "second_portal", &asks).await;
        let an = house.citizen("Nguyễn Văn An").await;
        let mut browser = Browser::new();
        let page = visit(&mut browser, &first).await;
        let page = browser.enter(&page, &an).await;
        let known = onward(&mut browser, page).await;
        assert_eq!(known.text("#signed-in-as").as_deref(), Some("Nguyễn Văn An"), "{}", known.body);
        let page = visit(&mut browser, &second).await;
        assert_eq!(page.name(), "consent", "no second password: {}", page.body);
        let page = browser.submit(&page, "consent-form", &[("decision", "allow")]).await;
        let other = onward(&mut browser, page).await;
        assert_eq!(other.text("#signed-in-as").as_deref(), Some("Nguyễn Văn An"), "{}", other.body);
        assert_ne!(other.text("#sub"), known.text("#sub"), "another sector");

        let out = browser.submit(&other, "sign-out-form", &[]).await;
        let out = onward(&mut browser, out).await;
        assert!(out.has("#signed-out"), "{}", out.body);
        house.jobs().await;
        let told = browser.open(&first.url).await;
        assert!(told.has("#sign-in") && !told.has("#sub"), "the first was told: {}", told.body);
        for kind in ["signed-in", "consented", "code-issued", "code-redeemed", "session-ended"] {
            assert!(house.events(kind, an.id).await > 0, "{kind} is in the log");
        }
        assert!(house.parts.register.by_id(second.party.id).is_some());
    }
}
