use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::sync::Notify;

use super::*;
use crate::crypto::digest::sha256;
use crate::net::{self, Allow, Net, Network, Purpose};
use crate::types::{Clock, Day, Secret, Timestamp};

fn question(birth: &str) -> Verification {
    let today = Day::from_ymd(2026, 7, 1).expect("a day");
    Verification {
        request_ref: "00000000-0000-0000-0000-000000000007".to_owned(),
        number: PersonalId::parse("079085000001").expect("well-formed"),
        name: FullName::parse("H'Hen <Niê>".replace(['<', '>'], "").as_str()).expect("a name"),
        birth_date: BirthDate::parse(birth, today).expect("a date"),
        officer: None,
    }
}

fn config(url: &str) -> Config {
    Config {
        url: url.to_owned(),
        user: "tinh&co".to_owned(),
        secret: Some(Secret::new("sample".to_owned())),
        service_code: "1.001".to_owned(),
        officer: "079185000002".to_owned(),
        unit: "H29".to_owned(),
        ..Config::default()
    }
}

fn envelope_of(body: &str) -> String {
    format!(
        "<e:Envelope xmlns:e=\"http://schemas.xmlsoap.org/soap/envelope/\" xmlns:n=\"http://www.mic.gov.vn/dancu/1.0\">\
         <e:Body>{body}</e:Body></e:Envelope>"
    )
}

fn found(value: &str) -> String {
    envelope_of(&format!(
        "<n:CongdanCollection><n:CongDan><n:TonTai>{value}</n:TonTai></n:CongDan></n:CongdanCollection>"
    ))
}

#[test]
fn the_question_has_its_elements_in_order() {
    let written = envelope::question(&config("https://x/"), &question("15/03/1985"));
    let expected = "<soapenv:Body><dan:XacThucThongTinCongDan>\
        <dan:MaYeuCau>00000000-0000-0000-0000-000000000007</dan:MaYeuCau><dan:MaDVC>1.001</dan:MaDVC>\
        <dan:MaTichHop>003</dan:MaTichHop><dan:MaCanBo>079185000002</dan:MaCanBo><dan:MaDonVi>H29</dan:MaDonVi>\
        <dan:TaiKhoan>tinh&amp;co</dan:TaiKhoan><dan:SoDinhDanh>079085000001</dan:SoDinhDanh>\
        <dan:HoVaTen>H&apos;HEN NIÊ</dan:HoVaTen>\
        <dan:NgayThangNamSinh><dan:NgayThangNam>19850315</dan:NgayThangNam></dan:NgayThangNamSinh>\
        </dan:XacThucThongTinCongDan></soapenv:Body>";
    assert!(written.contains(expected), "{written}");
    let limits = idp_saml2::xml::Limits::MESSAGE;
    assert!(idp_saml2::xml::check(written.as_bytes(), &limits).is_ok());
}

#[test]
fn name_form_officer_and_year_are_chosen() {
    let config = Config { name_form: NameForm::Folded, ..config("https://x/") };
    let officer = PersonalId::parse("001185000009").ok();
    let written = envelope::question(&config, &Verification { officer, ..question("1945") });
    for part in
        ["<dan:HoVaTen>HHENNIE<", "<dan:MaCanBo>001185000009<", "<dan:NgayThangNamSinh><dan:Nam>1945</dan:Nam><"]
    {
        assert!(written.contains(part), "{part}");
    }
}

#[test]
fn answers_are_read_by_their_exact_path() {
    let bad = Err(RegistryError::BadAnswer);
    for (text, expected) in [
        (found("true"), Ok(Match::Matched)),
        (found(" 1 "), Ok(Match::Matched)),
        (found("&#116;rue"), Ok(Match::Matched)),
        (found("false"), Ok(Match::NotMatched)),
        (found("0"), Ok(Match::NotMatched)),
        (found(""), bad.clone()),
        (found("TRUE"), bad.clone()),
        (found("true<n:x/>"), bad.clone()),
        (envelope_of(""), bad.clone()),
        (String::new(), bad.clone()),
        ("<html><body>true</body></html>".to_owned(), bad.clone()),
        // The right name in another namespace, at another depth, twice, and behind a comment.
        (found("true").replace("http://www.mic.gov.vn/dancu/1.0", "urn:other"), bad.clone()),
        (envelope_of("<n:TonTai>true</n:TonTai>"), bad.clone()),
        (found("false</n:TonTai><n:TonTai>true"), bad.clone()),
        (found("false</n:TonTai></n:CongDan><n:CongDan><n:TonTai>true"), bad.clone()),
        (found("true<!-- -->"), bad.clone()),
        (format!("<!DOCTYPE x [<!ENTITY y 'true'>]>{}", found("&y;")), bad.clone()),
        (found(&"x".repeat(70_000)), bad),
    ] {
        assert_eq!(envelope::answer(&config("https://x/"), text.as_bytes()), expected, "{text:.300}");
    }
}

