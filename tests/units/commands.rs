//! What an operator does at the terminal.

use idp_tests::{Engine, House};
use serde_json::{Value, json};

use super::{Country, idp, idp_said, in_country};

in_country! {
    async fn a_second_load_changes_nothing_and_other_lists_are_refused(country) {
        let house = &country.house;
        assert_eq!((country.said["loaded"].as_bool(), country.said["sets"].as_array().map(Vec::len)), (Some(true), Some(3)));
        assert_eq!((country.said["split"].as_array().map(Vec::len), country.said["unchecked"].as_array().map(Vec::len)), (Some(471), Some(36)));
        let (code, said) = idp(house, "an", &["load", "units", "--with-sample-agencies"]);
        assert_eq!((code, said["loaded"].as_bool()), (Some(0), Some(false)));
        assert_eq!(idp(house, "an", &["load", "units"]).0, Some(1), "lists without agencies are other lists");
        let folder = house.folder.join("no-lists");
        std::fs::create_dir_all(&folder).expect("a folder");
        let (code, said) = idp_said(house, "an", &["load", "units", "--from", &folder.display().to_string()]);
        assert!(code == Some(1) && said.contains("units-2024.csv"), "{said}");
    }
}

in_country! {
    async fn a_unit_reads_well_on_either_side_of_the_date(country) {
        let house = &country.house;
        for (arguments, parts) in [
            (&["units", "show", "82", "--at", "2025-06-30"][..], &["Tỉnh Tiền Giang", "82 (statistics), H58 (agency)", "01/01/2025 to the end of 30/06/2025", "Tỉnh Đồng Tháp: all of it"][..]),
            (&["units", "show", "82", "--at", "2025-07-01"], &["Tỉnh Đồng Tháp", "82 (statistics), H20 (agency)", "since 01/07/2025", "Tỉnh Tiền Giang: all of it"]),
            (&["units", "show", "54"], &["This is the unit as it was on 30/06/2025", "Tỉnh Phú Yên", "Tỉnh Đắk Lắk: all of it"]),
            (&["units", "show", "H15.04"], &["Department of Finance, Tỉnh Đắk Lắk", "People's Committee of Đắk Lắk Province"]),
            (&["units", "successors", "54"], &["→ Tỉnh Đắk Lắk: all of it"]),
            (&["units", "successors", "28252", "--at", "2025-06-30"], &["Phường Đạo Thạnh: part, proposed, waits for a person", "Phường Cao Lãnh: only one source says so"]),
            (&["units", "story", "66"], &["01/07/2025 · 202/2025/QH15", "was formed from all of Tỉnh Đắk Lắk and Tỉnh Phú Yên"]),
            (&["units", "story", "54"], &["It is on the list as Tỉnh Phú Yên", "All of it went on in Tỉnh Đắk Lắk"]),
            (&["units", "tree", "54", "--at", "2025-06-30", "--depth", "2"], &["Thành phố Tuy Hòa · 555", "    Phường 1 · 22015", "    Department of Health · H45.16"]),
            (&["units", "search", "phu xuan hue"], &["Phường Phú Xuân · 19753"]),
        ] {
            let (code, said) = idp_said(house, "an", arguments);
            assert_eq!(code, Some(0), "{arguments:?} {said}");
            for part in parts {
                assert!(said.contains(part), "{arguments:?} lacks {part}: {said}");
            }
        }
        let (_, vi) = idp_said(house, "an", &["--lang", "vi", "units", "show", "82", "--at", "2025-06-30"]);
        assert!(vi.contains("Tiếp nối bởi") && vi.contains("01/01/2025 đến hết 30/06/2025"), "{vi}");
        for arguments in [&["units", "show", "99999"][..], &["units", "search", "zzz"], &["units", "successors", "nobody"]] {
            assert_eq!(idp(house, "an", arguments).0, Some(1), "{arguments:?}");
        }
        assert_eq!(idp(house, "an", &["units", "show", "82", "--at", "yesterday"]).0, Some(2));
        let known = idp_said(house, "an", &["units", "show", "82", "--at", "2025-06-30", "--known", "2020-01-01"]).0;
        assert_eq!(known, Some(1), "nothing was known then");
    }
}

