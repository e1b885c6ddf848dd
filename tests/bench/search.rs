//! Looking for an official by name among a hundred thousand, over the API, as the console does.

use std::time::{Duration, Instant};

use idp_core::{
    office,
    org::{self, AsOf, Code, Scheme},
    store::Db,
    types::Clock,
};
use serde_json::Value;

use crate::{
    Wrong,
    house::{ADMIN, House, SECRET},
    load::percentile,
    report::{Figure, Goal},
    requests,
    wire::Connection,
};

const ROUNDS: usize = 200;
/// Between two looks whether somebody is left: the look itself costs.
const LEFT: Duration = Duration::from_secs(1);

/// Family names with how many of a thousand have them, then names between and given names, as common as they are.
const FAMILIES: [(&str, usize); 14] = [
    ("Nguyễn", 384),
    ("Trần", 121),
    ("Lê", 95),
    ("Phạm", 70),
    ("Hoàng", 51),
    ("Phan", 45),
    ("Vũ", 39),
    ("Đặng", 31),
    ("Bùi", 30),
    ("Đỗ", 28),
    ("Hồ", 26),
    ("Ngô", 25),
    ("Dương", 25),
    ("Lý", 30),
];
const BETWEEN: [&str; 12] =
    ["Văn", "Thị", "Văn", "Thị", "Hữu", "Thị Thu", "Đức", "Thị Ngọc", "Minh", "Quốc", "Thị Kim", "Xuân"];
const GIVEN: [&str; 32] = [
    "An", "Anh", "Bình", "Chi", "Cường", "Dung", "Dũng", "Giang", "Hà", "Hải", "Hạnh", "Hiền", "Hoa", "Hòa", "Hùng",
    "Hương", "Lan", "Linh", "Long", "Mai", "Nam", "Nga", "Ngọc", "Nhung", "Phúc", "Phương", "Quang", "Sơn", "Thảo",
    "Trang", "Tuấn", "Yến",
];
/// Whom one finds alone.
const RARE: (usize, &str) = (77_777, "Tôn Nữ Diễm Kiều");

/// What is looked for: a frequent name, two frequent words, three, one person, nobody.
const ASKED: [&str; 5] = ["nguyen", "Thị Nguyễn", "nguyen thi huong", "kieu diem ton", "khong co ai"];

/// The name of an official by number.
pub(crate) fn name(number: usize) -> String {
    if number == RARE.0 {
        return RARE.1.to_owned();
    }
    let mut place = number * 617 % 1_000;
    let family = FAMILIES.iter().find(|(_, share)| {
        let found = place < *share;
        place = place.saturating_sub(*share);
        found
    });
    let family = family.map_or("Trịnh", |(family, _)| family);
    format!("{family} {} {}", BETWEEN[number / 7 % BETWEEN.len()], GIVEN[number / 3 % GIVEN.len()])
}

/// How long the server takes, once it runs, until everybody is findable whose post was given before names were indexed.
pub(crate) async fn indexed(db: &Db, engine: &'static str, began: Instant) -> Result<Figure, Wrong> {
    let now = Clock::system().now();
    while !office::unindexed(&mut db.read().await?, now, None, 1).await?.is_empty() {
        tokio::time::sleep(LEFT).await;
        if began.elapsed() > Duration::from_secs(600) {
            return Err("names are not indexed after ten minutes".into());
        }
    }
    let figure = Figure::new(engine, "officials, names indexed", (began.elapsed().as_secs_f64(), "s"));
    Ok(figure.note("from the start of the server, for 95,000 officials of an installation of the release before"))
}

/// Searches over the country and below one province. The server must run.
pub(crate) async fn figures(house: &House, db: &Db, engine: &'static str) -> Result<[Figure; 2], Wrong> {
    let mut connection = Connection::open(house.target()?.address).await?;
    let bearer = token(house, &mut connection).await?;
    let at = AsOf::at(Clock::system().now());
    let province =
        org::by_code(&mut db.read().await?, &Code::parse(Scheme::Gso, "79")?, at).await?.ok_or("no province")?;
    let everywhere = slowest(&mut connection, &bearer, "").await?;
    let below = slowest(&mut connection, &bearer, &format!("&unit={province}")).await?;
    let figure = |name, (slowest, note): (f64, String)| {
        Figure::new(engine, name, (slowest, "ms p99")).goal(Goal::AtMost(300.0)).note(note)
    };
    Ok([figure("officials, search by name", everywhere), figure("officials, search in a province", below)])
}

async fn token(house: &House, connection: &mut Connection) -> Result<String, Wrong> {
    let resource = format!("{}/api/v1", house.issuer()?);
    let fields = [("grant_type", "client_credentials"), ("scope", "admin"), ("resource", resource.as_str())];
    let basic = requests::basic(ADMIN, SECRET);
    let request = requests::form("/oauth2/token", &[("authorization", &basic)], &fields);
    let answer: Value = serde_json::from_slice(&connection.ask(&request).await?.expect(200)?.body)?;
    Ok(format!("Bearer {}", answer["access_token"].as_str().ok_or("no access token")?))
}

/// The 99th percentile of the slowest text, and what each took.
async fn slowest(connection: &mut Connection, bearer: &str, within: &str) -> Result<(f64, String), Wrong> {
    let (mut worst, mut notes) = (0.0_f64, Vec::new());
    for text in ASKED {
        let query: String = url::form_urlencoded::byte_serialize(text.as_bytes()).collect();
        let request = requests::get(&format!("/api/v1/posts?q={query}&limit=50{within}"), &[("authorization", bearer)]);
        // The first of its kind is planned, and reads from the disk: it does not count, as in the other rounds.
        connection.ask(&request).await?.expect(200)?;
        let (mut taken, mut found) = (Vec::new(), 0);
        for _ in 0..ROUNDS {
            let began = Instant::now();
            let answer = connection.ask(&request).await?.expect(200)?;
            taken.push(began.elapsed().as_secs_f64() * 1e3);
            let answer: Value = serde_json::from_slice(&answer.body)?;
            found = answer["items"].as_array().map_or(0, Vec::len);
        }
        worst = worst.max(percentile(&taken, 0.99));
        notes.push(format!("\"{text}\" {:.0} ms ({found} on the first page)", percentile(&taken, 0.5)));
    }
    Ok((worst, format!("medians: {}", notes.join(", "))))
}