#[test]
fn a_fault_is_a_refusal_with_a_code_or_their_outage() {
    let fault = |code: &str, text: &str| {
        envelope_of(&format!("<e:Fault><faultcode>{code}</faultcode><faultstring>{text}</faultstring></e:Fault>"))
    };
    let refused = |code: &str| RegistryError::Refused(code.to_owned());
    for (code, text, expected) in [
        ("e:Client", "ACCESS_DENIED", refused("ACCESS_DENIED")),
        ("e:Client", "a long sentence about 079085000001", refused("Client")),
        ("e:Cl ient", "a sentence", refused("UNKNOWN")),
        ("e:Server", "OUT_OF_MEMORY", RegistryError::Unavailable),
    ] {
        assert_eq!(envelope::answer(&config("https://x/"), fault(code, text).as_bytes()), Err(expected));
    }
}

/// A registry on loopback that gives its answers in turn, the last one for ever; an empty answer hangs up.
struct Sample {
    url: String,
    seen: Arc<Mutex<Vec<String>>>,
}

impl Sample {
    async fn start(answers: Vec<(u16, String)>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let url = format!("http://{}/ws", listener.local_addr().expect("bound"));
        let seen = Arc::new(Mutex::new(Vec::new()));
        let kept = seen.clone();
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let mut asked = Vec::new();
                while !asked.ends_with(b"Envelope>") && stream.read_buf(&mut asked).await.is_ok_and(|n| n > 0) {}
                let turn = {
                    let mut kept = kept.lock().expect("not poisoned");
                    kept.push(String::from_utf8_lossy(&asked).into_owned());
                    kept.len() - 1
                };
                let (status, body) = &answers[turn.min(answers.len() - 1)];
                if !body.is_empty() {
                    let head =
                        format!("HTTP/1.1 {status} X\r\nConnection: close\r\nContent-Length: {}\r\n\r\n", body.len());
                    let _ = stream.write_all(head.as_bytes()).await;
                    let _ = stream.write_all(body.as_bytes()).await;
                }
            }
        });
        Self { url, seen }
    }

    fn soap(&self, clock: &Clock) -> Soap {
        let network = Network::try_from("127.0.0.1".to_owned()).expect("a network");
        let allow = Allow { host: "127.0.0.1".to_owned(), network, purpose: Purpose::PopulationRegistry };
        let net = Net::new(&net::Config { allow: vec![allow], ca_bundle: None }).expect("a client");
        let config = Config {
            x_road_client: Some("VN/GOV/H29/IDP".to_owned()),
            api_key: Some(Secret::new("key".to_owned())),
            ..config(&self.url)
        };
        Soap::new(config, net, clock.clone()).unwrap_or_else(|problems| panic!("{problems:?}"))
    }

    fn seen(&self) -> Vec<String> {
        self.seen.lock().expect("not poisoned").clone()
    }
}

fn header<'r>(request: &'r str, name: &str) -> &'r str {
    let lines = request.lines().filter_map(|line| line.split_once(": "));
    lines.into_iter().find(|(found, _)| found.eq_ignore_ascii_case(name)).expect("the header is sent").1
}

#[tokio::test]
async fn the_hash_is_bound_to_address_user_and_moment() {
    let registry = Sample::start(vec![(200, found("true"))]).await;
    let answer = registry.soap(&Clock::system()).verify(&question("1985")).await;
    assert_eq!(answer, Ok(Match::Matched));
    let request = &registry.seen()[0];
    let timestamp = header(request, "timestamp");
    assert!(timestamp.parse::<i64>().expect("milliseconds") > 1_700_000_000_000);
    let hash = hex::encode(sha256(format!("{}tinh&co{timestamp}sample", registry.url).as_bytes()).bytes());
    let expected = format!("Basic {}", STANDARD.encode(format!("tinh&co:{hash}")));
    assert_eq!(header(request, "authorization"), expected);
    assert_eq!(header(request, "x-road-client"), "VN/GOV/H29/IDP");
    assert_eq!(header(request, "apikey"), "key");
    assert_eq!(header(request, "content-type"), "text/xml; charset=utf-8");
}

