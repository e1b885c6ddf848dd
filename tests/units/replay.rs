//! The reform of 1 July 2025, replayed for the whole country through the API of change sets: one writes, another signs.

use idp_core::{
    admin::{Role, Scope},
    org::{
        self,
        change::{self, NewSet},
    },
};
use idp_tests::{Engine, House, Reply};
use serde_json::json;

use super::{
    Country, in_country, lists,
    officials::{self, Officials},
};
use crate::admin::desk::{Officer, code, get, house, officer, post, request, step};

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

/// Makes a set of one, tries it, and lets a second person sign. Gives its address.
async fn enacted(new: &House, (writer, signer): (&Officer, &Officer), set: &NewSet) {
    let mut body = serde_json::to_value(set).expect("JSON");
    let made = post(new, &writer.console, CHANGES, &body).await;
    assert_eq!(made.status, 201, "{}: {}", set.title, made.body);
    let path = format!("{CHANGES}/{}", made.text("id"));
    let trial = get(new, &signer.console, &format!("{path}/dry-run")).await;
    assert_eq!((trial.status, &trial.body["clashes"]), (200, &json!([])), "{}", set.title);
    assert!(trial.body["touched"].as_array().is_some_and(|touched| !touched.is_empty()), "{}", set.title);
    let choices = officials::choices(&trial.body);
    if choices.as_array().is_some_and(|choices| !choices.is_empty()) {
        body["choices"] = choices;
        let revise = request(new, &writer.console, "put", &path).header("if-match", "\"1\"").json(&body);
        let revised = Reply::of(revise).await;
        assert_eq!(revised.status, 200, "{}", revised.body["errors"]);
        let trial = get(new, &signer.console, &format!("{path}/dry-run")).await;
        assert_eq!((&trial.body["clashes"], officials::choices(&trial.body)), (&json!([]), json!([])));
    }
    assert_eq!(step(new, &writer.console, &path, "submit", None).await.status, 200);
    let own = step(new, &writer.console, &path, "approve", None).await;
    assert_eq!(code(&own), (403, "second-person-needed".to_owned()));
    let approved = step(new, &signer.console, &path, "approve", None).await;
    let told = (approved.status, approved.body["state"].as_str());
    assert_eq!(told, (200, Some("approved")), "{}: {}", set.title, approved.body);
}

in_country! {
    async fn row_201_a_writer_and_a_signer_bring_the_whole_country_over_the_date_and_no_official_gains_or_loses(country) {
        let engine = country.engine;
        let new = house(engine).await;
        forms(&country.house, &new).await;
        let writer = officer(&new, Role::PlatformOwner, Scope::Whole).await;
        let signer = officer(&new, Role::PlatformOwner, Scope::Whole).await;
        let mut sets = sets(country).await;
        assert!(sets.len() >= 2 && sets.iter().map(|set| set.operations.len()).sum::<usize>() > 13_000);
        let reform = sets.pop().expect("there is a last one");
        for set in &sets {
            enacted(&new, (&writer, &signer), set).await;
        }
        let officials = Officials::take_office(&new).await;
        // What the jobs note of posts that began a year ago (nobody acts in them, their units owe reviews) is noted now, in parts of two
        // hundred: else they would write beside the long transaction below, and PostgreSQL would make it begin again.
        for _ in 0..8 {
            new.jobs().await;
        }
        enacted(&new, (&writer, &signer), &reform).await;
        for (day, name) in [("2025-06-30", "units-2024.csv"), ("2025-07-01", "units-2025.csv")] {
            assert_eq!(lists::downloaded(&new, day).await, lists::listed(name), "{day}");
        }
        lists::compare_with_the_map(&new).await;
        let unasked = officials.unasked(&new).await;
        assert!(unasked.is_empty(), "{} changes that nobody asked for:\n{}", unasked.len(), unasked.join("\n"));
        // Had a rule been wrong, the comparison would have named who, where, which right and over what.
        let [head, clerk] = officials.wrong(&new).await;
        let unasked = officials.unasked(&new).await;
        let told = |who: &str, what: &str| unasked.iter().any(|line| line.starts_with(who) && line.contains(what));
        assert!(told(&head, ": gains lanh-dao-don-vi (") && told(&clerk, ": loses nhan-ho-so ("), "{unasked:?}");
    }
}