/// A file of desired state makes a unit once, and none where nothing is above it.
fn units_of_a_file(house: &House, write: &impl Fn(&str, &str) -> String) {
    let unit = "[[unit]]\ncode = \"internal:mot-cua\"\nname = { vi = \"Trung tâm mới\" }\nkind = \"service-unit\"\nlevel = \"province\"\n\
        form = \"trung-tam\"\nparent = \"gso:66\"\nsince = \"2025-08-01\"\n";
    let desired = write("units.toml", unit);
    for (arguments, changed) in
        [(&["apply", &desired, "--dry-run"][..], 1), (&["apply", &desired], 1), (&["apply", &desired], 0)]
    {
        let (code, said) = idp(house, "an", arguments);
        assert_eq!((code, &said["changed"]), (Some(0), &json!(changed)), "{arguments:?} {said}");
    }
    let orphan = write("orphan.toml", &unit.replace("gso:66", "gso:54").replace("mot-cua", "khac"));
    let (code, said) = idp(house, "an", &["apply", &orphan]);
    assert_eq!((code, &said["problems"][0]["path"]), (Some(1), &json!("unit[0]")), "{said}");
    assert_eq!(idp(house, "an", &["load", "units"]).1["loaded"], json!(false), "what a file made is no list");
}

/// Two operators change units, on a server of their own.
async fn changes(engine: Engine) {
    let house = Box::pin(House::start(engine, "[log]\nlevel = \"error\"")).await;
    let write = |name: &str, text: &str| {
        let file = house.folder.join(name);
        std::fs::write(&file, text).expect("writes");
        file.display().to_string()
    };
    assert_eq!(idp(&house, "an", &["load", "units"]).0, Some(0));
    units_of_a_file(&house, &write);

    let digest = "ab".repeat(32);
    let rename = write(
        "rename.toml",
        &format!(
            "title = \"Đổi tên\"\npurpose = \"correction\"\neffective_on = \"2025-09-01\"\n[decision]\nnumber = \"7/NQ\"\ndate = \"2025-08-20\"\nsigner = \"S\"\n\
             file_sha256 = \"{digest}\"\n[[operations]]\nop = \"rename\"\nunit = {{ scheme = \"internal\", code = \"mot-cua\" }}\n\
             name = {{ vi = \"Trung tâm một cửa\" }}\n"
        ),
    );
    let (code, said) = idp(&house, "an", &["units", "change", "draft", &rename]);
    let set = said["set"].as_str().expect("an id").to_owned();
    assert_eq!(code, Some(0));
    let step = |operator: &str, step: &[&str]| idp(&house, operator, &[&["units", "change"], step].concat());
    let (code, tried) = step("an", &["dry-run", &set]);
    assert_eq!((code, tried["touched"][0]["after"]["name"].as_str()), (Some(0), Some("Trung tâm một cửa")), "{tried}");
    assert_eq!(step("an", &["approve", &set]).0, Some(1), "a draft is not approved");
    assert_eq!(step("an", &["submit", &set]).0, Some(0));
    let (code, refused) = step("an", &["approve", &set]);
    assert_eq!((code, refused["refused"].as_str()), (Some(1), Some("same-person")));
    assert_eq!(step("binh", &["approve", &set]).0, Some(0));
    let named =
        |day: &str| idp(&house, "an", &["units", "show", "internal:mot-cua", "--at", day]).1["name"]["vi"].clone();
    assert_eq!((named("2025-08-31"), named("2025-09-01")), (json!("Trung tâm mới"), json!("Trung tâm một cửa")));
    let (_, story) = idp_said(&house, "an", &["units", "story", "internal:mot-cua"]);
    assert!(story.contains("7/NQ") && story.contains("changed from Trung tâm mới to Trung tâm một cửa"), "{story}");

    let undoing = step("an", &["undo", &set]).1["set"].as_str().expect("an id").to_owned();
    assert_eq!(step("binh", &["approve", &undoing]).0, Some(0));
    assert_eq!(named("2025-09-01"), json!("Trung tâm mới"));
    let states: Vec<Value> = ["approved", "undone", "draft"]
        .map(|state| step("an", &["list", "--state", state]).1["items"].clone())
        .to_vec();
    assert_eq!(states[1][0]["id"], json!(set));
    assert_eq!((states[0].as_array().map(Vec::len), states[2].as_array().map(Vec::len)), (Some(4), Some(0)));

    let other = step("an", &["draft", &rename]).1["set"].as_str().expect("an id").to_owned();
    assert_eq!(step("an", &["submit", &other]).0, Some(0));
    assert_eq!(step("binh", &["refuse", &other, "--because", "sai"]).0, Some(0));
    assert_eq!(step("an", &["withdraw", &other]).0, Some(1), "it is refused already");
    assert_eq!(step("an", &["show", &other]).1["because"], json!("sai"));
    assert_eq!(step("an", &["show", "nobody"]).0, Some(2));
    house.stop();
}

#[test]
fn two_operators_change_a_unit_and_take_it_back_on_sqlite() {
    idp_tests::run(changes(Engine::Sqlite));
}

#[test]
fn two_operators_change_a_unit_and_take_it_back_on_postgres() {
    idp_tests::run(changes(Engine::Postgres));
}
