//! The door of open data, as other systems of the province see it.

use std::collections::BTreeSet;

use idp_tests::Engine;
use serde_json::{Value, json};

use super::{Country, in_country};

/// Every page of a list.
async fn every(country: &Country, query: &str) -> Vec<Value> {
    let (mut items, mut after) = (Vec::new(), String::new());
    loop {
        let page = country.json(&format!("units?{query}{after}")).await;
        items.extend(page["items"].as_array().cloned().unwrap_or_default());
        match page["next"].as_str() {
            Some(next) => after = format!("&after={next}"),
            None => return items,
        }
    }
}

in_country! {
    async fn lists_come_in_pages_that_hold_each_unit_once(country) {
        let territories = |items: Vec<Value>| {
            let ids: Vec<String> = items.iter().filter(|item| item["kind"] == "territory").map(|item| item["id"].to_string()).collect();
            let different: BTreeSet<&String> = ids.iter().collect();
            assert_eq!(different.len(), ids.len(), "a unit stands on two pages");
            ids.len()
        };
        for (query, expected) in [
            ("at=2025-07-01&level=commune&limit=200", 3_321),
            ("at=2025-06-30&level=district&limit=200", 696),
            ("at=2025-07-01&level=district&limit=200", 0),
            ("at=2025-06-30&level=commune&under=gso:54&limit=37", 106),
            ("at=2025-07-01&parent=gso:66&limit=50", 102),
            ("at=2025-07-01&parent=gso:54", 0),
        ] {
            assert_eq!(territories(every(country, query).await), expected, "{query}");
        }
    }
}

in_country! {
    async fn a_closed_code_leads_to_what_took_its_place(country) {
        let said = country.json("units/by-code/gso/54").await;
        assert_eq!(said["unit"], Value::Null);
        let other = &said["at_other_times"][0];
        assert_eq!((other["name"]["vi"].as_str(), other["exists_until"].as_str()), (Some("Tỉnh Phú Yên"), Some("2025-07-01T00:00:00+07:00")));
        let heir = &other["successors"][0];
        assert_eq!((heir["label"]["vi"].as_str(), heir["share"].as_str()), (Some("Tỉnh Đắk Lắk"), Some("whole")));
        let agency = country.json("units/by-code/agency-2016/000.00.05.H45?at=2025-02-01").await;
        assert_eq!(agency["unit"]["name"]["vi"], "Sở Tài chính");
        let same = country.json("units/by-code/agency-2020/H45.05?at=2025-02-01").await;
        assert_eq!(same["unit"]["id"], agency["unit"]["id"], "both forms of a code mean the same agency");
        let unit = country.json(&format!("units/{}", heir["unit"].as_str().expect("an id"))).await;
        assert_eq!((unit["exists"].as_bool(), unit["predecessors"].as_array().map(Vec::len)), (Some(true), Some(2)));
        let ended = country.json(&format!("units/{}", other["id"].as_str().expect("an id"))).await;
        assert_eq!((ended["exists"].as_bool(), ended["seen_on"].as_str()), (Some(false), Some("2025-06-30")));
    }
}

in_country! {
    async fn what_only_one_source_says_is_not_given_away(country) {
        let said = country.json("units/by-code/gso/28252?at=2025-06-30").await;
        let heirs: Vec<&Value> = said["unit"]["successors"].as_array().into_iter().flatten().collect();
        assert!(heirs.iter().all(|heir| heir["checked"] == true), "{heirs:?}");
        assert!(!heirs.is_empty() && !heirs.iter().any(|heir| heir["label"]["vi"] == "Phường Cao Lãnh"), "{heirs:?}");
        let district = country.json("units/by-code/gso/555?at=2025-06-30").await;
        assert!(district["unit"]["head"].is_null(), "open data names no person");
    }
}

in_country! {
    async fn names_are_found_without_marks_and_told_apart(country) {
        let labels = async |query: &str| -> Vec<String> {
            let found = country.json(&format!("units?q={query}")).await;
            let items = found["items"].as_array().cloned().unwrap_or_default();
            items.iter().map(|item| item["label"]["vi"].as_str().unwrap_or_default().to_owned()).collect()
        };
        assert_eq!(labels("tien+giang").await[0], "Tỉnh Tiền Giang", "a name that is over");
        let found = labels("xa+phu+xuan").await;
        assert!(found.contains(&"Xã Phú Xuân, Tỉnh Thanh Hóa".to_owned()) && found.contains(&"Xã Phú Xuân, Tỉnh Đắk Lắk".to_owned()), "{found:?}");
        assert_eq!(labels("phu+xuan,+thanh+hoa").await[0], "Xã Phú Xuân, Tỉnh Thanh Hóa");
        assert_eq!(labels("54").await, ["Tỉnh Phú Yên"]);
        assert_eq!(labels("%25").await, Vec::<String>::new());
        let now = country.json("units?q=so+tai+chinh+dak+lak&at=2026-01-01").await;
        assert_eq!(now["items"][0]["codes"][0], json!({"scheme": "agency-2020", "value": "H15.04"}));
    }
}

in_country! {
    async fn answers_can_be_kept_and_read_by_scripts_of_any_origin(country) {
        for path in ["units?at=2025-07-01", "units?q=hue", "units.csv?at=2025-07-01", "units/by-code/gso/82"] {
            let first = country.open(path).await;
            let header = |name: &str| first.headers()[name].to_str().expect("text").to_owned();
            assert!(header("cache-control").starts_with("public, max-age="), "{path}");
            assert_eq!(header("access-control-allow-origin"), "*", "{path}");
            let etag = header("etag");
            let url = country.house.at(&format!("/api/v1/public/{path}"));
            let again = country.house.http.get(url).header("if-none-match", &etag).send().await.expect("answers");
            assert_eq!((again.status().as_u16(), again.headers()["etag"].to_str().ok()), (304, Some(etag.as_str())), "{path}");
        }
    }
}

in_country! {
    async fn what_cannot_be_read_is_refused_as_a_problem(country) {
        for (path, status) in [
            ("units?at=01/07/2025", 400),
            ("units?levle=commune", 400),
            ("units?limit=0", 400),
            ("units?limit=201", 400),
            ("units?after=***", 400),
            ("units?after=AAAA", 400),
            ("units?at=2025-07-01&at=2025-07-02", 400),
            ("units?parent=gso:66&under=gso:66", 400),
            ("units?parent=nobody", 400),
            ("units?q=hue&level=commune", 400),
            ("units/00000000000000000000000000000000", 404),
            ("units/nobody", 404),
            ("units/by-code/gso/99999", 404),
            ("units/by-code/nobody/54", 404),
            ("units.csv?level=commune", 400),
        ] {
            let answer = country.open(path).await;
            assert_eq!((answer.status().as_u16(), &answer.headers()["content-type"]), (status, &"application/problem+json".parse().expect("a value")), "{path}");
        }
    }
}
