//! The replayed reform against the lists themselves, unit for unit.

use std::collections::{BTreeMap, HashMap};

use idp_core::{
    org::{self, AsOf, Code, FOREVER, Scheme, Share},
    store::Conn,
    types::{Day, Id, Timestamp, id},
};
use idp_tests::{Engine, House};
use serde_json::json;

use super::{Country, in_country, opened};

fn list(name: &str) -> Vec<HashMap<String, String>> {
    let file = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../idp/data/units").join(name);
    let mut reader = csv::Reader::from_path(file).expect("a list");
    reader.deserialize().map(|row| row.expect("a row")).collect()
}

/// Code → name, level, form and code of the parent.
pub(super) type State = BTreeMap<String, [String; 4]>;

pub(super) fn listed(name: &str) -> State {
    let told = |row: HashMap<String, String>| {
        let form = row["type"].replace('_', "-");
        (row["code"].clone(), [row["name"].clone(), row["level"].clone(), form, row["parent"].clone()])
    };
    list(name).into_iter().map(told).collect()
}

/// The same from the table that everybody can download.
pub(super) async fn downloaded(house: &House, day: &str) -> State {
    let answer = opened(house, &format!("units.csv?at={day}")).await;
    assert_eq!(answer.headers()["content-type"], "text/csv; charset=utf-8; header=present");
    let text = answer.text().await.expect("a table");
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let rows: Vec<HashMap<String, String>> = reader.deserialize().map(|row| row.expect("a row")).collect();
    let codes: HashMap<String, String> = rows.iter().map(|row| (row["id"].clone(), row["gso"].clone())).collect();
    let territories = rows.iter().filter(|row| row["kind"] == "territory");
    let told = |row: &HashMap<String, String>| {
        let parent = codes.get(&row["parent_id"]).cloned().unwrap_or_default();
        (row["gso"].clone(), [row["name_vi"].clone(), row["level"].clone(), row["form"].clone(), parent])
    };
    territories.map(told).collect()
}

in_country! {
    async fn both_sides_of_the_date_are_the_lists_unit_for_unit(country) {
        assert_eq!(country.said["before"], json!({"provinces": 63, "districts": 696, "communes": 10_035}));
        assert_eq!(country.said["after"], json!({"provinces": 34, "districts": 0, "communes": 3_321}));
        let days = [("2025-06-30", "units-2024.csv"), ("2025-07-01", "units-2025.csv"), ("2025-01-01", "units-2024.csv"), ("2030-01-01", "units-2025.csv")];
        for (day, name) in days {
            assert_eq!(downloaded(&country.house, day).await, listed(name), "{day}");
        }
        assert_eq!(downloaded(&country.house, "2024-12-31").await, State::new(), "nothing is known of earlier days");
    }
}

pub(super) fn start(day: &str) -> Timestamp {
    day.parse::<Day>().expect("a day").start()
}

async fn meant(conn: &mut Conn, code: &str, day: &str) -> Id<id::Unit> {
    let gso = Code::parse(Scheme::Gso, code).expect("a code");
    let unit = org::by_code(conn, &gso, AsOf::at(start(day))).await.expect("reads");
    unit.unwrap_or_else(|| panic!("{code} means nothing on {day}"))
}

