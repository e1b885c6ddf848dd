//! The reform of 1 July 2025, replayed for the whole country through the API of change sets: one writes, another signs.

use idp_core::{
    admin::{Role, Scope},
    org::{
        self,
        change::{self, NewSet},
    },
};
use idp_tests::{Engine, House};
use serde_json::json;

use super::{Country, in_country, lists};
use crate::admin::desk::{code, get, house, officer, post, step};

const CHANGES: &str = "/api/v1/changes";

/// The sets of a country that was loaded from the lists, in the order of their days.
async fn sets(country: &Country) -> Vec<NewSet> {
    let mut conn = country.house.db().read().await.expect("reads");
    let mut found = Vec::new();
    for row in change::list(&mut conn, Some("approved"), None, 100).await.expect("reads") {
        let set = change::get(&mut conn, row.id).await.expect("reads").expect("is there");
        found.push(NewSet {
            title: set.row.title,
            purpose: change::Purpose::Correction,
            decision: set.row.decision,
            effective_on: set.row.effective_at.day(),
            operations: set.operations,
            choices: set.choices,
        });
    }
    found.sort_by_key(|set| set.effective_on);
    found
}

/// The forms of units (xã, phường, đặc khu) are words, no decisions: they are there before the first set.
async fn forms(from: &House, to: &House) {
    let forms = org::forms(&mut from.db().read().await.expect("reads")).await.expect("reads");
    let (cx, forms) = (to.cx(), &forms);
    let written = to.db().write(&cx, |tx| {
        Box::pin(async move {
            for form in forms {
                org::put_form(tx, form).await?;
            }
            Ok::<_, idp_core::store::StoreError>(())
        })
    });
    written.await.expect("writes");
}

in_country! {
    async fn a_writer_and_a_signer_bring_the_whole_country_over_the_date(country) {
        let engine = country.engine;
        let new = house(engine).await;
        forms(&country.house, &new).await;
        let writer = officer(&new, Role::PlatformOwner, Scope::Whole).await;
        let signer = officer(&new, Role::PlatformOwner, Scope::Whole).await;
        let sets = sets(country).await;
        assert!(sets.len() >= 2 && sets.iter().map(|set| set.operations.len()).sum::<usize>() > 13_000);
        for set in &sets {
            let body = serde_json::to_value(set).expect("JSON");
            let made = post(&new, &writer.console, CHANGES, &body).await;
            assert_eq!(made.status, 201, "{}: {}", set.title, made.body);
            let path = format!("{CHANGES}/{}", made.text("id"));
            let trial = get(&new, &signer.console, &format!("{path}/dry-run")).await;
            assert_eq!((trial.status, &trial.body["clashes"]), (200, &json!([])), "{}", set.title);
            assert!(trial.body["touched"].as_array().is_some_and(|touched| !touched.is_empty()), "{}", set.title);
            assert_eq!(step(&new, &writer.console, &path, "submit", None).await.status, 200);
            let own = step(&new, &writer.console, &path, "approve", None).await;
            assert_eq!(code(&own), (403, "second-person-needed".to_owned()));
            let approved = step(&new, &signer.console, &path, "approve", None).await;
            assert_eq!((approved.status, approved.body["state"].as_str()), (200, Some("approved")), "{}: {}", set.title, approved.body);
        }
        for (day, name) in [("2025-06-30", "units-2024.csv"), ("2025-07-01", "units-2025.csv")] {
            assert_eq!(lists::downloaded(&new, day).await, lists::listed(name), "{day}");
        }
        lists::compare_with_the_map(&new).await;
    }
}
