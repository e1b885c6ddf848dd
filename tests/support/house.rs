//! A whole server in this process: the real doors on a loopback port, on either engine.

use std::{
    collections::{HashMap, HashSet},
    path::{Path, PathBuf},
    sync::{Arc, OnceLock},
    time::Duration,
};

use idp::{
    app::node::Node,
    config::{self, Sources},
    server::Shutdown,
    web::house::House as Parts,
};
use idp_core::{
    crypto::{random, seal::Seals},
    store::{Cx, Db, Options},
    types::Clock,
};
use serde_json::{Value, json};
use tokio::sync::Mutex;

use super::Engine;

/// A running server.
pub struct House {
    /// The issuer.
    pub issuer: String,
    /// The management listener.
    pub management: String,
    /// Its folder: database, key file, configuration, messages.
    pub folder: PathBuf,
    /// Its long-lived parts, to look at what was written.
    pub parts: Arc<Parts>,
    shutdown: Shutdown,
    /// Plain HTTP without redirects or cookies.
    pub http: reqwest::Client,
}

static SHARED: OnceLock<Mutex<HashMap<Engine, &'static House>>> = OnceLock::new();

impl House {
    /// The server that the journeys of one engine share.
    pub async fn of(engine: Engine) -> &'static Self {
        let mut houses = SHARED.get_or_init(Mutex::default).lock().await;
        if let Some(house) = houses.get(&engine) {
            return house;
        }
        let house: &'static Self = Box::leak(Box::new(Box::pin(Self::start(engine, "")).await));
        houses.insert(engine, house);
        house
    }

    /// A server of its own, for a journey that moves the clock or breaks things. `more` is added to the configuration.
    pub async fn start(engine: Engine, more: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("idp-test-{}", random::readable(12)));
        std::fs::create_dir_all(&folder).expect("a folder for the test");
        Box::pin(Self::start_in(engine, &folder, more)).await
    }

    /// A server over a folder that may hold the database of one before.
    pub async fn start_in(engine: Engine, folder: &Path, more: &str) -> Self {
        let file = configure(engine, folder, more).await;
        let sources = Sources { file: Some(file), ..Sources::default() };
        let loaded = config::load(&sources).unwrap_or_else(|problems| panic!("{problems:?}"));
        let node = Node::bind(loaded.config).await.expect("the server starts");
        let (shutdown, parts, management) = (Shutdown::new(), Arc::clone(node.house()), node.management_address());
        tokio::spawn(node.run(shutdown.clone()));
        let folder = folder.to_owned();
        let http = client();
        let house = Self {
            issuer: parts.issuer.clone(),
            management: format!("http://{management}"),
            folder,
            parts,
            shutdown,
            http,
        };
        house.until_ready().await;
        house
    }

    /// A second server on the database, keys and name of this one, as behind one balancer; and the address at which it listens.
    pub async fn beside(&self) -> (Self, String) {
        let text = std::fs::read_to_string(self.folder.join("idp.toml")).expect("reads the configuration");
        let (port, folder) = (free_port(), self.folder.join("beside"));
        std::fs::create_dir_all(&folder).expect("a folder for the test");
        let moved = |line: &str| {
            if line.starts_with("listen = ") {
                format!("listen = [\"127.0.0.1:{port}\"]\n")
            } else if line.starts_with("management_listen = ") {
                format!("management_listen = \"127.0.0.1:{}\"\n", free_port())
            } else {
                format!("{line}\n")
            }
        };
        std::fs::write(folder.join("idp.toml"), text.lines().map(moved).collect::<String>()).expect("writes");
        (Box::pin(Self::start_in(Engine::Postgres, &folder, "")).await, format!("http://127.0.0.1:{port}"))
    }

    async fn until_ready(&self) {
        for _ in 0..400 {
            let answer = self.http.get(format!("{}/readyz", self.management)).send().await;
            if answer.is_ok_and(|answer| answer.status().is_success()) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        panic!("the server is not ready after ten seconds");
    }

    /// Asks the server to go, as SIGTERM does.
    pub fn stop(&self) {
        self.shutdown.begin();
    }

    /// Moves the clock and runs the jobs.
    pub async fn after(&self, seconds: u64) {
        self.clock(json!({ "advance_seconds": seconds, "run_jobs": true })).await;
    }

    /// Moves the clock alone.
    pub async fn later(&self, seconds: u64) {
        self.clock(json!({ "advance_seconds": seconds })).await;
    }

    /// Runs every job once.
    pub async fn jobs(&self) {
        self.clock(json!({ "run_jobs": true })).await;
    }

    async fn clock(&self, body: Value) {
        let answer =
            self.http.post(format!("{}/test/clock", self.management)).json(&body).send().await.expect("answers");
        let status = answer.status();
        assert!(status.is_success(), "{status} {}", answer.text().await.unwrap_or_default());
    }

    /// An address of the server.
    pub fn at(&self, path: &str) -> String {
        format!("{}{path}", self.issuer)
    }

    /// The database.
    pub fn db(&self) -> &Db {
        &self.parts.db
    }

    /// A context for writes of a test.
    pub fn cx(&self) -> Cx {
        Cx::operator("journey".into(), self.parts.clock.now())
    }

    /// How many audit events of a kind there are about a person.
    pub async fn events(&self, kind: &'static str, person: idp_core::types::Id<idp_core::types::id::Person>) -> i64 {
        let mut conn = self.db().read().await.expect("reads");
        let sql = "select count(*) as n from audit_event where kind = $1 and person_id = $2";
        let row = conn.one(sql, idp_core::params![kind, person]).await.expect("counts");
        row.expect("one row").int("n").expect("a number")
    }

    /// How many rows a table holds.
    pub async fn count(&self, sql: &'static str) -> i64 {
        let mut conn = self.db().read().await.expect("reads");
        conn.one(sql, vec![]).await.expect("counts").expect("one row").int("n").expect("a number")
    }
}