/// Every line of the map is a succession, and says the same.
pub(super) async fn compare_with_the_map(house: &House) {
    let mut conn = house.db().read().await.expect("reads");
    let (all, mut went_on) = (AsOf::at(Timestamp::from_millis(FOREVER.millis() - 1)), 0);
    let mut lines: BTreeMap<String, Vec<HashMap<String, String>>> = BTreeMap::new();
    for line in list("units-map-2024-2025.csv") {
        let old = if line["old_code"].is_empty() { &line["old_district_code"] } else { &line["old_code"] };
        lines.entry(old.clone()).or_default().push(line);
    }
    assert_eq!(lines.len(), 10_035 + 5);
    // PostgreSQL is asked for every split or unchecked unit and for every tenth of the others: each is a round trip.
    let each = if house.db().dialect() == idp_core::store::Dialect::Sqlite { 1 } else { 10 };
    for (place, (old, lines)) in lines.iter().enumerate() {
        let plain = lines.len() == 1 && lines[0]["cross_checked"] == "yes";
        if plain && place % each != 0 {
            continue;
        }
        let unit = meant(&mut conn, old, "2025-06-30").await;
        let found = org::successors(&mut conn, unit, all).await.expect("reads");
        if found.is_empty() {
            let [line] = &lines[..] else { panic!("{old} is split and has no successor") };
            assert_eq!(meant(&mut conn, &line["new_code"], "2025-07-01").await, unit, "{old} goes on");
            went_on += 1;
            continue;
        }
        assert_eq!(found.len(), lines.len(), "{old}");
        for line in lines {
            let new = meant(&mut conn, &line["new_code"], "2025-07-01").await;
            let one = found.iter().find(|one| one.to == new).unwrap_or_else(|| panic!("{old} → {}", line["new_code"]));
            let share = if line["relation"] == "whole" { Share::Whole } else { Share::Part };
            let checked = line["cross_checked"] != "no";
            assert_eq!((one.share, one.checked), (share, checked), "{old}");
            assert_eq!(
                one.is_default,
                line["is_default"] == "1" && checked,
                "{old}: what only one source says is not proposed"
            );
        }
    }
    assert!(went_on == 132 || each > 1, "{went_on} communes go on");
}

in_country! {
    async fn the_successions_are_the_map_line_for_line(country) {
        compare_with_the_map(&country.house).await;
    }
}

in_country! {
    async fn going_back_and_forth_over_the_date_answers_as_of_either_side(country) {
        for _ in 0..2 {
            for (day, code, name, province) in [
                ("2025-06-30", "82", "Tỉnh Tiền Giang", "Tỉnh Tiền Giang"),
                ("2025-07-01", "82", "Tỉnh Đồng Tháp", "Tỉnh Đồng Tháp"),
                ("2025-06-30", "66", "Tỉnh Đắk Lắk", "Tỉnh Đắk Lắk"),
                ("2025-06-30", "22015", "Phường 1", "Tỉnh Phú Yên"),
                ("2025-07-01", "22015", "Phường Tuy Hòa", "Tỉnh Đắk Lắk"),
                ("2025-06-30", "46", "Thành phố Huế", "Thành phố Huế"),
                ("2025-07-01", "46", "Thành phố Huế", "Thành phố Huế"),
            ] {
                let said = country.json(&format!("units/by-code/gso/{code}?at={day}")).await;
                let path = said["unit"]["path"].as_array().cloned().unwrap_or_default();
                assert_eq!((said["unit"]["name"]["vi"].as_str(), path[1]["name"]["vi"].as_str()), (Some(name), Some(province)), "{code} {day}");
            }
        }
        let mut conn = country.house.db().read().await.expect("reads");
        let (before, after) = ("2025-06-30", "2025-07-01");
        let (old, new) = (meant(&mut conn, "66", before).await, meant(&mut conn, "66", after).await);
        assert_ne!(old, new, "a merged province is another unit, also where it keeps name and number");
        assert_eq!(meant(&mut conn, "46", before).await, meant(&mut conn, "46", after).await, "one that did not merge is the same");
        let (ward, district) = (meant(&mut conn, "22015", before).await, meant(&mut conn, "555", before).await);
        let phu_yen = meant(&mut conn, "54", before).await;
        for (day, above, expected) in [(before, phu_yen, true), (before, district, true), (before, new, false), (after, phu_yen, false)] {
            assert_eq!(org::is_under(&mut conn, ward, above, start(day)).await.expect("reads"), expected, "{day}");
        }
        let under = org::under(&mut conn, new, start(after), None, 10_000).await.expect("reads").len();
        let filter = org::Filter { level: Some("commune".into()), under: Some(new), direct: false };
        let found = org::list(&mut conn, &filter, AsOf::at(start(after)), None, 10_000).await.expect("reads");
        let communes = found.iter().filter(|row| row.kind == org::UnitKind::Territory).count();
        assert_eq!((communes, under > communes), (102, true));
    }
}