#[tokio::test]
async fn a_lost_answer_is_asked_again_with_the_same_request_id() {
    for lost in [(200, String::new()), (503, "busy".to_owned())] {
        let registry = Sample::start(vec![lost, (200, found("false"))]).await;
        let answer = registry.soap(&Clock::system()).verify(&question("1985")).await;
        assert_eq!(answer, Ok(Match::NotMatched));
        let seen = registry.seen();
        assert_eq!(seen.len(), 2);
        assert!(seen.iter().all(|request| request.contains("<dan:MaYeuCau>00000000-0000-0000-0000-000000000007<")));
    }
}

#[tokio::test]
async fn what_asking_again_cannot_mend_is_asked_once() {
    let fault = "<e:Fault><faultcode>e:Client</faultcode><faultstring>QUOTA</faultstring></e:Fault>";
    for (answer, expected, calls) in [
        ((500, envelope_of(fault)), RegistryError::Refused("QUOTA".to_owned()), 1),
        ((404, "no".to_owned()), RegistryError::Refused("HTTP_404".to_owned()), 1),
        ((401, found("true")), RegistryError::Refused("HTTP_401".to_owned()), 1),
        ((200, "garbage".to_owned()), RegistryError::BadAnswer, 1),
        ((302, found("true")), RegistryError::BadAnswer, 1),
        ((500, "garbage".to_owned()), RegistryError::Unavailable, 2),
    ] {
        let registry = Sample::start(vec![answer]).await;
        let got = registry.soap(&Clock::system()).verify(&question("1985")).await;
        assert_eq!((got, registry.seen().len()), (Err(expected), calls));
    }
}

#[test]
fn every_gap_of_the_configuration_is_named_at_once() {
    let net = Net::new(&net::Config::default()).expect("a client");
    let gaps = Soap::new(Config::default(), net.clone(), Clock::system()).err().expect("nothing is set");
    let fields: Vec<&str> = gaps.iter().map(|gap| gap.field).collect();
    assert_eq!(fields, ["url", "user", "secret", "service_code", "officer", "unit"]);
    let no_url = Soap::new(config("not an address"), net, Clock::system()).err().expect("refused");
    assert_eq!(no_url, [ConfigProblem { field: "url", problem: "is not an address" }]);
}

