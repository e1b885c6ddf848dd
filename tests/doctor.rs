//! `idp doctor` beside running servers: what a browser and a party would find under each name.

use std::path::PathBuf;

use idp_tests::{Engine, House, house::free_port};
use serde_json::Value;

use crate::faults::process::run;

/// The marks and words of the checks about names, under the configuration of a house with some of its text replaced.
fn found(house: &House, (from, to): (&str, &str)) -> [(String, String); 2] {
    let text = std::fs::read_to_string(house.folder.join("idp.toml")).expect("a configuration");
    assert!(text.contains(from), "{text}");
    let file: PathBuf = house.folder.join("other.toml");
    std::fs::write(&file, text.replacen(from, to, 1)).expect("writes");
    let (_, text) = run(&file, &["--json", "doctor"]);
    let said = text.lines().rev().find_map(|line| serde_json::from_str::<Value>(line).ok()).unwrap_or_default();
    ["host-names", "passkeys"].map(|name| {
        let check = said["checks"].as_array().into_iter().flatten().find(|check| check["check"] == name);
        let check = check.unwrap_or_else(|| panic!("no {name} in {text}"));
        (check["mark"].as_str().unwrap_or_default().to_owned(), check["detail"].as_str().unwrap_or_default().to_owned())
    })
}

async fn names_are_looked_at_on(engine: Engine) {
    let house = &House::start(engine, "[server]\nalso_at = [\"http://127.0.0.1:PORT\"]\n\n").await;
    let other = &House::start(engine, "").await;
    let own = house.issuer.replace("localhost", "127.0.0.1");
    let marks = |found: &[(String, String); 2]| found.clone().map(|(mark, _)| mark);
    let same = ("[people]", "[people]");
    let all = found(house, same);
    assert_eq!(marks(&all), ["good", "good"], "{all:?}");
    // A name that leads to somebody else's server.
    let elsewhere = other.issuer.replace("localhost", "127.0.0.1");
    let all = found(house, (&own, &elsewhere));
    assert_eq!(marks(&all), ["wrong", "wrong"], "{all:?}");
    assert!(all[0].1.contains(&format!("issuer {}", other.issuer)), "{all:?}");
    assert!(all[1].1.contains("/.well-known/webauthn") && all[1].1.contains(&elsewhere), "{all:?}");
    // The running server was not told of an origin that the configuration names.
    let related = "[webauthn]\nrelated_origins = [\"https://cong.example\"]\n[people]";
    let all = found(house, ("[people]", related));
    assert_eq!(marks(&all), ["good", "wrong"], "{all:?}");
    assert!(all[1].1.contains("https://cong.example"), "{all:?}");
    // Nobody answers there yet: a warning, because the doctor comes before the start too.
    let nobody = format!("http://127.0.0.1:{}", free_port());
    let all = found(house, (&own, &nobody));
    assert_eq!(all[0].0, "warning", "{all:?}");
}

#[test]
fn the_doctor_sees_where_a_name_leads_elsewhere_and_what_browsers_are_told() {
    idp_tests::run(async {
        for engine in Engine::ALL {
            Box::pin(names_are_looked_at_on(engine)).await;
        }
    });
}
