//! The registry's rules, asked over real HTTP on a free loopback port.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use tokio::net::TcpListener;

use super::{Exchange, Registry, SAMPLE_SECRET, SAMPLE_USER, serve};
use crate::Clock;

const AN: [&str; 3] = ["079085000001", "NGUYỄN VĂN AN", "<dan:NgayThangNam>19850315</dan:NgayThangNam>"];

struct House {
    url: String,
    http: reqwest::Client,
    clock: Clock,
}

impl House {
    #[expect(clippy::disallowed_methods, reason = "the server's client is no part of this crate")]
    async fn with(registry: Registry) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let clock = Clock::default();
        let served = serve(listener, registry.with_clock(clock.clone()), std::future::pending());
        drop(tokio::spawn(served));
        Self { url, http: reqwest::Client::builder().no_proxy().build().expect("a client"), clock }
    }

    async fn sample() -> Self {
        Self::with(Registry::sample()).await
    }

    fn credentials(&self, timestamp: i64) -> String {
        let input = format!("{}{SAMPLE_USER}{timestamp}{SAMPLE_SECRET}", self.url);
        let hash = hex::encode(openssl::sha::sha256(input.as_bytes()));
        format!("Basic {}", STANDARD.encode(format!("{SAMPLE_USER}:{hash}")))
    }

    fn post(&self, body: String) -> reqwest::RequestBuilder {
        let now = self.clock.now_ms();
        let request = self.http.post(&self.url).header("Content-Type", "text/xml; charset=utf-8").body(body);
        request.header("Timestamp", now.to_string()).header("Authorization", self.credentials(now))
    }

    async fn ask(&self, body: String) -> (u16, String) {
        send(self.post(body)).await
    }

    async fn seen(&self) -> serde_json::Value {
        let (_, text) = send(self.http.get(format!("{}/seen", self.url))).await;
        serde_json::from_str(&text).expect("JSON")
    }
}

async fn send(request: reqwest::RequestBuilder) -> (u16, String) {
    let response = request.send().await.expect("an answer");
    (response.status().as_u16(), response.text().await.expect("text"))
}

fn envelope(inner: &str) -> String {
    format!(
        "<soapenv:Envelope xmlns:soapenv=\"http://schemas.xmlsoap.org/soap/envelope/\" xmlns:dan=\"http://dancuquocgia.bca\">\
         <soapenv:Header/><soapenv:Body><dan:XacThucThongTinCongDan>{inner}</dan:XacThucThongTinCongDan></soapenv:Body></soapenv:Envelope>"
    )
}

fn fields(id: &str, [number, name, born]: [&str; 3]) -> String {
    format!(
        "<dan:MaYeuCau>{id}</dan:MaYeuCau><dan:MaDVC>DEMO</dan:MaDVC><dan:MaTichHop>003</dan:MaTichHop>\
         <dan:MaCanBo>001080000001</dan:MaCanBo><dan:MaDonVi>H29</dan:MaDonVi><dan:TaiKhoan>demo</dan:TaiKhoan>\
         <dan:SoDinhDanh>{number}</dan:SoDinhDanh><dan:HoVaTen>{name}</dan:HoVaTen><dan:NgayThangNamSinh>{born}</dan:NgayThangNamSinh>"
    )
}

fn question(id: &str, about: [&str; 3]) -> String {
    envelope(&fields(id, about))
}

#[tokio::test]
async fn number_name_and_birth_must_belong_together() {
    let house = House::sample().await;
    let day = AN[2];
    for (row, (about, exists)) in [
        (AN, true),
        (["079085000001", "NGUYENVANAN", day], true),
        (["079085000001", "Nguyễn Văn An", "<dan:Nam>1985</dan:Nam>"], true),
        (["079085000001", "NGUYỄN VĂN ẤN", day], false),
        (["079085000001", "NGUYỄN VĂN AN", "<dan:NgayThangNam>19850316</dan:NgayThangNam>"], false),
        (["079085000002", "NGUYỄN VĂN AN", day], false),
        (["054190000002", "TRẦN THỊ HÒA", "<dan:NgayThangNam>19901102</dan:NgayThangNam>"], true),
        (["077158000004", "PHẠM THỊ THÚY", "<dan:Nam>1958</dan:Nam>"], true),
        (["077158000004", "PHẠM THỊ THÚY", "<dan:NgayThangNam>19580101</dan:NgayThangNam>"], false),
    ]
    .into_iter()
    .enumerate()
    {
        let (status, text) = house.ask(question(&format!("q{row}"), about)).await;
        assert_eq!(status, 200, "{text}");
        assert!(text.contains(&format!("<ns1:TonTai>{exists}</ns1:TonTai>")), "{about:?}: {text}");
        assert!(text.contains("xmlns:ns1=\"http://www.mic.gov.vn/dancu/1.0\""), "{text}");
    }
}

