//! kill -9 in the middle of sign-ins: no acknowledged audit record is lost, no code works twice.

use std::{path::Path, sync::Arc, time::Duration};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use futures_util::future::join_all;
use idp_core::{
    crypto::{digest, random, seal::Seals},
    params,
    store::{Db, Options},
};
use idp_tests::{Browser, Engine, house::client};
use tokio::sync::Mutex;
use url::Url;

use super::process::{self, Process};

const PARTY: &str = r#"
[[party]]
client_id = "portal"
name = { vi = "Cổng", en = "Portal" }
redirect_uris = ["https://portal.example/cb"]
scopes = ["openid", "profile"]
grant_types = ["authorization_code", "refresh_token"]
client_secret = "cs_0123456789abcdefghijklmnopqrstuvwxyzABCDEFG"
consent = "implied"

[[person]]
login = "an"
name = "Nguyễn Văn An"
birthdate = "1985"
password = "mèo trèo cây cau hỏi thăm"
"#;
const SECRET: &str = "cs_0123456789abcdefghijklmnopqrstuvwxyzABCDEFG";

/// What the server acknowledged before it died.
#[derive(Default)]
struct Acknowledged {
    sign_ins: usize,
    redemptions: usize,
    /// Every code that was ever shown, with its verifier, and how often it was exchanged.
    codes: Vec<(String, String, usize)>,
}

/// One sign-in and one redemption; gives up where the server is gone.
async fn visit(issuer: &str, acknowledged: &Mutex<Acknowledged>) -> Option<()> {
    let verifier = URL_SAFE_NO_PAD.encode(random::bytes::<32>());
    let challenge = URL_SAFE_NO_PAD.encode(digest::sha256(verifier.as_bytes()).bytes());
    let fields = [
        ("client_id", "portal"),
        ("redirect_uri", "https://portal.example/cb"),
        ("response_type", "code"),
        ("scope", "openid"),
        ("nonce", "n"),
        ("code_challenge", &challenge),
        ("code_challenge_method", "S256"),
    ];
    let url = Url::parse_with_params(&format!("{issuer}/oauth2/authorize"), fields).ok()?;
    let mut browser = Browser::new();
    let page = browser.try_open(url.as_str()).await?;
    let page = browser
        .try_submit(&page, "sign-in-form", &[("login", "an"), ("password", "mèo trèo cây cau hỏi thăm")])
        .await?;
    if browser.cookies.contains_key("sid") {
        acknowledged.lock().await.sign_ins += 1;
    }
    let code = page.returned("code")?;
    acknowledged.lock().await.codes.push((code.clone(), verifier.clone(), 0));
    let status = redeem(issuer, &code, &verifier).await?;
    if status == 200 {
        let mut all = acknowledged.lock().await;
        all.redemptions += 1;
        if let Some(known) = all.codes.iter_mut().find(|(known, _, _)| *known == code) {
            known.2 += 1;
        }
    }
    Some(())
}

async fn redeem(issuer: &str, code: &str, verifier: &str) -> Option<u16> {
    let form = [("grant_type", "authorization_code"), ("code", code), ("code_verifier", verifier)];
    let request = client().post(format!("{issuer}/oauth2/token")).basic_auth("portal", Some(SECRET)).form(&form);
    Some(request.send().await.ok()?.status().as_u16())
}

async fn killed(engine: Engine, visits: usize, kills: usize) {
    let folder = std::env::temp_dir().join(format!("idp-killed-{}", random::readable(12)));
    let file = process::configure(engine, &folder).await;
    let wanted = folder.join("wanted.toml");
    std::fs::write(&wanted, PARTY).expect("writes");
    let migrated = process::run(&file, &["migrate"]);
    assert_eq!(migrated.0, Some(0), "{}", migrated.1);
    let applied = process::run(&file, &["apply", wanted.to_str().expect("text")]);
    assert_eq!(applied.0, Some(0), "{}", applied.1);
    let acknowledged = Arc::new(Mutex::new(Acknowledged::default()));
    for life in 1..=kills {
        let mut server = Process::start(&file).await;
        let load = {
            let (issuer, acknowledged) = (server.issuer.clone(), Arc::clone(&acknowledged));
            // Eight visitors at once, until the server is gone.
            let visitor = async move || while visit(&issuer, &acknowledged).await.is_some() {};
            tokio::spawn(async move { join_all((0..8).map(|_| visitor())).await })
        };
        while acknowledged.lock().await.sign_ins < visits * life / kills {
            assert!(!load.is_finished(), "the visitors gave up before the server was killed");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        // Somewhere in the middle of what the eight are doing.
        tokio::time::sleep(Duration::from_millis(u64::from(random::below(60)))).await;
        server.kill();
        load.await.expect("the visitors gave up in peace");
    }
    // The last life: everybody comes again with every code they ever held.
    let server = Process::start(&file).await;
    let all = acknowledged.lock().await;
    for (code, verifier, spent) in &all.codes {
        let again = redeem(&server.issuer, code, verifier).await.expect("answers");
        assert!(*spent == 0 || again == 400, "a code that was exchanged works again");
        assert!(redeem(&server.issuer, code, verifier).await == Some(400), "nothing works twice");
    }
    drop(server);
    recorded(&folder, &file, &all).await;
    let verified = process::run(&file, &["audit", "verify"]);
    assert_eq!(verified.0, Some(0), "{}", verified.1);
    assert!(all.sign_ins >= visits && all.redemptions > visits / 2, "{} {}", all.sign_ins, all.redemptions);
}

/// Every acknowledged act has its record.
async fn recorded(folder: &Path, file: &Path, all: &Acknowledged) {
    let keys = std::fs::read_to_string(folder.join("keys")).expect("a key file");
    let text = std::fs::read_to_string(file).expect("a configuration");
    let url =
        text.lines().find_map(|line| line.strip_prefix("url = ")).expect("a database").trim_matches('"').to_owned();
    let seals = Arc::new(Seals::parse(&keys).expect("a key file"));
    let db = Db::open(&Options { url, connections: 2 }, seals).await.expect("opens");
    let mut conn = db.read().await.expect("reads");
    let mut count = async |kind: &'static str| {
        let sql = "select count(*) as n from audit_event where kind = $1";
        let row = conn.one(sql, params![kind]).await.expect("counts").expect("a row");
        usize::try_from(row.int("n").expect("a number")).expect("not negative")
    };
    assert!(count("signed-in").await >= all.sign_ins, "an acknowledged sign-in has no record");
    assert!(count("code-redeemed").await >= all.redemptions, "an acknowledged redemption has no record");
}

#[test]
fn two_hundred_sign_ins_lose_nothing_to_kill_9_on_sqlite() {
    idp_tests::run(async {
        killed(Engine::Sqlite, 200, 4).await;
    });
}

#[test]
fn two_hundred_sign_ins_lose_nothing_to_kill_9_on_postgres() {
    idp_tests::run(async {
        killed(Engine::Postgres, 200, 4).await;
    });
}