impl Drop for House {
    fn drop(&mut self) {
        self.shutdown.begin();
    }
}

/// How far the clocks of all servers of this program, and of the commands beside them, are ahead: what begins at eight in the morning
/// crosses no midnight in the minutes that a journey waits, at whatever hour it runs. Ahead and never back, because what is loaded by the
/// system's clock has to be past.
fn to_the_morning() -> Duration {
    static AHEAD: OnceLock<Duration> = OnceLock::new();
    *AHEAD.get_or_init(|| {
        let now = Clock::system().now();
        let eight = (now + Duration::from_secs(86_400)).day().start() + Duration::from_secs(8 * 3_600);
        Duration::from_millis(u64::try_from(eight.millis() - now.millis()).unwrap_or(0))
    })
}

/// The clock of a sample registry or portal beside such a server.
pub fn peers_clock() -> idp_demo::Clock {
    let clock = idp_demo::Clock::default();
    clock.advance(to_the_morning());
    clock
}

/// A client that shows what a server answers: it follows nothing and keeps nothing.
#[expect(clippy::disallowed_methods, reason = "a test looks at the server from outside")]
pub fn client() -> reqwest::Client {
    reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .pool_max_idle_per_host(0)
        .build()
        .expect("a client")
}

/// Ports that the system gives to nobody by itself, neither to a listener without a number nor to the near end of a connection.
const PORTS: std::ops::Range<u16> = 20_000..32_000;

static GIVEN: OnceLock<std::sync::Mutex<HashSet<u16>>> = OnceLock::new();

/// A loopback port that is free and that this program has given to nobody before: two servers of two journeys never want the same one.
pub fn free_port() -> u16 {
    let mut given = GIVEN.get_or_init(std::sync::Mutex::default).lock().expect("nobody panics while holding it");
    loop {
        let port = PORTS.start + random::below(u32::from(PORTS.end - PORTS.start)) as u16;
        if given.insert(port) && std::net::TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    }
}

/// Writes the configuration of a server and, on PostgreSQL, migrates its database as an operator would.
pub async fn configure(engine: Engine, folder: &Path, more: &str) -> PathBuf {
    let file = folder.join("idp.toml");
    if file.exists() {
        return file;
    }
    let place = engine.place(folder).await;
    let keys = Seals::new_line("k1");
    std::fs::write(folder.join("keys"), keys.reveal()).expect("writes the key file");
    private(&folder.join("keys"));
    if engine == Engine::Postgres {
        let seals = Arc::new(Seals::parse(keys.reveal()).expect("a good line"));
        let options = Options { url: place.database.clone(), connections: 2 };
        let db = Db::open(&options, seals).await.expect("opens");
        let cx = Cx::operator("journey".into(), Clock::system().now());
        db.migrate(&cx, &|_| {}).await.expect("migrates");
        db.close().await;
    }
    let (port, management) = (free_port(), free_port());
    // A journey may add to the first section: what stands before the first empty line, after `[server]`.
    let (server, more) = match more.strip_prefix("[server]\n").and_then(|rest| rest.split_once("\n\n")) {
        Some((server, rest)) => (server.replace("PORT", &port.to_string()), rest),
        None => (String::new(), more),
    };
    let text = format!(
        "[server]\n{server}\npublic_url = \"http://localhost:{port}\"\nlisten = [\"127.0.0.1:{port}\"]\nmanagement_listen = \"127.0.0.1:{management}\"\n\
         [database]\nurl = \"{}\"\nconnections = 8\n[cache]\nurl = \"{}\"\n[secrets]\nkey_file = \"{}\"\n\
         [people]\nlocal_passwords = \"on\"\n[notify]\nfile = \"{}\"\n[test]\nclock = true\nahead_seconds = {}\n\
         [[outgoing.allow]]\nhost = \"127.0.0.1\"\nnetwork = \"127.0.0.0/8\"\npurpose = \"backchannel-logout\"\n\
         [[outgoing.allow]]\nhost = \"127.0.0.1\"\nnetwork = \"127.0.0.0/8\"\npurpose = \"rights-events\"\n\
         [[outgoing.allow]]\nhost = \"127.0.0.1\"\nnetwork = \"127.0.0.0/8\"\npurpose = \"population-registry\"\n{more}\n",
        place.database,
        place.cache,
        folder.join("keys").display(),
        folder.join("messages.jsonl").display(),
        to_the_morning().as_secs(),
    );
    std::fs::write(&file, text).expect("writes the configuration");
    file
}

fn private(file: &Path) {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(file, std::fs::Permissions::from_mode(0o600)).expect("sets the rights");
}