#[test]
fn secrets_are_read_and_never_written() {
    let read: Config = serde_json::from_str(r#"{"secret":"hidden-1","api_key":"hidden-2"}"#).expect("read");
    let shown = format!("{read:?}{}", serde_json::to_string(&read).expect("json"));
    assert!(read.secret == Some(Secret::new("hidden-1".to_owned())));
    assert!(!shown.contains("hidden"), "{shown}");
    assert!(serde_json::from_str::<Config>(r#"{"sekret":"x"}"#).is_err());
}

fn at(millis: i64) -> Timestamp {
    Timestamp::from_millis(millis)
}

fn run(breaker: &mut Breaker, now: i64, outcome: Outcome) {
    let ticket = breaker.admit(at(now)).expect("closed");
    breaker.record(&ticket, at(now), outcome);
}

#[test]
fn half_of_twenty_calls_open_it() {
    let mut breaker = Breaker::default();
    // One call a minute, so only the long window judges.
    for call in 0..19 {
        let outcome = if call % 2 == 0 { Outcome::Failed } else { Outcome::Healthy };
        run(&mut breaker, call * 60_000, outcome);
        assert!(!breaker.is_open(), "after {call}");
    }
    run(&mut breaker, 19 * 60_000, Outcome::Healthy);
    assert!(breaker.is_open());
}

#[test]
fn half_of_a_few_calls_in_ten_seconds_open_it_and_fewer_do_not() {
    let mut breaker = Breaker::default();
    for now in [0, 1_000, 2_000, 3_000] {
        run(&mut breaker, now, Outcome::Failed);
        assert!(!breaker.is_open());
    }
    // The first has left the window of ten seconds.
    run(&mut breaker, 10_000, Outcome::Failed);
    assert!(!breaker.is_open());
    run(&mut breaker, 10_500, Outcome::Failed);
    assert!(breaker.is_open());
    let mut mostly_well = Breaker::default();
    for call in 0..200 {
        let outcome = if call % 3 == 0 { Outcome::Failed } else { Outcome::Healthy };
        run(&mut mostly_well, 1_000_000 + call * 100, outcome);
    }
    assert!(!mostly_well.is_open());
}

#[test]
fn open_lets_one_probe_through_every_five_seconds() {
    let mut breaker = Breaker::default();
    let late = breaker.admit(at(0)).expect("closed");
    for now in 0..5 {
        run(&mut breaker, now, Outcome::Failed);
    }
    assert_eq!(breaker.admit(at(5_003)).err(), Some(Tripped));
    let probe = breaker.admit(at(5_004)).expect("a probe is due");
    assert_eq!(breaker.admit(at(5_005)).err(), Some(Tripped));
    // An answer from before the opening closes nothing.
    breaker.record(&late, at(5_006), Outcome::Healthy);
    assert!(breaker.is_open());
    breaker.record(&probe, at(6_000), Outcome::Failed);
    assert_eq!(breaker.admit(at(10_003)).err(), Some(Tripped));
    // The next probe's caller leaves; the one after it succeeds.
    let _left = breaker.admit(at(10_004)).expect("a probe is due");
    let probe = breaker.admit(at(15_004)).expect("a probe is due");
    breaker.record(&probe, at(15_100), Outcome::Healthy);
    assert!(!breaker.is_open());
    run(&mut breaker, 15_200, Outcome::Failed);
    assert!(!breaker.is_open(), "old failures are forgotten");
}

/// A connector that answers as told, or waits for a sign.
#[derive(Default)]
struct Told {
    answer: Option<Result<Match, RegistryError>>,
    calls: AtomicUsize,
    go: Notify,
}

#[async_trait]
impl PopulationRegistry for Arc<Told> {
    async fn verify(&self, _: &Verification) -> Result<Match, RegistryError> {
        self.calls.fetch_add(1, Ordering::SeqCst);
        if let Some(answer) = &self.answer {
            return answer.clone();
        }
        self.go.notified().await;
        Ok(Match::Matched)
    }
}

#[tokio::test]
async fn a_sick_registry_is_left_alone_and_found_well_again() {
    let clock = Clock::system();
    let told = Arc::new(Told { answer: Some(Err(RegistryError::BadAnswer)), ..Told::default() });
    let guarded = Guarded::new(told.clone(), clock.clone());
    for _ in 0..5 {
        assert_eq!(guarded.verify(&question("1985")).await, Err(RegistryError::BadAnswer));
    }
    assert!(guarded.is_open());
    assert_eq!(guarded.verify(&question("1985")).await, Err(RegistryError::Unavailable));
    assert_eq!(told.calls.load(Ordering::SeqCst), 5);
    clock.advance(Duration::from_secs(5));
    assert_eq!(guarded.verify(&question("1985")).await, Err(RegistryError::BadAnswer));
    assert_eq!(told.calls.load(Ordering::SeqCst), 6);
}

#[tokio::test]
async fn refusals_are_health_to_the_breaker() {
    let refused = RegistryError::Refused("QUOTA".to_owned());
    let told = Arc::new(Told { answer: Some(Err(refused.clone())), ..Told::default() });
    let guarded = Guarded::new(told, Clock::system());
    for _ in 0..40 {
        assert_eq!(guarded.verify(&question("1985")).await, Err(refused.clone()));
    }
}

#[tokio::test]
async fn the_thirty_third_call_in_flight_is_turned_away() {
    let told = Arc::new(Told::default());
    let guarded = Arc::new(Guarded::new(told.clone(), Clock::system()));
    let calls: Vec<_> = (0..32)
        .map(|_| {
            let guarded = guarded.clone();
            tokio::spawn(async move { guarded.verify(&question("1985")).await })
        })
        .collect();
    while told.calls.load(Ordering::SeqCst) < 32 {
        tokio::task::yield_now().await;
    }
    assert_eq!(guarded.verify(&question("1985")).await, Err(RegistryError::Unavailable));
    told.go.notify_waiters();
    for call in calls {
        assert_eq!(call.await.expect("no panic"), Ok(Match::Matched));
    }
    assert_eq!(told.calls.load(Ordering::SeqCst), 32);
}