#[tokio::test]
async fn a_bad_message_gets_a_fault_with_a_code() {
    let house = House::sample().await;
    let good = fields("a", AN);
    let swapped = good.replace(
        "<dan:MaDVC>DEMO</dan:MaDVC><dan:MaTichHop>003</dan:MaTichHop>",
        "<dan:MaTichHop>003</dan:MaTichHop><dan:MaDVC>DEMO</dan:MaDVC>",
    );
    for (body, code) in [
        (format!("<!DOCTYPE a [<!ENTITY x SYSTEM \"file:///etc/passwd\">]>{}", envelope(&good)), "DTD_REFUSED"),
        ("not xml".to_owned(), "MALFORMED_XML"),
        (
            envelope(&good).replace("schemas.xmlsoap.org/soap/envelope/", "www.w3.org/2003/05/soap-envelope"),
            "VERSION_MISMATCH",
        ),
        (envelope(&good).replace("dan:XacThuc", "dan:TraCuu"), "UNKNOWN_OPERATION"),
        (envelope(&good).replace("http://dancuquocgia.bca", "urn:other"), "UNKNOWN_OPERATION"),
        (envelope(&swapped), "ELEMENT_ORDER"),
        (envelope(&format!("{good}<dan:Them/>")), "ELEMENT_ORDER"),
        (envelope(&good.replace("<dan:MaCanBo>001080000001</dan:MaCanBo>", "<dan:MaCanBo/>")), "INVALID_VALUE"),
        (envelope(&good.replace("079085000001", "79085000001")), "INVALID_VALUE"),
        (envelope(&good.replace("19850315", "19850230")), "INVALID_VALUE"),
        (envelope(&good.replace("NGUYỄN VĂN AN", &"A".repeat(201))), "INVALID_VALUE"),
    ] {
        let (status, text) = house.ask(body).await;
        assert_eq!(status, 500, "{code}: {text}");
        assert!(
            text.contains("soapenv:Fault") && text.contains(&format!("<faultstring>{code}</faultstring>")),
            "{code}: {text}"
        );
    }
    assert_eq!(house.seen().await["calls"], 0, "a refused message is no question");
}

#[tokio::test]
async fn the_call_is_bound_to_user_service_and_moment() {
    let house = House::sample().await;
    let now = house.clock.now_ms();
    let call = |timestamp: String, authorization: String| {
        let request = house.http.post(&house.url).header("Content-Type", "text/xml").body(question("t", AN));
        send(request.header("Timestamp", timestamp).header("Authorization", authorization))
    };
    let other_url =
        House { url: "http://127.0.0.1:1".to_owned(), http: house.http.clone(), clock: house.clock.clone() };
    let minutes = 60_000;
    for (timestamp, authorization, status) in [
        (now, house.credentials(now), 200),
        (now - 4 * minutes, house.credentials(now - 4 * minutes), 200),
        (now + 4 * minutes, house.credentials(now + 4 * minutes), 200),
        (now - 6 * minutes, house.credentials(now - 6 * minutes), 401),
        (now + 6 * minutes, house.credentials(now + 6 * minutes), 401),
        (now, house.credentials(now + 1), 401),
        (now, other_url.credentials(now), 401),
        (now, "Basic !".to_owned(), 401),
        (now, format!("Basic {}", STANDARD.encode(SAMPLE_USER)), 401),
        (now, house.credentials(now).replace("Basic", "Bearer"), 401),
    ] {
        assert_eq!(call(timestamp.to_string(), authorization.clone()).await.0, status, "{timestamp} {authorization}");
    }
    assert_eq!(call("soon".to_owned(), house.credentials(now)).await.0, 401);
    house.clock.advance(std::time::Duration::from_mins(10));
    assert_eq!(call(now.to_string(), house.credentials(now)).await.0, 401, "a recorded header grows old");
}

#[tokio::test]
async fn the_exchange_adds_two_headers_where_it_is_used() {
    let exchange = || Exchange { x_road_client: "VN/GOV/H29/idp".to_owned(), api_key: "sample-key".to_owned() };
    let house = House::with(Registry::sample().with_exchange(exchange())).await;
    for (client, key, status) in [
        ("VN/GOV/H29/idp", "sample-key", 200),
        ("VN/GOV/H29/other", "sample-key", 403),
        ("VN/GOV/H29/idp", "guess", 403),
    ] {
        let request = house.post(question("x", AN)).header("X-Road-Client", client).header("ApiKey", key);
        assert_eq!(send(request).await.0, status, "{client} {key}");
    }
    assert_eq!(house.ask(question("x", AN)).await.0, 403);
}

#[tokio::test]
async fn a_repetition_gets_the_same_answer_and_another_question_needs_another_id() {
    let house = House::sample().await;
    let first = house.ask(question("same", AN)).await;
    assert_eq!(house.ask(question("same", AN)).await, first);
    let (status, text) = house.ask(question("same", ["079085000001", "NGUYỄN VĂN BÌNH", AN[2]])).await;
    assert!(status == 500 && text.contains("REQUEST_ID_REUSED"), "{text}");
    assert_eq!(house.seen().await, serde_json::json!({ "calls": 3, "last_ma_yeu_cau": "same" }));
}

#[tokio::test]
async fn other_bodies_and_paths_are_turned_away() {
    let house = House::sample().await;
    let large = envelope(&"<dan:MaYeuCau>a</dan:MaYeuCau>".repeat(4000));
    assert_eq!(house.ask(large).await.0, 413);
    let now = house.clock.now_ms();
    let json = house.http.post(&house.url).header("Content-Type", "application/json").body("{}");
    let json = json.header("Timestamp", now.to_string()).header("Authorization", house.credentials(now));
    assert_eq!(send(json).await.0, 415);
    let (status, wsdl) = send(house.http.get(format!("{}/?wsdl", house.url))).await;
    assert!(status == 200 && wsdl.contains(&format!("location=\"{}/\"", house.url)), "{wsdl}");
    assert_eq!(send(house.http.get(&house.url)).await.0, 404);
}
